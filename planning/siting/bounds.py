"""No choice covers more: a bound from the linear relaxation, solved as a saddle point by first-order steps. Compiled.

With multipliers ``price`` of the groups, 0 <= price <= weight, no ``count`` candidates cover more than
``sum(weight - price)`` plus the ``count`` largest of ``worth = price summed over what a candidate covers``. With costs
and a budget it is the most worth that the budget buys where candidates may be bought in part (Dantzig 1957). That holds
for any prices, so the bound is valid however far the steps have come; at the end it is that of the linear relaxation.
The steps are primal-dual hybrid gradients with diagonal step sizes and restarts from averages (Chambolle and Pock 2011;
Pock and Chambolle 2011; Applegate et al. 2021); that both sides of the gap are known exactly at any time is ours.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats, Longs
from planning.siting.plan import Clock
from planning.siting.problem import Sheet

LOOK = 40  # steps between two looks at the gap
HALVINGS = 60
CHUNK = 4e7  # pairs touched between two questions whether to stop
PAIRS_PER_S = 4e8  # pairs that a second of work stands for in one step
BALANCE, BEST, LEAST, LAST_GAP, AVERAGED, STEP = range(6)  # places in ``Saddle.figures``


class Bound(NamedTuple):
    """A bound on the weight that ``count`` candidates cover, and the prices that prove it."""

    value: float
    price: Floats  # [groups]
    share: Floats  # [candidates] how much of each candidate the relaxation opens
    steps: int


class Saddle(NamedTuple):
    """Where the steps stand; all of it is changed in place."""

    share: Floats
    price: Floats
    share_from: Floats  # at the last restart
    price_from: Floats
    share_sum: Floats  # since then
    price_sum: Floats
    best_share: Floats
    best_price: Floats
    figures: Floats


@compiled
def worth(of: Sheet, price: Floats) -> Floats:
    """Return for every candidate the price of all that it covers."""
    found = np.zeros(len(of.site_start) - 1)
    for site in range(len(found)):
        for k in range(of.site_start[site], of.site_start[site + 1]):
            found[site] += price[of.site_group[k]]
    return found


@compiled
def bought(each: Floats, cost: Floats, room: float) -> tuple[float, float]:
    """Return the most worth that ``room`` buys in full candidates and one part, and the worth of the last unit."""
    order = np.argsort(-each / cost, kind="mergesort")
    total, left = 0.0, room
    for site in order:
        if cost[site] > left:
            return total + each[site] * left / cost[site], each[site] / cost[site]
        total += each[site]
        left -= cost[site]
    return total, 0.0


@compiled
def at_prices(of: Sheet, price: Floats, count: int) -> float:
    """Return the bound that ``price`` proves for a choice of ``count``."""
    found = np.sort(worth(of, price))
    return float((of.weight - price).sum() + found[len(found) - count :].sum())


@compiled
def _relaxed(of: Sheet, share: Floats) -> float:
    """Return what ``share`` of the candidates covers in the relaxation."""
    total = 0.0
    for group in range(len(of.weight)):
        seen = 0.0
        for k in range(of.group_start[group], of.group_start[group + 1]):
            seen += share[of.group_site[k]]
        total += of.weight[group] * min(1.0, seen)
    return total


@compiled
def _level(wanted: Floats, step: Floats, cost: Floats, room: float) -> float:
    """Return the level at which ``wanted - level * step * cost``, cut to 0 and 1, costs ``room``."""
    low, high = ((wanted - 1.0) / (step * cost)).min(), (wanted / (step * cost)).max()
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        total = 0.0
        for k in range(len(wanted)):
            total += cost[k] * min(1.0, max(0.0, wanted[k] - middle * step[k] * cost[k]))
        if total > room:
            low = middle
        else:
            high = middle
    return float(0.5 * (low + high))


@compiled
def _step_share(of: Sheet, price: Floats, share: Floats, step: Floats, cost: Floats, room: float) -> Floats:
    """Move ``share`` one step towards the dearest candidates; return where two such steps would lead."""
    wanted = share + step * worth(of, price)
    level = _level(wanted, step, cost, room)
    ahead = np.empty(len(share))
    for site in range(len(share)):
        new = min(1.0, max(0.0, wanted[site] - level * step[site] * cost[site]))
        ahead[site] = 2.0 * new - share[site]
        share[site] = new
    return ahead


@compiled
def _step_price(of: Sheet, price: Floats, ahead: Floats, balance: float) -> None:
    """Move ``price`` down where ``ahead`` covers more than once, up where less."""
    for group in range(len(of.weight)):
        low, high = of.group_start[group], of.group_start[group + 1]
        over = -1.0
        for k in range(low, high):
            over += ahead[of.group_site[k]]
        price[group] = min(of.weight[group], max(0.0, price[group] - balance / (high - low) * over))


@compiled
def _advance(of: Sheet, cost: Floats, room: float, at: Saddle, steps: int, close: float, need: float) -> bool:
    """Go on to the step ``steps``; return whether the bound is close enough or below ``need``."""
    seen = (of.site_start[1:] - of.site_start[:-1]).astype(np.float64)
    width = (of.group_start[1:] - of.group_start[:-1]).astype(np.float64)
    share, price, figures = at.share, at.price, at.figures
    while figures[STEP] < steps:
        figures[STEP] += 1
        balance = figures[BALANCE]
        ahead = _step_share(of, price, share, 1.0 / (np.maximum(seen, 1.0) * balance), cost, room)
        _step_price(of, price, ahead, balance)
        at.share_sum[:] += share
        at.price_sum[:] += price
        figures[AVERAGED] += 1
        if figures[STEP] % LOOK:
            continue
        share_mean, price_mean = at.share_sum / figures[AVERAGED], at.price_sum / figures[AVERAGED]
        low, high = _relaxed(of, share), _proven(of, price, cost, room)
        low_mean, high_mean = _relaxed(of, share_mean), _proven(of, price_mean, cost, room)
        if high < figures[BEST]:
            figures[BEST], at.best_price[:] = high, price
        if high_mean < figures[BEST]:
            figures[BEST], at.best_price[:] = high_mean, price_mean
        if max(low, low_mean) > figures[LEAST]:
            figures[LEAST], at.best_share[:] = max(low, low_mean), (share if low > low_mean else share_mean)
        if figures[BEST] - figures[LEAST] <= close * figures[BEST] or figures[BEST] < need:
            return True
        gap = min(high - low, high_mean - low_mean)
        if gap > 0.5 * figures[LAST_GAP] and figures[AVERAGED] < 0.5 * figures[STEP]:
            continue
        if high_mean - low_mean < high - low:
            share[:], price[:] = share_mean, price_mean
        moved = np.sqrt((((price - at.price_from) ** 2) * width).sum())
        turned = np.sqrt((((share - at.share_from) ** 2) * seen).sum())
        if moved > 0.0 and turned > 0.0:
            figures[BALANCE] = np.sqrt(balance * moved / turned)
        at.share_from[:], at.price_from[:] = share, price
        at.share_sum[:], at.price_sum[:], figures[AVERAGED], figures[LAST_GAP] = 0.0, 0.0, 0.0, gap
    return False


@compiled
def _proven(of: Sheet, price: Floats, cost: Floats, room: float) -> float:
    """Return the bound that ``price`` proves for a choice that costs at most ``room``."""
    return float((of.weight - price).sum() + bought(worth(of, price), cost, room)[0])


def relaxation(
    of: Sheet,
    count: float,
    steps: int,
    close: float,
    need: float = -np.inf,
    *,
    costs: Floats | None = None,
    begin: Bound | None = None,
    clock: Clock | None = None,
    stopped: Callable[[float], bool] | None = None,
) -> Bound:
    """Bound the weight that ``count`` candidates cover, in at most ``steps``, until within ``close`` of the least.

    Parameters
    ----------
    count : float
        More than 0 and less than the number of candidates; with ``costs`` what they may cost together, less than all.
    close : float
        Share of the bound.
    need : float
        A weight; the search also ends once it is proven that this can't be covered.
    begin : Bound, optional
        Of a question that differs little: prices and shares to begin with.
    clock : Clock, optional
        Hears of the work done, and ends the search when it has no time left.
    stopped : function, optional
        Gets the bound so far now and then, and ends the search by returning True.
    """
    sites, groups = len(of.site_start) - 1, len(of.weight)
    cost = np.ones(sites) if costs is None else costs
    share, price = np.full(sites, count / cost.sum()), of.weight * 0.5
    if begin is not None:
        share, price = begin.share.copy(), np.minimum(begin.price, of.weight)
    balance = max(1e-9, of.weight.mean()) * 5.0  # price moved per share moved; ours, corrected at every restart
    at = Saddle(
        share,
        price,
        share.copy(),
        price.copy(),
        np.zeros(sites),
        np.zeros(groups),
        share.copy(),
        price.copy(),
        np.array([balance, np.inf, 0.0, np.inf, 0.0, 0.0]),
    )
    chunk = LOOK * max(1, int(CHUNK / (2 * LOOK * max(1, len(of.group_site)))))
    done, until = False, 0
    while not done and until < steps:
        before, until = at.figures[STEP], min(steps, until + chunk)
        done = _advance(of, cost, float(count), at, until, close, need)
        if clock is not None:
            clock.tick((at.figures[STEP] - before) * len(of.group_site) / PAIRS_PER_S)
            done = done or not clock.left_s()
        done = done or (stopped is not None and stopped(float(at.figures[BEST])))
    value = at.figures[BEST]
    if begin is not None or not np.isfinite(value):  # prices given, or fewer steps than up to the first look
        given = _proven(of, price if begin is None else np.minimum(begin.price, of.weight), cost, float(count))
        if given < value:
            return Bound(given, np.minimum(begin.price, of.weight) if begin else price, at.best_share, until)
    return Bound(float(value), at.best_price, at.best_share, int(at.figures[STEP]))


def fixable(of: Sheet, bound: Bound, count: float, best: float, costs: Floats | None = None) -> tuple[Longs, Longs]:
    """Return the candidates that must be in, and that may be in, any choice that covers more than ``best``."""
    each = worth(of, bound.price)
    if costs is None:
        order = np.argsort(-each, kind="stable")
        last_in, first_out = each[order[int(count) - 1]], each[order[int(count)]]
        if_in = bound.value - np.maximum(0.0, last_in - each)
        if_out = bound.value - np.maximum(0.0, each - first_out)
    else:
        net = each - bought(each, costs, float(count))[1] * costs
        if_in, if_out = bound.value + np.minimum(0.0, net), bound.value - np.maximum(0.0, net)
    return np.flatnonzero(if_out <= best), np.flatnonzero((if_in > best) & (if_out > best))
