"""The statement read back: headings, contents, captions, fonts, figures that agree, a clause for every verdict."""

import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from exhibits import statement
from exhibits.statement.draft import han
from exhibits.style import label
from exhibits.workbook.sheets import sheets
from planning.totals import amount_text, minutes, share_text
from tests.exhibits import handed


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("doc") / "statement.docx"
    assert statement.make(handed.sited(), made) == ()
    return made


@pytest.fixture(scope="module")
def document(path: Path) -> Any:
    return docx.Document(str(path))


def cells(document: Any, head: str) -> list[list[str]]:
    """Rows of the first table whose head holds ``head``."""
    for table in document.tables:
        lines = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]  # kept together
        if head in lines[0]:
            return lines
    raise AssertionError(head)


def text_of(document: Any) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs).replace("\u00a0", " ")


def test_the_chapters_stand_in_the_order_of_a_plan(document: Any) -> None:
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    words = (
        "编制依据",
        "规划范围",
        "数据来源",
        "设施现状",
        "步行覆盖",
        "配建评价",
        "分街道缺口",
        "选址建议",
        "参数",
        "局限",
    )
    assert len(heads) == len(words)
    for number, (head, word) in enumerate(zip(heads, words, strict=True), start=1):
        assert word in head
        assert head.startswith(f"{han(number)}、")


def test_the_contents_are_a_field_with_every_heading_linked(document: Any) -> None:
    codes = [node.text for node in document.element.iter(qn("w:instrText"))]
    assert sum("TOC \\o" in code for code in codes) == 1
    anchors = [node.get(qn("w:anchor")) for node in document.element.iter(qn("w:hyperlink"))]
    marks = {node.get(qn("w:name")) for node in document.element.iter(qn("w:bookmarkStart"))}
    heads = [one.text for one in document.paragraphs if one.style.name in {"Heading 1", "Heading 2"}]
    assert len(anchors) == len(heads)
    assert set(anchors) == marks
    kinds = [node.get(qn("w:fldCharType")) for node in document.element.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end")


def test_captions_count_through(document: Any) -> None:
    found = [one.text for one in document.paragraphs if one.style.name == "Caption"]
    tables = [text for text in found if text.startswith("表")]
    figures = [text for text in found if text.startswith("图")]
    assert [text.split()[1] for text in tables] == [str(n) for n in range(1, len(document.tables) + 1)]
    assert len(figures) == len(document.inline_shapes) >= 7
    assert all(shape.width.mm == pytest.approx(156, abs=0.1) for shape in document.inline_shapes)


def test_chinese_fonts_are_named_in_the_styles(document: Any) -> None:
    for name, font in (("Normal", "宋体"), ("Heading 1", "黑体"), ("Heading 2", "黑体"), ("Caption", "黑体")):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert not any("Theme" in key for key in fonts.attrib)


def test_coverage_is_that_of_the_summary(document: Any) -> None:
    outcome = handed.sited()
    last = minutes(outcome.limits_s[-1])
    lines = {line[0]: line for line in cells(document, f"老年人{last}分钟覆盖率")[1:]}
    for row in outcome.summary["headline"]:
        said = lines[label("group", row["group"], "zh")]
        for at, weight in enumerate(("elders", "households", "places"), start=1):
            unknown = row[f"{weight}_total"] - row[f"{weight}_known"]
            expected = share_text(
                row[f"{weight}_within_{last}"],
                row[f"{weight}_known"],
                row[f"{weight}_left_out"],
                "zh",
                more=amount_text(weight, unknown, "zh", least=row[f"{weight}_missing"] > 0),
            )
            assert said[at] == expected


def test_quota_totals_are_those_of_the_judgement(document: Any) -> None:
    judgement = handed.sited().judgement
    assert judgement is not None
    lines = {line[0]: line for line in cells(document, "达标率（达标/可判定）")[1:]}
    for name, word in (("permit", "许可时"), ("today", "现行")):
        one = judgement.totals()[name]
        assert lines[word][1] == share_text(one["passed"], one["judged"], one["unknown"], "zh")
        counts = judgement.estates[f"{name}_verdict"].value_counts()
        assert lines[word][2:4] == [str(counts.get("met", 0)), str(counts.get("met_pooled", 0))]


def test_every_verdict_has_a_document_and_a_clause(document: Any) -> None:
    found = 0
    for table in document.tables:
        lines = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
        if "结论" in lines[0]:
            at = lines[0].index("依据（文件、文号、条款）")
            assert all("《" in line[at] for line in lines[1:])
            found += len(lines) - 1
    assert found > 40


def test_sites_are_those_of_the_plan(document: Any) -> None:
    table = sheets(handed.sited(), "zh").table("sites")
    assert table is not None
    lines = cells(document, "新增覆盖老年人（人）")
    assert [line[1] for line in lines[1:]] == list(table.rows["name"])


def test_what_was_left_out_is_listed_inside(tmp_path: Path) -> None:
    made = tmp_path / "bare.docx"
    left = statement.make(handed.unjudged(), made)
    text = text_of(docx.Document(str(made)))
    assert any("配建评价" in sentence for sentence in left)
    assert all(sentence in text for sentence in left)
    assert "未指定规则库" in text


def test_names_that_break_files_do_not_break_this_one(tmp_path: Path) -> None:
    made = tmp_path / "nasty.docx"
    statement.make(handed.nasty(), made)
    docx.Document(str(made))


def test_english_has_no_chinese_of_ours(tmp_path: Path) -> None:
    made = tmp_path / "en.docx"
    statement.make(handed.sited(), made, "en")
    heads = [one.text for one in docx.Document(str(made)).paragraphs if one.style.name == "Heading 1"]
    assert heads[0] == "1. Basis"
    assert not any("\u4e00" <= letter <= "\u9fff" for head in heads for letter in head)


def test_the_same_outcome_gives_the_same_text(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.docx"
    statement.make(handed.sited(), again)
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(again) as other:
        assert one.namelist() == other.namelist()
        for name in one.namelist():
            assert one.read(name) == other.read(name), name


def test_chinese_numerals() -> None:
    assert [han(n) for n in (1, 9, 10, 11, 20, 34)] == ["一", "九", "十", "十一", "二十", "三十四"]
