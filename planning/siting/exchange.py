"""Good choices for least walks: exchange single sites while that costs less (Whitaker 1983), then shake and repeat.

Compiled. For every candidate one pass over the places it is near tells the best site to give up for it.
"""

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats, Ints, Longs
from planning.siting.walks import Walks

NOBODY = -1  # served by what is open anyway, or by nothing


@compiled
def _serve(of: Walks, chosen: Longs, out_of_reach: float) -> tuple[Floats, Ints, Floats]:
    """Return for every place its least cost, the slot of ``chosen`` that gives it, and the least cost without that."""
    base = np.minimum(of.base, out_of_reach)
    first, who, second = base.copy(), np.full(len(base), NOBODY, dtype=np.int32), base.copy()
    for slot in range(len(chosen)):
        for k in range(of.site_start[chosen[slot]], of.site_start[chosen[slot] + 1]):
            place, cost = of.site_place[k], of.site_cost[k]
            if cost < first[place]:
                second[place], first[place], who[place] = first[place], cost, slot
            elif cost < second[place]:
                second[place] = cost
    return first, who, second


@compiled
def _losses(first: Floats, who: Ints, second: Floats, slots: int) -> Floats:
    loss = np.zeros(slots)
    for place in range(len(first)):
        if who[place] >= 0:
            loss[who[place]] += second[place] - first[place]
    return loss


@compiled
def descend(of: Walks, start: Longs, out_of_reach: float) -> tuple[Longs, float]:
    """Exchange single sites until none lowers the cost; return the sites and the cost.

    Parameters
    ----------
    out_of_reach : float
        What a place costs that has no site in reach: more than any plan that serves all.
    """
    chosen, sites = start.copy(), len(of.site_start) - 1
    is_open = np.zeros(sites, dtype=np.bool_)
    is_open[chosen] = True
    first, who, second = _serve(of, chosen, out_of_reach)
    loss = _losses(first, who, second, len(chosen))
    spared = np.zeros(len(chosen))
    tolerance = 1e-12 * first.sum()
    idle, into = 0, 0
    while idle < sites:
        into = (into + 1) % sites
        idle += 1
        if is_open[into]:
            continue
        gain = 0.0
        spared[:] = 0.0
        for k in range(of.site_start[into], of.site_start[into + 1]):
            place, cost = of.site_place[k], of.site_cost[k]
            if cost < first[place]:
                gain += first[place] - cost
                if who[place] >= 0:
                    spared[who[place]] += second[place] - first[place]
            elif cost < second[place] and who[place] >= 0:
                spared[who[place]] += second[place] - cost
        slot = np.argmin(loss - spared)
        if gain - (loss[slot] - spared[slot]) > tolerance:
            is_open[chosen[slot]], is_open[into] = False, True
            chosen[slot] = into
            first, who, second = _serve(of, chosen, out_of_reach)
            loss = _losses(first, who, second, len(chosen))
            idle = 0
    return chosen, first.sum()


@compiled
def build(of: Walks, count: int, out_of_reach: float) -> Longs:
    """Choose ``count`` candidates one by one, each the one that lowers the cost most; the first of equal ones."""
    least = np.minimum(of.base, out_of_reach)
    chosen = np.empty(count, dtype=np.int64)
    taken = np.zeros(len(of.site_start) - 1, dtype=np.bool_)
    for turn in range(count):
        best, best_gain = -1, -1.0
        for site in range(len(taken)):
            if taken[site]:
                continue
            gain = 0.0
            for k in range(of.site_start[site], of.site_start[site + 1]):
                gain += max(0.0, least[of.site_place[k]] - of.site_cost[k])
            if gain > best_gain:
                best, best_gain = site, gain
        chosen[turn], taken[best] = best, True
        for k in range(of.site_start[best], of.site_start[best + 1]):
            least[of.site_place[k]] = min(least[of.site_place[k]], of.site_cost[k])
    return chosen


@compiled
def shaken(of: Walks, start: Longs, rounds: int, out_of_reach: float, seed: int) -> Longs:
    """Descend, then ``rounds`` times replace some sites at random and descend again, from the best so far."""
    np.random.seed(seed)  # noqa: NPY002 - what compiled code offers; its state is the thread's own
    best, best_cost = descend(of, start, out_of_reach)
    sites, count = len(of.site_start) - 1, len(start)
    for turn in range(rounds):
        tried = best.copy()
        is_open = np.zeros(sites, dtype=np.bool_)
        is_open[tried] = True
        for _ in range(min(count, 2 + turn % 4)):
            slot, into = np.random.randint(count), np.random.randint(sites)  # noqa: NPY002
            if not is_open[into]:
                is_open[tried[slot]], is_open[into] = False, True
                tried[slot] = into
        tried, cost = descend(of, tried, out_of_reach)
        if cost < best_cost:
            best, best_cost = tried, cost
    return best
