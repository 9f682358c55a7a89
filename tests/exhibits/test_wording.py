"""States beside their walks: one that is too long says by which limit, and no way is said to be none."""

import math

import geopandas as gpd
import pytest

from exhibits.wording import elders_doubt, state_text, walk_text


@pytest.mark.parametrize(
    ("state", "seconds", "text", "walk"),
    [
        ("served", 900.0, "可达", "15.0 分钟"),
        ("out", 900.04, "超过 15 分钟", "15.1 分钟（超出时限）"),
        ("out", 1914.0, "超过 15 分钟", "31.9 分钟（超出时限）"),
        ("out", math.nan, "无路可达", "无路可达"),
        ("full", 300.0, "可达但已满", "5.0 分钟（可达但已满）"),
        ("unknown", 300.0, "数据不足", "无法判定"),
    ],
)
def test_states_and_walks_do_not_contradict(state: str, seconds: float, text: str, walk: str) -> None:
    assert state_text(state, seconds, "15", "zh") == text
    assert walk_text(state, seconds, "zh") == walk


def test_more_elders_than_people_are_doubted_and_nothing_else() -> None:
    places = gpd.GeoDataFrame({"elders": [851, 654, None, 3], "people": [654.0, 654.0, 10.0, None]})
    assert [bool(one) for one in elders_doubt(places, "zh")] == [True, False, False, False]
    assert elders_doubt(places, "en")[0]
