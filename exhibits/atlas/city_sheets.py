"""Sheets of the city as it is: its scope, and where elders live."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from exhibits import style
from exhibits.atlas import drawing, side
from exhibits.atlas.board import Board, Sheet, count, district_labels, finest_levels, map_sheet, name_levels, of_level
from exhibits.atlas.looks import ELDER_EDGE, ELDER_FILLS, GROUND_BLOCK, place_mark
from exhibits.atlas.paper import Page, Panel
from exhibits.atlas.side import Column
from exhibits.classes import limits_min
from exhibits.style import GREEN, RAIL, STATE_LOOKS, WATER, WATER_EDGE, Look
from geodata.words.numbers import grouped

Counts = Mapping[str, int] | pd.Series


def base(view: Panel, board: Board, *, faint: bool = False) -> None:
    """Draw water, streets, borders and the names of streets."""
    drawing.ground(view, board.streets, board.background, faint=faint)
    drawing.borders(view, board.outcome.city.districts)


def base_legend(column: Column, board: Board) -> None:
    """Explain borders, streets and water."""
    side.heading(column, board.word("legend_base"))
    for level in finest_levels(board):
        colour, width, dash = drawing.DISTRICT_LINES[level]
        side.stroke(column, colour, width, board.word("border", level=board.label("level", level)), dash)
    side.stroke(column, style.STREET_MAIN_CASE, 2.2, board.word("streets"))
    if len(board.background.railways):
        side.stroke(column, RAIL, 1.4, board.word("railway"), (0, (5, 3)))
    if len(board.background.water):
        side.swatch(column, Look(WATER, WATER_EDGE), board.word("water"))
    elif len(board.background.streams):
        side.stroke(column, WATER_EDGE, 1.0, board.word("water"))
    if len(board.background.green):
        side.swatch(column, Look(GREEN, GREEN), board.word("green"))
    side.space(column)


def scope(board: Board, sheet: Sheet) -> Page:
    """Draw the area the study speaks of: districts, streets, residential areas."""
    view, column = map_sheet(board, sheet)
    base(view, board)
    places = board.outcome.city.residential
    alike = pd.Series("place", index=places.index)
    drawing.places(view, places.geometry, alike, {"place": GROUND_BLOCK}, z=3)
    name_levels(view, board)
    if "street" in finest_levels(board) and "county" in finest_levels(board):
        district_labels(view, of_level(board, "county"), 13, "#b08bc0")
    side.heading(column, board.word("legend"))
    side.swatch(column, GROUND_BLOCK, board.word("places"), count(len(places)))
    side.space(column)
    base_legend(column, board)
    side.heading(column, board.word("scope_table"))
    given = board.outcome.summary["city"]
    rows = [(board.label("level", level), count(len(of_level(board, level)))) for level in finest_levels(board)]
    rows += [
        (board.word("places"), count(given["places"])),
        *(_known(board, name, given[name]) for name in ("households", "elders")),
        (board.word("facilities"), count(given["facilities"])),
        (board.word("medical"), count(given["medical"])),
        (board.word("street_km"), grouped(given["street_km"], 1)),
    ]
    side.table(column, (board.word("item"), board.word("amount")), rows, (60, 34))
    side.note(column, board.word("scope_note"))
    return view.page


def _known(board: Board, name: str, given: Mapping[str, float]) -> tuple[str, str]:
    text = board.word(f"total_{name}")
    if given["rows_unknown"]:
        text = board.word("with_unknown", text=text, n=count(given["rows_unknown"]))
    return text, count(given["known"])


def elders(board: Board, sheet: Sheet) -> Page:
    """Draw how many elders live in each residential area."""
    view, column = map_sheet(board, sheet)
    base(view, board)
    places = board.outcome.city.residential
    breaks = elder_breaks(places["elders"])
    classes, looks = elder_classes(places["elders"], breaks)
    drawing.places(view, places.geometry, classes, looks)
    name_levels(view, board)
    side.heading(column, board.word("legend_elders"))
    counts = classes.value_counts()
    edges = ["0", *(count(value) for value in breaks)]
    for number, (name, look) in enumerate(looks.items()):
        if name == "unknown":
            text = board.word("class_unknown")
        elif number == len(breaks):
            text = board.word("elders_over", least=edges[-1])
        else:
            text = board.word("elders_range", least=edges[number], most=edges[number + 1])
        side.swatch(column, look, text, count(counts.get(name, 0)))
    side.note(column, board.word("elders_note"))
    side.space(column)
    people_table(column, board)
    return view.page


def elder_breaks(elders_here: pd.Series) -> tuple[float, ...]:
    """Return up to four round numbers that part the residential areas into classes of about the same size."""
    known = elders_here.astype("Float64").dropna().to_numpy(dtype=np.float64)
    if not len(known):
        return ()
    found = [_round(value) for value in np.quantile(known, (0.2, 0.4, 0.6, 0.8))]
    return tuple(sorted({value for value in found if 0 < value < known.max()}))


def _round(value: float) -> float:
    if value <= 0:
        return 0.0
    power = 10.0 ** max(0, int(np.floor(np.log10(value))))
    return float(np.round(value / power * 2) / 2 * power) if value >= 10 else float(np.ceil(value))  # noqa: PLR2004


def elder_classes(elders_here: pd.Series, breaks: tuple[float, ...]) -> tuple[pd.Series, dict[str, Look]]:
    """Return the class of every residential area, each break within the lower class, and how classes look."""
    values = elders_here.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    step = np.searchsorted(np.array(breaks), values, side="left")
    classes = pd.Series(np.where(np.isnan(values), "unknown", step.astype(str)), index=elders_here.index)
    fills = [ELDER_FILLS[round(number * 4 / max(1, len(breaks)))] for number in range(len(breaks) + 1)]
    looks = {str(number): Look(colour, ELDER_EDGE) for number, colour in enumerate(fills)}
    return classes, {**looks, "unknown": STATE_LOOKS["unknown"]}


def people_table(column: Column, board: Board) -> None:
    """Write residential areas, households and elders by district, most elders first; the rest as one row."""
    table = board.outcome.districts
    levels = [level for level in ("street", "county") if level in set(table["level"])]
    if not levels:
        return
    table = table[(table["level"] == levels[0]) & (table["group"] == table["group"].iloc[0])]
    table = table.sort_values("elders_total", ascending=False, kind="stable")
    side.heading(column, board.word("by_level", level=board.label("level", levels[0])))
    keys = ["places_total", "households_total", "elders_total"]
    fit = side.rows_that_fit(column, 8)
    most = len(table) if len(table) + 1 <= fit else fit - 2
    rows = [
        (board.word("no_district") if row["name"] == "(none)" else str(row["name"]), *(count(row[key]) for key in keys))
        for row in table.head(most).to_dict("records")
    ]
    if len(table) > most:
        rest = table.iloc[most:]
        rows.append((board.word("rest", n=len(rest)), *(count(rest[key].sum()) for key in keys)))
    rows.append((board.word("sum"), *(count(table[key].sum()) for key in keys)))
    head = (board.label("level", levels[0]), board.word("places"), board.word("households"), board.word("elders"))
    side.table(column, head, rows, (36, 16, 20, 20), bold_last=True)
    missing = int(table["elders_missing"].sum())
    if missing:
        side.note(column, board.word("elders_missing", n=count(missing)))


def faint_places(view: Panel, board: Board) -> None:
    """Draw the residential areas as plain ground under what the sheet is about."""
    places = board.outcome.city.residential
    drawing.places(view, places.geometry, pd.Series("place", index=places.index), {"place": GROUND_BLOCK}, z=3)


def class_legend(
    column: Column, board: Board, looks: Mapping[str, Look], counts: Counts, *, halved: bool = False
) -> None:
    """Write the classes of residential areas with how many fall in each; ``halved`` in two columns."""
    limits = limits_min(board.outcome)
    points = bool(board.outcome.city.residential.geom_type.eq("Point").all())
    texts = {name: (style.class_label(name, limits, board.lang), count(counts.get(name, 0))) for name in looks}
    if halved and points:
        side.signs(column, [(place_mark(name, look), *texts[name]) for name, look in looks.items()])
    elif halved:
        side.swatches(column, [(look, *texts[name]) for name, look in looks.items()])
    for name, look in () if halved else looks.items():
        if points:
            side.sign(column, place_mark(name, look), *texts[name])
        else:
            side.swatch(column, look, *texts[name])
