"""Good choices for the worst-off units fast: greedy for the worst, then annealing by exchanges. Compiled."""

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats, Ints, Longs
from planning.siting.local_search import NEARBY, PER_STEP, _opened
from planning.siting.problem import Sheet


@compiled
def worst_first(of: Sheet, unit: Ints, base: Floats, weight: Floats, count: int) -> Longs:
    """Choose ``count`` candidates, each the one that adds most to the worst-off unit that any still can help.

    Parameters
    ----------
    unit : array
        The unit of every group.
    base, weight : array
        What is covered anyway and what there is in every unit.
    """
    sites, units = len(of.site_start) - 1, len(base)
    chosen, seen = np.empty(count, dtype=np.int64), np.zeros(len(of.weight), dtype=np.bool_)
    is_open, stuck, have = np.zeros(sites, dtype=np.bool_), np.zeros(units, dtype=np.bool_), base.copy()
    turn = 0
    while turn < count:
        worst = -1
        for one in range(units):
            if not stuck[one] and (worst < 0 or have[one] / weight[one] < have[worst] / weight[worst]):
                worst = one
        best, best_gain, best_all = -1, 0.0, 0.0
        for site in range(sites):
            if is_open[site]:
                continue
            gain, every = 0.0, 0.0
            for k in range(of.site_start[site], of.site_start[site + 1]):
                group = of.site_group[k]
                if not seen[group]:
                    every += of.weight[group]
                    if unit[group] == worst:
                        gain += of.weight[group]
            if worst < 0:
                gain = every + 1.0
            if gain > best_gain or (gain == best_gain and gain > 0.0 and every > best_all):
                best, best_gain, best_all = site, gain, every
        if best < 0:
            stuck[worst] = True
            continue
        chosen[turn] = best
        turn += 1
        is_open[best] = True
        for k in range(of.site_start[best], of.site_start[best + 1]):
            group = of.site_group[k]
            if not seen[group]:
                seen[group] = True
                have[unit[group]] += of.weight[group]
    return chosen


@compiled
def _move(of: Sheet, unit: Ints, open_sites: Ints, have: Floats, site: int, by: int) -> None:
    """Open (1) or close (-1) a site in the counts and in what every unit has."""
    for k in range(of.site_start[site], of.site_start[site + 1]):
        group = of.site_group[k]
        before = open_sites[group]
        open_sites[group] = before + by
        if before + by == 0:
            have[unit[group]] -= of.weight[group]
        elif before == 0:
            have[unit[group]] += of.weight[group]


@compiled
def _short(have: Floats, weight: Floats, goal: float) -> float:
    """Return how far the units fall short of the share ``goal``: squares, so that the worst count most."""
    total = 0.0
    for one in range(len(have)):
        total += max(0.0, goal - have[one] / weight[one]) ** 2
    return total


@compiled
def anneal_fair(
    of: Sheet, unit: Ints, base: Floats, weight: Floats, start: Longs, goal: float, tries: int, seed: int
) -> Longs:
    """Return the choice with the best worst share met while exchanging sites so that units fall less short of ``goal``.

    No candidate may be without groups.
    """
    np.random.seed(seed)  # noqa: NPY002 - what compiled code offers; its state is the thread's own
    sites, count = len(of.site_start) - 1, len(start)
    open_sites, is_open = _opened(of, start)
    have = base.copy()
    for group in range(len(of.weight)):
        if open_sites[group] > 0:
            have[unit[group]] += of.weight[group]
    chosen, best_chosen = start.copy(), start.copy()
    now = _short(have, weight, goal)
    best, best_short = (have / weight).min(), now
    heat = max(now, 1e-6) * 0.05 / count
    cooling = 0.01 ** (PER_STEP / tries)
    for turn in range(tries):
        if turn % PER_STEP == PER_STEP - 1:
            heat *= cooling
        slot = np.random.randint(count)  # noqa: NPY002
        out = chosen[slot]
        into = np.random.randint(sites)  # noqa: NPY002
        if np.random.random() < NEARBY:  # noqa: NPY002
            group = of.site_group[np.random.randint(of.site_start[out], of.site_start[out + 1])]  # noqa: NPY002
            into = of.group_site[np.random.randint(of.group_start[group], of.group_start[group + 1])]  # noqa: NPY002
        if is_open[into]:
            continue
        _move(of, unit, open_sites, have, out, -1)
        _move(of, unit, open_sites, have, into, 1)
        after = _short(have, weight, goal)
        if now - after < heat * np.log(np.random.random()):  # noqa: NPY002
            _move(of, unit, open_sites, have, into, -1)
            _move(of, unit, open_sites, have, out, 1)
            continue
        now = after
        chosen[slot] = into
        is_open[out], is_open[into] = False, True
        worst = (have / weight).min()
        if worst > best + 1e-12 or (worst > best - 1e-12 and now < best_short):
            best, best_short = worst, now
            best_chosen[:] = chosen
    return best_chosen
