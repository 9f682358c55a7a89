"""Board: what every sheet of one atlas is drawn from, and how a sheet with a map is begun."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from exhibits import style
from exhibits.atlas import furniture
from exhibits.atlas.drawing import StreetMap, inside, street_map
from exhibits.atlas.labels import Label, place
from exhibits.atlas.paper import MAP, SIDE, Box, Page, Panel, new_page, panel
from exhibits.atlas.side import Column
from exhibits.background import Background, background_of
from exhibits.classes import shown_groups
from exhibits.products import TitleBlock
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from scenarios.outcome import Outcome

Bounds = tuple[float, float, float, float]
LEAST_M = 400.0  # a map shows at least this much
FIRST_CHOICE = ("day_care", "any_care")  # the group the 15-minute circle is about, where it was judged


@dataclass(frozen=True, eq=False, kw_only=True)
class Board:
    """One outcome ready to be drawn; lines and background are made once and shared by all sheets."""

    outcome: Outcome
    lang: Lang
    imprint: TitleBlock
    streets: StreetMap
    background: Background
    bounds_m: Bounds

    def word(self, code: str, **details: object) -> str:
        """Say a message of ``words/atlas.toml`` in the language of the atlas; codes carry ``atlas_`` there."""
        return say(f"atlas_{code}", self.lang, **details)

    def label(self, topic: str, name: str) -> str:
        """Return the word planners use for a group, kind, level or status."""
        return style.label(topic, name, self.lang)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its number as 05-1, its title, and what draws it."""

    number: str
    title: str
    draw: Callable[[Board, "Sheet"], Page]

    def numbered(self, lang: Lang) -> str:
        """Return the number as the heading prints it."""
        return say("atlas_number", lang, number=self.number)


def board_of(outcome: Outcome, lang: Lang, imprint: TitleBlock) -> Board:
    """Lay out the board of an outcome."""
    city = outcome.city
    return Board(
        outcome=outcome,
        lang=lang,
        imprint=imprint,
        streets=street_map(city.streets),
        background=background_of(city),
        bounds_m=bounds_of(city.residential),
    )


def bounds_of(table: gpd.GeoDataFrame) -> Bounds:
    """Return the box of some shapes, at least 400 m on each side."""
    west, south, east, north = (float(value) for value in table.total_bounds)
    wide, high = max(0.0, LEAST_M - (east - west)) / 2, max(0.0, LEAST_M - (north - south)) / 2
    return west - wide, south - high, east + wide, north + high


def main_group(outcome: Outcome) -> str:
    """Return the group that the circle, the gaps and the sheets of streets are about; "" where none was judged."""
    shown = shown_groups(outcome)
    care = [group for group in shown if group != "medical"]
    return next((group for group in (*FIRST_CHOICE, *care, *shown) if group in shown), "")


def map_sheet(board: Board, sheet: Sheet, bounds_m: Bounds | None = None, box: Box = MAP) -> tuple[Panel, Column]:
    """Begin a sheet with one map: frame, ticks, title block, scale; return the map and the column for its legend."""
    page = begin(board, sheet)
    view = panel(page, bounds_m or board.bounds_m, box)
    furniture.ticks(view)
    return view, finish(board, sheet, view)


def begin(board: Board, sheet: Sheet) -> Page:
    """Begin a sheet: frame, heading, parameters and sources."""
    page = new_page()
    number = sheet.numbered(board.lang)
    furniture.frame(page, board.outcome, board.imprint, number, sheet.title, board.lang)
    furniture.foot(page, board.outcome, board.lang)
    return page


def finish(board: Board, sheet: Sheet, view: Panel | None, page: Page | None = None) -> Column:
    """Draw title block and scale; return the column that is left for legend and tables."""
    page = view.page if view else page
    if page is None:
        raise ValueError("a sheet has a map or a page")
    top = furniture.title_block(
        page,
        board.outcome,
        board.imprint,
        number=sheet.number,
        title=sheet.title,
        scale=view.scale if view else None,
        lang=board.lang,
    )
    floor = furniture.scale_strip(view, top, board.lang) if view else top
    return Column(page, SIDE.top, floor + 2)


def district_labels(view: Panel, districts: gpd.GeoDataFrame, size_pt: float, colour: str = "#5d4a68") -> None:
    """Write the names of districts inside the part of them that the map shows, large ones first."""
    window = shapely.box(*view.window_m)
    shapes = districts.geometry.to_numpy()
    cut = shapely.intersection(shapes, window)
    names = districts["name"].to_numpy()
    order = np.argsort(-shapely.area(cut), kind="stable")
    chosen = [number for number in order if cut[number] is not None and not shapely.is_empty(cut[number])]
    points = shapely.get_coordinates(shapely.point_on_surface(cut[chosen]))
    wanted = [
        Label(x, y, str(names[number]), size_pt, "bold", colour)
        for (x, y), number in zip(points.tolist(), chosen, strict=True)
    ]
    place(view, wanted)


def of_level(board: Board, level: str) -> gpd.GeoDataFrame:
    """Return the districts of one level."""
    districts = board.outcome.city.districts
    return gpd.GeoDataFrame(districts[(districts["level"] == level).to_numpy(dtype=bool)])


def finest_levels(board: Board) -> tuple[str, ...]:
    """Return the levels the city has, county first."""
    given = set(board.outcome.city.districts["level"])
    return tuple(level for level in ("county", "street", "community") if level in given)


def name_levels(view: Panel, board: Board) -> None:
    """Write the names of streets, or of counties where there are no streets; then those of the background."""
    levels = finest_levels(board)
    if "street" in levels:
        district_labels(view, of_level(board, "street"), 7.5)
    elif levels:
        district_labels(view, of_level(board, levels[0]), 9.5)
    points = shapely.get_coordinates(board.background.name_points).tolist()
    named = zip(points, board.background.names, strict=True)
    place(view, [Label(x, y, name, 6.5, colour=style.WATER_INK) for (x, y), name in named])


def outside(view: Panel, points: np.ndarray) -> int:
    """Count the points that lie beyond the map's frame."""
    return int((~inside(view, shapely.bounds(points))).sum())


def count(number: float) -> str:
    """Print a count with spaces between thousands; what is missing as a dash."""
    return "—" if pd.isna(number) else grouped(number)
