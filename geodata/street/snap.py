"""Where a door meets the street: the nearest point of the nearest segment, by a grid of square cells."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geodata.compiled import compiled
from geodata.streets import Floats, Ints, Longs, Streets

SEGMENTS_PER_CELL = 1.0  # cells are about as many as segments; measured: flat between 0.5 and 2
LEAST_CELL_M, MOST_CELLS = 5.0, 30_000_000
RING_M = 2000.0  # beyond it the few points that lie so far from any street are looked up in an R-tree
FEW = 50_000_000  # point-segment pairs that are measured one by one sooner than an R-tree is built
NANOMETRES = 1e9


@dataclass(frozen=True, eq=False)
class SegmentGrid:
    """Segments by the cells they run through; cell ``row * columns + column`` holds a run of ``segment``."""

    x_m: float  # lower left corner
    y_m: float
    cell_m: float
    columns: int
    rows: int
    cell_start: Longs  # [cells + 1]
    segment: Ints  # vertex slots, ascending within a cell


_grids: WeakKeyDictionary[Streets, SegmentGrid] = WeakKeyDictionary()


def grid(streets: Streets) -> SegmentGrid:
    """Return the grid of ``streets``, made on the first call and kept as long as the streets."""
    if streets not in _grids:
        _grids[streets] = segment_grid(streets.vertex_x_m, streets.vertex_y_m, streets.segment_mm > 0)
    return _grids[streets]


def remember(streets: Streets, ready: SegmentGrid) -> None:
    """Keep ``ready``, read from a cache, as the grid of ``streets``."""
    _grids[streets] = ready


def snap(streets: Streets, x_m: ArrayLike, y_m: ArrayLike, limit_m: float) -> tuple[Longs, Floats, Floats]:
    """Find the street point nearest to each point, by vertex slot, way along the segment and way to the street.

    Distances that agree to a nanometre are equal, and the smallest slot wins. Segments of length 0 take no part.

    Parameters
    ----------
    x_m, y_m
        In the CRS of the streets; NaN where a point has no place.
    limit_m
        Inclusive, judged in whole millimetres.

    Returns
    -------
    segment
        Vertex slot ``k``, -1 beyond the limit.
    offset_mm
        Whole millimetres from vertex ``k``, at most the length of the segment; 0 where ``segment`` is -1.
    leg_mm
        Whole millimetres to the street, also beyond the limit; NaN without a place, ``inf`` without any street.
    """
    x = np.array(x_m, dtype=np.float64, ndmin=1)
    y = np.array(y_m, dtype=np.float64, ndmin=1)
    segment, share, away_m = _search(streets, x, y, max(float(limit_m), RING_M))
    lost = np.flatnonzero((segment < 0) & np.isfinite(x) & np.isfinite(y))
    if len(lost):
        away_m[lost] = _far(streets, x[lost], y[lost])
    leg_mm = np.rint(away_m * 1000.0)
    segment[~(leg_mm <= np.rint(limit_m * 1000.0))] = -1
    length_mm = streets.segment_mm[np.maximum(segment, 0)] if len(streets.segment_mm) else np.zeros(len(x))
    offset_mm = np.where(segment >= 0, np.clip(np.rint(share * length_mm), 0.0, length_mm), 0.0)
    return segment, offset_mm, leg_mm


def street_metres(streets: Streets, x_m: Floats, y_m: Floats, within_m: float) -> Floats:
    """Return the metres from each point to the nearest street; NaN where that is more than ``within_m``."""
    away_m = _search(streets, x_m, y_m, within_m)[2]
    return np.where(away_m <= within_m, away_m, np.nan)


def _search(streets: Streets, x: Floats, y: Floats, reach_m: float) -> tuple[Longs, Floats, Floats]:
    cells = grid(streets)
    corner = (cells.x_m, cells.y_m, cells.cell_m, cells.columns, cells.rows)
    return _nearest(x, y, streets.vertex_x_m, streets.vertex_y_m, *corner, cells.cell_start, cells.segment, reach_m)


def _far(streets: Streets, x: Floats, y: Floats) -> Floats:
    """Return the metres to the nearest segment of points far from all of them."""
    slots = np.flatnonzero(streets.segment_mm > 0)
    if not len(slots):
        return np.full(len(x), np.inf)
    if len(x) * len(slots) <= FEW:
        return np.array(
            [_least(px, py, streets.vertex_x_m, streets.vertex_y_m, slots) for px, py in zip(x, y, strict=True)]
        )
    xy = np.column_stack((streets.vertex_x_m, streets.vertex_y_m))
    lines = np.asarray(shapely.linestrings(np.stack((xy[slots], xy[slots + 1]), axis=1)), dtype=object)
    points = shapely.points(x, y)
    found = np.full(len(x), np.inf)
    which, away = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    found[which[0]] = away
    return found


@compiled
def _least(px: float, py: float, x: Floats, y: Floats, slots: Longs) -> float:
    """Return the metres from one point to the nearest of some segments."""
    least = np.inf
    for k in slots:
        least = min(least, along(px, py, x[k], y[k], x[k + 1], y[k + 1])[1])
    return least


def segment_grid(x_m: Floats, y_m: Floats, real: NDArray[np.bool_]) -> SegmentGrid:
    """Lay the segments from each point ``k`` to ``k + 1`` where ``real[k]`` out in square cells."""
    slots = np.flatnonzero(real)
    if not len(slots):
        return SegmentGrid(0.0, 0.0, 1.0, 1, 1, np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int32))
    x0, x1 = float(x_m.min()), float(x_m.max())
    y0, y1 = float(y_m.min()), float(y_m.max())
    wide, high = max(x1 - x0, 1.0), max(y1 - y0, 1.0)
    cell_m = max(LEAST_CELL_M, (wide * high / len(slots) * SEGMENTS_PER_CELL) ** 0.5, (wide * high / MOST_CELLS) ** 0.5)
    cell_m = max(cell_m, wide / MOST_CELLS**0.5, high / MOST_CELLS**0.5)
    columns, rows = int(wide / cell_m) + 1, int(high / cell_m) + 1
    cell_start = np.zeros(columns * rows + 1, dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int32)
    _fill(x_m, y_m, slots, x0, y0, cell_m, columns, rows, cell_start, nothing)
    np.cumsum(cell_start, out=cell_start)
    segment = np.empty(cell_start[-1], dtype=np.int32)
    _fill(x_m, y_m, slots, x0, y0, cell_m, columns, rows, cell_start, segment)
    cell_start[1:] = cell_start[:-1].copy()
    cell_start[0] = 0
    return SegmentGrid(x0, y0, cell_m, columns, rows, cell_start, segment)


@compiled
def _fill(
    x: Floats, y: Floats, slots: Longs, x0: float, y0: float, cell_m: float, columns: int, rows: int,
    cell_start: Longs, segment: Ints,
) -> None:  # fmt: skip
    """Count the segments of every cell into ``cell_start`` (shifted by one), or place them where ``segment`` has room.

    A segment is in every cell it runs through: row by row, the part of it within the row and a millimetre around.
    """
    place = len(segment) > 0
    margin = 0.001
    for i in range(len(slots)):
        k = slots[i]
        ax, ay, bx, by = x[k] - x0, y[k] - y0, x[k + 1] - x0, y[k + 1] - y0
        first = max(0, int((min(ay, by) - margin) / cell_m))
        last = min(rows - 1, int((max(ay, by) + margin) / cell_m))
        for row in range(first, last + 1):
            low, high = ax, bx
            if last > first and by != ay:
                s = ((row * cell_m - margin) - ay) / (by - ay)
                t = (((row + 1) * cell_m + margin) - ay) / (by - ay)
                low = ax + (bx - ax) * min(1.0, max(0.0, s))
                high = ax + (bx - ax) * min(1.0, max(0.0, t))
            left = max(0, int((min(low, high) - margin) / cell_m))
            right = min(columns - 1, int((max(low, high) + margin) / cell_m))
            for column in range(left, right + 1):
                cell = row * columns + column
                if place:
                    segment[cell_start[cell]] = k
                    cell_start[cell] += 1
                else:
                    cell_start[cell + 1] += 1


@compiled
def along(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """Return the share of the way from a to b nearest to p, and the metres between."""
    dx, dy = bx - ax, by - ay
    long2 = dx * dx + dy * dy
    t = 0.0
    if long2 > 0.0:
        t = ((px - ax) * dx + (py - ay) * dy) / long2
    if t <= 0.0:
        return 0.0, np.sqrt((px - ax) ** 2 + (py - ay) ** 2)
    if t >= 1.0:
        return 1.0, np.sqrt((px - bx) ** 2 + (py - by) ** 2)
    return t, np.sqrt((px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2)


@compiled
def _nearest(
    px: Floats, py: Floats, x: Floats, y: Floats, x0: float, y0: float, cell_m: float, columns: int, rows: int,
    cell_start: Longs, segment: Ints, reach_m: float,
) -> tuple[Longs, Floats, Floats]:  # fmt: skip
    """Search rings of cells around each point until no unseen cell can hold anything nearer."""
    found = np.full(len(px), -1, np.int64)
    share = np.zeros(len(px))
    away = np.full(len(px), np.nan)
    for i in range(len(px)):
        if not (np.isfinite(px[i]) and np.isfinite(py[i])):
            continue
        u, v = (px[i] - x0) / cell_m, (py[i] - y0) / cell_m
        outside = max(-u, u - columns, -v, v - rows)
        if outside * cell_m > reach_m:
            continue
        column, row = int(np.floor(u)), int(np.floor(v))
        inner = min(u - column, column + 1 - u, v - row, row + 1 - v) * cell_m  # to the border of its cell
        best, best_k, best_t, best_d = np.int64(0), np.int64(-1), 0.0, np.inf
        ring = 0
        last = int(reach_m / cell_m) + 1
        while ring <= last:
            for r in range(max(0, row - ring), min(rows - 1, row + ring) + 1):
                step = 1 if abs(r - row) == ring else max(1, 2 * ring)
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    cell = r * columns + c
                    for j in range(cell_start[cell], cell_start[cell + 1]):
                        k = segment[j]
                        t, d = along(px[i], py[i], x[k], y[k], x[k + 1], y[k + 1])
                        if d > best_d + 1e-8:
                            continue
                        rounded = np.int64(np.rint(d * NANOMETRES))
                        if best_k < 0 or rounded < best or (rounded == best and k < best_k):
                            best, best_k, best_t, best_d = rounded, np.int64(k), t, d
            if best_k >= 0 and best_d + 1e-6 < ring * cell_m + inner:
                break
            ring += 1
        if best_k >= 0 and best_d <= reach_m:  # further away, something unseen might be nearer
            found[i], share[i], away[i] = best_k, best_t, best_d
    return found, share, away
