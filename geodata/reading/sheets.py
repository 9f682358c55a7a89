"""A grid of cells to a raw table: title rows, two-line headers, merged cells, sums and notes below the data."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.faults import Fault, Severity, fail
from geodata.reading.aliases import folded
from geodata.reading.columns import recognised
from geodata.reading.degrees import join_degrees, split_degrees
from geodata.reading.encodings import decode_file
from geodata.reading.raw_table import RawTable, check_size
from geodata.reading.rows_left_out import Cell, cell_text, only_places
from geodata.study import LayerSource

HEADER_WITHIN = 30  # a header further down than this line isn't looked for
MOST_LINE_BREAKS = 100  # in one cell: a quotation mark was left open
DELIMITERS = (",", "\t", ";", "，", "|")
PLACE = ("x", "y", "geometry")


Range = tuple[tuple[int, int], tuple[int, int]]  # first and last (row, column), both inclusive, from 0


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of one sheet from its first row and column on; an empty cell is an empty text."""

    cells: list[list[Cell]]
    merged: tuple[Range, ...] = ()
    note: str = ""
    faults: tuple[Fault, ...] = ()


def read_csv(source: LayerSource) -> RawTable:
    """Read a text file of columns; the delimiter is told from the first lines."""
    name = source.path.name
    text, encoding = decode_file(source.path.read_bytes(), source.encoding, source.layer, name)
    csv.field_size_limit(100_000_000)  # the outline of a district as text is longer than the library expects
    delimiter = _delimiter(text)
    try:
        cells: list[list[Cell]] = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise fail("file_unreadable", layer=source.layer, value=name, why=str(error)) from error
    for line, row in enumerate(cells, start=1):
        if any(str(cell).count("\n") > MOST_LINE_BREAKS for cell in row):
            raise fail("csv_quote", layer=source.layer, row=line, value=name)
    if text.count('"') % 2 and any("\n" in str(cell) for cell in cells[-1]):  # the last cell took the rest of the file
        raise fail("csv_quote", layer=source.layer, row=len(cells), value=name)
    shown = {"\t": "tab", "，": "，"}.get(delimiter, delimiter)
    return raw_table(Grid(cells=cells, note=f"CSV {encoding} '{shown}'"), source)


def _delimiter(text: str) -> str:
    """Return the mark that cuts the first lines into most columns, the same number in most lines."""
    lines = [line for line in text[:200_000].splitlines()[:HEADER_WITHIN] if line.strip()]
    best, best_score = ",", 0
    for mark in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
        usual = max(set(counts), key=lambda count: (counts.count(count), count), default=1)
        score = counts.count(usual) * (usual - 1)
        if score > best_score:
            best, best_score = mark, score
    return best


def header_names(cells: Sequence[Sequence[Cell]], source: LayerSource) -> set[str]:
    """Return the columns of the layer that the best header of a grid names."""
    grid = Grid(cells=[list(row) for row in cells[:HEADER_WITHIN]])
    found = _find_header(grid, source)
    titles = _header_text(grid, found[0], found[1]) if found else []
    settled = {folded(header) for header in source.columns.values() if header}
    return {title if folded(title) in settled else recognised(title, source.layer) for title in titles if title} - {""}


def raw_table(grid: Grid, source: LayerSource) -> RawTable:
    """Find the header in a grid and return what stands below it; every row left out is listed."""
    layer, name = source.layer, source.path.name
    width = max((len(row) for row in grid.cells), default=0)
    check_size(layer, name, len(grid.cells), width)
    cells = [[*row, *[""] * (width - len(row))] for row in grid.cells]
    grid = Grid(cells=cells, merged=grid.merged, note=grid.note, faults=grid.faults)
    found = _find_header(grid, source)
    if found is None:
        raise fail("table_empty", layer=layer, value=name)
    first, lines, _ = found
    faults = [*grid.faults]
    titles = _header_text(grid, first, lines)
    start = first + lines
    titles, joined = join_degrees(cells, titles, start, layer)
    faults += joined
    faults += _spread_merged(grid, start, layer, titles)
    kept = [row for row in range(start, len(cells)) if any(cell not in {"", None} for cell in cells[row])]
    kept, left_out = only_places(cells, kept, cells[first : first + lines], layer, titles)
    faults += left_out
    if not kept:
        raise fail("table_no_rows", layer=layer, value=name)
    used = [
        column for column in range(width) if titles[column] or any(cells[row][column] not in {"", None} for row in kept)
    ]
    headers, renamed = _unique([titles[column] for column in used], used, layer)
    faults += renamed
    data = {
        header: pd.Series([_cell(cells[row][column]) for row in kept], dtype=object)
        for header, column in zip(headers, used, strict=True)
    }
    if first > 0 or lines > 1:
        details = {"line": first + 1, "lines": lines}
        faults.append(Fault(code="header_found", severity=Severity.NOTE, layer=layer, row=first + 1, details=details))
    rows = np.asarray(kept, dtype=np.int64) + 1
    return RawTable(pd.DataFrame(data), None, rows, None, grid.note, tuple(faults))


def _cell(cell: Cell) -> Cell:
    return None if isinstance(cell, str) and not cell else cell


def _find_header(grid: Grid, source: LayerSource) -> tuple[int, int, int] | None:
    """Return first line, number of lines and score of the header: the line or pair that names most columns."""
    settled = {folded(header) for header in source.columns.values() if header}
    best: tuple[int, int, int] | None = None
    fallback: tuple[int, int, int] | None = None
    for first in range(min(HEADER_WITHIN, len(grid.cells))):
        filled = [cell for cell in grid.cells[first] if cell not in {"", None}]
        if not filled:
            continue
        if fallback is None or (fallback[2] < 0 and len(filled) > 1):
            fallback = (first, 1, 0 if len(filled) > 1 else -1)
        for lines in (1, 2):
            if lines == 2 and not _two_lines(grid, first):  # noqa: PLR2004 - a header of two lines
                continue
            titles = [title for title in _header_text(grid, first, lines) if title]
            named = {recognised(title, source.layer) for title in titles} - {""}
            score = len(named) + 2 * sum(folded(title) in settled for title in titles)
            score += len(named & set(PLACE)) if lines == 2 and split_degrees(titles) else 0  # noqa: PLR2004 - see above
            lower = best is not None and (first, lines, score) == (best[0] + 1, 1, best[2])  # the upper added nothing
            if score > 0 and (best is None or score > best[2] or (lower and best[1] == 2)):  # noqa: PLR2004
                best = (first, lines, score)
    return best or (fallback and (fallback[0], 1, 0))


def _two_lines(grid: Grid, first: int) -> bool:
    """Tell whether line ``first`` may be the upper of two: cells are merged, or the next fills blanks."""
    if first + 1 >= len(grid.cells):
        return False
    upper, lower = grid.cells[first], grid.cells[first + 1]
    titles = sum(cell not in {"", None} for cell in upper)
    if titles < 2 or any(isinstance(cell, int | float) for cell in lower):  # noqa: PLR2004 - one cell is a title
        return False
    for (top, left), (bottom, right) in grid.merged:
        if top == first and (bottom == first + 1 or (bottom == first and 0 < right - left < len(upper) - 1)):
            return True
    below = [column for column, cell in enumerate(lower) if cell not in {"", None}]
    return not grid.merged and any(upper[column] in {"", None} for column in below) and len(below) < len(upper)


def _header_text(grid: Grid, first: int, lines: int) -> list[str]:
    """Return the header over each column; two lines are joined with a slash."""
    upper = [cell_text(cell) for cell in grid.cells[first]]
    if lines == 1:
        return upper
    lower = [cell_text(cell) for cell in grid.cells[first + 1]]
    for (top, left), (_, right) in grid.merged:
        if top == first:
            upper[left : right + 1] = [upper[left]] * (right + 1 - left)
    if not grid.merged:
        for column in range(1, len(upper)):
            if not upper[column] and lower[column]:
                upper[column] = upper[column - 1]
    return [
        f"{above}/{below}" if above and below and above != below else above or below
        for above, below in zip(upper, lower, strict=True)
    ]


def _spread_merged(grid: Grid, start: int, layer: str, titles: Sequence[str]) -> list[Fault]:
    """Repeat the text of cells merged downwards in every row they span; a number stays in its first row."""
    faults = []
    for (top, left), (bottom, right) in grid.merged:
        if top < start or bottom == top or right != left or bottom >= len(grid.cells) or left >= len(titles):
            continue
        value = grid.cells[top][left]
        if value in {"", None}:
            continue
        text = isinstance(value, str)
        if text:
            for row in range(top + 1, bottom + 1):
                grid.cells[row][left] = value
        code, severity = ("merged_text", Severity.REPAIR) if text else ("merged_number", Severity.DOUBT)
        details = {"first": top + 1, "last": bottom + 1}
        faults.append(
            Fault(
                code=code,
                severity=severity,
                layer=layer,
                row=top + 1,
                column=titles[left],
                value=value,
                details=details,
            )
        )
    return faults


def _unique(titles: Sequence[str], columns: Sequence[int], layer: str) -> tuple[list[str], list[Fault]]:
    """Give every column a header of its own: blank ones a number, repeated ones a count."""
    headers: list[str] = []
    faults = []
    counts: dict[str, int] = {}
    for title, column in zip(titles, columns, strict=True):
        counts[title] = counts.get(title, 0) + 1
        header = title or f"#{column + 1}"
        if title and counts[title] > 1:
            header = f"{title} [{counts[title]}]"
            faults.append(
                Fault(
                    code="header_twice", severity=Severity.DOUBT, layer=layer, column=title, details={"renamed": header}
                )
            )
        while header in headers:
            header += "'"
        headers.append(header)
    return headers, faults
