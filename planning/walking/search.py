"""The search for walks, compiled: a bounded bucket queue, once for many-to-many, once with the way remembered.

Nodes wait in buckets of 40 m of cost, each bucket a doubly linked list threaded through the nodes themselves; a node
whose cost falls moves to its new bucket. Only nodes that were touched are reset, so a search costs what lies within
its limit and not what the city holds. Costs are whole millimetres, hence every sum is exact and the answers depend
neither on the order of the sources nor on the number of threads.

The innermost loops are written out, and index by ``np.uintp``: measured four times as fast as calls with signed ints.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled
from geodata.streets import Floats, Ints, Longs
from planning.walking.anchors import Rows

BUCKET_MM = 40_000.0  # ours: measured flat from 10 to 80 m
PER_BUCKET = 1.0 / BUCKET_MM
ALONE, OUT = -1, -2  # first in its bucket; in no bucket
Workspace = tuple[Floats, Ints, Ints, Ints, Ints, Floats, Ints]  # cost, after, before, head, touched, best, hit


@compiled
def _leave(node: int, old_mm: float, after: Ints, before: Ints, head: Ints) -> None:
    """Take ``node``, waiting at cost ``old_mm``, out of its bucket."""
    if before[node] >= 0:
        after[before[node]] = after[node]
    else:
        head[int(old_mm * PER_BUCKET)] = after[node]
    if after[node] >= 0:
        before[after[node]] = before[node]
    before[node] = OUT


@compiled
def _enter(node: int, mm: float, after: Ints, before: Ints, head: Ints) -> int:
    """Put ``node`` first in the bucket of cost ``mm``; return the bucket."""
    bucket = int(mm * PER_BUCKET)
    first = head[bucket]
    after[node] = first
    before[node] = ALONE
    if first >= 0:
        before[first] = node
    head[bucket] = node
    return bucket


@compiled
def _ball(  # noqa: PLR0912, PLR0915 - written out, see above
    arc_start: Longs,
    arc_node: Ints,
    arc_mm: Floats,
    seed_node: Ints,
    seed_mm: Floats,
    low: int,
    high: int,
    beyond_mm: float,
    cost: Floats,
    after: Ints,
    before: Ints,
    head: Ints,
    touched: Ints,
) -> int:
    """Cost every node nearer than ``beyond_mm`` to seeds ``low`` to ``high`` - 1; list and count the nodes touched."""
    count = 0
    last = -1
    for s in range(low, high):
        seed, mm = seed_node[s], seed_mm[s]
        if mm < cost[seed]:
            if cost[seed] == beyond_mm:
                touched[count] = seed
                count += 1
            else:
                _leave(seed, cost[seed], after, before, head)
            cost[seed] = mm
            last = max(last, _enter(seed, mm, after, before, head))
    bucket = 0
    while bucket <= last:
        first = head[np.uintp(bucket)]
        if first < 0:
            bucket += 1
            continue
        node = np.uintp(first)
        follower = after[node]
        head[np.uintp(bucket)] = follower
        if follower >= 0:
            before[np.uintp(follower)] = ALONE
        before[node] = OUT
        here = cost[node]
        for arc in range(arc_start[node], arc_start[node + np.uintp(1)]):
            mm = here + arc_mm[np.uintp(arc)]
            other = np.uintp(arc_node[np.uintp(arc)])
            old = cost[other]
            if mm >= old:
                continue
            new_bucket = int(mm * PER_BUCKET)
            if old == beyond_mm:
                touched[count] = other
                count += 1
            elif before[other] != OUT:
                old_bucket = int(old * PER_BUCKET)
                if old_bucket == new_bucket:
                    cost[other] = mm
                    continue
                if before[other] >= 0:
                    after[np.uintp(before[other])] = after[other]
                else:
                    head[np.uintp(old_bucket)] = after[other]
                if after[other] >= 0:
                    before[np.uintp(after[other])] = before[other]
            cost[other] = mm
            follower = head[np.uintp(new_bucket)]
            after[other] = follower
            before[other] = ALONE
            if follower >= 0:
                before[np.uintp(follower)] = other
            head[np.uintp(new_bucket)] = other
            if new_bucket > last:  # noqa: PLR1730 - max() was measured slower here
                last = new_bucket
    return count


@compiled
def _room(array: NDArray[Any], need: int) -> NDArray[Any]:
    """Return ``array`` with room for at least ``need`` values, its content kept."""
    bigger = np.empty(max(need, 2 * len(array)), array.dtype)
    bigger[: len(array)] = array
    return bigger


@compiled
def block(
    arc_start: Longs,
    arc_node: Ints,
    arc_mm: Floats,
    sources: Rows,  # start, node, cost
    source_doors: Rows,  # start, chain, near, far, leg
    targets: Rows,  # start, target, cost
    target_doors: Rows,  # start, target, near, far, leg
    low: int,
    high: int,
    limit_mm: float,
    work: Workspace,
) -> tuple[Longs, Ints, Floats]:
    """Search from sources ``low`` to ``high`` - 1: how many targets each reaches, which, and at what cost."""
    seed_start, seed_node, seed_mm = sources
    door_start, door_chain, door_near, door_far, door_leg = source_doors
    row_start, row, row_mm = targets
    mate_start, mate, mate_near, mate_far, mate_leg = target_doors
    cost, after, before, head, touched, best, hit = work
    counts = np.zeros(high - low, np.int64)
    found = np.empty(1024, np.int32)
    found_mm = np.empty(1024, np.float64)
    total = 0
    beyond_mm = limit_mm + 1.0
    for source in range(low, high):
        hits = 0
        count = _ball(
            arc_start,
            arc_node,
            arc_mm,
            seed_node,
            seed_mm,
            seed_start[source],
            seed_start[source + 1],
            beyond_mm,
            cost,
            after,
            before,
            head,
            touched,
        )
        for i in range(count):
            node = np.uintp(touched[i])
            here = cost[node]
            cost[node] = beyond_mm
            for k in range(row_start[node], row_start[node + np.uintp(1)]):
                mm = here + row_mm[np.uintp(k)]
                target = np.uintp(row[np.uintp(k)])
                if mm < best[target]:
                    if best[target] == beyond_mm:
                        hit[hits] = target
                        hits += 1
                    best[target] = mm
        for door in range(door_start[source], door_start[source + 1]):  # both on one chain, no node between
            chain = door_chain[door]
            for k in range(mate_start[chain], mate_start[chain + 1]):
                along = max(door_near[door] - mate_near[k], mate_far[k] - door_far[door])
                mm = door_leg[door] + along + mate_leg[k]
                target = np.uintp(mate[k])
                if mm < best[target]:
                    if best[target] == beyond_mm:
                        hit[hits] = target
                        hits += 1
                    best[target] = mm
        if total + hits > len(found):
            found = _room(found, total + hits)
            found_mm = _room(found_mm, total + hits)
        for i in range(hits):
            target = np.uintp(hit[i])
            found[total + i] = target
            found_mm[total + i] = best[target]
            best[target] = beyond_mm
        counts[source - low] = hits
        total += hits
    return counts, found[:total].copy(), found_mm[:total].copy()


@compiled
def move_rows(
    start: Longs, row: Longs, new_start: Longs, target: Ints, mm: Floats, new_target: Ints, new_mm: Floats
) -> None:
    """Copy row ``row[i]`` of compressed sparse rows to place ``i``."""
    for i in range(len(row)):
        low, count = start[row[i]], start[row[i] + 1] - start[row[i]]
        new_target[new_start[i] : new_start[i] + count] = target[low : low + count]
        new_mm[new_start[i] : new_start[i] + count] = mm[low : low + count]


@compiled
def grow(  # noqa: PLR0915 - written out, see above
    arc_start: Longs,
    arc_node: Ints,
    arc_mm: Floats,
    arc_length: Floats,
    seeds: tuple[Ints, Floats, Floats],
    beyond_mm: float,
    labels: tuple[Floats, Ints, Floats, Longs],
    after: Ints,
    before: Ints,
    head: Ints,
) -> None:
    """Give every node nearer than ``beyond_mm`` its least label: cost, then anchor, then true length."""
    seed_node, seed_cost, seed_length = seeds
    cost, origin, length, via = labels
    last = -1
    half = len(seed_node) // 2
    for s in range(len(seed_node)):
        seed, mm, anchor = seed_node[s], seed_cost[s], s % half
        tie = mm == cost[seed] and (anchor, seed_length[s]) < (origin[seed], length[seed])
        if mm < beyond_mm and (mm < cost[seed] or tie):
            if before[seed] != OUT:
                _leave(seed, cost[seed], after, before, head)
            cost[seed], origin[seed], length[seed] = mm, anchor, seed_length[s]
            last = max(last, _enter(seed, mm, after, before, head))
    bucket = 0
    while bucket <= last:
        first = head[np.uintp(bucket)]
        if first < 0:
            bucket += 1
            continue
        node = np.uintp(first)
        follower = after[node]
        head[np.uintp(bucket)] = follower
        if follower >= 0:
            before[np.uintp(follower)] = ALONE
        before[node] = OUT
        here, anchor, true_mm = cost[node], origin[node], length[node]
        for arc in range(arc_start[node], arc_start[node + np.uintp(1)]):
            mm = here + arc_mm[np.uintp(arc)]
            other = np.uintp(arc_node[np.uintp(arc)])
            old = cost[other]
            if mm > old:
                continue
            new_length = true_mm + arc_length[np.uintp(arc)]
            if mm == old and not (anchor < origin[other] or (anchor == origin[other] and new_length < length[other])):
                continue
            new_bucket = int(mm * PER_BUCKET)
            cost[other] = mm
            origin[other] = anchor
            length[other] = new_length
            via[other] = arc
            if before[other] != OUT:
                old_bucket = int(old * PER_BUCKET)
                if old_bucket == new_bucket:
                    continue
                if before[other] >= 0:
                    after[np.uintp(before[other])] = after[other]
                else:
                    head[np.uintp(old_bucket)] = after[other]
                if after[other] >= 0:
                    before[np.uintp(after[other])] = before[other]
            follower = head[np.uintp(new_bucket)]
            after[other] = follower
            before[other] = ALONE
            if follower >= 0:
                before[np.uintp(follower)] = other
            head[np.uintp(new_bucket)] = other
            if new_bucket > last:  # noqa: PLR1730 - max() was measured slower here
                last = new_bucket
