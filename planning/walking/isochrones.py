"""Isochrones: drawings of how far the walk reaches, as contours of the time field; no figure is ever read off them."""

from itertools import pairwise

import contourpy
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geodata.doors import Doors
from geodata.streets import Floats
from planning.walking.field import field
from planning.walking.network import Network

CELL_M = 20.0  # fine enough for a street block on an A3 sheet: areas differ by less than 1 % from those at 10 m
MOST_CELLS = 4_000_000  # beyond this the cells grow, so that a large city is drawn in seconds
OFF_STREET_M = 50.0  # how far beside a street a walk is drawn; ours


def isochrones(
    net: Network, doors: Doors, limits_s: tuple[float, ...], *, cell_m: float | None = None
) -> gpd.GeoDataFrame:
    """Draw the area from which the walk to the nearest of ``doors`` takes no longer than each limit.

    The time at a cell is the least over the street points within 50 m of the walk from there plus the straight way off
    the street; the polygons are contours of that one field, so that each contains those of all shorter limits. For
    drawing only: coverage is counted at doors.

    Parameters
    ----------
    doors : Doors
        Where the walks end: the entrances of one facility or of a whole group (``groups.doors_of``).
    limits_s : tuple of float
        Growing seconds.
    cell_m : float, optional
        Size of the cells; 20 m, or as much more as keeps the drawing at 4 million cells.

    Returns
    -------
    GeoDataFrame in the study's metric CRS: ``limit_min``, ``geometry`` (MultiPolygon, empty where nothing is reached),
    one row per limit, shortest first.
    """
    speed = net.profile.speed_m_s
    x, y, seconds = field(net, doors, limits_s[-1]).points(step_m=(cell_m or CELL_M) / 2)
    if len(x):
        size = cell_m or _cell_size(x, y)
        areas = _contours(*time_grid(x, y, seconds, speed_m_s=speed, cell_m=size), limits_s)
    else:
        areas = [MultiPolygon() for _ in limits_s]
    minutes = [limit / 60 for limit in limits_s]
    return gpd.GeoDataFrame({"limit_min": minutes}, geometry=areas, crs=net.streets.crs_m)


def time_grid(
    x_m: Floats, y_m: Floats, seconds: Floats, *, speed_m_s: float, cell_m: float
) -> tuple[Floats, Floats, Floats]:
    """Return the x and y of cell centres and the seconds at each, ``inf`` further than 50 m from every street point.

    Centres stand on whole multiples of ``cell_m``, so that the same place is drawn alike in every run. Where cells are
    coarser than 50 m the nearest centres of every street point take part all the same.
    """
    beside_m = max(OFF_STREET_M, cell_m)
    around = int(np.ceil(beside_m / cell_m)) + 1
    column, row = np.rint(x_m / cell_m).astype(np.int64), np.rint(y_m / cell_m).astype(np.int64)
    first_column, first_row = int(column.min()) - around, int(row.min()) - around
    column, row = column - first_column, row - first_row
    shape = (int(row.max()) + around + 1, int(column.max()) + around + 1)
    grid_x: Floats = np.arange(shape[1], dtype=np.float64) * cell_m + first_column * cell_m
    grid_y: Floats = np.arange(shape[0], dtype=np.float64) * cell_m + first_row * cell_m
    found: Floats = np.full(shape, np.inf)
    for down in range(-around, around + 1):
        for right in range(-around, around + 1):
            at_row, at_column = row + down, column + right
            off_m = np.hypot(grid_x[at_column] - x_m, grid_y[at_row] - y_m)
            near = off_m <= beside_m
            np.minimum.at(found, (at_row[near], at_column[near]), seconds[near] + off_m[near] / speed_m_s)
    return grid_x, grid_y, found


def _cell_size(x_m: Floats, y_m: Floats) -> float:
    box_m2 = (np.ptp(x_m) + 4 * OFF_STREET_M) * (np.ptp(y_m) + 4 * OFF_STREET_M)
    return max(CELL_M, float(np.ceil(np.sqrt(box_m2 / MOST_CELLS))))


def _contours(grid_x: Floats, grid_y: Floats, seconds: Floats, limits_s: tuple[float, ...]) -> list[MultiPolygon]:
    """Return the area up to each limit: filled contours of one field, interpolated linearly between centres."""
    beyond = 2 * limits_s[-1] + seconds[np.isfinite(seconds)].max()  # far cells are later than any limit
    field_s = np.where(np.isfinite(seconds), seconds, beyond)
    contours = contourpy.contour_generator(grid_x, grid_y, field_s, fill_type=contourpy.FillType.OuterOffset)
    found = []
    for limit in limits_s:
        rings, offsets = contours.filled(-1.0, limit)  # times start at 0
        pieces = [_polygon(points, starts) for points, starts in zip(rings, offsets, strict=True)]
        valid = [piece if piece.is_valid else shapely.make_valid(piece) for piece in pieces]
        parts = [part for piece in valid for part in getattr(piece, "geoms", [piece])]
        found.append(MultiPolygon([part for part in parts if isinstance(part, Polygon) and part.area > 0]))
    return found


def _polygon(points: Floats, starts: NDArray[np.uint32]) -> Polygon:
    """Make one polygon from the points of its outline and of its holes."""
    rings = [points[first:last] for first, last in pairwise(starts)]
    return Polygon(rings[0], rings[1:])
