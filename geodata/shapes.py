"""Geometries of a table as plain arrays, and a point that surely lies inside each."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]


def shapes_of(geometry: gpd.GeoSeries) -> Shapes:
    """Return the geometries, None for one that is missing or empty."""
    shapes = np.array(geometry, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    return shapes


def inner_points(geometry: gpd.GeoSeries) -> Shapes:
    """Return a point of each geometry that surely lies in it; None where there is no geometry."""
    return np.asarray(shapely.point_on_surface(shapes_of(geometry)), dtype=np.object_)
