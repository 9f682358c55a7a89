"""No choice serves more, or costs less: a bound from prices of the demand, by subgradient steps. Compiled.

With a price of 0 to 1 on every unit of a group's demand, a size is worth at most ``sum (1 - price) * amount`` over the
best use of its capacity, which is a sort. What is left is to choose sizes under count and budget; its linear relaxation
is solved by one multiplier. So no choice serves more than ``sum price * demand`` plus the worth of the best sizes,
whatever the prices are (Cornuejols, Fisher and Nemhauser 1977 without capacities; Geoffrion 1974 in general). At the
best prices it is the bound of the strong linear model, in which no place is served by more of a site than is open.
With backup w, half of w times a place's demand goes to each open site, with a price of its own.
"""

from typing import NamedTuple

import numpy as np

from geodata.compiled import compiled
from geodata.streets import Floats
from planning.siting.sized_problem import Net
from planning.siting.sized_search import Rules

HALVINGS = 60
IDLE = 15  # steps without a better bound before they get shorter
KEEN = 0.25  # share of the last step in the direction of the next
SHORTEST = 1e-4


class Priced(NamedTuple):
    """A bound and the prices that prove it."""

    value: float  # most served, or least price
    price: Floats  # [groups] on what is served
    twice: Floats  # [groups] on what is backed up
    multiplier: float  # what a unit of cost is worth; or the price of a unit served
    share: Floats  # [sizes] how often each was open in the steps, the last counting most


@compiled
def worths(of: Net, price: Floats, twice: Floats, backup: float) -> Floats:
    """Return what every size is worth at most at these prices."""
    found = np.zeros(len(of.capacity))
    for site in range(len(of.given)):
        first, last = of.site_start[site], of.site_start[site + 1]
        group = of.site_group[first:last]
        margin = (1.0 - backup) * (1.0 - price[group])
        second = 0.0
        for k in range(last - first):
            second += 0.5 * backup * (1.0 - twice[group[k]]) * of.demand[group[k]]
        order = np.empty(0, dtype=np.int64)
        for size in range(of.size_start[site], of.size_start[site + 1]):
            if of.ample[size]:
                found[size] = (margin * of.demand[group]).sum() + second
                continue
            if len(order) < last - first:
                order = np.argsort(-margin, kind="mergesort")
            room = of.capacity[size]
            total = 0.0
            for at in order:
                part = min(room, of.demand[group[at]])
                total += part * margin[at]
                room -= part
                if room <= 0.0:
                    break
            found[size] = total + second
    return found


@compiled
def _used(of: Net, price: Floats, opened: Floats) -> Floats:
    """Return what the sizes, as far as they are open, would serve of every group."""
    found = np.zeros(len(of.demand))
    for site in range(len(of.given)):
        first, last = of.site_start[site], of.site_start[site + 1]
        order = np.empty(0, dtype=np.int64)
        for size in range(of.size_start[site], of.size_start[site + 1]):
            if opened[size] == 0.0:
                continue
            group = of.site_group[first:last]
            if of.ample[size]:
                found[group] += opened[size] * of.demand[group]
                continue
            if len(order) < last - first:
                order = np.argsort(price[group], kind="mergesort")
            room = of.capacity[size]
            for k in order:
                part = min(room, of.demand[group[k]])
                found[group[k]] += opened[size] * part
                room -= part
                if room <= 0.0:
                    break
    return found


@compiled
def _twice_used(of: Net, opened: Floats) -> Floats:
    found = np.zeros(len(of.demand))
    for size in range(len(opened)):
        if opened[size] > 0.0:
            site = of.size_site[size]
            for pair in range(of.site_start[site], of.site_start[site + 1]):
                found[of.site_group[pair]] += 0.5 * opened[size] * of.demand[of.site_group[pair]]
    return found


@compiled
def _pick(of: Net, to: Rules, score: Floats) -> tuple[float, Floats]:
    """Open the size of highest score of every fixed and forced site, and the best of the others that score above 0."""
    sites = len(of.given)
    best, which = np.zeros(sites), np.full(sites, -1, dtype=np.int64)
    total, must = 0.0, np.int64(0)
    opened = np.zeros(len(score))
    for site in range(sites):
        for size in range(of.size_start[site], of.size_start[site + 1]):
            if which[site] < 0 or score[size] > score[which[site]]:
                which[site] = size
        best[site] = score[which[site]]
        if of.given[site] or to.forced[site]:
            total += best[site]
            opened[which[site]] = 1.0
            must += to.forced[site]
            best[site] = 0.0
    order = np.argsort(-best, kind="mergesort")
    for k in range(min(int(to.most - must), sites)):
        site = order[k]
        if best[site] <= 0.0:
            break
        total += best[site]
        opened[which[site]] = 1.0
    return total, opened


@compiled
def most(of: Net, to: Rules, worth: Floats) -> tuple[float, Floats, float]:
    """Return the most that sizes within count and budget are worth (linear relaxation), the shares, a multiplier."""
    total, opened = _pick(of, to, worth)
    if (opened * of.cost).sum() <= to.budget:
        return total, opened, 0.0
    low, high = 0.0, 1.0
    while True:
        total, opened = _pick(of, to, worth - high * of.cost)
        if (opened * of.cost).sum() <= to.budget or high > 1e30:  # noqa: PLR2004 - the forced alone exceed it
            break
        low, high = high, high * 4.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        total, opened = _pick(of, to, worth - middle * of.cost)
        if (opened * of.cost).sum() <= to.budget:
            high = middle
        else:
            low = middle
    total, cheap = _pick(of, to, worth - high * of.cost)
    _, dear = _pick(of, to, worth - low * of.cost)
    less, more = (cheap * of.cost).sum(), (dear * of.cost).sum()
    part = (to.budget - less) / (more - less) if more > less else 0.0
    return total + high * to.budget, cheap + part * (dear - cheap), high


@compiled
def least(of: Net, to: Rules, worth: Floats, wanted: float) -> tuple[float, Floats, float]:
    """Return the least price of sizes worth ``wanted``, count and no budget kept; inf: none are worth as much."""
    low, high = 0.0, 1e-9 + of.price.max() / max(1e-9, worth.max())
    while True:
        _, opened = _pick(of, to, high * worth - of.price)
        if (opened * worth).sum() >= wanted:
            break
        low, high = high, high * 4.0
        if high > 1e30:  # noqa: PLR2004
            return np.inf, opened, high
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        _, opened = _pick(of, to, middle * worth - of.price)
        if (opened * worth).sum() >= wanted:
            high = middle
        else:
            low = middle
    score, many = _pick(of, to, high * worth - of.price)
    _, few = _pick(of, to, low * worth - of.price)
    less, more = (few * worth).sum(), (many * worth).sum()
    part = (wanted - less) / (more - less) if more > less else 1.0
    return high * wanted - score, few + part * (many - few), high


@compiled
def priced(of: Net, to: Rules, need: float, backup: float, known: float, start: Priced, steps: int) -> Priced:
    """Better the bound from the prices ``start`` in ``steps``: on the most served, or on the least price for ``need``.

    Parameters
    ----------
    need : float
        inf: the most is sought.
    known : float
        What the best choice known serves, or costs.
    """
    price, twice = start.price.copy(), start.twice.copy()
    best = Priced(start.value, price.copy(), twice.copy(), start.multiplier, start.share.copy())
    sought = np.isinf(need)
    way, way_twice = np.zeros(len(price)), np.zeros(len(price))
    share = start.share.copy()
    pace, idle, first = 1.0, 0, True
    for _ in range(steps):
        worth = worths(of, price, twice, backup)
        paid = (1.0 - backup) * (price * of.demand).sum() + backup * (twice * of.demand).sum()
        if sought:
            found, opened, multiplier = most(of, to, worth)
            now = found + paid
        else:
            now, opened, multiplier = least(of, to, worth, need - paid)
            if np.isinf(now):
                return Priced(now, price, twice, multiplier, share)
        share = 0.95 * share + 0.05 * opened
        better = now < best.value if sought else now > best.value
        clearly = abs(now - best.value) > 1e-6 * abs(now)
        if better or first:
            best = Priced(now, price.copy(), twice.copy(), multiplier, share.copy())
        idle = 0 if better and clearly else idle + 1
        first = False
        distance = now - known if sought else known - now
        if distance <= 1e-9 * abs(known):
            break
        if idle >= IDLE:
            idle, pace = 0, pace * 0.7
            if pace < SHORTEST:
                break
        way = (1.0 - KEEN) * way + KEEN * (1.0 - _used(of, price, opened) / of.demand)
        length = (1.0 - backup) * (of.demand * way * way).sum()
        if backup > 0.0:
            way_twice = (1.0 - KEEN) * way_twice + KEEN * (1.0 - _twice_used(of, opened) / of.demand)
            length += backup * (of.demand * way_twice * way_twice).sum()
        if length <= 0.0:
            break
        step = pace * distance / (length * (1.0 if sought else multiplier))
        price = np.minimum(1.0, np.maximum(0.0, price - step * way))
        if backup > 0.0:
            twice = np.minimum(1.0, np.maximum(0.0, twice - step * way_twice))
    return Priced(best.value, best.price, best.twice, best.multiplier, best.share)
