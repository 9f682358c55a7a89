"""No choice walks less: a bound for least walks from prices of the places, by subgradient steps. Compiled.

With a price for every place, ``count`` candidates cost at least the sum of the prices, plus the ``count`` least of
``yield = sum over places of min(0, cost - price)`` (Cornuejols, Fisher and Nemhauser 1977). It holds for any prices.
"""

from typing import NamedTuple

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats, Longs
from planning.siting.walks import Walks

PAIRS_PER_S = 4e8  # pairs that a second of work stands for in one step


class Priced(NamedTuple):
    """A lower bound and the prices that prove it."""

    value: float
    price: Floats  # [places]
    share: Floats  # [candidates] how often each was among the least, the last steps counting most
    steps: int


@compiled
def yields(of: Walks, price: Floats) -> Floats:
    """Return for every candidate the sum over places of ``min(0, cost - price)``."""
    found = np.zeros(len(of.site_start) - 1)
    for place in range(len(price)):
        for k in range(of.place_start[place], of.place_start[place + 1]):
            if of.place_cost[k] >= price[place]:
                break
            found[of.place_site[k]] += of.place_cost[k] - price[place]
    return found


@compiled
def at_prices(of: Walks, price: Floats, count: int) -> float:
    """Return the bound that ``price`` proves; no price may exceed the place's ``base``."""
    return float(price.sum() + np.sort(yields(of, price))[:count].sum())


@compiled
def _served(of: Walks, price: Floats, taken: Longs) -> Floats:
    """Return by how many of the candidates ``taken`` each place is served below its price."""
    inside = np.zeros(len(of.site_start) - 1, dtype=np.bool_)
    inside[taken] = True
    found = np.zeros(len(price))
    for place in range(len(price)):
        for k in range(of.place_start[place], of.place_start[place + 1]):
            if of.place_cost[k] >= price[place]:
                break
            if inside[of.place_site[k]]:
                found[place] += 1.0
    return found


@compiled
def ascend(of: Walks, start: Floats, count: int, best_cost: float, steps: int, near: float) -> Priced:
    """Raise the bound from the prices ``start``; stop within ``near`` of the cost of the best plan known."""
    price = np.minimum(start, of.base)
    best, best_price = -np.inf, price.copy()
    pace, idle = 1.0, 0
    way, share = np.zeros(len(price)), np.zeros(len(of.site_start) - 1)
    done = 0
    for _ in range(steps):
        done += 1
        found = yields(of, price)
        order = np.argsort(found, kind="mergesort")
        now = price.sum() + found[order[:count]].sum()
        share *= 0.95
        share[order[:count]] += 0.05
        if now > best + 1e-9 * abs(best_cost):
            idle = 0
        else:
            idle += 1
        if now > best:
            best, best_price = now, price.copy()
        if best > best_cost - near:
            break
        if idle >= 20:  # noqa: PLR2004 - steps without a better bound; ours
            idle, pace = 0, pace * 0.5
            price, way = best_price.copy(), np.zeros(len(price))
            if pace < 1e-4:  # noqa: PLR2004 - nothing moves any more
                break
            continue
        way = 0.7 * way + 0.3 * (1.0 - _served(of, price, order[:count]))
        length = (way * way).sum()
        if length == 0.0:
            break
        price = np.minimum(of.base, np.maximum(0.0, price + pace * (1.05 * best_cost - now) / length * way))
    return Priced(best, best_price, share, done)


def open_still(of: Walks, priced: Priced, count: int, most: float) -> tuple[Longs, Longs]:
    """Return the candidates that must be in, and that may be in, any choice that costs less than ``most``."""
    each = yields(of, priced.price)
    order = np.argsort(each, kind="stable")
    last_in, first_out = each[order[count - 1]], each[order[min(count, len(order) - 1)]]
    if_in = priced.value + np.maximum(0.0, each - last_in)
    if_out = priced.value + (np.maximum(0.0, first_out - each) if count < len(order) else np.inf)
    return np.flatnonzero(if_out >= most), np.flatnonzero((if_in < most) & (if_out < most))
