"""Tables that reviewers ask for first: parameters and data basis (表8), sensitivity (表8-2), data quality (表8-3)."""

from collections.abc import Iterator

import pandas as pd

from exhibits.classes import shown_groups
from exhibits.quality import column_text, parameter_rows, value_text
from exhibits.style import label
from exhibits.wording import parameter_text, set_by, system_text, walker_source
from exhibits.workbook.sheet import Column, Kind, Table, column
from geodata.faults import Severity
from geodata.words import Lang, say
from planning.totals import minutes
from scenarios.outcome import Outcome
from scenarios.summary import LEFT_OUT

COLUMNS = ("topic", "item", "value", "remark", "source")


def basis(outcome: Outcome, lang: Lang, left_out: tuple[str, ...] = ()) -> Table:
    """Return 表8: every parameter and source that a figure hangs on, and what was left out."""
    rows = [
        *study_rows(outcome, lang),
        *walking_rows(outcome, lang),
        *source_rows(outcome, lang),
        *quality_rows(outcome, lang),
        *rule_rows(outcome, lang),
        *left_rows(outcome, lang, left_out),
    ]
    columns = (
        column("topic", lang, wide=14),
        column("item", lang, "long", wide=34),
        column("value", lang, "long", wide=44),
        column("remark", lang, "long", wide=60),
        column("source", lang, wide=24),
    )
    return Table(
        "basis",
        say("doc_number", lang, number="8"),
        say("doc_title_basis", lang),
        columns,
        pd.DataFrame(rows, columns=list(COLUMNS)),
        (),
        (say("doc_note_basis", lang),),
    )


Row = tuple[str, str, str, str, str]


def study_rows(outcome: Outcome, lang: Lang) -> Iterator[Row]:
    """Yield what the study is: its name, day, rules and file."""
    study, topic = outcome.city.study, say("doc_topic_study", lang)
    day = study.day.isoformat() if study.day else say("doc_no_day", lang)
    policy = outcome.judgement.profile.title(lang) if outcome.judgement else say("doc_no_policy", lang)
    yield topic, say("doc_item_name", lang), study.name, "", study.path.name
    yield topic, say("doc_item_day", lang), day, say("doc_item_day_remark", lang), study.path.name
    yield topic, say("doc_item_policy", lang), policy, study.policy, study.path.name
    yield topic, say("doc_item_fingerprint", lang), outcome.fingerprint, say("doc_item_fingerprint_remark", lang), ""


def walking_rows(outcome: Outcome, lang: Lang) -> Iterator[Row]:
    """Yield who walks, how far, from which doors, and what each facility group counts."""
    topic = say("doc_topic_walking", lang)
    for item, value in parameter_rows(outcome, lang):
        remark = walker_source(outcome.profile, lang) if item == say("param_speed", lang) else ""
        yield topic, item, value, remark, ""
    for door, number in outcome.summary["city"]["doors"].items():
        named = say("doc_item_unconnected", lang) if door == "unconnected" else label("door", door, lang)
        yield topic, say("doc_item_doors", lang, door=named), str(number), "", ""
    topic = say("doc_topic_groups", lang)
    for group in shown_groups(outcome):
        kinds = "、" if lang == "zh" else ", "
        members = kinds.join(label("kind", kind, lang) for kind in outcome.groups[group])
        yield topic, label("group", group, lang), members, say("doc_item_group_remark", lang), ""


def source_rows(outcome: Outcome, lang: Lang) -> Iterator[Row]:
    """Yield every file that was read, with its coordinate system, rows and hash."""
    topic = say("doc_topic_sources", lang)
    for row in outcome.city.sources.to_dict("records"):
        number = "" if pd.isna(row["rows"]) else say("doc_rows", lang, n=row["rows"])
        system = system_text(row["system"], lang) if row["system"] else ""
        value = " · ".join(part for part in (str(row["path"]), system, number) if part)
        digest = f"SHA-256 {row['sha256']}" if row["sha256"] else ""
        yield topic, label("layer_word", str(row["layer"]), lang), value, str(row["note"] or ""), digest


def quality_rows(outcome: Outcome, lang: Lang) -> Iterator[Row]:
    """Yield how many faults and doubts there are of each severity."""
    topic = say("doc_topic_quality", lang)
    for severity in Severity:
        number = outcome.summary["quality"][severity.value]
        yield topic, say(f"severity_{severity.value}", lang).strip(), str(number), "", say("doc_see_quality", lang)


def rule_rows(outcome: Outcome, lang: Lang) -> Iterator[Row]:
    """Yield every parameter of the rules, and where the documents contradict each other."""
    if outcome.judgement is None:
        return
    topic = say("doc_topic_rules", lang)
    for row in outcome.judgement.parameters(lang).to_dict("records"):
        yield (
            topic,
            str(row["name"]),
            parameter_text(row["value"], lang),
            str(row["meaning"]),
            set_by(row["source"], lang),
        )
    topic = say("doc_topic_contradictions", lang)
    for row in outcome.judgement.contradictions(lang).to_dict("records"):
        yield topic, str(row["id"]), str(row["rules"]), str(row["remark"]), ""


def left_rows(outcome: Outcome, lang: Lang, left_out: tuple[str, ...]) -> Iterator[Row]:
    """Yield what isn't here because data are missing."""
    topic = say("doc_topic_left_out", lang)
    for sentence in missing_layers(outcome, lang):
        yield topic, say("doc_item_layer", lang), sentence, "", ""
    for sentence in left_out:
        yield topic, say("doc_item_part", lang), sentence, "", ""


def missing_layers(outcome: Outcome, lang: Lang) -> tuple[str, ...]:
    """Say for every layer that was not given what can't be computed without it."""
    return tuple(say(code, lang) for layer, code in LEFT_OUT.items() if layer not in outcome.city.given)


def sensitivity(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表8-2: elders within the limit at each speed and limit, along streets and by air."""
    found = outcome.sensitivity
    if not len(found):
        return None
    rows = pd.DataFrame(
        {
            "group": [label("group", str(group), lang) for group in found["group"]],
            "speed": found["speed_m_s"],
            "limit": found["limit_min"],
            "circle": found["circle_m"],
            "within": found["elders_within"],
            "known": found["elders_known"],
            "left_out": found["elders_left_out"],
            "straight": found["elders_straight"],
        }
    )
    columns = (
        column("group", lang, wide=12),
        column("speed", lang, "number"),
        column("limit", lang, "number"),
        column("circle", lang, "count"),
        column("within", lang, "count"),
        column("known", lang, "count"),
        column("left_out", lang, "count"),
        Column("share", say("doc_col_share", lang), "share", share_of=("within", "known", "left_out")),
        column("straight", lang, "count"),
        Column(
            "straight_share", say("doc_col_straight_share", lang), "share", share_of=("straight", "known", "left_out")
        ),
    )
    note = say("doc_note_sensitivity", lang, speed=f"{outcome.profile.speed_m_s:g}", most=minutes(outcome.limits_s[-1]))
    return Table(
        "sensitivity",
        say("doc_number", lang, number="8-2"),
        say("doc_title_sensitivity", lang),
        columns,
        rows,
        (),
        (note,),
    )


def quality(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表8-3: every fault and doubt with layer, row, column and value."""
    if not outcome.faults:
        return None
    order = list(Severity)
    faults = sorted(outcome.faults, key=lambda fault: order.index(fault.severity))
    rows = pd.DataFrame(
        [
            (
                say(f"severity_{fault.severity.value}", lang).strip(),
                label("layer_word", fault.layer, lang),
                "" if fault.row is None else str(fault.row),
                column_text(fault.column, lang),
                value_text(fault, lang),
                fault.message(lang),
            )
            for fault in faults
        ],
        columns=["severity", "layer", "row", "column", "value", "message"],
    )
    wide = {"message": 90.0, "value": 24.0}
    kinds: dict[str, Kind] = {"severity": "verdict", "message": "long"}
    columns = tuple(
        Column(str(name), say(f"column_{name}", lang), kinds.get(str(name), "text"), wide=wide.get(str(name), 0.0))
        for name in rows.columns
    )
    return Table(
        "quality", say("doc_number", lang, number="8-3"), say("doc_title_quality", lang), columns, rows, (), ()
    )
