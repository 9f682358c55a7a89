"""GeoPackage, GeoJSON, file geodatabase and GeoParquet to raw tables."""

import json
import sqlite3
import warnings
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet
import pyogrio

from geodata.faults import Fault, Severity, fail
from geodata.reading.encodings import decode_file
from geodata.reading.raw_table import MOST_BYTES, RawTable, check_size
from geodata.study import LayerSource

SQLITE = b"SQLite format 3\x00"
PARQUET = b"PAR1"
MOST_WARNINGS = 5
GEOJSON_TYPES = (
    "FeatureCollection",
    "Feature",
    "GeometryCollection",
    *(f"{many}{shape}" for many in ("", "Multi") for shape in ("Point", "LineString", "Polygon")),
)
OTHER_FORMATS = ("<OGR", "<VRT", "<GDAL", "<WMS")  # GDAL would take these for files that name other files


def read_gdal(path: Path | bytes, layer: str, sublayer: str | None = None, **options: str) -> RawTable:
    """Read one layer of a file, with what the reader warns of as notes."""
    name = path.name if isinstance(path, Path) else ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        source = path if isinstance(path, bytes) else str(path)
        if not isinstance(path, bytes) and not options:
            info = pyogrio.read_info(source, layer=sublayer)
            check_size(layer, name, max(int(info["features"]), 0), len(info["fields"]))
        read = pyogrio.read_dataframe(source, layer=sublayer, datetime_as_string=True, **options)
    said = list(dict.fromkeys(str(warning.message)[:200] for warning in caught))
    faults = [
        Fault(code="reader_says", severity=Severity.NOTE, layer=layer, value=text) for text in said[:MOST_WARNINGS]
    ]
    return from_frame(read, layer, name, "", faults)


def from_frame(read: pd.DataFrame, layer: str, name: str, note: str, faults: Sequence[Fault] = ()) -> RawTable:
    """Return a data frame, with or without geometry, as a raw table."""
    check_size(layer, name, len(read), len(read.columns))
    if read.empty:
        raise fail("table_no_rows", layer=layer, value=name)
    geometry, declared = None, None
    frame = pd.DataFrame(read).reset_index(drop=True)
    if isinstance(read, gpd.GeoDataFrame) and read.active_geometry_name is not None:
        geometry = gpd.GeoSeries(read.geometry.to_numpy(), crs=read.crs)
        declared = read.crs
        frame = frame.drop(columns=read.active_geometry_name)
    frame.columns = pd.Index([str(column) for column in frame.columns])
    rows = np.arange(1, len(frame) + 1, dtype=np.int64)
    return RawTable(frame, geometry, rows, declared, note, tuple(faults))


def read_geopackage(source: LayerSource) -> RawTable:
    """Read a GeoPackage or a file geodatabase: the sublayer asked for, or the only one with geometry."""
    path, layer = source.path, source.layer
    views: set[str] = set()
    if path.is_file():
        with path.open("rb") as opened:
            if opened.read(16) != SQLITE:
                raise fail("file_not_format", layer=layer, value=path.name, format="GeoPackage")
        try:  # GDAL would complain of a damaged file on standard error, past us
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
                views = {
                    str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'")
                }
        except sqlite3.Error as error:
            raise fail("file_unreadable", layer=layer, value=path.name, why=str(error)) from error
    with warnings.catch_warnings(record=True):  # said again when the layer is read
        warnings.simplefilter("always")
        listed = [(str(name), kind) for name, kind in pyogrio.list_layers(str(path))]
    shaped = [name for name, kind in listed if kind is not None]
    names = shaped or [name for name, _ in listed]
    if source.sublayer:
        if source.sublayer not in [name for name, _ in listed]:
            raise fail(
                "sublayer_missing", layer=layer, column="layer", value=source.sublayer, layers="、".join(names) or "-"
            )
        chosen = source.sublayer
    elif len(names) == 1:
        chosen = names[0]
    elif not names:
        raise fail("table_empty", layer=layer, value=path.name)
    else:
        raise fail("sublayer_needed", layer=layer, column="layer", value=path.name, layers="、".join(names))
    if chosen in views:  # a query that somebody else wrote: it may never end
        raise fail("sublayer_view", layer=layer, column="layer", value=chosen)
    table = read_gdal(path, layer, chosen)
    return RawTable(table.frame, table.geometry, table.rows, table.declared_crs, f"GeoPackage '{chosen}'", table.faults)


def read_geojson(source: LayerSource) -> RawTable:
    """Read a GeoJSON file; one that isn't in UTF-8 is decoded first."""
    path, layer = source.path, source.layer
    data = path.read_bytes()
    if not data.strip():
        raise fail("table_empty", layer=layer, value=path.name)
    text, encoding = decode_file(data, source.encoding, layer, path.name)
    if not text.lstrip().startswith("{"):
        raise fail("file_not_format", layer=layer, value=path.name, format="GeoJSON")
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise fail("file_unreadable", layer=layer, value=path.name, why=str(error)[:200]) from error
    named = isinstance(read, dict) and read.get("type") in GEOJSON_TYPES
    if not named or any(mark in text for mark in OTHER_FORMATS):
        raise fail("file_not_format", layer=layer, value=path.name, format="GeoJSON")
    del read
    table = read_gdal(text.encode("utf-8"), layer)
    return RawTable(
        table.frame,
        table.geometry,
        table.rows,
        table.declared_crs,
        f"GeoJSON {encoding.removesuffix('-sig')}",
        table.faults,
    )


def read_parquet(source: LayerSource) -> RawTable:
    """Read a Parquet or GeoParquet file."""
    path, layer = source.path, source.layer
    with path.open("rb") as opened:
        if opened.read(4) != PARQUET:
            raise fail("file_not_format", layer=layer, value=path.name, format="Parquet")
    about = pyarrow.parquet.read_metadata(path)
    unpacked = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
    if unpacked > MOST_BYTES:
        raise fail("file_too_big", layer=layer, value=path.name)
    check_size(layer, path.name, about.num_rows, about.num_columns)
    shaped = b"geo" in (about.metadata or {})
    read = gpd.read_parquet(path) if shaped else pd.read_parquet(path)
    if read.index.name is not None and read.index.name not in read.columns:
        read = read.reset_index()
    return from_frame(read, layer, path.name, "GeoParquet" if shaped else "Parquet")
