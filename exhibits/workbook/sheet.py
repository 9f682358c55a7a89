"""Sheet: one table of the workbook and the statement as plain data, before it is written anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from geodata.words import Lang, say

Kind = Literal["text", "long", "id", "count", "area", "minutes", "number", "share", "date", "yuan", "verdict", "link"]
NUMBERS = frozenset({"count", "area", "minutes", "number", "share", "yuan"})
MOST_LETTERS = 32_000  # a cell of a spreadsheet holds 32,767
CONTROLS = {code: None for code in (*range(32), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n"}


@dataclass(frozen=True)
class Column:
    """One column: ``title`` carries the unit; ``share_of`` names the columns a share is made of.

    ``share_of`` is (numerator, denominator, number left out): a share is a live formula of these three and prints as
    unknown where nothing is known, or where all that is known is covered but something is not known.
    """

    key: str
    title: str
    kind: Kind = "text"
    summed: bool = False
    share_of: tuple[str, str, str] | None = None
    wide: float = 0.0  # in letters; 0: by kind


@dataclass(frozen=True)
class Total:
    """One row of sums: over the rows where every column of ``where`` holds its value; over all where it is empty."""

    label: str
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Table:
    """One table: rows hold a value per column; a text in a column of numbers is printed as it is.

    A missing number is unknown and printed so, never as nothing and never as 0; what doesn't apply is a dash and is
    put in as text by whoever makes the table.
    """

    key: str
    number: str  # as 表1
    title: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    totals: tuple[Total, ...] = ()
    notes: tuple[str, ...] = ()
    links: Mapping[int, tuple[str, str]] = field(default_factory=dict)  # row -> key of another table, id in it

    @property
    def name(self) -> str:
        """Return number and title as a sheet is called: at most 31 letters, none that a spreadsheet refuses."""
        letters = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
        return f"{self.number} {self.title}".translate(letters)[:31].strip()

    def column(self, key: str) -> Column:
        """Return one column by its key."""
        return next(column for column in self.columns if column.key == key)


def unknown(lang: Lang) -> str:
    """Return the word for data that are missing."""
    return say("doc_unknown", lang)


def dash(lang: Lang) -> str:
    """Return the sign for what doesn't apply."""
    return say("no_figure", lang)


def cell_text(value: object) -> str:
    """Return text as a file can hold it: no control characters, not longer than a cell, nothing for what is missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    text = str(value).translate(CONTROLS)
    text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair stands in no file
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def share_value(numerator: float, denominator: float, left_out: float) -> float | None:
    """Return the share, or None where it would mislead: nothing known, or all known covered but some not known."""
    if not denominator > 0 or (numerator >= denominator and left_out > 0):
        return None
    return numerator / denominator


def told(values: Sequence[object], verdicts: Sequence[object], lang: Lang) -> list[object]:
    """Return figures beside their verdicts: missing ones stay unknown or, where nothing is judged, become a dash."""
    bare = {"not_applicable", "no_rule"}
    return [
        dash(lang) if pd.isna(value) and verdict in bare else value  # type: ignore[call-overload]  # scalars
        for value, verdict in zip(values, verdicts, strict=True)
    ]


def column(
    key: str,
    lang: Lang,
    kind: Kind = "text",
    *,
    summed: bool = False,
    share_of: tuple[str, str, str] | None = None,
    wide: float = 0.0,
) -> Column:
    """Return a column with the title that words/documents.toml gives its key."""
    return Column(key, say(f"doc_col_{key}", lang), kind, summed, share_of, wide)
