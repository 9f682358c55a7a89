"""The book: every sheet once, in fonts of its own, its furniture, what is left out, and the same bytes again."""

import gc
import io
import re
from pathlib import Path

import numpy as np
import pypdf
import pytest
from matplotlib.figure import Figure
from PIL import Image

from exhibits.atlas import fonts, make
from exhibits.atlas.book import all_sheets, preview
from exhibits.atlas.sheets import sheets
from exhibits.products import TitleBlock
from scenarios import Outcome, run
from tests.exhibits import atlascity
from tests.exhibits.atlascity import IMPRINT, Book


def test_every_exhibit_is_there_once(book: Book, outcome: Outcome) -> None:
    streets = outcome.city.residential["street_id"].nunique()
    groups = [group for group in outcome.groups if group != "medical"]
    circles = [f"05-{n + 1}" for n in range(len(groups))]
    expected = ["00", "01", "02", "03", "04", *circles, "06", "07", "08-1", "08-2", "09", "10"]
    assert list(book.sheets) == [*expected, *(f"11-{n + 1:02d}" for n in range(streets)), "12"]


def test_pages_are_a3_landscape(book: Book) -> None:
    for page in book.reader.pages:
        assert float(page.mediabox.width) == pytest.approx(420 / 25.4 * 72, abs=0.01)
        assert float(page.mediabox.height) == pytest.approx(297 / 25.4 * 72, abs=0.01)


def test_text_is_in_our_own_truetype_fonts(book: Book) -> None:
    names, kinds = set(), set()
    for page in book.reader.pages:
        for font in page["/Resources"]["/Font"].values():
            kinds.add(font.get_object()["/Subtype"])
            names.add(font.get_object()["/BaseFont"].split("+")[-1])
    assert names == {"PlanSansSC-Regular", "PlanSansSC-Bold"}
    assert kinds == {"/Type0"}  # selectable; a Type3 font would be drawings of letters


def test_every_sheet_carries_the_furniture(book: Book, outcome: Outcome) -> None:
    for number, text in book.sheets.items():
        for part in ("内部审查用图", "编制单位", IMPRINT.unit, "2025-12-31", IMPRINT.made_on, f"图{number}", "审图号"):
            assert part in text, (number, part)
        assert "步速 1 米/秒" in text, number
        assert outcome.fingerprint[:8] in text, number
        assert "facilities.xlsx" in text, number
        assert "中央经线 117°E" in text, number
        if number != "00":
            assert re.search(r"1:[\d ]+（A3）", text), number
            assert "北" in text, number


def test_no_figure_is_kept_after_the_book(outcome: Outcome, book: Book) -> None:
    gc.collect()
    assert sum(isinstance(one, Figure) for one in gc.get_objects()) <= 1


def test_the_contents_list_every_sheet(book: Book, outcome: Outcome) -> None:
    for sheet in all_sheets(atlascity.board(outcome))[1:]:
        assert f"{sheet.numbered('zh')} " in book.sheets["00"]
        assert sheet.title in book.sheets["00"]


def test_a_preview_is_the_sheet_itself(outcome: Outcome) -> None:
    board = atlascity.board(outcome, TitleBlock(prefix="YLGH-"))
    sheet = next(one for one in all_sheets(board) if one.number == "06")
    picture = Image.open(io.BytesIO(preview(board, sheet, dpi=50)))
    assert picture.size == (826, 584)  # A3 at 50 dots to the inch: 420 / 25.4 * 50, 297 / 25.4 * 50
    assert np.asarray(picture.convert("L")).std() > 20


def test_a_prefix_stands_before_the_number_in_the_title_block_alone(outcome: Outcome, lettered: None) -> None:
    page = atlascity.drawn(atlascity.board(outcome, TitleBlock(prefix="YLGH-")), "06")
    texts = [text.get_text() for text in page.paper.texts]
    assert sum(text.startswith("YLGH-06 ") for text in texts) == 1
    assert "图06" in texts


def test_an_approval_number_takes_the_place_of_the_stamp(outcome: Outcome, lettered: None) -> None:
    page = atlascity.drawn(atlascity.board(outcome, TitleBlock(approval="鲁S(2026)001号")), "01")
    texts = " ".join(text.get_text() for text in page.paper.texts)
    assert "鲁S(2026)001号" in texts
    assert "内部审查用图" not in texts


def test_sheets_without_data_are_left_out_and_listed(outcome: Outcome, tmp_path: Path) -> None:
    study = atlascity.demo(tmp_path / "city", judged=False)
    text = study.read_text(encoding="utf-8")
    for layer in ("facilities", "districts", "candidates", "elevation", "gates"):
        text = re.sub(rf"\[layers\.{layer}\].*?\n\n", "", text, flags=re.DOTALL)
    study.write_text(text, encoding="utf-8")
    bare = run(study)
    found, left_out = sheets(atlascity.board(bare))
    assert [sheet.number for sheet in found] == ["01", "02", "04", "05", "06"]
    assert [title for title, _ in left_out] == [
        "养老服务设施现状分布图",
        "配建面积达标评价图",
        "街道（社区）设施建有情况图",
        "新增嵌入式设施选址建议图",
        "规划前后覆盖对比图",
        "分街道指引图",
        "近期建设项目图",
    ]
    path = tmp_path / "atlas.pdf"
    make(bare, path, "en")
    contents = atlascity.read_back(path, all_sheets(atlascity.board(bare, lang="en"))).sheets["00"]
    assert "Floor-area quota by verdict: the study names no rulebook" in contents
    assert "Maps left out (7)" in contents


def test_a_letter_no_font_has_is_replaced_and_listed(outcome: Outcome, lettered: None) -> None:
    rare = chr(0x2A6D6)  # a Han character of extension B
    assert fonts.drawable(f"{rare}山里") == "〓山里"
    assert fonts.undrawable(f"{rare}山里{rare}") == rare


def test_a_sheet_is_the_same_bytes_every_time(outcome: Outcome, lettered: None) -> None:
    base = atlascity.board(outcome)

    def once() -> bytes:
        file = io.BytesIO()
        atlascity.drawn(base, "11-06").figure.savefig(file, format="pdf", metadata={"CreationDate": None})
        return file.getvalue()

    first = once()
    assert first == once()
    assert pypdf.PdfReader(io.BytesIO(first)).pages[0].extract_text()


@pytest.mark.parametrize("number", atlascity.REFERENCE_SHEETS)
def test_sheets_look_as_they_did(outcome: Outcome, lettered: None, number: str) -> None:
    """Compare with the kept render in blocks of 8 pixels; remade by ``python -m tests.exhibits.atlascity``."""
    path = atlascity.REFERENCE / f"{number}.png"
    assert path.stat().st_size < 150_000
    kept = np.asarray(Image.open(path).convert("L"), dtype=np.float64)
    now = atlascity.pixels(atlascity.drawn(atlascity.board(outcome), number), atlascity.REFERENCE_DPI)
    assert now.shape == kept.shape
    off = np.abs(blocks(now) - blocks(kept))
    assert off.mean() < 1.5
    assert (off > 30).mean() < 0.002


def blocks(grey: np.ndarray) -> np.ndarray:
    high, wide = (size // 8 * 8 for size in grey.shape)
    return grey[:high, :wide].reshape(high // 8, 8, wide // 8, 8).mean(axis=(1, 3))
