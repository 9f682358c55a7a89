"""Phases beside brute force over all nested plans; what comes first stays."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from geodata.faults import InputError
from planning.reach import Reach
from planning.siting.phases import Phase, PhasedPlan, cover_phases
from planning.siting.phases_model import thrifty
from planning.siting.plan import Clock, Progress
from planning.siting.problem import sheet
from tests.planning.sitingcases import case, covered, table
from tests.planning.test_siting_sized import city, street

WORK_S = 0.3  # less than the proof of ``city`` takes


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


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    counts=st.lists(st.integers(0, 2), min_size=1, max_size=3),
    money=st.booleans(),
    fixed=st.integers(0, 1),
    forced=st.booleans(),
    whole=st.booleans(),
    dated=st.booleans(),
)
def test_brute_force_over_all_nested_plans(
    seed: int, counts: list[int], money: bool, fixed: int, forced: bool, whole: bool, dated: bool
) -> None:
    reach, weights = case(seed, 9, 6, 0.35, whole=whole)
    drawn = np.random.default_rng(seed + 1).integers(1, len(counts) + 2, len(reach.sites))
    first = pd.Series(drawn if dated else 1, index=reach.sites)  # beyond the last phase: never
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

    def may_be(some: frozenset[str], k: int) -> bool:
        return cost[some] <= totals[k] and all(first[one] <= k + 1 for one in some)

    def best(before: list[frozenset[str]]) -> tuple[float, ...]:
        """Best (end, first, second ...) over all chains that go on from ``before``."""
        k = len(before)
        last = before[-1] if before else frozenset()
        if k == len(totals):
            chain = [worth[one] for one in before]
            return (chain[-1], *chain) if last >= set(must) else (-1.0,)
        nexts = [one for one in worth if one >= last and may_be(one, k)]
        if k == len(totals) - 1:
            nexts = [one for one in nexts if one >= set(must)]
            top = max((worth[one] for one in nexts), default=-1.0)
            nexts = [one for one in nexts if worth[one] == top][:1]  # which of them is the same to what came before
        return max((best([*before, one]) for one in nexts), default=(-1.0,))

    wanted = best([])
    more: dict[str, Any] = {"fixed": standing, "forced": must, "costs": costs, "not_before": first if dated else None}
    plan = cover_phases(reach, weights, 500, phases, **more)
    if wanted == (-1.0,):
        assert plan.status == "infeasible"
        assert plan.reason is not None
        assert plan.reason.message("zh")
        return
    assert plan.status == "optimal"
    figures = [one.covered for one in plan.phases]
    assert (figures[-1], *figures) == pytest.approx(wanted, rel=1e-7)
    assert plan.whole.objective == pytest.approx(covered(walk_s, weights, [*plan.whole.chosen, *standing], 500))
    opened = [frozenset(some) for some in nested(plan)]
    assert opened[-1] == set(plan.whole.chosen)
    for k, some in enumerate(opened):
        assert may_be(some, k)
        needed = set(must) if k == len(totals) - 1 else set()  # the last phase is the whole
        alone = max(worth[one] for one in worth if may_be(one, k) and one >= needed)
        assert plan.phases[k].alone == pytest.approx(alone, rel=1e-7)
        assert plan.phases[k].alone_bound >= alone * (1 - 1e-7)
    assert set(must) <= opened[-1]
    if money:  # nothing is paid for that adds nothing
        for one in opened[-1] - set(must):
            assert any(worth[some - {one}] < worth[some] for some in opened)
    else:
        assert len(opened[-1]) == min(totals[-1], sum(first[one] <= len(totals) for one in free))


def test_what_adds_nothing_is_not_paid_for() -> None:
    # candidates 0 covers a, 1 covers a and b, 2 covers b
    of = sheet(sparse.csr_array([[1, 1, 0], [0, 1, 1]]), np.array([3.0, 4.0]))
    cost, free = np.array([1.0, 5.0, 2.0]), np.zeros(3, dtype=bool)

    def left(*opened: list[int], forced: int | None = None) -> list[list[int]]:
        must = free | (np.arange(3) == forced)
        return [list(some) for some in thrifty(of, [np.array(some, dtype=np.int64) for some in opened], cost, must)]

    assert left([1], [0, 1, 2]) == [[1], [1]]
    assert left([1], [0, 1, 2], forced=0) == [[1], [0, 1]]
    assert left([0], [0, 1]) == [[0], [0, 1]]  # 0 is all there is in the first phase
    assert left([], [0, 1, 2]) == [[], [0, 2]]  # 1 is the dearest, the others do without it


def test_a_site_waits_until_it_is_free() -> None:
    reach, weights = street()
    # within 100 s: A 11, B 16, C 7, D 26, E 21; all of 37 by B and D or E, or A and D. D is free in the second phase
    # only: of what then leads to 37, E (21) comes first, and B after it; alone E is the best as well
    two = [Phase(name="1", sites=1), Phase(name="2", sites=1)]
    plan = cover_phases(reach, weights, 100, two, not_before={"D": 2})
    assert [one.covered for one in plan.phases] == [21.0, 37.0]
    assert [one.chosen for one in plan.phases] == [("E",), ("B",)]
    assert (plan.phases[0].alone, plan.phases[0].given_up, plan.ordered_among) == (21.0, 0.0, "all")
    # with E and B gone for good 37 is left to A and D: A first, 11
    plan = cover_phases(reach, weights, 100, two, not_before=pd.Series({"D": 2, "E": 3, "B": 9}))
    assert [one.chosen for one in plan.phases] == [("A",), ("D",)]
    assert [one.covered for one in plan.phases] == [11.0, 37.0]
    # if nothing is free before the second phase, the second builds all
    plan = cover_phases(reach, weights, 100, two, not_before=dict.fromkeys(reach.sites, 2))
    assert [(len(one.chosen), one.covered, one.alone) for one in plan.phases] == [(0, 0.0, 0.0), (2, 37.0, 37.0)]
    # and if nothing ever is, nobody is covered
    plan = cover_phases(reach, weights, 100, two, not_before=dict.fromkeys(reach.sites, 3))
    assert [(one.chosen, one.covered) for one in plan.phases] == [((), 0.0), ((), 0.0)]


def test_what_is_never_free_needs_no_cost_and_can_not_be_forced() -> None:
    reach, weights = street()
    costs = pd.Series([100.0, 150.0, 100.0, np.nan, 200.0], index=reach.sites)
    phases = [Phase(name="1", budget_yuan=250), Phase(name="2", budget_yuan=100)]
    plan = cover_phases(reach, weights, 100, phases, costs=costs, not_before={"D": 3})
    assert [one.chosen for one in plan.phases] == [("E",), ("B",)]
    with pytest.raises(InputError):
        cover_phases(reach, weights, 100, phases, costs=costs, not_before={"D": 2})
    late = cover_phases(reach, weights, 100, [{"name": "1", "sites": 2}], forced=["A", "D"], not_before={"D": 2})
    assert (late.status, late.phases) == ("infeasible", ())
    assert late.reason is not None
    assert late.reason.code == "phases_forced_late"
    assert "“D”" in late.reason.message("zh")
    assert '"D"' in late.reason.message("en")


@pytest.mark.parametrize("wrong", [{"A": 0}, {"A": 1.5}, {"A": True}, {"A": "2"}, {"A": np.nan}, {"nobody": 1}])
def test_phases_are_counted_from_one(wrong: dict[Any, Any]) -> None:
    reach, weights = street()
    with pytest.raises(InputError):
        cover_phases(reach, weights, 100, [Phase(name="1", sites=1)], not_before=wrong)


@pytest.mark.parametrize("money", [False, True])
def test_whoever_stops_gets_the_best_so_far_in_order(monkeypatch: pytest.MonkeyPatch, money: bool) -> None:
    """However many reports are heard before the stop, the plan is nested, within its limits and its bounds."""
    monkeypatch.setattr("planning.siting.plan.TELL_S", 0.0)  # every report is heard
    reach, weights = case(11, 140, 45, 0.1)
    walk_s = table(reach)
    first = pd.Series(np.random.default_rng(11).integers(1, 4, 45), index=reach.sites)
    costs = pd.Series(np.random.default_rng(12).integers(5, 20, 45) * 10.0, index=reach.sites)
    phases = [{"name": str(k), "budget_yuan" if money else "sites": 400.0 if money else 4} for k in range(3)]
    more: dict[str, Any] = {"not_before": first, "costs": costs}
    best = cover_phases(reach, weights, 500, phases, **more)
    assert best.status == "optimal"
    same = cover_phases(reach, weights, 500, phases, **more, watch=lambda _: False)
    assert [one.chosen for one in same.phases] == [one.chosen for one in best.phases]
    stopped = []
    for patience in (1, 2, 3, 5, 8, 13, 21, 10_000):
        heard: list[Progress] = []

        def watch(progress: Progress, patience: int = patience, heard: list[Progress] = heard) -> bool:
            heard.append(progress)
            return len(heard) >= patience

        plan = cover_phases(reach, weights, 500, phases, **more, watch=watch)
        stopped.append(plan.stopped_by)
        assert len(heard) <= patience
        assert all(one.bound >= one.objective * (1 - 1e-9) for one in heard)
        assert all(one.objective <= best.whole.objective <= one.bound * (1 + 1e-9) for one in heard)
        opened = nested(plan)
        assert opened[-1] == set(plan.whole.chosen)
        for k, (some, phase) in enumerate(zip(opened, plan.phases, strict=True)):
            ids = sorted(some)
            assert (first[ids] <= k + 1).all()
            assert (costs[ids].sum() <= 400 * (k + 1)) if money else (len(ids) <= 4 * (k + 1))
            assert phase.covered == covered(walk_s, weights, ids, 500)
            assert phase.covered <= phase.bound <= plan.whole.bound
            assert best.phases[k].alone <= phase.alone_bound
        assert plan.whole.objective == plan.phases[-1].covered <= best.whole.objective <= plan.whole.bound
        assert (plan.whole.gap == 0) == (plan.whole.bound == plan.whole.objective)
        if plan.stopped_by == "user":
            assert (plan.ordered_among, plan.status) == ("chosen", "feasible")
    assert stopped[0] == "user"
    assert stopped[-1] == "proof"


def test_the_same_work_gives_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of work is met long before the proof; a second search ends at the same step, watched or not."""
    monkeypatch.setattr(Clock, "real_left_s", lambda _: 600.0)  # however slow the machine is
    reach, weights, _ = city(3, 900, 250)
    first = pd.Series(np.random.default_rng(3).integers(1, 4, 250), index=reach.sites)
    phases = [{"name": str(k), "sites": 8} for k in range(3)]
    one, other = (
        cover_phases(reach, weights, 1000, phases, not_before=first, seconds=WORK_S, watch=watch)
        for watch in (None, lambda _: False)
    )
    assert [phase.chosen for phase in one.phases] == [phase.chosen for phase in other.phases]
    assert (one.status, one.stopped_by, one.whole.bound) == ("feasible", "work", other.whole.bound)
    assert all((first[list(phase.chosen)] <= k + 1).all() for k, phase in enumerate(one.phases))


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
