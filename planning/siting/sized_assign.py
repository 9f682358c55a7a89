"""Who goes where: the demand of each place shared among the open sites it reaches, within their capacity."""

import numpy as np
import pandas as pd

from geodata.streets import Floats
from planning.reach import Reach
from planning.siting.sized_flow import empty, fill, open_
from planning.siting.sized_problem import Net


def assigned(
    reach: Reach, demand: Floats, limit_s: float, capacity: pd.Series, *, standing: int, backup: bool
) -> pd.DataFrame:
    """Return place_id, site_id and amount of the most demand that the open sites serve.

    Places that reach an open site with room for all go to the nearest such; the rest is shared out so that most is
    served. The first ``standing`` sites of ``capacity`` take in first, and no place loses by the others; with
    ``backup`` places with two open sites come before.
    """
    near = reach.only_sites(capacity.index).within(limit_s)
    net = _net(near, demand, capacity.to_numpy(dtype=float))
    flow = empty(net)
    eps = 1e-11 * max(float(demand.sum()), 1e-300)
    twice = np.diff(near.place_start) >= 2  # noqa: PLR2004 - two sites
    rounds = [~twice, np.zeros_like(twice)] if backup else [np.zeros_like(twice)]
    for waiting in rounds:
        flow.cover[waiting] += 1  # not in this round
        for site in range(len(net.given)):
            if flow.size[site] < 0:
                open_(net, flow, site)
            if site == standing - 1:
                fill(net, flow, eps)
        fill(net, flow, eps)
        flow.cover[waiting] -= 1
    place = np.repeat(np.arange(len(near.places)), np.diff(near.place_start))
    amount = flow.amount[net.group_pair].copy()
    ample = np.flatnonzero(net.ample[near.site_ix] & (demand[place] > 0))
    order = ample[np.lexsort((near.site_ix[ample], near.seconds[ample], place[ample]))]
    nearest = order[np.diff(place[order], prepend=-1) != 0]
    amount[nearest] = demand[place[nearest]]
    some = np.flatnonzero(amount > eps)
    return pd.DataFrame(
        {
            "place_id": near.places[place[some]],
            "site_id": near.sites[near.site_ix[some]],
            "amount": amount[some],
        }
    )


def _net(near: Reach, demand: Floats, capacity: Floats) -> Net:
    """Return the open sites, each of one size, and every place for itself."""
    sites = len(near.sites)
    place = np.repeat(np.arange(len(near.places)), np.diff(near.place_start))
    order = np.lexsort((place, near.site_ix))
    group_pair = np.empty(len(order), dtype=np.int64)
    group_pair[order] = np.arange(len(order))
    pair_site, group = near.site_ix[order].astype(np.int64), place[order]
    asked = np.bincount(pair_site, weights=demand[group], minlength=sites)
    start = np.concatenate([[0], np.cumsum(np.bincount(pair_site, minlength=sites))]).astype(np.int64)
    return Net(
        demand,
        start,
        group,
        pair_site,
        near.place_start,
        group_pair,
        np.arange(sites + 1),
        np.arange(sites),
        np.minimum(capacity, asked),
        capacity >= asked,
        np.zeros(sites),
        np.zeros(sites),
        np.zeros(sites, dtype=bool),
    )
