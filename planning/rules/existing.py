"""Existing area: what each residential area has by itself, declared or by the facilities that name it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planning.rules.case import Case, words_of
from planning.rules.homes import Flags, Homes
from planning.rules.needs import Needs
from planning.rules.quota import counts
from planning.rules.whole_units import SHOWN, Whole

Longs = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Area:
    """The elder-care area a residential area has by itself."""

    known_m2: Decimal  # at least this much
    complete: bool  # nothing is missing that could add to it
    declared_m2: Decimal | None
    named_m2: Decimal | None  # shares of facilities that name it; None where none does
    named: tuple[tuple[str, Decimal], ...] = ()  # (facility, share)


@dataclass(frozen=True, eq=False, kw_only=True)
class Existing:
    """What every residential area has by itself, in units. Shares are listed by area, in the order of facilities."""

    homes: Homes
    share_home: Longs  # ascending
    share_site: Longs  # position among the facilities
    share: Whole
    floor: Whole  # of the whole facility
    sure: Flags  # no facility that names it is of unknown size, status or split
    facilities: tuple[str, ...]

    @cached_property
    def has_named(self) -> Flags:
        """Tell which areas any facility names."""
        return np.bincount(self.share_home, minlength=len(self.homes)) > 0

    @cached_property
    def named(self) -> Whole:
        """Return the shares of each area added up."""
        return self.added(self.share)

    @cached_property
    def known(self) -> Whole:
        """Return the larger of declaration and shares: the same rooms often stand in both tables."""
        return np.maximum(self.homes.declared, self.named)

    @cached_property
    def complete(self) -> Flags:
        """Tell where nothing is missing that could add to it."""
        found: Flags = self.sure & (self.homes.has_declared | self.has_named)
        return found

    def added(self, shares: Whole) -> Whole:
        """Add up a figure of each share by area."""
        total = self.homes.unit.column(np.zeros(len(self.homes)))
        np.add.at(total, self.share_home, shares)
        return total

    @cached_property
    def by_facilities(self) -> Flags:
        """Tell which areas have theirs in facilities; others have one site of the size they declare."""
        found: Flags = self.has_named & (self.named >= self.homes.declared)
        return found

    def at_least(self, minimum: Whole) -> Whole:
        """Return the area that each residential area has in single sites of the minimum size.

        A facility that several areas share is one site of its whole size; each area has its share of it.
        """
        large = self.added(np.where(self.floor >= minimum[self.share_home], self.share, 0))
        alone = np.where(self.known >= minimum, self.known, 0)
        return np.where(self.by_facilities, large, alone)

    def least_growth(self, place: int, minimum: int, required: int) -> int:
        """Return the least area by which the facilities of one residential area must grow to make up what is asked.

        Sites that are too small count once they have the minimum; what they grow by is the area's own.
        """
        first, last = np.searchsorted(self.share_home, [place, place + 1])
        sites = [(int(self.floor[n]), int(self.share[n])) for n in range(int(first), int(last))]
        large = sum(share for floor, share in sites if floor >= minimum)
        chosen = {0: 0}  # what some small sites grow by to the minimum -> the most that they bring of their own by it
        for grown, share in [(minimum - floor, share) for floor, share in sites if floor < minimum]:
            added = {by + grown: brought + share for by, brought in chosen.items()}
            joined = {by: max(chosen.get(by, -1), added.get(by, -1)) for by in chosen.keys() | added.keys()}
            best, chosen = -1, {}
            for by, brought in sorted(joined.items()):
                if brought > best:
                    best, chosen[by] = brought, brought
        if not large:
            del chosen[0]  # no site to grow
        return min((max(by, required - large - brought) for by, brought in chosen.items()), default=required)

    def shares_of(self, place: int) -> tuple[tuple[str, Decimal], ...]:
        """Return the facilities that name one residential area, with its share of each."""
        if not self.has_named[place]:
            return ()
        first, last = np.searchsorted(self.share_home, [place, place + 1])
        unit = self.homes.unit
        return tuple(
            (self.facilities[self.share_site[n]], unit.decimal(self.share[n])) for n in range(int(first), int(last))
        )

    def of(self, place: int) -> Area:
        """Return what one residential area has."""
        unit = self.homes.unit
        return Area(
            known_m2=unit.decimal(self.known[place]),
            complete=bool(self.complete[place]),
            declared_m2=unit.decimal(self.homes.declared[place]) if self.homes.has_declared[place] else None,
            named_m2=unit.decimal(self.named[place]) if self.has_named[place] else None,
            named=self.shares_of(place),
        )


def existing(case: Case, needs: Needs) -> Existing:
    """Return what each residential area has by itself; facilities of several areas are split by ``needs``."""
    homes = needs.homes
    at = homes.at
    found: list[tuple[int, int, int, int]] = []
    sure = np.ones(len(homes), dtype=bool)
    for site, (facility, row) in enumerate(case.rows("facilities").items()):
        words = tuple(dict.fromkeys(words_of(row["serves"])))
        named = [at[one] for one in words if one in at]
        if not named or not counts(case, facility) or case.opens[facility] is False:
            continue
        floor = case.number(facility, "floor_area_m2")
        split = None if floor is None else _split(homes.unit.of(floor), words, needs)
        if split is None or case.opens[facility] is None:
            sure[named] = False
        else:
            whole = homes.unit.of(floor or Decimal(0))
            found += [(place, site, share, whole) for place, share in zip(named, split, strict=True)]
    found.sort(key=lambda one: one[:2])
    return Existing(
        homes=homes,
        share_home=np.array([one[0] for one in found], dtype=np.int64),
        share_site=np.array([one[1] for one in found], dtype=np.int64),
        share=np.array([one[2] for one in found], dtype=homes.declared.dtype),
        floor=np.array([one[3] for one in found], dtype=homes.declared.dtype),
        sure=sure,
        facilities=tuple(case.rows("facilities")),
    )


def _split(floor: int, words: Iterable[str], needs: Needs) -> list[int] | None:
    """Split one facility by required area; None where what somebody must have isn't known.

    Shares are rounded down to 0.0001 m2 and what is left goes to the area that needs most: they add up to the facility.
    """
    words, homes = tuple(words), needs.homes
    if len(words) == 1:
        return [floor]
    if any(one not in homes.at for one in words):  # outside the study
        return None
    places = [homes.at[one] for one in words]
    if any(needs.unknown[place] for place in places):
        return None
    weights = [int(needs.required[place]) for place in places]
    total = sum(weights)
    if not total:
        return [0] * len(places)
    cell = 10 ** (homes.unit.digits - SHOWN)
    shares = [floor * weight // total // cell * cell for weight in weights]
    shares[weights.index(max(weights))] += floor - sum(shares)
    return shares
