"""Change: coverage before and after at every limit, district by district, and who stays uncovered, and why."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.city import City
from geodata.schema import DISTRICT_LEVELS
from geodata.streets import Floats
from planning.coverage import Coverage, State
from planning.groups import numbers
from planning.reach import Reach
from planning.totals import NO_DISTRICT, WEIGHTS, weights
from planning.walking.network import Network
from scenarios.siting.demand import Ground
from scenarios.siting.figures import Gains
from scenarios.siting.opening import closed, covered_by, id_of, label_of, opened, within
from scenarios.siting_request import Request

PARTS = ("before", "gained", "cleared", "lost", "after")  # after = before + gained + cleared - lost
UNCOVERED = ("place_id", "name", "street", "households", "elders", "state", "why", "nearest_candidate_id", "walk_s")


def after(
    city: City, paths: Network, ground: Ground, request: Request, gains: Gains, areas_m2: dict[str, float]
) -> Coverage:
    """Return the coverage once the chosen candidates are open and what closes is closed, worked out anew.

    Where new sites have a capacity, who is served is what the plan assigns: a place of which not all is assigned finds
    them full.
    """
    if gains.amount is None and ground.capacity is None:
        later = opened(closed(city, request.closing), areas_m2, ground.kinds)
        return covered_by(later, paths, ground.group, ground.kinds, ground.limits_s, ground.today.reach)
    rows = ground.base.of_group(ground.group)
    gained = (gains.site_of != "").to_numpy(dtype=bool)
    reached = np.diff(gains.near.place_start) > 0
    state = rows["state"].to_numpy(dtype=object).copy()
    seconds = numbers(rows["seconds"])
    state[ground.uncovered & reached & ~gained] = State.FULL.value
    state[gained] = State.SERVED.value
    seconds = np.where(gained, assigned_seconds(gains), seconds)
    table = rows.assign(state=state, seconds=seconds).reset_index()
    return replace(ground.base, table=table)


def assigned_seconds(gains: Gains) -> Floats:
    """Return the longest walk of each place to a site that it is assigned to, to the nearest where there is none."""
    near = gains.near
    nearest = np.full(len(near.places), np.inf)
    np.minimum.at(nearest, np.repeat(np.arange(len(near.places)), np.diff(near.place_start)), near.seconds)
    if gains.amount is None:
        return nearest
    longest = np.full(len(near.places), -np.inf)
    walks = near.matrix()
    at = near.places.get_indexer(pd.Index(gains.amount["place_id"]))
    to = near.sites.get_indexer(pd.Index(gains.amount["candidate_id"]))
    for place, site, amount in zip(at.tolist(), to.tolist(), gains.amount["amount"].tolist(), strict=True):
        if amount > 0:
            longest[place] = max(longest[place], float(walks[place, site]))
    return np.where(np.isfinite(longest), longest, nearest)


def before_after(city: City, ground: Ground, later: Coverage) -> pd.DataFrame:
    """Return one row per district and limit, the whole city first: what is covered before and after, in each weight.

    Returns
    -------
    DataFrame: ``level`` ("city" for the whole), ``district_id``, ``name``, ``limit_min`` and for each weight ``w`` of
    places, households, people and elders: ``w_total``, ``w_before``, ``w_gained``, ``w_cleared`` (not known before,
    covered after), ``w_lost`` and ``w_after`` = before + gained + cleared - lost. Areas in no district of a level make
    up the district "(none)", so that every level sums to the city.
    """
    heavy = weights(city).fillna(0.0)
    unknown = (ground.today.of_group(ground.group)["state"] == State.UNKNOWN).to_numpy(dtype=bool)
    found = []
    for limit_s in ground.limits_s:
        now, then = within(ground.today, ground.group, limit_s), within(later, ground.group, limit_s)
        parts = {
            "before": now,
            "gained": then & ~now & ~unknown,
            "cleared": then & ~now & unknown,
            "lost": now & ~then,
            "after": then,
        }
        sums = {
            f"{weight}_{name}": np.where(mask, heavy[weight].to_numpy(), 0.0)
            for weight in WEIGHTS
            for name, mask in {"total": np.ones(len(heavy), dtype=bool), **parts}.items()
        }
        table = pd.DataFrame(sums, index=heavy.index)
        for order, (level, held_by, names) in enumerate(holders(city)):
            summed = table.groupby(held_by.to_numpy(), sort=False).sum().reindex(list(names)).fillna(0.0)
            head = {"level": level, "district_id": list(names), "name": list(names.values()), "limit_min": limit_s / 60}
            found.append(pd.DataFrame({**head, "order": order}).join(summed.reset_index(drop=True)))
    joined = pd.concat(found, ignore_index=True)
    joined["at"] = joined.groupby(["order", "limit_min"]).cumcount()
    joined = joined.sort_values(["order", "at", "limit_min"], kind="stable")
    return joined.drop(columns=["order", "at"]).reset_index(drop=True)


def holders(city: City) -> list[tuple[str, pd.Series, dict[str, str]]]:
    """Return every level with districts, the city above all: which district holds each area, and their names."""
    index = city.residential.index
    found = [("city", pd.Series("", index=index), {"": ""})]
    for level in DISTRICT_LEVELS:
        own = city.districts[(city.districts["level"] == level).to_numpy(dtype=bool)]
        if not len(own):
            continue
        held_by = city.residential[f"{level}_id"].astype("object")
        known = held_by.isin(own.index)
        names = {str(one): str(name) for one, name in own["name"].items()}
        if not known.all():
            names[NO_DISTRICT] = NO_DISTRICT
        found.append((level, held_by.where(known, NO_DISTRICT), names))
    return found


def uncovered(
    city: City, ground: Ground, later: Coverage, reach: Reach, usable: pd.Index, gains: Gains
) -> pd.DataFrame:
    """List the places that the plan doesn't cover within its limit, most elders first, each with the reason.

    ``why``: ``unconnected`` (no door on the streets), ``unknown`` (a facility of unknown status decides it),
    ``capacity`` (sites in reach are full), ``not_chosen`` (a candidate in reach was not chosen), ``unusable`` (only
    candidates in reach that can't be chosen), ``no_candidate``.
    """
    rows = later.of_group(ground.group)
    left = ~within(later, ground.group, ground.limit_s)
    state = rows["state"].to_numpy(dtype=object)
    labels = [label_of(one) for one in usable]
    near = reach.within(ground.limit_s)
    could = near.only_sites(labels).covered(ground.limit_s).to_numpy()
    every = near.only_sites([one for one in reach.sites if str(one).startswith(label_of(""))])
    any_at_all = every.covered(ground.limit_s).to_numpy()
    reached = np.diff(gains.near.place_start) > 0
    connected: NDArray[np.bool_] = city.doors["residential"].owners_connected
    cases = [~connected, state == State.UNKNOWN, reached | (state == State.FULL) & ~could, could, any_at_all]
    words = ["unconnected", "unknown", "capacity", "not_chosen", "unusable"]
    best, walk_s = nearest_of(reach.only_sites(labels))
    counted = weights(city)
    street = city.residential["street_id"].map(city.districts["name"].to_dict()).astype("object")
    table = pd.DataFrame(
        {
            "place_id": counted.index,
            "name": city.residential["name"].to_numpy(),
            "street": street.where(street.notna(), "").to_numpy(),
            "households": counted["households"].to_numpy(),
            "elders": counted["elders"].to_numpy(),
            "state": state,
            "why": np.select(cases, words, default="no_candidate"),
            "nearest_candidate_id": best,
            "walk_s": walk_s,
        }
    )[left]
    return table.sort_values("elders", ascending=False, kind="stable", na_position="last").reset_index(drop=True)


def nearest_of(reach: Reach) -> tuple[NDArray[np.object_], Floats]:
    """Return the nearest candidate of each place and the walk to it; None and NaN where none is within the search."""
    place = np.repeat(np.arange(len(reach.places)), np.diff(reach.place_start))
    order = np.lexsort((reach.site_ix, reach.seconds, place))
    first = order[np.diff(place[order], prepend=-1) != 0]
    best = np.full(len(reach.places), None, dtype=object)
    walk_s = np.full(len(reach.places), np.nan)
    best[place[first]] = [id_of(str(reach.sites[at])) for at in reach.site_ix[first]]
    walk_s[place[first]] = reach.seconds[first]
    return best, walk_s
