"""Street segments of the grid joined into named ways, as a line layer with OpenStreetMap tags."""

from enum import IntEnum

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from scenarios.demo.blocks import CELLS, MIDDLE, Road
from scenarios.demo.dice import dice
from scenarios.demo.ground import EPSG, Ground
from scenarios.demo.names import street_names, words
from scenarios.demo.plan import Plan
from scenarios.demo.streets import BRIDGE, CLASS, TUNNEL, Grid

Whole = NDArray[np.int64]


class Heading(IntEnum):
    """Which way the lines of the grid run."""

    EAST = 0
    NORTH = 1
    RISING = 2  # diagonals to the north-east
    FALLING = 3  # diagonals to the south-east


STRAIGHT = (Heading.EAST, Heading.NORTH)
TAGS: dict[Road, tuple[str, str]] = {
    Road.MOTORWAY: ("motorway", ""),
    Road.TRUNK: ("trunk", ""),
    Road.PRIMARY: ("primary", ""),
    Road.SECONDARY: ("secondary", ""),
    Road.TERTIARY: ("tertiary", ""),
    Road.RESIDENTIAL: ("residential", ""),
    Road.LANE: ("living_street", ""),
    Road.SERVICE: ("service", ""),
    Road.YARD: ("service", "private"),
    Road.WALK: ("footway", "private"),
    Road.FOOTWAY: ("footway", ""),
    Road.PATH: ("path", ""),
    Road.RURAL: ("unclassified", ""),
    Road.TRACK: ("track", ""),
    Road.STEPS: ("steps", ""),
    Road.WALK_STEPS: ("steps", "private"),
}
NAMED_MAIN = (Road.TRUNK, Road.PRIMARY, Road.SECONDARY, Road.TERTIARY)
NAMED_SMALL = (Road.RESIDENTIAL, Road.LANE)
LONGEST_BLOCKS = 4  # a way of a main street is cut after so many blocks
NAME_BLOCKS = 12  # a main street changes its name after so many
NUMERALS = "一二三四五"


def draw_ways(plan: Plan, grid: Grid, ground: Ground) -> gpd.GeoDataFrame:
    """Return one row per way: highway, name, access, bridge, tunnel; neighbours share their end points exactly."""
    tables, lines = [], []
    for layer, codes in (
        (Heading.EAST, grid.h),
        (Heading.NORTH, grid.v.T),
        (Heading.RISING, _slanted(grid.rising)),
        (Heading.FALLING, _slanted(grid.falling[::-1])),
    ):
        line, first, last, code = _runs(codes, by_block=layer in STRAIGHT, middle=plan.half * CELLS)
        count = last - first + 1
        way = np.repeat(np.arange(len(line)), count)
        along = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[way]
        row, column = _corner(layer, line[way], along, grid.h.shape[0] - 1)
        points = np.column_stack([ground.x_m[row, column], ground.y_m[row, column]])
        lines.append(shapely.linestrings(points, indices=way))
        tables.append(pd.DataFrame({"layer": layer, "line": line, "first": first, "code": code}))
    table = pd.concat(tables, ignore_index=True)
    table["name"] = _names(plan, table)
    ways = _tagged(table)
    motorway = _motorway(plan, ground)
    frame = pd.concat([ways, motorway.drop(columns="geometry")], ignore_index=True)
    geometry = np.concatenate([*lines, motorway["geometry"].to_numpy()])
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometry, crs=EPSG))


def _slanted(diagonal: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay rising diagonals out as rows: row k holds the cells with column - row = k - (n - 1)."""
    n = len(diagonal)
    row, column = np.nonzero(diagonal)
    out = np.zeros((2 * n - 1, n) if len(row) else (1, n), np.uint8)
    if len(row):
        out[column - row + n - 1, row] = diagonal[row, column]
    return out


def _corner(layer: Heading, line: Whole, along: Whole, cells: int) -> tuple[Whole, Whole]:
    """Return the grid corner (row, column) of step ``along`` on ``line``."""
    if layer in STRAIGHT:
        return (line, along) if layer == Heading.EAST else (along, line)
    column = along + line - (cells - 1)
    return (along, column) if layer == Heading.RISING else (cells - along, column)


def _runs(codes: NDArray[np.uint8], *, by_block: bool, middle: int) -> tuple[Whole, Whole, Whole, NDArray[np.uint8]]:
    """Join neighbouring segments of one class: line, first and last corner, code."""
    line, cell = np.nonzero(codes)
    code = codes[line, cell]
    small = (code & CLASS) >= Road.RESIDENTIAL
    new = np.ones(len(line), dtype=bool)
    if len(line):
        new[1:] = (line[1:] != line[:-1]) | (cell[1:] != cell[:-1] + 1) | (code[1:] != code[:-1])
    if by_block:
        new |= small & (cell % CELLS == 0)
        new |= (cell % (LONGEST_BLOCKS * CELLS) == 0) | (cell == middle)
    start = np.flatnonzero(new)
    stop = np.append(start[1:], len(line))
    return line[start], cell[start], cell[stop - 1] + 1, code[start]


def _names(plan: Plan, table: pd.DataFrame) -> NDArray[np.object_]:
    """Name main streets by line and side of the centre, rings by number, small streets block by block."""
    road = (table["code"] & CLASS).to_numpy()
    layer, line, first = (table[key].to_numpy() for key in ("layer", "line", "first"))
    names = np.full(len(table), None, dtype=np.object_)
    block = first // CELLS - plan.half
    rel = line // CELLS - plan.half
    straight = np.isin(layer, STRAIGHT)
    main = straight & np.isin(road, NAMED_MAIN)
    stretch = np.where(block >= 0, block // NAME_BLOCKS, -1 - (-1 - block) // NAME_BLOCKS)
    avenue = ~straight & (road > 0)
    key = (layer * 10_000 + line) * 1_000 + np.where(avenue, 0, stretch + 500)
    groups, number = np.unique(np.where(main | avenue, np.abs(key), -1), return_inverse=True)
    wide = road[np.unique(number, return_index=True)[1]] <= Road.SECONDARY
    drawn = street_names(dice(plan.seed, "main street names"), wide, small=False)
    half = np.where(
        layer == 0, np.where(block >= 0, "东", "西"), np.where(layer == 1, np.where(block >= 0, "北", "南"), "")
    )
    for at in np.flatnonzero(main | avenue):
        word = drawn[number[at]]
        halved = half[at] if word.endswith("路") and stretch[at] in (0, -1) else ""
        names[at] = word[:-1] + halved + word[-1] if halved else word
    for number_of_ring, ring in enumerate(plan.rings):
        names[main & (road == Road.TRUNK) & (np.abs(rel) == ring)] = f"{NUMERALS[number_of_ring]}环路"
    small = straight & np.isin(road, NAMED_SMALL)
    key = ((layer * 100_000 + line) * 10_000 + first // CELLS)[small]
    groups, number = np.unique(key, return_inverse=True)
    lanes = street_names(dice(plan.seed, "small street names"), np.zeros(len(groups), dtype=bool), small=True)
    names[small] = lanes[number]
    return names


def _tagged(table: pd.DataFrame) -> pd.DataFrame:
    road = (table["code"] & CLASS).to_numpy()
    highway = words(road, None, *(TAGS[code][0] for code in Road if code))
    access = words(road, None, *(TAGS[code][1] or None for code in Road if code))
    flags = table["code"].to_numpy()
    return pd.DataFrame(
        {
            "highway": highway,
            "name": table["name"],
            "access": access,
            "bridge": words(flags & BRIDGE > 0, None, "yes"),
            "tunnel": words(flags & TUNNEL > 0, None, "yes"),
        }
    )


def _motorway(plan: Plan, ground: Ground) -> pd.DataFrame:
    """Draw the motorway ring through the middle of the belt; it shares no point with any street."""
    low, high = ((plan.half + end) * CELLS + MIDDLE + 0.5 for end in (-plan.belt, plan.belt))
    steps = np.arange(low + 2, high - 1)
    ends, others = np.full(len(steps), low), np.full(len(steps), high)
    u = np.concatenate([steps, others, steps[::-1], ends])
    v = np.concatenate([ends, steps, others, steps[::-1]])
    x_m, y_m = ground.at(np.append(u, u[0]), np.append(v, v[0]))
    points = np.column_stack([x_m, y_m])
    cuts = np.arange(0, len(points) - 1, LONGEST_BLOCKS * CELLS)
    pieces = [shapely.LineString(points[cut : cut + LONGEST_BLOCKS * CELLS + 1]) for cut in cuts]
    tags = {"highway": "motorway", "name": "绕城高速公路", "access": None, "bridge": None, "tunnel": None}
    return pd.DataFrame({**dict.fromkeys(tags, None), "geometry": pieces}).assign(**tags)
