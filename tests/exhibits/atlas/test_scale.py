"""Maps are true to the scale they say, on paper."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhibits.atlas.furniture import bar_length_m, scale_text
from exhibits.atlas.paper import MAP, SIDE, new_page, panel, scale_for
from exhibits.wording import crs_text
from scenarios import Outcome
from tests.exhibits import atlascity

PX_PER_MM = 10.0


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
