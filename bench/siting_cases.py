"""Made-up cities and OR-Library's instances for the siting bench; the same every time."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import shortest_path
from scipy.spatial import cKDTree

from planning.reach import Reach

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "or_library"


def city(places: int, sites: int, seed: int = 7) -> tuple[Reach, pd.Series]:
    """A city of 29 x 29 km in 60 clusters with a quarter spread out; 1 m/s as the crow flies, 1,000 m at most."""
    rng = np.random.default_rng(seed)
    centre, spread, size = rng.uniform(0, 29_000, (60, 2)), rng.uniform(350, 1400, 60), rng.dirichlet(np.ones(60))

    def draw(count: int) -> np.ndarray:
        which = rng.choice(60, count, p=size)
        near = centre[which] + rng.normal(size=(count, 2)) * spread[which, None]
        return np.clip(
            np.where((rng.random(count) < 0.25)[:, None], rng.uniform(0, 29_000, (count, 2)), near), 0, 29_000
        )

    home, site = draw(places), draw(sites)
    elders = np.round(rng.lognormal(3.2, 0.8, places)) + 1
    return _near(home, site, 1000.0, elders)


def plane(places: int, sites: int, seed: int = 1) -> tuple[Reach, pd.Series]:
    """Homes and sites anywhere in a square, 18 sites within 1,000 m of a home on average."""
    rng = np.random.default_rng(seed)
    side = 1000 * np.sqrt(np.pi * sites / 18)
    return _near(
        rng.uniform(0, side, (places, 2)), rng.uniform(0, side, (sites, 2)), 1000.0, rng.integers(1, 100, places)
    )


def _near(home: np.ndarray, site: np.ndarray, limit_m: float, weight: np.ndarray) -> tuple[Reach, pd.Series]:
    pairs = cKDTree(home).sparse_distance_matrix(cKDTree(site), limit_m, output_type="coo_matrix")
    reach = Reach.from_pairs(range(len(home)), range(len(site)), pairs.row, pairs.col, pairs.data)
    return reach, pd.Series(weight.astype(float), index=reach.places)


def pmed(number: int) -> tuple[Reach, int]:
    """OR-Library's instance ``number`` as walks between all pairs, and its number of sites."""
    rows = np.loadtxt(DATA / f"pmed{number}.txt")
    nodes, _, sites = rows[0].astype(int)
    edge = np.zeros((nodes, nodes))
    for one, other, cost in rows[1:]:
        edge[int(one) - 1, int(other) - 1] = edge[int(other) - 1, int(one) - 1] = cost
    walk_s = shortest_path(edge, directed=False)
    place, site = np.divmod(np.arange(nodes * nodes), nodes)
    return Reach.from_pairs(range(nodes), range(nodes), place, site, walk_s.ravel()), int(sites)


def optima(name: str) -> dict[int, float]:
    """The known optima by number."""
    pairs = [line.split() for line in (DATA / name).read_text().splitlines() if line.startswith("pmed")]
    return {int(pair[0][4:]): float(pair[1]) for pair in pairs if len(pair) == 2}
