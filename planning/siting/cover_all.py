"""Cover all, or a share of the people, with the fewest sites (set covering location, Toregas et al. 1971)."""

from collections.abc import Hashable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.bounds import relaxation, worth
from planning.siting.check import covered_weight
from planning.siting.cover import Choice, most
from planning.siting.exact import COARSE
from planning.siting.highs import FREE, Model, chosen, solve
from planning.siting.local_search import anneal, greedy
from planning.siting.plan import Clock, Plan, Stop, found, infeasible
from planning.siting.problem import Cover, Sheet, cover, matrix, part, value, whole
from planning.siting.question import Question, question, weights_of

STEPS = 2000  # of the relaxation
TRIES = (20_000, 300_000)
ROUNDS = 3  # of annealing for one site less


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
    """
    clock = Clock(seconds)
    if not 0 <= share <= 1:
        raise fail("siting_share", value=share)
    asked = question(reach, None, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    given = cover(asked, weights_of(reach, weights), limit_s)
    left_out = tuple(reach.places[given.left_out])
    choice = fewest(*_asked(given, share), clock)
    picked = asked.named(asked.free[choice.sites])
    plan = found(
        picked, float(len(picked)), len(asked.forced) + choice.bound, clock, stopped_by=choice.stopped_by, left_out=left_out
    )
    total = given.always + float(given.sheet.weight.sum())
    if total and covered_weight(reach, weights, asked.all_open(picked), limit_s) < share * total * (1 - 1e-9):
        raise AssertionError("the sites chosen cover less than was asked")
    if at_most is None or plan.objective <= at_most:
        return plan
    reason = _too_few(asked, given, at_most, share, plan, clock)
    return infeasible(reason, clock, left_out) if plan.bound > at_most else replace(plan, reason=reason)


def fewest(of: Sheet, need: float, clock: Clock, enough: int = 0) -> Choice:
    """Choose the fewest candidates that cover ``need``; stop once ``enough`` do, or it is proven that they can't.

    ``Choice.bound`` is the least number of candidates that may do.
    """
    none = np.empty(0, dtype=np.int64)
    if need <= 0 or not len(of.weight):
        return Choice(none, 0.0, "proof")
    best = greedy(of, len(of.site_start) - 1, need)
    least = _least(of, need, len(best))
    best = _fewer(of, need, best, max(least, enough), clock)
    if len(best) <= max(least, enough) or least > enough > 0:
        return Choice(np.sort(best), float(least), "proof")
    most_wanted = enough or len(best) - 1
    answer = solve(_model(of, need, least, most_wanted), seconds=clock.left_s(), near=0.999, enough=float(enough))
    stop: Stop = "proof" if answer.done else "clock"
    if answer.values is not None:
        ones = chosen(answer.values, len(of.site_start) - 1)
        if value(of, ones) >= need:
            best = ones if len(ones) < len(best) else best
            least = len(best) if answer.done and not enough else least
        else:  # short of it by the solver's tolerance
            stop = "work"
    elif answer.done:
        least = most_wanted + 1
    if np.isfinite(answer.bound):
        least = max(least, int(np.ceil(answer.bound - 1e-6)))
    return Choice(np.sort(best), float(least), stop)


def _asked(given: Cover, share: float) -> tuple[Sheet, float]:
    """Return a sheet and what is to be covered of it; where that is all of it, every group counts 1."""
    sheet = given.sheet
    if share == 1:
        return sheet._replace(weight=np.ones(len(sheet.weight))), float(len(sheet.weight))
    need = share * (given.always + float(sheet.weight.sum())) - given.always
    if whole(sheet.weight) and given.always == round(given.always):
        return sheet, float(np.ceil(need - 1e-9))
    return sheet, need - 1e-10 * (given.always + float(sheet.weight.sum()))


def _least(of: Sheet, need: float, best: int) -> int:
    """Return how many candidates it takes at least, by the linear relaxation of covering most with one less."""
    sites = len(of.site_start) - 1
    if best <= 1 or sites <= 1:
        return 1
    price = relaxation(of, min(best, sites) - 1, STEPS, 1e-6).price
    each = np.sort(worth(of, price))[::-1]
    reached = float((of.weight - price).sum()) + np.cumsum(each)
    return int(np.searchsorted(reached, need * (1 - 1e-9))) + 1


def _fewer(of: Sheet, need: float, best: Longs, least: int, clock: Clock) -> Longs:
    """Anneal for one site less, again and again, until that fails."""
    useful = np.flatnonzero(np.diff(of.site_start))
    sheet = part(of, useful)
    turn = 0
    while len(best) > max(1, least) and turn < ROUNDS and clock.left_s():
        count = len(best) - 1
        tries = int(np.clip(20 * count * len(useful), *TRIES))
        hot = 0.05 * need / count
        start = greedy(sheet, count)
        tried = useful[anneal(sheet, start, tries, hot, 0.02 * hot, turn)]
        better = value(of, tried) >= need
        best, turn = (tried, 0) if better else (best, turn + 1)
    return best


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
