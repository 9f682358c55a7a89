"""Words of the data page: faults said in the page's own terms, pointing at its controls, not at the study file."""

from dataclasses import replace

from exhibits.style import label
from geodata.faults import Fault
from geodata.schema import COLUMNS, DISTRICT_LEVELS, LAYERS
from geodata.street.files import HEADERS
from geodata.words import Lang, catalogue, say
from scenarios import templates

CONTROLS = {"sheet": "ui_choose_sheet", "layer": "ui_choose_sublayer", "crs": "ui_read_as"}  # keys of a study file
LEVEL = next(column for column in COLUMNS["districts"] if column.name == "level")
SCHEMA_NAMED = frozenset({"id_made", "name_made", "column_needed", "column_absent", "column_not_there"})


def message(fault: Fault, lang: Lang) -> str:
    """Say what is wrong and what to do on this page."""
    code = f"ui_says_{fault.code}"
    details = dict(fault.details)
    if "name" in details:
        details["name"] = column_title(fault.layer, str(details["name"]), lang)
    if details.get("level") in DISTRICT_LEVELS:
        details["level"] = templates.words("districts", LEVEL)[DISTRICT_LEVELS.index(str(details["level"]))]
    details["layer"] = label("layer_word", fault.layer, lang) if fault.layer in LAYERS else fault.layer
    there = column(fault, lang)
    if code in catalogue():
        return say(code, lang, **{"row": fault.row, "column": there, "value": fault.shown(), **details})
    return replace(fault, details=details, column=there).message(lang)


def column(fault: Fault, lang: Lang) -> str:
    """Return the column of a fault as its file or this page calls it."""
    ours = {one.name for one in COLUMNS.get(fault.layer, ())}  # said so where the file has no such column
    if fault.code in SCHEMA_NAMED or fault.column in ours:
        return column_title(fault.layer, fault.column, lang)
    return say(CONTROLS[fault.column], lang) if fault.column in CONTROLS else fault.column


def column_title(layer: str, name: str, lang: Lang) -> str:
    """Return what the page calls a column of the schema; any other name as it is."""
    if name == "geometry":
        return say("ui_column_geometry", lang)
    known = {one.name for one in COLUMNS.get(layer, ())} | {"x", "y", "geometry", *HEADERS}
    return templates.title(layer, name, lang) if name in known else name
