"""The demo city as a planner gets it: a ledger with two header lines and words in figures, zips made on Windows."""

import io
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import shapely

from geodata.coordinates.offsets import wgs84_to_gcj02


class WindowsName(zipfile.ZipInfo):
    """A member whose name is written as Windows does: GBK, and called nothing."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def windows_zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            package.writestr(WindowsName(name, (2024, 5, 1, 8, 0, 0)), data)
    return out.getvalue()


def shapefile_zip(table: gpd.GeoDataFrame, folder: Path, name: str) -> bytes:
    """A shapefile in GBK without .cpg, in a folder with a Chinese name, as one zip."""
    folder.mkdir(parents=True)
    table.to_file(folder / f"{name}.shp", engine="pyogrio", encoding="GBK")
    parts = {f"{name}数据/{path.name}": path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix != ".cpg"}
    return windows_zip(parts)


def ledger(demo: Path, path: Path) -> None:
    """Residential areas in GCJ-02: a title, two header lines with merged cells, 户数 as 约300户 or 300户, a sum."""
    places = gpd.read_file(demo / "residential.gpkg")
    points = shapely.point_on_surface(places.geometry.to_crs(4326).to_numpy())
    lon, lat = wgs84_to_gcj02(shapely.get_x(points), shapely.get_y(points))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "汇总"
    sheet.append(["某某区居住小区情况统计表"])
    sheet.merge_cells("A1:G1")
    sheet.append(["小区编号", "小区名称", "基本情况", None, None, "位置", None])
    sheet.append([None, None, "总户数", "常住人口", "60岁及以上", "经度", "纬度"])
    for cells in ("A2:A3", "B2:B3", "C2:E2", "F2:G2"):
        sheet.merge_cells(cells)
    people = places[["人口", "60岁以上"]].astype(object)
    people = people.where(people.notna(), None).to_numpy()
    for number, row in enumerate(places.itertuples(index=False)):
        homes = "".join(letter for letter in str(row.户数) if letter.isdigit()) or "0"
        words = f"约{homes}户" if number % 2 else f"{homes}户"
        sheet.append(
            [
                row.小区编号,
                row.小区名称,
                words,
                *people[number],
                round(float(lon[number]), 6),
                round(float(lat[number]), 6),
            ]
        )
    sheet.append(["合计", None, "若干"])
    book.create_sheet("说明").append(["本表由各社区填报"])
    book.save(path)


def messy(demo: Path, folder: Path) -> dict[str, Path]:
    """Write ledger, streets and districts into ``folder`` and return them by layer."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {
        "residential": folder / "小区台账 (终稿).xlsx",
        "streets": folder / "道路.zip",
        "districts": folder / "行政界线.zip",
    }
    ledger(demo, found["residential"])
    streets = gpd.read_file(demo / "streets.gpkg").rename(columns={"highway": "道路类型"})
    found["streets"].write_bytes(shapefile_zip(streets, folder / "streets", "道路中心线"))
    districts = gpd.read_file(demo / "districts.geojson")[["id", "name", "level", "parent", "geometry"]]
    districts.columns = ["代码", "名称", "级别", "上级", "geometry"]
    districts["级别"] = districts["级别"].map({"county": "区县", "street": "街道", "community": "社区"})
    found["districts"].write_bytes(shapefile_zip(districts, folder / "districts", "街道社区"))
    return found
