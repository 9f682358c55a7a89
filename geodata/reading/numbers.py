"""Text to numbers and flags: what a cell of a planner's table says, or that it says nothing that can be read."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.reading.aliases import aliases, folded, plain, units, visible

_PREFIX = re.compile(r"^(约|大约|大概|近|≈|~)\s*")
_SUFFIX = re.compile(r"\s*(左右|上下|以上|余|多|\+)?\s*$")
_BEHIND = re.compile(r"(?<=\S)\s*[(\[【][^()\[\]【】]*[)\]】]$")  # 345（含商铺）
_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$")
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:([, '])\d{3})(?:\1\d{3})*(\.\d+)?$")
_NUMBER_AND_UNIT = re.compile(r"^([+-]?[\d,.' ]*\d\.?)\s*([^\d\s].*)?$")
_DEGREES = re.compile(
    r"^[ensw东西北南]?[经纬]?\s*(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[′'分]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"秒]|''|′′))?\s*[ensw]?$"
)

Bools = NDArray[np.bool_]
MOST_WHOLE = 1e18  # whole floats below fit an int64


@dataclass(frozen=True, eq=False)
class Numbers:
    """One column read as numbers; NaN where nothing is known."""

    numbers: NDArray[np.float64]
    repaired: Bools  # read, but not as it stood
    unreadable: Bools  # something stood there that is no number
    none_words: Bools  # 无: taken as unknown, not as zero


@cache
def missing_words() -> frozenset[str]:
    """Return the words that say that nothing is known."""
    return frozenset(folded(word) for word in aliases()["words"]["missing"]["missing"])


def is_missing(values: pd.Series) -> Bools:
    """Mark the cells that are empty or say that nothing is known."""
    found = values.isna().to_numpy(dtype=bool)
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        words = {word: folded(word) in missing_words() for word in _strings(values[~found])}
        found = found | np.fromiter(
            (isinstance(cell, str) and words[cell] for cell in values), dtype=bool, count=len(values)
        )
    return found


def _strings(values: pd.Series) -> list[str]:
    """List the different texts among ``values``, in the order they come."""
    return list(dict.fromkeys(cell for cell in values if isinstance(cell, str)))


def read_numbers(values: pd.Series, table: str, factor: float = 1.0) -> Numbers:
    """Read a column as numbers in the base unit of dimension ``table`` (see ``geodata.reading.aliases.units``).

    Parameters
    ----------
    factor
        What the header's own unit multiplies figures by; a cell that names its unit itself goes by that.
    """
    size = len(values)
    none = np.zeros(size, dtype=bool)
    if values.dtype == bool or str(values.dtype) == "boolean":
        return Numbers(np.full(size, np.nan), none, values.notna().to_numpy(dtype=bool), none)
    if pd.api.types.is_numeric_dtype(values.dtype):
        read = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        infinite = np.isinf(read)
        return Numbers(_scaled(np.where(infinite, np.nan, read), factor), none, infinite, none)
    cells = values.astype(object)
    plain_numbers = np.fromiter(
        (type(cell) in {str, int, float} and (type(cell) is not int or abs(cell) < MOST_WHOLE) for cell in cells),
        dtype=bool,
        count=size,
    )
    read = pd.to_numeric(cells.where(pd.Series(plain_numbers, index=cells.index)), errors="coerce").to_numpy(
        dtype=float, na_value=np.nan
    )
    read = _scaled(np.where(np.isinf(read), np.nan, read), factor)
    left = np.flatnonzero(np.isnan(read) & cells.notna().to_numpy(dtype=bool))
    repaired, unreadable, none_words = none.copy(), none.copy(), none.copy()
    known: dict[str, float | None] = {}
    array = cells.to_numpy()
    for place in left:
        cell = array[place]
        if isinstance(cell, str):
            word = folded(cell)
            if word in missing_words():
                none_words[place] = word == "无"
                continue
            if word not in known:
                known[word] = read_number(word, table, factor)
            value = known[word]
            if value is not None:
                read[place], repaired[place] = value, True
                continue
        elif isinstance(cell, Decimal | np.number) and math.isfinite(cell):
            read[place] = float(cell) * factor
            continue
        unreadable[place] = True
    return Numbers(read, repaired, unreadable, none_words)


def _scaled(values: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    return values if factor == 1.0 else np.round(values * factor, 6)


def read_number(text: str, table: str, factor: float = 1.0) -> float | None:
    """Return the number that ``text`` says in the base unit of dimension ``table``, or None.

    1,200, 1 200, 约1200, 1200户, 1.2万, 120（含商铺） and 3亩 (in a column of areas) are read; 二百, 1,20 and 100-200
    are not.
    """
    bare = _PREFIX.sub("", _BEHIND.sub("", folded(text)) if table != "axis" else folded(text))
    bare = _SUFFIX.sub("", bare)
    if table == "axis":
        return _degrees(bare)
    split = _NUMBER_AND_UNIT.match(bare)
    if not split:
        return None
    digits, unit = split.group(1).strip(), _SUFFIX.sub("", (split.group(2) or "").strip().removeprefix("余"))
    if _GROUPED.match(digits):
        digits = re.sub(r"[, ']", "", digits)
    if not _PLAIN.match(digits):
        return None
    known = units()
    if not unit:
        times = factor
    elif unit in known["plain"]:
        times = known["plain"][unit]
        if factor in known["plain"].values():
            if times != factor:  # 3千 in a column of 万人: thousands of people, or of 万人?
                return None
        else:
            times *= factor
    elif unit in known[table]:
        times = known[table][unit]
    else:
        return None
    value = float(digits) * times
    return round(value, 6) if math.isfinite(value) else None


def _degrees(text: str) -> float | None:
    """Return degrees written as 117°01'23" (also E117.02°), or a grouped number of metres."""
    if hit := _DEGREES.match(text):
        whole, minutes, seconds = (float(part or 0) for part in hit.groups())
        if minutes < 60 and seconds < 60:  # noqa: PLR2004 - of the clock face
            sign = -1.0 if text[0] in "sw西南" or text[-1] in "sw" else 1.0
            return sign * (whole + minutes / 60 + seconds / 3600)
        return None
    bare = re.sub(r"^(?:[en]|东经|北纬|经度|纬度)\s*[:：]?\s*|\s*(?:[°度]\s*[en]?|[en]|m|米)$", "", text)
    if _GROUPED.match(bare):
        bare = re.sub(r"[, ']", "", bare)
    return float(bare) if _PLAIN.match(bare) else None


def read_flags(values: pd.Series, words: Sequence[str] = ("flag",)) -> tuple["pd.Series[bool]", Bools]:
    """Read a column of yes and no; the second result marks the words that are neither."""
    yes = {plain(word) or folded(word) for table in words for word in aliases()["words"][table]["true"]}
    no = {plain(word) or folded(word) for table in words for word in aliases()["words"][table]["false"]}
    read: list[bool | None] = []
    unreadable = np.zeros(len(values), dtype=bool)
    for place, cell in enumerate(values.astype(object)):
        if isinstance(cell, bool | np.bool_):
            read.append(bool(cell))
            continue
        if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124 - NaN and NaT differ from themselves
            read.append(None)
            continue
        word = plain(text_of(cell)) or folded(cell)
        if word in yes or word in no:
            read.append(word in yes)
            continue
        read.append(None)
        unreadable[place] = folded(cell) not in missing_words()
    return pd.Series(read, index=values.index, dtype="boolean"), unreadable


def text_of(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, spaces and line breaks as one space, nothing unseen."""
    if isinstance(cell, float | np.floating) and float(cell).is_integer() and abs(float(cell)) < MOST_WHOLE:
        return str(int(cell))
    text = cell.decode("utf-8", "backslashreplace") if isinstance(cell, bytes) else str(cell)
    return " ".join(visible(text).split())
