"""Beginning with an earlier plan, and stopping when the user has seen enough."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.reach import Reach
from planning.siting import Plan, Progress, cover_all, cover_budget, cover_most, p_center, p_median
from planning.siting.bounds import relaxation
from planning.siting.check import covered_weight, longest_seconds, weighted_seconds
from planning.siting.problem import cover, value
from planning.siting.question import weights_of
from planning.siting.starting import allowed, losses, repaired, stand_ins
from tests.planning.sitingcases import case
from tests.planning.test_siting_engine import asked, town

Ask = Callable[..., Plan]


def asks(reach: Reach, weights: pd.Series, sites: int) -> dict[str, Ask]:
    costs = pd.Series(np.arange(3.0, 3.0 + len(reach.sites)), index=reach.sites)
    return {
        "most": lambda **more: cover_most(reach, weights, sites, 500, **more),
        "all": lambda **more: cover_all(reach, 500, 0.9, weights, **more),
        "median": lambda **more: p_median(reach, weights, sites, **more),
        "center": lambda **more: p_center(reach, sites, **more),
        "budget": lambda **more: cover_budget(reach, weights, costs, 5.0 * sites, 500, **more),
    }


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), sites=st.integers(1, 4), share=st.sampled_from([0.3, 1.0]))
def test_what_is_proven_does_not_depend_on_the_start(seed: int, sites: int, share: float) -> None:
    reach, weights = case(seed, 14, 9, share)
    some = np.random.default_rng(seed).permutation(reach.sites)
    for name, ask in asks(reach, weights, sites).items():
        cold = ask()
        for start in (cold.chosen, some[:2], some[:7], ["gone", *some[:3]]):
            warm = ask(start=start)
            if name != "budget":  # of equal plans any may stand there
                assert warm.chosen == cold.chosen, name
            assert (warm.objective, warm.bound, warm.status) == pytest.approx(
                (cold.objective, cold.bound, cold.status), nan_ok=True
            )


def test_ties_fall_to_the_smaller_ids_from_any_start() -> None:
    # A and B are alike, C and D are alike: A with C is the answer, though every one of the four pairs covers as much
    reach = Reach.from_pairs(list("ab"), list("ABCD"), [0, 0, 1, 1], [0, 1, 2, 3], [1.0] * 4)
    two = Reach.from_pairs(list("abcd"), list("ABCD"), [0, 1, 1, 2, 2, 3, 3, 0], [0, 0, 1, 1, 2, 2, 3, 3], [1.0] * 8)
    for start in ("AC", "BD", "BC", "D"):
        assert cover_most(reach, pd.Series(1.0, index=reach.places), 2, 9, start=list(start)).chosen == ("A", "C")
        # a ring of four: A covers a, b; B b, c; C c, d; D d, a; A with C and B with D cover all, no exchange between
        assert cover_most(two, pd.Series(1.0, index=two.places), 2, 9, start=list(start)).chosen == ("A", "C")


def test_a_start_is_repaired() -> None:
    reach, weights = town(1, 400, 60)
    question = asked(reach, 8)
    sheet = cover(question, weights_of(reach, weights), 1000).sheet
    plan = cover_most(reach, weights, 8, 1000)
    at = allowed(question, [*plan.chosen, "nowhere"])
    assert [question.reach.sites[question.free[k]] for k in at] == list(plan.chosen)
    fewer, more = repaired(sheet, at, 5), repaired(sheet, at[:5], 8)
    assert set(fewer) < set(at)
    assert (len(fewer), len(more)) == (5, 8)
    assert set(at[:5]) <= set(more)
    # what a site alone covers is what is lost without it
    for k, lost in enumerate(losses(sheet, at)):
        assert lost == value(sheet, at) - value(sheet, np.delete(at, k))


def test_one_that_covers_less_is_stood_in_for() -> None:
    # B covers all that A does
    reach = Reach.from_pairs(list("ab"), list("ABC"), [0, 0, 1, 1], [0, 1, 1, 2], [1.0] * 4)
    sheet = cover(asked(reach, 1), np.ones(2), 9).sheet
    assert stand_ins(sheet, np.array([1]), np.array([0])).tolist() == [0]


def test_a_stopped_plan_is_valid_and_its_bound_holds() -> None:
    reach, weights = town(6, 600, 120)
    kept = np.diff(reach.place_start) > 0
    some = Reach(
        reach.places[kept],
        reach.sites,
        np.r_[0, np.cumsum(np.diff(reach.place_start)[kept])],
        reach.site_ix,
        reach.seconds,
        reach.limit_s,
    )
    people = weights[kept]
    for name, ask in asks(some, people, 70).items():
        proven = ask()
        heard: list[Progress] = []

        def enough(progress: Progress, heard: list[Progress] = heard) -> bool:
            heard.append(progress)
            return True

        stopped = ask(watch=enough, start=proven.chosen)
        assert len(heard) == 1, name
        assert stopped.stopped_by in {"user", "proof"}
        opened = pd.Index(stopped.chosen)
        if name in {"most", "budget"}:
            assert stopped.objective == covered_weight(some, people, opened, 500)
            assert stopped.objective <= proven.objective <= proven.bound <= stopped.bound
            assert stopped.objective == proven.objective  # never worse than where it began
        elif name == "all":
            assert stopped.bound <= proven.objective <= stopped.objective == len(opened)
            assert covered_weight(some, people, opened, 500) >= 0.9 * covered_weight(some, people, some.sites, 500)
        else:
            worth = weighted_seconds(some, people, opened) if name == "median" else longest_seconds(some, opened)
            assert stopped.objective == worth
            assert stopped.bound <= proven.objective <= stopped.objective


def test_reports_come_now_and_then_and_change_nothing() -> None:
    reach, weights = town(5, 1000, 200)
    heard: list[Progress] = []
    watched = cover_most(reach, weights, 20, 1000, watch=lambda one: bool(heard.append(one)))
    silent = cover_most(reach, weights, 20, 1000)
    assert dataclasses.replace(watched, seconds=0) == dataclasses.replace(silent, seconds=0)
    assert heard
    assert all(one.objective <= silent.objective <= one.bound for one in heard)
    assert all(one.gap == pytest.approx((one.bound - one.objective) / one.bound) for one in heard)
    assert [one.seconds for one in heard] == sorted(one.seconds for one in heard)
    assert len(heard) <= watched.seconds / 0.2 + 1


def test_fixed_sites_are_part_of_what_is_reported() -> None:
    reach, weights = town(7, 800, 150)
    opened = list(reach.sites[:20])
    anyway = covered_weight(reach, weights, pd.Index(opened), 1000)
    heard: list[Progress] = []
    plan = cover_most(reach, weights, 12, 1000, fixed=opened, watch=lambda one: bool(heard.append(one)))
    assert all(anyway < one.objective <= plan.objective <= one.bound <= weights.sum() for one in heard)


def test_the_bound_begun_with_another_is_as_good() -> None:
    reach, weights = town(8, 800, 150)
    sheet = cover(asked(reach, 10), weights_of(reach, weights), 1000).sheet
    ten = relaxation(sheet, 10, 4000, 1e-6)
    plain, begun = relaxation(sheet, 11, 4000, 1e-6), relaxation(sheet, 11, 4000, 1e-6, begin=ten)
    assert begun.value == pytest.approx(plain.value, rel=1e-4)
    best = cover_most(reach, weights, 11, 1000).objective
    assert begun.value >= best - 1e-6
    # even without a step the prices of another number bound this one
    assert relaxation(sheet, 11, 1, 1e-6, begin=ten).value >= best - 1e-6


def test_forcing_a_site_and_asking_again_never_covers_more() -> None:
    reach, weights = town(9, 500, 100)
    plan = cover_most(reach, weights, 10, 1000)
    out = cover_most(reach, weights, 10, 1000, forbidden=plan.chosen[:1], start=plan.chosen)
    other = next(site for site in reach.sites if site not in plan.chosen)
    into = cover_most(reach, weights, 10, 1000, forced=[other], start=plan.chosen)
    assert {plan.status, out.status, into.status} == {"optimal"}
    assert plan.chosen[0] not in out.chosen
    assert other in into.chosen
    assert max(out.objective, into.objective) <= plan.objective
