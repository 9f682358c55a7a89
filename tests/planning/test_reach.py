"""Walks on toy streets, by hand; and what must hold on any streets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.streets import Way
from planning.reach import nearest, walk, walk_doors
from planning.walking.network import network
from planning.walking.profile import PRESETS, WalkProfile
from tests.planning.randomtown import as_dict, random_doors, random_streets, same
from tests.toytown import Chain, Door, corner_doors, doors_at, five_doors, grid, hill, street, streets_of

# -- the street: doors a to e at 0, 100, 200, 300 and 400 m


def test_five_doors_on_a_street():
    reach = walk(street(), five_doors(), five_doors(), "standard", 200)
    assert as_dict(reach) == {
        ("a", "a"): 0, ("a", "b"): 100, ("a", "c"): 200,
        ("b", "a"): 100, ("b", "b"): 0, ("b", "c"): 100, ("b", "d"): 200,
        ("c", "a"): 200, ("c", "b"): 100, ("c", "c"): 0, ("c", "d"): 100, ("c", "e"): 200,
        ("d", "b"): 200, ("d", "c"): 100, ("d", "d"): 0, ("d", "e"): 100,
        ("e", "c"): 200, ("e", "d"): 100, ("e", "e"): 0,
    }  # fmt: skip
    assert reach.place_start.dtype == np.int64
    assert reach.site_ix.dtype == np.int32
    assert reach.seconds.dtype == np.float64


@pytest.mark.parametrize(("limit_s", "reached"), [(0, "c"), (124.999, "c"), (125, "bcd"), (125.001, "bcd")])
def test_the_limit_itself_counts(limit_s, reached):
    """100 m at 0.8 m/s are 125 s."""
    reach = walk(street(), five_doors(), five_doors(), "elder", limit_s)
    assert "".join(site for (place, site) in as_dict(reach) if place == "c") == reached


@pytest.mark.parametrize("speed", [0.64, 0.8, 0.97, 1.0, 1.1, 1.13, 1.2])
def test_900_seconds_are_within_900_seconds_at_any_speed(speed):
    """The site is as far as one walks in 900 s, to the millimetre; one millimetre more is out."""
    length = round(speed * 900_000)
    streets = streets_of([(0, 0), (1500, 0)], [Chain(0, 1, [(0, 0), (1500, 0)], (1_500_000.0,))])
    sites = doors_at(streets, {"at": [Door(0, length)], "beyond": [Door(0, length + 1)]})
    profile = WalkProfile(name="toy", zh="", en="", speed_m_s=speed, source="test")
    reach = walk(streets, doors_at(streets, {"home": [Door(0, 0)]}), sites, profile, 900)
    assert as_dict(reach) == {("home", "at"): 900.0}


def test_off_street_legs_are_walked_too():
    streets = street()
    homes = doors_at(streets, {"h": [Door(0, 50_000, leg_mm=30_000)]})
    sites = doors_at(streets, {"s": [Door(0, 150_000, leg_mm=20_000)], "same": [Door(0, 50_000, leg_mm=20_000)]})
    assert as_dict(walk(streets, homes, sites, "standard", 900)) == {("h", "s"): 150, ("h", "same"): 50}


def test_the_nearest_of_several_doors_counts_and_the_unconnected_do_not():
    streets = street()
    homes = doors_at(streets, {"h": [Door(-1), Door(0, 0), Door(0, 300_000)], "adrift": [Door(-1)]})
    sites = doors_at(streets, {"s": [Door(0, 100_000), Door(0, 320_000, leg_mm=1_000)]})
    reach = walk(streets, homes, sites, "standard", 900)
    assert as_dict(reach) == {("h", "s"): 21}  # from 300 to 320 m, and 1 m off the street
    assert reach.covered(900).to_dict() == {"h": True, "adrift": False}


# -- the grid: Manhattan distance


@pytest.mark.parametrize("name", ["standard", "elder", "frail", "general"])
def test_a_grid_city_is_walked_in_manhattan_seconds(name):
    side, block = 9, 137.0
    streets = grid(side, block)
    corners = corner_doors(streets, side)
    row, column = np.divmod(np.arange(side * side), side)
    blocks = np.abs(row[:, None] - row) + np.abs(column[:, None] - column)
    seconds = blocks * block / PRESETS[name].speed_m_s
    found = walk(streets, corners, corners, name, 900).matrix().toarray()
    # a stored 0 and an absent pair look the same here: only the diagonal is 0 seconds away
    np.testing.assert_allclose(found, np.where(seconds <= 900, seconds, 0), atol=1e-9)
    assert len(walk(streets, corners, corners, name, 900)) == (seconds <= 900).sum()


def test_searching_from_either_side_and_with_any_number_of_threads_gives_the_same():
    streets = grid(6)
    corners = corner_doors(streets, 6)
    net = network(streets, PRESETS["standard"])
    few = doors_at(streets, {"x": [Door(3, 40_000)], "y": [Door(11, 10_000, 5_000)]})
    many_to_few, few_to_many = (walk_doors(net, a, b, 400) for a, b in ((corners, few), (few, corners)))
    assert as_dict(many_to_few) == {(b, a): s for (a, b), s in as_dict(few_to_many).items()}
    for threads in (1, 2, 7):
        same(walk_doors(net, corners, corners, 400, threads=threads), walk_doors(net, corners, corners, 400))


# -- slopes and stairs


def test_uphill_from_home_takes_longer_than_downhill_from_home():
    streets, foot, top = hill()
    # Tobler: +10 % e^0.35 = 1.41907, -10 % costs as the flat
    assert as_dict(walk(streets, foot, top, "standard", 900)) == {("foot", "top"): 141.907}
    assert as_dict(walk(streets, top, foot, "standard", 900)) == {("top", "foot"): 100.0}


def test_the_direction_holds_over_nodes_and_from_either_side_of_the_search():
    streets = streets_of(
        [(0, 0), (100, 0), (200, 0)],
        [Chain(0, 1, [(0, 0), (100, 0)], z=(0.0, 10.0)), Chain(2, 1, [(200, 0), (100, 0)], z=(20.0, 10.0))],
    )
    foot = doors_at(streets, {"foot": [Door(0, 0)]})
    tops = doors_at(streets, {"top": [Door(1, 0)], "again": [Door(1, 0)]})
    up, down = 2 * 141.907, 2 * 100.0
    assert as_dict(walk(streets, foot, tops, "standard", 900)) == {("foot", "top"): up, ("foot", "again"): up}
    assert as_dict(walk(streets, tops, foot, "standard", 900)) == {("top", "foot"): down, ("again", "foot"): down}


def test_stairs_barred_send_the_wheelchair_round():
    # two ways from 0 to 1: stairs of 50 m, a ramp of 300 m
    streets = streets_of(
        [(0, 0), (50, 0)],
        [
            Chain(0, 1, [(0, 0), (50, 0)], (50_000.0,), (int(Way.STAIRS),)),
            Chain(0, 1, [(0, 0), (25, 150), (50, 0)], (150_000.0, 150_000.0)),
        ],
    )
    home, care = doors_at(streets, {"h": [Door(1, 0)]}), doors_at(streets, {"c": [Door(1, 300_000)]})
    assert as_dict(walk(streets, home, care, "standard", 900)) == {("h", "c"): 150.0}  # 50 m x 3
    assert as_dict(walk(streets, home, care, "wheelchair", 900)) == {("h", "c"): 300 / 0.64}
    only_stairs = streets_of([(0, 0), (50, 0)], [Chain(0, 1, [(0, 0), (50, 0)], way=(int(Way.STAIRS),))])
    home, care = doors_at(only_stairs, {"h": [Door(0, 0)]}), doors_at(only_stairs, {"c": [Door(0, 50_000)]})
    assert as_dict(walk(only_stairs, home, care, "wheelchair", float("inf"))) == {}
    assert nearest(network(only_stairs, PRESETS["wheelchair"]), home, care)["site_id"].isna().all()


# -- properties


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), limits=st.tuples(st.floats(0, 2000), st.floats(0, 2000)))
def test_a_longer_limit_never_covers_fewer(seed, limits):
    rng = np.random.default_rng(seed)
    streets = random_streets(rng, hilly=True)
    places, sites = random_doors(rng, streets, "p"), random_doors(rng, streets, "s")
    short, long = sorted(limits)
    net = network(streets, PRESETS["standard"])
    far = walk_doors(net, places, sites, long)
    assert (walk_doors(net, places, sites, short).covered(short) <= far.covered(long)).all()
    same(far.within(short), walk_doors(net, places, sites, short))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), limit_s=st.floats(0, 2000))
def test_opening_a_facility_never_lowers_coverage(seed, limit_s):
    rng = np.random.default_rng(seed)
    streets = random_streets(rng)
    places, sites = random_doors(rng, streets, "p"), random_doors(rng, streets, "s")
    net = network(streets, PRESETS["elder"])
    before = walk_doors(net, places, sites, limit_s)
    site = random_doors(rng, streets, "new")
    after = before.with_site(net, places, site, site.ids[0])
    assert (before.covered(limit_s) <= after.covered(limit_s)).all()
    # and nobody's walk to the sites that were there changes
    same(after.only_sites(sites.ids), before)
