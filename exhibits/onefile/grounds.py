"""Grounds of the one-file map: water, green, streets, borders and names, to find the way without the internet."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from exhibits import style
from exhibits.background import background_of
from exhibits.onefile.shapes import codes, joined_lines
from exhibits.screen.basemap import MAIN, all_names, street_lines
from exhibits.screen.layers import Ink
from geodata.words import Lang, say
from scenarios.outcome import Outcome

SIMPLIFY_M = 2.0
MOST_STREETS = 120_000  # beyond this many, minor streets are left out of the drawing


def grounds(outcome: Outcome, lang: Lang) -> list[dict[str, Any]]:
    """Return background, streets, borders and names: orientation without the internet."""
    city = outcome.city
    drawn = background_of(city)
    lines, rank = street_lines(city.streets)
    pens = [("#e1e3e4", 0.8), ("#d3d6d9", 1.1), (style.STREET_MAIN_CASE, 2.2)]
    parts = [lines[rank == level] for level in range(MAIN + 1)]
    if len(lines) > MOST_STREETS:
        parts[0] = parts[0][:0]
    streets = [joined_lines(part, city.crs_m, SIMPLIFY_M) for part in parts]
    found = [
        *areas(
            "green", say("one_green", lang), drawn.green, Ink(style.GREEN, style.GREEN, 0, fillOpacity=1), city.crs_m
        ),
        *areas(
            "water",
            say("one_water", lang),
            drawn.water,
            Ink(style.WATER, style.WATER_EDGE, 0.6, fillOpacity=1),
            city.crs_m,
        ),
        *strokes("streams", say("one_streams", lang), drawn.streams, (style.WATER_EDGE, 1.2), city.crs_m),
        ground("streets", say("one_streets", lang), streets, pens),
        *strokes("rail", say("one_rail", lang), drawn.railways, (style.RAIL, 1.2), city.crs_m),
    ]
    levels = [level for level in ("community", "street", "county") if (city.districts["level"] == level).any()]
    if levels:
        edges = [
            shapely.boundary(
                city.districts.geometry.to_numpy()[(city.districts["level"] == level).to_numpy(dtype=bool)]
            )
            for level in levels
        ]
        look = {"community": ("#cfc6d3", 0.7), "street": ("#9d8da6", 1.3), "county": ("#6f5d78", 2.0)}
        shapes = [joined_lines(np.asarray(part), city.crs_m, SIMPLIFY_M) for part in edges]
        found.append(
            ground("borders", say("one_borders", lang), shapes, [look[level] for level in levels], pane="Select")
        )
    if names := all_names(city)["features"]:
        points = [[*one["geometry"]["coordinates"], one["properties"]["t"]] for one in names]
        found.append(
            {
                "key": "names",
                "kind": "labels",
                "title": say("layer_names", lang),
                "shown": True,
                "pane": "Labels",
                "styles": [],
                "points": points,
            }
        )
    return found


def ground(
    key: str, title: str, shapes: Sequence[Any], pens: Sequence[tuple[str, float]], pane: str = "Base"
) -> dict[str, Any]:
    """Return one layer of lines."""
    return {
        "key": key,
        "kind": "geo",
        "title": title,
        "shown": True,
        "pane": pane,
        "styles": [asdict(Ink(edge=edge, weight=weight, line=True)) for edge, weight in pens],
        "shapes": list(shapes),
    }


def areas(key: str, title: str, shapes: NDArray[Any], ink: Ink, crs_m: CRS) -> list[dict[str, Any]]:
    """Return one layer of areas, none where there are no areas."""
    parts = [one["a"] for one in codes(shapes, crs_m, SIMPLIFY_M) if one and "a" in one]
    if not parts:
        return []
    found = ground(key, title, [{"a": [polygon for part in parts for polygon in part]}], [])
    return [{**found, "styles": [asdict(ink)]}]


def strokes(key: str, title: str, lines: NDArray[Any], pen: tuple[str, float], crs_m: CRS) -> list[dict[str, Any]]:
    """Return one layer of lines, none where there are no lines."""
    return [ground(key, title, [joined_lines(lines, crs_m, SIMPLIFY_M)], [pen])] if len(lines) else []
