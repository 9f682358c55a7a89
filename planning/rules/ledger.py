"""Ledger: the list to work through (整改台账): who falls short, by how much, what helps, by when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from geodata.words import Lang
from planning.rules.attainment import FAILS, Attained, failing
from planning.rules.blocks import Piece
from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.estates import finding
from planning.rules.findings import CITY, Finding, Phrase, cited, word
from planning.rules.rates import amount, more
from planning.rules.verdicts import UNKNOWN

COLUMNS = (
    "object_id",
    "object_name",
    "layer",
    "rule_id",
    "rules",
    "gap",
    "unit",
    "reading",
    "falls_short",
    "permit_gap_m2",
    "today_gap_m2",
    "verdict",
    "measure",
    "due",
    "status",
    "force",
    "document",
    "document_no",
    "clause",
    "sentence",
)
DUTIES = ("binding", "expected")  # what is only encouraged is advice and stands in no ledger
LEDGER_RULES = ("ledger_open", "estate_shortfall", "estate_pass_rate")  # whose due day is that of residential areas


@dataclass(frozen=True, kw_only=True)
class Line:
    """One object that falls short: the finding that says so, the reading it is from, and every rule that says so too.

    ``falls_short`` tells by which readings. ``permit_gap`` and ``today_gap`` are what a residential area lacks by the
    reading of its permit day and by today's, in m2; None where it passes that reading. Other objects are judged by what
    is in force today.
    """

    finding: Finding
    rules: tuple[str, ...]
    reading: Literal["permit", "today"] = "today"
    falls_short: Literal["permit", "today", "both"] = "today"
    permit_gap: Decimal | None = None
    today_gap: Decimal | None = None


def lines(case: Case, findings: Iterable[Finding], all_: Attained | None) -> list[Line]:
    """Return one line per object and kind of failing; residential areas first.

    A residential area stands once: by the rule of its permit day where it fails that, else by today's.
    """
    found = [] if all_ is None else _areas(case, all_)
    grouped: dict[tuple[str, str, str], list[Finding]] = {}
    for fault in findings:
        duty = fault.rule.force in DUTIES and fault.layer in {"facilities", "districts", "candidates"}
        if duty and fault.verdict in FAILS and fault.object_id != CITY:
            options = fault.target.options
            kind = f"{fault.target.measure} {options.get('kinds', '')} {options.get('field', '')}"
            grouped.setdefault((fault.layer, fault.object_id, kind), []).append(fault)
    return found + [
        Line(
            finding=max(same, key=lambda fault: fault.gap or 0),
            rules=tuple(dict.fromkeys(fault.rule.id for fault in same)),
        )
        for same in grouped.values()
    ]


def _areas(case: Case, all_: Attained) -> list[Line]:
    by_permit, by_today = failing(all_.permit), failing(all_.today)
    rules = [(name, failing(by)) for name, by in all_.by_rule.items() if _standing(case, name)]
    found = []
    for place in np.flatnonzero(by_permit | by_today).tolist():
        then, now = bool(by_permit[place]), bool(by_today[place])
        one = (all_.permit if then else all_.today).verdicts.at(place)
        failed = [name for name, fails in rules if fails[place]]
        own = [] if one.need.rule.id in failed else [one.need.rule.id]
        found.append(
            Line(
                finding=_dated(case, finding(case, one)),
                rules=(*own, *failed),
                reading="permit" if then else "today",
                falls_short="both" if then and now else "permit" if then else "today",
                permit_gap=all_.permit.verdicts.at(place).gap_m2 if then else None,
                today_gap=all_.today.verdicts.at(place).gap_m2 if now else None,
            )
        )
    return found


def _standing(case: Case, rule_id: str) -> bool:
    """Tell whether a rule still stands: a preset past its term doesn't."""
    rule = case.profile.rule(rule_id)
    return rule is not None and not (rule.check and rule.lapsed(case.day))


def _dated(case: Case, one: Finding) -> Finding:
    """Give a residential area the due day that the documents set for putting areas right."""
    if one.target.due is not None:
        return one
    dues = [target.due for _, target in case.profile.asking(*LEDGER_RULES) if target.due is not None]
    if not dues:
        return one
    target = Target(**{**vars(one.target), "due": min(dues)})
    return Finding(**{**vars(one), "target": target})


def open_areas(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Piece]:
    """Count the existing residential areas still in the ledger; after the due day they are overdue."""
    today, existing = all_.today, all_.homes.owned == "existing"
    fails = int((failing(today) & existing).sum())
    unknown = int((today.needs.there & existing & (today.verdict == UNKNOWN)).sum())
    bare = int((existing & ~today.needs.there).sum())
    sure = fails > 0 or not (unknown or bare)
    return [
        amount(
            case,
            rule,
            target,
            "ledger_open",
            measured=Decimal(fails),
            sure=sure,
            failing=fails,
            unknown=more("more_unknown", unknown, counted=Phrase("counted_estates")),
            bare=more("more_bare", bare),
        )
    ]


def table(lines_: Iterable[Line], lang: Lang = "zh") -> pd.DataFrame:
    """Return the ledger as a table; ``status`` is overdue, due_later or no_due on the day of the study.

    ``reading`` tells which reading ``gap``, ``rule_id`` and the sentence are from: permit where a residential area
    fails that, else today. Added up over the residential areas, ``gap`` of the reading permit and ``permit_gap_m2``
    come to the gaps of the permit day in the estates table, ``today_gap_m2`` to today's. ``falls_short``: permit, today
    or both.
    """
    rows = []
    for line in lines_:
        one, document = line.finding, line.finding.rule.document
        rows.append(
            {
                "object_id": one.object_id,
                "object_name": one.object_name,
                "layer": one.layer,
                "rule_id": one.rule.id,
                "rules": ("、" if lang == "zh" else ", ").join(line.rules),
                "gap": _figure(one.gap),
                "unit": word(f"unit_{'points' if one.measured_unit == 'percent' else one.measured_unit}", lang),
                "reading": line.reading,
                "falls_short": line.falls_short,
                "permit_gap_m2": _figure(line.permit_gap),
                "today_gap_m2": _figure(line.today_gap),
                "verdict": one.verdict,
                "measure": word(MEASURE_WORDS.get(one.target.measure, "mend_other"), lang),
                "due": None if one.target.due is None else one.target.due.isoformat(),
                "status": one.due_status,
                "force": one.rule.force,
                "document": document.title if lang == "zh" else document.title_en,
                "document_no": document.number,
                "clause": cited(one.rule, lang),
                "sentence": one.sentence(lang),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _figure(gap: Decimal | None) -> float | None:
    return None if gap is None else float(round(gap, 4))


MEASURE_WORDS: Mapping[str, str] = {
    "estate_floor_area": "mend_estate",
    "estate_floor_area_per_1000": "mend_estate",
    "unit_presence": "mend_unit",
    "facility_functions": "mend_functions",
    "facility_range": "mend_size",
    "named_facilities": "mend_named",
    "nursing_bed_share": "mend_nursing",
    "occupancy_floor": "mend_occupancy",
    "carers": "mend_carers",
    "internal_clinic": "mend_clinic",
    "planned_near_medical": "mend_planned",
    "candidate_checks": "mend_premises",
    "network_levels": "mend_network",
}
