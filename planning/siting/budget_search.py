"""Good choices for a budget fast: greedy, then annealing by one site in and as many out as must make room. Compiled."""

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats, Ints, Longs
from planning.siting.local_search import NEARBY, PER_STEP, _count, _opened
from planning.siting.problem import Sheet

MOST_OUT = 4  # sites that one may replace


@compiled
def cheap_greedy(of: Sheet, cost: Floats, room: float, power: float) -> Longs:
    """Choose, while ``room`` lasts, the candidate that covers most anew for its cost to the ``power``."""
    sites = len(of.site_start) - 1
    seen = np.zeros(len(of.weight), dtype=np.bool_)
    gain, divisor = np.zeros(sites), cost**power
    for site in range(sites):
        for k in range(of.site_start[site], of.site_start[site + 1]):
            gain[site] += of.weight[of.site_group[k]]
    chosen, count = np.empty(sites, dtype=np.int64), 0
    while True:
        best, best_rate = -1, 0.0
        for site in range(sites):
            if cost[site] <= room and gain[site] / divisor[site] > best_rate:
                best, best_rate = site, gain[site] / divisor[site]
        if best < 0:
            return chosen[:count]
        chosen[count] = best
        count += 1
        room -= cost[best]
        for k in range(of.site_start[best], of.site_start[best + 1]):
            group = of.site_group[k]
            if not seen[group]:
                seen[group] = True
                for other in range(of.group_start[group], of.group_start[group + 1]):
                    gain[of.group_site[other]] -= of.weight[group]
        gain[best] = -np.inf


@compiled
def _close(of: Sheet, open_sites: Ints, site: int) -> float:
    """Take ``site`` from the counts and return the weight that only it covered."""
    lost = 0.0
    for k in range(of.site_start[site], of.site_start[site + 1]):
        group = of.site_group[k]
        open_sites[group] -= 1
        if open_sites[group] == 0:
            lost += of.weight[group]
    return lost


@compiled
def anneal_budget(
    of: Sheet, cost: Floats, room: float, start: Longs, tries: int, hot: float, cold: float, seed: int
) -> Longs:
    """Return the best choice met, from temperature ``hot`` down to ``cold``; no choice met costs more than ``room``.

    No candidate may be without groups.
    """
    np.random.seed(seed)  # noqa: NPY002 - what compiled code offers; its state is the thread's own
    sites = len(cost)
    open_sites, is_open = _opened(of, start)
    chosen, count = np.empty(sites, dtype=np.int64), len(start)
    chosen[:count] = start
    spent = cost[start].sum()
    now = best = of.weight[open_sites > 0].sum()
    best_chosen = start.copy()
    heat, cooling = hot, (cold / hot) ** (PER_STEP / tries)
    slots, out = np.empty(MOST_OUT, dtype=np.int64), np.empty(MOST_OUT, dtype=np.int64)
    for turn in range(tries):
        if turn % PER_STEP == PER_STEP - 1:
            heat *= cooling
        into = np.random.randint(sites)  # noqa: NPY002
        if count and np.random.random() < NEARBY:  # noqa: NPY002
            near = chosen[np.random.randint(count)]  # noqa: NPY002
            group = of.site_group[np.random.randint(of.site_start[near], of.site_start[near + 1])]  # noqa: NPY002
            into = of.group_site[np.random.randint(of.group_start[group], of.group_start[group + 1])]  # noqa: NPY002
        if is_open[into]:
            continue
        change, removed, after = 0.0, 0, spent + cost[into]
        while after > room and removed < MOST_OUT and count:
            slot = np.random.randint(count)  # noqa: NPY002
            site = chosen[slot]
            count -= 1
            chosen[slot] = chosen[count]
            slots[removed], out[removed] = slot, site
            removed += 1
            after -= cost[site]
            change -= _close(of, open_sites, site)
        if after <= room:
            for k in range(of.site_start[into], of.site_start[into + 1]):
                if open_sites[of.site_group[k]] == 0:
                    change += of.weight[of.site_group[k]]
        if after <= room and change >= heat * np.log(np.random.random()):  # noqa: NPY002
            _count(of, open_sites, into)
            chosen[count] = into
            count += 1
            for k in range(removed):
                is_open[out[k]] = False
            is_open[into] = True
            spent, now = after, now + change
            if now > best:
                best = now
                best_chosen = chosen[:count].copy()
        else:
            for k in range(removed - 1, -1, -1):
                chosen[count] = chosen[slots[k]]
                chosen[slots[k]] = out[k]
                count += 1
                _count(of, open_sites, out[k])
    return best_chosen
