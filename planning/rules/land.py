"""Land: elder-care land against what each person of the planning area must have."""

from decimal import Decimal

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, exact
from planning.rules.institutions import city_elders
from planning.rules.rates import amount, more

# homes and centres stand on plots of their own; a blank site area there is a missing figure. Rooms in other buildings
# (stations, day care, meals, aids) have no plot, and a blank there is none.
OWN_PLOT = ("nursing_home", "welfare_home", "street_center", "embedded", "rural_mutual")


def land_per_person(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge elder-care land of the study area, then of each county, against land per person."""
    found = [_area(case, rule, target, None)]
    counties = case.units("county")[0]
    return found + ([_area(case, rule, target, unit) for unit in counties] if len(counties) > 1 else [])


def _area(case: Case, rule: Rule, target: Target, county: str | None) -> Finding:
    named: dict[str, str] = {}
    if county is not None:
        named = {"layer": "districts", "object_id": county, "object_name": case.name("districts", county)}
    people, basis = _people(case, county)
    rate = target.value or Decimal(0)
    if people is None:
        return case.finding(rule, target, "land_people_unknown", "unknown", unit="m2", **named)
    holder = case.holders("facilities", "county") if county is not None else {}
    have, missing = Decimal(0), 0
    for key in case.facility_ids(None, states=(True, None)):
        if county is not None and holder.get(key) != county:
            continue
        plot = case.number(key, "site_area_m2")
        if case.opens[key] and plot is not None:
            have += plot
        elif plot is not None or case.rows("facilities")[key]["kind"] in OWN_PLOT:
            missing += 1
    required = rate * people
    each = have / people if people else Decimal(0)
    by_area = Target(**{**vars(target), "value": required, "unit": "m2"})
    return amount(
        case,
        rule,
        by_area,
        "land",
        measured=have,
        sure=not missing,
        people=int(people),
        basis=Phrase(f"basis_{basis}"),
        rate=rate,
        required=required,
        hectares=more("land_short", max(Decimal(0), required - have) / 10000),
        each=round(each, 4),
        missing=more("land_missing", missing),
        named=named,
    )


def _people(case: Case, county: str | None) -> tuple[Decimal | None, str]:
    """Return who the land is for, and how that is known; None where it isn't."""
    if case.profile["land_per"] == "elder":
        if county is None:
            return city_elders(case), "elders"
        return exact(case.rows("districts")[county]["elders_60"]), "elders"
    counties = {key: row for key, row in case.rows("districts").items() if row["level"] == "county"}
    listed = [counties[county]] if county is not None else list(counties.values())
    populations = [exact(row["population"]) for row in listed]
    known = [one for one in populations if one is not None]
    if known and len(known) == len(populations):
        return sum(known, Decimal(0)), "districts"
    if county is not None:
        return None, "districts"
    return _of_homes(case)


def _of_homes(case: Case) -> tuple[Decimal | None, str]:
    total, sized = Decimal(0), False
    for row in case.rows("residential").values():
        persons, households = exact(row["population"]), exact(row["households"])
        if persons is None and households is None:
            return None, "residential"
        sized = sized or persons is None
        total += persons if persons is not None else (households or Decimal(0)) * case.profile["household_size"]
    return (total, "household_size" if sized else "residential") if total else (None, "residential")
