"""One layer of a study, from its file to a checked table; what is wrong or doubtful is said row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geodata.coordinates.crs import System, geometry_to_metric
from geodata.coordinates.placing import place_rows
from geodata.faults import Fault, InputError, Severity
from geodata.reading.attributes import empty, levels_by_name, read_attributes
from geodata.reading.coordinate_columns import matched_columns, named_system, whole_degrees
from geodata.reading.ids import fill_names, read_ids
from geodata.reading.raw_table import RawTable
from geodata.reading.tables import read_table
from geodata.schema import COLUMNS
from geodata.study import LayerSource


@dataclass(frozen=True, eq=False)
class LonLatTable:
    """One layer, read and checked, still in degrees.

    ``table`` is indexed by a unique text ``id`` and has every other column of its layer in the schema's order (text,
    choice: string; count: Int64; number: float64; flag: boolean; date: datetime64[s]; list: tuple of words, None where
    nothing is known), then ``row`` as the user counts and ``geometry`` in degrees of WGS84, missing where a row has no
    place. Gates, which have no id of their own, are indexed by "row-" and their row.
    """

    layer: str
    table: gpd.GeoDataFrame
    system: System  # the coordinate system that was read
    headers: Mapping[str, str]  # schema name -> header in the user's file
    note: str  # format and encoding
    faults: tuple[Fault, ...]  # doubts, repairs and notes; errors are raised


def read_lonlat(source: LayerSource, near_lon_deg: float | None = None, raw: RawTable | None = None) -> LonLatTable:
    """Read one layer; raise InputError with every error found in it.

    Parameters
    ----------
    near_lon_deg
        The middle of the study's other layers, to tell the zone of metres that come without one; None: not known.
    raw
        The table as it stands in the file, where it was read already.
    """
    layer = source.layer
    raw = read_table(source) if raw is None else raw
    matched = matched_columns(raw, source)
    source = replace(source, columns={name: header for name, header in source.columns.items() if header})
    faults = [*raw.faults, *matched.faults]
    faults += whole_degrees(raw, matched, layer)
    ids, more = read_ids(raw, matched, layer)
    faults += more
    table, more = read_attributes(raw, matched, layer)
    faults += more
    if "name" in table.columns and layer not in {"gates", "background"}:
        table["name"], more = fill_names(table["name"], list(ids), raw, matched, layer)
        faults += more
    if layer == "districts" and "level" not in matched.headers and "name" in matched.headers:
        table["level"] = levels_by_name(table["name"])
        faults.append(Fault(code="level_by_name", severity=Severity.DOUBT, layer=layer, column=matched.headers["name"]))
        faults += [
            Fault(
                code="level_unknown",
                severity=Severity.DOUBT,
                layer=layer,
                row=int(raw.rows[place]),
                value=table["name"].iloc[place],
            )
            for place in table["level"].isna().to_numpy().nonzero()[0]
        ]
    if layer == "gates":
        faults += [
            Fault(code="gate_without_place", severity=Severity.DOUBT, layer=layer, row=int(raw.rows[place]))
            for place in table["place_id"].isna().to_numpy().nonzero()[0]
            if "place_id" in matched.headers
        ]
    unused = [header for header in raw.frame.columns if header not in set(matched.headers.values())]
    if unused:
        details = {"headers": "、".join(unused[:40])}
        faults.append(Fault(code="columns_unused", severity=Severity.NOTE, layer=layer, details=details))
    try:
        geometry, system, more = place_rows(raw, matched, source, near_lon_deg)
    except InputError as error:
        raise InputError([*_errors(faults), *error.faults]) from error
    faults += [*more, *named_system(raw, source, more)]
    if errors := _errors(faults):
        raise InputError(errors)
    table = table.drop(columns="id", errors="ignore").assign(row=pd.Series(raw.rows, index=table.index))
    table.index = pd.Index(ids.astype(str), name="id", dtype="str")
    placed = gpd.GeoDataFrame(table, geometry=geometry.to_numpy(), crs=geometry.crs)
    return LonLatTable(layer, placed, system, dict(matched.headers), raw.note, tuple(faults))


def _errors(faults: list[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault.severity == Severity.ERROR]


def to_metric(read: LonLatTable, crs_m: CRS) -> gpd.GeoDataFrame:
    """Return the table with its geometry in the study's metric CRS."""
    geometry = geometry_to_metric(read.table.geometry, crs_m)
    return read.table.set_geometry(geometry)


def empty_table(layer: str, crs_m: CRS) -> gpd.GeoDataFrame:
    """Return the table of a layer that was not given: no row, every column."""
    index = pd.Index([], name="id", dtype="str")
    columns = {column.name: empty(column, index) for column in COLUMNS[layer] if column.name != "id"}
    frame = pd.DataFrame(columns, index=index).assign(row=pd.Series([], index=index, dtype="int64"))
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], index=index, crs=crs_m), crs=crs_m)
