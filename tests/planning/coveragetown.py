"""A town on one street of 1,000 m, built by hand as a City; 1 m/s, so metres are seconds."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point, box

from geodata.city import City
from geodata.doors import Doors
from geodata.schema import COLUMNS, Background, Candidates, Districts, Facilities, Gates, Medical, Residential
from geodata.study import Study, Walking
from planning.walking.network import Network, network
from planning.walking.profile import WalkProfile
from tests.toytown import CRS_M, Chain, Door, doors_at, streets_of

WALKER = WalkProfile(name="toy", zh="试", en="toy", speed_m_s=1.0, slope="none", source="ours")
STREETS = streets_of([(0, 0), (1000, 0)], [Chain(0, 1, [(0, 0), (1000, 0)])])
FAR_M = 5000.0  # a door given further than the street's end is off the streets: unconnected


def toy_doors(at_m: Mapping[str, float | None]) -> Doors:
    """Doors on the street at so many metres; beyond 1,000 m unconnected there; None has no location at all."""
    doors = doors_at(STREETS, {key: [Door(0, 1000 * m) if on_street(m) else Door(-1)] for key, m in at_m.items()})
    x = [np.nan if m is None else m for m in at_m.values()]
    return replace(doors, x_m=np.array(x, dtype=float), y_m=np.where(np.isnan(x), np.nan, 0.0))


def on_street(m: float | None) -> bool:
    return m is not None and 0 <= m <= 1000


def table(layer: str, rows: Sequence[Mapping[str, object]], **extra: Sequence[object]) -> gpd.GeoDataFrame:
    """A checked table of one layer: every column there, missing as <NA>; ``at`` metres along the street."""
    ids = pd.Index([str(row["id"]) for row in rows], dtype="str", name="id")
    kinds = {"number": "Float64", "count": "Int64", "date": "datetime64[ns]"}
    columns = {
        column.name: pd.Series([row.get(column.name) for row in rows], ids).astype(kinds.get(column.kind, "string"))
        for column in COLUMNS[layer]
        if column.kind not in {"flag", "list"} and column.name != "id"
    }
    columns |= {name: pd.Series(values, ids) for name, values in extra.items()}
    columns["row"] = pd.Series(range(2, len(rows) + 2), ids, dtype="Int64")
    shapes = [row.get("shape") or (None if row.get("at") is None else Point(float(str(row["at"])), 0)) for row in rows]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, index=ids, crs=CRS_M), crs=CRS_M)


def town(
    places: Sequence[Mapping[str, object]],
    facilities: Sequence[Mapping[str, object]] = (),
    medical: Sequence[Mapping[str, object]] = (),
    districts: Sequence[Mapping[str, object]] = (),
    *,
    groups: Mapping[str, tuple[str, ...]] | None = None,
    elders_per_100m2: float | None = None,
    limits_min: tuple[float, ...] = (5.0, 10.0, 15.0),
    day: dt.date | None = None,
) -> City:
    """A city of rows; a place has 10 households, 25 people and 4 elders unless it says otherwise."""
    walking = Walking(limits_min=limits_min, elders_per_100m2=elders_per_100m2)
    study = Study(path=Path("toy.toml"), name="toy", layers={}, walking=walking, groups=groups or {}, day=day)
    rows = [{"name": row["id"], "households": 10, **row} for row in places]
    numbers = {key: [row.get(key, default) for row in rows] for key, default in (("elders", 4), ("people", 25))}
    held = {f"{level}_id": pd.array([row.get(f"{level}_id") for row in rows], "string") for level in LEVELS}
    given = {key: pd.array(values, "Float64").to_numpy(float, na_value=np.nan) for key, values in numbers.items()}
    layer = {"facilities": facilities, "medical": medical}
    tables = {name: table(name, [{"name": row["id"], **row} for row in rows]) for name, rows in layer.items()}
    where = {name: {str(row["id"]): row["at"] for row in rows} for name, rows in {**layer, "residential": rows}.items()}
    return City(
        study=study,
        crs_m=CRS_M,
        given=frozenset({"residential", "streets"}),
        residential=Residential(table("residential", rows, **given, **held)),
        facilities=Facilities(tables["facilities"]),
        medical=Medical(tables["medical"]),
        districts=Districts(table("districts", [{"name": f"{row['id']}镇", **row} for row in districts])),
        candidates=Candidates(table("candidates", [])),
        gates=Gates(gpd.GeoDataFrame({"place_id": [], "name": []}, geometry=[], crs=CRS_M)),
        background=Background(table("background", [])),
        streets=STREETS,
        doors={name: toy_doors(at) for name, at in where.items()},
        faults=(),
        sources=pd.DataFrame(),
        fingerprint="toy",
    )


LEVELS = ("county", "street", "community")


def net(speed_m_s: float = 1.0) -> Network:
    return network(STREETS, replace(WALKER, speed_m_s=speed_m_s))


def square(x0: float, x1: float) -> object:
    """A district from x0 to x1 along the street."""
    return box(x0, -50, x1, 50)
