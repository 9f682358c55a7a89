"""The made-up city as files, in the formats and coordinates that planners really get them in."""

import shutil
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from geodata.coordinates.offsets import wgs84_to_bd09, wgs84_to_gcj02
from geodata.faults import fail
from scenarios.demo.barriers import background
from scenarios.demo.dice import dice
from scenarios.demo.districts import Districts, draw_districts
from scenarios.demo.estates import Estates, draw_estates
from scenarios.demo.facilities import draw_facilities
from scenarios.demo.faults import FaultList, note_islands, plant_in_facilities, plant_in_places
from scenarios.demo.files import write_csv, write_elevation, write_layer, write_sheet
from scenarios.demo.ground import EPSG, draw_ground
from scenarios.demo.library import draw_library
from scenarios.demo.names import CITY, estate_names
from scenarios.demo.people import draw_people
from scenarios.demo.plan import draw_plan
from scenarios.demo.sites import draw_sites
from scenarios.demo.streets import draw_streets
from scenarios.demo.study import study_text
from scenarios.demo.surroundings import draw_candidates, draw_medical
from scenarios.demo.ways import draw_ways

LEAST, MOST, DEFAULT = 300, 100_000, 1000
STUDY = "study.toml"
MARK = "# 示例城市"  # the first words of a demo's study file: only such a folder is overwritten
HEADERS = {
    "residential": {
        "id": "小区编号",
        "name": "小区名称",
        "households": "户数",
        "population": "人口",
        "elders_60": "60岁以上",
        "elders_80": "80岁以上",
        "disabled_elders": "失能",
        "estate_class": "建设类型",
        "permit_date": "规划许可日期",
        "completion_date": "竣工日期",
        "built_elder_area_m2": "配建养老用房面积",
        "street": "所属街道",
        "community": "所属社区",
    },
    "facilities": {
        "id": "设施编号",
        "name": "设施名称",
        "kind_word": "设施类型",
        "floor_area_m2": "建筑面积",
        "site_area_m2": "用地面积",
        "beds": "床位数",
        "nursing_beds": "护理型床位",
        "dementia_beds": "认知障碍床位",
        "residents": "入住人数",
        "carers": "护理员人数",
        "status": "运营状态",
        "opened_on": "投用日期",
        "operator": "运营方",
        "functions": "功能清单",
        "medical_mode": "医养方式",
        "serves": "服务小区编号",
        "counts_to_quota": "计入配建",
        "floor": "楼层",
        "lon": "经度",
        "lat": "纬度",
    },
    "medical": {"id": "编号", "name": "名称", "kind": "类型", "level": "等级", "lon": "经度", "lat": "纬度"},
}


def write_demo(folder: str | Path, places: int = DEFAULT, seed: int = 1) -> Path:
    """Write a made-up city of ``places`` residential areas into ``folder`` and return the path of its study file.

    The same ``places`` and ``seed`` give the same files. A folder that holds anything but an earlier demo is refused.
    Nothing half-written is left: the files are made beside the folder and moved in when all are there.
    """
    folder = Path(folder)
    _check(folder, places, seed)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write(made, places, seed)
        folder.mkdir(exist_ok=True)
        for path in sorted(made.iterdir(), key=lambda path: path.name == STUDY):  # the study file last
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder / STUDY


def _check(folder: Path, places: int, seed: int) -> None:
    if not LEAST <= places <= MOST:
        raise fail("demo_places_range", value=places, least=LEAST, most=MOST)
    if seed < 0:
        raise fail("demo_seed", value=seed)
    if folder.exists() and not folder.is_dir():
        raise fail("demo_not_a_folder", value=folder.name)
    if folder.is_dir() and any(folder.iterdir()):
        study = folder / STUDY
        if not (study.is_file() and study.read_bytes().decode("utf-8", "replace").startswith(MARK)):
            raise fail("demo_not_empty", value=folder.name)


def _write(folder: Path, places: int, seed: int) -> None:
    library = draw_library(seed)
    plan = draw_plan(places, seed, library)
    ground = draw_ground(plan)
    grid = draw_streets(plan, library, ground)
    estates = draw_estates(plan, library, grid, ground)
    people = draw_people(estates, seed)
    districts = draw_districts(plan, ground, estates, people)
    sites = draw_sites(plan, grid, ground, districts, estates, people["population"].to_numpy())
    residential = _residential(estates, people, districts, seed)
    centre = residential.geometry.centroid
    doors = pd.DataFrame({"id": residential["id"], "x_m": centre.x, "y_m": centre.y})
    doors["built_elder_area_m2"] = residential["built_elder_area_m2"]
    ways = draw_ways(plan, grid, ground)
    faults = FaultList()
    facilities = plant_in_facilities(draw_facilities(sites, districts, doors, seed), plan, faults)
    note_islands(ways, plan, ground, faults)
    residential = plant_in_places(residential, estates, plan, faults)

    write_layer(folder / "streets.gpkg", ways.to_crs(4326), "streets")
    write_layer(folder / "residential.gpkg", residential.rename(columns=HEADERS["residential"]), "residential")
    _gates(estates, residential["id"]).to_csv(
        folder / "gates.csv", index=False, encoding="utf-8-sig", lineterminator="\n"
    )
    facilities = _placed(facilities, "gcj02")[list(HEADERS["facilities"])].rename(columns=HEADERS["facilities"])
    write_sheet(folder / "facilities.xlsx", facilities, "养老设施")
    medical = _placed(draw_medical(sites, districts, seed), "bd09")[list(HEADERS["medical"])]
    medical = medical.rename(columns=HEADERS["medical"])
    write_csv(folder / "medical.csv", medical, "gb18030")
    write_layer(folder / "districts.geojson", districts.table.to_crs(4326), "districts")
    candidates = draw_candidates(sites, seed)
    spots = gpd.points_from_xy(candidates.pop("x_m"), candidates.pop("y_m"), crs=EPSG)
    write_layer(folder / "candidates.gpkg", gpd.GeoDataFrame(candidates, geometry=spots).to_crs(4490), "candidates")
    write_layer(folder / "background.gpkg", background(plan, ground), "background")
    write_elevation(folder / "elevation.tif", ground)
    write_csv(folder / "faults.csv", _fault_table(faults), "utf-8-sig")
    (folder / STUDY).write_text(study_text(CITY, places, seed, MARK), encoding="utf-8", newline="\n")


def _residential(estates: Estates, people: pd.DataFrame, districts: Districts, seed: int) -> gpd.GeoDataFrame:
    community = districts.community[estates.row, estates.column]
    names = {
        level: districts.table.loc[districts.table["level"] == level, "name"].to_numpy(dtype=np.object_)
        for level in ("street", "community")
    }
    table = people.drop(columns="new").assign(
        id=[f"R{k + 1:06d}" for k in range(len(people))],
        name=estate_names(dice(seed, "estate names"), estates.kind),
        estate_class=np.where(people["new"], "新建", "既有"),
        street=names["street"][districts.street_of[community]],
        community=names["community"][community],
    )
    return gpd.GeoDataFrame(table[list(HEADERS["residential"])], geometry=gpd.GeoSeries(estates.polygon, crs=EPSG))


def _placed(table: pd.DataFrame, system: str) -> pd.DataFrame:
    """Add ``lon`` and ``lat`` in the shifted coordinates of a web map, to 6 decimals (0.1 m)."""
    to_wgs84 = Transformer.from_crs(EPSG, 4326, always_xy=True)
    lon, lat = to_wgs84.transform(table["x_m"].to_numpy(), table["y_m"].to_numpy())
    lon, lat = wgs84_to_bd09(lon, lat) if system == "bd09" else wgs84_to_gcj02(lon, lat)
    return table.assign(lon=np.round(lon, 6), lat=np.round(lat, 6))


def _gates(estates: Estates, ids: pd.Series) -> pd.DataFrame:
    """Return the gates with true coordinates (WGS84)."""
    to_wgs84 = Transformer.from_crs(EPSG, 4326, always_xy=True)
    lon, lat = to_wgs84.transform(estates.gates["x_m"].to_numpy(), estates.gates["y_m"].to_numpy())
    place = ids.to_numpy()[estates.gates["place"].to_numpy()]
    columns = {"place_id": place, "名称": estates.gates["name"], "经度": np.round(lon, 7), "纬度": np.round(lat, 7)}
    return pd.DataFrame(columns)


def _fault_table(faults: FaultList) -> pd.DataFrame:
    """Return the planted faults with columns named as in the files."""
    table = faults.table()
    table["column"] = [
        HEADERS.get(layer, {}).get(column, column)
        for layer, column in zip(table["layer"], table["column"], strict=True)
    ]
    return table
