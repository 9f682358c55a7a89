"""Who could cover whom, in compressed rows both ways; places that see the same candidates are one group."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Floats, Ints, Longs
from planning.reach import Reach
from planning.siting.question import Question, by_id


class Sheet(NamedTuple):
    """Groups of places x candidates; a named tuple, since compiled code reads it."""

    group_start: Longs  # [groups + 1]
    group_site: Ints  # candidates that cover a group, ascending
    site_start: Longs  # [candidates + 1]
    site_group: Ints  # groups that a candidate covers, ascending
    weight: Floats  # [groups]


@dataclass(frozen=True, eq=False)
class Cover:
    """A question of coverage once fixed and forced sites are taken as given."""

    sheet: Sheet  # candidates as in ``Question.free``
    always: float  # weight covered by the fixed and forced sites
    left_out: Longs  # places of weight that no site covers, candidates included; positions


def cover(question: Question, weight: Floats, limit_s: float) -> Cover:
    """Build the sheet of all groups that a candidate could newly cover within ``limit_s``, the limit included."""
    reach = question.reach.within(limit_s)
    near = sparse.csr_array((np.ones(len(reach), dtype=np.int8), reach.site_ix, reach.place_start), shape=_shape(reach))
    given = _touched(near, question.opened())
    could = _touched(near, question.free)
    asked = np.flatnonzero(could & ~given & (weight > 0))
    order = asked[by_id(reach.places[asked])]
    rows = near[order][:, question.free].tocsr() if len(order) else near[:0][:, question.free].tocsr()
    rows.sort_indices()
    return Cover(
        sheet=sheet(rows, weight[order]),
        always=float(weight[given].sum()),
        left_out=np.flatnonzero(~could & ~given & (weight > 0)),
    )


def sheet(rows: sparse.csr_array, weight: Floats) -> Sheet:
    """Merge equal rows of a matrix with sorted indices and lay it out both ways; empty rows are left out."""
    filled = np.flatnonzero(np.diff(rows.indptr))
    if len(filled) < rows.shape[0]:
        rows, weight = rows[filled], weight[filled]
    merged, total = _merged(rows, weight)
    turned = merged.tocsc()
    return Sheet(
        merged.indptr.astype(np.int64),
        merged.indices.astype(np.int32),
        turned.indptr.astype(np.int64),
        turned.indices.astype(np.int32),
        total,
    )


def matrix(of: Sheet) -> sparse.csr_array:
    """Return the sheet as a matrix of ones, groups x candidates."""
    shape = (len(of.weight), len(of.site_start) - 1)
    return sparse.csr_array((np.ones(len(of.group_site)), of.group_site, of.group_start), shape=shape)


def part(of: Sheet, kept: Longs, taken: Longs | None = None) -> Sheet:
    """Return the sheet of the candidates ``kept`` for the groups that no candidate of ``taken`` covers."""
    rows = matrix(of)
    if taken is not None and len(taken):
        left = np.flatnonzero(~_touched(rows, taken))
        rows, weight = rows[left], of.weight[left]
    else:
        weight = of.weight
    rows = rows[:, kept].tocsr()
    rows.sort_indices()
    return sheet(rows, weight)


def value(of: Sheet, chosen: Longs) -> float:
    """Return the weight that the candidates ``chosen`` cover."""
    seen = np.zeros(len(of.weight), dtype=bool)
    for site in chosen:
        seen[of.site_group[of.site_start[site] : of.site_start[site + 1]]] = True
    return float(of.weight[seen].sum())


def whole(weight: Floats) -> bool:
    """Tell whether all weights are whole numbers, so that every sum is one too."""
    return bool((weight == np.round(weight)).all() and weight.sum() < 2.0**50)


def _merged(rows: sparse.csr_array, weight: Floats) -> tuple[sparse.csr_array, Floats]:
    if not rows.shape[0]:
        return rows, weight
    draw = np.random.default_rng(20_251_231).integers(0, 2**63, size=rows.shape[1], dtype=np.uint64)
    mark = np.add.reduceat(draw[rows.indices], rows.indptr[:-1])  # sums wrap around; equal rows have equal marks
    _, first, group = np.unique(mark, return_index=True, return_inverse=True)
    same = rows[first[group]]
    if not (np.array_equal(same.indptr, rows.indptr) and np.array_equal(same.indices, rows.indices)):
        return rows, weight  # two rows share a mark by chance: leave all apart
    order = np.argsort(first, kind="stable")  # groups in the order of their first places
    total: Floats = np.bincount(group, weights=weight, minlength=len(first)).astype(float)
    return rows[first[order]], total[order]


def _touched(near: sparse.csr_array, sites: Longs) -> NDArray[np.bool_]:
    chosen = np.zeros(near.shape[1])
    chosen[sites] = 1.0
    return np.asarray(near @ chosen > 0)


def _shape(reach: Reach) -> tuple[int, int]:
    return len(reach.places), len(reach.sites)
