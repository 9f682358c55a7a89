"""Good choices fast: greedy, then annealing by exchanges of one site, then nothing left to exchange. Compiled.

Every value is worked out exactly from counts of open sites per group. The random numbers come from a seed, the length
is counted in exchanges tried, so that the answer is the same on every machine and for any number of threads.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled
from geodata.streets import Floats, Ints, Longs
from planning.siting.plan import Clock
from planning.siting.problem import Sheet

PER_STEP = 1000  # exchanges tried at one temperature
PART = 300_000  # exchanges tried between two looks at the clock; whole steps
NOBODY, SEVERAL = -1, -2  # in place of the only open site of a group
PRIME = 1_000_003  # apart the seeds of the parts
TOUCHES_PER_S = 1e9  # pairs looked at that a second of work stands for
NEARBY = 0.6  # share of exchanges with a candidate that covers a group of the site it replaces; ours, measured


@compiled
def greedy(of: Sheet, count: int, need: float = np.inf) -> Longs:
    """Choose up to ``count`` candidates until ``need``, each the one that covers most anew; the first of equal ones."""
    sites = len(of.site_start) - 1
    open_sites = np.zeros(len(of.weight), dtype=np.int32)
    gain = np.zeros(sites)
    for site in range(sites):
        for k in range(of.site_start[site], of.site_start[site + 1]):
            gain[site] += of.weight[of.site_group[k]]
    chosen = np.empty(count, dtype=np.int64)
    covered = 0.0
    for turn in range(count):
        if covered >= need:
            return chosen[:turn]
        best = np.argmax(gain)
        chosen[turn] = best
        for k in range(of.site_start[best], of.site_start[best + 1]):
            group = of.site_group[k]
            if open_sites[group] == 0:
                covered += of.weight[group]
                for other in range(of.group_start[group], of.group_start[group + 1]):
                    gain[of.group_site[other]] -= of.weight[group]
            open_sites[group] += 1
        gain[best] = -np.inf
    return chosen


@compiled
def _opened(of: Sheet, chosen: Longs) -> tuple[Ints, NDArray[np.bool_]]:
    """Count the open sites of every group, and mark the open sites."""
    open_sites = np.zeros(len(of.weight), dtype=np.int32)
    is_open = np.zeros(len(of.site_start) - 1, dtype=np.bool_)
    for site in chosen:
        is_open[site] = True
        for k in range(of.site_start[site], of.site_start[site + 1]):
            open_sites[of.site_group[k]] += 1
    return open_sites, is_open


@compiled
def _exchange(of: Sheet, open_sites: Ints, out: int, into: int) -> float:
    """Take ``out`` from the counts and return what replacing it by ``into``, not yet counted, would change."""
    change = 0.0
    for k in range(of.site_start[out], of.site_start[out + 1]):
        group = of.site_group[k]
        open_sites[group] -= 1
        if open_sites[group] == 0:
            change -= of.weight[group]
    for k in range(of.site_start[into], of.site_start[into + 1]):
        if open_sites[of.site_group[k]] == 0:
            change += of.weight[of.site_group[k]]
    return change


@compiled
def _count(of: Sheet, open_sites: Ints, site: int) -> None:
    for k in range(of.site_start[site], of.site_start[site + 1]):
        open_sites[of.site_group[k]] += 1


@compiled
def _alone(of: Sheet, chosen: Longs, open_sites: Ints) -> tuple[Floats, Ints, Longs]:
    """Return what each open site alone covers, the only open site of every group, and the sum of its open sites."""
    alone, total = np.zeros(len(of.site_start) - 1), np.zeros(len(of.weight), dtype=np.int64)
    for site in chosen:
        for k in range(of.site_start[site], of.site_start[site + 1]):
            total[of.site_group[k]] += site
    only = np.full(len(of.weight), SEVERAL, dtype=np.int32)
    for group in range(len(only)):
        if open_sites[group] == 0:
            only[group] = NOBODY
        elif open_sites[group] == 1:
            only[group] = total[group]
            alone[total[group]] += of.weight[group]
    return alone, only, total


@compiled
def _leave(of: Sheet, open_sites: Ints, total: Longs, only: Ints, alone: Floats, out: int) -> None:
    """Close ``out``: count anew, and see whom its groups have left."""
    for k in range(of.site_start[out], of.site_start[out + 1]):
        group = of.site_group[k]
        open_sites[group] -= 1
        total[group] -= out
        if open_sites[group] == 0:
            only[group] = NOBODY
        elif open_sites[group] == 1:
            only[group] = total[group]
            alone[total[group]] += of.weight[group]
    alone[out] = 0.0


@compiled
def _enter(of: Sheet, open_sites: Ints, total: Longs, only: Ints, alone: Floats, into: int) -> None:
    """Open ``into``: count anew, and see whose groups are no longer covered by it alone."""
    for k in range(of.site_start[into], of.site_start[into + 1]):
        group = of.site_group[k]
        if open_sites[group] == 0:
            only[group] = into
            alone[into] += of.weight[group]
        elif open_sites[group] == 1:
            alone[only[group]] -= of.weight[group]
            only[group] = SEVERAL
        open_sites[group] += 1
        total[group] += into


def touched(of: Sheet) -> float:
    """Return how many pairs one exchange looks at, about."""
    return 3.0 * len(of.site_group) / max(1, len(of.site_start) - 1)


def anneal(
    of: Sheet,
    start: Longs,
    tries: int,
    hot: float,
    cold: float,
    seed: int,
    need: float = np.inf,
    *,
    clock: Clock | None = None,
    stopped: Callable[[float], bool] | None = None,
) -> Longs:
    """Return the best choice met while exchanging one site at a time, from temperature ``hot`` down to ``cold``.

    It ends early once ``need`` is covered, ``clock`` has no time left, or ``stopped``, asked now and then with the
    weight covered, says so. Temperatures are in weight covered. No candidate of the sheet may be without groups.
    """
    chosen, best = start.copy(), start.copy()
    covered = 0.0
    for part, first in enumerate(range(0, tries, PART)):
        last = min(tries, first + PART)
        covered = _anneal(of, chosen, best, covered, (first, last, tries), (hot, cold), seed + PRIME * part, need)
        if clock is not None:
            clock.tick((last - first) * touched(of) / TOUCHES_PER_S)
        ended = clock is not None and not clock.left_s()
        if covered >= need or ended or (stopped is not None and stopped(covered)):
            break
    return best


@compiled
def _anneal(
    of: Sheet,
    chosen: Longs,
    best_chosen: Longs,
    best: float,
    turns: tuple[int, int, int],
    heats: tuple[float, float],
    seed: int,
    need: float,
) -> float:
    """Try the exchanges number ``turns[0]`` to ``turns[1]`` of ``turns[2]``; return the most weight met so far."""
    np.random.seed(seed)  # noqa: NPY002 - what compiled code offers; its state is the thread's own
    sites, count = len(of.site_start) - 1, len(chosen)
    open_sites, is_open = _opened(of, chosen)
    alone, only, total = _alone(of, chosen, open_sites)
    now = of.weight[open_sites > 0].sum()
    if now > best:
        best = now
        best_chosen[:] = chosen
    cooling = (heats[1] / heats[0]) ** (PER_STEP / turns[2])
    heat = heats[0] * cooling ** (turns[0] // PER_STEP)
    for turn in range(turns[0], turns[1]):
        if turn % PER_STEP == PER_STEP - 1:
            heat *= cooling
        slot = np.random.randint(count)  # noqa: NPY002
        out = chosen[slot]
        if np.random.random() < NEARBY:  # noqa: NPY002
            group = of.site_group[np.random.randint(of.site_start[out], of.site_start[out + 1])]  # noqa: NPY002
            into = of.group_site[np.random.randint(of.group_start[group], of.group_start[group + 1])]  # noqa: NPY002
        else:
            into = np.random.randint(sites)  # noqa: NPY002
        if is_open[into]:
            continue
        change = -alone[out]
        for k in range(of.site_start[into], of.site_start[into + 1]):
            group = of.site_group[k]
            change += of.weight[group] * ((only[group] == NOBODY) | (only[group] == out))
        if change >= heat * np.log(np.random.random()):  # noqa: NPY002
            _leave(of, open_sites, total, only, alone, out)
            _enter(of, open_sites, total, only, alone, into)
            chosen[slot] = into
            is_open[out], is_open[into] = False, True
            now += change
            if now > best:
                best = now
                best_chosen[:] = chosen
                if best >= need:
                    break
    return best


@compiled
def settle(of: Sheet, start: Longs, alike: float) -> Longs:
    """Exchange single sites while that covers more, or as much (to ``alike``) with a smaller candidate."""
    chosen, sites = np.sort(start), len(of.site_start) - 1
    open_sites, is_open = _opened(of, chosen)
    moved = True
    while moved:
        moved = False
        for slot in range(len(chosen) - 1, -1, -1):
            for into in range(sites):
                out = chosen[slot]
                if is_open[into]:
                    continue
                change = _exchange(of, open_sites, out, into)
                if change > alike or (change >= -alike and into < out):
                    _count(of, open_sites, into)
                    chosen[slot] = into
                    is_open[out], is_open[into] = False, True
                    moved = True
                else:
                    _count(of, open_sites, out)
    return np.sort(chosen)
