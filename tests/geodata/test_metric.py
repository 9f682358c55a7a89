"""The one metric CRS of a study: chosen by place, refused where lengths would be wrong, doubted when far."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.coordinates import crs, metric
from geodata.coordinates.crs import metric_crs, metric_crs_of, scale_doubts
from geodata.coordinates.metric import central_meridian, scale_error
from geodata.faults import InputError
from tests.geodata.test_crs import JINAN, codes, epsg

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (117.0, 36.65, 4548),  # Jinan: central meridian 117
        (118.35, 35.05, 4548),  # Linyi
        (107.47, 27.07, 4545),  # Weng'an: 108
        (118.49, 35.0, 4548),
        (118.5, 35.0, 4549),  # a zone starts 1.5 degrees west of its meridian
        (73.2, 39.0, 4534),
        (136.9, 48.0, 4554),
        (-51.2, -30.0, 32722),  # Porto Alegre
        (24.94, 60.17, 32635),  # Helsinki
        (180.0, 0.0, 32660),
    ],
)
def test_the_crs_of_a_city(lon: float, lat: float, code: int) -> None:
    assert epsg(metric_crs([lon, lon + 0.001, np.nan], [lat, lat, lat])) == code
    assert epsg(metric_crs_of("auto", lon, lat)) == code


@given(lon=st.floats(73.5, 136.4), lat=st.floats(4.0, 53.5))
def test_lengths_in_china_are_true_to_half_a_permille(lon: float, lat: float) -> None:
    zone = metric_crs(lon, lat)
    assert abs(central_meridian(lon) - lon) <= 1.5
    assert scale_error(zone, lon, lat) < 0.0005
    x, y = crs.project_lonlat([lon, lon + 0.01], [lat, lat + 0.01], zone)
    assert np.hypot(*np.diff([x, y])[:, 0]) == pytest.approx(GEOD.inv(lon, lat, lon + 0.01, lat + 0.01)[2], rel=0.0005)


def test_no_coordinates_give_no_crs() -> None:
    with pytest.raises(InputError) as error:
        metric_crs([np.nan], [36.0])
    assert codes(error) == ["no_coordinates"]


@pytest.mark.parametrize("word", [3857, "EPSG:3857", "900913", "3395", "EPSG:3832"])
def test_mercator_is_refused_with_how_much_too_long_it_is(word: str | int) -> None:
    with pytest.raises(InputError) as error:
        metric_crs_of(word, *JINAN)
    assert codes(error) == ["metric_crs_mercator"]
    assert "25%" in error.value.faults[0].message("zh")  # 1 / cos(36.65 degrees) = 1.246


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("4326", "metric_crs_not_metres"),
        ("EPSG:4490", "metric_crs_not_metres"),
        ("2263", "metric_crs_not_metres"),  # New York, in feet
        ("4978", "metric_crs_not_metres"),
        ("gcj02", "metric_crs_unknown"),
        ("EPSG:1", "metric_crs_unknown"),
    ],
)
def test_what_is_no_metric_crs_is_refused(word: str, code: str) -> None:
    with pytest.raises(InputError) as error:
        metric_crs_of(word, *JINAN)
    assert codes(error) == [code]
    assert error.value.faults[0].message("en")


def test_a_crs_in_metres_is_taken_and_doubted_only_when_far() -> None:
    for code, doubted in ((4548, False), (4527, False), (32650, False), (4545, True), (32635, True)):
        zone = metric_crs_of(code, *JINAN)
        doubts = scale_doubts(zone, *JINAN)
        assert [fault.code for fault in doubts] == (["metric_crs_far"] if doubted else [])
        assert all("EPSG:4548" in fault.message("zh") for fault in doubts)


def test_the_limit_of_one_permille_itself_is_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = metric_crs(*JINAN)
    at = scale_error(zone, 118.9, 36.0)
    monkeypatch.setattr(metric, "MOST_SCALE_ERROR", at)
    assert not scale_doubts(zone, 118.9, 36.0)
    monkeypatch.setattr(metric, "MOST_SCALE_ERROR", at * 0.999)
    assert scale_doubts(zone, 118.9, 36.0)
