"""Reach as a table: rows, columns, limits, sites chosen, joined, added and moved."""

import geopandas as gpd
import numpy as np
import pytest

from geodata.faults import InputError
from planning.reach import Reach, walk, walk_doors
from planning.walking.network import network
from planning.walking.profile import PRESETS
from tests.planning.randomtown import as_dict, random_doors, random_streets, same
from tests.toytown import CRS_M, Door, doors_at, five_doors, street

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
