"""Compare: figures worked out on paper, differences that sum, and nothing blamed on sites that isn't due to them."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.city import City, read_city
from scenarios import compare_tables
from scenarios.__main__ import main
from scenarios.compare import Comparison, compare
from scenarios.demo import write_demo
from scenarios.edits import (
    AddEstate,
    ChangePolicy,
    ChangeWalking,
    CloseFacility,
    Edit,
    OpenCandidate,
    OpenFacility,
    RemoveEstate,
    ResizeFacility,
)
from scenarios.outcome import Outcome, evaluate
from scenarios.replay import apply
from tests.scenarios import papertown
from tests.scenarios.papertown import FACILITIES, PLACES, X, Y

SITES: list[Edit] = [OpenCandidate(candidate="C1", kind="day_care"), CloseFacility(facility="F2")]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return read_city(papertown.write(tmp_path_factory.mktemp("town")))


@pytest.fixture(scope="module")
def base(town: City) -> Outcome:
    return evaluate(town)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return evaluate(read_city(write_demo(tmp_path_factory.mktemp("demo") / "city", places=300, seed=1)))


def against(base: Outcome, edits: list[Edit]) -> Comparison:
    return compare(base, evaluate(apply(base.city, edits)))


def changes(found: Comparison, group: str = "day_care") -> dict[str, str]:
    rows = found.places[found.places["group"] == group]
    return dict(zip(rows["place_id"], rows["change"], strict=True))


def row(found: Comparison, level: str, district: str = "", group: str = "day_care", limit_min: float = 15) -> pd.Series:
    table = found.covered
    chosen = (table["level"] == level) & (table["district_id"] == district) & (table["group"] == group)
    (one,) = table[chosen & (table["limit_min"] == limit_min)].to_dict("records")
    return pd.Series(one)


def test_gains_and_losses_on_paper(base: Outcome) -> None:
    """With C1 for F2: P2 walks 0 s to C1, P3 and P4 have nothing within 900 m any more."""
    found = against(base, SITES)
    assert changes(found) == {"P1": "same", "P2": "gained", "P3": "lost", "P4": "lost"}
    city = row(found, "city")
    assert (city["places_a"], city["places_b"], city["places_change"]) == (3, 2, -1)
    assert (city["elders_a"], city["elders_b"], city["elders_change"]) == (80, 30, -50)
    assert (city["households_a"], city["households_b"]) == (800, 300)
    assert (city["elders_known_a"], city["elders_left_out_a"]) == (100, 0)
    west, east = row(found, "street", "D1"), row(found, "street", "D2")
    assert (west["elders_change"], east["elders_change"]) == (20, -70)
    five = row(found, "city", limit_min=5)  # P1 and P4 stand at their doors; P3 is 900 s away
    assert (five["elders_a"], five["elders_b"]) == (50, 30)
    assert found.sites_alone
    assert list(found.inputs["id"]) == ["C1", "F2", "C1"]


def test_a_comparison_with_itself_is_nothing(base: Outcome) -> None:
    found = compare(base, base)
    assert set(found.places["change"]) == {"same"}
    assert not found.covered.filter(like="_change").to_numpy().any()
    assert found.inputs.empty
    assert found.parameters.empty
    assert found.data.empty
    assert found.rules.empty
    assert not found.not_comparable
    assert "完全相同" in compare_tables.headline(found, "zh")


def test_a_difference_due_to_parameters_is_not_blamed_on_sites(base: Outcome) -> None:
    found = against(base, [*SITES, ChangeWalking(speed_m_s=1.2)])
    assert not found.sites_alone
    assert found.parameters.to_dict("records") == [{"name": "walking.speed_m_s", "a": "1", "b": "1.2"}]
    text = compare_tables.headline(found, "zh")
    assert "walking.speed_m_s 1 → 1.2" in text
    assert "不能只归因于布点" in text
    assert "增减只来自布点" not in text
    assert "增减只来自布点" in compare_tables.headline(against(base, SITES), "zh")


def test_estates_that_only_one_has(base: Outcome) -> None:
    edits: list[Edit] = [RemoveEstate(place="P4"), AddEstate(place="E1", households=5, elders_60=3, x_m=X, y_m=Y)]
    found = against(base, edits)
    assert changes(found) == {"P1": "same", "P2": "same", "P3": "same", "P4": "removed", "E1": "added"}
    assert row(found, "city")["elders_change"] == 3 - 40
    assert [fault.code for fault in found.not_comparable] == ["compare_places_alone"] * 2
    assert not found.sites_alone  # people moved


def test_unknown_is_never_a_gain(base: Outcome) -> None:
    """A place that meets no street is unknown in both, whatever opens; one that becomes known is no gain."""
    lost = evaluate(apply(base.city, [AddEstate(place="E1", households=5, elders_60=3, x_m=X + 1000, y_m=Y + 300)]))
    found = against(lost, [OpenCandidate(candidate="C1", kind="day_care")])
    assert changes(found)["E1"] == "unknown"
    assert row(found, "city")["elders_left_out_b"] == 1
    assert row(found, "city")["elders_known_b"] == 100
    wide = against(lost, [OpenCandidate(candidate="C1", kind="day_care"), ChangeWalking(snap_m=500.0)])
    assert changes(wide)["E1"] == "unknown"
    assert set(wide.places.loc[wide.places["place_id"] == "E1", "state_b"]) == {"served"}


def test_the_first_of_its_kind_is_a_gain(base: Outcome) -> None:
    """Nobody could walk to meals where there were none: out, not unknown."""
    found = against(base, [OpenFacility(facility="N1", kind="meal_site", x_m=X, y_m=Y)])
    assert changes(found, "meals") == {"P1": "gained", "P2": "same", "P3": "same", "P4": "same"}
    assert row(found, "city", group="meals")["elders_a"] == 0


def test_what_can_not_be_told_is_listed(base: Outcome, tmp_path: Path) -> None:
    """A study without facilities says nothing of them; another limit and other places can't be compared."""
    places = [(1500, 100, 10), *PLACES[1:3]]  # P1 lies elsewhere, P4 is not there
    silent = evaluate(read_city(papertown.write(tmp_path, places=places, facilities=None)))
    found = compare(base, silent)
    codes = {fault.code for fault in found.not_comparable}
    assert {"compare_group_alone", "compare_places_alone", "compare_places_apart"} <= codes
    assert found.places.empty
    text = compare_tables.headline(found, "zh")
    assert all(fault.message("zh") in text for fault in found.not_comparable)
    limits = against(base, [ChangeWalking(limits_min=(10.0, 20.0))])
    assert limits.limit_s == 600  # the one limit of both
    assert [fault.value for fault in limits.not_comparable] == ["5, 15", "20"]
    assert changes(limits) == dict.fromkeys(("P1", "P2", "P3", "P4"), "same")  # 900 s is out of 10 min in both
    none = against(base, [ChangeWalking(limits_min=(20.0,))])
    assert none.limit_s is None
    assert none.places.empty
    assert none.covered.empty
    assert compare_tables.headline(none, "zh")


def test_two_studies_of_one_town(base: Outcome, tmp_path: Path) -> None:
    """Another year's files: the same ids are compared, and the files are said to differ."""
    places = [(700, 100, 10), PLACES[1], (2000, 350, 35), PLACES[3]]
    study = papertown.write(tmp_path, name="下一年", places=places, facilities=FACILITIES[:1])
    shutil.copy(base.city.study.folder / "streets.gpkg", tmp_path)
    later = evaluate(read_city(study))
    found = compare(base, later)
    # P1 is 700 m from where it was
    assert changes(found) == {"P1": "unknown", "P2": "same", "P3": "lost", "P4": "lost"}
    assert "residential" in set(found.data["layer"])
    assert "streets" not in set(found.data["layer"])
    cells = found.inputs[found.inputs["change"] == "changed"]
    assert {("P3", "households", "300", "350"), ("P3", "elders_60", "30", "35")} <= set(
        cells[["id", "column", "before", "after"]].itertuples(index=False, name=None)
    )
    assert not found.sites_alone
    assert "居住区新增 0、移除 0、改动 2" in compare_tables.headline(found, "zh")


def test_files_written_anew_with_the_same_rows_are_the_same_data(base: Outcome, tmp_path: Path) -> None:
    """A GeoPackage carries the time of writing; rows are compared as such. Streets have no rows: their file counts."""
    study = papertown.write(tmp_path, facilities=FACILITIES[:1])
    assert not compare(base, evaluate(read_city(study))).sites_alone
    assert "数据文件不同（streets）" in compare_tables.headline(compare(base, evaluate(read_city(study))), "zh")
    shutil.copy(base.city.study.folder / "streets.gpkg", tmp_path)
    found = compare(base, evaluate(read_city(study)))
    assert list(found.inputs["id"]) == ["F2"]
    assert found.sites_alone


def test_verdicts_and_rates_of_the_demo(demo: Outcome) -> None:
    one = str(demo.city.facilities.index[demo.city.facilities["kind"] == "street_center"][0])
    found = against(
        demo,
        [CloseFacility(facility=one), ResizeFacility(facility=str(demo.city.facilities.index[9]), floor_area_m2=0)],
    )
    assert demo.judgement is not None
    assert found.b.judgement is not None
    own, new = verdicts(demo), verdicts(found.b)
    turned = {key for key in own.keys() & new.keys() if own[key] != new[key]}
    listed = found.rules[~found.rules["change"].isin(["figure", "added", "removed"])]
    assert turned
    assert turned == set(listed[["rule_id", "part", "layer", "object_id"]].itertuples(index=False, name=None))
    worse = found.rules[found.rules["change"] == "worse"]
    assert set(worse["verdict_b"]) <= {"below", "below_minimum"}
    for reading, totals in (("permit", demo.judgement.totals()["permit"]), ("today", demo.judgement.totals()["today"])):
        rate = found.rates[found.rates["reading"] == reading].iloc[0]
        assert (rate["passed_a"], rate["judged_a"]) == (totals["passed"], totals["judged"])
        after = found.b.judgement.totals()[reading]
        assert rate["passed_change"] == after["passed"] - totals["passed"]
    other = against(demo, [ChangePolicy(policy="shandong-2024")])
    assert list(other.parameters["name"]) == ["study.policy"]
    assert {"added", "removed"} & set(other.rules["change"])
    silent = compare(demo, evaluate(replace(demo.city, study=replace(demo.city.study, policy=""))))
    assert silent.rates["passed_b"].isna().all()
    assert set(silent.rules["change"]) == {"removed"}


def verdicts(outcome: Outcome) -> dict[tuple[str, ...], str]:
    assert outcome.judgement is not None
    keys = ["rule_id", "part", "layer", "object_id"]
    rows = outcome.judgement.rules().fillna({"part": "", "layer": ""})
    assert not rows.duplicated(keys).any()
    return dict(zip(rows[keys].itertuples(index=False, name=None), rows["verdict"], strict=True))


def test_differences_sum_to_the_whole(demo: Outcome) -> None:
    f = [str(one) for one in demo.city.facilities.index]
    spot = demo.city.residential.geometry.iloc[5].centroid
    edits: list[Edit] = [CloseFacility(facility=f[0]), CloseFacility(facility=f[20])]
    edits += [OpenCandidate(candidate=str(one), kind="day_care") for one in demo.city.candidates.index[:5]]
    edits += [AddEstate(place="E1", households=900, elders_60=321, x_m=spot.x, y_m=spot.y)]
    found = against(demo, edits)
    table = found.covered
    names = [name for name in table if name.startswith(("places_", "households_", "people_", "elders_"))]
    city = table[table["level"] == "city"].set_index(["group", "limit_min"])[names]
    for level in ("county", "street", "community"):
        parts = table[table["level"] == level].groupby(["group", "limit_min"])[names].sum()
        pd.testing.assert_frame_equal(parts.loc[city.index], city, check_exact=True)
    for (group, minutes), line in city.iterrows():
        before = {r["group"]: r for r in demo.summary["headline"]}[group]
        after = {r["group"]: r for r in found.b.summary["headline"]}[group]
        for weight in ("places", "households", "people", "elders"):
            assert line[f"{weight}_a"] == pytest.approx(before[f"{weight}_within_{minutes:g}"], abs=1e-3)
            assert line[f"{weight}_b"] == pytest.approx(after[f"{weight}_within_{minutes:g}"], abs=1e-3)


@settings(max_examples=4)
@given(st.sets(st.sampled_from(["F1", "F2"])), st.sets(st.sampled_from(["C1", "C2"])))
def test_the_other_way_round_everything_turns(base: Outcome, shut: set[str], opened: set[str]) -> None:
    edits: list[Edit] = [CloseFacility(facility=one) for one in sorted(shut)]
    edits += [OpenCandidate(candidate=one, kind="day_care") for one in sorted(opened)]
    other = evaluate(apply(base.city, edits))
    there, back = compare(base, other), compare(other, base)
    turned = {"gained": "lost", "lost": "gained", "same": "same"}
    assert {place: turned[word] for place, word in changes(there).items()} == changes(back)
    assert (there.covered["elders_change"] == -back.covered["elders_change"]).all()
    gained = sum({"gained": 1, "lost": -1}.get(word, 0) for word in changes(there).values())
    assert row(there, "city")["places_change"] == gained


def test_the_command_writes_it_all(town: City, tmp_path: Path) -> None:
    plan = town.study.folder / "方案一.toml"
    plan.write_text(
        '[scenario]\nname = "方案一"\nbase = "study.toml"\n[[edits]]\ndo = "open_candidate"\ncandidate = "C1"\n'
        'kind = "day_care"\n[[edits]]\ndo = "close"\nfacility = "F2"\n',
        encoding="utf-8",
    )
    words = ["compare", str(town.study.path), str(plan), "--out", str(tmp_path / "out")]
    ran = subprocess.run(
        [sys.executable, "-m", "scenarios", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr
    assert "纸上一街 · 方案一" in ran.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(compare_tables.FILES)
    places = pd.read_csv(tmp_path / "out" / "compare.csv")
    day_care = places[places["group"] == "day_care"].set_index("place_id")
    assert day_care["change"].to_dict() == {"P1": "same", "P2": "gained", "P3": "lost", "P4": "lost"}
    told = json.loads((tmp_path / "out" / "compare_summary.json").read_text(encoding="utf-8"))
    assert told["places"]["day_care"] == {"same": 1, "gained": 1, "lost": 2}
    assert told["sites_alone"] is True
    assert told["inputs_differ"]["facilities"] == {"added": 1, "changed": 1}


def test_a_command_at_fault_leaves_nothing(town: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.toml"
    base = town.study.path.as_posix()
    plan.write_text(f'[scenario]\nbase = "{base}"\n[[edits]]\ndo = "close"\nfacility = "F7"\n', encoding="utf-8")
    out = tmp_path / "out"
    assert main(["compare", base, str(plan), "--out", str(out)]) == 2
    assert "图层 plan.toml，行 1，列 facility，值 F7" in capsys.readouterr().err
    assert main(["compare", base, str(tmp_path / "no.toml"), "--out", str(out)]) == 2
    assert not out.exists()
    assert main(["run", str(plan), "--out", str(out)]) == 2
    assert main(["compare", base, base, "--out", str(plan)]) == 2


def test_a_write_that_breaks_leaves_the_folder_as_it_was(
    base: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = compare(base, base)
    folder = tmp_path / "out"
    compare_tables.write(found, folder)
    (folder / "compare.csv").write_text("mine")
    (folder / "notes.txt").write_text("mine too")

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(compare_tables, "summary", broken)
    with pytest.raises(RuntimeError):
        compare_tables.write(found, folder)
    assert (folder / "compare.csv").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    monkeypatch.undo()
    compare_tables.write(found, folder)
    assert (folder / "compare.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (folder / "notes.txt").read_text() == "mine too"
