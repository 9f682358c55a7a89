"""Remake the broken files: ``python -m tests.broken.make``. The files are kept in the repository; this says how they came."""

import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
from shapely.geometry import LineString, Point, Polygon

HERE = Path(__file__).parent
BASE = HERE / "base"

# a street of 400 m running east at 117 E, 36.65 N, and one running north from its middle
LON, LAT = 117.0, 36.65
EAST = 400 / 89_500  # degrees of longitude
NORTH = 300 / 110_960

STREETS = [
    [(LON, LAT), (LON + EAST / 2, LAT), (LON + EAST, LAT)],
    [(LON + EAST / 2, LAT), (LON + EAST / 2, LAT + NORTH)],
]
PLACES = [
    ("P1", "东里", 500, LON + 0.0001, LAT + 0.0001),
    ("P2", "西里", 800, LON + EAST, LAT + 0.0001),
    ("P3", "北里", 300, LON + EAST / 2, LAT + NORTH),
]
SITES = [("F1", "东里日间照料中心", "day_care", LON + EAST / 2 + 0.0001, LAT + 0.0001)]

RESIDENTIAL = "id,name,households,lon,lat\n" + "".join(f"{a},{b},{c},{d:.6f},{e:.6f}\n" for a, b, c, d, e in PLACES)
FACILITIES = "id,name,kind,lon,lat\n" + "".join(f"{a},{b},{c},{d:.6f},{e:.6f}\n" for a, b, c, d, e in SITES)

STUDY = """[study]
name = "纸上小城"
day = 2025-12-31

[layers.residential]
path = "residential.csv"
crs = "wgs84"

[layers.facilities]
path = "facilities.csv"
crs = "wgs84"

[layers.streets]
path = "streets.geojson"
"""


def lines(coordinates: list[list[tuple[float, float]]]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "residential"},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in coordinates
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def base() -> None:
    BASE.mkdir(exist_ok=True)
    (BASE / "residential.csv").write_text(RESIDENTIAL, encoding="utf-8")
    (BASE / "facilities.csv").write_text(FACILITIES, encoding="utf-8")
    (BASE / "streets.geojson").write_text(lines(STREETS), encoding="utf-8")
    (BASE / "study.toml").write_text(STUDY, encoding="utf-8")


def studies() -> None:
    changed = {
        "unknown_table": STUDY + "\n[walkng]\nprofile = 'standard'\n",
        "unknown_key": STUDY.replace("day =", "dya ="),
        "unknown_layer": STUDY.replace("[layers.facilities]", "[layers.facilites]"),
        "unknown_layer_key": STUDY.replace('crs = "wgs84"', 'csr = "wgs84"', 1),
        "unknown_profile": STUDY + "\n[walking]\nprofile = 'eldr'\n",
        "limits_falling": STUDY + "\n[walking]\nlimits_min = [15, 10, 5]\n",
        "limits_negative": STUDY + "\n[walking]\nlimits_min = [-5, 15]\n",
        "limits_text": STUDY + "\n[walking]\nlimits_min = '15'\n",
        "speed_zero": STUDY + "\n[walking]\nspeed_m_s = 0\n",
        "speed_text": STUDY + "\n[walking]\nspeed_m_s = '1.0'\n",
        "snap_negative": STUDY + "\n[walking]\nsnap_m = -1\n",
        "day_text": STUDY.replace("2025-12-31", '"去年"'),
        "no_residential": STUDY.replace("[layers.residential]", "[layers.medical]"),
        "no_streets": STUDY[: STUDY.index("[layers.streets]")],
        "no_path": STUDY.replace('path = "streets.geojson"', ""),
        "file_missing": STUDY.replace("residential.csv", "小区.csv"),
        "crs_web_mercator": STUDY.replace("[layers.residential]", 'crs = "EPSG:3857"\n\n[layers.residential]'),
        "crs_degrees": STUDY.replace("[layers.residential]", 'crs = "EPSG:4490"\n\n[layers.residential]'),
        "crs_nonsense": STUDY.replace("[layers.residential]", 'crs = "北京54"\n\n[layers.residential]'),
        "layer_crs_nonsense": STUDY.replace('crs = "wgs84"', 'crs = "mars"', 1),
        "column_not_there": STUDY.replace('crs = "wgs84"', 'crs = "wgs84"\ncolumns = { households = "总户数" }', 1),
        "column_unknown": STUDY.replace('crs = "wgs84"', 'crs = "wgs84"\ncolumns = { housholds = "households" }', 1),
        "swapped_text": STUDY.replace('crs = "wgs84"', 'swapped = "yes"', 1),
        "group_unknown_kind": STUDY + "\n[groups]\nmine = ['day_car']\n",
        "elder_share_over_one": STUDY + "\n[population]\nelder_share = 25\n",
        "not_toml": STUDY.replace("[study]", "[study"),
    }
    for name, text in changed.items():
        (HERE / f"study_{name}.toml").write_text(text, encoding="utf-8")
    (HERE / "study_gbk.toml").write_bytes(STUDY.encode("gbk"))


def tables() -> None:
    write = {
        "residential_duplicate_id.csv": RESIDENTIAL.replace("P2,", "P1,"),
        "residential_no_coordinates.csv": "id,name,households\nP1,东里,500\n",
        "residential_header_only.csv": "id,name,households,lon,lat\n",
        "residential_empty.csv": "",
        "residential_no_point_at_all.csv": "id,name,households,lon,lat\nP1,东里,500,,\nP2,西里,800,,\n",
        "residential_latitude_95.csv": RESIDENTIAL.replace("36.6", "95.6"),
        "residential_metres_as_wgs84.csv": "id,name,households,lon,lat\nP1,东里,500,500100,4057000\nP2,西里,800,500500,4057000\n",
        "residential_open_quote.csv": RESIDENTIAL.replace("西里", '"西里'),
        "residential_far_away.csv": RESIDENTIAL.replace("117.0", "106.0"),
        "facilities_no_kind.csv": "id,name,lon,lat\nF1,东里日间照料中心,117.002,36.65\n",
        "facilities_duplicate_id.csv": FACILITIES + FACILITIES.splitlines()[1] + "\n",
        "streets_not_json.geojson": lines(STREETS)[:-20],
        "streets_points.geojson": json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [LON, LAT]}}
                ],
            }
        ),
        "streets_none.geojson": json.dumps({"type": "FeatureCollection", "features": []}),
        "streets_motorways_only.geojson": lines(STREETS).replace("residential", "motorway"),
        "streets_broken.osm": "<osm><node id='1' lat='36.65' lon='117.0'></osm",
        "streets_not_graphml.graphml": "<graphml><node id='1'/></graphml>",
        "streets_text.osm.pbf": "this is not a pbf file",
        "districts_points.csv": "id,name,level,lon,lat\nD1,东街道,street,117.0,36.65\n",
        "gates_no_place.csv": "lon,lat\n117.0,36.65\n",
        "elevation_not_a_raster.tif": "not a raster",
        "residential_drawing.dwg": "AC1032",
    }
    for name, text in write.items():
        (HERE / name).write_text(text, encoding="utf-8")
    (HERE / "residential_garbage.xlsx").write_bytes(bytes(range(256)) * 8)
    (HERE / "residential_garbage.parquet").write_bytes(b"PAR1" + bytes(100))
    (HERE / "residential_garbage.gpkg").write_bytes(b"SQLite format 3\x00" + bytes(200))
    (HERE / "residential_pickle.pkl").write_bytes(b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07nothing\x94.")
    (HERE / "residential_ten_thousand_columns.csv").write_text(
        ",".join(f"c{n}" for n in range(10_001)) + "\n" + "1," * 10_000 + "1\n", encoding="utf-8"
    )
    book = openpyxl.Workbook()
    book.active.append(["说明", "这里没有表"])  # type: ignore[union-attr]
    book.save(HERE / "residential_no_table.xlsx")


def shapefiles() -> None:
    places = gpd.GeoDataFrame(
        {"id": ["P1", "P2"], "name": ["a", "b"], "households": [500, 800]},
        geometry=[Point(LON, LAT), Point(LON + EAST, LAT)],
        crs=4326,
    )
    folder = HERE / "shapes"
    folder.mkdir(exist_ok=True)
    places.to_file(folder / "places.shp")
    parts = {path.suffix: path.read_bytes() for path in folder.glob("places.*")}
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()

    def zipped(name: str, files: dict[str, bytes]) -> None:
        with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for inner, data in files.items():
                archive.writestr(zipfile.ZipInfo(inner, (2025, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)

    without = lambda *gone: {f"places{suffix}": data for suffix, data in parts.items() if suffix not in gone}  # noqa: E731 - short and local
    zipped("residential_no_prj.zip", without(".prj"))
    zipped("residential_no_dbf.zip", without(".dbf"))
    zipped("residential_no_shx.zip", without(".shx", ".shp"))
    zipped("residential_two_layers.zip", {**without(), **{f"more{suffix}": data for suffix, data in parts.items()}})
    zipped("residential_nothing_inside.zip", {"readme.txt": b"nothing"})
    zipped("residential_path_traversal.zip", {f"../../{name}": data for name, data in without().items()})
    zipped("residential_bomb.zip", {**without(".dbf"), "places.dbf": bytes(3_000_000_000 // 10)})
    (HERE / "residential_not_a_zip.zip").write_bytes(b"PK\x03\x04 no")
    (HERE / "residential_no_prj.shp").write_bytes(parts[".shp"])
    two = HERE / "residential_two_layers.gpkg"
    two.unlink(missing_ok=True)
    places.to_file(two, layer="现状", driver="GPKG")
    places.to_file(two, layer="规划", driver="GPKG")
    lined = gpd.GeoDataFrame(
        {"id": ["P1"], "name": ["a"], "households": [5]},
        geometry=[LineString([(LON, LAT), (LON, LAT + 0.01)])],
        crs=4326,
    )
    lined.to_file(HERE / "residential_lines.geojson", driver="GeoJSON")
    square = Polygon([(LON, LAT), (LON + 0.01, LAT), (LON, LAT + 0.01)])
    gpd.GeoDataFrame({"id": ["P1"], "name": ["a"], "households": [5]}, geometry=[square], crs=3857).set_crs(
        None, allow_override=True
    ).to_file(HERE / "streets_polygons.geojson", driver="GeoJSON")


def main() -> None:
    base()
    studies()
    tables()
    shapefiles()
    buffer = io.StringIO()
    buffer.write(f"{len([path for path in HERE.iterdir() if path.is_file() and path.suffix != '.py'])} files\n")
    print(buffer.getvalue())


if __name__ == "__main__":
    main()
