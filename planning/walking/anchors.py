"""Anchors: where the doors of places and facilities meet the streets, arranged for a search."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.doors import Doors
from geodata.streets import Floats, Ints, Longs
from planning.walking.network import NO_WAY_MM, Network, frozen

Rows = tuple[NDArray[Any], ...]  # columns of one table, of unlike kinds


@dataclass(frozen=True, eq=False)
class Anchors:
    """The connected doors of one table where they meet the streets of one network, ready for a search."""

    owners: int  # rows of the table, connected or not
    owner: Ints  # [anchors] ascending
    door: Longs  # [anchors] position in Doors
    chain: Ints
    forward_mm: Floats  # cost from the chain's first vertex to the anchor
    backward_mm: Floats  # cost from the anchor to the chain's first vertex
    length_mm: Floats  # true length from the chain's first vertex
    leg_mm: Floats  # off the street, from door to anchor
    node: Ints  # [2 * anchors] chain_u of every anchor, then chain_v of every anchor
    out_mm: Floats  # [2 * anchors] walking from the door to that node
    in_mm: Floats  # [2 * anchors] walking from that node to the door
    reach_mm: Floats  # [2 * anchors] true length between door and node

    def __len__(self) -> int:
        return len(self.owner)


def anchors(net: Network, doors: Doors, take: NDArray[np.bool_] | None = None) -> Anchors:
    """Return where ``doors`` meet the network; ``take`` marks the owners that take part, all when None.

    An unconnected door takes no part, nor does one that meets the street in the middle of a barred segment.
    """
    streets = net.streets
    use = doors.connected if take is None else doors.connected & take[doors.owner]
    door = np.flatnonzero(use)
    at, offset = doors.segment[door], doors.offset_mm[door]
    whole = streets.segment_mm[at]
    part = np.divide(offset, whole, out=np.zeros_like(offset), where=whole > 0)
    ahead = net.vertex_forward_mm[at + 1] - net.vertex_forward_mm[at]
    back = net.vertex_backward_mm[at + 1] - net.vertex_backward_mm[at]
    free = ((ahead < NO_WAY_MM) & (back < NO_WAY_MM)) | (part <= 0.0) | (part >= 1.0)
    door, at, offset = door[free], at[free], offset[free]
    part, ahead, back = part[free], ahead[free], back[free]
    chain = doors.chain[door].astype(np.int32)
    forward = net.vertex_forward_mm[at] + np.rint(ahead * part)
    backward = net.vertex_backward_mm[at] + np.rint(back * part)
    length = net.vertex_length_mm[at] + offset
    leg = np.ascontiguousarray(doors.leg_mm[door], dtype=np.float64)
    return Anchors(
        owners=len(doors.ids),
        owner=frozen(doors.owner[door].astype(np.int32)),
        door=frozen(door.astype(np.int64)),
        chain=frozen(chain),
        forward_mm=frozen(forward),
        backward_mm=frozen(backward),
        length_mm=frozen(length),
        leg_mm=frozen(leg),
        node=frozen(np.concatenate([streets.chain_u[chain], streets.chain_v[chain]]).astype(np.int32)),
        out_mm=frozen(np.concatenate([leg + backward, leg + net.chain_forward_mm[chain] - forward])),
        in_mm=frozen(np.concatenate([leg + forward, leg + net.chain_backward_mm[chain] - backward])),
        reach_mm=frozen(np.concatenate([leg + length, leg + net.chain_length_mm[chain] - length])),
    )


def doors_of_owner(doors: Doors, row: int) -> Doors:
    """Return the doors of one owner only, the one in position ``row``."""
    mine = doors.owner == row
    columns = ("kind", "x_m", "y_m", "segment", "chain", "offset_mm", "leg_mm")
    kept = {name: getattr(doors, name)[mine] for name in columns}
    return replace(doors, ids=doors.ids[[row]], owner=np.zeros(int(mine.sum()), dtype=np.int32), **kept)


def grouped(row: NDArray[np.integer], rows: int, *columns: NDArray[np.generic]) -> tuple[Longs, Rows]:
    """Return compressed sparse rows: where each row starts, and ``columns`` sorted by row, order kept inside a row."""
    count = len(row)  # scipy's turn from rows to columns is a counting sort: of one entry per row, the stable order
    entries = (np.empty(count, dtype=np.bool_), row, np.arange(count + 1))
    turned = sparse.csr_array(entries, shape=(count, rows)).tocsc()
    sorted_columns = (frozen(np.ascontiguousarray(column[turned.indices])) for column in columns)
    return frozen(turned.indptr.astype(np.int64)), tuple(sorted_columns)


def spans(start: Longs, row: NDArray[np.integer]) -> tuple[Longs, Longs]:
    """Return, for each of ``row``, all positions of that row of ``start``, and which element they are for."""
    counts = start[row + 1] - start[row]
    asked = np.repeat(np.arange(len(row), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    return np.arange(len(asked), dtype=np.int64) + np.repeat(start[row] - first, counts), asked


def seed_mm(ends: Anchors, *, inwards: bool) -> Floats:
    """Return the cost between every anchor and its two nodes: node to door when ``inwards``, else door to node."""
    return ends.in_mm if inwards else ends.out_mm


def gauges(ends: Anchors, *, inwards: bool) -> tuple[Floats, Floats]:
    """Return two running costs along the chain for the walk between two anchors on it.

    With P, Q of the end where the search starts (s) and of the other end (t), the walk costs
    ``max(P(s) - P(t), Q(t) - Q(s))``: both grow along the chain, so one of the two is the walk and the other isn't
    positive. ``inwards``: the walk goes from t to s, else from s to t.
    """
    return (ends.forward_mm, ends.backward_mm) if inwards else (ends.backward_mm, ends.forward_mm)


def direct(sources: Anchors, targets: Anchors, chains: int, *, inwards: bool) -> tuple[Longs, Longs, Floats]:
    """Return all walks between two anchors on one chain: source anchor, target anchor, cost."""
    start, (mate,) = grouped(targets.chain, chains, np.arange(len(targets)))
    at, source = spans(start, sources.chain)
    target = mate[at].astype(np.int64)
    near, far = gauges(sources, inwards=inwards)
    other_near, other_far = gauges(targets, inwards=inwards)
    along = np.maximum(near[source] - other_near[target], other_far[target] - far[source])
    return source, target, sources.leg_mm[source] + along + targets.leg_mm[target]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Compressed sparse rows of what a many-to-many search found; the order inside a row is not given."""

    start: Longs  # [sources + 1]
    target: Ints
    mm: Floats


@dataclass(frozen=True, eq=False)
class Tree:
    """What one search from many anchors found at every node; ties go to the lowest anchor."""

    mm: Floats  # [nodes] cost, inf where no way is within the limit
    origin: Ints  # [nodes] the anchor, -1 where no way
    length_mm: Floats  # [nodes] true length of that walk, to the door itself
    arc: Longs  # [nodes] the arc by which the node was reached, from the node nearer to the anchor; -1 at a seed
