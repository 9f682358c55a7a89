"""Text to dates: days as planners write them; a month or a year alone is read as its last day, and said so."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.reading.aliases import folded
from geodata.reading.numbers import missing_words

YEARS = (1900, 2200)  # a year outside is a slip of the hand
SERIALS = (20_000, 80_000)  # Excel's count of days: 1954 to 2119
EXCEL_DAY_0 = dt.date(1899, 12, 30)

_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[t\s]+\d{1,2}[:时].*)?$")
_MONTH = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?[底末]?$")
_YEAR = re.compile(r"^(\d{4})\s*年?[底末]?$")
_DIGITS = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")


@dataclass(frozen=True, eq=False)
class Dates:
    """One column read as days; NaT where nothing is known."""

    days: NDArray[np.datetime64]  # [s]
    assumed: NDArray[np.bool_]  # only a month or a year was given: its last day
    repaired: NDArray[np.bool_]  # written as a count of days
    unreadable: NDArray[np.bool_]


def read_dates(values: pd.Series) -> Dates:
    """Read a column as days."""
    size = len(values)
    days = np.full(size, np.datetime64("NaT"), dtype="datetime64[s]")
    assumed, repaired, unreadable = (np.zeros(size, dtype=bool) for _ in range(3))
    known: dict[tuple[type, object], tuple[dt.date, str] | None] = {}
    for place, cell in enumerate(values.astype(object)):
        if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124 - NaN and NaT differ from themselves
            continue
        key = (type(cell), cell if isinstance(cell, str | int | float | dt.date) else str(cell))
        if key not in known:
            known[key] = read_date(cell)
        found = known[key]
        if found is None:
            unreadable[place] = folded(cell) not in missing_words()
            continue
        days[place] = np.datetime64(found[0], "s")
        assumed[place], repaired[place] = found[1] == "assumed", found[1] == "serial"
    return Dates(days, assumed, repaired, unreadable)


def read_date(cell: object) -> tuple[dt.date, str] | None:
    """Return the day that a cell says, and how it was found: "day", "assumed" (month or year alone) or "serial"."""
    if isinstance(cell, dt.datetime):
        return _within(cell.date(), "day")
    if isinstance(cell, dt.date):
        return _within(cell, "day")
    if isinstance(cell, int | float | np.number):
        return None if isinstance(cell, bool) else _of_number(float(cell))
    return _of_text(folded(cell))


def _of_text(text: str) -> tuple[dt.date, str] | None:
    if hit := _DAY.match(text) or (_DIGITS.match(text) if len(text) == 8 else None):  # noqa: PLR2004 - yyyymmdd
        return _day(*(int(part) for part in hit.groups()))
    if hit := _MONTH.match(text) or (_DIGITS.match(text) if len(text) == 6 else None):  # noqa: PLR2004 - yyyymm
        return _month_end(int(hit.group(1)), int(hit.group(2)))
    if hit := _YEAR.match(text):
        return _month_end(int(hit.group(1)), 12)
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _of_number(float(text))
    return None


def _of_number(value: float) -> tuple[dt.date, str] | None:
    """Read 2024 as a year, 2024.3 as a month, 202403 and 20240301 as written, 45352 as Excel's count of days."""
    if not np.isfinite(value) or value < 0:
        return None
    if value.is_integer():
        if YEARS[0] <= value <= YEARS[1]:
            return _month_end(int(value), 12)
        if SERIALS[0] <= value <= SERIALS[1]:
            return EXCEL_DAY_0 + dt.timedelta(days=int(value)), "serial"
        return read_date(str(int(value))) if len(str(int(value))) in {6, 8} else None
    if SERIALS[0] <= value <= SERIALS[1]:
        return EXCEL_DAY_0 + dt.timedelta(days=int(value)), "serial"
    text = repr(value)
    # a sheet keeps 2024.10 as 2024.1, which may be January or October: not guessed
    return read_date(text) if re.fullmatch(r"\d{4}\.([2-9]|0[1-9]|1[0-2])", text) else None


def _day(year: int, month: int, day: int) -> tuple[dt.date, str] | None:
    try:
        return _within(dt.date(year, month, day), "day")
    except ValueError:
        return None


def _month_end(year: int, month: int) -> tuple[dt.date, str] | None:
    if not (YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12):  # noqa: PLR2004 - months
        return None
    return dt.date(year, month, calendar.monthrange(year, month)[1]), "assumed"


def _within(day: dt.date, how: str) -> tuple[dt.date, str] | None:
    return (day, how) if YEARS[0] <= day.year <= YEARS[1] else None
