"""Colours hold on grey paper and for colour-blind eyes; every class has words in both languages."""

from itertools import combinations

import numpy as np
import pytest

from exhibits import style

LIMITS = (5.0, 10.0, 15.0)
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
BLIND = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    t = xyz / np.array([0.9505, 1.0, 1.089])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_lab_is_right() -> None:
    # white is L* 100; sRGB red is L* 53.2, a* 80.1, b* 67.2 (CIE)
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.1)
    assert lab(linear("#ff0000")) == pytest.approx([53.2, 80.1, 67.2], abs=0.3)


def look_pairs() -> list[tuple[str, str]]:
    return list(combinations(style.class_looks(LIMITS), 2))


@pytest.mark.parametrize("pair", look_pairs(), ids="-".join)
def test_classes_differ_in_grey_or_by_hatch(pair: tuple[str, str]) -> None:
    one, other = (style.class_looks(LIMITS)[name] for name in pair)
    grey = abs(lab(linear(one.fill))[0] - lab(linear(other.fill))[0])
    printed = [look.hatch or look.print_hatch for look in (one, other)]
    assert grey >= 6 or printed[0] != printed[1]


@pytest.mark.parametrize("eyes", BLIND)
@pytest.mark.parametrize("pair", look_pairs(), ids="-".join)
def test_classes_differ_for_all_eyes(pair: tuple[str, str], eyes: str) -> None:
    one, other = (lab(BLIND[eyes] @ linear(style.class_looks(LIMITS)[name].fill)) for name in pair)
    assert np.linalg.norm(one - other) >= 12  # five times what is just noticed


@pytest.mark.parametrize("count", range(1, 7))
def test_bands_grow_lighter_with_the_walk(count: int) -> None:
    fills = style.band_fills(count)
    lightness = [lab(linear(fill))[0] for fill in fills]
    assert len(fills) == count
    assert lightness == sorted(lightness)
    assert count == 1 or min(np.diff(lightness)) >= 6


def test_groups_are_told_by_shape() -> None:
    shapes = [mark.shape for mark in style.GROUP_MARKS.values()]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize(
    ("name", "zh"), [("within_5", "5 分钟以内"), ("within_10", "5–10 分钟"), ("within_15", "10–15 分钟")]
)
def test_bands_say_their_limits(name: str, zh: str) -> None:
    assert style.class_label(name, LIMITS, "zh") == zh


def test_a_limit_that_is_no_whole_minute_keeps_its_name() -> None:
    assert list(style.class_looks((7.5, 15.0)))[:2] == ["within_7.5", "within_15"]
    assert style.class_label("within_15", (7.5, 15.0), "en") == "7.5–15 min"


def test_unknown_looks_like_no_pass() -> None:
    unknown = style.STATE_LOOKS["unknown"]
    assert unknown.hatch
    bands = {fill for fills in style.BAND_FILLS.values() for fill in fills}
    assert unknown.fill not in bands


def test_a_group_of_the_study_keeps_its_own_name() -> None:
    assert style.label("group", "day_care", "zh") == "日间照料"
    assert style.label("group", "茶馆", "zh") == "茶馆"
    assert style.mark_of("茶馆") == style.OTHER_MARK
