"""Workbook: the eight tables of a plan as one xlsx file, sums as live formulas, verdicts in colour.

Every formula carries its value, so that a viewer that doesn't calculate shows the same figures. Text stays text,
however it begins.
"""

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from exhibits.verdictlooks import fills
from exhibits.wording import parameters_line
from exhibits.workbook.looks import (
    FONT,
    FORMATS,
    LINE_HIGH,
    MOST_HIGH,
    MOST_LETTERS_A3,
    MOST_LINKS,
    PAPER_A3,
    PARTS,
    SMALL_SHARE,
    WIDTHS,
    lines_of,
)
from exhibits.workbook.sheet import NUMBERS, Column, Table, Total, cell_text, dash, share_value, unknown
from exhibits.workbook.sheets import Sheets, sheets
from geodata.words import Lang, say
from planning.totals import minutes
from scenarios.outcome import Outcome
from scenarios.tables import FORMULA_STARTS


def make(outcome: Outcome, path: Path, lang: Lang = "zh") -> tuple[str, ...]:
    """Write the workbook and say which tables were left out, and why."""
    found = sheets(outcome, lang)
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    day = outcome.city.study.day or dt.date(2000, 1, 1)
    book.set_properties(
        {
            "title": cell_text(say("doc_workbook_title", lang, name=outcome.city.study.name)),
            "comments": cell_text(parameters_line(outcome, lang)),
            "created": dt.datetime(day.year, day.month, day.day),  # noqa: DTZ001 - the day of the study, no clock
        }
    )
    _Book(book, outcome, found, lang).write()
    book.close()
    return found.left_out


class _Book:
    """An open workbook with its formats and the places that links lead to."""

    def __init__(self, book: Any, outcome: Outcome, found: Sheets, lang: Lang) -> None:  # noqa: ANN401 - no types
        self.book, self.found, self.lang = book, found, lang
        self.line = cell_text(parameters_line(outcome, lang))
        self.unknown = unknown(lang)
        self.fills = fills(lang, minutes(outcome.limits_s[-1]))
        self.formats: dict[tuple[str, ...], Any] = {}
        self.rows = {
            table.key: {str(key): row for row, key in reversed(list(enumerate(table.rows["id"])))}
            for table in found.tables
            if "id" in table.rows
        }
        self.first = {table.key: _header_row(table, self.unknown) + 1 for table in found.tables}

    def write(self) -> None:
        for table in self.found.tables:
            self.sheet(table)

    def format(self, *parts: str) -> Any:  # noqa: ANN401 - xlsxwriter carries no types
        """Return a format made of named parts, each made once."""
        if parts not in self.formats:
            given: dict[str, object] = {"font_name": FONT[self.lang], "font_size": 10, "valign": "vcenter"}
            for part in parts:
                given |= PARTS.get(part, {"num_format": FORMATS[part]} if part in FORMATS else {})
            self.formats[parts] = self.book.add_format(given)
        return self.formats[parts]

    def sheet(self, table: Table) -> None:
        page = self.book.add_worksheet(table.name)
        head = _header_row(table, self.unknown)
        last_row, last_column = head + max(len(table.rows), 1), len(table.columns) - 1
        for at, one in enumerate(table.columns):
            page.set_column(at, at, one.wide or WIDTHS[one.kind])
            page.write_string(head, at, cell_text(one.title), self.format("head"))
        page.set_row(0, 24)
        page.set_row(head, 46 if any(len(one.title) > 8 for one in table.columns) else 24)  # noqa: PLR2004 - letters
        page.write_string(0, 0, cell_text(f"{table.number}  {table.title}"), self.format("title"))
        for at, line in enumerate((self.line, *table.notes), start=1):
            page.write_string(at, 0, cell_text(line), self.format("note"))
        for row, values in enumerate(
            table.rows.reindex(columns=[one.key for one in table.columns]).itertuples(index=False, name=None)
        ):
            for at, (one, value) in enumerate(zip(table.columns, values, strict=True)):
                self.cell(page, table, row, at, one, value)
        self.heights(page, table, head + 1)
        self.totals(page, table, head)
        page.autofilter(head, 0, last_row, last_column)
        page.freeze_panes(head + 1, min(2, last_column))
        self.colours(page, table, head + 1, last_row)
        page.set_landscape()
        page.set_paper(PAPER_A3)
        letters = sum(one.wide or WIDTHS[one.kind] for one in table.columns)
        page.fit_to_pages(max(1, math.ceil(letters / MOST_LETTERS_A3)), 0)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        page.repeat_rows(head)
        page.repeat_columns(0, min(1, last_column))
        page.set_footer(f"&L{say('doc_stamp', self.lang)}&R&P / &N")
        if table.key == "basis":
            page.activate()

    def heights(self, page: Any, table: Table, first: int) -> None:  # noqa: ANN401
        """Make rows as high as their longest wrapped text: not every viewer does so by itself."""
        long = [(one.key, one.wide or WIDTHS["long"]) for one in table.columns if one.kind == "long"]
        if not long:
            return
        for row in range(len(table.rows)):
            lines = max(lines_of(cell_text(table.rows[key].iloc[row]), wide) for key, wide in long)
            page.set_row(first + row, min(MOST_HIGH, max(LINE_HIGH * lines + 3, 16)))

    def cell(self, page: Any, table: Table, row: int, at: int, one: Column, value: object) -> None:  # noqa: ANN401
        """Write one cell; a missing figure says so."""
        to = self.first[table.key] + row
        if one.share_of is not None:
            self.share(page, table, to, at, one, table.rows.iloc[row])
            return
        if one.kind in NUMBERS or one.kind == "date":
            if isinstance(value, str):
                page.write_string(to, at, cell_text(value), self.format("cell", "right"))
            elif pd.isna(value):  # type: ignore[call-overload]  # a scalar
                page.write_string(to, at, self.unknown, self.format("cell", "right"))
            elif one.kind == "date":
                page.write_datetime(to, at, pd.Timestamp(value).to_pydatetime(), self.format("cell", "date"))  # type: ignore[arg-type]
            else:
                number = float(value)  # type: ignore[arg-type]
                kind = "whole" if one.kind == "number" and number.is_integer() else one.kind
                page.write_number(to, at, number, self.format("cell", kind))
            return
        text = cell_text(value)
        look = ["cell", *{"long": ("left", "wrap"), "verdict": ("centre",)}.get(one.kind, ("left",))]
        target = table.links.get(row) if one.kind == "link" and row < MOST_LINKS else None
        if target is not None and target[1] in self.rows.get(target[0], {}):
            linked = self.found.table(target[0])
            assert linked is not None
            place = xl_rowcol_to_cell(self.first[target[0]] + self.rows[target[0]][target[1]], 0)
            page.write_url(to, at, f"internal:'{linked.name}'!{place}", self.format("cell", "link"), text)
            return
        if text.startswith(FORMULA_STARTS):
            look.append("quoted")
        page.write_string(to, at, text, self.format(*look))

    def share(self, page: Any, table: Table, to: int, at: int, one: Column, values: Any) -> None:  # noqa: ANN401
        """Write a share as a formula of its three parts, with its value."""
        assert one.share_of is not None
        keys = [column.key for column in table.columns]
        over, under, left = (xl_rowcol_to_cell(to, keys.index(key)) for key in one.share_of)
        figures = [float(values[key]) if not isinstance(values[key], str) else math.nan for key in one.share_of]
        value = share_value(*figures)
        missing = dash(self.lang) if figures[1] <= 0 and figures[2] <= 0 else self.unknown
        word = self.unknown.replace('"', '""')
        bare = dash(self.lang)
        none = f'IF({left}>0,"{word}","{bare}")'
        formula = f'=IF({under}<=0,{none},IF(AND({over}>={under},{left}>0),"{word}",{over}/{under}))'
        page.write_formula(to, at, formula, self.format("cell", "share", "right"), missing if value is None else value)

    def totals(self, page: Any, table: Table, head: int) -> None:  # noqa: ANN401
        """Write the rows of sums above the header: all, what isn't known, and what a filter leaves."""
        row = 1 + len(table.notes) + 1
        for one in _total_rows(table, self.unknown):
            self.total(page, table, row, head + 1, one)
            row += 1

    def total(self, page: Any, table: Table, row: int, first: int, one: tuple[str, Total]) -> None:  # noqa: ANN401
        what, total = one
        labelled = next(at for at, column in enumerate(table.columns) if column.key not in total.where)
        chosen = chosen_rows(table, total)
        last = first + max(len(table.rows), 1) - 1
        sums: dict[str, float] = {}
        tests = "".join(
            f",{xl_range_abs(first, at, last, at)},${xl_rowcol_to_cell(row, at)}"
            for at, column in enumerate(table.columns)
            if column.key in total.where
        )
        for at, column in enumerate(table.columns):
            cells = xl_range_abs(first, at, last, at)
            if column.key in total.where and what != "filtered":
                page.write_string(row, at, cell_text(total.where[column.key]), self.format("total"))
            elif at == labelled:
                page.write_string(row, at, self.label(what, total), self.format("total"))
            elif column.summed:
                values = [value for value in chosen[column.key] if not isinstance(value, str) and not pd.isna(value)]
                if what == "unknown":
                    formula = f'=COUNTIFS({cells},"{self.unknown}"{tests})'
                    value = float(_unknowns(chosen[column.key], self.unknown))
                elif what == "filtered":
                    formula, value = f"=SUBTOTAL(109,{cells})", math.fsum(values)
                else:
                    formula = f"=SUMIFS({cells}{tests})" if tests else f"=SUM({cells})"
                    value = sums[column.key] = math.fsum(values)
                page.write_formula(
                    row, at, formula, self.format("total", "count" if what == "unknown" else column.kind), value
                )
            elif column.share_of is not None and what == "sum":
                self.share(page, table, row, at, column, sums)
            else:
                page.write_blank(row, at, None, self.format("total"))

    def label(self, what: str, total: Total) -> str:
        if what == "sum":
            return cell_text(total.label)
        return say("doc_total_unknown" if what == "unknown" else "doc_total_filtered", self.lang)

    def colours(self, page: Any, table: Table, first: int, last: int) -> None:  # noqa: ANN401
        """Colour verdicts and grey what isn't known."""
        for at, column in enumerate(table.columns):
            if column.kind == "verdict":
                given = set(table.rows[column.key])
                for word, (fill, ink) in self.fills.items():
                    if word in given:
                        look = self.book.add_format({"bg_color": fill, "font_color": ink})
                        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
                        page.conditional_format(first, at, last, at, rule)
            elif column.kind in NUMBERS or column.kind == "date":
                look = self.book.add_format({"font_color": "#8a4b00", "italic": True})
                rule = {"type": "cell", "criteria": "==", "value": f'"{self.unknown}"', "format": look}
                page.conditional_format(first, at, last, at, rule)
                if column.kind == "share":
                    tiny = self.book.add_format({"num_format": '"<0.1%"'})
                    page.conditional_format(
                        first,
                        at,
                        last,
                        at,
                        {
                            "type": "cell",
                            "criteria": "between",
                            "minimum": 1e-12,
                            "maximum": SMALL_SHARE,
                            "format": tiny,
                        },
                    )


def chosen_rows(table: Table, total: Total) -> pd.DataFrame:
    """Return the rows that a total sums."""
    found = table.rows
    for key, value in total.where.items():
        found = found[found[key] == value]
    return found


def _unknowns(values: pd.Series, word: str) -> int:
    return sum(value == word if isinstance(value, str) else bool(pd.isna(value)) for value in values)


def _total_rows(table: Table, word: str) -> list[tuple[str, Total]]:
    """List the rows of sums: each total, what isn't known of it if anything, and what a filter leaves."""
    found: list[tuple[str, Total]] = []
    summed = [column.key for column in table.columns if column.summed]
    for total in table.totals:
        found.append(("sum", total))
        rows = chosen_rows(table, total)
        if any(_unknowns(rows[key], word) for key in summed):
            found.append(("unknown", total))
    if len(table.totals) == 1:  # of several, a sum across them would count things twice
        found.append(("filtered", Total("")))
    return found


def _header_row(table: Table, word: str) -> int:
    return 2 + len(table.notes) + len(_total_rows(table, word))
