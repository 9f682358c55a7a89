"""Sheets of what is proposed: suggested sites, coverage before and after, projects of the near term."""

from dataclasses import replace

import pandas as pd
import shapely

from exhibits import style
from exhibits.atlas import drawing, furniture, side
from exhibits.atlas.board import Board, Sheet, begin, count, finish, map_sheet, name_levels
from exhibits.atlas.circle_sheets import open_sites
from exhibits.atlas.city_sheets import base, class_legend, faint_places
from exhibits.atlas.facility_sheets import state_of
from exhibits.atlas.labels import Label, keep_clear, place
from exhibits.atlas.looks import kind_mark, ring_mark
from exhibits.atlas.paper import MAP, Box, Page, Panel, panel, write
from exhibits.atlas.side import Column
from exhibits.classes import limits_min, place_classes
from exhibits.screen.webmap import site_geometry
from exhibits.style import SITE_MARK
from exhibits.suggested import chosen_shapes, classes_after, proof, suggested, suggested_group
from geodata.words.numbers import grouped

GUTTER_MM = 6.0
SITE_PT = 8.0
PROOF_MM = 9.0


def sites(board: Board, sheet: Sheet) -> Page:
    """Draw the suggested sites by rank over today's coverage, and list what each adds."""
    outcome, group = board.outcome, suggested_group(board.outcome)
    table = _table(board)
    view, column = map_sheet(board, sheet)
    base(view, board)
    looks = style.class_looks(limits_min(outcome))
    classes = place_classes(outcome, group)
    drawing.places(view, outcome.city.residential.geometry, classes, looks)
    open_sites(view, board, group, 4.5)
    stars(view, board, table)
    name_levels(view, board)
    side.heading(column, board.word("legend"))
    side.sign(column, SITE_MARK, board.word("suggested"), count(len(table)), 11)
    side.sign(column, style.mark_of(group), board.word("open_group", group=board.label("group", group)), "")
    class_legend(column, board, looks, classes.value_counts())
    side.space(column)
    side.heading(column, board.word("sites_table"))
    column.floor += PROOF_MM
    sites_table(column, board, table)
    column.floor -= PROOF_MM
    side.note(column, proof_text(board), 7.5)
    return view.page


def proof_text(board: Board) -> str:
    """Say how good the choice is: the figure reached, the bound that none can pass, and the gap between."""
    found = proof(board.outcome)
    if found is None:
        return ""
    figures = {name: grouped(found[name]) for name in ("objective", "bound")}
    return board.word(f"proof_{found['status']}", gap=f"{100 * found['gap']:.2f}", **figures)


def _table(board: Board) -> pd.DataFrame:
    found = suggested(board.outcome, board.lang)
    if found is None:
        raise ValueError("no site was sought")
    return found


def stars(view: Panel, board: Board, table: pd.DataFrame) -> None:
    """Draw the suggested sites with their rank."""
    points, there = drawing.spots(pd.Series(chosen_shapes(board.outcome), dtype="object"))
    drawing.dots(view, points[there], SITE_MARK, SITE_PT, z=9, edge_pt=0.8)
    xy = shapely.get_coordinates(points[there])
    keep_clear(view, xy[:, 0], xy[:, 1], 1.5)
    ranks, names = table["rank"][there], table["name"][there]
    wanted = [
        Label(x, y, f"{rank} {name}", 7.5, "bold", beside_mm=1.7)
        for (x, y), rank, name in zip(xy.tolist(), ranks, names, strict=True)
    ]
    done = place(view, wanted)
    rest = zip(wanted, ranks, done, strict=True)
    place(view, [replace(label, text=str(rank)) for label, rank, written in rest if not written])


def sites_table(column: Column, board: Board, table: pd.DataFrame) -> None:
    """List suggested sites: rank, name, area, elders and places newly covered, cost."""
    rows = [
        (
            count(row["rank"]),
            str(row["name"]),
            count(row["floor_area_m2"]),
            count(row["newly_covered_elders"]),
            count(row["newly_covered_places"]),
            grouped(row["cost_yuan"] / 1e4) if pd.notna(row["cost_yuan"]) else "—",
        )
        for row in table.head(side.rows_that_fit(column, 10)).to_dict("records")
    ]
    codes = ("no", "name", "floor_area", "new_elders", "new_places", "cost")
    head = tuple(board.word(code) for code in codes)
    align = ("left", "left", "right", "right", "right", "right")
    side.table(column, head, rows, (7, 33, 14, 15, 13, 14), align=align)  # type: ignore[arg-type]  # literals
    if len(table) > len(rows):
        side.note(column, board.word("more_rows", n=count(len(table) - len(rows))))


def before_after(board: Board, sheet: Sheet) -> Page:
    """Draw coverage today and with every suggested site open, side by side at one scale."""
    outcome, group = board.outcome, suggested_group(board.outcome)
    then = classes_after(outcome, group)
    if then is None:
        raise ValueError("the coverage after siting is not known")
    page = begin(board, sheet)
    wide = (MAP.width - GUTTER_MM) / 2
    high = MAP.height - 8
    left, right = Box(MAP.left, MAP.bottom, wide, high), Box(MAP.left + wide + GUTTER_MM, MAP.bottom, wide, high)
    now = place_classes(outcome, group)
    looks = style.class_looks(limits_min(outcome))
    views = []
    for box, classes, code in ((left, now, "before"), (right, then, "after")):
        view = panel(page, board.bounds_m, box)
        furniture.ticks(view)
        base(view, board, faint=True)
        drawing.places(view, outcome.city.residential.geometry, classes, looks)
        open_sites(view, board, group, 3.5)
        write(page, box.left + wide / 2, box.top + 2.2, board.word(code), 12, weight="bold", ha="center")
        views.append(view)
    stars(views[1], board, _table(board))
    column = finish(board, sheet, views[0])
    side.heading(column, board.word("legend_before_after"))
    counts, later = now.value_counts(), then.value_counts()
    limits = limits_min(outcome)
    for name, look in looks.items():
        text = f"{count(counts.get(name, 0))} → {count(later.get(name, 0))}"
        side.swatch(column, look, style.class_label(name, limits, board.lang), text)
    side.sign(column, SITE_MARK, board.word("suggested"), count(len(_table(board))), 11)
    side.space(column)
    side.heading(column, board.word("before_after_table"))
    people = outcome.city.residential["elders"].astype("Float64")
    rows = []
    for name in looks:
        before, after = people[now == name].sum(), people[then == name].sum()
        change = round(float(after)) - round(float(before))
        rows.append(
            (
                style.class_label(name, limits, board.lang),
                count(before),
                count(after),
                f"{change:+,d}".replace(",", " ") if change else "0",
            )
        )
    head = (board.word("class"), board.word("before"), board.word("after"), board.word("change"))
    side.table(column, head, rows, (40, 18, 18, 18))
    side.note(column, board.word("after_note"))
    return page


def near_term(board: Board, sheet: Sheet) -> Page:
    """Draw the projects of the near term: facilities being built or planned, and suggested sites by phase."""
    view, column = map_sheet(board, sheet)
    base(view, board)
    faint_places(view, board)
    coming = coming_sites(board)
    points, there = drawing.spots(site_geometry(board.outcome).loc[coming.index])
    for kind in coming["kind"].unique():
        mine = there & (coming["kind"] == kind).to_numpy()
        drawing.facility_dots(view, points[mine], str(kind), "not_yet", 7.5, z=8)
    xy = shapely.get_coordinates(points[there])
    keep_clear(view, xy[:, 0], xy[:, 1], 1.8)
    table = suggested(board.outcome, board.lang)
    if table is not None:
        stars(view, board, table)
    names = coming["name"].to_numpy()[there]
    wanted = [Label(x, y, str(name), 7, beside_mm=2.0) for (x, y), name in zip(xy.tolist(), names, strict=True)]
    place(view, wanted)
    name_levels(view, board)
    side.heading(column, board.word("legend_near_term"))
    for kind in coming["kind"].unique():
        number = count((coming["kind"] == kind).sum())
        side.sign(column, kind_mark(str(kind)), board.label("kind", str(kind)), number, ring=ring_mark(str(kind)))
    if table is not None:
        side.sign(column, SITE_MARK, board.word("suggested"), count(len(table)), 11)
    side.space(column)
    side.heading(column, board.word("near_term_table"))
    rows = [
        (str(row["name"]), board.label("kind", str(row["kind"])), board.label("status", str(row["status"])))
        for row in coming.to_dict("records")
    ]
    if table is not None:
        rows += [
            (
                str(row["name"]),
                board.word("suggested"),
                board.word("phase", phase=row["phase"]) if pd.notna(row["phase"]) else "—",
            )
            for row in table.to_dict("records")
        ]
    fit = side.rows_that_fit(column, 6)
    head = (board.word("name"), board.word("kind"), board.word("status"))
    side.table(column, head, rows[:fit], (40, 36, 18), align=("left", "left", "left"))
    if len(rows) > fit:
        side.note(column, board.word("more_rows", n=count(len(rows) - fit)))
    return view.page


def coming_sites(board: Board) -> pd.DataFrame:
    """Return the facilities that are being built or planned, or open after the day of the study."""
    table = board.outcome.sites[board.outcome.sites["layer"] == "facilities"]
    chosen = [state_of(row) == "not_yet" for row in table.to_dict("records")]
    return table[chosen]
