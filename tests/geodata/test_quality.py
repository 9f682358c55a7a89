"""Doubts about layers that were read."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geodata.faults import Fault, Severity
from geodata.quality import city_doubts, layer_doubts, table
from geodata.reading.layers import empty_table
from tests.geodata.nasty import codes

CRS_M = CRS.from_epsg(4548)


def layer_of(layer: str, shapes, **columns):
    """Return a table of ``layer`` with some columns filled; ids are a, b, c ... and rows start at 2."""
    empty = empty_table(layer, CRS_M)
    ids = [chr(97 + place) for place in range(len(shapes))]
    data = {}
    for name in empty.columns.drop(["geometry", "row"]):
        dtype = empty[name].dtype
        given_values = columns.get(name, [f"n{i}" for i in ids] if name == "name" else [None] * len(ids))
        if str(dtype) == "object":
            data[name] = pd.Series(given_values, index=ids, dtype=object)
        else:
            data[name] = pd.Series(given_values, index=ids).astype(dtype)
    frame = pd.DataFrame(data, index=pd.Index(ids, name="id")).assign(row=range(2, len(ids) + 2))
    return gpd.GeoDataFrame(frame, geometry=list(shapes), crs=CRS_M)


def spread(n: int):
    """Return points 100 m apart, so that none is a twin of another."""
    return [shapely.Point(500_000 + 100 * i, 4_000_000) for i in range(n)]


def said(faults):
    codes(faults)
    return [(fault.code, fault.details["id"]) for fault in faults]


def test_nothing_is_doubted_where_nothing_is_known():
    for layer in ("residential", "facilities", "medical", "districts", "candidates", "gates"):
        assert not layer_doubts(layer, empty_table(layer, CRS_M))
    assert not layer_doubts("residential", layer_of("residential", spread(3)))
    assert not city_doubts({"residential": layer_of("residential", spread(3))}, day=dt.date(2025, 1, 1))
    assert not city_doubts({"residential": empty_table("residential", CRS_M), "gates": empty_table("gates", CRS_M)})


def test_parts_and_wholes():
    # b: 60+ above everybody; c: 80+ above 65+ (and above nothing else); equal is fine
    estates = layer_of(
        "residential",
        spread(3),
        households=[100, 100, 100],
        population=[300, 300, 300],
        elders_60=[300, 301, 90],
        elders_65=[200, 200, 40],
        elders_80=[200, 10, 41],
    )
    assert said(layer_doubts("residential", estates)) == [("part_over_whole", "b"), ("part_over_whole", "c")]
    fault = layer_doubts("residential", estates, {"elders_60": "60岁以上老年人口"})[0]
    assert (fault.row, fault.column, fault.value) == (3, "60岁以上老年人口", 301)
    assert "301 大于 population 的 300" in fault.message("zh")


@pytest.mark.parametrize(
    ("people", "households", "doubt"),
    [(50, 100, False), (49, 100, True), (800, 100, False), (801, 100, True), (None, 100, False), (300, None, False)],
)
def test_household_size_limits(people, households, doubt):
    estates = layer_of("residential", spread(1), population=[people], households=[households])
    assert (codes(layer_doubts("residential", estates)) == ["household_size_odd"]) == doubt


def test_zeros_are_doubted():
    estates = layer_of("residential", spread(2), households=[0, 10], population=[0, 0])
    assert said(layer_doubts("residential", estates)) == [("households_none", "a"), ("people_nowhere", "b")]


def test_beds():
    homes = layer_of(
        "facilities",
        spread(3),
        beds=[100, 100, 100],
        nursing_beds=[100, 101, None],
        residents=[120, 5, 121],
        kind=["nursing_home"] * 3,
    )
    assert said(layer_doubts("facilities", homes)) == [("part_over_whole", "b"), ("residents_over_beds", "c")]


def test_dates_the_wrong_way_round_and_to_come():
    estates = layer_of(
        "residential",
        spread(3),
        permit_date=pd.to_datetime(["2020-01-01", "2022-01-01", "2026-01-01"]),
        completion_date=pd.to_datetime(["2020-01-01", "2021-12-31", None]),
    )
    assert said(layer_doubts("residential", estates)) == [("dates_reversed", "b")]
    homes = layer_of(
        "facilities",
        spread(4),
        opened_on=pd.to_datetime(["2025-12-31", "2026-01-01", "2026-01-01", "2026-01-01"]),
        status=["open", "open", "planned", None],
    )
    found = city_doubts({"residential": estates, "facilities": homes}, day=dt.date(2025, 12, 31))
    assert said(found) == [("date_in_future", "c"), ("date_in_future", "b"), ("date_in_future", "d")]
    assert found[1].value == "2026-01-01"


def test_twins():
    # b is 50 m from a and has its name but for the width of letters; c is 51 m from b; e lies where d lies
    shapes = [
        shapely.Point(0, 0),
        shapely.Point(50, 0),
        shapely.Point(101, 0),
        shapely.Point(500, 0),
        shapely.Point(500, 0),
        None,
    ]
    estates = layer_of("residential", shapes, name=["阳光花园A区", "阳光花园Ａ区 ", "阳光花园A区", "x", "y", "y"])
    found = layer_doubts("residential", estates)
    assert said(found) == [("twin_name", "b"), ("twin_place", "e")]
    assert [fault.details["other_row"] for fault in found] == [2, 5]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), max_size=12))
def test_twins_are_those_that_comparing_every_pair_finds(rows):
    estates = layer_of("residential", [shapely.Point(x, 0) for _, x in rows], name=[f"名{name}" for name, _ in rows])
    expected = {
        chr(97 + later)
        for later, (name, x) in enumerate(rows)
        if any(x == other_x or (name == other and abs(x - other_x) <= 50) for other, other_x in rows[:later])
    }
    assert {fault.details["id"] for fault in layer_doubts("residential", estates)} == expected


def test_overlapping_districts_of_one_level():
    square = shapely.box(0, 0, 1000, 1000)
    districts = layer_of(
        "districts",
        [
            square,
            shapely.box(998, 0, 2000, 1000),
            shapely.box(2000, 0, 3000, 1000),
            shapely.box(1999, 0, 2999, 1000),
            square,
        ],
        level=["street", "street", "street", "street", "community"],
        name=list("abcde"),
    )
    # a and b share 2,000 m2; b and d 1,000 m2 (drawing explains as much); c and d nearly all; e is of another level
    found = layer_doubts("districts", districts)
    assert said(found) == [("districts_overlap", "b"), ("districts_overlap", "d")]
    assert [fault.details["shared"] for fault in found] == ["2 000", "999 000"]


def test_references():
    estates = layer_of("residential", spread(2))
    homes = layer_of("facilities", spread(3), serves=[("a", "b"), ("a", "z", "y"), None])
    gates = layer_of("gates", spread(3), place_id=["a", "q", None])
    districts = layer_of(
        "districts",
        [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1), shapely.box(3, 0, 4, 1)],
        level=["county", "street", "street", "community"],
        parent=["370100", "a", "x", "nb"],
        name=["na", "nb", "nc", "nd"],
    )
    found = [
        fault
        for fault in city_doubts({"residential": estates, "facilities": homes, "gates": gates, "districts": districts})
        if fault.code != "outside_area"
    ]
    # the county's parent lies above the study; a parent may be named instead of numbered
    assert said(found) == [("serves_unknown", "b"), ("gate_unknown_place", "b"), ("parent_unknown", "c")]
    assert found[0].details["unknown"] == "z、y"


def test_outside_the_area():
    districts = layer_of("districts", [shapely.box(0, 0, 1000, 1000)], level=["county"])
    # on the boundary, just beyond, 3 km beyond, further
    shapes = [
        shapely.Point(1000, 500),
        shapely.Point(1000.1, 500),
        shapely.Point(4000, 500),
        shapely.Point(4001, 500),
        None,
    ]
    found = city_doubts(
        {
            "districts": districts,
            "residential": layer_of("residential", shapes),
            "facilities": layer_of("facilities", shapes),
        }
    )
    residential = [fault for fault in found if fault.layer == "residential"]
    facilities = [(fault.code, fault.severity, fault.details["id"]) for fault in found if fault.layer == "facilities"]
    assert said(residential) == [("outside_area", "b"), ("outside_area", "c"), ("outside_area", "d")]
    assert facilities == [
        ("beyond_area", "note", "b"),
        ("beyond_area", "note", "c"),
        ("outside_area", "doubt", "d"),
    ]


def test_outside_the_streets_where_there_are_no_districts():
    streets = shapely.MultiPoint([(0, 0), (1000, 0), (0, 1000)])
    shapes = [shapely.Point(-3000, 0), shapely.Point(-3001, 0)]
    assert said(city_doubts({"residential": layer_of("residential", shapes)}, streets=streets)) == [
        ("outside_area", "b")
    ]


def test_the_table_is_sorted_and_speaks_both_languages():
    faults = [
        Fault(code="row_note", severity=Severity.NOTE, layer="residential", row=3, value="x"),
        Fault(code="row_total", severity=Severity.DOUBT, layer="residential", row=12, value="合计"),
        Fault(code="row_total", severity=Severity.DOUBT, layer="residential", row=2, value="合计"),
        Fault(code="row_total", severity=Severity.DOUBT, layer="facilities", row=5, value="合计"),
        Fault(code="crs_missing", layer="residential", value="a.shp"),
        Fault(
            code="value_repaired",
            severity=Severity.REPAIR,
            layer="residential",
            row=1,
            column="户数",
            value="1,2",
            details={"read": "12"},
        ),
    ]
    zh, en = table(faults), table(reversed(faults), "en")
    assert list(zh.columns) == ["severity", "layer", "row", "column", "value", "message"]
    assert zh["severity"].tolist() == ["error", "doubt", "doubt", "doubt", "repair", "note"]
    assert zh["row"].tolist() == [pd.NA, 5, 2, 12, 1, 3]
    assert zh.drop(columns="message").equals(en.drop(columns="message"))
    assert "合计" in zh["message"].iloc[1]
    assert "sum" in en["message"].iloc[1]
    assert table([]).empty
    assert list(table([]).columns) == list(zh.columns)


def test_tables_are_left_as_they_are():
    estates = layer_of("residential", spread(3), households=[0, 1, 2], population=[5, 5, 5])
    before = estates.copy()
    layer_doubts("residential", estates)
    city_doubts({"residential": estates}, day=dt.date(2025, 1, 1), streets=shapely.Point(0, 0))
    pd.testing.assert_frame_equal(pd.DataFrame(estates), pd.DataFrame(before))


def test_many_rows_in_one_spot_are_listed_in_good_time():
    n = 3000
    estates = layer_of("residential", [shapely.Point(0, 0)] * 3)
    many = pd.concat([estates] * (n // 3)).reset_index(drop=True)
    many.index = pd.Index([f"i{i}" for i in range(n)], name="id")
    many["row"] = np.arange(n) + 2
    many["name"] = [f"n{i}" for i in range(n)]
    found = layer_doubts("residential", gpd.GeoDataFrame(many, geometry="geometry", crs=CRS_M))
    assert len(found) == n - 1
    assert {fault.code for fault in found} == {"twin_place"}
