"""How much the open sites serve: the largest flow from sites of limited capacity to the demand in reach. Compiled.

Groups in reach of an open site of ample capacity are served by it whole and leave the rest of the capacity to others;
the rest is a largest flow by shortest augmenting paths (Edmonds and Karp 1972), kept up while sites open and close.
Opening adds paths and never takes service from a place; so what fixed sites serve stays served.
"""

from typing import NamedTuple

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats, Longs
from planning.siting.sized_problem import Net

UNSEEN = -2  # a site that a search hasn't come to; -1: where it began


class Flow(NamedTuple):
    """Who is served now; changed in place."""

    size: Longs  # [sites] open size; -1: none
    amount: Floats  # [pairs]
    served: Floats  # [groups] by sites of limited capacity
    cover: Longs  # [groups] open sites of ample capacity
    opened: Longs  # [groups] open sites of any capacity
    room: Floats  # [sites] capacity left
    came: Longs  # [sites] the pair over which a search came
    seen: Longs  # [groups] the stamp of the search that came last
    stamp: Longs  # [1]
    queue: Longs  # [sites]
    work: Longs  # [1] pairs and groups looked at
    live: Longs  # [1 + sites] number of open sites of limited capacity, then the sites


@compiled
def empty(of: Net) -> Flow:
    """Return the state in which no site is open."""
    sites, groups = len(of.given), len(of.demand)
    return Flow(
        np.full(sites, -1, dtype=np.int64),
        np.zeros(len(of.site_group)),
        np.zeros(groups),
        np.zeros(groups, dtype=np.int64),
        np.zeros(groups, dtype=np.int64),
        np.zeros(sites),
        np.full(sites, -1, dtype=np.int64),
        np.zeros(groups, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros(sites, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros(sites + 1, dtype=np.int64),
    )


@compiled
def copy_into(of: Net, source: Flow, target: Flow) -> None:
    """Make ``target`` the same as ``source``; pairs of sites of which neither is open hold 0 in both."""
    for site in range(len(of.given)):
        if source.size[site] >= 0 or target.size[site] >= 0:
            for pair in range(of.site_start[site], of.site_start[site + 1]):
                target.amount[pair] = source.amount[pair]
    target.size[:] = source.size
    target.served[:] = source.served
    target.cover[:] = source.cover
    target.opened[:] = source.opened
    target.room[:] = source.room
    target.live[:] = source.live


@compiled
def close(of: Net, flow: Flow, site: int) -> None:
    """Close an open site; ``fill`` then lets others take over."""
    size = flow.size[site]
    flow.size[site] = -1
    for pair in range(of.site_start[site], of.site_start[site + 1]):
        group = of.site_group[pair]
        flow.opened[group] -= 1
        if of.ample[size]:
            flow.cover[group] -= 1
        else:
            flow.served[group] -= flow.amount[pair]
            flow.amount[pair] = 0.0
    flow.room[site] = 0.0
    if not of.ample[size]:
        last = flow.live[0]
        for k in range(1, last + 1):
            if flow.live[k] == site:
                flow.live[k] = flow.live[last]
                break
        flow.live[0] = last - 1


@compiled
def open_(of: Net, flow: Flow, size: int) -> None:
    """Open a closed site in a size; ``fill`` then uses what it can serve."""
    site = of.size_site[size]
    flow.size[site] = size
    for pair in range(of.site_start[site], of.site_start[site + 1]):
        group = of.site_group[pair]
        flow.opened[group] += 1
        if of.ample[size]:
            flow.cover[group] += 1
            if flow.cover[group] == 1 and flow.served[group] > 0.0:
                for k in range(of.group_start[group], of.group_start[group + 1]):
                    other = of.group_pair[k]
                    flow.room[of.pair_site[other]] += flow.amount[other]
                    flow.amount[other] = 0.0
                flow.served[group] = 0.0
    if not of.ample[size]:
        flow.room[site] = of.capacity[size]
        flow.live[0] += 1
        flow.live[flow.live[0]] = site


@compiled
def fill(of: Net, flow: Flow, eps: float) -> None:
    """Serve as much as the open sites can."""
    for k in range(1, flow.live[0] + 1):
        site = flow.live[k]
        for pair in range(of.site_start[site], of.site_start[site + 1]):
            if flow.room[site] <= eps:
                break
            group = of.site_group[pair]
            if flow.cover[group] == 0:
                move = min(flow.room[site], of.demand[group] - flow.served[group])
                if move > 0.0:
                    flow.amount[pair] += move
                    flow.served[group] += move
                    flow.room[site] -= move
    while _path(of, flow, eps):
        pass


@compiled
def _path(of: Net, flow: Flow, eps: float) -> bool:
    """Find one shortest path from room left to demand left and use it."""
    flow.stamp[0] += 1
    flow.work[0] += flow.live[0]
    stamp, tail = flow.stamp[0], 0
    for k in range(1, flow.live[0] + 1):
        site = flow.live[k]
        flow.came[site] = UNSEEN
        if flow.room[site] > eps:
            flow.came[site] = -1
            flow.queue[tail] = site
            tail += 1
    head = 0
    while head < tail:
        site = flow.queue[head]
        head += 1
        flow.work[0] += of.site_start[site + 1] - of.site_start[site]
        for pair in range(of.site_start[site], of.site_start[site + 1]):
            group = of.site_group[pair]
            if flow.cover[group] > 0 or flow.seen[group] == stamp:
                continue
            flow.seen[group] = stamp
            if of.demand[group] - flow.served[group] > eps:
                _use(of, flow, pair)
                return True
            flow.work[0] += of.group_start[group + 1] - of.group_start[group]
            for k in range(of.group_start[group], of.group_start[group + 1]):
                other = of.group_pair[k]
                there = of.pair_site[other]
                if flow.amount[other] > eps and flow.came[there] == UNSEEN:
                    flow.came[there] = pair  # ``there`` hands the group over to ``site``
                    flow.queue[tail] = there
                    tail += 1
    return False


@compiled
def _pair_of(of: Net, site: int, group: int) -> int:
    low, high = int(of.site_start[site]), int(of.site_start[site + 1]) - 1
    while low < high:
        middle = (low + high) // 2
        if of.site_group[middle] < group:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _use(of: Net, flow: Flow, last: int) -> None:
    """Move along the path that ends with the pair ``last`` as much as it can carry."""
    group = of.site_group[last]
    move = of.demand[group] - flow.served[group]
    site = of.pair_site[last]
    while flow.came[site] >= 0:
        by = flow.came[site]
        move = min(move, flow.amount[_pair_of(of, site, of.site_group[by])])
        site = of.pair_site[by]
    move = min(move, flow.room[site])
    flow.room[site] -= move
    flow.served[group] += move
    flow.amount[last] += move
    site = of.pair_site[last]
    while flow.came[site] >= 0:
        by = flow.came[site]
        flow.amount[_pair_of(of, site, of.site_group[by])] -= move
        flow.amount[by] += move
        site = of.pair_site[by]


@compiled
def value(of: Net, flow: Flow, backup: float) -> float:
    """Return what is served; with ``backup`` w, 1 - w of it plus w of what places with two open sites get of it."""
    total = 0.0
    for group in range(len(of.demand)):
        got = of.demand[group] if flow.cover[group] > 0 else flow.served[group]
        total += got * (1.0 - backup if backup > 0.0 and flow.opened[group] < 2 else 1.0)  # noqa: PLR2004 - two sites
    return total


@compiled
def worth(of: Net, sizes: Longs, backup: float, eps: float) -> float:
    """Return the most that the open ``sizes`` are worth, from an empty start; fixed sites are among them if named.

    With ``backup`` places with two open sites go first: weights of a flow's ends are served greedily (Edmonds 1971).
    """
    flow = empty(of)
    for size in sizes:
        open_(of, flow, size)
    if backup == 0.0 or flow.live[0] == 0:
        fill(of, flow, eps)
        return value(of, flow, backup)
    fill(of, flow, eps)
    everything = value(of, flow, 0.0)
    twice = empty(of)
    for size in sizes:
        open_(of, twice, size)
    for group in range(len(of.demand)):
        if twice.opened[group] < 2 and twice.cover[group] == 0:  # noqa: PLR2004
            twice.cover[group] = 1  # out of the flow
    fill(of, twice, eps)
    backed = 0.0
    for group in range(len(of.demand)):
        if flow.opened[group] >= 2:  # noqa: PLR2004
            backed += of.demand[group] if flow.cover[group] > 0 else twice.served[group]
    return (1.0 - backup) * everything + backup * backed
