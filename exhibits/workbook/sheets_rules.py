"""Tables about rules: the ledger of what falls short (表5) and every target beside its figure (表7)."""

import math
from collections.abc import Mapping

import pandas as pd

from exhibits.style import label
from exhibits.workbook.sheet import Table, Total, column, dash, told
from geodata.words import Lang, say
from geodata.words.numbers import grouped, spaced
from planning.rules.clauses import Rule
from planning.rules.findings import word
from planning.rules.profiles import Profile
from scenarios.outcome import Outcome

# the table of the workbook that holds the objects of a layer
TABLE_OF_LAYER: Mapping[str, str] = {
    "residential": "places",
    "facilities": "facilities",
    "districts": "districts",
    "candidates": "sites",
}
FAILS = frozenset({"below", "below_minimum"})


def traced(profile: Profile, rule_id: object, lang: Lang) -> str:
    """Return rule id, document, number and clause, so that a verdict can be traced; a dash where no rule applies."""
    rule = None if pd.isna(rule_id) else profile.rule(str(rule_id))  # type: ignore[call-overload]  # a scalar
    return dash(lang) if rule is None else trace(rule, lang)


def trace(rule: Rule, lang: Lang) -> str:
    """Return rule id, document, number and clause of one rule, and what a reviewer must know of its standing."""
    document = rule.document
    title = document.title if lang == "zh" else document.title_en
    number = say("doc_number_of_document", lang, number=document.number) if document.number else ""
    remark = say("doc_unverified", lang) if rule.unverified else ""
    if not document.statutory and not rule.check:
        remark = say("doc_template", lang)
    return say("doc_trace", lang, rule=rule.id, title=title, number=number, clause=rule.section, remark=remark).strip()


def ledger(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表5: who falls short of what, by how much, what helps, by when; residential areas first."""
    if outcome.judgement is None:
        return None
    found = outcome.judgement.ledger(lang)
    profile = outcome.judgement.profile
    rows = pd.DataFrame(
        {
            "object_id": found["object_id"].astype("str"),
            "object_name": found["object_name"].astype("str"),
            "layer": [label("layer_word", str(layer), lang) for layer in found["layer"]],
            "by_reading": [say(f"st_reading_{one}", lang) for one in found["falls_short"]],
            **{
                f"{name}_gap_m2": [dash(lang) if pd.isna(gap) else gap for gap in found[f"{name}_gap_m2"]]
                for name in ("permit", "today")
            },
            "verdict": [word(f"verdict_{verdict}", lang) for verdict in found["verdict"]],
            "gap": found["gap"],
            "unit": found["unit"],
            "measure": found["measure"],
            "due": [say("doc_no_due", lang) if pd.isna(due) else due for due in found["due"]],
            "due_status": [say(f"doc_due_{status}", lang) for status in found["status"]],
            "force": [say(f"doc_force_{force}", lang) for force in found["force"]],
            "clause": [traced(profile, rule_id, lang) for rule_id in found["rule_id"]],
            "rules": found["rules"],
            "sentence": found["sentence"].map(spaced),
        }
    )
    columns = (
        column("object_id", lang, "link", wide=20),
        column("object_name", lang, wide=20),
        column("layer", lang),
        column("by_reading", lang),
        column("verdict", lang, "verdict"),
        column("gap", lang, "number"),
        column("unit", lang),
        column("permit_gap_m2", lang, "area", summed=True),
        column("today_gap_m2", lang, "area", summed=True),
        column("measure", lang, "long", wide=36),
        column("due", lang),
        column("due_status", lang, "verdict"),
        column("force", lang),
        column("clause", lang, "long", wide=44),
        column("rules", lang, wide=18),
        column("sentence", lang, "long", wide=60),
    )
    return Table(
        "ledger",
        say("doc_number", lang, number="5"),
        say("doc_title_ledger", lang),
        columns,
        rows,
        (Total(say("doc_total_gap", lang)),),
        (say("doc_note_ledger", lang, n=grouped(len(rows))), reconciled(outcome, found, lang)),
        {
            row: (TABLE_OF_LAYER[layer], str(key))
            for row, (layer, key) in enumerate(zip(found["layer"], found["object_id"], strict=True))
            if layer in TABLE_OF_LAYER
        },
    )


def reconciled(outcome: Outcome, found: pd.DataFrame, lang: Lang) -> str:
    """Say how the gaps of residential areas here stand to the sums of 表1: the same, or by how much they differ."""
    figures: dict[str, object] = {}
    agrees = True
    for name in ("permit", "today"):
        mine, all_ = found[f"{name}_gap_m2"].dropna().astype("float64"), fallen_short(outcome, name)
        agrees &= len(mine) == len(all_) and math.isclose(mine.sum(), all_.sum(), abs_tol=0.05)
        figures |= {f"{name}_n": grouped(len(mine)), f"{name}_m2": grouped(mine.sum(), 1)}
        figures |= {f"{name}_all_n": grouped(len(all_)), f"{name}_all_m2": grouped(all_.sum(), 1)}
    return say("doc_note_ledger_sums" if agrees else "doc_note_ledger_differs", lang, **figures)


def fallen_short(outcome: Outcome, reading: str) -> pd.Series:
    """Return the gaps (m2) of the residential areas that fall short by one reading, as 表1 sums them."""
    assert outcome.judgement is not None
    estates = outcome.judgement.estates
    return estates.loc[estates[f"{reading}_verdict"].isin(FAILS), f"{reading}_gap_m2"].astype("float64")


def indicators(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表7: every target with its current value, gap, force, clause and verdict."""
    if outcome.judgement is None:
        return None
    found = outcome.judgement.indicators(lang)
    profile = outcome.judgement.profile
    rows = pd.DataFrame(
        {
            "rule_id": found["rule_id"],
            "part": [label("part", part, lang) if part else dash(lang) for part in found["part"]],
            "reading": found["reading"],
            "relation": [
                dash(lang) if pd.isna(target) else relation_word(str(relation), str(basis), lang)
                for relation, target, basis in zip(found["relation"], found["target"], found["basis"], strict=True)
            ],
            "target": [dash(lang) if pd.isna(value) else value for value in found["target"]],
            "current": told(list(found["current"]), list(found["verdict"]), lang),
            "unit": [unit or dash(lang) for unit in found["unit"]],
            "gap": [
                dash(lang) if pd.isna(value) and verdict != "unknown" else value
                for value, verdict in zip(found["gap"], found["verdict"], strict=True)
            ],
            "gap_unit": [unit or dash(lang) for unit in found["gap_unit"]],
            "verdict": [word(f"verdict_{verdict}", lang) for verdict in found["verdict"]],
            "force": [say(f"doc_force_{force}", lang) for force in found["force"]],
            "due": [say("doc_no_due", lang) if pd.isna(due) else due for due in found["due"]],
            "way": [say(f"doc_way_{way.replace(' ', '_')}", lang) for way in found["way"]],
            "judged": found["judged"],
            "below": found["below"],
            "unknown": found["unknown"],
            "clause": [traced(profile, rule_id, lang) for rule_id in found["rule_id"]],
            "sentence": found["sentence"].map(spaced),
        }
    )
    columns = (
        column("rule_id", lang),
        column("part", lang, wide=18),
        column("reading", lang, "long", wide=44),
        column("relation", lang),
        column("target", lang, "number"),
        column("current", lang, "number"),
        column("unit", lang, wide=16),
        column("gap", lang, "number"),
        column("gap_unit", lang),
        column("verdict", lang, "verdict"),
        column("force", lang),
        column("due", lang),
        column("way", lang),
        column("judged", lang, "count"),
        column("below", lang, "count"),
        column("unknown", lang, "count"),
        column("clause", lang, "long", wide=44),
        column("sentence", lang, "long", wide=60),
    )
    notes = (say("doc_note_indicators", lang, title=profile.title(lang)),)
    return Table(
        "indicators",
        say("doc_number", lang, number="7"),
        say("doc_title_indicators", lang),
        columns,
        rows,
        (),
        notes,
    )


def relation_word(relation: str, basis: str, lang: Lang) -> str:
    """Return how a figure must stand to its target, as planners write it; where each is judged, all must do."""
    if basis == "objects":
        return say("doc_each_object", lang)
    return {">=": "≥", "<=": "≤", "about": say("doc_about", lang)}.get(relation, relation)
