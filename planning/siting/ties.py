"""One answer out of several that cover as much: the one of the smallest ids, whatever the search began with."""

import numpy as np

from geodata.streets import Longs
from planning.siting.bounds import Bound
from planning.siting.exact import begin, filled, model, rest, slack
from planning.siting.highs import chosen, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, value, whole

PAIRS = 20_000  # in what the bound leaves open, beyond which nobody waits for a choice among equals
NODES = 60  # of the solver's search, counted so that the answer is the same everywhere
LEAST_S, SHARE = 0.2, 0.05  # of work, beyond which nobody waits either: this much, and of what was done before
GOLDEN = 0.618_033_988_749_895  # apart the sums of different choices


def smallest(of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock) -> Longs | None:
    """Return of all choices that cover as much as ``best``, which none exceeds, the one whose ranks sum to least.

    None where that would take long.
    """
    known = value(of, best)
    taken, kept, left = rest(of, bound, count, known - slack(of, known))
    if len(taken) >= count or not len(left.weight) or len(left.group_site) > PAIRS:
        return None
    sites = len(kept)
    asked = model(left, count - len(taken))
    rank = kept + 0.5 * np.mod(kept * GOLDEN, 1.0)
    unit = 1.0 if whole(of.weight) else 2e-7 * float(-asked.cost.sum())
    asked.cost[:sites] = rank * (0.9 * unit / max(1.0, np.sort(rank)[-(count - len(taken)) :].sum()))
    stopped = None if clock.watch is None else lambda _: clock.told(known, known)
    start, time_s = begin(left, asked, (taken, kept, left), best), LEAST_S + SHARE * clock.worked_s
    found = solve(asked, clock, seconds=time_s, nodes=NODES, start=start, lean=True, near=1e-7, stopped=stopped)
    if found.x is None or not found.done:
        return None
    ones = np.concatenate([taken, kept[chosen(found.x, sites)]])
    answer = filled(len(of.site_start) - 1, ones, count)
    return answer if len(answer) == count and value(of, answer) >= known * (1 - 1e-12) else None
