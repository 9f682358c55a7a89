"""No choice covers more, told region by region: what the linear relaxation gives away within a region is won back.

Candidates are parted into regions. Groups that several regions see keep the prices of the relaxation; those of one
region are covered or not, as in the question itself. With a price for every site that is opened, each region is then a
small model of its own, and the sum of their bounds bounds the whole (Lagrangian decomposition, Guignard and Kim 1987).
Small regions come first; two of them become one where both were solved to the end, the least work first.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import ClusterNode, average, to_tree
from scipy.spatial.distance import squareform

from geodata.streets import Floats, Longs
from planning.siting.bounds import Bound, worth
from planning.siting.highs import FREE, Model, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, matrix

DENSE = 4000  # candidates up to which all pairs of them are compared
NODES = 30  # of the solver's search in one region, at first
MORE_NODES, MORE_WORK = 8, 4.0  # times, where that wasn't enough
MERGED_WORK = 5.0  # what two regions in one take, in the work of both
PAIRS_PER_S = 1e7  # pairs in a region that a second of work stands for before it is known better


@dataclass(eq=False)
class Region:
    """Candidates next to each other, and the most that they can be worth at the prices outside them."""

    number: int
    sites: Longs
    inner: Longs  # groups that only they see
    halves: "tuple[Region, Region] | None"
    whole: "Region | None" = None
    value: float = np.inf
    between: float = 0.0  # what the groups that only both halves see add to what these are worth at most
    nodes: int = NODES
    work_s: float = 0.0
    done: bool = field(default=False, init=False)


def regional(
    of: Sheet,
    bound: Bound,
    count: int,
    size: int,
    clock: Clock,
    best: Longs | None = None,
    enough: Callable[[float], bool] | None = None,
) -> float:
    """Return a bound on what ``count`` candidates cover, from regions of up to ``size`` candidates and larger ones.

    Parameters
    ----------
    clock : Clock
        Of this part alone; a region that comes too late adds what the relaxation, or its halves, say of it.
    best : array, optional
        A good choice, for the solver to begin with.
    enough : function, optional
        Gets the bound after every region, and ends the search by returning True.
    """
    each = worth(of, bound.price)
    if len(each) > DENSE:
        return bound.value
    level = one_more(of, bound, count)
    rows = matrix(of)
    regions = _regions(of, rows, size)
    spare = of.weight - bound.price
    for region in regions:
        if region.halves is not None:
            inside = np.concatenate([half.inner for half in region.halves])
            region.between = float(spare[np.setdiff1d(region.inner, inside)].sum())
        else:
            region.value = float(np.maximum(0.0, each[region.sites] - level).sum() + spare[region.inner].sum())
    waiting = [(len(rows[:, one.sites].data) / PAIRS_PER_S, one.number) for one in regions if one.halves is None]
    heapq.heapify(waiting)
    opened = np.isin(np.arange(len(each)), [] if best is None else best)
    told = bound.value
    while waiting and clock.left_s() >= waiting[0][0]:
        region = regions[heapq.heappop(waiting)[1]]
        before_s = clock.worked_s
        _bound(of, rows, bound.price, level, region, opened, clock)
        region.work_s += clock.worked_s - before_s
        if clock.worked_s == before_s:
            continue  # too large for the time left
        if not region.done:
            region.nodes *= MORE_NODES
            heapq.heappush(waiting, (MORE_WORK * region.work_s, region.number))
        elif region.whole is not None and region.whole.halves is not None:
            halves = region.whole.halves
            if all(half.done for half in halves):
                heapq.heappush(waiting, (MERGED_WORK * sum(half.work_s for half in halves), region.whole.number))
        told = min(told, _told(regions) + level * count)
        if enough is not None and enough(told):
            break
    return told


def one_more(of: Sheet, bound: Bound, count: int) -> float:
    """Return what a bound on ``count`` candidates grows by with each more, and shrinks by with each less."""
    each = np.sort(worth(of, bound.price))
    return float(each[-count - 1 : len(each) - count + 1].mean())


def parted(of: Sheet, size: int) -> list[Longs]:
    """Return regions of candidates that cover much in common, up to ``size`` of them together."""
    return [one.sites for one in _regions(of, matrix(of), size) if one.halves is None]


def _regions(of: Sheet, rows: sparse.csr_array, size: int) -> list[Region]:
    """Return the smallest regions and all that are put together from them; the last is the whole."""
    shared = np.asarray((rows.T @ sparse.diags_array(of.weight / np.diff(of.group_start)) @ rows).toarray())
    alone = np.sqrt(np.maximum(shared.diagonal(), 1e-300))
    apart = np.maximum(0.0, 1.0 - shared / np.outer(alone, alone))
    np.fill_diagonal(apart, 0.0)
    found: list[Region] = []
    wide = np.diff(of.group_start)

    def region(sites: Longs, halves: tuple[Region, Region] | None) -> Region:
        seen = rows @ _marked(rows.shape[1], sites)
        one = Region(len(found), sites, np.flatnonzero(seen == wide), halves)
        for half in halves or ():
            half.whole = one
        found.append(one)
        return one

    grown: dict[int, Region] = {}
    top = to_tree(average(squareform(0.5 * (apart + apart.T), checks=False))) if len(alone) > 1 else ClusterNode(0)
    waiting = [top]
    while waiting:  # halves before what is put together from them
        node = waiting[-1]
        halves = () if node.count <= size else (node.left, node.right)
        missing = [half for half in halves if half.id not in grown]
        if missing:
            waiting += missing
            continue
        both = (grown[halves[0].id], grown[halves[1].id]) if halves else None
        grown[node.id] = region(np.sort(np.array(node.pre_order())), both)
        waiting.pop()
    return found


def _bound(
    of: Sheet,
    rows: sparse.csr_array,
    price: Floats,
    level: float,
    region: Region,
    opened: NDArray[np.bool_],
    clock: Clock,
) -> None:
    """Let the solver say what a region is worth at most."""
    outside = price.copy()
    outside[region.inner] = 0.0
    gain = (rows.T @ outside)[region.sites] - level
    inside = rows[region.inner][:, region.sites].tocsr()
    asked = _model(inside, of.weight[region.inner], gain)
    some = opened[region.sites].astype(float)
    begin = np.concatenate([some, np.minimum(1.0, inside @ some)])
    near = 1e-6 * float(of.weight.sum())
    found = solve(asked, clock, nodes=region.nodes, lean=True, near=near, start=begin)
    region.value, region.done = min(region.value, -found.bound), found.done


def _told(regions: list[Region]) -> float:
    """Return the least that is proven of the whole: of each region by its own model, or by those of its halves."""
    told: list[float] = []
    for one in regions:
        halves = one.halves or ()
        apart = sum(told[half.number] for half in halves) + one.between if halves else np.inf
        told.append(min(one.value, apart))
    return told[-1]


def _marked(sites: int, some: Longs) -> Floats:
    mark = np.zeros(sites)
    mark[some] = 1.0
    return mark


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
