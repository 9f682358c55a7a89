"""Sheets of streets and townships: one each, with its residential areas, its figures, its gaps and where it lies."""

from functools import partial

import numpy as np
import pandas as pd
import shapely

from exhibits import style
from exhibits.atlas import drawing, side
from exhibits.atlas.board import Board, Bounds, Sheet, bounds_of, count, main_group, map_sheet, of_level
from exhibits.atlas.circle_sheets import numbered, worst, worst_table
from exhibits.atlas.city_sheets import class_legend
from exhibits.atlas.facility_sheets import kind_lines
from exhibits.atlas.labels import Label, keep_clear, place
from exhibits.atlas.looks import ink_of, kind_mark
from exhibits.atlas.paper import Box, Page, Panel, panel
from exhibits.atlas.side import Column
from exhibits.classes import limits_min, place_classes
from exhibits.screen.headline import percent
from exhibits.screen.webmap import site_geometry
from planning.groups import KINDS
from planning.totals import minutes

LOCATOR = (34.0, 28.0)  # width and height in mm
MOST_NAMES = 220
MOST_LISTED = 14


def sheets(board: Board) -> list[Sheet]:
    """Return one sheet per street that holds a residential area, in the order of the districts layer."""
    held = set(board.outcome.city.residential["street_id"].dropna())
    streets = of_level(board, "street")
    chosen = [(key, str(name)) for key, name in streets["name"].items() if key in held]
    return [
        Sheet(f"11-{number:02d}", board.word("title_street", name=name), partial(street, street_id=str(key)))
        for number, (key, name) in enumerate(chosen, start=1)
    ]


def street(board: Board, sheet: Sheet, street_id: str) -> Page:
    """Draw one street: residential areas by the walk, every facility with its name, the rest of the city pale."""
    outcome, group = board.outcome, main_group(board.outcome)
    city = outcome.city
    district = of_level(board, "street").loc[[street_id]]
    mine = (city.residential["street_id"] == street_id).fillna(value=False).to_numpy(dtype=bool)
    view, column = map_sheet(board, sheet, window(board, street_id, mine))
    drawing.ground(view, board.streets, board.background, minor_in=district.geometry.iloc[0])
    classes = place_classes(outcome, group)
    looks = style.class_looks(limits_min(outcome))
    drawing.places(view, city.residential.geometry, classes, looks)
    drawing.borders(view, city.districts)
    _veil(view, district.geometry.iloc[0])
    drawing.strokes(view, shapely.boundary(district.geometry.to_numpy()), style.ACCENT, 2.0, z=6.8)
    rows = worst(board, group, street_id).head(MOST_LISTED)
    facilities = _facilities(view, board)
    side.heading(column, board.word("legend_walk", group=board.label("group", group)))
    class_legend(column, board, looks, classes[mine].value_counts(), halved=True)
    kinds = [kind for kind in KINDS if (facilities["kind"] == kind).any()]
    if kinds:
        side.signs(column, kind_lines(board, facilities, kinds))
    side.space(column, 2)
    _figures(column, board, street_id)
    side.heading(column, board.word("street_worst", n=count(len(rows))))
    beside = Column(column.page, column.top, column.floor, column.left, column.width - LOCATOR[0] - 3)
    listed = worst_table(beside, board, rows, street=False)
    _locator(column, board, district.geometry.iloc[0])
    numbered(view, city.residential.loc[rows.index[:listed]])
    _facility_names(view, facilities)
    _names(view, board, mine)
    return view.page


def window(board: Board, street_id: str, mine: np.ndarray) -> Bounds:
    """Return what the sheet of a street shows: where its residential areas are, and the street itself if not too wide.

    A township of mountains with all its people in one valley is drawn as that valley.
    """
    whole = bounds_of(of_level(board, "street").loc[[street_id]])
    lived = bounds_of(board.outcome.city.residential[mine])
    spans = [max(box[2] - box[0], box[3] - box[1]) for box in (whole, lived)]
    if spans[0] <= 2.5 * spans[1]:
        return whole
    west, south, east, north = lived
    more = 0.1 * spans[1]
    return west - more, south - more, east + more, north + more


def _veil(view: Panel, shape: shapely.Geometry) -> None:
    """Make what lies outside the street pale."""
    rest = shapely.difference(shapely.box(*view.window_m), shape)
    parts = shapely.get_parts(rest)
    areas = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004 - polygons
    drawing.fill(view, areas, style.Look(style.PAPER, style.PAPER), z=6.5, edge_pt=0, alpha=0.62)


def _facilities(view: Panel, board: Board) -> pd.DataFrame:
    """Draw the sites in the window by kind and return those that are open, care before clinics."""
    sites = board.outcome.sites
    points, there = drawing.spots(site_geometry(board.outcome))
    shown = (
        there & drawing.inside(view, shapely.bounds(points)) & sites["open"].fillna(value=False).to_numpy(dtype=bool)
    )
    found: pd.DataFrame = sites[shown].assign(point=points[shown])
    for kind in found["kind"].unique():
        drawing.dots(
            view, points[shown & (sites["kind"] == kind).to_numpy()], kind_mark(str(kind)), 8, z=8, edge_pt=0.8
        )
    xy = shapely.get_coordinates(points[shown])
    keep_clear(view, xy[:, 0], xy[:, 1], 1.4)
    return found


def _facility_names(view: Panel, found: pd.DataFrame) -> None:
    """Write the names of the sites, care before clinics."""
    wanted = [
        Label(row["point"].x, row["point"].y, str(row["name"]), 6.5, "bold", ink_of(kind_mark(str(row["kind"]))), 1.6)
        for row in found.to_dict("records")
    ]
    place(view, wanted)


def _names(view: Panel, board: Board, mine: np.ndarray) -> None:
    """Write the names of residential areas, those with most elders first, where there is room."""
    places = board.outcome.city.residential[mine]
    places = places.sort_values("elders", ascending=False, na_position="last", kind="stable").head(MOST_NAMES)
    shapes = places.geometry.to_numpy()
    xy = shapely.get_coordinates(shapely.point_on_surface(shapes))
    point = shapely.get_dimensions(shapes) == 0
    wanted = [
        Label(x, y, str(name), 6, beside_mm=1.1 if alone else 0.0)
        for (x, y), name, alone in zip(xy.tolist(), places["name"], point, strict=True)
    ]
    place(view, wanted)


def _figures(column: Column, board: Board, street_id: str) -> None:
    """Write the street's totals, and its elders within the longest limit for every group."""
    outcome = board.outcome
    table = outcome.districts[
        (outcome.districts["level"] == "street") & (outcome.districts["district_id"] == street_id)
    ]
    first = table.iloc[0]
    last = minutes(outcome.limits_s[-1])
    totals = tuple(count(first[f"{weight}_total"]) for weight in ("places", "households", "people", "elders"))
    head = tuple(board.word(weight) for weight in ("places", "households", "people", "elders"))
    side.heading(column, board.word("street_figures"))
    side.table(column, head, [totals], (1, 1, 1, 1), align=("center",) * 4)
    has = outcome.presence[(outcome.presence["level"] == "street") & (outcome.presence["district_id"] == street_id)]
    open_here = has.set_index("group")["sites_open"].to_dict()
    rows = []
    for row in table.to_dict("records"):
        known = row["elders_total"] - row["elders_unknown"]
        within = row[f"elders_within_{last}"]
        share = percent(within / known if known else None, board.lang)
        missed = row["elders_out"] + row["elders_full"]
        rows.append(
            (
                board.label("group", row["group"]),
                count(open_here.get(row["group"], 0)),
                count(within),
                share if not (row["elders_left_out"] and within >= known) else "—",
                count(missed),
                count(row["elders_left_out"]),
            )
        )
    codes = ("group", "sites_here", "within_elders", "share", "missed_elders", "unknown_places")
    side.table(column, tuple(board.word(code, most=last) for code in codes), rows, (20, 12, 18, 13, 16, 15))


def _locator(column: Column, board: Board, shape: shapely.Geometry) -> None:
    """Draw the city small, with this street in it, at the foot of the column."""
    box = Box(column.left + column.width - LOCATOR[0], column.floor, *LOCATOR)
    districts = of_level(board, "street")
    small = panel(column.page, bounds_of(districts), box)
    small.axes.set_facecolor(style.PAPER)
    drawing.strokes(small, shapely.boundary(districts.geometry.to_numpy()), style.FAINT, 0.4, z=2)
    drawing.fill(small, np.array([shape], dtype=object), style.Look(style.ACCENT, style.ACCENT), z=3)
