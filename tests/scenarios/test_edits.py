"""Edits: laid over a city they give what reading the changed files gives; there and back is nothing."""

import datetime as dt
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geodata.city import DOOR_LAYERS, City, doors_of, read_city
from geodata.doors import Doors
from geodata.faults import InputError
from scenarios import tables
from scenarios.changes import city_changes, settings_changed
from scenarios.demo import write_demo
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
from scenarios.outcome import fingerprint_of as outcome_fingerprint
from scenarios.replay import apply
from tests.scenarios import papertown
from tests.scenarios.papertown import FACILITIES, PLACES, X, Y
from tests.scenarios.some_edits import EDITS, fitting


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return read_city(papertown.write(tmp_path_factory.mktemp("town")))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> City:
    return read_city(write_demo(tmp_path_factory.mktemp("demo") / "city", places=300, seed=1))


def states(city: City, group: str = "day_care") -> dict[str, str]:
    return {str(place): str(state) for place, state in evaluate(city).covered.of_group(group)["state"].items()}


def same_doors(one: Doors, two: Doors) -> bool:
    arrays = [field.name for field in fields(Doors) if field.name not in {"ids", "snap_limit_m"}]
    return one.ids.equals(two.ids) and all(
        np.array_equal(getattr(one, name), getattr(two, name), equal_nan=name != "kind") for name in arrays
    )


def same_tables(one: Outcome, two: Outcome) -> None:
    pd.testing.assert_frame_equal(one.coverage, two.coverage)
    pd.testing.assert_frame_equal(one.districts, two.districts)
    assert {**one.summary, "fingerprint": ""} == {**two.summary, "fingerprint": ""}


# what the town's states are after each edit, on paper: 900 m and no more
@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], "P1 P3 P4"),
        ([OpenFacility(facility="N1", kind="day_care", x_m=X + 1900, y_m=Y)], "P1 P2 P3 P4"),  # P2: 900 m, included
        ([OpenFacility(facility="N1", kind="day_care", x_m=X + 1901, y_m=Y)], "P1 P3 P4"),  # P2: 901 m
        ([OpenFacility(facility="N1", kind="meal_site", x_m=X + 1900, y_m=Y)], "P1 P3 P4"),  # another need
        ([OpenCandidate(candidate="C1", kind="day_care")], "P1 P2 P3 P4"),
        ([CloseFacility(facility="F2")], "P1"),
        ([CloseFacility(facility="F2"), OpenCandidate(candidate="C1", kind="embedded")], "P1 P2"),
        ([MoveFacility(facility="F1", x_m=X + 500, y_m=Y)], "P1 P2 P3 P4"),
        ([ChangeWalking(speed_m_s=1.2)], "P1 P2 P3 P4"),  # 1000 m in 833 s
        ([ChangeWalking(profile="elder")], "P1 P4"),  # 0.8 m/s: 900 m in 1125 s
        ([ChangeWalking(limits_min=(5.0, 10.0))], "P1 P4"),
        ([RemoveEstate(place="P3")], "P1 P4"),
        ([AddEstate(place="E1", households=50, x_m=X + 600, y_m=Y)], "P1 P3 P4 E1"),
    ],
)
def test_each_edit_does_what_it_says(town: City, edits: list[Edit], expected: str) -> None:
    found = states(apply(town, edits))
    assert " ".join(place for place, state in found.items() if state in {"served", "full"}) == expected


def test_the_base_is_left_alone(town: City) -> None:
    before = town.facilities.copy()
    apply(town, [CloseFacility(facility="F1"), MoveFacility(facility="F2", x_m=X, y_m=Y)])
    pd.testing.assert_frame_equal(pd.DataFrame(town.facilities), pd.DataFrame(before))


def test_an_edited_city_is_the_city_of_the_edited_files(town: City, tmp_path: Path) -> None:
    """The same figures whether edits are laid over the city, or the files are written anew with them."""
    edits: list[Edit] = [
        OpenFacility(facility="N1", kind="meal_site", name="新点", x_m=X + 700, y_m=Y, beds=8),
        MoveFacility(facility="F1", x_m=X + 300, y_m=Y),
        ResizeFacility(facility="F2", floor_area_m2=900, beds=5),
        AddEstate(place="P5", name="小区5", households=70, population=140, elders_60=7, x_m=X + 1200, y_m=Y),
        ChangeHouseholds(place="P2", households=500, population=1000, elders_60=50),
        ChangeWalking(speed_m_s=0.9, limits_min=(5.0, 12.0)),
    ]
    facilities = [
        {**FACILITIES[0], "at": 300},
        {**FACILITIES[1], "floor_area_m2": 900, "beds": 5},
        {"id": "N1", "name": "新点", "kind": "meal_site", "status": "open", "beds": 8, "at": 700},
    ]
    places = [PLACES[0], (1000, 500, 50), *PLACES[2:], (1200, 70, 7)]
    walking = "[walking]\nspeed_m_s = 0.9\nlimits_min = [5, 12]\n"
    study = papertown.write(tmp_path, places=places, facilities=facilities, settings=walking)
    laid, read = evaluate(apply(town, edits)), evaluate(read_city(study))
    pd.testing.assert_frame_equal(laid.coverage, read.coverage)
    pd.testing.assert_frame_equal(laid.districts, read.districts)
    assert laid.summary["headline"] == read.summary["headline"]
    assert laid.summary["city"] == read.summary["city"]


@pytest.mark.parametrize(
    "edits",
    [
        [OpenFacility(facility="N1", kind="meal_site", x_m=X + 9, y_m=Y), CloseFacility(facility="N1")],
        [OpenCandidate(candidate="C1", kind="day_care"), CloseFacility(facility="C1")],
        [CloseFacility(facility="F1"), ReopenFacility(facility="F1")],
        [MoveFacility(facility="F1", x_m=X + 9, y_m=Y), MoveFacility(facility="F1", x_m=X, y_m=Y)],
        [ResizeFacility(facility="F1", beds=9), ResizeFacility(facility="F1", beds=20)],
        [AddEstate(place="E", households=5, x_m=X, y_m=Y), RemoveEstate(place="E")],
        [ChangeHouseholds(place="P1", households=9), ChangeHouseholds(place="P1", households=100)],
        [ChangeWalking(speed_m_s=0.5), ChangeWalking(profile="standard")],
        [ChangePolicy(day=dt.date(2026, 1, 1)), ChangePolicy(day=dt.date(2025, 12, 31))],
    ],
    ids=lambda edits: type(edits[0]).__name__,
)
def test_there_and_back_is_nothing(town: City, edits: list[Edit]) -> None:
    assert apply(town, edits[:1]).fingerprint != town.fingerprint
    assert apply(town, edits) is town


def test_moved_there_and_back_gives_the_same_bytes(demo: City, tmp_path: Path) -> None:
    """By degrees, which don't come back to the last bit: a millimetre is the same place."""
    spot = demo.facilities.geometry.iloc[4]
    lon, lat = Transformer.from_crs(demo.crs_m, 4326, always_xy=True).transform(spot.x, spot.y)
    one = str(demo.facilities.index[4])
    there = MoveFacility(facility=one, lon_deg=lon + 0.01, lat_deg=lat)
    back = MoveFacility(facility=one, lon_deg=lon, lat_deg=lat)
    for name, city in (("base", demo), ("again", apply(demo, [there, back]))):
        tables.write(evaluate(city), tmp_path / name)
    for path in sorted((tmp_path / "base").glob("*.[cj]s*")):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_opened_and_closed_among_others_changes_nothing(demo: City) -> None:
    new = OpenFacility(facility="N1", kind="day_care", x_m=demo.facilities.geometry.iloc[0].x, y_m=3_970_000.0)
    others: list[Edit] = [CloseFacility(facility=str(demo.facilities.index[1])), ChangeWalking(speed_m_s=0.9)]
    edits = [new, *others, CloseFacility(facility="N1")]
    same_tables(evaluate(apply(demo, edits)), evaluate(apply(demo, others)))
    assert apply(demo, edits).fingerprint == apply(demo, others).fingerprint


def test_a_polygon_keeps_its_shape_and_leaves_its_gates(demo: City) -> None:
    """A facility drawn as an area is moved as it is; the gates listed for it stay where they were."""
    one = str(demo.facilities.index[3])
    area = demo.facilities.geometry[one].buffer(30)
    facilities = demo.facilities.copy()
    facilities.loc[[one], "geometry"] = gpd.GeoSeries([area], index=[one], crs=demo.crs_m)
    gate = demo.gates.iloc[[0]].assign(place_id=one)
    gate = gate.set_geometry([area.centroid], crs=demo.crs_m).rename(index={gate.index[0]: "row-9999"})
    gates = pd.concat([demo.gates, gate])
    layers = {name: getattr(demo, name) for name in DOOR_LAYERS} | {"facilities": facilities, "gates": gates}
    base = replace(
        demo, facilities=facilities, gates=gates, doors=doors_of(layers, demo.streets, demo.study.walking.snap_m)[0]
    )
    moved = apply(base, [MoveFacility(facility=one, x_m=area.centroid.x + 100, y_m=area.centroid.y)])
    assert moved.facilities.geometry[one].area == pytest.approx(area.area)
    assert moved.facilities.geometry[one].representative_point().x == pytest.approx(area.centroid.x + 100, abs=1)
    assert len(moved.gates) == len(base.gates) - 1
    layers = {name: getattr(moved, name) for name in (*DOOR_LAYERS, "gates")}
    whole = doors_of(layers, demo.streets, demo.study.walking.snap_m)[0]
    assert all(same_doors(moved.doors[name], whole[name]) for name in DOOR_LAYERS)


def test_without_any_status_closing_one_leaves_the_others_open(tmp_path: Path) -> None:
    """A list of what exists has no status: all are open, and stay so when one is closed."""
    silent = [{key: value for key, value in row.items() if key != "status"} for row in FACILITIES]
    city = read_city(papertown.write(tmp_path, facilities=silent))
    assert city.facilities["status"].isna().all()
    assert states(city) == {"P1": "served", "P2": "out", "P3": "served", "P4": "served"}
    assert states(apply(city, [CloseFacility(facility="F2")])) == {
        "P1": "served",
        "P2": "out",
        "P3": "out",
        "P4": "out",
    }
    assert apply(city, [CloseFacility(facility="F2"), ReopenFacility(facility="F2")]) is city
    with pytest.raises(InputError, match="已经开放"):
        apply(city, [CloseFacility(facility="F2"), ReopenFacility(facility="F1")])
    more = apply(city, [OpenFacility(facility="N1", kind="day_care", x_m=X + 1000, y_m=Y)])
    assert states(more) == dict.fromkeys(("P1", "P2", "P3", "P4"), "served")


def test_the_first_facility_of_a_study_makes_the_layer(tmp_path: Path) -> None:
    city = read_city(papertown.write(tmp_path, facilities=None))
    assert "facilities" not in city.given
    new = OpenFacility(facility="N1", kind="day_care", x_m=X + 1000, y_m=Y)
    first = apply(city, [new])
    assert "facilities" in first.given
    assert states(first) == {"P1": "out", "P2": "served", "P3": "out", "P4": "out"}  # 1000 m either way
    assert apply(city, [new, CloseFacility(facility="N1")]) is city


def test_people_follow_households_and_household_size(tmp_path: Path) -> None:
    """District D1 has no total here, the share is given: elders = people x share, people = households x size."""
    study = papertown.write(tmp_path, own=False, settings="[population]\nelder_share = 0.2\n")
    frame = gpd.read_file(tmp_path / "residential.gpkg").drop(columns="population")
    frame.to_file(tmp_path / "residential.gpkg", engine="pyogrio")
    city = read_city(study)
    assert city.residential["elders"]["P1"] == pytest.approx(100 * 2.62 * 0.2)
    edits = [ChangeHouseholds(place="P1", households=300), ChangePopulation(household_size=3.0)]
    assert apply(city, edits).residential["elders"]["P1"] == pytest.approx(300 * 3.0 * 0.2)
    assert apply(city, edits).residential["people_source"]["P1"] == "households"


BAD: list[tuple[Edit, str, str]] = [
    (CloseFacility(facility="F9"), "facility", "最接近"),
    (OpenFacility(facility="F1", kind="day_care", x_m=X, y_m=Y), "facility", "已有"),
    (OpenFacility(facility=" ", kind="day_care", x_m=X, y_m=Y), "facility", "不能为空"),
    (OpenFacility(facility="N", kind="daycare", x_m=X, y_m=Y), "kind", "day_care"),
    (OpenFacility(facility="N", kind="day_care"), "lon_deg", "x_m"),
    (OpenFacility(facility="N", kind="day_care", x_m=X, y_m=Y, lon_deg=117.0, lat_deg=36.0), "lon_deg", "二者取一"),
    (OpenFacility(facility="N", kind="day_care", x_m=X - 3001, y_m=Y), "x_m", "研究区之外"),
    (OpenFacility(facility="N", kind="day_care", x_m=float("nan"), y_m=Y), "x_m", "研究区之外"),
    (OpenFacility(facility="N", kind="day_care", lon_deg=36.1, lat_deg=117.0), "lon_deg", "写反"),
    (OpenFacility(facility="N", kind="day_care", x_m=X, y_m=Y, beds=-1), "beds", "0 到 5000"),
    (ResizeFacility(facility="F1", floor_area_m2=-0.5), "floor_area_m2", "0 到 200000"),
    (ResizeFacility(facility="F1", floor_area_m2=float("nan")), "floor_area_m2", "0 到"),
    (ResizeFacility(facility="F1"), "do", "floor_area_m2 / beds"),
    (ReopenFacility(facility="F1"), "facility", "已经开放"),
    (OpenCandidate(candidate="C9", kind="day_care"), "candidate", "C"),
    (AddEstate(place="P1", households=1, x_m=X, y_m=Y), "place", "已有"),
    (AddEstate(place="E", households=50_001, x_m=X, y_m=Y), "households", "50000"),
    (AddEstate(place="E", households=1, estate_class="old", x_m=X, y_m=Y), "estate_class", "existing"),
    (ChangeHouseholds(place="P1", elders_60=-1), "elders_60", "0 到"),
    (ChangeWalking(), "do", "speed_m_s"),
    (ChangeWalking(speed_m_s=0.0), "walking.speed_m_s", "0.1"),
    (ChangeWalking(profile="giant"), "walking.profile", ""),
    (ChangeWalking(limits_min=(15.0, 5.0)), "walking.limits_min", "由小到大"),
    (ChangePolicy(policy="nowhere-2099"), "", ""),
    (ChangePopulation(household_size=0.4), "household_size", "0.5"),
]


@pytest.mark.parametrize(("edit", "column", "said"), BAD, ids=[f"{type(bad[0]).__name__}-{bad[1]}" for bad in BAD])
def test_an_edit_that_does_not_fit_says_so(town: City, edit: Edit, column: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        apply(town, [ChangeWalking(snap_m=100.0), edit], source="plan.toml")
    (fault,) = caught.value.faults
    assert (fault.layer, fault.row) == ("plan.toml", 2)
    assert fault.column == column or not column
    assert said in fault.message("zh")
    assert fault.message("en")


def test_every_fault_of_a_list_is_said_at_once(town: City) -> None:
    with pytest.raises(InputError) as caught:
        apply(town, [CloseFacility(facility="F8"), CloseFacility(facility="F1"), CloseFacility(facility="F9")])
    assert [fault.row for fault in caught.value.faults] == [1, 3]
    with pytest.raises(InputError, match="已经关闭"):
        apply(town, [CloseFacility(facility="F1"), CloseFacility(facility="F1")])


def test_a_city_on_no_street_is_refused(town: City) -> None:
    edits: list[Edit] = [RemoveEstate(place=f"P{n}") for n in (2, 3, 4)]
    edits += [AddEstate(place="E", households=1, x_m=X, y_m=Y + 300), RemoveEstate(place="P1")]
    with pytest.raises(InputError) as caught:
        apply(town, edits)
    assert [fault.code for fault in caught.value.faults] == ["no_place_connected"]
    with pytest.raises(InputError, match="最后一个"):
        apply(town, [RemoveEstate(place=f"P{n}") for n in (1, 2, 3, 4)])


def test_a_place_away_from_streets_is_doubted_and_every_change_noted(town: City) -> None:
    city = apply(town, [OpenFacility(facility="N1", kind="day_care", x_m=X, y_m=Y + 300), ChangeWalking(speed_m_s=2.0)])
    codes = [fault.code for fault in city.faults if fault not in town.faults]
    assert codes.count("place_unconnected") == 1
    assert codes.count("edit_noted_added") == 1
    assert codes.count("edit_noted_setting") == 1
    assert all(fault.message("zh") and fault.message("en") for fault in city.faults)


@settings(max_examples=15)
@given(st.lists(EDITS, max_size=6))
def test_doors_kept_are_the_doors_found_anew(town: City, edits: list[Edit]) -> None:
    city = apply(town, fitting(town, edits))
    layers = {name: getattr(city, name) for name in (*DOOR_LAYERS, "gates")}
    whole = doors_of(layers, city.streets, city.study.walking.snap_m)[0]
    assert all(same_doors(city.doors[name], whole[name]) for name in DOOR_LAYERS)
    for layer in ("facilities", "residential", "candidates"):
        assert getattr(city, layer).dtypes.equals(getattr(town, layer).dtypes)


@settings(max_examples=15)
@given(st.lists(EDITS, max_size=5), st.lists(EDITS, max_size=5))
def test_the_fingerprint_changes_when_and_only_when_an_input_does(town: City, one: list[Edit], two: list[Edit]) -> None:
    a, b = (apply(town, fitting(town, edits)) for edits in (one, two))
    same = not city_changes(a, b) and not settings_changed(a.study, b.study)
    assert (a.fingerprint == b.fingerprint) == same
    assert (outcome_fingerprint(a) == outcome_fingerprint(b)) == same
    assert (a.fingerprint == town.fingerprint) == (a is town)


@settings(max_examples=5)
@given(st.lists(EDITS, max_size=5))
def test_opening_a_site_never_lowers_coverage(town: City, edits: list[Edit]) -> None:
    kept = [edit for edit in fitting(town, edits) if not isinstance(edit, OpenFacility)]
    kept = fitting(town, kept)
    more = fitting(town, [*kept, OpenFacility(facility="N9", kind="day_care", x_m=X + 1500, y_m=Y)])
    before, after = (states(apply(town, list_)) for list_ in (kept, more))
    reached = {"served", "full"}
    assert all(after[place] in reached for place, state in before.items() if state in reached)


def test_edits_that_have_nothing_to_do_with_each_other_may_come_in_any_order(town: City) -> None:
    edits: list[Edit] = [
        OpenFacility(facility="N2", kind="day_care", x_m=X + 5, y_m=Y),
        OpenFacility(facility="N1", kind="day_care", x_m=X + 9, y_m=Y),
        CloseFacility(facility="F1"),
    ]
    one, two = apply(town, edits), apply(town, edits[::-1])
    assert one.fingerprint == two.fingerprint
    assert list(one.facilities.index) == ["F1", "F2", "N1", "N2"]
    same_tables(evaluate(one), evaluate(two))
