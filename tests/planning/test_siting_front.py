"""Coverage against the number of sites, money, and the longest walk, beside brute force."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.reach import Reach
from planning.siting import Front, cover_budget, cover_most, curve, pareto
from planning.siting.bounds import relaxation, worth
from planning.siting.budget import _worth_it
from planning.siting.check import covered_weight
from planning.siting.problem import cover
from planning.siting.question import weights_of
from tests.planning.sitingcases import case, choices, covered, table
from tests.planning.test_siting_cover import street
from tests.planning.test_siting_engine import asked, town


def priced(seed: int, reach: Reach, *, whole: bool = True) -> pd.Series:
    rng = np.random.default_rng(seed)
    return pd.Series(np.round(rng.uniform(0, 9, len(reach.sites)), 0 if whole else 3), index=reach.sites)


def subsets(reach: Reach) -> list[list[str]]:
    every = sorted(reach.sites)
    return [list(some) for count in range(len(every) + 1) for some in itertools.combinations(every, count)]


def test_a_budget_by_hand() -> None:
    reach, weights = street()
    # within 100 s: A 11, B 16, C 7, D 26, E 21
    costs = pd.Series([1.0, 2.0, 2.0, 5.0, 3.0], index=reach.sites)
    # 5 yuan: B and E 37; D alone 26. The budget itself is included; a cent less leaves A and E, 32
    assert (
        cover_budget(reach, weights, costs, 5, 100).chosen,
        cover_budget(reach, weights, costs, 4.99, 100).chosen,
    ) == (("B", "E"), ("A", "E"))
    # A is forced and paid: 4 yuan are left, E; B is open anyway and isn't paid: 3 yuan buy E
    assert cover_budget(reach, weights, costs, 5, 100, forced=["A"]).chosen == ("A", "E")
    assert cover_budget(reach, weights, costs, 3, 100, fixed=["B"]).chosen == ("E",)
    # what adds nothing isn't bought
    assert cover_budget(reach, weights, costs, 99, 400).chosen == ("A",)
    assert cover_budget(reach, weights, costs, 0, 100).objective == 0.0


def test_a_budget_that_cannot_be_is_said() -> None:
    reach, weights = street()
    costs = pd.Series([1.0, 2.0, 1.0, 5.0, 3.0], index=reach.sites)
    plan = cover_budget(reach, weights, costs, 4, 100, forced=["D"])
    assert plan.status == "infeasible"
    assert plan.reason is not None
    assert "5" in plan.reason.message("en")
    for wrong in (costs.drop("C"), costs.where(costs != 2.0), -costs):
        with pytest.raises(InputError):
            cover_budget(reach, weights, wrong, 5, 100)
    assert cover_budget(reach, weights, costs.drop("C"), 5, 100, forbidden=["C"]).chosen == ("B", "E")
    with pytest.raises(InputError):
        cover_budget(reach, weights, costs, -1, 100)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    budget=st.sampled_from([0.0, 4.0, 9.5, 17.0, 99.0]),
    fixed=st.integers(0, 2),
    forced=st.integers(0, 1),
    whole=st.booleans(),
)
def test_brute_force_buys_no_more(seed: int, budget: float, fixed: int, forced: int, whole: bool) -> None:
    reach, weights = case(seed, 18, 8, 0.25, whole=whole)
    costs, walk_s = priced(seed, reach, whole=whole), table(reach)
    anyway, must = list(reach.sites[:fixed]), list(reach.sites[fixed : fixed + forced])
    worths = [
        covered(walk_s, weights, [*some, *anyway], 500)
        for some in subsets(reach)
        if set(must) <= set(some) and math.fsum(costs[some]) <= budget and not set(some) & set(anyway)
    ]
    plan = cover_budget(reach, weights, costs, budget, 500, anyway, forced=must)
    if not worths:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(max(worths), rel=1e-9))
    assert costs[list(plan.chosen)].sum() <= budget * (1 + 1e-8)
    assert set(must) <= set(plan.chosen)
    assert covered(walk_s, weights, [*plan.chosen, *anyway], 500) == plan.objective


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), budget=st.sampled_from([3.0, 8.0, 15.0]))
def test_no_choice_exceeds_the_bound_of_a_budget(seed: int, budget: float) -> None:
    reach, weights = case(seed, 20, 6, 0.3)
    costs = priced(seed, reach) + 0.5
    of = cover(asked(reach, 1), weights_of(reach, weights), 500).sheet
    each = costs[sorted(reach.sites)].to_numpy()
    best = max(covered(table(reach), weights, some, 500) for some in subsets(reach) if costs[some].sum() <= budget)
    for steps in (1, 40, 400):
        bound = relaxation(of, min(budget, 0.999 * each.sum()), steps, 1e-9, costs=each)
        assert bound.value >= best - 1e-6
        assert worth(of, bound.price).max() <= weights.sum() + 1e-6
    kept = set(np.array(sorted(reach.sites))[_worth_it(of, each)])
    assert best == max(
        covered(table(reach), weights, some, 500)
        for some in subsets(reach)
        if costs[some].sum() <= budget and set(some) <= kept
    )


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), fixed=st.integers(0, 2), forced=st.integers(0, 1))
def test_the_curve_is_that_of_brute_force(seed: int, fixed: int, forced: int) -> None:
    reach, weights = case(seed, 20, 9, 0.2)
    anyway, must, walk_s = list(reach.sites[:fixed]), list(reach.sites[fixed : fixed + forced]), table(reach)
    found = curve(reach, weights, 500, 5, anyway, forced=must)
    assert found["sites"].tolist() == list(range(forced, 6))
    for row in found.itertuples():
        best = max(
            covered(walk_s, weights, some, 500) for some in choices(reach, row.sites, anyway) if set(must) <= set(some)
        )
        assert (row.objective, row.bound, row.gap, row.status) == (best, best, 0.0, "optimal")


def test_the_curve_of_a_town_is_as_good_as_each_plan_alone() -> None:
    reach, weights = town(3, 500, 100)
    found = curve(reach, weights, 1000, 10).set_index("sites")
    assert found["objective"].is_monotonic_increasing
    assert (found["objective"] <= found["bound"]).all()
    for sites in (1, 6, 10):
        assert found.loc[sites, "objective"] == cover_most(reach, weights, sites, 1000).objective
    hurried = curve(reach, weights, 1000, 10, seconds=0.0).set_index("sites")
    assert (hurried["bound"] >= found["objective"]).all()
    assert (hurried["objective"] <= found["objective"]).all()


def test_fewer_sites_than_asked_for_end_the_curve() -> None:
    reach, weights = street()
    # within 100 s: 0; D 26; B, D 42? no: B 16 and D 26 share c, 37; the whole street is 37
    found = curve(reach, weights, 100, 9)
    assert found["sites"].tolist() == [0, 1, 2, 3, 4, 5]
    assert found["objective"].tolist() == [0.0, 26.0, 37.0, 37.0, 37.0, 37.0]
    assert curve(reach, weights, 100, 1, forced=["A", "B"]).empty


def figures(front: Front) -> list[tuple[float, float]]:
    return [(point.figure, point.plan.objective) for point in front.points]


def test_a_front_of_sites_by_hand() -> None:
    reach, weights = street()
    assert figures(pareto(reach, weights, 100)) == [(1.0, 26.0), (2.0, 37.0)]
    assert figures(pareto(reach, weights, 100, most=5)) == [(1.0, 26.0), (2.0, 37.0)]  # a third site adds nothing


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_point_against_cost_is_on_the_front_of_brute_force(seed: int) -> None:
    reach, weights = case(seed, 18, 7, 0.25)
    costs, walk_s = priced(seed, reach) + 1.0, table(reach)
    every = [(costs[some].sum(), covered(walk_s, weights, some, 500)) for some in subsets(reach)]
    front = pareto(reach, weights, 500, costs, against="cost", points=30)
    assert {point.plan.status for point in front.points} <= {"optimal"}
    for cost, objective in figures(front):
        assert objective == max(worth for paid, worth in every if paid <= cost + 1e-9)
    found = figures(front)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(found))
    assert found[-1][1] == max(worth for _, worth in every)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), sites=st.integers(2, 4))
def test_every_point_against_the_longest_walk_is_on_the_front_of_brute_force(seed: int, sites: int) -> None:
    reach, weights = case(seed, 14, 8, 0.7)
    walk_s = table(reach)
    every = [(walk_s[some].min(axis=1).max(), covered(walk_s, weights, some, 300)) for some in choices(reach, sites)]
    able = [pair for pair in every if np.isfinite(pair[0])]
    front = pareto(reach, weights, 300, against="worst_walk", most=sites, points=40)
    if not able:
        assert front.points == ()
        assert front.reason is not None
        return
    best = {longest: max(worth for other, worth in able if other <= longest) for longest, _ in able}
    wanted = [(one, best[one]) for one in sorted(best) if all(best[other] < best[one] for other in best if other < one)]
    assert figures(front) == wanted
    assert {point.plan.status for point in front.points} == {"optimal"}


def test_a_town_has_as_many_points_as_asked_for() -> None:
    reach, weights = town(3, 300, 60)
    costs = pd.Series(np.random.default_rng(1).integers(10, 90, 60).astype(float), index=reach.sites)
    for front in (
        pareto(reach, weights, 1000, most=40),
        pareto(reach, weights, 1000, costs, against="cost", most=900),
    ):
        assert len(front.points) >= 8
        for point in front.points:
            plan = point.plan
            assert plan.objective == covered_weight(reach, weights, pd.Index(plan.chosen), 1000) <= plan.bound
            assert point.figure == (len(plan.chosen) if front.against == "sites" else costs[list(plan.chosen)].sum())
        assert list(front.table().columns) == ["figure", "sites", "objective", "bound", "gap", "status", "chosen"]
        found = figures(front)
        assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(found))


def test_a_front_says_what_it_needs() -> None:
    reach, weights = street()
    with pytest.raises(InputError):
        pareto(reach, weights, 100, against="cost")
    with pytest.raises(InputError):
        pareto(reach, weights, 100, against="worst_walk")
