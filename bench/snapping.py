"""Doors to streets beside the usual ways: nearest segment by our grid, by an R-tree, by geopandas; nearest junction.

``python -m bench.snapping`` prints CPU times for points spread over a made-up town, and how far the answers differ.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from bench.graphs import town
from bench.walking import SIDES
from geodata.street.snap import segment_grid, snap

RUNS = 3


def cpu(job: Callable[[], object]) -> tuple[float, object]:
    """Return the median CPU time of a job, and its last answer."""
    times, answer = [], None
    for _ in range(RUNS):
        start = time.process_time()
        answer = job()
        times.append(time.process_time() - start)
    return statistics.median(times), answer


def one_size(size: str, count: int) -> str:
    """Run all ways on one town and return the table."""
    streets = town(SIDES[size], 10, 10).streets
    rng = np.random.default_rng(2)
    x = rng.uniform(streets.node_x_m.min(), streets.node_x_m.max(), count)
    y = rng.uniform(streets.node_y_m.min(), streets.node_y_m.max(), count)
    real = np.flatnonzero(streets.segment_mm > 0)
    xy = np.column_stack([streets.vertex_x_m, streets.vertex_y_m])
    nodes = np.column_stack([streets.node_x_m, streets.node_y_m])
    lines, points = shapely.linestrings(np.stack([xy[real], xy[real + 1]], axis=1)), shapely.points(x, y)
    one, other = gpd.GeoDataFrame(geometry=points, crs=4527), gpd.GeoDataFrame(geometry=lines, crs=4527)
    grid_s, _ = cpu(lambda: segment_grid(streets.vertex_x_m, streets.vertex_y_m, streets.segment_mm > 0))
    snap_s, (_, _, leg_mm) = cpu(lambda: snap(streets, x, y, 1000.0))
    tree_s, tree = cpu(lambda: shapely.STRtree(lines))
    near_s, (_, tree_m) = cpu(lambda: tree.query_nearest(points, return_distance=True, all_matches=False))
    join_s, joined = cpu(lambda: gpd.sjoin_nearest(one, other, distance_col="m"))
    plant_s, kd = cpu(lambda: cKDTree(nodes))
    node_s, (node_m, _) = cpu(lambda: kd.query(np.column_stack([x, y])))
    rows = (
        ("geodata.street.snap: grid of segments (numba)", grid_s, snap_s),
        ("shapely STRtree.query_nearest", tree_s, near_s),
        ("geopandas sjoin_nearest (builds its tree within)", 0.0, join_s),
        ("nearest junction (scipy cKDTree): another, worse answer", plant_s, node_s),
    )
    off_m = np.abs(leg_mm / 1000 - tree_m).max()
    assert off_m <= 0.0005 + 1e-9, off_m  # ours is rounded to whole millimetres
    assert np.abs(joined.groupby(level=0)["m"].min().to_numpy() - tree_m).max() < 1e-6
    lines_out = [
        f"## {size}: {len(real):,} segments, {count:,} points",
        "",
        "| way | build CPU s | query CPU s | query x ours |",
        "|---|---|---|---|",
        *(f"| {what} | {build:.4f} | {ask:.4f} | {ask / snap_s:.3g} |" for what, build, ask in rows),
        "",
        f"Largest difference to the R-tree {off_m * 1000:.2g} mm: ours is rounded to whole millimetres.",
        f"Median way to the street {np.median(tree_m):.1f} m, to the nearest junction {np.median(node_m):.1f} m.",
    ]
    return "\n".join(lines_out)


def main() -> None:
    """Run the bench and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIDES, default=["20k", "200k"])
    parser.add_argument("--points", type=int, default=30_000)
    asked = parser.parse_args()
    snap(town(12, 5, 5).streets, np.zeros(1), np.zeros(1), 200.0)  # compile outside the clock
    print("\n\n".join(one_size(size, asked.points) for size in asked.sizes))


if __name__ == "__main__":
    main()
