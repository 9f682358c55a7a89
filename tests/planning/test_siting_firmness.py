"""What a site is worth, what could stand in for it, and how often it is chosen again."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.siting import alternatives, cover_most
from planning.siting.firmness import firmness
from tests.planning.sitingcases import case, covered, table
from tests.planning.test_siting_cover import street
from tests.planning.test_siting_engine import town


def test_alternatives_by_hand() -> None:
    reach, weights = street()
    # within 100 s: A ab 11, B abc 16, C bcd 7, D cde 26, E de 21; without B only A and D cover all 37
    plan = cover_most(reach, weights, 2, 100, closed=["B"])
    assert plan.chosen == ("A", "D")
    found = alternatives(reach, weights, plan, 100).set_index("site_id")
    # without A 11 are lost, B brings them back; without D 26, E brings 21 back
    assert found.loc["A"].tolist() == [11.0, "B", 0.0]
    assert found.loc["D"].tolist() == [26.0, "E", 5.0]
    only = alternatives(reach, weights, plan, 100, candidates=["C", "D"]).set_index("site_id")
    assert only.loc["A"].tolist() == [11.0, "C", 10.0]  # b is 1 of the 11
    nobody = alternatives(reach, weights, plan, 100, candidates=[])
    assert nobody["alternative"].isna().all()
    assert nobody["worse_by"].tolist() == [11.0, 26.0]
    # E open anyway: D alone covers c
    beside = alternatives(reach, weights, plan, 100, fixed=["E"], closed=["B"]).set_index("site_id")
    assert beside.loc["D"].tolist() == [5.0, "C", 0.0]
    with pytest.raises(InputError):
        alternatives(reach, weights, plan, 100, closed=["A"])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), fixed=st.integers(0, 2))
def test_alternatives_are_those_of_brute_force(seed: int, fixed: int) -> None:
    reach, weights = case(seed, 20, 9, 0.25)
    anyway, walk_s = list(reach.sites[:fixed]), table(reach)
    plan = cover_most(reach, weights, 3, 500, anyway)
    for row in alternatives(reach, weights, plan, 500, anyway).itertuples():
        rest = [*(set(plan.chosen) - {row.site_id}), *anyway]
        others = sorted(set(reach.sites) - {*plan.chosen, *anyway})
        worths = {one: covered(walk_s, weights, [*rest, one], 500) for one in others}
        assert row.lost == plan.objective - covered(walk_s, weights, rest, 500)
        assert row.alternative == max(others, key=lambda one: (worths[one], -others.index(one)))
        assert row.worse_by == plan.objective - max(worths.values())
        assert row.worse_by >= 0  # the plan is proven best


def test_firmness_by_hand() -> None:
    reach, weights = street()
    # one site; at 1 m/s 100 s reach the next door: D 26. At half that nobody but the own door: E 20. At twice that
    # 200 s: C covers all 37
    found = firmness(reach, weights, 1, 100, speeds_m_s=(0.5, 1.0, 2.0), draws=3).set_index("site_id")
    assert found["share_speeds"].to_dict() == {"C": 1 / 3, "D": 1 / 3, "E": 1 / 3}
    # 10 % more or less never makes another site better than D: 26 * 0.9 is more than 21 * 1.1
    assert found["share_demand"].to_dict() == {"C": 0.0, "D": 1.0, "E": 0.0}
    assert found["share"].to_dict() == {"C": 1 / 6, "D": 4 / 6, "E": 1 / 6}
    assert found["chosen"].to_dict() == {"C": False, "D": True, "E": False}
    assert found.index.tolist() == ["D", "C", "E"]
    assert found.attrs == {"cases": 7, "proven": 7}


def test_other_walks_stand_in_for_speeds() -> None:
    reach, weights = street()
    near = reach.within(99)
    found = firmness(reach, weights, 1, 99, speeds_m_s=(), others=[reach, near], draws=0).set_index("site_id")
    assert found["share_speeds"].to_dict() == {"E": 1.0}
    assert math.isnan(found["share_demand"].iloc[0])
    with pytest.raises(InputError):  # twice as far wasn't searched
        firmness(near, weights, 1, 99, speeds_m_s=(2.0,), draws=0)
    with pytest.raises(InputError):
        firmness(reach, weights, 1, 99, forced=["A", "B"])


def test_a_town_is_the_same_twice_and_each_choice_has_as_many_sites() -> None:
    reach, weights = town(3, 500, 100)
    once, again = (firmness(reach, weights, 6, 700, draws=6) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    assert once["share_speeds"].sum() == pytest.approx(6)
    assert once["share_demand"].sum() == pytest.approx(6)
    assert set(once.loc[once["chosen"], "site_id"]) == set(cover_most(reach, weights, 6, 700).chosen)
    other = firmness(reach, weights, 6, 700, draws=6, spread=0.9, seed=7)
    assert not np.array_equal(other["share_demand"].to_numpy(), once["share_demand"].to_numpy())
