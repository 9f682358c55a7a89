"""Siting beside spopt on the same instances in one run, then the large instances, then OR-Library.

    python -m bench.siting [peer] [city] [median] [center] > bench/SITING_RESULTS.md

Needs spopt and pulp beside the project's requirements. spopt solves with CBC, which comes with pulp.
"""

import datetime as dt
import platform
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import pandas as pd

from bench.siting_cases import city, optima, plane, pmed
from planning.reach import Reach
from planning.siting import Plan, cover_all, cover_most, p_center, p_median
from planning.siting.check import covered_weight, weighted_seconds

PEER_LIMIT_S = 120


def main(parts: list[str]) -> None:
    print("# Siting: results\n")
    print(
        f"{dt.datetime.now(tz=dt.UTC).date()}. Python {platform.python_version()}, {platform.system()}.",
        end=" ",
    )
    print("Seconds are wall / CPU of this process and its children. Compiled code is warm.\n")
    warm()
    for part in parts or ["peer", "city", "median", "center"]:
        {"peer": peer, "city": cities, "median": medians, "center": centers}[part]()


def warm() -> None:
    reach, weights = plane(300, 60)
    cover_most(reach, weights, 5, 1000)
    cover_all(reach, 1000)
    known, sites = pmed(1)
    p_median(known, pd.Series(1.0, index=known.places), sites)
    p_center(known, sites)


def timed(run: Callable[[], object]) -> tuple[object, str]:
    import resource

    def cpu() -> float:
        return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    wall, began = time.perf_counter(), cpu()
    found = run()
    return found, f"{time.perf_counter() - wall:.2f} / {cpu() - began:.2f}"


def line(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(title: str, *columns: str, note: str = "") -> None:
    print(f"\n## {title}\n")
    if note:
        print(f"{note} What sites are worth is worked out by planning.siting.check for both.\n")
    line(*columns)
    line(*["---"] * len(columns))


def peer() -> None:
    """Time spopt and us on instances that spopt can build."""
    warnings.filterwarnings("ignore")
    import pulp
    from spopt.locate import LSCP, MCLP, PMedian

    cbc = pulp.PULP_CBC_CMD(msg=False, timeLimit=PEER_LIMIT_S, threads=1)
    tools = f"spopt {version('spopt')} with the CBC of pulp {version('pulp')}, one thread"
    note = f"{tools}, {PEER_LIMIT_S} s each; ours 60 s each."
    head(
        "Beside spopt with CBC",
        "instance",
        "tool",
        "s wall / CPU",
        "its sites are worth",
        "it says",
        "bound",
        "gap",
        note=note,
    )

    def theirs(name: str, make: Callable[[], object], worth: Callable[[pd.Index], float], reach: Reach) -> None:
        model, took = timed(lambda: make().solve(cbc))  # type: ignore[attr-defined]
        opened = reach.sites[[bool(site.value() > 0.5) for site in model.fac_vars]]  # type: ignore[attr-defined]
        said = f"{model.problem.objective.value():.10g}, {pulp.LpStatus[model.problem.status]}"  # type: ignore[attr-defined]
        line(name, "spopt", took, f"{worth(opened):.10g}", said, "", "")

    def ours(name: str, run: Callable[[], Plan], worth: Callable[[pd.Index], float]) -> None:
        plan, took = timed(run)
        assert isinstance(plan, Plan)
        value = worth(pd.Index(plan.chosen))
        said = f"{plan.objective:.10g}, {plan.status}"
        line(name, "ours", took, f"{value:.10g}", said, f"{plan.bound:.10g}", f"{plan.gap:.3%}")

    for places, sites, count in ((1000, 200, 10), (5000, 500, 25)):
        reach, weights = plane(places, sites)
        metres = np.where((full := reach.matrix().toarray()) > 0, full, 1e6)
        name = f"cover most, {places} x {sites}, {count} sites"

        def worth(opened: pd.Index, reach: Reach = reach, weights: pd.Series = weights) -> float:
            return covered_weight(reach, weights, opened, 1000)

        theirs(name, lambda: MCLP.from_cost_matrix(metres, weights.to_numpy(), 1000, count), worth, reach)  # noqa: B023
        ours(name, lambda: cover_most(reach, weights, count, 1000), worth)  # noqa: B023
    reach, _ = plane(1000, 200)
    metres = np.where((full := reach.matrix().toarray()) > 0, full, 1e6)
    seen = np.flatnonzero(np.diff(reach.place_start))
    theirs("cover all, 1000 x 200", lambda: LSCP.from_cost_matrix(metres[seen], 1000), len, reach)
    ours("cover all, 1000 x 200", lambda: cover_all(reach, 1000), len)
    for number in (1, 6):
        reach, count = pmed(number)
        ones = pd.Series(1.0, index=reach.places)

        def cost(opened: pd.Index, reach: Reach = reach, ones: pd.Series = ones) -> float:
            return weighted_seconds(reach, ones, opened)

        full = reach.matrix().toarray()
        theirs(f"p-median pmed{number}", lambda: PMedian.from_cost_matrix(full, ones.to_numpy(), count), cost, reach)  # noqa: B023
        ours(f"p-median pmed{number}", lambda: p_median(reach, ones, count), cost)  # noqa: B023


def cities() -> None:
    """Time the large instances, each with 30 s."""
    head(
        "City-like, 30 s each",
        "places x sites",
        "pairs",
        "sites",
        "covered",
        "bound",
        "gap",
        "ended by",
        "s wall / CPU",
    )
    for places in (6000, 30_000):
        reach, weights = city(places, 3000)
        for count in (50, 150, 300):
            plan, took = timed(lambda: cover_most(reach, weights, count, 1000, seconds=30))  # noqa: B023
            assert isinstance(plan, Plan)
            cells = (f"{plan.objective:,.0f}", f"{plan.bound:,.0f}", f"{plan.gap:.3%}", plan.stopped_by, took)
            line(f"{places:,} x 3,000", f"{len(reach):,}", count, *cells)
        plan, took = timed(lambda: cover_all(reach, 1000, 0.95, weights, seconds=30))  # noqa: B023
        assert isinstance(plan, Plan)
        cells = (f"{plan.objective:.0f} sites for 95 %", plan.bound, f"{plan.gap:.3%}", plan.stopped_by, took)
        line(f"{places:,} x 3,000", f"{len(reach):,}", "fewest", *cells)


def medians() -> None:
    """Prove all 40 p-median optima."""
    _library(
        "p-median", "pmedian_opt.txt", lambda reach, count: p_median(reach, pd.Series(1.0, index=reach.places), count)
    )


def centers() -> None:
    """Prove all 40 p-center optima."""
    _library("p-center", "pcenter_opt.txt", p_center)


def _library(title: str, name: str, run: Callable[[Reach, int], Plan]) -> None:
    head(f"OR-Library, {title}", "pmed", "nodes", "sites", "known", "found", "status", "CPU s")
    total, right, known = 0.0, 0, optima(name)
    for number in range(1, 41):
        reach, count = pmed(number)
        began = time.process_time()
        plan = run(reach, count)
        took = time.process_time() - began
        total += took
        right += plan.objective == known[number] and plan.status == "optimal"
        line(number, len(reach.places), count, int(known[number]), int(plan.objective), plan.status, f"{took:.2f}")
    print(f"\n{right} of 40 proven, {total:.1f} CPU s in all.")


if __name__ == "__main__":
    main(sys.argv[1:])
