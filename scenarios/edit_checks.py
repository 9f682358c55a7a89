"""Edit checks: what an edit says, held against the city it is laid over; and rows and cells as tables hold them."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import Transformer

from geodata.city import City, extent
from geodata.faults import Fault, InputError
from geodata.schema import COLUMNS
from geodata.study import nearest_key
from geodata.study_area import STREETS_MARGIN_M
from scenarios.edits import Edit, Spot

WGS84 = 4326
DECIMALS = 3  # coordinates are kept to the millimetre


@dataclass(frozen=True)
class Where:
    """Which edit of which file is being laid, for messages."""

    source: str
    row: int

    def fail(self, code: str, column: str, value: object, **details: object) -> InputError:
        """Return the fault of this edit."""
        fault = Fault(code=code, layer=self.source, row=self.row, column=column, value=value, details=details)
        return InputError([fault])

    def relabelled(self, faults: tuple[Fault, ...] | list[Fault]) -> InputError:
        """Return faults found elsewhere as those of this edit."""
        return InputError([replace(fault, layer=self.source, row=self.row) for fault in faults])


def known(table: gpd.GeoDataFrame, column: str, label: str, where: Where) -> None:
    """Refuse an id that the table hasn't, with the nearest that it has."""
    if label not in table.index:
        nearest = nearest_key(label, tuple(str(one) for one in table.index)) if len(table) else "-"
        raise where.fail("edit_unknown_id", column, label, nearest=nearest[:60])


def free(table: gpd.GeoDataFrame, column: str, label: str, where: Where) -> None:
    """Refuse an id that is blank or taken."""
    if not label or label != label.strip():
        raise where.fail("edit_blank", column, label)
    if label in table.index:
        raise where.fail("edit_id_taken", column, label)


def worded(column: str, word: str, choices: tuple[str, ...], where: Where) -> None:
    """Refuse a word that isn't one of the choices."""
    if word not in choices:
        raise where.fail("edit_word", column, word, nearest=nearest_key(word, choices))


def figures(layer: str, edit: Edit, names: tuple[str, ...], where: Where, *, some: bool = False) -> dict[str, Any]:
    """Return the figures that an edit gives, each within what its column may hold."""
    asked = {name: getattr(edit, name) for name in names if getattr(edit, name) is not None}
    if some and not asked:
        raise where.fail("edit_nothing", "do", "", keys=" / ".join(names))
    most = {column.name: column.most for column in COLUMNS[layer]}
    for name, value in asked.items():
        top = most[name] or math.inf
        if not 0 <= value <= top:
            raise where.fail("edit_number", name, value, least=0, most=f"{top:g}")
    return asked


def point_of(city: City, edit: Spot, where: Where) -> shapely.Point:
    """Return the spot in the study's metres, to the millimetre; InputError where it is none or far from all streets."""
    pairs = [(edit.lon_deg, edit.lat_deg), (edit.x_m, edit.y_m)]
    whole = [pair for pair in pairs if None not in pair]
    if len(whole) != 1 or any((one is None) != (two is None) for one, two in pairs):
        raise where.fail("edit_spot", "lon_deg", "")
    x, y = (float(value) for value in whole[0])  # type: ignore[arg-type]  # None is sorted out above
    column, shown = ("x_m", f"{x:.1f}, {y:.1f}") if edit.lon_deg is None else ("lon_deg", f"{x:.6f}, {y:.6f}")
    if column == "lon_deg":
        x, y = Transformer.from_crs(WGS84, city.crs_m, always_xy=True).transform(x, y)
    west, south, east, north = extent(city.streets)
    away_m = math.hypot(max(west - x, 0.0, x - east), max(south - y, 0.0, y - north))
    if not away_m <= STREETS_MARGIN_M:  # NaN and inf are outside too
        raise where.fail("edit_outside", column, shown, away_km=f"{away_m / 1000:.1f}")
    return shapely.Point(round(x, DECIMALS), round(y, DECIMALS))


def one_row(
    table: gpd.GeoDataFrame, label: str, values: Mapping[str, Any], shape: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Return a table of one row with the columns and types of ``table``; what isn't given is missing."""
    index = pd.Index([label], name=table.index.name, dtype=table.index.dtype)
    columns = {
        str(name): pd.Series([0 if name == "row" else cell(values.get(str(name)))], index, dtype=dtype)
        for name, dtype in table.dtypes.items()
        if name != "geometry"
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([shape], index=index, crs=table.crs), crs=table.crs)


def appended(table: gpd.GeoDataFrame, row: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table with one more row behind it, every column of the type it had."""
    if not len(table):
        return row[list(table.columns)]
    joined = pd.concat([table, row[list(table.columns)]])
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=table.crs)


def with_cells(table: gpd.GeoDataFrame, label: str, values: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Return the table with some cells of one row changed."""
    changed = table.copy()
    for name, value in values.items():
        changed.loc[label, name] = cell(value)
    return changed


def cell(value: object) -> Any:  # noqa: ANN401 - whatever a column holds
    """Return a value as a column holds it: days as times, what is missing as None."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return pd.Timestamp(value) if isinstance(value, dt.date) else value
