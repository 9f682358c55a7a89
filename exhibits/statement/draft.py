"""Draft: a Word document being written: real headings, numbered captions, tables with a repeated head, contents."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from exhibits.statement.draft_parts import begin, bookmark, char, field, font, keep_whole, lines, shade, shrink
from exhibits.verdictlooks import fills
from exhibits.workbook import sheet
from geodata.words import Lang, say

BODY = {"zh": ("Times New Roman", "宋体"), "en": ("Calibri", "宋体")}
HEAD = {"zh": ("Arial", "黑体"), "en": ("Calibri", "黑体")}
TEXT_MM = 158.0  # between the margins
PICTURE_MM = 156.0  # the width that key maps are drawn for: their scale is true at it
INK = RGBColor(0x1F, 0x29, 0x33)
BLUE = "0A4A7D"
HEADING_PT = {1: 16, 2: 13, 3: 11.5}
APART = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|%)")  # between thousands, and before a per cent sign
DIGITS = "〇一二三四五六七八九十"
MADE_ON = (1980, 1, 1, 0, 0, 0)  # of every part of the file: the same statement is the same bytes


class Draft:
    """An open document; sections write into it from the top down."""

    def __init__(self, lang: Lang, title: str, stamp: str) -> None:
        """Open a document with its styles, header and footer."""
        self.lang = lang
        self.document: Any = Document()
        self.fills = fills(lang)
        self.tables = self.figures = self.chapter = self.part = self.marks = 0
        self.contents: list[tuple[int, str, str]] = []  # level, text, bookmark
        self.contents_at: Any = None
        self._styles()
        self._page(title, stamp)

    def _styles(self) -> None:
        styles = self.document.styles
        normal = styles["Normal"]
        font(normal, *BODY[self.lang], 11)
        normal.paragraph_format.line_spacing = 1.4
        normal.paragraph_format.space_after = Pt(4)
        for level, size in HEADING_PT.items():
            style = styles[f"Heading {level}"]
            font(style, *HEAD[self.lang], size, bold=True)
            style.font.color.rgb = INK
            style.paragraph_format.space_before = Pt(18 if level == 1 else 10)
            style.paragraph_format.space_after = Pt(6)
            style.paragraph_format.keep_with_next = True
        font(styles["Title"], *HEAD[self.lang], 24, bold=True)
        font(styles["Caption"], *HEAD[self.lang], 9.5, bold=True)
        styles["Caption"].font.color.rgb = INK
        font(styles["List Bullet"], *BODY[self.lang], 11)
        for level in (1, 2):
            style = styles.add_style(f"TOC {level}", 1)
            style.base_style = styles["Normal"]
            font(style, *BODY[self.lang], 11 if level == 1 else 10)
            style.paragraph_format.left_indent = Cm(0.7 * (level - 1))
            style.paragraph_format.space_after = Pt(2)
            style.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Caption"):
            for border in styles[name].element.iter(qn("w:pBdr")):
                border.getparent().remove(border)
                break

    def _page(self, title: str, stamp: str) -> None:
        section = self.document.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(30), Mm(27)
        section.left_margin, section.right_margin = Mm(27), Mm(25)
        head = section.header.paragraphs[0]
        head.text = cell_text(f"{title}\t\t{stamp}")
        head.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
        shrink(head, 8.5)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        field(foot, "PAGE", "1")
        shrink(foot, 9)

    # ---- text --------------------------------------------------------------------------------------------------------

    def title(self, name: str, kind: str, below: str) -> None:
        """Write the title of the document in two lines, and a line below it."""
        for line, style, size in ((name, "Title", 24), (kind, "Normal", 18), (below, "Normal", 13)):
            paragraph = self.document.add_paragraph(style=style)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.space_before = Pt(30 if style == "Title" else 0)
            paragraph.add_run(cell_text(line)).font.size = Pt(size)

    def contents_title(self, text: str) -> None:
        """Write the word above the table of contents; it is no heading, so that it isn't listed itself."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(18)
        run = paragraph.add_run(text)
        run.bold, run.font.size = True, Pt(14)

    def heading(self, text: str, level: int = 1) -> None:
        """Write a numbered heading that the table of contents lists."""
        if level == 1:
            self.chapter, self.part = self.chapter + 1, 0
            number = say("st_chapter", self.lang, number=han(self.chapter) if self.lang == "zh" else self.chapter)
        else:
            self.part += 1
            number = f"{self.chapter}.{self.part} "
        self.marks += 1
        mark = f"_Toc{self.marks:06d}"
        whole = cell_text(f"{number}{text}")
        paragraph = self.document.add_paragraph(style=f"Heading {level}")
        bookmark(paragraph, whole, mark, self.marks)
        self.contents.append((level, whole, mark))

    def text(self, text: str, *, indent: bool = True) -> None:
        """Write a paragraph."""
        paragraph = self.document.add_paragraph(cell_text(text))
        if indent and self.lang == "zh":
            paragraph.paragraph_format.first_line_indent = Pt(22)

    def bullet(self, text: str) -> None:
        """Write a line of a list."""
        self.document.add_paragraph(cell_text(text), style="List Bullet")

    def small(self, text: str) -> None:
        """Write a note below a table or figure."""
        paragraph = self.document.add_paragraph(cell_text(text))
        paragraph.paragraph_format.line_spacing = 1.1
        shrink(paragraph, 8.5)

    # ---- tables and figures ------------------------------------------------------------------------------------------

    def table(
        self,
        caption: str,
        head: Sequence[str],
        rows: Sequence[Sequence[object]],
        widths_mm: Sequence[float],
        *,
        right: Sequence[int] = (),
        size_pt: float = 8.5,
        coloured: bool = True,
    ) -> None:
        """Write a table with a caption above it; columns in ``right`` hold figures; verdicts may be ``coloured``."""
        self.tables += 1
        self._caption(say("st_table", self.lang), "Table", self.tables, caption, keep=True)
        grid = self.document.add_table(rows=1 + len(rows), cols=len(head))
        grid.style = "Table Grid"
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid.autofit = False
        lines(grid)
        whole = sum(widths_mm)
        for column, wide in zip(grid.columns, widths_mm, strict=True):
            column.width = Mm(wide * TEXT_MM / whole)
        for at, (line, values) in enumerate(zip(grid.rows, (head, *rows), strict=True)):
            keep_whole(line, repeat=at == 0)
            for number, (cell, value) in enumerate(zip(line.cells, values, strict=True)):
                cell.width = Mm(widths_mm[number] * TEXT_MM / whole)
                self._cell(cell, value, first=at == 0, figures=number in right, size_pt=size_pt)
                if coloured and at and (fill := self.fills.get(cell_text(value))):
                    shade(cell, fill[0].lstrip("#"))
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def _cell(self, cell: Any, value: object, *, first: bool, figures: bool, size_pt: float) -> None:  # noqa: ANN401
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = 1.05
        text = cell_text(value)
        run = paragraph.add_run(text)
        run.font.size = Pt(size_pt)
        if first:
            run.bold = True
            run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            shade(cell, BLUE)
            return
        if figures:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def figure(self, caption: str, png: bytes) -> None:
        """Put in a picture as wide as the text, with a caption below it."""
        self.figures += 1
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.line_spacing = 1.0
        picture = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(PICTURE_MM))
        picture._inline.docPr.set("descr", cell_text(caption))  # noqa: SLF001 - alternative text; python-docx has no other way
        self._caption(say("st_figure", self.lang), "Figure", self.figures, caption, keep=False)

    def _caption(self, word: str, sequence: str, number: int, caption: str, *, keep: bool) -> None:
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = keep
        paragraph.add_run(word)
        field(paragraph, f"SEQ {sequence} \\* ARABIC", str(number))
        paragraph.add_run(cell_text(f"  {caption}"))

    # ---- contents ----------------------------------------------------------------------------------------------------

    def contents_here(self) -> None:
        """Keep this place for the table of contents, which is written when all headings are known."""
        self.contents_at = self.document.add_paragraph()
        self.document.add_page_break()

    def _contents(self) -> None:
        """Write the contents as a field with its entries, so that it reads well before Word renews it."""
        anchor = self.contents_at
        listed = [entry for entry in self.contents if entry[0] <= 2]  # noqa: PLR2004 - two levels
        for at, (level, text, mark) in enumerate(listed):
            paragraph = anchor.insert_paragraph_before(style=f"TOC {level}")
            if at == 0:
                begin(paragraph, 'TOC \\o "1-2" \\h \\z \\u', dirty=True)
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), mark)
            paragraph._p.append(link)  # noqa: SLF001 - python-docx writes no links
            for part in (text, "\t"):
                run = paragraph.add_run(part)
                link.append(run._r)  # noqa: SLF001
            for run in field(paragraph, f"PAGEREF {mark} \\h", ""):
                link.append(run._r)  # noqa: SLF001
        char(anchor, "end")

    def save(self, path: Path, *, title: str, comments: str, day: dt.date | None) -> None:
        """Write the file: the same statement is the same bytes."""
        if self.contents_at is not None:
            self._contents()
        properties = self.document.core_properties
        when = dt.datetime.combine(day or dt.date(2000, 1, 1), dt.time())
        properties.title, properties.comments, properties.author = cell_text(title), cell_text(comments)[:255], ""
        properties.created = properties.modified = when
        raw = io.BytesIO()
        self.document.save(raw)
        with zipfile.ZipFile(raw) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name in given.namelist():
                info = zipfile.ZipInfo(name, MADE_ON)
                info.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(info, given.read(name))


def cell_text(value: object) -> str:
    """Return text as the file can hold it; figures are not parted at the end of a line."""
    return APART.sub("\u00a0", sheet.cell_text(value))


def han(number: int) -> str:
    """Return 1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")
