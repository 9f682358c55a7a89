"""Capacity: what counts as a seat, and who finds none, nearest first."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.capacity import all_full, full, seats, shares_demand, unseated
from planning.groups import GROUPS
from planning.reach import Reach


def sites(rows: dict[str, tuple[str, object, object, object]], **opens: object) -> pd.DataFrame:
    """Sites as (kind, beds, residents, floor area), open unless said."""
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["kind", "beds", "residents", "floor_area_m2"])
    numbers = table[["beds", "residents", "floor_area_m2"]].astype("float64")
    is_open = pd.array([opens.get(key, True) for key in rows], dtype="boolean")
    return numbers.assign(kind=table["kind"].astype("string"), layer="facilities", open=is_open)


SITES = sites(
    {
        "home": ("nursing_home", 50, 40, 2000),
        "crowded": ("welfare_home", 50, 55, 2000),
        "unasked": ("nursing_home", 50, np.nan, 2000),
        "embedded": ("embedded", 15, 15, 300),
        "day": ("day_care", np.nan, np.nan, 500),
        "day_beds": ("day_care", 20, 5, 500),
        "bare": ("station", np.nan, np.nan, np.nan),
        "shut": ("station", np.nan, np.nan, 100),
    },
    shut=False,
)


def of(group: str, rate: float | None) -> dict[str, float | None]:
    found = seats(SITES, GROUPS[group], rate)
    return {key: None if np.isnan(value) else value for key, value in found.items()}


def test_beds_are_the_seats_of_homes_and_floor_area_says_nothing_there_without_a_rate() -> None:
    assert of("residential_care", None) == {"home": 10, "crowded": 0, "unasked": None, "embedded": 0}


def test_beds_of_an_embedded_home_say_nothing_about_its_day_care() -> None:
    # with 4 elders per 100 m2: 300 m2 -> 12, 500 m2 -> 20; free beds where a day-care centre gives them
    assert of("day_care", None) == {"embedded": None, "day": None, "day_beds": 15, "bare": None}
    assert of("day_care", 4.0) == {"embedded": 12, "day": 20, "day_beds": 15, "bare": None}
    assert of("any_care", 4.0)["unasked"] is None  # no home is counted by its floor


def test_demand_is_shared_out_for_day_care_alone_and_only_with_a_rate() -> None:
    assert [group for group in GROUPS if shares_demand(GROUPS[group], 4.0)] == ["day_care"]
    assert not shares_demand(GROUPS["day_care"], None)


def reach(pairs: list[tuple[int, int, float]], places: int, columns: int) -> Reach:
    place, site, seconds = (list(values) for values in zip(*pairs, strict=True)) if pairs else ([], [], [])
    names = [f"p{n}" for n in range(places)], [f"s{n}" for n in range(columns)]
    return Reach.from_pairs(*names, place, site, seconds)


def on(labels: pd.Index, values: list[float]) -> pd.Series:
    return pd.Series(values, index=labels, dtype="float64")


def test_full_only_where_every_site_in_reach_is_known_to_be_full() -> None:
    # p0 -> s0 full; p1 -> s0 full, s1 unknown; p2 -> s0 full, s2 room; p3 -> nothing
    found = reach([(0, 0, 1), (1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 2, 0)], 4, 3)
    assert all_full(found, on(found.sites, [0, np.nan, 1])).tolist() == [True, False, False, False]


def test_seats_go_to_the_nearest_and_ties_to_the_first() -> None:
    # s0 has 5 seats, s1 has 3. Pairs by seconds: p1-s0 10 (takes 4, 1 left), p0-s0 20 and p2-s0 20 tie: p0 is first and
    # takes the last; p0-s1 30 takes 3 of the 3 it still wants; p2-s1 40 finds none: 4 unseated
    found = reach([(0, 0, 20), (0, 1, 30), (1, 0, 10), (2, 0, 20), (2, 1, 40)], 3, 2)
    left = unseated(found, on(found.sites, [5, 3]), on(found.places, [4, 4, 4]))
    assert left.tolist() == [0, 0, 4]
    assert list(left.index) == ["p0", "p1", "p2"]


def test_unknown_capacity_takes_everybody_and_unknown_demand_takes_no_seat() -> None:
    found = reach([(0, 0, 1), (1, 0, 2), (2, 1, 1)], 3, 2)
    left = unseated(found, on(found.sites, [3, np.nan]), on(found.places, [np.nan, 3, 1e6]))
    assert np.isnan(left["p0"])
    assert left.tolist()[1:] == [0, 0]


def test_labels_must_be_the_same() -> None:
    found = reach([(0, 0, 1)], 1, 1)
    good = on(found.sites, [1])
    with pytest.raises(InputError):
        unseated(found, good, pd.Series([1.0], index=["other"]))
    with pytest.raises(InputError):
        all_full(found, pd.Series([1.0], index=["other"]))


def test_a_place_without_elders_is_not_full_unless_all_is() -> None:
    table = sites({"s0": ("day_care", np.nan, np.nan, 100), "s1": ("day_care", 5, 5, np.nan)})
    found = reach([(0, 0, 1), (1, 0, 2), (1, 1, 1), (2, 1, 1)], 3, 2)
    # 1 elder per 100 m2: p0 takes the seat; p1 has no elders; p2 reaches only s1, which is full
    answer = full(found, table, ("day_care",), on(found.places, [1, 0, 0]), 1.0)
    assert answer.tolist() == [False, False, True]


places = st.integers(1, 5)
seat_counts = st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0, np.nan]), min_size=1, max_size=4)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Reach, pd.Series, pd.Series]:
    n, counts = draw(places), draw(seat_counts)
    every = [(p, s) for p in range(n) for s in range(len(counts))]
    pairs = [(p, s, float(draw(st.integers(0, 5)))) for p, s in every if draw(st.booleans())]
    found = reach(pairs, n, len(counts))
    demand = draw(st.lists(st.sampled_from([0.0, 1.0, 3.0, 8.5]), min_size=n, max_size=n))
    return found, on(found.sites, counts), on(found.places, demand)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_seats_are_neither_made_nor_lost_and_more_sites_or_time_leave_nobody_worse_off(
    problem: tuple[Reach, pd.Series, pd.Series],
) -> None:
    found, counts, demand = problem
    left = unseated(found, counts, demand)
    assert ((left >= 0) & (left <= demand)).all()
    if counts.notna().all():
        assert (demand - left).sum() <= counts.sum() + 1e-9
    fewer = found.without_site(found.sites[0])
    assert (unseated(fewer, counts.drop(found.sites[0]), demand) >= left - 1e-9).all()
    nearer = found.within(min(2.0, found.limit_s))
    assert (unseated(nearer, counts, demand) >= left - 1e-9).all()
