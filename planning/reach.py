"""Reach: walking seconds from homes to facilities, as compressed sparse rows; every other figure reads it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from geodata import doors as door_layer
from geodata.doors import Doors
from geodata.faults import fail
from geodata.streets import Floats, Ints, Longs, Streets
from planning.walking import engine
from planning.walking.anchors import anchors, doors_of_owner
from planning.walking.field import Field, field
from planning.walking.nearest import nearest
from planning.walking.network import NO_WAY_MM, Network, network
from planning.walking.profile import WalkProfile, preset

__all__ = ["BySite", "Field", "Reach", "field", "nearest", "walk", "walk_doors"]

SNAP_M = 200.0  # a door further from any street is unconnected


@dataclass(frozen=True, eq=False)
class BySite:
    """The same pairs in rows by site: places ascending inside a row."""

    site_start: Longs  # [sites + 1]
    place_ix: Ints
    seconds: Floats


@dataclass(frozen=True, eq=False)
class Reach:
    """Walking seconds from each place to each site within ``limit_s``, the limit itself included.

    Row ``p`` holds the pairs ``place_start[p]`` to ``place_start[p + 1] - 1``, sites ascending. A pair that isn't there
    is out of reach; 0 seconds is a pair.
    """

    places: pd.Index
    sites: pd.Index
    place_start: Longs  # [places + 1]
    site_ix: Ints  # [pairs]
    seconds: Floats  # [pairs] from home to facility
    limit_s: float

    @classmethod
    def from_pairs(
        cls,
        places: Iterable[object] | pd.Index,
        sites: Iterable[object] | pd.Index,
        place_ix: ArrayLike,
        site_ix: ArrayLike,
        seconds: ArrayLike,
        limit_s: float = math.inf,
    ) -> "Reach":
        """Build from positions and seconds; of a pair given twice the least stands, beyond ``limit_s`` none does.

        The pairs given are taken as all there are: what is absent is out of reach at any limit up to ``limit_s``.
        """
        rows, columns = _ids(places), _ids(sites)
        at, to, walk_s = _positions(place_ix, len(rows)), _positions(site_ix, len(columns)), np.asarray(seconds, float)
        if not len(at) == len(to) == len(walk_s):
            raise fail("reach_lengths", places=len(at), sites=len(to), seconds=len(walk_s))
        bad = np.flatnonzero(~(np.isfinite(walk_s) & (walk_s >= 0)))
        if len(bad):
            raise fail("reach_seconds", row=int(bad[0]) + 1, value=walk_s[bad[0]])
        near = walk_s <= _limit(limit_s)
        at, to, walk_s = at[near], to[near], walk_s[near]
        order = np.lexsort((walk_s, to, at))
        at, to, walk_s = at[order], to[order], walk_s[order]
        first = (np.diff(at, prepend=-1) != 0) | (np.diff(to, prepend=-1) != 0)
        start = _starts(np.bincount(at[first], minlength=len(rows)))
        return cls(rows, columns, start, to[first].astype(np.int32), walk_s[first], float(limit_s))

    def __len__(self) -> int:
        return len(self.site_ix)

    @cached_property
    def _by_site(self) -> BySite:
        turned = self.matrix().tocsc()  # scipy's counting sort
        return BySite(turned.indptr.astype(np.int64), turned.indices.astype(np.int32), turned.data)

    def by_site(self) -> BySite:
        """Return the same pairs in rows by site; worked out once and kept."""
        return self._by_site

    def matrix(self) -> sparse.csr_array:
        """Return seconds as a sparse matrix, places x sites; a stored 0 is a walk of 0 seconds."""
        shape = (len(self.places), len(self.sites))
        return sparse.csr_array((self.seconds, self.site_ix, self.place_start), shape=shape)

    def pairs(self) -> pd.DataFrame:
        """List all pairs: place_id, site_id, seconds."""
        place = np.repeat(np.arange(len(self.places)), np.diff(self.place_start))
        columns = {"place_id": self.places[place], "site_id": self.sites[self.site_ix], "seconds": self.seconds}
        return pd.DataFrame(columns)

    def within(self, limit_s: float) -> "Reach":
        """Keep the pairs of at most ``limit_s``; more than was searched can't be answered and is an InputError."""
        keep = self.seconds <= self._searched(limit_s)
        return self._kept(keep, self.sites, self.site_ix, float(limit_s))

    def covered(self, limit_s: float) -> pd.Series:
        """Mark the places that have any site within ``limit_s``, the limit itself included."""
        near = np.concatenate([[0], np.cumsum(self.seconds <= self._searched(limit_s))])
        return pd.Series(np.diff(near[self.place_start]) > 0, index=self.places, name="covered")

    def column(self, site_id: object) -> pd.Series:
        """Return seconds from every place to one site; inf is out of reach."""
        turned, site = self.by_site(), _position(self.sites, site_id)
        pairs = slice(turned.site_start[site], turned.site_start[site + 1])
        seconds = np.full(len(self.places), np.inf)
        seconds[turned.place_ix[pairs]] = turned.seconds[pairs]
        return pd.Series(seconds, index=self.places, name="seconds")

    def row(self, place_id: object) -> pd.Series:
        """Return seconds from one place to every site; inf is out of reach."""
        place = _position(self.places, place_id)
        pairs = slice(self.place_start[place], self.place_start[place + 1])
        seconds = np.full(len(self.sites), np.inf)
        seconds[self.site_ix[pairs]] = self.seconds[pairs]
        return pd.Series(seconds, index=self.sites, name="seconds")

    def only_sites(self, ids: Iterable[object]) -> "Reach":
        """Keep the sites ``ids``, in that order."""
        kept = _ids(ids)
        chosen = self.sites.get_indexer(kept)
        if (chosen < 0).any():
            raise fail("walking_id_unknown", value=kept[chosen < 0][0])
        renumbered = np.full(len(self.sites), -1, dtype=np.int32)
        renumbered[chosen] = np.arange(len(chosen), dtype=np.int32)
        moved = renumbered[self.site_ix]
        found = self._kept(moved >= 0, kept, moved, self.limit_s)
        return found if (np.diff(chosen) > 0).all() else _ascending(found)

    def without_site(self, site_id: object) -> "Reach":
        """Take one site away."""
        gone = _position(self.sites, site_id)
        return self.only_sites(self.sites.delete(gone))

    def join(self, other: "Reach") -> "Reach":
        """Add the sites of ``other``, which has the same places and limit, behind those of this one."""
        if not self.places.equals(other.places):
            raise fail("reach_join", why="places")
        if self.limit_s != other.limit_s:
            raise fail("reach_join", why=f"limit_s {self.limit_s} / {other.limit_s}")
        if len(twice := self.sites.intersection(other.sites)):
            raise fail("reach_join", why=f"site {twice[0]}")
        mine, theirs = np.diff(self.place_start), np.diff(other.place_start)
        start = self.place_start + other.place_start
        at = np.concatenate(
            [
                np.arange(len(self)) + np.repeat(other.place_start[:-1], mine),
                np.arange(len(other)) + np.repeat(self.place_start[1:], theirs),
            ]
        )
        site, seconds = np.empty(len(at), dtype=np.int32), np.empty(len(at))
        site[at] = np.concatenate([self.site_ix, other.site_ix + np.int32(len(self.sites))])
        seconds[at] = np.concatenate([self.seconds, other.seconds])
        return Reach(self.places, self.sites.append(other.sites), start, site, seconds, self.limit_s)

    def with_site(self, net: Network, place_doors: Doors, site_doors: Doors, site_id: object) -> "Reach":
        """Add one site, or move it when it is there already: one search, one column; the rest stays as it is.

        ``site_doors`` holds the doors of ``site_id`` and may hold others; ``place_doors`` those of all places.
        """
        if not place_doors.ids.equals(self.places):
            raise fail("reach_join", why="places")
        column = walk_doors(
            net, place_doors, doors_of_owner(site_doors, _position(site_doors.ids, site_id)), self.limit_s
        )
        turned, known = column.by_site(), site_id in self.sites
        sites = self.sites if known else self.sites.append(column.sites)
        return self._with_column(sites, _position(sites, site_id), turned.place_ix, turned.seconds)

    def _searched(self, limit_s: float) -> float:
        if not limit_s <= self.limit_s:
            raise fail("reach_limit", value=limit_s, limit=self.limit_s)
        return limit_s

    def _with_column(self, sites: pd.Index, at: int, place_ix: Ints, seconds: Floats) -> "Reach":
        kept = self._kept(self.site_ix != at, self.sites, self.site_ix, self.limit_s)
        lower = np.concatenate([[0], np.cumsum(kept.site_ix < at)])
        low, high = kept.place_start[place_ix], kept.place_start[place_ix + 1]
        where = low + lower[high] - lower[low]  # behind the lower sites of its row
        start = kept.place_start + _starts(np.bincount(place_ix, minlength=len(self.places)))
        site_ix, walk_s = np.insert(kept.site_ix, where, at), np.insert(kept.seconds, where, seconds)
        return Reach(self.places, sites, start, site_ix, walk_s, self.limit_s)

    def _kept(self, keep: NDArray[np.bool_], sites: pd.Index, site_ix: Ints, limit_s: float) -> "Reach":
        before = np.concatenate([[0], np.cumsum(keep)])
        return Reach(self.places, sites, before[self.place_start], site_ix[keep], self.seconds[keep], limit_s)


def walk(
    streets: Streets,
    places: Doors | gpd.GeoDataFrame,
    sites: Doors | gpd.GeoDataFrame,
    profile: WalkProfile | str,
    limit_s: float,
) -> Reach:
    """Return how long every place walks to every site within ``limit_s`` seconds, the limit itself included.

    Parameters
    ----------
    places, sites : Doors, or GeoDataFrame in ``streets.crs_m`` indexed by id
        A table gets its doors by the rules of ``geodata.doors``: along its boundary or at its point, within 200 m of
        a street. The least over all doors of a place and of a site counts. Unconnected doors take no part.
    profile : WalkProfile or the name of a preset
    limit_s : float
        Seconds from home to facility, off-street legs included; inf searches all of the streets.
    """
    who = preset(profile) if isinstance(profile, str) else profile
    return walk_doors(network(streets, who), _as_doors(places, streets), _as_doors(sites, streets), limit_s)


def walk_doors(
    net: Network, place_doors: Doors, site_doors: Doors, limit_s: float, *, threads: int | None = None
) -> Reach:
    """Do what ``walk`` does on a network and doors at hand.

    The search starts from the smaller side: from sites against the walk, from places along it; slopes cost the same
    either way. ``threads`` None: one per core; the answer doesn't depend on it.
    """
    speed_mm_s = net.profile.speed_mm_s
    limit_mm = float(min(np.floor(_limit(limit_s) * speed_mm_s) + 1.0, NO_WAY_MM - 1.0))
    homes, goals = anchors(net, place_doors), anchors(net, site_doors)
    rows, columns = _ids(place_doors.ids), _ids(site_doors.ids)
    inwards = len(columns) <= len(rows)
    if inwards:
        found = engine.pairs(net, goals, homes, limit_mm, inwards=True, threads=threads)
    else:
        found = engine.pairs(net, homes, goals, limit_mm, inwards=False, threads=threads)
    shape = (len(columns), len(rows)) if inwards else (len(rows), len(columns))
    turned = sparse.csr_array((net.seconds(found.mm), found.target, found.start), shape=shape).tocsc()
    by_place = turned if inwards else turned.tocsr()  # two counting sorts leave the sites of a row ascending
    start, site = by_place.indptr.astype(np.int64), by_place.indices.astype(np.int32)
    reach = Reach(rows, columns, start, site, by_place.data, float(limit_s))
    return reach if (reach.seconds <= limit_s).all() else reach.within(limit_s)


def _as_doors(table: Doors | gpd.GeoDataFrame, streets: Streets) -> Doors:
    if isinstance(table, Doors):
        return table
    if table.crs != streets.crs_m:
        raise fail("walking_crs", found=str(table.crs), wanted=str(streets.crs_m))
    _ids(table.index)
    return door_layer.find_doors(table, None, streets, SNAP_M)


def _ascending(reach: Reach) -> Reach:
    """Bring the sites of every row into ascending order by two counting sorts."""
    twice = reach.matrix().tocsc().tocsr()
    return replace(reach, site_ix=twice.indices.astype(np.int32), seconds=twice.data)


def _ids(values: Iterable[object] | pd.Index) -> pd.Index:
    ids = values if isinstance(values, pd.Index) else pd.Index(list(values))
    if not ids.is_unique:
        raise fail("walking_ids_twice", value=ids[ids.duplicated()][0])
    return ids


def _position(ids: pd.Index, wanted: object) -> int:
    at = ids.get_indexer(pd.Index([wanted]))[0]
    if at < 0:
        raise fail("walking_id_unknown", value=wanted)
    return int(at)


def _positions(values: ArrayLike, count: int) -> Longs:
    given = np.asarray(values)
    whole = given.astype(np.int64) if len(given) else np.empty(0, dtype=np.int64)
    bad = np.flatnonzero((whole != given) | (whole < 0) | (whole >= count)) if len(given) else whole
    if len(bad):
        raise fail("reach_position", row=int(bad[0]) + 1, value=given[bad[0]], most=count - 1)
    return whole


def _limit(limit_s: float) -> float:
    if not limit_s >= 0:
        raise fail("walking_limit", value=limit_s)
    return float(limit_s)


def _starts(counts: NDArray[np.integer]) -> Longs:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
