"""The main job on the demo city: the files of the contract, figures that agree, nothing half-written."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from scenarios import Outcome, run, tables
from scenarios.__main__ import main
from scenarios.demo import write_demo
from scenarios.outcome import fingerprint_of

COVERAGE = ["place_id", "group", "nearest_id", "seconds", "metres", "straight_m", "band_min", "state", "door"]
QUALITY = ["severity", "layer", "row", "column", "value", "message"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo") / "city", places=300, seed=1)


@pytest.fixture(scope="module")
def result(study: Path) -> Path:
    folder = study.parent / "result"
    assert main(["run", str(study), "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def outcome(study: Path) -> Outcome:
    return run(study)


def read(path: Path) -> pd.DataFrame:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return pd.read_csv(path, dtype={"place_id": "string", "nearest_id": "string", "district_id": "string"})


def test_every_file_of_the_contract_is_written(result: Path) -> None:
    names = {path.name for path in result.iterdir()}
    assert {"coverage.csv", "districts.csv", "summary.json", "quality.csv", "study.gpkg"} <= names


def test_coverage_has_one_row_per_place_and_group(result: Path, outcome: Outcome) -> None:
    rows = read(result / "coverage.csv")
    assert list(rows.columns) == COVERAGE
    assert len(rows) == len(outcome.city.residential) * len(outcome.groups)
    assert not rows.duplicated(["place_id", "group"]).any()
    assert set(rows["state"]) <= {"served", "full", "out", "unknown"}
    assert set(rows["door"].dropna()) <= {"gate", "boundary", "centroid"}


def test_the_band_is_the_smallest_limit_reached(outcome: Outcome) -> None:
    rows = outcome.coverage.dropna(subset="seconds")
    expected = np.select([rows["seconds"] <= limit for limit in outcome.limits_s], [5, 10, 15], default=0)
    np.testing.assert_array_equal(rows["band_min"].fillna(0).astype(int), expected)
    assert (rows["metres"] + 0.002 >= rows["straight_m"]).all()  # nobody walks less than the straight line


def test_parts_sum_to_the_whole_at_every_level(result: Path) -> None:
    rows, summary = read(result / "districts.csv"), json.loads((result / "summary.json").read_text(encoding="utf-8"))
    for city in summary["headline"]:
        for level in ("county", "street", "community"):
            part = rows[(rows["level"] == level) & (rows["group"] == city["group"])]
            for weight in ("places", "households", "people", "elders"):
                for column in ("total", "within_5", "within_10", "within_15", "unknown"):
                    assert part[f"{weight}_{column}"].sum() == pytest.approx(city[f"{weight}_{column}"], abs=1e-3)


def test_unknown_is_never_a_pass(outcome: Outcome) -> None:
    lost = outcome.city.residential.index[~outcome.city.doors["residential"].owners_connected]
    assert len(lost)  # the demo plants one
    rows = outcome.coverage[outcome.coverage["place_id"].isin(lost)]
    assert (rows["state"] == "unknown").all()
    blank = outcome.city.residential["households"].isna()
    assert blank.any()
    groups = {row["group"]: row for row in outcome.summary["headline"]}
    assert all(row["households_missing"] >= blank.sum() for row in groups.values())


def test_quality_lists_what_the_demo_planted(result: Path) -> None:
    rows = pd.read_csv(result / "quality.csv", dtype="string")
    assert list(rows.columns) == QUALITY
    assert rows["message"].notna().all()
    counts = json.loads((result / "summary.json").read_text(encoding="utf-8"))["quality"]
    assert {key: int((rows["severity"] == key).sum()) for key in counts} == counts


def test_layers_carry_the_results(result: Path, outcome: Outcome) -> None:
    places = gpd.read_file(result / "study.gpkg", layer="residential")
    assert places.crs == outcome.city.crs_m
    found = places.set_index("id")["state_day_care"]
    expected = outcome.covered.of_group("day_care")["state"]
    assert (found == expected.reindex(found.index)).all()


def test_the_same_study_gives_the_same_bytes(study: Path, result: Path) -> None:
    again = study.parent / "again"
    assert main(["run", str(study), "--out", str(again)]) == 0
    for name in ("coverage.csv", "districts.csv", "quality.csv", "summary.json"):
        assert (again / name).read_bytes() == (result / name).read_bytes()


def test_the_fingerprint_changes_when_an_input_does(study: Path, outcome: Outcome) -> None:
    assert run(study).fingerprint == outcome.fingerprint
    gates = study.parent / "gates.csv"
    before = gates.read_bytes()
    try:
        gates.write_bytes(before + b"\r\n")
        assert run(study).fingerprint != outcome.fingerprint
    finally:
        gates.write_bytes(before)


def test_the_fingerprint_follows_the_content_of_the_users_own_rules(outcome: Outcome, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[profile]\nextends = "linyi-2025"\n', encoding="utf-8")
    city = replace(outcome.city, study=replace(outcome.city.study, policy=str(own)))
    before = fingerprint_of(city)
    assert fingerprint_of(city) == before != outcome.fingerprint
    own.write_text('[profile]\nextends = "linyi-2025"\n[parameters]\npool_m = { value = 300 }\n', encoding="utf-8")
    assert fingerprint_of(city) != before


def test_a_run_that_breaks_leaves_the_folder_as_it_was(
    outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "result"
    tables.write(outcome, folder)
    (folder / "coverage.csv").write_text("mine")

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(tables, "write_layers", broken)
    with pytest.raises(RuntimeError):
        tables.write(outcome, folder)
    assert (folder / "coverage.csv").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize(("value", "shown"), [("=1+1", "'=1+1"), ("+86", "+86"), ("-5", "-5"), ("@x", "'@x"), (3, 3)])
def test_no_cell_can_run_as_a_formula(value: object, shown: object) -> None:
    assert tables.harmless(value) == shown


def test_check_changes_nothing(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in study.parent.rglob("*")}
    assert main(["check", str(study)]) == 0
    assert "疑问" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in study.parent.rglob("*")} == before


def test_english_on_request(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(study), "--out", str(tmp_path / "r"), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "elders within 15 minutes" in said
    assert "老年人" not in said


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom scenarios.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'pandas', 'geopandas', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize("places", ["299", "100001"])
def test_a_demo_of_impossible_size_is_refused(places: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path / "d"), "--places", places]) == 2
    assert places in capsys.readouterr().err
    assert not (tmp_path / "d").exists()


def test_without_numba_the_answers_are_the_same(tmp_path: Path) -> None:
    """scipy searches and plain loops snap: slower (so on the paper town), and equal to the last byte."""
    shutil.copytree(Path(__file__).parent.parent / "broken" / "base", tmp_path / "town")
    study = tmp_path / "town" / "study.toml"
    assert main(["run", str(study), "--out", str(tmp_path / "compiled")]) == 0
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "from scenarios.__main__ import main\n"
        f"sys.exit(main(['run', {str(study)!r}, '--out', {str(tmp_path / 'plain')!r}]))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    for name in ("coverage.csv", "districts.csv", "summary.json"):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "compiled" / name).read_bytes()
