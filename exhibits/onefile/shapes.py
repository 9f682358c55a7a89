"""Shapes of the one-file map: coordinates as whole numbers, each the step from the one before, exact to 0.1 m."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

UNIT = 1_000_000  # per degree: 0.1 m
AREA, LINE = 2, 1  # dimensions of a geometry


def codes(shapes: NDArray[Any], crs_m: CRS, simplify_m: float = 0.0) -> list[dict[str, Any] | None]:
    """Return every shape as the page decodes it; None for one that is missing or empty.

    Parameters
    ----------
    simplify_m : float
        What is closer than this is drawn straight; a drawing only, no figure is read off it.
    """
    if simplify_m:
        shapes = shapely.simplify(shapes, simplify_m)
    degrees = gpd.GeoSeries(shapes, crs=crs_m).to_crs(4326).to_numpy()
    return [code(shape) for shape in degrees]


def code(shape: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a shapely geometry or None
    """Return one shape in degrees as {"p": point}, {"l": lines} or {"a": polygons with their rings}."""
    if shape is None or shape.is_empty:
        return None
    dimension = shapely.get_dimensions(shape)
    if dimension == AREA:
        return {"a": [[steps(ring) for ring in shapely.get_rings(part)] for part in polygons(shape)]}
    if dimension == LINE:
        return {"l": [steps(part) for part in shapely.get_parts(shape)]}
    return {"p": steps(shapely.centroid(shape))}


def polygons(shape: Any) -> Sequence[Any]:  # noqa: ANN401
    """Return the polygons of a shape, whatever else it holds."""
    parts = shapely.get_parts(shape)
    return [part for part in shapely.get_parts(parts) if shapely.get_dimensions(part) == AREA]


def steps(line: Any) -> list[int]:  # noqa: ANN401
    """Return the coordinates of one ring, line or point as steps."""
    whole = np.rint(shapely.get_coordinates(line) * UNIT).astype(np.int64)
    whole[1:] -= whole[:-1].copy()
    found: list[int] = whole.ravel().tolist()
    return found


def joined_lines(lines: NDArray[Any], crs_m: CRS, simplify_m: float) -> dict[str, Any]:
    """Return many lines as one shape."""
    found = [one["l"] for one in codes(lines, crs_m, simplify_m) if one and "l" in one]
    return {"l": [part for parts in found for part in parts]}
