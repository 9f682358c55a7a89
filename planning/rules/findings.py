"""Finding: one rule judged for one object, with the figures, the verdict and the sentence that defends it."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Literal, NamedTuple

import pandas as pd

from geodata.words import Lang, say
from planning.rules.clauses import Rule, Target

Verdict = Literal["met", "met_pooled", "below", "below_minimum", "unknown", "no_rule", "not_applicable"]
DueStatus = Literal["met", "due_later", "overdue", "no_due", "unknown", "not_judged"]
COLUMNS = (
    "rule_id",
    "object_id",
    "object_name",
    "measured",
    "threshold",
    "unit",
    "gap",
    "verdict",
    "due",
    "document",
    "clause",
    "sentence",
    "part",
    "layer",
    "document_no",
    "force",
    "due_status",
    "unverified",
)
SMALL = Decimal("0.01")
# the placeholders of words/rules.toml that hold square metres
AREAS = frozenset(
    {"required", "known", "declared", "named", "area", "minimum", "per_100", "there_m2", "counted_m2", "floor"}
)
CITY = "city"  # the object of a rule that judges the whole study area


class Phrase(NamedTuple):
    """A message inside a message, said in the language of the sentence."""

    code: str
    details: Mapping[str, object] = {}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule, or one part of it, judged for one object on one day."""

    rule: Rule
    target: Target
    day: dt.date
    layer: str  # residential, facilities, districts, candidates; empty for the whole study area
    object_id: str = CITY
    object_name: str = ""
    code: str  # the message in words/rules.toml that holds the arithmetic
    details: Mapping[str, object] = field(default_factory=dict)
    verdict: Verdict
    measured: Decimal | None = None
    threshold: Decimal | None = None
    gap: Decimal | None = None
    unit: str = ""  # of measured, threshold and gap; the target's own where empty

    @property
    def measured_unit(self) -> str:
        """Return the unit of measured, threshold and gap."""
        return self.unit or self.target.unit

    @property
    def due_status(self) -> DueStatus:
        """Compare the verdict with the due day: the due day itself is still in time."""
        return due_status(self.verdict, self.target.due, self.day)

    def sentence(self, lang: Lang = "zh") -> str:
        """Say the arithmetic, the verdict, the due day and where the rule is written."""
        parts = [
            said(Phrase(self.code, self.details), lang),
            self._verdict(lang),
            self._due(lang),
            cited(self.rule, lang),
        ]
        return ("，" if lang == "zh" else ", ").join(part for part in parts if part)

    def _verdict(self, lang: Lang) -> str:
        if self.verdict in {"below", "below_minimum"} and self.gap is not None and self.gap > 0:
            if self.threshold == 0 and self.target.relation in {
                "<=",
                "<",
            }:  # the sum is the gap, and has just been said
                return word(f"verdict_{self.verdict}", lang)
            two_sided = compared(self.target.relation, self.measured_unit) == "about"
            code = {"<=": "over", "<": "over", "about": "off" if two_sided else self.verdict}.get(
                self.target.relation, self.verdict
            )
            if self.measured_unit == "percent":
                code = f"{code}_points"
            gap = area(self.gap) if self.measured_unit == "m2" else self.gap
            short = {"gap": gap, "unit": Phrase(f"unit_{self.measured_unit}")}
            return said(Phrase(f"verdict_{code}_by", short), lang)
        usable = self.verdict == "met" and self.rule.kind == "siting"
        return word("verdict_usable" if usable else f"verdict_{self.verdict}", lang)

    def _due(self, lang: Lang) -> str:
        if self.due_status not in {"overdue", "due_later"}:
            return ""
        return word(f"due_{self.due_status}", lang, due=self.target.due)


def due_status(verdict: Verdict, due: dt.date | None, day: dt.date) -> DueStatus:
    """Compare a verdict of a day with the due day: the due day itself is still in time."""
    if verdict in {"met", "met_pooled"}:
        return "met"
    if verdict in {"no_rule", "not_applicable"}:
        return "not_judged"
    if verdict == "unknown":
        return "unknown"
    if due is None:
        return "no_due"
    return "overdue" if day > due else "due_later"


def cited(rule: Rule, lang: Lang = "zh") -> str:
    """Return number (or title) and section of the clause, with what a reviewer must know about its standing."""
    document = rule.document
    title = f"《{document.title}》" if lang == "zh" else document.title_en
    source = document.number or title
    remarks = [word("cited_unverified", lang)] if rule.unverified else []
    if not document.statutory and not rule.check:
        remarks.append(word("cited_template", lang))
    tail = f"（{'；'.join(remarks)}）" if lang == "zh" else f" ({'; '.join(remarks)})"
    return f"{source} {rule.section}{tail if remarks else ''}"


def word(code: str, lang: Lang = "zh", **details: object) -> str:
    """Say a message of words/rules.toml; its codes carry ``rule_`` in front there, for codes are one list for all."""
    return say(f"rule_{code}", lang, **details)


def said(value: object, lang: Lang) -> str:
    """Say any value of a sentence: figures with thousands, shares of lists joined, phrases in their language."""
    if isinstance(value, str):
        return value
    if isinstance(value, Phrase):
        details = {
            key: area(one) if key in AREAS and isinstance(one, Decimal) else said(one, lang)
            for key, one in value.details.items()
        }
        return word(value.code, lang, **details)
    if isinstance(value, Decimal):
        return figure(value)
    if isinstance(value, Rule):
        return cited(value, lang)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if value is None:
        return "-"
    if not isinstance(value, Sequence):
        return str(value)
    return ("、" if lang == "zh" else ", ").join(said(one, lang) for one in value)


def area(value: Decimal) -> str:
    """Write square metres: one decimal at least and as many as there are, up to four, thousands separated."""
    text = f"{value.quantize(Decimal('0.0001'), rounding=ROUND_HALF_EVEN):,f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def figure(value: Decimal) -> str:
    """Write any other figure: two decimals at most, four where two would show nothing, thousands separated."""
    small = abs(value) < SMALL
    text = f"{value.quantize(Decimal('0.0001') if small else SMALL, rounding=ROUND_HALF_EVEN):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: object) -> Decimal | None:
    """Return a number of a table as the decimal it was written as; None where it is missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, Decimal):
        return value
    number = float(value)  # type: ignore[arg-type]  # numpy and pandas numbers
    if number.is_integer():
        return Decimal(int(number))
    return None if math.isnan(number) else Decimal(repr(number)).normalize() + 0


def share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """Return a percentage as an exact fraction's decimal, to 28 digits."""
    return Decimal(100) * Decimal(part) / Decimal(whole)


def ceiling(part: Decimal, whole: Decimal | int) -> Decimal:
    """Return part / whole rounded up to a whole number (Decimal's // rounds towards zero)."""
    return (part / Decimal(whole)).to_integral_value(ROUND_CEILING)


def compared(relation: str, unit: str) -> str:
    """Return how figures of a unit are compared: about so many things asks for nearly as many, and more is no breach.

    About so many per cent is a limit on both sides.
    """
    return "about or more" if relation == "about" and unit != "percent" else relation


def meets(relation: str, measured: Decimal, value: Decimal, band: Decimal = Decimal(0)) -> bool:
    """Compare; the value itself meets ``>=`` and ``<=`` and fails ``>`` and ``<``; ``about`` allows ``band``."""
    if relation == "about":
        return abs(measured - value) <= band
    if relation == "about or more":
        return measured >= value - band
    return {">=": measured >= value, ">": measured > value, "<=": measured <= value, "<": measured < value}[relation]


def short_of(relation: str, measured: Decimal, value: Decimal) -> Decimal:
    """Return how far ``measured`` is from meeting the value, from 0."""
    if relation in {"<=", "<"}:
        return max(Decimal(0), measured - value)
    return abs(measured - value) if relation == "about" else max(Decimal(0), value - measured)


def table(findings: Iterable[Finding], lang: Lang = "zh") -> pd.DataFrame:
    """Return findings as the rows of rules.csv: the columns of the contract first, then what was added."""
    return pd.DataFrame([row(one, lang) for one in findings], columns=list(COLUMNS))


def row(one: Finding, lang: Lang) -> tuple[object, ...]:
    """Return one row of rules.csv."""
    return (
        one.rule.id,
        one.object_id,
        one.object_name,
        _float(one.measured),
        _float(one.threshold),
        word(f"unit_{one.measured_unit}", lang),
        _float(one.gap),
        one.verdict,
        None if one.target.due is None else one.target.due.isoformat(),
        one.rule.document.title if lang == "zh" else one.rule.document.title_en,
        one.rule.section,
        one.sentence(lang),
        one.target.part,
        one.layer,
        one.rule.document.number,
        one.rule.force,
        one.due_status,
        one.rule.unverified,
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(round(value, 4))
