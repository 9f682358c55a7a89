"""The nearest facility however far, and the field of walking times."""

import numpy as np
import pandas as pd
import pytest

from geodata.doors import DoorKind
from geodata.streets import Way
from planning.reach import field, nearest, walk_doors
from planning.walking.network import network
from planning.walking.profile import PRESETS
from tests.planning.randomtown import random_doors, random_streets
from tests.toytown import Chain, Door, corner_doors, doors_at, grid, hill, street, streets_of

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
