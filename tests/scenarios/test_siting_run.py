"""A whole run with sites, from generated candidates: the files it writes agree with each other."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from scenarios.__main__ import main
from scenarios.demo import write_demo

CONTRACT = [
    *("rank", "candidate_id", "name", "floor_area_m2", "newly_covered_elders", "newly_covered_places"),
    *("closes_gap_m2", "nearest_medical_m", "phase", "cost_yuan", "reason"),
]
ASKED = """
[siting]
sites = 4
curve = true
robust = true
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city without its candidates."""
    path = write_demo(tmp_path_factory.mktemp("demo") / "city", places=300, seed=5)
    text = re.sub(r"\[layers\.candidates\][^\[]*", "", path.read_text(encoding="utf-8"))
    path.write_text(f"{text}\n{ASKED}", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(study: Path) -> Path:
    folder = study.parent / "result"
    assert main(["run", str(study), "--out", str(folder)]) == 0
    return folder


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype={"candidate_id": str, "place_id": str, "district_id": str})


def test_the_contract_comes_first_and_the_files_agree(result: Path) -> None:
    sites, places = read(result, "sites.csv"), read(result, "sites_places.csv")
    assert list(sites.columns[: len(CONTRACT)]) == CONTRACT
    assert list(sites["rank"]) == [1, 2, 3, 4]
    assert sites["candidate_id"].str.startswith("G").all()
    assert sites["reason"].str.contains("生成点").all()
    new = places[places["newly"]]
    assert not new["place_id"].duplicated().any()
    counted = new.groupby("candidate_id")["elders"].agg(["sum", "size"]).reindex(sites["candidate_id"]).fillna(0)
    assert counted["sum"].to_numpy() == pytest.approx(sites["newly_covered_elders"].to_numpy(), abs=0.06)
    assert list(counted["size"]) == list(sites["newly_covered_places"])
    changed = read(result, "siting_before_after.csv")
    whole = changed[(changed["level"] == "city") & (changed["limit_min"] == 15)].iloc[0]
    assert whole["elders_gained"] == pytest.approx(new["elders"].sum())
    left = read(result, "siting_uncovered.csv")
    assert len(left) == whole["places_total"] - whole["places_after"]
    assert left["reason"].notna().all()
    assert not set(left["place_id"]) & set(new["place_id"])


def test_coverage_before_is_that_of_the_districts_table(result: Path) -> None:
    changed = read(result, "siting_before_after.csv")
    streets = changed[(changed["level"] == "street") & (changed["limit_min"] == 10)].set_index("district_id")
    table = read(result, "districts.csv").query("level == 'street' and group == 'day_care'").set_index("district_id")
    assert (streets["elders_before"] == table.loc[streets.index, "elders_within_10"]).all()
    assert (streets["elders_total"] == table.loc[streets.index, "elders_total"]).all()


def test_the_curve_ends_with_the_plan_and_never_falls(result: Path) -> None:
    curve, summary = read(result, "siting_curve.csv"), json.loads((result / "summary.json").read_text("utf-8"))
    assert list(curve["sites"]) == [0, 1, 2, 3, 4]
    assert curve["covered"].is_monotonic_increasing
    assert curve["covered"].iloc[-1] == pytest.approx(summary["solver"]["objective"])
    assert curve["newly"].iloc[-1] == pytest.approx(summary["solver"]["newly_covered_elders"])


def test_the_summary_says_what_candidates_there_were(result: Path) -> None:
    found = json.loads((result / "summary.json").read_text("utf-8"))
    assert set(found["solver"]["candidates"]) <= {"public", "hot_spot", "street"}
    assert sum(found["solver"]["stays_uncovered"].values()) == len(read(result, "siting_uncovered.csv"))
    assert not [line for line in found["left_out"] if "候选" in line]
    robust = read(result, "siting_robust.csv")
    assert set(robust["rank"].dropna()) == {1, 2, 3, 4}
    assert robust["share"].between(0, 1).all()


def test_a_second_run_writes_the_same_and_one_without_sites_takes_them_away(study: Path, result: Path) -> None:
    before = {name.name: name.read_bytes() for name in result.glob("sit*.csv")}
    assert len(before) == 6
    assert main(["run", str(study), "--out", str(result)]) == 0
    assert {name.name: name.read_bytes() for name in result.glob("sit*.csv")} == before
    plain = study.with_name("plain.toml")
    plain.write_text(study.read_text(encoding="utf-8").replace(ASKED, ""), encoding="utf-8")
    assert main(["run", str(plain), "--out", str(result)]) == 0
    assert not list(result.glob("sit*.csv"))
