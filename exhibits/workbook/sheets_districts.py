"""Tables by district: what each street and community has (表2), and who can walk where (表4)."""

import pandas as pd

from exhibits.classes import shown_groups
from exhibits.style import label
from exhibits.workbook.sheet import Column, Table, Total, column
from exhibits.workbook.sheets_places import levels
from geodata.words import Lang, say
from planning.totals import NO_DISTRICT, minutes
from scenarios.outcome import Outcome

WEIGHTS = ("places", "households", "elders")
ESTATE_VERDICTS = ("met", "met_pooled", "below", "unknown", "rest")
REST = ("no_rule", "not_applicable")


def districts(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表2: one row per district with its people, its facilities, its verdicts and its coverage."""
    if not levels(outcome) or not shown_groups(outcome):
        return None
    last = minutes(outcome.limits_s[-1])
    keys = ["level", "district_id"]
    first = outcome.districts[outcome.districts["group"] == shown_groups(outcome)[0]]
    rows = pd.DataFrame(
        {
            "level": [label("level", str(level), lang) for level in first["level"]],
            "id": first["district_id"].astype("str"),
            "name": named(first["name"], lang),
            "places": first["places_total"],
            "households": first["households_total"],
            "elders": first["elders_total"],
        }
    )
    rows.index = pd.MultiIndex.from_frame(first[keys])
    columns = [
        column("level", lang, wide=14),
        column("id", lang, "id"),
        column("name", lang, wide=18),
        column("places", lang, "count", summed=True),
        column("households", lang, "count", summed=True),
        column("elders", lang, "count", summed=True),
    ]
    if outcome.judgement is not None:
        rows = rows.join(estate_counts(outcome))
        columns += [column(f"estates_{name}", lang, "count", summed=True) for name in ESTATE_VERDICTS]
    present = outcome.presence.set_index(["level", "district_id", "group"])
    for group in shown_groups(outcome):
        mine = outcome.districts[outcome.districts["group"] == group].set_index(keys)
        name = label("group", group, lang)
        rows[f"{group}_sites"] = [
            present["sites_open"].get((level, district, group), "—") for level, district in rows.index
        ]
        rows[f"{group}_present"] = [
            presence_word(present["present"].get((level, district, group), "—"), lang) for level, district in rows.index
        ]
        rows[f"{group}_within"] = mine[f"elders_within_{last}"]
        rows[f"{group}_known"] = mine["elders_total"] - mine["elders_unknown"]
        rows[f"{group}_left_out"] = mine["elders_left_out"]
        columns += [
            Column(f"{group}_sites", say("doc_col_group_sites", lang, group=name), "count", summed=True),
            Column(f"{group}_present", say("doc_col_group_present", lang, group=name), "verdict"),
            Column(
                f"{group}_within",
                say("doc_col_group_within", lang, group=name, most=last),
                "count",
                summed=True,
                wide=13,
            ),
            Column(f"{group}_known", say("doc_col_group_known", lang, group=name), "count", summed=True, wide=13),
            Column(f"{group}_left_out", say("doc_col_group_left_out", lang, group=name), "count", summed=True),
            Column(
                f"{group}_share",
                say("doc_col_group_share", lang, group=name, most=last),
                "share",
                share_of=(f"{group}_within", f"{group}_known", f"{group}_left_out"),
            ),
        ]
    named_levels = [label("level", level, lang) for level in levels(outcome)]
    return Table(
        "districts",
        say("doc_number", lang, number="2"),
        say("doc_title_districts", lang),
        tuple(columns),
        rows.reset_index(drop=True),
        tuple(Total(say("doc_total_level", lang, level=name), {"level": name}) for name in named_levels),
        (say("doc_note_districts", lang), say("doc_note_readings", lang)),
    )


def named(names: pd.Series, lang: Lang) -> list[str]:
    """Return the names of districts; what lies in none is said to."""
    return [say("no_district", lang) if name == NO_DISTRICT else str(name) for name in names]


def presence_word(present: object, lang: Lang) -> str:
    """Say whether a district has an open facility; a dash for what is no district."""
    if isinstance(present, str):
        return present
    if pd.isna(present):  # type: ignore[call-overload]  # a scalar
        return say("doc_unknown", lang)
    return say("doc_present" if present else "doc_absent", lang)


def estate_counts(outcome: Outcome) -> pd.DataFrame:
    """Count the residential areas of each district by today's verdict."""
    assert outcome.judgement is not None
    verdicts = outcome.judgement.estates.set_index("place_id")["today_verdict"].astype("object")
    grouped = verdicts.replace({**dict.fromkeys(REST, "rest"), "below_minimum": "below"})
    parts = []
    for level in levels(outcome):
        held = outcome.city.residential[f"{level}_id"].astype("object")
        held = held.where(held.notna(), NO_DISTRICT)
        table = pd.crosstab(held, grouped.reindex(held.index)).reindex(columns=list(ESTATE_VERDICTS), fill_value=0)
        ids = outcome.districts.loc[outcome.districts["level"] == level, "district_id"].unique()
        table = table.reindex(ids, fill_value=0)
        table.index = pd.MultiIndex.from_product([[level], ids], names=["level", "district_id"])
        parts.append(table)
    return pd.concat(parts).rename(columns=lambda name: f"estates_{name}")


def coverage(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表4: residential areas, households and elders within each limit, by district and group."""
    if not shown_groups(outcome):
        return None
    steps = [minutes(limit) for limit in outcome.limits_s]
    whole = say("doc_level_city", lang)
    found = outcome.districts
    if not len(found):
        table = pd.DataFrame(outcome.summary["headline"])
        found = table.assign(level="city", district_id="city", name=str(outcome.city.study.name))
    rows = pd.DataFrame(
        {
            "level": [whole if level == "city" else label("level", str(level), lang) for level in found["level"]],
            "name": named(found["name"], lang),
            "group": [label("group", str(group), lang) for group in found["group"]],
        }
    )
    columns = [column("level", lang, wide=14), column("name", lang, wide=18), column("group", lang, wide=12)]
    for weight in WEIGHTS:
        title = say(f"weight_{weight}", lang)
        rows[f"{weight}_total"] = found[f"{weight}_total"].to_numpy()
        columns.append(
            Column(f"{weight}_total", say("doc_col_weight_total", lang, weight=title), "count", summed=True, wide=11)
        )
        for step in steps:
            key = f"{weight}_within_{step}"
            rows[key] = found[key].to_numpy()
            columns.append(
                Column(key, say("doc_col_weight_within", lang, weight=title, most=step), "count", summed=True, wide=11)
            )
        rows[f"{weight}_known"] = (found[f"{weight}_total"] - found[f"{weight}_unknown"]).to_numpy()
        rows[f"{weight}_left_out"] = found[f"{weight}_left_out"].to_numpy()
        key = f"{weight}_within_{steps[-1]}"
        columns += [
            Column(f"{weight}_known", say("doc_col_weight_known", lang, weight=title), "count", summed=True, wide=11),
            Column(
                f"{weight}_left_out", say("doc_col_weight_left_out", lang, weight=title), "count", summed=True, wide=11
            ),
            Column(
                f"{weight}_share",
                say("doc_col_weight_share", lang, weight=title, most=steps[-1]),
                "share",
                share_of=(key, f"{weight}_known", f"{weight}_left_out"),
            ),
        ]
    finest = whole if not levels(outcome) else label("level", sum_level(outcome), lang)
    totals = tuple(
        Total(
            say("doc_total_city", lang, group=label("group", group, lang)),
            {"level": finest, "group": label("group", group, lang)},
        )
        for group in shown_groups(outcome)
    )
    return Table(
        "coverage",
        say("doc_number", lang, number="4"),
        say("doc_title_coverage", lang),
        tuple(columns),
        rows,
        totals,
        (say("doc_note_coverage", lang, level=finest), say("doc_note_readings", lang)),
    )


def sum_level(outcome: Outcome) -> str:
    """Return the level whose districts are summed to the city: streets where there are any."""
    return next(level for level in ("street", "county", "community") if level in levels(outcome))
