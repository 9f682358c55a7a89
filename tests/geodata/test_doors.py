"""Doors: the order in which they are looked for, where they meet the street, and what is said when they don't."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from geodata import doors as module
from geodata.coordinates.crs import metric_crs, project_lonlat
from geodata.doors import DoorKind, Doors, doors_at, find_doors, lost_gates, unconnected
from geodata.street.build import read_streets
from geodata.streets import Streets, Way
from geodata.study import LayerSource
from tests.geodata.realstreets import jinan, segments
from tests.realdata import DATA, needs_data
from tests.toytown import CRS_M, Chain, grid, street, streets_of

STREET = street()  # from (0, 0) to (400, 0), a vertex every 100 m


def table(**shapes: object) -> gpd.GeoDataFrame:
    index = pd.Index(list(shapes), name="id", dtype="str")
    return gpd.GeoDataFrame({"row": range(2, 2 + len(shapes))}, geometry=list(shapes.values()), index=index, crs=CRS_M)


def gates_of(*gates: tuple[str, object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"place_id": [name for name, _ in gates], "row": range(2, 2 + len(gates))},
        geometry=[shape for _, shape in gates],
        crs=CRS_M,
    )


def found(doors: Doors) -> list[tuple[str, str, float, float, int, float, float]]:
    """Return (id, kind, x, y, segment, offset in m, leg in m) of every door."""
    return [
        (
            str(doors.ids[doors.owner[k]]),
            DoorKind(doors.kind[k]).name.lower(),
            round(float(doors.x_m[k]), 3),
            round(float(doors.y_m[k]), 3),
            int(doors.segment[k]),
            float(doors.offset_mm[k]) / 1000,
            float(doors.leg_mm[k]) / 1000,
        )
        for k in range(len(doors.owner))
    ]


def test_a_point_is_its_own_door() -> None:
    doors = find_doors(table(a=Point(250, 40)), None, STREET, 200)
    assert found(doors) == [("a", "centroid", 250, 40, 2, 50, 40)]
    assert doors.chain.tolist() == [0]
    assert doors.connected.all()


def test_the_snapping_limit_itself_is_connected() -> None:
    doors = find_doors(table(at=Point(50, 200), beyond=Point(50, 200.001)), None, STREET, 200)
    assert doors.connected.tolist() == [True, False]
    assert doors.leg_mm.tolist() == [200_000, 200_001]  # how far it would have been
    assert doors.segment.tolist()[1] == doors.chain.tolist()[1] == -1


def test_gates_come_first_and_every_gate_is_a_door() -> None:
    gates = gates_of(("a", Point(150, 10)), ("b", Point(320, 5)), ("a", Point(190, 30)), ("a", None))
    doors = find_doors(table(a=box(110, -20, 190, 50), b=Point(330, 20)), gates, STREET, 200)
    assert found(doors) == [
        ("a", "gate", 150, 10, 1, 50, 10),
        ("a", "gate", 190, 30, 1, 90, 30),
        ("b", "gate", 320, 5, 3, 20, 5),
    ]


def test_a_place_without_geometry_is_known_by_its_gates() -> None:
    doors = find_doors(table(a=None), gates_of(("a", Point(150, 10))), STREET, 200)
    assert found(doors) == [("a", "gate", 150, 10, 1, 50, 10)]


def test_gates_far_off_belong_to_another_place_of_that_id() -> None:
    # 500 m from the point is a gate still, 500.1 m isn't
    gates = gates_of(("a", Point(600, 0)), ("a", Point(600.1, 0)), ("c", Point(0, 0)))
    homes, clinics = table(a=Point(100, 0)), table(a=Point(5000, 0))
    assert module.gate_owner(homes, gates).tolist() == [0, -1, -1]
    assert found(find_doors(clinics, gates, STREET, 200))[0][1] == "centroid"
    lost = lost_gates(gates, [homes, clinics])
    assert [(fault.code, fault.row, fault.value) for fault in lost] == [
        ("gate_unused", 3, "a"),
        ("gate_unused", 4, "c"),
    ]
    assert lost_gates(gates, []) != []
    assert not lost_gates(gates[:1], [clinics, homes])


def test_a_boundary_opens_where_streets_cross_it() -> None:
    doors = find_doors(table(a=box(110, -20, 190, 50)), None, STREET, 200)
    assert found(doors) == [("a", "boundary", 110, 0, 1, 10, 0), ("a", "boundary", 190, 0, 1, 90, 0)]


def test_a_crossing_at_a_vertex_is_one_door() -> None:
    doors = find_doors(table(a=box(100, -20, 190, 50)), None, STREET, 200)
    assert [door[2:4] for door in found(doors)] == [(100, 0), (190, 0)]


def test_a_street_along_the_boundary_opens_it_once_a_segment() -> None:
    doors = find_doors(table(a=box(120, 0, 260, 50)), None, STREET, 200)
    # the runs from 120 to 200 and from 200 to 260, each at its middle
    assert [(*door[1:4], *door[6:]) for door in found(doors)] == [("boundary", 160, 0, 0), ("boundary", 230, 0, 0)]


def test_else_the_boundary_opens_where_a_street_comes_nearest() -> None:
    (door,) = found(find_doors(table(a=box(420, 30, 480, 80)), None, STREET, 200))
    # the corner (420, 30) and the end of the street (400, 0): sqrt(20^2 + 30^2) = 36.056 m
    assert door == ("a", "boundary", 420, 30, 3, 100, 36.056)


def test_the_nearest_point_of_a_boundary_counts_up_to_the_limit() -> None:
    at, beyond = find_doors(table(a=box(0, 200, 90, 250), b=box(0, 200.1, 90, 250.1)), None, STREET, 200).kind
    assert (at, beyond) == (DoorKind.BOUNDARY, DoorKind.CENTROID)


def test_a_polygon_far_from_streets_is_a_point_inside_it() -> None:
    horseshoe = box(100, 300, 200, 400) - box(120, 320, 200, 380)
    doors = find_doors(table(a=horseshoe), None, STREET, 200)
    assert doors.kind.tolist() == [DoorKind.CENTROID]
    assert horseshoe.contains(Point(doors.x_m[0], doors.y_m[0]))
    assert not doors.connected.any()


def test_holes_are_no_way_out_and_parts_belong_together() -> None:
    court = box(90, -60, 310, 60) - box(150, -20, 250, 20)  # crossed at 90 and 310; its hole at 150 and 250
    assert [door[2] for door in found(find_doors(table(a=court), None, STREET, 200))] == [90, 310]
    two = shapely.MultiPolygon([box(10, 20, 30, 40), box(60, 10, 80, 40)])  # the second is nearer
    assert [door[3] for door in found(find_doors(table(a=two), None, STREET, 200))] == [10]


def test_bridges_and_tunnels_pass_without_a_door() -> None:
    lines = [Chain(0, 1, [(0, 0), (400, 0)]), Chain(2, 3, [(0, 30), (400, 30)], way=[Way.TUNNEL | Way.MAIN])]
    streets = streets_of([(0, 0), (400, 0), (0, 30), (400, 30)], lines)
    (door,) = found(find_doors(table(a=box(100, 10, 200, 50)), None, streets, 200))
    assert (door[1], door[3]) == ("boundary", 10)  # nearest to the street below, not where the tunnel passes


def test_many_crossings_leave_eight_far_apart() -> None:
    comb = streets_of(
        [(x, y) for x in range(0, 1000, 10) for y in (0, 50)],
        [Chain(2 * k, 2 * k + 1, [(10 * k, 0), (10 * k, 50)]) for k in range(100)],
    )
    doors = find_doors(table(a=box(-5, 20, 995, 80)), None, comb, 200)
    x = np.sort(doors.x_m)
    assert len(x) == module.MOST_CROSSINGS == 8
    assert (x[0], x[-1]) == (0, 990)
    assert np.diff(x).min() >= 990 / 16  # none twice in the same corner
    turned = find_doors(table(a=box(-5, 20, 995, 80)), None, comb, 200)
    assert np.array_equal(doors.x_m, turned.x_m)


def test_every_row_has_a_door_in_the_order_of_the_table() -> None:
    rows = table(
        a=None, b=Point(10, 5), c=box(110, -20, 190, 50), d=shapely.Polygon(), e=shapely.LineString([(0, 9), (9, 9)])
    )
    doors = find_doors(rows, None, STREET, 200)
    assert doors.owner.tolist() == [0, 1, 2, 2, 3, 4]
    assert np.isnan(doors.x_m[[0, 4]]).all()
    assert doors.connected.tolist() == [False, True, True, True, False, True]
    assert doors.owners_connected.tolist() == [False, True, True, False, True]
    assert doors.ids.equals(rows.index)


def test_no_rows_and_no_streets() -> None:
    assert len(find_doors(table(), None, STREET, 200).owner) == 0
    nothing = streets_of([], [])
    doors = find_doors(table(a=Point(0, 0), b=box(0, 0, 9, 9)), None, nothing, 200)
    assert doors.owner.tolist() == [0, 1]
    assert not doors.connected.any()
    assert [fault.code for fault in unconnected(doors, "medical", [2, 3])] == ["place_without_streets"] * 2


def test_what_is_not_connected_is_listed_once_a_place() -> None:
    rows = table(a=Point(0, 250.25), b=None, c=Point(10, 5), d=Point(9000, 0))
    gates = gates_of(("d", Point(8700, 0)), ("d", Point(8900, 0)))
    doors = find_doors(rows, gates, STREET, 200)
    faults = unconnected(doors, "medical", rows["row"])
    assert [(fault.code, fault.row, fault.details["id"]) for fault in faults] == [
        ("place_unconnected", 2, "a"),
        ("place_without_geometry", 3, "b"),
        ("place_unconnected", 5, "d"),
    ]
    assert faults[2].details["away_m"] == "8300"  # from the nearer of its two gates
    assert "250 米" in faults[0].message("zh")
    assert "200 m" in faults[0].message("en")
    assert unconnected(doors, "medical", [pd.NA, None, 4, 5])[0].row is None


def test_plain_points_have_one_door_each() -> None:
    doors = doors_at(pd.Index(["a", "b", "c"]), [250.0, np.nan, 0.0], [40.0, 0.0, 900.0], STREET, 200)
    assert doors.connected.tolist() == [True, False, False]
    assert doors.leg_mm.tolist()[::2] == [40_000, 900_000]
    assert doors.kind.tolist() == [DoorKind.CENTROID] * 3


boxes = st.tuples(st.floats(-150, 350), st.floats(-150, 350), st.floats(5, 200), st.floats(5, 200))


@settings(max_examples=60)
@given(st.lists(boxes, min_size=1, max_size=6), st.sampled_from([10.0, 50.0, 200.0]))
def test_doors_of_any_boxes_on_a_grid(corners: list[tuple[float, ...]], limit_m: float) -> None:
    streets = grid()
    shapes = [box(x, y, x + wide, y + high) for x, y, wide, high in corners]
    doors = find_doors(table(**{f"p{k}": shape for k, shape in enumerate(shapes)}), None, streets, limit_m)
    check(doors, np.array(shapes), streets, limit_m)


def check(doors: Doors, shapes: np.ndarray, streets: Streets, limit_m: float) -> None:
    """Hold doors of polygons against distances by shapely."""
    slots, lines = segments(streets)
    tree = shapely.STRtree(lines)
    points = shapely.points(doors.x_m, doors.y_m)
    (_, _), away = tree.query_nearest(points, return_distance=True, all_matches=False)
    assert np.abs(doors.leg_mm - away * 1000).max() <= 0.5 + 1e-6  # the nearest street, in whole millimetres
    own = lines[np.searchsorted(slots, doors.segment[doors.connected])]
    on_street = shapely.line_interpolate_point(own, doors.offset_mm[doors.connected] / 1000)
    assert np.allclose(
        shapely.distance(points[doors.connected], on_street), doors.leg_mm[doors.connected] / 1000, atol=0.0015
    )
    assert (np.diff(doors.owner) >= 0).all()
    assert np.array_equal(np.unique(doors.owner), np.arange(len(shapes)))
    rings = shapely.get_exterior_ring(shapes)[doors.owner]
    at_boundary = doors.kind == DoorKind.BOUNDARY
    assert (shapely.distance(points, rings)[at_boundary] < 1e-6).all()
    assert doors.connected[at_boundary].all()
    # a place opens at its boundary exactly when a street comes near enough; crossed, it opens on the street itself
    (ring, _), gap = tree.query_nearest(shapely.get_exterior_ring(shapes), return_distance=True)
    nearest = np.full(len(shapes), np.inf)
    np.minimum.at(nearest, ring, gap)
    assert np.array_equal(nearest[doors.owner] <= limit_m + 0.000499, at_boundary)
    least = np.full(len(shapes), np.inf)
    np.minimum.at(least, doors.owner, np.where(at_boundary, doors.leg_mm / 1000, np.inf))
    assert np.allclose(least[nearest <= limit_m], nearest[nearest <= limit_m], atol=0.001)


class TestJinan:
    """A thousand made-up compounds on the real streets of Jinan."""

    pytestmark = needs_data

    def test_doors_agree_with_distances_by_shapely(self) -> None:
        streets = jinan()
        rng = np.random.default_rng(2)
        near = rng.integers(0, len(streets.vertex_x_m), 1000)
        x = streets.vertex_x_m[near] + rng.normal(0, 150, 1000)
        y = streets.vertex_y_m[near] + rng.normal(0, 150, 1000)
        shapes = shapely.buffer(shapely.points(x, y), rng.uniform(20, 150, 1000), quad_segs=3)
        rows = gpd.GeoDataFrame(geometry=shapes, index=pd.Index([f"p{k}" for k in range(1000)]), crs=streets.crs_m)
        doors = find_doors(rows, None, streets, 200.0)
        check(doors, shapes, streets, 200.0)
        assert np.bincount(doors.owner).max() <= module.MOST_CROSSINGS
        again = find_doors(rows.iloc[::-1], None, streets, 200.0)  # the order of rows changes nothing
        assert np.array_equal(again.x_m[again.owner == 999], doors.x_m[doors.owner == 0])


class TestPortoAlegre:
    """The real centres of 1,227 hexagons on real streets with footways."""

    pytestmark = needs_data

    def test_every_centre_meets_the_nearest_street(self, tmp_path: Path) -> None:
        folder = DATA / "porto_alegre"
        hexagons = pd.read_csv(folder / "poa_hexgrid.csv")
        crs_m = metric_crs(hexagons["lon"], hexagons["lat"])
        source = LayerSource(layer="streets", path=folder / "poa_osm.pbf")
        streets, _ = read_streets(source, crs_m, folder=tmp_path)
        x, y = project_lonlat(hexagons["lon"], hexagons["lat"], crs_m)
        doors = doors_at(pd.Index(hexagons["id"]), x, y, streets, 200.0)
        away = shapely.STRtree(segments(streets)[1]).query_nearest(
            shapely.points(x, y), return_distance=True, all_matches=False
        )[1]
        assert np.abs(doors.leg_mm - 1000 * away).max() <= 0.5 + 1e-6
        assert doors.connected.all()  # the grid was cut to where streets are
        assert find_doors_of_points(hexagons["id"], x, y, streets) == found(doors)


def find_doors_of_points(ids: pd.Series, x: np.ndarray, y: np.ndarray, streets: Streets) -> list[tuple[object, ...]]:
    rows = gpd.GeoDataFrame(geometry=shapely.points(x, y), index=pd.Index(ids), crs=streets.crs_m)
    return found(find_doors(rows, None, streets, 200.0))


@pytest.mark.parametrize("limit_m", [0.0, 5.0])
def test_a_small_limit(limit_m: float) -> None:
    doors = find_doors(table(a=box(110, -20, 190, 50), b=box(110, 5, 190, 50)), None, STREET, limit_m)
    assert doors.owners_connected.tolist() == [True, limit_m == 5.0]
