"""Least walking in all: the p-median problem (Hakimi 1964)."""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from geodata.faults import Fault
from geodata.streets import Longs
from planning.reach import Reach
from planning.siting import prices
from planning.siting.branching import Node, branch
from planning.siting.check import weighted_seconds
from planning.siting.cover import Choice
from planning.siting.exact import filled
from planning.siting.exchange import build, descend, shaken
from planning.siting.fewest import fewest
from planning.siting.plan import Clock, Plan, Watch, found, infeasible
from planning.siting.prices import ascend
from planning.siting.problem import sheet
from planning.siting.question import Question, by_id, question, weights_of
from planning.siting.starting import allowed
from planning.siting.walks import Walks, as_matrix, part, total, unreachable, walks, whole

STEPS = 3000  # of prices at the root
ROUNDS = 12  # of shaking, each round of SHAKES
SHAKES = 20
PAIRS_PER_S = 8e6  # pairs that a second of work stands for in SHAKES
PATIENCE = 3  # rounds without a better choice


def p_median(
    reach: Reach,
    weights: pd.Series,
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
    """Choose ``sites`` sites so that the weighted seconds from all places to their nearest open site are least.

    Every place, whatever its weight, must have an open site in reach (a pair that isn't in ``reach`` is none), else the
    plan is infeasible and says which place or how many sites it would take. Fixed sites serve beside the chosen.

    Parameters
    ----------
    weights : Series on ``reach.places``
        At least 0 and never missing.
    start, watch : optional
        As in ``cover_most``; what is proven without ``start`` is the answer with it too.
    """
    clock = Clock(seconds, watch)
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    of = walks(asked, weights_of(reach, weights))
    earlier = allowed(asked, start)
    able = serving_all(asked, of, earlier, clock)
    if isinstance(able, Fault):
        return infeasible(able, clock, stopped_by=clock.ended if able.code == "siting_undecided" else "proof")
    choice = least(of, asked.more(), clock, earlier)
    chosen = asked.named(asked.free[choice.sites])
    cost = weighted_seconds(reach, weights, asked.all_open(chosen))
    if np.isinf(cost):
        raise AssertionError("a place is out of reach of the sites chosen")
    return found(chosen, cost, min(cost, choice.bound), clock, stopped_by=choice.stopped_by)


def least(of: Walks, count: int, clock: Clock, start: Longs | None = None) -> Choice:
    """Choose ``count`` candidates that cost least; every place must be in reach of some."""
    sites = len(of.site_start) - 1
    if count == 0 or sites <= count:
        every = np.arange(min(count, sites))
        return Choice(every, total(of, every), "proof")
    far = 1.0 + float(np.concatenate([of.place_cost, of.base[np.isfinite(of.base)]]).max(initial=0.0)) * len(of.base)
    earlier = None if start is None or not len(start) else descend(of, _padded(of, start, count, far), far)[0]
    clock.instead = None if earlier is None else (total(of, earlier), np.nan)
    best = _shaken(of, _start(of, count, far, clock), far, clock)
    known = total(of, best)
    clock.instead = None
    clock.told(known, 0.0)
    near = 0.999 if whole(of) else 1e-8 * known
    priced = ascend(of, np.full(len(of.base), known / len(of.base)), count, known, 1 if clock.stopped else STEPS, near)
    clock.tick(priced.steps * len(of.place_site) / prices.PAIRS_PER_S)
    likely = np.argsort(-priced.share, kind="stable")[:count]
    other = _shaken(of, likely, far, clock)
    best = other if total(of, other) < known else best
    root = Node(np.empty(0, dtype=np.int64), np.arange(sites), priced.price, priced.value)
    best, bound, stop = branch(of, count, root, best, near, far, clock)
    if whole(of):
        bound = float(np.ceil(bound - 1e-6))
    if earlier is not None and stop != "proof" and total(of, earlier) < total(of, best):
        best = earlier
    return Choice(np.sort(best), bound, stop)


def _padded(of: Walks, some: Longs, count: int, far: float) -> Longs:
    """Return ``count`` candidates: the first of ``some``, and what lowers the cost most beside them."""
    kept = some[:count]
    others = np.setdiff1d(np.arange(len(of.site_start) - 1), kept)
    return np.concatenate([kept, others[build(part(of, kept, others), count - len(kept), far)]])


def serving_all(asked: Question, of: Walks, earlier: Longs, clock: Clock) -> Longs | Fault:
    """Return candidates that serve every place, ``earlier`` if these do, or why no choice can."""
    if len(earlier) <= asked.more() and np.isfinite(total(of, earlier)):
        return earlier
    lost = unreachable(of)
    if len(lost):
        first = asked.reach.places[by_id(asked.reach.places)][lost[0]]
        return Fault(code="siting_places_out", details={"n": len(lost), "first": first})
    clock.instead = (np.nan, np.nan)
    able = serving(of, asked.more(), clock)
    clock.instead = None
    if len(able.sites) <= asked.more():
        return able.sites
    if able.bound <= asked.more():
        return Fault(code="siting_undecided", details={"sites": asked.sites, "seconds": clock.limit_s})
    needed = len(asked.forced) + int(able.bound)
    return Fault(code="siting_too_few_to_assign", details={"sites": asked.sites, "needed": needed})


def serving(of: Walks, count: int, clock: Clock) -> Choice:
    """Return candidates that serve every place that nothing open serves: ``count`` of them if that can be."""
    alone = np.flatnonzero(np.isinf(of.base))
    rows = sheet(as_matrix(of)[alone], np.ones(len(alone)))
    return fewest(rows, float(rows.weight.sum()), clock, enough=count)


def _start(of: Walks, count: int, far: float, clock: Clock) -> Longs:
    """Return a choice to begin with that serves every place."""
    greedy, _ = descend(of, build(of, count, far), far)
    if np.isfinite(total(of, greedy)):
        return greedy
    return filled(len(of.site_start) - 1, serving(of, count, clock).sites, count)


def _shaken(of: Walks, start: Longs, far: float, clock: Clock) -> Longs:
    """Shake in rounds until some bring nothing."""
    best, idle, turn = start, 0, 0
    while idle < PATIENCE and turn < ROUNDS and clock.left_s() > 0.5 * clock.limit_s:
        clock.told(total(of, best), np.nan)
        tried = shaken(of, best, SHAKES, far, turn)
        clock.tick(len(of.place_site) / PAIRS_PER_S)
        turn, idle = turn + 1, idle + 1
        if total(of, tried) < total(of, best):
            best, idle = tried, 0
    return best
