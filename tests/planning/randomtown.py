"""Random streets of every nasty kind, and the same walks counted by networkx on streets cut at every door."""

import networkx as nx
import numpy as np

from geodata.doors import Doors
from geodata.streets import Streets, Way
from tests.toytown import Chain, Door, doors_at, streets_of


def random_streets(rng: np.random.Generator, *, hilly: bool = False) -> Streets:
    """Loops, parallel chains, zero lengths, stairs, crossings, parts that nothing joins; lengths unlike the drawing."""
    n = int(rng.integers(1, 14))
    chains = []
    for _ in range(int(rng.integers(1, 26))):
        k = int(rng.integers(1, 5))
        u, v = (int(x) for x in rng.integers(0, n, 2))
        points = [tuple(p) for p in rng.uniform(0, 300, (k + 1, 2))]
        mm = np.where(rng.random(k) < 0.15, 0, rng.integers(1, 200_000, k)).astype(float)
        way = np.where(rng.random(k) < 0.15, int(Way.STAIRS), 0)
        crossings = np.where(rng.random(k) < 0.2, 0.5, 0.0)
        z = rng.uniform(0, 20, k + 1) if hilly else ()
        chains.append(Chain(u, v, points, tuple(mm), tuple(way), tuple(crossings), z=tuple(z)))
    return streets_of([tuple(p) for p in rng.uniform(0, 300, (n, 2))], chains)


def random_doors(rng: np.random.Generator, streets: Streets, name: str) -> Doors:
    """One to three doors each, some unconnected, some on the ends of chains, some on the same spot."""
    found = {}
    for row in range(int(rng.integers(1, 9))):
        doors = []
        for _ in range(int(rng.integers(1, 4))):
            chain = int(rng.integers(-1, streets.chains))
            whole = streets.segment_mm[streets.chain_start[chain] : streets.chain_start[chain + 1]].sum()
            along = float(rng.choice([0.0, whole, np.floor(whole / 2), np.floor(whole * rng.random())]))
            doors.append(Door(chain, along, float(rng.choice([0, 0, 1, 20_000, 199_999]))))
        found[f"{name}{row}"] = doors
    return doors_at(streets, found)


def walks_mm(streets: Streets, places: Doors, sites: Doors, segment_mm: np.ndarray) -> dict[tuple[str, str], float]:
    """Cost of all walks on flat streets, by cutting every segment at its doors; nothing of planning is used.

    ``segment_mm`` is the cost of each segment, the same both ways.
    """
    graph = nx.MultiGraph()
    graph.add_nodes_from(("node", n) for n in range(streets.nodes))
    on: dict[int, list[tuple[float, tuple]]] = {}
    for side, doors in (("place", places), ("site", sites)):
        graph.add_nodes_from((side, row) for row in range(len(doors.ids)))
        for d in range(len(doors.owner)):
            if doors.segment[d] >= 0:
                spot = ("spot", side, d)
                on.setdefault(int(doors.segment[d]), []).append((float(doors.offset_mm[d]), spot))
                graph.add_edge((side, int(doors.owner[d])), spot, mm=float(doors.leg_mm[d]), door=True)
    for chain in range(streets.chains):
        first, last = int(streets.chain_start[chain]), int(streets.chain_start[chain + 1]) - 1
        names = {first: ("node", int(streets.chain_u[chain])), last: ("node", int(streets.chain_v[chain]))}
        for slot in range(first, last):
            cuts = sorted(on.get(slot, []))
            ends = [
                names.get(slot, ("vertex", slot)),
                *(spot for _, spot in cuts),
                names.get(slot + 1, ("vertex", slot + 1)),
            ]
            whole, cost = float(streets.segment_mm[slot]), float(segment_mm[slot])
            at = [0.0, *(round(cost * o / whole) if whole else 0.0 for o, _ in cuts), cost]
            for i in range(len(ends) - 1):
                graph.add_edge(ends[i], ends[i + 1], mm=at[i + 1] - at[i])
    found = {}
    for row, place in enumerate(places.ids):
        # nobody walks through another place or site: leave only this one's own legs in the graph
        mine = ("place", row)
        for column, site in enumerate(sites.ids):
            keep = [n for n in graph if n[0] not in {"place", "site"} or n in {mine, ("site", column)}]
            reached = nx.single_source_dijkstra_path_length(graph.subgraph(keep), mine, weight="mm")
            if ("site", column) in reached:
                found[place, site] = float(reached["site", column])
    return found


def as_dict(reach):
    table = reach.pairs()
    return dict(zip(zip(table["place_id"], table["site_id"], strict=True), table["seconds"], strict=True))


def same(one, other):
    assert one.places.equals(other.places)
    assert one.sites.equals(other.sites)
    for name in ("place_start", "site_ix", "seconds"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    assert one.limit_s == other.limit_s
