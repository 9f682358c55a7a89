"""Two-step floating catchment areas: by hand, against a double loop, and nothing lost or made."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.reach import Reach
from planning.supply import two_step

# places a (10 elders) and b (30) ; sites x (8 beds) and y (6); walks in seconds
REACH = Reach.from_pairs(["a", "b"], ["x", "y"], [0, 1, 1], [0, 0, 1], [0.0, 300.0, 900.0], 1000.0)
BEDS = pd.Series([8.0, 6.0], index=["x", "y"])
ELDERS = pd.Series([10.0, 30.0], index=["a", "b"])


def test_by_hand_at_the_limit_and_just_below() -> None:
    # x: 8 / (10 + 30) = 0.2; y: 6 / 30 = 0.2 at 900 s. a: 0.2; b: 0.2 + 0.2
    assert two_step(REACH, BEDS, ELDERS, 900.0).tolist() == pytest.approx([0.2, 0.4])
    assert two_step(REACH, BEDS, ELDERS, 899.9).tolist() == pytest.approx([0.2, 0.2])
    # below 300 s x serves a alone: 8 / 10
    assert two_step(REACH, BEDS, ELDERS, 299.9).tolist() == pytest.approx([0.8, 0.0])


def test_decay_by_hand() -> None:
    # limit 900: w(0) = 1, w(300) = (e^(-1/18) - e^(-1/2)) / (1 - e^(-1/2)), w(900) = 0, so y gives nothing
    weight = (math.exp(-1 / 18) - math.exp(-1 / 2)) / (1 - math.exp(-1 / 2))
    ratio = 8 / (10 + 30 * weight)
    assert two_step(REACH, BEDS, ELDERS, 900.0, gaussian=True).tolist() == pytest.approx([ratio, ratio * weight])


def test_a_site_that_reaches_no_demand_gives_nothing_and_is_no_fault() -> None:
    nobody = pd.Series([0.0, 0.0], index=["a", "b"])
    assert two_step(REACH, BEDS, nobody, 900.0).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_what_is_missing_is_refused_and_named(bad: float) -> None:
    with pytest.raises(InputError) as caught:
        two_step(REACH, BEDS, pd.Series([10.0, bad], index=["a", "b"]), 900.0)
    assert caught.value.faults[0].details["label"] == "b"
    with pytest.raises(InputError):
        two_step(REACH, pd.Series([bad, 1.0], index=["x", "y"]), ELDERS, 900.0)


def test_nullable_missing_is_refused_too() -> None:
    with pytest.raises(InputError):
        two_step(REACH, pd.Series([8, None], index=["x", "y"], dtype="Int64"), ELDERS, 900.0)


@pytest.mark.parametrize("labels", [["x"], ["x", "z"], ["y", "x"], ["x", "y", "z"]])
def test_other_labels_or_another_order_are_refused(labels: list[str]) -> None:
    with pytest.raises(InputError):
        two_step(REACH, pd.Series(1.0, index=labels), ELDERS, 900.0)


@pytest.mark.parametrize("limit_s", [0.0, -1.0, math.nan, math.inf])
def test_a_limit_is_above_nought_and_finite(limit_s: float) -> None:
    with pytest.raises(InputError):
        two_step(REACH, BEDS, ELDERS, limit_s)


def test_a_limit_beyond_what_was_searched_is_refused() -> None:
    with pytest.raises(InputError):
        two_step(REACH, BEDS, ELDERS, 1000.1)


amounts = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))


@st.composite
def cities(draw: st.DrawFn) -> tuple[Reach, pd.Series, pd.Series]:
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    every = [(p, s) for p in range(n) for s in range(m) if draw(st.booleans())]
    seconds = [draw(st.floats(0, 1000)) for _ in every]
    names = [f"p{k}" for k in range(n)], [f"s{k}" for k in range(m)]
    reach = Reach.from_pairs(*names, [p for p, _ in every], [s for _, s in every], seconds, 1000.0)
    supply = pd.Series([draw(amounts) for _ in range(m)], index=reach.sites)
    demand = pd.Series([draw(amounts) for _ in range(n)], index=reach.places)
    return reach, supply, demand


@settings(max_examples=200, deadline=None)
@given(cities(), st.sampled_from([200.0, 500.0, 1000.0]), st.booleans())
def test_supply_is_conserved_and_a_double_loop_agrees(
    city: tuple[Reach, pd.Series, pd.Series], limit_s: float, gaussian: bool
) -> None:
    reach, supply, demand = city
    access = two_step(reach, supply, demand, limit_s, gaussian=gaussian)
    pairs = {(row.place_id, row.site_id): row.seconds for row in reach.pairs().itertuples()}
    floor = math.exp(-0.5)

    def weight(place: str, site: str) -> float:
        walk = pairs.get((place, site), math.inf)
        if walk > limit_s:
            return 0.0
        return max(0.0, (math.exp(-0.5 * (walk / limit_s) ** 2) - floor) / (1 - floor)) if gaussian else 1.0

    wanted = {site: sum(weight(place, site) * demand[place] for place in reach.places) for site in reach.sites}
    by_hand = [
        sum(weight(place, site) * supply[site] / wanted[site] for site in reach.sites if wanted[site] > 0)
        for place in reach.places
    ]
    np.testing.assert_allclose(access, by_hand, rtol=1e-9)
    given_out = sum(supply[site] for site in reach.sites if wanted[site] > 0)
    assert (access * demand).sum() == pytest.approx(given_out, rel=1e-9)
