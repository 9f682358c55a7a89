"""Premises: candidates for new facilities against the clauses on what may be used, and how easily."""

from decimal import Decimal

import pandas as pd

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, exact


def kind(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Say which candidates a clause names as usable; one it doesn't name is not thereby excluded."""
    found = []
    for key, row in case.rows("candidates").items():
        said = "" if pd.isna(row["kind"]) else str(row["kind"])
        words = [near for word in target.options["words"] for near in case.profile.synonyms(word)]
        named = any(word in said for word in words)
        verdict: Verdict = "unknown" if not said else "met" if named else "not_applicable"
        code = "premises_unknown" if not said else "premises_named" if named else "premises_other"
        found.append(_finding(case, rule, target, key, code, verdict, kind=said, words=list(target.options["words"])))
    return found


def area(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Say which candidates convert with fewer papers: small ones (the limit is inside) or part of a building."""
    found = []
    for key, row in case.rows("candidates").items():
        floor, storey = exact(row["floor_area_m2"]), row["floor"]
        part = not pd.isna(storey) and bool(str(storey).strip())
        limit = target.value or Decimal(0)
        if part:
            found.append(
                _finding(
                    case, rule, target, key, "premises_part", "met", measured=floor, threshold=limit, floor=str(storey)
                )
            )
        elif floor is None:
            found.append(_finding(case, rule, target, key, "premises_area_unknown", "unknown", threshold=limit))
        else:
            small = floor <= limit
            code = "premises_small" if small else "premises_large"
            verdict: Verdict = "met" if small else "not_applicable"
            found.append(_finding(case, rule, target, key, code, verdict, measured=floor, threshold=limit))
    return found


def checks(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Check access, fire and environment; the table has no column for the environment, so that stays to be checked."""
    found = []
    for key, row in case.rows("candidates").items():
        states = {name: None if pd.isna(row[name]) else bool(row[name]) for name in ("accessible", "fire_ok")}
        failed = [Phrase(f"check_{name}") for name, state in states.items() if state is False]
        verdict: Verdict = "below" if failed else "unknown"
        listed = failed or [Phrase(f"check_{name}") for name, state in states.items() if state is None]
        listed = listed if failed else [*listed, Phrase("check_environment")]
        code = "premises_fail" if failed else "premises_to_check"
        found.append(_finding(case, rule, target, key, code, verdict, checks=listed))
    return found


def _finding(case: Case, rule: Rule, target: Target, key: str, code: str, verdict: Verdict, **given: object) -> Finding:
    name = case.name("candidates", key)
    return case.finding(rule, target, code, verdict, layer="candidates", object_id=key, object_name=name, **given)
