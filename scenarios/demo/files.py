"""Files of the made-up city that come out the same, byte for byte, whenever they are written."""

import datetime as dt
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio

from scenarios.demo.ground import EPSG, Ground

DAY = dt.datetime(2025, 12, 31, tzinfo=dt.UTC)  # stands in every file as the day it was written
ELEVATION_M, LARGEST_RASTER = 30.0, 1500  # size of a raster cell, and the most cells along one side
MARGIN_M = 400.0


def write_layer(path: Path, table: gpd.GeoDataFrame, layer: str) -> None:
    """Write a GeoPackage or GeoJSON layer, with a fixed date instead of the present one."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DAY.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
    try:
        if path.suffix == ".geojson":
            table.to_file(path, driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION=7)
        else:
            table.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_csv(path: Path, table: pd.DataFrame, encoding: str) -> None:
    """Write a CSV file with the same line ends on every system."""
    table.to_csv(path, index=False, encoding=encoding, lineterminator="\n")


def write_sheet(path: Path, table: pd.DataFrame, title: str) -> None:
    """Write one Excel sheet; missing values are empty cells, dates are dates."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(list(table.columns))
    columns = []
    for name in table:
        values = table[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            columns.append([None if pd.isna(value) else value.date() for value in values])
        else:
            columns.append(values.astype(object).where(values.notna(), None).tolist())
    for row in zip(*columns, strict=True):
        sheet.append(row)
    book.save(path)
    _without_clock(path)


def _without_clock(path: Path) -> None:
    """Take the time of writing out of an Excel file."""
    with zipfile.ZipFile(path) as book:
        parts = [(name, book.read(name)) for name in book.namelist()]
    stamp = DAY.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts:
            whole = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, part) if name == "docProps/core.xml" else part
            book.writestr(zipfile.ZipInfo(name, DAY.timetuple()[:6]), whole, zipfile.ZIP_DEFLATED)


def write_elevation(path: Path, ground: Ground) -> None:
    """Write the heights of the city and a little around it as GeoTIFF, in metres above the sea."""
    import rasterio  # noqa: PLC0415 - slow to import

    west, south = ground.x_m.min() - MARGIN_M, ground.y_m.min() - MARGIN_M
    span_m = max(ground.x_m.max() - west, ground.y_m.max() - south) + MARGIN_M
    cell_m = max(ELEVATION_M, float(np.ceil(span_m / LARGEST_RASTER)))
    count = int(np.ceil(span_m / cell_m))
    north = south + count * cell_m
    x_m, y_m = np.meshgrid(west + (np.arange(count) + 0.5) * cell_m, north - (np.arange(count) + 0.5) * cell_m)
    shape = {"driver": "GTiff", "width": count, "height": count, "count": 1, "dtype": "float32"}
    with rasterio.open(
        path,
        "w",
        crs=f"EPSG:{EPSG}",
        transform=rasterio.Affine(cell_m, 0.0, west, 0.0, -cell_m, north),
        nodata=-9999.0,
        compress="deflate",
        predictor=3,
        **shape,
    ) as raster:
        raster.write(np.round(ground.height_m(x_m, y_m), 1).astype(np.float32), 1)
