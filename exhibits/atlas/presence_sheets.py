"""Sheets of presence: which streets and communities have a facility at all, whoever can walk there."""

import numpy as np
import pandas as pd

from exhibits.atlas import drawing, side
from exhibits.atlas.board import Board, Sheet, count, district_labels, main_group, map_sheet, name_levels, of_level
from exhibits.atlas.circle_sheets import open_sites
from exhibits.atlas.city_sheets import faint_places
from exhibits.atlas.looks import PRESENCE_LOOKS
from exhibits.atlas.paper import Page, Panel
from exhibits.screen.headline import percent
from exhibits.style import mark_of


def presence(board: Board, sheet: Sheet, level: str) -> Page:
    """Draw which districts of one level have an open site of the main group at all."""
    outcome, group = board.outcome, main_group(board.outcome)
    view, column = map_sheet(board, sheet)
    drawing.ground(view, board.streets, board.background, faint=True)
    table = outcome.presence[(outcome.presence["level"] == level) & (outcome.presence["group"] == group)]
    table = table.set_index("district_id")
    has = table["present"].astype("boolean")
    states = pd.Series(
        np.where(has.isna(), "unknown", np.where(has.fillna(value=False), "present", "absent")), table.index
    )
    shapes = of_level(board, level)
    for order, (name, look) in enumerate(PRESENCE_LOOKS.items()):
        chosen = shapes.geometry.to_numpy()[(states.reindex(shapes.index) == name).to_numpy(dtype=bool)]
        drawing.fill(view, chosen, look, z=1.2 + 0.1 * order)
    drawing.water(view, board.background, z=1.6)
    faint_outlines(view, board)
    drawing.borders(view, outcome.city.districts)
    open_sites(view, board, group, 5)
    if level == "community":
        absent = shapes.loc[states.index[states != "present"]]
        district_labels(view, absent, 6)
    name_levels(view, board)
    side.heading(column, board.word("legend_presence", level=board.label("level", level)))
    counts = states.value_counts()
    for name, look in PRESENCE_LOOKS.items():
        side.swatch(
            column, look, board.word(f"presence_{name}", group=board.label("group", group)), count(counts.get(name, 0))
        )
    side.sign(column, mark_of(group), board.word("open_group", group=board.label("group", group)), "")
    side.space(column)
    side.heading(column, board.word("presence_table", level=board.label("level", level)))
    rates = [row for row in outcome.summary["presence"] if row["level"] == level]
    rows = [
        (
            board.label("group", row["group"]),
            count(row["districts"]),
            count(row["with_site"]),
            count(row["unknown"]),
            percent(row["share"], board.lang) if not (row["unknown"] and row["share"] == 1) else "—",
        )
        for row in rates
    ]
    head = (
        board.word("group"),
        board.word("districts"),
        board.word("with_site"),
        board.word("unknown"),
        board.word("share"),
    )
    side.table(column, head, rows, (30, 16, 16, 16, 16))
    side.note(column, board.word("presence_note"))
    lacking = shapes.loc[states.index[states == "absent"], "name"]
    if len(lacking):
        side.space(column)
        side.heading(column, board.word("lacking", n=count(len(lacking))))
        comma = "、" if board.lang == "zh" else ", "
        side.note(column, comma.join(str(name) for name in lacking), 7.5)
    return view.page


def faint_outlines(view: Panel, board: Board) -> None:
    """Draw the residential areas small and pale, so that one sees where people live."""
    if board.outcome.city.residential.geom_type.eq("Point").mean() > 0.5:  # noqa: PLR2004 - mostly points: too busy
        return
    faint_places(view, board)
