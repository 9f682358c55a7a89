"""Facility groups: which facilities and clinics answer one need, and which of them are open on the day of the study."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.city import City
from geodata.doors import Doors
from geodata.faults import Fault, InputError, Severity
from geodata.schema import FACILITY_KINDS, MEDICAL_KINDS, STATUSES
from geodata.streets import Floats
from geodata.study import Study, nearest_key

GROUPS: Mapping[str, tuple[str, ...]] = {
    "day_care": ("day_care", "station", "embedded", "street_center"),
    "residential_care": ("nursing_home", "welfare_home", "embedded"),
    "meals": ("meal_site",),
    "medical": ("health_center", "health_station", "township_hospital", "village_clinic", "clinic"),
    # every kind that looks after elders by day or by night; meals alone and rented aids are not care
    "any_care": (
        "day_care",
        "station",
        "embedded",
        "street_center",
        "nursing_home",
        "welfare_home",
        "rural_mutual",
    ),
}
KINDS = tuple(dict.fromkeys((*FACILITY_KINDS, *MEDICAL_KINDS)))
LAYERS = ("facilities", "medical")
DOOR_COLUMNS = ("kind", "x_m", "y_m", "segment", "chain", "offset_mm", "leg_mm")
COLUMNS = ("name", "kind", "status", "beds", "residents", "floor_area_m2", "opened_on", "row")


def groups_of(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the groups of a study: the five that everybody has, then its own; its own wins where names are equal.

    A kind that no layer knows raises InputError with the nearest known one. ``other`` means facilities that the
    facilities layer lists as other, never clinics.
    """
    faults = [
        Fault(
            code="group_kind_unknown",
            layer=study.path.name,
            column=f"groups.{name}",
            value=kind,
            details={"nearest": nearest_key(kind, KINDS)},
        )
        for name, kinds in study.groups.items()
        for kind in kinds
        if kind not in KINDS
    ]
    if faults:
        raise InputError(faults)
    return {**GROUPS, **study.groups}


def sites_table(city: City) -> pd.DataFrame:
    """Join facilities and clinics into one table with one label per site, and say which are open.

    Returns
    -------
    DataFrame indexed by ``site_id``, facilities first, each layer in its own order: ``layer``, ``id`` (as given),
    ``name``, ``kind``, ``status``, ``beds``, ``residents``, ``floor_area_m2`` (float, NaN where not given),
    ``opened_on``, ``row`` and ``open``. The label is the id; a clinic whose id a facility has too becomes
    ``medical:ID``. ``open`` is True, False, or <NA> where the status is not known: status ``open`` alone counts, and
    who opens after the day of the study is not open on it. Where no facility has a status, all count as open. Clinics
    have no status and count as open.
    """
    facilities, medical = _layer(city.facilities, "facilities"), _layer(city.medical, "medical")
    medical.index = _medical_labels(city)
    opens = pd.concat([_facilities_open(city), pd.Series(True, index=medical.index, dtype="boolean")])
    joined = pd.concat([facilities, medical]).rename_axis("site_id")
    return joined.assign(open=opens.to_numpy())


def site_faults(city: City) -> tuple[Fault, ...]:
    """List what a reviewer should know about how sites were counted: doubts per row, one note per layer."""
    table = city.facilities
    found = []
    if _no_status(city) and len(table):
        found.append(
            Fault(code="sites_without_status", severity=Severity.NOTE, layer="facilities", details={"n": len(table)})
        )
    for name, wrong in (("status", _facilities_open(city).isna()), ("opened_on", _opens_later(city))):
        code = {"status": "site_status_unknown", "opened_on": "site_opens_later"}[name]
        found += [
            _doubt(code, "facilities", table.loc[label], name, day=city.study.day)
            for label in table.index[wrong.to_numpy(dtype=bool)]
        ]
    twice = city.medical.index[city.medical.index.isin(table.index)]
    found += [_doubt("site_id_in_two_layers", "medical", city.medical.loc[label], "id", label=label) for label in twice]
    return tuple(found)


def site_doors(city: City) -> Doors:
    """Return the doors of facilities and clinics together, labelled as in ``sites_table``."""
    parts = [city.doors[layer] for layer in LAYERS if layer in city.doors]
    for layer, table in (("facilities", city.facilities), ("medical", city.medical)):
        if len(table) and not (layer in city.doors and city.doors[layer].ids.equals(table.index)):
            raise ValueError(f"the doors of {layer} do not carry the ids of its table")
    labels = city.facilities.index.append(_medical_labels(city)).rename("site_id")
    return joined_doors(parts, labels) if parts else _no_doors(city.study.walking.snap_m)


def joined_doors(parts: Sequence[Doors], labels: pd.Index | None = None) -> Doors:
    """Return the doors of several tables as one, their owners behind each other, called ``labels`` or as they are."""
    before = np.cumsum([0] + [len(part.ids) for part in parts[:-1]])
    owners = [part.owner + np.int32(first) for part, first in zip(parts, before, strict=True)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in DOOR_COLUMNS}
    if labels is None:
        labels = parts[0].ids.append([part.ids for part in parts[1:]])
    return Doors(ids=labels, owner=np.concatenate(owners), **columns, snap_limit_m=parts[0].snap_limit_m)


def doors_of(doors: Doors, owners: NDArray[np.bool_]) -> Doors:
    """Return the doors of some owners only, such as the open facilities of one group."""
    taken = owners[doors.owner]
    renumbered = np.cumsum(owners, dtype=np.int32) - np.int32(1)
    kept = {name: getattr(doors, name)[taken] for name in DOOR_COLUMNS}
    return replace(doors, ids=doors.ids[owners], owner=renumbered[doors.owner[taken]], **kept)


def members(sites: pd.DataFrame, kinds: tuple[str, ...]) -> NDArray[np.bool_]:
    """Mark the sites of one group, open or not."""
    found: NDArray[np.bool_] = sites["kind"].isin(kinds).to_numpy(dtype=bool)
    clinics_listed_as_other = ((sites["layer"] == "medical") & (sites["kind"] == "other")).to_numpy(dtype=bool)
    return found & ~clinics_listed_as_other


def numbers(column: pd.Series) -> Floats:
    """Return a column as floats, NaN where nothing was given."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _no_doors(snap_limit_m: float) -> Doors:
    long, real = np.empty(0, np.int64), np.empty(0)
    kind, chain = np.empty(0, np.uint8), np.empty(0, np.int32)
    return Doors(pd.Index([], dtype="str"), chain, kind, real, real, long, chain, real, real, snap_limit_m)


def _layer(table: pd.DataFrame, layer: str) -> pd.DataFrame:
    given = {name: table[name] if name in table else pd.Series(pd.NA, index=table.index) for name in COLUMNS}
    words = {name: given[name].astype("string") for name in ("name", "kind", "status")}
    measures = {name: numbers(given[name]) for name in ("beds", "residents", "floor_area_m2")}
    ids = pd.Series(table.index, index=table.index, dtype="string")
    opened_on = pd.to_datetime(given["opened_on"])
    row = given["row"].astype("Int64")
    columns = {"layer": layer, "id": ids, **words, **measures, "opened_on": opened_on, "row": row}
    return pd.DataFrame(columns, index=table.index)


def _medical_labels(city: City) -> pd.Index:
    taken = set(city.facilities.index)
    labels = [f"medical:{label}" if label in taken else label for label in city.medical.index]
    while twice := taken.intersection(labels):  # a facility may be called "medical:7" too
        labels = [f"medical:{label}" if label in twice else label for label in labels]
    return pd.Index(labels, dtype=city.facilities.index.dtype)


def _no_status(city: City) -> bool:
    return bool(city.facilities["status"].isna().all())


def _opens_later(city: City) -> pd.Series:
    table = city.facilities
    if city.study.day is None:
        return pd.Series(False, index=table.index)
    later: pd.Series = pd.to_datetime(table["opened_on"]) > pd.Timestamp(city.study.day)
    return later


def _facilities_open(city: City) -> pd.Series:
    """Say which facilities are open: True, False, or <NA> where the status is missing among others that are given."""
    status = city.facilities["status"].astype("string")
    opens = pd.array(status.eq("open").fillna(value=False).to_numpy(dtype=bool), dtype="boolean")
    opens[~status.isin(STATUSES).to_numpy(dtype=bool)] = pd.NA
    if _no_status(city):
        opens[:] = True
    opens[_opens_later(city).to_numpy(dtype=bool)] = False
    return pd.Series(opens, index=status.index, name="open")


def _doubt(code: str, layer: str, row: pd.Series, column: str, **details: object) -> Fault:
    value = "" if column not in row.index or pd.isna(row[column]) else row[column]
    if isinstance(value, pd.Timestamp):
        value = value.date()
    number = row.get("row")
    return Fault(
        code=code,
        severity=Severity.DOUBT,
        layer=layer,
        row=None if number is None or pd.isna(number) else int(number),
        column=column,
        value=row.name if column == "id" else value,
        details={"name": row.get("name", ""), **details},
    )
