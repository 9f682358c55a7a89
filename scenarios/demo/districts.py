"""Counties, streets and communities of the made-up city: groups of blocks that tile it without gap or overlap."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from scenarios.demo.blocks import CELLS, RURAL, Estate, Use
from scenarios.demo.dice import dice
from scenarios.demo.estates import Estates
from scenarios.demo.ground import EPSG, Ground
from scenarios.demo.names import COUNTIES, FIRST, SECOND, SURNAMES, WHERE, draw
from scenarios.demo.plan import Plan

Whole = NDArray[np.int64]

PLACES_PER_STREET, PLACES_PER_COMMUNITY = 40, 5.5
LAND_WEIGHT = 500  # people that an empty block counts as, so that the countryside isn't one community
CODE = "9901"  # no province of China has this number


@dataclass(frozen=True, eq=False)
class Districts:
    """Every block belongs to one community; communities are numbered 0, 1, ... and so are streets and counties."""

    community: Whole  # [rows, columns] of each block; -1 outside the study area
    street_of: Whole  # [communities]
    county_of: Whole  # [streets]
    rural: NDArray[np.bool_]  # [communities]
    table: gpd.GeoDataFrame  # counties, then streets, then communities; EPSG:4548


def draw_districts(plan: Plan, ground: Ground, estates: Estates, people: pd.DataFrame) -> Districts:
    """Cut the city into counties, these into streets, these into communities of about equal weight."""
    residents = np.zeros((plan.side, plan.side))
    np.add.at(residents, (estates.row, estates.column), people["population"].to_numpy(float))
    row, column = np.nonzero(plan.use != Use.WILD)
    weight = residents[row, column] + LAND_WEIGHT
    counties = int(np.clip(round(1.3 * (plan.places / 300) ** 0.5) + 1, 2, len(COUNTIES)))
    spot = np.column_stack([row, column])
    county = _banks(spot, weight, counties, plan.river_row)
    street = _split_all(spot, weight, county, max(counties, plan.places / PLACES_PER_STREET))
    community = _split_all(spot, weight, street, plan.places / PLACES_PER_COMMUNITY)
    first = np.unique(community, return_index=True)[1]
    street_of = street[first]
    county_of = county[np.unique(street, return_index=True)[1]]
    blocks = np.full((plan.side, plan.side), -1, dtype=np.int64)
    blocks[row, column] = community
    villagers = np.zeros_like(residents)
    village = (estates.kind == Estate.VILLAGE) | np.isin(estates.use, RURAL)
    np.add.at(villagers, (estates.row[village], estates.column[village]), people["population"].to_numpy(float)[village])
    country = np.bincount(community, np.isin(plan.use[row, column], (*RURAL, Use.WATER, Use.RAIL, Use.BELT)))
    total, rural_people = (np.bincount(community, values[row, column]) for values in (residents, villagers))
    rural = np.where(total > 0, 2 * rural_people > total, 2 * country > np.bincount(community))
    found = Districts(blocks, street_of, county_of, rural, gpd.GeoDataFrame())
    return Districts(blocks, street_of, county_of, rural, _table(plan, ground, estates, people, found))


def _banks(spot: Whole, weight: NDArray[np.float64], counties: int, river_row: int) -> Whole:
    """Cut counties; none lies on both sides of the river."""
    south = spot[:, 0] < river_row
    number = int(np.clip(round(counties * weight[south].sum() / weight.sum()), 1, counties - 1))
    county = np.empty(len(spot), dtype=np.int64)
    county[south] = _cut(spot[south], weight[south], number)
    county[~south] = number + _cut(spot[~south], weight[~south], counties - number)
    return county


def _split_all(spot: Whole, weight: NDArray[np.float64], group: Whole, parts: float) -> Whole:
    """Cut every group into its share of ``parts``."""
    label = np.empty(len(spot), dtype=np.int64)
    order = np.argsort(group, kind="stable")
    begin = 0
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        number = max(1, min(len(members), round(parts * weight[members].sum() / weight.sum())))
        label[members] = begin + _cut(spot[members], weight[members], number)
        begin += number
    return label


def _cut(spot: Whole, weight: NDArray[np.float64], parts: int) -> Whole:
    """Halve the longer side at the weighted middle until there are ``parts`` groups; none is empty."""
    label = np.zeros(len(spot), dtype=np.int64)
    waiting = [(np.arange(len(spot)), parts, 0)]
    while waiting:
        members, number, begin = waiting.pop()
        label[members] = begin
        if number == 1:
            continue
        axis = int(np.argmax(np.ptp(spot[members], axis=0)))
        order = members[np.lexsort((spot[members, 1 - axis], spot[members, axis]))]
        left = number // 2
        reached = np.cumsum(weight[order]) / weight[order].sum()
        at = int(np.clip(np.searchsorted(reached, left / number) + 1, left, len(order) - (number - left)))
        waiting.append((order[:at], left, begin))
        waiting.append((order[at:], number - left, begin + left))
    return label


def _table(
    plan: Plan, ground: Ground, estates: Estates, people: pd.DataFrame, districts: Districts
) -> gpd.GeoDataFrame:
    row, column = np.nonzero(districts.community >= 0)
    of_block = districts.community[row, column]
    of_place = districts.community[estates.row, estates.column]
    sums = [np.bincount(of_place, people[key], len(districts.street_of)) for key in ("population", "elders_60")]
    urban_people = np.where(districts.rural, 0.0, sums[0] + 1.0)
    rng = dice(plan.seed, "district names")
    levels, chains = (
        [],
        (np.arange(len(districts.street_of)), districts.street_of, districts.county_of[districts.street_of]),
    )
    ids = _codes(districts)
    squares = _squares(ground, row, column)
    for level, chain in zip(("community", "street", "county"), chains, strict=True):
        count = int(chain.max()) + 1
        urban = 2 * np.bincount(chain, urban_people, count) > np.bincount(chain, sums[0] + 1.0, count)
        levels.append(
            gpd.GeoDataFrame(
                {
                    "id": ids[level],
                    "name": _names(level, urban, rng),
                    "level": level,
                    "parent": _parents(level, ids, districts),
                    "urban": np.where(urban, "是", "否"),
                    "population": np.bincount(chain, sums[0], count).astype(np.int64),
                    "elders_60": np.bincount(chain, sums[1], count).astype(np.int64),
                },
                geometry=gpd.GeoSeries(_joined(squares, chain[of_block]), crs=EPSG),
            )
        )
    table = pd.concat(levels[::-1], ignore_index=True)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=EPSG)


def _joined(squares: NDArray[np.object_], group: Whole) -> list[shapely.Geometry]:
    """Join the squares of every group."""
    order = np.argsort(group, kind="stable")
    parts = np.split(squares[order], np.flatnonzero(np.diff(group[order])) + 1)
    return [shapely.coverage_union_all(part) for part in parts]


def _squares(ground: Ground, row: Whole, column: Whole) -> NDArray[np.object_]:
    """Draw every block with all corners of its cells along the rim, so that neighbours match exactly."""
    steps = np.arange(CELLS)
    zero, full = np.zeros(CELLS, dtype=np.int64), np.full(CELLS, CELLS)
    u = column[:, None] * CELLS + np.concatenate([steps, full, full - steps, zero])
    v = row[:, None] * CELLS + np.concatenate([zero, steps, full, full - steps])
    return np.asarray(shapely.polygons(np.stack([ground.x_m[v, u], ground.y_m[v, u]], axis=-1)), dtype=np.object_)


def _codes(districts: Districts) -> dict[str, list[str]]:
    county = [f"{CODE}{k + 1:02d}" for k in range(int(districts.county_of.max()) + 1)]
    street = _numbered(county, districts.county_of)
    return {"county": county, "street": street, "community": _numbered(street, districts.street_of)}


def _numbered(parents: list[str], parent_of: Whole) -> list[str]:
    seen = dict.fromkeys(range(len(parents)), 0)
    found = []
    for parent in parent_of.tolist():
        seen[parent] += 1
        found.append(f"{parents[parent]}{seen[parent]:03d}")
    return found


def _parents(level: str, ids: dict[str, list[str]], districts: Districts) -> list[str | None]:
    if level == "county":
        return [None] * len(ids["county"])
    upper, chain = ("street", districts.street_of) if level == "community" else ("county", districts.county_of)
    return [ids[upper][k] for k in chain.tolist()]


def _names(level: str, urban: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.object_]:
    if level == "county":
        chosen = np.array(COUNTIES, dtype=np.object_)[rng.permutation(len(COUNTIES))[: len(urban)]]
        return np.asarray(chosen + np.where(urban, "区", "县"), dtype=np.object_)
    words = np.array(draw(rng, len(urban), FIRST, SECOND), dtype=np.object_)
    if level == "street":
        return np.asarray(words + np.where(urban, "街道", "镇"), dtype=np.object_)
    villages = np.array(draw(rng, len(urban), WHERE, SURNAMES, ("家庄", "家寨", "家营", "家洼")), dtype=np.object_)
    return np.asarray(np.where(urban, words + "社区", villages + "村"), dtype=np.object_)
