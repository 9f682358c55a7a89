"""Compare: two outcomes side by side, who gains and who loses, and whether sites, people, parameters or data differ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.city import City
from geodata.faults import Fault, Severity
from geodata.schema import COLUMNS, DISTRICT_LEVELS, FACILITY_KINDS, MEDICAL_KINDS
from geodata.shapes import inner_points
from planning.coverage import State
from planning.groups import groups_of
from planning.totals import NO_DISTRICT, WEIGHTS, weights
from scenarios.changes import city_changes, settings_changed
from scenarios.outcome import Outcome
from scenarios.verdict_changes import rates, verdict_changes

SIDES = ("a", "b")
CITY = "city"  # the level of the whole study area
MEASURES = ("", "_known", "_left_out")
SAME_PLACE_M = 200.0  # a residential area of the same id further away, in another study, is another one: ours
INPUTS = ("layer", "id", "name", "change", "column", "before", "after")
PLACES = (
    "place_id",
    "name",
    "street_id",
    "group",
    "limit_min",
    "state_a",
    "state_b",
    "change",
    "seconds_a",
    "seconds_b",
    "nearest_a",
    "nearest_b",
    "households",
    "people",
    "elders",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Two outcomes A and B, and what differs.

    ``places``: one row per residential area and group at the longest limit both have; ``change`` is gained, lost or
    same, unknown where either state is, added or removed where the area is in one study only.
    ``covered``: one row per level ("city" first), district, group and limit; for each weight ``w`` of places,
    households, people, elders ``w_a``, ``w_b`` (served within the limit), ``w_change`` (b - a), ``w_known_a`` (the
    denominator), ``w_left_out_a`` (areas that the denominator leaves out) and so on. The districts of a level sum to
    the city. A district that only one study has is <NA> on the other side.
    ``rules``: findings that differ, see ``verdict_changes``; ``rates``: who meets the quota on both sides.
    ``inputs``: rows and cells of the layers that differ; ``parameters``: settings that differ; ``data``: layers whose
    files differ, be it in a way that no row shows.
    """

    a: Outcome
    b: Outcome
    limit_s: float | None  # the longest limit of both; None: they share none
    places: pd.DataFrame
    covered: pd.DataFrame
    rules: pd.DataFrame
    rates: pd.DataFrame
    inputs: pd.DataFrame
    parameters: pd.DataFrame
    data: pd.DataFrame
    not_comparable: tuple[Fault, ...]

    @property
    def other_files(self) -> tuple[str, ...]:
        """Return the layers without rows, such as streets, whose files differ."""
        return tuple(str(layer) for layer in self.data["layer"] if layer not in COLUMNS)

    @property
    def sites_alone(self) -> bool:
        """Tell whether nothing but facilities, clinics, candidates and gates differs."""
        moved = set(self.inputs["layer"]) <= {"facilities", "medical", "candidates", "gates"}
        return moved and self.parameters.empty and not self.other_files


def compare(a: Outcome, b: Outcome) -> Comparison:
    """Compare two outcomes, of one study or of two; what is not comparable is listed, never guessed."""
    left_out: list[Fault] = []
    limits = [limit for limit in a.limits_s if limit in b.limits_s]
    for side, outcome in zip(SIDES, (a, b), strict=True):
        lone = [f"{limit / 60:g}" for limit in outcome.limits_s if limit not in limits]
        if lone:
            left_out.append(_note("compare_limit_alone", column="limits_min", value=", ".join(lone), side=side.upper()))
    groups = _groups(a, b, left_out)
    apart = _apart(a.city, b.city, left_out)
    longest = limits[-1] if limits else None
    asked = settings_changed(a.city.study, b.city.study)
    inputs = [vars(one) for one in city_changes(a.city, b.city)]
    return Comparison(
        a=a,
        b=b,
        limit_s=longest,
        places=_places(a, b, groups, longest, apart),
        covered=_covered(a, b, groups, limits),
        rules=verdict_changes(a.judgement, b.judgement),
        rates=rates(a.judgement, b.judgement),
        inputs=pd.DataFrame(inputs, columns=list(INPUTS)),
        parameters=pd.DataFrame(asked, columns=["name", "a", "b"]),
        data=_data(a.city, b.city),
        not_comparable=tuple(left_out),
    )


def states(outcome: Outcome, group: str, limit_s: float) -> NDArray[np.object_]:
    """Return the state of every place for one group at one limit of the outcome, which counts as within.

    A group without any site serves nobody: places are out, or unknown where they meet no street.
    """
    if group not in outcome.groups:
        connected = outcome.city.doors["residential"].owners_connected
        return np.where(connected, State.OUT.value, State.UNKNOWN.value).astype(object)
    rows = outcome.covered.of_group(group)
    state, seconds = rows["state"].to_numpy(dtype=object), rows["seconds"].to_numpy(dtype=float)
    beyond = np.isin(state, [State.SERVED, State.FULL]) & ~(seconds <= limit_s)
    return np.where(beyond, State.OUT.value, state.astype(str)).astype(object)


def _groups(a: Outcome, b: Outcome, left_out: list[Fault]) -> list[str]:
    """List the groups that have any site on either side and can be told on both."""
    found = []
    for group in dict.fromkeys([*a.groups, *b.groups]):
        missing = [side for side, one in zip(SIDES, (a, b), strict=True) if not _told(one, group)]
        if missing:
            side = ", ".join(missing).upper()
            left_out.append(_note("compare_group_alone", column="groups", value=group, side=side))
        else:
            found.append(group)
    return found


def _told(outcome: Outcome, group: str) -> bool:
    """Tell whether an outcome says anything of a group: it has sites, or their layers were given without any."""
    if group in outcome.groups:
        return True
    kinds = groups_of(outcome.city.study).get(group, ())
    needed = {"facilities"} if set(kinds) & set(FACILITY_KINDS) - {"other"} else set()
    needed |= {"medical"} if set(kinds) & set(MEDICAL_KINDS) - {"other"} else set()
    return bool(kinds) and needed <= outcome.city.given


def _apart(a: City, b: City, left_out: list[Fault]) -> set[str]:
    """Return the ids that mean another residential area in each of two studies, and list what only one has."""
    for side, one, other in (("A", a, b), ("B", b, a)):
        lone = one.residential.index.difference(other.residential.index, sort=False)
        if len(lone):
            shown = "、".join(str(label) for label in lone[:3])
            left_out.append(_note("compare_places_alone", value=shown, side=side, places=len(lone)))
    shared = a.residential.index.intersection(b.residential.index, sort=False)
    if a.residential is b.residential or not len(shared):
        return set()
    here = inner_points(a.residential.loc[shared].geometry)
    there = inner_points(b.residential.loc[shared].to_crs(a.crs_m).geometry)
    away = shapely.distance(here, there) > SAME_PLACE_M
    if away.any():
        shown = "、".join(str(label) for label in shared[away][:3])
        count, metres = int(away.sum()), f"{SAME_PLACE_M:g}"
        left_out.append(_note("compare_places_apart", value=shown, places=count, metres=metres))
    return {str(label) for label in shared[away]}


def _places(a: Outcome, b: Outcome, groups: list[str], limit_s: float | None, apart: set[str]) -> pd.DataFrame:
    """Return one row per residential area and group, areas of A first, then those that only B has."""
    if limit_s is None or not groups:
        return pd.DataFrame(columns=list(PLACES))
    ids = a.city.residential.index.append(b.city.residential.index.difference(a.city.residential.index, sort=False))
    about = [one.city.residential.reindex(ids) for one in (b, a)]
    counted = [weights(one.city).reindex(ids) for one in (b, a)]
    told = {name: about[0][name].fillna(about[1][name]) for name in ("name", "street_id") if name in about[0]}
    figures = {name: counted[0][name].fillna(counted[1][name]) for name in WEIGHTS if name != "places"}
    elsewhere = np.asarray(ids.isin(list(apart)))
    tables = []
    for order, group in enumerate(groups):
        columns: dict[str, object] = {}
        for side, one in zip(SIDES, (a, b), strict=True):
            index = one.city.residential.index
            columns[f"state_{side}"] = pd.Series(states(one, group, limit_s), index, dtype="string").reindex(ids)
            rows = one.covered.of_group(group) if group in one.groups else pd.DataFrame(index=index)
            seconds = rows.get("seconds", pd.Series(np.nan, index=index))
            nearest = rows.get("nearest_id", pd.Series(pd.NA, index=index, dtype="string"))
            columns[f"seconds_{side}"] = seconds.reindex(ids).to_numpy(dtype=float)
            columns[f"nearest_{side}"] = nearest.astype("string").reindex(ids)
        found = pd.DataFrame(columns, index=ids)
        change = _change(found["state_a"], found["state_b"], elsewhere)
        found = found.assign(change=change, group=group, limit_min=limit_s / 60, **told, **figures)
        tables.append(found.assign(place_id=ids.astype("string"), at=np.arange(len(ids)) * len(groups) + order))
    joined = pd.concat(tables, ignore_index=True).sort_values("at", kind="stable")
    return joined.reindex(columns=list(PLACES)).reset_index(drop=True)


def _change(before: pd.Series, after: pd.Series, elsewhere: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Say what became of each place; unknown is never a gain."""
    was, now = ((side == State.SERVED).to_numpy(dtype=bool, na_value=False) for side in (before, after))
    doubtful = [(side == State.UNKNOWN).to_numpy(dtype=bool, na_value=False) for side in (before, after)]
    cases = [before.isna(), after.isna(), doubtful[0] | doubtful[1] | elsewhere, now & ~was, was & ~now]
    words = ["added", "removed", "unknown", "gained", "lost"]
    return np.select([np.asarray(case) for case in cases], words, default="same").astype(object)


def _covered(a: Outcome, b: Outcome, groups: list[str], limits: list[float]) -> pd.DataFrame:
    """Return the table ``covered``; see ``Comparison``."""
    levels = [_districts(a.city, b.city, level) for level in (CITY, *DISTRICT_LEVELS)]
    tables = []
    for districts in levels:
        if districts.empty:
            continue
        level = str(districts["level"].iloc[0])
        for order, group in enumerate(groups):
            for limit in limits:
                found = districts.assign(group=group, limit_min=limit / 60, order=order, at=np.arange(len(districts)))
                for side, one in zip(SIDES, (a, b), strict=True):
                    found = found.join(_sums(one, level, group, limit).add_suffix(f"_{side}"), on="district_id")
                tables.append(_with_changes(found))
    if not tables:
        return pd.DataFrame(columns=["level", "district_id", "name", "group", "limit_min"])
    joined = pd.concat(tables, ignore_index=True)
    ranked = {level: rank for rank, level in enumerate((CITY, *DISTRICT_LEVELS))}
    joined["rank"] = joined["level"].map(ranked)
    joined = joined.sort_values(["rank", "at", "order", "limit_min"], kind="stable")
    return joined.drop(columns=["rank", "at", "order", "in_a", "in_b"]).reset_index(drop=True)


def _districts(a: City, b: City, level: str) -> pd.DataFrame:
    """List the districts of one level on either side, A's first, and areas in none of them where there are any."""
    if level == CITY:
        return pd.DataFrame({"level": [CITY], "district_id": [""], "name": [""], "in_a": [True], "in_b": [True]})
    tables = [one.districts[(one.districts["level"] == level).fillna(value=False)] for one in (a, b)]
    if all(table.empty for table in tables):
        return pd.DataFrame()
    names = pd.concat([table["name"].astype("object") for table in tables])
    names = names[~names.index.duplicated()]
    if any(one.residential[f"{level}_id"].isna().any() for one in (a, b)):
        names = pd.concat([names, pd.Series([NO_DISTRICT], index=[NO_DISTRICT])])
    inside = {f"in_{side}": names.index.isin([*t.index, NO_DISTRICT]) for side, t in zip(SIDES, tables, strict=True)}
    return pd.DataFrame({"level": level, "district_id": names.index, "name": names.to_numpy(), **inside})


def _sums(outcome: Outcome, level: str, group: str, limit_s: float) -> pd.DataFrame:
    """Return the figures of one side by district: served, known and left out, for each weight."""
    city, state = outcome.city, states(outcome, group, limit_s)
    if level == CITY:
        held = pd.Series("", index=city.residential.index)
    else:
        own = city.districts.index[(city.districts["level"] == level).fillna(value=False)]
        by = city.residential[f"{level}_id"].astype("object")
        held = by.where(by.isin(own), NO_DISTRICT)
    served, unknown = state == State.SERVED, state == State.UNKNOWN
    amounts, columns = weights(city), {}
    for weight in WEIGHTS:
        given = amounts[weight].to_numpy()
        values = np.nan_to_num(given, nan=0.0)  # counted in _left_out
        columns[weight] = np.where(served, values, 0.0)
        columns[f"{weight}_known"] = np.where(unknown, 0.0, values)
        columns[f"{weight}_left_out"] = (unknown | np.isnan(given)).astype(float)
    return pd.DataFrame(columns, index=city.residential.index).groupby(held.to_numpy(), sort=False).sum()


def _with_changes(found: pd.DataFrame) -> pd.DataFrame:
    """Put A, B and the difference side by side; a district of a side without any area counts 0 there."""
    columns: dict[str, pd.Series] = {}
    for weight in WEIGHTS:
        for measure in MEASURES:
            for side in SIDES:
                values = found[f"{weight}{measure}_{side}"].fillna(0.0)
                columns[f"{weight}{measure}_{side}"] = values.where(found[f"in_{side}"])
            if not measure:
                columns[f"{weight}_change"] = columns[f"{weight}_b"] - columns[f"{weight}_a"]
    head = ["level", "district_id", "name", "group", "limit_min", "in_a", "in_b", "order", "at"]
    return pd.DataFrame({**{name: found[name] for name in head}, **columns})


def _data(a: City, b: City) -> pd.DataFrame:
    """List the layers whose files differ, with name and hash on both sides."""
    files, hashes = [], []
    for city in (a, b):
        rows = city.sources.to_dict("records")
        files.append({str(row["layer"]): f"{row['path']} {row['sha256']}".strip() for row in rows})
        hashes.append({str(row["layer"]): str(row["sha256"] or row["path"]) for row in rows})
    layers = [one for one in dict.fromkeys([*hashes[0], *hashes[1]]) if hashes[0].get(one) != hashes[1].get(one)]
    told = {side: [one.get(layer, "") for layer in layers] for side, one in zip(SIDES, files, strict=True)}
    return pd.DataFrame({"layer": layers, **told})


def _note(code: str, *, column: str = "", value: object = "", **details: object) -> Fault:
    return Fault(code=code, severity=Severity.NOTE, column=column, value=value, details=details)
