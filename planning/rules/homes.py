"""Homes: the residential layer as columns, in whole units: what the quota rules ask about each area."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning.rules.case import Case, day_of
from planning.rules.clauses import Target
from planning.rules.findings import exact
from planning.rules.quota import HOUSEHOLDS, quota_rules
from planning.rules.whole_units import USUAL, Floats, Unit, Whole, digits_of, whole

Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]
REQUIRED, RURAL, NO_HOUSEHOLDS, ZERO_HOUSEHOLDS, NO_CLASS = range(5)
LARGEST = 2.0**62


@dataclass(frozen=True, eq=False, kw_only=True)
class Homes:
    """Every residential area, in the table's order. Quantities are 0 where they are not known."""

    ids: tuple[str, ...]
    names: tuple[str, ...]  # the id where there is none
    owned: NDArray[np.object_]  # class; None where it isn't known
    source: NDArray[np.object_]  # how it is known
    state: Codes  # REQUIRED, or why nothing can be asked
    has_households: Flags
    households: Whole  # whole numbers of households_digits decimals
    households_digits: int
    has_persons: Flags
    persons: Whole
    persons_digits: int
    permit: NDArray[np.datetime64]  # days
    completion: NDArray[np.datetime64]
    has_declared: Flags
    declared: Whole  # in ``unit``
    unit: Unit

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def at(self) -> dict[str, int]:
        """Return the position of each residential area."""
        return {place: n for n, place in enumerate(self.ids)}

    @cached_property
    def whole_households(self) -> NDArray[np.int64]:
        """Return households without a fraction, 0 where they are not known."""
        return np.array(self.households // 10**self.households_digits, dtype=np.int64)


def homes(case: Case) -> Homes:
    """Return the residential layer of a case as columns."""
    table = case.residential
    households, persons, declared = (
        numbers(table[name]) for name in ("households", "population", "built_elder_area_m2")
    )
    owned, source = classes(case)
    rural = rural_flags(case)
    state = np.select(
        [rural, np.isnan(households), households == 0, np.array([one is None for one in owned], dtype=bool)],
        [RURAL, NO_HOUSEHOLDS, ZERO_HOUSEHOLDS, NO_CLASS],
        REQUIRED,
    )
    counted, households_digits = whole(households)
    people, persons_digits = whole(persons)
    unit = unit_of(case, households, persons, declared)
    return Homes(
        ids=tuple(case.rows("residential")),
        names=tuple(case.name("residential", place) for place in case.rows("residential")),
        owned=owned,
        source=source,
        state=state.astype(np.int8),
        has_households=~np.isnan(households),
        households=counted,
        households_digits=households_digits,
        has_persons=~np.isnan(persons),
        persons=people,
        persons_digits=persons_digits,
        permit=days(table["permit_date"]),
        completion=days(table["completion_date"]),
        has_declared=~np.isnan(declared),
        declared=unit.column(declared),
        unit=unit,
    )


def unit_of(case: Case, households: Floats, persons: Floats, declared: Floats) -> Unit:
    """Return a unit in which all that is asked and all that is there are whole numbers."""
    floors = numbers(case.facilities["floor_area_m2"])
    rates = [(target, rate) for _, target in quota_rules(case) for rate in target.by_class.values()]
    per_home = [per_household(case, target, rate) for target, rate in rates]
    per_person = [rate / 1000 for target, rate in rates if target.measure != HOUSEHOLDS]
    minima = [one for _, target in quota_rules(case) if (one := exact(target.options.get("single_min_m2")))]
    digits = max(
        USUAL,
        whole(declared)[1],
        whole(floors)[1],
        whole(households)[1] + digits_of(per_home),
        whole(persons)[1] + digits_of(per_person),
        digits_of(minima),
    )
    asked = (np.nansum(households) + 100.0 * len(households)) * float(max(per_home, default=0))
    asked += np.nansum(persons) * float(max(per_person, default=0)) + len(declared) * float(max(minima, default=0))
    most = asked + np.nansum(declared) + np.nansum(floors) * (1 + len(declared))
    return Unit(digits, wide=digits != USUAL or not most * 10.0**USUAL < LARGEST)


def per_household(case: Case, target: Target, rate: Decimal) -> Decimal:
    """Return the square metres that one household owes."""
    size: Decimal = case.profile["household_size"]
    return rate / 100 if target.measure == HOUSEHOLDS else size * rate / 1000


def classes(case: Case) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the class of each area and how it is known: given, permit, completion (presumed) or unknown."""
    table = case.residential
    given = table["estate_class"].astype(object).to_numpy()
    owned, source = np.full(len(table), None, dtype=object), np.full(len(table), "unknown", dtype=object)
    first_day = np.datetime64(case.profile["new_since"], "D")
    for column, name in (("completion_date", "completion"), ("permit_date", "permit")):
        day = days(table[column])
        there = ~np.isnat(day)
        owned[there] = np.where(day[there] >= first_day, "new", "existing")
        source[there] = name
    there = ~pd.isna(given)
    owned[there], source[there] = [str(one) for one in given[there]], "given"
    return owned, source


def rural_flags(case: Case) -> Flags:
    """Tell which residential areas lie in a community (or else a street) that is known to be rural."""
    urban = {key: bool(row["urban"]) for key, row in case.rows("districts").items() if not pd.isna(row["urban"])}
    found = np.zeros(len(case.residential), dtype=bool)
    for level in ("street", "community"):  # the community's word comes last and counts
        holders = case.holders("residential", level)
        for n, place in enumerate(case.rows("residential")):
            known = urban.get(holders.get(place, ""))
            if known is not None:
                found[n] = not known
    return found


def numbers(column: "pd.Series[Any]") -> Floats:
    """Return a column of numbers as floats, NaN where one is missing."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def days(column: "pd.Series[Any]") -> NDArray[np.datetime64]:
    """Return a column of dates as days, NaT where one is missing."""
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return column.to_numpy().astype("datetime64[D]")
    return np.array([day_of(value) for value in column.tolist()], dtype="datetime64[D]")
