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
from planning.siting.median import serving_all
from planning.siting.plan import Clock, Plan, Stop, Watch, found, infeasible
from planning.siting.problem import cover
from planning.siting.question import Question, question, weights_of
from planning.siting.starting import allowed
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
    start: Iterable[Hashable] = (),
    watch: Watch | None = None,
) -> Plan:
    """Choose ``sites`` sites so that the longest walk from any place to its nearest open site is shortest, in seconds.

    Every place must have an open site in reach (a pair that isn't in ``reach`` is none), else the plan is infeasible
    and says which place or how many sites it would take. Fixed sites serve beside the chosen.

    Parameters
    ----------
    start, watch : optional
        As in ``cover_most``; what is proven without ``start`` is the answer with it too.
    """
    clock = Clock(seconds, watch)
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    earlier = allowed(asked, start)
    able = serving_all(asked, walks(asked, weights_of(reach, None)), earlier, clock)
    if isinstance(able, Fault):
        return infeasible(able, clock, stopped_by=clock.ended if able.code == "siting_undecided" else "proof")
    picked, bound, stop = _nearest(asked, able, clock)
    chosen = _named(asked, picked)
    longest = longest_seconds(reach, asked.all_open(chosen))
    return found(chosen, longest, min(longest, bound), clock, stopped_by=stop)


def _named(asked: Question, picked: Longs) -> tuple[Hashable, ...]:
    return asked.named(asked.free[filled(len(asked.free), picked, asked.more())])


def _nearest(asked: Question, able: Longs, clock: Clock) -> tuple[Longs, float, Stop]:
    """Return the sites of the shortest longest walk, a bound for it, and what ended the search.

    ``able`` serve every place; they only say where to begin, since the last walk is always asked about afresh.
    """
    steps = _steps(asked)
    if not len(steps):
        return able, 0.0, "proof"
    longest = longest_seconds(asked.reach, asked.all_open(_named(asked, able)))
    low, known, proven = 0, int(np.searchsorted(steps, longest)), 0  # none of the walks below ``proven`` can do
    best, fresh = able, False
    stop: Stop = "proof"
    while low < known or not fresh:
        middle = (low + known) // 2 if low < known else known
        clock.instead = (float(steps[known]), float(steps[min(proven, known)]))
        choice = _within(asked, float(steps[middle]), clock)
        if choice is not None and len(choice.sites) <= asked.more():
            best, known, fresh = choice.sites, middle, True
        elif middle == known:  # not found again in the time that was left
            stop, fresh = clock.ended, True
        elif choice is None or choice.bound > asked.more():
            low = middle + 1
            proven = max(proven, low) if stop == "proof" else proven
        else:  # not known whether it can be done: go on above, the bound stays
            low, stop = middle + 1, choice.stopped_by
    return best, float(steps[min(proven, known)]), stop


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
