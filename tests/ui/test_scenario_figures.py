"""What the page about scenarios shows: every area once, differences that sum, the figures of the command line."""

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from exhibits.classes import place_classes
from exhibits.screen import (
    comparison_headline,
    comparison_map,
    comparison_sites,
    comparison_tables,
    comparison_timeline,
    comparison_wording,
    siting_headline,
)
from scenarios.__main__ import main
from scenarios.compare import Comparison, compare
from scenarios.edits import (
    AddEstate,
    ChangeHouseholds,
    ChangePolicy,
    ChangePopulation,
    ChangeWalking,
    CloseFacility,
    Edit,
    MoveFacility,
    OpenCandidate,
    OpenFacility,
    RemoveEstate,
    ReopenFacility,
    ResizeFacility,
)
from scenarios.outcome import Outcome, evaluate
from scenarios.scenario import Scenario
from scenarios.siting import site
from scenarios.siting_request import Phase, Request
from tests.ui.test_page import KNOWN, foreign

GROUP = "day_care"
NAMES = KNOWN | {"WGS", "TOML", "toml", "study", "compare", "Tobler"}


# ---- a scenario of the demo city, and its comparison with the study


def spot_of(outcome: Outcome, layer: str, one: str) -> tuple[float, float]:
    point = gpd.GeoSeries(getattr(outcome.city, layer).geometry.loc[[one]]).representative_point().to_crs(4326).iloc[0]
    return round(point.x, 6), round(point.y, 6)


@pytest.fixture(scope="module")
def edits(outcome: Outcome) -> tuple[Edit, ...]:
    """Close the busiest day-care centre, open one among areas that are out of reach, and open a candidate."""
    rows = outcome.covered.of_group(GROUP)
    busiest = str(rows.loc[rows["state"] == "served", "nearest_id"].value_counts().index[0])
    far = str(rows.index[rows["state"] == "out"][0])
    lon, lat = spot_of(outcome, "residential", far)
    candidate = str(outcome.city.candidates.index[0])
    return (
        CloseFacility(facility=busiest),
        OpenFacility(facility="N1", kind="day_care", name="新站", lon_deg=lon, lat_deg=lat),
        OpenCandidate(candidate=candidate, kind="day_care"),
    )


@pytest.fixture(scope="module")
def scenario(study: Path, edits: tuple[Edit, ...]) -> Scenario:
    return Scenario(name="甲", base=study.name, edits=edits, path=study.with_name("scenario_a.toml"))


@pytest.fixture(scope="module")
def found(outcome: Outcome, scenario: Scenario) -> Comparison:
    return compare(outcome, evaluate(scenario.on(outcome.city)))


def test_every_area_is_drawn_and_counted_once(found: Comparison) -> None:
    for group in comparison_headline.groups(found):
        counts = comparison_map.change_counts(found, group)
        whole = found.places[found.places["group"] == group]
        assert sum(counts.values()) == len(whole) == len(found.a.city.residential)
        told = whole["change"].value_counts()
        assert counts["gained"] == told.get("gained", 0)
        assert counts["lost"] == told.get("lost", 0)
        assert counts["same_in"] + counts["same_out"] == told.get("same", 0)
        rows = {str(row["label"]): row["count"] for row in comparison_map.change_legend(found, group, "zh").rows[1:6]}
        assert rows["新增覆盖"] == str(counts["gained"])
        assert rows["失去覆盖"] == str(counts["lost"])
        drawn = comparison_map.change_layers(found, group, "zh")[0].make()["features"]
        assert pd.Series([one["properties"]["c"] for one in drawn]).value_counts().to_dict() == {
            at: counts[name] for at, name in enumerate(comparison_map.CHANGE_LOOKS) if counts[name]
        }
    assert min(comparison_map.change_counts(found, GROUP)[name] for name in ("gained", "lost")) > 0


def test_both_sides_have_the_colours_of_the_coverage_page(found: Comparison) -> None:
    for side, one in (("a", found.a), ("b", found.b)):
        classes = comparison_map.side_classes(found, side, GROUP)
        assert classes.equals(place_classes(one, GROUP).rename(None).loc[classes.index])
    limits = [row["label"] for row in comparison_map.side_legend(found, "a", GROUP, "zh").rows]
    assert limits == [row["label"] for row in comparison_map.side_legend(found, "b", GROUP, "zh").rows]


def test_a_walk_of_just_a_limit_is_within_it(found: Comparison) -> None:
    """300 s is within 5 minutes, 300.1 s is not, 900 s is within 15."""
    places = found.places[found.places["group"] == GROUP].head(3)
    places = places.assign(state_a="served", seconds_a=[300.0, 300.1, 900.0])
    classes = comparison_map.side_classes(replace(found, places=places), "a", GROUP)
    assert list(classes) == ["within_5", "within_10", "within_15"]


def test_facilities_that_differ_are_marked(found: Comparison, edits: tuple[Edit, ...]) -> None:
    kinds = comparison_sites.changed(found)
    closed, opened_one, candidate = edits
    assert kinds == {closed.facility: "closed", opened_one.facility: "opened", candidate.candidate: "opened"}  # type: ignore[union-attr]
    drawn = comparison_sites.points(found, "zh")["features"]
    at = next(one["geometry"]["coordinates"] for one in drawn if one["properties"]["i"] == "N1")
    assert at == pytest.approx([opened_one.lon_deg, opened_one.lat_deg], abs=2e-6)  # type: ignore[union-attr]


def test_a_move_is_a_line_and_other_figures_are_an_alteration(outcome: Outcome) -> None:
    one, other = (str(label) for label in outcome.city.facilities.index[:2])
    lon, lat = spot_of(outcome, "residential", str(outcome.city.residential.index[0]))
    moves = (MoveFacility(facility=one, lon_deg=lon, lat_deg=lat), ResizeFacility(facility=other, beds=77))
    laid = Scenario(name="迁", base="", edits=moves).on(outcome.city)
    both = compare(outcome, replace(outcome, city=laid))
    assert comparison_sites.changed(both) == {one: "moved", other: "altered"}
    kinds = [feature["geometry"]["type"] for feature in comparison_sites.points(both, "zh")["features"]]
    assert sorted(kinds) == ["LineString", "Point", "Point"]
    assert "改动" in set(comparison_tables.inputs(both, "zh")["变化"])
    assert "77" in set(comparison_tables.inputs(both, "zh")["B"])


def test_the_table_of_streets_sums_to_the_whole(found: Comparison) -> None:
    for level in comparison_tables.levels(found):
        table = comparison_tables.by_district(found, GROUP, level, "zh")
        assert table["区划"].iloc[-1] == "合计"
        rows = comparison_tables.rows_of(found, GROUP, level)
        for name, column in (("elders", "覆盖老年人"), ("places", "覆盖居住区")):
            for side in ("a", "b"):
                whole = rows[f"{name}_{side}"].sum()
                assert float(table[f"{column} {side.upper()}"].iloc[-1]) == pytest.approx(float(whole), abs=0.05)
        assert comparison_tables.sums_to_the_whole(found, GROUP, level)
    broken = found.covered.copy()
    first = broken.index[broken["level"] == "street"][0]
    broken.loc[first, "elders_b"] += 1
    group = str(broken.loc[first, "group"])
    shorter = broken.loc[first, "limit_min"] != 15
    off = replace(found, covered=broken)
    assert comparison_tables.sums_to_the_whole(off, group, "street") == shorter
    broken.loc[(broken["level"] == "street") & (broken["limit_min"] == 15), "elders_b"] += 1
    assert not comparison_tables.sums_to_the_whole(replace(found, covered=broken), GROUP, "street")


def test_the_list_of_gains_and_losses_is_that_of_the_map(found: Comparison) -> None:
    table = comparison_tables.moved_places(found, GROUP, "zh")
    counts = comparison_map.change_counts(found, GROUP)
    assert table["变化"].value_counts().to_dict() == {"失去覆盖": counts["lost"], "新增覆盖": counts["gained"]}
    assert list(table["变化"]) == sorted(table["变化"])  # 失 stands before 新
    lost = table[table["变化"] == "失去覆盖"]["老年人"].astype(float).to_numpy()
    assert (np.diff(lost[~np.isnan(lost)]) <= 0).all()


def test_files_and_figures_are_those_of_the_command_line(
    found: Comparison, study: Path, scenario: Scenario, tmp_path: Path
) -> None:
    from scenarios.scenario import write_scenario

    write_scenario(scenario, scenario.path)
    assert main(["compare", str(study), str(scenario.path), "--out", str(tmp_path / "out")]) == 0
    with zipfile.ZipFile(BytesIO(comparison_tables.as_zip(found))) as archive:
        assert sorted(archive.namelist()) == sorted(path.name for path in (tmp_path / "out").iterdir())
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / "out" / name).read_bytes(), name
    summary = json.loads((tmp_path / "out" / "compare_summary.json").read_text(encoding="utf-8"))
    for figure in comparison_headline.figures(found, "zh"):
        if figure.group == "quota":
            row = next(one for one in summary["rates"] if one["reading"] == "today")
            assert f"居住区 {row['passed_a']}/{row['judged_a']} → {row['passed_b']}/{row['judged_b']}" in figure.made_of
            continue
        row = next(one for one in summary["covered"] if (one["group"], one["limit_min"]) == (figure.group, 15))
        numbers = [f"{round(row[name]):,}".replace(",", " ") for name in ("elders_a", "elders_known_a", "elders_b")]
        assert figure.made_of.startswith(f"老年人 {numbers[0]}/{numbers[1]} → {numbers[2]}/")
        assert f"{100 * row['elders_b'] / row['elders_known_b']:.1f} %" == figure.percent
        told = summary["places"][figure.group]
        assert figure.unknown.startswith(f"居住区 +{told.get('gained', 0)}，−{told.get('lost', 0)}，")
    assert summary["sites_alone"]
    assert comparison_headline.causes(found, "zh") == ((), "两者的参数、人口和路网相同，增减只来自布点。")


def test_what_is_not_due_to_sites_alone_is_warned_of(outcome: Outcome) -> None:
    slow = Scenario(name="慢", base="", edits=(ChangeWalking(profile="frail"), ChangePolicy(policy="jinan-2022")))
    gone = Scenario(
        name="拆", base="", edits=(ChangeHouseholds(place=str(outcome.city.residential.index[0]), households=5),)
    )
    for one, words in ((slow, ("参数不同", "高龄体弱", "0.64")), (gone, ("居住区或人口不同",))):
        laid = replace(outcome, city=one.on(outcome.city))
        warnings, due = comparison_headline.causes(compare(outcome, laid), "zh")
        assert not due
        assert all(word in "".join(warnings) for word in words), warnings
        assert not foreign("".join(warnings), KNOWN)
    same = compare(outcome, outcome)
    assert comparison_headline.causes(same, "zh") == ((), "两者的数据和参数完全相同。")


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (0.2, "≈0"), (-0.2, "≈0"), (1234, "+1 234"), (-5, "−5")])
def test_a_difference_has_its_sign(number: float, text: str) -> None:
    assert comparison_headline.signed(number) == text


def test_every_edit_is_said_in_chinese_with_its_name(outcome: Outcome) -> None:
    facility, place = (str(getattr(outcome.city, one).index[0]) for one in ("facilities", "residential"))
    candidate = str(outcome.city.candidates.index[0])
    every: tuple[Edit, ...] = (
        OpenFacility(facility="N1", kind="meal_site", name="甲", lon_deg=117.3, lat_deg=35.8),
        OpenCandidate(candidate=candidate, kind="day_care", beds=5),
        CloseFacility(facility=facility),
        ReopenFacility(facility=facility),
        MoveFacility(facility=facility, lon_deg=117.3, lat_deg=35.8),
        ResizeFacility(facility=facility, floor_area_m2=100.0),
        AddEstate(place="N2", households=10, name="乙", estate_class="new", lon_deg=117.3, lat_deg=35.8),
        RemoveEstate(place=place),
        ChangeHouseholds(place=place, households=5),
        ChangeWalking(profile="wheelchair", limits_min=(5.0, 20.0)),
        ChangePolicy(policy="jinan-2022"),
        ChangePopulation(household_size=2.5),
    )
    said = comparison_wording.said(every, (outcome.city,), "zh")
    assert not foreign(" ".join(said).replace(facility, "").replace(place, "").replace(candidate, ""), KNOWN), said
    assert str(outcome.city.facilities.loc[facility, "name"]) in said[2]
    assert str(outcome.city.candidates.loc[candidate, "name"]) in said[1]
    assert comparison_wording.new_id(outcome.city, every) == "N3"


# ---- time


@given(some.none() | some.integers(1950, 2150), some.text().map(str.strip))
def test_the_year_travels_in_the_notes(year: int | None, notes: str) -> None:
    plain = comparison_timeline.YEAR.match(notes) is None
    one = comparison_timeline.with_notes(Scenario(name="x", base="y"), year, notes)
    if plain:
        assert comparison_timeline.year_of(one) == year
        assert comparison_timeline.notes_of(one) == notes


def test_a_number_that_is_no_year_stays_in_the_notes() -> None:
    one = Scenario(name="x", base="y", notes="[0012] 户")
    assert comparison_timeline.year_of(one) is None
    assert comparison_timeline.notes_of(one) == "[0012] 户"


def test_scenarios_stand_in_the_order_of_their_years() -> None:
    late, early, never = (
        Scenario(name=name, base="", notes=notes)
        for name, notes in (("晚", "[2030]"), ("早", "[2026] 先建"), ("无", ""))
    )
    assert comparison_timeline.in_time([late, never, early]) == (early, late)


def test_phases_end_where_the_plan_ends(outcome: Outcome) -> None:
    request = Request(sites=3, phases=(Phase(name="近期", sites=2), Phase(name="远期", sites=1)))
    planned = replace(outcome, sited=site(outcome.city, outcome.network, outcome.covered, outcome.judgement, request))
    steps = comparison_timeline.siting_steps(planned, "zh")
    assert [one.name for one in steps] == ["现状", "近期", "远期"]
    whole = siting_headline.change(planned, "elders")
    assert steps[0].within == pytest.approx(whole.before)
    assert steps[-1].within == pytest.approx(whole.after)
    assert steps[0].within < steps[1].within <= steps[2].within
    assert comparison_timeline.siting_steps(outcome, "zh") == ()
    table = comparison_timeline.timeline_table(steps, "zh")
    assert table["覆盖率"].iloc[0] == f"{100 * whole.before / whole.known:.1f} %"
