"""Street lines from a .graphml file as osmnx saves it, read in one pass without building a graph."""

import ast
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.faults import fail
from geodata.street.lines import StreetLines
from geodata.street.walkable import Tags
from geodata.streets import Floats, Longs

GRAPH, NODE, EDGE, KEY, DATA = (
    "{http://graphml.graphdrawing.org/xmlns}" + name for name in ("graph", "node", "edge", "key", "data")
)
MOST_LIST = 1000  # letters of the classes of a merged edge
WANTED = frozenset(Tags._fields)
Words = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Graph:
    """What the file says, as text."""

    crs: str
    ids: dict[str, int]  # node id -> position
    x: list[str]
    y: list[str]
    sources: list[str]
    targets: list[str]
    shapes: list[str | None]  # None: a straight edge
    tags: list[int]  # position of each edge's combination in ``combinations``
    combinations: list[Tags]


def read_graphml(path: Path, layer: str, digest: str) -> StreetLines:
    """Read the edges; lines meet at the graph's nodes and nowhere else. Edges drawn both ways are both there.

    Parameters
    ----------
    digest
        sha256 of the file, handed on.
    """
    try:
        graph = _parse(path)
        crs = CRS.from_user_input(graph.crs)
        node_x, node_y = np.array(graph.x, dtype=np.float64), np.array(graph.y, dtype=np.float64)
        ends = np.array([[graph.ids[end] for end in side] for side in (graph.sources, graph.targets)], dtype=np.int64).T
        # collections may nest without end
        flat = [None if shape and "COLLECTION" in shape.upper() else shape for shape in graph.shapes]
        shapes = np.asarray(shapely.from_wkt(flat), dtype=object)
    except KeyError as error:
        raise fail("streets_graphml", layer=layer, value=path.name, why=str(error.args[0])) from error
    except (ET.ParseError, CRSError, ValueError, shapely.errors.GEOSException) as error:
        raise fail("streets_unreadable", layer=layer, value=path.name, why=str(error)) from error
    x, y, node, start = _points(node_x, node_y, ends, shapes)
    return StreetLines(
        crs=crs,
        x=x,
        y=y,
        node=node,
        line_start=start,
        line_tags=np.array(graph.tags, dtype=np.int32),
        tags=tuple(graph.combinations),
        line_speed=np.ones(len(ends), dtype=np.float32),
        line_row=np.arange(1, len(ends) + 1, dtype=np.int64),
        has_bridges=True,
        source=f"{path.name} (© OpenStreetMap contributors, ODbL)",
        digest=digest,
    )


def _parse(path: Path) -> _Graph:
    """Read element by element and forget each at once: a city's file is too big to hold as a tree."""
    names: dict[str, dict[str, str]] = {"graph": {}, "node": {}, "edge": {}}  # what for -> key -> name
    raw: dict[Words, int] = {}
    found = _Graph("", {}, [], [], [], [], [], [], [])
    crs = ""
    top: ET.Element | None = None
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314 - expat since 2.4.1 stops bombs
        tag = element.tag
        if event == "start":
            top = element if tag == GRAPH else top
        elif tag == EDGE:
            _take_edge(element, names["edge"], raw, found)
        elif tag == NODE:
            row = {names["node"].get(data.attrib["key"]): data.text or "" for data in element}
            found.ids[element.attrib["id"]] = len(found.x)
            found.x.append(row["x"])
            found.y.append(row["y"])
        elif tag == KEY:
            names.setdefault(element.get("for", ""), {})[element.attrib["id"]] = element.get("attr.name", "")
        elif not crs and tag == DATA and names["graph"].get(element.attrib["key"]) == "crs":
            crs = element.text or ""
        if top is not None and event == "end" and tag in {NODE, EDGE}:
            top.clear()
    if not crs:
        raise KeyError("crs")
    return replace(found, crs=crs)


def _take_edge(element: ET.Element, names: dict[str, str], raw: dict[Words, int], found: _Graph) -> None:
    shape: str | None = None
    words: list[str] = []
    for data in element:
        name = names.get(data.attrib["key"], "")
        if name == "geometry":
            shape = data.text
        elif name in WANTED:
            words += (name, data.text or "")
    found.sources.append(element.attrib["source"])
    found.targets.append(element.attrib["target"])
    found.shapes.append(shape)
    key = tuple(words)
    if key not in raw:
        raw[key] = len(found.combinations)
        found.combinations.append(
            Tags(**{name: _value(word) for name, word in zip(words[::2], words[1::2], strict=True)})
        )
    found.tags.append(raw[key])


def _value(text: str) -> str:
    """Write the list of a merged edge, ``['steps', 'footway']``, with semicolons."""
    if not text.startswith("[") or len(text) > MOST_LIST:
        return text
    try:
        return ";".join(str(value) for value in ast.literal_eval(text))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def _points(
    node_x: Floats, node_y: Floats, ends: Longs, shapes: NDArray[np.object_]
) -> tuple[Floats, Floats, Longs, Longs]:
    """Lay edges out point by point: ends at the graph's nodes, bends at numbers of their own."""
    bends = np.maximum(shapely.get_num_points(shapes) - 2, 0)
    start = np.concatenate(([0], np.cumsum(bends + 2))).astype(np.int64)
    x, y = np.empty(start[-1]), np.empty(start[-1])
    node = len(node_x) + np.arange(start[-1], dtype=np.int64)
    for column, at in ((0, start[:-1]), (1, start[1:] - 1)):
        x[at], y[at], node[at] = node_x[ends[:, column]], node_y[ends[:, column]], ends[:, column]
    drawn = np.flatnonzero(bends)
    if len(drawn):
        xy = shapely.get_coordinates(shapes[drawn])
        size = bends[drawn] + 2
        first = np.concatenate(([0], np.cumsum(size)[:-1]))
        u = np.column_stack((node_x, node_y))[ends[drawn, 0]]
        away = [((xy[at] - u) ** 2).sum(axis=1) for at in (first, first + size - 1)]
        backward = away[0] > away[1]  # drawn from target to source
        nth = np.arange(bends.sum()) - np.repeat(np.cumsum(bends[drawn]) - bends[drawn], bends[drawn])
        turned = np.repeat(size - 1, bends[drawn]) - 1 - nth
        inside = np.repeat(first, bends[drawn]) + np.where(np.repeat(backward, bends[drawn]), turned, nth + 1)
        bend = np.ones(start[-1], dtype=bool)
        bend[start[:-1]] = bend[start[1:] - 1] = False
        x[bend], y[bend] = xy[inside].T
    return x, y, node, start
