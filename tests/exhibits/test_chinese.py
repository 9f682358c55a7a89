"""The Chinese workbook and statement are Chinese: no raw code, no English sentence, one way to part thousands."""

import re
from collections.abc import Iterator
from pathlib import Path

import docx
import openpyxl
import pytest

from exhibits import statement, workbook
from tests.exhibits import handed
from tests.exhibits.latin import strange

OWN_WORDS = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "snap_m", "elder", "none"}
)  # tags and keys, quoted
COMMA = re.compile(r"\d,\d{3}(?!\d)")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every text of both files: the sheets by their names, the statement under its own."""
    folder = tmp_path_factory.mktemp("chinese")
    outcome = handed.sited()
    workbook.make(outcome, folder / "report.xlsx")
    statement.make(outcome, folder / "statement.docx")
    book = openpyxl.load_workbook(folder / "report.xlsx", data_only=True)
    found = {
        sheet.title: [value for line in sheet.iter_rows(values_only=True) for value in line if isinstance(value, str)]
        for sheet in book.worksheets
    }
    return {**found, "statement": list(words_of(folder / "statement.docx"))}


def words_of(path: Path) -> Iterator[str]:
    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        yield paragraph.text
    for table in document.tables:
        for row in table.rows:
            yield from (cell.text for cell in row.cells)
    for part in (document.sections[0].header, document.sections[0].footer):
        yield from (paragraph.text for paragraph in part.paragraphs)


def keys() -> frozenset[str]:
    """Return the names of the rules' parameters: they stand in 表8 as the study file has them."""
    judgement = handed.sited().judgement
    assert judgement is not None
    return OWN_WORDS | frozenset(judgement.profile.parameters)


def test_no_latin_word_but_names_codes_and_units(texts: dict[str, list[str]]) -> None:
    assert len(texts) == 12
    known = keys()
    found = {(name, text): strange(text, known) for name, lines in texts.items() for text in lines}
    assert {place: words for place, words in found.items() if words} == {}


def test_thousands_are_parted_in_one_way(texts: dict[str, list[str]]) -> None:
    assert [text for lines in texts.values() for text in lines if COMMA.search(text)] == []
    assert any(re.search(r"\d[ \u00a0]\d{3}(?!\d)", text) for text in texts["statement"])


def test_no_two_marks_meet_and_nothing_missing_is_counted(texts: dict[str, list[str]]) -> None:
    slips = re.compile(r"。，|，，|；。|。。|另有 0 |（-）|无路可达 分钟|步行 无路|不可达，步行|nan|None|<NA>|\(\'")
    assert [text for lines in texts.values() for text in lines if slips.search(text)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("R000012 按 LY-03a，EPSG:4548，见 report.xlsx，12.5 m²", set()),
        ("未指定规则库（policy），数据指纹 757c4c24", set()),
        ("28 大于 beds 的 13", {"beds"}),
        ("station、day_care", {"station", "day_care"}),
        ("分项 · centres", {"centres"}),
        ("same = 30; adjacent", {"same", "adjacent"}),
    ],
)
def test_the_scan_finds_what_it_should(text: str, words: set[str]) -> None:
    assert strange(text) == words
