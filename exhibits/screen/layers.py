"""Layers: what a web map is made of, as plain values; a page or a file gives them to the map script."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from exhibits.screen.tiles import TileSet

Pane = Literal["Base", "Areas", "Live", "Select", "Labels"]
DECIMALS = 6  # of a degree: 0.1 m
Doc = dict[str, Any]  # GeoJSON


@dataclass(frozen=True)
class Ink:
    """How one class of a vector layer is drawn, in the words of the map script."""

    fill: str = ""
    edge: str = ""
    weight: float = 0.7
    opacity: float = 1.0
    fillOpacity: float = 0.82  # noqa: N815 - as the map script calls it
    hatch: str = ""
    hatchColour: str = ""  # noqa: N815
    shape: str = ""
    radius: float = 5.0
    dash: str = ""
    line: bool = False  # a legend shows a line


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of the map; ``version`` with the outcome's fingerprint says when its drawing changes."""

    key: str
    version: str
    make: Callable[[], Doc] | Callable[[], tuple[TileSet, ...]]
    kind: Literal["geo", "tiles", "labels"] = "geo"
    title: str = ""  # "" can't be switched off
    shown: bool = True
    interactive: bool = False
    pane: Pane = "Areas"
    inks: tuple[Ink, ...] = ()
    ground: str = ""  # tiles only
    box: tuple[float, float, float, float] | None = None  # west, south, east, north in degrees; tiles only


@dataclass(frozen=True)
class Legend:
    """What the map's legend says: a title, rows with a swatch and a count, and the parameters below."""

    title: str
    rows: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...] = field(default=())


def geojson(geometry: gpd.GeoSeries, properties: Sequence[Mapping[str, Any]]) -> Doc:
    """Return shapes in WGS84 with short coordinates; shapes that are missing or empty are left out."""
    degrees = gpd.GeoSeries(geometry).to_crs(4326).to_numpy()
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, DECIMALS))
    texts = shapely.to_geojson(rounded)
    features = [
        {"type": "Feature", "properties": dict(given), "geometry": json.loads(text)}
        for text, given, shape in zip(texts, properties, rounded, strict=True)
        if text is not None and not shape.is_empty
    ]
    return {"type": "FeatureCollection", "features": features}


def packed(doc: Doc) -> bytes:
    """Return GeoJSON as compressed bytes, the same for the same document."""
    return gzip.compress(json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode(), 5, mtime=0)


def ink_table(layer: Layer) -> list[dict[str, Any]]:
    """Return the inks of a layer as the map script reads them."""
    return [asdict(ink) for ink in layer.inks]
