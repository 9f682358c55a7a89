"""Cover the most people for a given amount of money: maximal covering with a budget in place of a number of sites."""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from scipy import sparse

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting import exact
from planning.siting.bounds import LOOK, PAIRS_PER_S, relaxation
from planning.siting.budget_search import anneal_budget, cheap_greedy
from planning.siting.check import covered_weight
from planning.siting.cover import (
    CLOSE,
    HEATS,
    SEARCH_SHARE,
    STEPS,
    STEPS_SHARE,
    TOO_LARGE,
    Choice,
)
from planning.siting.dominance import PRODUCTS
from planning.siting.local_search import TOUCHES_PER_S, touched
from planning.siting.plan import Clock, Plan, Stop, Watch, found, infeasible
from planning.siting.problem import Sheet, cover, matrix, part, value, whole
from planning.siting.question import Question, question, weights_of
from planning.siting.starting import allowed, losses

TRIES = (20_000, 300_000)
PATIENCE = 4  # rounds without a better choice
ALIKE = 1e-9  # of the budget: what sums of money can be told apart by


def cover_budget(
    reach: Reach,
    weights: pd.Series,
    costs: pd.Series,
    budget_yuan: float,
    limit_s: float,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    start: Iterable[Hashable] = (),
    watch: Watch | None = None,
) -> Plan:
    """Choose sites that cost at most ``budget_yuan`` together so that most weight is within ``limit_s`` of an open one.

    Sites that add nothing aren't chosen. Forced sites are paid out of the budget, fixed ones are not.

    Parameters
    ----------
    weights : Series on ``reach.places``
        At least 0 and never missing.
    costs : Series by site id
        At least 0 for every site that may be chosen; in the unit of the budget.
    limit_s : float
        Seconds, included.
    start, watch : optional
        As in ``cover_most``.
    """
    clock = Clock(seconds, watch)
    if not budget_yuan >= 0:
        raise fail("siting_budget", value=budget_yuan)
    asked = question(reach, None, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    paid = float(costs_of(asked, costs, asked.forced).sum())
    if paid > budget_yuan * (1 + ALIKE):
        return infeasible(Fault(code="siting_forced_cost", details={"cost": paid, "budget": budget_yuan}), clock)
    given = cover(asked, weights_of(reach, weights), limit_s)
    clock.base = given.always
    each = costs_of(asked, costs, asked.free)
    choice = most_for(given.sheet, each, (budget_yuan - paid) * (1 + ALIKE), clock, allowed(asked, start))
    chosen = asked.named(asked.free[choice.sites])
    covered = covered_weight(reach, weights, asked.all_open(chosen), limit_s)
    left_out = tuple(reach.places[given.left_out])
    bound = max(covered, given.always + choice.bound)
    return found(chosen, covered, bound, clock, stopped_by=choice.stopped_by, left_out=left_out)


def costs_of(asked: Question, costs: pd.Series, sites: Longs) -> Floats:
    """Return the costs of the sites at positions ``sites``; one that is missing or negative is an InputError."""
    values = costs.reindex(asked.reach.sites[sites]).to_numpy(dtype=float, na_value=np.nan)
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(bad):
        raise fail("siting_cost", label=asked.reach.sites[sites[bad[0]]], value=values[bad[0]])
    return values


def most_for(of: Sheet, costs: Floats, room: float, clock: Clock, start: Longs) -> Choice:
    """Choose candidates of a sheet that cost at most ``room`` and cover most; none that adds nothing."""
    gratis = np.flatnonzero(costs == 0)
    dear = np.flatnonzero((costs > 0) & (costs <= room))
    first = part(of, dear, gratis)
    useful = _worth_it(first, costs[dear])
    kept = dear[useful]
    sheet, cost = part(first, useful), costs[kept]
    stop: Stop = "proof"
    if cost.sum() <= room or not len(sheet.weight):
        best, bound = np.arange(len(kept)), float(sheet.weight.sum())
    else:
        begin = np.searchsorted(kept, start[np.isin(start, kept)])
        best, bound, stop = _search(sheet, cost, room, clock, begin)
    picked = _thrifty(of, np.concatenate([gratis, kept[best]]), costs)
    reached = value(of, picked)
    limit = bound + value(of, gratis)
    limit = max(reached, np.floor(limit + 1e-6) if whole(of.weight) else limit)
    return Choice(picked, reached if stop == "proof" else float(limit), stop)


def _search(of: Sheet, cost: Floats, room: float, clock: Clock, start: Longs) -> tuple[Longs, float, Stop]:
    """Bound, anneal, fix what the bound decides, and solve the rest."""
    best = _start(of, cost, room, start)
    known = value(of, best)
    allowed_steps = STEPS_SHARE * clock.limit_s * PAIRS_PER_S / len(of.group_site)

    def stopped(limit: float) -> bool:
        return clock.told(known, limit) or not clock.left_s()

    bound = relaxation(
        of, room, int(np.clip(allowed_steps, LOOK, STEPS)), CLOSE, costs=cost, clock=clock, stopped=stopped
    )
    before_s, idle, turn = clock.worked_s, 0, 0
    tries = int(np.clip(20 * max(1, len(best)) * len(cost), *TRIES))
    while idle < PATIENCE and clock.worked_s - before_s < SEARCH_SHARE * clock.limit_s and not stopped(bound.value):
        if bound.value < known + exact.slack(of, known):
            return best, known, "proof"
        hot, cold = (heat * known / max(1, len(best)) for heat in HEATS[turn % len(HEATS)])
        tried = np.sort(anneal_budget(of, cost, room, best, tries, hot, cold, turn))
        clock.tick(tries * touched(of) / TOUCHES_PER_S)
        turn, idle = turn + 1, idle + 1
        if value(of, tried) > known:
            best, known, idle = tried, value(of, tried), 0
    if bound.value < known + exact.slack(of, known):
        return best, known, "proof"
    taken, kept, left = parts = exact.rest(of, bound, room, known + exact.slack(of, known), cost)
    rest = room - float(cost[taken].sum())
    if rest < 0:  # what every better choice holds costs too much
        return best, known, "proof"
    if not len(left.weight):
        return (taken, value(of, taken), "proof") if value(of, taken) > known else (best, known, "proof")
    if len(left.group_site) > TOO_LARGE or clock.stopped:
        return best, bound.value, clock.ended if clock.stopped else "work"
    scale = 1000.0 / cost.max()  # of money: the solver's tolerances are absolute
    asked = exact.model(left, rest * scale, cost[kept] * scale)
    answer, limit, done = exact.solved(of, asked, parts, best, clock)
    if cost[answer].sum() > room * (1 + ALIKE):  # over it by the solver's tolerance
        return best, min(limit, bound.value), "work"
    reached = value(of, answer)
    return answer, reached if done else max(reached, min(limit, bound.value)), "proof" if done else clock.ended


def _start(of: Sheet, cost: Floats, room: float, start: Longs) -> Longs:
    """Return the best of greedy choices and the earlier one, filled up for what is left of the money."""
    tried = [cheap_greedy(of, cost, room, power) for power in (1.0, 0.5, 0.0)]
    kept = start.copy()
    while cost[kept].sum() > room:
        kept = np.delete(kept, np.argmin(losses(of, kept) / cost[kept]))
    if len(kept):
        others = np.setdiff1d(np.arange(len(cost)), kept)
        more = cheap_greedy(part(of, others, kept), cost[others], room - cost[kept].sum(), 1.0)
        tried.append(np.concatenate([kept, others[more]]))
    return np.sort(max(tried, key=lambda some: value(of, some)))


def _thrifty(of: Sheet, chosen: Longs, costs: Floats) -> Longs:
    """Leave out, the dearest first, what adds nothing."""
    while len(chosen):
        idle = np.flatnonzero(losses(of, chosen) <= 0)
        if not len(idle):
            break
        chosen = np.delete(chosen, idle[np.argmax(costs[chosen[idle]])])
    return np.sort(chosen)


def _worth_it(of: Sheet, costs: Floats) -> Longs:
    """Return the candidates that cover something, and more than another that costs no more; the first of equals."""
    rows = matrix(of).T.tocsr()
    count = np.diff(rows.indptr)
    idle = count == 0
    if (np.diff(of.group_start).astype(float) ** 2).sum() <= PRODUCTS:
        shared = sparse.coo_array(rows @ rows.T)
        one, other = shared.row, shared.col
        inside = (shared.data == count[one]) & (one != other) & (costs[other] <= costs[one])
        same = (count[one] == count[other]) & (costs[one] == costs[other])
        idle[one[inside & (~same | (other < one))]] = True
    return np.flatnonzero(~idle)
