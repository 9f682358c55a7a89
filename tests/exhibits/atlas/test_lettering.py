"""Labels and fonts: nothing over anything, nothing off the paper, every letter there."""

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from matplotlib.text import Text

from exhibits.atlas import fonts
from exhibits.atlas.labels import Label, keep_clear, place
from exhibits.atlas.paper import Box, new_page, panel
from geodata.words import ROOT
from scenarios import Outcome
from tests.exhibits import atlascity
from tests.exhibits.atlascity import IMPRINT

PX_PER_MM = 10.0


@tries(max_examples=15, deadline=None)
@given(points=st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 2000)), min_size=2, max_size=40))
def test_labels_never_meet_each_other_or_marks(points: list[tuple[float, float]]) -> None:
    with atlascity.settings():
        view = panel(new_page(), (0.0, 0.0, 2000.0, 2000.0), Box(20, 30, 80, 80))
        marks = np.array(points[:3])
        keep_clear(view, marks[:, 0], marks[:, 1], 1.0)
        wanted = [Label(x, y, f"示范小区{n}", beside_mm=1.0 if n % 2 else 0.0) for n, (x, y) in enumerate(points)]
        done = place(view, wanted)
    boxes = view.taken[len(marks) :]
    assert len(boxes) == sum(done)
    for one, other in combinations(range(len(view.taken)), 2):
        if other >= len(marks):
            a, b = view.taken[one], view.taken[other]
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for left, low, right, high in boxes:
        assert left > 20
        assert low > 30
        assert right < 100
        assert high < 110


def test_widths_are_those_of_the_drawn_text(lettered: None) -> None:
    page = new_page()
    renderer = atlascity.renderer_of(page)
    for text, weight in (
        ("朝坡街道综合养老服务中心", "bold"),
        ("Within 15 min (A3)", "normal"),
        ("≤5分钟 12 345 ㎡", "normal"),
    ):
        box = page.paper.text(10, 10, text, fontsize=40, weight=weight).get_window_extent(renderer)
        assert box.width / PX_PER_MM == pytest.approx(fonts.width_mm(text, 40, weight), rel=0.03)


def test_no_text_of_a_sheet_leaves_the_paper_or_the_column(outcome: Outcome, lettered: None) -> None:
    base = atlascity.board(outcome, IMPRINT)
    for number in ("00", "02", "05-1", "07", "11-06"):
        page = atlascity.drawn(base, number)
        renderer, mm = atlascity.renderer_of(page), 1 / PX_PER_MM
        for text in page.paper.findobj(Text):
            if text.get_text().strip():
                box = text.get_window_extent(renderer)
                where = (number, text.get_text())
                assert box.x0 * mm > 10, where
                assert box.x1 * mm < 410.5, where
                assert box.y0 * mm > 9.5, where
                assert box.y1 * mm < 287.5, where


@given(st.text("中文abc 12，。（）", max_size=80), st.floats(10, 60))
def test_wrapping_loses_no_letter_and_keeps_the_width(text: str, most_mm: float) -> None:
    lines = fonts.wrapped(text, most_mm, 8)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        pieces = re.findall(r"[!-~]+|[^!-~]", line)
        assert fonts.width_mm(line, 8) <= most_mm + 1e-6 or len(pieces) <= 2  # a long word, and a stop behind it


def test_no_line_starts_with_a_stop() -> None:
    text = "甲乙丙丁，戊己庚辛"  # 8 pt: 2.82 mm a letter; four letters fill 11.3 mm
    assert fonts.wrapped(text, 11.5, 8) == ["甲乙丙", "丁，戊己", "庚辛"]


@given(st.text("居住区ABC123", max_size=60), st.floats(5, 60))
def test_shortening_keeps_the_width_and_says_so(text: str, most_mm: float) -> None:
    short = fonts.shortened(text, most_mm, 8)
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert fonts.width_mm(short, 8) <= max(most_mm, fonts.width_mm("…", 8)) + 1e-6


def test_the_fonts_have_every_letter_we_print_and_of_gb2312() -> None:
    files = [*(ROOT / "planning" / "words").glob("*.toml"), *(ROOT / "exhibits" / "words").glob("[alm]*.toml")]
    assert len(files) > 4
    words = {letter for path in files for letter in path.read_text(encoding="utf-8")}
    gb2312 = {bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)}
    gb2312 |= {bytes((row, cell)).decode("gb2312") for row in range(0xD8, 0xF8) for cell in range(0xA1, 0xFF)}
    for weight, path in fonts.FILES.items():
        have = set(fonts._face(weight).get_charmap())
        assert not {letter for letter in words | gb2312 if letter.isprintable() and ord(letter) not in have}
        assert path.stat().st_size < 2 * 1024 * 1024


def test_the_fonts_carry_another_name_and_the_licence() -> None:
    for weight, path in fonts.FILES.items():
        face = fonts._face(weight)
        assert face.family_name == "PlanSans SC"
        assert face.style_name == path.stem.split("-")[1]
        assert "SIL OPEN FONT LICENSE Version 1.1" in (path.parent / "OFL.txt").read_text(encoding="utf-8")
