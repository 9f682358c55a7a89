"""Coverage: four states on a street that fits on paper, the limit itself, the missing, and two properties."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.streets import Way
from planning.coverage import COLUMNS, bands_min, coverage, straight_metres, top_speed_m_s
from planning.reach import walk_doors
from planning.walking.network import network
from tests.planning.coveragetown import STREETS, WALKER, net, town, toy_doors
from tests.toytown import Chain, streets_of

DAY = ("day_care", "station")


def states(places: dict[str, float | None], facilities: list[dict[str, object]], **extra: object) -> dict[str, str]:
    """State of each place towards day care, limits 5, 10, 15 minutes at 1 m/s: 300, 600, 900 m."""
    rows = [{"id": key, "at": at} for key, at in places.items()]
    city = town(rows, [{"kind": "station", **row} for row in facilities], **extra)
    return dict(coverage(city, net(), {"day_care": DAY}).of_group("day_care")["state"])


def test_bands_on_the_street() -> None:
    # facility at 0 m; 300 m is five minutes at 1 m/s and within, 301 m is not
    at = {"a": 0, "b": 300, "c": 301, "d": 600, "e": 900, "f": 900.001, "g": 1000}
    city = town([{"id": key, "at": m} for key, m in at.items()], [{"id": "f1", "kind": "station", "at": 0}])
    found = coverage(city, net())
    rows = found.of_group("day_care")
    assert list(found.table.columns) == list(COLUMNS)
    assert list(found.groups) == ["day_care", "any_care"]
    assert rows["band_min"].dtype == "Int64"
    assert rows["band_min"].fillna(0).tolist() == [5, 5, 10, 10, 15, 0, 0]
    assert rows["state"].tolist() == ["served"] * 5 + ["out"] * 2
    assert rows["seconds"].tolist() == [0, 300, 301, 600, 900, 900.001, 1000]
    assert rows["metres"].tolist() == rows["straight_m"].tolist() == rows["seconds"].tolist()
    assert set(rows["nearest_id"]) == {"f1"}  # the nearest is given however far
    assert set(rows["door"]) == {"centroid"}
    assert list(found.reach.pairs()["place_id"]) == ["a", "b", "c", "d", "e"]
    assert found.limits_s == (300.0, 600.0, 900.0)
    assert found.speed_m_s == 1.0


def test_rows_stand_place_by_place_and_groups_in_order() -> None:
    places = [{"id": key, "at": 0} for key in ("z", "a")]
    city = town(places, [{"id": "f", "kind": "embedded", "at": 9}], [{"id": "f", "kind": "clinic", "at": 5}])
    table = coverage(city, net()).table
    groups = ["day_care", "residential_care", "medical", "any_care"]  # no meals anywhere: no rows
    assert table["place_id"].tolist() == ["z"] * 4 + ["a"] * 4
    assert table["group"].tolist() == groups * 2
    assert table["nearest_id"].tolist() == ["f"] * 8  # ids as given, though the clinic's label is medical:f
    assert table["seconds"].tolist() == [9, 9, 5, 9] * 2


def test_a_facility_that_is_not_open_serves_nobody_but_its_group_is_shown() -> None:
    rows = [{"id": "f", "at": 0, "status": "planned"}, {"id": "g", "at": 0, "status": "closed"}]
    city = town([{"id": "a", "at": 0}], [{"kind": "station", **row} for row in rows])
    row = coverage(city, net()).of_group("day_care").loc["a"]
    assert row["state"] == "out"
    assert pd.isna(row["nearest_id"])
    assert np.isnan(row["seconds"])
    assert pd.isna(row["band_min"])
    assert len(coverage(city, net()).reach.sites) == 0


def test_unknown_is_where_missing_data_would_decide() -> None:
    places = {"near": 0, "far": 1000, "off": 5000, "nowhere": None}
    # a facility without status among given ones: who only it would reach is unknown
    assert states(places, [{"id": "o", "at": 500, "status": "planned"}, {"id": "u", "at": 0}]) == {
        "near": "unknown",
        "far": "out",
        "off": "unknown",
        "nowhere": "unknown",
    }
    # an open one in reach settles it
    assert states(places, [{"id": "o", "at": 100, "status": "open"}, {"id": "u", "at": 0}])["near"] == "served"


@pytest.mark.parametrize(("at", "state"), [(1100, "unknown"), (1899.9, "unknown"), (1900, "unknown"), (1900.1, "out")])
def test_an_unconnected_facility_might_serve_who_is_near_enough_by_air(at: float, state: str) -> None:
    # the place is at 1,000 m; 900 s at 1 m/s are 900 m by air, included
    assert states({"p": 1000}, [{"id": "u", "at": at}]) == {"p": state}


def test_an_unconnected_facility_that_is_closed_makes_nobody_unknown_and_a_doubtful_one_does() -> None:
    given = {"id": "o", "at": 0, "status": "planned"}
    assert states({"p": 1000}, [given, {"id": "u", "at": 1100, "status": "closed"}]) == {"p": "out"}
    assert states({"p": 1000}, [given, {"id": "u", "at": 1100, "status": "open"}]) == {"p": "unknown"}
    assert states({"p": 1000}, [given, {"id": "u", "at": 1100}]) == {"p": "unknown"}


def test_a_facility_of_unknown_status_on_the_streets_is_judged_by_the_walk_not_by_air() -> None:
    # two streets 100 m apart that don't meet: by air 100 m, on foot no way
    streets = streets_of([(0, 0), (1000, 0), (0, 100), (1000, 100)], [
        Chain(0, 1, [(0, 0), (1000, 0)]),
        Chain(2, 3, [(0, 100), (1000, 100)]),
    ])  # fmt: skip
    rows = [{"id": "u", "kind": "station", "at": 0}, {"id": "o", "kind": "station", "at": 0, "status": "planned"}]
    city = town([{"id": "p", "at": 0}], rows)
    other = replace(city.doors["facilities"], segment=np.array([2, 2]), chain=np.array([1, 1], np.int32))
    city = replace(city, streets=streets, doors={**city.doors, "facilities": other})
    assert coverage(city, network(streets, WALKER)).of_group("day_care")["state"].tolist() == ["out"]


def test_full_is_in_reach_without_room() -> None:
    home = {"kind": "nursing_home", "beds": 50, "status": "open"}
    groups = {"residential_care": ("nursing_home",)}
    places = [{"id": "a", "at": 0}, {"id": "b", "at": 1000}]

    def found(*homes: dict[str, object]) -> list[str]:
        city = town(places, [{**home, **one} for one in homes])
        return coverage(city, net(), groups).table["state"].tolist()

    assert found({"id": "h", "at": 0, "residents": 50}) == ["full", "out"]
    assert found({"id": "h", "at": 0, "residents": 51}) == ["full", "out"]
    assert found({"id": "h", "at": 0, "residents": 49}) == ["served", "out"]
    assert found({"id": "h", "at": 0}) == ["served", "out"]  # residents not known: never full
    # the second home, 500 m from both, has room
    assert found({"id": "h", "at": 0, "residents": 50}, {"id": "i", "at": 500, "residents": 0}) == ["served"] * 2
    # full here, and a home of unknown status in reach: nobody can tell
    assert found({"id": "h", "at": 0, "residents": 50}, {"id": "u", "at": 500, "status": None}) == ["unknown"] * 2


def test_a_declared_rate_seats_the_nearest_first() -> None:
    # 100 m2 serve 6 elders; places of 4: the nearest takes 4 of 6, the next finds 2 of 4, the third none
    places = [{"id": key, "at": at} for key, at in {"far": 30, "near": 10, "mid": 20}.items()]
    facilities = [{"id": "f", "kind": "day_care", "at": 0, "floor_area_m2": 100}]
    city = town(places, facilities, elders_per_100m2=6.0)
    found = coverage(city, net(), {"day_care": DAY})
    assert dict(found.of_group("day_care")["state"]) == {"far": "full", "near": "served", "mid": "full"}
    rule = found.capacity["day_care"]
    assert (rule.elders_per_100m2, rule.sites, rule.sites_known) == (6.0, 1, 1)
    plain = coverage(replace(city, study=town(places).study), net(), {"day_care": DAY})
    assert plain.table["state"].tolist() == ["served"] * 3
    assert plain.capacity["day_care"].elders_per_100m2 is None


def test_a_place_on_streets_without_a_way_is_out_and_blank() -> None:
    streets = streets_of([(0, 0), (1000, 0), (0, 100), (1000, 100)], [
        Chain(0, 1, [(0, 0), (1000, 0)]),
        Chain(2, 3, [(0, 100), (1000, 100)]),
    ])  # fmt: skip
    city = town([{"id": "p", "at": 0}], [{"id": "f", "kind": "station", "at": 0}])
    there = replace(city.doors["facilities"], segment=np.array([2]), chain=np.array([1], np.int32))
    city = replace(city, streets=streets, doors={**city.doors, "facilities": there})
    row = coverage(city, network(streets, WALKER)).of_group("day_care").loc["p"]
    assert row["state"] == "out"
    assert pd.isna(row["nearest_id"])
    assert pd.isna(row["door"])
    assert np.isnan(row["seconds"])


def test_a_city_without_any_facility_has_no_rows_but_all_columns() -> None:
    found = coverage(town([{"id": "p", "at": 0}]), net())
    assert found.table.empty
    assert list(found.table.columns) == list(COLUMNS)
    assert list(found.nearest_straight_m.index) == ["p"]


def test_limits_need_not_be_whole_minutes() -> None:
    bands = bands_min(np.array([0, 450, 450.1, np.nan, np.inf]), (450.0, 900.0))
    assert bands.dtype == "Float64"
    assert bands.fillna(0).tolist() == [7.5, 7.5, 15, 0, 0]


def test_the_straight_line_is_from_door_to_door() -> None:
    homes, goals = toy_doors({"a": 0, "b": 1000, "off": 5000, "none": None}), toy_doors({"x": 100, "y": 6000})
    both, first = np.array([True, True]), np.array([True, False])
    np.testing.assert_array_equal(straight_metres(homes, goals, both), [100, 900, 1000, np.nan])
    np.testing.assert_array_equal(straight_metres(homes, goals, first), [100, 900, 4900, np.nan])
    np.testing.assert_array_equal(straight_metres(homes, goals, ~both), [np.inf, np.inf, np.inf, np.nan])


def test_top_speed_is_that_of_the_flat_or_of_the_best_slope() -> None:
    assert top_speed_m_s(net()) == 1.0
    # 5 m down over 100 m: Tobler's best slope, exp(3.5 * 0.05) = 1.1912 times the flat
    hill = streets_of([(0, 0), (100, 0)], [Chain(0, 1, [(0, 0), (100, 0)], z=[5.0, 0.0])])
    assert top_speed_m_s(network(hill, replace(WALKER, slope="tobler"))) == pytest.approx(1.1912, abs=1e-3)
    stairs = streets_of([(0, 0), (100, 0)], [Chain(0, 1, [(0, 0), (100, 0)], way=[int(Way.STAIRS)])])
    assert top_speed_m_s(network(stairs, WALKER)) == 1.0


metres = st.integers(0, 1000)
sites = st.lists(
    st.tuples(st.integers(0, 1200), st.sampled_from(["open", "closed", None]), st.sampled_from([None, 0, 3])),
    min_size=1,
    max_size=5,
)
homes = st.lists(metres, min_size=1, max_size=6)
Site = tuple[int, str | None, int | None]


def served(places: list[int], chosen: list[Site], limits: tuple[float, ...]) -> set[str]:
    facilities = [
        {"id": f"f{n}", "kind": "station", "at": at, "status": status, "beds": 3, "residents": residents}
        for n, (at, status, residents) in enumerate(chosen)
    ]
    facilities.append({"id": "given", "kind": "aid_rental", "at": 0, "status": "open"})  # so that a status is given
    city = town([{"id": f"p{n}", "at": at} for n, at in enumerate(places)], facilities)
    rows = coverage(city, net(), {"day_care": DAY}, limits)
    if rows.table.empty:
        return set()
    rows = rows.of_group("day_care")
    return set(rows.index[rows["state"] == "served"])


@settings(max_examples=25, deadline=None)
@given(homes, sites, st.integers(1, 900), st.integers(0, 300))
def test_a_longer_limit_never_covers_fewer(places: list[int], chosen: list[Site], limit: int, more: int) -> None:
    assert served(places, chosen, (float(limit),)) <= served(places, chosen, (float(limit + more),))


@settings(max_examples=25, deadline=None)
@given(homes, sites, st.integers(1, 900))
def test_a_new_facility_never_lowers_coverage(places: list[int], chosen: list[Site], limit: int) -> None:
    fewer = served(places, chosen[:-1], (float(limit),))
    assert fewer <= served(places, chosen, (float(limit),))


@settings(max_examples=25, deadline=None)
@given(homes, st.lists(metres, min_size=1, max_size=5), st.integers(1, 1000))
def test_states_agree_with_the_pairs_of_the_reach(places: list[int], at: list[int], limit: int) -> None:
    homes_at = {f"p{n}": float(m) for n, m in enumerate(places)}
    goals_at = {f"f{n}": float(m) for n, m in enumerate(at)}
    city = town(
        [{"id": key, "at": m} for key, m in homes_at.items()],
        [{"id": key, "kind": "station", "at": m} for key, m in goals_at.items()],
    )
    rows = coverage(city, net(), {"day_care": DAY}, (float(limit),)).of_group("day_care")
    walked = walk_doors(net(), toy_doors(homes_at), toy_doors(goals_at), float(limit)).covered(float(limit))
    assert ((rows["state"] == "served") == walked).all()
    by_hand = [min(abs(m - f) for f in at) <= limit for m in places]
    assert walked.tolist() == by_hand
    assert len(STREETS.chain_u) == 1
