"""Fault list: what is wrong or doubtful in the data, as a table to look at and as files to send back."""

import io
from collections.abc import Callable, Sequence

import pandas as pd
import xlsxwriter

from exhibits.style import label
from geodata.faults import Fault
from geodata.words import Lang, say
from scenarios.tables import harmless

NAMES = ("severity", "layer", "row", "column", "value", "message")
WIDTHS = (8, 12, 8, 20, 30, 100)


Said = Callable[[Fault, Lang], str]


def fault_table(
    faults: Sequence[Fault], lang: Lang, message: Said = Fault.message, column: Said | None = None
) -> pd.DataFrame:
    """Return faults as a table in the order given: severity, layer, row, column, value, what to do.

    Parameters
    ----------
    message, column
        How to say a fault and to call its column, where readers know neither a study file nor the schema.
    """
    rows = [
        (
            say(f"severity_{fault.severity.value}", lang).strip(),
            label("layer_word", fault.layer, lang),
            fault.row,
            column(fault, lang) if column else fault.column,
            fault.shown(),
            message(fault, lang),
        )
        for fault in faults
    ]
    found = pd.DataFrame(rows, columns=[say(f"column_{name}", lang) for name in NAMES])
    return found.astype({say("column_row", lang): "Int64"})


def as_csv(faults: Sequence[Fault], lang: Lang, message: Said = Fault.message, column: Said | None = None) -> bytes:
    """Return the list as CSV that Excel opens as it is; no cell can be taken for a formula."""
    text = io.StringIO()
    fault_table(faults, lang, message, column).map(harmless).to_csv(text, index=False, lineterminator="\r\n")
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(faults: Sequence[Fault], lang: Lang, message: Said = Fault.message, column: Said | None = None) -> bytes:
    """Return the list as a workbook with an empty column for the answer of whoever made the data."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(say("fault_list_sheet", lang))
    head = book.add_format({"bold": True, "bg_color": "#dce9f3", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    table = fault_table(faults, lang, message, column)
    for place, (name, width) in enumerate(
        zip([*table.columns, say("fault_list_answer", lang)], (*WIDTHS, 30), strict=True)
    ):
        sheet.write_string(0, place, name, head)
        sheet.set_column(place, place, width)
    for line, row in enumerate(table.itertuples(index=False), start=1):
        for place, cell in enumerate(row):
            if pd.isna(cell):
                continue
            if isinstance(cell, int):
                sheet.write_number(line, place, cell, wrap)
            else:
                sheet.write_string(line, place, str(cell), wrap)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table), 1), len(table.columns))
    book.close()
    return out.getvalue()
