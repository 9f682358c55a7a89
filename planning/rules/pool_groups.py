"""Groups of areas that compete for pooled area: what is settled at a glance, what must be searched, who walks where."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from planning.rules.pool_flow import arcs, least_walk
from planning.rules.pool_memory import Answer, remembered
from planning.rules.pool_search import choose

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Town:
    """Areas and sites in whole cells: need of areas, spare of sites, pairs by area and site, ascending."""

    need: Longs
    spare: Longs
    households: Longs
    place: Longs  # of each pair
    site: Longs
    seconds: NDArray[np.float64]

    def reachable(self, pairs: Flags) -> Longs:
        """Return the spare area that each area can reach by some of the pairs."""
        return added(self.place[pairs], self.spare[self.site[pairs]], len(self.need))

    def nearest(self, chosen: Flags) -> Longs:
        """Return per pair what the chosen areas take when each takes all it needs from its nearest site."""
        order = np.lexsort((self.site, self.seconds, self.place))
        first = order[np.diff(self.place[order], prepend=-1) != 0]
        first = first[chosen[self.place[first]]]
        cells = np.zeros(len(self.place), dtype=np.int64)
        cells[first] = self.need[self.place[first]]
        return cells

    def components(self, pairs: Flags) -> tuple[Longs, Longs]:
        """Label what some of the pairs connect: of each area, and of each site."""
        places, sites = len(self.need), len(self.spare)
        ends = (self.place[pairs], places + self.site[pairs])
        graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(places + sites, places + sites))
        label = np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
        return label[:places], label[places:]


def choice(town: Town, most_work: int) -> tuple[Flags, int, bool]:
    """Return who passes, the most that could, and whether both that and the households are proved best."""
    able = town.need <= town.reachable(np.ones(len(town.place), dtype=bool))
    label, of_site = town.components(np.ones(len(town.place), dtype=bool))
    crowded = _crowded(town, town.nearest(able), of_site)
    passes = able & ~crowded[label]
    need, open_, pairs = settle(town, able & crowded[label], passes)
    bound, exactly = int(passes.sum()), True
    label, of_site = town.components(pairs)
    wanted = np.unique(label[open_])
    by_place, by_site = members(label, wanted, open_), members(of_site, wanted)
    by_pair = members(label[town.place], wanted, pairs)
    for places, sites, core in zip(by_place, by_site, by_pair, strict=True):
        at = np.searchsorted(places, town.place[core]), np.searchsorted(sites, town.site[core])
        content = (need[places], town.spare[sites], town.households[places], *at)
        answer = remembered(content, most_work, partial(_searched, *content, most_work))
        passes[places] = answer.chosen
        exactly, bound = exactly and answer.proved, bound + answer.most
    return passes, bound, exactly


def _searched(need: Longs, spare: Longs, households: Longs, place: Longs, site: Longs, most_work: int) -> Answer:
    return Answer(*choose(need, spare, households, arcs(place, site, len(need), len(spare)), most_work=most_work))


def settle(town: Town, asking: Flags, passes: Flags) -> tuple[Longs, Flags, Flags]:
    """Settle what needs no search, and return what is still needed by whom, and by which pairs.

    A site with enough for all who can reach it serves them all. A site that one area alone can reach serves that area
    first. Who can't get enough any more is out. Each may make the next possible; areas that pass are marked.
    """
    need, open_ = town.need.copy(), asking.copy()
    pairs = open_[town.place]
    while True:
        before = int(pairs.sum()) + int(open_.sum())
        asked = added(town.site[pairs], need[town.place[pairs]], len(town.spare))
        served = town.place[pairs & (town.spare >= asked)[town.site]]
        passes[served], open_[served] = True, False
        pairs &= open_[town.place]
        own = pairs & (np.bincount(town.site[pairs], minlength=len(town.spare)) == 1)[town.site]
        np.subtract.at(need, town.place[own], town.spare[town.site[own]])
        pairs &= ~own
        done = open_ & (need <= 0)
        passes |= done
        open_ &= ~done & (need <= town.reachable(pairs))
        pairs &= open_[town.place]
        if int(pairs.sum()) + int(open_.sum()) == before:
            return need, open_, pairs


def assignment(town: Town, passes: Flags) -> Longs:
    """Return per pair what the areas that pass take, with the least area times seconds walked.

    Where each can take all from its nearest site nothing walks less; the others are assigned group by group.
    """
    pairs = passes[town.place]
    label, of_site = town.components(pairs)
    cells = town.nearest(passes)
    wanted = np.flatnonzero(_crowded(town, cells, of_site))
    by_place, by_site = members(label, wanted, passes), members(of_site, wanted)
    for places, sites, group in zip(by_place, by_site, members(label[town.place], wanted, pairs), strict=True):
        at = np.searchsorted(places, town.place[group]), np.searchsorted(sites, town.site[group])
        both = arcs(*at, len(places), len(sites)).columns
        cells[group], all_served = least_walk(town.need[places], town.spare[sites], town.seconds[group], *both)
        if not all_served:
            raise AssertionError("areas were chosen to pass that can't all be served")
    return cells


def _crowded(town: Town, cells: Longs, of_site: Longs) -> Flags:
    """Tell in which groups more is taken from some site than it can spare."""
    found = np.zeros(len(town.need) + len(town.spare), dtype=bool)
    found[of_site[added(town.site, cells, len(town.spare)) > town.spare]] = True
    return found


def members(label: Longs, wanted: Longs, among: Flags | None = None) -> list[Longs]:
    """Return who carries each wanted label, in their own order."""
    all_ = np.arange(len(label)) if among is None else np.flatnonzero(among)
    all_ = all_[np.argsort(label[all_], kind="stable")]
    first, last = (np.searchsorted(label[all_], wanted, side=side) for side in ("left", "right"))
    return [all_[a:b] for a, b in zip(first, last, strict=True)]


def added(where: Longs, cells: Longs, count: int) -> Longs:
    """Add up cells by where they go; exact, unlike ``bincount`` with weights."""
    found = np.zeros(count, dtype=np.int64)
    np.add.at(found, where, cells)
    return found
