"""Heights above sea level from a GeoTIFF, between the centres of its cells."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from geodata.faults import Fault, Severity, fail
from geodata.streets import Floats, Streets, Way

PIECE_M = 30.0  # longer segments are cut before heights are read: the cell of the usual open elevation models
MARGIN_CELLS = 2  # read around the points


def sample(path: Path, x: ArrayLike, y: ArrayLike, crs: CRS, layer: str = "elevation") -> Floats:
    """Return metres above sea level at points, by bilinear interpolation in the first band.

    NaN outside the raster, and where one of the four cells around that counts has no data. In the outer half of the
    border cells, where there is nothing further out, the height is that along the border.

    Parameters
    ----------
    x, y
        In ``crs``, x first (longitude, latitude for degrees).
    """
    import rasterio  # noqa: PLC0415 - slow to import, needed with an elevation layer only
    from rasterio.windows import Window  # noqa: PLC0415

    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise fail("elevation_no_crs", layer=layer, value=path.name)
            east, north = Transformer.from_crs(crs, CRS.from_wkt(raster.crs.to_wkt()), always_xy=True).transform(
                np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
            )
            to = ~raster.transform
            column, row = to.a * east + to.b * north + to.c, to.d * east + to.e * north + to.f
            inside = (column >= 0) & (column <= raster.width) & (row >= 0) & (row <= raster.height)
            height_m = np.full(len(inside), np.nan)
            if not inside.any():
                return height_m
            column = np.clip(column[inside] - 0.5, 0, raster.width - 1)  # cell centres count from 0
            row = np.clip(row[inside] - 0.5, 0, raster.height - 1)
            left, top = int(column.min()), int(row.min())
            wide = min(int(column.max()) - left + MARGIN_CELLS, raster.width - left)
            high = min(int(row.max()) - top + MARGIN_CELLS, raster.height - top)
            cells = raster.read(1, window=Window(left, top, wide, high), masked=True).astype(np.float64)
            cells = cells.filled(np.nan) * raster.scales[0] + raster.offsets[0]
    except rasterio.errors.RasterioError as error:
        raise fail("elevation_unreadable", layer=layer, value=path.name, why=str(error)) from error
    height_m[inside] = _bilinear(cells, column - left, row - top)
    return height_m


def _bilinear(cells: Floats, column: Floats, row: Floats) -> Floats:
    """Weigh the four cells around each point; a cell of weight 0 doesn't count, even without data."""
    left, top = column.astype(np.int64), row.astype(np.int64)
    u, v = column - left, row - top
    total = np.zeros(len(column))
    for dc, share_c in ((0, 1.0 - u), (1, u)):
        for dr, share_r in ((0, 1.0 - v), (1, v)):
            weight = share_c * share_r
            c = np.minimum(left + dc, cells.shape[1] - 1)
            r = np.minimum(top + dr, cells.shape[0] - 1)
            total += np.where(weight > 0, weight * cells[r, c], 0.0)
    return total


def with_heights(streets: Streets, elevation: Path) -> tuple[Streets, list[Fault]]:
    """Cut segments to at most 30 m and read the height of every vertex; the millimetres of the pieces add up."""
    mm = streets.segment_mm
    pieces = np.maximum(np.ceil(mm / (PIECE_M * 1000.0)), 1.0).astype(np.int64)
    old = np.repeat(np.arange(len(mm)), pieces)
    new_start = np.concatenate(([0], np.cumsum(pieces)))
    nth = np.arange(len(old)) - new_start[old]
    share, until = nth / pieces[old], (nth + 1) / pieces[old]
    onward = np.minimum(old + 1, len(mm) - 1)
    x, y = (axis[old] + share * (axis[onward] - axis[old]) for axis in (streets.vertex_x_m, streets.vertex_y_m))
    piece_mm = np.rint(until * mm[old]) - np.rint(share * mm[old])
    way = streets.segment_way[old]
    height_m = _level_bridges(sample(elevation, x, y, streets.crs_m), piece_mm, way)
    details = {"count": int(np.isnan(height_m).sum()), "vertices": len(height_m)}
    gaps = [Fault(code="elevation_gaps", severity=Severity.DOUBT, layer="elevation", details=details)]
    cut = replace(
        streets,
        chain_start=new_start[streets.chain_start],
        vertex_x_m=x,
        vertex_y_m=y,
        vertex_z_m=height_m,
        segment_mm=piece_mm,
        segment_way=way,
        segment_crossings=np.where(nth == 0, streets.segment_crossings[old], 0).astype(np.float32),
        segment_speed=streets.segment_speed[old],
    )
    return cut, gaps if details["count"] else []


def _level_bridges(height_m: Floats, length_mm: Floats, way: NDArray[np.uint8]) -> Floats:
    """Give vertices inside a bridge or tunnel the height between its ends: the raster holds the ground there."""
    over = (way & (Way.BRIDGE | Way.TUNNEL)) > 0
    inside = over.copy()
    inside[0] = False
    inside[1:] &= over[:-1]
    along_mm = np.concatenate(([0.0], np.cumsum(length_mm[:-1])))
    known = np.flatnonzero(~inside)
    level = height_m.copy()
    level[inside] = np.interp(along_mm[inside], along_mm[known], height_m[known])
    return level
