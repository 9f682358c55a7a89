"""Side: the column beside a map, written from the top down: legend, tables, notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from exhibits import style
from exhibits.atlas import fonts
from exhibits.atlas.looks import MARKERS, RING, STAR, hatch_of
from exhibits.atlas.paper import SIDE, Box, Page, block, rule, write
from exhibits.style import Look, Mark

Align = Literal["left", "right", "center"]
HEAD_PT, TEXT_PT, TABLE_PT, NOTE_PT = 10.5, 8.5, 7.5, 6.8
LEAST_PT = 6.0  # to which a legend shrinks rather than cut a word
LINE_MM = 5.6
ROW_MM = 4.5


@dataclass
class Column:
    """Where the next line goes; ``floor`` is the lowest it may go."""

    page: Page
    top: float
    floor: float
    left: float = SIDE.left
    width: float = SIDE.width

    @property
    def room_mm(self) -> float:
        """Return how much of the column is left."""
        return self.top - self.floor


def heading(column: Column, text: str) -> None:
    """Write a heading with a rule under it."""
    write(column.page, column.left, column.top - 4.6, text, HEAD_PT, weight="bold")
    rule(column.page, (column.left, column.left + column.width), (column.top - 6.4,) * 2, 0.8, color=style.ACCENT)
    column.top -= 8.2


def swatch(column: Column, look: Look, text: str, count: str = "") -> None:
    """Write one line of a legend for areas."""
    _swatch(column.page, Box(column.left, column.top - 4.2, 9, 3.8), look)
    _line(column, text, count, 12)


def _swatch(page: Page, box: Box, look: Look) -> None:
    block(page, box, facecolor=look.fill, edgecolor="none", linewidth=0)
    if hatch := hatch_of(look):
        colour = look.hatch_colour or look.edge
        patch = Rectangle((box.left, box.bottom), box.width, box.height, fill=False, linewidth=0, hatch=hatch)
        patch.set_edgecolor(colour)
        page.paper.add_patch(patch)
    block(page, box, fill=False, edgecolor=look.edge, linewidth=0.6)


def sign(
    column: Column,
    mark: Mark,
    text: str,
    count: str = "",
    size_pt: float = 7.5,
    ring: Mark | None = None,
    indent: float = 12.0,
) -> None:
    """Write one line of a legend for places; ``ring`` is drawn around the mark, which is small then."""
    at = (column.left + min(4.5, indent / 2), column.top - 2.4)
    if ring is not None:
        _marker(column.page, at, ring, size_pt * 1.35)
    _marker(column.page, at, mark, size_pt * (1.35 / RING if ring is not None else 1))
    _line(column, text, count, indent)


def _marker(page: Page, at: tuple[float, float], mark: Mark, size_pt: float) -> None:
    marker = Line2D(
        [at[0]],
        [at[1]],
        linestyle="none",
        marker=MARKERS[mark.shape],
        markersize=size_pt * (STAR if mark.shape == "star" else 1),
        markerfacecolor=mark.fill,
        markeredgecolor=mark.edge,
        markeredgewidth=0.8,
    )
    page.paper.add_line(marker)


def swatches(column: Column, lines: Sequence[tuple[Look, str, str]]) -> None:
    """Write a legend for areas in two columns; each line is a look, its word and its count."""
    parts = _halves(column)
    half = -(-len(lines) // 2)
    for number, (look, text, count) in enumerate(lines):
        swatch(parts[number // half], look, text, count)
    column.top = min(part.top for part in parts)


def _halves(column: Column, gap: float = 4.0) -> tuple[Column, Column]:
    wide = (column.width - gap) / 2
    lefts = (column.left, column.left + wide + gap)
    one, other = (Column(column.page, column.top, column.floor, left, wide) for left in lefts)
    return one, other


def signs(column: Column, lines: Sequence[tuple[Mark, str, str]]) -> None:
    """Write a legend for places in two columns; each line is a mark, its word and its count."""
    half, halves = -(-len(lines) // 2), _halves(column)
    for number, (mark, text, count) in enumerate(lines):
        sign(halves[number // half], mark, text, count, indent=8.5)
    column.top = min(part.top for part in halves)


def stroke(
    column: Column, colour: str, width_pt: float, text: str, dash: str | tuple[float, tuple[float, ...]] = "-"
) -> None:
    """Write one line of a legend for lines."""
    look = {"color": colour, "linestyle": dash}
    rule(column.page, (column.left, column.left + 9), (column.top - 2.4,) * 2, width_pt, **look)
    _line(column, text, "", 12)


def _line(column: Column, text: str, count: str, indent: float) -> None:
    room = column.width - indent - (fonts.width_mm(count, TEXT_PT) + 2 if count else 0)
    size = max(LEAST_PT, min(TEXT_PT, 0.99 * TEXT_PT * room / max(fonts.width_mm(text, TEXT_PT), 0.1)))
    write(column.page, column.left + indent, column.top - 3.5, fonts.shortened(text, room, size), size)
    if count:
        write(column.page, column.left + column.width, column.top - 3.5, count, TEXT_PT, ha="right")
    column.top -= LINE_MM


def space(column: Column, high_mm: float = 3.0) -> None:
    """Leave some room."""
    column.top -= high_mm


def rows_that_fit(column: Column, kept_mm: float = 0.0) -> int:
    """Return how many rows of a table fit under its head above the floor."""
    return max(0, int((column.room_mm - kept_mm - ROW_MM - 2) / ROW_MM))


def table(
    column: Column,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    align: Sequence[Align] | None = None,
    bold_last: bool = False,
    size_pt: float = TABLE_PT,
) -> None:
    """Write a table; ``widths`` are shares of the column, texts that are too long are cut with …."""
    whole = sum(widths)
    edges = [column.left + column.width * sum(widths[:number]) / whole for number in range(len(widths) + 1)]
    sides: list[Align] = list(align or ["left"])
    sides += ["right"] * (len(widths) - len(sides))
    block(
        column.page,
        Box(column.left, column.top - ROW_MM - 0.4, column.width, ROW_MM + 0.4),
        color="#e8eef3",
        linewidth=0,
    )
    for number, cells in enumerate((head, *rows)):
        bold = number == 0 or (bold_last and number == len(rows))
        _cells(column, cells, edges, sides, size_pt, "bold" if bold else "normal")
        column.top -= ROW_MM
        colour = style.INK if number in (0, len(rows)) else style.LINE
        rule(column.page, (column.left, column.left + column.width), (column.top - 0.4,) * 2, 0.4, color=colour)
    column.top -= 1.6


def _cells(
    column: Column,
    cells: Sequence[str],
    edges: Sequence[float],
    align: Sequence[Align],
    size_pt: float,
    weight: str,
) -> None:
    for order, (cell, side) in enumerate(zip(cells, align, strict=True)):
        left, right = edges[order] + 0.6, edges[order + 1] - 0.6
        x_mm = {"left": left, "right": right, "center": (left + right) / 2}[side]
        text = fonts.shortened(cell, right - left + 0.4, size_pt, weight)
        write(column.page, x_mm, column.top - 3.7, text, size_pt, ha=side, weight=weight)


def note(column: Column, text: str, size_pt: float = NOTE_PT) -> None:
    """Write a paragraph of small print; what passes the floor is cut with …."""
    lines = fonts.wrapped(text, column.width, size_pt)
    step = size_pt * fonts.POINT_MM * 1.45
    fit = max(1, int(column.room_mm / step))
    if len(lines) > fit:
        lines = [*lines[: fit - 1], f"{lines[fit - 1][:-1]}…"]
    for line in lines:
        write(column.page, column.left, column.top - size_pt * fonts.POINT_MM * 1.05, line, size_pt, color=style.MUTED)
        column.top -= step
    column.top -= 1.2
