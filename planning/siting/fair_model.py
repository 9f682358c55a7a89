"""The exact part of helping the worst-off: one model per level, the levels before it kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Floats, Ints, Longs
from planning.siting.exact import filled
from planning.siting.highs import FREE, Model, chosen, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, matrix, value, whole

NEAR = 5e-8  # of a share
ALIKE = 1e-12


@dataclass(frozen=True, eq=False)
class Units:
    """Groups of places, and the units they are in that a candidate could help."""

    sheet: Sheet  # groups of no such unit are in it too: they count in the whole
    unit: Ints  # of each group, as a position in the following two; -1: none
    base: Floats  # weight covered by what is open in every plan
    weight: Floats  # all that there is
    always: float  # covered by what is open in every plan, in units or not
    helped: NDArray[np.bool_]  # which of all units these are


def shares_of(of: Units, some: Longs) -> Floats:
    """Return the covered share of every unit."""
    seen = np.zeros(len(of.sheet.weight), dtype=bool)
    for site in some:
        seen[of.sheet.site_group[of.sheet.site_start[site] : of.sheet.site_start[site + 1]]] = True
    mine = seen & (of.unit >= 0)
    have = of.base + np.bincount(of.unit[mine], weights=of.sheet.weight[mine], minlength=len(of.base))
    shares: Floats = have / of.weight
    return shares


def better(of: Units, one: Longs, other: Longs, levels: int) -> bool:
    """Tell whether ``one`` is better than ``other`` in the least shares, or equal there and covers more."""
    mine, theirs = (np.sort(shares_of(of, some))[:levels] for some in (one, other))
    differs = np.flatnonzero(np.abs(mine - theirs) > ALIKE)
    if len(differs):
        return bool(mine[differs[0]] > theirs[differs[0]])
    return value(of.sheet, one) > value(of.sheet, other)


def solved(
    of: Units, count: int, best: Longs, known: list[float], level: int | None, seconds: float, clock: Clock
) -> tuple[Longs, float, bool]:
    """Raise the least share number ``level`` (from 0), or with None the weight covered; ``known`` levels stay.

    Returns the choice, a bound on what was raised, and whether the solver came to the end. At most ``k`` units may fall
    below the level number ``k``.
    """
    groups, sites, units = len(of.sheet.weight), len(of.sheet.site_start) - 1, len(of.base)
    steps = [*known, *([] if level is None else [None])]
    marked = [k for k in range(len(steps)) if k]  # levels that some units may miss
    columns = sites + groups + 1 + units * len(marked)
    blocks, low = [_padded(sparse.hstack([matrix(of.sheet), -sparse.eye_array(groups)]), columns)], [np.zeros(groups)]
    high = [np.full(groups, FREE), np.array([float(count)])]
    blocks.append(_padded(sparse.csr_array(np.concatenate([np.ones(sites), np.zeros(groups)])[None]), columns))
    low.append(np.array([float(count)]))
    mine = np.flatnonzero(of.unit >= 0)
    have = sparse.csr_array((of.sheet.weight[mine], (of.unit[mine], sites + mine)), shape=(units, columns))
    exact = whole(of.sheet.weight) and whole(of.base)
    for k, step in enumerate(steps):
        rows, need = have, np.zeros(units)
        if step is None:
            rows = rows - sparse.csr_array(
                (of.weight, (np.arange(units), np.full(units, sites + groups))), shape=(units, columns)
            )
            need = -of.base
        else:
            need = step * of.weight - of.base
            need = np.ceil(need - 1e-6) - 0.25 if exact else need - 1e-9 * of.weight
        if k:
            first = sites + groups + 1 + units * marked.index(k)
            missed = np.arange(units)
            rows = rows + sparse.csr_array((of.weight, (missed, first + missed)), shape=(units, columns))
            blocks.append(
                sparse.csr_array((np.ones(units), (np.zeros(units, dtype=int), first + missed)), shape=(1, columns))
            )
            low.append(np.array([-FREE]))
            high.append(np.array([float(k)]))
        blocks.append(sparse.csr_array(rows))
        low.append(need)
        high.append(np.full(units, FREE))
    order_high = _ordered(high, blocks)
    cost = np.zeros(columns)
    if level is None:
        cost[sites : sites + groups] = -of.sheet.weight
    else:
        cost[sites + groups] = -1.0
    integer = np.zeros(columns, dtype=bool)
    integer[:sites] = True
    integer[sites + groups + 1 :] = True
    model = Model(
        cost, sparse.csr_array(sparse.vstack(blocks)), np.concatenate(low), order_high, np.ones(columns), integer
    )
    reached = value(of.sheet, best) if level is None else float(np.sort(shares_of(of, best))[level])
    tell = None
    if clock.watch is not None:
        tell = lambda bound: clock.told(reached, -bound if np.isfinite(bound) else 1.0)  # noqa: E731
    near = NEAR if level is not None else 0.999 if exact else 1e-9 * max(1.0, reached)
    answer = solve(model, clock, seconds=seconds, start=_start(of, best, steps, columns), near=near, stopped=tell)
    limit = -answer.bound if np.isfinite(answer.bound) else (of.sheet.weight.sum() if level is None else 1.0)
    limit = max(reached, float(limit))
    if answer.x is None:
        return best, limit, False
    return filled(sites, chosen(answer.x, sites), count), limit, answer.done


def _padded(rows: sparse.csr_array, columns: int) -> sparse.csr_array:
    return sparse.csr_array(sparse.hstack([rows, sparse.csr_array((rows.shape[0], columns - rows.shape[1]))]))


def _ordered(high: list[Floats], blocks: list[sparse.csr_array]) -> Floats:
    """Return the upper limits in one row; they were added in the order of the blocks."""
    found: Floats = np.concatenate(high)
    assert len(found) == sum(block.shape[0] for block in blocks)
    return found


def _start(of: Units, best: Longs, steps: list[float | None], columns: int) -> Floats:
    """Return ``best`` as a solution of the model to begin with."""
    groups, sites, units = len(of.sheet.weight), len(of.sheet.site_start) - 1, len(of.base)
    begin = np.zeros(columns)
    begin[best] = 1.0
    begin[sites : sites + groups] = np.minimum(1.0, matrix(of.sheet) @ begin[:sites])
    shares = shares_of(of, best)
    order = np.argsort(shares, kind="stable")
    at = sites + groups + 1
    for k, step in enumerate(steps):
        if step is None:
            begin[sites + groups] = shares[order[k]]
        if k:
            begin[at + order[:k]] = 1.0
            at += units
    return begin
