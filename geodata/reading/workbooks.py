"""Excel files to grids of cells: which sheet, what is merged, which cells hold an error, and nothing too big."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine

from geodata.faults import Fault, InputError, Severity, fail
from geodata.reading.raw_table import MOST_CELLS, RawTable, check_size
from geodata.reading.sheets import HEADER_WITHIN, Grid, header_names, raw_table
from geodata.study import LayerSource
from geodata.words.numbers import grouped

MOST_UNPACKED_BYTES = 1024**3
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old .xls, and the envelope of an encrypted .xlsx
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_CELL_PLACE = re.compile(rb' r="([A-Z]{1,3})(\d{1,7})"')
_ERROR_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]* t="e"')
_BLANK_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="\d+")?><f(?: [^>]*)?(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>'
)  # with t="str" the formula came out as an empty text, which is a result
_ROW, _COLUMN, _HIDDEN = re.compile(rb"<row [^>]*>"), re.compile(rb"<col [^>]*>"), re.compile(rb' hidden="(?:1|true)"')
_NUMBER = re.compile(rb' r="(\d+)"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet [^>]*>")


def read_excel(source: LayerSource) -> RawTable:
    """Read one sheet of a workbook: the one asked for, the only one, or the only one that fits the layer."""
    path, layer = source.path, source.layer
    with path.open("rb") as opened:
        head = opened.read(len(OLE))
    if head == OLE and path.stat().st_size < MOST_UNPACKED_BYTES and ENCRYPTED in path.read_bytes():
        raise fail("excel_password", layer=layer, value=path.name)
    packed = head.startswith(b"PK")
    if not packed and head != OLE:
        raise fail("excel_not", layer=layer, value=path.name)
    if packed:
        _refuse_bombs(path, layer)
    with _calamine(layer, path.name):
        book = python_calamine.load_workbook(
            io.BytesIO(path.read_bytes())
        )  # by its content: its ending may be another office suite's
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and (sheet.name == source.sheet or sheet.visible == python_calamine.SheetVisibleEnum.Visible)
        ]
        name, others = (source.sheet, ()) if source.sheet else _best_sheet(book, shown, source)
        if name not in book.sheet_names:
            raise fail("sheet_missing", layer=layer, column="sheet", value=name, sheets="、".join(book.sheet_names))
        sheet = book.get_sheet_by_name(name)
        check_size(layer, path.name, sheet.total_height, sheet.total_width)
        cells = [list(row) for row in sheet.to_python(skip_empty_area=False)]
        merged = tuple(sorted(sheet.merged_cell_ranges or ())) if packed else ()
    faults = _marked_cells(path, name, layer) if packed else []
    if len(shown) > 1 and not source.sheet:
        details = {"others": "、".join(others)}
        code, severity = ("sheet_preferred", Severity.DOUBT) if others else ("sheet_chosen", Severity.NOTE)
        faults.append(Fault(code=code, severity=severity, layer=layer, column="sheet", value=name, details=details))
    note = f"Excel '{name}'"
    return raw_table(Grid(cells=cells, merged=merged, note=note, faults=tuple(faults)), source)


@contextmanager
def _calamine(layer: str, name: str) -> Iterator[None]:
    """Turn what the Excel reader raises, its panics included, into faults."""
    try:
        yield
    except InputError:
        raise
    except python_calamine.PasswordError as error:
        raise fail("excel_password", layer=layer, value=name) from error
    except Exception as error:
        raise fail("file_unreadable", layer=layer, value=name, why=str(error)[:200]) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise fail("file_unreadable", layer=layer, value=name, why="panic") from error


def _best_sheet(
    book: python_calamine.CalamineWorkbook, shown: list[str], source: LayerSource
) -> tuple[str, tuple[str, ...]]:
    """Return the sheet to read, and those that fit less: the only one with cells, or the only one that fits.

    A sheet fits when its header names two columns of the layer. Where several do, the only one that also says where
    things lie is taken: the others are sums of it. Else the user is asked.
    """
    filled = {}
    for name in shown:
        sheet = book.get_sheet_by_name(name)
        if sheet.height and sheet.width:
            check_size(source.layer, source.path.name, sheet.total_height, sheet.total_width)
            filled[name] = sheet.to_python(skip_empty_area=False, nrows=HEADER_WITHIN)
    if not filled:
        raise fail("table_empty", layer=source.layer, value=source.path.name)
    named = {name: header_names(cells, source) for name, cells in filled.items()}
    fit = [name for name in filled if len(named[name]) > 1]
    placed = [name for name in fit if {"x", "y"} <= named[name] or "geometry" in named[name]]
    choice = list(filled) if len(filled) == 1 else placed if len(fit) > 1 else fit
    if len(choice) != 1:
        sheets = "、".join(filled)
        raise fail("sheet_needed", layer=source.layer, column="sheet", value=source.path.name, sheets=sheets)
    return choice[0], tuple(name for name in fit if name != choice[0])


def _refuse_bombs(path: Path, layer: str) -> None:
    """Refuse a workbook that unpacks to too much, or whose far-off cells would span too large a grid."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
                raise fail("file_too_big", layer=layer, value=path.name)
            for part in parts:
                if not part.filename.startswith("xl/worksheets/") or not part.filename.endswith(".xml"):
                    continue
                with package.open(part) as opened:
                    places = set(_CELL_PLACE.findall(opened.read(MOST_UNPACKED_BYTES)))
                columns = max((_column_number(letters) for letters, _ in places), default=0)
                rows = max((int(number) for _, number in places), default=0)
                if rows * columns > MOST_CELLS:
                    raise fail(
                        "table_too_big", layer=layer, value=path.name, rows=grouped(rows), columns=grouped(columns)
                    )
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise fail("file_unreadable", layer=layer, value=path.name, why=str(error)[:200]) from error


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _marked_cells(path: Path, name: str, layer: str) -> list[Fault]:
    """List the cells with an error such as #DIV/0! or a formula never computed, and what is hidden.

    The reader hands out nothing of this.
    """
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return []
        book, rels = package.read("xl/workbook.xml"), package.read("xl/_rels/workbook.xml.rels")
        for tag in _SHEET.findall(book):
            given = dict(re.findall(rb'([\w:]+)="([^"]*)"', tag))
            if given.get(b"name", b"").decode("utf-8", "replace") != name:
                continue
            relation = next((value for key, value in given.items() if key.endswith(b":id")), b"")
            for target in re.findall(rb"<Relationship [^>]*>", rels):
                part = dict(re.findall(rb'(\w+)="([^"]*)"', target))
                place = "xl/" + part.get(b"Target", b"").decode("utf-8", "replace").removeprefix("/xl/")
                if part.get(b"Id") == relation and place in names:
                    sheet = package.read(place)
                    return [*_cells_without_value(sheet, layer), *_hidden(sheet, layer)]
    return []


def _hidden(sheet: bytes, layer: str) -> list[Fault]:
    """Say that rows or columns are hidden: they are read like any other."""
    rows = [int(number) for tag in _ROW.findall(sheet) if _HIDDEN.search(tag) for number in _NUMBER.findall(tag)]
    columns = sum(bool(_HIDDEN.search(tag)) for tag in _COLUMN.findall(sheet))
    found = []
    if rows:
        details = {"rows": len(rows)}
        found.append(Fault(code="rows_hidden", severity=Severity.DOUBT, layer=layer, row=rows[0], details=details))
    if columns:
        found.append(Fault(code="columns_hidden", severity=Severity.NOTE, layer=layer))
    return found


def _cells_without_value(sheet: bytes, layer: str) -> list[Fault]:
    faults = [
        Fault(code="cell_error", severity=Severity.DOUBT, layer=layer, row=int(row), column=column.decode())
        for column, row in _ERROR_CELL.findall(sheet)
    ]
    blank: dict[str, list[int]] = {}
    for column, row in _BLANK_FORMULA.findall(sheet):
        blank.setdefault(column.decode(), []).append(int(row))
    return faults + [
        Fault(
            code="formula_without_value",
            severity=Severity.DOUBT,
            layer=layer,
            row=rows[0],
            column=column,
            details={"cells": len(rows)},
        )
        for column, rows in blank.items()
    ]
