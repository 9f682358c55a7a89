"""The compiled search at work: doors arranged for it, and blocks of sources handed to threads."""

import os
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from geodata.streets import Floats, Ints, Longs
from planning.walking.anchors import Anchors, Pairs, Tree, gauges, grouped, seed_mm
from planning.walking.network import Network
from planning.walking.search import OUT, PER_BUCKET, Workspace, block, grow, move_rows

BLOCKS_PER_THREAD = 8  # ours: so that no thread waits long for the last


def pairs(
    net: Network, sources: Anchors, targets: Anchors, limit_mm: float, *, inwards: bool, threads: int | None = None
) -> Pairs:
    """Return every target within ``limit_mm`` (inclusive) of every source, the least over their doors.

    Parameters
    ----------
    inwards : bool
        True: costs of walking from target to source (the sources are facilities); False: from source to target.
    threads : int, optional
        How many blocks of sources are searched at once; None: one per core. The answer is the same for any number.
    """
    nodes, limit_mm = net.streets.nodes, float(np.floor(limit_mm))
    order, rank = _neighbours_together(sources, nodes)
    mm = seed_mm(sources, inwards=inwards)
    seed_start, (seed_node, seed_cost) = grouped(np.tile(rank[sources.owner], 2), sources.owners, sources.node, mm)
    near, far = gauges(sources, inwards=inwards)
    door_start, doors = grouped(rank[sources.owner], sources.owners, sources.chain, near, far, sources.leg_mm)
    mm = seed_mm(targets, inwards=not inwards)
    row_start, rows = grouped(targets.node, nodes, np.tile(targets.owner, 2), mm)
    near, far = gauges(targets, inwards=inwards)
    mate_start, mates = grouped(targets.chain, net.streets.chains, targets.owner, near, far, targets.leg_mm)

    threads = min(threads or os.cpu_count() or 1, 32)
    blocks = max(1, min(len(order), threads * BLOCKS_PER_THREAD if threads > 1 else 1))
    edges = np.linspace(0, len(order), blocks + 1).astype(np.int64)
    free: SimpleQueue[Workspace] = SimpleQueue()
    for _ in range(min(threads, blocks)):
        free.put(_workspace(nodes, targets.owners, limit_mm))

    def search(b: int) -> tuple[Longs, Ints, Floats]:
        work = free.get()
        try:
            return block(
                net.arc_start,
                net.arc_node,
                net.arc_in_mm if inwards else net.arc_out_mm,
                (seed_start, seed_node, seed_cost),
                (door_start, *doors),
                (row_start, *rows),
                (mate_start, *mates),
                int(edges[b]),
                int(edges[b + 1]),
                limit_mm,
                work,
            )
        finally:
            free.put(work)

    if threads == 1 or blocks == 1:
        found = [search(b) for b in range(blocks)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(search, range(blocks)))
    start = np.zeros(sources.owners + 1, dtype=np.int64)
    np.cumsum(np.concatenate([counts for counts, _, _ in found]), out=start[1:])
    return _as_given(start, np.concatenate([t for _, t, _ in found]), np.concatenate([c for _, _, c in found]), rank)


def _neighbours_together(ends: Anchors, nodes: int) -> tuple[Longs, Longs]:
    """Order the owners by their first node, so that a search finds the nodes of the last one still in the cache."""
    first = np.full(ends.owners, nodes, dtype=np.int64)
    np.minimum.at(first, ends.owner, ends.node[: len(ends)])
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return order, rank


def _as_given(start: Longs, target: Ints, mm: Floats, rank: Longs) -> Pairs:
    """Bring rows found in searching order back to the order of the sources."""
    given = np.zeros_like(start)
    np.cumsum(np.diff(start)[rank], out=given[1:])
    moved, moved_mm = np.empty_like(target), np.empty_like(mm)
    move_rows(start, rank, given, target, mm, moved, moved_mm)
    return Pairs(start=given, target=moved, mm=moved_mm)


def tree(net: Network, ends: Anchors, limit_mm: float, *, inwards: bool) -> Tree:
    """Return for every node the anchor that is nearest on foot, within ``limit_mm``, and the way there.

    Ties go to the lowest anchor, then to the shorter true length. ``inwards``: walking towards the anchors.
    """
    nodes, limit_mm = net.streets.nodes, float(np.floor(limit_mm))
    beyond_mm = limit_mm + 1.0  # costs are whole: beyond the limit by the least that can be
    cost, length = np.full(nodes, beyond_mm), np.full(nodes, np.inf)
    origin, arc = np.full(nodes, -1, dtype=np.int32), np.full(nodes, -1, dtype=np.int64)
    grow(
        net.arc_start,
        net.arc_node,
        net.arc_in_mm if inwards else net.arc_out_mm,
        net.arc_length_mm,
        (ends.node, seed_mm(ends, inwards=inwards), ends.reach_mm),
        beyond_mm,
        (cost, origin, length, arc),
        *_queue(nodes, limit_mm),
    )
    cost[origin < 0] = np.inf
    return Tree(mm=cost, origin=origin, length_mm=length, arc=arc)


def _queue(nodes: int, limit_mm: float) -> tuple[Ints, Ints, Ints]:
    """Return an empty bucket queue: the next and the previous node of every node, the first of every bucket."""
    return (
        np.full(nodes, -1, dtype=np.int32),
        np.full(nodes, OUT, dtype=np.int32),
        np.full(int(limit_mm * PER_BUCKET) + 2, -1, dtype=np.int32),
    )


def _workspace(nodes: int, targets: int, limit_mm: float) -> Workspace:
    """Return what one thread needs to search, ready for use; ``block`` leaves it as it found it."""
    return (
        np.full(nodes, limit_mm + 1.0),  # costs are whole: beyond the limit by the least that can be
        *_queue(nodes, limit_mm),
        np.empty(nodes, dtype=np.int32),
        np.full(targets, limit_mm + 1.0),
        np.empty(targets, dtype=np.int32),
    )
