"""Cover all, or a share of the people, with the fewest sites (set covering location, Toregas et al. 1971)."""

from collections.abc import Hashable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.bounds import Bound, relaxation, worth
from planning.siting.check import covered_weight
from planning.siting.cover import PATIENT_S, SMALL, TOO_LARGE, Choice, most
from planning.siting.dominance import best_sites, essential
from planning.siting.exact import COARSE
from planning.siting.fewest_search import CLOSE, STEPS, divided, fewer
from planning.siting.highs import FREE, Model, chosen, solve
from planning.siting.local_search import greedy
from planning.siting.plan import Clock, Plan, Stop, Watch, found, infeasible
from planning.siting.problem import Cover, Sheet, cover, matrix, part, value, whole
from planning.siting.question import Question, question, weights_of
from planning.siting.starting import allowed, losses

BOUND_SHARE = 0.2  # of the time: until the bound


def cover_all(
    reach: Reach,
    limit_s: float,
    share: float = 1.0,
    weights: pd.Series | None = None,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    at_most: int | None = None,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    start: Iterable[Hashable] = (),
    watch: Watch | None = None,
) -> Plan:
    """Choose the fewest sites that bring ``share`` of what can be covered at all within ``limit_s`` of an open site.

    ``objective`` and ``bound`` are numbers of sites, the fixed not counted. Places of weight that no site covers are
    ``left_out`` and not part of the share.

    Parameters
    ----------
    limit_s : float
        Seconds, included.
    share : float
        0 to 1, of the weight that fixed sites and candidates could cover together.
    weights : Series on ``reach.places``, optional
        Every place counts 1 unless given.
    at_most : int, optional
        When more sites are needed than this, the plan is infeasible and says what this many can cover.
    start, watch : optional
        As in ``cover_most``; what is proven without ``start`` is the answer with it too.
    """
    clock = Clock(seconds, watch)
    if not 0 <= share <= 1:
        raise fail("siting_share", value=share)
    asked = question(reach, None, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    given = cover(asked, weights_of(reach, weights), limit_s)
    left_out = tuple(reach.places[given.left_out])
    clock.base = float(len(asked.forced))
    sheet, need = _asked(given, share)
    choice = _not_more(sheet, need, fewest(sheet, need, clock), allowed(asked, start))
    picked = asked.named(asked.free[choice.sites])
    plan = found(
        picked,
        float(len(picked)),
        len(asked.forced) + choice.bound,
        clock,
        stopped_by=choice.stopped_by,
        left_out=left_out,
    )
    total = given.always + float(given.sheet.weight.sum())
    if total and covered_weight(reach, weights, asked.all_open(picked), limit_s) < share * total * (1 - 1e-9):
        raise AssertionError("the sites chosen cover less than was asked")
    if at_most is None or plan.objective <= at_most:
        return plan
    if plan.bound > at_most:
        return infeasible(_too_few(asked, given, at_most, share, plan, clock), clock, left_out)
    details = {"sites": at_most, "found": len(picked), "needed": int(plan.bound)}
    return replace(plan, reason=Fault(code="siting_maybe_too_few", details=details))


def _not_more(of: Sheet, need: float, choice: Choice, start: Longs) -> Choice:
    """Return ``start`` without what it can spare where that still covers ``need`` with fewer than were found."""
    kept = start
    while len(kept) and value(of, kept) >= need:
        start, kept = kept, np.delete(kept, np.argmin(losses(of, kept)))
    better = value(of, start) >= need and len(start) < len(choice.sites)
    return Choice(start, choice.bound, choice.stopped_by) if better else choice


def fewest(of: Sheet, need: float, clock: Clock, enough: int = 0) -> Choice:
    """Choose the fewest candidates that cover ``need``; stop once ``enough`` do, or it is proven that they can't.

    ``Choice.bound`` is the least number of candidates that may do.
    """
    if need <= 0 or not len(of.weight):
        return Choice(np.empty(0, dtype=np.int64), 0.0, "proof")
    if need < of.weight.sum() * (1 - 1e-12):
        kept = best_sites(of)
        choice = _fewest(part(of, kept), need, clock, enough)
    else:
        left, kept = essential(of)
        choice = _fewest(left, float(len(left.weight)), clock, enough)
    return Choice(kept[choice.sites], choice.bound, choice.stopped_by)


def _fewest(of: Sheet, need: float, clock: Clock, enough: int) -> Choice:
    """Try greedy, the linear bound, annealing, and the solver, in this order, until one settles it."""
    best = greedy(of, len(of.site_start) - 1, need)
    large = len(of.group_site) > SMALL and clock.limit_s >= PATIENT_S and not enough
    least = 1
    clock.told(float(len(best)), float(least))
    if len(best) > max(1, enough):
        least, bound = _bounded(of, need, enough or len(best) - 1, clock, once=enough > 0)
        if not (large and len(of.group_site) > TOO_LARGE):
            best = fewer(of, need, best, bound, (least, enough), clock)
    if len(best) <= max(least, enough) or least > enough > 0:
        return Choice(np.sort(best), float(least), "proof")
    if large and len(best) > least:
        best, least = divided(of, need, best, least, clock)
        if len(best) <= least:
            return Choice(np.sort(best), float(least), "proof")
    if len(of.group_site) > TOO_LARGE or not clock.left_s():
        return Choice(np.sort(best), float(least), "work" if clock.left_s() else clock.ended)
    most_wanted = enough or len(best) - 1
    answer = solve(
        _model(of, need, least, most_wanted),
        clock,
        near=0.999,
        enough=float(enough),
        stopped=None if clock.watch is None else lambda bound: clock.told(float(len(best)), max(float(least), bound)),
    )
    stop: Stop = "proof" if answer.done else clock.ended
    if answer.x is not None:
        ones = chosen(answer.x, len(of.site_start) - 1)
        if value(of, ones) >= need:
            best = ones if len(ones) < len(best) else best
            least = len(best) if answer.done and not enough else least
        else:  # short of it by the solver's tolerance
            stop = "work"
    elif answer.done:
        least = most_wanted + 1
    if np.isfinite(answer.bound):
        least = max(least, int(np.ceil(answer.bound - 1e-6)))
    return Choice(np.sort(best), float(min(least, len(best))), stop)


def _asked(given: Cover, share: float) -> tuple[Sheet, float]:
    """Return a sheet and what is to be covered of it; where that is all of it, every group counts 1."""
    sheet = given.sheet
    if share == 1:
        return sheet._replace(weight=np.ones(len(sheet.weight))), float(len(sheet.weight))
    need = share * (given.always + float(sheet.weight.sum())) - given.always
    if whole(sheet.weight) and given.always == round(given.always):
        return sheet, float(np.ceil(need - 1e-9))
    return sheet, need - 1e-10 * (given.always + float(sheet.weight.sum()))


def _bounded(of: Sheet, need: float, count: int, clock: Clock, *, once: bool) -> tuple[int, Bound]:
    """Return how many candidates it takes at least by the linear relaxation of covering most, and the last relaxation.

    That of ``count`` candidates comes first; unless ``once``, bisection then looks for the fewest that may do.
    """
    target = need * (1 - 1e-9)
    low, high = 1, count

    def stopped(_: float) -> bool:
        return clock.told(float(count + 1), float(low))

    bound = relaxation(of, count, STEPS, CLOSE, target, clock=clock, stopped=stopped)
    low = _least(of, target, bound)
    while not once and low < high and clock.left_s() > (1 - BOUND_SHARE) * clock.limit_s:
        middle = (low + high) // 2
        bound = relaxation(of, middle, STEPS, CLOSE, target, clock=clock, stopped=stopped)
        if bound.value < target:
            low = max(middle + 1, _least(of, target, bound))
        else:
            low, high = max(low, _least(of, target, bound)), middle
    return low, bound


def _least(of: Sheet, target: float, bound: Bound) -> int:
    """Return how many candidates it takes at least, by the prices of one relaxation."""
    each = np.sort(worth(of, bound.price))[::-1]
    reached = float((of.weight - bound.price).sum()) + np.cumsum(each)
    return int(np.searchsorted(reached, target)) + 1


def _model(of: Sheet, need: float, least: int, most_wanted: int) -> Model:
    """Write the fewest candidates that cover ``need``, between ``least`` and ``most_wanted`` of them."""
    groups, sites = len(of.weight), len(of.site_start) - 1
    rows = matrix(of)
    number: Floats = np.ones(sites)
    if need >= of.weight.sum() * (1 - 1e-12):
        return Model(
            cost=np.ones(sites),
            rows=sparse.csr_array(sparse.vstack([rows, number[None]])),
            low=np.concatenate([np.ones(groups), [float(least)]]),
            high=np.concatenate([np.full(groups, FREE), [float(most_wanted)]]),
            upper=np.ones(sites),
            whole=np.ones(sites, dtype=bool),
        )
    scale = 1.0 if whole(of.weight) else COARSE / of.weight.max()
    total = np.concatenate([np.zeros(sites), of.weight * scale])
    count = np.concatenate([number, np.zeros(groups)])
    covered = sparse.hstack([rows, -sparse.eye_array(groups)])
    return Model(
        cost=count,
        rows=sparse.csr_array(sparse.vstack([covered, total[None], count[None]])),
        low=np.concatenate([np.zeros(groups), [need * scale, float(least)]]),
        high=np.concatenate([np.full(groups, FREE), [FREE, float(most_wanted)]]),
        upper=np.ones(sites + groups),
        whole=np.concatenate([np.ones(sites, dtype=bool), np.zeros(groups, dtype=bool)]),
    )


def _too_few(asked: Question, given: Cover, at_most: int, share: float, plan: Plan, clock: Clock) -> Fault:
    if at_most < len(asked.forced):
        return Fault(code="siting_forced_too_many", details={"forced": len(asked.forced), "sites": at_most})
    choice = most(given.sheet, at_most - len(asked.forced), clock)
    total = given.always + float(given.sheet.weight.sum())
    reached = (given.always + value(given.sheet, choice.sites)) / total
    details = {"sites": at_most, "share": share, "needed": int(np.ceil(plan.bound)), "reached": reached}
    return Fault(code="siting_too_few", details=details)
