"""Siting with sizes on city-like instances: gaps and seconds.

python -m bench.siting_sized [sized] > bench/SITING_SIZED_RESULTS.md
"""

import datetime as dt
import platform
import resource
import sys
import time

import numpy as np
import pandas as pd

from bench.siting_cases import city
from planning.reach import Reach
from planning.siting.sized import SizedPlan, cover_sized

SECONDS = 60


def main(parts: list[str]) -> None:
    print("# Siting with sizes: results\n")
    print(f"{dt.datetime.now(tz=dt.UTC).date()}. Python {platform.python_version()}, {platform.system()}.")
    print("Seconds are wall / CPU. Compiled code is warm.\n")
    small, weights = city(300, 60)
    cover_sized(small, weights, 1000, options(small, weights), sites=5, seconds=2)
    for part in parts or ["sized"]:
        {"sized": sized}[part]()


def options(reach: Reach, weights: pd.Series, seed: int = 3) -> pd.DataFrame:
    """Two sizes per candidate: a third and all of what twice an average share of a site would be; land costs vary."""
    rng = np.random.default_rng(seed)
    sites = len(reach.sites)
    unit = weights.sum() / 300
    land = rng.lognormal(0.0, 0.35, sites) * 1e6
    return pd.DataFrame(
        {
            "site": np.repeat(reach.sites.to_numpy(), 2),
            "capacity": np.tile([unit * 0.6, unit * 1.6], sites),
            "cost_yuan": np.round(np.repeat(land, 2) * np.tile([1.0, 1.7], sites), -3),
            "floor_area_m2": np.tile([350.0, 750.0], sites),
        },
        index=[f"{one}{size}" for one in reach.sites for size in "SL"],
    )


def sized() -> None:
    columns = (
        "places x sites",
        "pairs",
        "asked",
        "served or yuan",
        "bound",
        "gap",
        "sites",
        "ended by",
        "s wall / CPU",
    )
    print("| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns))
    for places, sites in ((2000, 500), (6000, 3000)):
        reach, weights = city(places, sites)
        table = options(reach, weights)
        loose = table.assign(capacity=np.inf)
        scale = sites / 3000
        asks: list[tuple[str, pd.DataFrame, dict[str, object]]] = [
            ("capacity, 50 sites", table, {"sites": 50}),
            ("capacity, 150 sites", table, {"sites": 150}),
            ("capacity, 100 M yuan", table, {"budget_yuan": 1e8}),
            ("no capacity, 60 M yuan", loose, {"budget_yuan": 6e7}),
            ("capacity, cheapest for half", table, {"goal": "cheapest", "share": 0.5}),
            ("backup 0.3, 80 sites", table, {"sites": 80, "backup": 0.3}),
        ]
        for name, some, ask in asks if scale == 1 else asks[:3]:
            wall, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
            plan = cover_sized(reach, weights, 1000, some, seconds=SECONDS, **ask)  # type: ignore[arg-type]
            assert isinstance(plan, SizedPlan)
            took = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF).ru_utime - cpu
            cells = (
                f"{places:,} x {sites:,}",
                f"{len(reach):,}",
                name,
                f"{plan.objective:,.0f}",
                f"{plan.bound:,.0f}",
                f"{plan.gap:.2%}",
                len(plan.chosen),
                plan.stopped_by,
                f"{took[0]:.1f} / {took[1]:.1f}",
            )
            print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
