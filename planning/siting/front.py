"""The price of more: coverage against the number of sites, the cost, or the longest walk, with proof."""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.faults import Fault, fail
from geodata.streets import Longs
from planning.reach import Reach
from planning.siting import exact
from planning.siting.bounds import Bound
from planning.siting.budget import costs_of, cover_budget
from planning.siting.center import p_center
from planning.siting.check import covered_weight, longest_seconds
from planning.siting.cover import most_useful
from planning.siting.dominance import best_sites
from planning.siting.fewest import cover_all
from planning.siting.front_points import Against, Front, Point, drawn, handed_on, row, tightened, undominated
from planning.siting.plan import Clock, Plan, Watch, found
from planning.siting.problem import cover, part, value
from planning.siting.question import Question, question, weights_of
from planning.siting.walk_bound import most_within


def curve(
    reach: Reach,
    weights: pd.Series,
    limit_s: float,
    most: int,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    watch: Watch | None = None,
) -> pd.DataFrame:
    """Return what 0, 1, 2, ... up to ``most`` sites cover: sites, objective, bound, gap, status, one row each.

    The forced sites count, so that the first row has as many; the last has as many as there are if ``most`` are not.
    """
    asked = question(reach, most, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return pd.DataFrame(columns=["sites", "objective", "bound", "gap", "status"])
    plans = _by_sites(asked, weights, limit_s, range(len(asked.forced), asked.sites + 1), Clock(seconds, watch))
    return pd.DataFrame([row(plan) for plan in plans])


def pareto(
    reach: Reach,
    weights: pd.Series,
    limit_s: float,
    costs: pd.Series | None = None,
    *,
    points: int = 10,
    against: Against = "sites",
    most: float | None = None,
    fixed: Iterable[Hashable] = (),
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    seconds: float = 60,
    watch: Watch | None = None,
) -> Front:
    """Return plans from little to much, none of which covers no more than one that takes less.

    Parameters
    ----------
    costs : Series by site id
        Yuan; wanted where ``against`` is "cost".
    points : int
        How many are sought; where there are fewer different plans, there are fewer.
    most : number
        The largest number of sites or budget, by default what covers all that can be covered; for "worst_walk" the
        number of sites of every plan, which must be given.
    seconds : float
        For all points together.
    """
    clock = Clock(seconds, watch)
    named = {"fixed": list(fixed), "closed": list(closed), "forced": list(forced), "forbidden": list(forbidden)}
    if against == "sites":
        return _against_sites(reach, weights, limit_s, points, most, named, clock)
    if against == "cost":
        if costs is None:
            raise fail("siting_front_costs")
        return _against_cost(reach, weights, limit_s, costs, points, most, named, clock)
    if most is None:
        raise fail("siting_sites", value=most)
    return _against_walk(reach, weights, limit_s, points, int(most), named, clock)


def _against_sites(
    reach: Reach,
    weights: pd.Series,
    limit_s: float,
    points: int,
    most: float | None,
    named: dict[str, list[Hashable]],
    clock: Clock,
) -> Front:
    asked = question(reach, None if most is None else int(most), **named)
    if isinstance(asked, Fault):
        return Front("sites", (), asked)
    least = max(1, len(asked.forced))
    every = cover_all(reach, limit_s, 1.0, weights, seconds=clock.share(0.2), **named)  # type: ignore[arg-type]
    clock.tick(every.work_s)
    last = max(least, min(asked.sites, len(every.chosen)))  # more sites cover no more
    steps = np.geomspace(least, last, points) if last > 3 * points else np.linspace(least, last, points)
    counts = set(np.round(steps).astype(int).tolist())
    counts |= set(list(range(least, last + 1))[: max(0, points - len(counts))])
    plans = _by_sites(asked, weights, limit_s, sorted(counts), clock)
    return Front("sites", undominated([Point(float(len(plan.chosen)), plan) for plan in plans]))


def _by_sites(asked: Question, weights: pd.Series, limit_s: float, counts: Iterable[int], clock: Clock) -> list[Plan]:
    """Return the plan for each number of sites, growing, each begun with the one before."""
    given = cover(asked, weights_of(asked.reach, weights), limit_s)
    useful = best_sites(given.sheet)
    sheet = part(given.sheet, useful)
    wanted, plans = list(counts), []
    begin: Longs = np.empty(0, dtype=np.int64)
    near: Bound | None = None
    for done, count in enumerate(wanted):
        more = count - len(asked.forced)
        turn = Clock(clock.share(1 / (len(wanted) - done)), clock.watch)
        turn.base, turn.stopped = given.always, clock.stopped
        if more and more < len(useful):
            choice, near = most_useful(sheet, more, turn, begin, near)
            begin, bound, stop = choice.sites, choice.bound, choice.stopped_by
        else:
            begin = np.arange(len(useful) if more else 0)
            bound, stop = value(sheet, begin), "proof"
        clock.stopped = turn.stopped
        clock.tick(turn.worked_s)
        picked = asked.named(asked.free[exact.filled(len(asked.free), useful[begin], more)])
        covered = covered_weight(asked.reach, weights, asked.all_open(picked), limit_s)
        left_out = tuple(asked.reach.places[given.left_out])
        limit = max(covered, given.always + bound)
        plans.append(found(picked, covered, limit, turn, stopped_by=stop, left_out=left_out))
    return tightened(plans)


def _against_cost(
    reach: Reach,
    weights: pd.Series,
    limit_s: float,
    costs: pd.Series,
    points: int,
    most: float | None,
    named: dict[str, list[Hashable]],
    clock: Clock,
) -> Front:
    asked = question(reach, None, **named)
    if isinstance(asked, Fault):
        return Front("cost", (), asked)
    paid = float(costs_of(asked, costs, asked.forced).sum())
    each = costs_of(asked, costs, asked.free)

    def ask(budget: float, start: tuple[Hashable, ...], seconds: float) -> Point | None:
        more = {"seconds": seconds, "start": start, "watch": handed_on(clock), **named}
        plan = cover_budget(reach, weights, costs, budget, limit_s, **more)  # type: ignore[arg-type]
        clock.tick(plan.work_s)
        if plan.status == "infeasible":
            return None
        return Point(float(costs.reindex(list(plan.chosen)).sum()), plan)

    every = ask(paid + float(each.sum()), (), clock.share(0.1))
    high = float(most) if most is not None else (every.figure if every else paid)
    low = paid + float(each[each > 0].min(initial=high))
    return Front("cost", drawn(ask, paid or min(low, high), high, points, clock))


def _against_walk(
    reach: Reach,
    weights: pd.Series,
    limit_s: float,
    points: int,
    sites: int,
    named: dict[str, list[Hashable]],
    clock: Clock,
) -> Front:
    asked = question(reach, sites, **named)
    if isinstance(asked, Fault):
        return Front("worst_walk", (), asked)
    able = np.zeros(len(reach.sites), dtype=bool)
    able[np.concatenate([asked.opened(), asked.free])] = True
    place_of = np.repeat(np.arange(len(reach.places)), np.diff(reach.place_start))
    seen = np.bincount(place_of[able[reach.site_ix]], minlength=len(reach.places)) > 0
    left_out = tuple(reach.places[~seen])
    reach, weights = only_places(reach, seen), weights[seen]
    nearest = p_center(reach, sites, seconds=clock.share(0.2), watch=handed_on(clock), **named)
    clock.tick(nearest.work_s)
    if nearest.status == "infeasible":
        return Front("worst_walk", (), nearest.reason, left_out)
    asked = question(reach, sites, **named)
    assert isinstance(asked, Question)
    given = cover(asked, weights_of(reach, weights), limit_s)
    place = {site: k for k, site in enumerate(asked.reach.sites[asked.free])}

    def ask(longest_s: float, start: tuple[Hashable, ...], seconds: float) -> Point | None:
        turn = Clock(seconds, handed_on(clock))
        turn.base = given.always
        begin = np.array([place[one] for one in (start or nearest.chosen) if one in place], dtype=np.int64)
        choice = most_within(asked, given.sheet, longest_s, turn, begin)
        clock.tick(turn.worked_s)
        if choice is None:
            return None
        chosen = asked.named(asked.free[choice.sites])
        covered = covered_weight(reach, weights, asked.all_open(chosen), limit_s)
        bound = max(covered, given.always + choice.bound)
        plan = found(chosen, covered, bound, turn, stopped_by=choice.stopped_by, left_out=left_out)
        return Point(longest_seconds(reach, asked.all_open(chosen)), plan)

    free = longest_seconds(reach, reach.sites[able])
    furthest = float(reach.seconds.max(initial=free))
    loose = ask(furthest, (), clock.share(1 / points))
    high = loose.figure if loose else furthest
    return Front("worst_walk", drawn(ask, nearest.objective, high, points, clock), left_out=left_out)


def only_places(reach: Reach, kept: NDArray[np.bool_]) -> Reach:
    """Keep the places marked."""
    wide = np.diff(reach.place_start)
    start = np.concatenate([[0], np.cumsum(wide[kept])])
    pairs = np.repeat(kept, wide)
    return Reach(reach.places[kept], reach.sites, start, reach.site_ix[pairs], reach.seconds[pairs], reach.limit_s)
