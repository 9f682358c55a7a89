"""Rows of a sheet that are no place: sums, notes below the table, headings between, header lines printed again."""

import re
from collections.abc import Sequence

from geodata.faults import Fault, Severity
from geodata.reading.aliases import aliases, plain, visible
from geodata.reading.columns import recognised

HEADER_AGAIN_WITHIN = 2  # rows below the header: it may stand there again in another language
SUM_WITHIN = 4  # cells from the left: a sum is called so in the first of them

_REMARK = re.compile(r"[(（\[【].*?[)）\]】]")
_NUMBERED = re.compile(
    r"^[(（]?[一二三四五六七八九十]+[)）]?\s*[、.．]?(?<=[、.．)）])"
)  # 一、城区 heads a part of a table

Cell = object


def cell_text(cell: Cell) -> str:
    """Return a cell as text, with single spaces."""
    return " ".join(visible(cell).split()) if isinstance(cell, str) else ("" if cell is None else str(cell))


def only_places(
    cells: Sequence[Sequence[Cell]],
    kept: Sequence[int],
    header: Sequence[Sequence[Cell]],
    layer: str,
    titles: Sequence[str],
) -> tuple[list[int], list[Fault]]:
    """Leave out sums, notes below the table and header lines printed again; list each."""
    words = aliases()["words"]["sheet"]
    nameless = _nameless_sum(cells, kept)
    begins = "|".join(re.escape(word) for word in words["note"])
    note = re.compile(rf"^({begins})(\s*[:：.、人\d]|[^:：\d]{{0,5}}[:：])", re.IGNORECASE)
    again = {tuple(cell_text(cell) for cell in row) for row in header}
    places, faults = [], []
    noted = False  # the row above is a note or a sum
    for row in kept:
        texts = [cell_text(cell) for cell in cells[row]]
        filled = [text for text in texts if text]
        code = ""
        if tuple(texts) in again or (row in kept[:HEADER_AGAIN_WITHIN] and _same_names(titles, texts, layer)):
            code, severity = "row_header_again", Severity.NOTE
        elif (len(filled) <= 2 and note.match(filled[0])) or all(note.match(text) for text in filled):  # noqa: PLR2004
            code, severity = "row_note", Severity.NOTE  # a note may fill one cell or two, signatures many
        elif len(filled) == 1 and _is_word(filled[0]) and (noted or (_NUMBERED.match(filled[0]) and len(titles) > 1)):
            code, severity = ("row_note", Severity.NOTE) if noted else ("row_section", Severity.DOUBT)
        elif any(_is_total(text) for text in filled[:SUM_WITHIN]) or row == nameless:
            code, severity = "row_total", Severity.DOUBT
        if code:
            noted = noted or code in {"row_note", "row_total"}
            faults.append(Fault(code=code, severity=severity, layer=layer, row=row + 1, value=filled[0][:80]))
        else:
            noted = False
            places.append(row)
    return places, faults


def _same_names(titles: Sequence[str], texts: Sequence[str], layer: str) -> bool:
    """Tell whether a row names the columns that the header above it names: the header in another language."""
    named = [recognised(title, layer) for title in titles]
    same = sum(name != "" and name == recognised(text, layer) for name, text in zip(named, texts, strict=True))
    return same > 1 and 2 * same > sum(text != "" for text in texts)


def _is_total(text: str) -> bool:
    """Tell whether a cell calls its row a sum: 合计, 合计（户）, 文东街道小计, 共计12个小区."""
    bare = plain(_REMARK.sub("", text)) or plain(text)
    words = [plain(word) for word in aliases()["words"]["sheet"]["total"]]
    endings = tuple(plain(word) for word in aliases()["words"]["sheet"]["total_ending"])
    return bare in words or bare.endswith(endings) or (bare.startswith(endings) and any(map(str.isdecimal, bare)))


def _nameless_sum(cells: Sequence[Sequence[Cell]], kept: Sequence[int]) -> int | None:
    """Return the last row where it holds nothing but numbers though every other has a text: a sum without a word."""
    if len(kept) < 3:  # noqa: PLR2004 - two rows to sum, and the sum
        return None
    *others, last = kept
    worded = [{column for column, cell in enumerate(cells[row]) if _is_word(cell)} for row in others]
    always = set.intersection(*worded)
    bare = (
        always and not any(map(_is_word, cells[last])) and all(cells[last][column] in {"", None} for column in always)
    )
    return last if bare else None


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and any(letter.isalpha() for letter in cell)
