"""The request as a mixed-integer model; choices that only the solver's tolerance allows can be cut off."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Floats, Longs
from planning.siting.highs import FREE, Model, solve
from planning.siting.plan import Clock
from planning.siting.sized_problem import Limits, Net

COARSE = 1000.0  # the largest demand and cost given to the solver: its tolerances are absolute
CUTS = 40


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of a model: ``low <= rows @ x <= high``."""

    rows: sparse.csr_array
    low: Floats
    high: Floats


def frame(of: Net, limits: Limits, new: Longs, columns: int) -> list[Block]:
    """Return the rows that only sizes stand in: one size per site, count, budget, distance, units, forced.

    Parameters
    ----------
    new : array
        The sizes that are columns 0 to len(new) of ``columns``.
    """
    site, k = of.size_site[new], np.arange(len(new))
    sites = len(of.given)
    per_site = sparse.csr_array((np.ones(len(new)), (site, k)), shape=(sites, columns))
    forced = np.zeros(sites)
    forced[limits.forced] = 1.0
    blocks = [Block(per_site, forced, np.ones(sites))]
    blocks.append(_row(np.ones(len(new)), columns, -FREE, float(limits.count)))
    if np.isfinite(limits.budget):
        scale = COARSE / max(of.cost.max(initial=0.0), limits.budget / len(of.given), 1e-9)
        blocks.append(_row(of.cost[new] * scale, columns, -FREE, limits.budget * scale))
    if len(limits.near):
        both = per_site[limits.near[:, 0]] + per_site[limits.near[:, 1]]
        blocks.append(Block(sparse.csr_array(both), np.zeros(len(limits.near)), np.ones(len(limits.near))))
    if limits.names:
        inside = np.flatnonzero(limits.unit[site] >= 0)
        shape = (len(limits.names), columns)
        rows = sparse.csr_array((np.ones(len(inside)), (limits.unit[site[inside]], inside)), shape=shape)
        blocks.append(Block(rows, np.ones(len(limits.names)), np.full(len(limits.names), FREE)))
    return blocks


def choose(
    of: Net,
    limits: Limits,
    cost: Floats,
    clock: Clock,
    *,
    seconds: float | None = None,
    more: tuple[Floats, float] | None = None,
) -> tuple[Longs | None, float, bool]:
    """Return the sizes within the limits of least ``cost``, a bound on it, and whether the solver came to the end.

    ``more``: a figure per size and the least that they must sum to.
    """
    new = np.flatnonzero(~of.given[of.size_site])
    blocks = frame(of, limits, new, len(new))
    if more is not None:
        scale = COARSE / max(more[0].max(initial=0.0), 1e-9)
        blocks.append(_row(more[0][new] * scale, len(new), (more[1] - 1e-9 * abs(more[1])) * scale, FREE))
    if not len(new):
        empty = np.empty(0, dtype=np.int64)
        possible = all((block.low <= 0).all() for block in blocks)
        return (empty, 0.0, True) if possible else (None, np.inf, True)
    scale = COARSE / max(np.abs(cost).max(initial=0.0), 1e-9)
    asked = _model(cost[new] * scale, blocks, np.ones(len(new)), np.ones(len(new), dtype=bool))
    for _ in range(CUTS):
        found = solve(asked, clock, seconds=seconds, near=1e-9)
        if found.x is None:
            return None, found.bound / scale, found.done
        picked = new[found.x > 0.5]  # noqa: PLR2004 - half way
        if of.cost[picked].sum() <= limits.budget:
            return picked, found.bound / scale, found.done
        asked = _with(asked, _row(np.isin(new, picked).astype(float), len(new), -FREE, float(len(picked) - 1)))
    return None, found.bound / scale, False


@dataclass(frozen=True, eq=False)
class Full:
    """The whole model, and where things stand in it."""

    model: Model
    new: Longs  # sizes of the first columns
    scale: float  # of the cost
    unit: float  # of demand
    pair: Longs  # pairs of the columns behind the sizes


def full(  # noqa: PLR0915 - one model, written from its first row to its last
    of: Net, limits: Limits, need: float, backup: float, kept: NDArray[np.bool_]
) -> Full:
    """Write the request with the sizes ``kept``: columns are sizes, amounts of pairs, what is served whole, backed up.

    A site of ample size serves its groups through one column per group, not per pair; the amounts of a pair are bounded
    by what is open of its site, which makes the relaxation strong.
    """
    new = np.flatnonzero(kept & ~of.given[of.size_site])
    groups, sites = len(of.demand), len(of.given)
    tight = np.zeros(sites, dtype=bool)
    tight[of.size_site[kept & ~of.ample]] = True
    pair = np.flatnonzero(tight[of.pair_site])
    at, group = of.pair_site[pair], of.site_group[pair]
    scale = COARSE / of.demand.max(initial=1e-9)
    demand, capacity = of.demand * scale, of.capacity * scale
    sizes, pairs = len(new), len(pair)
    columns = sizes + pairs + groups + (groups * 2 if backup else 0)
    size_col = np.full(len(of.capacity), -1, dtype=np.int64)
    size_col[new] = np.arange(sizes)
    pair_col, group_col = sizes + np.arange(pairs), sizes + pairs + np.arange(groups)
    blocks = frame(of, limits, new, columns)
    # a group gets no more than it demands
    rows = _at([group, np.arange(groups)], [pair_col, group_col], [1.0, 1.0], (groups, columns))
    blocks.append(Block(rows, np.full(groups, -FREE), demand))
    # a site gives no more than the capacity of its open size, nor to a group more than it demands
    standing = np.flatnonzero(of.given[of.size_site] & ~of.ample)
    small = new[~of.ample[new]]
    room = np.zeros(sites)
    room[of.size_site[standing]] = capacity[standing]
    rows = _at([at, of.size_site[small]], [pair_col, size_col[small]], [1.0, -capacity[small]], (sites, columns))
    blocks.append(Block(rows[tight], np.full(int(tight.sum()), -FREE), room[tight]))
    start, count = of.size_start[at], np.diff(of.size_start)[at]
    line = np.repeat(np.arange(pairs), count)
    size = np.repeat(start, count) + np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    most = np.where(of.ample[size] | ~kept[size], 0.0, np.minimum(demand[group[line]], capacity[size]))
    chosen = size_col[size] >= 0
    rows = _at(
        [np.arange(pairs), line[chosen]], [pair_col, size_col[size[chosen]]], [1.0, -most[chosen]], (pairs, columns)
    )
    blocks.append(Block(rows, np.full(pairs, -FREE), np.where(of.given[at], demand[group], 0.0)))
    # ample sites
    turned = _by_site(of)
    big, _, big_group = _pairs_of(of, turned, new[of.ample[new]])
    fixed = np.flatnonzero(of.given[of.size_site] & of.ample)
    _, _, whole_group = _pairs_of(of, turned, fixed)
    whole = np.zeros(groups)
    whole[whole_group] = 1.0
    rows = _at([np.arange(groups), big_group], [group_col, size_col[big]], [1.0, -demand[big_group]], (groups, columns))
    blocks.append(Block(rows, np.full(groups, -FREE), whole * demand))
    gain = np.zeros(columns)
    gain[pair_col], gain[group_col] = 1.0 - backup, 1.0 - backup
    upper = np.concatenate([np.ones(sizes), demand[group], demand])
    integer = np.zeros(columns, dtype=bool)
    integer[:sizes] = True
    if backup:
        amount_col, twice_col = (
            sizes + pairs + groups + np.arange(groups),
            sizes + pairs + 2 * groups + np.arange(groups),
        )
        gain[amount_col] = backup
        integer[twice_col] = True
        upper = np.concatenate([upper, demand, np.ones(groups)])
        blocks += _backup(of, turned, new, size_col, (group, pair_col), (group_col, amount_col, twice_col), demand)
    if np.isinf(need):
        return Full(_model(-gain, blocks, upper, integer), new, scale, scale, pair)
    blocks.append(Block(sparse.csr_array(gain[None]), np.array([need * scale * (1 - 1e-9)]), np.array([FREE])))
    price = np.zeros(columns)
    dear = COARSE / max(of.price.max(initial=0.0), 1e-9)
    price[:sizes] = of.price[new] * dear
    return Full(_model(price, blocks, upper, integer), new, dear, scale, pair)


def exclude(asked: Full, of: Net, picked: Longs, *, too_dear: bool) -> Full:
    """Cut off a choice and what is worse: it costs more than the budget, or serves too little."""
    if too_dear:
        row = np.isin(asked.new, picked).astype(float)
        return replace(asked, model=_with(asked.model, _row(row, len(asked.model.cost), -FREE, float(len(picked) - 1))))
    size = np.full(len(of.given), -1.0)
    size[of.size_site[picked]] = of.capacity[picked]
    other = of.capacity[asked.new] > size[of.size_site[asked.new]]
    return replace(asked, model=_with(asked.model, _row(other.astype(float), len(asked.model.cost), 1.0, FREE)))


def _backup(
    of: Net,
    turned: sparse.csr_array,
    new: Longs,
    size_col: Longs,
    pair: tuple[Longs, Longs],
    column: tuple[Longs, Longs, Longs],
    demand: Floats,
) -> list[Block]:
    """Return the rows of what is backed up: of what is served, where two sites are open."""
    group_col, amount_col, twice_col = column
    groups, columns = len(of.demand), int(twice_col.max(initial=-1)) + 1
    each, nothing = np.arange(groups), np.full(groups, -FREE)
    shape = (groups, columns)
    served = _at([each, pair[0], each], [amount_col, pair[1], group_col], [1.0, -1.0, -1.0], shape)
    marked = _at([each, each], [amount_col, twice_col], [1.0, -demand], shape)
    size, _, group = _pairs_of(of, turned, new)
    _, _, standing = _pairs_of(of, turned, np.flatnonzero(of.given[of.size_site]))
    two = _at([each, group], [twice_col, size_col[size]], [2.0, -1.0], shape)
    there = np.bincount(standing, minlength=groups).astype(float)
    return [
        Block(served, nothing, np.zeros(groups)),
        Block(marked, nothing, np.zeros(groups)),
        Block(two, nothing, there),
    ]


def _by_site(of: Net) -> sparse.csr_array:
    shape = (len(of.given), len(of.demand))
    return sparse.csr_array((np.ones(len(of.site_group)), of.site_group, of.site_start), shape=shape)


def _pairs_of(of: Net, by_site: sparse.csr_array, sizes: Longs) -> tuple[Longs, Longs, Longs]:
    """Return size, site and group of every pair of the ``sizes``."""
    rows = by_site[of.size_site[sizes]].tocoo()
    size = sizes[rows.row]
    return size, of.size_site[size], rows.col.astype(np.int64)


def _at(
    rows: list[Longs], columns: list[Longs], values: list[Floats | float], shape: tuple[int, int]
) -> sparse.csr_array:
    data = np.concatenate([np.broadcast_to(one, len(row)) for one, row in zip(values, rows, strict=True)])
    return sparse.csr_array((data, (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def _row(values: Floats, columns: int, low: float, high: float) -> Block:
    row = np.zeros(columns)
    row[: len(values)] = values
    return Block(sparse.csr_array(row[None]), np.array([low]), np.array([high]))


def _model(cost: Floats, blocks: list[Block], upper: Floats, whole: NDArray[np.bool_]) -> Model:
    rows = sparse.csr_array(sparse.vstack([block.rows for block in blocks]))
    rows.eliminate_zeros()
    low, high = (np.concatenate([getattr(block, side) for block in blocks]) for side in ("low", "high"))
    return Model(cost, rows, low, high, upper, whole)


def _with(model: Model, block: Block) -> Model:
    rows = sparse.csr_array(sparse.vstack([model.rows, block.rows]))
    low, high = np.concatenate([model.low, block.low]), np.concatenate([model.high, block.high])
    return replace(model, rows=rows, low=low, high=high)
