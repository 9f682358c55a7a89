"""Small siting cases, brute force beside them, and the instances with known optima."""

import itertools
import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import shortest_path

from planning.reach import Reach


def case(seed: int, places: int, sites: int, share: float, *, whole: bool = True) -> tuple[Reach, pd.Series]:
    """Random walks of 1 to 1,000 s between ``share`` of all pairs, weights 1 to 50, ids not in order."""
    rng = np.random.default_rng(seed)
    seen = rng.random((places, sites)) < share
    place, site = np.nonzero(seen)
    seconds = np.round(rng.uniform(1, 1000, len(place)), 0 if whole else 6)
    ids = pd.Index([f"s{k:02d}" for k in rng.permutation(sites)])
    reach = Reach.from_pairs([f"p{k}" for k in range(places)], ids, place, site, seconds)
    weights = rng.integers(1, 50, places).astype(float) if whole else rng.uniform(0.1, 50, places)
    return reach, pd.Series(weights, index=reach.places)


def table(reach: Reach) -> pd.DataFrame:
    """Seconds, places x sites; inf is out of reach."""
    found = pd.DataFrame(np.inf, index=reach.places, columns=reach.sites)
    for row in reach.pairs().itertuples():
        found.loc[row.place_id, row.site_id] = row.seconds
    return found


def choices(reach: Reach, count: int, fixed: Iterable[str] = ()) -> Iterable[list[str]]:
    """Every choice of ``count`` sites, the fixed ones added to each."""
    fixed = list(fixed)
    free = sorted(set(reach.sites) - set(fixed))
    return ([*some, *fixed] for some in itertools.combinations(free, min(count, len(free))))


def covered(walk_s: pd.DataFrame, weights: pd.Series, some: list[str], limit_s: float) -> float:
    return math.fsum(weights[(walk_s[some] <= limit_s).any(axis=1)])


def pmed(folder: Path, number: int) -> tuple[Reach, int]:
    """OR-Library's instance ``number`` as walks between all pairs, and its number of sites."""
    rows = np.loadtxt(folder / "or_library" / f"pmed{number}.txt")
    nodes, _, sites = rows[0].astype(int)
    edge = np.zeros((nodes, nodes))
    for one, other, cost in rows[1:]:  # a later line for the same pair stands
        edge[int(one) - 1, int(other) - 1] = edge[int(other) - 1, int(one) - 1] = cost
    walk_s = shortest_path(edge, directed=False)
    place, site = np.divmod(np.arange(nodes * nodes), nodes)
    return Reach.from_pairs(range(nodes), range(nodes), place, site, walk_s.ravel()), int(sites)


def optima(folder: Path, name: str) -> dict[int, float]:
    """The known optima by number."""
    lines = (folder / "or_library" / name).read_text().splitlines()
    pairs = [line.split() for line in lines if line.startswith("pmed")]
    return {int(pair[0][4:]): float(pair[1]) for pair in pairs if len(pair) == 2}


def stores(folder: Path) -> tuple[Reach, pd.Series]:
    """San Francisco: 205 census tracts, 16 stores, metres between all pairs, people of 2000."""
    names = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    walks = pd.read_csv(folder / "sf_stores" / names, dtype={"DestinationName": str})
    people = pd.read_csv(folder / "sf_stores" / "SF_demand_205_centroid_uniform_weight.csv", dtype={"NAME": str})
    tracts, sites = pd.Index(people["NAME"]), pd.Index(sorted(walks["name"].unique()))
    at = tracts.get_indexer(pd.Index(walks["DestinationName"]))
    reach = Reach.from_pairs(tracts, sites, at, sites.get_indexer(pd.Index(walks["name"])), walks["distance"])
    return reach, pd.Series(people["POP2000"].to_numpy(float), index=tracts)
