"""The peers of the walking search: each turns a town into (place, site) pairs within 15 minutes, and is timed at it."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from bench.graphs import Town, edges

LIMIT_MM = 900_000.0  # 15 minutes at 1.0 m/s
CHUNK_CELLS = 25_000_000  # scipy's dense rows: 200 MB at once

Rows = dict[int, tuple[np.ndarray, np.ndarray]]  # site -> places within the limit, ascending; metres


@dataclass(frozen=True)
class Timing:
    """CPU seconds of one tool; ``sources`` tells how many of the sources were run, the rest being extrapolated."""

    tool: str
    cpu_s: float
    runs: int
    sources: int
    of: int
    note: str = ""


def cpu(job: Callable[[], object], runs: int) -> tuple[float, object]:
    """Return the median CPU time of ``runs`` runs, and the last answer."""
    times, answer = [], None
    for _ in range(runs):
        answer = None
        gc.collect()
        start = time.process_time()
        answer = job()
        times.append(time.process_time() - start)
    return statistics.median(times), answer


def _extrapolated(
    tool: str, job: Town, row: Callable[[int], np.ndarray], few: int, note: str = ""
) -> tuple[Timing, Rows]:
    """Time ``row``, metres from one site to every node (inf: none), on ``few`` of the sites."""
    rows: Rows = {}
    start = time.process_time()
    for site in range(few):
        metres = row(int(job.sites[site]))[job.places]
        near = np.flatnonzero(metres <= LIMIT_MM / 1000)
        rows[site] = (near, metres[near])
    spent = time.process_time() - start
    return Timing(tool, spent * len(job.sites) / few, 1, few, len(job.sites), note), rows


def scipy_dense(job: Town) -> tuple[Timing, Rows]:
    """scipy's bounded search, dense rows in chunks, from the smaller side."""
    graph = symmetric_graph(job)
    step = max(1, CHUNK_CELLS // job.streets.nodes)

    def run() -> Rows:
        rows: Rows = {}
        for low in range(0, len(job.sites), step):
            reached = csgraph.dijkstra(graph, directed=True, indices=job.sites[low : low + step], limit=LIMIT_MM)[
                :, job.places
            ]
            for k in range(len(reached)):
                near = np.flatnonzero(reached[k] <= LIMIT_MM)
                rows[low + k] = (near, reached[k, near] / 1000)
        return rows

    seconds, rows = cpu(run, 1)
    return Timing("scipy dijkstra(limit), dense rows in chunks", seconds, 1, len(job.sites), len(job.sites)), rows


def symmetric_graph(job: Town) -> sparse.csr_array:
    u, v, mm = edges(job.streets)
    n = job.streets.nodes
    both = (np.concatenate([u, v]), np.concatenate([v, u]))
    return sparse.coo_array((np.concatenate([mm, mm]), both), shape=(n, n)).tocsr()


def networkx_cutoff(job: Town) -> tuple[Timing, Rows]:
    import networkx as nx

    graph = networkx_graph(job)

    def row(node: int) -> np.ndarray:
        found = np.full(job.streets.nodes, np.inf)
        reached = nx.single_source_dijkstra_path_length(graph, node, cutoff=LIMIT_MM, weight="mm")
        found[list(reached)] = np.fromiter(reached.values(), float) / 1000
        return found

    return _extrapolated("networkx single_source_dijkstra(cutoff)", job, row, 100)


def networkx_graph(job: Town) -> object:
    import networkx as nx

    graph = nx.Graph()
    u, v, mm = edges(job.streets)
    graph.add_weighted_edges_from(zip(u.tolist(), v.tolist(), mm.tolist(), strict=True), weight="mm")
    return graph


def _few(job: Town) -> int:
    return 20 if job.streets.nodes < 50_000 else 5 if job.streets.nodes < 500_000 else 2


def igraph_rows(job: Town) -> tuple[Timing, Rows]:
    import igraph

    u, v, mm = edges(job.streets)
    graph, weights = igraph.Graph(n=job.streets.nodes, edges=np.column_stack([u, v])), mm.tolist()

    def row(node: int) -> np.ndarray:
        return np.array(graph.distances(source=[node], weights=weights)[0]) / 1000

    return _extrapolated("igraph distances (no cut-off in its API)", job, row, _few(job))


def networkit_rows(job: Town) -> tuple[Timing, Rows]:
    import networkit

    graph = networkit_graph(job)

    def row(node: int) -> np.ndarray:
        search = networkit.distance.Dijkstra(graph, node, storePaths=False)
        search.run()
        found = np.array(search.getDistances())
        return np.where(found > 1e15, np.inf, found) / 1000

    return _extrapolated("networkit Dijkstra (no cut-off)", job, row, _few(job))


def networkit_graph(job: Town) -> object:
    import networkit

    networkit.setNumberOfThreads(1)
    graph = networkit.Graph(job.streets.nodes, weighted=True)
    for a, b, w in zip(*(column.tolist() for column in edges(job.streets)), strict=True):
        graph.addEdge(a, b, w)
    return graph


def _rustworkx(job: Town) -> object:
    import rustworkx

    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(job.streets.nodes))
    graph.add_edges_from(list(zip(*(column.tolist() for column in edges(job.streets)), strict=True)))
    return graph


def rustworkx_rows(job: Town) -> tuple[Timing, Rows]:
    import rustworkx

    graph = _rustworkx(job)

    def row(node: int) -> np.ndarray:
        found = np.full(job.streets.nodes, np.inf)
        reached = rustworkx.dijkstra_shortest_path_lengths(graph, node, float)
        found[list(reached.keys())] = list(reached.values())
        found[node] = 0
        return found / 1000

    return _extrapolated("rustworkx dijkstra (no cut-off)", job, row, _few(job))


def rustworkx_stop(job: Town) -> tuple[Timing, Rows]:
    import rustworkx
    from rustworkx.visit import DijkstraVisitor, StopSearch

    graph = _rustworkx(job)

    class Ball(DijkstraVisitor):
        def __init__(self) -> None:
            self.found = np.full(job.streets.nodes, np.inf)

        def discover_vertex(self, vertex: int, score: float) -> None:
            if score > LIMIT_MM:
                raise StopSearch
            self.found[vertex] = score

    def row(node: int) -> np.ndarray:
        ball = Ball()
        rustworkx.dijkstra_search(graph, [node], float, ball)
        return ball.found / 1000

    return _extrapolated("rustworkx dijkstra_search, stopped by a visitor", job, row, 100)


def pandana_rows(job: Town) -> tuple[Timing, Rows] | None:
    if job.streets.nodes > 50_000:
        return None  # its hierarchy takes minutes to build
    import pandana
    import pandas as pd

    u, v, mm = edges(job.streets)
    start = time.process_time()
    s = job.streets
    net = pandana.Network(
        pd.Series(s.node_x_m), pd.Series(s.node_y_m), pd.Series(u), pd.Series(v), pd.DataFrame({"m": mm / 1000})
    )
    built = time.process_time() - start
    where = pd.DataFrame({"place": np.arange(len(job.places)), "node": job.places})
    start = time.process_time()
    near = net.nodes_in_range(list(job.sites), LIMIT_MM / 1000).rename(columns=str)
    table = near.merge(where, left_on="destination", right_on="node")
    spent = time.process_time() - start
    by_source = dict(tuple(table.groupby("source")))
    rows = {}
    for site, node in enumerate(job.sites):
        part = by_source[node].sort_values("place")
        rows[site] = (part["place"].to_numpy(), part["m"].to_numpy())
    note = f"and {built:.1f} s to build"
    return Timing("pandana nodes_in_range (AGPL)", spent, 1, len(job.sites), len(job.sites), note), rows
