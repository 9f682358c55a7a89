"""Coordinate systems of the layers: what the user calls them, what a pair of columns looks like, and to degrees.

Everything meets in degrees of longitude and latitude, x first. WGS84 and CGCS2000 are taken as one and the same: they
differ by less than a metre, far below what a walk of minutes can feel.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geodata.coordinates.metric import (
    CGCS2000_CM_75,
    MERIDIANS_DEG,
    gauss_krueger,
    metric_crs,
    metric_crs_of,
    scale_doubts,
)
from geodata.coordinates.offsets import LON_DEG, bd09_to_wgs84, gcj02_to_wgs84
from geodata.faults import Fault, Severity, fail

__all__ = [
    "WGS84",
    "System",
    "geometry_to_lonlat",
    "geometry_to_metric",
    "guess_system",
    "metric_crs",
    "metric_crs_of",
    "project_lonlat",
    "scale_doubts",
    "system_of",
    "system_of_crs",
    "to_lonlat",
]

Floats = NDArray[np.float64]
SystemKind = Literal["geographic", "projected", "gcj02", "bd09"]

WGS84 = CRS.from_epsg(4326)
OLD_DATUMS = (
    "Beijing",
    "Xian",
    "Xi'an",
)  # Beijing 1954, New Beijing, Xian 1980: 30 to 100 m off without local parameters
WORDS = {
    "wgs84": "wgs84",
    "wgs1984": "wgs84",
    "cgcs2000": "cgcs2000",
    "国家2000": "cgcs2000",
    "大地2000": "cgcs2000",
    "国家大地2000": "cgcs2000",
    "2000国家大地坐标系": "cgcs2000",
    "天地图": "cgcs2000",
    "gcj02": "gcj02",
    "火星": "gcj02",
    "火星坐标": "gcj02",
    "火星坐标系": "gcj02",
    "高德": "gcj02",
    "腾讯": "gcj02",
    "amap": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
    "百度": "bd09",
    "百度坐标": "bd09",
}
MOST_LAT_DEG = 72.0  # nobody plans elder care north of it, and no longitude of China is below it
GK_EASTING_M = (300_000.0, 700_000.0)  # false easting 500 km, give or take 1.8 degrees at the south of China
GK_NORTHING_M = (330_000.0, 6_200_000.0)  # 3 to 56 degrees north
MERCATOR_X_M = (8_000_000.0, 15_400_000.0)  # Web Mercator, the same box
MERCATOR_Y_M = (330_000.0, 7_600_000.0)
ZONES_3 = (25, 45, 4513)  # first zone, last zone, EPSG of the first: CGCS2000 / 3-degree Gauss-Krüger zone 25 to 45
ZONES_6 = (13, 23, 4491)  # CGCS2000 / Gauss-Krüger zone 13 to 23
ZONE_M = 1_000_000.0
NEAR_DEG = 5.0  # layers of one city lie closer than this


@dataclass(frozen=True)
class System:
    """One coordinate system as a layer uses it; ``faults`` tells what was assumed when it had to be guessed."""

    kind: SystemKind
    crs: CRS | None  # None for gcj02 and bd09, which are no CRS but a shift
    label: str
    faults: tuple[Fault, ...] = field(default=(), compare=False)


def system_of(word: str | int, layer: str = "") -> System | None:
    """Return the system that ``layers.<layer>.crs`` names; None for "auto"; an unknown word is refused."""
    text = str(word).strip()
    plain = text.lower().replace("-", "").replace("_", "").replace(" ", "")
    if plain in {"", "auto", "自动"}:
        return None
    known = WORDS.get(plain)
    if known == "gcj02":
        return System("gcj02", None, "GCJ-02")
    if known == "bd09":
        return System("bd09", None, "BD-09")
    if known:
        return system_of_crs(CRS.from_epsg(4326 if known == "wgs84" else 4490), layer)
    number = plain.removeprefix("epsg:")
    if number.isdecimal():
        try:
            return system_of_crs(CRS.from_epsg(3857 if number == "900913" else int(number)), layer)
        except CRSError as error:
            raise fail("crs_unknown", layer=layer, column="crs", value=text) from error
    raise fail("crs_unknown", layer=layer, column="crs", value=text)


def system_of_crs(crs: CRS, layer: str = "") -> System:
    """Return the system of a CRS written in a file; refuse one without longitude, latitude or plane axes.

    A CRS on an old Chinese datum (Beijing 1954, Xian 1980) is doubted: its shift to WGS84 is local and not public.
    """
    if not (crs.is_geographic or crs.is_projected):
        raise fail("crs_unknown", layer=layer, column="crs", value=crs.name)
    code = crs.to_epsg()
    label = crs.name if code is None else f"EPSG:{code} {crs.name}"
    datum = crs.datum.name if crs.datum else ""
    faults: tuple[Fault, ...] = ()
    if any(word in datum for word in OLD_DATUMS):
        faults = (Fault(code="crs_old_datum", severity=Severity.DOUBT, layer=layer, column="crs", value=label),)
    return System("geographic" if crs.is_geographic else "projected", crs, label, faults)


def guess_system(
    x: ArrayLike, y: ArrayLike, *, swapped: bool = False, layer: str = "", near_lon_deg: float | None = None
) -> tuple[System, bool]:
    """Tell from the numbers of two coordinate columns which system they are in, and whether they are exchanged.

    Degrees are taken as WGS84; GCJ-02 can't be told from numbers alone (see ``geodata.coordinates.datum``). Metres
    are taken as CGCS2000 Gauss-Krüger, by the zone number in front of the easting; without one the central meridian is
    unknown and the user is asked, unless ``near_lon_deg`` (the middle of the study's other layers) tells. Web
    Mercator is known by its size. The middle (median) of each column decides, so single wrong rows don't. What was
    assumed is in ``System.faults``.

    Parameters
    ----------
    x, y : array_like
        The columns as they stand; NaN and infinite values are left out.
    swapped : bool
        The user says that ``x`` holds northings: no other order is then tried.

    Returns
    -------
    The system, and True if ``x`` holds northings (latitudes) and ``y`` eastings (longitudes).
    """
    columns = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    known = np.isfinite(columns[0]) & np.isfinite(columns[1])
    if not known.any():
        raise fail("no_coordinates", layer=layer)
    first, second = float(np.median(columns[0][known])), float(np.median(columns[1][known]))
    orders = ((True, second, first),) if swapped else ((False, first, second), (True, second, first))
    found = {turned: _readings(east, north, near_lon_deg) for turned, east, north in orders}
    turned = next((turned for turned, readings in found.items() if readings), False)
    if near_lon_deg is not None and len(found) > 1 and all(found.values()):  # both orders are on Earth
        turned = abs(second - near_lon_deg) < NEAR_DEG < abs(first - near_lon_deg)
    readings = found.get(turned, [])
    value = f"{first:.9g}, {second:.9g}"
    if not readings:
        lacks = any(_within(east, GK_EASTING_M) and _within(north, GK_NORTHING_M) for _, east, north in orders)
        codes = f"75→{CGCS2000_CM_75} … 108→4545 … 117→4548, 120→4549 … 135→{CGCS2000_CM_75 + 20}"
        raise fail("crs_meridian_missing" if lacks else "crs_not_guessed", layer=layer, value=value, codes=codes)
    if len(readings) > 1:
        choices = " / ".join(choice.label for choice in readings)
        raise fail("crs_ambiguous", layer=layer, value=value, choices=choices)
    system = readings[0]
    return System(
        system.kind, system.crs, system.label, _assumed(system, layer, repaired=turned and not swapped)
    ), turned


def _readings(east: float, north: float, near_lon_deg: float | None) -> list[System]:
    """List the systems in which (east, north) lies where a city can be."""
    if abs(east) <= 180.0 and abs(north) <= 90.0:  # noqa: PLR2004 - degrees of a circle
        return [System("geographic", WGS84, "WGS84")] if abs(north) <= MOST_LAT_DEG else []
    found = []
    if _within(north, GK_NORTHING_M):
        for first, last, epsg in (ZONES_3, ZONES_6):
            zone = int(east // ZONE_M)
            if first <= zone <= last and _within(east - zone * ZONE_M, GK_EASTING_M):
                found.append(system_of_crs(CRS.from_epsg(epsg + zone - first)))
        if near_lon_deg is not None and _within(east, GK_EASTING_M) and _within(near_lon_deg, LON_DEG):
            found.append(system_of_crs(_nearest_zone(east, north, near_lon_deg)))
    if _within(east, MERCATOR_X_M) and _within(north, MERCATOR_Y_M):
        found.append(system_of_crs(CRS.from_epsg(3857)))
    if near_lon_deg is None or len(found) < 2:  # noqa: PLR2004 - one is no choice
        return found
    return sorted(found, key=lambda system: abs(to_lonlat(east, north, system)[0].item() - near_lon_deg))[:1]


def _nearest_zone(east: float, north: float, near_lon_deg: float) -> CRS:
    """Return the zone that puts an easting without zone number nearest to ``near_lon_deg``."""
    meridians = range(MERIDIANS_DEG[0], MERIDIANS_DEG[1] + 1, 3)
    from_meridian = to_lonlat(east, north, system_of_crs(gauss_krueger(105)))[0].item() - 105.0
    return gauss_krueger(min(meridians, key=lambda meridian: abs(meridian + from_meridian - near_lon_deg)))


def _assumed(system: System, layer: str, *, repaired: bool) -> tuple[Fault, ...]:
    found = [Fault(code="crs_guessed", severity=Severity.NOTE, layer=layer, details={"label": system.label})]
    if system.kind == "geographic":
        found = [Fault(code="crs_guessed_degrees", severity=Severity.NOTE, layer=layer)]
    if repaired:
        found.append(Fault(code="axes_swapped", severity=Severity.REPAIR, layer=layer))
    return tuple(found)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def to_lonlat(x: ArrayLike, y: ArrayLike, system: System) -> tuple[Floats, Floats]:
    """Return longitude and latitude in degrees (WGS84 = CGCS2000) of coordinates in ``system``; NaN stays NaN."""
    east, north = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if system.kind == "gcj02":
        return gcj02_to_wgs84(east, north)
    if system.kind == "bd09":
        return bd09_to_wgs84(east, north)
    assert system.crs is not None
    if system.kind == "geographic" and system.crs.to_epsg() in {4326, 4490}:
        return east, north
    return _moved(_transformer(system.crs, WGS84), east, north)


def project_lonlat(lon_deg: ArrayLike, lat_deg: ArrayLike, crs_m: CRS) -> tuple[Floats, Floats]:
    """Return eastings and northings in metres in ``crs_m``; NaN stays NaN."""
    return _moved(_transformer(WGS84, crs_m), np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float))


def geometry_to_lonlat(geometry: gpd.GeoSeries, system: System) -> gpd.GeoSeries:
    """Return geometries in degrees, in two dimensions; missing ones stay missing."""

    def moved(points: Floats) -> Floats:
        return np.column_stack(to_lonlat(points[:, 0], points[:, 1], system))

    return gpd.GeoSeries(shapely.transform(geometry.to_numpy(), moved), index=geometry.index, crs=WGS84)


def geometry_to_metric(geometry_lonlat: gpd.GeoSeries, crs_m: CRS) -> gpd.GeoSeries:
    """Return geometries given in degrees in the study's metric CRS; missing ones stay missing."""

    def moved(points: Floats) -> Floats:
        return np.column_stack(project_lonlat(points[:, 0], points[:, 1], crs_m))

    return gpd.GeoSeries(shapely.transform(geometry_lonlat.to_numpy(), moved), index=geometry_lonlat.index, crs=crs_m)


@lru_cache(maxsize=32)
def _transformer(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _moved(transformer: Transformer, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Transform, with NaN where PROJ says infinity: such a point has no place."""
    east, north = (np.asarray(axis, dtype=float) for axis in transformer.transform(x, y))
    lost = ~(np.isfinite(east) & np.isfinite(north))
    return np.where(lost, np.nan, east), np.where(lost, np.nan, north)
