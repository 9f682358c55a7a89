"""Coordinate systems: words, numbers of unknown origin, and the way to degrees and metres."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geodata.coordinates import crs
from geodata.coordinates.crs import guess_system, metric_crs, system_of, to_lonlat
from geodata.faults import InputError, Severity

JINAN = (117.0, 36.65)
GEOD = Geod(ellps="WGS84")


def epsg(found: CRS | None) -> int | None:
    assert found is not None
    return found.to_epsg()


def codes(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [fault.code for fault in error.value.faults]


# words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind", "code"),
    [
        ("wgs84", "geographic", 4326),
        ("WGS-84", "geographic", 4326),
        ("cgcs2000", "geographic", 4490),
        ("国家2000", "geographic", 4490),
        ("EPSG:4548", "projected", 4548),
        ("epsg: 4525", "projected", 4525),
        (4326, "geographic", 4326),
        ("900913", "projected", 3857),
        ("gcj02", "gcj02", None),
        ("GCJ-02", "gcj02", None),
        ("火星", "gcj02", None),
        ("高德", "gcj02", None),
        ("bd09", "bd09", None),
        ("百度", "bd09", None),
    ],
)
def test_words_for_systems(word: str | int, kind: str, code: int | None) -> None:
    system = system_of(word, "medical")
    assert system is not None
    assert system.kind == kind
    assert (system.crs is None) == (code is None)
    assert code is None or epsg(system.crs) == code
    assert system.faults == ()


def test_auto_is_left_to_the_file() -> None:
    assert system_of("auto", "medical") is None
    assert system_of("", "medical") is None


@pytest.mark.parametrize("word", ["mars", "EPSG:999999", "EPSG:", "4978", "EPSG:5773"])  # 3-D and heights are no plane
def test_an_unknown_word_is_refused_with_the_known_ones(word: str) -> None:
    with pytest.raises(InputError) as error:
        system_of(word, "medical")
    assert codes(error) == ["crs_unknown"]
    for lang in ("zh", "en"):
        text = error.value.faults[0].message(lang)
        assert "medical" in text
        assert "gcj02" in text
        assert "EPSG:4548" in text


@pytest.mark.parametrize("code", [2401, 21413, 2327, 4610, 4214])
def test_old_chinese_datums_are_doubted(code: int) -> None:
    system = system_of(code, "streets")
    assert system is not None
    assert [fault.code for fault in system.faults] == ["crs_old_datum"]


# numbers of unknown origin ------------------------------------------------------------------------------------------


def columns(code: int, lon: float = 117.02, lat: float = 36.66) -> tuple[np.ndarray, np.ndarray]:
    """Five points around (lon, lat) in EPSG:code."""
    x, y = crs.project_lonlat(lon + np.array([-2, -1, 0, 1, 2]) / 100, np.full(5, lat), CRS.from_epsg(code))
    return x, y


def test_degrees_are_taken_as_wgs84_and_it_is_said() -> None:
    system, swapped = guess_system([117.0, 117.1], [36.6, 36.7], layer="medical")
    assert (system.kind, epsg(system.crs), swapped) == ("geographic", 4326, False)
    assert [fault.code for fault in system.faults] == ["crs_guessed_degrees"]


@pytest.mark.parametrize("place", [(117.02, 36.66), (87.6, 43.8), (75.99, 39.47), (110.3, 20.0), (91.1, 29.65)])
def test_latitude_before_longitude_is_seen_all_over_china(place: tuple[float, float]) -> None:
    system, swapped = guess_system([place[1]], [place[0]], layer="medical")
    assert swapped
    assert [fault.code for fault in system.faults] == ["crs_guessed_degrees", "axes_swapped"]
    assert system.faults[1].severity is Severity.REPAIR


def test_degrees_whose_order_cannot_be_known_are_taken_as_they_stand() -> None:
    assert guess_system([60.17], [24.94])[1] is False  # Helsinki written latitude first, or a place in Arabia
    assert guess_system([60.17], [24.94], near_lon_deg=25.0)[1] is True  # unless the other layers lie at 25 E
    assert guess_system([24.94], [60.17], near_lon_deg=25.0)[1] is False
    assert guess_system([-51.2], [-30.0], near_lon_deg=-51.0)[1] is False


def test_the_users_word_on_the_order_is_the_last() -> None:
    system, swapped = guess_system([24.94], [60.17], swapped=True)
    assert swapped
    assert [fault.code for fault in system.faults] == ["crs_guessed_degrees"]  # nothing was repaired: it was said
    with pytest.raises(InputError):
        guess_system([117.0], [36.6], swapped=True)  # 117 degrees north


@pytest.mark.parametrize(
    ("code", "lon"),
    [(4527, 117.02), (4526, 114.5), (4513, 75.3), (4533, 134.8), (4495, 99.0 + 1.2), (4498, 116.0), (4501, 134.0)],
)
@pytest.mark.parametrize("turned", [False, True])
def test_metres_with_a_zone_number(code: int, lon: float, turned: bool) -> None:
    x, y = columns(code, lon=lon)
    system, swapped = guess_system(*((y, x) if turned else (x, y)), layer="medical")
    assert (epsg(system.crs), swapped) == (code, turned)
    assert [fault.code for fault in system.faults] == ["crs_guessed", *(["axes_swapped"] if turned else [])]


@pytest.mark.parametrize("turned", [False, True])
def test_metres_without_a_zone_number_are_asked_for_or_read_by_the_other_layers(turned: bool) -> None:
    x, y = columns(4548)
    first, second = (y, x) if turned else (x, y)
    with pytest.raises(InputError) as error:
        guess_system(first, second, layer="medical")
    assert codes(error) == ["crs_meridian_missing"]
    assert "EPSG:4548" in error.value.faults[0].message("zh")
    system, swapped = guess_system(first, second, layer="medical", near_lon_deg=117.3)
    assert (epsg(system.crs), swapped) == (4548, turned)
    assert system.faults[0].code == "crs_guessed"


@given(lon=st.floats(74.0, 134.9), lat=st.floats(18.0, 53.0), away=st.floats(-1.4, 1.4))
def test_the_zone_without_a_number_is_the_one_the_other_layers_lie_in(lon: float, lat: float, away: float) -> None:
    zone = metric_crs(lon, lat)
    x, y = crs.project_lonlat(lon, lat, zone)
    system, swapped = guess_system([x], [y], near_lon_deg=lon + away)
    assert not swapped
    assert system.crs == zone


def test_web_mercator_is_known_by_its_size() -> None:
    system, swapped = guess_system(*columns(3857))
    assert (epsg(system.crs), swapped) == (3857, False)


def test_a_number_that_fits_two_systems_is_asked_for() -> None:
    # Weihai in Web Mercator is Kashgar in Gauss-Krüger zone 13: x 13,585,000
    x, y = columns(3857, lon=122.04, lat=36.6)
    with pytest.raises(InputError) as error:
        guess_system(x, y, layer="medical")
    assert codes(error) == ["crs_ambiguous"]
    assert epsg(guess_system(x, y, near_lon_deg=122.0)[0].crs) == 3857
    assert epsg(guess_system(x, y, near_lon_deg=76.0)[0].crs) == 4491


def test_numbers_that_fit_nothing_and_no_numbers() -> None:
    for x, y in (([1e9], [1e9]), ([5.0], [5e5]), ([-200.0], [10.0])):
        with pytest.raises(InputError) as error:
            guess_system(x, y, layer="medical")
        assert codes(error) == ["crs_not_guessed"]
    with pytest.raises(InputError) as error:
        guess_system([np.nan], [1.0], layer="medical")
    assert codes(error) == ["no_coordinates"]


def test_single_wrong_rows_do_not_sway_the_guess() -> None:
    system, swapped = guess_system([117.0, 117.1, 0.0, np.nan, 36.6], [36.6, 36.7, 0.0, 1.0, 117.0])
    assert (system.kind, swapped) == ("geographic", False)


# degrees and metres -------------------------------------------------------------------------------------------------


def test_cgcs2000_is_taken_as_wgs84() -> None:
    system = system_of("cgcs2000")
    assert system is not None
    assert to_lonlat(*JINAN, system) == JINAN


@pytest.mark.parametrize("word", ["wgs84", "cgcs2000", "gcj02", "bd09", "4548", "4527", "3857"])
def test_missing_coordinates_stay_missing(word: str) -> None:
    system = system_of(word)
    assert system is not None
    lon, lat = to_lonlat([np.nan, 500_000.0], [np.nan, 4_057_669.0], system)
    assert np.isnan(lon[0])
    assert np.isnan(lat[0])


@given(lon=st.floats(116.0, 118.0), lat=st.floats(36.0, 37.5))
def test_metres_there_and_back_are_nothing(lon: float, lat: float) -> None:
    system = system_of(4548)
    assert system is not None
    assert system.crs is not None
    assert to_lonlat(*crs.project_lonlat(lon, lat, system.crs), system) == pytest.approx((lon, lat), abs=1e-9)


def test_geometries_move_like_points_and_missing_ones_stay() -> None:
    system = system_of("gcj02")
    assert system is not None
    square = shapely.box(117.0, 36.6, 117.1, 36.7)
    deep = shapely.Point(117.0, 36.6, 55.0)
    series = gpd.GeoSeries([square, None, deep, shapely.Polygon()], index=list("abcd"))
    lonlat = crs.geometry_to_lonlat(series, system)
    assert lonlat.index.tolist() == list("abcd")
    assert lonlat.crs == crs.WGS84
    assert lonlat["b"] is None
    assert lonlat["d"].is_empty
    assert not lonlat["c"].has_z
    expected = to_lonlat(*shapely.get_coordinates(square).T, system)
    assert np.array_equal(shapely.get_coordinates(lonlat["a"]), np.column_stack(expected))
    metric = crs.geometry_to_metric(lonlat, metric_crs(*JINAN))
    assert metric["b"] is None
    assert metric["a"].area == pytest.approx(abs(GEOD.geometry_area_perimeter(lonlat["a"])[0]), rel=0.0005)
    assert metric["a"].area == pytest.approx(98.9e6, rel=0.01)  # 11.1 km by 8.9 km
