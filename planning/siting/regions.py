"""No choice covers more, told region by region: what the linear relaxation gives away within a region is won back.

Candidates are parted into regions. Groups that several regions see keep the prices of the relaxation; those of one
region are covered or not, as in the question itself. With a price for every site that is opened, each region is then a
small model of its own, and the sum of their bounds bounds the whole (Lagrangian decomposition, Guignard and Kim 1987).
"""

import numpy as np
from scipy import sparse
from scipy.cluster.hierarchy import average, to_tree
from scipy.spatial.distance import squareform

from geodata.streets import Floats, Longs
from planning.siting.bounds import Bound, worth
from planning.siting.highs import FREE, Model, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, matrix

DENSE = 4000  # candidates up to which all pairs of them are compared
NODES = 10  # of the solver's search in one region


def regional(of: Sheet, bound: Bound, count: int, size: int, clock: Clock, share: float) -> float:
    """Return a bound on what ``count`` candidates cover, from regions of up to ``size`` candidates.

    Parameters
    ----------
    share : float
        Of the time of ``clock``, for all regions; a region that comes too late adds what the relaxation says of it.
    """
    until_s = clock.spent_s() + share * clock.limit_s
    each = worth(of, bound.price)
    level = float(np.sort(each)[-count - 1 : len(each) - count + 1].mean())
    if len(each) > DENSE:
        return bound.value
    region = parted(of, size)
    low = np.minimum.reduceat(region[of.group_site], of.group_start[:-1])
    inner = low == np.maximum.reduceat(region[of.group_site], of.group_start[:-1])
    rows = matrix(of)
    border = rows.T @ np.where(inner, 0.0, bound.price)
    total = float((of.weight - bound.price)[~inner].sum()) + level * count
    for number in range(region.max() + 1):
        sites, groups = np.flatnonzero(region == number), np.flatnonzero(inner & (low == number))
        relaxed = float(np.maximum(0.0, each[sites] - level).sum() + (of.weight - bound.price)[groups].sum())
        left_s = min(clock.left_s(), until_s - clock.spent_s())
        if left_s > 0:
            asked = _model(rows[groups][:, sites].tocsr(), of.weight[groups], border[sites] - level)
            relaxed = min(relaxed, -solve(asked, seconds=left_s, nodes=NODES, near=1e-3).bound)
        total += relaxed
    return min(bound.value, total)


def parted(of: Sheet, size: int) -> Longs:
    """Return the region of every candidate: candidates that cover much in common, up to ``size`` together."""
    rows = matrix(of)
    seen = rows.T @ sparse.diags_array(of.weight / np.diff(of.group_start)) @ rows
    shared = np.asarray(seen.toarray())
    alone = np.sqrt(shared.diagonal())
    apart = np.maximum(0.0, 1.0 - shared / np.outer(alone, alone))
    np.fill_diagonal(apart, 0.0)
    region, number = np.empty(len(alone), dtype=np.int64), 0
    waiting = [to_tree(average(squareform(0.5 * (apart + apart.T), checks=False)))]
    while waiting:
        node = waiting.pop()
        if node.count <= size:
            region[node.pre_order()] = number
            number += 1
        else:
            waiting += [node.left, node.right]
    return region


def _model(rows: sparse.csr_array, weight: Floats, gain: Floats) -> Model:
    """Write the most that a region's candidates, each with a ``gain`` or a price of its own, add to what is covered."""
    groups, sites = rows.shape
    return Model(
        cost=np.concatenate([-gain, -weight]),
        rows=sparse.csr_array(sparse.hstack([rows, -sparse.eye_array(groups)])),
        low=np.zeros(groups),
        high=np.full(groups, FREE),
        upper=np.ones(sites + groups),
        whole=np.concatenate([np.ones(sites, dtype=bool), np.zeros(groups, dtype=bool)]),
    )
