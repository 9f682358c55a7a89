"""Choosing who passes in one group: branch and bound, compiled, by the number of areas and then by households.

Areas may first be served in part. Then the best that can be had is known at once: what can be brought to areas by a
flow is a polymatroid, so serving them in the order of their worth per square metre is best of all. Its worth is a bound
on every choice; areas it serves in full are a choice; an area it serves in part is tried in and out. With the number of
areas proved, households are bounded in the same way with a price on the number (Lagrange). The work is counted, not
timed, so the answer is the same on every machine.
"""

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled
from planning.rules.pool_flow import Arcs, Floats, Longs, fill

Flags = NDArray[np.bool_]
FREE, IN, OUT = 0, 1, 2
EDGE = 1e-6  # a bound this near below a whole number is that number
PRICES = 40  # halvings in the search for a price


@compiled
def _served(
    order: Longs,
    state: Longs,
    need: Longs,
    spare: Longs,
    start: Longs,
    place: Longs,
    site: Longs,
    into_start: Longs,
    into: Longs,
    whole: bool,  # noqa: FBT001 - kernels take no keywords
    got: Longs,
) -> tuple[bool, int]:
    """Serve areas in an order, those that are IN first; say whether these get all they need, and the work done.

    ``whole`` gives nothing to an area that can't be served in full. What each gets is left in ``got``.
    """
    left, flow = spare.copy(), np.zeros(len(place), dtype=np.int64)
    by_site, queue = np.empty(len(spare), dtype=np.int64), np.empty(len(spare), dtype=np.int64)
    by_place = np.empty(len(need), dtype=np.int64)
    before_left, before_flow = left.copy(), flow.copy()
    got[:] = 0
    work = 0
    for turn in (IN, FREE):
        for p in order:
            if state[p] != turn:
                continue
            if whole and turn == FREE:
                before_left[:] = left
                before_flow[:] = flow
                work += len(flow)
            came, took = fill(p, need[p], start, place, site, into_start, into, left, flow, by_site, by_place, queue)
            work += took
            if came < need[p]:
                if turn == IN:
                    return False, work
                if whole:
                    left[:] = before_left
                    flow[:] = before_flow
                    came = 0
            got[p] = came
    return True, work


@compiled
def _bound(got: Longs, need: Longs, worth: Floats) -> float:
    total = 0.0
    for p in range(len(need)):
        if got[p] > 0:
            total += worth[p] if got[p] == need[p] else worth[p] * (got[p] / need[p])
    return total


@compiled
def _best(  # noqa: PLR0912, PLR0915 - written out
    need: Longs,
    spare: Longs,
    start: Longs,
    place: Longs,
    site: Longs,
    into_start: Longs,
    into: Longs,
    households: Longs,
    worth: Floats,
    order: Longs,
    smallest: Longs,
    count: int,
    price: float,
    most_work: int,
    best: Flags,
) -> tuple[bool, int]:
    """Improve ``best`` until nothing better is left: more areas, or (``count`` from 0) more households with ``count``.

    Say whether that was reached, and the work done.
    """
    areas = len(need)
    state, got, by_number = (
        np.zeros(areas, dtype=np.int64),
        np.zeros(areas, dtype=np.int64),
        np.zeros(areas, dtype=np.int64),
    )
    tried, second = np.zeros(areas, dtype=np.int64), np.zeros(areas, dtype=np.bool_)
    reached = 0
    for p in range(areas):
        if best[p]:
            reached += households[p] if count >= 0 else 1
    depth, work = 0, 0
    while True:
        good, took = _served(order, state, need, spare, start, place, site, into_start, into, False, got)
        work += took
        branch = -1
        if good and np.floor(_bound(got, need, worth) - price * max(count, 0) + EDGE) > reached:
            if count >= 0:
                _, took = _served(smallest, state, need, spare, start, place, site, into_start, into, False, by_number)
                work += took
                number = 0.0
                for p in range(areas):
                    number += by_number[p] / need[p]
                good = np.floor(number + EDGE) >= count
            for column in (got, by_number):
                full, homes = 0, 0
                for p in range(areas):
                    if column[p] == need[p]:
                        full += 1
                        homes += households[p]
                better = full > reached if count < 0 else full == count and homes > reached
                if better:
                    reached = full if count < 0 else homes
                    for p in range(areas):
                        best[p] = column[p] == need[p]
                if count < 0:
                    break
            if good:
                partly, none, fully = -1, -1, -1
                for p in order:
                    if state[p] != FREE:
                        continue
                    if got[p] == need[p]:
                        fully = p
                    elif got[p] > 0:
                        partly = p if partly < 0 else partly
                    else:
                        none = p if none < 0 else none
                branch = partly
                if branch < 0 and count >= 0:  # the price alone doesn't fix the number
                    branch = none if none >= 0 else fully
        if work > most_work:
            return False, work
        if branch >= 0:
            tried[depth], second[depth], state[branch] = branch, False, IN
            depth += 1
            continue
        while depth > 0 and second[depth - 1]:
            depth -= 1
            state[tried[depth]] = FREE
        if depth == 0:
            return True, work
        second[depth - 1], state[tried[depth - 1]] = True, OUT


def choose(need: Longs, spare: Longs, households: Longs, arcs: Arcs, *, most_work: int) -> tuple[Flags, int, bool]:
    """Return who passes: as many areas as can, then as many households; the most that could pass; whether it is proved.

    ``need`` is above 0. ``most_work`` counts arcs looked at; beyond it the best found so far stands.
    """
    areas = len(need)
    ones, free = np.ones(areas), np.zeros(areas, dtype=np.int64)
    smallest = np.lexsort((-households, need))
    got, best = np.zeros(areas, dtype=np.int64), np.zeros(areas, dtype=bool)
    _served(smallest, free, need, spare, *arcs.columns, True, got)
    best = got == need
    _served(smallest, free, need, spare, *arcs.columns, False, got)
    most = int(np.floor(_bound(got, need, ones) + EDGE))
    proved, work = _best(need, spare, *arcs.columns, households, ones, smallest, smallest, -1, 0.0, most_work, best)
    count = int(best.sum())
    if proved:
        most = count
    price = _price(need, spare, households, arcs, count)
    worth = price + households.astype(np.float64)
    order = np.argsort(-worth / need, kind="stable")
    _served(order, free, need, spare, *arcs.columns, True, got)
    if (got == need).sum() == count and households[got == need].sum() > households[best].sum():
        best = got == need
    all_proved, _ = _best(
        need, spare, *arcs.columns, households, worth, order, smallest, count, price, max(0, most_work - work), best
    )
    return best, most, proved and all_proved


def _price(need: Longs, spare: Longs, households: Longs, arcs: Arcs, count: int) -> float:
    """Return the price per area at which serving in part serves about ``count`` areas: there the bound is lowest."""
    free, got = np.zeros(len(need), dtype=np.int64), np.zeros(len(need), dtype=np.int64)
    low, high = 0.0, float(households.sum()) + 1.0
    for _ in range(PRICES):
        price = (low + high) / 2
        order = np.argsort(-(price + households) / need, kind="stable")
        _served(order, free, need, spare, *arcs.columns, False, got)
        if (got / need).sum() < count:
            low = price
        else:
            high = price
        if high - low < EDGE * high:
            break
    return high
