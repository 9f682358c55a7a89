"""Sources: what can be pooled, who may walk to it, and what counting "any facility nearby" would have passed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning.reach import Reach
from planning.rules.case import Case, words_of
from planning.rules.existing import Existing
from planning.rules.homes import Flags, Homes
from planning.rules.needs import Needs
from planning.rules.quota import counts
from planning.rules.whole_units import Whole

OWN_ROOM = "room:"  # a declared room as a source of pooled area
Longs = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Who is within the pooling walk of what."""

    place: Longs
    site: Longs
    seconds: NDArray[np.float64]

    def only(self, keep: Flags) -> "Pairs":
        """Keep some of the pairs."""
        return Pairs(self.place[keep], self.site[keep], self.seconds[keep])


@dataclass(frozen=True, eq=False)
class Sources:
    """Facilities, then the rooms of residential areas, as sources of pooled area, with the walks to them."""

    case: Case
    homes: Homes

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Return the id of each source."""
        return (*self.case.rows("facilities"), *(OWN_ROOM + place for place in self.homes.ids))

    @cached_property
    def floors(self) -> tuple[Whole, Flags]:
        """Return the floor area of each facility that is open and counts, and which these are."""
        rows, unit = self.case.rows("facilities"), self.homes.unit
        listed = {key: self.case.number(key, "floor_area_m2") for key in self.case.facility_ids(None)}
        found = [floor if (floor := listed.get(key)) is not None and counts(self.case, key) else None for key in rows]
        units = np.array([0 if one is None else unit.of(one) for one in found], dtype=self.homes.declared.dtype)
        return units, np.array([one is not None for one in found], dtype=bool)

    @cached_property
    def open_to_all(self) -> Flags:
        """Tell which of these facilities name nobody."""
        rows = self.case.rows("facilities").values()
        found: Flags = self.floors[1] & np.array([not words_of(row["serves"]) for row in rows], dtype=bool)
        return found

    @cached_property
    def near(self) -> Pairs:
        """Return residential areas and facilities within the pooling walk."""
        return self._pairs(self.case.walks, pd.Index(list(self.case.rows("facilities"))))

    @cached_property
    def reachable(self) -> Pairs:
        """Return who may be served from where: within the walk and, where the profile says so, of one street."""
        rooms = self._pairs(self.case.neighbour_walks, pd.Index(self.homes.ids))
        rooms = rooms.only(rooms.place != rooms.site)
        facilities = len(self.case.rows("facilities"))
        found = Pairs(
            np.concatenate([self.near.place, rooms.place]),
            np.concatenate([self.near.site, rooms.site + facilities]),
            np.concatenate([self.near.seconds, rooms.seconds]),
        )
        if not (self.case.profile["pool_same_street"] and "districts" in self.case.given):
            return found
        homes, sites = self.case.holders("residential", "street"), self.case.holders("facilities", "street")
        if not homes and not sites:
            return found
        code = {street: n for n, street in enumerate(dict.fromkeys([*homes.values(), *sites.values()]))}
        of_home = np.array([code.get(homes.get(one, ""), -1) for one in self.homes.ids], dtype=np.int64)
        of_site = np.array([code.get(sites.get(one, ""), -1) for one in self.case.rows("facilities")], dtype=np.int64)
        here = of_home[found.place]
        same = (here == np.concatenate([of_site, of_home])[found.site]) & (here >= 0)  # outside every street: nobody
        return found.only(same)

    def _pairs(self, reach: Reach | None, sites: pd.Index) -> Pairs:
        if reach is None:
            return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        near = np.flatnonzero(reach.seconds <= self.case.pool_seconds())
        place = np.searchsorted(reach.place_start, near, side="right") - 1
        homes = pd.Index(self.homes.ids).get_indexer(reach.places.astype(object))
        found = Pairs(
            homes[place], sites.get_indexer(reach.sites.astype(object))[reach.site_ix[near]], reach.seconds[near]
        )
        return found.only((found.place >= 0) & (found.site >= 0))

    def spare(self, needs: Needs, has: Existing, met: Flags, *, also: Needs | None = None) -> Whole:
        """Return what can be pooled: facilities that name nobody, and what areas that pass have beyond their need.

        ``also`` are needs that must be left for the areas themselves as well.
        """
        facilities = len(self.case.rows("facilities"))
        found = self.homes.unit.column(np.zeros(len(self.ids)))
        found[:facilities] = np.where(self.open_to_all, self.floors[0], 0)
        owed = needs.required if also is None else np.maximum(needs.required, also.required)
        left = np.maximum(np.where(met & needs.known, has.known - owed, 0), 0)
        by_room = ~has.has_named | (has.named < self.homes.declared)
        found[facilities:] = np.where(by_room, left, 0)
        for n in np.flatnonzero((left > 0)[has.share_home] & ~by_room[has.share_home]):
            place = has.share_home[n]
            taken = min(has.share[n], left[place])
            found[has.share_site[n]] += taken
            left[place] -= taken
        return found

    def naive(self, needs: Needs, has: Existing, met: Flags, passing: int) -> Mapping[str, Decimal]:
        """Count what "any facility within the pooling walk" would pass, and the area it counts more than once."""
        floors, listed = self.floors
        unit, near = self.homes.unit, self.near
        near = near.only(listed[near.site] & needs.known[near.place])
        whole = unit.column(np.zeros(len(self.homes)))
        np.add.at(whole, near.place, floors[near.site])
        any_near = np.bincount(near.place, minlength=len(self.homes)) > 0
        by_any = int((needs.known & (met | any_near)).sum())
        by_area = int((needs.known & (met | (has.known + whole >= needs.required))).sum())
        return {
            "any_facility": Decimal(by_any),
            "whole_area": Decimal(by_area),
            "flow": Decimal(passing),
            "overstated": Decimal(by_any - passing),
            "counted_m2": unit.decimal(sum(whole.tolist())),
            "there_m2": unit.decimal(sum(floors[np.unique(near.site)].tolist())),
        }
