"""The made-up city: real files, a real river, every fault where the list says."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse

import geodata
from geodata.faults import InputError
from geodata.offsets import bd09_to_wgs84, gcj02_to_wgs84
from geodata.study import read_study
from scenarios.demo import write_demo
from scenarios.demo import writing as writing_module
from scenarios.demo.blocks import CELLS, Use
from scenarios.demo.estates import draw_estates
from scenarios.demo.ground import draw_ground
from scenarios.demo.library import draw_library
from scenarios.demo.names import COUNTIES
from scenarios.demo.plan import draw_plan, faults_of_each_kind
from scenarios.demo.streets import draw_streets

PLACES, SEED = 300, 1
GK = 4548
FILES = {
    "background.gpkg",
    "candidates.gpkg",
    "districts.geojson",
    "elevation.tif",
    "facilities.xlsx",
    "faults.csv",
    "gates.csv",
    "medical.csv",
    "residential.gpkg",
    "streets.gpkg",
    "study.toml",
}
KINDS_OF_FAULT = {
    "absurd_households",
    "blank_households",
    "blank_status",
    "duplicate_place",
    "elders_over_population",
    "empty_name",
    "negative_beds",
    "number_as_text",
    "nursing_beds_over_beds",
    "outside_study_area",
    "place_on_street_island",
    "self_crossing_polygon",
    "street_island",
    "unconnected_place",
    "unknown_kind",
    "unknown_place_served",
}


@dataclass(frozen=True, eq=False)
class Demo:
    """What anybody reads from the folder with pandas and geopandas alone."""

    folder: Path
    places: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame  # in EPSG:4548
    districts: gpd.GeoDataFrame
    facilities: pd.DataFrame
    medical: pd.DataFrame
    gates: pd.DataFrame
    candidates: gpd.GeoDataFrame
    river: gpd.GeoDataFrame
    railway: gpd.GeoDataFrame
    faults: pd.DataFrame

    def rows(self, fault: str, layer: str = "") -> pd.DataFrame:
        """Return the planted faults of one kind."""
        return self.faults[(self.faults["fault"] == fault) & self.faults["layer"].str.startswith(layer)]


def read(folder: Path) -> Demo:
    return Demo(
        folder=folder,
        places=gpd.read_file(folder / "residential.gpkg"),
        streets=gpd.read_file(folder / "streets.gpkg").to_crs(GK),
        districts=gpd.read_file(folder / "districts.geojson").to_crs(GK),
        facilities=pd.read_excel(folder / "facilities.xlsx", engine="openpyxl"),
        medical=pd.read_csv(folder / "medical.csv", encoding="gb18030"),
        gates=pd.read_csv(folder / "gates.csv"),
        candidates=gpd.read_file(folder / "candidates.gpkg").to_crs(GK),
        river=gpd.read_file(folder / "background.gpkg", layer="river"),
        railway=gpd.read_file(folder / "background.gpkg", layer="railway"),
        faults=pd.read_csv(folder / "faults.csv", dtype={"value": str}),
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return read(write_demo(tmp_path_factory.mktemp("demo") / "city", PLACES, SEED).parent)


def points(lon: pd.Series, lat: pd.Series) -> gpd.GeoSeries:
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(GK)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def walkable(demo: Demo) -> gpd.GeoDataFrame:
    return demo.streets[demo.streets["highway"] != "motorway"]


# --- the same seed, the same files ------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_city(demo: Demo, tmp_path: Path) -> None:
    again = write_demo(tmp_path / "again", PLACES, SEED).parent
    assert set(digests(again)) == FILES
    assert digests(again) == digests(demo.folder)
    other = digests(write_demo(tmp_path / "other", PLACES, SEED + 1).parent)
    assert all(other[name] != digest for name, digest in digests(demo.folder).items())


def test_one_more_place_is_one_more_row(demo: Demo, tmp_path: Path) -> None:
    more = gpd.read_file(write_demo(tmp_path / "more", PLACES + 1, SEED).parent / "residential.gpkg")
    assert (len(demo.places), len(more)) == (PLACES, PLACES + 1)
    assert demo.places["小区编号"].is_unique


# --- it looks like a city ---------------------------------------------------------------------------------------------


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


# --- districts and people ---------------------------------------------------------------------------------------------


def test_each_level_of_districts_tiles_the_city_and_adds_up(demo: Demo) -> None:
    levels = {level: table for level, table in demo.districts.groupby("level")}
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
    share = {key: sound[mask]["60岁以上"].sum() / sound[mask]["人口"].sum() for key, mask in (("new", new), ("old", old))}
    assert share["new"] == pytest.approx(0.12, abs=0.03)
    assert share["old"] == pytest.approx(0.31, abs=0.04)
    assert households[new].between(800, 3000).all()
    assert households[old].median() < 300
    assert sound["失能"].sum() / sound["60岁以上"].sum() == pytest.approx(0.073, abs=0.006)
    assert (sound["人口"] / households).median() == pytest.approx(2.6, abs=0.15)
    assert sound["小区名称"].nunique() > 0.97 * len(sound)
    per_100 = 100 * sound["配建养老用房面积"] / households
    assert (per_100[~new] == 0).all()
    for case in (per_100[new] == 0, per_100[new].between(1, 29.9), per_100[new].between(29.9, 30.1), per_100[new] > 30.1):
        assert case.sum() >= 3


# --- faults -----------------------------------------------------------------------------------------------------------


def test_every_kind_of_fault_is_planted_and_they_stay_few(demo: Demo, tmp_path: Path) -> None:
    assert set(demo.faults["fault"]) == KINDS_OF_FAULT
    larger = pd.read_csv(write_demo(tmp_path / "city", 5000, 1).parent / "faults.csv")
    assert set(larger["fault"]) == KINDS_OF_FAULT
    assert larger["layer"].eq("residential").sum() / 5000 < 0.01
    assert not larger[larger["id"].notna()].duplicated(["layer", "id"]).any()  # one fault a row


def test_the_list_of_faults_tells_what_the_files_hold(demo: Demo) -> None:
    tables = {"residential": (demo.places, 1, "小区编号"), "facilities": (demo.facilities, 2, "设施编号")}
    for fault in demo.faults.itertuples():
        if fault.layer not in tables:
            continue
        table, first_line, key = tables[fault.layer]
        row = table.iloc[fault.row - first_line]
        assert row[key] == fault.id
        if isinstance(fault.column, str):
            held = row[fault.column]
            assert pd.isna(held) if pd.isna(fault.value) else str(held).removesuffix(".0") == fault.value


def test_each_fault_is_what_it_says(demo: Demo) -> None:
    places, facilities = demo.places.set_index("小区编号"), demo.facilities.set_index("设施编号")

    def of(fault: str, layer: str) -> pd.DataFrame:
        ids = demo.rows(fault, layer)["id"]
        assert len(ids)
        return (places if layer == "residential" else facilities).loc[ids]

    for copy in of("duplicate_place", "residential").itertuples():
        assert (places["小区名称"] == copy.小区名称).sum() >= 2
        assert places.geometry.geom_equals(copy.geometry).sum() == 2
    assert of("blank_households", "residential")["户数"].isna().all()
    assert of("absurd_households", "residential")["户数"].astype(int).gt(50_000).all()
    assert not of("number_as_text", "residential")["户数"].str.fullmatch("[0-9]+").any()
    assert of("empty_name", "residential")["小区名称"].isna().all()
    assert (of("elders_over_population", "residential")["60岁以上"] > of("elders_over_population", "residential")["人口"]).all()
    assert not of("self_crossing_polygon", "residential").is_valid.any()
    assert of("unknown_kind", "facilities")["设施类型"].isin(["怡养驿家", "托老乐园", "银发客厅"]).all()
    assert of("negative_beds", "facilities")["床位数"].lt(0).all()
    assert of("blank_status", "facilities")["运营状态"].isna().all()
    assert (of("nursing_beds_over_beds", "facilities")["护理型床位"] > of("nursing_beds_over_beds", "facilities")["床位数"]).all()
    assert of("number_as_text", "facilities")["建筑面积"].map(lambda cell: isinstance(cell, str)).all()
    served = of("unknown_place_served", "facilities")["服务小区编号"].str.split(";")
    assert served.map(lambda ids: not set(ids) <= set(places.index)).all()


def test_faults_of_place_are_where_they_must_be(demo: Demo) -> None:
    streets = walkable(demo).geometry.union_all()
    far = demo.places.set_index("小区编号").loc[demo.rows("unconnected_place")["id"]]
    assert far.distance(streets).min() > 250  # further than the default snapping limit of 200 m
    city = demo.districts.union_all()
    outside = points(*gcj02_to_wgs84(demo.facilities["经度"], demo.facilities["纬度"])).distance(city) > 5_000
    assert set(demo.facilities["设施编号"][outside]) == set(demo.rows("outside_study_area")["id"])
    assert demo.places.geometry.make_valid().within(city.buffer(1.0)).all()


def test_without_the_planted_faults_the_tables_are_sound(demo: Demo) -> None:
    places = demo.places[~demo.places["小区编号"].isin(demo.faults["id"])]
    assert places.is_valid.all()
    assert places["户数"].str.fullmatch("[0-9]+").all()
    assert (places["80岁以上"] <= places["60岁以上"]).all()
    assert (places["60岁以上"] <= places["人口"]).all()
    facilities = demo.facilities[~demo.facilities["设施编号"].isin(demo.faults["id"])]
    assert facilities["运营状态"].isin(["已投用", "在建", "规划", "停用"]).all()
    beds = facilities.dropna(subset="床位数")
    assert (beds["护理型床位"] <= beds["床位数"]).all()
    served = facilities["服务小区编号"].dropna().str.split(";").explode()
    assert served.isin(demo.places["小区编号"]).all()
    waiting = facilities["运营状态"].isin(["在建", "规划"])
    assert facilities["投用日期"].isna().eq(waiting).all()


# --- the tool reads it ------------------------------------------------------------------------------------------------


def test_the_study_file_names_every_layer(demo: Demo) -> None:
    study = read_study(demo.folder / "study.toml")
    assert set(study.layers) == {
        "residential",
        "gates",
        "facilities",
        "medical",
        "districts",
        "streets",
        "candidates",
        "elevation",
    }
    assert study.policy == ""
    assert study.walking.limits_min == (5.0, 10.0, 15.0)


def test_reading_the_city_stops_at_no_fault_and_reports_the_planted_ones(demo: Demo) -> None:
    city = geodata.read_city(demo.folder / "study.toml", cached=False)
    assert len(city.residential) == PLACES
    reported = {(fault.layer, fault.row) for fault in city.faults}
    silent = {"blank_households", "blank_status", "street_island", "place_on_street_island", "duplicate_place"}
    for fault in demo.faults[~demo.faults["fault"].isin(silent)].itertuples():
        assert (fault.layer, fault.row) in reported, fault.fault
    assert "streets" in {fault.layer for fault in city.faults}
    assert city.residential.loc[demo.rows("blank_households")["id"], "households"].isna().all()
    assert city.facilities.loc[demo.rows("blank_status")["id"], "status"].isna().all()
    allowed = {("residential", int(row)) for row in demo.rows("duplicate_place")["row"]}
    planted = set(zip(demo.faults["layer"], demo.faults["row"], strict=True)) | allowed
    unplanned = [fault for fault in city.faults if fault.row is not None and (fault.layer, fault.row) not in planted]
    assert not unplanned  # nothing else is wrong with the city


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_demo(tmp_path, PLACES, SEED)
    assert caught.value.faults[0].code == "demo_not_empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    (tmp_path / "study.toml").write_text('[study]\nname = "mine"\n', encoding="utf-8")
    with pytest.raises(InputError):
        write_demo(tmp_path, PLACES, SEED)


def test_a_demo_is_written_over_and_what_else_lies_there_stays(tmp_path: Path) -> None:
    study = write_demo(tmp_path / "city", PLACES, SEED)
    before = digests(study.parent)
    (study.parent / "notes.txt").write_text("mine", encoding="utf-8")
    assert write_demo(tmp_path / "city", PLACES, SEED + 1) == study
    after = digests(study.parent)
    assert "notes.txt" in after
    assert all(after[name] != before[name] for name in FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["city"]  # no half-written folder beside it


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(writing_module, "write_elevation", full)
    with pytest.raises(OSError, match="disk full"):
        write_demo(tmp_path / "city", PLACES, SEED)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("places", "seed", "code"),
    [(299, 1, "demo_places_range"), (100_001, 1, "demo_places_range"), (300, -1, "demo_seed")],
)
def test_sizes_out_of_range_are_refused(places: int, seed: int, code: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_demo(tmp_path / "city", places, seed)
    assert caught.value.faults[0].code == code
    assert str(places if code == "demo_places_range" else seed) in caught.value.faults[0].message("zh")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "city").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_demo(tmp_path / "city", PLACES, SEED)
    assert caught.value.faults[0].code == "demo_not_a_folder"


def test_names_of_streets_stay_the_same_along_a_street(demo: Demo) -> None:
    ring = demo.streets[demo.streets["name"] == "一环路"]
    assert (ring["highway"] == "trunk").all()
    assert len(ring) >= 4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shapely warns of nothing here; numpy may of empty means
        spread = ring.total_bounds
    assert min(spread[2] - spread[0], spread[3] - spread[1]) > 2 * CELLS * 40
