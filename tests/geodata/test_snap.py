"""Snapping: by hand, against an R-tree, and at the limit."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import LineString

from geodata.street.build import from_lines
from geodata.street.snap import grid, segment_grid, snap
from geodata.streets import Floats, Longs, Streets

GK = CRS.from_epsg(4548)


def streets_of(*lines: list[tuple[float, float]], **columns: list[object]) -> Streets:
    return from_lines(gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines], crs=GK))


def town(size: int, seed: int, step_m: float = 80.0) -> Streets:
    """Make a lattice with moved corners and gaps."""
    random = np.random.default_rng(seed)
    x = np.arange(size) * step_m + random.uniform(-25, 25, (size, size)) + 500_000
    y = np.arange(size)[:, None] * step_m + random.uniform(-25, 25, (size, size)) + 4_000_000
    corner = np.dstack((x, y))
    pairs = np.concatenate(
        [
            np.stack((corner[:, :-1], corner[:, 1:]), axis=2).reshape(-1, 2, 2),
            np.stack((corner[:-1], corner[1:]), axis=2).reshape(-1, 2, 2),
        ]
    )
    stays = random.random(len(pairs)) > 0.3
    stays[0] = True
    kept = pairs[stays]
    return from_lines(gpd.GeoDataFrame(geometry=shapely.linestrings(kept), crs=GK))


def brute(streets: Streets, x: Floats, y: Floats) -> tuple[Longs, Floats]:
    """Return the smallest nearest slot and the distance by shapely, segment by segment."""
    slots = np.flatnonzero(streets.segment_mm > 0)
    xy = np.column_stack((streets.vertex_x_m, streets.vertex_y_m))
    lines = shapely.linestrings(np.stack((xy[slots], xy[slots + 1]), axis=1))
    (point, line), away = shapely.STRtree(lines).query_nearest(shapely.points(x, y), return_distance=True)
    order = np.lexsort((slots[line], point))
    _, first = np.unique(point[order], return_index=True)
    return slots[line[order]][first], away[order][first]


def test_by_hand() -> None:
    # one street of 100 m; points beside it, beyond its end, on it
    streets = streets_of([(0, 0), (100, 0)])
    segment, offset_mm, leg_mm = snap(streets, [30.0, 103.0, 50.0, -3.0], [40.0, 4.0, 0.0, -4.0], 200.0)
    assert segment.tolist() == [0, 0, 0, 0]
    from_left = [30_000, 100_000, 50_000, 0]
    assert offset_mm.tolist() == (from_left if streets.vertex_x_m[0] == 0 else [100_000 - way for way in from_left])
    assert leg_mm.tolist() == [40_000, 5_000, 0, 5_000]


@pytest.mark.parametrize(
    ("away_m", "limit_m", "connected"),
    [
        (200.0, 200.0, True),
        (200.0004, 200.0, True),  # the same whole millimetre
        (200.001, 200.0, False),
        (199.999, 200.0, True),
        (0.0, 0.0, True),
        (0.001, 0.0, False),
        (2_500.0, 3_000.0, True),
        (3_000.0, 3_000.0, True),
        (3_000.001, 3_000.0, False),
    ],
)
def test_the_limit_counts_and_the_distance_is_told_beyond_it(away_m: float, limit_m: float, connected: bool) -> None:
    streets = streets_of([(0, 0), (100, 0)], [(100, 0), (100, -100)])
    segment, offset_mm, leg_mm = snap(streets, [50.0], [away_m], limit_m)
    assert bool(segment[0] >= 0) is connected
    assert leg_mm[0] == np.rint(away_m * 1000)
    assert offset_mm[0] == (50_000 if connected else 0)


@pytest.mark.parametrize("away_m", [2_001.0, 50_000.0, 3_000_000.0])
def test_far_away_the_distance_is_still_true(away_m: float) -> None:
    streets = town(8, 1)
    x, y = np.array([500_000 - away_m]), np.array([4_000_300.0])
    segment, _, leg_mm = snap(streets, x, y, 200.0)
    assert segment[0] == -1
    assert leg_mm[0] == pytest.approx(brute(streets, x, y)[1][0] * 1000, abs=1)


def test_no_place_and_no_street() -> None:
    streets = town(4, 2)
    segment, offset_mm, leg_mm = snap(streets, [np.nan, 500_010.0, np.inf], [4_000_000.0, np.nan, 4_000_000.0], 200.0)
    assert segment.tolist() == [-1, -1, -1]
    assert offset_mm.tolist() == [0, 0, 0]
    assert np.isnan(leg_mm).all()
    assert [len(part) for part in snap(streets, [], [], 200.0)] == [0, 0, 0]


def test_equal_distances_go_to_the_smallest_slot() -> None:
    # a star of four streets: a point at its middle is on all of them; one 5 m off the diagonal is as near to two
    streets = streets_of(*[[(0, 0), end] for end in ((100, 0), (0, 100), (-100, 0), (0, -100))])
    slots = np.flatnonzero(streets.segment_mm > 0)
    assert snap(streets, [0.0], [0.0], 10.0)[0][0] == slots.min()
    for sx, sy in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        x, y = np.array([5.0 * sx]), np.array([5.0 * sy])
        assert snap(streets, x, y, 10.0)[0][0] == brute(streets, x, y)[0][0]


def test_segments_without_length_take_no_part() -> None:
    # a side street that ends at a main road has a wait of length 0 there
    streets = streets_of([(-50, 0), (0, 0), (50, 0)], [(0, 80), (0, 0)], highway=["primary", "footway"])
    assert (streets.segment_crossings == 0.5).sum() == 1
    segment, _, leg_mm = snap(streets, [0.0], [0.0], 10.0)
    assert streets.segment_mm[segment[0]] > 0
    assert leg_mm[0] == 0


@settings(deadline=None)
@given(
    size=st.integers(2, 12),
    seed=st.integers(0, 10_000),
    step_m=st.sampled_from([3.0, 80.0, 2_000.0]),
    limit_m=st.sampled_from([0.0, 5.0, 50.0, 500.0, 5_000.0]),
)
def test_against_an_r_tree(size: int, seed: int, step_m: float, limit_m: float) -> None:
    streets = town(size, seed, step_m)
    random = np.random.default_rng(seed)
    wide = size * step_m
    x, y = (start + random.uniform(-0.5 * wide, 1.5 * wide, 200) for start in (500_000, 4_000_000))
    # and the vertices themselves, where segments tie
    x, y = np.concatenate((x, streets.vertex_x_m[:50])), np.concatenate((y, streets.vertex_y_m[:50]))
    segment, offset_mm, leg_mm = snap(streets, x, y, limit_m)
    _, away_m = brute(streets, x, y)
    assert np.abs(leg_mm - away_m * 1000).max() <= 0.5 + 1e-3
    assert ((segment >= 0) == (leg_mm <= limit_m * 1000)).all()
    on = np.flatnonzero(segment >= 0)
    k = segment[on]
    assert (streets.segment_mm[k] > 0).all()
    assert (offset_mm == np.rint(offset_mm)).all()
    assert ((offset_mm[on] >= 0) & (offset_mm[on] <= streets.segment_mm[k])).all()
    # the point found lies where it should: on the segment, at the distance told
    share = offset_mm[on] / streets.segment_mm[k]
    fx, fy = (axis[k] + share * (axis[k + 1] - axis[k]) for axis in (streets.vertex_x_m, streets.vertex_y_m))
    assert np.abs(np.hypot(x[on] - fx, y[on] - fy) * 1000 - leg_mm[on]).max(initial=0) <= 2


def test_exact_distances_to_a_micrometre() -> None:
    streets = town(40, 5)
    random = np.random.default_rng(0)
    x, y = random.uniform(500_000, 503_200, 3000), random.uniform(4_000_000, 4_003_200, 3000)
    segment, _, _ = snap(streets, x, y, 5_000.0)
    lines = shapely.linestrings(
        np.stack(
            [np.column_stack((streets.vertex_x_m[k], streets.vertex_y_m[k])) for k in (segment, segment + 1)], axis=1
        )
    )
    assert np.abs(shapely.distance(lines, shapely.points(x, y)) - brute(streets, x, y)[1]).max() < 1e-6


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000))
def test_every_cell_a_segment_runs_through_holds_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 300, 12), random.uniform(0, 90, 12)
    cells = segment_grid(x, y, np.arange(12) < 11)
    for k in range(11):
        for t in np.linspace(0, 1, 150):
            column = int((x[k] + t * (x[k + 1] - x[k]) - cells.x_m) / cells.cell_m)
            row = int((y[k] + t * (y[k + 1] - y[k]) - cells.y_m) / cells.cell_m)
            cell = min(row, cells.rows - 1) * cells.columns + min(column, cells.columns - 1)
            held = cells.segment[cells.cell_start[cell] : cells.cell_start[cell + 1]]
            assert k in held
            assert (np.diff(held) > 0).all()


def test_the_grid_is_made_once() -> None:
    streets = town(4, 3)
    assert grid(streets) is grid(streets)
