"""Templates: an empty workbook for each layer, its headers and allowed words taken from what the readers know."""

import io
from pathlib import Path

import xlsxwriter

from geodata.reading.aliases import aliases, dimension
from geodata.reading.attributes import WORDS
from geodata.schema import COLUMNS, Column
from geodata.words import Lang, catalogue, say
from planning.rules import RULEBOOK, known_profiles
from planning.rules.profiles import read_profile

LAYERS = tuple(COLUMNS)
AREAS = ("districts", "background")  # drawn as areas: their place is a text of coordinates, or comes from a map file
PLACE = ("x", "y")
SHAPE = "geometry"
UNITS = {"area_m2": "平方米", "yuan": "元", "beds": "张", "people": "人", "households": "户"}
FILLED_ROWS = 2000  # rows with a list of words to choose from
MOST_LIST = 255  # letters that Excel allows in such a list
WIDTH = 16


def title(layer: str, name: str, lang: Lang) -> str:
    """Return the header of one column: in Chinese the first name that the readers know, in English the schema's."""
    if lang == "en":
        return name
    tables = aliases()["columns"]
    known = [*tables.get(layer, {}).get(name, ()), *tables["common"].get(name, ())]
    code = f"street_column_{name}"
    return str(known[0]) if known else say(code, lang) if code in catalogue() else name


def policies(lang: Lang) -> dict[str, str]:
    """Return the rules a study may be judged by: id and name."""
    return {name: read_profile(name).title(lang) for name in known_profiles() if (RULEBOOK / f"{name}.toml").is_file()}


def words(layer: str, column: Column) -> tuple[str, ...]:
    """Return the word that stands for each choice of a column, the one a planner would write."""
    if column.kind == "flag":
        return ("是", "否")
    if column.kind != "choice":
        return ()
    table = aliases()["words"][WORDS.get((layer, column.name), column.name)]
    return tuple(str(table[choice][0]) if table.get(choice) else choice for choice in column.choices)


def template(layer: str) -> bytes:
    """Return a workbook with an empty table of the layer, ready to be filled in, and a sheet that explains it.

    The example stands in the explaining sheet, one line per column, so that it can never be read as a row of data.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#dce9f3", "border": 1, "text_wrap": True, "valign": "top"})
    must = book.add_format({"bold": True, "bg_color": "#f6d9c8", "border": 1, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    table = book.add_worksheet(say(f"template_layer_{layer}"))
    guide = book.add_worksheet(say("template_guide"))
    names = headers(layer)
    table.freeze_panes(1, 0)
    table.set_column(0, len(names) - 1, WIDTH)
    columns = {column.name: column for column in COLUMNS[layer]}
    for place, (name, header) in enumerate(names.items()):
        column = columns.get(name, Column(name, "text", required=True))
        table.write_string(0, place, header, must if column.required else head)
        allowed = words(layer, column)
        if allowed and len(",".join(allowed)) <= MOST_LIST:
            table.data_validation(
                1, place, FILLED_ROWS, place, {"validate": "list", "source": list(allowed), "error_type": "warning"}
            )
    _guide(guide, layer, names, columns, head, wrap)
    book.close()
    return out.getvalue()


def headers(layer: str) -> dict[str, str]:
    """Return the headers of a template by the name of their column, in the order of the schema."""
    places = (SHAPE,) if layer in AREAS else PLACE
    return {name: title(layer, name, "zh") for name in (*(column.name for column in COLUMNS[layer]), *places)}


def _guide(
    guide: xlsxwriter.worksheet.Worksheet,
    layer: str,
    names: dict[str, str],
    columns: dict[str, Column],
    head: xlsxwriter.format.Format,
    wrap: xlsxwriter.format.Format,
) -> None:
    """Write one line per column: what it holds, the words it may hold, an example, and other names that are known."""
    guide.write_string(0, 0, say("template_note"), wrap)
    titles = ("template_what", "template_need", "template_kind", "template_words", "template_example", "template_also")
    for place, code in enumerate(titles):
        guide.write_string(1, place, say(code), head)
    guide.set_row(0, 62)
    for place, width in enumerate((44, 8, 26, 46, 34, 60)):
        guide.set_column(place, place, width)
    tables = aliases()["columns"]
    for line, (name, header) in enumerate(names.items(), start=2):
        column = columns.get(name, Column(name, "number" if name in PLACE else "text", required=True))
        also = [*tables.get(layer, {}).get(name, ()), *tables["common"].get(name, ())][1:9]
        cells = (
            f"【{header}】",
            say("template_must" if column.required else "template_may"),
            kind_text(column),
            "、".join(words(layer, column)),
            example(layer, column),
            "、".join(also),
        )
        for place, cell in enumerate(cells):
            guide.write_string(line, place, cell, wrap)


def kind_text(column: Column, lang: Lang = "zh") -> str:
    """Say what a column holds, with its unit."""
    if column.name in PLACE:
        return say("template_kind_place", lang)
    if column.name == SHAPE:
        return say("template_kind_shape", lang)
    text = say(f"template_kind_{column.kind}", lang)
    unit = UNITS.get(dimension(column.name), "") if column.kind in {"count", "number"} else ""
    return f"{text}（{unit}）" if unit and lang == "zh" else text


def example(layer: str, column: Column) -> str:
    """Return what a cell of the column may look like."""
    if allowed := words(layer, column):
        return allowed[0]
    by_name = f"template_example_{column.name}"
    return say(by_name if by_name in catalogue() else f"template_example_{column.kind}")


def file_name(layer: str) -> str:
    """Return the name of the template's file."""
    return str(Path(f"{say('template_file')}_{say(f'template_layer_{layer}')}.xlsx"))
