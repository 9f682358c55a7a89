"""Needs: what the quota rules ask of every residential area at once, and which rule governs each on its day."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import exact
from planning.rules.homes import NO_CLASS, NO_HOUSEHOLDS, REQUIRED, RURAL, Flags, Homes, per_household
from planning.rules.quota import HOUSEHOLDS, Need, need_of, quota_rules
from planning.rules.whole_units import Whole, digits_of

NONE = -1  # no rule speaks of the area
Longs = NDArray[np.int64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Asked:
    """What one quota rule asks of every residential area, in units; 0 where it asks nothing."""

    rule: Rule
    target: Target
    speaks: Flags  # of areas of this class, or of unknown class
    known: Flags  # of which areas the need can be worked out
    required: Whole
    ratio: Whole  # before the single-site minimum
    minimum: int | None  # of a single site


@dataclass(frozen=True, eq=False, kw_only=True)
class Needs:
    """One rule for each residential area, as its place in ``asked``, or NONE; and what that rule asks."""

    case: Case
    homes: Homes
    asked: tuple[Asked, ...]
    rule: Longs

    @cached_property
    def there(self) -> Flags:
        """Tell of which areas a rule speaks."""
        found: Flags = self.rule != NONE
        return found

    @cached_property
    def known(self) -> Flags:
        """Tell of which areas the required square metres are known."""
        found = np.zeros(len(self.homes), dtype=bool)
        for n, one in enumerate(self.asked):
            found |= (self.rule == n) & one.known
        return found

    @cached_property
    def unknown(self) -> Flags:
        """Tell of which areas a rule asks something that can't be worked out."""
        missing = (self.homes.state == NO_HOUSEHOLDS) | (self.homes.state == NO_CLASS)
        found: Flags = self.there & missing & ~self.known
        return found

    @cached_property
    def required(self) -> Whole:
        """Return the required area in units, 0 where it isn't known."""
        return self._chosen([one.required for one in self.asked])

    @cached_property
    def ratio(self) -> Whole:
        """Return the required area before the single-site minimum."""
        return self._chosen([one.ratio for one in self.asked])

    @cached_property
    def minimum(self) -> Whole:
        """Return the single-site minimum in units, 0 where there is none."""
        count = len(self.homes)
        return self._chosen([np.full(count, one.minimum or 0, dtype=one.ratio.dtype) for one in self.asked])

    @cached_property
    def has_minimum(self) -> Flags:
        """Tell where a single site must have a minimum size."""
        has = np.array([one.minimum is not None for one in self.asked] + [False], dtype=bool)
        found: Flags = has[self.rule]
        return found

    def _chosen(self, columns: list[Whole]) -> Whole:
        found = self.homes.unit.column(np.zeros(len(self.homes)))
        for n, column in enumerate(columns):
            let = self.known & (self.rule == n)
            found[let] = column[let]
        return found

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that govern any area, in their order."""
        return tuple(self.asked[which].rule for which in np.unique(self.rule[self.there]).tolist())

    def governed_by(self, place: int) -> Rule | None:
        """Return the rule of one residential area."""
        which = int(self.rule[place])
        return None if which == NONE else self.asked[which].rule

    def of(self, place: int) -> Need | None:
        """Return what is asked of one residential area, with the arithmetic in words."""
        which = int(self.rule[place])
        if which == NONE:
            return None
        one, homes = self.asked[which], self.homes
        row = self.case.rows("residential")[homes.ids[place]]
        return need_of(
            self.case, row, one.rule, one.target, owned=homes.owned[place], rural=homes.state[place] == RURAL
        )


def all_asked(case: Case, homes: Homes) -> tuple[Asked, ...]:
    """Work out every quota rule of the profile for every residential area, the profile's own first."""
    return tuple(_asked(case, homes, rule, target) for rule, target in quota_rules(case))


def _asked(case: Case, homes: Homes, rule: Rule, target: Target) -> Asked:
    unit = homes.unit
    ratio = unit.column(np.zeros(len(homes)))
    speaks = np.array([one is None for one in homes.owned], dtype=bool)
    by_person, known = target.measure != HOUSEHOLDS, np.zeros(len(homes), dtype=bool)
    countable = homes.state == REQUIRED  # a rule that counts persons doesn't need the households of those it knows
    countable |= (homes.state == NO_HOUSEHOLDS) & homes.has_persons & by_person
    households, hundred = homes.households, 100 * 10**homes.households_digits
    if case.profile["ceil_hundred"]:
        households = -(-households // hundred) * hundred
    for owned, rate in target.by_class.items():
        here = homes.owned == owned
        speaks |= here
        here = here & countable
        known |= here
        by_persons = here & homes.has_persons & by_person
        each, digits = _in_digits(per_household(case, target, rate))
        counted = np.array(households[here], dtype=object) if unit.wide else households[here]
        ratio[here] = unit.fitted(counted * each, homes.households_digits + digits)
        if by_persons.any():
            each, digits = _in_digits(rate / 1000)
            counted = np.array(homes.persons[by_persons], dtype=object) if unit.wide else homes.persons[by_persons]
            ratio[by_persons] = unit.fitted(counted * each, homes.persons_digits + digits)
    least = exact(target.options.get("single_min_m2"))
    minimum = None if least is None else unit.of(least)
    required = ratio if minimum is None else np.where(known, np.maximum(ratio, minimum), ratio)
    return Asked(rule=rule, target=target, speaks=speaks, known=known, required=required, ratio=ratio, minimum=minimum)


def _in_digits(rate: Decimal) -> tuple[int, int]:
    digits = max(0, digits_of([rate]))
    return int(rate.scaleb(digits)), digits


def by_one(case: Case, homes: Homes, asked: tuple[Asked, ...], which: int) -> Needs:
    """Return the needs of every area by one rule, where it speaks of it."""
    return Needs(case=case, homes=homes, asked=asked, rule=np.where(asked[which].speaks, which, NONE))


def governing(case: Case, homes: Homes, asked: tuple[Asked, ...], day: dt.date | Days, *, lapsed: bool) -> Needs:
    """Return the strictest quota in force on a day, the profile's own first among equals.

    ``day`` is one for all, or one for each area; of an area without a day no rule speaks. ``lapsed`` keeps the rules
    of a document whose term is over until another replaces them; a preset never outlives its term. Where the need of an
    area by any rule in force can't be worked out (no households, outside the quota), which is the strictest isn't known
    either: the first such rule stands for all.
    """
    days = np.broadcast_to(np.asarray(day, dtype="datetime64[D]"), len(homes))
    best = np.full(len(homes), NONE, dtype=np.int64)
    most = homes.unit.column(np.zeros(len(homes)))
    settled = np.ones(len(homes), dtype=bool)
    for n, one in enumerate(asked):
        let = one.speaks & (days >= np.datetime64(one.rule.since, "D"))  # NaT is never in force
        if one.rule.until is not None and (one.rule.check or not lapsed):
            let &= days <= np.datetime64(one.rule.until, "D")
        first = let & settled & ((best == NONE) | ~one.known)
        stricter = let & settled & (best != NONE) & one.known & (one.required > most)
        settled &= ~let | one.known
        best[first | stricter] = n
        most = np.where(first | stricter, one.required, most)
    return Needs(case=case, homes=homes, asked=asked, rule=best)
