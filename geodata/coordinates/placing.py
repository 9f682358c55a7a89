"""Where the rows of a raw table lie: geometry or coordinate columns to longitude and latitude."""

import re

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.coordinates.crs import WGS84, System, geometry_to_lonlat, guess_system, system_of, system_of_crs, to_lonlat
from geodata.coordinates.tangles import MOST_CROSSINGS, tangled_among
from geodata.faults import Fault, InputError, Severity, fail
from geodata.reading.aliases import accepted, folded
from geodata.reading.cell_faults import CellFaults
from geodata.reading.columns import Matched
from geodata.reading.numbers import is_missing, read_number, read_numbers
from geodata.reading.raw_table import RawTable
from geodata.study import LayerSource

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]

LINES = frozenset({1, 2, 5})  # shapely's numbers of LineString, LinearRing and MultiLineString
POLYGONS = frozenset({3, 6})  # shapely's numbers of Polygon and MultiPolygon
POINT, MULTIPOINT = 0, 4
CGCS2000 = 4490  # EPSG, in degrees
MOST_APART_DEG = 10.0  # from the middle of its layer; further off is a slip of the hand
AREA_MARGIN_DEG = 3.0  # a CRS is used a little beyond its zone
PAIR_MARKS = (r"[,;、/|]", r"\s+", r"(?<=.)(?=[北南东西])")  # between the two numbers of a pair, tried in turn
MOST_SPOTS = 1000  # polygons of which is said where they were mended; of others only that
NORTHWARD = re.compile("[ns北南纬]")


def place_rows(
    raw: RawTable, matched: Matched, source: LayerSource, near_lon_deg: float | None
) -> tuple[gpd.GeoSeries, System, list[Fault]]:
    """Return the geometry of every row in degrees (missing where the row has none that can be used) and its system.

    Parameters
    ----------
    near_lon_deg
        The middle of the study's other layers, which tells the zone of metres without one; None: not known.
    """
    faults: list[Fault] = []
    found = CellFaults(raw, source.layer, faults)
    given = system_of(source.crs, source.layer)
    own = raw.geometry is not None and not {"x", "y", "geometry"} & set(source.columns)
    if own and raw.geometry is not None:
        shapes, header = raw.geometry.to_numpy(), ""
        found.add("geometry_missing", Severity.DOUBT, shapely.is_missing(shapes) | shapely.is_empty(shapes), header)
    else:
        shapes, header = _from_columns(raw, matched, source, found)
    shapes = _clean(shapes, found, header)
    middle = _middles(shapes)
    if not np.isfinite(middle).all(axis=1).any():
        unread = next((fault for fault in faults if fault.code == "value_unreadable"), None)  # one shows them all
        raise InputError([_nowhere(source, raw), *([unread] if unread else [])])
    system, turned, assumed = _system(middle, own, raw, matched, source, given, near_lon_deg)
    faults += assumed
    if turned:
        shapes = shapely.transform(shapes, lambda points: points[:, ::-1])
    placed = geometry_to_lonlat(gpd.GeoSeries(shapes), system).to_numpy()
    lost = _out_of_range(placed, districts=source.layer == "districts") & ~shapely.is_missing(placed)
    found.add("coordinate_range", Severity.DOUBT, lost, header, {"label": system.label})
    placed[lost] = None
    if shapely.is_missing(placed).all():
        raise InputError([_nowhere(source, raw)])
    return gpd.GeoSeries(placed, index=raw.frame.index, crs=WGS84), system, faults


def _nowhere(source: LayerSource, raw: RawTable) -> Fault:
    return Fault(code="all_without_place", layer=source.layer, value=source.path.name, details={"rows": len(raw.rows)})


def _from_columns(raw: RawTable, matched: Matched, source: LayerSource, found: CellFaults) -> tuple[Shapes, str]:
    """Return the shapes that coordinate columns tell, and the header they are listed under."""
    headers = matched.headers
    if "x" in headers and "y" in headers:
        gone = np.zeros(len(raw.rows), dtype=bool)
        axes = []
        for name in ("x", "y"):
            read = read_numbers(raw.frame[headers[name]], "axis")
            found.add("value_unreadable", Severity.DOUBT, read.unreadable, headers[name], {"name": name})
            gone |= np.isnan(read.numbers) & ~read.unreadable
            axes.append(read.numbers)
        x, y = axes
        zero = (x == 0) | (y == 0)
        found.add("coordinate_missing", Severity.DOUBT, gone | zero, headers["x"])
        known = np.isfinite(x) & np.isfinite(y) & ~zero
        return _points(x, y, known), headers["x"]
    if "geometry" in headers:
        header = headers["geometry"]
        cells = raw.frame[header]
        gone = is_missing(cells)
        pairs = [read_pair(cell) if isinstance(cell, str) else None for cell in cells.astype(object)]
        x, y = np.array([pair or (np.nan, np.nan) for pair in pairs], dtype=float).reshape(-1, 2).T
        texts = [
            cell if isinstance(cell, str) and not pair and is_flat(cell) else None
            for cell, pair in zip(cells, pairs, strict=True)
        ]
        shapes = shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore")
        paired = np.isfinite(x) & np.isfinite(y)
        shapes[paired] = _points(x, y, paired)[paired]
        found.add("value_unreadable", Severity.DOUBT, shapely.is_missing(shapes) & ~gone, header, {"name": "geometry"})
        found.add("coordinate_missing", Severity.DOUBT, gone, header)
        return shapes, header
    details = {
        "headers": "、".join(list(raw.frame.columns)[:30]),
        "x": accepted(source.layer, "x"),
        "y": accepted(source.layer, "y"),
    }
    raise fail("coordinates_absent", layer=source.layer, value=source.path.name, **details)


def is_flat(wkt: str) -> bool:
    """Tell well-known text of points, lines and polygons from collections, which may nest without end."""
    return "COLLECTION" not in wkt.upper()


def read_pair(text: str) -> tuple[float, float] | None:
    """Return the two numbers of a cell such as 117.02，36.65 or 东经117°02′ 北纬36°39′, east first; None if not."""
    bare = folded(text).strip("()[] ")
    for mark in PAIR_MARKS:
        parts = [part for part in re.split(mark, bare) if part.strip()]
        if len(parts) != 2:  # noqa: PLR2004 - a pair
            continue
        first, second = (read_number(part.strip(), "axis") for part in parts)
        if first is None or second is None:
            continue
        turned = bool(NORTHWARD.search(parts[0])) and not NORTHWARD.search(parts[1])
        return (second, first) if turned else (first, second)
    return None


def _points(x: Floats, y: Floats, known: Bools) -> Shapes:
    shapes = np.full(len(x), None, dtype=object)
    shapes[known] = shapely.points(x[known], y[known])
    return shapes


def _clean(shapes: Shapes, found: CellFaults, header: str) -> Shapes:
    """Return flat, valid shapes of a kind that the layer may have; what was mended or taken away is listed."""
    shapes = shapely.force_2d(shapes)
    shapes[shapely.is_empty(shapes)] = None
    broken = ~np.isfinite(shapely.bounds(shapes)).all(axis=1) & ~shapely.is_missing(shapes)
    found.add("coordinate_range", Severity.DOUBT, broken, header, {"label": "-"})
    shapes[broken] = None
    kinds = shapely.get_type_id(shapes)
    several = kinds == MULTIPOINT
    found.add("geometry_first_point", Severity.DOUBT, several & (shapely.get_num_geometries(shapes) > 1), header)
    shapes[several] = shapely.get_geometry(shapes[several], 0)
    area = np.isin(kinds, list(POLYGONS))
    invalid = area & ~shapely.is_valid(shapes)
    tangled = tangled_among(shapes, invalid)
    found.add("geometry_tangled", Severity.DOUBT, tangled, header, {"most": f"{MOST_CROSSINGS:,}"})
    shapes[tangled] = None
    invalid &= ~tangled
    reasons = shapely.is_valid_reason(shapes[invalid])
    if invalid.any():
        shapes[invalid] = [_polygonal(shape) for shape in shapely.make_valid(shapes[invalid], method="structure")]
        flat = invalid & shapely.is_missing(shapes)
        listed = np.flatnonzero(invalid)
        for place, reason in zip(listed[:MOST_SPOTS], reasons[:MOST_SPOTS], strict=True):
            here = np.zeros(len(shapes), dtype=bool)
            here[place] = True
            code, severity = (
                ("geometry_flat", Severity.DOUBT) if flat[place] else ("geometry_repaired", Severity.REPAIR)
            )
            found.add(code, severity, here, header, {"spot": _spot(str(reason))})
        more = np.isin(np.arange(len(shapes)), listed[MOST_SPOTS:])
        found.add("geometry_flat", Severity.DOUBT, more & flat, header, {"spot": "-"})
        found.add("geometry_repaired", Severity.REPAIR, more & ~flat, header, {"spot": "-"})
    if found.layer == "gates":
        drawn = np.isin(shapely.get_type_id(shapes), list(POLYGONS))
        found.add("gate_from_polygon", Severity.REPAIR, drawn, header)
        shapes[drawn] = shapely.point_on_surface(shapes[drawn])
    allowed = POLYGONS if found.layer == "districts" else POLYGONS | {POINT}
    allowed = allowed | LINES if found.layer == "background" else allowed
    kinds = shapely.get_type_id(shapes)
    wrong = ~np.isin(kinds, [*allowed, -1])
    if wrong.any() and (wrong | shapely.is_missing(shapes)).all():
        raise fail("geometry_kind_all", layer=found.layer, kind=_kind(shapes[wrong][0]))
    for kind in np.unique(kinds[wrong]):
        here = wrong & (kinds == kind)
        found.add("geometry_kind", Severity.DOUBT, here, header, {"kind": _kind(shapes[here][0])})
    shapes[wrong] = None
    return shapes


def _spot(reason: str) -> str:
    """Return the coordinates that GEOS gives beside its word for what is wrong, in the system of the file."""
    given = reason.partition("[")[2].rstrip("]").split()
    return ", ".join(f"{float(one):.9g}" for one in given) or "-"


def _kind(shape: BaseGeometry) -> str:
    return str(shape.geom_type)


def _polygonal(shape: BaseGeometry) -> BaseGeometry | None:
    """Return the part of a mended shape that has an area, or None."""
    parts = shapely.get_parts(shape)
    areas = parts[np.isin(shapely.get_type_id(parts), list(POLYGONS)) & (shapely.area(parts) > 0)]
    return shapely.union_all(areas) if len(areas) else None


def _middles(shapes: Shapes) -> Floats:
    """Return the middle of every shape's extent, NaN where it has none: row by row, [rows, 2]."""
    bounds = shapely.bounds(shapes)
    return np.column_stack(((bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2))


def _system(
    middle: Floats,
    own: bool,  # noqa: FBT001 - private
    raw: RawTable,
    matched: Matched,
    source: LayerSource,
    given: System | None,
    near_lon_deg: float | None,
) -> tuple[System, bool, list[Fault]]:
    """Return the system of the layer, whether x and y are exchanged, and what was assumed."""
    layer, faults = source.layer, []
    system = given
    if own:
        if system is None and raw.declared_crs is None:
            raise fail("crs_missing", layer=layer, value=source.path.name)
        if system is None:
            assert raw.declared_crs is not None
            system = system_of_crs(raw.declared_crs, layer)
        elif raw.declared_crs is not None and system.crs is not None and raw.declared_crs != system.crs:
            details = {"declared": raw.declared_crs.name, "label": system.label}
            faults.append(
                Fault(code="crs_overridden", severity=Severity.NOTE, layer=layer, column="crs", details=details)
            )
    elif system is None and matched.datum:
        system = system_of(matched.datum, layer)
        assert system is not None
        degrees = np.nanmedian(np.abs(middle), axis=0).max() <= 180.0  # noqa: PLR2004 - of a circle
        system = system if degrees else None
        if system is not None:
            details = {"label": system.label}
            column = matched.headers.get("x", matched.headers.get("geometry", ""))
            faults.append(
                Fault(code="crs_by_header", severity=Severity.NOTE, layer=layer, column=column, details=details)
            )
    if given is not None and given.crs is not None and given.crs.to_epsg() == CGCS2000 and _metres(middle):
        # the datum has one name in degrees and in metres
        declared = raw.declared_crs if own else None
        system = system_of_crs(declared, layer) if declared is not None and declared.is_projected else None
    if system is None:
        guessed, turned = guess_system(
            middle[:, 0], middle[:, 1], swapped=source.swapped, layer=layer, near_lon_deg=near_lon_deg
        )
        return guessed, turned, [*faults, *guessed.faults]
    orders = (True,) if source.swapped else (False,) if own else (False, True)
    for turned in orders:
        if _fits(middle[:, ::-1] if turned else middle, system):
            if turned and not source.swapped:
                faults.append(Fault(code="axes_swapped", severity=Severity.REPAIR, layer=layer))
            return system, turned, [*system.faults, *faults]
    known = middle[np.isfinite(middle).all(axis=1)]
    shown = ", ".join(f"{value:.9g}" for value in np.median(known, axis=0))
    raise fail("crs_contradicted", layer=layer, column="crs", value=shown, label=system.label)


def _metres(middle: Floats) -> bool:
    return bool(np.nanmedian(np.abs(middle), axis=0).min() > 180.0)  # noqa: PLR2004 - of a circle


def _fits(middle: Floats, system: System) -> bool:
    """Tell whether the middle of the layer lies where ``system`` is used."""
    x, y = (float(np.nanmedian(axis)) for axis in middle.T)
    degrees = abs(x) <= 180.0 and abs(y) <= 90.0  # noqa: PLR2004 - of a circle
    if system.kind != "projected":
        return degrees
    lon, lat = (axis.item() for axis in to_lonlat(x, y, system))
    area = system.crs.area_of_use if system.crs is not None else None
    if max(abs(x), abs(y)) <= 180.0 or not (np.isfinite(lon) and np.isfinite(lat)):  # noqa: PLR2004
        return False
    if area is None or area.west > area.east:
        return bool(abs(lat) <= 90.0)  # noqa: PLR2004 - of a circle
    inside_lon = area.west - AREA_MARGIN_DEG <= lon <= area.east + AREA_MARGIN_DEG
    return bool(inside_lon and area.south - AREA_MARGIN_DEG <= lat <= area.north + AREA_MARGIN_DEG)


def _out_of_range(placed: Shapes, *, districts: bool) -> Bools:
    """Mark shapes off the globe, and those far away from the middle of their layer."""
    bounds = shapely.bounds(placed)
    lost = np.asarray(~np.isfinite(bounds).all(axis=1))
    with np.errstate(invalid="ignore"):
        lost |= (np.abs(bounds[:, [0, 2]]) > 180.0).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90.0).any(axis=1)  # noqa: PLR2004
    if districts or lost.all():
        return lost
    middle = _middles(placed)
    centre = np.median(middle[~lost], axis=0)
    with np.errstate(invalid="ignore"):
        apart = np.asarray((np.abs(middle - centre) > MOST_APART_DEG).any(axis=1))
    return lost | apart
