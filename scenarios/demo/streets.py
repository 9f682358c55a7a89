"""The streets of the made-up city as a grid: which cell sides are streets, of what class, on bridges or in tunnels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from scenarios.demo.blocks import CELLS, MIDDLE, RURAL, URBAN, Road, Use
from scenarios.demo.dice import dice
from scenarios.demo.ground import Ground
from scenarios.demo.library import Library
from scenarios.demo.plan import PRIMARY_EVERY, Plan

Codes = NDArray[np.uint8]

BRIDGE, TUNNEL, CLASS = 32, 64, 31  # bits beside the class of a street, and the mask of the class
THINNED = (Road.LANE, Road.WALK, Road.FOOTWAY, Road.PATH)
CLOSED_SHARE, MERGED_SHARE = 0.25, 0.6  # of main streets end at the motorway, of neighbouring parks are one
THIN_SHARE = 0.06  # of small ways are missing, so that no two blocks look alike
STEEP = 0.13  # rise over run above which a lane is stairs


@dataclass(frozen=True, eq=False)
class Grid:
    """Streets along cell sides; 0 is none, else a ``Road`` with the bits BRIDGE and TUNNEL."""

    h: Codes  # [rows + 1, columns] from corner (v, u) to (v, u + 1)
    v: Codes  # [rows, columns + 1] from corner (v, u) to (v + 1, u)
    rising: Codes  # [rows, columns] diagonals from corner (v, u) to (v + 1, u + 1)
    falling: Codes  # [rows, columns] diagonals from corner (v + 1, u) to (v, u + 1)

    def ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Codes]:
        """Return both corners (numbered row by row) and the code of every street segment."""
        across = self.h.shape[0]
        starts, stops, codes = [], [], []
        for grid, first, second in (
            (self.h, 0, 1),
            (self.v, 0, across),
            (self.rising, 0, across + 1),
            (self.falling, across, 1),
        ):
            row, column = np.nonzero(grid)
            corner = row.astype(np.int64) * across + column
            starts.append(corner + first)
            stops.append(corner + second)
            codes.append(grid[row, column])
        return np.concatenate(starts), np.concatenate(stops), np.concatenate(codes)

    def degree(self) -> NDArray[np.int64]:
        """Count the segments that meet in every corner."""
        start, stop, _ = self.ends()
        across = self.h.shape[0]
        return np.bincount(np.concatenate([start, stop]), minlength=across * across).reshape(across, across)


def draw_streets(plan: Plan, library: Library, ground: Ground) -> Grid:
    """Stamp every block and draw the main streets; small leftovers that meet nothing else are dropped."""
    cells = plan.side * CELLS
    grid = Grid(
        h=np.zeros((cells + 1, cells), np.uint8),
        v=np.zeros((cells, cells + 1), np.uint8),
        rising=np.zeros((cells, cells), np.uint8),
        falling=np.zeros((cells, cells), np.uint8),
    )
    _stamp_blocks(grid, plan, library)
    east_west, north_south = main_streets(plan)
    grid.h[::CELLS] = np.repeat(east_west, CELLS, axis=1)
    grid.v[:, ::CELLS] = np.repeat(north_south, CELLS, axis=0)
    _pass_the_belt(grid, plan)
    _diagonals(grid, plan)
    _thin(grid, plan)
    drop_leftovers(grid)
    _islets(grid, plan)
    _stairs(grid, ground)
    return grid


def _stamp_blocks(grid: Grid, plan: Plan, library: Library) -> None:
    side = plan.side
    h = grid.h[:-1].reshape(side, CELLS, side, CELLS)
    v = grid.v[:, :-1].reshape(side, CELLS, side, CELLS)
    h[:, 1:] = library.h[plan.pattern][:, :, 1:CELLS].transpose(0, 2, 1, 3)
    v[:, :, :, 1:] = library.v[plan.pattern][:, :, :, 1:CELLS].transpose(0, 2, 1, 3)
    h[plan.river_row, :, plan.rail_column] = 0  # no footway below the railway bridge


def main_streets(plan: Plan) -> tuple[Codes, Codes]:
    """Return the class of every block side: [lines, blocks] east-west, and [blocks, lines] north-south."""
    missing = dice(plan.seed, "merged blocks").random((2, plan.side + 1, plan.side))
    east_west = _lines(plan, plan.use, missing[0])
    north_south = _lines(plan, plan.use.T, missing[1])
    north_south[:, plan.river_row] *= plan.bridges.astype(np.uint8)
    north_south[:, plan.river_row] |= np.where(north_south[:, plan.river_row] > 0, np.uint8(BRIDGE), np.uint8(0))
    over = np.where(np.arange(plan.side + 1) % 3 == 0, np.uint8(BRIDGE), np.uint8(TUNNEL))
    column = east_west[:, plan.rail_column] * plan.rail_crossings.astype(np.uint8)
    east_west[:, plan.rail_column] = np.where(column > 0, column | over, np.uint8(0))
    return east_west, north_south.T


def _lines(plan: Plan, use: Codes, missing: NDArray[np.float64]) -> Codes:
    """Class of the sides between ``use[l - 1, k]`` and ``use[l, k]``; the other direction is the same, transposed."""
    side, half, belt = plan.side, plan.half, plan.belt
    padded = np.full((side + 2, side), Use.WILD, dtype=np.uint8)
    padded[1:-1] = use
    below, above = padded[:-1], padded[1:]
    line, block = np.arange(side + 1)[:, None] - half, np.arange(side)[None, :] - half
    major = line % 2 == 0
    code = np.where(major, Road.SECONDARY, Road.TERTIARY).astype(np.uint8)
    code = np.where(line % PRIMARY_EVERY == 0, np.uint8(Road.PRIMARY), code)
    inside = (np.abs(block) < belt) & (line > -belt) & (line <= belt)
    code = np.where(~inside & (code == Road.SECONDARY), np.uint8(Road.TERTIARY), code)
    code = np.where(~inside & ~major, np.uint8(Road.RURAL), code)
    urban = np.isin(below, URBAN) | np.isin(above, URBAN)
    bank = inside & ((below == Use.WATER) != (above == Use.WATER))
    land = (below != Use.WILD) & (above != Use.WILD)
    rural = np.isin(below, RURAL) | np.isin(above, RURAL)
    keep = urban | bank | (major & land & (rural | inside | (np.abs(line) > belt) | (np.abs(block) > belt)))
    crossing_belt = (below == Use.BELT) & (above == Use.BELT)
    keep = np.where(crossing_belt, major & (missing > CLOSED_SHARE), keep)
    large = (below == above) & np.isin(below, (Use.PARK, Use.CAMPUS, Use.INDUSTRY))
    keep &= ~(large & ~major & (missing < MERGED_SHARE))
    for ring in plan.rings:
        code = np.where((np.abs(line) == ring) & (block >= -ring) & (block < ring), np.uint8(Road.TRUNK), code)
    return np.where(keep, code, np.uint8(0))


def _pass_the_belt(grid: Grid, plan: Plan) -> None:
    """Take streets under the motorway where it runs, half a cell past the middle of the belt's blocks."""
    low, high = ((plan.half + end) * CELLS + MIDDLE for end in (-plan.belt, plan.belt))
    for line in (low, high):
        for part in (grid.v[line, low : high + 1], grid.h[low : high + 1, line]):
            part[(part > 0) & (part & BRIDGE == 0)] |= TUNNEL


def _diagonals(grid: Grid, plan: Plan) -> None:
    """Draw avenues from corner to corner of the blocks kept for them."""
    j, i = np.nonzero(plan.use == Use.AVENUE)
    rising = (j - plan.half) * (i - plan.half) > 0
    for step in range(CELLS):
        grid.rising[j[rising] * CELLS + step, i[rising] * CELLS + step] = Road.SECONDARY
        grid.falling[j[~rising] * CELLS + step, i[~rising] * CELLS + CELLS - 1 - step] = Road.SECONDARY


def _thin(grid: Grid, plan: Plan) -> None:
    rng = dice(plan.seed, "missing lanes")
    for side in (grid.h, grid.v):
        side[np.isin(side, THINNED) & (rng.random(side.shape, dtype=np.float32) < THIN_SHARE)] = 0


def drop_leftovers(grid: Grid) -> None:
    """Remove every street that the largest connected part doesn't reach."""
    start, stop, _ = grid.ends()
    across = grid.h.shape[0]
    links = sparse.coo_array((np.ones(len(start), np.int8), (start, stop)), shape=(across**2, across**2))
    _, part = sparse.csgraph.connected_components(links.tocsr(), directed=False)
    largest = (part == np.bincount(part[start]).argmax()).reshape(across, across)
    grid.h[~largest[:, :-1]] = 0
    grid.v[~largest[:-1]] = 0
    grid.rising[~largest[:-1, :-1]] = 0
    grid.falling[~largest[1:, :-1]] = 0


def _islets(grid: Grid, plan: Plan) -> None:
    """Give the planted islets their few lanes, which meet nothing else."""
    for j, i in zip(*np.nonzero(plan.use == Use.ISLET), strict=True):
        v, u = (int(j) + 1) * CELLS, (int(i) + 1) * CELLS
        grid.h[v, u - 2 : u + 2] = Road.RURAL
        grid.v[v - 2 : v + 2, u] = Road.RURAL
        grid.h[v - 1, u - 1 : u + 1] = Road.LANE


def _stairs(grid: Grid, ground: Ground) -> None:
    """Turn steep small ways into stairs."""
    z = ground.height_m(ground.x_m, ground.y_m)
    for side, axis in ((grid.h, 1), (grid.v, 0)):
        run = np.hypot(np.diff(ground.x_m, axis=axis), np.diff(ground.y_m, axis=axis))
        steep = np.abs(np.diff(z, axis=axis)) > STEEP * run
        side[steep & np.isin(side, (Road.LANE, Road.FOOTWAY, Road.PATH))] = Road.STEPS
        side[steep & (side == Road.WALK)] = Road.WALK_STEPS
