"""The walking search beside its peers: the same graph, the same job, the same answers, in one run.

``python -m bench.walking`` prints the tables of RESULTS.md; ``--help`` tells what can be left out.
"""

import argparse
import datetime as dt
import importlib.metadata
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse import csgraph

from bench.graphs import Town, doors_on, edges, town
from bench.peers import (
    LIMIT_MM,
    Timing,
    cpu,
    igraph_rows,
    networkit_graph,
    networkit_rows,
    networkx_cutoff,
    networkx_graph,
    pandana_rows,
    rustworkx_rows,
    rustworkx_stop,
    scipy_dense,
    symmetric_graph,
)
from planning.reach import walk_doors
from planning.walking import search_scipy, search_threads
from planning.walking.anchors import anchors
from planning.walking.network import NO_WAY_MM, Network, network
from planning.walking.profile import PRESETS

LIMIT_S = 900.0
SIDES = {"20k": 143, "200k": 454, "1M": 1015}
PEERS = ("networkx", "igraph", "networkit", "rustworkx", "pandana")


def many_to_many(job: Town, net: Network, tools: set[str]) -> list[Timing]:
    """All (place, site) pairs within 15 minutes; every tool's rows are compared with ours."""
    homes, goals = doors_on(job.streets, job.places, "p"), doors_on(job.streets, job.sites, "s")
    seconds, reach = cpu(lambda: walk_doors(net, homes, goals, LIMIT_S, threads=1), 5)
    turned = reach.by_site()

    def ours(site: int) -> tuple[np.ndarray, np.ndarray]:
        part = slice(turned.site_start[site], turned.site_start[site + 1])
        return turned.place_ix[part], turned.seconds[part]

    found = [
        Timing(
            "planning.reach (numba), whole answer", seconds, 5, len(job.sites), len(job.sites), f"{len(reach):,} pairs"
        )
    ]
    ends = anchors(net, goals), anchors(net, homes)
    seconds, rows = cpu(lambda: search_threads.pairs(net, *ends, LIMIT_MM, inwards=True, threads=1), 5)
    found.append(Timing("planning.walking.search (numba), search alone", seconds, 5, len(job.sites), len(job.sites)))
    seconds, rows = cpu(lambda: search_scipy.pairs(net, *ends, LIMIT_MM, inwards=True), 1)
    assert len(rows.mm) == len(reach)
    found.append(
        Timing(
            "planning.walking.search_scipy, our fallback: scipy by tiles", seconds, 1, len(job.sites), len(job.sites)
        )
    )
    for peer in (
        scipy_dense,
        networkx_cutoff,
        igraph_rows,
        networkit_rows,
        rustworkx_rows,
        rustworkx_stop,
        pandana_rows,
    ):
        if peer.__name__.split("_")[0] not in {"scipy", *tools}:
            continue
        if answer := peer(job):
            timing, rows = answer
            found.append(timing)
            off = [_difference(ours(site), row) for site, row in rows.items()]
            if "pandana" in timing.tool:  # lengths are cut to whole millimetres inside, hence not exact
                print(
                    f"    pandana: same pairs {all(np.isfinite(off))}, largest difference {max(off):.4f} m",
                    file=sys.stderr,
                )
            else:
                assert max(off) < 1e-6, timing.tool
            print(f"    {timing.tool}: {timing.cpu_s:.3f} s", file=sys.stderr)
    return found


def _difference(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    if not np.array_equal(one[0], other[0]):
        return np.inf
    return float(np.abs(one[1] - other[1]).max(initial=0.0))


def nearest_site(job: Town, net: Network, tools: set[str]) -> list[Timing]:
    """The nearest of all sites from every node."""
    goals = anchors(net, doors_on(job.streets, job.sites, "s"))
    seconds, tree = cpu(lambda: search_threads.tree(net, goals, NO_WAY_MM - 1, inwards=True), 5)
    metres = tree.mm / 1000
    found = [Timing("planning.walking.search (numba), with site, way and true length", seconds, 5, 1, 1)]
    graph = symmetric_graph(job)

    def compare(tool: str, runs: int, run: Callable[[], np.ndarray]) -> None:
        seconds, answer = cpu(run, runs)
        assert np.abs(np.asarray(answer) / 1000 - metres).max() < 1e-6, tool
        found.append(Timing(tool, seconds, runs, 1, 1))

    compare(
        "scipy dijkstra(min_only): distance alone",
        3,
        lambda: csgraph.dijkstra(graph, directed=True, indices=job.sites, min_only=True),
    )

    def with_site() -> np.ndarray:
        least, _, _ = csgraph.dijkstra(graph, directed=True, indices=job.sites, min_only=True, return_predecessors=True)
        return least

    compare("scipy dijkstra(min_only) with site and way", 3, with_site)
    n = job.streets.nodes
    u, v, mm = edges(job.streets)
    if "networkx" in tools:
        import networkx as nx

        city = networkx_graph(job)

        def by_networkx() -> np.ndarray:
            reached = nx.multi_source_dijkstra_path_length(city, {int(s) for s in job.sites}, weight="mm")
            return np.array([reached[k] for k in range(n)])

        compare("networkx multi_source_dijkstra", 1, by_networkx)
    if "igraph" in tools:
        import igraph

        ends = np.concatenate([np.column_stack([u, v]), np.column_stack([np.full(len(job.sites), n), job.sites])])
        wide = igraph.Graph(n=n + 1, edges=ends)
        weights = np.concatenate([mm, np.zeros(len(job.sites))]).tolist()
        compare(
            "igraph distances from one more node",
            1,
            lambda: np.array(wide.distances(source=[n], weights=weights)[0][:n]),
        )
    if "networkit" in tools:
        import networkit

        roomy = networkit_graph(job)
        extra = roomy.addNode()
        for site in job.sites.tolist():
            roomy.addEdge(extra, site, 0.0)

        def by_networkit() -> np.ndarray:
            search = networkit.distance.Dijkstra(roomy, extra, storePaths=False)
            search.run()
            return np.array(search.getDistances()[:n])

        compare("networkit Dijkstra from one more node", 1, by_networkit)
    return found


def table(rows: list[Timing]) -> str:
    """Write Markdown; the ratio is to the first row."""
    lines = ["| tool | CPU s | x ours | runs | sources run | |", "|---|---|---|---|---|---|"]
    for row in rows:
        part = "all" if row.sources == row.of else f"**{row.sources} of {row.of:,}, extrapolated**"
        lines.append(
            f"| {row.tool} | {row.cpu_s:.4g} | {_times(row.cpu_s / rows[0].cpu_s)} | {row.runs} | {part} | {row.note} |"
        )
    return "\n".join(lines)


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def growth(found: dict[str, list[Timing]]) -> str:
    """Write how CPU time grows with the graph, tool by tool."""
    sizes = list(found)
    tools = [row.tool for row in found[sizes[0]]]
    lines = [f"| tool | {' | '.join(sizes)} | {sizes[-1]} / {sizes[0]} |", "|---" * (len(sizes) + 2) + "|"]
    for tool in tools:
        by_size = [next((row.cpu_s for row in found[size] if row.tool == tool), None) for size in sizes]
        if None not in by_size:
            lines.append(
                f"| {tool} | {' | '.join(f'{s:.4g} s' for s in by_size)} | {_times(by_size[-1] / by_size[0])} |"
            )
    return "\n".join(lines)


def threads_table(job: Town, net: Network) -> str:
    """Write wall times by number of threads."""
    ends = anchors(net, doors_on(job.streets, job.sites, "s")), anchors(net, doors_on(job.streets, job.places, "p"))
    lines = ["| threads | wall s, least of 5; the cores were shared with other work |", "|---|---|"]
    for threads in (1, 2):
        walls = []
        for _ in range(5):
            start = time.perf_counter()
            search_threads.pairs(net, *ends, LIMIT_MM, inwards=True, threads=threads)
            walls.append(time.perf_counter() - start)
        lines.append(f"| {threads} | {min(walls):.4f} |")
    return "\n".join(lines)


def main() -> None:
    """Run the bench and print or save its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--places", type=int, default=30_000)
    parser.add_argument("--sites", type=int, default=3_000)
    parser.add_argument("--out", type=Path, help="write the tables here instead of printing them")
    asked = parser.parse_args()
    parts = [_head(asked)]
    by_size: dict[str, list[Timing]] = {}
    _warm_up()
    for size in asked.sizes:
        job = town(SIDES[size], asked.places, asked.sites)
        print(f"{size}: {job.name}", file=sys.stderr)
        seconds, net = cpu(lambda job=job: network(job.streets, PRESETS["standard"]), 3)
        by_size[size] = many_to_many(job, net, set(asked.peers))
        parts += [f"## {size}: {job.name}", f"Costs of one walker on these streets (`network`): {seconds:.3f} s CPU."]
        parts += [f"### Pairs within 15 minutes: {asked.places:,} places x {asked.sites:,} sites", table(by_size[size])]
        parts += [threads_table(job, net)]
        parts += [
            f"### Nearest of {asked.sites:,} sites from every node",
            table(nearest_site(job, net, set(asked.peers))),
        ]
    parts += ["## Growth with the graph: pairs within 15 minutes", growth(by_size)]
    text = "\n\n".join(parts) + "\n"
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")
    else:
        print(text)


def _warm_up() -> None:
    """Compile the searches, or read them from the cache, outside the clock."""
    small = town(12, 50, 5)
    net = network(small.streets, PRESETS["standard"])
    homes, goals = doors_on(small.streets, small.places, "p"), doors_on(small.streets, small.sites, "s")
    walk_doors(net, homes, goals, LIMIT_S, threads=1)
    search_threads.tree(net, anchors(net, goals), LIMIT_MM, inwards=True)


def _head(asked: argparse.Namespace) -> str:
    names = ("numba", "numpy", "scipy", *asked.peers)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    when = dt.datetime.now(tz=dt.UTC).date()
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, 2 shared cores"
    how = (
        "CPU seconds of the process, medians of so many runs. Peers build their graphs outside the clock. Every row of "
        "pairs that a peer made was compared with ours: the same places, the same metres to 1e-6 (pandana cuts lengths "
        "to whole millimetres inside: same places, metres up to 0.003 off)."
    )
    return "\n\n".join(["# Walking search beside its peers: results", f"{when}. {machine}. {versions}.", how])


if __name__ == "__main__":
    main()
