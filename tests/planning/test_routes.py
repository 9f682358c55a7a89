import numpy as np
import pytest

from geodata.doors import DoorKind
from geodata.faults import InputError
from planning.reach import walk_doors
from planning.walking.network import network
from planning.walking.profile import PRESETS
from planning.walking.routes import route
from tests.planning.randomtown import random_doors, random_streets
from tests.toytown import Chain, Door, corner_doors, doors_at, grid, street, streets_of

NET = network(street(), PRESETS["elder"])


def test_along_one_street_with_both_legs():
    homes = doors_at(street(), {"h": [Door(0, 50_000, 5_000, DoorKind.GATE)]})
    sites = doors_at(street(), {"s": [Door(0, 250_000, 7_000)]})
    way = route(NET, homes, "h", sites, "s")
    assert list(way.line.coords) == [(55, 0), (50, 0), (100, 0), (200, 0), (250, 0), (257, 0)]
    assert (way.metres, way.seconds) == (212.0, 265.0)
    assert (way.place_door, way.site_door) == ("gate", "centroid")
    back = route(NET, sites, "s", homes, "h")
    assert list(back.line.coords) == list(way.line.coords)[::-1]


def test_round_the_corners_of_a_grid():
    streets = grid()
    sites = doors_at(streets, {"s": [Door(0, 50_000)]})  # between (0,0) and (100,0)
    way = route(network(streets, PRESETS["standard"]), corner_doors(streets), "2,2", sites, "s")
    assert way.metres == way.line.length == 350.0  # 200 m south, 150 m west
    assert way.line.coords[0] == (200, 200)
    assert way.line.coords[-1] == (50, 0)


def test_of_several_doors_the_nearest_pair_is_joined():
    homes = doors_at(street(), {"other": [Door(0, 400_000)], "h": [Door(0, 0), Door(0, 300_000)]})
    sites = doors_at(street(), {"s": [Door(0, 100_000), Door(0, 310_000)], "x": [Door(0, 300_000)]})
    way = route(NET, homes, "h", sites, "s")
    assert list(way.line.coords) == [(300, 0), (310, 0)]


def test_a_walk_of_no_length_is_still_a_line():
    doors = doors_at(street(), {"h": [Door(0, 100_000)]})
    way = route(NET, doors, "h", doors, "h")
    assert list(way.line.coords) == [(100, 0), (100, 0)]
    assert (way.seconds, way.metres) == (0, 0)


def test_no_way_and_unknown_ids_are_told():
    parts = streets_of(
        [(0, 0), (9, 0), (20, 0), (30, 0)], [Chain(0, 1, [(0, 0), (9, 0)]), Chain(2, 3, [(20, 0), (30, 0)])]
    )
    net = network(parts, PRESETS["standard"])
    doors = doors_at(parts, {"a": [Door(0, 0)], "b": [Door(1, 0)], "c": [Door(-1)]})
    for other in ("b", "c"):
        with pytest.raises(InputError, match=other):
            route(net, doors, "a", doors, other)
    with pytest.raises(InputError, match="nowhere"):
        route(net, doors, "a", doors, "nowhere")


def test_a_far_walk_is_found_by_the_second_search():
    # 10 m apart by air, 6 km on foot: beyond twice the straight line and 2 km
    streets = streets_of([(0, 0), (10, 0)], [Chain(0, 1, [(0, 0), (0, 3000), (10, 3000), (10, 0)])])
    streets_far = doors_at(streets, {"a": [Door(0, 0)], "b": [Door(0, 6_010_000)]})
    assert route(network(streets, PRESETS["standard"]), streets_far, "a", streets_far, "b").metres == 6010.0


@pytest.mark.parametrize("seed", range(40))
def test_routes_cost_what_the_matrix_says_and_run_from_door_to_door(seed):
    rng = np.random.default_rng(seed)
    streets = random_streets(rng, hilly=True)
    net = network(streets, PRESETS["frail"])
    places, sites = random_doors(rng, streets, "p"), random_doors(rng, streets, "s")
    table = walk_doors(net, places, sites, float("inf")).pairs()
    for pair in table.itertuples():
        way = route(net, places, pair.place_id, sites, pair.site_id)
        assert way.seconds == pair.seconds
        starts = {(places.x_m[d], places.y_m[d]) for d in np.flatnonzero(places.ids[places.owner] == pair.place_id)}
        ends = {(sites.x_m[d], sites.y_m[d]) for d in np.flatnonzero(sites.ids[sites.owner] == pair.site_id)}
        assert way.line.coords[0] in starts
        assert way.line.coords[-1] in ends
        assert way.line.length > 0 or way.line.coords[0] == way.line.coords[-1]


@pytest.mark.parametrize("seed", range(20))
def test_the_line_is_as_long_as_the_walk_where_streets_are_as_long_as_drawn(seed):
    rng = np.random.default_rng(100 + seed)
    n = 8
    at = [tuple(p) for p in rng.uniform(0, 500, (n, 2))]
    chains = []
    for _ in range(14):
        u, v = (int(x) for x in rng.integers(0, n, 2))
        chains.append(Chain(u, v, [at[u], tuple(rng.uniform(0, 500, 2)), at[v]]))
    streets = streets_of(at, chains)
    net = network(streets, PRESETS["standard"])
    spots = {f"d{k}": [Door(int(rng.integers(14)), float(rng.integers(0, 100_000)), 3_000)] for k in range(6)}
    doors = doors_at(streets, spots)
    for pair in walk_doors(net, doors, doors, float("inf")).pairs().itertuples():
        way = route(net, doors, pair.place_id, doors, pair.site_id)
        assert way.line.length == pytest.approx(way.metres, abs=0.05)  # lengths are whole millimetres per segment
