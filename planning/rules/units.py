"""Units: counties, streets and communities that have the facility they must have (建有率), one by one and as a rate.

Presence says nothing about walking: the documents' 100 % targets count administrative units, and so does this.
"""

import math
from collections.abc import Mapping
from decimal import Decimal

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, exact
from planning.rules.rates import names, rate

# what stands for each level of the network of four (SD-03); home is a service, not a building
LEVEL_KINDS: Mapping[str, tuple[str, ...]] = {
    "county": ("nursing_home", "welfare_home"),
    "street": ("street_center",),
    "community": ("day_care", "station", "embedded", "rural_mutual"),
}
SAID = {True: "yes", False: "no", None: "unknown"}


def all_of(states: list[bool | None]) -> bool | None:
    """Return True when all are, False when any isn't, None when that isn't known."""
    if False in states:
        return False
    return None if None in states else True


def any_of(states: list[bool | None]) -> bool | None:
    """Return True when any is, False when none is, None when that isn't known."""
    if True in states:
        return True
    return None if None in states else False


def presence(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge each unit of the rule's level, then the share of units that have what they must."""
    level, urban = target.options["level"], target.options.get("urban")
    units, doubtful = case.units(level, urban=urban)
    if not units and not doubtful:
        details = {"level": Phrase(f"level_{level}")}
        listed = any(row["level"] == level for row in case.rows("districts").values())
        code, verdict = ("units_none", "not_applicable") if listed else ("units_missing", "unknown")
        return [Finding(rule=rule, target=target, day=case.day, layer="", code=code, details=details, verdict=verdict)]  # type: ignore[arg-type]  # both are verdicts
    inside = _inside(case, target)
    found, has = [], {}
    for unit in units:
        has[unit], one = _unit(case, rule, target, unit, inside.get(unit, []))
        found.append(one)
    missing = [unit for unit in units if has[unit] is False]
    unknown = sum(state is None for state in has.values()) + len(doubtful)
    remark = Phrase("units_missing_names", {"names": names(case, "districts", missing)}) if missing else Phrase("empty")
    met = sum(state is True for state in has.values())
    whole = met + len(missing)
    what = Phrase("what_presence", {"level": Phrase(f"level_{level}"), "kinds": _kinds(case, target)})
    total = rate(case, rule, target, what, part=met, whole=whole, unknown=unknown, remark=remark)
    return [total, *found]


def _kinds(case: Case, target: Target) -> list[Phrase]:
    return [Phrase(f"kind_{kind}") for kind in case.profile.kinds(target.options["kinds"])]


def _inside(case: Case, target: Target) -> dict[str, list[str]]:
    layer, level = target.options.get("layer", "facilities"), target.options["level"]
    kinds = set(case.profile.kinds(target.options["kinds"]))
    inside: dict[str, list[str]] = {}
    for key, unit in case.holders(layer, level).items():
        if case.rows(layer)[key]["kind"] in kinds:
            inside.setdefault(unit, []).append(key)
    return inside


def _unit(case: Case, rule: Rule, target: Target, unit: str, keys: list[str]) -> tuple[bool | None, Finding]:
    checks = {key: _checks(case, target, key) for key in keys}
    states = {key: all_of(list(one.values())) for key, one in checks.items()}
    has = any_of(list(states.values()))
    good = [key for key, state in states.items() if state]
    layer = target.options.get("layer", "facilities")
    if has:
        why = Phrase("unit_has", {"names": names(case, layer, good)})
    elif not keys:
        why = Phrase("unit_has_none")
    else:  # what the best of them lacks
        best = min(keys, key=lambda key: (sum(state is not True for state in checks[key].values()), keys.index(key)))
        lacks = [_lack(target, name, state=state) for name, state in checks[best].items() if state is not True]
        why = Phrase("unit_lacks", {"name": case.name(layer, best), "lacks": lacks})
    verdict: Verdict = (
        "met" if has else "unknown" if has is None else "below" if target.value is not None else "no_rule"
    )
    details = {
        "where": case.name("districts", unit),
        "kinds": _kinds(case, target),
        "why": why,
        "remark": _advice(case, target, unit),
    }
    return has, case.finding(
        rule,
        target,
        "unit_presence",
        verdict,
        layer="districts",
        object_id=unit,
        object_name=case.name("districts", unit),
        measured=None if has is None else Decimal(len(good)),
        threshold=Decimal(1),
        gap=None if verdict == "no_rule" else Decimal(1 - min(1, len(good))) if has is not None else None,
        unit="places",
        **details,
    )


def _checks(case: Case, target: Target, key: str) -> dict[str, bool | None]:
    """Return what a facility must be for its unit to have it: open, large enough, with the functions asked."""
    options = target.options
    if options.get("layer") == "medical":
        return {"open": True}
    checks: dict[str, bool | None] = {"open": case.opens[key]}
    if "min_area_m2" in options:
        floor = case.number(key, "floor_area_m2")
        checks["area"] = None if floor is None else floor >= options["min_area_m2"]
    for word in options.get("functions", []):
        checks[f"function {word}"] = case.has_word(key, "functions", word)
    special: list[bool | None] = [case.has_word(key, "functions", word) for word in options.get("words", [])]
    if "field" in options:
        beds = case.number(key, options["field"])
        special.append(None if beds is None else beds > 0)
    if special:
        checks["special"] = any_of(special)
    if "operator" in options:
        checks["operator"] = case.has_word(key, "operator", options["operator"])
    if options.get("medical"):
        none = case.has_word(key, "medical_mode", "无医疗")
        checks["medical"] = None if none is None else not none
    return checks


def _lack(target: Target, name: str, *, state: bool | None) -> Phrase:
    """Name one thing a facility lacks, or that isn't known of it."""
    known = "lack" if state is False else "lack_unknown"
    if name.startswith("function "):
        return Phrase(f"{known}_function", {"word": name.removeprefix("function ")})
    details = {
        "area": {"area": target.options.get("min_area_m2", "")},
        "special": {"words": target.options.get("words", [])},
    }
    return Phrase(f"{known}_{name}", details.get(name, {}))


def _advice(case: Case, target: Target, unit: str) -> Phrase:
    population = exact(case.rows("districts")[unit]["population"])
    many = target.options.get("advise_population")
    if many is None or population is None or population < many:
        return Phrase("empty")
    return Phrase("advise_more_beds", {"population": int(population), "many": int(many)})


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
    inside = _inside(case, target)
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
                kinds=_kinds(case, target),
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
