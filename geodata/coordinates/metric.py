"""The one working CRS of a study, in metres: chosen by where the city lies, or checked when the user names one."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError

from geodata.coordinates.offsets import inside_china
from geodata.faults import Fault, Severity, fail

CGCS2000_CM_75 = 4534  # EPSG:4534 to 4554: CGCS2000 / 3-degree Gauss-Krüger, central meridians 75 to 135
MERIDIANS_DEG = (75, 135)
ZONE_DEG = 3.0
MOST_SCALE_ERROR = 0.001  # one permille: a metre in a kilometre; UTM and Gauss-Krüger stay below in their own zone
WEB_MERCATOR = (3785, 3857, 102100, 102113, 900913)  # the last three aren't EPSG's, but people write them


def central_meridian(lon_deg: float) -> int:
    """Return the central meridian of the 3-degree zone of ``lon_deg``; a zone starts 1.5 degrees west of it."""
    nearest = int(np.floor(lon_deg / ZONE_DEG + 0.5) * ZONE_DEG)
    return min(max(nearest, MERIDIANS_DEG[0]), MERIDIANS_DEG[1])


def gauss_krueger(meridian_deg: int) -> CRS:
    """Return CGCS2000 / 3-degree Gauss-Krüger on a central meridian (75, 78 ... 135), eastings without zone number."""
    return CRS.from_epsg(CGCS2000_CM_75 + (meridian_deg - MERIDIANS_DEG[0]) // 3)


def metric_crs(lon_deg: ArrayLike, lat_deg: ArrayLike) -> CRS:
    """Choose the CRS of a study by the middle of its points: Gauss-Krüger in China, UTM elsewhere.

    Parameters
    ----------
    lon_deg, lat_deg : array_like
        WGS84 or CGCS2000. Rows with NaN are left out; with none left the input is at fault.
    """
    lon, lat = _located(lon_deg, lat_deg)
    middle_lon, middle_lat = float(np.median(lon)), float(np.median(lat))
    if inside_china(middle_lon, middle_lat).item():
        return gauss_krueger(central_meridian(middle_lon))
    zone = min(int((middle_lon + 180.0) // 6.0) + 1, 60)
    return CRS.from_epsg((32600 if middle_lat >= 0 else 32700) + zone)


def metric_crs_of(word: str | int, lon_deg: ArrayLike, lat_deg: ArrayLike) -> CRS:
    """Return the CRS that ``study.crs`` asks for: "auto", or an EPSG code in metres that isn't Web Mercator."""
    text = str(word).strip()
    if text.lower() in {"", "auto"}:
        return metric_crs(lon_deg, lat_deg)
    number = text.lower().removeprefix("epsg:").strip()
    if not number.isdecimal():
        raise fail("metric_crs_unknown", column="study.crs", value=text)
    if int(number) in WEB_MERCATOR:
        raise _mercator(text, lat_deg)
    try:
        crs = CRS.from_epsg(int(number))
    except CRSError as error:
        raise fail("metric_crs_unknown", column="study.crs", value=text) from error
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if "Mercator" in method and "Transverse" not in method and "Oblique" not in method:
        raise _mercator(text, lat_deg)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        raise fail("metric_crs_not_metres", column="study.crs", value=text, name=crs.name)
    return crs


def scale_error(crs_m: CRS, lon_deg: ArrayLike, lat_deg: ArrayLike) -> float:
    """Return by how much of its length the worst line at these points is drawn too long or too short (0.001: 1 ‰).

    ``inf`` where the projection can't hold a point.
    """
    lon, lat = _located(lon_deg, lat_deg)
    factors = Proj(crs_m).get_factors(lon, lat)
    scales = np.concatenate([np.atleast_1d(factors.meridional_scale), np.atleast_1d(factors.parallel_scale)])
    return float(np.max(np.where(np.isfinite(scales), np.abs(scales - 1.0), np.inf)))


def scale_doubts(crs_m: CRS, lon_deg: ArrayLike, lat_deg: ArrayLike) -> list[Fault]:
    """Doubt a study CRS whose zone is far away: lengths off by more than 1 permille somewhere in the data."""
    error = scale_error(crs_m, lon_deg, lat_deg)
    if error <= MOST_SCALE_ERROR:
        return []
    better = metric_crs(lon_deg, lat_deg)
    details = {"name": crs_m.name, "permille": f"{error * 1000:.1f}", "better": f"EPSG:{better.to_epsg()}"}
    value = f"EPSG:{crs_m.to_epsg()}"
    return [Fault(code="metric_crs_far", severity=Severity.DOUBT, column="study.crs", value=value, details=details)]


def _mercator(text: str, lat_deg: ArrayLike) -> Exception:
    """Say by how much Web Mercator is too long here: 1 / cos(latitude)."""
    lat = np.asarray(lat_deg, dtype=float)
    lat = lat[np.isfinite(lat)]
    percent = (1.0 / np.cos(np.radians(np.median(lat))) - 1.0) * 100.0 if lat.size else 0.0
    return fail("metric_crs_mercator", column="study.crs", value=text, percent=f"{percent:.0f}")


def _located(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lon, lat = np.broadcast_arrays(
        np.atleast_1d(np.asarray(lon_deg, dtype=float)), np.atleast_1d(np.asarray(lat_deg, dtype=float))
    )
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        raise fail("no_coordinates")
    return lon[known], lat[known]
