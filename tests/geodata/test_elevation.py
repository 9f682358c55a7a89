"""Heights: bilinear by hand, gaps, and rasters that can't be used."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from shapely import LineString

from geodata.faults import InputError
from geodata.street.build import from_lines
from geodata.street.elevation import sample, with_heights

GK = CRS.from_epsg(4548)
WGS84 = CRS.from_epsg(4326)


def raster(path: Path, cells: list[list[float]], crs: str | None = "EPSG:4548", nodata: float | None = None) -> Path:
    """Write cells of 10 m from (0, top) down."""
    data = np.array(cells, dtype="float32")
    profile = {"driver": "GTiff", "height": data.shape[0], "width": data.shape[1], "count": 1, "dtype": "float32"}
    transform = Affine(10, 0, 500_000, 0, -10, 4_000_000 + 10 * data.shape[0])
    with rasterio.open(path, "w", **profile, crs=crs, transform=transform, nodata=nodata) as out:
        out.write(data, 1)
    return path


def at(path: Path, *points: tuple[float, float]) -> list[float]:
    x, y = np.array(points, dtype=float).T
    return sample(path, x + 500_000, y + 4_000_000, GK).tolist()


def test_between_cell_centres_by_hand(tmp_path: Path) -> None:
    # centres: (5, 15) = 10, (15, 15) = 20, (5, 5) = 30, (15, 5) = 60
    path = raster(tmp_path / "z.tif", [[10, 20], [30, 60]])
    assert at(path, (5, 15), (15, 15), (5, 5), (15, 5)) == [10, 20, 30, 60]
    assert at(path, (10, 15), (5, 10), (10, 10)) == [15, 20, 30]
    # a quarter of the way right, half down: 0.75 * (10 + 30) / 2 + 0.25 * (20 + 60) / 2 = 15 + 10
    assert at(path, (7.5, 10)) == [25]


def test_the_border_and_outside(tmp_path: Path) -> None:
    path = raster(tmp_path / "z.tif", [[10, 20], [30, 60]])
    assert at(path, (0, 20), (20, 0), (1, 15)) == [10, 60, 10]
    assert np.isnan(at(path, (-0.1, 10), (20.1, 10), (10, 20.1), (10, -0.1), (np.nan, 5), (1e9, 1e9))).all()


def test_no_data_spoils_only_what_it_counts_in(tmp_path: Path) -> None:
    path = raster(tmp_path / "z.tif", [[10, -9999], [30, 60]], nodata=-9999)
    assert at(path, (5, 15), (5, 10), (15, 5)) == [10, 20, 60]
    assert np.isnan(at(path, (6, 15), (15, 15), (10, 10))).all()


def test_points_in_degrees(tmp_path: Path) -> None:
    path = raster(tmp_path / "z.tif", [[1, 2], [3, 4]], crs="EPSG:4326")  # degrees are never so large: nothing inside
    assert np.isnan(sample(path, np.array([117.0]), np.array([36.0]), WGS84)).all()
    metric = raster(tmp_path / "m.tif", [[10, 20], [30, 60]])
    x, y = gpd.GeoSeries.from_xy([500_010], [4_000_010], crs=GK).to_crs(WGS84).get_coordinates().to_numpy()[0]
    assert sample(metric, np.array([x]), np.array([y]), WGS84)[0] == pytest.approx(30, abs=1e-6)


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_a_raster_without_crs_or_no_raster_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        at(raster(tmp_path / "z.tif", [[1, 2], [3, 4]], crs=None), (5, 5))
    assert caught.value.faults[0].code == "elevation_no_crs"
    (tmp_path / "bad.tif").write_bytes(b"no raster")
    with pytest.raises(InputError) as caught:
        at(tmp_path / "bad.tif", (5, 5))
    assert caught.value.faults[0].code == "elevation_unreadable"


def slope(tmp_path: Path) -> Path:
    """Rise 1 m every 10 m to the east, over 200 m by 20 m."""
    return raster(tmp_path / "slope.tif", [[0.5 + i for i in range(20)]] * 2)


def line(*xy: tuple[float, float]) -> LineString:
    return LineString([(x + 500_000, y + 4_000_000) for x, y in xy])


def test_long_segments_are_cut_and_their_millimetres_add_up(tmp_path: Path) -> None:
    flat = from_lines(
        gpd.GeoDataFrame(geometry=[line((10, 10), (110.001, 10)), line((110.001, 10), (110.001, 12))], crs=GK)
    )
    cut, faults = with_heights(flat, slope(tmp_path))
    assert not faults
    # 100.001 m in 4 pieces of 25 m and a bit, then 2 m whole
    assert sorted(cut.segment_mm.tolist()) == [0, 2_000, 25_000, 25_000, 25_000, 25_001]
    assert cut.segment_mm.sum() == flat.segment_mm.sum()
    assert (cut.nodes, cut.chains) == (flat.nodes, flat.chains) == (2, 1)
    assert cut.vertex_z_m is not None
    assert cut.vertex_z_m == pytest.approx((cut.vertex_x_m - 500_000) / 10)


def test_outside_the_raster_is_told(tmp_path: Path) -> None:
    flat = from_lines(gpd.GeoDataFrame(geometry=[line((180, 10), (240, 10))], crs=GK))
    cut, faults = with_heights(flat, slope(tmp_path))  # 180, 210, 240: two of three outside
    assert [(fault.code, fault.details) for fault in faults] == [("elevation_gaps", {"count": 2, "vertices": 3})]
    assert cut.vertex_z_m is not None
    assert np.isnan(cut.vertex_z_m).sum() == 2


def test_a_bridge_is_level_between_its_ends(tmp_path: Path) -> None:
    # a valley of 0 m between banks of 50 m; the bridge spans it in pieces of 25 m
    path = raster(tmp_path / "valley.tif", [[50.0] * 5 + [0.0] * 10 + [50.0] * 5] * 2)
    frame = gpd.GeoDataFrame(
        {"bridge": [None, "yes", None]},
        geometry=[line((10, 10), (40, 10)), line((40, 10), (160, 10)), line((160, 10), (190, 10))],
        crs=GK,
    )
    over, _ = with_heights(from_lines(frame), path)
    assert over.vertex_z_m is not None
    assert over.vertex_z_m.tolist() == [50.0] * len(over.vertex_z_m)
    ground, _ = with_heights(from_lines(frame.assign(bridge=None)), path)
    assert ground.vertex_z_m is not None
    assert ground.vertex_z_m.min() == 0.0
