"""Comparison tables: differences by district with their total, who gains and loses, verdicts that change, files."""

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from exhibits.screen import comparison_headline, comparison_map
from exhibits.screen.estates import verdict_word
from exhibits.style import label
from exhibits.wording import minutes_text
from geodata.words import Lang, say
from planning.totals import NO_DISTRICT, share_text
from scenarios import compare_tables
from scenarios.compare import CITY, Comparison

MADE = (2000, 1, 1, 0, 0, 0)  # the day written into the archive, so that the same files give the same bytes
BETTER_WORSE = ("better", "worse", "other", "added", "removed", "figure")  # as they are listed


def levels(found: Comparison) -> tuple[str, ...]:
    """Return the levels of districts that there are, streets first."""
    given = [str(one) for one in found.covered["level"].unique() if one != CITY]
    return tuple(sorted(given, key=lambda one: (one != "street", given.index(one))))


def rows_of(found: Comparison, group: str, level: str) -> pd.DataFrame:
    """Return the rows of ``Comparison.covered`` of one group and level at the longest limit, in their own order."""
    table = found.covered
    limit = found.places.loc[found.places["group"] == group, "limit_min"].iloc[0]
    mine: pd.DataFrame = table[(table["level"] == level) & (table["group"] == group) & (table["limit_min"] == limit)]
    return mine


def by_district(found: Comparison, group: str, level: str, lang: Lang) -> pd.DataFrame:
    """Return one row per district and the total below; elders and areas within the limit, before, after, difference.

    A district that one side has not is blank there.
    """
    rows, whole = rows_of(found, group, level), rows_of(found, group, CITY)
    titles = [
        say("no_district", lang) if one == NO_DISTRICT else str(name)
        for one, name in zip(rows["district_id"], rows["name"], strict=True)
    ]
    both = pd.concat([rows, whole], ignore_index=True)
    found_columns: dict[str, object] = {say("change_col_district", lang): [*titles, say("change_total", lang)]}
    for weight in ("elders", "places"):
        for part in ("a", "b", "change"):
            figures = both[f"{weight}_{part}"].astype("Float64").round(1)
            found_columns[say(f"change_col_{weight}_{part}", lang)] = figures
        if weight == "elders":
            for side in ("a", "b"):
                known = both[f"elders_known_{side}"].astype(float)
                share = (both[f"elders_{side}"].astype(float) / known.where(known > 0)).mul(1000).round() / 10
                found_columns[say(f"change_col_share_{side}", lang)] = share
    return pd.DataFrame(found_columns)


def sums_to_the_whole(found: Comparison, group: str, level: str) -> bool:
    """Tell whether the districts of a level sum to the city, in every figure."""
    rows, whole = rows_of(found, group, level), rows_of(found, group, CITY)
    names = [f"{weight}_{part}" for weight in ("elders", "places") for part in ("a", "b", "change")]
    sums = [float(rows[name].sum()) - float(whole[name].iloc[0]) for name in names]
    return bool(np.abs(sums).max() < 1e-6)  # noqa: PLR2004 - weights are kept in 1/1024ths


def moved_places(found: Comparison, group: str, lang: Lang) -> pd.DataFrame:
    """Return the areas that gain or lose, indexed by id, losses first, most elders first."""
    rows = comparison_map.places_of(found, group)
    rows = rows[rows["class"].isin(["gained", "lost"])]
    rank = pd.DataFrame({"gain": rows["class"] == "gained", "elders": -rows["elders"].fillna(0.0)}, index=rows.index)
    rows = rows.loc[rank.sort_values(["gain", "elders"], kind="stable").index]
    streets = found.b.city.districts["name"].astype("object")
    return pd.DataFrame(
        {
            say("change_col_change", lang): [label("change", one, lang) for one in rows["class"]],
            say("change_col_place", lang): rows["name"].astype(str).to_list(),
            say("change_col_minutes_a", lang): [minutes_text(one, lang) for one in rows["seconds_a"]],
            say("change_col_minutes_b", lang): [minutes_text(one, lang) for one in rows["seconds_b"]],
            say("change_col_elders", lang): rows["elders"].astype("Float64").round(1),
            say("change_col_street", lang): [
                say("no_district", lang) if pd.isna(one) else str(streets.get(one, one)) for one in rows["street_id"]
            ],
            say("change_col_households", lang): rows["households"].astype("Float64").round(0).astype("Int64"),
        },
        index=rows.index,
    )


def rates(found: Comparison, lang: Lang) -> pd.DataFrame:
    """Return who meets the quota by both readings, before and after, with numerator and denominator."""
    given = []
    for row in found.rates.to_dict("records"):
        texts = [
            say("no_figure", lang)
            if pd.isna(row[f"judged_{side}"])
            else share_text(row[f"passed_{side}"], row[f"judged_{side}"], row[f"unknown_{side}"], lang)
            for side in "ab"
        ]
        change = row["passed_change"]
        signed = say("no_figure", lang) if pd.isna(change) else comparison_headline.signed(change)
        given.append((say(f"quota_title_{row['reading']}", lang), *texts, signed))
    names = ("change_col_reading", "change_col_a", "change_col_b", "change_col_difference")
    return pd.DataFrame(given, columns=[say(name, lang) for name in names])


def verdicts(found: Comparison, lang: Lang, *, figures_too: bool) -> pd.DataFrame:
    """Return the findings that differ, better first, then worse; ``figures_too``: those whose verdict stays as well."""
    rows = found.rules if figures_too else found.rules[found.rules["change"] != "figure"]
    order = rows["change"].map({name: at for at, name in enumerate(BETTER_WORSE)}).sort_values(kind="stable").index
    rows = rows.loc[order]
    blank = say("no_figure", lang)

    def words(side: str) -> list[str]:
        return [blank if pd.isna(one) else verdict_word(str(one), lang) for one in rows[f"verdict_{side}"]]

    return pd.DataFrame(
        {
            say("change_col_change", lang): [say(f"verdict_change_{one}", lang) for one in rows["change"]],
            say("change_col_object", lang): [
                str(name) if pd.notna(name) and str(name) else str(one)
                for name, one in zip(rows["object_name"], rows["object_id"], strict=True)
            ],
            say("change_col_verdict_a", lang): words("a"),
            say("change_col_verdict_b", lang): words("b"),
            say("change_col_measured_a", lang): rows["measured_a"].astype("Float64").round(2),
            say("change_col_measured_b", lang): rows["measured_b"].astype("Float64").round(2),
            say("change_col_threshold_b", lang): rows["threshold_b"].astype("Float64").round(2),
            say("change_col_unit", lang): [blank if pd.isna(one) else str(one) for one in rows["unit"]],
            say("change_col_rule", lang): rows["rule_id"].astype(str),
        }
    ).reset_index(drop=True)


def verdict_counts(found: Comparison) -> dict[str, int]:
    """Count the findings of each kind of change."""
    counts = found.rules["change"].value_counts()
    return {name: int(counts.get(name, 0)) for name in BETTER_WORSE}


def as_zip(found: Comparison) -> bytes:
    """Return the files that ``python -m scenarios compare`` writes, in one archive."""
    packed = BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in compare_tables.write(found, Path(folder) / "compare"):
            archive.writestr(zipfile.ZipInfo(name, MADE), (Path(folder) / "compare" / name).read_bytes())
    return packed.getvalue()


def settings(found: Comparison, lang: Lang) -> pd.DataFrame:
    """Return the settings that differ, in words."""
    names = ("change_col_setting", "change_col_a", "change_col_b")
    return pd.DataFrame(comparison_headline.parameters(found, lang), columns=[say(name, lang) for name in names])


def inputs(found: Comparison, lang: Lang) -> pd.DataFrame:
    """Return the rows and cells of the layers that differ, in words."""
    rows = found.inputs
    return pd.DataFrame(
        {
            say("change_col_layer", lang): [label("layer_word", one, lang) for one in rows["layer"]],
            say("change_col_id", lang): rows["id"].astype(str),
            say("change_col_name", lang): rows["name"].astype(str),
            say("change_col_change", lang): [say(f"row_change_{one}", lang) for one in rows["change"]],
            say("change_col_column", lang): [column_word(str(one), lang) for one in rows["column"]],
            say("change_col_a", lang): [
                cell_word(*cell, lang) for cell in zip(rows["column"], rows["before"], strict=True)
            ],
            say("change_col_b", lang): [
                cell_word(*cell, lang) for cell in zip(rows["column"], rows["after"], strict=True)
            ],
        }
    )


def column_word(column: str, lang: Lang) -> str:
    """Return what a column is called; its name where it has no word."""
    word = label("edit_key", column, lang)
    return label("changed_column", column, lang) if word == column else word


def cell_word(column: str, value: str, lang: Lang) -> str:
    """Return a cell in words where it has any."""
    topic = {"status": "status", "kind": "kind", "estate_class": "estate_class"}.get(str(column))
    return label(topic, value, lang) if topic and value else str(value)
