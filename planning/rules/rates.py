"""Rates: how many of a whole meet something, with what isn't known kept apart: unknown is never a pass."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, compared, meets, share, short_of

FACILITIES = Phrase("counted_facilities")
NAMES_SHOWN = 12  # in a sentence; the whole list is in the rows of the objects themselves


def rate(
    case: Case,
    rule: Rule,
    target: Target,
    what: Phrase,
    *,
    part: Decimal | int,
    whole: Decimal | int,
    unknown: Decimal | int = 0,
    part_most: Decimal | int | None = None,
    remark: Phrase | None = None,
    named: Mapping[str, str] | None = None,
    counted: Phrase = FACILITIES,
) -> Finding:
    """Judge part / whole in per cent.

    Parameters
    ----------
    part, whole : number
        What meets it, and all that is known.
    unknown : number
        What isn't known, beside ``whole``: the verdict holds only when it holds whichever way that falls.
    part_most : number
        The most ``part`` could be within ``whole`` itself (beds of unknown type); ``part`` where left out.
    counted : Phrase
        What ``whole`` counts, for the sentence.
    """
    most, of = part if part_most is None else part_most, dict(named or {})
    details = {
        "what": what,
        "part": part,
        "whole": whole,
        "counted": counted,
        "unknown": more("more_unknown", unknown, counted=counted),
        "remark": remark or Phrase("empty"),
    }
    if whole + unknown == 0:
        return case.finding(rule, target, "rate_of_none", "not_applicable", what=what, **of)
    if whole == 0:
        return case.finding(rule, target, "rate_unknown", "unknown", threshold=target.value, **details, **of)
    if unknown and part == whole:  # no 100 % is printed while anything is unknown
        least = share(part, whole + unknown)
        verdict, gap = _verdict(case, target, share(part, whole), least, Decimal(100))
        if verdict == "met":  # even if none of the others does: that much is known
            return case.finding(
                rule, target, "rate_at_least", verdict, measured=least, threshold=target.value, gap=gap, **details, **of
            )
        return case.finding(rule, target, "rate_open", verdict, threshold=target.value, **details, **of)
    measured = share(part, whole)
    verdict, gap = _verdict(
        case, target, measured, share(part, whole + unknown), share(most + unknown, whole + unknown)
    )
    return case.finding(
        rule, target, "rate", verdict, measured=measured, threshold=target.value, gap=gap, **details, **of
    )


def _verdict(
    case: Case, target: Target, measured: Decimal, least: Decimal, most: Decimal
) -> tuple[Verdict, Decimal | None]:
    if target.value is None:
        return "no_rule", None
    band = case.profile["occupancy_band"]
    ends = {meets(target.relation, one, target.value, band) for one in (least, most)}
    if ends == {True}:
        return "met", Decimal(0)
    if ends == {False} and not (target.relation == "about" and least < target.value < most):
        return "below", short_of(target.relation, measured, target.value)
    return "unknown", None


def more(code: str, count: Decimal | int, **details: object) -> Phrase:
    """Say how many more there are of which something isn't known; nothing where there is none."""
    return Phrase(code, {"n": count, **details}) if count else Phrase("empty")


def said_share(percent: Decimal | None) -> Phrase:
    """Say a percentage, or that none is given."""
    return Phrase("no_share") if percent is None else Phrase("share", {"percent": percent})


def listed(names_: list[str]) -> Phrase:
    """Put names in brackets; nothing where there is none."""
    return Phrase("listed", {"names": names_}) if names_ else Phrase("empty")


def names(case: Case, layer: str, keys: list[str]) -> list[str]:
    """Return names for a sentence, the first of a long list."""
    shown = [case.name(layer, key) for key in keys[:NAMES_SHOWN]]
    return shown if len(keys) <= NAMES_SHOWN else [*shown, "…"]


def amount(
    case: Case,
    rule: Rule,
    target: Target,
    code: str,
    *,
    measured: Decimal,
    sure: bool,
    may_be_more: bool = False,
    named: Mapping[str, str] | None = None,
    **given: Any,  # noqa: ANN401 - figures and phrases of the sentence
) -> Finding:
    """Judge a number against the target; what isn't sure passes only where more could not change it."""
    value = target.value
    if value is None:
        return case.finding(rule, target, code, "no_rule", measured=measured, **given, **(named or {}))
    relation = compared(target.relation, target.unit)
    good = meets(relation, measured, value, case.profile["occupancy_band"])
    verdict: Verdict = "met" if good else "below"
    grows = relation in {">=", ">", "about or more"}
    if (not sure and not (good and grows)) or (may_be_more and not good):
        verdict = "unknown"
    gap = {"met": Decimal(0), "below": short_of(relation, measured, value)}.get(verdict)
    return case.finding(
        rule, target, code, verdict, measured=measured, threshold=value, gap=gap, **given, **(named or {})
    )
