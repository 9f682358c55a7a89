"""Key maps: small maps for the statement, drawn with the pens of the atlas at a scale that is true on paper."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib.figure import Figure

from exhibits import style
from exhibits.atlas import drawing, fonts
from exhibits.atlas.board import Board, board_of, district_labels, finest_levels, main_group, of_level
from exhibits.atlas.city_sheets import elder_breaks, elder_classes
from exhibits.atlas.looks import PALE
from exhibits.atlas.paper import INCH_MM, Box, Page, Panel, scale_for
from exhibits.classes import class_counts, limits_min, place_classes
from exhibits.products import TitleBlock
from exhibits.screen.webmap import site_geometry, site_mask
from exhibits.statement.keylegend import Legend, north, scale_bar
from exhibits.style import VERDICT_LOOKS, Look
from exhibits.suggested import chosen_shapes, classes_after, suggested, suggested_group
from geodata.words import Lang, say
from planning.groups import members
from planning.rules.findings import word
from planning.totals import counted
from scenarios.outcome import Outcome

WIDTH_MM, HEIGHT_MM = 156.0, 112.0  # as wide as the text of the statement
MAP = Box(0.5, 0.5, 110.0, 111.0)
LEGEND_LEFT, LEGEND_WIDE = 113.0, 42.5
DPI = 220


@dataclass(frozen=True)
class KeyMap:
    """One map: what it shows, as a caption says, and the picture (PNG, 156 mm wide)."""

    key: str
    caption: str
    png: bytes


def key_map(board: Board, key: str, caption: str, draw: Callable[[Board, Panel, Legend], None]) -> KeyMap:
    """Draw one map with its legend, scale and north arrow."""
    with fonts.settled():
        figure = Figure(figsize=(WIDTH_MM / INCH_MM, HEIGHT_MM / INCH_MM), facecolor=style.PAPER)
        paper = figure.add_axes((0, 0, 1, 1), zorder=10)
        paper.set(xlim=(0, WIDTH_MM), ylim=(0, HEIGHT_MM))
        paper.set_axis_off()
        paper.patch.set_visible(False)
        view = panel(Page(figure, paper), board.bounds_m)
        legend = Legend(view.page, LEGEND_LEFT, LEGEND_WIDE, HEIGHT_MM - 1)
        drawing.ground(view, board.streets, board.background, faint=True)
        drawing.borders(view, board.outcome.city.districts, ("street", "county"))
        draw(board, view, legend)
        if levels := [name for name in finest_levels(board) if name != "community"]:
            district_labels(view, of_level(board, levels[-1]), 5.5)
        scale_bar(view.page, LEGEND_LEFT + 1, 5, view.scale, board.lang)
        north(view.page, WIDTH_MM - 4, 2, board.lang)
        out = io.BytesIO()
        figure.savefig(out, dpi=DPI, format="png", metadata={"Software": None})
    return KeyMap(key, caption, out.getvalue())


def panel(page: Page, bounds_m: tuple[float, float, float, float]) -> Panel:
    """Lay the map on the left of the small sheet."""
    scale = scale_for(bounds_m, MAP)
    west, south, east, north = bounds_m
    wide_m, high_m = MAP.width * scale / 1000, MAP.height * scale / 1000
    west_m, south_m = (west + east - wide_m) / 2, (south + north - high_m) / 2
    place = (MAP.left / WIDTH_MM, MAP.bottom / HEIGHT_MM, MAP.width / WIDTH_MM, MAP.height / HEIGHT_MM)
    axes = page.figure.add_axes(place, zorder=1)
    axes.set(xlim=(west_m, west_m + wide_m), ylim=(south_m, south_m + high_m), xticks=[], yticks=[])
    axes.set_facecolor(style.GROUND)
    for spine in axes.spines.values():
        spine.set(color=style.INK, linewidth=0.6)
    return Panel(page, axes, MAP, west_m, south_m, scale)


def swatches(legend: Legend, looks: Mapping[str, Look], names: Mapping[str, str], counts: Mapping[Any, int]) -> None:
    """Write the legend of the classes that anything is in."""
    for name, look in looks.items():
        if counts.get(name):
            legend.area(look, names[name], counted(counts[name]))


def elders_map(board: Board, view: Panel, legend: Legend) -> None:
    """Draw residential areas by the elders who live there."""
    places = board.outcome.city.residential
    breaks = elder_breaks(places["elders"])
    classes, looks = elder_classes(places["elders"], breaks)
    drawing.places(view, places.geometry, classes, looks)
    legend.heading(say("st_legend_elders", board.lang))
    names = {name: elder_label(name, breaks, board) for name in looks}
    swatches(legend, looks, names, classes.value_counts().to_dict())


def elder_label(name: str, breaks: tuple[float, ...], board: Board) -> str:
    """Name a class of elders by its limits."""
    if not name.isdigit():
        return say("doc_unknown", board.lang)
    at = int(name)
    lowest = counted(breaks[at - 1]) if at else "0"
    if at >= len(breaks):
        return say("st_class_from", board.lang, least=lowest)
    return say("st_class_to", board.lang, least=lowest, most=counted(breaks[at]))


def sites_map(board: Board, view: Panel, legend: Legend) -> None:
    """Draw the open facilities by group over faint residential areas."""
    outcome = board.outcome
    faint(board, view)
    legend.heading(say("st_legend_sites", board.lang))
    drawn = np.zeros(len(outcome.sites), dtype=bool)
    for group in (name for name in outcome.groups if name != "any_care"):
        mine = site_mask(outcome, group)
        points = site_points(board, mine & ~drawn)
        drawn |= mine
        drawing.dots(view, points, style.mark_of(group), 4.2, z=5 + (group != "medical"))
        legend.mark(style.mark_of(group), style.label("group", group, board.lang), counted(float(mine.sum())))


def faint(board: Board, view: Panel) -> None:
    """Draw the residential areas as ground for what the map is about."""
    places = board.outcome.city.residential
    drawing.places(view, places.geometry, pd.Series("all", index=places.index), {"all": PALE})


def site_points(board: Board, chosen: Any) -> Any:  # noqa: ANN401 - arrays
    """Return a point inside each of the chosen sites that has a place."""
    where = site_geometry(board.outcome)[chosen]
    return shapely.point_on_surface(where[~(where.is_empty | where.isna())].to_numpy())


def circle_map(group: str, *, then: bool = False) -> Callable[[Board, Panel, Legend], None]:
    """Return what draws residential areas by their walk to the nearest site of ``group``, now or with the new sites."""

    def draw(board: Board, view: Panel, legend: Legend) -> None:
        outcome = board.outcome
        limits = limits_min(outcome)
        looks = style.class_looks(limits)
        later = classes_after(outcome, group) if then else None
        classes = place_classes(outcome, group) if later is None else later
        drawing.places(view, outcome.city.residential.geometry, classes, looks)
        points = site_points(board, site_mask(outcome, group))
        drawing.dots(view, points, style.mark_of(group), 3.4, z=7)
        legend.heading(say("st_legend_walk", board.lang, group=style.label("group", group, board.lang)))
        names = {name: style.class_label(name, limits, board.lang) for name in looks}
        counts = class_counts(outcome, group) if later is None else later.value_counts().to_dict()
        swatches(legend, looks, names, counts)
        legend.mark(
            style.mark_of(group),
            style.label("group", group, board.lang),
            counted(float((members(outcome.sites, outcome.groups[group]) & site_mask(outcome, group)).sum())),
        )
        if later is not None:
            chosen_marks(board, view, legend)

    return draw


def quota_map(board: Board, view: Panel, legend: Legend) -> None:
    """Draw residential areas by their verdict under today's rules."""
    judgement = board.outcome.judgement
    assert judgement is not None
    places = board.outcome.city.residential
    verdicts = judgement.estates.set_index("place_id")["today_verdict"].astype("object")
    verdicts = verdicts.reindex(places.index, fill_value="no_rule")
    drawing.places(view, places.geometry, verdicts, VERDICT_LOOKS)
    legend.heading(say("st_legend_quota", board.lang))
    names = {name: word(f"verdict_{name}", board.lang) for name in VERDICT_LOOKS}
    swatches(legend, VERDICT_LOOKS, names, verdicts.value_counts().to_dict())


def chosen_map(board: Board, view: Panel, legend: Legend) -> None:
    """Draw the suggested sites over the residential areas by their walk."""
    group = suggested_group(board.outcome) or main_group(board.outcome)
    circle_map(group)(board, view, legend)
    chosen_marks(board, view, legend)


def chosen_marks(board: Board, view: Panel, legend: Legend) -> None:
    """Mark the suggested sites."""
    table = suggested(board.outcome)
    assert table is not None
    shapes = chosen_shapes(board.outcome)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    drawing.dots(view, shapely.point_on_surface(shapes), style.SITE_MARK, 9, z=9, edge_pt=0.8)
    legend.mark(style.SITE_MARK, say("st_legend_chosen", board.lang), counted(float(len(table))))


def drawer(outcome: Outcome, lang: Lang) -> Callable[[str, str], KeyMap]:
    """Return what draws a key map by its key; streets and background are made once for all of them."""
    board = board_of(outcome, lang, TitleBlock())
    fixed = {"elders": elders_map, "sites": sites_map, "quota": quota_map, "chosen": chosen_map}

    def draw(key: str, caption: str) -> KeyMap:
        word_, _, group = key.partition(" ")
        pens = fixed.get(word_) or circle_map(group or main_group(outcome), then=word_ == "after")
        return key_map(board, key, caption, pens)

    return draw
