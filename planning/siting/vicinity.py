"""Better choices by taking the sites of a few vicinities back and choosing them anew, exactly.

All other sites stay; what they don't cover, and the candidates that would add to it, is a small model for the solver
(large neighbourhood search, Shaw 1998). A vicinity grows where models turn out easy and shrinks where they don't.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled
from geodata.streets import Floats, Ints, Longs
from planning.siting import exact
from planning.siting.bounds import Bound, worth
from planning.siting.highs import chosen, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, matrix, sheet, value

SIZE, LEAST = 12.0, 6.0  # sites taken back at first, and at least
CANDIDATES = 14  # per site taken back
NODES = 5  # of the solver's search
EASY_S, HARD_S = 0.015, 0.04  # work of a round: below it vicinities grow, above it they shrink
SHRINK, GROW = 0.95, 1.02
ROUND_S = 0.005  # work of finding a vicinity
FAR = 1_000_000


def rebuilt(
    of: Sheet,
    bound: Bound,
    best: Longs,
    rounds: int,
    clock: Clock,
    stopped: Callable[[float], bool] | None = None,
) -> Longs:
    """Return a choice at least as good as ``best``, after taking back and choosing anew ``rounds`` times at most.

    Parameters
    ----------
    clock : Clock
        Of this part alone.
    stopped : function, optional
        Gets what is covered now and then, and ends the search by returning True.
    """
    rng, size, likely = np.random.default_rng(1), SIZE, worth(of, bound.price)
    rows = matrix(of)
    known, sites = value(of, best), len(likely)
    open_sites, gain = _state(of, best)
    for _ in range(rounds):
        if not clock.left_s() or (stopped is not None and stopped(known)):
            break
        began_s = clock.worked_s
        clock.tick(ROUND_S)
        middle = rng.choice(best, rng.integers(1, 4))
        away = rng.random(len(best)) + _steps(of, best, middle, int(size))[best]
        back = best[np.argsort(away, kind="stable")[: int(size)]]
        left, adds, alone = _taken_back(of, open_sites, gain, back)
        inside = np.zeros(sites, dtype=bool)
        inside[best] = True
        inside[back] = False
        could = np.union1d(np.flatnonzero((adds >= alone) & ~inside), back)
        order = np.lexsort((-likely[could], ~np.isin(could, back)))
        could = np.sort(could[order[: CANDIDATES * len(back)]])
        groups = _uncovered(of, could, left)
        if not len(groups):
            continue
        kept = np.setdiff1d(best, back)
        part = sheet(rows[groups][:, could].tocsr(), of.weight[groups])
        asked = exact.model(part, len(back))
        begin = exact.begin(part, asked, (kept, could, part), best)
        found = solve(asked, clock, nodes=NODES, start=begin, lean=True, near=exact.slack(of, known))
        took_s = clock.worked_s - began_s
        size = max(LEAST, size * (GROW if took_s < EASY_S else SHRINK if took_s > HARD_S else 1.0))
        if found.x is None:
            continue
        tried = exact.filled(sites, np.concatenate([kept, could[chosen(found.x, len(could))]]), len(best))
        if len(tried) == len(best) and value(of, tried) > known:
            best, known = tried, value(of, tried)
            open_sites, gain = _state(of, best)
    return best


@compiled
def _state(of: Sheet, best: Longs) -> tuple[Ints, Floats]:
    """Count the open sites of every group; return also what every candidate would add."""
    open_sites = np.zeros(len(of.weight), dtype=np.int32)
    for site in best:
        for k in range(of.site_start[site], of.site_start[site + 1]):
            open_sites[of.site_group[k]] += 1
    gain = np.zeros(len(of.site_start) - 1)
    for group in range(len(of.weight)):
        if open_sites[group] == 0:
            for k in range(of.group_start[group], of.group_start[group + 1]):
                gain[of.group_site[k]] += of.weight[group]
    return open_sites, gain


@compiled
def _taken_back(of: Sheet, open_sites: Ints, gain: Floats, back: Longs) -> tuple[Ints, Floats, float]:
    """Take ``back`` out of the counts; return also what candidates would add, and the least one of it alone adds."""
    left, adds, least = open_sites.copy(), gain.copy(), np.inf
    for site in back:
        alone = 0.0
        for k in range(of.site_start[site], of.site_start[site + 1]):
            group = of.site_group[k]
            alone += of.weight[group] * (open_sites[group] == 1)
            left[group] -= 1
            if left[group] == 0:
                for other in range(of.group_start[group], of.group_start[group + 1]):
                    adds[of.group_site[other]] += of.weight[group]
        least = min(least, alone)
    return left, adds, least


@compiled
def _uncovered(of: Sheet, could: Longs, left: Ints) -> Longs:
    """Return the groups that candidates of ``could`` see and nobody covers."""
    mark: NDArray[np.bool_] = np.zeros(len(left), dtype=np.bool_)
    for site in could:
        for k in range(of.site_start[site], of.site_start[site + 1]):
            mark[of.site_group[k]] = left[of.site_group[k]] == 0
    return np.flatnonzero(mark)


@compiled
def _steps(of: Sheet, best: Longs, middle: Longs, enough: int) -> Longs:
    """Return how many groups in a row lie between each candidate and the nearest of ``middle``, as far as is needed.

    That is until ``enough`` of ``best`` are met.
    """
    away = np.full(len(of.site_start) - 1, FAR, dtype=np.int64)
    is_open = np.zeros(len(away), dtype=np.bool_)
    is_open[best] = True
    met = np.zeros(len(of.weight), dtype=np.bool_)
    queue = np.empty(len(away), dtype=np.int64)
    head, tail, opened = 0, 0, 0
    for site in middle:
        if away[site] == FAR:
            away[site] = 0
            queue[tail] = site
            tail += 1
            opened += 1
    last = FAR
    while head < tail:
        site = queue[head]
        head += 1
        if away[site] >= last:
            break
        for k in range(of.site_start[site], of.site_start[site + 1]):
            group = of.site_group[k]
            if met[group]:
                continue
            met[group] = True
            for j in range(of.group_start[group], of.group_start[group + 1]):
                other = of.group_site[j]
                if away[other] == FAR:
                    away[other] = away[site] + 1
                    queue[tail] = other
                    tail += 1
                    opened += is_open[other]
        if opened >= enough and last == FAR:
            last = away[site] + 1
    return away
