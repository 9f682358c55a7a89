"""Judging alone: CPU seconds and peak memory of all rules of one profile on a town of points, at growing sizes.

``python -m bench.judging [--sizes 1000 5000 100000] [--policy linyi-2025]`` makes each town in memory, walks between
points by a KD-tree (1.3 x straight line), and prints one table. Every size runs in a process of its own.
"""

import argparse
import datetime as dt
import json
import math
import resource
import subprocess
import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from shapely import box, points

from geodata.schema import COLUMNS
from planning.reach import Reach
from planning.rules import pool_memory
from planning.rules.judge import Judgement, judge_tables
from planning.rules.profiles import read_profile

CRS = "EPSG:4548"
AREAS_PER_KM2 = 15.0
DETOUR = 1.3
LOOKED_M = 1000.0
KINDS = {"text": "string", "choice": "string", "number": "float64", "count": "Int64", "flag": "boolean"}


def layer(table: str, ids: list[str], shapes: np.ndarray, /, **given: object) -> gpd.GeoDataFrame:
    index = pd.Index(ids, name="id", dtype="str")
    columns = {}
    for column in COLUMNS[table]:
        if column.name in given:
            columns[column.name] = pd.Series(given[column.name], index=index)
        elif column.kind == "date":
            columns[column.name] = pd.Series(pd.NaT, index=index, dtype="datetime64[s]")
        elif column.name != "id":
            columns[column.name] = pd.Series([None] * len(index), index=index, dtype=KINDS.get(column.kind, "object"))
    return gpd.GeoDataFrame(pd.DataFrame(columns, index=index), geometry=gpd.GeoSeries(shapes, index=index, crs=CRS))


def walked(homes: tuple[pd.Index, np.ndarray], sites: tuple[pd.Index, np.ndarray]) -> Reach:
    tree, others = cKDTree(homes[1]), cKDTree(sites[1])
    near = tree.sparse_distance_matrix(others, LOOKED_M / DETOUR, output_type="coo_matrix")
    return Reach.from_pairs(homes[0], sites[0], near.row, near.col, np.round(near.data * DETOUR, 3), LOOKED_M)


def town(count: int, seed: int = 7) -> dict[str, object]:
    """Return a made-up town for judge_tables: one facility per 7 areas, streets of 2 km, communities of 0.7 km."""
    rng = np.random.default_rng(seed)
    side = 1000 * math.sqrt(count / AREAS_PER_KM2)
    at = {
        name: rng.uniform(0, side, (n, 2)) for name, n in (("R", count), ("F", count // 7 + 1), ("M", count // 9 + 1))
    }
    ids = {name: [f"{name}{n:06}" for n in range(len(here))] for name, here in at.items()}
    households = rng.integers(80, 3000, count)
    new = rng.random(count) < 0.3
    share = rng.choice([0.0, 0.4, 0.9, 1.0, 1.3], count, p=[0.35, 0.2, 0.2, 0.15, 0.1])
    day = np.datetime64("1995-01-01") + rng.integers(0, 9000, count)
    permit = np.where(new, np.datetime64("2020-05-01") + rng.integers(0, 2000, count), day)
    residential = layer(
        "residential",
        ids["R"],
        points(at["R"]),
        name=[f"小区{n}" for n in range(count)],
        households=pd.array(np.where(rng.random(count) < 0.01, None, households), dtype="Int64"),
        population=pd.array(np.round(households * 2.6).astype(int), dtype="Int64"),
        elders_60=pd.array(households // 2, dtype="Int64"),
        estate_class=np.where(new, "new", "existing"),
        permit_date=permit.astype("datetime64[s]"),
        completion_date=(permit + 700).astype("datetime64[s]"),
        built_elder_area_m2=np.round(households * 0.25 * share, 1),
    )
    rooms = len(at["F"])
    serves = [[str(one)] if rng.random() < 0.2 else pd.NA for one in rng.choice(ids["R"], rooms)]
    facilities = layer(
        "facilities",
        ids["F"],
        points(at["F"]),
        name=[f"设施{n}" for n in range(rooms)],
        kind=rng.choice(["station", "day_care", "street_center", "nursing_home", "meal_site"], rooms),
        floor_area_m2=np.round(rng.uniform(50, 800, rooms), 1),
        beds=pd.array(rng.integers(5, 200, rooms), dtype="Int64"),
        status=["open"] * rooms,
        serves=pd.Series(serves, dtype="object").to_numpy(),
    )
    squares = {"street": 2000.0, "community": 700.0}
    rows, shapes = [], []
    for level, edge in squares.items():
        for x in range(math.ceil(side / edge)):
            for y in range(math.ceil(side / edge)):
                rows.append((f"{level}{x}-{y}", level))
                shapes.append(box(x * edge, y * edge, (x + 1) * edge, (y + 1) * edge))
    districts = layer(
        "districts",
        [one for one, _ in rows],
        np.array(shapes),
        name=[one for one, _ in rows],
        level=[level for _, level in rows],
        urban=pd.array([True] * len(rows), dtype="boolean"),
    )
    medical = layer("medical", ids["M"], points(at["M"]), name=ids["M"], kind=["health_center"] * len(ids["M"]))
    keyed = {name: (pd.Index(ids[name], dtype="str"), at[name]) for name in at}
    return {
        "residential": residential,
        "facilities": facilities,
        "medical": medical,
        "districts": districts,
        "candidates": layer("candidates", [], np.array([], dtype=object)),
        "given": frozenset({"residential", "facilities", "medical", "districts"}),
        "walks": walked(keyed["R"], keyed["F"]),
        "neighbour_walks": walked(keyed["R"], keyed["R"]),
        "medical_walks": walked(keyed["F"], keyed["M"]),
    }


def judged(given: dict[str, object], policy: str) -> Judgement:
    return judge_tables(**given, profile=read_profile(policy), day=dt.date(2025, 12, 31), speed_m_s=1.0)  # type: ignore[arg-type]


def measured(count: int, policy: str) -> dict[str, float]:
    given = town(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found: dict[str, float] = {"areas": count, "pairs": len(given["walks"]) + len(given["neighbour_walks"])}  # type: ignore[arg-type]

    def clock(name: str, what: object) -> object:
        started = time.process_time()
        made = what()  # type: ignore[operator]
        found[name] = time.process_time() - started
        return made

    judgement = clock("judge", lambda: judged(given, policy))
    found["judge_mib"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    clock("again", lambda: judged(given, policy))
    clock("totals", judgement.totals)  # type: ignore[attr-defined]
    clock("estates", lambda: judgement.estates)  # type: ignore[attr-defined]
    clock("indicators", judgement.indicators)  # type: ignore[attr-defined]
    clock("of one area", lambda: judgement.of("R000003"))  # type: ignore[attr-defined]
    clock("rules.csv", judgement.rules)  # type: ignore[attr-defined]
    clock("ledger", judgement.ledger)  # type: ignore[attr-defined]
    found["findings"] = len(judgement.found)  # type: ignore[attr-defined]
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found |= {key: judgement.pooling[key] for key in ("passed", "bound")}  # type: ignore[attr-defined]
    found["optimal"] = judgement.pooling["status"] == "optimal"  # type: ignore[attr-defined]
    found["remembered"] = len(pool_memory._answers)  # noqa: SLF001
    return found


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000, 100_000])
    ask.add_argument("--policy", default="linyi-2025")
    ask.add_argument("--one", type=int)
    given = ask.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, given.policy)))
        return
    for size in given.sizes:
        words = [sys.executable, "-m", "bench.judging", "--one", str(size), "--policy", given.policy]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        for name, value in json.loads(done.stdout.splitlines()[-1]).items():
            print(f"{name:14} {value:12,.3f}" if isinstance(value, float) else f"{name:14} {value:12,}")
        print()


if __name__ == "__main__":
    main()
