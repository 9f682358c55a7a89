"""An earlier choice to begin with: what can't be chosen any more is taken out, what is missing is filled up."""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from geodata.streets import Floats, Longs
from planning.siting.local_search import greedy
from planning.siting.problem import Sheet, part
from planning.siting.question import Question


def allowed(asked: Question, start: Iterable[Hashable]) -> Longs:
    """Return the sites of ``start`` that may be chosen now, as positions in ``asked.free``; the others are left out."""
    given = pd.Index(list(dict.fromkeys(start)), dtype=object)
    at = pd.Index(asked.reach.sites[asked.free], dtype=object).get_indexer(given)
    return np.sort(at[at >= 0]).astype(np.int64)


def stand_ins(of: Sheet, useful: Longs, some: Longs) -> Longs:
    """Return for each candidate of ``some`` itself or a useful one that covers all that it does, as places in it."""
    place = np.full(len(of.site_start) - 1, -1, dtype=np.int64)
    place[useful] = np.arange(len(useful))
    found = []
    for site in some:
        groups = of.site_group[of.site_start[site] : of.site_start[site + 1]]
        if place[site] < 0 and len(groups):
            seen = [of.group_site[of.group_start[group] : of.group_start[group + 1]] for group in groups]
            shared = np.bincount(np.concatenate(seen), minlength=len(place))
            site = next(iter(np.flatnonzero((shared == len(groups)) & (place >= 0))), site)  # noqa: PLW2901
        found.append(place[site])
    return np.unique([one for one in found if one >= 0]).astype(np.int64)


def repaired(of: Sheet, some: Longs, count: int) -> Longs:
    """Return ``count`` candidates near ``some``: the least needed go, what covers most anew comes."""
    chosen = np.unique(some)
    while len(chosen) > count:
        chosen = np.delete(chosen, np.argmin(losses(of, chosen)))
    others = np.setdiff1d(np.arange(len(of.site_start) - 1), chosen)
    missing = min(count - len(chosen), len(others))
    if missing:
        chosen = np.concatenate([chosen, others[greedy(part(of, others, chosen), missing)]])
    return np.sort(chosen)


def losses(of: Sheet, chosen: Longs) -> Floats:
    """Return the weight that each candidate of ``chosen`` alone covers."""
    pairs = [of.site_group[of.site_start[site] : of.site_start[site + 1]] for site in chosen]
    groups = np.concatenate([*pairs, np.empty(0, dtype=np.int32)]).astype(np.int64)
    alone = np.bincount(groups, minlength=len(of.weight)) == 1
    return np.array([of.weight[some][alone[some]].sum() for some in pairs])
