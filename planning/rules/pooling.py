"""Pooling: which neighbouring residential areas can meet the quota together, no square metre counted twice.

An area passes when all it lacks is assigned to it; which areas pass is all or nothing per area. Areas and sites fall
into groups that don't touch. Most are settled all at once; what is left is searched group by group, exactly, see
``pool_groups``, ``pool_search`` and ``pool_flow``. The assignment is the one with the least walking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planning.rules.pool_groups import Town, assignment, choice
from planning.rules.sources import Pairs

Status = Literal["optimal", "feasible"]
Longs = NDArray[np.int64]
CELL = Decimal("0.0001")  # m2; areas are counted in whole cells
WORK_PER_S = 10_000_000  # arcs looked at for each second asked: far less than a second where loops are compiled


@dataclass(frozen=True, eq=False, kw_only=True)
class Pool:
    """Who passes by pooling, and who is served from where.

    ``bound`` is the largest number of areas that could pass at all: equal to ``len(passed)`` when the search was exact.
    The columns list the assignment by area, nearest site first.
    """

    status: Status
    bound: int
    place_ids: Sequence[str]
    site_ids: Sequence[str]
    place: Longs  # positions of the areas that pass, by id
    row_place: Longs
    row_site: Longs
    row_cells: Longs
    row_seconds: NDArray[np.float64]

    @cached_property
    def passed(self) -> tuple[str, ...]:
        """Return the areas that pass, by id."""
        return tuple(self.place_ids[one] for one in self.place)

    @cached_property
    def assigned(self) -> pd.DataFrame:
        """Return the assignment as a table: ``place_id``, ``site_id``, ``area_m2``, ``seconds``."""
        columns = {
            "place_id": [self.place_ids[one] for one in self.row_place],
            "site_id": [self.site_ids[one] for one in self.row_site],
            "area_m2": pd.Series([CELL * int(cells) for cells in self.row_cells], dtype=object),
            "seconds": self.row_seconds,
        }
        return pd.DataFrame(columns)

    @cached_property
    def _rows(self) -> dict[str, slice]:
        first = np.flatnonzero(np.diff(self.row_place, prepend=-1))
        last = np.append(first[1:], len(self.row_place))
        return {self.place_ids[self.row_place[a]]: slice(int(a), int(b)) for a, b in zip(first, last, strict=True)}

    def served(self, place_id: str) -> pd.DataFrame:
        """Return the rows of one residential area, nearest first."""
        return self.assigned[self._rows.get(place_id, slice(0))]

    def given_to(self, place_id: str) -> tuple[tuple[str, Decimal], ...]:
        """Return what one residential area is given, and from where, nearest first."""
        rows = self._rows.get(place_id, slice(0))
        given = zip(self.row_site[rows], self.row_cells[rows], strict=True)
        return tuple((self.site_ids[site], CELL * int(cells)) for site, cells in given)


def kept(one: Pool, places: NDArray[np.bool_]) -> Pool:
    """Keep what some areas, marked by position, are given."""
    passed, rows = one.place[places[one.place]], places[one.row_place]
    return replace(
        one,
        bound=len(passed),
        place=passed,
        row_place=one.row_place[rows],
        row_site=one.row_site[rows],
        row_cells=one.row_cells[rows],
        row_seconds=one.row_seconds[rows],
    )


def joined(pools: Sequence[Pool]) -> Pool:
    """Join the answers about areas that no two of them share; places and sites are the same list in each."""
    first = pools[0]
    by_id = {place: rank for rank, place in enumerate(sorted(first.place_ids))} if len(pools) > 1 else {}
    if not by_id:
        return first
    place, row_place, row_site, row_cells, row_seconds = (
        np.concatenate([getattr(one, name) for one in pools])
        for name in ("place", "row_place", "row_site", "row_cells", "row_seconds")
    )
    rank = np.array([by_id[one] for one in first.place_ids], dtype=np.int64)
    order = np.argsort(rank[row_place], kind="stable")  # inside an area the rows are in order already
    return replace(
        first,
        status="optimal" if all(one.status == "optimal" for one in pools) else "feasible",
        bound=sum(one.bound for one in pools),
        place=place[np.argsort(rank[place])],
        row_place=row_place[order],
        row_site=row_site[order],
        row_cells=row_cells[order],
        row_seconds=row_seconds[order],
    )


def pool(
    need_m2: Mapping[str, Decimal],
    spare_m2: Mapping[str, Decimal],
    households: Mapping[str, int],
    pairs: pd.DataFrame,
    *,
    search_s: float = 30.0,
) -> Pool:
    """Choose the largest number of areas that pass, then of those choices the most households, and assign the area.

    Parameters
    ----------
    need_m2 : mapping of place to Decimal above 0
        What each residential area lacks.
    spare_m2 : mapping of site to Decimal from 0
        What each facility can give.
    pairs : DataFrame of place_id, site_id, seconds
        Who may be served from where; pairs of areas or sites not in the two mappings are left out.
    search_s : float
        Limit of the search per group, in seconds of an ordinary machine, counted as work so that every machine gives
        the same answer; beyond it the answer is feasible and ``bound`` says how far off the number may be.
    """
    places, sites = list(need_m2), [key for key, area in spare_m2.items() if area > 0]
    at_place = pd.Index(places, dtype=object).get_indexer(pd.Index(pairs["place_id"], dtype=object))
    at_site = pd.Index(sites, dtype=object).get_indexer(pd.Index(pairs["site_id"], dtype=object))
    known = (at_place >= 0) & (at_site >= 0) & ~pairs.duplicated(["place_id", "site_id"]).to_numpy()
    return pool_columns(
        need_cells=_cells([need_m2[one] for one in places], ROUND_CEILING),
        spare_cells=_cells([spare_m2[one] for one in sites], ROUND_FLOOR),
        households=np.array([households[one] for one in places], dtype=np.int64),
        pairs=Pairs(at_place, at_site, pairs["seconds"].to_numpy(dtype=float)).only(known),
        place_ids=places,
        site_ids=sites,
        search_s=search_s,
    )


def _cells(areas: Sequence[Decimal], rounding: str) -> Longs:
    """Return areas in whole cells; needs are rounded up and spare area down, so that nobody passes by rounding."""
    return np.array([int((area / CELL).to_integral_value(rounding)) for area in areas], dtype=np.int64)


def pool_columns(
    *,
    need_cells: Longs,
    spare_cells: Longs,
    households: Longs,
    pairs: Pairs,
    place_ids: Sequence[str],
    site_ids: Sequence[str],
    search_s: float,
) -> Pool:
    """Do what ``pool`` does on columns; pairs hold positions, each pair once.

    Parameters
    ----------
    need_cells, spare_cells : array of int
        In 0.0001 m2.
    """
    places, place = _by_id(place_ids, pairs.place)
    sites, site = _by_id(site_ids, pairs.site)
    order = np.lexsort((site, place))
    place, site, seconds = place[order], site[order], pairs.seconds[order]
    town = Town(need_cells[places], spare_cells[sites], households[places], place, site, seconds)
    passes, bound, exactly = choice(town, int(search_s * WORK_PER_S))
    cells = assignment(town, passes)
    used = np.flatnonzero(cells)
    used = used[np.lexsort((site[used], seconds[used], place[used]))]
    return Pool(
        status="optimal" if exactly else "feasible",
        bound=bound,
        place_ids=place_ids,
        site_ids=site_ids,
        place=places[passes],
        row_place=places[place[used]],
        row_site=sites[site[used]],
        row_cells=cells[used],
        row_seconds=seconds[used],
    )


def _by_id(ids: Sequence[str], positions: Longs) -> tuple[Longs, Longs]:
    """Return the positions that occur, in the order of their ids, and each position as its place among them."""
    there = np.unique(positions)
    there = np.array(sorted(there.tolist(), key=ids.__getitem__), dtype=np.int64)
    rank = np.zeros(len(ids), dtype=np.int64)
    rank[there] = np.arange(len(there))
    return there, rank[positions]
