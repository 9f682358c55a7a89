"""Indicators: figures the user enters, and the table that sets every target beside its current value."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from geodata.faults import Fault, InputError
from geodata.study import nearest_key
from geodata.words import Lang
from planning.rules.blocks import Block, Piece
from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import CITY, Finding, Phrase, Verdict, cited, said, word
from planning.rules.institutions import city_elders
from planning.rules.profiles import Profile
from planning.rules.rates import amount

# what a bureau's own register may know better than the layers: an entered figure takes the computed one's place
ENTERABLE = frozenset(
    {
        "facility_count",
        "facility_share",
        "bed_total",
        "nursing_bed_share",
        "social_bed_share",
        "medical_mode_share",
        "occupancy",
    }
)
ORDER: tuple[Verdict, ...] = ("below", "below_minimum", "unknown", "met_pooled", "met", "no_rule", "not_applicable")
COLUMNS = (
    "rule_id",
    "part",
    "reading",
    "relation",
    "target",
    "current",
    "unit",
    "gap",
    "verdict",
    "force",
    "due",
    "due_status",
    "way",
    "strictest",
    "judged",
    "below",
    "unknown",
    "document",
    "document_no",
    "clause",
    "sentence",
)


@dataclass(frozen=True)
class Entered:
    """One figure the user entered: the value, of which day, from where."""

    value: Decimal
    on: dt.date | None = None
    source: str = ""


def read_entered(profile: Profile, given: Mapping[str, Any], *, source: str) -> dict[tuple[str, str], Entered]:
    """Read [indicators] of a study: ``SD-06 = 92``, or ``LY-12 = { communities = 2, stations = { value = 20 } }``."""
    faults: list[Fault] = []
    found: dict[tuple[str, str], Entered] = {}
    targets = {
        rule.id: {target.part: target for target in rule.targets if _enterable(target)} for rule in profile.rules
    }
    targets = {key: parts for key, parts in targets.items() if parts}
    for key, value in given.items():
        if key not in targets:
            details = {"nearest": nearest_key(key, tuple(targets))}
            column = f"indicators.{key}"
            faults.append(Fault(code="indicator_unknown", layer=source, column=column, value=value, details=details))
            continue
        parts = targets[key]
        by_part = {"": value} if set(parts) == {""} else value
        if not isinstance(by_part, dict) or set(by_part) - set(parts):
            wanted = "{ " + ", ".join(f"{part} = 100" for part in parts) + " }"
            faults.append(_wrong(source, f"indicators.{key}", value, wanted))
            continue
        for part, one in by_part.items():
            entered = _entered(one)
            where = f"indicators.{key}{'.' if part else ''}{part}"
            if entered is None:
                faults.append(_wrong(source, where, one, '100 / { value = 100, on = 2025-12-31, source = "..." }'))
            else:
                found[key, part] = entered
    if faults:
        raise InputError(faults)
    return found


def _enterable(target: Target) -> bool:
    return target.entered or target.measure in ENTERABLE


def _wrong(source: str, key: str, value: object, wanted: str) -> Fault:
    return Fault(code="indicator_value", layer=source, column=key, value=value, details={"wanted": wanted})


def _entered(given: object) -> Entered | None:
    table = given if isinstance(given, dict) else {"value": given}
    value, on, source = table.get("value"), table.get("on"), table.get("source", "")
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool) and 0 <= value < float("inf")
    if isinstance(on, dt.datetime) or not (on is None or isinstance(on, dt.date)):
        return None
    if not number or not isinstance(source, str) or set(table) - {"value", "on", "source"}:
        return None
    return Entered(Decimal(str(value)), on, source)


def entered(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge an entered figure; one that isn't entered is unknown."""
    one: Entered | None = case.indicators.get((rule.id, target.part))
    if one is None:
        key = f"{rule.id}.{target.part}" if target.part else rule.id
        return [case.finding(rule, target, "not_entered", "unknown", threshold=target.value, key=key)]
    origin = Phrase("entered_from", {"on": one.on or "-", "source": one.source or "-"})
    if target.measure != "entered_per_1000_elders":
        unit = Phrase(f"unit_{target.unit}")
        return [amount(case, rule, target, "entered", measured=one.value, sure=True, origin=origin, unit_said=unit)]
    elders = city_elders(case)
    if not elders:
        return [case.finding(rule, target, "elders_unknown", "unknown", threshold=target.value)]
    measured = 1000 * one.value / elders
    given, people = one.value, int(elders)
    return [
        amount(
            case,
            rule,
            target,
            "entered_per_1000",
            measured=measured,
            sure=True,
            entered=given,
            elders=people,
            origin=origin,
        )
    ]


def with_entered(case: Case, rule: Rule, target: Target, computed: list[Finding]) -> list[Finding]:
    """Put an entered figure in the place of the computed one for the study area; objects keep their own findings."""
    if target.measure not in ENTERABLE or (rule.id, target.part) not in case.indicators:
        return computed
    return [*entered(case, rule, target), *(one for one in computed if one.object_id != CITY)]


def table(profile: Profile, findings: Iterable[Piece], lang: Lang = "zh") -> pd.DataFrame:
    """Return one row per target of every rule: what is asked, what is there, how far off, how bindingly, by when."""
    by_target: dict[tuple[str, str], list[Piece]] = {}
    for one in findings:
        by_target.setdefault((one.rule.id, one.target.part), []).append(one)
    strictest = _strictest(profile)
    rows = []
    for rule in profile.rules:
        if not rule.targets:
            rows.append(_row(rule, None, [], lang, strictest=False))
        for target in rule.targets:
            found = by_target.get((rule.id, target.part), [])
            rows.append(_row(rule, target, found, lang, strictest=(rule.id, target.part) in strictest))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(rule: Rule, target: Target | None, found: list[Piece], lang: Lang, *, strictest: bool) -> dict[str, object]:
    verdict, lead = summed(found)
    judged = counts(found)
    value = None if target is None or target.value is None else float(target.value)
    if lead is not None and lead.object_id != CITY and lead.threshold is not None:
        value = float(round(lead.threshold, 4))  # in the unit of what is measured there
    why = rule.why.get(lang, "") if target is None or lead is None else ""
    current = None if lead is None or lead.measured is None else round(float(lead.measured), 4)
    sentence = (
        lead.sentence(lang) if lead is not None else ("，" if lang == "zh" else ", ").join((why, cited(rule, lang)))
    )
    return {
        "rule_id": rule.id,
        "part": "" if target is None else target.part,
        "reading": rule.reading(lang),
        "relation": "" if target is None else target.relation,
        "target": value,
        "current": current,
        "unit": "" if target is None else word(f"unit_{lead.measured_unit if lead else target.unit}", lang),
        "gap": None if lead is None or lead.gap is None else round(float(lead.gap), 4),
        "verdict": verdict,
        "force": rule.force,
        "due": None if target is None or target.due is None else target.due.isoformat(),
        "due_status": "not_judged" if lead is None else lead.due_status,
        "way": rule.way if target is None or not target.entered else "tracked",
        "strictest": strictest,
        "judged": judged.total(),
        "below": judged["below"] + judged["below_minimum"],
        "unknown": judged["unknown"],
        "document": rule.document.title if lang == "zh" else rule.document.title_en,
        "document_no": rule.document.number,
        "clause": rule.section,
        "sentence": sentence,
    }


def counts(found: list[Piece]) -> Counter[Verdict]:
    """Count the verdicts on objects."""
    number: Counter[Verdict] = Counter()
    for one in found:
        if isinstance(one, Block):
            number += one.counts()
        elif one.object_id != CITY:
            number[one.verdict] += 1
    return number


def summed(found: list[Piece]) -> tuple[Verdict, Finding | None]:
    """Return the verdict of a whole target and the finding that says it: the study area's, else the worst object's."""
    lead = next((one for one in found if isinstance(one, Finding) and one.object_id == CITY), None)
    if lead is None:
        worst = [one.worst(ORDER) if isinstance(one, Block) else one for one in found]
        if not worst:
            return "not_applicable", None
        lead = min(worst, key=lambda one: ORDER.index(one.verdict))
    return lead.verdict, lead


def _strictest(profile: Profile) -> set[tuple[str, str]]:
    """Mark, among targets that ask the same of the same, the one that asks most; the profile's own among equals."""
    best: dict[tuple[object, ...], tuple[Decimal, tuple[str, str]]] = {}
    for rule in profile.rules:
        for target in rule.targets:
            value = max(target.by_class.values()) if target.by_class else target.value
            if value is None or target.entered:
                continue
            kept = {
                key: one for key, one in target.options.items() if key not in {"rules", "implied_beds", "implied_share"}
            }
            same = (target.measure, target.unit, target.relation, repr(sorted(kept.items())))
            asks = -value if target.relation.startswith("<") else value
            if same not in best or asks > best[same][0]:
                best[same] = (asks, (rule.id, target.part))
    return {name for _, name in best.values()}


def spoken(value: object, lang: Lang) -> str:
    """Say a parameter's value in a table."""
    if isinstance(value, dict):
        return "; ".join(f"{key} = {spoken(one, lang)}" for key, one in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return said(value, lang)
