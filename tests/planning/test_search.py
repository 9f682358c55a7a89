"""The two searches against each other, and against networkx on streets cut at every door."""

import importlib

import numpy as np
import pytest

from geodata.streets import Way
from planning.reach import walk_doors
from planning.walking import engine, search_scipy, search_threads
from planning.walking.anchors import anchors
from planning.walking.network import NO_WAY_MM, network
from planning.walking.profile import PRESETS, WalkProfile
from tests.planning.randomtown import random_doors, random_streets, walks_mm

PLAIN = PRESETS["standard"]
FUSSY = WalkProfile(
    name="fussy", zh="", en="", speed_m_s=0.8, crossing_s=30.0, stairs_factor=3.0, source="made for this test"
)


def as_rows(pairs, sources):
    return {
        (row, int(pairs.target[k])): float(pairs.mm[k])
        for row in range(sources)
        for k in range(pairs.start[row], pairs.start[row + 1])
    }


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("profile", [PLAIN, FUSSY], ids=["plain", "fussy"])
def test_walks_are_those_of_networkx_on_streets_cut_at_every_door(seed, profile):
    rng = np.random.default_rng(seed)
    streets = random_streets(rng)
    places, sites = random_doors(rng, streets, "p"), random_doors(rng, streets, "s")
    stairs = np.where(streets.segment_way & Way.STAIRS, profile.stairs_factor, 1.0)
    # 0.8 m/s x 30 s x half a crossing = 12,000 mm
    wait = streets.segment_crossings * profile.crossing_s * profile.speed_m_s * 1000
    expected = walks_mm(streets, places, sites, streets.segment_mm * stairs + wait)
    limit_s = float(rng.choice([0, 60, 300, 3000]))
    speed = profile.speed_m_s * 1000
    near = {pair: mm / speed for pair, mm in expected.items() if mm / speed <= limit_s}
    found = walk_doors(network(streets, profile), places, sites, limit_s).pairs()
    got = dict(zip(zip(found["place_id"], found["site_id"], strict=True), found["seconds"], strict=True))
    assert got.keys() == near.keys()
    for pair, seconds in near.items():
        assert got[pair] == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("inwards", [True, False], ids=["inwards", "outwards"])
def test_scipy_finds_the_same_to_the_last_bit(seed, inwards):
    rng = np.random.default_rng(1000 + seed)
    streets = random_streets(rng, hilly=seed % 2 == 0)
    net = network(streets, FUSSY if seed % 3 else PRESETS["wheelchair"])
    a, b = anchors(net, random_doors(rng, streets, "a")), anchors(net, random_doors(rng, streets, "b"))
    limit_mm = float(rng.choice([0, 50_000, 300_000, NO_WAY_MM - 1]))
    fast = search_threads.pairs(net, a, b, limit_mm, inwards=inwards)
    slow = search_scipy.pairs(net, a, b, limit_mm, inwards=inwards)
    assert as_rows(fast, a.owners) == as_rows(slow, a.owners)
    quick, sure = (engine.tree(net, a, limit_mm, inwards=inwards) for engine in (search_threads, search_scipy))
    np.testing.assert_array_equal(quick.mm, sure.mm)
    np.testing.assert_array_equal(quick.origin, sure.origin)


@pytest.mark.parametrize("seed", range(30))
def test_on_flat_streets_the_way_is_as_long_as_its_cost_in_both_searches(seed):
    rng = np.random.default_rng(2000 + seed)
    streets = random_streets(rng)
    net = network(streets, WalkProfile(name="plain", zh="", en="", speed_m_s=1.0, stairs_factor=1.0, source="test"))
    ends = anchors(net, random_doors(rng, streets, "a"))
    for search in (search_threads, search_scipy):
        tree = search.tree(net, ends, NO_WAY_MM - 1, inwards=True)
        np.testing.assert_array_equal(tree.length_mm, tree.mm)


@pytest.mark.parametrize("seed", range(20))
def test_a_walk_against_the_arcs_is_the_walk_along_them_from_the_other_side(seed):
    rng = np.random.default_rng(3000 + seed)
    streets = random_streets(rng, hilly=True)
    net = network(streets, FUSSY)
    a, b = anchors(net, random_doors(rng, streets, "a")), anchors(net, random_doors(rng, streets, "b"))
    there = as_rows(search_threads.pairs(net, a, b, 1e6, inwards=False), a.owners)
    back = as_rows(search_threads.pairs(net, b, a, 1e6, inwards=True), b.owners)
    assert there == {(row, column): mm for (column, row), mm in back.items()}


def test_threads_do_not_matter():
    rng = np.random.default_rng(7)
    streets = random_streets(rng)
    net = network(streets, PLAIN)
    a = anchors(net, random_doors(rng, streets, "a"))
    b = anchors(net, random_doors(rng, streets, "b"))
    one = search_threads.pairs(net, a, b, 500_000.0, inwards=True, threads=1)
    for threads in (2, 3, 16):
        many = search_threads.pairs(net, a, b, 500_000.0, inwards=True, threads=threads)
        for name in ("start", "target", "mm"):
            np.testing.assert_array_equal(getattr(one, name), getattr(many, name))


def test_scipy_cuts_the_city_into_tiles_and_misses_nothing(monkeypatch):
    """Dense answers of 50 cells and tiles of a tenth of a walk: every seam of the fallback is used."""
    monkeypatch.setattr(search_scipy, "DENSE_CELLS", 50)
    monkeypatch.setattr(search_scipy, "TILE_RADII", 0.1)
    from tests.toytown import corner_doors, grid

    streets = grid(8)
    net = network(streets, PLAIN)
    corners = anchors(net, corner_doors(streets, 8))
    slow = search_scipy.pairs(net, corners, corners, 250_000.0, inwards=True)
    assert as_rows(slow, 64) == as_rows(search_threads.pairs(net, corners, corners, 250_000.0, inwards=True), 64)
    # the corner (0,0) reaches 6 crossings within 2 blocks: 1 + 2 + 3
    assert slow.start[1] == 6


def test_without_numba_scipy_searches_and_the_walks_are_the_same(monkeypatch):
    rng = np.random.default_rng(11)
    streets = random_streets(rng)
    places, sites = random_doors(rng, streets, "p"), random_doors(rng, streets, "s")
    fast = walk_doors(network(streets, FUSSY), places, sites, 600)
    with monkeypatch.context() as without:
        without.setattr("geodata.compiled.COMPILES", False)
        importlib.reload(engine)
        assert engine.pairs is search_scipy.pairs
        slow = walk_doors(network(streets, FUSSY), places, sites, 600)
    importlib.reload(engine)
    assert engine.pairs is search_threads.pairs
    for name in ("place_start", "site_ix", "seconds"):
        np.testing.assert_array_equal(getattr(fast, name), getattr(slow, name))
