"""Case: everything one judgement looks at: tables, walks, profile, day, and the figures the user entered."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geodata.schema import STATUSES
from planning.reach import Reach
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Verdict, exact, figure
from planning.rules.profiles import Profile
from planning.rules.rows import Rows


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One study as the rules see it.

    ``walks`` are seconds from residential areas to facilities, ``medical_walks`` and ``candidate_walks`` from
    facilities and from candidates to clinics, ``neighbour_walks`` between residential areas. What is not given cannot
    be judged by walking distance, and the findings say so. Metres are seconds times ``speed_m_s`` on the flat.
    ``unconnected`` are the residential areas that meet no street, so that nobody knows how far they walk.
    """

    residential: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    medical: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    given: frozenset[str]
    profile: Profile
    day: dt.date
    speed_m_s: float
    walks: Reach | None = None
    medical_walks: Reach | None = None
    candidate_walks: Reach | None = None
    neighbour_walks: Reach | None = None
    unconnected: frozenset[str] = frozenset()
    indicators: Mapping[tuple[str, str], Any] = field(
        default_factory=dict
    )  # (rule, part) -> planning.rules.indicators.Entered

    @cached_property
    def opens(self) -> dict[str, bool | None]:
        """Tell for each facility whether it is open on the day: True, False, or None where its status isn't known.

        Where no facility has a status the layer is taken as a list of what exists, and all are open.
        """
        return opens_on(self.rows("facilities"), self.day)

    @cached_property
    def residential_rows(self) -> Rows:
        """Return the residential layer row by row, without a dict per row."""
        return Rows(pd.DataFrame(self.residential).drop(columns="geometry"))

    @cached_property
    def _rows(self) -> dict[str, Mapping[str, Mapping[str, Any]]]:
        return {"residential": self.residential_rows}

    def rows(self, layer: str) -> Mapping[str, Mapping[str, Any]]:
        """Return a layer as one mapping of columns per id, in the table's order, without geometry."""
        if layer not in self._rows:
            table = pd.DataFrame(getattr(self, layer)).drop(columns="geometry")
            self._rows[layer] = {str(key): row for key, row in zip(table.index, _records(table), strict=True)}
        return self._rows[layer]

    def pool_seconds(self) -> float:
        """Return the pooling distance as walking seconds; the distance itself is inside."""
        return float(self.profile["pool_m"]) / self.speed_m_s

    def facility_ids(self, words: Iterable[str] | None, *, states: tuple[bool | None, ...] = (True,)) -> list[str]:
        """List facilities of the kinds, in the table's order, that are open (True), not (False) or doubtful (None)."""
        kinds = None if words is None else self.profile.kinds(words)
        asked = (kinds, states)
        if asked not in self._facility_ids:
            self._facility_ids[asked] = [
                key
                for key, row in self.rows("facilities").items()
                if self.opens[key] in states and (kinds is None or row["kind"] in kinds)
            ]
        return list(self._facility_ids[asked])

    @cached_property
    def _facility_ids(self) -> dict[tuple[object, ...], list[str]]:
        return {}

    def number(self, facility: str, column: str) -> Decimal | None:
        """Return one figure of a facility, or None where it isn't given."""
        return exact(self.rows("facilities")[facility][column])

    def name(self, layer: str, key: str) -> str:
        """Return the name of an object, its id where it has none."""
        name = self.rows(layer)[key]["name"]
        return str(key) if pd.isna(name) else str(name)

    def geometry(self, layer: str, key: str) -> BaseGeometry | None:
        """Return where an object is; None where it has no place."""
        if layer not in self._shapes:
            shapes = getattr(self, layer).geometry
            self._shapes[layer] = dict(zip(map(str, shapes.index), shapes.array, strict=True))
        shape = self._shapes[layer].get(key)
        return None if shape is None or shape.is_empty else shape

    @cached_property
    def _shapes(self) -> dict[str, dict[str, BaseGeometry | None]]:
        return {}

    def has_word(self, facility: str, column: str, word: str) -> bool | None:
        """Tell whether a facility's column says ``word`` or a synonym; None where the column is blank."""
        said = words_of(self.rows("facilities")[facility][column])
        return any(near in one for near in self.profile.synonyms(word) for one in said) if said else None

    @cached_property
    def streets_of(self) -> dict[str, dict[str, str]]:
        """Return the street district that holds each residential area and each facility; absent where none does."""
        return {layer: self.holders(layer, "street") for layer in ("residential", "facilities")}

    def holders(self, layer: str, level: str) -> dict[str, str]:
        """Return the district of one level that holds each object of a layer; an object on no district is absent."""
        if (layer, level) not in self._held:
            column = f"{level}_id"
            table = getattr(self, layer)
            if column in table:
                rows = self.rows(layer)
                self._held[layer, level] = {
                    key: str(row[column]) for key, row in rows.items() if not pd.isna(row[column])
                }
            else:
                self._held[layer, level] = held(table, self.districts, level)
        return self._held[layer, level]

    @cached_property
    def _held(self) -> dict[tuple[str, str], dict[str, str]]:
        return {}

    def units(self, level: str, *, urban: bool | None = None) -> tuple[list[str], list[str]]:
        """List the districts of a level in the scope, and those whose being urban or rural isn't known."""
        inside, doubtful = [], []
        for key, row in self.rows("districts").items():
            if row["level"] != level:
                continue
            if urban is None or (not pd.isna(row["urban"]) and bool(row["urban"]) is urban):
                inside.append(key)
            elif pd.isna(row["urban"]):
                doubtful.append(key)
        return inside, doubtful

    def finding(self, rule: Rule, target: Target, code: str, verdict: Verdict, **given: Any) -> Finding:  # noqa: ANN401
        """Return a finding of this day; what isn't a field of Finding becomes a detail of the sentence."""
        fields = {"layer", "object_id", "object_name", "measured", "threshold", "gap", "unit"}
        own = {key: value for key, value in given.items() if key in fields}
        details = {key: value for key, value in given.items() if key not in fields}
        shown = {"measured": own.get("measured"), "threshold": own.get("threshold"), **details}
        if _look_alike(own.get("measured"), own.get("threshold")):
            shown["measured"] = f"{own['measured']:.4f}"
        return Finding(
            rule=rule,
            target=target,
            day=self.day,
            code=code,
            verdict=verdict,
            details=shown,
            **{"layer": "", **own},
        )


def _look_alike(measured: Decimal | None, threshold: Decimal | None) -> bool:
    """Tell two figures that differ but would be written the same."""
    if measured is None or threshold is None:
        return False
    return measured != threshold and figure(measured) == figure(threshold)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


def held(table: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, level: str) -> dict[str, str]:
    """Return the district of one level that holds each object's point; on a border the first listed."""
    units = districts[districts["level"] == level]
    if not len(units) or not len(table):
        return {}
    points = table.geometry.representative_point()
    placed = ~(points.is_empty | points.isna())
    at, unit = units.sindex.query(np.asarray(points[placed]), predicate="intersects")
    first = pd.DataFrame({"at": at, "unit": unit}).groupby("at")["unit"].min()
    keys = [str(key) for key, here in zip(table.index, placed, strict=True) if here]
    names = [str(key) for key in units.index]
    return {keys[int(one)]: names[int(two)] for one, two in zip(first.index, first, strict=True)}


def opens_on(rows: Mapping[str, Mapping[str, Any]], day: dt.date) -> dict[str, bool | None]:
    """Tell which facilities are open on a day: True, False, or None where the status isn't known."""
    silent = all(pd.isna(row["status"]) for row in rows.values())
    found: dict[str, bool | None] = {}
    for key, row in rows.items():
        opened = day_of(row["opened_on"])
        known = silent or (not pd.isna(row["status"]) and row["status"] in STATUSES)
        found[key] = (silent or row["status"] == "open") if known else None
        if opened is not None and opened > day:
            found[key] = False
    return found


def words_of(value: object) -> tuple[str, ...]:
    """Return the words of a list or text cell; none where it is blank."""
    if isinstance(value, list | tuple | set | np.ndarray):
        return tuple(str(one).strip() for one in value if str(one).strip())
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ()
    return (str(value).strip(),) if str(value).strip() else ()


def day_of(value: object) -> dt.date | None:
    """Return the day of a date cell; None where it is blank."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return pd.Timestamp(value).date()  # type: ignore[arg-type]  # dates of any make
