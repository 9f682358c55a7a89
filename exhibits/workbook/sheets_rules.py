"""Tables about rules: the ledger of what falls short (表5) and every target beside its figure (表7)."""

from collections.abc import Mapping

import pandas as pd

from exhibits.style import label
from exhibits.wording import spaced
from exhibits.workbook.sheet import Table, Total, column, dash
from geodata.words import Lang, say
from planning.rules.clauses import Rule
from planning.rules.findings import CITY, word
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
        column("object_id", lang, "link"),
        column("object_name", lang, wide=20),
        column("layer", lang),
        column("verdict", lang, "verdict"),
        column("gap", lang, "area", summed=True),
        column("unit", lang),
        column("measure", lang, "long", wide=36),
        column("due", lang),
        column("due_status", lang, "verdict"),
        column("force", lang),
        column("clause", lang, "long", wide=44),
        column("rules", lang, wide=18),
        column("sentence", lang, "long", wide=60),
    )
    units = list(dict.fromkeys(rows["unit"]))
    return Table(
        "ledger",
        say("doc_number", lang, number="5"),
        say("doc_title_ledger", lang),
        columns,
        rows,
        tuple(Total(say("doc_total_unit", lang, unit=unit), {"unit": unit}) for unit in units),
        (say("doc_note_ledger", lang, n=len(rows)),),
        {
            row: (TABLE_OF_LAYER[layer], str(key))
            for row, (layer, key) in enumerate(zip(found["layer"], found["object_id"], strict=True))
            if layer in TABLE_OF_LAYER
        },
    )


def indicators(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表7: every target with its current value, gap, force, clause and verdict."""
    if outcome.judgement is None:
        return None
    found = outcome.judgement.indicators(lang)
    profile = outcome.judgement.profile
    each = each_object(outcome, found, lang)
    bare = set(found["verdict"].unique()) & {"not_applicable", "no_rule"}
    asked = zip(found["relation"], found["target"], strict=True)
    rows = pd.DataFrame(
        {
            "rule_id": found["rule_id"],
            "part": [label("part", part, lang) if part else dash(lang) for part in found["part"]],
            "reading": found["reading"],
            "relation": [
                dash(lang) if pd.isna(value) or alone else relation_word(str(relation), lang)
                for (relation, value), alone in zip(asked, each, strict=True)
            ],
            "target": [
                say("doc_each_object", lang) if alone else dash(lang) if pd.isna(value) else value
                for value, alone in zip(found["target"], each, strict=True)
            ],
            "current": [
                dash(lang) if alone or (pd.isna(value) and verdict in bare) else value
                for value, verdict, alone in zip(found["current"], found["verdict"], each, strict=True)
            ],
            "gap": [
                dash(lang) if alone or (pd.isna(value) and verdict != "unknown") else value
                for value, verdict, alone in zip(found["gap"], found["verdict"], each, strict=True)
            ],
            "unit": [unit or dash(lang) for unit in found["unit"]],
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
        column("part", lang),
        column("reading", lang, "long", wide=44),
        column("relation", lang),
        column("target", lang, "number"),
        column("current", lang, "number"),
        column("gap", lang, "number"),
        column("unit", lang),
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


def each_object(outcome: Outcome, found: pd.DataFrame, lang: Lang) -> list[bool]:
    """Mark the targets that are judged object by object alone: no one figure stands for the whole study area."""
    assert outcome.judgement is not None
    rows = outcome.judgement.rules(lang)
    of_city = rows[rows["object_id"] == CITY]
    whole = set(zip(of_city["rule_id"], of_city["part"].fillna(""), strict=True))
    targets = zip(found["rule_id"], found["part"].fillna(""), found["judged"], strict=True)
    return [bool(judged) and (rule, part) not in whole for rule, part, judged in targets]


def relation_word(relation: str, lang: Lang) -> str:
    """Return how a figure must stand to its target, as planners write it."""
    return {">=": "≥", "<=": "≤", "about": say("doc_about", lang)}.get(relation, relation)
