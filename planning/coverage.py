"""Coverage: which residential areas can walk to care, which find it full, which can't, which nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.city import City
from geodata.doors import Doors
from geodata.streets import Floats
from planning.capacity import CapacityRule, full, rule_of, seats
from planning.groups import groups_of, members, numbers, site_doors, sites_table
from planning.reach import Reach, nearest, walk_doors
from planning.walking.network import Network

LONG_ENOUGH_MM = 1000.0  # shorter segments are rounded too coarsely to tell a speed
COLUMNS = ("place_id", "group", "nearest_id", "seconds", "metres", "straight_m", "band_min", "state", "door")


class State(StrEnum):
    """What a place can count on; four states, never two."""

    SERVED = "served"  # an open site with room (or of unknown capacity) within the longest limit, limit included
    FULL = "full"  # in reach, but no room left
    OUT = "out"  # nothing open within the longest limit
    UNKNOWN = "unknown"  # data are missing that would decide it; never a pass


@dataclass(frozen=True, kw_only=True, eq=False)
class Coverage:
    """Who can walk to which group of facilities, and every parameter that the answer hangs on."""

    table: pd.DataFrame  # columns as COLUMNS: one row per place x group that has any site, places then groups
    reach: Reach  # walks to every open site within the longest limit
    sites: pd.DataFrame  # groups.sites_table
    groups: Mapping[str, tuple[str, ...]]  # the groups that have any site, open or not
    limits_s: tuple[float, ...]  # growing, each included
    speed_m_s: float
    nearest_straight_m: pd.DataFrame  # places x groups: straight line to the open site nearest by air; inf: none open
    capacity: Mapping[str, CapacityRule]  # by group

    def of_group(self, group: str) -> pd.DataFrame:
        """Return the rows of one group, indexed by place."""
        return self.table[self.table["group"] == group].set_index("place_id")


@dataclass(frozen=True, kw_only=True, eq=False)
class Approach:
    """How the places approach one group: all that a state at any limit is decided by, but for capacity."""

    nearest: pd.DataFrame  # reach.nearest over the open sites of the group
    connected: NDArray[np.bool_]  # [places] has a door on the streets
    maybe_s: Floats  # [places] least seconds to a site that may or may not serve; inf: no such site
    straight_m: Floats  # [places] straight line to the nearest open site; inf: none open, NaN: place without geometry

    def at_speed(self, walked_m_s: float, speed_m_s: float) -> "Approach":
        """Return the approach at another speed, where every walk is a matter of length alone (no waits)."""
        walk_mm = np.rint(numbers(self.nearest["seconds"]) * walked_m_s * 1000.0)
        return replace(
            self,
            nearest=self.nearest.assign(seconds=walk_mm / (speed_m_s * 1000.0)),
            maybe_s=self.maybe_s * (walked_m_s / speed_m_s),
        )

    def states(self, limit_s: float, full_places: NDArray[np.bool_] | None = None) -> NDArray[np.object_]:
        """Return the state of every place at one limit, which counts as within."""
        served = self.connected & (numbers(self.nearest["seconds"]) <= limit_s)
        if full_places is None:
            full_places = np.zeros_like(served)
        unknown = ~self.connected | (~(served & ~full_places) & (self.maybe_s <= limit_s))
        cases = [unknown, served & full_places, served]
        words = [State.UNKNOWN.value, State.FULL.value, State.SERVED.value]
        return np.select(cases, words, default=State.OUT.value).astype(object)


def coverage(
    city: City,
    network: Network,
    groups: Mapping[str, tuple[str, ...]] | None = None,
    limits_s: tuple[float, ...] | None = None,
    reach: Reach | None = None,
) -> Coverage:
    """Judge every residential area by every facility group that has any site.

    A place is *served* when its walk to an open site with room takes no more than the longest limit; it is *full* when
    sites are in reach but none has room (see ``capacity``); it is *unknown* when none of its doors meets a street, or
    when it is not served and a site whose status is not known is in reach, or one that meets no street lies so near in
    a straight line that it might be; else it is *out*. The nearest open site is given however far.

    Parameters
    ----------
    groups : mapping of name to kinds, optional
        Those of the study unless given.
    limits_s : tuple of float, optional
        Growing seconds, each included; those of the study unless given.
    reach : Reach, optional
        Walks to all sites of ``sites_table`` within the longest limit or more; searched unless given.
    """
    sites = sites_table(city)
    given = groups_of(city.study) if groups is None else groups
    groups = {name: tuple(kinds) for name, kinds in given.items() if members(sites, tuple(kinds)).any()}
    limits = tuple(60 * minutes for minutes in city.study.walking.limits_min) if limits_s is None else tuple(limits_s)
    place_doors, doors = city.doors["residential"], site_doors(city)
    opens = is_open(sites)
    if reach is None:
        reach = walk_doors(network, place_doors, doors, limits[-1])
    reach = reach.only_sites(sites.index[opens]).within(limits[-1])
    elders, rate = city.residential["elders"], city.study.walking.elders_per_100m2
    rows: list[pd.DataFrame] = []
    straight, rules = {}, {}
    for name, kinds in groups.items():
        way = approach(network, place_doors, doors, sites, kinds)
        group_reach = reach.only_sites(sites.index[opens & members(sites, kinds)])
        no_room = full(group_reach, sites, kinds, elders, rate).to_numpy()
        rows.append(_rows(way, name, way.states(limits[-1], no_room), sites, limits))
        straight[name] = way.straight_m
        rules[name] = rule_of(kinds, seats(sites, kinds, rate), rate)
    return Coverage(
        table=_place_by_place(rows),
        reach=reach,
        sites=sites,
        groups=groups,
        limits_s=limits,
        speed_m_s=network.profile.speed_m_s,
        nearest_straight_m=pd.DataFrame(straight, index=city.residential.index),
        capacity=rules,
    )


def approach(
    network: Network, place_doors: Doors, doors: Doors, sites: pd.DataFrame, kinds: tuple[str, ...]
) -> Approach:
    """Measure how the places approach one group: the open, the doubtful, and by air."""
    of_group, opens = members(sites, kinds), is_open(sites)
    doubtful = of_group & sites["open"].isna().to_numpy()
    adrift = of_group & (opens | doubtful) & ~doors.owners_connected
    maybe_s = straight_metres(place_doors, doors, adrift) / top_speed_m_s(network)
    if doubtful.any():
        walk_s = numbers(nearest(network, place_doors, doors, doubtful)["seconds"])
        maybe_s = np.fmin(maybe_s, np.where(np.isnan(walk_s), np.inf, walk_s))
    return Approach(
        nearest=nearest(network, place_doors, doors, of_group & opens),
        connected=place_doors.owners_connected,
        maybe_s=np.where(np.isnan(maybe_s), np.inf, maybe_s),
        straight_m=straight_metres(place_doors, doors, of_group & opens),
    )


def is_open(sites: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the sites that are known to be open; a status that is not known is not."""
    return sites["open"].to_numpy(dtype=bool, na_value=False)


def top_speed_m_s(network: Network) -> float:
    """Return the fastest that anybody walks here: the profile's speed on the flat, more on gentle slopes downhill."""
    length = network.streets.segment_mm
    whole = np.flatnonzero(length >= LONG_ENOUGH_MM)
    costs = [along[whole + 1] - along[whole] for along in (network.vertex_forward_mm, network.vertex_backward_mm)]
    return network.profile.speed_m_s * float((length[whole] / np.minimum(*costs)).max(initial=1.0))


def straight_metres(place_doors: Doors, doors: Doors, chosen: NDArray[np.bool_]) -> Floats:
    """Return metres by air from each place to the nearest of the chosen sites, door to door, connected or not.

    ``inf`` where no chosen site has a location; NaN where the place itself has none.
    """
    xy = np.column_stack((doors.x_m, doors.y_m))
    xy = xy[chosen[doors.owner] & np.isfinite(xy).all(axis=1)]
    found = np.full(len(place_doors.ids), np.inf)
    from_xy = np.column_stack((place_doors.x_m, place_doors.y_m))
    placed = np.isfinite(from_xy).all(axis=1)
    if len(xy) and placed.any():
        metres, _ = cKDTree(xy).query(from_xy[placed])
        np.minimum.at(found, place_doors.owner[placed], metres)
    somewhere = np.zeros(len(found), dtype=bool)
    somewhere[place_doors.owner[placed]] = True
    return np.where(somewhere, found, np.nan)


def bands_min(seconds: Floats, limits_s: tuple[float, ...]) -> pd.Series:
    """Return the smallest limit that covers each walk, in minutes; <NA> beyond the longest. A limit is included."""
    minutes = np.asarray(limits_s) / 60
    step = np.searchsorted(np.asarray(limits_s), np.where(np.isnan(seconds), np.inf, seconds), side="left")
    found = pd.Series(np.append(minutes, np.nan)[step], dtype="Float64")
    found[step == len(minutes)] = pd.NA
    return found.astype("Int64") if (minutes == np.round(minutes)).all() else found


def _rows(
    way: Approach, group: str, states: NDArray[np.object_], sites: pd.DataFrame, limits_s: tuple[float, ...]
) -> pd.DataFrame:
    found = way.nearest
    seconds = np.where(way.connected, numbers(found["seconds"]), np.nan)
    columns = {
        "place_id": found.index.to_numpy(),
        "group": group,
        "nearest_id": sites["id"].reindex(found["site_id"]).array,
        "seconds": seconds,
        "metres": numbers(found["metres"]),
        "straight_m": numbers(found["straight_m"]),
        "band_min": bands_min(seconds, limits_s).array,
        "state": states,
        "door": found["door"].array,
    }
    return pd.DataFrame(columns)


def _place_by_place(rows: list[pd.DataFrame]) -> pd.DataFrame:
    """Lay the rows of all groups out place by place, groups in their order within each."""
    if not rows:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    joined = pd.concat(rows, ignore_index=True)
    places = len(rows[0])
    order = np.arange(len(joined)).reshape(len(rows), places).T.ravel()
    return joined.iloc[order].reset_index(drop=True)
