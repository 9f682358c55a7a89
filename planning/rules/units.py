"""Units: counties, streets and communities that have the facility they must have (建有率), one by one and as a rate.

Presence says nothing about walking: the documents' 100 % targets count administrative units, and so does this.
"""

from decimal import Decimal

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, exact
from planning.rules.rates import names, rate


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
    inside, perhaps = inside_of(case, target), _named_so(case, target)
    found, has = [], {}
    for unit in units:
        has[unit], one = _unit(case, rule, target, unit, inside.get(unit, []), perhaps.get(unit, []))
        found.append(one)
    missing = [unit for unit in units if has[unit] is False]
    unknown = sum(state is None for state in has.values()) + len(doubtful)
    remark = Phrase("units_missing_names", {"names": names(case, "districts", missing)}) if missing else Phrase("empty")
    met = sum(state is True for state in has.values())
    whole = met + len(missing)
    named = {"level": Phrase(f"level_{level}")}
    what = Phrase("what_presence", {**named, "kinds": kinds_said(case, target), "needed": _needed(target)})
    counted = Phrase("counted_units", named)
    total = rate(case, rule, target, what, part=met, whole=whole, unknown=unknown, remark=remark, counted=counted)
    return [total, *found]


def kinds_said(case: Case, target: Target) -> list[Phrase]:
    """Return the kinds that a target asks for, to be said."""
    return [Phrase(f"kind_{kind}") for kind in case.profile.kinds(target.options["kinds"])]


def _needed(target: Target) -> Phrase:
    """Say what a facility must be beside its kind: large enough, with functions, units, an operator, medical care."""
    options, asked = target.options, []
    if "min_area_m2" in options:
        asked.append(Phrase("needs_area", {"area": options["min_area_m2"]}))
    if options.get("functions"):
        asked.append(Phrase("needs_functions", {"words": list(options["functions"])}))
    special = [Phrase("needs_words", {"words": list(options["words"])})] if options.get("words") else []
    special += [Phrase(f"field_{options['field']}")] if "field" in options else []
    if special:
        either = special[0] if len(special) == 1 else Phrase("needs_or", {"one": special[0], "other": special[1]})
        asked.append(Phrase("needs_either", {"either": either}))
    if "operator" in options:
        asked.append(Phrase("needs_operator", {"operator": options["operator"]}))
    if options.get("medical"):
        asked.append(Phrase("needs_medical"))
    return Phrase("needs", {"asked": asked}) if asked else Phrase("empty")


def inside_of(case: Case, target: Target) -> dict[str, list[str]]:
    """Return the objects of the kinds asked for that lie in each unit of the target's level."""
    layer, level = target.options.get("layer", "facilities"), target.options["level"]
    kinds = set(case.profile.kinds(target.options["kinds"]))
    inside: dict[str, list[str]] = {}
    for key, unit in case.holders(layer, level).items():
        if case.rows(layer)[key]["kind"] in kinds:
            inside.setdefault(unit, []).append(key)
    return inside


def _named_so(case: Case, target: Target) -> dict[str, list[str]]:
    """Return by unit the facilities whose names say what the rule looks for in another layer.

    A nursing hospital (护理院) listed among facilities may be a home that calls itself so, or have the licence.
    """
    words, found = target.options.get("names", ()), dict[str, list[str]]()
    for key, unit in case.holders("facilities", target.options["level"]).items():
        name = case.name("facilities", key)
        if case.opens[key] is not False and any(word in name for word in words):
            found.setdefault(unit, []).append(name)
    return found


def _unit(
    case: Case, rule: Rule, target: Target, unit: str, keys: list[str], perhaps: list[str]
) -> tuple[bool | None, Finding]:
    checks = {key: _checks(case, target, key) for key in keys}
    states = {key: all_of(list(one.values())) for key, one in checks.items()}
    has = any_of(list(states.values()))
    good = [key for key, state in states.items() if state]
    layer = target.options.get("layer", "facilities")
    has = None if has is False and perhaps else has
    if has:
        why = Phrase("unit_has", {"names": names(case, layer, good)})
    elif perhaps:
        why = Phrase("unit_named_so", {"names": perhaps})
    elif not keys:
        why = Phrase("unit_has_none")
    else:  # what the best of them lacks
        best = min(keys, key=lambda key: (sum(state is not True for state in checks[key].values()), keys.index(key)))
        lacks = [_lack(target, name, state=state) for name, state in checks[best].items() if state is not True]
        why = Phrase("unit_lacks", {"name": case.name(layer, best), "lacks": lacks})
    judged: Verdict = "no_rule" if target.value is None else "met" if has else "below"
    verdict: Verdict = "unknown" if has is None else judged
    details = {
        "where": case.name("districts", unit),
        "kinds": kinds_said(case, target),
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
    special: list[bool | None] = [_says(case, key, word) for word in options.get("words", [])]
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


def _says(case: Case, key: str, word: str) -> bool | None:
    """Tell whether a facility's functions or its name say a word; None where only the name is there and doesn't."""
    named = any(one in case.name("facilities", key) for one in case.profile.synonyms(word))
    return True if named else case.has_word(key, "functions", word)


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
