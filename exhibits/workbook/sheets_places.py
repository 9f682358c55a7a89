"""Tables about residential areas: the appraisal of each (表1), and those that can't walk to care (表5 续)."""

import math

import pandas as pd

from exhibits.classes import of_group, shown_groups
from exhibits.screen.gaps import district_names, site_names
from exhibits.style import label
from exhibits.wording import elders_doubt, state_text
from exhibits.workbook.sheet import Column, Table, Total, column, told
from exhibits.workbook.sheets_rules import traced
from geodata.words import Lang, say
from planning.coverage import State
from planning.rules.findings import word
from planning.totals import minutes, weights
from scenarios.outcome import Outcome

READINGS = ("permit", "today")
TENTH_MIN_S = 6.0
HAIR = 1e-9


def places(outcome: Outcome, lang: Lang) -> Table:
    """Return 表1: one row per residential area with its people, its quota under both readings, and its walks."""
    table = outcome.city.residential
    counted = weights(outcome.city)
    rows = pd.DataFrame(
        {
            "id": table.index.astype("str"),
            "name": table["name"].astype("str"),
            **{level: district_names(outcome, table[f"{level}_id"], lang) for level in levels(outcome)},
            "households": counted["households"],
            "people": counted["people"],
            "elders": counted["elders"],
            "elders_source": [
                label("elders_from", str(source), lang) + doubt
                for source, doubt in zip(table["elders_source"], elders_doubt(table, lang), strict=True)
            ],
        },
        index=table.index,
    )
    columns = [
        column("id", lang, "id"),
        column("name", lang, wide=20),
        *(column(level, lang, wide=14) for level in levels(outcome)),
        column("households", lang, "count", summed=True),
        column("people", lang, "count", summed=True),
        column("elders", lang, "count", summed=True),
        column("elders_source", lang, wide=18),
    ]
    if outcome.judgement is not None:
        found, more = quota(outcome, lang)
        rows, columns = rows.join(found), [*columns, *more]
    for group in shown_groups(outcome):
        found, more = walks(outcome, group, lang)
        rows, columns = rows.join(found), [*columns, *more]
    notes = [say("doc_note_places", lang, n=len(rows))]
    if outcome.judgement is None:
        notes.append(say("doc_left_no_policy", lang))
    else:
        notes.append(say("doc_note_quota", lang))
    return Table(
        "places",
        say("doc_number", lang, number="1"),
        say("doc_title_places" if outcome.judgement is not None else "doc_title_places_bare", lang),
        tuple(columns),
        rows.reset_index(drop=True),
        (Total(say("doc_total", lang)),),
        tuple(notes),
    )


def levels(outcome: Outcome) -> tuple[str, ...]:
    """Return the levels of districts that the city has."""
    given = set(outcome.city.districts["level"])
    return tuple(level for level in ("county", "street", "community") if level in given)


def quota(outcome: Outcome, lang: Lang) -> tuple[pd.DataFrame, list[Column]]:
    """Return the quota of each residential area: what it has, and under both readings need, gap, rule and verdict."""
    assert outcome.judgement is not None
    estates = outcome.judgement.estates.set_index("place_id")
    rules = outcome.judgement.profile
    found: dict[str, object] = {
        "class": [word(f"class_{name}", lang) if pd.notna(name) else None for name in estates["class"]],
        "permit_date": list(estates["permit_date"]),
        "existing_m2": told(list(estates["existing_m2"]), list(estates["today_verdict"]), lang),
    }
    columns = [
        column("class", lang),
        column("permit_date", lang, "date"),
        column("existing_m2", lang, "area", summed=True),
    ]
    for name in READINGS:
        verdicts = list(estates[f"{name}_verdict"])
        found[f"{name}_required_m2"] = told(list(estates[f"{name}_required_m2"]), verdicts, lang)
        found[f"{name}_gap_m2"] = told(list(estates[f"{name}_gap_m2"]), verdicts, lang)
        found[f"{name}_verdict"] = [word(f"verdict_{verdict}", lang) for verdict in verdicts]
        found[f"{name}_rule"] = [traced(rules, rule_id, lang) for rule_id in estates[f"{name}_rule"]]
        columns += [
            column(f"{name}_required_m2", lang, "area", summed=True),
            column(f"{name}_gap_m2", lang, "area", summed=True),
            column(f"{name}_verdict", lang, "verdict"),
            column(f"{name}_rule", lang, "long", wide=34),
        ]
    return pd.DataFrame(found, index=estates.index), columns


def walks(outcome: Outcome, group: str, lang: Lang) -> tuple[pd.DataFrame, list[Column]]:
    """Return the walk of each residential area to the nearest site of one group: minutes (rounded up) and state."""
    rows = of_group(outcome, group)
    name = label("group", group, lang)
    found = pd.DataFrame(
        {
            f"{group}_minutes": [
                walk_minutes(seconds, str(state), lang)
                for seconds, state in zip(rows["seconds"], rows["state"], strict=True)
            ],
            f"{group}_state": states(outcome, rows, lang),
        },
        index=rows.index,
    )
    columns = [
        Column(f"{group}_minutes", say("doc_col_walk_minutes", lang, group=name), "minutes"),
        Column(f"{group}_state", say("doc_col_walk_state", lang, group=name), "verdict"),
    ]
    return found, columns


def walk_minutes(seconds: float, state: str, lang: Lang) -> object:
    """Return minutes rounded up to a tenth, so that no walk beyond a limit looks as if it were within."""
    if state == State.UNKNOWN and not math.isfinite(seconds):
        return None
    return math.ceil(seconds / TENTH_MIN_S - HAIR) / 10 if math.isfinite(seconds) else say("no_way", lang)


def gaps(outcome: Outcome, lang: Lang) -> Table | None:
    """Return 表5 续: every residential area and group that isn't served, with the elders it leaves out."""
    city = outcome.city
    places_table, counted = city.residential, weights(city)
    parts = []
    for group in shown_groups(outcome):
        rows = of_group(outcome, group)
        rows = rows[rows["state"] != State.SERVED]
        own = places_table.loc[rows.index]
        parts.append(
            pd.DataFrame(
                {
                    "id": rows.index.astype("str"),
                    "name": own["name"].astype("str").to_numpy(),
                    "street": district_names(outcome, own["street_id"], lang),
                    "group": label("group", group, lang),
                    "state": states(outcome, rows, lang),
                    "elders": counted["elders"].loc[rows.index].to_numpy(),
                    "households": counted["households"].loc[rows.index].to_numpy(),
                    "nearest": site_names(outcome, rows["nearest_id"], lang),
                    "minutes": [
                        walk_minutes(seconds, str(state), lang)
                        for seconds, state in zip(rows["seconds"], rows["state"], strict=True)
                    ],
                }
            ).sort_values("elders", ascending=False, na_position="last", kind="stable")
        )
    if not parts:
        return None
    found = pd.concat(parts, ignore_index=True)
    columns = (
        column("id", lang, "link"),
        column("name", lang, wide=20),
        column("street", lang, wide=16),
        column("group", lang, wide=12),
        column("state", lang, "verdict"),
        column("elders", lang, "count", summed=True),
        column("households", lang, "count", summed=True),
        column("nearest", lang, wide=28),
        column("minutes", lang, "minutes"),
    )
    names = list(dict.fromkeys(found["group"]))
    return Table(
        "gaps",
        say("doc_number", lang, number="5-2"),
        say("doc_title_gaps", lang),
        columns,
        found,
        tuple(Total(say("doc_total_group", lang, group=name), {"group": name}) for name in names),
        (say("doc_note_gaps", lang, most=f"{outcome.limits_s[-1] / 60:g}"),),
        {row: ("places", str(place)) for row, place in enumerate(found["id"])},
    )


def states(outcome: Outcome, rows: pd.DataFrame, lang: Lang) -> list[str]:
    """Say the states of rows of coverage as tables do: too far by its limit, unknown in the same word everywhere."""
    most = minutes(outcome.limits_s[-1])
    pairs = zip(rows["state"], rows["seconds"], strict=True)
    return [state_text(str(state), seconds, most, lang) for state, seconds in pairs]
