"""Small requests for sites of several sizes, and brute force beside them."""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.reach import Reach
from tests.planning.sitingcases import case, table

LIMIT_S = 600


@dataclass(frozen=True, eq=False)
class Town:
    reach: Reach
    demand: pd.Series
    options: pd.DataFrame
    fixed: list[str]
    fixed_capacity: pd.Series


def sized_town(seed: int, places: int = 8, sites: int = 6, fixed: int = 1, *, whole: bool = True) -> Town:
    """Random walks, two sizes at every site (some without limit), ``fixed`` sites that are open already."""
    reach, demand = case(seed, places, sites, 0.45, whole=whole)
    rng = np.random.default_rng(seed + 1)
    rows = []
    for site in reach.sites:
        small = float(rng.integers(5, 60)) if whole else rng.uniform(5, 60)
        large = np.inf if rng.random() < 0.3 else small + float(rng.integers(1, 60))
        cost = float(rng.integers(10, 100)) * 1000
        rows.append((f"{site} S", site, small, cost, 100.0))
        rows.append((f"{site} L", site, large, cost + float(rng.integers(0, 60)) * 1000, 200.0))
    columns = ["option_id", "site", "capacity", "cost_yuan", "floor_area_m2"]
    options = pd.DataFrame(rows, columns=columns).set_index("option_id")
    standing = list(reach.sites[:fixed])
    room = [float(rng.integers(0, 50)) if rng.random() < 0.7 else np.inf for _ in standing]
    return Town(reach, demand, options, standing, pd.Series(room, index=pd.Index(standing, dtype=object), dtype=float))


class Cuts:
    """Demand served by open sites: the smallest cut over all subsets of sites (Ford and Fulkerson)."""

    def __init__(self, reach: Reach, demand: pd.Series) -> None:
        self.near = (table(reach) <= LIMIT_S).to_numpy()
        self.weight = demand.to_numpy()
        self.subsets: dict[int, np.ndarray] = {}
        self.at = {site: k for k, site in enumerate(reach.sites)}

    def most(self, capacity: dict[str, float], weight: np.ndarray) -> float:
        names = list(capacity)
        if len(names) not in self.subsets:
            self.subsets[len(names)] = np.array(list(itertools.product((0, 1), repeat=len(names))), dtype=bool)
        cut = self.subsets[len(names)]
        room = np.where(cut, [capacity[name] for name in names], 0.0).sum(axis=1)
        seen = ~cut @ self.near[:, [self.at[name] for name in names]].T  # of matrices of truth values: any
        return float((room + seen @ weight).min())

    def served(self, capacity: dict[str, float], backup: float) -> float:
        if not backup:
            return self.most(capacity, self.weight)
        twice = self.near[:, [self.at[name] for name in capacity]].sum(axis=1) >= 2
        return (1 - backup) * self.most(capacity, self.weight) + backup * self.most(capacity, self.weight * twice)


def combinations(town: Town, forbidden: list[str]) -> list[list[str]]:
    """Every choice of at most one option per site."""
    free = [site for site in town.reach.sites if site not in {*town.fixed, *forbidden}]
    each = [[None, *town.options.index[town.options["site"] == site]] for site in free]
    return [[one for one in some if one is not None] for some in itertools.product(*each)]


def kept(town: Town, some: list[str], ask: dict[str, object]) -> bool:
    """Tell whether a choice keeps to the limits of a request."""
    rows = town.options.loc[some]
    new = set(rows["site"])
    units = ask.get("units")
    inside = set() if units is None else {units[site] for site in new}
    return (
        (ask.get("sites") is None or len(new) <= ask["sites"])
        and (ask.get("budget_yuan") is None or rows["cost_yuan"].sum() <= ask["budget_yuan"])
        and new >= set(ask.get("forced", ()))
        and not any(one in new and other in new for one, other in ask.get("spacing_pairs", ()))
        and inside >= set(ask.get("units_needing", ()))
    )


def capacity_of(town: Town, some: list[str]) -> dict[str, float]:
    rows = town.options.loc[some]
    return {**town.fixed_capacity.to_dict(), **dict(zip(rows["site"], rows["capacity"], strict=True))}
