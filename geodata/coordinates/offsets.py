"""The shifted coordinates of Chinese web maps: GCJ-02 (Amap, Tencent) and BD-09 (Baidu), to and from WGS84.

No authority publishes the formulas. These are the approximation that map software has used since 2010; against points
read off the maps themselves it is good to a metre or two. What is computed here is working data, never a survey.

The maps shift points inside China only. As everywhere in that software, "inside" is the box ``LON_DEG`` by ``LAT_DEG``,
limits included: Hong Kong, Macao, Taiwan and parts of the neighbouring countries lie inside too and are shifted here
although the maps may not do so. Outside the box nothing is moved. Within a kilometre of the edge of the box (abroad and
at sea) a shifted point can't be told from one that wasn't, so there the way back isn't exact.

All functions take degrees, work on whole arrays, and hand NaN through.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

LON_DEG = (72.004, 137.8347)  # the usual box around China
LAT_DEG = (0.8293, 55.8271)
AXIS_M = 6_378_245.0  # Krasovsky 1940, the ellipsoid of the formulas
ECCENTRICITY_2 = 0.00669342162296594323
ORIGIN_DEG = (105.0, 35.0)  # the waves of the shift start here
WAVE_BD09 = np.pi * 3000.0 / 180.0
ROUNDS_GCJ02 = 6  # each round leaves less than 1 % of the error: 6 end below 1e-13 degrees
ROUNDS_BD09 = 10  # each round leaves about 2 %


def inside_china(lon_deg: ArrayLike, lat_deg: ArrayLike) -> NDArray[np.bool_]:
    """Mark the points inside the box in which web maps shift coordinates; NaN is outside."""
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    inside = (lon >= LON_DEG[0]) & (lon <= LON_DEG[1]) & (lat >= LAT_DEG[0]) & (lat <= LAT_DEG[1])
    return np.asarray(inside, dtype=bool)


def wgs84_to_gcj02(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift true coordinates (WGS84, CGCS2000) to where Amap and Tencent draw them."""
    return _shifted(_shift_gcj02, lon_deg, lat_deg)


def gcj02_to_wgs84(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """Take the shift of Amap and Tencent away again: the inverse of ``wgs84_to_gcj02``, by fixed-point rounds."""
    return _shifted_back(_shift_gcj02, ROUNDS_GCJ02, lon_deg, lat_deg)


def gcj02_to_bd09(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift coordinates of Amap and Tencent on to where Baidu draws them."""
    return _shifted(_shift_bd09, lon_deg, lat_deg)


def bd09_to_gcj02(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """Bring coordinates of Baidu back to those of Amap: the inverse of ``gcj02_to_bd09``, by fixed-point rounds."""
    return _shifted_back(_shift_bd09, ROUNDS_BD09, lon_deg, lat_deg)


def wgs84_to_bd09(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift true coordinates (WGS84, CGCS2000) to where Baidu draws them."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon_deg, lat_deg))


def bd09_to_wgs84(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    """Take both shifts of Baidu away."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon_deg, lat_deg))


def _shifted(shift: Shift, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    lon, lat, inside = _points(lon_deg, lat_deg)
    east, north = shift(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def _shifted_back(shift: Shift, rounds: int, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees]:
    given_lon, given_lat, inside = _points(lon_deg, lat_deg)
    lon, lat = given_lon, given_lat
    for _ in range(rounds):
        east, north = shift(lon, lat)
        lon, lat = given_lon - east, given_lat - north
    return np.where(inside, lon, given_lon), np.where(inside, lat, given_lat)


def _points(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Degrees, Degrees, NDArray[np.bool_]]:
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    return lon, lat, inside_china(lon, lat)


def _shift_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Degrees by which GCJ-02 moves a true point east and north."""
    x, y = lon - ORIGIN_DEG[0], lat - ORIGIN_DEG[1]
    bend = 0.1 * np.sqrt(np.abs(x))
    ripple = 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 2.0 * bend
    north_m += (
        ripple
        + 20.0 * np.sin(np.pi * y)
        + 40.0 * np.sin(np.pi / 3.0 * y)
        + 160.0 * np.sin(np.pi / 12.0 * y)
        + 320.0 * np.sin(np.pi / 30.0 * y)
    ) / 1.5
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + bend
    east_m += (
        ripple
        + 20.0 * np.sin(np.pi * x)
        + 40.0 * np.sin(np.pi / 3.0 * x)
        + 150.0 * np.sin(np.pi / 12.0 * x)
        + 300.0 * np.sin(np.pi / 30.0 * x)
    ) / 1.5
    phi = np.radians(lat)
    w2 = 1.0 - ECCENTRICITY_2 * np.sin(phi) ** 2
    per_lat = np.radians(AXIS_M * (1.0 - ECCENTRICITY_2) / (w2 * np.sqrt(w2)))  # metres in a degree of latitude
    per_lon = np.radians(AXIS_M / np.sqrt(w2) * np.cos(phi))
    return east_m / per_lon, north_m / per_lat


def _shift_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Degrees by which BD-09 moves a GCJ-02 point east and north."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * WAVE_BD09)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * WAVE_BD09)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat
