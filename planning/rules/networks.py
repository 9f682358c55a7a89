"""Networks: which levels of care each street has, how many persons each centre serves, where elders are densest."""

import math
from collections.abc import Mapping
from decimal import Decimal

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, exact
from planning.rules.units import any_of, inside_of, kinds_said

# what stands for each level of the network of four (SD-03); home is a service, not a building
LEVEL_KINDS: Mapping[str, tuple[str, ...]] = {
    "county": ("nursing_home", "welfare_home"),
    "street": ("street_center",),
    "community": ("day_care", "station", "embedded", "rural_mutual"),
}
SAID = {True: "yes", False: "no", None: "unknown"}


def persons_per_centre(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Compare residents per street centre with the advised number; a street without a centre is judged elsewhere."""
    inside: dict[str, int] = {}
    streets = case.holders("facilities", "street")
    for key in case.facility_ids(target.options["kinds"]):
        if key in streets:
            inside[streets[key]] = inside.get(streets[key], 0) + 1
    found = []
    for unit in case.units("street")[0]:
        population, centres = exact(case.rows("districts")[unit]["population"]), inside.get(unit, 0)
        named = {"layer": "districts", "object_id": unit, "object_name": case.name("districts", unit)}
        if not centres or population is None or target.value is None:
            verdict: Verdict = "not_applicable" if not centres else "unknown"
            found.append(case.finding(rule, target, f"persons_{verdict}", verdict, unit="persons", **named))
            continue
        each = population / centres
        over = max(Decimal(0), each - target.value)
        details = {"population": int(population), "centres": centres}
        verdict = "below" if over else "met"
        found.append(
            case.finding(
                rule,
                target,
                "persons_per_centre",
                verdict,
                measured=each,
                threshold=target.value,
                gap=over,
                unit="persons",
                **named,
                **details,
            )
        )
    return found


def network_levels(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """List for each street which of the four levels of the network are there: county, street, community, home."""
    found = []
    countys = case.holders("districts", "county")
    by_level = {level: _by_unit(case, case.holders("facilities", level)) for level in LEVEL_KINDS}
    for unit in case.units("street")[0]:
        county = countys.get(unit)
        here = by_level["street"].get(unit, [])
        in_county = None if county is None else by_level["county"].get(county, [])
        states = {
            "county": _any_open(case, LEVEL_KINDS["county"], in_county),
            "street": _any_open(case, LEVEL_KINDS["street"], here),
            "community": _any_open(case, LEVEL_KINDS["community"], here),
            "home": any_of([case.has_word(key, "functions", "上门服务") for key in here if case.opens[key] is True]),
        }
        there = sum(state is True for state in states.values())
        most = there + sum(state is None for state in states.values())
        value = target.value or Decimal(0)
        verdict: Verdict = "met" if there >= value else "unknown" if most >= value else "below"
        levels = [Phrase(f"network_{name}_{SAID[state]}") for name, state in states.items()]
        found.append(
            case.finding(
                rule,
                target,
                "network_levels",
                verdict,
                layer="districts",
                object_id=unit,
                object_name=case.name("districts", unit),
                measured=Decimal(there),
                threshold=value,
                gap=value - there if verdict == "below" else None,
                levels=levels,
            )
        )
    return found


def _by_unit(case: Case, holder: Mapping[str, str]) -> dict[str, list[str]]:
    """List the facilities of each district, in the table's order."""
    found: dict[str, list[str]] = {}
    for key in case.rows("facilities"):
        if key in holder:
            found.setdefault(holder[key], []).append(key)
    return found


def _any_open(case: Case, kinds: tuple[str, ...], keys: list[str] | None) -> bool | None:
    if keys is None:
        return None
    rows = case.rows("facilities")
    return any_of([case.opens[key] for key in keys if rows[key]["kind"] in kinds])


def dense_units(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """List the units where elders are densest and say whether they have a facility of the kind."""
    level = target.options["level"]
    metric = case.districts.geometry.area / 1e6
    km2 = {str(key): float(area) for key, area in zip(metric.index, metric, strict=True)}
    elders = {unit: _elders(case, level, unit) for unit in case.units(level)[0]}
    density = {unit: float(count) / km2[unit] for unit, count in elders.items() if count is not None and km2[unit] > 0}
    ranked = sorted(density, key=lambda unit: (-density[unit], unit))
    top = ranked[: math.ceil(len(ranked) * float(case.profile["dense_share"]) / 100)]
    inside = inside_of(case, target)
    found = []
    for unit in top:
        has = any_of([case.opens[key] for key in inside.get(unit, [])])
        verdict: Verdict = "met" if has else "unknown" if has is None else "below"
        number = Decimal(sum(case.opens[key] is True for key in inside.get(unit, [])))
        found.append(
            case.finding(
                rule,
                target,
                "dense_unit",
                verdict,
                layer="districts",
                object_id=unit,
                object_name=case.name("districts", unit),
                measured=number,
                threshold=target.value,
                gap=max(Decimal(0), (target.value or Decimal(0)) - number) if has is not None else None,
                density=Decimal(repr(round(density[unit], 1))),
                kinds=kinds_said(case, target),
            )
        )
    if not top:
        found.append(case.finding(rule, target, "dense_unknown", "unknown"))
    return found


def _elders(case: Case, level: str, unit: str) -> Decimal | None:
    own = exact(case.rows("districts")[unit]["elders_60"])
    if own is not None:
        return own
    column = "elders" if "elders" in case.residential else "elders_60"
    homes = [place for place, holder in case.holders("residential", level).items() if holder == unit]
    counts = [exact(case.rows("residential")[place][column]) for place in homes]
    known = [count for count in counts if count is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(counts) else None
