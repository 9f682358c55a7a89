"""Staffing: who owns and runs a home, its carers, its clinic and its medical service."""

from decimal import Decimal

import pandas as pd

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, ceiling
from planning.rules.rates import names, rate
from planning.rules.units import any_of


def runs(case: Case, key: str) -> str | None:
    """Say who runs a facility, social or public; None where the operator's name doesn't tell."""
    if case.has_word(key, "operator", "社会运营"):
        return "social"
    return "public" if case.has_word(key, "operator", "公办") else None


def owns(case: Case, key: str) -> str | None:
    """Say who owns a facility, public or private; a publicly built home is public whoever runs it."""
    if case.has_word(key, "operator", "公办"):
        return "public"
    return "private" if case.has_word(key, "operator", "民办") else None


def carers(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge carers by resident class; where classes aren't known, by the least and the most that could be needed."""
    per = [Decimal(one) for one in target.options["elders_per_carer"]]
    classes = case.profile.parameters.get("residents")
    found = []
    for key in case.facility_ids(target.options["kinds"]):
        named = {
            "layer": "facilities",
            "object_id": key,
            "object_name": case.name("facilities", key),
            "unit": "persons",
        }
        if owns(case, key) != "public":
            if owns(case, key) is None:
                found.append(case.finding(rule, target, "carers_owner_unknown", "unknown", **named))
            continue
        has, living = case.number(key, "carers"), case.number(key, "residents")
        three = None if classes is None else classes.value.get(key)
        if three is not None:
            counts = [Decimal(one) for one in three]
            least = most = sum((ceiling(one, ratio) for one, ratio in zip(counts, per, strict=True)), Decimal(0))
            need = Phrase(
                "carers_by_class",
                {"disabled": int(counts[0]), "partly": int(counts[1]), "able": int(counts[2]), "need": int(least)},
            )
        elif living is not None:
            least, most = ceiling(living, max(per)), ceiling(living, min(per))
            need = Phrase("carers_bounds", {"residents": int(living), "least": int(least), "most": int(most)})
        else:
            found.append(case.finding(rule, target, "carers_unknown", "unknown", **named))
            continue
        if has is None:
            verdict: Verdict = "unknown"
        else:
            verdict = "met" if has >= most else "below" if has < least else "unknown"
        gap = {"met": Decimal(0), "below": least - (has or 0)}.get(verdict)
        said = Phrase("carers_not_given") if has is None else Phrase("carers_given", {"has": int(has)})
        found.append(
            case.finding(
                rule, target, "carers", verdict, measured=has, threshold=least, gap=gap, need=need, has=said, **named
            )
        )
    return found


def internal_clinic(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge whether homes above a size have a clinic of their own; advice where the clause only supports it."""
    options = target.options
    found = []
    for key in case.facility_ids(options["kinds"]):
        named = {"layer": "facilities", "object_id": key, "object_name": case.name("facilities", key)}
        asked = (
            [_from(case.number(key, "beds"), options["beds_from"])]
            if "beds_from" in options
            else _by_owner(case, target, key)
        )
        must = any_of(asked)
        if must is False:
            continue
        has = case.has_word(key, "medical_mode", "内设医疗")
        verdict: Verdict = (
            "unknown" if must is None and not has else "met" if has else "unknown" if has is None else "below"
        )
        code = "clinic_size_unknown" if must is None and not has else "clinic_unknown" if has is None else "clinic"
        measured = None if has is None else Decimal(int(has))
        gap = None if verdict == "unknown" or measured is None else 1 - measured
        details = {"beds": _text(case.number(key, "beds")), "residents": _text(case.number(key, "residents"))}
        found.append(
            case.finding(
                rule, target, code, verdict, measured=measured, threshold=Decimal(1), gap=gap, **details, **named
            )
        )
    return found


def _by_owner(case: Case, target: Target, key: str) -> list[bool | None]:
    owner = owns(case, key)
    public = _from(case.number(key, "residents"), target.options["public_residents_from"])
    private = _from(case.number(key, "beds"), target.options["private_beds_from"])
    if owner is None:
        return [False] if public is False and private is False else [None]
    return [public if owner == "public" else private]


def _from(number: Decimal | None, first: Decimal) -> bool | None:
    return None if number is None else number >= first


def _text(number: Decimal | None) -> str | Phrase:
    return Phrase("not_given") if number is None else f"{int(number):,}"


def medical_share(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge the share of homes that give medical service in some form, and list those without."""
    states: dict[str, bool | None] = {}
    for key in case.facility_ids(target.options["kinds"], states=(True, None)):
        none = _says_none(case, key)
        states[key] = None if none is None or case.opens[key] is None else not none
    missing = [key for key, state in states.items() if state is False]
    remark = Phrase("lacking_names", {"names": names(case, "facilities", missing)}) if missing else Phrase("empty")
    met, unknown = (sum(state is one for state in states.values()) for one in (True, None))
    return [
        rate(
            case,
            rule,
            target,
            Phrase("what_medical"),
            part=met,
            whole=met + len(missing),
            unknown=unknown,
            remark=remark,
        )
    ]


def _says_none(case: Case, key: str) -> bool | None:
    mode = case.rows("facilities")[key]["medical_mode"]
    return None if pd.isna(mode) or not str(mode).strip() else str(mode).strip() in case.profile.synonyms("无医疗")
