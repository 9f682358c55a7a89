"""Quota: what a rule asks of each residential area, and how much elder-care area it already has.

How the two sources of existing area combine: ``built_elder_area_m2`` is what the area itself declares; facilities whose
``serves`` names it bring their share. The same rooms often stand in both tables, so the larger of the two sums counts,
never their total. A facility that names several areas is split among them by what each must have; the shares add up to
the facility. Facilities that name nobody count only through pooling. Planned, closed and not yet open ones never count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Phrase, ceiling, exact

State = Literal["required", "unknown", "no_rule", "not_applicable"]
HOUSEHOLDS, PERSONS = "estate_floor_area", "estate_floor_area_per_1000"


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


def need_of(
    case: Case, row: Mapping[str, Any], rule: Rule, target: Target, *, owned: str | None, rural: bool
) -> Need | None:
    """Return what the rule asks of one residential area, with the arithmetic; None where it doesn't speak of its class.

    The figures of all areas at once are in ``needs``.
    """

    def nothing(state: State, code: str) -> Need:
        return Need(state=state, rule=rule, target=target, sum=Phrase(code))

    if owned is not None and owned not in target.by_class:
        return None
    if rural:
        return nothing("not_applicable", "estate_rural")
    households, persons = exact(row["households"]), exact(row["population"])
    counts_persons = target.measure != HOUSEHOLDS and persons is not None and owned is not None
    if households is None and not counts_persons:
        return nothing("unknown", "estate_no_households")
    if households == 0:
        return nothing("not_applicable", "estate_zero_households")
    if owned is None:
        return nothing("unknown", "estate_no_class")
    rate = target.by_class[owned]
    counted = 100 * ceiling(households, 100) if households is not None and case.profile["ceil_hundred"] else households
    if target.measure == HOUSEHOLDS and counted is not None:
        ratio = counted * rate / 100
        details = {"households": int(counted), "rate": rate, "required": ratio}
        added = Phrase("estate_sum_households", details)
    else:
        ratio, added = _per_1000(case, persons, counted, rate)
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


def _per_1000(case: Case, persons: Decimal | None, households: Decimal | None, rate: Decimal) -> tuple[Decimal, Phrase]:
    if persons is not None:
        ratio = persons * rate / 1000
        details = {"persons": int(persons), "rate": rate, "required": ratio}
        if households is None:
            return ratio, Phrase("estate_sum_persons_alone", details)
        return ratio, Phrase("estate_sum_persons", {**details, "per_100": 100 * ratio / households})
    assert households is not None, "neither persons nor households"
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
    return case.profile.asking(HOUSEHOLDS, PERSONS)


def counts(case: Case, facility: str) -> bool:
    """Tell whether a facility's area counts to the quota: its own flag, else its kind."""
    row = case.rows("facilities")[facility]
    if not pd.isna(row["counts_to_quota"]):
        return bool(row["counts_to_quota"])
    return row["kind"] in case.profile["counted_kinds"]
