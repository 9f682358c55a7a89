"""Least walks to the end: branch on one candidate, bound by prices, and leave out what the bound decides.

Nodes are taken depth first in a fixed order, so that a search that isn't stopped by the clock is the same everywhere.
"""

from dataclasses import dataclass

import numpy as np

from geodata.streets import Floats, Longs
from planning.siting.exchange import descend
from planning.siting.plan import Clock, Stop
from planning.siting.prices import PAIRS_PER_S, Priced, ascend, open_still
from planning.siting.walks import Walks, part, total

STEPS = 400  # of prices at a node
NODES = 200_000
NODE_S = 1e-3  # work of a node, beside its prices
SHRINK = 0.8  # a node whose candidates fell below this share is bounded again before it is branched on


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the search: candidates that are in and may be in, prices to begin with, and the bound of its parent."""

    taken: Longs
    kept: Longs
    price: Floats
    bound: float


def branch(
    of: Walks, count: int, root: Node, best: Longs, near: float, out_of_reach: float, clock: Clock
) -> tuple[Longs, float, Stop]:
    """Return the best choice and a bound that no choice goes below, to within ``near``."""
    known = total(of, best)
    waiting, visited = [root], 0
    while waiting:
        if visited >= NODES or not clock.left_s():
            bound = min(known, *(node.bound for node in waiting))
            return best, bound, "work" if visited >= NODES else clock.ended
        if clock.watch is not None:
            clock.told(known, min(known, *(node.bound for node in waiting)))
        node = waiting.pop()
        visited += 1
        if node.bound > known - near:
            continue
        more = count - len(node.taken)
        if more == 0 or len(node.kept) <= more:
            best, known = _better(of, np.concatenate([node.taken, node.kept[:more]]), best, known)
            continue
        left = part(of, node.taken, node.kept)
        priced = ascend(left, node.price, more, min(known, out_of_reach), STEPS, near)
        clock.tick(NODE_S + priced.steps * len(left.place_site) / PAIRS_PER_S)
        bound = max(node.bound, priced.value)
        if bound > known - near:
            continue
        best, known = _tried(of, left, node, priced, more, out_of_reach, best, known)
        inside, still = open_still(left, priced, more, known - near)
        taken, kept = np.concatenate([node.taken, node.kept[inside]]), node.kept[still]
        smaller = Node(taken, kept, priced.price, bound)
        if len(kept) <= SHRINK * len(node.kept):
            waiting.append(smaller)
            continue
        waiting.extend(_children(smaller, priced.share[still]))
    return best, known, "proof"


def _children(node: Node, share: Floats) -> list[Node]:
    """Split a node by the candidate that the prices are least sure of; the likelier half is visited first."""
    at = int(np.argmin(np.abs(share - 0.5)))
    others = np.delete(node.kept, at)
    without = Node(node.taken, others, node.price, node.bound)
    within = Node(np.append(node.taken, node.kept[at]), others, node.price, node.bound)
    return [without, within] if share[at] > 0.5 else [within, without]  # noqa: PLR2004 - half


def _tried(
    of: Walks, left: Walks, node: Node, priced: Priced, more: int, out_of_reach: float, best: Longs, known: float
) -> tuple[Longs, float]:
    likely = np.argsort(-priced.share, kind="stable")[:more]
    chosen, _ = descend(left, likely, out_of_reach)
    return _better(of, np.concatenate([node.taken, node.kept[chosen]]), best, known)


def _better(of: Walks, chosen: Longs, best: Longs, known: float) -> tuple[Longs, float]:
    cost = total(of, chosen)
    return (chosen, cost) if cost < known else (best, known)
