"""Real street lines as Streets: one chain per line, not joined; enough for what only asks where streets run."""

from collections.abc import Sequence
from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geodata.coordinates.crs import geometry_to_metric
from geodata.streets import Streets
from tests.realdata import DATA

JINAN_CRS = CRS.from_epsg(4548)


def lines_as_streets(lines: Sequence[np.ndarray], crs_m: CRS = JINAN_CRS, way: int = 0) -> Streets:
    """Return unjoined streets: each line a chain between two nodes of its own."""
    xy = np.concatenate(lines)
    start = np.cumsum([0, *(len(line) for line in lines)])
    mm = np.zeros(len(xy))
    mm[:-1] = np.rint(1000 * np.hypot(*np.diff(xy, axis=0).T))
    mm[start[1:] - 1] = 0.0
    chains = np.arange(len(lines), dtype=np.int32)
    return Streets(
        crs_m=crs_m,
        node_x_m=xy[np.ravel([start[:-1], start[1:] - 1]), 0],
        node_y_m=xy[np.ravel([start[:-1], start[1:] - 1]), 1],
        node_component=np.tile(chains, 2),
        chain_u=chains,
        chain_v=chains + np.int32(len(lines)),
        chain_start=start.astype(np.int64),
        vertex_x_m=xy[:, 0].copy(),
        vertex_y_m=xy[:, 1].copy(),
        vertex_z_m=None,
        segment_mm=mm,
        segment_way=np.full(len(xy), way, dtype=np.uint8),
        segment_crossings=np.zeros(len(xy), dtype=np.float32),
        segment_speed=np.ones(len(xy), dtype=np.float32),
        arc_start=np.arange(2 * len(lines) + 1, dtype=np.int64),
        arc_node=np.concatenate([chains + np.int32(len(lines)), chains]),
        arc_chain=np.tile(chains, 2),
        arc_forward=np.repeat([True, False], len(lines)),
        source="lines of a test",
        fingerprint="test",
    )


@cache
def jinan() -> Streets:
    """Return the streets of Jinan, in CGCS2000 Gauss-Krüger on 117 degrees."""
    edges = gpd.read_file(DATA / "jinan" / "edges.shp").set_crs(4326)
    metric = geometry_to_metric(edges.geometry[edges.geometry.is_valid], JINAN_CRS)
    return lines_as_streets([shapely.get_coordinates(line) for line in metric])


def segments(streets: Streets) -> tuple[np.ndarray, np.ndarray]:
    """Return the slots of all segments with a length, and their lines."""
    slots = np.flatnonzero(streets.segment_mm > 0)
    xy = np.column_stack([streets.vertex_x_m, streets.vertex_y_m])
    return slots, shapely.linestrings(np.stack([xy[slots], xy[slots + 1]], axis=1))
