"""Sheets of the walk: who reaches care within 5, 10 and 15 minutes, and where the gaps are."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from exhibits import style
from exhibits.atlas import drawing, side
from exhibits.atlas.board import Board, Sheet, count, main_group, map_sheet, name_levels
from exhibits.atlas.city_sheets import base, class_legend
from exhibits.atlas.labels import Label, keep_clear, place
from exhibits.atlas.looks import PALE
from exhibits.atlas.paper import Page, Panel
from exhibits.atlas.side import Column
from exhibits.classes import class_counts, limits_min, of_group, place_classes
from exhibits.screen.headline import percent
from exhibits.screen.webmap import site_geometry, site_mask
from exhibits.style import Look, mark_of
from exhibits.wording import minutes_text
from geodata.words.numbers import grouped
from planning.coverage import State
from planning.groups import doors_of, site_doors
from planning.totals import minutes
from planning.walking.isochrones import isochrones

TINT = 0.26  # opacity of the walking circles under the residential areas
CELL_MM = 0.45  # of the field the circles are drawn from, on paper
MOST_GAPS = 25


def circle(board: Board, sheet: Sheet, group: str) -> Page:
    """Draw residential areas by the walk to the nearest site of ``group``, over the area that can be walked from."""
    outcome = board.outcome
    view, column = map_sheet(board, sheet)
    drawing.ground(view, board.streets, board.background)
    walking_circles(view, board, group)
    drawing.borders(view, outcome.city.districts)
    looks = style.class_looks(limits_min(outcome))
    drawing.places(view, outcome.city.residential.geometry, place_classes(outcome, group), looks)
    sites = open_sites(view, board, group)
    name_levels(view, board)
    side.heading(column, board.word("legend_walk", group=board.label("group", group)))
    class_legend(column, board, looks, class_counts(outcome, group))
    side.sign(column, mark_of(group), board.word("open_group", group=board.label("group", group)), count(sites))
    side.swatch(column, Look("#c6d9e8", "#c6d9e8"), board.word("circles"))
    side.space(column, 2)
    row = headline_row(board, group)
    side.heading(column, board.word("rates_table"))
    rates_table(column, board, row)
    speeds_table(column, board, group)
    side.note(column, board.word("rates_note"))
    side.note(column, board.word("speeds_note"))
    return view.page


def walking_circles(view: Panel, board: Board, group: str) -> None:
    """Tint what lies within each limit of an open site; a drawing, no figure is read off it."""
    outcome = board.outcome
    doors = doors_of(site_doors(outcome.city), site_mask(outcome, group))
    if not doors.connected.any():
        return
    cell_m = max(20.0, CELL_MM * view.scale / 1000)
    found = isochrones(outcome.network, doors, outcome.limits_s, cell_m=cell_m).iloc[::-1]
    fills = style.band_fills(len(found))[::-1]
    for order, (shape, colour) in enumerate(zip(found.geometry, fills, strict=True)):
        look = Look(colour, colour)
        drawing.fill(view, np.array([shape], dtype=object), look, z=2.8 + 0.01 * order, edge_pt=0, alpha=TINT)


def open_sites(view: Panel, board: Board, group: str, size_pt: float = 6.0) -> int:
    """Draw the open sites of a group and return how many there are."""
    mask = site_mask(board.outcome, group)
    shapes, there = drawing.spots(site_geometry(board.outcome)[mask])
    points = shapes[there]
    drawing.dots(view, points, mark_of(group), size_pt, z=8, edge_pt=0.7)
    xy = shapely.get_coordinates(points)
    keep_clear(view, xy[:, 0], xy[:, 1], 1.1)
    return int(mask.sum())


def headline_row(board: Board, group: str) -> Mapping[str, Any]:
    """Return the row of the summary's headline of one group."""
    rows: list[Mapping[str, Any]] = list(board.outcome.summary["headline"])
    return next(row for row in rows if row["group"] == group)


def rates_table(column: Column, board: Board, row: Mapping[str, Any]) -> None:
    """Write who is within each limit: counts, and under them the shares of what is known."""
    limits = [minutes(limit_s) for limit_s in board.outcome.limits_s]
    rows: list[tuple[str, ...]] = []
    for weight in ("elders", "people", "households", "places"):
        known = row[f"{weight}_known"]
        within = [row[f"{weight}_within_{limit}"] for limit in limits]
        rows.append((board.word(weight), *(count(value) for value in within), count(known)))
        shares = [percent(value / known if known else None, board.lang) for value in within]
        left_out = row[f"{weight}_left_out"]
        rows.append(("", *shares, board.word("unknown_n", n=count(left_out)) if left_out else ""))
    head = (board.word("weight"), *(board.word("within", most=limit) for limit in limits), board.word("known"))
    side.table(column, head, rows, (20, *(72 / (len(limits) + 1.2),) * len(limits), 1.2 * 72 / (len(limits) + 1.2)))


def speeds_table(column: Column, board: Board, group: str) -> None:
    """Write how the share of the longest limit hangs on the speed, and what the straight-line circle would claim."""
    outcome = board.outcome
    longest = limits_min(outcome)[-1]
    table = outcome.sensitivity
    table = table[(table["group"] == group) & (table["limit_min"] == longest)]
    weight = "elders" if table["elders_known"].sum() else "places"
    rows = [
        (
            f"{row['speed_m_s']:g}",
            grouped(row["circle_m"]),
            percent(row[f"{weight}_share"], board.lang),
            percent(row[f"{weight}_straight_share"], board.lang),
        )
        for row in table.to_dict("records")
    ]
    if len(rows) > side.rows_that_fit(column, 14):
        return
    head = (board.word("speed"), board.word("circle_m"), board.word("by_way"), board.word("by_air"))
    side.heading(column, board.word("speeds_table", weight=board.word(weight), most=f"{longest:g}"))
    side.table(column, head, rows, (22, 22, 25, 25))


def blind(board: Board, sheet: Sheet) -> Page:
    """Draw the residential areas that can't walk to care, and list those where most elders live."""
    outcome, group = board.outcome, main_group(board.outcome)
    view, column = map_sheet(board, sheet)
    base(view, board)
    classes = place_classes(outcome, group)
    looks = style.class_looks(limits_min(outcome))
    missed = {name: looks[name] for name in ("unknown", "full", "out")}
    shown = classes.where(classes.isin(list(missed)), "served")
    places = outcome.city.residential
    drawing.places(view, places.geometry, shown, {"served": PALE, **missed})
    open_sites(view, board, group, 4.5)
    rows = worst(board, group)
    numbered(view, places.loc[rows.index])
    name_levels(view, board)
    side.heading(column, board.word("legend_blind", group=board.label("group", group)))
    row = headline_row(board, group)
    limits = limits_min(outcome)
    for name in ("out", "full", "unknown"):
        text = style.class_label(name, limits, board.lang)
        side.swatch(column, looks[name], text, f"{count(row[f'places_{name}'])} / {count(row[f'elders_{name}'])}")
    last = minutes(outcome.limits_s[-1])
    text = f"{count(row[f'places_within_{last}'])} / {count(row[f'elders_within_{last}'])}"
    side.swatch(column, PALE, board.word("served"), text)
    side.sign(column, mark_of(group), board.word("open_group", group=board.label("group", group)), "", 6)
    side.note(column, board.word("places_elders_note"))
    side.space(column, 1)
    side.heading(column, board.word("worst_table", n=count(len(rows))))
    worst_table(column, board, rows)
    return view.page


def worst(board: Board, group: str, street_id: str = "") -> pd.DataFrame:
    """Return the residential areas out of reach or full, most elders first; of one street where it is given."""
    rows = of_group(board.outcome, group)
    rows = rows[rows["state"].isin([State.OUT.value, State.FULL.value])]
    places = board.outcome.city.residential.loc[rows.index]
    rows = rows.assign(name=places["name"], elders=places["elders"], street_id=places["street_id"])
    if street_id:
        rows = rows[(rows["street_id"] == street_id).fillna(value=False).to_numpy(dtype=bool)]
    return rows.sort_values("elders", ascending=False, na_position="last", kind="stable").head(MOST_GAPS)


def numbered(view: Panel, places: gpd.GeoDataFrame) -> None:
    """Write 1, 2, 3 ... beside residential areas, in their order."""
    points, there = drawing.spots(places.geometry)
    alone = (places.geom_type == "Point").to_numpy(dtype=bool)
    wanted = [
        Label(points[at].x, points[at].y, str(at + 1), 7.5, "bold", "#7a1f00", beside_mm=1.2 if alone[at] else 0.0)
        for at in np.flatnonzero(there)
    ]
    place(view, wanted)


def worst_table(column: Column, board: Board, rows: pd.DataFrame, *, street: bool = True) -> int:
    """List residential areas with their number on the map, elders and walk; return how many found room.

    ``street`` says where each lies; on the sheet of a street that goes without saying.
    """
    names = board.outcome.city.districts["name"].to_dict()
    fit = side.rows_that_fit(column, 0 if side.rows_that_fit(column) >= len(rows) else 4)
    lines = [
        (
            str(number),
            str(row["name"]),
            *([str(names.get(row["street_id"], "—"))] if street else []),
            count(row["elders"]),
            minutes_text(row["seconds"], board.lang),
        )
        for number, row in enumerate(rows.head(fit).to_dict("records"), start=1)
    ]
    head = (
        board.word("no"),
        board.word("place"),
        *([board.label("level", "street")] if street else []),
        board.word("elders"),
        board.word("walk"),
    )
    if lines:
        widths, align = ((7, 34, 24, 13, 18), ("left",) * 3) if street else ((7, 26, 12, 16), ("left",) * 2)
        side.table(column, head, lines, widths, align=align)  # type: ignore[arg-type]  # literals
        if len(rows) > fit:
            side.note(column, board.word("more_rows", n=count(len(rows) - fit)))
    elif not len(rows):
        side.note(column, board.word("no_gaps"))
    return len(lines)
