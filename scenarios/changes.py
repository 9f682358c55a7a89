"""Changes: what differs between two cities as they were given, row by row, and between the settings of two studies."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.city import City
from geodata.schema import COLUMNS
from geodata.study import Study
from planning.walking.profile import profile_of

LAYERS = ("residential", "facilities", "medical", "candidates", "districts", "gates")
SAME_PLACE_M = 0.001  # coordinates are kept to the millimetre


@dataclass(frozen=True)
class Change:
    """One row that is there in one city only, or one cell that differs; figures as text, blank where not known."""

    layer: str
    id: str
    name: str
    change: Literal["added", "removed", "changed"]
    column: str = ""
    before: str = ""
    after: str = ""


def table_changes(layer: str, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[Change]:
    """List what differs between two tables of one layer: rows gone, rows added, then cells, each in table order."""
    names = {str(key): text(name) for table in (before, after) for key, name in table["name"].items()}
    found = [Change(layer, str(one), names[str(one)], "removed") for one in before.index.difference(after.index, False)]
    found += [Change(layer, str(one), names[str(one)], "added") for one in after.index.difference(before.index, False)]
    shared = before.index.intersection(after.index, sort=False)
    left, right = before.loc[shared], after.loc[shared]
    cells: list[tuple[int, Change]] = []
    for column in (one.name for one in COLUMNS[layer]):
        if column not in left or column not in right or left[column].equals(right[column]):
            continue
        pairs = zip(shared, left[column].tolist(), right[column].tolist(), strict=True)
        for at, (one, old, new) in enumerate(pairs):
            if text(old) != text(new):
                label = str(one)
                cells.append((at, Change(layer, label, names[label], "changed", column, text(old), text(new))))
    here, there = (np.asarray(table.geometry, dtype=object) for table in (left, _in_crs(right, left)))
    for at in np.flatnonzero(elsewhere(here, there)).tolist():
        label = str(shared[at])
        cells.append((at, Change(layer, label, names[label], "changed", "geometry", spot(here[at]), spot(there[at]))))
    return found + [change for _, change in sorted(cells, key=lambda cell: cell[0])]


def _in_crs(table: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table if other.crs is None or table.crs == other.crs else table.to_crs(other.crs)


def elsewhere(here: np.ndarray[Any, Any], there: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Mark the shapes that aren't the same to the millimetre; two missing ones are the same."""
    lost = [shapely.is_missing(shapes) | shapely.is_empty(shapes) for shapes in (here, there)]
    same = shapely.equals_exact(here, there, SAME_PLACE_M) | (lost[0] & lost[1])
    return np.asarray(~same)


def spot(shape: shapely.Geometry | None) -> str:
    """Write a point inside a shape in metres; blank where there is none."""
    inside = shapely.point_on_surface(shape)
    if inside is None or shapely.is_empty(inside):
        return ""
    return f"{shapely.get_x(inside):.1f}, {shapely.get_y(inside):.1f}"


def text(value: object) -> str:
    """Write a cell as text: blank where nothing is known, days as such, whole numbers without a point."""
    if isinstance(value, list | tuple | np.ndarray):
        return "、".join(str(one) for one in value)
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)


def city_changes(before: City, after: City) -> list[Change]:
    """List what differs between the layers of two cities; streets are compared by ``data_changes``."""
    found = []
    for layer in LAYERS:
        tables = getattr(before, layer), getattr(after, layer)
        if tables[0] is not tables[1]:
            found += table_changes(layer, *tables)
    return found


def settings(study: Study) -> dict[str, str]:
    """Return every setting of a study that moves a figure, by its name in the study file, as text."""
    walking, who = study.walking, profile_of(study.walking)
    size = "household_size" in study.raw.get("population", {})
    found: dict[str, object] = {
        "walking.profile": who.name,
        "walking.speed_m_s": who.speed_m_s,
        "walking.crossing_s": who.crossing_s,
        "walking.stairs_factor": who.stairs_factor,
        "walking.stairs_barred": who.stairs_barred,
        "walking.slope": who.slope,
        "walking.limits_min": [text(minutes) for minutes in walking.limits_min],
        "walking.snap_m": walking.snap_m,
        "walking.elders_per_100m2": walking.elders_per_100m2,
        "population.household_size": f"{study.household_size:.10g}{'' if size else ' *'}",  # *: not given
        "population.elder_share": study.elder_share,
        "study.policy": study.policy,
        "study.day": study.day,
    }
    for name in ("rules", "groups", "siting", "indicators"):
        given: Mapping[str, Any] = getattr(study, name)
        found |= {f"{name}.{key}": value for key, value in sorted(given.items())}
    return {name: text(list(value) if isinstance(value, tuple) else value) for name, value in found.items()}


def settings_changed(before: Study, after: Study) -> list[tuple[str, str, str]]:
    """List the settings that differ: name, value before, value after; blank where there is none."""
    old, new = settings(before), settings(after)
    names = dict.fromkeys([*old, *new])
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name, "") != new.get(name, "")]


def fingerprint_of(base: City, city: City, changes: list[Change], asked: list[tuple[str, str, str]]) -> str:
    """Hash a base and what an edited city differs by from it: its ``city_changes`` and ``settings_changed``."""
    told = [asdict(one) for one in changes]
    rows = {}
    for layer in LAYERS:
        touched = {one.id for one in changes if one.layer == layer and one.change != "removed"}
        table = getattr(city, layer)
        table = table[table.index.isin(touched)]
        names = [one.name for one in COLUMNS[layer] if one.name in table]
        rows[layer] = [
            [str(key), *(text(row[name]) for name in names), shapely.to_wkb(row["geometry"], hex=True)]
            for key, row in table.iterrows()
        ]
    content = json.dumps([base.fingerprint, told, rows, asked], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
