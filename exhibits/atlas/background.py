"""Background: water and railways from ``background.gpkg`` beside the study file; no figure hangs on them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS

FILE = "background.gpkg"
WATER_WORDS = ("water", "river", "lake", "canal", "水", "河", "湖", "江", "渠")
RAIL_WORDS = ("rail", "铁路", "轨道")


@dataclass(frozen=True, eq=False)
class Background:
    """Shapes in the study's CRS; ``file`` is "" where there is none, ``left_out`` names layers of no known kind."""

    water: NDArray[Any]
    railways: NDArray[Any]
    file: str = ""
    left_out: tuple[str, ...] = ()


def read_background(folder: Path, crs_m: CRS) -> Background:
    """Read the background of a study folder, if it has one; the name of a layer says what it is."""
    path = folder / FILE
    water: list[NDArray[Any]] = []
    railways: list[NDArray[Any]] = []
    left_out = []
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind] if path.is_file() else []
    for name in names:
        shapes = gpd.read_file(path, layer=name).to_crs(crs_m).geometry.to_numpy()
        shapes = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
        dimension = shapely.get_dimensions(shapes)
        if any(word in name.lower() for word in WATER_WORDS):
            water.append(shapes[dimension == 2])  # noqa: PLR2004 - polygons
        elif any(word in name.lower() for word in RAIL_WORDS):
            railways.append(shapes[dimension == 1])
        else:
            left_out.append(name)
    return Background(_joined(water), _joined(railways), FILE if names else "", tuple(left_out))


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=object)
