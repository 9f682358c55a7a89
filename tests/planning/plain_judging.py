"""Judging one residential area after another in plain decimals: what the columns must come to."""

import datetime as dt
import itertools
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import Any

import pandas as pd

from planning.rules.case import Case, day_of, words_of
from planning.rules.clauses import Rule, Target
from planning.rules.findings import exact
from planning.rules.quota import counts, quota_rules

CELL = Decimal("0.0001")
Site = tuple[Decimal, Decimal]  # the area's share, the whole facility
Asked = tuple[Rule, Target, str, Decimal, Decimal]  # rule, target, state, required, ratio


def estate_class(case: Case, row: Mapping[str, Any]) -> str | None:
    if not pd.isna(row["estate_class"]):
        return str(row["estate_class"])
    day = day_of(row["permit_date"]) or day_of(row["completion_date"])
    return None if day is None else "new" if day >= case.profile["new_since"] else "existing"


def rural(case: Case, place: str) -> bool:
    for level in ("community", "street"):
        unit = case.holders("residential", level).get(place)
        if unit is not None and not pd.isna(case.rows("districts")[unit]["urban"]):
            return not case.rows("districts")[unit]["urban"]
    return False


def asked(case: Case, place: str, rule: Rule, target: Target) -> Asked | None:
    row = case.rows("residential")[place]
    owned, households, persons = estate_class(case, row), exact(row["households"]), exact(row["population"])
    if owned is not None and owned not in target.by_class:
        return None
    nothing = Decimal(0)
    if rural(case, place) or households == 0:
        return rule, target, "not_applicable", nothing, nothing
    counts_persons = target.measure != "estate_floor_area" and persons is not None
    if owned is None or (households is None and not counts_persons):
        return rule, target, "unknown", nothing, nothing
    rate = target.by_class[owned]
    if households is not None and case.profile["ceil_hundred"]:
        households = (households / 100).to_integral_value(ROUND_CEILING) * 100
    if counts_persons:
        ratio = (persons or nothing) * rate / 1000
    else:
        assert households is not None
        by_households = target.measure == "estate_floor_area"
        ratio = households * rate / 100 if by_households else households * case.profile["household_size"] * rate / 1000
    return rule, target, "required", max(ratio, exact(target.options.get("single_min_m2")) or nothing), ratio


def governing(case: Case, place: str, day: dt.date, *, lapsed: bool) -> Asked | None:
    best: Asked | None = None
    for rule, target in quota_rules(case):
        if not rule.started(day) or (rule.lapsed(day) and (rule.check or not lapsed)):
            continue
        found = asked(case, place, rule, target)
        if found is not None and found[2] != "required":
            return found
        if found is not None and (best is None or found[3] > best[3]):
            best = found
    return best


def shares(case: Case, today: Mapping[str, Asked | None]) -> tuple[dict[str, list[Site]], set[str]]:
    """Return each area's shares of facilities that name it, and the areas of which a share isn't known."""
    found: dict[str, list[Site]] = {place: [] for place in today}
    unsure: set[str] = set()
    for key, row in case.rows("facilities").items():
        named = list(dict.fromkeys(words_of(row["serves"])))
        here = [one for one in named if one in today]
        if not here or not counts(case, key) or case.opens[key] is False:
            continue
        floor = exact(row["floor_area_m2"])
        lost = len(named) > 1 and any(one not in today or (today[one] or "  ?")[2] == "unknown" for one in named)
        if floor is None or case.opens[key] is None or lost:
            unsure |= set(here)
            continue
        weights = [today[one][3] if today[one] is not None else Decimal(0) for one in here]  # type: ignore[index]
        if len(named) == 1:
            parts = [floor]
        elif not sum(weights):
            parts = [Decimal(0)] * len(here)
        else:
            parts = [(floor * one / sum(weights)).quantize(CELL, ROUND_DOWN) for one in weights]
            parts[weights.index(max(weights))] += floor - sum(parts)
        for one, part in zip(here, parts, strict=True):
            found[one].append((part, floor))
    return found, unsure


def least_growth(sites: list[Site], minimum: Decimal, required: Decimal) -> Decimal:
    """Try every choice of small sites that grow to the minimum, and let one of the large ones grow by what is left."""
    large = sum((share for share, floor in sites if floor >= minimum), Decimal(0))
    small = [(share, minimum - floor) for share, floor in sites if floor < minimum]
    found = []
    for chosen in itertools.product((False, True), repeat=len(small)):
        if not large and not any(chosen):
            continue
        grown = sum((by for let, (_, by) in zip(chosen, small, strict=True) if let), Decimal(0))
        has = large + grown + sum((share for let, (share, _) in zip(chosen, small, strict=True) if let), Decimal(0))
        found.append(grown + max(Decimal(0), required - has))
    return min(found)


def alone(one: Asked, declared: Decimal | None, named: list[Site], *, sure: bool) -> tuple[str, Decimal | None]:
    """Return verdict and gap of one area by itself."""
    _, target, state, required, ratio = one
    if state != "required":
        return state, None
    shared = sum((share for share, _ in named), Decimal(0))
    known = max(declared or Decimal(0), shared)
    minimum = exact(target.options.get("single_min_m2"))
    sites = named if named and shared >= (declared or 0) else [(known, known)]
    usable = known if minimum is None else sum((share for share, floor in sites if floor >= minimum), Decimal(0))
    if usable >= required:
        return "met", Decimal(0)
    if not sure or (declared is None and not named):
        return "unknown", None
    if minimum is not None and known >= ratio:
        return "below_minimum", least_growth(sites, minimum, required)
    return "below", required - known
