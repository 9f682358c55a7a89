"""A town on paper for the rules: tables with every column, walks by hand."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from geodata.schema import COLUMNS
from planning.reach import Reach
from planning.rules.judge import Judgement, judge_tables
from planning.rules.profiles import read_profile

CRS = "EPSG:4548"
X0, Y0 = 500_000.0, 4_000_000.0
DTYPES = {
    "text": "string",
    "choice": "string",
    "number": "float64",
    "count": "Int64",
    "flag": "boolean",
    "list": "object",
    "date": "object",
}


def table(layer: str, rows: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Return a layer as the reader gives it: indexed by id, every column there, ``at`` = (x, y) or a shape."""
    columns = COLUMNS[layer]
    found = {}
    for column in columns:
        if column.name == "id":
            continue
        values = [row.get(column.name) for row in rows]
        if column.kind == "list":
            found[column.name] = pd.Series([list(one) if one is not None else pd.NA for one in values], dtype="object")
        elif column.kind == "date":
            found[column.name] = pd.to_datetime(pd.Series(values, dtype="object"))
        else:
            found[column.name] = pd.Series(values, dtype=DTYPES[column.kind])
    unknown = {key for row in rows for key in row} - {column.name for column in columns} - {"at"}
    assert not unknown, unknown
    index = pd.Index([row["id"] for row in rows], name="id", dtype="str")
    shapes = [shape(row.get("at", (0, 0))) for row in rows]
    frame = pd.DataFrame({name: series.set_axis(index) for name, series in found.items()}, index=index)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=index, crs=CRS))


def shape(at: Any) -> BaseGeometry | None:
    if at is None or isinstance(at, BaseGeometry):
        return at
    return Point(X0 + at[0], Y0 + at[1]) if len(at) == 2 else box(X0 + at[0], Y0 + at[1], X0 + at[2], Y0 + at[3])


def walks(
    places: Sequence[str], sites: Sequence[str], seconds: Mapping[tuple[str, str], float], limit_s: float = 900.0
) -> Reach:
    pairs = list(seconds.items())
    return Reach.from_pairs(
        places,
        sites,
        [list(places).index(place) for (place, _), _ in pairs],
        [list(sites).index(site) for (_, site), _ in pairs],
        [one for _, one in pairs],
        limit_s,
    )


def judged(
    policy: str = "linyi-2025",
    *,
    day: dt.date = dt.date(2025, 12, 31),
    given: Sequence[str] | None = None,
    speed_m_s: float = 1.0,
    **layers: Any,
) -> Judgement:
    """Judge a town; layers are lists of rows, everything else goes to judge_tables as it is."""
    names = ("residential", "facilities", "medical", "districts", "candidates")
    tables = {name: table(name, layers.pop(name, [])) for name in names}
    there = [name for name in names if len(tables[name])] if given is None else given
    return judge_tables(
        **tables,
        given=frozenset(there),
        profile=layers.pop("profile", None) or read_profile(policy),
        day=day,
        speed_m_s=speed_m_s,
        **layers,
    )


def row(found: Judgement, rule_id: str, object_id: str = "city", part: str | None = None) -> dict[str, Any]:
    """Return one row of rules.csv; there must be exactly one."""
    rules = found.rules()
    rows = rules[(rules["rule_id"] == rule_id) & (rules["object_id"] == object_id)]
    if part is not None:
        rows = rows[rows["part"] == part]
    assert len(rows) == 1, rows
    return rows.iloc[0].to_dict()
