"""Background: what of the study's background layer is drawn under every map, by kind; no figure hangs on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.city import City

Shapes = NDArray[Any]  # of shapely geometries in the study's CRS
POINT, LINE, AREA = 0, 1, 2  # dimensions of a geometry


@dataclass(frozen=True, eq=False)
class Background:
    """Shapes by kind and by how they are drawn; empty arrays where the study has none."""

    water: Shapes
    streams: Shapes  # water given as lines
    green: Shapes
    railways: Shapes
    name_points: Shapes
    names: tuple[str, ...]
    undrawn: int  # objects of another kind, or without a place


def background_of(city: City) -> Background:
    """Return what there is to draw of a city's background."""
    table = city.background
    shapes = np.asarray(table.geometry.array, dtype=object)
    dimension = shapely.get_dimensions(shapes)  # -1 where there is no place
    kind = table["kind"].fillna("other").to_numpy(dtype=object)
    is_name = (kind == "name") & table["name"].notna().to_numpy(dtype=bool) & (dimension >= POINT)
    water, streams = (kind == "water") & (dimension == AREA), (kind == "water") & (dimension == LINE)
    green, rail = (kind == "green") & (dimension == AREA), (kind == "rail") & (dimension >= LINE)
    railways = shapes[rail].copy()
    areas = shapely.get_dimensions(railways) == AREA
    railways[areas] = shapely.boundary(railways[areas])
    return Background(
        water=shapes[water],
        streams=shapes[streams],
        green=shapes[green],
        railways=railways,
        name_points=shapely.point_on_surface(shapes[is_name]),
        names=tuple(str(name) for name in table["name"][is_name]),
        undrawn=int((~(water | streams | green | rail | is_name)).sum()),
    )
