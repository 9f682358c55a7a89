"""Pooling against brute force: all small towns of a kind, larger ones, and what no town may break."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.rules.pool_groups import Town, assignment, choice
from planning.rules.pooling import Pool, pool_columns
from planning.rules.sources import Pairs

WORK = 10**8


def town(need: list[int], spare: list[int], households: list[int], near: np.ndarray, seed: int = 0) -> Town:
    """Return a town; ``near`` tells who can reach what, walks are made up."""
    place, site = np.nonzero(near)
    seconds = np.random.default_rng(seed).permutation(len(place)) * 7.0 + 10
    columns = [np.array(one, dtype=np.int64) for one in (need, spare, households)]
    return Town(*columns, place.astype(np.int64), site.astype(np.int64), seconds)


def best(one: Town, near: np.ndarray) -> tuple[int, int]:
    """Try every choice by Hall's condition: those who reach only some sites need no more than these can spare."""
    sites = [np.array(some, dtype=bool) for some in itertools.product([False, True], repeat=len(one.spare))]
    limits = [(~(near & ~some).any(axis=1), int(one.spare[some].sum())) for some in sites]
    found = (0, 0)
    for some in itertools.product([False, True], repeat=len(one.need)):
        chosen = np.array(some, dtype=bool)
        if all(one.need[chosen & only].sum() <= spare for only, spare in limits):
            found = max(found, (int(chosen.sum()), int(one.households[chosen].sum())))
    return found


def check(one: Town, passes: np.ndarray) -> np.ndarray:
    """Whoever passes gets all it needs, nobody else anything, and no site gives more than it has."""
    cells = assignment(one, passes)
    assert (cells >= 0).all()
    assert (np.bincount(one.place, cells, len(one.need)) == np.where(passes, one.need, 0)).all()
    assert (np.bincount(one.site, cells, len(one.spare)) <= one.spare).all()
    return cells


def compare(one: Town, near: np.ndarray) -> None:
    passes, bound, proved = choice(one, WORK)
    assert proved
    assert (int(passes.sum()), int(one.households[passes].sum())) == best(one, near)
    assert bound == passes.sum()
    check(one, passes)


@pytest.mark.parametrize(("areas", "sites"), [(1, 1), (2, 2), (3, 2), (2, 3)])
def test_every_small_town(areas: int, sites: int) -> None:
    """All who-reaches-what of these sizes, with needs and spares that just fit, just don't, and fit together."""
    spares = list(itertools.product([3, 5, 8], repeat=sites))
    each = [
        (np.array(reach).reshape(areas, sites), spare)
        for reach in itertools.product([False, True], repeat=areas * sites)
        for spare in spares
    ]
    parts = [town([3, 5, 6][:areas], list(spare), [4, 2, 3][:areas], near) for near, spare in each]
    shift = np.repeat(np.arange(len(parts)), [len(one.place) for one in parts])
    all_ = Town(
        *(np.concatenate([getattr(one, name) for one in parts]) for name in ("need", "spare", "households")),
        np.concatenate([one.place for one in parts]) + shift * areas,
        np.concatenate([one.site for one in parts]) + shift * sites,
        np.concatenate([one.seconds for one in parts]),
    )
    passes, bound, proved = choice(all_, WORK)
    assert proved
    assert bound == passes.sum()
    check(all_, passes)
    for one, (near, _), some in zip(parts, each, passes.reshape(-1, areas), strict=True):
        assert (int(some.sum()), int(one.households[some].sum())) == best(one, near)


@pytest.mark.parametrize("seed", range(6))
def test_towns_of_six_areas_and_four_facilities(seed: int) -> None:
    """Sizes up to the whole 6 x 4, needs few and alike so that there are ties, spare area scarce."""
    rng = np.random.default_rng(seed)
    for areas, sites in itertools.product(range(4, 7), range(2, 5)):
        near = rng.random((areas, sites)) < 0.3 + 0.05 * seed
        one = town(
            rng.integers(1, 9, areas).tolist(),
            rng.integers(0, 14, sites).tolist(),
            rng.integers(0, 9, areas).tolist(),
            near,
        )
        compare(one, near)


@settings(deadline=None, max_examples=60)
@given(
    need=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    spare=st.lists(st.integers(0, 50), min_size=1, max_size=4),
    bits=st.integers(0, 2**24 - 1),
    proportional=st.booleans(),
)
def test_brute_force_agrees(need: list[int], spare: list[int], bits: int, proportional: bool) -> None:
    """Households in step with need (as where nobody has anything yet) make the most ties."""
    near = np.array([bool(bits >> n & 1) for n in range(len(need) * len(spare))]).reshape(len(need), len(spare))
    compare(town(need, spare, need if proportional else need[::-1], near), near)


@pytest.mark.parametrize("seed", range(6))
def test_the_assignment_walks_least(seed: int) -> None:
    """Against network simplex on towns where sites run out."""
    rng = np.random.default_rng(seed)
    near = rng.random((12, 5)) < 0.6
    one = town(rng.integers(5, 40, 12).tolist(), rng.integers(30, 90, 5).tolist(), [1] * 12, near, seed)
    passes, _, _ = choice(one, WORK)
    cells = check(one, passes)
    graph = nx.DiGraph()
    graph.add_node("all", demand=-int(one.need[passes].sum()))
    for s, spare in enumerate(one.spare):
        graph.add_edge("all", f"s{s}", capacity=int(spare), weight=0)
    for p in np.flatnonzero(passes):
        graph.add_node(f"p{p}", demand=int(one.need[p]))
    for p, s, seconds in zip(one.place, one.site, one.seconds, strict=True):
        if passes[p]:
            graph.add_edge(f"s{s}", f"p{p}", weight=int(seconds))
    assert (cells * one.seconds).sum() == nx.min_cost_flow_cost(graph)


def columns(
    count: int, sites: int, seed: int, search_s: float = 30.0, more: int = 0
) -> tuple[Pool, dict[str, np.ndarray]]:
    """Pool a field of points where there is area for two thirds of what is lacking."""
    rng = np.random.default_rng(seed)
    at, room = rng.uniform(0, 1, (count, 2)), rng.uniform(0, 1, (sites, 2))
    seconds = np.hypot(*(at[:, None] - room[None]).transpose(2, 0, 1)) * 1000
    place, site = np.nonzero(seconds < 2400 / np.sqrt(sites))
    need = rng.integers(10_000, 900_000, count)
    spare = (rng.uniform(0.3, 1.7, sites) * need.sum() * 0.66 / sites).astype(np.int64) + more
    households = rng.integers(80, 3000, count)
    found = pool_columns(
        need_cells=need,
        spare_cells=spare,
        households=households,
        pairs=Pairs(place, site, seconds[place, site]),
        place_ids=[f"a{n:05}" for n in range(count)],
        site_ids=[f"x{n:05}" for n in range(sites)],
        search_s=search_s,
    )
    return found, {"need": need, "spare": spare, "households": households}


@pytest.mark.parametrize(("count", "sites"), [(20, 4), (60, 12), (150, 25)])
def test_pooling_helps_no_more_than_there_is(count: int, sites: int) -> None:
    found, given_ = columns(count, sites, seed=count)
    assert given_["need"][found.place].sum() == found.row_cells.sum() <= given_["spare"].sum()
    smallest = np.cumsum(np.sort(given_["need"]))
    assert len(found.passed) <= found.bound <= np.searchsorted(smallest, given_["spare"].sum(), side="right")


def test_a_search_cut_short_says_so_and_is_the_same_each_time() -> None:
    """The work is counted, not timed: cut off at the same place, the same answer; more work is never worse."""
    found, _ = columns(400, 40, seed=3, search_s=0.01)
    again, _ = columns(400, 40, seed=3, search_s=0.01)
    longer, given_ = columns(400, 40, seed=3, search_s=0.5)
    assert found.status == "feasible"
    assert found.passed == again.passed
    pd.testing.assert_frame_equal(found.assigned, again.assigned)
    assert len(found.passed) <= len(longer.passed) <= longer.bound <= found.bound
    assert given_["need"][longer.place].sum() == longer.row_cells.sum()


@pytest.mark.parametrize("seed", range(5))
def test_more_area_never_passes_fewer(seed: int) -> None:
    passed = [len(columns(24, 5, seed, more=more)[0].passed) for more in (0, 20_000, 200_000, 10**7)]
    assert passed == sorted(passed)
    assert passed[-1] == 24 or passed[-1] > passed[0]
