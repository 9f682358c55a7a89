"""The few formulas that the workbook writes, worked out cell by cell: the oracle for the values beside them."""

import re
from typing import Any

from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

UNKNOWN = "数据不足"


def worked_out(values: Worksheet, formula: str) -> Any:
    """Return what a formula gives over the values of its sheet."""
    body = formula.removeprefix("=")
    name, _, rest = body.partition("(")
    if name == "IF":
        return _share(values, body)
    parts = rest.removesuffix(")").split(",")
    if name == "SUBTOTAL":
        assert parts[0] == "109"
        return sum(_numbers(_column(values, parts[1])))
    first = _column(values, parts[0])
    if name == "SUM":
        return sum(_numbers(first))
    if name == "SUMIFS":
        keep = _tests(values, parts[1:], len(first))
        return sum(_numbers([value for value, kept in zip(first, keep, strict=True) if kept]))
    assert name == "COUNTIFS", formula
    assert parts[1] == f'"{UNKNOWN}"'
    keep = _tests(values, parts[2:], len(first))
    return sum(value == UNKNOWN and kept for value, kept in zip(first, keep, strict=True))


def _share(values: Worksheet, body: str) -> Any:
    found = re.fullmatch(
        r'IF\((\w+)<=0,IF\((\w+)>0,"数据不足","—"\),IF\(AND\((\w+)>=(\w+),(\w+)>0\),"数据不足",(\w+)/(\w+)\)\)', body
    )
    assert found, body
    known, left, over, known2, left2, over2, known3 = (values[cell].value for cell in found.groups())
    assert (known, left, over) == (known2, left2, over2)
    assert known == known3
    if known <= 0:
        return UNKNOWN if left > 0 else "—"
    return UNKNOWN if over >= known and left > 0 else over / known


def _tests(values: Worksheet, parts: list[str], size: int) -> list[bool]:
    keep = [True] * size
    for cells, wanted in zip(parts[::2], parts[1::2], strict=True):
        word = values[wanted.replace("$", "")].value
        keep = [kept and value == word for kept, value in zip(keep, _column(values, cells), strict=True)]
    return keep


def _column(values: Worksheet, cells: str) -> list[Any]:
    left, top, right, bottom = range_boundaries(cells.replace("$", ""))
    assert left == right
    return [values.cell(row, left).value for row in range(top, bottom + 1)]


def _numbers(found: list[Any]) -> list[float]:
    return [value for value in found if isinstance(value, int | float)]
