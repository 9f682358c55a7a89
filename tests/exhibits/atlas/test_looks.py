"""Looks: classes are told apart in colour and on grey paper."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest

from exhibits.atlas.city_sheets import elder_breaks, elder_classes
from exhibits.atlas.looks import ELDER_FILLS, PRESENCE_LOOKS, VERDICT_LOOKS, hatch_of, place_mark
from exhibits.style import STATE_LOOKS, class_looks


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
