"""Street lines from OpenStreetMap files: .osm, .osm.pbf and their compressed kin, by pyosmium.

Every way with a ``highway`` tag is a line and OSM node numbers say where lines meet. Squares drawn as multipolygon
relations, whose ways carry no tag of their own, are not read.
"""

from array import array
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.faults import Fault, Severity, fail
from geodata.street.lines import WGS84, StreetLines, tag_codes
from geodata.street.walkable import Tags
from geodata.streets import Floats, Longs

Flags = NDArray[np.bool_]
MISSING = 2**31 - 1  # coordinate of a node that the file does not hold


def read_osm(path: Path, layer: str, digest: str) -> tuple[StreetLines, list[Fault]]:
    """Read every way with a ``highway`` tag; a way is cut where its nodes are not in the file, and that is reported.

    Parameters
    ----------
    digest
        sha256 of the file, handed on.
    """
    import osmium  # noqa: PLC0415 - slow to import, needed for such files only

    nodes, counts, rows, lines = array("q"), array("q"), [], []
    cut: dict[int, tuple[list[int], list[int]]] = {}
    factory = osmium.geom.WKBFactory()
    every = osmium.geom.use_nodes.ALL
    try:
        ways = (
            osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
            .with_filter(osmium.filter.KeyFilter("highway"))
        )
        for way in ways:
            if way.deleted or len(way.nodes) < 2:  # noqa: PLR2004 - a point is no line
                continue
            nodes.extend([node.ref for node in way.nodes])
            counts.append(len(way.nodes))
            get = way.tags.get
            rows.append(Tags(*[get(key, "") for key in Tags._fields]))
            try:
                lines.append(factory.create_linestring(way, every))
            except (osmium.InvalidLocationError, RuntimeError):  # some node is not in the file
                cut[len(lines)] = ([node.x for node in way.nodes], [node.y for node in way.nodes])
                lines.append(None)
    except (RuntimeError, ValueError, OverflowError, osmium.InvalidLocationError) as error:
        raise fail("streets_unreadable", layer=layer, value=path.name, why=str(error)) from error
    line_tags, tags = tag_codes(rows)
    x, y, missing = _coordinates(lines, np.array(counts, dtype=np.int64), cut)
    first, keep = _pieces(np.array(counts, dtype=np.int64), missing)
    owner = np.repeat(np.arange(len(rows)), np.array(counts, dtype=np.int64))[first]
    kept_before = np.concatenate(([0], np.cumsum(keep)))
    found = StreetLines(
        crs=WGS84,
        x=x[keep],
        y=y[keep],
        node=np.array(nodes, dtype=np.int64)[keep],
        line_start=np.append(kept_before[first], kept_before[-1]).astype(np.int64),
        line_tags=line_tags[owner],
        tags=tags,
        line_speed=np.ones(len(owner), dtype=np.float32),
        line_row=owner.astype(np.int64) + 1,
        has_bridges=True,
        source=f"{path.name} (© OpenStreetMap contributors, ODbL)",
        digest=digest,
    )
    faults = []
    if cut:
        doubt = Fault(
            code="streets_missing_nodes",
            severity=Severity.DOUBT,
            layer=layer,
            value=path.name,
            details={"ways": len(cut), "nodes": int(missing.sum())},
        )
        faults.append(doubt)
    return found, faults


def _coordinates(
    lines: list[str | None], counts: Longs, cut: dict[int, tuple[list[int], list[int]]]
) -> tuple[Floats, Floats, Flags]:
    """Return longitude, latitude and a mark for missing nodes, point by point."""
    start = np.concatenate(([0], np.cumsum(counts)))
    xy = np.full((int(start[-1]), 2), np.nan)
    whole = np.ones(len(counts), dtype=bool)
    for line, (x, y) in cut.items():
        whole[line] = False
        for column, values in enumerate((x, y)):
            given = np.array(values, dtype=np.float64)
            xy[start[line] : start[line + 1], column] = np.where(given == MISSING, np.nan, given / 1e7)
    shapes = shapely.from_wkb([line for line in lines if line is not None])
    xy[np.repeat(whole, counts)] = shapely.get_coordinates(shapes)
    return xy[:, 0].copy(), xy[:, 1].copy(), np.isnan(xy).any(axis=1)


def _pieces(counts: Longs, missing: Flags) -> tuple[Longs, Flags]:
    """Return the first point of each unbroken piece, and the mark of the points that stay; one point is no piece."""
    begins = np.zeros(len(missing) + 1, dtype=bool)
    begins[np.concatenate(([0], np.cumsum(counts)))] = True
    begins[1:] |= missing
    begins[:-1] |= missing
    keep = ~(begins[:-1] & begins[1:])
    return np.flatnonzero(begins[:-1] & keep), keep
