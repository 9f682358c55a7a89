"""Where lines meet: by the numbers of their nodes when the file has them, else by place.

By place means: points that round to the same millimetre are one; a point within 1 cm of another line's point or of its
run joins it there. Lines that cross without any common point are bridges in a layer that draws its other crossings with
a point on both lines, and plain crossings in one that doesn't. So they are joined only where they outnumber the
crossings with a common point, never where one of the two is marked as a bridge or a tunnel, and always reported.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.compiled import compiled
from geodata.faults import fail
from geodata.street.snap import along, segment_grid
from geodata.streets import Floats, Ints, Longs

TOLERANCE_M = 0.01
MOST_CROSSINGS = 1_000_000  # a metropolis drawn without common points has a tenth of it
CROSSWAY = 4  # arms of a vertex where two lines cross


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight segments between vertices, with what was found where lines met."""

    a: Longs  # [segments] vertex
    b: Longs
    line: Longs  # [segments]
    x_m: Floats  # [vertices]
    y_m: Floats
    touched: int = 0  # points that lay on another line and were joined to it
    crossed: int = 0  # crossings without a common point
    crossed_at: tuple[float, float] | None = None  # the first of them
    crossings_joined: bool = False


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Lines point by point, each point with the number of the place it is at."""

    x: Floats
    y: Floats
    place: Longs
    start: Longs

    def real(self) -> NDArray[np.bool_]:
        """Mark the points a segment starts from."""
        real = np.ones(len(self.x), dtype=bool)
        real[self.start[1:] - 1] = False
        return real

    def segments(self, **found: object) -> Segments:
        place, numbers = pd.factorize(self.place)
        first = _firsts(place, len(numbers))
        slots = np.flatnonzero(self.real())
        line = np.searchsorted(self.start, slots, side="right") - 1
        return Segments(place[slots], place[slots + 1], line, self.x[first], self.y[first], **found)  # type: ignore[arg-type]

    def insert(self, slot: Longs, share: Floats, x: Floats, y: Floats, place: Longs) -> "_Drawn":
        """Put points into segments, each ``share`` of the way along."""
        order = np.lexsort((share, slot))
        at = slot[order] + 1
        start = self.start + np.searchsorted(at, self.start, side="right")
        new_x, new_y = np.insert(self.x, at, x[order]), np.insert(self.y, at, y[order])
        return _Drawn(new_x, new_y, np.insert(self.place, at, place[order]), start)


def join_by_node(x_m: Floats, y_m: Floats, line_start: Longs, node: Longs) -> Segments:
    """Join points with the same number, wherever they are."""
    return _Drawn(x_m, y_m, node, line_start).segments()


def join_by_place(x_m: Floats, y_m: Floats, line_start: Longs, apart: NDArray[np.bool_]) -> Segments:
    """Join points at the same place, points on other lines' runs, and crossings as the module says.

    Parameters
    ----------
    apart
        Lines marked as bridge or tunnel: their crossings are never joined.
    """
    drawn, touched = _join_touches(_Drawn(x_m, y_m, _places(x_m, y_m), line_start))
    slots, shares = _crossings(drawn, apart)
    if not len(slots):
        return drawn.segments(touched=touched)
    x, y = (
        axis[slots[:, 0]] + shares[:, 0] * (axis[slots[:, 0] + 1] - axis[slots[:, 0]]) for axis in (drawn.x, drawn.y)
    )
    joined = len(slots) > _crossways(drawn)
    if joined:
        new = drawn.place.max() + 1 + _places(x, y)  # a line drawn twice is crossed twice at one place
        drawn = drawn.insert(slots.T.ravel(), shares.T.ravel(), np.tile(x, 2), np.tile(y, 2), np.tile(new, 2))
    first = np.lexsort((y, x))[0]
    at = float(x[first]), float(y[first])
    return drawn.segments(touched=touched, crossed=len(slots), crossed_at=at, crossings_joined=joined)


def _places(x: Floats, y: Floats) -> Longs:
    """Give points that round to the same millimetre the same number."""
    if not len(x):
        return np.zeros(0, dtype=np.int64)
    east, north = (np.rint((axis - axis.min()) * 1000.0).astype(np.int64) for axis in (x, y))
    return np.asarray(pd.factorize(east * (int(north.max()) + 1) + north)[0], dtype=np.int64)


def _firsts(place: Longs, count: int) -> Longs:
    """Return the first point at each place."""
    first = np.empty(count, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place) - 1, -1, -1)
    return first


def _join_touches(drawn: _Drawn) -> tuple[_Drawn, int]:
    """Join points that lie within the tolerance of another line, and count them."""
    cells = segment_grid(drawn.x, drawn.y, drawn.real())
    where = (cells.x_m, cells.y_m, cells.cell_m, cells.columns, cells.rows, cells.cell_start, cells.segment)
    count = int(drawn.place.max(initial=-1)) + 1
    first = _firsts(drawn.place, count)
    hits = np.empty((0, 2), dtype=np.int64)
    shares = np.empty(0)
    for _ in range(2):  # count, then keep
        size = _touches(drawn.x, drawn.y, drawn.place, first, *where, hits, shares)
        if size == len(hits):
            break
        hits, shares = np.empty((size, 2), dtype=np.int64), np.empty(size)
    if not len(hits):
        return drawn, 0
    hits, once = np.unique(hits, axis=0, return_index=True)  # one point may be found from two cells
    point, slot, share = hits[:, 0], hits[:, 1], shares[once]
    touched = len(np.unique(point))
    ends = (share == 0.0) | (share == 1.0)
    near = drawn.place[slot[ends] + share[ends].astype(np.int64)]
    links = coo_array((np.ones(len(near), dtype=bool), (point[ends], near)), shape=(count, count))
    _, merged = connected_components(links, directed=False)
    merged = merged.astype(np.int64)
    drawn = _Drawn(drawn.x, drawn.y, merged[drawn.place], drawn.start)
    at = first[point[~ends]]
    return drawn.insert(slot[~ends], share[~ends], drawn.x[at], drawn.y[at], merged[point[~ends]]), touched


def _crossings(drawn: _Drawn, apart: NDArray[np.bool_]) -> tuple[Longs, Floats]:
    """Find pairs of segments that cross away from their ends, and how far along each; lines ``apart`` are left out."""
    over = np.repeat(apart, np.diff(drawn.start))
    real = drawn.real() & ~over
    cells = segment_grid(drawn.x, drawn.y, real)
    where = (cells.x_m, cells.y_m, cells.cell_m, cells.columns, cells.cell_start, cells.segment)
    slots, shares = np.empty((0, 2), dtype=np.int64), np.empty((0, 2))
    for _ in range(2):  # count, then keep
        size = _crossing_pairs(drawn.x, drawn.y, drawn.place, *where, slots, shares, MOST_CROSSINGS)
        if size > MOST_CROSSINGS:
            raise fail("streets_tangled", layer="streets", most=f"{MOST_CROSSINGS:,}")
        if size == len(slots):
            break
        slots, shares = np.empty((size, 2), dtype=np.int64), np.empty((size, 2))
    return slots, shares


def _crossways(drawn: _Drawn) -> int:
    """Count the places where four or more segments meet, a segment drawn twice counted once."""
    slots = np.flatnonzero(drawn.real())
    low, high = np.sort(np.stack((drawn.place[slots], drawn.place[slots + 1])), axis=0)
    pairs = pd.unique(low * (int(drawn.place.max()) + 1) + high)
    low, high = np.divmod(pairs, int(drawn.place.max()) + 1)
    arms = np.bincount(np.concatenate((low[low != high], high[low != high])))
    return int((arms >= CROSSWAY).sum())


@compiled
def _touches(
    x: Floats, y: Floats, place: Longs, first: Longs, x0: float, y0: float, cell_m: float, columns: int, rows: int,
    cell_start: Longs, segment: Ints, hits: Longs, shares: Floats,
) -> int:  # fmt: skip
    """Find the places within the tolerance of a segment they are no end of; a share of 0 or 1 means its end."""
    size = 0
    for p in range(len(first)):
        px, py = x[first[p]], y[first[p]]
        left = max(0, int((px - x0 - TOLERANCE_M) / cell_m))
        right = min(columns - 1, int((px - x0 + TOLERANCE_M) / cell_m))
        low = max(0, int((py - y0 - TOLERANCE_M) / cell_m))
        high = min(rows - 1, int((py - y0 + TOLERANCE_M) / cell_m))
        for row in range(low, high + 1):
            for column in range(left, right + 1):
                cell = row * columns + column
                for j in range(cell_start[cell], cell_start[cell + 1]):
                    k = segment[j]
                    if place[k] == p or place[k + 1] == p:
                        continue
                    t, away = along(px, py, x[k], y[k], x[k + 1], y[k + 1])
                    if away > TOLERANCE_M:
                        continue
                    if size < len(hits):
                        length = np.hypot(x[k + 1] - x[k], y[k + 1] - y[k])
                        if t * length <= TOLERANCE_M:
                            t = 0.0
                        elif (1.0 - t) * length <= TOLERANCE_M:
                            t = 1.0
                        hits[size, 0], hits[size, 1], shares[size] = p, k, t
                    size += 1
    return size


@compiled
def _crossing_pairs(
    x: Floats, y: Floats, place: Longs, x0: float, y0: float, cell_m: float, columns: int,
    cell_start: Longs, segment: Ints, slots: Longs, shares: Floats, most: int,
) -> int:  # fmt: skip
    """Find the pairs that cross strictly inside both; each is counted in the one cell that holds the crossing.

    Beyond ``most`` nothing more is looked for.
    """
    size = 0
    for cell in range(len(cell_start) - 1):
        for i in range(cell_start[cell], cell_start[cell + 1]):
            k = segment[i]
            ax, ay, dx, dy = x[k], y[k], x[k + 1] - x[k], y[k + 1] - y[k]
            for j in range(i + 1, cell_start[cell + 1]):
                m = segment[j]
                if place[k] in (place[m], place[m + 1]) or place[k + 1] in (place[m], place[m + 1]):
                    continue
                ex, ey = x[m + 1] - x[m], y[m + 1] - y[m]
                turn = dx * ey - dy * ex
                if turn == 0.0:
                    continue
                t = ((x[m] - ax) * ey - (y[m] - ay) * ex) / turn
                u = ((x[m] - ax) * dy - (y[m] - ay) * dx) / turn
                if not (0.0 < t < 1.0 and 0.0 < u < 1.0):
                    continue
                column, row = int((ax + t * dx - x0) / cell_m), int((ay + t * dy - y0) / cell_m)
                if row * columns + column != cell:
                    continue
                if size < len(slots):
                    slots[size, 0], slots[size, 1], shares[size, 0], shares[size, 1] = k, m, t, u
                size += 1
                if size > most:
                    return size
    return size
