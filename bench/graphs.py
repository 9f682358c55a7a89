"""Made-up street graphs of any size, and doors on their crossings, the same for every tool of the bench."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyproj import CRS
from scipy import sparse
from scipy.sparse import csgraph

from geodata.doors import DoorKind, Doors
from geodata.street.chains import arcs_of
from geodata.street.hilbert import hilbert_order
from geodata.streets import Streets

BLOCK_M = 75.0


@dataclass(frozen=True, eq=False)
class Town:
    """One graph and the job on it: nodes as sources and targets, so that every tool can take part."""

    streets: Streets
    places: np.ndarray  # nodes, one per place
    sites: np.ndarray  # nodes, one per facility

    @property
    def name(self) -> str:
        return f"{self.streets.nodes:,} nodes, {self.streets.chains:,} edges"


def town(side: int, places: int, sites: int, seed: int = 1) -> Town:
    """Grid of ``side`` x ``side`` crossings, shaken; 30 % of its edges gone, 10 % diagonals, one bend per edge.

    The largest connected part is kept and its nodes put in Hilbert order; nodes of degree 2 are left as they are.
    """
    rng = np.random.default_rng(seed)
    n = side * side
    row, column = np.divmod(np.arange(n), side)
    x, y = (BLOCK_M * (at + rng.uniform(-0.3, 0.3, n)) for at in (column, row))
    right, up = np.flatnonzero(column < side - 1), np.flatnonzero(row < side - 1)
    u, v = np.concatenate([right, up]), np.concatenate([right + 1, up + side])
    kept = rng.random(len(u)) >= 0.3
    slanted = np.flatnonzero((column < side - 1) & (row < side - 1))
    slanted = slanted[rng.random(len(slanted)) < 0.1]
    u, v = np.concatenate([u[kept], slanted]), np.concatenate([v[kept], slanted + side + 1])
    _, part = csgraph.connected_components(sparse.coo_array((np.ones(len(u)), (u, v)), shape=(n, n)), directed=False)
    stays = part == np.argmax(np.bincount(part))
    old = np.flatnonzero(stays)
    old = old[hilbert_order(x[old], y[old])]
    new = np.full(n, -1)
    new[old] = np.arange(len(old))
    inside = stays[u]
    u, v = new[u[inside]], new[v[inside]]
    order = np.lexsort((np.maximum(u, v), np.minimum(u, v)))
    u, v = np.minimum(u, v)[order].astype(np.int32), np.maximum(u, v)[order].astype(np.int32)
    streets = _streets(x[old], y[old], u, v, rng)
    return Town(
        streets=streets,
        places=rng.choice(streets.nodes, places, replace=places > streets.nodes),
        sites=rng.choice(streets.nodes, sites, replace=False),
    )


def _streets(x: np.ndarray, y: np.ndarray, u: np.ndarray, v: np.ndarray, rng: np.random.Generator) -> Streets:
    chains = len(u)
    bend = rng.uniform(-10, 10, (2, chains))
    vertex_x = np.column_stack([x[u], (x[u] + x[v]) / 2 + bend[0], x[v]]).ravel()
    vertex_y = np.column_stack([y[u], (y[u] + y[v]) / 2 + bend[1], y[v]]).ravel()
    mm = np.append(np.rint(1000 * np.hypot(np.diff(vertex_x), np.diff(vertex_y))), 0.0)
    mm[2::3] = 0.0
    start, node, chain, forward = arcs_of(u, v, len(x))
    return Streets(
        crs_m=CRS.from_epsg(4527),
        node_x_m=x,
        node_y_m=y,
        node_component=np.zeros(len(x), dtype=np.int32),
        chain_u=u,
        chain_v=v,
        chain_start=np.arange(0, 3 * chains + 1, 3, dtype=np.int64),
        vertex_x_m=vertex_x,
        vertex_y_m=vertex_y,
        vertex_z_m=None,
        segment_mm=mm,
        segment_way=np.zeros(3 * chains, dtype=np.uint8),
        segment_crossings=np.zeros(3 * chains, dtype=np.float32),
        segment_speed=np.ones(3 * chains, dtype=np.float32),
        arc_start=start,
        arc_node=node,
        arc_chain=chain,
        arc_forward=forward,
        source="made up",
        fingerprint=f"{len(x)}",
    )


def doors_on(streets: Streets, nodes: np.ndarray, name: str) -> Doors:
    """One door on each of ``nodes``, named by its position."""
    chain = streets.arc_chain[streets.arc_start[nodes]]
    at_start = streets.chain_u[chain] == nodes
    segment = streets.chain_start[chain] + np.where(at_start, 0, 1)
    return Doors(
        ids=pd.Index([f"{name}{k}" for k in range(len(nodes))]),
        owner=np.arange(len(nodes), dtype=np.int32),
        kind=np.full(len(nodes), DoorKind.CENTROID, dtype=np.uint8),
        x_m=streets.node_x_m[nodes],
        y_m=streets.node_y_m[nodes],
        segment=segment,
        chain=chain,
        offset_mm=np.where(at_start, 0.0, streets.segment_mm[segment]),
        leg_mm=np.zeros(len(nodes)),
        snap_limit_m=200.0,
    )


def edges(streets: Streets) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return u, v and whole millimetres of every edge; of parallel edges the shortest."""
    mm = np.add.reduceat(streets.segment_mm, streets.chain_start[:-1])
    order = np.lexsort((mm, streets.chain_v, streets.chain_u))
    u, v = streets.chain_u[order], streets.chain_v[order]
    first = (np.diff(u, prepend=-1) != 0) | (np.diff(v, prepend=-1) != 0)
    return u[first], v[first], mm[order][first]
