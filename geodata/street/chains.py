"""Segments become chains between junctions, and chains become the arcs a walk follows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled
from geodata.street.hilbert import hilbert_order
from geodata.streets import Floats, Ints, Longs

PASSING = 2  # a vertex where two segments meet and nothing else is no junction
WAIT = -2  # slots of a wait say -2 - segment


@dataclass(frozen=True, eq=False)
class Chains:
    """Nodes, chains and the vertices along them; ``slot_segment`` is -1 in the slot of a chain's last vertex.

    A slot of ``-2 - k`` is a segment of length 0 that holds the half wait at that end of segment ``k``.
    """

    node_vertex: Longs  # [nodes] in Hilbert order
    u: Ints
    v: Ints
    start: Longs  # [chains + 1]
    slot_vertex: Longs  # [slots]
    slot_segment: Longs


def chains_of(a: Longs, b: Longs, x_m: Floats, y_m: Floats, main: NDArray[np.bool_]) -> Chains:
    """Follow segments from junction to junction; a ring that meets nothing gets one node, its first vertex.

    Parameters
    ----------
    a, b
        The vertices of each segment, never equal.
    main
        Segments of main roads: where another street meets one at a junction, it ends in half a wait.
    """
    first, halves = _around(a, b, len(x_m))
    node = np.diff(first) != PASSING
    node &= np.diff(first) > 0
    _mark_rings(a, b, first, halves, node)
    vertices = np.flatnonzero(node)
    node_vertex = vertices[hilbert_order(x_m[vertices], y_m[vertices])]
    number = np.full(len(x_m), -1, dtype=np.int32)
    number[node_vertex] = np.arange(len(node_vertex), dtype=np.int32)
    waits = np.zeros(len(x_m), dtype=bool)
    waits[a[main]] = waits[b[main]] = True
    waits &= np.diff(first) > PASSING  # elsewhere the main road only changes its class
    arms = int((first[node_vertex + 1] - first[node_vertex]).sum())
    u, v = np.empty(arms, np.int32), np.empty(arms, np.int32)
    start = np.zeros(arms + 1, np.int64)
    slot_vertex, slot_segment = np.empty(len(a) + 2 * arms, np.int64), np.empty(len(a) + 2 * arms, np.int64)
    count, size = _follow(a, b, first, halves, node_vertex, number, waits, main, u, v, start, slot_vertex, slot_segment)
    return Chains(
        node_vertex,
        u[:count].copy(),
        v[:count].copy(),
        start[: count + 1].copy(),
        slot_vertex[:size].copy(),
        slot_segment[:size].copy(),
    )


def arcs_of(u: Ints, v: Ints, nodes: int) -> tuple[Longs, Ints, Ints, NDArray[np.bool_]]:
    """Return the arcs of every node as compressed sparse rows: start, other end, chain, sense; chains ascending."""
    start = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(u, minlength=nodes) + np.bincount(v, minlength=nodes), out=start[1:])
    other, chain = np.empty(2 * len(u), np.int32), np.empty(2 * len(u), np.int32)
    forward = np.empty(2 * len(u), np.bool_)
    _fill_arcs(u, v, start[:-1].copy(), other, chain, forward)
    return start, other, chain, forward


def components_of(arc_start: Longs, arc_node: Ints) -> Ints:
    """Rank the connected parts by how many nodes they have, most first; equal ones by their smallest node."""
    label = np.full(len(arc_start) - 1, -1, dtype=np.int32)
    found = _flood(arc_start, arc_node, label)
    order = np.argsort(-np.bincount(label, minlength=found), kind="stable")  # labels ascend with their smallest node
    rank = np.empty(found, dtype=np.int32)
    rank[order] = np.arange(found, dtype=np.int32)
    return rank[label]


def _around(a: Longs, b: Longs, vertices: int) -> tuple[Longs, Longs]:
    """Return the segments at each vertex as compressed sparse rows: half ``2 k`` leaves ``a``, ``2 k + 1`` ``b``."""
    first = np.zeros(vertices + 1, dtype=np.int64)
    np.cumsum(np.bincount(a, minlength=vertices) + np.bincount(b, minlength=vertices), out=first[1:])
    halves = np.empty(2 * len(a), dtype=np.int64)
    _fill_halves(a, b, first[:-1].copy(), halves)
    return first, halves


@compiled
def _fill_halves(a: Longs, b: Longs, at: Longs, halves: Longs) -> None:
    for k in range(len(a)):
        halves[at[a[k]]] = 2 * k
        at[a[k]] += 1
        halves[at[b[k]]] = 2 * k + 1
        at[b[k]] += 1


@compiled
def _fill_arcs(u: Ints, v: Ints, at: Longs, other: Ints, chain: Ints, forward: NDArray[np.bool_]) -> None:
    for c in range(len(u)):
        i = at[u[c]]
        other[i], chain[i], forward[i] = v[c], c, True
        at[u[c]] += 1
        i = at[v[c]]
        other[i], chain[i], forward[i] = u[c], c, False
        at[v[c]] += 1


@compiled
def _next(half: int, a: Longs, b: Longs, first: Longs, halves: Longs) -> tuple[int, int]:
    """Walk one segment; return the vertex reached and, where it is a passing one, the half that goes on."""
    k = half // 2
    to = b[k] if half % 2 == 0 else a[k]
    i = first[to]
    on = halves[i]
    if on == (half ^ 1) and first[to + 1] > i + 1:
        on = halves[i + 1]
    return to, on


@compiled
def _mark_rings(a: Longs, b: Longs, first: Longs, halves: Longs, node: NDArray[np.bool_]) -> None:
    """Make a node of the first vertex of every ring without one."""
    seen = np.zeros(len(a), np.bool_)
    for vertex in range(len(node)):
        if node[vertex]:
            for i in range(first[vertex], first[vertex + 1]):
                half = halves[i]
                while not seen[half // 2]:
                    seen[half // 2] = True
                    to, on = _next(half, a, b, first, halves)
                    if node[to]:
                        break
                    half = on
    for k in range(len(a)):
        if not seen[k]:
            node[a[k]] = True
            half = 2 * k
            while not seen[half // 2]:
                seen[half // 2] = True
                _, half = _next(half, a, b, first, halves)


@compiled
def _follow(
    a: Longs, b: Longs, first: Longs, halves: Longs, node_vertex: Longs, number: Ints, waits: NDArray[np.bool_],
    main: NDArray[np.bool_], u: Ints, v: Ints, start: Longs, slot_vertex: Longs, slot_segment: Longs,
) -> tuple[int, int]:  # fmt: skip
    """Write chain after chain, node by node; return how many chains and slots there are."""
    seen = np.zeros(len(a), np.bool_)
    count, size = 0, 0
    for n in range(len(node_vertex)):
        vertex = node_vertex[n]
        for i in range(first[vertex], first[vertex + 1]):
            half = halves[i]
            if seen[half // 2]:
                continue
            here = vertex
            if waits[here] and not main[half // 2]:
                slot_vertex[size], slot_segment[size] = here, WAIT - half // 2
                size += 1
            while True:
                k = half // 2
                seen[k] = True
                slot_vertex[size], slot_segment[size] = here, k
                size += 1
                here, half = _next(half, a, b, first, halves)
                if number[here] >= 0:
                    break
            if waits[here] and not main[k]:
                slot_vertex[size], slot_segment[size] = here, WAIT - k
                size += 1
            slot_vertex[size], slot_segment[size] = here, -1
            size += 1
            u[count], v[count] = n, number[here]
            count += 1
            start[count] = size
    return count, size


@compiled
def _flood(arc_start: Longs, arc_node: Ints, label: Ints) -> int:
    """Label connected parts in the order of their smallest node; return how many there are."""
    stack = np.empty(len(label), np.int64)
    found = 0
    for root in range(len(label)):
        if label[root] >= 0:
            continue
        label[root] = found
        stack[0], top = root, 1
        while top > 0:
            top -= 1
            n = stack[top]
            for i in range(arc_start[n], arc_start[n + 1]):
                to = arc_node[i]
                if label[to] < 0:
                    label[to] = found
                    stack[top] = to
                    top += 1
        found += 1
    return found
