"""Proposals: what is recognised is shown, what can't be is said, and nothing is raised for a bad file."""

import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from geodata.reading.proposal import Proposal, middle_lon_deg, propose
from geodata.study import LayerSource

BROKEN = Path(__file__).parent.parent / "broken"
TABLE = """小区编号,小区,总户数,楼层数,经度,纬度
A1,甲园,约300户,6,117.02,36.65
A2,乙园,120,,117.03,36.66
A3,丙园,80,18,,
"""


def of(path: Path, layer: str = "residential", **settled: object) -> Proposal:
    return propose(LayerSource(layer=layer, path=path, **settled))  # type: ignore[arg-type]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "小区.csv"
    path.write_bytes(TABLE.encode("gbk"))
    return path


def test_a_table_is_laid_open(table: Path) -> None:
    found = of(table)
    assert found.columns == {"id": "小区编号", "name": "小区", "households": "总户数", "x": "经度", "y": "纬度"}
    assert found.theirs == ("小区编号", "小区", "总户数", "楼层数", "经度", "纬度")
    assert found.sample[0] == ("A1", "甲园", "约300户", "6", "117.02", "36.65")
    assert found.sample[2][3:] == ("18", "", "")
    assert found.sample_rows == (2, 3, 4)  # as the planner counts: the header is line 1
    assert found.rows == 3
    assert found.points_deg.tolist() == [[117.02, 36.65], [117.03, 36.66]]
    assert found.point_rows.tolist() == [2, 3]
    assert found.box_deg == (117.02, 36.65, 117.03, 36.66)
    assert middle_lon_deg(found) == pytest.approx(117.025)
    assert found.system == "WGS84"
    assert [fault.code for fault in found.evidence] == ["crs_guessed_degrees"]
    assert "gb18030" in found.note
    assert found.usable
    assert {"id", "name", "households", "x", "y"} == set(found.first)


def test_what_is_put_right_counts(table: Path) -> None:
    found = of(table, crs="gcj02", columns={"households": "楼层数"})
    assert found.columns["households"] == "楼层数"
    assert found.system == "GCJ-02"
    # GCJ-02 shifts by some hundred metres: the point moves by less than a hundredth of a degree, but it moves
    moved = np.abs(found.points_deg[0] - (117.02, 36.65))
    assert 0.0005 < moved.max() < 0.01


def test_a_column_that_isn_t_there_is_an_error_but_the_table_still_shows(table: Path) -> None:
    found = of(table, columns={"households": "户口"})
    assert not found.usable
    assert [fault.code for fault in found.faults] == ["column_not_there"]
    assert found.rows == 3
    assert "households" not in found.columns or found.columns["households"] == "总户数"
    assert found.points_deg.shape == (0, 2)


def test_sheets_are_offered_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for name in ("一", "二"):
        sheet = book.create_sheet(name)
        for line in TABLE.splitlines():
            sheet.append(line.split(","))
    book.remove(book.worksheets[0])
    book.save(path)
    found = of(path)
    assert found.sheets == ("一", "二")
    assert [fault.code for fault in found.faults] == ["sheet_needed"]
    assert of(path, sheet="二").rows == 3


def test_layers_of_a_container_are_offered(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"名称": ["一"]}, geometry=[shapely.Point(117, 36)], crs=4326)
    for name in ("甲", "乙"):
        points.to_file(tmp_path / "a.gpkg", layer=name, driver="GPKG")
        points.to_file(tmp_path / f"{name}.shp", encoding="UTF-8")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as package:
        for part in sorted(path for path in tmp_path.iterdir() if path.stem in {"甲", "乙"}):
            package.write(part, f"图层/{part.name}")
    for name in ("a.gpkg", "b.zip"):
        found = of(tmp_path / name)
        assert set(found.sublayers) == {"甲", "乙"}, name
        assert not found.usable
        assert of(tmp_path / name, sublayer="甲").rows == 1


def test_streets_are_lines_with_their_tags(tmp_path: Path) -> None:
    path = tmp_path / "道路.gpkg"
    lines = [shapely.LineString([(117, 36), (117.01, 36)]), shapely.LineString([(117, 36), (117, 36.02)])]
    gpd.GeoDataFrame({"道路等级": ["primary", "service"]}, geometry=lines, crs=4490).to_file(path, driver="GPKG")
    found = of(path, "streets")
    assert found.columns == {"highway": "道路等级"}
    assert found.box_deg == (117.0, 36.0, 117.01, 36.02)
    assert len(found.lines_deg) == found.rows == 2
    assert shapely.equals_exact(found.lines_deg[0], lines[0])
    assert "4490" in found.system
    assert found.usable


def test_a_raster_shows_its_extent(tmp_path: Path) -> None:
    import rasterio

    path = tmp_path / "dem.tif"
    shape = {"driver": "GTiff", "width": 4, "height": 2, "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", crs="EPSG:4326", transform=rasterio.Affine(0.5, 0, 117, 0, -0.5, 37), **shape) as out:
        out.write(np.zeros((2, 4), dtype="float32"), 1)
    found = of(path, "elevation")
    assert found.box_deg == (117.0, 36.0, 119.0, 37.0)
    assert found.usable


@pytest.mark.parametrize(
    "name", sorted(path.name for path in BROKEN.iterdir() if path.is_file() and path.suffix not in {".py", ".toml"})
)
def test_no_broken_file_raises(name: str) -> None:
    """Every file of the broken collection gives a proposal with an error or a doubt, never a traceback."""
    found = of(BROKEN / name, name.split("_", maxsplit=1)[0])
    assert found.faults or found.rows
    assert all(fault.message("zh") and fault.message("en") for fault in found.faults)


def test_the_broken_collection_is_refused_where_the_run_refuses_it() -> None:
    """A file that a run calls an error by itself is not usable here either."""
    cases = tomllib.loads((BROKEN / "cases.toml").read_text(encoding="utf-8"))
    assert cases
    for name in (
        "residential_garbage.xlsx",
        "residential_bomb.zip",
        "residential_path_traversal.zip",
        "residential_pickle.pkl",
    ):
        assert not of(BROKEN / name).usable, name
    wide = of(BROKEN / "residential_ten_thousand_columns.csv")
    assert wide.faults[0].code == "table_too_big"
    assert wide.theirs == ()


def test_where_no_coordinates_are_found_their_columns_come_first(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("小区名称,户数,地址\n甲园,1,某路\n", encoding="utf-8")
    found = of(path)
    assert [fault.code for fault in found.faults] == ["coordinates_absent"]
    assert {"x", "y", "geometry"} <= set(found.first)


def test_streets_without_classes_say_so(tmp_path: Path) -> None:
    path = tmp_path / "cad.gpkg"
    line = shapely.LineString([(117, 36), (117.01, 36)])
    gpd.GeoDataFrame({"Layer": ["ROAD"]}, geometry=[line], crs=4490).to_file(path, driver="GPKG")
    assert [fault.code for fault in of(path, "streets").faults] == ["streets_no_class"]
    assert of(path, "streets").usable
