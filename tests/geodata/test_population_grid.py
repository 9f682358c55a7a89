"""People of a raster: whose cells are whose, nobody twice, nobody lost, and rasters that can't be used."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio import Affine
from shapely import Point, box

from geodata.faults import InputError
from geodata.population import elders
from geodata.population_grid import grid_people
from geodata.schema import Residential
from tests.geodata.test_population import NONE, codes, places, study
from tests.realdata import DATA, needs_data


def write_grid(path: Path, values: list[list[float]], *, cell: float = 100.0, crs: int | None = 4548) -> Path:
    """Write a raster whose upper left corner is (500000, 4000000)."""
    array = np.array(values, dtype="float32")
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=array.shape[0],
        width=array.shape[1],
        count=1,
        dtype="float32",
        crs=None if crs is None else f"EPSG:{crs}",
        transform=Affine(cell, 0, 500_000, 0, -cell, 4_000_000),
        nodata=-99,
    ) as raster:
        raster.write(array, 1)
    return path


def at(column: float, row: float) -> Point:
    """Return the point (column, row) cells right of and below the corner."""
    return Point(500_000 + 100 * column, 4_000_000 - 100 * row)


def test_cells_belong_to_the_places_in_them_else_to_the_nearest(tmp_path: Path) -> None:
    grid = write_grid(tmp_path / "people.tif", [[10, 20, 30, 40], [1, 2, -99, 4], [0, 0, 0, 0], [0, 0, 0, 7]])
    rows = places(
        {"households": 30, "geometry": at(0.5, 0.2)},  # both stand in the cell of 10
        {"households": 10, "geometry": at(0.9, 0.9)},
        {"households": 1, "geometry": box(500_200, 3_999_900, 500_400, 4_000_000)},  # holds the centres of 30 and 40
        {"households": 1, "geometry": at(2.5, 1.5)},  # on a cell without data
        {"households": 1},
    )
    figures, faults = grid_people(rows, grid, reach_m=160)
    # 10 is split 30 : 10 between p0 and p1. The others by the distance of their centres: 20 is 50 m from the polygon;
    # 1 is 72 m from p1; 2 is 85 m from p1 and 71 m from the polygon; 4 is 100 m from p3 and 50 m from the polygon.
    # 7 is 224 m from p3: nobody's. p3 has households but only a cell of 0 near it: unknown, not 0.
    assert figures.tolist()[:3] == [7.5, 2.5 + 1, 30 + 40 + 20 + 2 + 4]
    assert figures[["p3", "p4"]].isna().all()
    assert codes(faults) == [("grid_people_elsewhere", None)]
    assert faults[0].details["persons"] == "7"
    everyone, faults = grid_people(rows, grid, reach_m=500)
    assert everyone.sum() == pytest.approx(10 + 20 + 30 + 40 + 1 + 2 + 4 + 7)
    assert faults == []


def test_a_raster_gives_elders_only_with_a_share(tmp_path: Path) -> None:
    grid = write_grid(tmp_path / "people.tif", [[10, 20], [30, 40]])
    rows = places({"households": 5, "geometry": at(0.5, 0.5)}, {"elders_60": 3, "geometry": at(1.5, 0.5)})
    figures, source, faults = elders(rows, NONE, study(0.25), grid)
    # p0 has the cell of 10 and, at equal distance from nobody else, 30 below it: 40 people, 10 of them elders
    assert figures.tolist() == [10, 3]
    assert source.tolist() == ["raster", "own column"]
    assert codes(faults) == [("elders_from_grid", None)]
    figures, source, faults = elders(rows, NONE, study(), grid)
    assert np.isnan(figures["p0"])
    assert codes(faults) == [("grid_without_share", None), ("elders_unknown", 2)]


def test_a_place_outside_the_raster_falls_back_on_its_people(tmp_path: Path) -> None:
    grid = write_grid(tmp_path / "people.tif", [[10]])
    rows = places({"geometry": at(0.5, 0.5)}, {"population": 50, "geometry": at(50, 50)})
    figures, source, _ = elders(rows, NONE, study(0.2), grid)
    assert figures.tolist() == [2, 10]
    assert source.tolist() == ["raster", "elder share"]


def test_a_cell_without_households_is_split_equally(tmp_path: Path) -> None:
    grid = write_grid(tmp_path / "people.tif", [[12]])
    rows = places(*({"geometry": at(0.2 * k + 0.1, 0.5), "households": 0} for k in range(3)))
    assert grid_people(rows, grid)[0].tolist() == [4, 4, 4]
    rows = places({"geometry": at(0.2, 0.5), "households": 9}, {"geometry": at(0.4, 0.5)})
    assert grid_people(rows, grid)[0].tolist() == [6, 6]


def test_a_raster_in_degrees(tmp_path: Path) -> None:
    path = tmp_path / "degrees.tif"
    values = np.arange(1, 26, dtype="float32").reshape(5, 5)
    with rasterio.open(
        path, "w", driver="GTiff", height=5, width=5, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(0.001, 0, 117.0, 0, -0.001, 36.65),
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    lonlat = gpd.GeoSeries(shapely.points([117.0005, 117.0045], [36.6495, 36.6455]), crs=4326).to_crs(4548)
    rows = places({"geometry": lonlat[0], "households": 1}, {"geometry": lonlat[1], "households": 1})
    figures, faults = grid_people(rows, path, reach_m=5000)
    assert figures.sum() == pytest.approx(25 * 26 / 2)
    assert figures["p0"] < figures["p1"]
    assert faults == []


def test_rasters_that_cannot_be_used(tmp_path: Path) -> None:
    rows = places({"geometry": at(0.5, 0.5), "households": 1})
    far = places({"geometry": Point(900_000, 3_000_000), "households": 1})
    (tmp_path / "text.tif").write_text("no raster", encoding="utf-8")
    for table, path, code in (
        (rows, tmp_path / "text.tif", "grid_unreadable"),
        (rows, tmp_path / "absent.tif", "grid_unreadable"),
        (far, write_grid(tmp_path / "people.tif", [[1]]), "grid_elsewhere"),
    ):
        with pytest.raises(InputError) as error:
            grid_people(table, path)
        assert [fault.code for fault in error.value.faults] == [code]
    with pytest.raises(InputError) as error:
        grid_people(rows, write_grid(tmp_path / "plain.tif", [[1]], crs=None))
    assert [fault.code for fault in error.value.faults] == ["grid_without_crs"]


@given(
    st.lists(st.tuples(st.floats(-1, 6), st.floats(-1, 6), st.integers(0, 50)), min_size=1, max_size=12),
    st.floats(0.0, 2.0),
)
def test_no_person_is_counted_twice_or_lost_within_reach(
    tmp_path_factory: pytest.TempPathFactory, stands: list[tuple[float, float, int]], wide: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "constant.tif"
    if not path.exists():
        write_grid(path, (np.arange(25.0).reshape(5, 5) + 1).tolist())
    rows = places(
        *({"geometry": at(x, y).buffer(100 * wide) if wide > 0.1 else at(x, y), "households": n} for x, y, n in stands)
    )
    figures, faults = grid_people(rows, path, reach_m=10_000)
    # the window reaches 500 m around the places: it holds whole columns and rows of the raster
    assert (figures.dropna() >= 0).all()
    assert faults == []
    standing = [place for place, (x, y, _) in zip(rows.index, stands, strict=True) if 0 < x < 5 and 0 < y < 5]
    assert wide > 0.1 or figures[standing].notna().all()
    assert figures.sum() == pytest.approx(counted(rows), abs=1e-9 * 325)


def counted(rows: Residential) -> float:
    """Sum the cells of the raster of 1 to 25 that the box of the places, 500 m wider, touches."""
    west, south, east, north = rows.total_bounds + np.array([-500, -500, 500, 500])
    total = 0.0
    for r in range(5):
        for c in range(5):
            x, y = 500_000 + 100 * c, 4_000_000 - 100 * r
            if x + 100 > west and x < east and y > south and y - 100 < north:
                total += 5 * r + c + 1
    return total


class TestPortoAlegre:
    """A raster made of the real hexagons: what is in the cells comes back as people of the hexagons."""

    pytestmark = needs_data

    def test_every_person_is_found_again(self, tmp_path: Path) -> None:
        table = pd.read_csv(DATA / "porto_alegre" / "poa_hexgrid.csv")
        points = gpd.GeoSeries(shapely.points(table["lon"], table["lat"]), crs=4326).to_crs(32722)
        west, south, east, north = points.total_bounds
        cell = 150.0  # hexagons are some 300 m wide: no cell has two centres
        counts = np.zeros((int((north - south) // cell) + 2, int((east - west) // cell) + 2), dtype="float32")
        column = ((points.x - west + cell / 2) // cell).astype(int)
        line = ((north + cell / 2 - points.y) // cell).astype(int)
        np.add.at(counts, (line, column), table["population"])
        path = tmp_path / "poa.tif"
        with rasterio.open(
            path, "w", driver="GTiff", height=counts.shape[0], width=counts.shape[1], count=1, dtype="float32",
            crs="EPSG:32722", transform=Affine(cell, 0, west - cell / 2, 0, -cell, north + cell / 2),
        ) as raster:  # fmt: skip
            raster.write(counts, 1)
        rows = Residential(
            gpd.GeoDataFrame(
                {"households": pd.array(table["population"] // 3, dtype="Int64")},
                geometry=points.to_numpy(),
                index=pd.Index(table["id"], name="id"),
                crs=32722,
            )
        )
        figures, faults = grid_people(rows, path)
        assert faults == []
        assert figures.sum() == pytest.approx(812_935)
        assert np.array_equal(figures.to_numpy(), table["population"].to_numpy(dtype=float))
