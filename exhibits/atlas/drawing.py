"""Drawing: streets, water, borders, residential areas and facilities on a map, each as few, large paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from exhibits import style
from exhibits.atlas.looks import (
    MARKERS,
    RING,
    STAR,
    STREET_INKS,
    hatch_of,
    kind_mark,
    place_mark,
    ring_mark,
)
from exhibits.atlas.paper import Panel
from exhibits.background import Background
from exhibits.screen.basemap import MAIN, street_lines
from exhibits.style import GREEN, RAIL, WATER, WATER_EDGE, Look, Mark
from geodata.streets import Streets

Shapes = NDArray[Any]  # of shapely geometries
FINE_MM = 0.1  # what is closer than this on paper is drawn straight
MINOR_FROM, ALL_FROM = 30_000, 150_000  # beyond these scales only wider streets are drawn
POINTS_MM = 72 / 25.4
DIGITS = 1  # of a point: 0.02 mm off at most
SMALL_DOT_PT = 4.0
LEAST_AREA_MM = 0.9  # an area narrower than this on paper gets a dot of its own colour
DISTRICT_LINES = {  # level: colour, width in points, dashes
    "county": ("#6f5d78", 1.5, (0, (7, 2, 1.5, 2))),
    "street": ("#8d7f95", 0.9, (0, (5, 1.6))),
    "community": ("#b9aec0", 0.5, (0, (2, 1.2))),
}


@dataclass(frozen=True, eq=False)
class StreetMap:
    """The streets as lines with their rank (0 minor, 1 ordinary, 2 main) and their boxes, made once for all sheets."""

    lines: Shapes
    rank: NDArray[np.int64]
    boxes: NDArray[np.float64]


def street_map(streets: Streets) -> StreetMap:
    """Return the streets ready to be drawn; what meets end to end within a rank is one line, for small files."""
    lines, rank = street_lines(streets)
    merged = [
        shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines[rank == n]))) for n in range(MAIN + 1)
    ]
    joined = np.concatenate(merged)
    return StreetMap(joined, np.repeat(np.arange(MAIN + 1), [len(part) for part in merged]), shapely.bounds(joined))


def inside(view: Panel, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the boxes that touch what the map shows."""
    west, south, east, north = view.window_m
    with np.errstate(invalid="ignore"):  # shapes without a place have NaN boxes and are nowhere
        return (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)


def ground(
    view: Panel,
    streets: StreetMap,
    background: Background,
    *,
    faint: bool = False,
    minor_in: shapely.Geometry | None = None,
) -> None:
    """Draw water, streets and railways: orientation, paler than anything the sheet is about.

    ``minor_in`` keeps minor streets to one district, where a sheet is about that alone.
    """
    fill(view, background.green, Look(GREEN, GREEN), z=1, edge_pt=0)
    water(view, background, z=1.1)
    shown = inside(view, streets.boxes)
    if view.scale > MINOR_FROM:
        shown &= streets.rank > 0
    if view.scale > ALL_FROM and (streets.rank == MAIN).any():
        shown &= streets.rank == MAIN
    if minor_in is not None:
        minor = np.flatnonzero(shown & (streets.rank == 0))
        shapely.prepare(minor_in)
        shown[minor[~shapely.intersects(minor_in, streets.lines[minor])]] = False
    grow = min(1.6, max(0.55, (25_000 / view.scale) ** 0.4))
    for rank, (colour, width) in enumerate(zip(STREET_INKS, (0.4, 0.75, 2.3), strict=True)):
        chosen = shapely.clip_by_rect(streets.lines[shown & (streets.rank == rank)], *view.window_m)
        chosen = shapely.get_parts(chosen[~shapely.is_empty(chosen)])
        strokes(view, chosen, colour, width * grow * (0.8 if faint else 1), z=2 + 0.1 * rank)
        if rank == MAIN:
            strokes(view, chosen, style.STREET_MAIN, width * grow * 0.62 * (0.8 if faint else 1), z=2.5)
    strokes(view, background.railways, RAIL, 1.5, z=2.6)
    strokes(view, background.railways, style.PAPER, 0.9, z=2.7, dash=(0, (5, 5)))


def water(view: Panel, background: Background, *, z: float) -> None:
    """Draw rivers and lakes, and streams given as lines."""
    fill(view, background.water, Look(WATER, WATER_EDGE), z=z, edge_pt=0.4)
    strokes(view, background.streams, WATER_EDGE, 0.8, z=z + 0.05)


def strokes(view: Panel, lines: Shapes, colour: str, width_pt: float, *, z: float, dash: Any = "-") -> None:  # noqa: ANN401 - matplotlib's dashes
    """Draw lines as one path."""
    if not len(lines):
        return
    simple = shapely.simplify(lines, FINE_MM * view.scale / 1000, preserve_topology=False)
    path = _path(view, simple, closed=False)
    _add(view, PathPatch(path, fill=False, edgecolor=colour, linewidth=width_pt, linestyle=dash, zorder=z))


def fill(view: Panel, shapes: Shapes, look: Look, *, z: float, edge_pt: float = 0.35, alpha: float = 1.0) -> None:
    """Draw polygons as one path: fill, hatch and edge; holes stay open."""
    if not len(shapes):
        return
    simple = shapely.simplify(shapes, FINE_MM * view.scale / 1000)
    path = _path(view, shapely.orient_polygons(simple), closed=True)
    edge = look.edge if edge_pt else "none"
    drawn = PathPatch(path, facecolor=look.fill, edgecolor=edge, linewidth=edge_pt, zorder=z, alpha=alpha)
    drawn.set_joinstyle("round")
    _add(view, drawn)
    if hatch := hatch_of(look):
        patch = PathPatch(path, fill=False, linewidth=0, hatch=hatch, zorder=z + 0.01)
        patch.set_edgecolor(look.hatch_colour or look.edge)
        _add(view, patch)


def _add(view: Panel, patch: PathPatch) -> None:
    """Put a path in points of the sheet on the map; its size is settled, so that nobody measures the path again."""
    patch.set_transform(view.page.points)
    view.axes.add_artist(patch)


def _path(view: Panel, shapes: Shapes, *, closed: bool) -> Path:
    """Join the parts of all shapes into one path, in points of the sheet with few digits, for small files."""
    parts = shapely.get_parts(shapes)
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == 3]) if closed else parts  # noqa: PLR2004 - polygons
    xy, of = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(xy), Path.LINETO, dtype=np.uint8)
    first = np.flatnonzero(np.diff(of, prepend=-1))
    codes[first] = Path.MOVETO
    if closed:
        codes[np.append(first[1:], len(xy)) - 1] = Path.CLOSEPOLY
    return Path(np.round(view.at_mm(xy[:, 0], xy[:, 1]) * POINTS_MM, DIGITS), codes)


def places(
    view: Panel, geometry: gpd.GeoSeries, classes: pd.Series, looks: Mapping[str, Look], *, z: float = 4
) -> None:
    """Draw residential areas by class, in the order of ``looks`` from the bottom up; points become dots."""
    shapes = geometry.to_numpy()
    shown = inside(view, shapely.bounds(shapes))
    kind = shapely.get_dimensions(shapes)
    dot_pt = float(np.clip(90_000 / view.scale * 4.0, 2.6, 8.0))
    for order, (name, look) in enumerate(looks.items()):
        mine = shown & (classes.to_numpy() == name)
        level = z + 0.05 * order
        areas = shapes[mine & (kind == 2)]  # noqa: PLR2004 - polygons
        fill(view, areas, look, z=level)
        narrow = np.sqrt(shapely.area(areas)) * 1000 / view.scale < LEAST_AREA_MM
        mark = place_mark(name, look)
        dots(view, shapely.point_on_surface(areas[narrow]), mark, 2.6, z=level + 0.03)
        dots(view, shapes[mine & (kind == 0)], mark, dot_pt, z=level, edge_pt=0.4 if dot_pt > SMALL_DOT_PT else 0.25)


def dots(view: Panel, points: Shapes, mark: Mark, size_pt: float, *, z: float, edge_pt: float = 0.4) -> None:
    """Draw a mark at every point."""
    if len(points):
        xy = shapely.get_coordinates(points)
        view.axes.plot(
            xy[:, 0],
            xy[:, 1],
            linestyle="none",
            marker=MARKERS[mark.shape],
            markersize=size_pt * (STAR if mark.shape == "star" else 1),
            markerfacecolor=mark.fill,
            markeredgecolor=mark.edge,
            markeredgewidth=edge_pt,
            zorder=z,
        )


def facility_dots(view: Panel, points: Shapes, kind: str, state: str, size_pt: float, *, z: float) -> None:
    """Draw facilities of one kind: open ones plain, those to come in a ring, unknown ones boxed, closed ones grey."""
    if state in {"not_yet", "unknown"}:
        dots(view, points, ring_mark(kind, state), size_pt * 1.35, z=z, edge_pt=0.9)
        size_pt *= 1.35 / RING
    dots(view, points, kind_mark(kind, state), size_pt, z=z + 0.01, edge_pt=0.6)


def spots(geometry: gpd.GeoSeries | pd.Series) -> tuple[Shapes, NDArray[np.bool_]]:
    """Return a point inside every shape, and which shapes have a place at all."""
    shapes = np.asarray(geometry.array, dtype=object)
    points = shapely.point_on_surface(shapes)
    return points, ~(shapely.is_missing(points) | shapely.is_empty(points))


def borders(
    view: Panel, districts: gpd.GeoDataFrame, levels: tuple[str, ...] = ("community", "street", "county")
) -> None:
    """Draw the borders of districts, wider the higher their level."""
    for order, level in enumerate(levels):
        shapes = districts.geometry.to_numpy()[(districts["level"] == level).to_numpy(dtype=bool)]
        colour, width, dash = DISTRICT_LINES[level]
        edges = shapely.boundary(shapes)
        strokes(
            view,
            edges[~shapely.is_empty(edges) & ~shapely.is_missing(edges)],
            colour,
            width,
            z=6 + 0.1 * order,
            dash=dash,
        )
