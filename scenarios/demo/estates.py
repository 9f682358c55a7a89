"""Residential areas of the made-up city: their ground and their gates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from scenarios.demo.blocks import CELLS, HOMES, Estate, Use
from scenarios.demo.dice import Dice, chances, dice
from scenarios.demo.ground import Ground
from scenarios.demo.library import Library
from scenarios.demo.plan import Plan
from scenarios.demo.streets import Grid

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

NOTCHED_SHARE = 0.3  # of estates have a corner cut out for a school or shops
VILLAGE_CORNERS = 11
GATE_SHARE = {Estate.OLD: 0.15, Estate.MIDDLE: 0.6, Estate.NEW: 0.93, Estate.VILLAGE: 0.0}  # estates with mapped gates


@dataclass(frozen=True, eq=False)
class Estates:
    """One entry per residential area, sorted by block from south-west to north-east."""

    kind: Whole  # Estate
    row: Whole  # of the block that holds it, from the south
    column: Whole
    use: Whole  # of that block
    polygon: NDArray[np.object_]  # in EPSG:4548
    area_m2: Floats
    gates: pd.DataFrame  # place (position here), x_m, y_m, name


def draw_estates(plan: Plan, library: Library, grid: Grid, ground: Ground) -> Estates:
    """Put an estate on every plot that is needed."""
    rng = dice(plan.seed, "estates")
    flat = np.flatnonzero(np.isin(plan.use, (*HOMES, Use.REMOTE, Use.ISLET)))
    flat = flat[np.argsort(plan.priority.ravel()[flat])]
    pattern = plan.pattern.ravel()[flat]
    count = library.plot_start[pattern + 1] - library.plot_start[pattern]
    owner = np.repeat(np.arange(len(flat)), count)
    plot = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + library.plot_start[pattern][owner]
    owner, plot = owner[: plan.places], plot[: plan.places]
    order = np.lexsort((plot, flat[owner]))
    row, column = np.divmod(flat[owner[order]], plan.side)
    plot = plot[order]
    corner = np.column_stack([column, row, column, row]) * CELLS
    kind = library.plots[plot, 4].astype(np.int64)
    polygon = _polygons(library.plots[plot, :4] + corner, kind, ground, rng)
    return Estates(
        kind=kind,
        row=row,
        column=column,
        use=plan.use[row, column].astype(np.int64),
        polygon=polygon,
        area_m2=shapely.area(polygon),
        gates=_gates(library, plot, corner[:, :2], kind, grid, ground, rng),
    )


def _polygons(box: Floats, kind: Whole, ground: Ground, rng: Dice) -> NDArray[np.object_]:
    """Draw boxes of the grid with a corner on every grid line they cross, so that no lane is cut by a straight edge."""
    found = np.empty(len(box), dtype=np.object_)
    village = kind == Estate.VILLAGE
    cells = np.column_stack([np.floor(box[:, 2]) - np.ceil(box[:, 0]), np.floor(box[:, 3]) - np.ceil(box[:, 1])]) + 1
    for wide, high in np.unique(cells[~village], axis=0).astype(int):
        at = np.flatnonzero(~village & (cells[:, 0] == wide) & (cells[:, 1] == high))
        u0, v0, u1, v1 = (box[at, k, None] for k in range(4))
        us, vs = np.ceil(u0) + np.arange(wide), np.ceil(v0) + np.arange(high)
        u = np.hstack([u0, us, u1, u1 + 0 * vs, u1, us[:, ::-1], u0, u0 + 0 * vs])
        v = np.hstack([v0, v0 + 0 * us, v0, vs, v1, v1 + 0 * us, v1, vs[:, ::-1]])
        found[at] = shapely.polygons(np.stack(ground.at(u, v), axis=-1))
    at = np.flatnonzero(village)
    if len(at):
        angle = np.linspace(0, 2 * np.pi, VILLAGE_CORNERS, endpoint=False) + rng.uniform(-0.2, 0.2, (len(at), 1))
        reach = (box[at, 2] - box[at, 0])[:, None] / 2 * rng.uniform(0.55, 1.0, (len(at), VILLAGE_CORNERS))
        u = (box[at, 0] + box[at, 2])[:, None] / 2 + reach * np.cos(angle)
        v = (box[at, 1] + box[at, 3])[:, None] / 2 + reach * np.sin(angle)
        found[at] = shapely.polygons(np.stack(ground.at(u, v), axis=-1))
    return _notched(found, box, np.flatnonzero(~village & chances(rng, NOTCHED_SHARE, len(box))), ground, rng)


def _notched(polygon: NDArray[np.object_], box: Floats, at: Whole, ground: Ground, rng: Dice) -> NDArray[np.object_]:
    """Cut one corner out of some estates; never as far as the middle of a side, where the gates are."""
    size = (box[at, 2:] - box[at, :2]) * rng.uniform(0.22, 0.42, (len(at), 2))
    corner = rng.integers(0, 2, (len(at), 2))
    from_u = np.where(corner[:, 0] == 0, box[at, 0] - 0.1, box[at, 2] - size[:, 0])
    from_v = np.where(corner[:, 1] == 0, box[at, 1] - 0.1, box[at, 3] - size[:, 1])
    u = from_u[:, None] + (size[:, 0, None] + 0.1) * np.array([0, 1, 1, 0])
    v = from_v[:, None] + (size[:, 1, None] + 0.1) * np.array([0, 0, 1, 1])
    cut = shapely.difference(polygon[at], shapely.polygons(np.stack(ground.at(u, v), axis=-1)))
    whole = shapely.get_type_id(cut) == shapely.GeometryType.POLYGON.value  # nothing was split off
    polygon = polygon.copy()
    polygon[at[whole]] = cut[whole]
    return polygon


def _gates(
    library: Library, plot: Whole, corner: NDArray[np.int64], kind: Whole, grid: Grid, ground: Ground, rng: Dice
) -> pd.DataFrame:
    """List the gates of some estates; only those whose drive really leads to a street."""
    share = np.array([GATE_SHARE[estate] for estate in Estate])[kind]
    listed = rng.random(len(plot)) < share
    order = np.argsort(library.gates[:, 0], kind="stable")
    first, last = (np.searchsorted(library.gates[order, 0], plot, side=side) for side in ("left", "right"))
    count = np.where(listed, last - first, 0)
    place = np.repeat(np.arange(len(plot)), count)
    gate = order[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[place]]
    inside = library.gates[gate, 1:]
    u, v = inside[:, 0] + corner[place, 0], inside[:, 1] + corner[place, 1]
    upright = u == np.round(u)  # the drive runs north-south
    i, j = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
    drive = np.where(upright, grid.v[np.minimum(j, len(grid.v) - 1), i], grid.h[j, np.minimum(i, grid.h.shape[1] - 1)])
    street = grid.degree()[np.round(v).astype(np.int64), np.round(u).astype(np.int64)] > 1
    middle = (library.plots[plot, :2] + library.plots[plot, 2:4]) / 2
    away = inside - middle[place]
    side = np.where(upright, np.where(away[:, 1] > 0, "北门", "南门"), np.where(away[:, 0] > 0, "东门", "西门"))
    x_m, y_m = ground.at(u, v)
    found = pd.DataFrame({"place": place, "x_m": x_m, "y_m": y_m, "name": side})
    return pd.DataFrame(found[(drive > 0) & street]).reset_index(drop=True)
