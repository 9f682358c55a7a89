"""Facilities: how many there are of a kind, which functions they have, how large they are, which are named."""

from decimal import Decimal
from typing import Any

import pandas as pd

from planning.rules.case import Case, day_of
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict
from planning.rules.rates import amount, listed, more, names, rate
from planning.rules.units import all_of, any_of


def qualifies(case: Case, target: Target, facility: str) -> bool | None:
    """Tell whether a facility is what the target counts: open, of its words, its window, its size, its urban part."""
    options = target.options
    checks: list[bool | None] = [case.opens[facility]]
    if options.get("words"):
        checks.append(any_of([case.has_word(facility, "functions", word) for word in options["words"]]))
    opened = day_of(case.rows("facilities")[facility]["opened_on"])
    if "opened_from" in options:
        checks.append(None if opened is None else opened >= options["opened_from"])
    if "opened_until" in options:
        checks.append(None if opened is None else opened <= options["opened_until"])
    if "field_from" in options:
        number = case.number(facility, options["field"])
        checks.append(None if number is None else number >= options["field_from"])
    if "urban" in options:
        checks.append(_urban(case, facility, wanted=options["urban"]))
    return all_of(checks)


def _urban(case: Case, facility: str, *, wanted: bool) -> bool | None:
    for level in ("community", "street"):
        unit = case.holders("facilities", level).get(facility)
        if unit is not None and unit in case.rows("districts"):
            urban = case.rows("districts")[unit]["urban"]
            if not pd.isna(urban):
                return bool(urban) is wanted
    return None


def _of_kinds(case: Case, target: Target) -> list[str]:
    return case.facility_ids(target.options.get("kinds"), states=(True, False, None))


def _what(case: Case, target: Target) -> Phrase:
    options = target.options
    kinds = case.profile.kinds(options.get("kinds", []))
    words = [Phrase("quoted", {"word": word}) for word in options.get("words", [])]
    since, until = options.get("opened_from"), options.get("opened_until")
    window = {(True, True): "opened_between", (True, False): "opened_since", (False, True): "opened_until"}
    opened = window.get((since is not None, until is not None), "empty")
    details = {"kinds": [*(Phrase(f"kind_{kind}") for kind in kinds), *words]}
    return Phrase("what_facilities", {**details, "opened": Phrase(opened, {"since": since, "until": until})})


def count(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Count facilities; one about which something isn't known is neither counted nor left out for certain."""
    states = {key: qualifies(case, target, key) for key in _of_kinds(case, target)}
    counted = [key for key, state in states.items() if state]
    unsure = sum(state is None for state in states.values())
    details: dict[str, Any] = {
        "what": _what(case, target),
        "unsure": more("more_unsure", unsure),
        "names": listed(names(case, "facilities", counted)),
    }
    measured = Decimal(len(counted))
    if target.options.get("contradicted"):
        return [
            case.finding(
                rule, target, "count_contradicted", "no_rule", measured=measured, threshold=target.value, **details
            )
        ]
    found = amount(case, rule, target, "count", measured=measured, sure=not unsure, **details)
    if not counted and target.options.get("words") and not any(state is None for state in states.values()):
        found = _nobody_says(case, rule, target, found)
    return [found]


def _nobody_says(case: Case, rule: Rule, target: Target, found: Finding) -> Finding:
    """No facility carries the words at all: nothing shows that they were ever recorded, so nothing is failed."""
    said = Phrase("words", {"words": [word for one in target.options["words"] for word in case.profile.synonyms(one)]})
    return case.finding(
        rule, target, "count_unrecorded", "unknown", threshold=found.threshold, words=said, what=_what(case, target)
    )


def having(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge the share of facilities that have at least one word of every function asked."""
    states: dict[str, bool | None] = {}
    for key in case.facility_ids(target.options["kinds"], states=(True, None)):
        has = [case.has_word(key, "functions", word) for word in target.options["functions"]]
        state = all_of(has)
        states[key] = None if case.opens[key] is None else state
    missing = [key for key, state in states.items() if state is False]
    what = Phrase("what_functions", {"words": list(target.options["functions"])})
    remark = Phrase("lacking_names", {"names": names(case, "facilities", missing)}) if missing else Phrase("empty")
    met = sum(state is True for state in states.values())
    unknown = sum(state is None for state in states.values())
    return [rate(case, rule, target, what, part=met, whole=met + len(missing), unknown=unknown, remark=remark)]


def functions(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Check each facility's functions one by one."""
    found = []
    for key in case.facility_ids(target.options["kinds"]):
        has = {word: case.has_word(key, "functions", word) for word in target.options["functions"]}
        lacking = [word for word, state in has.items() if state is False]
        unknown = None in has.values()
        measured = None if unknown else Decimal(len(has) - len(lacking))
        verdict: Verdict = "unknown" if unknown else "below" if lacking else "met"
        found.append(
            case.finding(
                rule,
                target,
                "functions_unknown" if unknown else "functions",
                verdict,
                layer="facilities",
                object_id=key,
                object_name=case.name("facilities", key),
                measured=measured,
                threshold=target.value,
                gap=None if measured is None else Decimal(len(lacking)),
                asked=list(has),
                lacking=lacking or ["-"],
            )
        )
    return found


def size(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge one figure of each facility against its least; more than the usual most is only pointed out."""
    field, most = target.options["field"], target.options.get("most")
    return [
        _size(case, rule, target, key, case.number(key, field), most)
        for key in case.facility_ids(target.options["kinds"])
    ]


def _size(case: Case, rule: Rule, target: Target, key: str, number: Decimal | None, most: Decimal | None) -> Finding:
    named = {"layer": "facilities", "object_id": key, "object_name": case.name("facilities", key)}
    field = Phrase(f"field_{target.options['field']}")
    if number is None or target.value is None:
        return case.finding(rule, target, "size_unknown", "unknown", threshold=target.value, field=field, **named)
    over = most is not None and number > most
    remark = (
        Phrase("size_over", {"most": Decimal(most), "unit": Phrase(f"unit_{target.unit}")})
        if over and most
        else Phrase("empty")
    )
    good = number >= target.value
    return case.finding(
        rule,
        target,
        "size",
        "met" if good else "below",
        measured=number,
        threshold=target.value,
        gap=max(Decimal(0), target.value - number),
        field=field,
        unit_said=Phrase(f"unit_{target.unit}"),
        remark=remark,
        **named,
    )


def named(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Find the projects a document names among the facilities, by the name's own characters; the best match counts."""
    found = []
    for name in target.options["names"]:
        keys = [key for key in _of_kinds(case, target) if name in case.name("facilities", key)]
        states = {key: _named_state(case, target, key) for key in keys}
        state = any_of(list(states.values())) if keys else None
        best = next((key for key in keys if states[key]), keys[0] if keys else None)
        verdict: Verdict = "met" if state else "unknown" if state is None else "below"
        number = None if best is None or "field" not in target.options else case.number(best, target.options["field"])
        measured = number if "field" in target.options else None if best is None else Decimal(1 if state else 0)
        value = target.value or Decimal(0)
        status = (
            "unknown"
            if best is None or pd.isna(case.rows("facilities")[best]["status"])
            else case.rows("facilities")[best]["status"]
        )
        found.append(
            case.finding(
                rule,
                target,
                "named_none" if best is None else "named",
                verdict,
                layer="facilities",
                object_id=best or f"name:{name}",
                object_name=name,
                measured=measured,
                threshold=value,
                gap=None if measured is None or verdict == "unknown" else max(Decimal(0), value - measured),
                name=name,
                facility="-" if best is None else case.name("facilities", best),
                status=Phrase(f"status_{status}"),
                figure=Phrase("named_figure", {"number": number, "unit": Phrase(f"unit_{target.unit}")})
                if number is not None
                else Phrase("empty"),
            )
        )
    return found


def _named_state(case: Case, target: Target, key: str) -> bool | None:
    status = case.rows("facilities")[key]["status"]
    if target.options.get("stage") == "planned":
        checks: list[bool | None] = [None if pd.isna(status) else status in {"planned", "building", "open"}]
    else:
        checks = [case.opens[key]]
    checks += [case.has_word(key, "functions", word) for word in target.options.get("words", [])]
    if "field" in target.options:
        number = case.number(key, target.options["field"])
        checks.append(None if number is None else number >= (target.value or 0))
    return all_of(checks)
