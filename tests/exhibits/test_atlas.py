"""The atlas: true to scale, legible, in fonts of its own, and with no figure but those of the outcome."""

import gc
import io
import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from exhibits.atlas import fonts, make
from exhibits.atlas.board import count
from exhibits.atlas.book import all_sheets
from exhibits.atlas.city_sheets import elder_breaks, elder_classes
from exhibits.atlas.furniture import Imprint, bar_length_m, crs_text, scale_text
from exhibits.atlas.labels import Label, keep_clear, place
from exhibits.atlas.looks import ELDER_FILLS, PRESENCE_LOOKS, VERDICT_LOOKS, hatch_of, place_mark
from exhibits.atlas.paper import MAP, SIDE, Box, new_page, panel, scale_for
from exhibits.atlas.sheets import sheets
from exhibits.classes import class_counts
from exhibits.screen.headline import percent
from exhibits.style import STATE_LOOKS, class_looks
from exhibits.suggested import classes_after, proof, suggested
from geodata.words import ROOT
from planning.totals import share_text
from scenarios import Outcome, run
from tests.exhibits import atlascity
from tests.exhibits.atlascity import Book

IMPRINT = Imprint(unit="栖澄市规划设计研究院", made_on="2026-01-15")
PX_PER_MM = 10.0


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run(atlascity.demo(tmp_path_factory.mktemp("atlas") / "city"))


@pytest.fixture(scope="module")
def book(outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The whole atlas, drawn once. Warnings are errors, so a missing glyph stops it here."""
    path = tmp_path_factory.mktemp("book") / "atlas.pdf"
    make(outcome, path, "zh", imprint=IMPRINT)
    return atlascity.read_back(path, all_sheets(atlascity.board(outcome)))


@pytest.fixture
def lettered() -> Iterator[None]:
    with atlascity.settings():
        yield


# --- the book -------------------------------------------------------------------------------------------------------


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


def test_an_approval_number_takes_the_place_of_the_stamp(outcome: Outcome, lettered: None) -> None:
    page = atlascity.drawn(atlascity.board(outcome, Imprint(approval="鲁S(2026)001号")), "01")
    texts = " ".join(text.get_text() for text in page.paper.texts)
    assert "鲁S(2026)001号" in texts
    assert "内部审查用图" not in texts


# --- figures read back ----------------------------------------------------------------------------------------------


def test_the_circle_prints_the_counts_and_rates_of_the_outcome(book: Book, outcome: Outcome) -> None:
    groups = [group for group in outcome.groups if group != "medical"]
    for number, group in enumerate(groups, start=1):
        text = book.sheets[f"05-{number}"]
        for n in class_counts(outcome, group).values():
            assert f" {count(n)} " in text
        row = next(row for row in outcome.summary["headline"] if row["group"] == group)
        for weight in ("elders", "people", "households", "places"):
            line = " ".join(count(row[f"{weight}_{name}"]) for name in ("within_5", "within_10", "within_15", "known"))
            assert line in text, (group, weight)
            shares = [row[f"{weight}_within_{limit}"] / row[f"{weight}_known"] for limit in (5, 10, 15)]
            assert " ".join(percent(share, "zh") for share in shares) in text, (group, weight)


def test_key_figures_stand_with_numerator_and_denominator(book: Book, outcome: Outcome) -> None:
    text = book.sheets["00"]
    for row in outcome.summary["headline"]:
        for weight in ("elders", "households", "places"):
            figures = (row[f"{weight}_within_15"], row[f"{weight}_known"], row[f"{weight}_left_out"])
            assert re.sub(r"\s+", " ", share_text(*figures)) in text


def test_streets_sum_to_the_city(book: Book, outcome: Outcome) -> None:
    """Read the totals off every street's sheet; nobody lives outside a street in this city."""
    found = np.zeros(4)
    for number, text in book.sheets.items():
        if number.startswith("11-"):
            cells = re.search(r"居住区 户数 人口 老年人 ([\d ]+?) 设施类别", text)
            assert cells, number
            found += whole_numbers(cells[1], 4, outcome)
    table = outcome.districts[(outcome.districts["level"] == "street") & (outcome.districts["group"] == "day_care")]
    expected = [table[f"{weight}_total"].sum() for weight in ("places", "households", "people", "elders")]
    assert found.tolist() == expected


def whole_numbers(text: str, cells: int, outcome: Outcome) -> np.ndarray:
    """Part "54 16 695 41 722 12 730" into four figures: a group of three digits belongs to the one before it."""
    parts = re.findall(r"\d{1,3}(?: \d{3})*(?= |$)", text)
    assert len(parts) == cells, text
    return np.array([float(part.replace(" ", "")) for part in parts])


def test_streets_print_their_own_rows(book: Book, outcome: Outcome) -> None:
    held = set(outcome.city.residential["street_id"].dropna())
    streets = [key for key in outcome.city.districts.index if key in held]
    for number, street in enumerate(streets, start=1):
        text = book.sheets[f"11-{number:02d}"]
        rows = outcome.districts[outcome.districts["district_id"] == street]
        assert len(rows)
        for row in rows.to_dict("records"):
            assert f" {count(row['elders_within_15'])} " in text
            assert f" {count(row['elders_out'] + row['elders_full'])} " in text


def test_gaps_print_names_elders_and_never_a_rounded_down_walk(book: Book, outcome: Outcome) -> None:
    rows = outcome.covered.of_group("day_care")
    places = outcome.city.residential
    out = rows[rows["state"].isin(["out", "full"])].join(places[["name", "elders"]])
    first = out.sort_values("elders", ascending=False, kind="stable").iloc[0]
    assert f"1 {first['name']} " in book.sheets["06"]
    row = next(row for row in outcome.summary["headline"] if row["group"] == "day_care")
    assert f"{count(row['places_out'])} / {count(row['elders_out'])}" in book.sheets["06"]


def test_quota_prints_the_verdicts_of_the_judgement(book: Book, outcome: Outcome) -> None:
    assert outcome.judgement is not None
    verdicts = outcome.judgement.estates["today_verdict"].value_counts()
    assert len(verdicts) > 2
    for name, n in verdicts.items():
        assert re.search(rf"\b{count(n)} / [\d —]+", book.sheets["07"]), name
    assert "临沂" in book.sheets["07"]


def test_presence_prints_numerator_denominator_and_unknown(book: Book, outcome: Outcome) -> None:
    for sheet, level in (("08-1", "street"), ("08-2", "community")):
        for row in outcome.summary["presence"]:
            if row["level"] == level:
                cells = f"{row['districts']} {row['with_site']} {row['unknown']} "
                assert cells in book.sheets[sheet]


def test_facilities_are_counted_by_kind_and_those_not_open_are_not(book: Book, outcome: Outcome) -> None:
    sites = outcome.sites[outcome.sites["layer"] == "facilities"]
    opens = int(sites["open"].fillna(value=False).sum())
    assert f"合计 {opens} " in book.sheets["03"]
    assert f"运营中 {opens} " in book.sheets["03"]
    assert opens < len(sites)


def test_people_sum_to_the_city(book: Book, outcome: Outcome) -> None:
    city = outcome.summary["city"]
    total = f"合计 {count(city['places'])} {count(city['households']['known'])} {count(city['elders']['known'])}"
    assert total in book.sheets["02"]


def test_sites_and_what_they_change(book: Book, outcome: Outcome) -> None:
    table = suggested(outcome)
    assert table is not None
    assert len(table) == 3
    for row in table.to_dict("records"):
        assert f"{row['rank']} {row['name']} " in book.sheets["09"]
        assert f" {count(row['newly_covered_elders'])} {count(row['newly_covered_places'])} " in book.sheets["09"]
    assert count(proof(outcome)["objective"]) in book.sheets["09"]
    before = class_counts(outcome, "day_care")
    newly = int(table["newly_covered_places"].sum())
    assert newly > 0
    later = classes_after(outcome, "day_care").value_counts()
    assert f"{count(before['out'])} → {count(later.get('out', 0))} " in book.sheets["10"]
    assert before["out"] + before["full"] - later.get("out", 0) - later.get("full", 0) == newly


# --- what is missing is said ----------------------------------------------------------------------------------------


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


# --- scale ----------------------------------------------------------------------------------------------------------


def test_the_scale_bar_measures_true_on_paper(outcome: Outcome, lettered: None) -> None:
    """Render at 10 pixels to the millimetre and measure the black and white quarters of the bar."""
    page = atlascity.drawn(atlascity.board(outcome), "01")
    scale = int(re.sub(r"\D", "", re.search(r"1:([\d ]+)（", " ".join(t.get_text() for t in page.paper.texts))[1]))
    grey = pixels_at(page, PX_PER_MM)
    low = 12 + 50 + 6.5 + 0.8  # the middle of the bar: column floor, title block, strip
    row = grey[round((297 - low) * PX_PER_MM), round(SIDE.left * PX_PER_MM) : round((SIDE.left + 70) * PX_PER_MM)]
    dark = row < 128
    edges = np.flatnonzero(np.diff(dark.astype(int)))
    whole_mm = (edges[-1] - edges[0]) / PX_PER_MM
    assert whole_mm * scale / 1000 == pytest.approx(bar_length_m(scale), rel=0.008)
    quarter = np.flatnonzero(np.diff(dark.astype(int)) == -1)[0] - edges[0]  # the first black part
    assert quarter / PX_PER_MM == pytest.approx(whole_mm / 4, abs=0.15)


def test_the_map_is_at_the_scale_it_says(lettered: None) -> None:
    """Two dots 1,000 m apart at 1:25 000 lie 40 mm apart."""
    page = new_page()
    view = panel(page, (0.0, 0.0, 3000.0, 3000.0), scale=25_000)
    view.axes.plot([1000, 2000], [1500, 1500], "o", color="black", markersize=3)
    grey = pixels_at(page, PX_PER_MM)
    inside = grey[300:2690, 200:3000] < 60
    inside[:40] = inside[-40:] = False  # the frame
    columns = np.flatnonzero(inside.any(axis=0))
    left, right = columns[columns < columns.mean()], columns[columns > columns.mean()]
    assert (right.mean() - left.mean()) / PX_PER_MM == pytest.approx(40.0, abs=0.12)


def pixels_at(page: object, per_mm: float) -> np.ndarray:
    return atlascity.pixels(page, 25.4 * per_mm)  # type: ignore[arg-type]  # a page


@given(west=st.floats(-1e6, 1e6), south=st.floats(-1e6, 1e6), wide=st.floats(400, 4e5), high=st.floats(400, 4e5))
def test_the_scale_is_round_and_fits_with_little_to_spare(west: float, south: float, wide: float, high: float) -> None:
    bounds = (west, south, west + wide, south + high)
    scale = scale_for(bounds, MAP)
    fill = max(wide / MAP.width, high / MAP.height) * 1000 / scale
    assert fill <= 0.94 + 1e-6
    assert fill > 0.94 / 1.34  # 1.5 to 2 is the widest step
    assert scale % 10 ** (len(str(scale)) - 2) == 0


def test_bars_are_round_and_of_handy_length() -> None:
    for scale in (1000, 2500, 9000, 12_000, 55_000, 150_000, 1_000_000):
        metres = bar_length_m(scale)
        assert 24 <= metres * 1000 / scale <= 62
        assert str(metres).strip("0.")[0] in "125"


def test_scale_and_zone_in_words(outcome: Outcome) -> None:
    assert scale_text(55_000, "zh") == "1:55 000（A3）"
    assert crs_text(outcome.city.crs_m, "zh") == "CGCS2000 3°带高斯-克吕格投影，中央经线 117°E"


# --- labels and fonts -----------------------------------------------------------------------------------------------


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


# --- looks ----------------------------------------------------------------------------------------------------------


def lightness(colour: str) -> float:
    """CIE L* of #rrggbb."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


@pytest.mark.parametrize(
    "looks", [VERDICT_LOOKS, PRESENCE_LOOKS, class_looks((5, 10, 15))], ids=["verdict", "presence", "circle"]
)
def test_classes_are_told_apart_on_grey_paper(looks: dict) -> None:
    apart = [look for name, look in looks.items() if name != "not_applicable"]  # looks as no_rule does
    for one, other in combinations(apart, 2):
        assert hatch_of(one) != hatch_of(other) or abs(lightness(one.fill) - lightness(other.fill)) >= 6


def test_elder_classes_grow_darker_and_the_break_is_in_the_lower_class() -> None:
    assert all(lightness(a) - lightness(b) >= 6 for a, b in pairwise(ELDER_FILLS))
    breaks = elder_breaks(pd.Series([10, 20, 30, 40, 50, 60, 70, 80, 90, 1000], dtype="Float64"))
    assert breaks == (
        30.0,
        45.0,
        65.0,
        80.0,
    )  # quantiles 28, 46, 64, 82 of the ten, rounded to halves of a power of ten
    classes, looks = elder_classes(pd.Series([30, 31, None], dtype="Float64"), breaks)
    assert classes.tolist() == ["0", "1", "unknown"]
    assert hatch_of(looks["unknown"])


def test_what_is_not_known_is_hatched_and_points_differ_in_shape() -> None:
    assert hatch_of(STATE_LOOKS["unknown"])
    assert hatch_of(VERDICT_LOOKS["unknown"])
    shapes = [place_mark(name, look).shape for name, look in STATE_LOOKS.items()]
    assert len(set(shapes)) == len(shapes)


# --- drawing again --------------------------------------------------------------------------------------------------


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
