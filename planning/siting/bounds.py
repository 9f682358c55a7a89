"""No choice covers more: a bound from the linear relaxation, solved as a saddle point by first-order steps. Compiled.

With multipliers ``price`` of the groups, 0 <= price <= weight, no ``count`` candidates cover more than
``sum(weight - price)`` plus the ``count`` largest of ``worth = price summed over what a candidate covers``. That holds
for any prices, so the bound is valid however far the steps have come; at the end it is that of the linear relaxation.
The steps are primal-dual hybrid gradients with diagonal step sizes and restarts from averages (Chambolle and Pock 2011;
Pock and Chambolle 2011; Applegate et al. 2021); that both sides of the gap are known exactly at any time is ours.
"""

from typing import NamedTuple

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats, Longs
from planning.siting.problem import Sheet

LOOK = 40  # steps between two looks at the gap
HALVINGS = 60


class Bound(NamedTuple):
    """A bound on the weight that ``count`` candidates cover, and the prices that prove it."""

    value: float
    price: Floats  # [groups]
    share: Floats  # [candidates] how much of each candidate the relaxation opens
    steps: int


@compiled
def worth(of: Sheet, price: Floats) -> Floats:
    """Return for every candidate the price of all that it covers."""
    found = np.zeros(len(of.site_start) - 1)
    for site in range(len(found)):
        for k in range(of.site_start[site], of.site_start[site + 1]):
            found[site] += price[of.site_group[k]]
    return found


@compiled
def at_prices(of: Sheet, price: Floats, count: int) -> float:
    """Return the bound that ``price`` proves."""
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
def _level(wanted: Floats, step: Floats, count: float) -> float:
    """Return the level at which ``wanted - level * step``, cut to 0 and 1, sums to ``count``."""
    low, high = ((wanted - 1.0) / step).min(), (wanted / step).max()
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        total = 0.0
        for k in range(len(wanted)):
            total += min(1.0, max(0.0, wanted[k] - middle * step[k]))
        if total > count:
            low = middle
        else:
            high = middle
    return float(0.5 * (low + high))


@compiled
def _step_share(of: Sheet, price: Floats, share: Floats, step: Floats, count: int) -> Floats:
    """Move ``share`` one step towards the dearest candidates; return where two such steps would lead."""
    wanted = share + step * worth(of, price)
    level = _level(wanted, step, float(count))
    ahead = np.empty(len(share))
    for site in range(len(share)):
        new = min(1.0, max(0.0, wanted[site] - level * step[site]))
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
def relaxation(of: Sheet, count: int, steps: int, close: float, need: float = -np.inf) -> Bound:
    """Bound the weight that ``count`` candidates cover, in at most ``steps``, until within ``close`` of the least.

    Parameters
    ----------
    count : int
        At least 1 and less than the number of candidates.
    close : float
        Share of the bound.
    need : float
        A weight; the search also ends once it is proven that this can't be covered.
    """
    sites, groups = len(of.site_start) - 1, len(of.weight)
    seen = (of.site_start[1:] - of.site_start[:-1]).astype(np.float64)
    width = (of.group_start[1:] - of.group_start[:-1]).astype(np.float64)
    share, price = np.full(sites, count / sites), of.weight * 0.5
    share_from, price_from = share.copy(), price.copy()
    share_sum, price_sum, averaged = np.zeros(sites), np.zeros(groups), 0
    balance = max(1e-9, of.weight.mean()) * 5.0  # price moved per share moved; ours, corrected at every restart
    best, best_price, best_share, least, last_gap = np.inf, price.copy(), share.copy(), 0.0, np.inf
    step = 0
    while step < steps:
        step += 1
        ahead = _step_share(of, price, share, 1.0 / (np.maximum(seen, 1.0) * balance), count)
        _step_price(of, price, ahead, balance)
        share_sum += share
        price_sum += price
        averaged += 1
        if step % LOOK:
            continue
        share_mean, price_mean = share_sum / averaged, price_sum / averaged
        low, high = _relaxed(of, share), at_prices(of, price, count)
        low_mean, high_mean = _relaxed(of, share_mean), at_prices(of, price_mean, count)
        if high < best:
            best, best_price = high, price.copy()
        if high_mean < best:
            best, best_price = high_mean, price_mean.copy()
        if max(low, low_mean) > least:
            least, best_share = max(low, low_mean), (share.copy() if low > low_mean else share_mean.copy())
        if best - least <= close * best or best < need:
            break
        gap = min(high - low, high_mean - low_mean)
        if gap > 0.5 * last_gap and averaged < 0.5 * step:
            continue
        if high_mean - low_mean < high - low:
            share[:], price[:] = share_mean, price_mean
        moved = np.sqrt((((price - price_from) ** 2) * width).sum())
        turned = np.sqrt((((share - share_from) ** 2) * seen).sum())
        if moved > 0.0 and turned > 0.0:
            balance = np.sqrt(balance * moved / turned)
        share_from[:], price_from[:] = share, price
        share_sum[:], price_sum[:], averaged, last_gap = 0.0, 0.0, 0, gap
    return Bound(best, best_price, best_share, step)


def fixable(of: Sheet, bound: Bound, count: int, best: float) -> tuple[Longs, Longs]:
    """Return the candidates that must be in, and that may be in, any choice that covers more than ``best``."""
    each = worth(of, bound.price)
    order = np.argsort(-each, kind="stable")
    last_in, first_out = each[order[count - 1]], each[order[count]]
    if_in = bound.value - np.maximum(0.0, last_in - each)
    if_out = bound.value - np.maximum(0.0, each - first_out)
    return np.flatnonzero(if_out <= best), np.flatnonzero((if_in > best) & (if_out > best))
