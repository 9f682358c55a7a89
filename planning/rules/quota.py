"""Quota: what a rule asks of each residential area, and how much elder-care area it already has.

How the two sources of existing area combine: ``built_elder_area_m2`` is what the area itself declares; facilities whose
``serves`` names it bring their share. The same rooms often stand in both tables, so the larger of the two sums counts,
never their total. A facility that names several areas is split among them by what each must have; the shares add up to
the facility. Facilities that name nobody count only through pooling. Planned, closed and not yet open ones never count.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any, Literal

import pandas as pd

from planning.rules.case import Case, day_of, words_of
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Phrase, ceiling, exact

State = Literal["required", "unknown", "no_rule", "not_applicable"]
QUOTAS = ("estate_floor_area", "estate_floor_area_per_1000")
CELL = Decimal("0.0001")  # m2; shares of a split facility are rounded down to it


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one rule asks of one residential area, and the arithmetic behind it."""

    state: State
    rule: Rule
    target: Target
    required_m2: Decimal | None = None
    ratio_m2: Decimal | None = None  # before the single-site minimum
    minimum_m2: Decimal | None = None  # of a single site
    sum: Phrase = field(default_factory=lambda: Phrase("empty"))  # the arithmetic, up to the required area


@dataclass(frozen=True, kw_only=True)
class Area:
    """The elder-care area a residential area has by itself."""

    known_m2: Decimal  # at least this much
    complete: bool  # nothing is missing that could add to it
    declared_m2: Decimal | None
    named_m2: Decimal | None  # shares of facilities that name it; None where none does
    sites_m2: tuple[Decimal, ...] = ()  # single sites, for a minimum size of one
    named: tuple[tuple[str, Decimal], ...] = ()  # (facility, share)


def estate_class(case: Case, row: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return the class of a residential area and how it is known: given, permit, completion (presumed) or unknown."""
    if not pd.isna(row["estate_class"]):
        return str(row["estate_class"]), "given"
    first_day: dt.date = case.profile["new_since"]
    for column, source in (("permit_date", "permit"), ("completion_date", "completion")):
        if (day := day_of(row[column])) is not None:
            return ("new" if day >= first_day else "existing"), source
    return None, "unknown"


def rural(case: Case, place: str) -> bool:
    """Tell whether the community (or else the street) that holds the area is known to be rural."""
    for level in ("community", "street"):
        unit = case.holders("residential", level).get(place)
        if unit is not None and unit in case.rows("districts"):
            urban = case.rows("districts")[unit]["urban"]
            if not pd.isna(urban):
                return not bool(urban)
    return False


def need(case: Case, place: str, rule: Rule, target: Target) -> Need | None:
    """Return what the rule asks of one residential area; None where it doesn't speak of its class."""
    row = case.rows("residential")[place]
    owned, _ = estate_class(case, row)

    def nothing(state: State, code: str) -> Need:
        return Need(state=state, rule=rule, target=target, sum=Phrase(code))

    if owned is not None and owned not in target.by_class:
        return None
    if rural(case, place):
        return nothing("not_applicable", "estate_rural")
    households = exact(row["households"])
    if households is None:
        return nothing("unknown", "estate_no_households")
    if households == 0:
        return nothing("not_applicable", "estate_zero_households")
    if owned is None:
        return nothing("unknown", "estate_no_class")
    rate = target.by_class[owned]
    counted = 100 * ceiling(households, 100) if case.profile["ceil_hundred"] else households
    if target.measure == "estate_floor_area":
        ratio = counted * rate / 100
        details = {"households": int(counted), "rate": rate, "required": ratio}
        added = Phrase("estate_sum_households", details)
    else:
        ratio, added = _per_1000(case, row, counted, rate)
    minimum = exact(target.options.get("single_min_m2"))
    required = ratio if minimum is None else max(ratio, minimum)
    if minimum is not None:
        added = Phrase("estate_sum_minimum", {"sum": added, "minimum": minimum, "required": required})
    return Need(
        state="required",
        rule=rule,
        target=target,
        required_m2=required,
        ratio_m2=ratio,
        minimum_m2=minimum,
        sum=added,
    )


def _per_1000(case: Case, row: Mapping[str, Any], households: Decimal, rate: Decimal) -> tuple[Decimal, Phrase]:
    persons = exact(row["population"])
    if persons is not None:
        ratio = persons * rate / 1000
        details = {"persons": int(persons), "rate": rate, "required": ratio, "per_100": 100 * ratio / households}
        return ratio, Phrase("estate_sum_persons", details)
    size = case.profile["household_size"]
    ratio = households * size * rate / 1000
    details = {
        "households": int(households),
        "size": size,
        "rate": rate,
        "required": ratio,
        "per_100": size * rate / 10,
    }
    return ratio, Phrase("estate_sum_household_size", details)


def quota_rules(case: Case) -> tuple[tuple[Rule, Target], ...]:
    """List the quota rules of the profile, its own first."""
    return case.profile.asking(*QUOTAS)


def governing(case: Case, place: str, day: dt.date, *, lapsed: bool) -> Need | None:
    """Return the strictest quota in force on a day for one residential area; the profile's own first among equals.

    ``lapsed`` keeps the rules of a document whose term is over until another replaces them; a preset never outlives its
    term.
    """
    best: Need | None = None
    for rule, target in quota_rules(case):
        if not rule.started(day) or (rule.lapsed(day) and (rule.check or not lapsed)):
            continue
        found = need(case, place, rule, target)
        if found is None:
            continue
        if found.state != "required":
            return found
        if best is None or (found.required_m2 or 0) > (best.required_m2 or 0):
            best = found
    return best


def counts(case: Case, facility: str) -> bool:
    """Tell whether a facility's area counts to the quota: its own flag, else its kind."""
    row = case.rows("facilities")[facility]
    if not pd.isna(row["counts_to_quota"]):
        return bool(row["counts_to_quota"])
    return row["kind"] in case.profile["counted_kinds"]


def areas(case: Case, needs: Mapping[str, Need | None]) -> dict[str, Area]:
    """Return what each residential area has by itself: the larger of its own declaration and its named facilities."""
    shares: dict[str, list[tuple[str, Decimal]]] = {place: [] for place in needs}
    unsure: set[str] = set()
    for facility, row in case.rows("facilities").items():
        named = [one for one in words_of(row["serves"]) if one in needs]
        if not named or not counts(case, facility) or case.opens[facility] is False:
            continue
        floor = case.number(facility, "floor_area_m2")
        split = None if floor is None else _split(floor, words_of(row["serves"]), needs)
        if split is None or case.opens[facility] is None:
            unsure |= set(named)
            continue
        for place in named:
            shares[place].append((facility, split[place]))
    rows = case.rows("residential")
    return {
        place: _area(exact(rows[place]["built_elder_area_m2"]), tuple(shares[place]), sure=place not in unsure)
        for place in needs
    }


def _split(floor: Decimal, named: Iterable[str], needs: Mapping[str, Need | None]) -> dict[str, Decimal] | None:
    """Split one facility by required area; None where what somebody must have isn't known."""
    places = list(dict.fromkeys(named))
    if len(places) == 1:
        return {places[0]: floor}
    weights: dict[str, Decimal] = {}
    for place in places:
        asked = needs.get(place)
        if place not in needs or (asked is not None and asked.state == "unknown"):  # outside, or not known
            return None
        weights[place] = Decimal(0) if asked is None or asked.required_m2 is None else asked.required_m2
    total = sum(weights.values(), Decimal(0))
    if not total:
        return {place: Decimal(0) for place in places}
    found = {place: (floor * weight / total).quantize(CELL, ROUND_DOWN) for place, weight in weights.items()}
    largest = max(places, key=lambda place: weights[place])
    found[largest] += floor - sum(found.values(), Decimal(0))
    return found


def _area(declared: Decimal | None, named: tuple[tuple[str, Decimal], ...], *, sure: bool) -> Area:
    brought = sum((share for _, share in named), Decimal(0)) if named else None
    known = max(declared or Decimal(0), brought or Decimal(0))
    by_facilities = brought is not None and brought >= (declared or Decimal(0))
    sites = tuple(share for _, share in named) if by_facilities else (known,)
    return Area(
        known_m2=known,
        complete=sure and (declared is not None or brought is not None),
        declared_m2=declared,
        named_m2=brought,
        sites_m2=tuple(sorted(sites, reverse=True)),
        named=named,
    )
