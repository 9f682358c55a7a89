"""Replay: a city with edits laid over it, one after the other, as a city again; the base stays as it was."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.city import DOOR_LAYERS, City, doors_of, extent, peopled
from geodata.doors import Doors, gate_owner, lost_gates, unconnected
from geodata.faults import Fault, InputError, Severity
from geodata.quality import city_doubts, layer_doubts
from geodata.schema import COLUMNS, Facilities, Gates, Residential
from scenarios.changes import Change, city_changes, elsewhere, fingerprint_of, settings_changed, table_changes
from scenarios.edit_checks import Where
from scenarios.edit_effects import lay, standing
from scenarios.edits import Edit
from scenarios.spliced_doors import spliced

PEOPLE = ("population.household_size", "population.elder_share")
HEADERS = {layer: {column.name: column.name for column in columns} for layer, columns in COLUMNS.items()}


def apply(city: City, edits: Sequence[Edit], *, source: str = "edits") -> City:
    """Return the city after the edits; the same city where they come to nothing.

    Rows stand in the order of the base, new ones behind them by id, so that edits that have nothing to do with each
    other may come in any order. To undo the last edit, apply all but the last to the base. InputError carries the
    faults of every edit that doesn't fit, each with the number of the edit, from 1, as its row of ``source``.
    """
    laid, faults = city, list[Fault]()
    for number, edit in enumerate(edits, 1):
        try:
            laid = lay(laid, edit, city, Where(source, number))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return settled(city, laid)


def settled(base: City, laid: City) -> City:
    """Return a city with new tables and settings made whole: people, doors, doubts and fingerprint follow."""
    facilities = in_base_order(base.facilities, with_status(base, laid.facilities))
    residential = in_base_order(base.residential, laid.residential)
    city = replace(
        laid,
        facilities=Facilities(kept_if_same("facilities", base.facilities, facilities)),
        residential=Residential(kept_if_same("residential", base.residential, residential)),
    )
    city = replace(city, gates=gates_left(base, city))
    asked, changes = settings_changed(base.study, city.study), city_changes(base, city)
    if not asked and not changes:
        return base
    people: list[Fault] | None = None
    if city.residential is not base.residential or any(name in PEOPLE for name, _, _ in asked):
        residential, people = peopled(city.residential, city.districts, city.study)
        city = replace(city, residential=residential)
    city = replace(
        city,
        given=base.given | ({"facilities"} if len(city.facilities) else frozenset()),
        doors=doors_after(base, city),
    )
    faults = faults_after(base, city, people)
    return replace(
        city,
        faults=(*faults, *notes(changes, asked)),
        fingerprint=fingerprint_of(base, city, changes, asked),
    )


def with_status(base: City, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Settle the column of statuses: where the study gives none, it stays blank as long as all are open."""
    if not len(base.facilities) or base.facilities["status"].notna().any():
        return table
    status = standing(table, base)
    if (status == "open").all():
        status = pd.Series(pd.NA, table.index)
    return table.assign(status=status.astype(table["status"].dtype))


def in_base_order(base: gpd.GeoDataFrame, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table with the rows of the base in their order and numbers, new rows behind them by id.

    A shape within a millimetre of its place in the base is the base's own. New rows are numbered on from the base.
    """
    old = base.index[base.index.isin(table.index)]
    new = sorted(table.index[~table.index.isin(base.index)])
    ordered = table.loc[[*old, *new]]
    ordered.index = pd.Index(ordered.index, name=base.index.name, dtype=base.index.dtype)
    shapes = np.array(ordered.geometry, dtype=object)
    own = np.array(base.loc[old].geometry, dtype=object)
    stays = ~elsewhere(own, shapes[: len(old)])
    shapes[: len(old)][stays] = own[stays]
    first = 1 if base.empty else int(base["row"].max()) + 1
    rows = np.concatenate([base.loc[old, "row"].to_numpy(dtype=np.int64), np.arange(first, first + len(new))])
    ordered = ordered.assign(row=pd.Series(rows, ordered.index).astype(base["row"].dtype))
    return ordered.set_geometry(gpd.GeoSeries(shapes, index=ordered.index, crs=base.crs))


def kept_if_same(layer: str, base: gpd.GeoDataFrame, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the base's own table where nothing differs."""
    return table if table_changes(layer, base, table) else base


def touched(base: gpd.GeoDataFrame, table: gpd.GeoDataFrame) -> set[str]:
    """Return the ids of rows that are new or lie elsewhere."""
    shared = table.index.intersection(base.index, sort=False)
    shapes = (np.array(one.loc[shared].geometry, dtype=object) for one in (base, table))
    return {str(one) for one in (*shared[elsewhere(*shapes)], *table.index.difference(base.index, sort=False))}


def gates_left(base: City, city: City) -> Gates:
    """Return the gates of the base without those of places that moved or are gone."""
    if base.gates.empty:
        return base.gates
    lost = np.zeros(len(base.gates), dtype=bool)
    for layer in ("residential", "facilities"):
        before, after = getattr(base, layer), getattr(city, layer)
        if before is after:
            continue
        left = {str(one) for one in before.index.difference(after.index, sort=False)} | touched(before, after)
        owner = gate_owner(before, base.gates)
        lost |= (owner >= 0) & before.index.isin(list(left))[owner]
    return Gates(base.gates[~lost]) if lost.any() else base.gates


def doors_after(base: City, city: City) -> dict[str, Doors]:
    """Return the doors of an edited city: all anew under another snapping limit, else of what changed alone."""
    if city.study.walking.snap_m != base.study.walking.snap_m:
        tables = {name: getattr(city, name) for name in (*DOOR_LAYERS, "gates")}
        return doors_of(tables, city.streets, city.study.walking.snap_m)[0]
    gates = city.gates if len(city.gates) else None
    found = dict(base.doors)
    for layer in DOOR_LAYERS:
        before, after = getattr(base, layer), getattr(city, layer)
        if before is not after:
            found[layer] = spliced(base.doors[layer], after, gates, city.streets, touched(before, after))
    return found


def faults_after(base: City, city: City, people: list[Fault] | None) -> list[Fault]:
    """Return the doubts of the base that still hold, and those that are new; InputError where one is an error.

    Parameters
    ----------
    people : list of Fault or None
        What counting the people of ``city`` found; None where they were not counted anew.
    """
    layers = [one for one in COLUMNS if getattr(base, one) is not getattr(city, one)]
    before, after = derived(base, layers), derived(city, layers)
    if people is not None:
        before, after = before + own_doubts(base, "people"), after + people
    old, new = ({key_of(fault) for fault in faults} for faults in (before, after))
    fresh = [fault for fault in after if key_of(fault) not in old]
    if errors := [fault for fault in fresh if fault.severity == Severity.ERROR]:
        raise InputError(errors)
    return [fault for fault in base.faults if key_of(fault) not in old or key_of(fault) in new] + fresh


def derived(city: City, layers: Iterable[str]) -> list[Fault]:
    """List the doubts that edits may raise or settle, of ``layers`` and of how the layers fit together."""
    return [fault for topic in (*layers, "doors", "between") for fault in own_doubts(city, topic)]


def own_doubts(city: City, topic: str) -> list[Fault]:
    """List the doubts of a city about one topic: a layer, its people, its doors, what lies between the layers.

    They are kept as long as the city: scenarios of one base ask again and again.
    """
    kept = _doubts.setdefault(city, {})
    if topic not in kept:
        kept[topic] = _doubts_about(city, topic)
    return kept[topic]


_doubts: WeakKeyDictionary[City, dict[str, list[Fault]]] = WeakKeyDictionary()


def _doubts_about(city: City, topic: str) -> list[Fault]:
    if topic == "people":
        return peopled(city.residential, city.districts, city.study)[1]
    if topic == "doors":
        return _door_doubts(city)
    tables = {name: getattr(city, name) for name in COLUMNS}
    if topic == "between":
        streets = shapely.box(*extent(city.streets))
        return city_doubts(tables, day=city.study.day, streets=streets, headers=HEADERS)
    return layer_doubts(topic, tables[topic], HEADERS[topic])


def _door_doubts(city: City) -> list[Fault]:
    faults = []
    for name, doors in city.doors.items():
        faults += unconnected(doors, name, getattr(city, name)["row"])
    if not city.doors["residential"].connected.any():
        details = {"snap_m": f"{city.study.walking.snap_m:g}", "source": city.streets.source}
        faults.append(
            Fault(code="no_place_connected", layer="residential", value=len(city.residential), details=details)
        )
    if len(city.gates):
        faults += lost_gates(city.gates, [getattr(city, name) for name in DOOR_LAYERS])
    return faults


def key_of(fault: Fault) -> tuple[object, ...]:
    """Tell faults apart by all but the header, which only the file knows."""
    return fault.code, fault.severity, fault.layer, fault.row, fault.shown(), repr(sorted(fault.details.items()))


def notes(changes: Iterable[Change], asked: Iterable[tuple[str, str, str]]) -> list[Fault]:
    """Say every change in the list that reviewers read."""
    found = [
        Fault(
            code=f"edit_noted_{one.change}",
            severity=Severity.NOTE,
            layer=one.layer,
            column=one.column,
            value=one.after if one.change == "changed" else one.id,
            details={"id": one.id, "before": one.before},
        )
        for one in changes
    ]
    found += [
        Fault(code="edit_noted_setting", severity=Severity.NOTE, column=name, value=after, details={"before": before})
        for name, before, after in asked
    ]
    return found
