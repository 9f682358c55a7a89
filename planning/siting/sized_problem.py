"""Sites of several sizes: who could serve whom and how much, in arrays; fixed sites have one size, and it is open."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.problem import sheet
from planning.siting.question import Question, by_id, question, weights_of

Goal = Literal["cover", "cheapest", "fewest"]
COLUMNS = ("site", "capacity", "cost_yuan", "floor_area_m2")


class Net(NamedTuple):
    """Groups of places x sites with pairs both ways, and the sizes of every site; compiled code reads it."""

    demand: Floats  # [groups]
    site_start: Longs  # [sites + 1] pairs of a site
    site_group: Longs  # [pairs] by site, then group
    pair_site: Longs  # [pairs]
    group_start: Longs  # [groups + 1]
    group_pair: Longs  # [pairs] positions of a group's pairs
    size_start: Longs  # [sites + 1] sizes of a site, growing in capacity
    size_site: Longs  # [sizes]
    capacity: Floats  # [sizes] at most what the site's places demand
    ample: NDArray[np.bool_]  # [sizes] serves all that its places demand
    cost: Floats  # [sizes] what counts against the budget; 0 where none is asked, and for fixed sites
    price: Floats  # [sizes] what is to be least: cost, or 1 per new site; 0 where the most is sought
    given: NDArray[np.bool_]  # [sites] open anyway, not new


@dataclass(frozen=True, eq=False)
class Limits:
    """What a choice of new sites has to keep to; sites as positions in the ``Net``."""

    count: int  # new sites, at most
    budget: float  # inf: none
    forced: Longs
    near: Longs  # [pairs, 2] sites that may not both be new
    unit: Longs  # [sites] the needing unit that a site lies in; -1: none
    names: tuple[Hashable, ...]  # of the needing units


@dataclass(frozen=True, eq=False)
class Asked:
    """The request in arrays."""

    question: Question
    net: Net
    limits: Limits
    option: Longs  # [sizes] row of the table of options; -1: a fixed site
    site: Longs  # [sites] position in ``reach.sites``
    demand: Floats  # on reach.places
    always: float  # demand that fixed sites of ample capacity serve, taken out of the net
    backup: float  # weight of the second coverage; 0: coverage counts once
    left_out: Longs


def ask(
    reach: Reach,
    demand: pd.Series,
    limit_s: float,
    options: pd.DataFrame,
    *,
    sites: int | None,
    budget_yuan: float | None,
    goal: Goal,
    fixed_capacity: pd.Series | None,
    fixed: Iterable[Hashable],
    closed: Iterable[Hashable],
    forced: Iterable[Hashable],
    forbidden: Iterable[Hashable],
    spacing_pairs: Iterable[tuple[Hashable, Hashable]],
    units: pd.Series | None,
    units_needing: Iterable[Hashable],
    backup: float,
) -> Asked | Fault:
    """Check the request and return it in arrays, or why it has no answer at first sight."""
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return asked
    table = _checked(reach, options, costs_count=goal == "cheapest" or budget_yuan is not None)
    if budget_yuan is not None and not budget_yuan >= 0:
        raise fail("sized_budget", value=budget_yuan)
    weight = weights_of(reach, demand)
    at = np.asarray(reach.sites.get_indexer(pd.Index(table["site"], dtype=reach.sites.dtype)), dtype=np.int64)
    offered = np.unique(at)
    for one in np.setdiff1d(asked.forced, offered):
        raise fail("sized_forced_without_option", value=reach.sites[one])
    fixed_room = _fixed_capacity(reach, fixed_capacity)[asked.fixed]
    new = np.concatenate([asked.free[np.isin(asked.free, offered)], asked.forced])
    new = new[np.argsort(_rank(reach.sites)[new], kind="stable")]
    near = reach.within(limit_s)
    rows = sparse.csr_array((np.ones(len(near)), near.site_ix, near.place_start), (len(weight), len(reach.sites)))
    seen = np.asarray(rows[:, np.concatenate([asked.fixed, new])].sum(axis=1)).ravel() > 0
    without_limit = asked.fixed[np.isinf(fixed_room)]
    served = np.asarray(rows[:, without_limit].sum(axis=1)).ravel() > 0 if not backup else np.zeros_like(seen)
    kept_fixed = asked.fixed if backup else asked.fixed[np.isfinite(fixed_room)]
    site = np.concatenate([kept_fixed, new])
    wanted = np.flatnonzero(seen & ~served & (weight > 0))
    left = rows[wanted][:, site].tocsr()
    left.sort_indices()
    size_of = _sizes(table, at, new, fixed_room[np.isin(asked.fixed, kept_fixed)])
    given = np.arange(len(site)) < len(kept_fixed)
    net = _net(left, weight[wanted], size_of, given, goal, budget=budget_yuan is not None)
    place = {label: k for k, label in enumerate(reach.sites[site])}
    unit, names = _units(reach, site, given, units, units_needing)
    limits = Limits(
        count=len(new) if sites is None else min(int(sites), len(new)),
        budget=np.inf if budget_yuan is None else float(budget_yuan),
        forced=np.flatnonzero(np.isin(site, asked.forced)),
        near=_near(reach, spacing_pairs, place, given),
        unit=unit,
        names=names,
    )
    return Asked(
        asked,
        net,
        limits,
        option=size_of["row"].to_numpy(np.int64),
        site=site,
        demand=weight,
        always=float(weight[served].sum()),
        backup=backup,
        left_out=np.flatnonzero(~seen & (weight > 0)),
    )


def _checked(reach: Reach, options: pd.DataFrame, *, costs_count: bool) -> pd.DataFrame:
    missing = [name for name in COLUMNS if name not in options.columns]
    if missing:
        raise fail("sized_columns", value=", ".join(missing))
    if not options.index.is_unique:
        raise fail("sized_option_twice", value=options.index[options.index.duplicated()][0])
    unknown = ~options["site"].isin(reach.sites).to_numpy(dtype=bool)
    if unknown.any():
        raise fail("siting_unknown", value=options["site"][unknown].iloc[0])
    capacity = options["capacity"].to_numpy(dtype=float, na_value=np.nan)
    cost = options["cost_yuan"].to_numpy(dtype=float, na_value=np.nan)
    for label, value in zip(options.index, capacity, strict=True):
        if not value >= 0:
            raise fail("sized_capacity", label=label, value=value)
    for label, value in zip(options.index, cost, strict=True):
        if costs_count and not 0 <= value < np.inf:
            raise fail("sized_cost", label=label, value=value)
    return pd.DataFrame({"site": options["site"], "capacity": capacity, "cost_yuan": cost})


def _fixed_capacity(reach: Reach, given: pd.Series | None) -> Floats:
    room = np.full(len(reach.sites), np.inf)
    if given is None:
        return room
    at = reach.sites.get_indexer(given.index)
    values = given.to_numpy(dtype=float, na_value=np.nan)
    for label, position, value in zip(given.index, at, values, strict=True):
        if position < 0:
            raise fail("siting_unknown", value=label)
        if not value >= 0:
            raise fail("sized_capacity", label=label, value=value)
    room[at] = values
    return room


def _rank(ids: pd.Index) -> Longs:
    """Return the place of each id in growing order."""
    rank = np.empty(len(ids), dtype=np.int64)
    rank[by_id(ids)] = np.arange(len(ids))
    return rank


def _sizes(table: pd.DataFrame, at: Longs, new: Longs, fixed_room: Floats) -> pd.DataFrame:
    """Return one row per size: site in the net, capacity, cost, row of the options; by site, then capacity."""
    number = np.full(int(max(at.max(initial=-1), new.max(initial=-1))) + 1, -1, dtype=np.int64)
    number[new] = np.arange(len(new)) + len(fixed_room)
    mine = number[at] if len(at) else at
    offered = pd.DataFrame(
        {
            "site": mine,
            "capacity": table["capacity"].to_numpy(),
            "cost": table["cost_yuan"].to_numpy(),
            "row": np.arange(len(table)),
        }
    )[mine >= 0]
    offered = offered.sort_values(["site", "capacity", "cost", "row"], kind="stable")
    standing = pd.DataFrame(
        {
            "site": np.arange(len(fixed_room)),
            "capacity": fixed_room,
            "cost": np.zeros(len(fixed_room)),
            "row": np.full(len(fixed_room), -1),
        }
    )
    return pd.concat([standing, offered], ignore_index=True)


def _net(
    rows: sparse.csr_array, weight: Floats, size_of: pd.DataFrame, given: NDArray[np.bool_], goal: Goal, *, budget: bool
) -> Net:
    of = sheet(rows, weight)
    sites, pairs = len(given), len(of.group_site)
    group = np.repeat(np.arange(len(of.weight)), np.diff(of.group_start))
    order = np.lexsort((group, of.group_site))
    group_pair = np.empty(pairs, dtype=np.int64)
    group_pair[order] = np.arange(pairs)
    pair_site = of.group_site[order].astype(np.int64)
    site_group = of.site_group.astype(np.int64)
    asked = np.bincount(pair_site, weights=of.weight[site_group], minlength=sites)
    size_site = size_of["site"].to_numpy(np.int64, copy=True)
    capacity = size_of["capacity"].to_numpy(float)
    cost, nothing = size_of["cost"].to_numpy(float, copy=True), np.zeros(len(size_of))
    start = np.concatenate([[0], np.cumsum(np.bincount(size_site, minlength=sites))]).astype(np.int64)
    return Net(
        of.weight,
        of.site_start,
        site_group,
        pair_site,
        of.group_start,
        group_pair,
        start,
        size_site,
        capacity=np.minimum(capacity, asked[size_site]),
        ample=capacity >= asked[size_site],
        cost=cost if budget else nothing,
        price={"cover": nothing, "cheapest": cost, "fewest": 1.0 - given[size_site]}[goal],
        given=given,
    )


def _near(
    reach: Reach, pairs: Iterable[tuple[Hashable, Hashable]], place: dict[Hashable, int], given: NDArray[np.bool_]
) -> Longs:
    both = [(place.get(one, -1), place.get(other, -1)) for one, other in _known(reach, pairs)]
    found = np.sort(np.array(both, dtype=np.int64).reshape(-1, 2), axis=1)
    found = found[(found[:, 0] >= 0) & (found[:, 0] != found[:, 1])]
    found = found[~given[found].any(axis=1)] if len(found) else found
    return np.unique(found, axis=0)


def _known(reach: Reach, pairs: Iterable[tuple[Hashable, Hashable]]) -> list[tuple[Hashable, Hashable]]:
    listed = list(pairs)
    for label in (label for pair in listed for label in pair):
        if label not in reach.sites:
            raise fail("siting_unknown", value=label)
    return listed


def _units(
    reach: Reach, site: Longs, given: NDArray[np.bool_], units: pd.Series | None, needing: Iterable[Hashable]
) -> tuple[Longs, tuple[Hashable, ...]]:
    names = tuple(dict.fromkeys(needing))
    if units is None:
        if names:
            raise fail("sized_units_missing", value=names[0])
        return np.full(len(site), -1, dtype=np.int64), ()
    number = {name: k for k, name in enumerate(names)}
    of = units.reindex(reach.sites[site])
    mine = np.array([number.get(one, -1) for one in of], dtype=np.int64).reshape(len(site))
    return np.where(given, -1, mine), names
