"""Covering most, and covering all with fewest, beside brute force."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.reach import Reach
from planning.siting import Plan, cover_all, cover_most
from tests.planning.sitingcases import case, choices, covered, table


def street() -> tuple[Reach, pd.Series]:
    """Five doors 100 m apart on a street, sites at each door; 1 m/s, so door k is |k - j| * 100 s from site j."""
    place, site = np.divmod(np.arange(25), 5)
    reach = Reach.from_pairs(list("abcde"), list("ABCDE"), place, site, np.abs(place - site) * 100.0)
    return reach, pd.Series([10.0, 1.0, 5.0, 1.0, 20.0], index=reach.places)


def test_one_site_covers_most_and_the_limit_counts() -> None:
    reach, weights = street()
    # within 100 s: A 11, B 16, C 7, D 26, E 21
    plan = cover_most(reach, weights, 1, 100)
    assert (plan.chosen, plan.objective, plan.bound, plan.gap, plan.status) == (("D",), 26.0, 26.0, 0.0, "optimal")
    # just under 100 s only the door itself: E 20
    assert cover_most(reach, weights, 1, 99.999).chosen == ("E",)


def test_fixed_sites_cover_but_do_not_count() -> None:
    reach, weights = street()
    # D is open anyway (c, d, e); of the rest A and B cover 11 more each: the smaller id
    plan = cover_most(reach, weights, 1, 100, fixed=["D"])
    assert (plan.chosen, plan.objective) == (("A",), 37.0)
    # closed, it covers nobody and can't be chosen: E (21) and B (16) cover 37 together
    closing = cover_most(reach, weights, 2, 100, fixed=["D"], closed=["D"])
    assert (closing.chosen, closing.objective) == (("B", "E"), 37.0)


def test_forced_count_and_forbidden_stay_out() -> None:
    reach, weights = street()
    assert cover_most(reach, weights, 2, 100, forced=["C"]).chosen == ("C", "D")  # 7 + 20, as with E
    assert cover_most(reach, weights, 1, 100, forbidden=["D"]).chosen == ("E",)


def test_more_sites_than_are_needed_or_there() -> None:
    reach, weights = street()
    assert cover_most(reach, weights, 3, 200).chosen == ("A", "B", "C")  # C covers all; the smallest ids fill up
    assert cover_most(reach, weights, 9, 100).chosen == tuple("ABCDE")
    assert cover_most(reach, weights, 0, 100, fixed=["A"]).objective == 11.0


def test_infeasible_says_why_and_wrong_input_is_refused() -> None:
    reach, weights = street()
    plan = cover_most(reach, weights, 1, 100, forced=["A", "B"])
    assert (plan.status, plan.chosen) == ("infeasible", ())
    assert plan.reason is not None
    assert "2" in plan.reason.message("en")
    for bad in ({"fixed": ["Z"]}, {"forced": ["A"], "forbidden": ["A"]}):
        with pytest.raises(InputError):
            cover_most(reach, weights, 1, 100, **bad)
    for wrong in (weights.rename(str.upper), weights * np.nan, -weights):
        with pytest.raises(InputError):
            cover_most(reach, wrong, 1, 100)
    for count in (-1, 1.5):
        with pytest.raises(InputError):
            cover_most(reach, weights, count, 100)  # type: ignore[arg-type]


def test_places_nobody_reaches_are_named() -> None:
    reach = Reach.from_pairs(["near", "lost"], ["A"], [0], [0], [10.0])
    plan = cover_most(reach, pd.Series([1.0, 9.0], index=reach.places), 1, 100)
    assert (plan.objective, plan.left_out) == (1.0, ("lost",))
    whole = cover_all(reach, 100)
    assert (whole.chosen, whole.left_out) == (("A",), ("lost",))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    sites=st.integers(0, 5),
    share=st.sampled_from([0.1, 0.3, 0.7]),
    fixed=st.integers(0, 2),
    whole=st.booleans(),
)
def test_brute_force_covers_no_more(seed: int, sites: int, share: float, fixed: int, whole: bool) -> None:
    reach, weights = case(seed, 18, 9, share, whole=whole)
    open_anyway = list(reach.sites[:fixed])
    walk_s = table(reach)
    best = max(covered(walk_s, weights, some, 500) for some in choices(reach, sites, open_anyway))
    plan = cover_most(reach, weights, sites, 500, fixed=open_anyway)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-9)
    assert len(plan.chosen) == min(sites, 9 - fixed)
    assert covered(walk_s, weights, [*plan.chosen, *open_anyway], 500) == plan.objective


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.5, 0.8, 0.97, 1.0]),
    fixed=st.integers(0, 2),
    whole=st.booleans(),
)
def test_brute_force_needs_no_fewer(seed: int, share: float, fixed: int, whole: bool) -> None:
    reach, weights = case(seed, 18, 9, 0.3, whole=whole)
    open_anyway, walk_s = list(reach.sites[:fixed]), table(reach)
    need = share * covered(walk_s, weights, list(reach.sites), 500)
    enough = next(
        count
        for count in range(10)
        if max(covered(walk_s, weights, some, 500) for some in choices(reach, count, open_anyway)) >= need - 1e-9
    )
    plan = cover_all(reach, 500, share, weights, fixed=open_anyway)
    assert (plan.status, plan.objective, len(plan.chosen)) == ("optimal", enough, enough)
    assert covered(walk_s, weights, [*plan.chosen, *open_anyway], 500) >= need - 1e-9


def test_too_few_sites_name_the_nearest_that_works() -> None:
    reach, weights = street()
    # within 100 s all five doors take 2 sites (B and D or E); one site covers 26 of 37
    assert cover_all(reach, 100, weights=weights).objective == 2.0
    plan = cover_all(reach, 100, weights=weights, at_most=1)
    assert (plan.status, plan.chosen) == ("infeasible", ())
    assert plan.reason is not None
    assert plan.reason.details == {"sites": 1, "share": 1.0, "needed": 2, "reached": 26 / 37}
    assert "70.3%" in plan.reason.message("en")
    with pytest.raises(InputError):
        cover_all(reach, 100, share=1.01)


def test_the_answer_does_not_depend_on_the_order_of_rows_and_columns() -> None:
    reach, weights = case(3, 60, 25, 0.15)
    pairs = reach.pairs().sample(frac=1, random_state=1)
    places, sites = reach.places[::-1], reach.sites[::-1]
    turned = Reach.from_pairs(
        places, sites, places.get_indexer(pairs["place_id"]), sites.get_indexer(pairs["site_id"]), pairs["seconds"]
    )
    for ask in (
        lambda one, some: cover_most(one, some, 6, 500),
        lambda one, some: cover_all(one, 900, 0.9, some),
    ):
        first, second = ask(reach, weights), ask(turned, weights[::-1])
        assert set(first.chosen) == set(second.chosen)
        assert first.objective == second.objective


def test_twice_the_same() -> None:
    reach, weights = case(5, 150, 50, 0.1)
    plans = [dataclasses.replace(cover_most(reach, weights, 8, 600), seconds=0.0) for _ in range(2)]
    assert plans[0] == plans[1]
    assert plans[0].status == "optimal"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_more_sites_and_longer_walks_never_cover_less(seed: int) -> None:
    reach, weights = case(seed, 40, 15, 0.15)
    plans: list[Plan] = [cover_most(reach, weights, sites, 500) for sites in range(4)]
    plans.append(cover_most(reach, weights, 3, 700))
    covers = [plan.objective for plan in plans]
    assert covers == sorted(covers)
