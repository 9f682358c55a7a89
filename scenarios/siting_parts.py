"""Parts of what is asked of siting that are tables of their own: sizes, capacity, phases and points set by hand."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geodata.study import nearest_key
from planning.siting.phase import Phase

MOST_SITES = 5000
SIZE_KEYS = ("floor_area_m2", "capacity", "cost_yuan")
CAPACITY_KEYS = ("elders_per_100m2", "source")
PHASE_KEYS = ("name", "sites", "budget_yuan")
SIZES_WANTED = "[{ floor_area_m2 = 350, capacity = 40, cost_yuan = 700000 }]"
CAPACITY_WANTED = '40, { elders_per_100m2 = 12, source = "..." }'
PHASES_WANTED = '[{ name = "2026", sites = 3 }, { name = "2028", sites = 2 }]'
POINT_KEYS = ("id", "name", "lon_deg", "lat_deg", "floor_area_m2", "cost_yuan")
POINTS_WANTED = '[{ id = "P1", lon_deg = 118.35, lat_deg = 35.05 }]'
Wrong = Callable[..., None]  # takes the code, the key and what else the message says


@dataclass(frozen=True, kw_only=True)
class Size:
    """One size that any candidate large enough may be built in."""

    floor_area_m2: float
    capacity: float | None = None  # elders; None: by the capacity of the request
    cost_yuan: float | None = None  # None: by the cost for each square metre


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How many elders a candidate can take: so many each, or so many for its area."""

    each: float | None = None
    elders_per_100m2: float | None = None
    source: str = ""  # who says so


@dataclass(frozen=True, kw_only=True)
class Point:
    """A candidate set by hand, in degrees of WGS84."""

    id: str
    lon_deg: float
    lat_deg: float
    name: str = ""  # its id where there is none
    floor_area_m2: float | None = None
    cost_yuan: float | None = None


def is_number(value: object) -> bool:
    """Tell a finite number from other values; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def sizes_in(table: Mapping[str, Any], wrong: Wrong) -> tuple[Size, ...]:
    """Read the sizes that sites may be built in."""
    found = []
    for row in _rows(table, "sizes", SIZE_KEYS, SIZES_WANTED, wrong):
        numbers = {key: row[key] for key in SIZE_KEYS if key in row}
        good = all(is_number(value) and value >= 0 for value in numbers.values()) and row.get("floor_area_m2", 0) > 0
        if good:
            found.append(Size(**{key: float(value) for key, value in numbers.items()}))
        else:
            wrong("study_value", "sizes", value=row, wanted=SIZES_WANTED)
    return tuple(found)


def phases_in(table: Mapping[str, Any], wrong: Wrong) -> tuple[Phase, ...]:
    """Read the phases: all by sites or all by money, no name twice."""
    found: list[Phase] = []
    for row in _rows(table, "phases", PHASE_KEYS, PHASES_WANTED, wrong):
        name, sites, yuan = row.get("name"), row.get("sites"), row.get("budget_yuan")
        good = isinstance(name, str | int) and not isinstance(name, bool) and str(name).strip() != ""
        good = good and (sites is None) != (yuan is None)
        good = good and (sites is None or (is_number(sites) and sites == int(sites) and 1 <= sites <= MOST_SITES))
        good = good and (yuan is None or (is_number(yuan) and yuan > 0))
        if found and good:  # all by sites, or all by money; no name twice
            good = (found[0].sites is None) == (sites is None) and str(name) not in {one.name for one in found}
        if good:
            money = None if yuan is None else float(yuan)
            found.append(Phase(name=str(name), sites=None if sites is None else int(sites), budget_yuan=money))
        else:
            wrong("study_value", "phases", value=row, wanted=PHASES_WANTED)
    return tuple(found)


def capacity_in(table: Mapping[str, Any], wrong: Wrong) -> Capacity | None:
    """Read how many elders a site takes; None where nothing is said."""
    given = table.get("capacity")
    if given is None:
        return None
    if is_number(given) and given > 0:
        return Capacity(each=float(given), source="[siting]")
    if isinstance(given, dict):
        unknown = [key for key in given if key not in CAPACITY_KEYS]
        for key in unknown:
            wrong("study_unknown_key", f"capacity.{key}", value=given[key], nearest=nearest_key(key, CAPACITY_KEYS))
        rate, source = given.get("elders_per_100m2"), given.get("source")
        if is_number(rate) and float(str(rate)) > 0 and isinstance(source, str) and source.strip():
            return Capacity(elders_per_100m2=float(str(rate)), source=source)
        if unknown:
            return None
    wrong("study_value", "capacity", wanted=CAPACITY_WANTED)
    return None


def _rows(
    table: Mapping[str, Any], key: str, known: tuple[str, ...], wanted: str, wrong: Wrong
) -> list[Mapping[str, Any]]:
    """Return the tables of a list, those with unknown keys left out and named."""
    given = table.get(key, [])
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        wrong("study_value", key, wanted=wanted)
        return []
    for row in given:
        for name in row:
            if name not in known:
                wrong("study_unknown_key", f"{key}.{name}", value=row[name], nearest=nearest_key(name, known))
    return [row for row in given if set(row) <= set(known)]


def points_in(table: Mapping[str, Any], wrong: Wrong) -> tuple[Point, ...]:
    """Read the candidates set by hand."""
    found = []
    for row in _rows(table, "points", POINT_KEYS, POINTS_WANTED, wrong):
        numbers = {key: row[key] for key in POINT_KEYS[2:] if key in row}
        good = isinstance(row.get("id"), str) and row["id"].strip() != "" and isinstance(row.get("name", ""), str)
        good = good and all(map(is_number, numbers.values())) and {"lon_deg", "lat_deg"} <= set(numbers)
        good = good and abs(numbers["lon_deg"]) <= 180 and abs(numbers["lat_deg"]) <= 90  # noqa: PLR2004 - degrees
        if good and all(numbers.get(key, 0) >= 0 for key in POINT_KEYS[4:]):
            found.append(Point(id=row["id"], name=row.get("name", ""), **{k: float(v) for k, v in numbers.items()}))
        else:
            wrong("study_value", "points", value=row, wanted=POINTS_WANTED)
    return tuple(found)
