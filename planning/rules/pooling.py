"""Pooling: which neighbouring residential areas can meet the quota together, no square metre counted twice.

An area passes when all it lacks is assigned to it. Choosing which areas pass is all or nothing per area, so it is a
mixed-integer problem, solved exactly by HiGHS for each connected group; whether the chosen ones can all be served is
then proved by a maximum flow in whole units, and the assignment is the one with the least walking.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property, partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components, maximum_flow

from planning.rules.pool_memory import Answer, remembered
from planning.siting.highs import Model, solve

Status = Literal["optimal", "feasible"]
Longs = NDArray[np.int64]
LARGEST = 2**31 - 1  # scipy's maximum flow counts in 32 bits


@dataclass(frozen=True, eq=False)
class Pool:
    """Who passes by pooling, and who is served from where.

    ``assigned`` holds ``place_id``, ``site_id``, ``area_m2``, ``seconds``. ``bound`` is the largest number of areas
    that could pass at all: equal to ``len(passed)`` when the search was exact.
    """

    passed: tuple[str, ...]
    assigned: pd.DataFrame
    status: Status
    bound: int

    def served(self, place_id: str) -> pd.DataFrame:
        """Return the rows of one residential area, nearest first."""
        return self._by_place.get(place_id, self.assigned[:0])

    @cached_property
    def _by_place(self) -> dict[str, pd.DataFrame]:
        return {str(place): rows for place, rows in self.assigned.groupby("place_id", sort=False)}


@dataclass(frozen=True, eq=False)
class _Group:
    """One connected group in whole units: need of areas, spare of sites, arcs between them."""

    need: Longs
    spare: Longs
    households: Longs
    place: Longs  # of each arc
    site: Longs
    seconds: NDArray[np.float64]


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
        Time limit of the search per connected group; beyond it the answer is feasible and ``bound`` says how far off.
    """
    known = pairs["place_id"].isin(list(need_m2)) & pairs["site_id"].isin(
        [key for key in spare_m2 if spare_m2[key] > 0]
    )
    arcs = pairs[known].drop_duplicates(["place_id", "site_id"]).sort_values(["place_id", "site_id"])
    places, place = np.unique(arcs["place_id"].astype(str).to_numpy(dtype=object), return_inverse=True)
    sites, site = np.unique(arcs["site_id"].astype(str).to_numpy(dtype=object), return_inverse=True)
    seconds = arcs["seconds"].to_numpy(dtype=float)
    found: list[tuple[str, str, Decimal, float]] = []
    passed: list[str] = []
    exactly, bound = True, 0
    for group_places, group_sites, group_arcs in _connected(place, site, len(places), len(sites)):
        digits = _digits([need_m2[places[one]] for one in group_places])
        unit = Decimal(1).scaleb(-digits)
        group = _Group(
            need=_whole([need_m2[places[one]] for one in group_places], unit, ROUND_CEILING),
            spare=_whole([spare_m2[sites[one]] for one in group_sites], unit, ROUND_FLOOR),
            households=np.array([households[places[one]] for one in group_places], dtype=np.int64),
            place=np.searchsorted(group_places, place[group_arcs]).astype(np.int64),
            site=np.searchsorted(group_sites, site[group_arcs]).astype(np.int64),
            seconds=seconds[group_arcs],
        )
        answer = remembered(vars(group).values(), search_s, partial(_solved, group, search_s))
        exactly, bound = exactly and answer.proved, bound + answer.most
        passed += [places[group_places[one]] for one in np.flatnonzero(answer.chosen)]
        for arc in np.flatnonzero(answer.flow):
            place_id, site_id = places[group_places[group.place[arc]]], sites[group_sites[group.site[arc]]]
            found.append((place_id, site_id, unit * int(answer.flow[arc]), group.seconds[arc]))
    columns = ["place_id", "site_id", "area_m2", "seconds"]
    assigned = pd.DataFrame(found, columns=columns).sort_values(["place_id", "seconds", "site_id"], ignore_index=True)
    return Pool(tuple(sorted(passed)), assigned, "optimal" if exactly else "feasible", bound)


def _solved(group: _Group, search_s: float) -> Answer:
    chosen, most, proved = _choose(group, search_s)
    return Answer(chosen, most, proved, _assign(group, chosen))


def _connected(place: Longs, site: Longs, n_places: int, n_sites: int) -> list[tuple[Longs, Longs, Longs]]:
    size = n_places + n_sites
    graph = coo_array((np.ones(len(place)), (place, site + n_places)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    return [
        (
            np.flatnonzero(label[:n_places] == one),
            np.flatnonzero(label[n_places:] == one),
            np.flatnonzero(label[place] == one),
        )
        for one in range(count)
    ]


def _digits(needs: Sequence[Decimal]) -> int:
    """Return how many decimals of a square metre can be counted in 32 bits, at most four."""
    total = sum(needs, Decimal(0)) + 1
    return next(digits for digits in (4, 3, 2, 1, 0, -1, -2, -3) if total.scaleb(digits) < LARGEST)


def _whole(areas: Sequence[Decimal], unit: Decimal, rounding: str) -> Longs:
    """Return areas in whole units; needs are rounded up and spare area down, so that nobody passes by rounding."""
    return np.array([int((area / unit).to_integral_value(rounding)) for area in areas], dtype=np.int64)


def _flow(group: _Group, chosen: NDArray[np.bool_]) -> Longs:
    """Return the largest flow to the chosen areas, per arc."""
    places, sites = len(group.need), len(group.spare)
    source, sink = places + sites, places + sites + 1
    need = np.where(chosen, group.need, 0)
    spare = np.minimum(group.spare, need.sum())  # more than that can't be used, and it keeps to 32 bits
    rows = np.concatenate([np.full(sites, source), places + group.site, np.arange(places)])
    columns = np.concatenate([places + np.arange(sites), group.place, np.full(places, sink)])
    most = np.concatenate([spare, need[group.place], need]).astype(np.int32)
    graph = csr_array((most, (rows, columns)), shape=(sink + 1, sink + 1), dtype=np.int32)
    flow = maximum_flow(graph, source, sink).flow.tocsr()
    found: Longs = np.asarray(flow[places + group.site, group.place], dtype=np.int64).ravel()
    return found


def _nearest_flow(group: _Group, chosen: NDArray[np.bool_]) -> Longs | None:
    """Return the flow in which every chosen area takes all it needs from its nearest site, or None if some site can't.

    Where it exists no assignment walks less, and no maximum flow need be searched.
    """
    order = np.lexsort((group.site, group.seconds, group.place))
    first = order[np.diff(group.place[order], prepend=-1) != 0]
    first = first[chosen[group.place[first]]]
    if len(first) < int(chosen.sum()):
        return None
    taken = np.bincount(group.site[first], weights=group.need[group.place[first]], minlength=len(group.spare))
    if (taken > group.spare).any():
        return None
    flow = np.zeros(len(group.place), dtype=np.int64)
    flow[first] = group.need[group.place[first]]
    return flow


def _serves(group: _Group, chosen: NDArray[np.bool_]) -> bool:
    if group.need[chosen].sum() > group.spare.sum():
        return False
    if _nearest_flow(group, chosen) is not None:
        return True
    return int(_flow(group, chosen).sum()) == int(group.need[chosen].sum())


def _choose(group: _Group, search_s: float) -> tuple[NDArray[np.bool_], int, bool]:
    """Return who passes, the most that could, and whether that is proved."""
    reachable = np.bincount(group.place, weights=group.spare[group.site].astype(float), minlength=len(group.need))
    able = group.need <= reachable
    if _serves(group, able):  # the usual case: nobody competes
        return able, int(able.sum()), True
    began, covers = time.monotonic(), list[NDArray[np.bool_]]()
    while True:
        left = max(0.1, search_s - (time.monotonic() - began))
        proved, most, chosen = _search(group, able, covers, left)
        if not proved or chosen is None or _serves(group, chosen):
            break
        covers.append(_too_many(group, chosen))  # within the solver's tolerance only: cut it off, exactly
    kept = _topped_up(group, np.zeros(len(able), dtype=bool) if chosen is None else chosen, able)
    return kept, max(most, int(kept.sum())), proved and chosen is not None


def _search(
    group: _Group, able: NDArray[np.bool_], covers: Sequence[NDArray[np.bool_]], search_s: float
) -> tuple[bool, int, NDArray[np.bool_] | None]:
    """Solve for the most areas and among those the most households; say whether it was proved, and the bound."""
    places, arcs = len(group.need), len(group.place)
    scale = float(max(1, group.need.max()))
    need, spare = group.need / scale, group.spare / scale
    each, of_place = np.arange(arcs), arcs + np.arange(places)
    filled = csr_array(
        (np.concatenate([np.ones(arcs), -need]), (np.r_[group.place, np.arange(places)], np.r_[each, of_place])),
        shape=(places, arcs + places),
    )
    given = csr_array((np.ones(arcs), (group.site, each)), shape=(len(spare), arcs + places))
    tight = np.flatnonzero(group.spare[group.site] < group.need[group.place])  # a site too small for the whole need
    row = np.arange(len(tight))
    linked = csr_array(
        (
            np.concatenate([np.ones(len(tight)), -spare[group.site[tight]]]),
            (np.r_[row, row], np.r_[tight, arcs + group.place[tight]]),
        ),
        shape=(len(tight), arcs + places),
    )
    cut = csr_array(np.array([np.r_[np.zeros(arcs), cover] for cover in covers]).reshape(len(covers), arcs + places))
    rows = vstack([filled, given, linked, cut], format="csr")
    free, most_of_cut = np.full(len(spare) + len(tight) + len(covers), -np.inf), [cover.sum() - 1.0 for cover in covers]
    one_area = int(group.households[able].sum()) + 1  # worth more than all households together
    model = Model(
        cost=-np.concatenate([np.zeros(arcs), one_area + group.households]),
        rows=rows,
        low=np.concatenate([np.zeros(places), free]),
        high=np.concatenate([np.zeros(places), spare, np.zeros(len(tight)), most_of_cut]),
        upper=np.concatenate([need[group.place], able.astype(float)]),
        whole=np.arange(arcs + places) >= arcs,
    )
    solved = solve(model, seconds=search_s, near=0.5)  # what is sought is a whole number
    most = int(able.sum()) if np.isinf(solved.bound) else min(int(able.sum()), int((-solved.bound + 0.5) // one_area))
    return solved.done, most, None if solved.x is None else solved.x[arcs:] > 0.5  # noqa: PLR2004 - 0 or 1


def _too_many(group: _Group, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return chosen areas that can't all pass together: those on the near side of the smallest cut (Hall's condition).

    Starting from areas not fully served, walk to their sites and back to areas these sites serve: all that is reached
    needs more than its sites can spare.
    """
    flow = _flow(group, chosen)
    served = np.bincount(group.place, weights=flow, minlength=len(group.need))
    stuck = chosen & (served < group.need)
    while True:
        sites = np.zeros(len(group.spare), dtype=bool)
        sites[group.site[stuck[group.place]]] = True
        more = stuck.copy()
        more[group.place[sites[group.site] & (flow > 0)]] = True
        if (more == stuck).all():
            return stuck
        stuck = more


def _topped_up(group: _Group, chosen: NDArray[np.bool_], able: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Make a choice that holds to the last unit, then add areas, least need first, as long as all stay served."""
    kept = chosen.copy()
    while kept.any() and not _serves(group, kept):
        kept[max(np.flatnonzero(kept), key=lambda one: (group.need[one], one))] = False
    for one in sorted(np.flatnonzero(able & ~kept), key=lambda one: (group.need[one], one)):
        kept[one] = True
        kept[one] = _serves(group, kept)
    return kept


def _assign(group: _Group, chosen: NDArray[np.bool_]) -> Longs:
    """Assign area to the chosen ones with the least walking (area times seconds), in whole units."""
    if (nearest := _nearest_flow(group, chosen)) is not None:
        return nearest
    arcs = len(group.place)
    needed = csr_array((np.ones(arcs), (group.place, np.arange(arcs))), shape=(len(group.need), arcs))
    given = csr_array((np.ones(arcs), (group.site, np.arange(arcs))), shape=(len(group.spare), arcs))
    need = np.where(chosen, group.need, 0)
    solved = linprog(
        group.seconds, A_ub=given, b_ub=group.spare, A_eq=needed, b_eq=need, bounds=(0, None), method="highs-ds"
    )
    if solved.x is not None:
        flow: Longs = np.rint(solved.x).astype(np.int64)
        if (needed @ flow == need).all() and (given @ flow <= group.spare).all() and (flow >= 0).all():
            return flow
    return _flow(group, chosen)
