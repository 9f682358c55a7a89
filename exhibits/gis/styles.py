"""GIS styles: the colours of screen and print as QGIS styles (QML), kept inside the GeoPackage."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from exhibits import style
from exhibits.atlas.looks import kind_mark
from exhibits.classes import limits_min, shown_groups
from exhibits.gis.layers import GisLayer, field_word, verdict_words
from exhibits.style import VERDICT_LOOKS, Look, Mark, label
from geodata.words import Lang, say
from scenarios.outcome import Outcome

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
BRUSHES = {"": "", "/": "b_diagonal", "\\": "f_diagonal", "x": "diagonal_x", ".": "dense6"}
MARKS = {
    "circle": "circle",
    "square": "square",
    "triangle": "triangle",
    "diamond": "diamond",
    "cross": "cross_fill",
    "star": "star",
}
Category = tuple[str, str, Look | Mark]  # value, label, look
COLUMNS = (
    "f_table_catalog",
    "f_table_schema",
    "f_table_name",
    "f_geometry_column",
    "styleName",
    "styleQML",
    "styleSLD",
    "useAsDefault",
    "description",
    "owner",
    "ui",
    "update_time",
)


def styles(outcome: Outcome, found: Sequence[GisLayer], lang: Lang) -> list[tuple[str, str, str, bool]]:
    """Return every style: layer, name, QML, and whether it is the layer's default."""
    made: list[tuple[str, str, str, bool]] = []
    by_name = {layer.name: layer for layer in found}
    aliases = {
        layer.name: {str(name): field_word(str(name), outcome, lang) for name in layer.table.columns.drop("geometry")}
        for layer in found
    }
    if "residential" in by_name:
        looks = style.class_looks(limits_min(outcome))
        named = {name: style.class_label(name, limits_min(outcome), lang) for name in looks}
        classes = [(name, named[name], look) for name, look in looks.items()]
        themes = [(f"class_{group}", label("group", group, lang), classes) for group in shown_groups(outcome)]
        themes += [
            (f"after_{group}", say("gis_style_after", lang, group=label("group", group, lang)), classes)
            for group in shown_groups(outcome)
            if f"after_{group}" in by_name["residential"].table
        ]
        if "today_verdict" in by_name["residential"].table:
            words = verdict_words(lang)
            verdicts = [(name, words[name], look) for name, look in VERDICT_LOOKS.items()]
            themes.append(("today_verdict", say("one_theme_quota", lang), verdicts))
        point = is_point(by_name["residential"])
        made += [
            ("residential", title, qml(field, categories, aliases["residential"], point=point), at == 0)
            for at, (field, title, categories) in enumerate(themes)
        ]
    for name in ("facilities", "medical"):
        if name in by_name:
            kinds = [str(kind) for kind in by_name[name].table["kind"].dropna().unique()]
            marks: list[Category] = [(kind, label("kind", kind, lang), kind_mark(kind)) for kind in kinds]
            made.append((name, say("doc_col_kind", lang), qml("kind", marks, aliases[name], point=True), True))
    if "districts" in by_name:
        edges = {"county": "#6f5d78", "street": "#8d7f95", "community": "#b9aec0"}
        lines: list[Category] = [(level, label("level", level, lang), Look("", edge)) for level, edge in edges.items()]
        made.append(("districts", say("doc_col_level", lang), qml("level", lines, aliases["districts"]), True))
    for name, mark in (("candidates", Mark("diamond", "#ffffff", "#7a7a7a")), ("sites", style.SITE_MARK)):
        if name in by_name:
            one: list[Category] = [("", label("layer_word", name, lang), mark)]
            made.append((name, label("layer_word", name, lang), qml("", one, aliases[name], point=True), True))
    return made


def is_point(layer: GisLayer) -> bool:
    """Tell whether a layer is drawn as points."""
    kinds = set(layer.table.geometry.geom_type.dropna())
    return bool(kinds) and kinds <= {"Point", "MultiPoint"}


def qml(field: str, categories: Sequence[Category], aliases: Mapping[str, str], *, point: bool = False) -> str:
    """Return a QGIS style: one symbol per category of ``field``, or a single one where ``field`` is empty."""
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology|Fields")
    kind = "categorizedSymbol" if field else "singleSymbol"
    renderer = ET.SubElement(root, "renderer-v2", type=kind, enableorderby="0", forceraster="0", symbollevels="0")
    if field:
        renderer.set("attr", field)
        listed = ET.SubElement(renderer, "categories")
        for at, (value, text, _) in enumerate(categories):
            ET.SubElement(listed, "category", value=value, label=text, symbol=str(at), render="true", type="string")
    symbols = ET.SubElement(renderer, "symbols")
    for at, (_, _, look) in enumerate(categories):
        symbol = ET.SubElement(
            symbols, "symbol", name=str(at), type="marker" if point else "fill", alpha="1", clip_to_extent="1"
        )
        for name, options in symbol_layers(look, point=point):
            layer = ET.SubElement(symbol, "layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"})
            given = ET.SubElement(layer, "Option", type="Map")
            for key, value in options.items():
                ET.SubElement(given, "Option", type="QString", name=key, value=value)
    listed = ET.SubElement(root, "aliases")
    for at, (name, text) in enumerate(aliases.items()):
        ET.SubElement(listed, "alias", field=name, index=str(at), name=text)
    return DOCTYPE + ET.tostring(root, encoding="unicode")


def symbol_layers(look: Look | Mark, *, point: bool) -> list[tuple[str, dict[str, str]]]:
    """Return the layers of one symbol, lowest first: fill, and its hatch."""
    if point or isinstance(look, Mark):
        shape = MARKS[look.shape] if isinstance(look, Mark) else "circle"
        options = {
            "name": shape,
            "color": rgba(look.fill),
            "outline_color": rgba(look.edge),
            "outline_style": "solid",
            "outline_width": "0.2",
            "size": "2.6" if shape != "star" else "4.4",
            "size_unit": "MM",
        }
        return [("SimpleMarker", options)]
    base = {
        "color": rgba(look.fill),
        "style": "solid" if look.fill else "no",
        "outline_color": rgba(look.edge),
        "outline_style": "solid",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
    }
    found = [("SimpleFill", base)]
    if look.hatch:
        found.append(
            ("SimpleFill", {"color": rgba(look.hatch_colour), "style": BRUSHES[look.hatch], "outline_style": "no"})
        )
    return found


def rgba(colour: str) -> str:
    """Return #rrggbb as QGIS writes colours; nothing is clear."""
    if not colour:
        return "255,255,255,0"
    return ",".join([*(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)), "255"])


def write_styles(path: Path, made: Sequence[tuple[str, str, str, bool]], day: str) -> None:
    """Add the layer_styles table that QGIS reads when it opens a layer of the file."""
    with sqlite3.connect(path) as base:
        texts = ", ".join(f'"{name}" TEXT' if name != "useAsDefault" else '"useAsDefault" BOOLEAN' for name in COLUMNS)
        base.execute(f"CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {texts})")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (day,),
        )
        rows = [
            ("", "", layer, "geom", name, text, "", int(first), name, "", "", day) for layer, name, text, first in made
        ]
        marks = ", ".join("?" * len(COLUMNS))
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        base.executemany(f"INSERT INTO layer_styles ({names}) VALUES ({marks})", rows)  # noqa: S608 - our own names
    base.close()
