"""What sites of limited capacity serve, and whether a plan keeps to its request: worked out again without any model."""

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import maximum_flow

from geodata.streets import Floats, Longs
from planning.reach import Reach

MOST_WHOLE = 2**30  # scipy's flow counts in 32 bits
TOLERANCE = 1e-6  # relative: sums of amounts in floating point


def served_demand(reach: Reach, demand: pd.Series, limit_s: float, capacity: pd.Series, backup: float = 0.0) -> float:
    """Return the most demand that open sites serve within ``limit_s`` and their capacity, the limit included.

    With ``backup`` w, demand served counts 1 - w, and w more in places with two open sites within the limit.

    Parameters
    ----------
    capacity : Series
        Open sites and how much each can serve; inf: without limit.
    """
    near = reach.only_sites(capacity.index).within(limit_s)
    room, wanted = capacity.to_numpy(dtype=float), demand.to_numpy(dtype=float)
    everything = _largest_flow(near, wanted, room) if backup < 1 else 0.0
    if not backup:
        return everything
    twice = np.where(np.diff(near.place_start) >= 2, wanted, 0.0)  # noqa: PLR2004 - two sites
    return (1 - backup) * everything + backup * _largest_flow(near, twice, room)


def _largest_flow(near: Reach, wanted: Floats, room: Floats) -> float:
    place = np.repeat(np.arange(len(near.places)), np.diff(near.place_start))
    unlimited = np.zeros(len(near.places), dtype=bool)
    unlimited[place[np.isinf(room[near.site_ix])]] = True
    total = float(wanted[unlimited].sum())
    keep = ~unlimited[place] & (wanted[place] > 0) & (room[near.site_ix] > 0)
    if not keep.any():
        return total
    at, to = place[keep], near.site_ix[keep].astype(np.int64)
    some, at = np.unique(at, return_inverse=True)
    most = np.minimum(room, np.bincount(to, weights=wanted[some][at], minlength=len(room)))
    is_whole = bool((wanted[some] == np.round(wanted[some])).all() and (most == np.round(most)).all())
    if is_whole and max(wanted[some].sum(), most.sum()) < MOST_WHOLE:
        return total + _counted(at, to, wanted[some], most)
    return total + _programmed(at, to, wanted[some], most)


def _counted(at: Longs, to: Longs, wanted: Floats, most: Floats) -> float:
    places, sites = len(wanted), len(most)
    end = places + sites + 1
    tail = np.concatenate([np.zeros(sites, dtype=np.int64), 1 + to, 1 + sites + np.arange(places)])
    head = np.concatenate([1 + np.arange(sites), 1 + sites + at, np.full(places, end)])
    size = np.concatenate([most, wanted[at], wanted]).astype(np.int32)
    graph = sparse.csr_array((size, (tail, head)), shape=(end + 1, end + 1))
    return float(maximum_flow(sparse.csr_matrix(graph), 0, end).flow_value)


def _programmed(at: Longs, to: Longs, wanted: Floats, most: Floats) -> float:
    pairs = np.arange(len(at))
    rows = sparse.csr_array(
        (np.ones(2 * len(at)), (np.concatenate([at, len(wanted) + to]), np.concatenate([pairs, pairs])))
    )
    high = np.concatenate([wanted, most])[: rows.shape[0]]
    found = linprog(-np.ones(len(at)), A_ub=rows, b_ub=high, method="highs")
    if found.status != 0:
        raise AssertionError(f"the largest flow could not be worked out: {found.message}")
    return -float(found.fun)


def broken_limits(
    chosen: pd.DataFrame,
    *,
    sites: int | None,
    budget_yuan: float | None,
    fixed: Iterable[Hashable],
    closed: Iterable[Hashable],
    forced: Iterable[Hashable],
    forbidden: Iterable[Hashable],
    spacing_pairs: Iterable[tuple[Hashable, Hashable]],
    units: pd.Series | None,
    units_needing: Iterable[Hashable],
) -> list[str]:
    """Name every limit that the ``chosen`` rows of the table of options break."""
    new = list(chosen["site"])
    opened = set(new)
    shut = set(closed)
    wrong = [f"{one} is open twice" for one in opened if new.count(one) > 1]
    if sites is not None and len(new) > sites:
        wrong.append(f"{len(new)} sites where {sites} may be")
    if budget_yuan is not None and not chosen["cost_yuan"].sum() <= budget_yuan * (1 + 1e-12):
        wrong.append(f"costs {chosen['cost_yuan'].sum()} of {budget_yuan}")
    wrong += [f"{one} is forced" for one in forced if one not in opened]
    wrong += [f"{one} may not be new" for one in (set(fixed) | shut | set(forbidden)) & opened]
    wrong += [
        f"{one} and {other} are too near" for one, other in spacing_pairs if one != other and {one, other} <= opened
    ]
    inside = set() if units is None else {units.get(one) for one in new}
    wrong += [f"{one} has no site" for one in units_needing if one not in inside]
    return wrong


def broken_assignment(
    assignment: pd.DataFrame, reach: Reach, demand: pd.Series, limit_s: float, capacity: pd.Series, served: float
) -> list[str]:
    """Name what is wrong with who is assigned where: walks too long, demand or capacity exceeded, another sum."""
    near = reach.only_sites(capacity.index).within(limit_s).pairs()
    pairs = pd.MultiIndex.from_frame(near[["place_id", "site_id"]])
    given = pd.MultiIndex.from_frame(assignment[["place_id", "site_id"]])
    amount = assignment["amount"]
    checks: Mapping[str, bool] = {
        "a pair out of reach": bool((~given.isin(pairs)).any()),
        "a pair twice": not given.is_unique,
        "an amount of 0 or less": bool((amount <= 0).any()),
        "more than a place demands": _over(amount.groupby(assignment["place_id"], sort=False).sum(), demand),
        "more than a site can serve": _over(amount.groupby(assignment["site_id"], sort=False).sum(), capacity),
        "another sum than is served": abs(amount.sum() - served) > TOLERANCE * max(1.0, served),
    }
    return [name for name, is_so in checks.items() if is_so]


def _over(sums: pd.Series, most: pd.Series) -> bool:
    allowed = most.loc[sums.index].to_numpy(dtype=float)
    return bool(
        (sums.to_numpy() > allowed + TOLERANCE * np.maximum(1.0, np.abs(np.where(np.isinf(allowed), 0, allowed)))).any()
    )
