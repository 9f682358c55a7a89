"""Gaps: where elders can't walk to care, by district and place by place, as tables that planners take away."""

import io

import pandas as pd

from exhibits.classes import limits_min, of_group
from exhibits.wording import minutes_text, state_text
from geodata.words import Lang, say
from planning.coverage import State
from planning.totals import minutes, weight_text
from scenarios.outcome import Outcome
from scenarios.tables import harmless

LEVELS = ("street", "community", "county")  # in the order of preference: a gap list is worked off by streets


def levels(outcome: Outcome) -> tuple[str, ...]:
    """Return the levels of districts there are figures for, the one for a gap list first."""
    given = set(outcome.districts["level"])
    return tuple(level for level in LEVELS if level in given)


def by_district(outcome: Outcome, group: str, level: str, lang: Lang) -> pd.DataFrame:
    """Return one row per district of ``level``, most uncovered elders first: what is out, full, unknown, and the share.

    Columns carry the words of ``lang``; the index is the district's id.
    """
    last = minutes(outcome.limits_s[-1])
    table = outcome.districts
    table = table[(table["level"] == level) & (table["group"] == group)].set_index("district_id")
    missed = table["elders_out"] + table["elders_full"]
    share = [weight_text(row, "elders", last, lang) for row in table.to_dict("records")]
    found = pd.DataFrame(
        {
            "name": [say("no_district", lang) if name == "(none)" else str(name) for name in table["name"]],
            "missed_elders": missed.round().astype("int64"),
            "elders_share_text": share,
            "missed_places": (table["places_out"] + table["places_full"]).round().astype("int64"),
            "missed_households": (table["households_out"] + table["households_full"]).round().astype("int64"),
            "unknown_places": table["places_left_out" if "places_left_out" in table else "places_unknown"].astype(
                "int64"
            ),
        },
        index=table.index,
    ).sort_values("missed_elders", ascending=False, kind="stable")
    return titled(found, lang)


def by_place(outcome: Outcome, group: str, lang: Lang) -> pd.DataFrame:
    """Return the residential areas that are not served, most elders first; those whose elders are not known come last.

    Columns carry the words of ``lang``; the index is the place's id.
    """
    city = outcome.city
    rows = of_group(outcome, group)
    rows = rows[rows["state"] != State.SERVED]
    places = city.residential.loc[rows.index]
    found = pd.DataFrame(
        {
            "name": places["name"].astype("str"),
            "street": district_names(outcome, places["street_id"], lang),
            "state": [
                state_text(str(state), seconds, minutes(outcome.limits_s[-1]), lang)
                for state, seconds in zip(rows["state"], rows["seconds"], strict=True)
            ],
            "elders": places["elders"].astype("Float64").round().astype("Int64"),
            "households": places["households"].astype("Float64").round().astype("Int64"),
            "nearest": site_names(outcome, rows["nearest_id"], lang),
            "minutes": [minutes_text(seconds, lang) for seconds in rows["seconds"]],
        },
        index=rows.index,
    ).sort_values("elders", ascending=False, na_position="last", kind="stable")
    return titled(found, lang)


def district_names(outcome: Outcome, held_by: pd.Series, lang: Lang) -> list[str]:
    """Return the name of the district that holds each place."""
    names = outcome.city.districts["name"]
    found = held_by.map(names.to_dict())
    return [str(name) if pd.notna(name) else say("no_district", lang) for name in found]


def site_names(outcome: Outcome, nearest_id: pd.Series, lang: Lang) -> list[str]:
    """Return the name of each nearest site."""
    names = outcome.sites.drop_duplicates("id").set_index("id")["name"].to_dict()
    return [str(names[one]) if pd.notna(one) else say("no_site", lang) for one in nearest_id]


def titled(table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return ``table`` with its columns named as planners read them."""
    return table.rename(columns={column: say(f"column_{column}", lang) for column in table.columns})


def as_csv(outcome: Outcome, table: pd.DataFrame, lang: Lang) -> bytes:
    """Return a table as CSV that Excel opens as it is, the parameters in the last line."""
    shown = table.rename_axis(say("column_id", lang)).reset_index().map(harmless)
    text = io.StringIO()
    shown.to_csv(text, index=False, lineterminator="\r\n")
    last = say(
        "csv_note",
        lang,
        speed=f"{outcome.profile.speed_m_s:g}",
        most=f"{limits_min(outcome)[-1]:g}",
        fingerprint=outcome.fingerprint[:8],
    )
    pd.DataFrame([[last]]).to_csv(text, index=False, header=False, lineterminator="\r\n")
    return text.getvalue().encode("utf-8-sig")
