"""The worst-off first, beside brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.reach import Reach
from planning.siting import cover_most, fairest
from tests.planning.sitingcases import case, choices, covered, table
from tests.planning.test_siting_engine import town


def two_streets() -> tuple[Reach, pd.Series, pd.Series]:
    """North: a 90, b 10; South: c 5, d 5. A covers a, B covers b, C covers c and d, D covers d."""
    reach = Reach.from_pairs(list("abcd"), list("ABCD"), [0, 1, 2, 3, 3], [0, 1, 2, 2, 3], [1.0] * 5)
    weights = pd.Series([90.0, 10.0, 5.0, 5.0], index=reach.places)
    return reach, weights, pd.Series(["N", "N", "S", "S"], index=reach.places)


def test_the_small_street_gets_its_site() -> None:
    reach, weights, units = two_streets()
    # two sites cover most with A and B (or C), 100; fair: A and C, N 0.9, S 1.0. B and C: N 0.1; A and D: S 0.5
    fair = fairest(reach, weights, units, 2, 9)
    assert fair.plan.chosen == ("A", "C")
    assert (fair.plan.objective, fair.plan.bound, fair.plan.status) == (0.9, 0.9, "optimal")
    assert (fair.covered, fair.covered_bound) == (100.0, 100.0)
    assert fair.units.index.tolist() == ["N", "S"]
    assert fair.units["share"].tolist() == [0.9, 1.0]
    assert fair.units["weight"].tolist() == [100.0, 10.0]
    # one site: some street gets nothing whatever is done; then the next: C gives S 1.0, more than A gives N
    assert fairest(reach, weights, units, 1, 9).plan.chosen == ("C",)
    assert fairest(reach, weights, units, 1, 9).plan.objective == 0.0
    # with the first level alone, coverage in all decides
    assert fairest(reach, weights, units, 1, 9, levels=1).plan.chosen == ("A",)


def test_a_street_that_nobody_can_help_is_listed_and_takes_no_part() -> None:
    _, weights, units = two_streets()
    alone = Reach.from_pairs(list("abcde"), list("ABCD"), [0, 1, 2, 3, 3], [0, 1, 2, 2, 3], [1.0] * 5)
    people = pd.Series([*weights, 7.0], index=alone.places)
    streets = pd.Series([*units, "far"], index=alone.places)
    fair = fairest(alone, people, streets, 2, 9)
    assert (fair.plan.chosen, fair.plan.objective) == (("A", "C"), 0.9)
    assert fair.units.loc["far", ["share", "most", "helped"]].tolist() == [0.0, 0.0, False]
    assert fair.plan.left_out == ("e",)


def test_places_of_no_street_count_in_the_whole_alone() -> None:
    reach, weights, units = two_streets()
    fair = fairest(reach, weights, units.where(units == "S"), 1, 9)
    # C first, since S is the only street; with two sites the other is A, the most of the rest
    assert (fair.plan.chosen, fair.without_unit) == (("C",), ("a", "b"))
    both = fairest(reach, weights, units.where(units == "S"), 2, 9)
    assert (both.plan.chosen, both.covered) == (("A", "C"), 100.0)
    with pytest.raises(InputError):
        fairest(reach, weights, units[:2], 1, 9)


def test_too_many_forced_is_said() -> None:
    reach, weights, units = two_streets()
    fair = fairest(reach, weights, units, 1, 9, forced=["A", "B"])
    assert fair.plan.status == "infeasible"
    assert fairest(reach, weights, units, 2, 9, forced=["D"]).plan.chosen == ("A", "D")


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    sites=st.integers(1, 4),
    streets=st.integers(1, 4),
    levels=st.integers(1, 3),
    fixed=st.integers(0, 2),
    whole=st.booleans(),
)
def test_brute_force_is_no_fairer(seed: int, sites: int, streets: int, levels: int, fixed: int, whole: bool) -> None:
    reach, weights = case(seed, 16, 8, 0.25, whole=whole)
    units = pd.Series([f"u{k % streets}" for k in range(16)], index=reach.places)
    anyway, walk_s = list(reach.sites[:fixed]), table(reach)
    total = weights.groupby(units).sum()

    def shares(some: list[str]) -> pd.Series:
        near = (walk_s[some] <= 500).any(axis=1) if some else pd.Series(data=False, index=reach.places)
        return weights.where(near, 0.0).groupby(units).sum() / total

    helped = shares(list(reach.sites)) > shares(anyway) + 1e-12
    fair = fairest(reach, weights, units, sites, 500, anyway, levels=levels)

    def key(some: list[str]) -> tuple[float, ...]:
        least = sorted(shares(some)[helped])[:levels]
        return (*(round(one, 9) for one in least), round(covered(walk_s, weights, some, 500), 6))

    best = max(key(some) for some in choices(reach, sites, anyway))
    mine = [*fair.plan.chosen, *anyway]
    assert key(mine) == pytest.approx(best, abs=1e-8)
    assert fair.covered == pytest.approx(covered(walk_s, weights, mine, 500))
    assert fair.covered_bound == pytest.approx(fair.covered)
    assert fair.plan.status == "optimal"
    if helped.any():
        assert fair.plan.objective == pytest.approx(shares(mine)[helped].min())
        assert fair.plan.bound >= best[0] - 1e-8
    assert fair.units["share"].sort_index().to_numpy() == pytest.approx(shares(mine).sort_index().to_numpy())


def test_a_town_stopped_at_once_is_valid_and_bounded() -> None:
    reach, weights = town(4, 250, 60)
    rng = np.random.default_rng(4)
    units = pd.Series(rng.integers(0, 6, len(reach.places)).astype(str), index=reach.places)
    fair = fairest(reach, weights, units, 12, 1000)
    hurried = fairest(reach, weights, units, 12, 1000, watch=lambda _: True)
    most = cover_most(reach, weights, 12, 1000)
    assert fair.covered <= most.objective <= most.bound
    assert hurried.plan.objective <= fair.plan.objective + 1e-9 <= fair.plan.bound + 2e-9
    assert hurried.plan.bound >= fair.plan.objective - 1e-9
    assert len(hurried.plan.chosen) == len(fair.plan.chosen) == 12
    assert hurried.plan.stopped_by in {"user", "proof"}
    near = reach.only_sites(fair.plan.chosen).covered(1000)
    by_hand = weights.where(near, 0.0).groupby(units).sum() / weights.groupby(units).sum()
    assert fair.plan.objective == pytest.approx(by_hand.min())
