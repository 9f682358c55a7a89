"""Statement, first half: basis, scope, data, what is there, and who can walk to it."""

import pandas as pd

from exhibits.classes import limits_min, shown_groups
from exhibits.quality import parameter_rows
from exhibits.statement.draft import Draft
from exhibits.statement.parts import Parts, known_sum
from exhibits.style import label
from exhibits.wording import crs_text, parameter_text, set_by, system_text, walker_source
from exhibits.workbook.sheets_basis import missing_layers
from exhibits.workbook.sheets_places import levels
from geodata.faults import Severity
from geodata.words import say
from planning.coverage import is_open
from planning.totals import counted, minutes, share_text, weight_text

WEIGHTS = ("elders", "households", "places")


def basis(draft: Draft, parts: Parts) -> None:
    """Write on which documents the plan rests."""
    lang, judgement = parts.lang, parts.outcome.judgement
    draft.heading(say("st_basis", lang))
    if judgement is None:
        draft.text(say("st_basis_none", lang))
        return
    draft.text(say("st_basis_text", lang, title=judgement.profile.title(lang), day=judgement.case.day))
    uses: dict[tuple[str, ...], int] = {}
    for rule in judgement.profile.rules:
        document = rule.document
        title = document.title if lang == "zh" else document.title_en
        remark = say("st_verified", lang) if document.statutory or rule.check else say("st_template", lang)
        if rule.unverified:
            remark = say("st_unverified", lang)
        key = (title, document.number or "—", rule.since.isoformat(), remark)
        uses[key] = uses.get(key, 0) + 1
    head = [say(f"st_head_{name}", lang) for name in ("document", "document_no", "since", "standing", "clauses")]
    rows = [(*key, str(number)) for key, number in uses.items()]
    draft.table(say("st_table_documents", lang), head, rows, (62, 38, 22, 22, 14), right=(4,))


def scope(draft: Draft, parts: Parts) -> None:
    """Write what area, whom and what the plan looks at."""
    lang, city = parts.lang, parts.outcome.city
    draft.heading(say("st_scope", lang))
    found = {level: int((city.districts["level"] == level).sum()) for level in levels(parts.outcome)}
    named = "、" if lang == "zh" else ", "
    units = named.join(say("st_units", lang, level=label("level", level, lang), n=n) for level, n in found.items())
    draft.text(
        say(
            "st_scope_text",
            lang,
            name=city.study.name,
            units=units or say("st_no_units", lang),
            places=counted(len(city.residential)),
            households=known_sum(city.residential["households"], lang, "st_unit_households", "unknown_places"),
            elders=known_sum(city.residential["elders"], lang, "st_unit_people", "unknown_places"),
        )
    )
    draft.text(
        say("st_scope_edges", lang, day=city.study.day or say("doc_no_day", lang), crs=crs_text(city.crs_m, lang))
    )
    parts.map(draft, "elders", say("st_map_elders", lang))


def data(draft: Draft, parts: Parts) -> None:
    """Write where the figures come from, and how good they are."""
    lang, outcome = parts.lang, parts.outcome
    draft.heading(say("st_data", lang))
    head = [say(f"st_head_{name}", lang) for name in ("layer", "file", "system", "rows")]
    rows = [
        (
            label("layer_word", str(row["layer"]), lang),
            row["path"],
            system_text(row["system"], lang),
            "—" if pd.isna(row["rows"]) else counted(row["rows"]),
        )
        for row in outcome.city.sources.to_dict("records")
    ]
    draft.table(say("st_table_sources", lang), head, rows, (24, 40, 70, 16), right=(3,))
    counts = outcome.summary["quality"]
    said = [
        f"{say(f'severity_{severity.value}', lang).strip()} {counts[severity.value]}"
        for severity in Severity
        if counts[severity.value]
    ]
    draft.text(say("st_data_quality", lang, counts=("、" if lang == "zh" else ", ").join(said) or "0"))
    doors = outcome.summary["city"]["doors"]
    draft.text(say("st_data_doors", lang, **doors))
    for source, number in outcome.city.residential["elders_source"].value_counts().items():
        draft.bullet(
            say("st_data_elders", lang, source=label("elders_from", str(source), lang), n=counted(float(number)))
        )
    for sentence in missing_layers(outcome, lang):
        draft.bullet(sentence)


def present(draft: Draft, parts: Parts) -> None:
    """Write which facilities and clinics there are."""
    lang, outcome = parts.lang, parts.outcome
    sites = outcome.sites
    if not len(sites):
        return
    draft.heading(say("st_present", lang))
    care = sites[sites["layer"] == "facilities"]
    if len(care):
        opened = care[is_open(care)]
        draft.text(
            say(
                "st_present_text",
                lang,
                n=counted(len(care)),
                open=counted(len(opened)),
                unknown=counted(int(care["open"].isna().sum())),
                beds=known_sum(opened["beds"], lang, "st_unit_beds"),
                area=known_sum(opened["floor_area_m2"], lang, "st_unit_m2"),
            )
        )
        head = [say(f"st_head_{name}", lang) for name in ("kind", "listed", "open", "beds", "area")]
        rows = [
            (
                label("kind", str(kind), lang),
                counted(len(mine)),
                counted(int(is_open(mine).sum())),
                known_sum(mine.loc[is_open(mine), "beds"], lang),
                known_sum(mine.loc[is_open(mine), "floor_area_m2"], lang),
            )
            for kind, mine in care.groupby("kind", sort=False)
        ]
        draft.table(say("st_table_facilities", lang), head, rows, (52, 16, 16, 36, 40), right=(1, 2, 3, 4))
    clinics = sites[sites["layer"] == "medical"]
    if len(clinics):
        kinds = clinics["kind"].value_counts(sort=False)
        listed = [f"{label('kind', str(kind), lang)} {counted(float(n))}" for kind, n in kinds.items()]
        draft.text(
            say(
                "st_present_medical", lang, n=counted(len(clinics)), kinds=("、" if lang == "zh" else ", ").join(listed)
            )
        )
    parts.map(draft, "sites", say("st_map_sites", lang))


def coverage(draft: Draft, parts: Parts) -> None:
    """Write who can walk to care within each limit, and how much hangs on the speed."""
    lang, outcome = parts.lang, parts.outcome
    if not shown_groups(outcome):
        return
    last = minutes(outcome.limits_s[-1])
    draft.heading(say("st_coverage", lang))
    draft.text(say("st_coverage_text", lang, speed=f"{outcome.profile.speed_m_s:g}", most=last))
    head = [say("st_head_group", lang), *(say(f"st_head_share_{weight}", lang, most=last) for weight in WEIGHTS)]
    rows = [
        (
            label("group", row["group"], lang),
            *(
                weight_text(row, w, last, lang) for w in WEIGHTS
            ),
        )
        for row in outcome.summary["headline"]
    ]  # fmt: skip
    draft.table(say("st_table_coverage", lang, most=last), head, rows, (22, 46, 46, 42))
    head = [
        say("st_head_group", lang),
        *(say("st_head_within", lang, most=f"{limit:g}") for limit in limits_min(outcome)),
        *(say(f"st_head_{name}", lang, most=last) for name in ("full", "out", "unknown")),
    ]
    steps = [minutes(limit) for limit in outcome.limits_s]
    rows = [
        (
            label("group", row["group"], lang),
            *(counted(row[f"elders_within_{step}"]) for step in steps),
            *(counted(row[f"elders_{name}"]) for name in ("full", "out", "unknown")),
        )
        for row in outcome.summary["headline"]
    ]
    columns = len(head)
    draft.table(
        say("st_table_bands", lang), head, rows, (26, *[130 / (columns - 1)] * (columns - 1)), right=range(1, columns)
    )
    draft.small(say("doc_note_readings", lang))
    for group in parts.mapped_groups:
        parts.map(draft, f"circle {group}", say("st_map_circle", lang, group=label("group", group, lang), most=last))
    readings(draft, parts)
    speeds(draft, parts)


def readings(draft: Draft, parts: Parts) -> None:
    """Write the other reading of 覆盖率: which districts have a facility at all."""
    lang, rows = parts.lang, parts.outcome.summary["presence"]
    if not rows:
        return
    draft.heading(say("st_presence", lang), 2)
    draft.text(say("st_presence_text", lang))
    head = [say(f"st_head_{name}", lang) for name in ("level", "group", "presence")]
    said = [
        (
            label("level", row["level"], lang),
            label("group", row["group"], lang),
            share_text(row["with_site"], row["districts"] - row["unknown"], row["unknown"], lang, of="districts"),
        )
        for row in rows
    ]
    draft.table(say("st_table_presence", lang), head, said, (34, 34, 80))


def speeds(draft: Draft, parts: Parts) -> None:
    """Write how the share changes with the speed, and what a circle on the map would say."""
    lang, outcome = parts.lang, parts.outcome
    last_min = outcome.limits_s[-1] / 60
    table = outcome.sensitivity
    table = table[(table["limit_min"] - last_min).abs() < 1e-9]  # noqa: PLR2004 - minutes that were divided
    if not len(table):
        return
    draft.heading(say("st_speeds", lang), 2)
    draft.text(say("st_speeds_text", lang, most=f"{last_min:g}", speed=f"{outcome.profile.speed_m_s:g}"))
    head = [say(f"st_head_{name}", lang) for name in ("group", "speed", "share_streets", "share_circle")]
    rows = [
        (
            label("group", str(row["group"]), lang),
            f"{row['speed_m_s']:g}",
            share_text(row["elders_within"], row["elders_known"], row["elders_left_out"], lang),
            share_text(row["elders_straight"], row["elders_known"], row["elders_left_out"], lang),
        )
        for row in table.to_dict("records")
    ]
    draft.table(say("st_table_speeds", lang, most=f"{last_min:g}"), head, rows, (26, 20, 55, 55), right=(1,))


def parameters(draft: Draft, parts: Parts) -> None:
    """Write every parameter that a figure hangs on."""
    lang, outcome = parts.lang, parts.outcome
    draft.heading(say("st_parameters", lang))
    rows = parameter_rows(outcome, lang)
    draft.text(say("st_parameters_text", lang, source=walker_source(outcome.profile, lang)))
    head = [say(f"st_head_{name}", lang) for name in ("parameter", "value")]
    draft.table(say("st_table_parameters", lang), head, rows, (70, 86))
    if outcome.judgement is not None:
        short = [
            (row["meaning"], parameter_text(row["value"], lang), set_by(row["source"], lang))
            for row in outcome.judgement.parameters(lang).to_dict("records")
            if len(str(row["value"])) <= 60  # noqa: PLR2004 - word lists stand in the workbook
        ]
        head = [say(f"st_head_{name}", lang) for name in ("parameter", "value", "set_by")]
        draft.table(say("st_table_rule_parameters", lang), head, short, (90, 40, 26), coloured=False)


def limits(draft: Draft, parts: Parts) -> None:
    """Write what the figures can't say, and what was left out."""
    lang = parts.lang
    draft.heading(say("st_limits", lang))
    for code in ("streets", "doors", "unknown", "readings", "capacity", "speed", "maps"):
        draft.bullet(say(f"st_limit_{code}", lang))
    if parts.outcome.judgement is not None:
        for row in parts.outcome.judgement.contradictions(lang).to_dict("records"):
            draft.bullet(say("st_limit_contradiction", lang, rules=row["rules"], remark=row["remark"]))
    draft.heading(say("st_left_out", lang), 2)
    left = [*missing_layers(parts.outcome, lang), *parts.left_out]
    for sentence in left:
        draft.bullet(sentence)
    if not left:
        draft.text(say("st_nothing_left_out", lang))
    draft.small(say("st_fingerprint", lang, fingerprint=parts.outcome.fingerprint))
