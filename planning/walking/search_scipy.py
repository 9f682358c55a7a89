"""The search for walks by scipy: the fallback where numba can't be imported, and the oracle of the tests.

The same answers as the compiled search to the last bit: costs are whole millimetres, so every sum is exact. Only where
two walks of one cost from one anchor differ in true length (slopes, stairs, waits) may the length be that of the other.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from geodata.streets import Floats, Ints, Longs
from planning.walking.anchors import Anchors, Pairs, Tree, direct, grouped, seed_mm, spans
from planning.walking.network import Network

DENSE_CELLS = 8_000_000  # ours: 64 MB of distances at once
TILE_RADII = 2.0  # ours: side of a tile of sources, in walking limits


def pairs(
    net: Network, sources: Anchors, targets: Anchors, limit_mm: float, *, inwards: bool, threads: int | None = None
) -> Pairs:
    """Return every target within ``limit_mm`` (inclusive) of every source, as ``search_threads.pairs`` does.

    The streets are cut into tiles that hold all walks of their sources, because scipy's answer is dense: one row of
    the whole city for each source.
    """
    del threads  # scipy holds the interpreter's lock
    mm = net.arc_in_mm if inwards else net.arc_out_mm
    seed = seed_mm(sources, inwards=inwards)
    start, (node, cost) = grouped(np.tile(sources.owner, 2), sources.owners, sources.node, seed)
    row_start, (row, row_mm) = grouped(
        targets.node, net.streets.nodes, np.tile(targets.owner, 2), seed_mm(targets, inwards=not inwards)
    )
    radius_m = _radius_m(net, mm, limit_mm)
    eastwards = np.argsort(net.streets.node_x_m, kind="stable")
    local = np.full(net.streets.nodes, -1)  # number of each node within the tile at hand
    a, b, along = direct(sources, targets, net.streets.chains, inwards=inwards)
    near = along <= limit_mm
    found = [(sources.owner[a[near]].astype(np.int64), targets.owner[b[near]].astype(np.int64), along[near])]
    for tile in _tiles(net, node, start, radius_m):
        at, asked = spans(start, tile)
        keep = _around(net, node[at], radius_m, eastwards)
        local[keep] = np.arange(len(keep))
        part = _part(net, mm, keep, local)
        step = max(1, DENSE_CELLS // (len(keep) + 1))
        for low in range(0, len(tile), step):
            mine = (asked >= low) & (asked < low + step)
            seeds = (asked[mine] - low, local[node[at[mine]]], cost[at[mine]])
            some = tile[low : low + step]
            reached = _dense(part, seeds, len(some), limit_mm)
            where, of = spans(row_start, keep)
            if len(where) == 0:
                continue
            by_target = np.argsort(row[where], kind="stable")
            where, of = where[by_target], of[by_target]
            first = np.flatnonzero(np.diff(row[where], prepend=-1))
            least = np.minimum.reduceat(reached[:, of] + row_mm[where], first, axis=1)
            i, k = np.nonzero(least <= limit_mm)
            found.append((some[i], row[where[first]][k].astype(np.int64), least[i, k]))
        local[keep] = -1
    source, target, walk = (np.concatenate([part[n] for part in found]) for n in range(3))
    order = np.lexsort((walk, target, source))
    source, target, walk = source[order], target[order], walk[order]
    least_first = (np.diff(source, prepend=-1) != 0) | (np.diff(target, prepend=-1) != 0)
    bounds, (target, walk) = grouped(source[least_first], sources.owners, target[least_first], walk[least_first])
    return Pairs(start=bounds, target=target.astype(np.int32), mm=walk)


def tree(net: Network, ends: Anchors, limit_mm: float, *, inwards: bool) -> Tree:
    """Return for every node the anchor that is nearest on foot, as ``search_threads.tree`` does.

    Every cost is multiplied by a number greater than all anchors, and the anchor added at its seed: whole numbers, so
    the least sum is the least cost and, among equals, the lowest anchor.
    """
    nodes, half = net.streets.nodes, len(ends)
    scale = float(half + 1)
    seed = seed_mm(ends, inwards=inwards)
    anchor = np.tile(np.arange(half), 2)
    arc_mm = net.arc_in_mm if inwards else net.arc_out_mm
    graph = _with_sources(
        (arc_mm * scale, net.arc_node, net.arc_start),
        (np.zeros(2 * half, dtype=np.int64), ends.node, seed * scale + anchor),
        1,
    )
    least, parent = csgraph.dijkstra(
        graph, directed=True, indices=nodes, return_predecessors=True, limit=limit_mm * scale + half
    )
    least, parent = least[:nodes], parent[:nodes]
    found = np.isfinite(least)
    mm, origin = np.full(nodes, np.inf), np.full(nodes, -1, dtype=np.int32)
    mm[found] = least[found] // scale
    origin[found] = (least[found] % scale).astype(np.int32)
    length, arc, up = np.full(nodes, np.inf), np.full(nodes, -1, dtype=np.int64), np.arange(nodes)
    # at a seed: the shortest of the legs that cost just so
    tight = (seed * scale + anchor == least[ends.node]) & (parent[ends.node] == nodes)
    np.minimum.at(length, ends.node[tight], ends.reach_mm[tight])
    # elsewhere: the shortest of the arcs from the parent that cost just so
    tail = np.repeat(np.arange(nodes), np.diff(net.arc_start))
    head = net.arc_node
    tight_arcs = np.flatnonzero((parent[head] == tail) & (least[tail] + arc_mm * scale == least[head]) & found[head])
    order = np.lexsort((net.arc_length_mm[tight_arcs], head[tight_arcs]))
    tight_arcs = tight_arcs[order]
    child, first = np.unique(head[tight_arcs], return_index=True)
    arc[child], up[child] = tight_arcs[first], tail[tight_arcs[first]]
    length[child] = net.arc_length_mm[arc[child]]
    while (up[up] != up).any():  # add up the lengths along the tree, twice as far in every round
        inner = up != up[up]
        length[inner] += length[up[inner]]
        up = up[up]
    outer = (up != np.arange(nodes)) & found
    length[outer] += length[up[outer]]
    return Tree(mm=mm, origin=origin, length_mm=length, arc=arc)


def _with_sources(
    arcs: tuple[Floats, NDArray[np.integer], Longs], seeds: tuple[Longs, NDArray[np.integer], Floats], count: int
) -> sparse.csr_array:
    """Add one node per source to a graph, with an arc to each of its seeds (source, node, cost)."""
    mm, node, start = arcs
    first, (to, cost) = grouped(seeds[0], count, seeds[1], seeds[2])
    size = len(start) - 1 + count
    return sparse.csr_array(
        (np.concatenate([mm, cost]), np.concatenate([node, to]), np.concatenate([start, start[-1] + first[1:]])),
        shape=(size, size),
    )


def _part(net: Network, arc_mm: Floats, keep: Longs, local: Longs) -> tuple[Floats, Longs, Longs]:
    """Return the arcs between the nodes of ``keep``, numbered as in ``local``: cost, node, start."""
    at, tail = spans(net.arc_start, keep)
    node = local[net.arc_node[at]]
    inside = node >= 0
    start = np.zeros(len(keep) + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail[inside], minlength=len(keep)), out=start[1:])
    return arc_mm[at[inside]], node[inside], start


def _dense(
    arcs: tuple[Floats, Longs, Longs], seeds: tuple[Longs, NDArray[np.integer], Floats], count: int, limit_mm: float
) -> Floats:
    """Return costs [sources, nodes]; inf beyond the limit."""
    nodes = len(arcs[2]) - 1
    whole = _with_sources(arcs, seeds, count)
    reached: Floats = csgraph.dijkstra(whole, directed=True, indices=np.arange(nodes, nodes + count), limit=limit_mm)
    return reached[:, :nodes]


def _radius_m(net: Network, arc_mm: Floats, limit_mm: float) -> float:
    """Return how far a walk within the limit can lead in a straight line; a slope may make it more than the limit."""
    streets = net.streets
    tail = np.repeat(np.arange(streets.nodes), np.diff(net.arc_start))
    crow_mm = 1000.0 * np.hypot(
        streets.node_x_m[tail] - streets.node_x_m[net.arc_node], streets.node_y_m[tail] - streets.node_y_m[net.arc_node]
    )
    apart = crow_mm > 0
    ratio = float(np.min(arc_mm[apart] / crow_mm[apart], initial=1.0))
    return limit_mm / 1000.0 / ratio + 1.0 if ratio > 0 else np.inf


def _tiles(net: Network, node: Ints, start: Longs, radius_m: float) -> list[Longs]:
    """Return the sources that have a door, in groups of neighbours."""
    some = np.flatnonzero(np.diff(start))
    if not np.isfinite(radius_m):
        return [some] if len(some) else []
    first = node[start[some]]
    side = TILE_RADII * radius_m
    column = np.floor(net.streets.node_x_m[first] / side).astype(np.int64)
    line = np.floor(net.streets.node_y_m[first] / side).astype(np.int64)
    _, tile = np.unique(np.stack([column, line]), axis=1, return_inverse=True)
    bounds, (sources,) = grouped(tile.ravel(), int(tile.max()) + 1 if len(tile) else 0, some)
    return [sources[low:high] for low, high in pairwise(bounds)]


def _around(net: Network, seeds: Ints, radius_m: float, eastwards: Longs) -> Longs:
    """Return the nodes within ``radius_m`` of the box around ``seeds``, ascending."""
    x, y = net.streets.node_x_m, net.streets.node_y_m
    west, east = x[seeds].min() - radius_m, x[seeds].max() + radius_m
    low = np.searchsorted(x, west, side="left", sorter=eastwards)
    high = np.searchsorted(x, east, side="right", sorter=eastwards)
    strip = eastwards[low:high]
    inside = (y[strip] >= y[seeds].min() - radius_m) & (y[strip] <= y[seeds].max() + radius_m)
    return np.sort(strip[inside])
