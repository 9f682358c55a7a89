"""The streets tell in which coordinates a ledger was written; nothing is said where it already lies right."""

from dataclasses import replace
from pathlib import Path

from geodata.faults import Fault
from geodata.reading.proposal import propose
from geodata.study import LayerSource
from scenarios import intake
from tests.ui.messy_files import ledger


def test_a_ledger_in_gcj02_is_found_out_by_the_streets(study: Path, tmp_path: Path) -> None:
    ledger(study.parent, tmp_path / "小区.xlsx")
    source = LayerSource(layer="residential", path=tmp_path / "小区.xlsx")
    streets = LayerSource(layer="streets", path=study.parent / "streets.gpkg")
    found = intake.fit(propose(source), streets, tmp_path)
    assert [intake.better_system(fault) for fault in found] == ["gcj02"]
    assert intake.fit(propose(replace(source, crs="gcj02")), streets, tmp_path) == ()
    assert intake.fit(propose(replace(source, path=tmp_path / "none.xlsx")), streets, tmp_path) == ()
    assert intake.fit(propose(source), replace(streets, path=tmp_path / "none.gpkg"), tmp_path) == ()


def test_only_a_doubt_of_the_system_names_another() -> None:
    codes = {"probably_bd09": "bd09", "probably_wgs84": "wgs84", "probably_projected_shifted": None, "row_total": None}
    assert {code: intake.better_system(Fault(code=code)) for code in codes} == codes
