"""The shortest longest walk: the p-center problem, by bisection over the walks there are (Minieka 1970)."""

from collections.abc import Hashable, Iterable

import numpy as np

from geodata.faults import Fault
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.check import longest_seconds
from planning.siting.cover import Choice
from planning.siting.exact import filled
from planning.siting.fewest import fewest
from planning.siting.median import no_plan
from planning.siting.plan import Clock, Plan, Stop, found, infeasible
from planning.siting.problem import cover
from planning.siting.question import Question, question, weights_of
from planning.siting.walks import walks


def p_center(
    reach: Reach,
    sites: int,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
) -> Plan:
    """Choose ``sites`` sites so that the longest walk from any place to its nearest open site is shortest, in seconds.

    Every place must have an open site in reach (a pair that isn't in ``reach`` is none), else the plan is infeasible
    and says which place or how many sites it would take. Fixed sites serve beside the chosen.
    """
    clock = Clock(seconds)
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    fault = no_plan(asked, walks(asked, weights_of(reach, None)), clock)
    if fault is not None:
        return infeasible(fault, clock)
    picked, bound, stop = _nearest(asked, clock)
    chosen = asked.named(asked.free[filled(len(asked.free), picked, asked.more())])
    longest = longest_seconds(reach, asked.all_open(chosen))
    return found(chosen, longest, min(longest, bound), clock, stopped_by=stop)


def _nearest(asked: Question, clock: Clock) -> tuple[Longs, float, Stop]:
    """Return the sites of the shortest longest walk, a bound for it, and what ended the search."""
    steps = _steps(asked)
    low, high, proven = 0, len(steps) - 1, 0  # the answer is one of steps[low..high]; none below ``proven`` can do
    best: Longs = np.empty(0, dtype=np.int64)
    stop: Stop = "proof"
    while low <= high and len(steps):
        middle = (low + high) // 2
        choice = _within(asked, float(steps[middle]), clock)
        if choice is not None and len(choice.sites) <= asked.more():
            best, high = choice.sites, middle - 1
        elif choice is None or choice.bound > asked.more():
            low = middle + 1
            proven = max(proven, low) if stop == "proof" else proven
        else:  # not known whether it can be done: go on above, the bound stays
            low, stop = middle + 1, choice.stopped_by
    return best, float(steps[min(proven, len(steps) - 1)]) if len(steps) else 0.0, stop


def _within(asked: Question, limit_s: float, clock: Clock) -> Choice | None:
    """Return the fewest candidates that bring all places within ``limit_s``; None when some place has none."""
    given = cover(asked, weights_of(asked.reach, None), limit_s)
    if len(given.left_out):
        return None
    return fewest(given.sheet, float(given.sheet.weight.sum()), clock, enough=asked.more())


def _steps(asked: Question) -> Floats:
    """Return the different walks that the answer may be, growing: at least every place's nearest site."""
    reach = asked.reach
    usable = np.isin(reach.site_ix, np.concatenate([asked.opened(), asked.free]))
    place = np.repeat(np.arange(len(reach.places)), np.diff(reach.place_start))[usable]
    nearest = np.full(len(reach.places), np.inf)
    np.minimum.at(nearest, place, reach.seconds[usable])
    return np.unique(reach.seconds[usable][reach.seconds[usable] >= nearest.max(initial=0.0)])
