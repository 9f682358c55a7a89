"""What every place would cost at every candidate: weighted seconds, in rows by place and by site."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Floats, Ints, Longs
from planning.siting.question import Question, by_id


class Walks(NamedTuple):
    """Costs of places at candidates; a named tuple, since compiled code reads it."""

    place_start: Longs  # [places + 1]
    place_site: Ints  # candidates cheaper than what is open anyway, cheapest first, then by number
    place_cost: Floats
    site_start: Longs  # [candidates + 1]
    site_place: Ints  # ascending
    site_cost: Floats
    base: Floats  # [places] cost at what is open anyway; inf: nothing is in reach


def walks(question: Question, weight: Floats) -> Walks:
    """Lay out the costs of all places, in the order of their ids, at the free candidates."""
    reach = question.reach
    order = by_id(reach.places)
    place = np.repeat(np.arange(len(reach.places)), np.diff(reach.place_start))
    cost = weight[place] * reach.seconds
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    column = np.full(len(reach.sites), -1, dtype=np.int64)
    column[question.free] = np.arange(len(question.free))
    opened = np.zeros(len(reach.sites), dtype=bool)
    opened[question.opened()] = True
    base = np.full(len(order), np.inf)
    at_open = opened[reach.site_ix]
    np.minimum.at(base, rank[place[at_open]], cost[at_open])
    free = column[reach.site_ix] >= 0
    return lay_out(rank[place[free]], column[reach.site_ix[free]], cost[free], base, len(question.free))


def lay_out(place: Longs, site: Longs, cost: Floats, base: Floats, sites: int) -> Walks:
    """Lay out pairs both ways; those that cost as much as ``base`` or more are dropped."""
    cheap = cost < base[place]
    place, site, cost = place[cheap], site[cheap], cost[cheap]
    by_place = np.lexsort((site, cost, place))
    by_site = np.lexsort((place, site))
    return Walks(
        _starts(place, len(base)),
        site[by_place].astype(np.int32),
        cost[by_place],
        _starts(site, sites),
        place[by_site].astype(np.int32),
        cost[by_site],
        base,
    )


def part(of: Walks, taken: Longs, kept: Longs) -> Walks:
    """Return the walks to the candidates ``kept`` once those ``taken`` are open anyway."""
    place = np.repeat(np.arange(len(of.base)), np.diff(of.place_start))
    column = np.full(len(of.site_start) - 1, -1, dtype=np.int64)
    column[kept] = np.arange(len(kept))
    base, inside = of.base.copy(), np.zeros(len(column), dtype=bool)
    inside[taken] = True
    at_taken, free = inside[of.place_site], column[of.place_site] >= 0
    np.minimum.at(base, place[at_taken], of.place_cost[at_taken])
    return lay_out(place[free], column[of.place_site[free]], of.place_cost[free], base, len(kept))


def total(of: Walks, chosen: Longs) -> float:
    """Return the cost of the candidates ``chosen``; inf when a place has none in reach."""
    least = of.base.copy()
    for site in chosen:
        pairs = slice(of.site_start[site], of.site_start[site + 1])
        least[of.site_place[pairs]] = np.minimum(least[of.site_place[pairs]], of.site_cost[pairs])
    return float(least.sum())


def whole(of: Walks) -> bool:
    """Tell whether all costs are whole numbers, so that every sum is one too."""
    known = of.base[np.isfinite(of.base)]
    return all(bool((some == np.round(some)).all()) for some in (of.place_cost, known))


def unreachable(of: Walks) -> NDArray[np.int64]:
    """Return the places that neither a candidate nor anything open reaches, as positions."""
    return np.flatnonzero(np.isinf(of.base) & (np.diff(of.place_start) == 0))


def _starts(rows: Longs, count: int) -> Longs:
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int64)


def as_matrix(of: Walks) -> sparse.csr_array:
    """Return who is in whose reach as a matrix of ones, places x candidates."""
    ones = np.ones(len(of.place_site))
    shape = (len(of.base), len(of.site_start) - 1)
    found = sparse.csr_array((ones, of.place_site, of.place_start), shape=shape)
    found.sort_indices()
    return found
