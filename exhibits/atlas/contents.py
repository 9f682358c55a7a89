"""Contents: the first sheet lists every sheet, what was left out and why, and the data and parameters of the atlas."""

from collections.abc import Sequence

from exhibits import style
from exhibits.atlas import fonts, side
from exhibits.atlas.board import Board, Sheet, begin, count, finish
from exhibits.atlas.paper import MAP, Page, write
from exhibits.atlas.side import Column
from exhibits.wording import parameters_line
from planning.totals import minutes, share_text

TITLE_PT, LINE_MM = 30.0, (5.6, 8.4)
TOP = MAP.top - 36
FLOOR = MAP.bottom + 4


def contents(
    board: Board, sheet: Sheet, listed: Sequence[Sheet], left_out: Sequence[tuple[str, str]], undrawable: str
) -> Page:
    """Draw the contents sheet of an atlas."""
    page = begin(board, sheet)
    study = board.outcome.city.study
    size = TITLE_PT
    while size > 14 and fonts.width_mm(study.name, size, "bold") > MAP.width - 8:  # noqa: PLR2004 - readable still
        size -= 1
    name = fonts.shortened(study.name, MAP.width - 8, size, "bold")
    write(page, MAP.left + 4, MAP.top - 14, name, size, weight="bold", color=style.ACCENT)
    write(page, MAP.left + 4, MAP.top - 24, board.word("atlas"), 17, color=style.MUTED)
    columns = 1 if len(listed) <= 18 else 2 if len(listed) <= 2 * _lines(board) else 3  # noqa: PLR2004 - a short list
    wide = (MAP.width - 8) / columns
    per = -(-len(listed) // columns)
    step = min(LINE_MM[1], max(LINE_MM[0], (TOP - _floor(board)) / per))
    for number, one in enumerate(listed):
        left = MAP.left + 4 + (number // per) * wide
        y_mm = TOP - (number % per) * step
        page_number = str(number + 2)
        write(page, left, y_mm, one.numbered(board.lang), 9.5, color=style.ACCENT, weight="bold")
        text = fonts.shortened(one.title, wide - 22 - 14, 10)
        write(page, left + 22, y_mm, text, 10)
        dots = (wide - 12 - 22 - fonts.width_mm(text, 10) - 6) // fonts.width_mm("…", 8)
        write(page, left + wide - 12, y_mm, "…" * max(0, int(dots)), 8, color=style.FAINT, ha="right")
        write(page, left + wide - 5, y_mm, page_number, 10, ha="right")
    _key_figures(page, board, TOP - per * step - 4)
    column = finish(board, sheet, None, page)
    _data(column, board)
    if left_out:
        side.heading(column, board.word("left_out", n=count(len(left_out))))
        for title, why in left_out:
            side.note(column, board.word("left_out_line", title=title, why=why), 7.5)
    if board.background.undrawn:
        side.note(column, board.word("background_left_out", n=count(board.background.undrawn)))
    if undrawable:
        side.note(column, board.word("undrawable", letters=", ".join(f"U+{ord(one):04X}" for one in undrawable)))
    return page


def _floor(board: Board) -> float:
    """Return how far down the list of sheets may go: above the key figures."""
    return FLOOR + 16 + side.ROW_MM * (len(board.outcome.summary["headline"]) + 1)


def _lines(board: Board) -> int:
    return int((TOP - _floor(board)) / LINE_MM[0])


def _key_figures(page: Page, board: Board, top: float) -> None:
    """Write the headline rates of every group, with numerators, denominators and what is not known."""
    rows = list(board.outcome.summary["headline"])
    if not rows:
        return
    last = minutes(board.outcome.limits_s[-1])
    column = Column(page, top, FLOOR, MAP.left + 4, MAP.width - 13)
    side.heading(column, board.word("key_figures", most=last))
    weights = ("elders", "people", "households", "places")
    lines = [
        (
            board.label("group", row["group"]),
            *(
                share_text(
                    row[f"{one}_within_{last}"],
                    row[f"{one}_known"],
                    row[f"{one}_left_out"],
                    board.lang,
                    of="rows",
                )
                for one in weights
            ),
        )
        for row in rows
    ]
    head = (board.word("group"), *(board.word("coverage_of", weight=board.word(one)) for one in weights))
    side.table(column, head, lines, (14, 22, 22, 22, 20))
    side.note(column, board.word("unknown_rows"))


def _data(column: Column, board: Board) -> None:
    """List the layers with their files, coordinate systems and rows, and the parameters."""
    outcome = board.outcome
    side.heading(column, board.word("data"))
    rows = [
        (board.label("layer_word", str(row["layer"])), str(row["path"]), count(row["rows"]), str(row["sha256"])[:8])
        for row in outcome.city.sources.to_dict("records")
    ]
    head = (board.word("layer"), board.word("file"), board.word("rows"), board.word("hash"))
    side.table(column, head, rows, (20, 42, 14, 18), align=("left", "left", "right", "right"))
    side.note(column, parameters_line(outcome, board.lang), 7.5)
    faults = outcome.summary["quality"]
    side.note(column, board.word("quality", **{name: count(number) for name, number in faults.items()}), 7.5)
    side.note(column, board.word("reading"), 7.5)
    side.space(column, 1)
