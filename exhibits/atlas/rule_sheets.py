"""Sheet of the quota: which residential areas have the elder-care floor area that the rules ask of them."""

import pandas as pd

from exhibits.atlas import drawing, side
from exhibits.atlas.board import Board, Sheet, count, map_sheet, name_levels
from exhibits.atlas.circle_sheets import numbered
from exhibits.atlas.city_sheets import base
from exhibits.atlas.looks import VERDICT_LOOKS
from exhibits.atlas.paper import Page
from geodata.words.numbers import grouped
from planning.rules.findings import word

ORDER = ("no_rule", "not_applicable", "met", "met_pooled", "unknown", "below_minimum", "below")
LEGEND = ("met", "met_pooled", "below_minimum", "below", "unknown", "no_rule", "not_applicable")
MOST_GAPS = 25


def quota(board: Board, sheet: Sheet) -> Page:
    """Draw residential areas by their verdict under today's rules, and list the largest gaps."""
    judgement = board.outcome.judgement
    if judgement is None:
        raise ValueError("no rules were judged")
    view, column = map_sheet(board, sheet)
    base(view, board)
    estates = judgement.estates.set_index("place_id")
    places = board.outcome.city.residential
    verdicts = estates["today_verdict"].astype("object").reindex(places.index, fill_value="no_rule")
    drawing.places(view, places.geometry, verdicts, {name: VERDICT_LOOKS[name] for name in ORDER})
    short = estates[estates["today_verdict"].isin(["below", "below_minimum"])]
    short = short.sort_values("today_gap_m2", ascending=False, kind="stable").head(MOST_GAPS)
    numbered(view, places.loc[short.index])
    name_levels(view, board)
    side.heading(column, board.word("legend_quota"))
    counts = verdicts.value_counts()
    households = estates["households"].astype("Float64").groupby(verdicts).sum(min_count=1)
    for name in LEGEND:
        if counts.get(name, 0):
            text = f"{count(counts[name])} / {count(households.get(name, 0))}"
            side.swatch(column, VERDICT_LOOKS[name], word(f"verdict_{name}", board.lang), text)
    side.note(column, board.word("places_households_note"))
    side.note(
        column, board.word("policy", title=judgement.profile.title(board.lang), day=judgement.case.day.isoformat())
    )
    side.space(column, 1)
    side.heading(column, board.word("quota_table", n=count(len(short))))
    rows = [
        (
            str(number),
            str(row["name"]),
            area(row["today_required_m2"]),
            area(row["existing_m2"]),
            area(row["today_gap_m2"]),
        )
        for number, row in enumerate(short.head(side.rows_that_fit(column)).to_dict("records"), start=1)
    ]
    head = (board.word("no"), board.word("place"), board.word("required"), board.word("existing"), board.word("gap"))
    if rows:
        side.table(column, head, rows, (7, 36, 17, 17, 17), align=("left", "left", "right", "right", "right"))
    return view.page


def area(value: object) -> str:
    """Print square metres with one decimal, a dash where not known."""
    return "—" if pd.isna(value) else grouped(float(value), 1)  # type: ignore[arg-type, call-overload]
