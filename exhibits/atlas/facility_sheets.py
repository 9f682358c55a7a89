"""Sheets of facilities: elder care by kind and state, clinics, and how near each care facility has its partner."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import shapely

from exhibits import style
from exhibits.atlas import drawing, side
from exhibits.atlas.board import Board, Sheet, count, map_sheet, name_levels, outside
from exhibits.atlas.city_sheets import base, class_legend, faint_places
from exhibits.atlas.labels import keep_clear
from exhibits.atlas.looks import NEAR_FILLS, kind_mark, ring_mark
from exhibits.atlas.paper import Page, Panel
from exhibits.atlas.side import Column
from exhibits.classes import class_counts, limits_min, place_classes
from exhibits.screen.webmap import site_geometry
from exhibits.style import Mark
from geodata.schema import FACILITY_KINDS, MEDICAL_KINDS
from planning.rules.proximity import CLASSES


def state_of(row: Mapping[Any, Any]) -> str:
    """Say whether a site serves on the day of the study: open, not_yet, closed or unknown."""
    if pd.isna(row["open"]):
        return "unknown"
    if row["open"]:
        return "open"
    return "closed" if row["status"] == "closed" else "not_yet"


def facilities(board: Board, sheet: Sheet) -> Page:
    """Draw every elder-care facility by kind, and whether it is open."""
    view, column = map_sheet(board, sheet)
    base(view, board)
    faint_places(view, board)
    sites = board.outcome.sites[board.outcome.sites["layer"] == "facilities"]
    states = pd.Series([state_of(row) for row in sites.to_dict("records")], index=sites.index, dtype="object")
    drawn = draw_kinds(view, board, sites, states, FACILITY_KINDS)
    name_levels(view, board)
    side.heading(column, board.word("legend_facilities"))
    kinds = [kind for kind in FACILITY_KINDS if (sites["kind"] == kind).any()]
    side.signs(column, kind_lines(board, sites, kinds))
    side.space(column, 1.5)
    for state in ("open", "not_yet", "closed", "unknown"):
        if (states == state).any():
            ring = ring_mark("day_care", state) if state in {"not_yet", "unknown"} else None
            text, number = board.word(f"site_{state}"), count((states == state).sum())
            side.sign(column, kind_mark("day_care", state), text, number, ring=ring)
    base_note(column, board, sites, drawn)
    side.space(column)
    side.heading(column, board.word("facilities_table"))
    rows = []
    for kind in kinds:
        mine = sites[(sites["kind"] == kind) & (states == "open")]
        beds = mine["beds"]
        rows.append(
            (board.label("kind", kind), count(len(mine)), count(beds.sum(min_count=1)), count(beds.isna().sum()))
        )
    now = sites[states == "open"]
    rows.append((board.word("sum"), count(len(now)), count(now["beds"].sum()), count(now["beds"].isna().sum())))
    head = (board.word("kind"), board.word("open_sites"), board.word("beds"), board.word("beds_unknown"))
    side.table(column, head, rows, (42, 16, 16, 20), bold_last=True)
    return view.page


def kind_lines(board: Board, sites: pd.DataFrame, kinds: Iterable[str]) -> list[tuple[Mark, str, str]]:
    """Return the lines of a legend of kinds, with how many sites there are of each."""
    return [(kind_mark(kind), board.label("kind", kind), count((sites["kind"] == kind).sum())) for kind in kinds]


def draw_kinds(
    view: Panel, board: Board, sites: pd.DataFrame, states: pd.Series, kinds: tuple[str, ...], size_pt: float = 6.5
) -> int:
    """Draw sites by kind, those that are open on top; return how many have no place on the map."""
    points, there = drawing.spots(site_geometry(board.outcome).loc[sites.index])
    for order, state in enumerate(("closed", "unknown", "not_yet", "open")):
        for kind in kinds:
            mine = there & (sites["kind"] == kind).to_numpy() & (states == state).to_numpy()
            drawing.facility_dots(view, points[mine], kind, state, size_pt, z=7 + 0.1 * order)
    xy = shapely.get_coordinates(points[there])
    keep_clear(view, xy[:, 0], xy[:, 1], 1.2)
    return int((~there).sum()) + outside(view, points[there])


def base_note(column: Column, board: Board, sites: pd.DataFrame, undrawn: int) -> None:
    """Say how many of the counted sites the map does not show."""
    if undrawn:
        side.note(column, board.word("beyond_frame", n=count(undrawn), all=count(len(sites))))


def medical(board: Board, sheet: Sheet) -> Page:
    """Draw clinics, how far residential areas walk to them, and how near each care facility has its partner."""
    outcome = board.outcome
    view, column = map_sheet(board, sheet)
    base(view, board)
    sites = outcome.sites[outcome.sites["layer"] == "medical"]
    side.heading(column, board.word("legend_medical"))
    if "medical" in outcome.groups:
        looks = style.class_looks(limits_min(outcome))
        drawing.places(view, outcome.city.residential.geometry, place_classes(outcome, "medical"), looks)
        counts = class_counts(outcome, "medical")
        class_legend(column, board, looks, counts)
        side.space(column, 1.5)
    else:
        faint_places(view, board)
    states = pd.Series("open", index=sites.index)
    undrawn = draw_kinds(view, board, sites, states, MEDICAL_KINDS, 6)
    side.signs(column, kind_lines(board, sites, [kind for kind in MEDICAL_KINDS if (sites["kind"] == kind).any()]))
    base_note(column, board, sites, undrawn)
    side.space(column)
    if outcome.judgement is not None and len(outcome.judgement.distances):
        _partners(view, column, board)
    else:
        side.note(column, board.word("no_partners"))
    name_levels(view, board)
    return view.page


def _partners(view: Panel, column: Column, board: Board) -> None:
    """Colour every care facility by the class of its distance to the medical partner."""
    judgement = board.outcome.judgement
    if judgement is None:
        return
    table = judgement.distances
    table = table[table["layer"] == "facilities"].drop_duplicates("object_id")
    classes = table["class"].astype("object").where(table["class"].notna(), "unknown").to_numpy()
    points, there = drawing.spots(board.outcome.city.facilities.geometry.reindex(table["object_id"]))
    side.heading(column, board.word("legend_partners"))
    near_m = judgement.profile["near_m"]
    for name in (*CLASSES, "unknown"):
        mine = classes == name
        if not mine.any():
            continue
        mark = Mark("diamond", NEAR_FILLS[name], "#1a1a1a")
        drawing.dots(view, points[mine & there], mark, 5.5, z=8, edge_pt=0.6)
        text = board.word(f"near_{name}", **{key: f"{float(value):g}" for key, value in dict(near_m).items()})
        side.sign(column, mark, text, count(mine.sum()), 7)
    side.note(column, board.word("partners_note", n=count(len(table))))
