"""A population raster: people counted in cells, handed to the residential areas that stand in or next to them."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from geodata.faults import Fault, Severity, fail
from geodata.schema import Residential
from geodata.shapes import inner_points, shapes_of

REACH_M = 500.0  # people in a cell that holds no residential area belong to the nearest one within this distance
Floats = NDArray[np.float64]


def grid_people(residential: Residential, path: Path, reach_m: float = REACH_M) -> tuple[pd.Series, list[Fault]]:
    """Return the people of each residential area by a raster whose cells hold numbers of persons.

    A cell belongs to the areas whose polygon holds its centre and to those that stand in the cell, in proportion to
    their households (in equal parts where one of them has none given); else to the nearest area within ``reach_m``;
    else to nobody, which is said. No person is counted twice and none within reach is lost. NaN: an area without
    geometry, outside the raster or with no counted cell, and one with households where the raster counts nobody.
    """
    counts, x_m, y_m, owner_cell = _cells(residential, path)
    places = shapes_of(residential.geometry)
    located = np.flatnonzero(~shapely.is_missing(places))
    persons = np.zeros(len(residential))
    reached = np.zeros(len(residential), dtype=bool)
    tree = shapely.STRtree(places[located])
    centres = np.asarray(shapely.points(x_m, y_m), dtype=np.object_)
    inside_cell, inside_place = tree.query(centres, predicate="intersects")
    pairs = np.unique(
        np.concatenate([np.column_stack([inside_cell, located[inside_place]]), owner_cell]).astype(np.int64), axis=0
    )
    persons += _split(pairs, counts, residential)
    reached[pairs[:, 1]] = True
    free = np.setdiff1d(np.arange(len(counts)), pairs[:, 0])
    nearest = tree.query_nearest(centres[free], max_distance=reach_m, all_matches=True)
    cell, first = np.unique(nearest[0], return_index=True)  # of equally near areas the first in the table
    place = located[np.minimum.reduceat(nearest[1], first)] if len(cell) else np.array([], dtype=np.int64)
    np.add.at(persons, place, counts[free[cell]])
    reached[place] = True
    lost = float(counts.sum() - persons.sum())
    faults = []
    if lost > 0.5:  # noqa: PLR2004 - half a person is rounding
        details = {"persons": f"{lost:.0f}", "total": f"{counts.sum():.0f}", "reach_m": f"{reach_m:.0f}"}
        faults.append(
            Fault(code="grid_people_elsewhere", severity=Severity.NOTE, layer="population_grid", details=details)
        )
    households = residential["households"].astype("Float64").astype("float64").to_numpy()
    reached &= (persons > 0.0) | ~(households > 0.0)
    return pd.Series(np.where(reached, persons, np.nan), index=residential.index, name="persons"), faults


def _split(pairs: NDArray[np.int64], counts: Floats, residential: Residential) -> Floats:
    """Divide each cell among its areas by households, or equally where households are missing or all 0."""
    persons = np.zeros(len(residential))
    if not len(pairs):
        return persons
    households = residential["households"].astype("Float64").astype("float64").to_numpy()
    weight = households[pairs[:, 1]]
    cells, nth = np.unique(pairs[:, 0], return_inverse=True)
    total = np.bincount(nth, weights=weight, minlength=len(cells))  # NaN where any is missing
    equal = ~(total > 0.0)
    weight = np.where(equal[nth], 1.0, weight)
    total = np.where(equal, np.bincount(nth, minlength=len(cells)), total)
    np.add.at(persons, pairs[:, 1], counts[pairs[:, 0]] * weight / total[nth])
    return persons


def _cells(residential: Residential, path: Path) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Read the cells around the areas: persons, centres in the areas' CRS, and (cell, area) where an area stands."""
    import rasterio  # noqa: PLC0415 - slow to import, rarely used
    from rasterio.errors import RasterioError  # noqa: PLC0415
    from rasterio.windows import Window  # noqa: PLC0415

    layer = "population_grid"
    try:
        grid = rasterio.open(path)
    except (RasterioError, OSError) as error:
        raise fail("grid_unreadable", layer=layer, value=path.name) from error
    with grid:
        if grid.crs is None:
            raise fail("grid_without_crs", layer=layer, value=path.name)
        to_grid = Transformer.from_crs(residential.crs, CRS.from_wkt(grid.crs.to_wkt()), always_xy=True)
        inner = inner_points(residential.geometry)
        x, y = to_grid.transform(shapely.get_x(inner), shapely.get_y(inner))
        cells = np.array(grid.transform).reshape(3, 3)  # (column, row, 1) to (x, y, 1)
        column, row = _carried(np.linalg.inv(cells), x, y)
        west, south, east, north = residential.total_bounds
        corners = to_grid.transform_bounds(west - REACH_M, south - REACH_M, east + REACH_M, north + REACH_M)
        edges = _carried(np.linalg.inv(cells), np.take(corners, [0, 0, 2, 2]), np.take(corners, [1, 3, 1, 3]))
        low = np.clip(np.floor(edges.min(axis=1)), 0, [grid.width, grid.height]).astype(int)
        high = np.clip(np.ceil(edges.max(axis=1)), 0, [grid.width, grid.height]).astype(int)
        size = high - low
        if (size <= 0).any():
            raise fail("grid_elsewhere", layer=layer, value=path.name)
        values = grid.read(1, window=Window(*low, *size), masked=True).astype("float64")
        counted = ~np.ma.getmaskarray(values) & np.isfinite(values.filled(np.nan)) & (values.filled(-1.0) >= 0.0)
        rows, columns = np.nonzero(counted)
        centre = _carried(cells, columns + low[0] + 0.5, rows + low[1] + 0.5)
        x_m, y_m = to_grid.transform(centre[0], centre[1], direction="INVERSE")
    number = np.full(counted.shape, -1)
    number[counted] = np.arange(len(rows))
    here = np.column_stack([row, column]) - low[::-1]
    inside = np.isfinite(here).all(axis=1) & (here >= 0).all(axis=1) & (here < size[::-1]).all(axis=1)
    area = np.flatnonzero(inside)
    cell = number[tuple(here[inside].astype(int).T)]
    owner = np.column_stack([cell, area])[cell >= 0]
    return values.data[counted], np.asarray(x_m), np.asarray(y_m), owner.astype(np.int64)


def _carried(matrix: Floats, x: ArrayLike, y: ArrayLike) -> Floats:
    """Return both rows of ``matrix`` applied to points."""
    return np.asarray(matrix[:2, :2] @ np.stack([np.asarray(x), np.asarray(y)]) + matrix[:2, 2:], dtype=np.float64)
