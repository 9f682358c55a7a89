"""Where things can stand in the made-up city: beside the streets of each community."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.demo.blocks import CELLS, Road, Use
from scenarios.demo.dice import Dice, dice
from scenarios.demo.districts import Districts
from scenarios.demo.estates import Estates
from scenarios.demo.ground import Ground
from scenarios.demo.plan import Plan
from scenarios.demo.streets import CLASS, Grid

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

FRONTS = (Road.SECONDARY, Road.TERTIARY, Road.RESIDENTIAL, Road.LANE, Road.SERVICE, Road.RURAL)
ASIDE = 0.13  # cells between a front door and the middle of the street
BESIDE_M = 4.0
SLOTS_PER_BLOCK = 24  # as many places to choose from, at most


@dataclass(frozen=True, eq=False)
class Sites:
    """Front doors to choose from, sorted by community, and what each community is like."""

    x_m: Floats  # [doors] EPSG:4548
    y_m: Floats
    start: Whole  # [communities + 1] doors of community c are start[c] to start[c + 1] - 1
    far: Floats  # [communities] 0 in the centre, 1 at the motorway ring
    south: NDArray[np.bool_]  # [communities] across the river
    residents: Whole  # [communities]

    def pick(self, community: Whole, rng: Dice) -> tuple[Floats, Floats]:
        """Choose a door in each community asked for, and stand a few metres beside it: no two in the same spot."""
        count = np.maximum(self.start[community + 1] - self.start[community], 1)
        at = self.start[community] + np.floor(rng.random(len(community)) * count).astype(np.int64)
        at = np.minimum(at, len(self.x_m) - 1)
        east_m, north_m = rng.uniform(-BESIDE_M, BESIDE_M, (2, len(at)))
        return self.x_m[at] + east_m, self.y_m[at] + north_m


def draw_sites(
    plan: Plan, grid: Grid, ground: Ground, districts: Districts, estates: Estates, residents: Whole
) -> Sites:
    """Find front doors along small streets on both sides, never on bridges, in water or on the railway."""
    rng = dice(plan.seed, "sites")
    u, v = _fronts(grid, rng)
    row, column = (np.clip(np.floor(a / CELLS).astype(np.int64), 0, plan.side - 1) for a in (v, u))
    community = districts.community[row, column]
    dry = ~np.isin(plan.use[row, column], (Use.WATER, Use.RAIL, Use.WILD, Use.BELT))
    keep = np.flatnonzero(dry & (community >= 0))
    keep = rng.permutation(keep)[: SLOTS_PER_BLOCK * plan.use.size]
    keep = keep[np.argsort(community[keep], kind="stable")]
    x_m, y_m = ground.at(u[keep], v[keep])
    count = len(districts.street_of)
    of_place = districts.community[estates.row, estates.column]
    inside = districts.community >= 0
    blocks = districts.community[inside]
    size = np.bincount(blocks, minlength=count)
    rows = np.nonzero(inside)[0]
    return Sites(
        x_m=x_m,
        y_m=y_m,
        start=np.searchsorted(community[keep], np.arange(count + 1)),
        far=np.bincount(blocks, plan.far[inside], count) / size,
        south=np.bincount(blocks, rows, count) / size < plan.river_row,
        residents=np.bincount(of_place, residents, count).astype(np.int64),
    )


def _fronts(grid: Grid, rng: Dice) -> tuple[Floats, Floats]:
    """Return a point on each side of every small street, in cells from the south-western corner."""
    us, vs = [], []
    for codes, upright in ((grid.h, False), (grid.v, True)):
        fronting = np.isin(codes & CLASS, FRONTS) & (codes <= CLASS)
        row, column = np.nonzero(fronting)
        for side in (-ASIDE, ASIDE):
            along = rng.uniform(0.2, 0.8, len(row))
            us.append(column + (side if upright else along))
            vs.append(row + (along if upright else side))
    return np.concatenate(us), np.concatenate(vs)
