"""The made-up city looks like one: blocks, barriers, gates, hills, districts, people old and young."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse

from geodata.coordinates.offsets import bd09_to_wgs84, gcj02_to_wgs84
from scenarios.demo import write_demo
from scenarios.demo.blocks import Use
from scenarios.demo.estates import draw_estates
from scenarios.demo.ground import draw_ground
from scenarios.demo.library import draw_library
from scenarios.demo.names import COUNTIES
from scenarios.demo.plan import draw_plan, faults_of_each_kind
from scenarios.demo.streets import draw_streets
from tests.scenarios.demo_files import GK, Demo, points, read, walkable

PLACES, SEED = 300, 1


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return read(write_demo(tmp_path_factory.mktemp("demo") / "city", PLACES, SEED).parent)


@pytest.mark.parametrize(("places", "seed"), [(300, 16), (300, 6), (777, 2), (2000, 3), (5000, 1)])
def test_every_size_has_its_places_its_streets_and_no_fold(places: int, seed: int) -> None:
    library = draw_library(seed)
    plan = draw_plan(places, seed, library)
    ground = draw_ground(plan)
    grid = draw_streets(plan, library, ground)
    estates = draw_estates(plan, library, grid, ground)
    assert len(estates.kind) == places
    each = faults_of_each_kind(places)
    assert [(estates.use == use).sum() for use in (Use.REMOTE, Use.ISLET)] == [each, each]
    degree = grid.degree()
    assert 13 < ((degree > 0) & (degree != 2)).sum() / places < 28  # junctions and dead ends
    along = np.diff(ground.x_m, axis=1), np.diff(ground.y_m, axis=1)
    up = np.diff(ground.x_m, axis=0), np.diff(ground.y_m, axis=0)
    for south in (slice(None, -1), slice(1, None)):  # all four corners of every cell turn left: nothing folds over
        for west in (slice(None, -1), slice(1, None)):
            turn = along[0][south] * up[1][:, west] - along[1][south] * up[0][:, west]
            assert turn.min() > 0
    assert shapely.is_valid(estates.polygon).all()
    pairs = shapely.STRtree(estates.polygon).query(estates.polygon, predicate="overlaps")
    assert pairs.shape[1] == 0


def test_nearly_all_streets_hang_together(demo: Demo) -> None:
    coordinates, way = shapely.get_coordinates(walkable(demo).geometry.to_numpy(), return_index=True)
    _, node = np.unique(np.round(coordinates, 2), axis=0, return_inverse=True)
    node = node.ravel()
    same = way[1:] == way[:-1]
    start, stop = node[:-1][same], node[1:][same]
    length_m = np.hypot(*(coordinates[1:] - coordinates[:-1]).T)[same]
    links = sparse.coo_array((np.ones(len(start)), (start, stop)), shape=(node.max() + 1,) * 2)
    parts, part = sparse.csgraph.connected_components(links.tocsr(), directed=False)
    by_part = np.bincount(part[start], length_m)
    assert by_part.max() / by_part.sum() > 0.95
    assert parts == 1 + len(demo.rows("street_island"))  # only the planted islands lie apart


def test_nothing_stands_in_the_river_and_only_bridges_cross_it(demo: Demo) -> None:
    water = demo.river.geometry.iloc[0]
    assert water.area > 300_000
    assert not demo.places.geometry.make_valid().intersects(water).any()
    assert not demo.candidates.geometry.intersects(water).any()
    for table, back in ((demo.facilities, gcj02_to_wgs84), (demo.medical, bd09_to_wgs84)):
        assert not points(*back(table["经度"], table["纬度"])).intersects(water).any()
    wet = walkable(demo)[walkable(demo).geometry.intersects(water)]
    assert 2 <= len(wet) <= 12
    assert (wet["bridge"] == "yes").all()


def test_only_bridges_and_tunnels_cross_the_railway_and_the_motorway(demo: Demo) -> None:
    motorway = demo.streets[demo.streets["highway"] == "motorway"].geometry.union_all()
    for barrier, least in ((demo.railway.geometry.iloc[0], 2), (motorway, 4)):
        crossing = walkable(demo)[walkable(demo).geometry.intersects(barrier)]
        assert len(crossing) >= least
        assert crossing[["bridge", "tunnel"]].notna().any(axis=1).all()


def test_estates_lie_inside_blocks(demo: Demo) -> None:
    public = ["trunk", "primary", "secondary", "tertiary", "residential", "living_street", "motorway"]
    streets = demo.streets[demo.streets["highway"].isin(public)]
    houses = demo.places[demo.places.is_valid & ~demo.places["小区名称"].fillna("").str.endswith("村")]
    assert not gpd.sjoin(houses, streets, predicate="crosses").index.size
    assert not gpd.sjoin(houses, streets, predicate="intersects").index.size


def test_the_city_has_what_makes_walking_hard(demo: Demo) -> None:
    assert {"motorway", "trunk", "primary", "footway", "steps", "living_street"} <= set(demo.streets["highway"])
    private = demo.streets[demo.streets["access"] == "private"]
    assert private["highway"].isin(["service", "footway", "steps"]).all()
    assert private.length.sum() > 0.1 * demo.streets.length.sum()
    named = demo.streets["name"].dropna()
    assert named.str.contains("环路").any()
    assert named.nunique() > 100


def test_the_gates_lie_on_the_walls_and_on_a_drive(demo: Demo) -> None:
    where = points(demo.gates["经度"], demo.gates["纬度"])
    home = demo.places.set_index("小区编号").geometry.make_valid()[demo.gates["place_id"]]
    planted = demo.gates["place_id"].isin(demo.faults["id"]).to_numpy()
    assert where.distance(home.boundary.reset_index(drop=True))[~planted].max() < 0.05
    assert gpd.sjoin_nearest(where.to_frame("geometry"), walkable(demo), distance_col="away_m")["away_m"].max() < 0.05


def test_the_heights_cover_the_city_and_rise_in_the_north(demo: Demo) -> None:
    import rasterio

    with rasterio.open(demo.folder / "elevation.tif") as raster:
        assert raster.crs.to_epsg() == GK
        heights = raster.read(1)
        assert (np.array(raster.bounds[:2]) < demo.streets.total_bounds[:2]).all()
        assert (np.array(raster.bounds[2:]) > demo.streets.total_bounds[2:]).all()
    assert heights[: len(heights) // 5].max() - heights[len(heights) // 2 :].max() > 50  # row 0 is the north


def test_ring_roads_go_round(demo: Demo) -> None:
    ring = demo.streets[demo.streets["name"] == "一环路"]
    assert (ring["highway"] == "trunk").all()
    west, south, east, north = ring.total_bounds
    assert min(east - west, north - south) > 1_000
    centre = shapely.Point((west + east) / 2, (south + north) / 2)
    assert ring.distance(centre).min() > 300  # round the centre, not through it


def test_each_level_of_districts_tiles_the_city_and_adds_up(demo: Demo) -> None:
    levels = dict(iter(demo.districts.groupby("level")))
    assert set(levels) == {"county", "street", "community"}
    area_m2 = levels["county"].union_all().area
    for table in levels.values():
        assert table.area.sum() == pytest.approx(area_m2, rel=1e-6)  # no gap, no overlap
    for lower, upper in (("street", "county"), ("community", "street")):
        sums = levels[lower].groupby("parent")[["population", "elders_60"]].sum()
        above = levels[upper].set_index("id")[["population", "elders_60"]]
        pd.testing.assert_frame_equal(sums.sort_index(), above.sort_index(), check_names=False)
    assert levels["county"]["name"].str[:-1].isin(COUNTIES).all()
    elders, people = levels["county"]["elders_60"].sum(), levels["county"]["population"].sum()
    assert elders / people == pytest.approx(0.25, abs=0.002)


def test_old_and_new_estates_differ_as_in_life(tmp_path: Path) -> None:
    places = gpd.read_file(write_demo(tmp_path / "city", 1000, 3).parent / "residential.gpkg")
    sound = places[~places["小区编号"].isin(pd.read_csv(tmp_path / "city" / "faults.csv")["id"])]
    households = sound["户数"].astype(int)
    new = sound["建设类型"] == "新建"
    village = sound["小区名称"].str.endswith("村")
    old = sound["竣工日期"].dt.year.le(1999) & ~village
    share = {
        key: sound[mask]["60岁以上"].sum() / sound[mask]["人口"].sum() for key, mask in (("new", new), ("old", old))
    }
    assert share["new"] == pytest.approx(0.12, abs=0.03)
    assert share["old"] == pytest.approx(0.31, abs=0.04)
    assert households[new].between(800, 3000).all()
    assert households[old].median() < 300
    assert sound["失能"].sum() / sound["60岁以上"].sum() == pytest.approx(0.073, abs=0.006)
    assert (sound["人口"] / households).median() == pytest.approx(2.6, abs=0.15)
    assert sound["小区名称"].nunique() > 0.97 * len(sound)
    per_100 = 100 * sound["配建养老用房面积"] / households
    assert (per_100[~new] == 0).all()
    for case in (
        per_100[new] == 0,
        per_100[new].between(1, 29.9),
        per_100[new].between(29.9, 30.1),
        per_100[new] > 30.1,
    ):
        assert case.sum() >= 3
