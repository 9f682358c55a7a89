"""Candidates and groups that a smaller model can leave out without changing its answer."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Longs
from planning.siting.problem import Sheet, matrix, sheet

DENSE = 3000  # rows and columns up to which full matrices are multiplied
PRODUCTS = 4e8  # sparse products worth their time
BLOCK = 2000  # rows compared at a time, to save memory


def best_sites(of: Sheet) -> Longs:
    """Return the candidates that cover something and nothing less than another; the first of equal ones."""
    return np.flatnonzero(~_inside(matrix(of).T.tocsr()))


def essential(of: Sheet) -> tuple[Sheet, Longs]:
    """Reduce the task of covering every group; return the sheet left, each group of weight 1, and its candidates.

    A candidate that covers nothing more than another isn't needed, and a group is covered by whatever covers another
    group that fewer candidates see.
    """
    rows, kept = matrix(of), np.arange(len(of.site_start) - 1)
    while True:
        groups = np.flatnonzero(~_around(rows))
        thinner = rows[groups]
        sites = np.flatnonzero(~_inside(thinner.T.tocsr()))
        smaller = thinner[:, sites].tocsr()
        kept = kept[sites]
        if smaller.shape == rows.shape:
            smaller.sort_indices()
            left = sheet(smaller, np.ones(smaller.shape[0]))
            return left._replace(weight=np.ones(len(left.weight))), kept
        rows = smaller


def deciding(rows: sparse.csr_array) -> Longs:
    """Return the rows that hold no other: who has a candidate in each of them has one in every row."""
    return np.flatnonzero(~_around(rows))


def _inside(rows: sparse.csr_array) -> NDArray[np.bool_]:
    """Mark the rows that lie inside another, empty ones too; of equal rows all but the first."""
    empty: NDArray[np.bool_] = np.diff(rows.indptr) == 0
    return _compare(rows, within=True) | empty


def _around(rows: sparse.csr_array) -> NDArray[np.bool_]:
    """Mark the rows that hold another; of equal rows all but the first."""
    return _compare(rows, within=False)


def _compare(rows: sparse.csr_array, *, within: bool) -> NDArray[np.bool_]:
    """Mark rows that lie inside another filled row, or hold one: as many columns in common as the smaller has."""
    count = np.diff(rows.indptr).astype(np.float64)
    found = np.zeros(len(count), dtype=bool)
    small = max(rows.shape) <= DENSE
    if not small and (np.diff(rows.tocsc().indptr).astype(float) ** 2).sum() > PRODUCTS:
        return found
    full = rows.toarray().astype(np.float32) if small else rows
    turned = full.T if small else rows.T.tocsc()
    for first in range(0, len(count), BLOCK):
        block = slice(first, first + BLOCK)
        shared = sparse.coo_array(full[block] @ turned)
        one, other = shared.row + first, shared.col
        hit = (shared.data == count[one if within else other]) & (one != other)
        one, other = one[hit], other[hit]
        found[one[(count[one] != count[other]) | (other < one)]] = True
    return found
