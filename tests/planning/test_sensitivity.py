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
    assert (row["places_left_out"], row["elders_left_out"]) == (1, 2)  # e meets no street; c's elders aren't known
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
            np.testing.assert_array_equal(last[f"{weight}_left_out"], totals[f"{weight}_left_out"])


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


def test_unknown_areas_are_counted_at_each_speed() -> None:
    # nobody knows whether f is open: "near" (500 m) can't be judged where it would reach it. 15 minutes are 450 m at
    # 0.5 m/s, too short for it, and 900 m at 1.0 m/s
    unsure = [{"id": "f", "kind": "station", "at": 1000, "status": None}, {"id": "g", "kind": "station", "at": 5000}]
    rows = sensitivity(
        town([{"id": "near", "at": 500}], [{"status": "open", **one} for one in unsure]),
        WALKER,
        {"day_care": ("station",)},
        speeds_m_s=(0.5,),
        limits_s=(900.0,),
    ).set_index("speed_m_s")
    assert rows["places_left_out"].to_dict() == {0.5: 0, 1.0: 1}


def test_a_city_without_facilities_has_no_rows() -> None:
    assert sensitivity(town(PLACES), WALKER).empty


def test_what_is_not_known_is_counted_at_each_speed_and_limit() -> None:
    # e is off the streets; in 300 s at 0.64 m/s (192 m) b may reach g, whose status is missing, at 1 m/s it reaches f;
    # c has no elders given
    places = [
        {"id": "b", "at": 300, "elders": 5},
        {"id": "c", "at": 10, "elders": None},
        {"id": "e", "at": 5000, "elders": 9},
    ]
    sites = [{"id": "f", "kind": "station", "at": 0}, {"id": "g", "kind": "station", "at": 490, "status": None}]
    city = town(places, [sites[0] | {"status": "open"}, sites[1]])
    rows = sensitivity(city, WALKER, {"day_care": ("station",)}).set_index(["speed_m_s", "limit_min"])
    slow, fast = rows.loc[(0.64, 5.0)], rows.loc[(1.0, 5.0)]
    assert (slow["places_unknown"], slow["places_left_out"], slow["places_known"]) == (2, 2, 1)
    assert (slow["elders_unknown"], slow["elders_left_out"], slow["elders_known"]) == (14, 3, 0)
    assert (fast["places_unknown"], fast["places_left_out"], fast["places_known"]) == (1, 1, 2)
    assert (fast["elders_unknown"], fast["elders_left_out"], fast["elders_known"]) == (9, 2, 5)
    for weight in WEIGHTS:
        assert (rows[f"{weight}_known"] + rows[f"{weight}_unknown"]).nunique() == 1
