import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.doors import DoorKind
from geodata.faults import InputError
from geodata.streets import Way
from planning.network import network
from planning.profile import PRESETS, WalkProfile
from planning.reach import Reach, field, nearest, walk, walk_doors
from tests.planning.randomtown import random_doors, random_streets
from tests.toytown import CRS_M, Chain, Door, corner_doors, doors_at, five_doors, grid, street, streets_of


def as_dict(reach):
    table = reach.pairs()
    return dict(zip(zip(table["place_id"], table["site_id"], strict=True), table["seconds"], strict=True))


def same(one, other):
    assert one.places.equals(other.places)
    assert one.sites.equals(other.sites)
    for name in ("place_start", "site_ix", "seconds"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    assert one.limit_s == other.limit_s


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


def hill():
    """Home at the foot, care 100 m further and 10 m higher."""
    streets = streets_of([(0, 0), (100, 0)], [Chain(0, 1, [(0, 0), (100, 0)], z=(0.0, 10.0))])
    return streets, doors_at(streets, {"foot": [Door(0, 0)]}), doors_at(streets, {"top": [Door(0, 100_000)]})


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


# -- Reach as a table


def small():
    """a: s 0 s, t 10 s; b: t 5 s; c: nothing."""
    return Reach.from_pairs(["a", "b", "c"], ["s", "t"], [0, 1, 0, 0], [0, 1, 1, 1], [0.0, 5.0, 12.0, 10.0])


def test_pairs_given_are_kept_with_the_least_of_doubles():
    reach = small()
    assert as_dict(reach) == {("a", "s"): 0, ("a", "t"): 10, ("b", "t"): 5}
    assert reach.place_start.tolist() == [0, 2, 3, 3]
    assert len(reach) == 3
    assert reach.limit_s == float("inf")


def test_rows_and_columns_say_inf_for_out_of_reach():
    inf = float("inf")
    assert small().row("a").to_dict() == {"s": 0, "t": 10}
    assert small().row("c").to_dict() == {"s": inf, "t": inf}
    assert small().column("t").to_dict() == {"a": 10, "b": 5, "c": inf}
    assert small().column("s").to_dict() == {"a": 0, "b": inf, "c": inf}


def test_by_site_is_the_same_turned_and_kept():
    reach = small()
    turned = reach.by_site()
    assert turned.site_start.tolist() == [0, 1, 3]
    assert turned.place_ix.tolist() == [0, 0, 1]
    assert turned.seconds.tolist() == [0, 10, 5]
    assert reach.by_site() is turned


def test_the_matrix_keeps_walks_of_no_seconds():
    assert small().matrix().nnz == 3


def test_within_and_covered_include_the_limit():
    assert as_dict(small().within(5)) == {("a", "s"): 0, ("b", "t"): 5}
    assert as_dict(small().within(4.999)) == {("a", "s"): 0}
    assert small().covered(5).to_dict() == {"a": True, "b": True, "c": False}
    assert small().covered(4.999).to_dict() == {"a": True, "b": False, "c": False}


def test_a_limit_longer_than_was_searched_is_refused():
    reach = walk(street(), five_doors(), five_doors(), "standard", 200)
    reach.within(200)
    for ask in (reach.within, reach.covered):
        with pytest.raises(InputError, match="200"):
            ask(200.001)
        with pytest.raises(InputError):
            ask(float("nan"))


def test_sites_can_be_chosen_dropped_and_joined():
    reach = small()
    assert as_dict(reach.only_sites(["t"])) == {("a", "t"): 10, ("b", "t"): 5}
    turned = reach.only_sites(["t", "s"])
    assert turned.sites.tolist() == ["t", "s"]
    assert turned.site_ix.tolist() == [0, 1, 0]  # ascending in each row again
    assert as_dict(turned) == as_dict(reach)
    assert as_dict(reach.without_site("s")) == {("a", "t"): 10, ("b", "t"): 5}
    same(reach.only_sites(["s"]).join(reach.only_sites(["t"])), reach)
    assert len(reach.only_sites([])) == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((["a"], ["s"], [0], [0], [-1.0]), "-1"),
        ((["a"], ["s"], [0], [0], [float("nan")]), "nan"),
        ((["a"], ["s"], [0], [0], [float("inf")]), "inf"),
        ((["a"], ["s"], [1], [0], [1.0]), "1"),
        ((["a"], ["s"], [0], [-1], [1.0]), "-1"),
        ((["a"], ["s"], [0.5], [0], [1.0]), "0.5"),
        ((["a"], ["s"], [0, 0], [0], [1.0]), "2"),
        ((["a", "a"], ["s"], [0], [0], [1.0]), "a"),
        ((["a"], ["s", "s"], [0], [0], [1.0]), "s"),
    ],
)
def test_pairs_that_cannot_be_are_refused(arguments, word):
    with pytest.raises(InputError, match=word):
        Reach.from_pairs(*arguments)


def test_joining_needs_the_same_places_and_limit_and_other_sites():
    reach = small()
    with pytest.raises(InputError, match="site s"):
        reach.join(reach)
    with pytest.raises(InputError, match="places"):
        reach.join(Reach.from_pairs(["a", "b"], ["u"], [], [], []))
    with pytest.raises(InputError, match="limit"):
        reach.join(Reach.from_pairs(["a", "b", "c"], ["u"], [], [], [], 60))


@pytest.mark.parametrize("ask", [lambda r: r.row("z"), lambda r: r.column("z"), lambda r: r.only_sites(["z"])])
def test_unknown_ids_are_refused(ask):
    with pytest.raises(InputError, match="z"):
        ask(small())


def test_nobody_and_nothing_is_an_empty_reach():
    streets = street()
    nobody = doors_at(streets, {})
    for places, sites in ((nobody, five_doors()), (five_doors(), nobody), (nobody, nobody)):
        reach = walk(streets, places, sites, "standard", 900)
        assert len(reach) == 0
        assert len(reach.covered(900)) == len(places.ids)


def test_a_table_in_another_crs_or_a_bad_limit_is_refused():
    streets = street()
    table = gpd.GeoDataFrame(geometry=gpd.points_from_xy([100], [0]), index=["p"], crs=4326)
    with pytest.raises(InputError, match="4326"):
        walk(streets, table, five_doors(), "standard", 900)
    for limit in (-1, float("nan")):
        with pytest.raises(InputError):
            walk(streets, five_doors(), five_doors(), "standard", limit)


def test_tables_of_points_find_their_doors():
    table = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 130], [30, 0]), index=["p", "q"], crs=CRS_M)
    reach = walk(street(), table, table, "standard", 900)
    # p stands 30 m beside the start of the street
    assert as_dict(reach) == {("p", "p"): 60, ("p", "q"): 160, ("q", "p"): 160, ("q", "q"): 0}


# -- one site added, moved


@pytest.mark.parametrize("seed", range(12))
def test_with_site_is_a_full_recomputation(seed):
    rng = np.random.default_rng(seed)
    streets = random_streets(rng, hilly=True)
    net = network(streets, PRESETS["elder"])
    places, sites = random_doors(rng, streets, "p"), random_doors(rng, streets, "s")
    whole = walk_doors(net, places, sites, 300)
    for site in sites.ids:
        same(whole.with_site(net, places, sites, site), whole)  # moved to where it was
        added = whole.without_site(site).with_site(net, places, sites, site)
        same(added.only_sites(sites.ids), whole)
        assert added.sites[-1] == site


def test_moving_a_site_changes_its_column_only():
    streets = street()
    net = network(streets, PRESETS["standard"])
    reach = walk_doors(net, five_doors(), five_doors(), 400)
    moved = reach.with_site(net, five_doors(), doors_at(streets, {"c": [Door(0, 0)]}), "c")
    assert moved.sites.equals(reach.sites)
    assert moved.column("c").tolist() == [0, 100, 200, 300, 400]
    assert moved.column("b").equals(reach.column("b"))


# -- the nearest, however far


def test_nearest_says_who_how_far_and_from_which_door():
    streets = grid()
    homes = doors_at(
        streets,
        {
            "h": [Door(0, 50_000, kind=DoorKind.GATE), Door(5, 100_000, kind=DoorKind.BOUNDARY)],
            "adrift": [Door(-1, kind=DoorKind.GATE)],
        },
    )
    sites = doors_at(streets, {"west": [Door(6, 60_000)], "east": [Door(11, 90_000, 2_000)], "none": [Door(-1)]})
    found = nearest(network(streets, PRESETS["elder"]), homes, sites)
    # from (50, 0): 50 to the corner, 60 north = 110 m to west; from (200, 200): 10 m back and 2 m off = 12 m to east
    assert found.index.tolist() == ["h", "adrift"]
    assert found.loc["h"].to_dict() == {
        "site_id": "east",
        "seconds": 12 / 0.8,
        "metres": 12.0,
        "straight_m": pytest.approx((2**2 + 10**2) ** 0.5),
        "door": "boundary",
    }
    assert found.loc["adrift"].isna().all()
    west = nearest(network(streets, PRESETS["elder"]), homes, sites, np.array([True, False, True]))
    assert west.loc["h", ["site_id", "metres", "door"]].tolist() == ["west", 110.0, "gate"]
    assert west.loc["h", "straight_m"] == pytest.approx((50**2 + 60**2) ** 0.5)


def test_nearest_breaks_ties_by_the_order_of_the_sites():
    streets = street()
    net = network(streets, PRESETS["standard"])
    home = doors_at(streets, {"h": [Door(0, 200_000)]})
    for order in ("bd", "db"):
        at = {"b": [Door(0, 100_000)], "d": [Door(0, 300_000)]}
        assert nearest(net, home, doors_at(streets, {k: at[k] for k in order})).loc["h", "site_id"] == order[0]
    corners = corner_doors(grid())
    ring = doors_at(grid(), {"n": [Door(10, 100_000)], "w": [Door(2, 0)], "e": [Door(3, 100_000)], "s": [Door(8, 0)]})
    assert nearest(network(grid(), PRESETS["standard"]), corners, ring).loc["1,1", "site_id"] == "n"


def test_metres_are_the_true_length_whatever_the_stairs_and_slopes():
    streets = streets_of(
        [(0, 0), (60, 0), (160, 0)],
        [
            Chain(0, 1, [(0, 0), (60, 0)], way=(int(Way.STAIRS),)),
            Chain(1, 2, [(60, 0), (160, 0)], z=(0.0, 10.0)),
        ],
    )
    home, care = doors_at(streets, {"h": [Door(0, 0, 5_000)]}), doors_at(streets, {"c": [Door(1, 100_000)]})
    found = nearest(network(streets, PRESETS["standard"]), home, care).loc["h"]
    assert found["seconds"] == pytest.approx(5 + 180 + 141.907, abs=1e-9)
    assert found["metres"] == 165.0


@pytest.mark.parametrize("seed", range(40))
def test_nearest_is_the_least_of_an_unlimited_walk(seed):
    rng = np.random.default_rng(500 + seed)
    streets = random_streets(rng, hilly=seed % 2 == 1)
    net = network(streets, PRESETS["frail"])
    places, sites = random_doors(rng, streets, "p"), random_doors(rng, streets, "s")
    found = nearest(net, places, sites)
    whole = walk_doors(net, places, sites, float("inf"))
    for place in places.ids:
        row = whole.row(place)
        if np.isfinite(row).any():
            assert found.loc[place, "seconds"] == row.min()
            assert found.loc[place, "site_id"] == row.idxmin()  # the first of equals
        else:
            assert found.loc[place].isna().all()


# -- the field of walking times


def test_the_field_is_the_walk_towards_the_doors():
    streets, _, top = hill()
    net = network(streets, PRESETS["standard"])
    assert field(net, top, 900).node_s.tolist() == [141.907, 0.0]
    assert field(net, top, 141).node_s.tolist() == [np.inf, 0.0]


def test_points_of_the_field_dip_at_the_door_in_the_middle_of_a_street():
    streets = street()
    net = network(streets, PRESETS["standard"])
    x, y, seconds = field(net, doors_at(streets, {"s": [Door(0, 150_000, 10_000)]}), 100).points(25.0)
    assert (y == 0).all()
    # 10 s off the street, then a second per metre, out to 100 s: from 60 to 240 m
    np.testing.assert_allclose(seconds, 10 + np.abs(x - 150), atol=1e-9)
    assert sorted(set(x)) == [75, 100, 125, 150, 175, 200, 225]


@pytest.mark.parametrize("seed", range(10))
def test_the_field_at_vertices_is_the_walk_from_there(seed):
    rng = np.random.default_rng(900 + seed)
    streets = random_streets(rng, hilly=True)
    net = network(streets, PRESETS["standard"])
    sites = random_doors(rng, streets, "s")
    x, y, seconds = field(net, sites, 600).points(1e9)
    vertices = {}
    for chain in range(streets.chains):
        slots = range(int(streets.chain_start[chain]), int(streets.chain_start[chain + 1]))
        along = np.concatenate([[0], np.cumsum(streets.segment_mm[slots.start : slots.stop - 1])])
        vertices |= {f"v{slot}": [Door(chain, a)] for slot, a in zip(slots, along, strict=True)}
    reached = walk_doors(net, doors_at(streets, vertices), sites, 600)
    least = pd.Series(reached.matrix().tocoo().data).groupby(reached.matrix().tocoo().row).min()
    got = {}
    for at in zip(x, y, seconds, strict=True):
        got[at[:2]] = min(got.get(at[:2], np.inf), at[2])
    for row, walk_s in least.items():
        slot = int(reached.places[row][1:])
        spot = (streets.vertex_x_m[slot], streets.vertex_y_m[slot])
        assert got[spot] <= walk_s + 1e-9  # a door put by length may sit before a segment of no length


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
