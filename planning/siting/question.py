"""What is asked: which sites may be chosen, must be, or are open anyway; checked once, in positions."""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach


@dataclass(frozen=True, eq=False)
class Question:
    """Positions in ``reach.sites``; ``free`` in the order of the ids, so that ties fall to the smaller id."""

    reach: Reach
    fixed: Longs  # open anyway, closed ones taken out
    forced: Longs  # must be chosen, ascending
    free: Longs  # may be chosen beside the forced
    sites: int  # how many to choose, the forced counted; as many as there are when more are asked

    def more(self) -> int:
        """Return how many to choose beside the forced."""
        return self.sites - len(self.forced)

    def opened(self) -> Longs:
        """Return the sites that are open in every plan."""
        return np.concatenate([self.fixed, self.forced])

    def named(self, chosen: Longs) -> tuple[Hashable, ...]:
        """Return the ids of the forced and the ``chosen`` sites, in the order of the reach."""
        return tuple(self.reach.sites[np.sort(np.concatenate([self.forced, chosen]))])

    def all_open(self, chosen: tuple[Hashable, ...]) -> pd.Index:
        """Return the ids of everything that is open in a plan."""
        return pd.Index([*self.reach.sites[self.fixed], *chosen], dtype=self.reach.sites.dtype)


def question(
    reach: Reach,
    sites: int | None,
    *,
    fixed: Iterable[Hashable] = (),
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
) -> Question | Fault:
    """Return the question in positions, or why it has no answer; ``sites`` None: as many as it takes."""
    if sites is not None and (sites != int(sites) or sites < 0):
        raise fail("siting_sites", value=sites)
    shut, barred = _positions(reach, closed), _positions(reach, forbidden)
    open_anyway = np.setdiff1d(_positions(reach, fixed), shut)
    must = _positions(reach, forced)
    contrary = np.intersect1d(must, np.concatenate([shut, barred, open_anyway]))
    if len(contrary):
        raise fail("siting_contrary", value=reach.sites[contrary[0]])
    kept = np.setdiff1d(np.arange(len(reach.sites)), np.concatenate([open_anyway, shut, barred, must]))
    free = kept[by_id(reach.sites[kept])]
    if sites is not None and len(must) > sites:
        return Fault(code="siting_forced_too_many", details={"forced": len(must), "sites": int(sites)})
    most = len(free) + len(must)
    return Question(reach, open_anyway, must, free, most if sites is None else min(int(sites), most))


def by_id(ids: pd.Index) -> Longs:
    """Return the order of growing ids; ids that can't be compared go by their text."""
    try:
        return np.asarray(ids.argsort(), dtype=np.int64)
    except TypeError:
        return np.asarray(pd.Index([str(label) for label in ids], dtype=object).argsort(), dtype=np.int64)


def weights_of(reach: Reach, weights: pd.Series | None) -> Floats:
    """Return weights in the order of ``reach.places``; None: every place counts 1. Labels must be the same."""
    if weights is None:
        return np.ones(len(reach.places))
    if not weights.index.equals(reach.places):
        raise fail("siting_labels", expected=len(reach.places), given=len(weights))
    values = weights.to_numpy(dtype=float, na_value=math.nan)
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(bad):
        raise fail("siting_weight", label=reach.places[bad[0]], value=values[bad[0]])
    return values


def _positions(reach: Reach, ids: Iterable[Hashable]) -> Longs:
    wanted = list(ids)
    at = np.asarray(reach.sites.get_indexer(pd.Index(wanted, dtype=reach.sites.dtype)), dtype=np.int64)
    for label, position in zip(wanted, at, strict=True):
        if position < 0:
            raise fail("siting_unknown", value=label)
    return np.unique(at)
