"""Phases beside brute force over all nested plans; what comes first stays."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.reach import Reach
from planning.siting.phases import Phase, PhasedPlan, cover_phases
from tests.planning.sitingcases import case, covered, table
from tests.planning.test_siting_sized import city, street


def nested(plan: PhasedPlan) -> list[set[Any]]:
    opened: list[set[Any]] = []
    for phase in plan.phases:
        assert not (opened[-1] if opened else set()) & set(phase.chosen)
        opened.append((opened[-1] if opened else set()) | set(phase.chosen))
    return opened


def test_the_whole_comes_first_by_hand() -> None:
    reach, weights = street()
    # within 100 s: A 11, B 16, C 7, D 26, E 21. Two sites cover all 37 with B and D or E, or A and D; alone D is best
    plan = cover_phases(reach, weights, 100, [Phase(name="near", sites=1), {"name": "far", "sites": 1}])
    assert [one.covered for one in plan.phases] == [26.0, 37.0]
    assert plan.phases[0].chosen == ("D",)
    assert (plan.status, plan.ordered_among, plan.whole.objective, plan.whole.bound) == ("optimal", "all", 37.0, 37.0)
    assert [(one.alone, one.alone_bound, one.given_up) for one in plan.phases] == [(26.0, 26.0, 0.0), (37.0, 37.0, 0.0)]


def test_an_early_phase_gives_up_what_the_whole_needs() -> None:
    # M covers b and c, 12 in all; A covers a, b and B covers c, d: together all of 22
    reach = Reach.from_pairs(list("abcd"), list("MAB"), [1, 2, 0, 1, 2, 3], [0, 0, 1, 1, 2, 2], [1.0] * 6)
    weights = pd.Series([5.0, 6.0, 6.0, 5.0], index=reach.places)
    plan = cover_phases(reach, weights, 10, [{"name": "1", "sites": 1}, {"name": "2", "sites": 1}])
    assert [one.covered for one in plan.phases] == [11.0, 22.0]
    assert (plan.phases[0].alone, plan.phases[0].given_up) == (12.0, 1.0)


def test_money_not_spent_is_left_for_the_next_phase() -> None:
    reach, weights = street()
    costs = pd.Series([100.0, 150.0, 100.0, 300.0, 200.0], index=reach.sites)
    # 250 first: E (21) for 200, 50 left; then 100 + 50 = 150: B, all of 37 for 350
    plan = cover_phases(
        reach, weights, 100, [Phase(name="1", budget_yuan=250), Phase(name="2", budget_yuan=100)], costs=costs
    )
    assert [one.chosen for one in plan.phases] == [("E",), ("B",)]
    assert [(one.covered, one.cost_yuan) for one in plan.phases] == [(21.0, 200.0), (37.0, 150.0)]
    # with 99 later, A for 100 or B for 150 would take 299 or more before: E, and 149 for A: 21 + 11
    poorer = cover_phases(
        reach, weights, 100, [Phase(name="1", budget_yuan=250), Phase(name="2", budget_yuan=99)], costs=costs
    )
    assert poorer.phases[-1].covered == 32.0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    counts=st.lists(st.integers(0, 2), min_size=1, max_size=3),
    money=st.booleans(),
    fixed=st.integers(0, 1),
    forced=st.booleans(),
    whole=st.booleans(),
)
def test_brute_force_over_all_nested_plans(
    seed: int, counts: list[int], money: bool, fixed: int, forced: bool, whole: bool
) -> None:
    reach, weights = case(seed, 9, 6, 0.35, whole=whole)
    walk_s, standing = table(reach), list(reach.sites[:fixed])
    free = [one for one in reach.sites if one not in standing]
    must = [free[-1]] if forced else []
    costs = pd.Series(np.random.default_rng(seed).integers(1, 9, len(reach.sites)) * 10.0, index=reach.sites)
    key = "budget_yuan" if money else "sites"
    phases = [{"name": str(k), key: 12.0 * count if money else count} for k, count in enumerate(counts)]
    totals = np.cumsum([float(one[key]) for one in phases])
    worth = {}
    cost = {}
    for size in range(len(free) + 1):
        for some in itertools.combinations(free, size):
            worth[frozenset(some)] = covered(walk_s, weights, [*some, *standing], 500)
            cost[frozenset(some)] = float(costs[list(some)].sum()) if money else float(size)

    def best(before: list[frozenset[str]]) -> tuple[float, ...]:
        """Best (end, first, second ...) over all chains that go on from ``before``."""
        k = len(before)
        last = before[-1] if before else frozenset()
        if k == len(totals):
            chain = [worth[one] for one in before]
            return (chain[-1], *chain) if last >= set(must) else (-1.0,)
        nexts = [one for one in worth if one >= last and cost[one] <= totals[k]]
        if k == len(totals) - 1:
            nexts = [one for one in nexts if one >= set(must)]
            top = max((worth[one] for one in nexts), default=-1.0)
            nexts = [one for one in nexts if worth[one] == top][:1]
        return max((best([*before, one]) for one in nexts), default=(-1.0,))

    wanted = best([])
    plan = cover_phases(reach, weights, 500, phases, fixed=standing, forced=must, costs=costs)
    if wanted == (-1.0,):
        assert plan.status == "infeasible"
        assert plan.reason is not None
        assert plan.reason.message("zh")
        return
    assert plan.status == "optimal"
    figures = [one.covered for one in plan.phases]
    assert (figures[-1], *figures) == pytest.approx(wanted, rel=1e-7)
    for k, opened in enumerate(nested(plan)):
        assert cost[frozenset(opened)] <= totals[k]
        needed = set(must) if k == len(totals) - 1 else set()  # the last phase is the whole
        alone = max(worth[one] for one in worth if cost[one] <= totals[k] and one >= needed)
        assert plan.phases[k].alone == pytest.approx(alone, rel=1e-7)
        assert plan.phases[k].alone_bound >= alone * (1 - 1e-7)
    assert set(must) <= nested(plan)[-1]


def test_what_is_too_large_for_one_model_is_still_nested_and_bounded() -> None:
    reach, weights, _ = city(2, 900, 250)
    plan = cover_phases(reach, weights, 1000, [{"name": str(k), "sites": 6} for k in range(3)], seconds=20)
    assert plan.ordered_among == "chosen"
    opened = nested(plan)
    assert [len(one) for one in opened] == [6, 12, 18]
    assert opened[-1] == set(plan.whole.chosen)
    figures = [one.covered for one in plan.phases]
    assert figures == sorted(figures)
    assert all(one.covered <= one.alone <= one.alone_bound for one in plan.phases)


def test_wrong_phases_are_refused() -> None:
    reach, weights = street()
    for phases in (
        [],
        [{"name": "1", "sites": 1, "budget_yuan": 1.0}],
        [{"name": "1"}],
        [{"name": "1", "sites": 1}, {"name": "2", "budget_yuan": 1.0}],
        [{"name": "1", "sites": -1}],
        [{"name": "1", "sites": 1.5}],
        [{"name": "1", "site": 1}],
        [{"name": "1", "budget_yuan": 10.0}],  # no costs
    ):
        with pytest.raises(InputError):
            cover_phases(reach, weights, 100, phases)
    plan = cover_phases(reach, weights, 100, [{"name": "1", "sites": 1}], forced=["A", "B"])
    assert (plan.status, plan.phases) == ("infeasible", ())
