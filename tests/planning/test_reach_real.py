"""Porto Alegre: real streets, walked by both searches, beside what another router found."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from geodata.doors import find_doors
from geodata.street.build import read_streets
from geodata.study import LayerSource
from planning.reach import nearest, walk, walk_doors
from planning.walking import search_scipy, search_threads
from planning.walking.anchors import anchors
from planning.walking.network import NO_WAY_MM, network
from planning.walking.profile import PRESETS
from planning.walking.routes import route
from tests.realdata import DATA, needs_data

pytestmark = needs_data
CRS_M = CRS.from_epsg(31982)
POA = DATA / "porto_alegre"


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    source = LayerSource(layer="streets", path=POA / "poa_osm.pbf")
    return read_streets(source, CRS_M, folder=tmp_path_factory.mktemp("poa"), elevation=POA / "poa_elevation.tif")[0]


@pytest.fixture(scope="module")
def hexagons():
    table = pd.read_csv(POA / "poa_hexgrid.csv").set_index("id")
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326).to_crs(CRS_M)


@pytest.mark.parametrize(
    ("speed", "minutes", "share"), [(1.0, 15, 0.748), (1.0, 10, 0.477), (0.8, 15, 0.599), (1.2, 15, 0.852)]
)
def test_shares_of_people_are_those_of_another_router(streets, hexagons, speed, minutes, share):
    """Hexagon centres to health facilities, no slope; the other router's share is met to one point in a hundred."""
    who = replace(PRESETS["standard"], speed_m_s=speed, slope="none")
    reach = walk(streets, hexagons, hexagons[hexagons["healthcare"] > 0], who, 60 * minutes)
    people = hexagons["population"]
    assert people[reach.covered(60 * minutes)].sum() / people.sum() == pytest.approx(share, abs=0.01)


def test_hills_lower_coverage_and_both_searches_agree_on_them(streets, hexagons):
    net = network(streets, PRESETS["elder"])
    doors = find_doors(hexagons, None, streets, 200.0)
    ends = anchors(net, doors)
    fast, slow = (e.pairs(net, ends, ends, 720_000.0, inwards=True) for e in (search_threads, search_scipy))
    np.testing.assert_array_equal(fast.start, slow.start)
    order = np.lexsort((fast.target, np.repeat(np.arange(len(fast.start) - 1), np.diff(fast.start))))
    np.testing.assert_array_equal(fast.target[order], slow.target)
    np.testing.assert_array_equal(fast.mm[order], slow.mm)
    quick, sure = (e.tree(net, ends, NO_WAY_MM - 1, inwards=False) for e in (search_threads, search_scipy))
    np.testing.assert_array_equal(quick.mm, sure.mm)
    np.testing.assert_array_equal(quick.origin, sure.origin)
    level = network(streets, replace(PRESETS["elder"], slope="none"))
    facilities = find_doors(hexagons[hexagons["healthcare"] > 0], None, streets, 200.0)
    hilly, flat = (walk_doors(n, doors, facilities, 900).covered(900).sum() for n in (net, level))
    assert 0.8 * flat < hilly < flat


def test_nearest_facility_route_and_crow_agree(streets, hexagons):
    net = network(streets, PRESETS["standard"])
    doors = find_doors(hexagons, None, streets, 200.0)
    facilities = find_doors(hexagons[hexagons["healthcare"] > 0], None, streets, 200.0)
    found = nearest(net, doors, facilities).dropna()
    assert len(found) > 0.98 * len(hexagons)
    assert (found["straight_m"] <= found["metres"] + 0.01).all()
    reach = walk_doors(net, doors, facilities, 900)
    least = np.minimum.reduceat(np.append(reach.seconds, np.inf), reach.place_start[:-1])
    near = np.diff(reach.place_start) > 0
    assert (found.loc[reach.places[near], "seconds"] == least[near]).all()
    assert (found["seconds"] <= 900).sum() == near.sum()
    for place in found.index[:40]:
        way = route(net, doors, place, facilities, found.loc[place, "site_id"])
        assert way.seconds == found.loc[place, "seconds"]
        assert way.line.length == pytest.approx(found.loc[place, "metres"], abs=0.5)
