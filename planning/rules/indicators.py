"""Indicators: figures the user enters, and the table that sets every target beside its current value."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from geodata.faults import Fault, InputError
from geodata.study import nearest_key
from geodata.words import Lang, catalogue
from planning.rules.blocks import Block, Piece
from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import CITY, Finding, Phrase, cited, due_status, said, word
from planning.rules.institutions import city_elders
from planning.rules.objects import Objects, objects
from planning.rules.profiles import PRESETS, Profile
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
COLUMNS = (
    "rule_id",
    "part",
    "reading",
    "relation",
    "target",
    "current",
    "unit",
    "gap",
    "gap_unit",
    "verdict",
    "force",
    "due",
    "due_status",
    "way",
    "strictest",
    "basis",
    "objects",
    "judged",
    "met",
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
    bare = Phrase("not_given")
    origin = Phrase("entered_from", {"on": one.on or bare, "source": one.source or bare})
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
    """Return one row per target of every rule: what is asked, what is there, how far off, how bindingly, by when.

    ``basis`` tells how ``target``, ``current`` and ``gap`` are to be read. ``total``: one figure of the study area, in
    ``unit``. ``objects``: the rule is judged object by object; ``target`` is the number judged, ``current`` the number
    that meets it (``unit`` says of what), ``gap`` what those that fail lack together, in ``gap_unit``, blank where
    gaps don't add up. ``objects`` counts all objects, ``judged`` those that meet or fail it.
    """
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
    document = rule.document
    row: dict[str, object] = {
        "rule_id": rule.id,
        "part": "" if target is None else target.part,
        "reading": rule.reading(lang),
        "relation": "" if target is None else target.relation,
        "force": rule.force,
        "due": None if target is None or target.due is None else target.due.isoformat(),
        "way": rule.way if target is None or not target.entered else "tracked",
        "strictest": strictest,
        "document": document.title if lang == "zh" else document.title_en,
        "document_no": document.number,
        "clause": rule.section,
    }
    if target is None:
        return row | _not_testable(rule, lang)
    alone = [one for one in found if isinstance(one, Block) or one.object_id != CITY]
    all_ = objects(rule, target, alone)
    row |= {"objects": all_.all, "judged": all_.judged, "met": all_.met, "below": all_.below}
    row["unknown"] = all_.verdicts["unknown"]
    lead = next((one for one in found if isinstance(one, Finding) and one.object_id == CITY), None)
    return row | (_of_objects(all_, found, lang) if lead is None else _of_city(target, lead, lang))


def _not_testable(rule: Rule, lang: Lang) -> dict[str, object]:
    why = rule.why.get(lang, "").rstrip("。.")
    figures = dict.fromkeys(("target", "current", "gap"))
    counts_ = dict.fromkeys(("objects", "judged", "met", "below", "unknown"), 0)
    sentence = ("，" if lang == "zh" else ", ").join(part for part in (why, cited(rule, lang)) if part)
    words = {"unit": "", "gap_unit": "", "basis": "", "due_status": "not_judged", "sentence": sentence}
    return {**figures, **counts_, **words, "verdict": "not_applicable"}


def _of_city(target: Target, lead: Finding, lang: Lang) -> dict[str, object]:
    """Set the study area's figure beside what is asked, both in the unit of what was measured."""
    asked, unit = (target.value, target.unit) if lead.threshold is None else (lead.threshold, lead.measured_unit)
    unit = unit if lead.measured is None else lead.measured_unit
    if unit != target.unit and lead.threshold is None:
        asked = None
    gap_unit = "points" if lead.measured_unit == "percent" else lead.measured_unit
    return {
        "target": None if asked is None else float(round(asked, 4)),
        "current": None if lead.measured is None else round(float(lead.measured), 4),
        "unit": word(f"unit_{unit}", lang),
        "gap": None if lead.gap is None else round(float(lead.gap), 4),
        "gap_unit": "" if lead.gap is None else word(f"unit_{gap_unit}", lang),
        "verdict": lead.verdict,
        "due_status": lead.due_status,
        "basis": "total",
        "sentence": lead.sentence(lang),
    }


def _of_objects(all_: Objects, found: list[Piece], lang: Lang) -> dict[str, object]:
    """Set the number of objects that meet it beside the number judged, and what the others lack together."""
    target = all_.target
    return {
        "target": all_.asked,
        "current": all_.current,
        "unit": said(all_.what, lang),
        "gap": all_.gap,
        "gap_unit": "" if all_.gap is None else word(f"unit_{all_.gap_unit}", lang),
        "verdict": all_.verdict,
        "due_status": due_status(all_.verdict, target.due, found[0].day) if found else "not_judged",
        "basis": "objects",
        "sentence": all_.sentence(lang),
    }


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
        colon, between = ("：", "；") if lang == "zh" else (": ", "; ")
        return between.join(f"{called(str(key), lang)}{colon}{spoken(one, lang)}" for key, one in value.items())
    if isinstance(value, bool):
        return word("yes" if value else "no", lang)
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(spoken(one, lang) for one in value)
    return called(value, lang) if isinstance(value, str) else said(value, lang)


def called(name: str, lang: Lang) -> str:
    """Return what planners call a kind, a class of distance or a basis; any other word as it stands."""
    known = catalogue()
    codes = (f"{group}_{name}" for group in ("kind", "near", "group", "basis", "chosen"))
    return next((word(code, lang) for code in codes if f"rule_{code}" in known), name)


def set_by(source: str, lang: Lang) -> str:
    """Say who set a parameter: the study, the presets, or the profile of the name given."""
    code = {"[rules]": "set_by_study", PRESETS: "set_by_preset"}.get(source)
    return source if code is None else word(code, lang)
