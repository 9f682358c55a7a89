"""Proposal: what one file seems to hold, so that a planner can look at it and put it right before it is used."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import geopandas as gpd
import numpy as np
import pyogrio
import python_calamine
import shapely
from numpy.typing import NDArray

from geodata.coordinates.crs import system_of, system_of_crs
from geodata.faults import Fault, InputError, Severity, fail
from geodata.reading.coordinate_columns import matched_columns
from geodata.reading.layers import LonLatTable, read_lonlat
from geodata.reading.numbers import is_missing, text_of
from geodata.reading.raw_table import RawTable
from geodata.reading.shapefiles import member_name
from geodata.reading.tables import read_table
from geodata.schema import COLUMNS
from geodata.shapes import inner_points
from geodata.street.files import HEADERS, OSM_ENDINGS, read_lines
from geodata.study import LayerSource

SAMPLE_ROWS = 10
MOST_LETTERS = 60  # of a cell in the sample
RASTERS = ("elevation", "population_grid")
PLACES = ("x", "y", "geometry")  # columns that say where a row lies
CLOSED = {"file_too_big", "table_too_big", "excel_not", "excel_password", "file_unreadable", "zip_unsafe"}
ABOUT_SYSTEM = ("crs_", "named_", "axes_swapped", "coordinates_absent", "streets_no_crs")


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """What was found in the file of one layer; whatever could not be told is empty, and ``faults`` says why."""

    layer: str
    ours: tuple[str, ...] = ()  # columns that the layer may have, in the schema's order
    columns: Mapping[str, str] = field(default_factory=dict)  # ours -> header in the file
    theirs: tuple[str, ...] = ()  # every header of the file
    system: str = ""  # coordinate system, "" where it could not be told
    evidence: tuple[Fault, ...] = ()  # why that system
    sample: tuple[tuple[str, ...], ...] = ()  # the first rows as they stand
    sample_rows: tuple[int, ...] = ()  # their numbers as the user counts
    rows: int = 0
    points_deg: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))  # longitude, latitude
    point_rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    lines_deg: NDArray[np.object_] = field(default_factory=lambda: np.zeros(0, dtype=object))  # streets only
    box_deg: tuple[float, float, float, float] | None = None  # west, south, east, north
    sheets: tuple[str, ...] = ()  # of a workbook with more than one
    sublayers: tuple[str, ...] = ()  # of a GeoPackage or a zip with more than one
    note: str = ""  # format and encoding
    faults: tuple[Fault, ...] = ()
    read: LonLatTable | None = None  # None where the layer can't be used as it is

    @property
    def first(self) -> tuple[str, ...]:
        """Return the columns to look at first: those needed, and those that were found."""
        needed = {column.name for column in COLUMNS.get(self.layer, ()) if column.required}
        if any(fault.code == "coordinates_absent" for fault in self.faults):
            needed |= set(PLACES)
        return tuple(name for name in self.ours if name in needed or name in self.columns)

    @property
    def usable(self) -> bool:
        """Tell whether nothing found here would stop a run."""
        return not any(fault.severity == Severity.ERROR for fault in self.faults)


def propose(source: LayerSource, near_lon_deg: float | None = None) -> Proposal:
    """Read the file of one layer as a run would, and return what was recognised; nothing is raised for a bad file.

    Parameters
    ----------
    near_lon_deg
        The middle of the study's other layers, to tell the zone of metres that come without one; None: not known.
    """
    try:
        if source.layer in RASTERS:
            return _raster(source)
        if source.layer == "streets":
            return _streets(source)
        return _table(source, near_lon_deg)
    except InputError as error:
        return Proposal(layer=source.layer, faults=error.faults, evidence=_evidence(error.faults))


def middle_lon_deg(proposal: Proposal) -> float | None:
    """Return the longitude of the middle of a layer, None where it has no place."""
    return None if proposal.box_deg is None else (proposal.box_deg[0] + proposal.box_deg[2]) / 2


def _table(source: LayerSource, near_lon_deg: float | None) -> Proposal:
    layer, read, raw = source.layer, None, None
    faults: tuple[Fault, ...]
    try:
        raw = read_table(source)
        read = read_lonlat(source, near_lon_deg, raw)
        faults = read.faults
    except InputError as error:
        faults = error.faults
    sheets, sublayers = _parts(source, faults)
    found = {"layer": layer, "ours": _ours(layer), "faults": faults, "evidence": _evidence(faults)}
    if raw is None:
        return Proposal(**found, sheets=sheets, sublayers=sublayers)  # type: ignore[arg-type]  # names are its own
    matched = matched_columns(raw, source)
    points, rows, box = np.zeros((0, 2)), np.zeros(0, dtype=np.int64), None
    if read is not None:
        points, rows, box = _points(read.table)
    return Proposal(
        **found,  # type: ignore[arg-type]  # names are its own
        columns=matched.headers,
        **_shown(raw),  # type: ignore[arg-type]
        system=read.system.label if read else "",
        points_deg=points,
        point_rows=rows,
        box_deg=box,
        sheets=sheets,
        sublayers=sublayers,
        note=raw.note,
        read=read,
    )


def _ours(layer: str) -> tuple[str, ...]:
    """Return what the layer's columns may be called in a study file."""
    if layer == "streets":
        return tuple(HEADERS)
    return (*(column.name for column in COLUMNS.get(layer, ())), *PLACES)


def _shown(raw: RawTable) -> Mapping[str, object]:
    """Return the headers and the first rows of a table as texts."""
    first = raw.frame.head(SAMPLE_ROWS)
    columns = []
    for place in range(first.shape[1]):
        cells = first.iloc[:, place].astype(object)
        gone = is_missing(cells)
        columns.append(["" if lost else text_of(cell) for cell, lost in zip(cells, gone, strict=True)])
    sample = tuple(tuple(text[:MOST_LETTERS] for text in row) for row in zip(*columns, strict=True))
    return {
        "theirs": tuple(str(header) for header in raw.frame.columns),
        "sample": sample,
        "sample_rows": tuple(int(row) for row in raw.rows[:SAMPLE_ROWS]),
        "rows": len(raw.rows),
    }


def _points(
    table: gpd.GeoDataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.int64], tuple[float, float, float, float] | None]:
    """Return a point inside every row that has a place, the rows they belong to, and the extent of them all."""
    there = ~np.asarray(shapely.is_missing(table.geometry.to_numpy()), dtype=bool)
    placed = table[there]
    if placed.empty:
        return np.zeros((0, 2)), np.zeros(0, dtype=np.int64), None
    points = shapely.get_coordinates(inner_points(placed.geometry))
    return points, placed["row"].to_numpy(dtype=np.int64), _box(placed.geometry.total_bounds)


def _box(bounds: Iterable[float]) -> tuple[float, float, float, float]:
    west, south, east, north = (float(value) for value in bounds)
    return west, south, east, north


def _streets(source: LayerSource) -> Proposal:
    lines, found = read_lines(source)
    if not len(lines):
        raise fail("streets_no_lines", layer=source.layer, value=source.path.name)
    shown: Mapping[str, object] = {"rows": len(lines)}
    columns, system = {}, "WGS84"
    if not source.path.name.lower().endswith((*OSM_ENDINGS, ".graphml")):
        raw = read_table(source)
        shown = {**_shown(raw), "note": raw.note}
        columns = _street_columns(list(map(str, raw.frame.columns)), source.columns)
        given = system_of(source.crs, source.layer)
        if given is None and raw.declared_crs is not None:
            given = system_of_crs(raw.declared_crs)
        system = given.label if given else ""
        if "highway" not in columns:
            found = [*found, Fault(code="streets_no_class", severity=Severity.DOUBT, layer=source.layer)]
    owner = np.repeat(np.arange(len(lines)), np.diff(lines.line_start))
    shapes = shapely.linestrings(np.column_stack([lines.x, lines.y]), indices=owner)
    return Proposal(
        layer=source.layer,
        ours=_ours(source.layer),
        columns=columns,
        **shown,  # type: ignore[arg-type]  # names are its own
        system=system,
        evidence=_evidence(found),
        lines_deg=np.asarray(shapes, dtype=object),
        box_deg=_box((lines.x.min(), lines.y.min(), lines.x.max(), lines.y.max())),
        faults=tuple(found),
    )


def _street_columns(headers: Sequence[str], settled: Mapping[str, str]) -> dict[str, str]:
    """Return which header is read as which tag of a street, as ``geodata.street.files`` does."""
    plain = {header.strip().lower(): header for header in reversed(headers)}
    found = {name: next((plain[word] for word in words if word in plain), "") for name, words in HEADERS.items()}
    return {name: header for name, header in {**found, **settled}.items() if header}


def _raster(source: LayerSource) -> Proposal:
    import rasterio.warp  # noqa: PLC0415 - slow to import
    from rasterio.errors import RasterioError, RasterioIOError  # noqa: PLC0415

    path, layer = source.path, source.layer
    if not path.is_file():
        raise fail("file_missing", layer=layer, column=f"layers.{layer}.path", value=path.name)
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            crs, bounds = raster.crs, tuple(raster.bounds)
            if crs is not None:
                bounds = rasterio.warp.transform_bounds(crs, 4326, *bounds)
            size = f"GeoTIFF {raster.width} × {raster.height}"
            count = raster.width * raster.height
    except (RasterioError, RasterioIOError) as error:
        raise fail("file_not_format", layer=layer, value=path.name, format="GeoTIFF") from error
    if crs is None:
        raise fail("crs_missing", layer=layer, value=path.name)
    return Proposal(layer=layer, system=str(crs), rows=count, box_deg=_box(bounds), note=size)


def _evidence(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(fault for fault in faults if fault.code.startswith(ABOUT_SYSTEM))


def _parts(source: LayerSource, faults: Sequence[Fault]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sheets of a workbook or the layers of a container, where there is more than one to choose from."""
    if any(fault.code in CLOSED for fault in faults):
        return (), ()
    ending = source.path.suffix.lower()
    sheets: Sequence[str] = ()
    layers: Sequence[str] = ()
    try:
        if ending in {".xlsx", ".xls", ".xlsm", ".et"}:
            sheets = _sheets(source.path)
        elif ending in {".gpkg", ".gdb"}:
            layers = [str(name) for name in pyogrio.list_layers(source.path)[:, 0]]
        elif ending == ".zip":
            layers = _shapes_inside(source.path)
    except Exception:  # noqa: BLE001 - a damaged file can make a reader raise anything; ``faults`` says so already
        return (), ()
    return tuple(sheets) if len(sheets) > 1 else (), tuple(layers) if len(layers) > 1 else ()


def _sheets(path: Path) -> list[str]:
    book = python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
    kinds, seen = python_calamine.SheetTypeEnum, python_calamine.SheetVisibleEnum
    return [
        sheet.name for sheet in book.sheets_metadata if sheet.typ == kinds.WorkSheet and sheet.visible == seen.Visible
    ]


def _shapes_inside(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        names = [PurePosixPath(member_name(member)) for member in package.infolist()]
    return sorted(name.stem for name in names if name.suffix.casefold() == ".shp" and not name.name.startswith("."))
