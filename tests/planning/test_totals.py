"""Totals: parts sum to the whole to the last bit, and no rate is printed for more than it is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.coverage import coverage
from planning.presence import presence, presence_rates
from planning.totals import WEIGHTS, by_district, city_totals, counted, minutes, rate, share_text, weights
from tests.planning.coveragetown import net, square, town

DAY = {"day_care": ("day_care", "station")}
FACILITIES = [{"id": "f", "kind": "station", "at": 0}]
STREETS = [
    {"id": "s1", "level": "street", "shape": square(-10, 500)},
    {"id": "s2", "level": "street", "shape": square(500, 990)},
    {"id": "s3", "level": "street", "shape": square(2000, 3000)},
]
# a 0 m, b 301 m in s1; c 900 m in s2; d 1,000 m in no street; e off the streets, in s1
PLACES = [
    {"id": "a", "at": 0, "street_id": "s1", "elders": 4, "people": 20, "households": 8},
    {"id": "b", "at": 301, "street_id": "s1", "elders": 0.5, "people": None, "households": 9},
    {"id": "c", "at": 900, "street_id": "s2", "elders": None, "people": 30, "households": 10},
    {"id": "d", "at": 1000, "elders": 7, "people": 40, "households": 11},
    {"id": "e", "at": 5000, "street_id": "s1", "elders": 9, "people": 50, "households": None},
]
CITY = town(PLACES, FACILITIES, districts=STREETS)
FOUND = coverage(CITY, net(), DAY)


def test_district_rows_by_hand() -> None:
    rows = by_district(FOUND, CITY)
    assert rows[["district_id", "name", "level", "group"]].to_numpy().tolist() == [
        ["s1", "s1镇", "street", "day_care"],
        ["s2", "s2镇", "street", "day_care"],
        ["s3", "s3镇", "street", "day_care"],
        ["(none)", "(none)", "street", "day_care"],
    ]
    rows = rows.set_index("district_id")
    assert rows["places_total"].tolist() == [3, 1, 0, 1]
    assert rows["places_within_5"].tolist() == [1, 0, 0, 0]
    assert rows["places_within_10"].tolist() == [2, 0, 0, 0]
    assert rows["places_within_15"].tolist() == [2, 1, 0, 0]
    assert rows["places_out"].tolist() == [0, 0, 0, 1]
    assert rows["places_unknown"].tolist() == [1, 0, 0, 0]
    assert rows.loc["s1", "places_share"] == 1.0
    assert np.isnan(rows.loc["s3", "places_share"])
    assert rows.loc["(none)", "places_share"] == 0.0
    # elders: c is not known
    assert rows["elders_total"].tolist() == [13.5, 0, 0, 7]
    assert rows["elders_missing"].tolist() == [0, 1, 0, 0]
    assert rows["elders_unknown"].tolist() == [9, 0, 0, 0]
    assert rows["elders_left_out"].tolist() == [1, 1, 0, 0]
    assert rows["elders_within_15"].tolist() == [4.5, 0, 0, 0]
    assert np.isnan(rows.loc["s2", "elders_share"])
    # people of b and households of e are not known; e is left out once, though unknown twice over
    assert rows["people_missing"].tolist() == [1, 0, 0, 0]
    assert rows["people_left_out"].tolist() == [2, 0, 0, 0]
    assert rows["households_missing"].tolist() == [1, 0, 0, 0]
    assert rows["households_left_out"].tolist() == [1, 0, 0, 0]


def test_city_totals_by_hand_with_the_circle_beside() -> None:
    row = city_totals(FOUND, CITY).loc["day_care"]
    assert (row["places_total"], row["places_known"], row["places_within_15"]) == (5, 4, 3)
    assert row["places_share"] == 0.75
    assert (row["elders_total"], row["elders_known"], row["elders_within_15"]) == (20.5, 11.5, 4.5)
    assert row["places_straight_15"] == 3  # d is 1,000 m away by air too; e is not among the known
    assert row["places_straight_5"] == 1
    assert row["places_straight_share"] == 0.75
    found = rate(city_totals(FOUND, CITY), FOUND, "day_care", "places")
    assert (found.numerator, found.denominator, found.unknown) == (3, 4, 1)
    assert found.text() == "75.0 %（3/4，另有 1 个居住区数据不足）"
    people = rate(city_totals(FOUND, CITY), FOUND, "day_care", "people")
    assert people.unknown == 2
    elders = rate(city_totals(FOUND, CITY), FOUND, "day_care", "elders")  # of 20.5, those 9 of e are not judged
    assert elders.text() == "39.1 %（4/12，另有 2 个居住区、至少 9 位老年人数据不足）"


def test_the_circle_counts_only_what_the_walk_counts() -> None:
    # "off" lies 100 m by air from the facility, but no door of it meets a street: it is in neither share
    city = town([{"id": "off", "at": 1100}, {"id": "in", "at": 950}], [{"id": "f", "kind": "station", "at": 1000}])
    row = city_totals(coverage(city, net(), DAY), city).loc["day_care"]
    assert (row["places_straight_15"], row["places_known"], row["places_straight_share"]) == (1, 1, 1.0)


def test_without_districts_the_columns_are_there_all_the_same() -> None:
    city = town(PLACES, FACILITIES)
    rows = by_district(coverage(city, net(), DAY), city)
    assert rows.empty
    assert list(rows.columns) == list(by_district(FOUND, CITY).columns)
    nothing = town(PLACES)
    assert city_totals(coverage(nothing, net()), nothing).empty


def test_levels_stand_in_order_and_groups_within_a_district() -> None:
    districts = [*STREETS[:1], {"id": "k", "level": "county", "shape": square(-10, 2000)}]
    places = [{**place, "county_id": "k", "street_id": "s1"} for place in PLACES]
    city = town(places, FACILITIES, districts=districts)
    rows = by_district(coverage(city, net()), city)
    assert rows[["district_id", "group"]].to_numpy().tolist() == [
        ["k", "day_care"],
        ["k", "any_care"],
        ["s1", "day_care"],
        ["s1", "any_care"],
    ]


known_or_not = st.one_of(st.none(), st.floats(0, 1e5), st.integers(0, 10**6))
rows_of_places = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.one_of(st.integers(0, 1000), st.just(5000), st.none()),
            "elders": known_or_not,
            "people": known_or_not,
            "households": st.one_of(st.none(), st.integers(0, 5000)),
            "street_id": st.sampled_from([None, "s1", "s2", "s3"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(rows_of_places, st.integers(0, 2000))
def test_parts_sum_to_the_whole_exactly(places: list[dict[str, object]], at: int) -> None:
    facilities = [
        {"id": "f", "kind": "station", "at": at},
        {"id": "g", "kind": "aid_rental", "at": 0, "status": "open"},
    ]
    city = town([{**row, "id": f"p{n}"} for n, row in enumerate(places)], facilities, districts=STREETS)
    found = coverage(city, net(), DAY)
    rows, whole = by_district(found, city), city_totals(found, city).loc["day_care"]
    sums = [name for name in rows.columns if name not in {"district_id", "name", "level", "group"}]
    for name in sums:
        if not name.endswith("_share"):
            assert rows[name].sum() == whole[name], name
    for weight in WEIGHTS:
        parts = [f"{weight}_within_15", f"{weight}_full", f"{weight}_out", f"{weight}_unknown"]
        assert sum(whole[part] for part in parts) == whole[f"{weight}_total"]
        assert whole[f"{weight}_within_5"] <= whole[f"{weight}_within_10"] <= whole[f"{weight}_within_15"]


def test_weights_keep_what_is_given_and_what_is_not() -> None:
    found = weights(CITY)
    assert list(found.columns) == list(WEIGHTS)
    assert found["places"].tolist() == [1] * 5
    assert found["elders"].isna().tolist() == [False, False, True, False, False]
    third = weights(town([{"id": "a", "at": 0, "elders": 1 / 3}]))["elders"]["a"]
    assert third == pytest.approx(1 / 3, abs=1 / 2048)
    assert third * 1024 == round(third * 1024)


@pytest.mark.parametrize(
    ("numerator", "denominator", "unknown", "zh", "en"),
    [
        (
            5210,
            6262,
            31,
            "83.2 %（5 210/6 262，另有 31 个居住区数据不足）",
            "83.2 % (5 210/6 262, not known: areas 31)",
        ),
        (5210, 6262, 0, "83.2 %（5 210/6 262）", "83.2 % (5 210/6 262)"),
        (9999, 10000, 0, "99.9 %（9 999/10 000）", "99.9 % (9 999/10 000)"),
        (
            99999,
            100000,
            3,
            "99.9 %（99 999/100 000，另有 3 个居住区数据不足）",
            "99.9 % (99 999/100 000, not known: areas 3)",
        ),
        (7, 7, 0, "100.0 %（7/7）", "100.0 % (7/7)"),
        (7, 7, 1, "已知部分全部覆盖（7/7，另有 1 个居住区数据不足）", "all that are known (7/7, not known: areas 1)"),
        (0, 7, 0, "0.0 %（0/7）", "0.0 % (0/7)"),
        (1, 10000, 0, "<0.1 %（1/10 000）", "<0.1 % (1/10 000)"),
        (0, 0, 0, "无（0/0）", "none (0/0)"),
        (0, 0, 4, "数据不足（4 个居住区）", "not known (areas 4)"),
    ],
)
def test_share_text(numerator: float, denominator: float, unknown: int, zh: str, en: str) -> None:
    assert share_text(numerator, denominator, unknown) == zh
    assert share_text(numerator, denominator, unknown, "en") == en


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 50))
def test_no_hundred_per_cent_unless_all_and_nothing_unknown(a: int, b: int, unknown: int) -> None:
    numerator, denominator = min(a, b), max(a, b)
    for lang in ("zh", "en"):
        text = share_text(numerator, denominator, unknown, lang)
        assert ("100.0 %" in text) == (numerator == denominator > 0 and unknown == 0)
        assert text.startswith("0.0 %") == (numerator == 0 < denominator)


def test_counts_and_minutes_as_printed() -> None:
    assert [counted(n) for n in (0, 999, 1000, 1234567.6)] == ["0", "999", "1 000", "1 234 568"]
    assert [minutes(s) for s in (300.0, 450.0, 900.0)] == ["5", "7.5", "15"]


def test_presence_counts_districts_and_nothing_else() -> None:
    facilities = [
        {"id": "in1", "kind": "station", "at": 100, "status": "open"},
        {"id": "edge", "kind": "day_care", "at": 500, "status": "open"},  # on the border: the first of the two
        {"id": "planned", "kind": "station", "at": 700, "status": "planned"},
        {"id": "asked", "kind": "station", "at": 2500},  # status not known
        {"id": "lost", "kind": "station", "at": None, "status": "open"},
    ]
    districts = [*STREETS, {"id": "s4", "level": "street", "shape": square(3500, 3600)}]
    rows = presence(town(PLACES, facilities, districts=districts), {**DAY, "meals": ("meal_site",)})
    day = rows[rows["group"] == "day_care"].set_index("district_id")
    assert day["sites_open"].tolist() == [2, 0, 0, 0]
    assert day["sites_unknown"].tolist() == [0, 0, 1, 0]
    assert [None if pd.isna(value) else bool(value) for value in day["present"]] == [True, False, None, False]
    rates = presence_rates(rows).set_index("group")
    assert rates.loc["day_care", ["districts", "with_site", "unknown"]].tolist() == [4, 1, 1]
    assert rates.loc["day_care", "share"] == pytest.approx(1 / 3)
    assert rates.loc["meals", "share"] == 0.0
    assert presence_rates(presence(town(PLACES), DAY)).empty
