"""Street lines become Streets: joined where they meet, contracted to chains, measured in whole millimetres.

Crossings, and what they can't know: half a wait lies at the end of every street that meets a main road at a junction,
so walking over costs one wait, and walking along a main road costs none. A main road drawn as two carriageways is
waited for at each of them, as where there is an island to wait on. A mapped crossing that meets no road at all carries
one whole wait; one over a minor street carries none.
"""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray
from pyproj import CRS

from geodata.cache import key_of, streets_cached
from geodata.faults import Fault, Severity, fail
from geodata.street.chains import WAIT, arcs_of, chains_of, components_of
from geodata.street.choice import ChosenLines, choose
from geodata.street.elevation import with_heights
from geodata.street.files import file_of, lines_of_table, read_lines, settings_of
from geodata.street.join import Segments, join_by_node, join_by_place
from geodata.street.lines import StreetLines
from geodata.streets import Floats, Streets, Way
from geodata.study import LayerSource

VERSION = "1"  # of what is built here; another one makes older caches useless
HALF_WAIT, WHOLE_WAIT = 0.5, 1.0


def read_streets(
    source: LayerSource, crs_m: CRS, *, folder: Path, elevation: Path | None = None
) -> tuple[Streets, list[Fault]]:
    """Read and build the streets of a study, or take them from the cache in ``folder`` when nothing has changed."""
    path = file_of(source, folder / ".cache")
    settings = {
        **settings_of(source),
        "layer": source.layer,
        "crs_m": crs_m.to_wkt(),
        "heights": elevation is not None,
        "versions": [VERSION, pyproj.proj_version_str],
    }

    def make() -> tuple[Streets, list[Fault]]:
        lines, faults = read_lines(replace(source, path=path))
        streets, more = build(lines, crs_m, elevation=elevation, layer=source.layer)
        return streets, [*faults, *more]

    return streets_cached(folder, key_of([path, *([elevation] if elevation else [])], settings), make)


def from_lines(table: gpd.GeoDataFrame) -> Streets:
    """Make Streets of LineStrings in a metric CRS; columns highway, access, bridge, tunnel and walk_speed are used.

    Raises InputError without any walkable line; what is only doubtful is passed over (``build`` returns it).
    """
    if table.crs is None or not table.crs.is_projected:
        raise fail("streets_not_metric", layer="streets", value=str(table.crs))
    rows = np.arange(1, len(table) + 1, dtype=np.int64)
    lines, _ = lines_of_table(pd.DataFrame(table), table.geometry, rows, layer="streets")
    digest = sha256(lines.x.tobytes() + lines.y.tobytes() + lines.line_start.tobytes() + lines.line_tags.tobytes())
    digest.update(lines.line_speed.tobytes() + repr(lines.tags).encode())
    return build(replace(lines, crs=table.crs, source="lines", digest=digest.hexdigest()), table.crs)[0]


def build(
    lines: StreetLines, crs_m: CRS, *, elevation: Path | None = None, layer: str = "streets"
) -> tuple[Streets, list[Fault]]:
    """Build the streets of a study in ``crs_m``, and tell everything that was left out, repaired or odd.

    Parameters
    ----------
    elevation
        A GeoTIFF. Segments longer than 30 m are then cut, and every vertex gets a height; on bridges and in tunnels
        the height runs straight from end to end.
    """
    chosen, faults = choose(lines, crs_m, layer)
    if chosen.node is None:
        apart = (chosen.way & (Way.BRIDGE | Way.TUNNEL)) > 0
        joined = join_by_place(chosen.x_m, chosen.y_m, chosen.line_start, apart)
        faults += _meetings(joined, layer)
    else:
        joined = join_by_node(chosen.x_m, chosen.y_m, chosen.line_start, chosen.node)
    segments, overlaps = _once(joined)
    if overlaps:
        faults.append(Fault(code="streets_overlaps", severity=Severity.NOTE, layer=layer, details={"count": overlaps}))
    if not len(segments.a):
        raise fail("streets_no_lines", layer=layer, value=lines.source)
    streets = _streets(segments, chosen, crs_m)
    marks = [VERSION, lines.digest, crs_m.to_wkt()]
    if elevation is not None:
        streets, gaps = with_heights(streets, elevation)
        faults += gaps
        marks.append(key_of([elevation], {}))
    faults += _islands(streets, layer)
    fingerprint = sha256("\n".join(marks).encode()).hexdigest()
    return _locked(replace(streets, source=lines.source, fingerprint=fingerprint)), faults


def _once(segments: Segments) -> tuple[Segments, int]:
    """Leave out segments of no length and, of segments between the same two vertices, all but the first."""
    low, high = np.minimum(segments.a, segments.b), np.maximum(segments.a, segments.b)
    real = low != high
    again = pd.Series(low * len(segments.x_m) + high).duplicated().to_numpy() & real
    keep = real & ~again
    return replace(segments, a=segments.a[keep], b=segments.b[keep], line=segments.line[keep]), int(again.sum())


def _streets(segments: Segments, chosen: ChosenLines, crs_m: CRS) -> Streets:
    a, b, x, y = segments.a, segments.b, segments.x_m, segments.y_m
    way = chosen.way[segments.line]
    length_mm = np.maximum(np.rint(np.hypot(x[b] - x[a], y[b] - y[a]) * 1000.0), 1.0)
    main = (way & Way.MAIN) > 0
    chains = chains_of(a, b, x, y, main)
    slot = chains.slot_segment
    last, half = slot == -1, slot <= WAIT
    segment = np.where(half, WAIT - slot, slot)
    crossings = _crossings(segments, chosen, length_mm, main)[segment]
    crossings[half] = HALF_WAIT
    fields = (length_mm[segment], way[segment], crossings, chosen.speed[segments.line][segment])
    for field in fields:
        field[last] = 0
    fields[0][half] = 0
    nodes = len(chains.node_vertex)
    arc_start, arc_node, arc_chain, arc_forward = arcs_of(chains.u, chains.v, nodes)
    return Streets(
        crs_m=crs_m,
        node_x_m=x[chains.node_vertex],
        node_y_m=y[chains.node_vertex],
        node_component=components_of(arc_start, arc_node),
        chain_u=chains.u,
        chain_v=chains.v,
        chain_start=chains.start,
        vertex_x_m=x[chains.slot_vertex],
        vertex_y_m=y[chains.slot_vertex],
        vertex_z_m=None,
        segment_mm=fields[0],
        segment_way=fields[1],
        segment_crossings=fields[2],
        segment_speed=fields[3],
        arc_start=arc_start,
        arc_node=arc_node,
        arc_chain=arc_chain,
        arc_forward=arc_forward,
        source="",
        fingerprint="",
    )


def _crossings(
    segments: Segments, chosen: ChosenLines, length_mm: Floats, main: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Put a whole wait on the longest segment of every mapped crossing that meets no road."""
    found = np.zeros(len(segments.a), dtype=np.float32)
    mapped = chosen.crossing[segments.line]
    if not mapped.any():
        return found
    road = np.zeros(len(segments.x_m), dtype=bool)
    wheels = (chosen.road[segments.line] | main) & ~mapped
    road[segments.a[wheels]] = road[segments.b[wheels]] = True
    meets = np.zeros(len(chosen.way), dtype=bool)
    meets[segments.line[road[segments.a] | road[segments.b]]] = True
    free = np.flatnonzero(mapped & ~meets[segments.line])
    ranked = free[np.lexsort((-length_mm[free], segments.line[free]))]
    first = np.ones(len(ranked), dtype=bool)
    first[1:] = segments.line[ranked[1:]] != segments.line[ranked[:-1]]
    found[ranked[first]] = WHOLE_WAIT
    return found


def _meetings(segments: Segments, layer: str) -> list[Fault]:
    faults = []
    if segments.touched:
        details: dict[str, object] = {"count": segments.touched}
        faults.append(Fault(code="streets_touching", severity=Severity.REPAIR, layer=layer, details=details))
    if segments.crossed_at is not None:
        x, y = segments.crossed_at
        code = "streets_crossings_joined" if segments.crossings_joined else "streets_crossings_apart"
        details = {"count": segments.crossed, "x": f"{x:.1f}", "y": f"{y:.1f}"}
        faults.append(Fault(code=code, severity=Severity.DOUBT, layer=layer, details=details))
    return faults


def _islands(streets: Streets, layer: str) -> list[Fault]:
    if streets.components < 2:  # noqa: PLR2004 - all in one
        return []
    chain = np.repeat(np.arange(streets.chains), np.diff(streets.chain_start))
    off = streets.node_component[streets.chain_u[chain]] > 0
    details = {
        "count": streets.components - 1,
        "km": f"{streets.segment_mm[off].sum() / 1e6:.1f}",
        "total": f"{streets.length_km:.1f}",
    }
    return [Fault(code="street_islands", severity=Severity.DOUBT, layer=layer, details=details)]


def _locked(streets: Streets) -> Streets:
    for value in vars(streets).values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return streets
