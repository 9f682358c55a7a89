"""Sensitivity: the figures of coverage at every speed and limit, the circle beside them."""

import numpy as np
import pytest

from planning.coverage import coverage
from planning.sensitivity import SPEEDS_M_S, sensitivity
from planning.totals import WEIGHTS, city_totals
from tests.planning.coveragetown import WALKER, net, town

PLACES = [
    {"id": key, "at": at, "elders": elders}
    for key, at, elders in [("a", 0, 4), ("b", 192, 0.5), ("c", 193, None), ("d", 900, 7), ("e", 5000, 9)]
]
FACILITIES = [{"id": "f", "kind": "station", "at": 0}, {"id": "h", "kind": "nursing_home", "at": 1000}]
CITY = town(PLACES, FACILITIES)


def test_by_hand() -> None:
    rows = sensitivity(CITY, WALKER).set_index(["group", "speed_m_s", "limit_min"])
    assert len(rows) == 3 * 4 * 3
    # 0.64 m/s for 5 minutes are 192 m: b is within, c is not
    row = rows.loc[("day_care", 0.64, 5.0)]
    assert row["circle_m"] == pytest.approx(192)
    assert (row["places_within"], row["places_known"], row["places_share"]) == (2, 4, 0.5)
    assert (row["elders_within"], row["elders_known"]) == (4.5, 11.5)
    assert (row["places_straight"], row["places_straight_share"]) == (2, 0.5)
    assert rows.loc[("day_care", 1.0, 15.0), "places_within"] == 4  # d walks 900 m in exactly 15 minutes
    assert rows.loc[("day_care", 0.8, 15.0), "places_within"] == 3


def test_it_agrees_with_coverage_at_the_same_speed() -> None:
    rows = sensitivity(CITY, WALKER)
    for speed in SPEEDS_M_S:
        totals = city_totals(coverage(CITY, net(speed)), CITY)
        last = rows[(rows["speed_m_s"] == speed) & (rows["limit_min"] == 15)].set_index("group")
        assert list(last.index) == list(totals.index)
        for weight in WEIGHTS:
            np.testing.assert_array_equal(last[f"{weight}_within"], totals[f"{weight}_within_15"])
            np.testing.assert_array_equal(last[f"{weight}_share"], totals[f"{weight}_share"])
            np.testing.assert_array_equal(last[f"{weight}_straight"], totals[f"{weight}_straight_15"])
            np.testing.assert_array_equal(last[f"{weight}_known"], totals[f"{weight}_known"])


def test_faster_never_covers_fewer_and_the_streets_never_beat_the_circle() -> None:
    rows = sensitivity(CITY, WALKER, speeds_m_s=(0.5, 0.9), limits_s=(60.0, 600.0))
    assert sorted(set(rows["speed_m_s"])) == [0.5, 0.9, 1.0]  # the walker's own speed takes part
    for _, part in rows.groupby(["group", "limit_min"]):
        assert part["places_within"].is_monotonic_increasing
    assert (rows["places_within"] <= rows["places_straight"]).all()


def test_the_circle_counts_only_what_the_walk_counts() -> None:
    city = town([{"id": "off", "at": 1100}, {"id": "in", "at": 950}], [{"id": "f", "kind": "station", "at": 1000}])
    rows = sensitivity(city, WALKER, {"day_care": ("station",)})
    assert (rows["places_straight"] == 1).all()
    assert (rows["places_straight_share"] == 1.0).all()


def test_a_city_without_facilities_has_no_rows() -> None:
    assert sensitivity(town(PLACES), WALKER).empty
