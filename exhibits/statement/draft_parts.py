"""Parts of a Word document that python-docx has no words for: fields, bookmarks, fonts, lines, shades."""

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor


def font(style: Any, latin: str, han_font: str, size_pt: float, *, bold: bool | None = None) -> None:  # noqa: ANN401
    """Set a font for Latin letters and one for Chinese characters; no theme may put its own in their place."""
    style.font.name, style.font.size = latin, Pt(size_pt)
    if bold is not None:
        style.font.bold = bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        if "Theme" in key:
            del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(key), latin)
    fonts.set(qn("w:eastAsia"), han_font)


def shrink(paragraph: Any, size_pt: float) -> None:  # noqa: ANN401
    """Make the text of a paragraph small and grey."""
    for run in paragraph.runs:
        run.font.size = Pt(size_pt)
        run.font.color.rgb = RGBColor(0x5B, 0x67, 0x70)


def char(paragraph: Any, kind: str, *, dirty: bool = False) -> Any:  # noqa: ANN401
    """Add one of the marks that a field is made of: begin, separate or end."""
    run = paragraph.add_run()
    char = OxmlElement("w:fldChar")
    char.set(qn("w:fldCharType"), kind)
    if dirty:
        char.set(qn("w:dirty"), "true")  # Word renews it on opening
    run._r.append(char)  # noqa: SLF001
    return run


def begin(paragraph: Any, code: str, *, dirty: bool = False) -> list[Any]:  # noqa: ANN401
    """Begin a field and return its runs; ``dirty`` asks Word to renew it on opening."""
    runs = [char(paragraph, "begin", dirty=dirty), paragraph.add_run()]
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {code} "
    runs[1]._r.append(text)  # noqa: SLF001
    return [*runs, char(paragraph, "separate")]


def field(paragraph: Any, code: str, shown: str) -> list[Any]:  # noqa: ANN401
    """Write a field that Word renews, with what it shows until then."""
    runs = [*begin(paragraph, code), paragraph.add_run(shown)]
    return [*runs, char(paragraph, "end")]


def bookmark(paragraph: Any, text: str, name: str, number: int) -> None:  # noqa: ANN401
    """Write text with a bookmark around it."""
    for kind in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(kind)
        mark.set(qn("w:id"), str(number))
        if kind == "w:bookmarkStart":
            mark.set(qn("w:name"), name)
        paragraph._p.append(mark)  # noqa: SLF001
        if kind == "w:bookmarkStart":
            paragraph.add_run(text)


def lines(grid: Any) -> None:  # noqa: ANN401
    """Give a table thin grey lines and a little air above and below its text."""
    properties = grid._tbl.tblPr  # noqa: SLF001
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "B9C2CA")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", "28"), ("left", "85"), ("bottom", "28"), ("right", "85")):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), twips)
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    # the order of these parts is fixed by the format
    properties.find(qn("w:tblLayout")).addprevious(borders)
    properties.find(qn("w:tblLayout")).addnext(margins)


def shade(cell: Any, fill: str) -> None:  # noqa: ANN401
    """Fill a cell with a colour."""
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", fill.upper())):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().find(qn("w:vAlign")).addprevious(shade)  # noqa: SLF001 - the format fixes the order


def keep_whole(row: Any, *, repeat: bool) -> None:  # noqa: ANN401
    """Keep a row on one page; ``repeat`` shows it on every page."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    for name in ("w:cantSplit", *(("w:tblHeader",) if repeat else ())):
        properties.append(OxmlElement(name))
