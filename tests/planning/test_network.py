import math

import numpy as np
import pytest

from geodata.streets import Way
from planning.walking.anchors import anchors
from planning.walking.network import BARRED_MM, network
from planning.walking.profile import PRESETS, WalkProfile
from tests.toytown import Chain, Door, doors_at, grid, street, streets_of


def walker(**changes):
    given = {"name": "toy", "zh": "", "en": "", "speed_m_s": 1.0, "source": "test", **changes}
    return WalkProfile(**given)


def straight(way=(0, 0), crossings=(0.0, 0.0), speed=(1.0, 1.0), z=()):
    """Two segments of 100 m in a row."""
    points = [(0, 0), (100, 0), (200, 0)]
    return streets_of([(0, 0), (200, 0)], [Chain(0, 1, points, (), way, crossings, speed, z)])


def costs(streets, profile):
    net = network(streets, profile)
    return net.chain_forward_mm[0], net.chain_backward_mm[0]


def test_a_level_street_costs_its_length_both_ways():
    net = network(street(), PRESETS["elder"])
    for along in (net.vertex_forward_mm, net.vertex_backward_mm, net.vertex_length_mm):
        np.testing.assert_array_equal(along, [0, 100_000, 200_000, 300_000, 400_000])
    assert net.chain_forward_mm[0] == net.chain_backward_mm[0] == net.chain_length_mm[0] == 400_000


def test_stairs_take_three_times_as_long():
    assert costs(straight(way=(Way.STAIRS, 0)), walker()) == (400_000, 400_000)  # 100 m x 3 + 100 m


def test_barred_stairs_are_no_way():
    forward, backward = costs(straight(way=(Way.STAIRS, 0)), walker(stairs_barred=True))
    assert forward == backward == BARRED_MM + 100_000


def test_a_crossing_waits_only_when_the_study_says_so():
    streets = straight(crossings=(0.5, 1.0))
    assert costs(streets, walker()) == (200_000, 200_000)
    # 0.8 m/s x 25 s = 20 m of level street for a whole wait: 200 m + 10 m + 20 m
    assert costs(streets, walker(speed_m_s=0.8, crossing_s=25.0)) == (230_000, 230_000)


def test_a_slow_surface_takes_longer():
    assert costs(straight(speed=(0.5, 1.0)), walker()) == (300_000, 300_000)  # 100 / 0.5 + 100


def test_slope_follows_tobler_relative_to_the_flat():
    # +10 % then level: forward exp(3.5 x (0.15 - 0.05)) = e^0.35; backward -10 %: exp(3.5 x (0.05 - 0.05)) = 1
    forward, backward = costs(straight(z=(0.0, 10.0, 10.0)), walker())
    assert forward == round(100_000 * math.exp(0.35)) + 100_000 == 241_907
    assert backward == 200_000
    # -5 % is the best of all: exp(3.5 x (0 - 0.05))
    forward, backward = costs(straight(z=(5.0, 0.0, 0.0)), walker())
    assert forward == round(100_000 * math.exp(-0.175)) + 100_000
    assert backward == round(100_000 * math.exp(0.175)) + 100_000


def test_without_elevation_or_beyond_the_raster_streets_are_level():
    assert costs(straight(), walker()) == (200_000, 200_000)
    assert costs(straight(z=(0.0, math.nan, 50.0)), walker()) == (200_000, 200_000)
    assert costs(straight(z=(0.0, 10.0, 30.0)), walker(slope="none")) == (200_000, 200_000)


def test_bridges_and_tunnels_are_level_and_stairs_have_no_slope_beside_their_factor():
    assert costs(straight(way=(Way.BRIDGE, Way.TUNNEL), z=(0.0, 30.0, 0.0)), walker()) == (200_000, 200_000)
    assert costs(straight(way=(Way.STAIRS, 0), z=(0.0, 50.0, 50.0)), walker()) == (400_000, 400_000)


def test_a_step_in_the_raster_is_no_cliff():
    # 300 % is taken as 50 %: e^(3.5 x 0.5) = 5.7546, and downhill e^(3.5 x 0.4) = 4.0552
    forward, backward = costs(straight(z=(0.0, 300.0, 300.0)), walker())
    assert (forward, backward) == (575_460 + 100_000, 405_520 + 100_000)


def test_arcs_cost_out_as_walked_and_in_against_them():
    streets = straight(z=(0.0, 10.0, 10.0))
    net = network(streets, walker())
    # node 0 has the arc to node 1 (uphill), node 1 the arc back
    np.testing.assert_array_equal(net.arc_out_mm, [241_907, 200_000])
    np.testing.assert_array_equal(net.arc_in_mm, [200_000, 241_907])
    np.testing.assert_array_equal(net.arc_length_mm, [200_000, 200_000])


def test_everything_is_read_only_so_that_the_search_is_compiled_once():
    net = network(grid(), walker())
    arrays = [value for value in vars(net).values() if isinstance(value, np.ndarray)]
    assert len(arrays) == 11
    assert not any(array.flags.writeable for array in arrays)


def test_an_anchor_costs_its_share_of_the_segment():
    streets = straight(way=(Way.STAIRS, 0))
    doors = doors_at(streets, {"a": [Door(0, 25_000, leg_mm=4_000)]})
    ends = anchors(network(streets, walker()), doors)
    assert ends.forward_mm[0] == ends.backward_mm[0] == 75_000  # 25 m of stairs x 3
    np.testing.assert_array_equal(ends.out_mm, [79_000, 4_000 + 225_000 + 100_000])
    np.testing.assert_array_equal(ends.reach_mm, [29_000, 179_000])


@pytest.mark.parametrize(("along_mm", "takes_part"), [(0, True), (1, False), (99_999, False), (100_000, True)])
def test_a_door_in_the_middle_of_barred_stairs_takes_no_part(along_mm, takes_part):
    streets = straight(way=(Way.STAIRS, 0))
    doors = doors_at(streets, {"a": [Door(0, along_mm)]})
    assert len(anchors(network(streets, walker(stairs_barred=True)), doors)) == takes_part
    assert len(anchors(network(streets, walker()), doors)) == 1


def test_unconnected_doors_and_owners_not_taken_are_left_out():
    streets = street()
    doors = doors_at(streets, {"a": [Door(-1)], "b": [Door(0, 5), Door(-1)], "c": [Door(0, 7)]})
    net = network(streets, walker())
    assert anchors(net, doors).owner.tolist() == [1, 2]
    only = anchors(net, doors, np.array([True, False, True]))
    assert (only.owner.tolist(), only.door.tolist(), only.owners) == ([2], [3], 3)
