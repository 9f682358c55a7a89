"""Toy streets built by hand, whose answers fit on paper: a street with five doors, and a grid of 3 x 3 crossings.

``streets_of`` builds any streets from chains written out; ``doors_at`` puts doors on them. Nothing here reads a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyproj import CRS

from geodata.doors import DoorKind, Doors
from geodata.streets import Streets

CRS_M = CRS.from_epsg(4527)  # CGCS2000, 3-degree zone 39


@dataclass(frozen=True)
class Chain:
    """One chain; lists per segment may be left out (length: as drawn; no stairs, no crossings, full speed)."""

    u: int
    v: int
    points: Sequence[tuple[float, float]]  # metres, from u to v
    mm: Sequence[float] = ()
    way: Sequence[int] = ()
    crossings: Sequence[float] = ()
    speed: Sequence[float] = ()
    z: Sequence[float] = ()  # per point


def streets_of(nodes: Sequence[tuple[float, float]], chains: Sequence[Chain]) -> Streets:
    """Build Streets; node_component counts parts from the largest (by nodes)."""
    n = len(nodes)
    points, mm, way, crossings, speed, z, start = [], [], [], [], [], [], [0]
    for chain in chains:
        xy = np.asarray(chain.points, dtype=float)
        k = len(xy) - 1
        drawn = np.rint(1000 * np.hypot(*np.diff(xy, axis=0).T)) if k else np.empty(0)
        points.append(xy)
        mm.extend([*(chain.mm or drawn), 0.0])
        way.extend([*(chain.way or [0] * k), 0])
        crossings.extend([*(chain.crossings or [0.0] * k), 0.0])
        speed.extend([*(chain.speed or [1.0] * k), 0.0])
        z.extend(chain.z or [np.nan] * (k + 1))
        start.append(start[-1] + k + 1)
    xy = np.concatenate(points) if points else np.empty((0, 2))
    u, v = np.array([c.u for c in chains], np.int32), np.array([c.v for c in chains], np.int32)
    tail, head = np.concatenate([u, v]), np.concatenate([v, u])
    chain_ix = np.tile(np.arange(len(chains), dtype=np.int32), 2)
    forward = np.repeat([True, False], len(chains))
    order = np.argsort(tail, kind="stable")
    arc_start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n))]).astype(np.int64)
    at = np.array(nodes, dtype=float).reshape(-1, 2)
    return Streets(
        crs_m=CRS_M,
        node_x_m=at[:, 0],
        node_y_m=at[:, 1],
        node_component=_components(n, u, v),
        chain_u=u,
        chain_v=v,
        chain_start=np.array(start, dtype=np.int64),
        vertex_x_m=xy[:, 0],
        vertex_y_m=xy[:, 1],
        vertex_z_m=np.array(z, dtype=float) if any(chain.z for chain in chains) else None,
        segment_mm=np.array(mm, dtype=np.float64),
        segment_way=np.array(way, dtype=np.uint8),
        segment_crossings=np.array(crossings, dtype=np.float32),
        segment_speed=np.array(speed, dtype=np.float32),
        arc_start=arc_start,
        arc_node=head[order].astype(np.int32),
        arc_chain=chain_ix[order],
        arc_forward=forward[order],
        source="toy town",
        fingerprint="toy",
    )


def _components(n: int, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    label = np.arange(n)
    for _ in range(n):
        least = label.copy()
        np.minimum.at(least, u, label[v])
        np.minimum.at(least, v, label[u])
        if (least == label).all():
            break
        label = least
    parts, inverse, size = np.unique(label, return_inverse=True, return_counts=True)
    rank = np.empty(len(parts), dtype=np.int32)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(parts))
    return rank[inverse].astype(np.int32)


@dataclass(frozen=True)
class Door:
    """A door ``along_mm`` from the chain's first vertex; ``chain`` -1 is unconnected."""

    chain: int
    along_mm: float = 0.0
    leg_mm: float = 0.0
    kind: DoorKind = DoorKind.CENTROID


def doors_at(streets: Streets, doors: Mapping[str, Sequence[Door]]) -> Doors:
    """Put doors on streets; each stands beside its street point, ``leg_mm`` to the east of it."""
    owner, kind, x, y, segment, chain, offset, leg = [], [], [], [], [], [], [], []
    for row, own in enumerate(doors.values()):
        for door in own:
            slot, rest = -1, 0.0
            px = py = 0.0
            if door.chain >= 0:
                slot, rest = _slot(streets, door.chain, door.along_mm)
                whole = streets.segment_mm[slot]
                part = rest / whole if whole else 0.0
                px = streets.vertex_x_m[slot] * (1 - part) + streets.vertex_x_m[slot + 1] * part
                py = streets.vertex_y_m[slot] * (1 - part) + streets.vertex_y_m[slot + 1] * part
            for values, value in zip(
                (owner, kind, x, y, segment, chain, offset, leg),
                (row, door.kind, px + door.leg_mm / 1000, py, slot, door.chain, rest, door.leg_mm),
                strict=True,
            ):
                values.append(value)
    return Doors(
        ids=pd.Index(list(doors), dtype="str"),
        owner=np.array(owner, dtype=np.int32),
        kind=np.array(kind, dtype=np.uint8),
        x_m=np.array(x, dtype=float),
        y_m=np.array(y, dtype=float),
        segment=np.array(segment, dtype=np.int64),
        chain=np.array(chain, dtype=np.int32),
        offset_mm=np.array(offset, dtype=float),
        leg_mm=np.array(leg, dtype=float),
        snap_limit_m=200.0,
    )


def _slot(streets: Streets, chain: int, along_mm: float) -> tuple[int, float]:
    first, last = int(streets.chain_start[chain]), int(streets.chain_start[chain + 1]) - 1
    for slot in range(first, last):
        if along_mm <= streets.segment_mm[slot] or slot == last - 1:
            return slot, float(along_mm)
        along_mm -= streets.segment_mm[slot]
    raise ValueError("a chain has at least one segment")


def street() -> Streets:
    """One street of 400 m, west to east, a single chain with a vertex every 100 m."""
    return streets_of([(0, 0), (400, 0)], [Chain(0, 1, [(x, 0) for x in (0, 100, 200, 300, 400)])])


def five_doors(streets: Streets | None = None) -> Doors:
    """Doors a to e at 0, 100, 200, 300 and 400 m of the street, right on it."""
    streets = street() if streets is None else streets
    return doors_at(streets, {name: [Door(0, 100_000.0 * k)] for k, name in enumerate("abcde")})


def grid(side: int = 3, block_m: float = 100.0) -> Streets:
    """Crossings n = side * row + column at (column, row) blocks; west-east chains first, then south-north.

    Of 3 x 3: chains 0 to 5 run east along rows 0, 0, 1, 1, 2, 2; 6 to 11 run north along columns 0, 0, 1, 1, 2, 2.
    """
    at = [(column * block_m, row * block_m) for row in range(side) for column in range(side)]
    east = [(side * row + column, side * row + column + 1) for row in range(side) for column in range(side - 1)]
    north = [(side * row + column, side * row + side + column) for column in range(side) for row in range(side - 1)]
    return streets_of(at, [Chain(u, v, [at[u], at[v]]) for u, v in (*east, *north)])


def corner_doors(streets: Streets, side: int = 3) -> Doors:
    """One door on every crossing of ``grid``, called "row,column"."""
    found = {}
    for n in range(side * side):
        chain = int(np.flatnonzero((streets.chain_u == n) | (streets.chain_v == n))[0])
        whole = streets.segment_mm[streets.chain_start[chain]]
        found[f"{n // side},{n % side}"] = [Door(chain, 0.0 if streets.chain_u[chain] == n else whole)]
    return doors_at(streets, found)


def hill():
    """Home at the foot, care 100 m further and 10 m higher."""
    streets = streets_of([(0, 0), (100, 0)], [Chain(0, 1, [(0, 0), (100, 0)], z=(0.0, 10.0))])
    return streets, doors_at(streets, {"foot": [Door(0, 0)]}), doors_at(streets, {"top": [Door(0, 100_000)]})
