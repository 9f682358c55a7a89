"""Least walking in all, and shortest longest walk, beside brute force and known optima."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.reach import Reach
from planning.siting import cover_all, cover_most, p_center, p_median
from tests.planning.sitingcases import case, choices, optima, pmed, stores, table
from tests.realdata import DATA, needs_data


def test_a_street_by_hand() -> None:
    place, site = np.divmod(np.arange(25), 5)
    reach = Reach.from_pairs(list("abcde"), list("ABCDE"), place, site, np.abs(place - site) * 100.0)
    weights = pd.Series([10.0, 1.0, 5.0, 1.0, 20.0], index=reach.places)
    # one site: C costs 2000 + 100 + 0 + 100 + 4000 = 6200, D 3000 + 200 + 500 + 2000 = 5700, E 4000 + 300 + 1000 + 100
    assert (p_median(reach, weights, 1).chosen, p_median(reach, weights, 1).objective) == (("E",), 5400.0)
    assert (p_center(reach, 1).chosen, p_center(reach, 1).objective) == (("C",), 200.0)
    # E is open anyway: A saves most, and no door is further than 200 s from A or E
    assert (p_median(reach, weights, 1, fixed=["E"]).chosen, p_center(reach, 1, fixed=["E"]).objective) == (
        ("A",),
        100.0,
    )


def test_infeasible_names_the_place_or_the_number_of_sites() -> None:
    # four places, each in reach of its own site only, but d of none
    reach = Reach.from_pairs(list("abcd"), list("ABC"), [0, 1, 2], [0, 1, 2], [10.0, 10.0, 10.0])
    weights = pd.Series(1.0, index=reach.places)
    for plan in (p_median(reach, weights, 3), p_center(reach, 3)):
        assert (plan.status, plan.chosen) == ("infeasible", ())
        assert plan.reason is not None
        assert plan.reason.details == {"n": 1, "first": "d"}
    three = Reach.from_pairs(list("abc"), list("ABC"), [0, 1, 2], [0, 1, 2], [10.0, 10.0, 10.0])
    for plan in (p_median(three, weights[:3], 2), p_center(three, 2)):
        assert plan.status == "infeasible"
        assert plan.reason is not None
        assert plan.reason.details == {"sites": 2, "needed": 3}
    assert p_median(three, weights[:3], 2, fixed=["B"]).chosen == ("A", "C")


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    sites=st.integers(0, 4),
    share=st.sampled_from([0.3, 0.6, 1.0]),
    fixed=st.integers(0, 2),
    whole=st.booleans(),
)
def test_brute_force_walks_no_less(seed: int, sites: int, share: float, fixed: int, whole: bool) -> None:
    reach, weights = case(seed, 12, 9, share, whole=whole)
    open_anyway, walk_s = list(reach.sites[:fixed]), table(reach)
    nearest = [walk_s[some].min(axis=1) for some in choices(reach, sites, open_anyway) if some]
    median, center = p_median(reach, weights, sites, open_anyway), p_center(reach, sites, open_anyway)
    least = min(((weights * one).sum() for one in nearest), default=np.inf)
    shortest = min((one.max() for one in nearest), default=np.inf)
    if np.isinf(least):
        assert median.status == center.status == "infeasible"
        return
    assert median.status == center.status == "optimal"
    assert median.objective == pytest.approx(least, rel=1e-9)
    assert center.objective == shortest
    for plan in (median, center):
        assert len(plan.chosen) == min(sites, 9 - fixed)


class TestKnownOptima:
    pytestmark = needs_data

    @pytest.mark.parametrize("number", [1, 2, 5, 6, 9, 12, 15, 16, 20, 30])
    def test_p_median(self, number: int) -> None:
        reach, sites = pmed(DATA, number)
        plan = p_median(reach, pd.Series(1.0, index=reach.places), sites)
        assert (plan.objective, plan.status) == (optima(DATA, "pmedian_opt.txt")[number], "optimal")

    @pytest.mark.parametrize("number", [1, 4, 6, 10, 11, 14, 16, 20])
    def test_p_center(self, number: int) -> None:
        reach, sites = pmed(DATA, number)
        plan = p_center(reach, sites)
        assert (plan.objective, plan.status) == (optima(DATA, "pcenter_opt.txt")[number], "optimal")

    def test_the_stores_of_san_francisco(self) -> None:
        """Answers of spopt 0.7.0 with CBC, its sites and their worth; limits are metres here."""
        reach, people = stores(DATA)
        assert [cover_all(reach, limit).objective for limit in (5000, 8000)] == [8.0, 3.0]
        known = {(5000, 4): 875_247, (2000, 3): 266_985, (3000, 5): 620_348}
        assert {key: cover_most(reach, people, key[1], key[0]).objective for key in known} == known
        walked = {2: 4_009_098_972.1349096, 4: 2_848_268_129.7145104, 6: 2_347_055_166.677381}
        furthest = {2: 9130.7587, 4: 7403.0638, 6: 5903.6672}
        for sites, metre_people in walked.items():
            assert p_median(reach, people, sites).objective == pytest.approx(metre_people, rel=1e-9)
            assert p_center(reach, sites).objective == pytest.approx(furthest[sites], abs=1e-3)
        assert p_median(reach, people, 4).chosen == ("Store_11", "Store_12", "Store_15", "Store_2")
