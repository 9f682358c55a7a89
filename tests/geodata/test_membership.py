"""Which district holds a place: by polygon, on borders, by name, and through the district above."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from geodata.membership import district_of, membership, plain_name
from geodata.schema import Districts, Residential

# Two streets side by side, 0 to 100 and 100 to 200; the first has two communities, one above the other.
DISTRICTS = Districts(
    gpd.GeoDataFrame(
        {
            "name": ["东城区", "甲街道", "乙街道", "和平社区", "建设社区", "和平社区"],
            "level": ["county", "street", "street", "community", "community", "community"],
            "parent": [None, "C1", "东城区", "S1", "甲街道", "S2"],
            "row": range(2, 8),
        },
        geometry=[
            None,  # the county has no polygon
            box(0, 0, 100, 100),
            box(100, 0, 200, 100),
            box(0, 0, 100, 50),
            box(0, 50, 100, 100),
            box(150, 0, 200, 100),  # the west of street S2 has no community polygon
        ],
        index=pd.Index(["C1", "S1", "S2", "Q1", "Q2", "Q3"], name="id", dtype="str"),
        crs=4548,
    )
)


def places(*rows: tuple[object, str | None, str | None]) -> Residential:
    """Return places p0, p1 ... of (geometry, street, community)."""
    return Residential(
        gpd.GeoDataFrame(
            {
                "street": pd.array([row[1] for row in rows], dtype="string"),
                "community": pd.array([row[2] for row in rows], dtype="string"),
                "row": range(2, 2 + len(rows)),
            },
            geometry=[row[0] for row in rows],
            index=pd.Index([f"p{k}" for k in range(len(rows))], name="id", dtype="str"),
            crs=4548,
        )
    )


def of(rows: Residential) -> tuple[list[list[object]], list[tuple[str, int | None]]]:
    ids, faults = membership(rows, DISTRICTS)
    assert list(ids) == ["community_id", "street_id", "county_id"]
    assert all(fault.message(lang) for fault in faults for lang in ("zh", "en"))
    found = [[None if pd.isna(value) else value for value in row] for row in ids.to_numpy()]
    return found, [(fault.code, fault.row) for fault in faults]


def test_the_polygon_decides_and_the_district_above_follows_from_parent() -> None:
    assert of(places((Point(10, 10), None, None))) == ([["Q1", "S1", "C1"]], [])
    assert of(places((box(140, 10, 180, 20), None, None)))[0] == [["Q3", "S2", "C1"]]  # a point inside: (160, 15)


def test_on_a_shared_border_the_lowest_id_wins() -> None:
    found = district_of(places((Point(100, 20), None, None), (Point(50, 50), None, None)).geometry, DISTRICTS, "street")
    assert found.tolist() == ["S1", "S1"]
    assert district_of(places((Point(50, 50), None, None)).geometry, DISTRICTS, "community").tolist() == ["Q1"]
    turned = Districts(DISTRICTS.iloc[::-1])
    assert district_of(places((Point(100, 20), None, None)).geometry, turned, "street").tolist() == ["S1"]


def test_no_place_and_no_district() -> None:
    rows = places((None, None, None), (shapely.Polygon(), None, None), (Point(500, 500), None, None))
    assert district_of(rows.geometry, DISTRICTS, "street").isna().all()
    assert district_of(rows.geometry, DISTRICTS, "county").isna().all()
    assert district_of(places().geometry, DISTRICTS, "street").empty
    faults = of(rows)[1]
    assert faults.count(("district_unknown", 2)) == 3  # community, street, county


def test_without_districts_nothing_is_doubted() -> None:
    nothing = Districts(DISTRICTS.iloc[:0])
    ids, faults = membership(places((Point(10, 10), "甲街道", None)), nothing)
    assert ids.isna().all(axis=None)
    assert faults == []


def test_without_a_polygon_the_words_of_the_row_decide() -> None:
    # 和平 is the name of two communities: the street tells which; the place is in the gap of S2, or nowhere
    rows = places(
        (Point(120, 10), None, "和平"),
        (None, "甲街道办事处", "和平社区居委会"),
        (None, "乙", None),
        (None, None, "和平社区"),
        (None, None, "Q2"),
        (None, "乙街道", "建设社区"),
    )
    found, faults = of(rows)
    assert found == [
        ["Q3", "S2", "C1"],
        ["Q1", "S1", "C1"],
        [None, "S2", "C1"],
        [None, None, None],  # two of that name, nothing to tell them apart
        ["Q2", "S1", "C1"],  # by id; its parent is written by name
        [None, "S2", "C1"],  # 建设社区 lies in the other street: the row contradicts itself
    ]
    assert ("district_unknown", 4) in faults
    assert faults.count(("district_unknown", 5)) == 3
    assert faults.count(("district_unknown", 7)) == 1
    assert [code for code, row in faults if row is None] == ["district_by_text"] * 2


def test_a_row_that_contradicts_its_place_is_doubted_and_the_place_counts() -> None:
    found, faults = of(places((Point(10, 10), "乙街道", "和平")))
    assert found == [["Q1", "S1", "C1"]]
    assert faults == [("district_disagrees", 2)]
    message = membership(places((Point(10, 10), "乙街道", None)), DISTRICTS)[1][0].message("zh")
    assert "乙街道" in message
    assert "甲街道" in message


@pytest.mark.parametrize("said", ["甲街道", "甲", " 甲 街道", "甲街道办事处", "S1"])
def test_ways_to_write_one_name_agree(said: str) -> None:
    assert of(places((Point(10, 10), said, None)))[1] == []


def test_plain_names() -> None:
    assert plain_name("龙　洞街道") == "龙洞"
    assert plain_name("Ａ区第１社区") == "A区第1"
    assert plain_name("村") == "村"  # nothing would be left


@given(st.lists(st.tuples(st.floats(-20, 220), st.floats(-20, 120)), min_size=1, max_size=30))
def test_brute_force(points: list[tuple[float, float]]) -> None:
    rows = places(*((Point(point), None, None) for point in points))
    for level in ("street", "community"):
        areas = DISTRICTS[DISTRICTS["level"] == level]
        expected = [
            min((str(label) for label, area in areas.geometry.items() if area.intersects(Point(point))), default=None)
            for point in points
        ]
        found = district_of(rows.geometry, DISTRICTS, level)
        assert [None if pd.isna(value) else value for value in found] == expected
        assert found.index.equals(rows.index)


def test_a_city_of_places_takes_no_time() -> None:
    rng = np.random.default_rng(1)
    rows = places(*((Point(xy), None, None) for xy in rng.uniform(0, 100, (3000, 2))))
    ids, faults = membership(rows, DISTRICTS)
    assert (ids["street_id"] == "S1").all()
    assert faults == []
