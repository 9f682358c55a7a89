"""The ground of the made-up city: where every corner of its grid lies, in metres, and how high."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.demo.blocks import CELLS, Use
from scenarios.demo.dice import dice
from scenarios.demo.plan import Plan

Floats = NDArray[np.float64]

EPSG = 4548  # CGCS2000, 3-degree Gauss-Krueger, central meridian 117 E
CENTRE_M = (530_000.0, 3_972_000.0)  # easting and northing of the city's centre: about 117.33 E, 35.88 N
BLOCK_M, RIVER_M, RAIL_M = 440.0, 220.0, 90.0
TURN_RAD = np.radians(7.0)  # the streets don't run due north
ROUNDING = 0.7  # 0: rings are squares, 1: rings are circles
JITTER = {Use.OLD: 0.17, Use.VILLAGE: 0.17, Use.REMOTE: 0.15, Use.ISLET: 0.15, Use.PARK: 0.20, Use.MIXED: 0.06}
HILL_M = 230.0


@dataclass(frozen=True, eq=False)
class Ground:
    """Corner (v, u) of the grid of cells lies at ``x_m[v, u]``, ``y_m[v, u]`` in EPSG:4548, ``z_m`` above the sea."""

    x_m: Floats  # [rows + 1, columns + 1]
    y_m: Floats
    reach_m: float  # from the centre to the motorway ring
    half_m: float  # from the centre to the edge
    phases: Floats

    def at(self, u: ArrayLike, v: ArrayLike) -> tuple[Floats, Floats]:
        """Return where points between corners lie: bilinear in their cell, so lines along the grid stay straight."""
        u, v = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
        last = self.x_m.shape[0] - 2
        i, j = (np.clip(np.floor(a), 0, last).astype(np.int64) for a in (u, v))
        s, t = u - i, v - j
        found = []
        for grid in (self.x_m, self.y_m):
            south = grid[j, i] * (1 - s) + grid[j, i + 1] * s
            north = grid[j + 1, i] * (1 - s) + grid[j + 1, i + 1] * s
            found.append(south * (1 - t) + north * t)
        return found[0], found[1]

    def height_m(self, x_m: Floats, y_m: Floats) -> Floats:
        """Return how high points of EPSG:4548 lie: a plain that rises to hills in the north."""
        x, y = x_m - CENTRE_M[0], y_m - CENTRE_M[1]
        east, north = _turned(x, y, -TURN_RAD)
        rise = _smooth((north - 0.55 * self.reach_m) / (0.7 * self.reach_m))
        top = min(HILL_M, 0.05 * self.reach_m)
        ridges = np.sin(east / 410.0 + self.phases[0]) * np.cos(north / 270.0 + self.phases[1])
        swell = np.sin(x / 5300.0 + self.phases[2]) * np.sin(y / 4700.0 + self.phases[3])
        return np.asarray(46.0 + 5.0 * swell + rise * (top + 38.0 * ridges))


def draw_ground(plan: Plan) -> Ground:
    """Bend the grid of the plan into a city: rounder rings, a winding river, crooked lanes, hills."""
    rng = dice(plan.seed, "ground")
    centre = (np.arange(plan.side) - plan.half) / plan.half
    width = BLOCK_M * (0.80 + 0.40 * np.abs(centre)) * rng.uniform(0.86, 1.16, plan.side)
    height = BLOCK_M * (0.80 + 0.40 * np.abs(centre)) * rng.uniform(0.86, 1.16, plan.side)
    width[plan.rail_column], height[plan.river_row] = RAIL_M, RIVER_M
    u_m, v_m = _lines(width, plan.half), _lines(height, plan.half)
    half_m = float(max(np.abs(u_m).max(), np.abs(v_m).max()))
    reach_m = float(width[plan.half : plan.half + plan.belt].sum())
    phases = rng.uniform(0, 2 * np.pi, 12)
    x, y = np.meshgrid(u_m, v_m)
    x, y = _rounded(x, y)
    river_m = float(v_m[plan.river_row * CELLS + CELLS // 2])
    wave = np.sin(x / (0.34 * reach_m) + phases[4]) + 0.45 * np.sin(x / (0.15 * reach_m) + phases[5])
    y = y + 0.075 * reach_m * wave * np.exp(-(((y - river_m) / (0.36 * reach_m)) ** 2))
    x = x + 0.03 * reach_m * np.sin(y / (0.45 * reach_m) + phases[6])
    y = y + 0.02 * reach_m * np.sin(x / (0.40 * reach_m) + phases[7])
    hills = _smooth((y - 0.5 * reach_m) / (0.3 * reach_m))
    for k, (wide_m, long_m) in enumerate(((34.0, 150.0), (22.0, 83.0), (9.0, 41.0))):
        slow_x, slow_y = np.sin(x / (7.1 * long_m) + phases[k]), np.sin(y / (6.3 * long_m) + phases[k + 8])
        x, y = (
            x + hills * wide_m * np.sin(y / long_m + 2.5 * slow_x) * (0.55 + 0.45 * slow_y),
            y + hills * wide_m * np.sin(x / long_m + 2.5 * slow_y) * (0.55 + 0.45 * slow_x),
        )
    x, y = _jittered(plan, x, y)
    x, y = _turned(x, y, TURN_RAD)
    return Ground(
        x_m=np.round(x + CENTRE_M[0], 3),
        y_m=np.round(y + CENTRE_M[1], 3),
        reach_m=reach_m,
        half_m=half_m,
        phases=phases[:4],
    )


def _rounded(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Draw the corners of every ring in towards the centre."""
    round_m = np.maximum(np.hypot(x, y), 1e-9)
    square_m = (x**6 + y**6) ** (1 / 6)
    share = np.where(round_m > 1.0, (square_m / round_m) ** ROUNDING, 1.0)
    return x * share, y * share


def _lines(size_m: Floats, half: int) -> Floats:
    """Return where the lines between cells lie, with 0 in the middle of the centre block."""
    edges = np.concatenate([[0.0], np.cumsum(size_m)])
    edges = edges - (edges[half] + edges[half + 1]) / 2
    return np.asarray(np.interp(np.arange(len(size_m) * CELLS + 1) / CELLS, np.arange(len(edges)), edges))


def _jittered(plan: Plan, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Move the corners inside blocks a little, most in old quarters; main streets stay smooth."""
    rng = dice(plan.seed, "crooked lanes")
    share = np.array([JITTER.get(use, 0.04) for use in Use])[plan.use]
    share[plan.river_row, :] = share[:, plan.rail_column] = 0.0
    full = np.zeros(x.shape)
    full[:-1, :-1] = np.kron(share, np.ones((CELLS, CELLS)))
    full[::CELLS, :] = full[:, ::CELLS] = 0.0
    east = (
        np.diff(x, axis=1, append=2 * x[:, -1:] - x[:, -2:-1]),
        np.diff(y, axis=1, append=2 * y[:, -1:] - y[:, -2:-1]),
    )
    north = np.diff(x, axis=0, append=2 * x[-1:] - x[-2:-1]), np.diff(y, axis=0, append=2 * y[-1:] - y[-2:-1])
    area_m2 = np.abs(east[0] * north[1] - east[1] * north[0])
    cell_m = np.minimum(area_m2 / np.maximum(np.hypot(*east), np.hypot(*north)), 70.0)  # how wide a slanted cell is
    return x + full * cell_m * rng.uniform(-1, 1, x.shape), y + full * cell_m * rng.uniform(-1, 1, x.shape)


def _turned(x: Floats, y: Floats, angle_rad: float) -> tuple[Floats, Floats]:
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return x * cos - y * sin, x * sin + y * cos


def _smooth(share: Floats) -> Floats:
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
