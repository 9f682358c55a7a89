"""Statement, second half: verdicts with their clauses, gaps street by street, suggested sites and phases."""

import math

import pandas as pd

from exhibits.classes import of_group
from exhibits.statement.draft import Draft
from exhibits.statement.parts import Parts
from exhibits.style import label
from exhibits.suggested import suggested, suggested_group
from exhibits.wording import count_text, elders_doubt, minutes_text, state_text
from exhibits.workbook.sheets_districts import named, presence_word
from exhibits.workbook.sheets_places import levels
from exhibits.workbook.sheets_rules import traced
from exhibits.workbook.sheets_sites import proof_lines
from geodata.words import Lang, say
from geodata.words.numbers import grouped, spaced, trimmed
from planning.coverage import State
from planning.rules.findings import word
from planning.totals import NO_DISTRICT, counted, minutes, share_text, weight_text

MOST_LEDGER, MOST_WORST = 30, 5
READINGS = ("permit", "today")
FAILS = ("below", "below_minimum")


def quota(draft: Draft, parts: Parts) -> None:
    """Write which residential areas have the elder-care area that the rules ask of them, and every target's verdict."""
    lang, judgement = parts.lang, parts.outcome.judgement
    if judgement is None:
        parts.leave_out("st_quota", "doc_why_policy")
        return
    draft.heading(say("st_quota", lang))
    draft.text(say("st_quota_text", lang, title=judgement.profile.title(lang), day=judgement.case.day))
    estates = judgement.estates
    rules = {rule for name in READINGS for rule in estates[f"{name}_rule"].dropna()}
    for rule in sorted(rules):
        found = judgement.profile.rule(rule)
        if found is not None:
            draft.bullet(
                say("st_quota_rule", lang, trace=traced(judgement.profile, rule, lang), reading=found.reading(lang))
            )
    totals = judgement.totals()
    rows = []
    for name in READINGS:
        verdicts = estates[f"{name}_verdict"].value_counts()
        one = totals[name]
        rows.append(
            (
                say(f"st_reading_{name}", lang),
                share_text(one["passed"], one["judged"], one["unknown"], lang),
                *(counted(int(verdicts.get(verdict, 0))) for verdict in ("met", "met_pooled")),
                counted(sum(int(verdicts.get(verdict, 0)) for verdict in FAILS)),
                counted(int(verdicts.get("unknown", 0))),
                area_text(estates.loc[estates[f"{name}_verdict"].isin(FAILS), f"{name}_gap_m2"].sum()),
            )
        )
    head = [
        say(f"st_head_{name}", lang)
        for name in ("reading", "pass_rate", "met", "met_pooled", "below", "unknown_estates", "gap_m2")
    ]
    draft.table(say("st_table_quota", lang), head, rows, (22, 50, 16, 16, 16, 16, 20), right=range(2, 7))
    ended = judgement.pooling
    draft.text(
        say(
            "st_pooling",
            lang,
            passed=counted(ended["passed"]),
            bound=counted(ended["bound"]),
            status=say(f"doc_plan_{ended['status']}", lang),
            overstated=counted(ended["overstated"]),
        )
    )
    parts.map(draft, "quota", say("st_map_quota", lang))
    indicators(draft, parts)
    ledger(draft, parts)


def area_text(value: float) -> str:
    """Print square metres with one decimal."""
    return grouped(value, 1)


def indicators(draft: Draft, parts: Parts) -> None:
    """Write every target with its verdict, document and clause."""
    lang = parts.lang
    table = parts.sheets.table("indicators")
    assert table is not None
    draft.heading(say("st_indicators", lang), 2)
    draft.text(say("st_indicators_text", lang))
    head = [say(f"st_head_{name}", lang) for name in ("target", "asked", "current", "verdict", "clause")]
    rows = []
    for row in table.rows.to_dict("records"):
        part = "" if row["part"] == say("no_figure", lang) else f" · {row['part']}"
        if row["way"] == say("doc_way_not_testable", lang):
            continue
        rows.append(
            (
                f"{row['reading']}{part}",
                asked(row["relation"], row["target"], row["unit"], lang),
                asked("", row["current"], row["unit"], lang),
                row["verdict"],
                row["clause"],
            )
        )
    draft.table(say("st_table_indicators", lang), head, rows, (50, 22, 22, 18, 44), size_pt=8)


def asked(relation: object, value: object, unit: object, lang: Lang) -> str:
    """Print a target or a figure with its unit."""
    if isinstance(value, str):
        return value
    if pd.isna(value):  # type: ignore[call-overload]  # a scalar
        return say("doc_unknown", lang)
    figure = float(value)  # type: ignore[arg-type]
    if unit == word("unit_percent", lang):
        text = f"{figure:.1f}" if not figure.is_integer() else f"{figure:.0f}"
    else:
        text = trimmed(figure)
    return f"{'' if relation == say('no_figure', lang) else relation} {text} {unit}".strip()


def ledger(draft: Draft, parts: Parts) -> None:
    """Write the gravest lines of the ledger."""
    lang, judgement = parts.lang, parts.outcome.judgement
    assert judgement is not None
    found = judgement.ledger(lang)
    if not len(found):
        return
    draft.heading(say("st_ledger", lang), 2)
    shown = found.assign(m2=found["unit"] == word("unit_m2", lang))
    shown = shown.sort_values(["m2", "gap"], ascending=[False, False], kind="stable").head(MOST_LEDGER)
    draft.text(say("st_ledger_text", lang, n=counted(len(found)), shown=counted(len(shown))))
    head = [say(f"st_head_{name}", lang) for name in ("object", "reading", "verdict", "finding", "clause")]
    rows = [
        (
            f"{row['object_name']}（{row['object_id']}）"
            if lang == "zh"
            else f"{row['object_name']} ({row['object_id']})",
            say(f"st_reading_{row['falls_short']}", lang),
            word(f"verdict_{row['verdict']}", lang),
            spaced(row["sentence"]),
            traced(judgement.profile, row["rule_id"], lang),
        )
        for row in shown.to_dict("records")
    ]
    draft.table(say("st_table_ledger", lang), head, rows, (28, 15, 15, 58, 40), size_pt=8)


def streets(draft: Draft, parts: Parts) -> None:
    """Write what is missing where, street by street (by counties where there are no streets)."""
    lang, outcome = parts.lang, parts.outcome
    level = next((one for one in ("street", "county", "community") if one in levels(outcome)), "")
    if not level or not parts.mapped_groups:
        parts.leave_out("st_streets", "doc_why_districts" if not level else "doc_why_facilities")
        return
    group = parts.mapped_groups[0]
    last = minutes(outcome.limits_s[-1])
    draft.heading(say("st_streets", lang))
    name = label("group", group, lang)
    draft.text(say("st_streets_text", lang, level=label("level", level, lang), group=name, most=last))
    table = outcome.districts
    table = table[(table["level"] == level) & (table["group"] == group)].set_index("district_id")
    table = table.assign(missed=table["elders_out"] + table["elders_full"], said=named(table["name"], lang))
    table = table.sort_values("missed", ascending=False, kind="stable")
    estate = estate_gaps(parts, level)
    present = outcome.presence.set_index(["level", "district_id", "group"])["present"]
    head = [say(f"st_head_{code}", lang) for code in ("district", "missed_elders")]
    head += [say("st_head_share_elders", lang, most=last), say("st_head_present", lang, group=name)]
    if estate is not None:
        head += [say(f"st_head_{code}", lang) for code in ("below", "gap_m2")]
    rows = []
    for key, row in table.iterrows():
        line = [
            row["said"],
            counted(row["missed"]),
            weight_text(row, "elders", last, lang),
            presence_word(present.get((level, key, group), "—"), lang),
        ]
        if estate is not None:
            line += [counted(estate["number"].get(key, 0)), area_text(estate["gap"].get(key, 0.0))]
        rows.append(line)
    widths = (32, 24, 52, 20, *((18, 22) if estate is not None else ()))
    draft.table(say("st_table_streets", lang), head, rows, widths, right=(1, 4, 5))
    for key, row in table.iterrows():
        if key != NO_DISTRICT and row["places_total"]:
            street(draft, parts, level, str(key), row)


def street(draft: Draft, parts: Parts, level: str, key: str, row: pd.Series) -> None:
    """Write what one district has and lacks, with the areas where most elders are left out."""
    lang, outcome = parts.lang, parts.outcome
    group = parts.mapped_groups[0]
    draft.heading(row["said"], 2)
    draft.text(
        say(
            "st_street_text",
            lang,
            places=counted(row["places_total"]),
            households=summed(row, "households", "st_unit_households", lang),
            elders=summed(row, "elders", "st_unit_people", lang),
            group=label("group", group, lang),
            missed=counted(row["missed"]),
            areas=counted(row["places_out"] + row["places_full"]),
            unknown=counted(row["places_left_out"]),
        )
    )
    places = outcome.city.residential
    mine = places.index[(places[f"{level}_id"] == key).fillna(value=False).to_numpy(dtype=bool)]
    cover = of_group(outcome, group).loc[mine]
    missed = cover[cover["state"].isin([State.OUT, State.FULL])]
    order = places.loc[missed.index, "elders"].astype("float64").sort_values(ascending=False, kind="stable")
    doubts = elders_doubt(places.loc[order.index[:MOST_WORST]], lang)
    most = minutes(outcome.limits_s[-1])
    for place, doubt in zip(order.index[:MOST_WORST], doubts, strict=True):
        state, seconds = str(cover.loc[place, "state"]), float(cover.loc[place, "seconds"])
        walk = state_text(state, seconds, most, lang)
        if math.isfinite(seconds):
            walk = say("st_street_walk", lang, walk=minutes_text(seconds, lang), state=walk)
        draft.bullet(
            say(
                "st_street_place",
                lang,
                name=places.loc[place, "name"],
                elders=count_text(places.loc[place, "elders"], lang),
                doubt=doubt,
                walk=walk,
            )
        )


def summed(row: pd.Series, weight: str, unit: str, lang: Lang) -> str:
    """Print the sum of one weight in a district with its unit, and for how many areas it is not known."""
    total, missing = say(unit, lang, n=counted(row[f"{weight}_total"])), int(row[f"{weight}_missing"])
    if not missing:
        return total
    return say("st_sum_unknown", lang, sum=total, unknown=say("unknown_places", lang, n=counted(missing)))


def estate_gaps(parts: Parts, level: str) -> pd.DataFrame | None:
    """Return for each district how many residential areas fall short of today's quota, and by how many m2."""
    judgement = parts.outcome.judgement
    if judgement is None:
        return None
    estates = judgement.estates.set_index("place_id")
    held = parts.outcome.city.residential[f"{level}_id"].astype("object")
    held = held.where(held.notna(), NO_DISTRICT).reindex(estates.index)
    short = estates[estates["today_verdict"].isin(FAILS)]
    grouped = short["today_gap_m2"].groupby(held.loc[short.index])
    return pd.DataFrame({"number": grouped.size(), "gap": grouped.sum()})


def sites(draft: Draft, parts: Parts) -> None:
    """Write which sites are suggested, phase by phase, and how good the choice is proven to be."""
    lang = parts.lang
    found = suggested(parts.outcome, lang)
    table = parts.sheets.table("sites")
    if found is None or table is None:
        parts.leave_out("st_sites", "doc_why_sites")
        return
    draft.heading(say("st_sites", lang))
    draft.text(say("st_sites_text", lang, n=counted(len(found)), elders=counted(found["newly_covered_elders"].sum())))
    for line in proof_lines(parts.outcome, lang):
        draft.text(line)
    phased = table.rows.groupby("phase", sort=True)
    for phase, rows in phased:
        draft.bullet(
            say(
                "st_phase",
                lang,
                phase=phase,
                n=counted(len(rows)),
                elders=counted(float(rows["newly_covered_elders"].sum())),
                names=("、" if lang == "zh" else ", ").join(rows["name"]),
            )
        )
    head = [
        say(f"st_head_{name}", lang) for name in ("rank", "site", "phase", "area_site", "newly", "clinic_m", "reason")
    ]
    rows_said = [
        (
            counted(row["rank"]),
            row["name"],
            row["phase"],
            count_text(row["floor_area_m2"], lang),
            count_text(row["newly_covered_elders"], lang),
            count_text(row["nearest_medical_m"], lang),
            row["reason"],
        )
        for row in table.rows.to_dict("records")
    ]
    draft.table(
        say("st_table_sites", lang), head, rows_said, (9, 26, 11, 16, 19, 16, 61), right=(0, 3, 4, 5), size_pt=8
    )
    parts.map(draft, "chosen", say("st_map_chosen", lang))
    if parts.shows_after:
        parts.map(draft, f"after {suggested_group(parts.outcome)}", say("st_map_after", lang))
