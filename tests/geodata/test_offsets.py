"""The shifts of Chinese web maps: known values, there and back, outside the box, and missing values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.coordinates import offsets
from geodata.coordinates.offsets import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

GEOD = Geod(ellps="WGS84")
# a degree inside the box, so that no shift (at most 0.02 degrees) crosses its edge
LON = st.floats(offsets.LON_DEG[0] + 1, offsets.LON_DEG[1] - 1)
LAT = st.floats(offsets.LAT_DEG[0] + 1, offsets.LAT_DEG[1] - 1)


@pytest.mark.parametrize(
    ("lon", "lat", "gcj_m", "bd_m"),
    [(117.0, 36.65, 523, 1317), (118.35, 35.05, 526, 1272), (107.47, 27.07, 570, 1116)],
    ids=["Jinan", "Linyi", "Weng'an"],
)
def test_how_far_the_maps_shift_the_three_cities(lon: float, lat: float, gcj_m: float, bd_m: float) -> None:
    assert GEOD.inv(lon, lat, *wgs84_to_gcj02(lon, lat))[2] == pytest.approx(gcj_m, abs=0.5)
    assert GEOD.inv(lon, lat, *wgs84_to_bd09(lon, lat))[2] == pytest.approx(bd_m, abs=1)


def test_values_that_other_software_publishes() -> None:
    # the point on which the common converters of GCJ-02 and BD-09 agree to the last digit
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-11)
    assert gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-11)
    # their ways back are approximate: ours must agree to the couple of metres that they are off
    assert gcj02_to_wgs84(116.404, 39.915) == pytest.approx((116.39775550083061, 39.91359571849836), abs=2e-5)
    assert bd09_to_gcj02(116.404, 39.915) == pytest.approx((116.39762729119315, 39.90865673957631), abs=2e-6)
    # Shenzhen
    assert wgs84_to_gcj02(113.912316, 22.543847) == pytest.approx((113.9171764808363, 22.540796131694766), abs=1e-6)


@given(LON, LAT)
def test_there_and_back_is_nothing(lon: float, lat: float) -> None:
    for there, back in (
        (wgs84_to_gcj02, gcj02_to_wgs84),
        (gcj02_to_bd09, bd09_to_gcj02),
        (wgs84_to_bd09, bd09_to_wgs84),
    ):
        assert back(*there(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)
        assert there(*back(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


@given(LON, LAT)
def test_no_point_is_shifted_by_more_than_a_kilometre_and_a_half(lon: float, lat: float) -> None:
    assert 0 < GEOD.inv(lon, lat, *wgs84_to_gcj02(lon, lat))[2] < 1500


@pytest.mark.parametrize("place", [(-51.2, -30.0), (24.94, 60.17), (-122.4, 37.8), (0.0, 0.0), (180.0, 89.0)])
def test_outside_the_box_nothing_moves(place: tuple[float, float]) -> None:
    for shift in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02, wgs84_to_bd09, bd09_to_wgs84):
        assert shift(*place) == place


def test_the_edge_of_the_box_is_inside() -> None:
    west, east = offsets.LON_DEG
    assert offsets.inside_china([west, east, west - 1e-9, east + 1e-9], 30.0).tolist() == [True, True, False, False]
    assert wgs84_to_gcj02(west, 30.0)[0] != west
    assert wgs84_to_gcj02(west - 1e-9, 30.0)[0] == west - 1e-9


def test_missing_values_stay_missing_and_touch_no_other() -> None:
    lon, lat = gcj02_to_wgs84([np.nan, 117.0, 117.0], [36.65, np.nan, 36.65])
    assert np.isnan(lon[0])
    assert np.isnan(lat[1])
    assert (lon[2], lat[2]) == gcj02_to_wgs84(117.0, 36.65)


def test_a_point_alone_and_in_a_crowd_are_the_same_to_the_last_bit() -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(74, 135, 500), rng.uniform(18, 53, 500)
    together = bd09_to_wgs84(lon, lat)
    alone = np.array([bd09_to_wgs84(*point) for point in zip(lon, lat, strict=True)]).T
    # numpy may take another path through sin for whole arrays: a last digit at most
    assert np.abs(np.array(together) - alone).max() < 1e-12
