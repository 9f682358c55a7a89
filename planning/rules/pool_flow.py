"""Flows of pooled area from sites to areas, compiled: filling one area after another, and the least walking.

Areas and sites are numbered from 0. The arcs of area ``p`` are ``start[p]`` to ``start[p + 1] - 1``, those into site
``s`` are listed in ``into``, from ``into_start[s]``. Everything is counted in whole cells, so nothing is rounded.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
NEARER_S = 1e-9  # walks that differ by less are the same


@dataclass(frozen=True, eq=False)
class Arcs:
    """Who can be served from where, by area and by site."""

    start: Longs  # [areas + 1]
    place: Longs
    site: Longs
    into_start: Longs  # [sites + 1]
    into: Longs

    @property
    def columns(self) -> tuple[Longs, Longs, Longs, Longs, Longs]:
        """Return the arrays as the kernels take them."""
        return self.start, self.place, self.site, self.into_start, self.into


def arcs(place: Longs, site: Longs, places: int, sites: int) -> Arcs:
    """Return arcs, given by area in ascending order, in both directions."""
    return Arcs(
        np.concatenate([[0], np.cumsum(np.bincount(place, minlength=places))]).astype(np.int64),
        np.ascontiguousarray(place, dtype=np.int64),
        np.ascontiguousarray(site, dtype=np.int64),
        np.concatenate([[0], np.cumsum(np.bincount(site, minlength=sites))]).astype(np.int64),
        np.argsort(site, kind="stable").astype(np.int64),
    )


@compiled
def fill(
    area: int,
    wanted: int,
    start: Longs,
    place: Longs,
    site: Longs,
    into_start: Longs,
    into: Longs,
    left: Longs,
    flow: Longs,
    by_site: Longs,
    by_place: Longs,
    queue: Longs,
) -> tuple[int, int]:
    """Bring up to ``wanted`` to an area, moving others to other sites as need be; return what came, and the work done.

    Nobody else's share gets smaller: this is one area's turn in a largest flow.
    """
    came, work = 0, 0
    while came < wanted:
        by_site[:] = -1  # arc by which a site was reached
        by_place[:] = -1  # arc by which another area was reached
        head, tail, end = 0, 0, -1
        for a in range(start[area], start[area + 1]):
            s = site[a]
            by_site[s] = a
            queue[tail] = s
            tail += 1
        while head < tail:
            s = queue[head]
            head += 1
            if left[s] > 0:
                end = s
                break
            for n in range(into_start[s], into_start[s + 1]):
                work += 1
                back = into[n]
                other = place[back]
                if flow[back] > 0 and other != area and by_place[other] < 0:
                    by_place[other] = back
                    for a in range(start[other], start[other + 1]):
                        work += 1
                        t = site[a]
                        if by_site[t] < 0:
                            by_site[t] = a
                            queue[tail] = t
                            tail += 1
        work += tail + 1
        if end < 0:
            break
        step = min(wanted - came, left[end])
        s = end
        while place[by_site[s]] != area:
            back = by_place[place[by_site[s]]]
            step = min(step, flow[back])
            s = site[back]
        left[end] -= step
        s = end
        while True:
            a = by_site[s]
            flow[a] += step
            if place[a] == area:
                break
            back = by_place[place[a]]
            flow[back] -= step
            s = site[back]
        came += step
    return came, work


@compiled
def least_walk(
    need: Longs,
    spare: Longs,
    seconds: Floats,
    start: Longs,
    place: Longs,
    site: Longs,
    into_start: Longs,
    into: Longs,
) -> tuple[Longs, bool]:
    """Serve every area in full with the least area times seconds, by shortest paths; say whether that can be done."""
    areas, sites = len(need), len(spare)
    left, flow = spare.copy(), np.zeros(len(place), dtype=np.int64)
    cost = np.empty(sites)
    by_site, by_back = np.empty(sites, dtype=np.int64), np.empty(sites, dtype=np.int64)
    queue, waits = np.empty(sites, dtype=np.int64), np.zeros(sites, dtype=np.bool_)
    for area in range(areas):
        wanted = need[area]
        while wanted > 0:
            cost[:] = np.inf
            head, held = 0, 0
            for a in range(start[area], start[area + 1]):
                s = site[a]
                cost[s], by_site[s], by_back[s], waits[s] = seconds[a], a, -1, True
                queue[held] = s
                held += 1
            while held > 0:
                s = queue[head]
                head = (head + 1) % sites
                held -= 1
                waits[s] = False
                for n in range(into_start[s], into_start[s + 1]):
                    back = into[n]
                    other = place[back]
                    if flow[back] == 0 or other == area:
                        continue
                    for a in range(start[other], start[other + 1]):
                        t = site[a]
                        far = cost[s] - seconds[back] + seconds[a]
                        if far < cost[t] - NEARER_S:
                            cost[t], by_site[t], by_back[t] = far, a, back
                            if not waits[t]:
                                queue[(head + held) % sites] = t
                                held += 1
                                waits[t] = True
            end = -1
            for s in range(sites):
                if left[s] > 0 and cost[s] < np.inf and (end < 0 or cost[s] < cost[end]):
                    end = s
            if end < 0:
                return flow, False
            step = min(wanted, left[end])
            s = end
            while by_back[s] >= 0:
                step = min(step, flow[by_back[s]])
                s = site[by_back[s]]
            left[end] -= step
            s = end
            while by_back[s] >= 0:
                flow[by_site[s]] += step
                flow[by_back[s]] -= step
                s = site[by_back[s]]
            flow[by_site[s]] += step
            wanted -= step
    return flow, True
