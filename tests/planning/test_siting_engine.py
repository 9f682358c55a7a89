"""The parts of the engine: sheets, bounds, searches, and the check that never saw a model."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from planning.reach import Reach
from planning.siting import cover_most
from planning.siting.bounds import Bound, at_prices, fixable, relaxation
from planning.siting.check import covered_weight, least_seconds, longest_seconds, weighted_seconds
from planning.siting.dominance import best_sites, essential
from planning.siting.exact import model
from planning.siting.local_search import anneal, greedy, settle
from planning.siting.prices import ascend, open_still
from planning.siting.problem import Sheet, cover, matrix, sheet, value
from planning.siting.question import Question, question, weights_of
from planning.siting.walks import total, walks
from tests.planning.sitingcases import case, choices, covered, table


def asked(reach: Reach, sites: int) -> Question:
    found = question(reach, sites)
    assert isinstance(found, Question)
    return found


def town(seed: int, places: int, sites: int) -> tuple[Reach, pd.Series]:
    """Homes and sites in a square of 6 km, walks of up to 1 km as the crow flies at 1 m/s."""
    rng = np.random.default_rng(seed)
    home, site = rng.uniform(0, 6000, (places, 2)), rng.uniform(0, 6000, (sites, 2))
    metres = np.hypot(*(home[:, None, :] - site[None, :, :]).transpose(2, 0, 1))
    at, to = np.nonzero(metres <= 1000)
    reach = Reach.from_pairs(range(places), range(sites), at, to, metres[at, to])
    return reach, pd.Series(rng.integers(1, 100, places).astype(float), index=reach.places)


def test_places_that_see_the_same_candidates_are_one_group() -> None:
    # a and c see A and B, b sees B, d sees nobody, e weighs nothing
    reach = Reach.from_pairs(list("abcde"), list("AB"), [0, 0, 1, 2, 2, 4], [0, 1, 1, 0, 1, 0], [1.0] * 6)
    found = cover(asked(reach, 1), np.array([1.0, 2.0, 4.0, 8.0, 0.0]), 10)
    assert found.sheet.weight.tolist() == [5.0, 2.0]
    assert matrix(found.sheet).toarray().tolist() == [[1, 1], [0, 1]]
    assert (found.always, found.left_out.tolist()) == (0.0, [3])


def test_dominated_candidates_and_groups_are_left_out() -> None:
    # B covers more than A, and C the same as B; the group that B alone sees decides those that B sees too
    rows = sparse.csr_array(np.array([[1.0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]]))
    of = sheet(rows, np.ones(3))
    assert best_sites(of).tolist() == [1, 3]
    left, kept = essential(of)
    assert (matrix(left).toarray().tolist(), kept.tolist()) == ([[1, 0], [0, 1]], [1, 3])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 4))
def test_no_choice_exceeds_the_bound_and_fixing_keeps_the_best(seed: int, count: int) -> None:
    reach, weights = case(seed, 25, 9, 0.3)
    of = cover(asked(reach, count), weights_of(reach, weights), 500).sheet
    free = asked(reach, count).free
    walk_s = table(reach)
    worths = {tuple(sorted(some)): covered(walk_s, weights, some, 500) for some in choices(reach, count)}
    best = max(worths.values())
    for steps in (40, 400):
        bound = relaxation(of, count, steps, 1e-9)
        assert bound.value >= best - 1e-6
        taken, kept = fixable(of, bound, count, best - 0.5)
        inside, allowed = set(reach.sites[free[taken]]), set(reach.sites[free[np.union1d(taken, kept)]])
        for some in (some for some, worth in worths.items() if worth == best):
            assert inside <= set(some) <= allowed


def test_any_prices_bound_and_the_best_are_those_of_the_linear_relaxation() -> None:
    reach, weights = town(1, 400, 120)
    of = cover(asked(reach, 8), weights_of(reach, weights), 1000).sheet
    lp = model(of, 8)
    rows = sparse.vstack([-lp.rows[:-1], lp.rows[-1:]])
    exact = -linprog(lp.cost, A_ub=rows, b_ub=np.r_[np.zeros(len(of.weight)), 8.0], bounds=(0, 1)).fun
    bound = relaxation(of, 8, 5000, 1e-7)
    assert exact - 1e-6 <= bound.value <= exact * 1.0005
    assert at_prices(of, of.weight * 0.3, 8) >= exact
    assert isinstance(bound, Bound)
    assert abs(bound.share.sum() - 8) < 1e-6


def test_annealing_is_the_same_in_any_thread_and_never_worse_than_its_start() -> None:
    reach, weights = town(2, 800, 150)
    of = cover(asked(reach, 10), weights_of(reach, weights), 1000).sheet
    start = greedy(of, 10)

    def run(seed: int) -> list[int]:
        return sorted(anneal(of, start, 20_000, 50.0, 1.0, seed).tolist())

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, [1, 2, 1, 2])) == [run(1), run(2)] * 2
    settled = settle(of, np.array(run(1)), 1e-9)
    assert value(of, start) <= value(of, np.array(run(1))) <= value(of, settled)


def test_greedy_takes_the_most_then_the_first() -> None:
    of = Sheet(*(np.array(some) for some in ([0, 1, 2, 3], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2], [4.0, 9.0, 4.0])))
    assert greedy(of, 3).tolist() == [1, 0, 2]
    assert greedy(of, 3, 13.0).tolist() == [1, 0]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 4))
def test_prices_bound_least_walks_from_below(seed: int, count: int) -> None:
    reach, weights = case(seed, 15, 9, 1.0)
    of = walks(asked(reach, count), weights_of(reach, weights))
    position = {site: k for k, site in enumerate(sorted(reach.sites))}
    costs = {some: total(of, np.array(list(some))) for some in _positions(reach, count, position)}
    best = min(costs.values())
    priced = ascend(of, np.full(15, best / 15), count, best, 300, 0.0)
    assert priced.value <= best + 1e-6
    taken, kept = open_still(of, priced, count, best + 0.5)
    for some in (some for some, cost in costs.items() if cost == best):
        assert set(taken) <= set(some) <= set(taken) | set(kept)


def _positions(reach: Reach, count: int, position: dict[str, int]) -> list[tuple[int, ...]]:
    return [tuple(position[site] for site in some) for some in choices(reach, count)]


def test_a_town_is_solved_to_the_end() -> None:
    reach, weights = town(3, 1000, 200)
    plan = cover_most(reach, weights, 10, 1000)
    assert (plan.status, plan.gap, plan.stopped_by) == ("optimal", 0.0, "proof")
    assert plan.objective == covered_weight(reach, weights, pd.Index(plan.chosen), 1000)


def test_the_clock_is_said_and_the_bound_still_holds() -> None:
    reach, weights = town(4, 1500, 300)
    hurried = cover_most(reach, weights, 25, 1000, seconds=0.0)
    proven = cover_most(reach, weights, 25, 1000)
    assert (hurried.status, hurried.stopped_by) in {("feasible", "clock"), ("optimal", "proof")}
    assert hurried.objective <= proven.objective <= proven.bound <= hurried.bound


def test_the_check_by_hand() -> None:
    # a: A in 100 s; b: A in 300 s, B in 50 s; c: nobody
    reach = Reach.from_pairs(list("abc"), list("AB"), [0, 1, 1], [0, 0, 1], [100.0, 300.0, 50.0])
    weights = pd.Series([1.0, 2.0, 4.0], index=reach.places)
    both, one = pd.Index(["A", "B"]), pd.Index(["A"])
    assert (covered_weight(reach, weights, one, 100), covered_weight(reach, weights, one, 300)) == (1.0, 3.0)
    assert covered_weight(reach, None, both, 99) == 1.0
    assert least_seconds(reach, both).tolist() == [100.0, 50.0, math.inf]
    assert (weighted_seconds(reach, weights, both), longest_seconds(reach, both)) == (math.inf, math.inf)
    two = Reach.from_pairs(list("ab"), list("AB"), [0, 1, 1], [0, 0, 1], [100.0, 300.0, 50.0])
    assert (weighted_seconds(two, weights[:2], both), longest_seconds(two, one)) == (200.0, 300.0)


def test_solver_limits_are_reported() -> None:
    reach, weights = town(5, 1500, 300)
    plan = cover_most(reach, weights, 20, 1000, seconds=60)
    assert plan.bound >= plan.objective
    assert plan.gap == pytest.approx((plan.bound - plan.objective) / plan.bound, abs=1e-12)
