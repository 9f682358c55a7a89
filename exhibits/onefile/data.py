"""What the one-file map holds: tables of places and sites, themes that colour them, the ground below."""

from dataclasses import asdict
from typing import Any

import pandas as pd
import shapely

from exhibits import style
from exhibits.classes import of_group, shown_groups
from exhibits.onefile.grounds import grounds
from exhibits.onefile.shapes import UNIT, codes
from exhibits.onefile.themes import themes
from exhibits.screen.basemap import bounds_deg
from exhibits.screen.gaps import site_names
from exhibits.screen.layers import Ink
from exhibits.screen.webmap import first_group, site_geometry
from exhibits.style import label
from exhibits.suggested import chosen_shapes, suggested
from exhibits.wording import count_text, facility_lines, walk_text
from exhibits.workbook.sheets_rules import traced
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from planning.rules.findings import word
from scenarios.outcome import Outcome

SIMPLIFY_M = 2.0
MOST_STREETS = 120_000  # beyond this many, minor streets are left out of the drawing
QUOTA = "quota"
PAGE_WORDS = {
    "map": "one_map",
    "layers": "one_layers",
    "loading": "one_loading",
    "failed": "one_failed",
    "zoomIn": "one_zoom_in",
    "zoomOut": "one_zoom_out",
    "home": "one_home",
    "places": "layer_word_residential",
    "others": "layer_others",
    "chosen": "st_legend_chosen",
    "theme": "one_theme",
    "search": "one_search",
    "nothing": "one_nothing",
    "now": "one_now",
    "after": "one_after",
}


def content(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Return everything the page shows."""
    tables: dict[str, Any] = {"places": places(outcome, lang)}
    if len(outcome.sites):
        tables["sites"] = sites(outcome, lang)
    if suggested(outcome) is not None:
        tables["chosen"] = chosen(outcome, lang)
    kinds = {name: say(f"one_kind_{name}", lang) for name in ("places", "sites", "chosen")}
    mark = style.SITE_MARK
    return {
        "unit": UNIT,
        "home": bounds_deg(outcome.city),
        "words": {**{name: say(code, lang) for name, code in PAGE_WORDS.items()}, "kinds": kinds},
        "tables": tables,
        "themes": themes(outcome, lang),
        "grounds": grounds(outcome, lang),
        "otherStyles": other_styles(outcome),
        "chosenStyle": asdict(Ink(mark.fill, mark.edge, 1.4, fillOpacity=1, shape=mark.shape, radius=9)),
    }


def places(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Return the residential areas: shapes, names, and what a pop-up says; no count of disabled elders among it."""
    table = outcome.city.residential
    return {
        "ids": [str(key) for key in table.index],
        "names": [str(name) for name in table["name"]],
        "people": [
            say("tip_people", lang, households=unknown_or(homes, lang), elders=unknown_or(elders, lang))
            for homes, elders in zip(table["households"], table["elders"], strict=True)
        ],
        "shapes": codes(table.geometry.to_numpy(), outcome.city.crs_m),
        "facts": place_facts(outcome, lang),
        "notes": place_notes(outcome, lang),
    }


def unknown_or(number: object, lang: Lang) -> str:
    """Print a count; what is missing is said to be unknown."""
    return say("doc_unknown", lang) if pd.isna(number) else count_text(number, lang)  # type: ignore[call-overload]


def place_facts(outcome: Outcome, lang: Lang) -> list[list[tuple[str, str]]]:
    """Return for each residential area the pairs of word and value of its pop-up."""
    city = outcome.city
    table = city.residential
    names = city.districts["name"].to_dict()
    held = [table[f"{level}_id"] for level in ("county", "street", "community")]
    found = [
        [
            (say("fact_id", lang), str(key)),
            (say("fact_households", lang), unknown_or(homes, lang)),
            (
                say("fact_elders", lang),
                say(
                    "fact_elders_value",
                    lang,
                    elders=unknown_or(elders, lang),
                    source=label("elders_from", str(source), lang),
                ),
            ),
        ]
        for key, homes, elders, source in zip(
            table.index, table["households"], table["elders"], table["elders_source"], strict=True
        )
    ]
    for facts, *keys in zip(found, *held, strict=True):
        if inside := [str(names[key]) for key in keys if pd.notna(key) and key in names]:
            facts.append((say("fact_district", lang), " · ".join(inside)))
    for group in shown_groups(outcome):
        rows = of_group(outcome, group).reindex(table.index)
        nearest = site_names(outcome, rows["nearest_id"], lang)
        title = label("group", group, lang)
        for facts, state, seconds, site in zip(found, rows["state"], rows["seconds"], nearest, strict=True):
            facts.append((title, say("one_walk", lang, walk=walk_text(str(state), seconds, lang), site=site)))
    return found


def place_notes(outcome: Outcome, lang: Lang) -> list[list[str]]:
    """Return for each residential area the sentence of its quota verdict, with the clause."""
    if outcome.judgement is None:
        return []
    profile = outcome.judgement.profile
    estates = outcome.judgement.estates.set_index("place_id").reindex(outcome.city.residential.index)
    return [
        [
            say(
                "one_quota_note",
                lang,
                verdict=word(f"verdict_{verdict if isinstance(verdict, str) else 'no_rule'}", lang),
                existing=area(existing, lang),
                required=area(required, lang),
                clause=traced(profile, rule, lang),
            )
        ]
        for verdict, existing, required, rule in zip(
            estates["today_verdict"],
            estates["existing_m2"],
            estates["today_required_m2"],
            estates["today_rule"],
            strict=True,
        )
    ]


def area(value: float, lang: Lang) -> str:
    """Print square metres."""
    return say("no_figure", lang) if pd.isna(value) else grouped(value, 1)


def sites(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Return facilities and clinics: shapes, names, and what a pop-up says."""
    table = outcome.sites
    lines = facility_lines(table, lang)
    points = shapely.centroid(site_geometry(outcome).to_numpy())
    return {
        "ids": table["id"].astype("str").tolist(),
        "names": table["name"].astype("str").tolist(),
        "tips": lines,
        "first": first_group(outcome).tolist(),
        "shapes": codes(points, outcome.city.crs_m),
        "facts": [
            [
                (say("fact_id", lang), str(key)),
                (say("doc_col_kind", lang), label("kind", str(kind), lang)),
                (say("doc_col_counted_open", lang), yes_no(opens, lang)),
                (say("doc_col_beds", lang), unknown_or(beds, lang)),
                (say("doc_col_floor_area_m2", lang), unknown_or(floor, lang)),
            ]
            if layer == "facilities"
            else [(say("fact_id", lang), str(key)), (say("doc_col_kind", lang), label("kind", str(kind), lang))]
            for layer, key, kind, opens, beds, floor in zip(
                *(table[name] for name in ("layer", "id", "kind", "open", "beds", "floor_area_m2")), strict=True
            )
        ],
    }


def yes_no(opens: object, lang: Lang) -> str:
    """Say whether a site counts as open."""
    if pd.isna(opens):  # type: ignore[call-overload]  # True, False or <NA>
        return say("doc_unknown", lang)
    return say("doc_yes" if opens else "doc_no", lang)


def chosen(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Return the suggested sites."""
    table = suggested(outcome, lang)
    assert table is not None
    return {
        "ids": table["candidate_id"].astype("str").tolist(),
        "names": [
            say("one_chosen", lang, rank=rank, name=name)
            for rank, name in zip(table["rank"], table["name"], strict=True)
        ],
        "shapes": codes(shapely.centroid(chosen_shapes(outcome)), outcome.city.crs_m),
        "facts": [
            [
                (say("fact_id", lang), str(row["candidate_id"])),
                (say("doc_col_phase", lang), str(row["phase"]) if pd.notna(row["phase"]) else say("no_figure", lang)),
                (say("doc_col_floor_area_m2", lang), unknown_or(row["floor_area_m2"], lang)),
                (say("doc_col_newly_covered_elders", lang), unknown_or(row["newly_covered_elders"], lang)),
                (say("doc_col_nearest_medical_m", lang), unknown_or(row["nearest_medical_m"], lang)),
            ]
            for row in table.to_dict("records")
        ],
        "notes": [[str(reason)] if pd.notna(reason) else [] for reason in table["reason"]],
    }


def other_styles(outcome: Outcome) -> list[dict[str, Any]]:
    """Return how sites of other groups, or not open, are drawn; the last is for those in no group."""
    found = [
        Ink("#ffffff", style.mark_of(name).fill, 1.4, fillOpacity=0.9, shape=style.mark_of(name).shape, radius=4.5)
        for name in outcome.groups
    ]
    return [asdict(ink) for ink in (*found, Ink("#ffffff", "#7a7a7a", 1.2, fillOpacity=0.9, shape="diamond", radius=4))]
