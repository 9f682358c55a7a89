"""Isochrones: drawings that nest, end where the walk ends, and agree with the clock at the streets."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from planning.walking.field import field
from planning.walking.isochrones import OFF_STREET_M, isochrones, time_grid
from planning.walking.network import network
from tests.planning.coveragetown import STREETS, WALKER, net, toy_doors
from tests.toytown import CRS_M, Door, doors_at, grid


def test_one_street_by_hand() -> None:
    # door in the middle of 1,000 m: 120 s reach 120 m each way along the street and 50 m beside it
    (area,) = isochrones(net(), toy_doors({"f": 500}), (120.0,), cell_m=5).geometry
    west, south, east, north = area.bounds
    assert west == pytest.approx(380, abs=5)
    assert east == pytest.approx(620, abs=5)
    assert north == pytest.approx(OFF_STREET_M, abs=5)
    assert south == pytest.approx(-OFF_STREET_M, abs=5)
    # at x = 600 who is y beside the street leaves it 50 m before, at 600 - sqrt(50^2 - y^2): 120 s for y = 40
    assert area.contains(Point(600, 37))
    assert not area.contains(Point(600, 43))


def test_the_table_says_limit_and_crs() -> None:
    found = isochrones(net(), toy_doors({"f": 0}), (300.0, 450.0), cell_m=20)
    assert found["limit_min"].tolist() == [5.0, 7.5]
    assert found.crs == CRS_M
    assert found.geometry.geom_type.tolist() == ["MultiPolygon"] * 2


def test_nobody_open_draws_nothing() -> None:
    for doors in (toy_doors({}), toy_doors({"off": 5000.0})):
        found = isochrones(net(), doors, (300.0, 900.0))
        assert found.geometry.is_empty.all()
        assert found["limit_min"].tolist() == [5.0, 15.0]


def test_a_block_too_wide_to_see_across_keeps_its_hole() -> None:
    # blocks of 300 m: their middle is 150 m from any street, further than a walk is drawn
    streets = grid(3, 300.0)
    doors = doors_at(streets, {"f": [Door(0, 0.0)]})
    (area,) = isochrones(network(streets, WALKER), doors, (3000.0,)).geometry
    assert len(area.geoms) == 1
    assert len(area.geoms[0].interiors) == 4
    assert not area.contains(Point(150, 150))


def test_the_field_is_the_least_over_the_street_points() -> None:
    rng = np.random.default_rng(7)
    x, y, seconds = rng.uniform(-80, 80, 30), rng.uniform(-80, 80, 30), rng.uniform(0, 300, 30)
    for cell in (10.0, 25.0):
        grid_x, grid_y, found = time_grid(x, y, seconds, speed_m_s=0.8, cell_m=cell)
        off = np.hypot(grid_x[None, :, None] - x, grid_y[:, None, None] - y)
        by_hand = np.where(off <= OFF_STREET_M, seconds + off / 0.8, np.inf).min(axis=2)
        np.testing.assert_allclose(found, by_hand)
        assert np.isinf(found[[0, -1], :]).all()  # a rim, so that every contour closes
        assert np.isinf(found[:, [0, -1]]).all()


spots = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 100_000), st.integers(0, 30_000)), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(spots, st.lists(st.integers(20, 900), min_size=2, max_size=4, unique=True), st.sampled_from([10.0, 20.0]))
def test_longer_walks_contain_shorter_ones_and_all_are_valid(
    where: list[tuple[int, int, int]], limits: list[int], cell_m: float
) -> None:
    streets = grid()
    doors = doors_at(streets, {f"f{n}": [Door(chain, along, leg)] for n, (chain, along, leg) in enumerate(where)})
    areas = isochrones(network(streets, WALKER), doors, tuple(map(float, sorted(limits))), cell_m=cell_m).geometry
    assert areas.is_valid.all()
    for shorter, longer in zip(areas.iloc[:-1], areas.iloc[1:], strict=True):
        assert shorter.difference(longer).area == pytest.approx(0, abs=1e-6)
        assert shorter.area <= longer.area


def test_the_drawing_agrees_with_the_clock_at_the_streets() -> None:
    # every street point reached in time lies in the drawing, but for those within a cell of its edge, and none beyond
    streets = grid(5, 120.0)
    walker = network(streets, WALKER)
    doors = doors_at(streets, {"f": [Door(0, 0.0)], "g": [Door(30, 60_000.0)]})
    limits, cell_m = (150.0, 300.0), 20.0
    x, y, seconds = field(walker, doors, 1e4).points(step_m=5.0)
    points = shapely.points(x, y)
    for limit, area in zip(limits, isochrones(walker, doors, limits, cell_m=cell_m).geometry, strict=True):
        inside = shapely.contains_xy(area, x, y)
        assert inside[seconds <= limit - cell_m].all()
        assert not inside[(seconds > limit + cell_m) & (shapely.distance(points, area.boundary) > cell_m)].any()


def test_the_same_drawing_every_time() -> None:
    first, second = (isochrones(net(), toy_doors({"f": 123}), (200.0, 400.0)) for _ in range(2))
    assert first.geometry.geom_equals_exact(second.geometry, 0).all()
    assert len(STREETS.chain_u) == 1
