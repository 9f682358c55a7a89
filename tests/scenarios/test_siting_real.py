"""Sites among generated candidates in Porto Alegre: real streets with bridges, tunnels and steps."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geodata.streets import Streets, Way
from planning.reach import walk_doors
from scenarios import run
from scenarios.siting import site
from scenarios.siting_request import Request
from tests.realcities import porto_alegre
from tests.realdata import needs_data

pytestmark = needs_data


def test_in_porto_alegre_points_lie_on_solid_streets_and_serve_somebody(tmp_path: Path) -> None:
    outcome = run(porto_alegre(tmp_path))
    found = site(outcome.city, outcome.network, outcome.covered, None, Request(sites=8, group="medical"))
    points = found.city.candidates
    assert len(points) > 100
    assert set(points["origin"]) <= {"public", "hot_spot", "street"}
    ground, off = stretches(outcome.city.streets)
    away = shapely.STRtree(ground).query_nearest(
        shapely.points(shapely.get_coordinates(points.geometry)), return_distance=True, all_matches=False
    )[1]
    assert (away < 0.02).all()  # two decimals of a metre
    on = points.geometry.buffer(0.005)
    hits = shapely.STRtree(off).query(on.to_numpy(), predicate="within")
    assert not len(hits[0])
    newly = found.newly.index[found.newly]
    assert len(newly)
    before = outcome.covered.of_group("medical")["state"]
    assert set(before[newly]) <= {"out", "full"}
    doors = found.city.doors["candidates"]
    reach = walk_doors(outcome.network, outcome.city.doors["residential"], doors, found.limit_s)
    served = reach.only_sites(found.sites.index).covered(found.limit_s)
    pd.testing.assert_series_equal(served & before.isin(["out", "full"]), found.newly, check_names=False)
    wanting = before.isin(["out", "full"]).to_numpy()
    near = reach.matrix()
    near.data[:] = 1.0
    assert (near.T @ wanting.astype(float) > 0).all()  # each serves somebody new
    cells = outcome.city.residential.geometry.to_numpy()
    assert shapely.convex_hull(shapely.union_all(cells)).buffer(1000).contains(points.geometry.to_numpy()).all()


def stretches(streets: Streets) -> tuple[np.ndarray, np.ndarray]:
    """Return the segments on the ground, and those off it, as lines."""
    slots = np.flatnonzero(streets.segment_mm > 0)
    ends = np.stack(
        [np.column_stack([streets.vertex_x_m[at], streets.vertex_y_m[at]]) for at in (slots, slots + 1)], axis=1
    )
    lines = shapely.linestrings(ends)
    off = (streets.segment_way[slots] & int(Way.BRIDGE | Way.TUNNEL | Way.STAIRS)) != 0
    return lines[~off], lines[off]
