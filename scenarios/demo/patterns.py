"""Patterns of superblocks: how streets, yards and estates lie between the main streets, drawn stroke by stroke.

Coordinates inside a block run from 0 to 8 cells. Main streets lie on the rim and are no part of a pattern.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from scenarios.demo.blocks import CELLS, MIDDLE, Estate, Road, Use
from scenarios.demo.dice import Dice, chance

RIM_SETBACK, LANE_SETBACK = 0.3, 0.16  # cells between an estate and the middle of a main street, of a lane
VILLAGE_HALF, REMOTE_HALF = 1.7, 1.1  # cells from the middle of a village to the furthest house
Box = tuple[int, int, int, int]  # u0, v0, u1, v1


@dataclass
class Pattern:
    """One way to lay out a superblock, drawn stroke by stroke."""

    h: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((CELLS + 1, CELLS), np.uint8))  # [v, u]: east-west
    v: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((CELLS, CELLS + 1), np.uint8))  # [v, u]: north-south
    plots: list[tuple[float, float, float, float, int]] = field(default_factory=list)  # u0, v0, u1, v1, Estate
    gates: list[tuple[int, float, float]] = field(default_factory=list)  # plot, u, v

    def row(self, v: int, u0: int, u1: int, road: Road) -> None:
        """Draw a street eastwards where nothing is yet."""
        self.h[v, u0:u1] = np.where(self.h[v, u0:u1] == Road.NONE, road, self.h[v, u0:u1])

    def column(self, u: int, v0: int, v1: int, road: Road) -> None:
        """Draw a street northwards where nothing is yet."""
        self.v[v0:v1, u] = np.where(self.v[v0:v1, u] == Road.NONE, road, self.v[v0:v1, u])

    def net(self, box: Box, road: Road, share: float, rng: Dice) -> None:
        """Draw ``share`` of all segments strictly inside a box, leaving what is drawn already."""
        u0, v0, u1, v1 = box
        for line in range(v0 + 1, v1):
            for cell in range(u0 + 1, u1 - 1):
                if chance(rng, share):
                    self.row(line, cell, cell + 1, road)
        for line in range(u0 + 1, u1):
            for cell in range(v0 + 1, v1 - 1):
                if chance(rng, share):
                    self.column(line, cell, cell + 1, road)

    def stubs(self, box: Box, road: Road, share: float, rng: Dice) -> None:
        """Draw ``share`` of the segments that lead from inside a box to its rim."""
        u0, v0, u1, v1 = box
        for line in range(v0 + 1, v1):
            for cell in (u0, u1 - 1):
                if chance(rng, share):
                    self.row(line, cell, cell + 1, road)
        for line in range(u0 + 1, u1):
            for cell in (v0, v1 - 1):
                if chance(rng, share):
                    self.column(line, cell, cell + 1, road)

    def estate(self, box: Box, kind: Estate, sides: str, road: Road, reach: int) -> None:
        """Put an estate into a box; a gate and a drive of ``reach`` cells in the middle of some sides, as in "ne"."""
        u0, v0, u1, v1 = box
        west, south, east, north = (RIM_SETBACK if edge in (0, CELLS) else LANE_SETBACK for edge in box)
        middle_u, middle_v = (u0 + u1) // 2, (v0 + v1) // 2
        plot = len(self.plots)
        self.plots.append((u0 + west, v0 + south, u1 - east, v1 - north, kind))
        if "s" in sides:
            self.column(middle_u, v0, v0 + reach, road)
            self.gates.append((plot, middle_u, v0 + south))
        if "n" in sides:
            self.column(middle_u, v1 - reach, v1, road)
            self.gates.append((plot, middle_u, v1 - north))
        if "w" in sides:
            self.row(middle_v, u0, u0 + reach, road)
            self.gates.append((plot, u0 + west, middle_v))
        if "e" in sides:
            self.row(middle_v, u1 - reach, u1, road)
            self.gates.append((plot, u1 - east, middle_v))


def _sides(rng: Dice, least: int, most: int) -> str:
    """Choose the sides of an estate that get a gate."""
    return "".join(rng.choice(list("nesw"), size=int(rng.integers(least, most + 1)), replace=False))


def _old(rng: Dice) -> Pattern:
    """Draw small blocks between lanes: 8 to 14 estates of half a hectare or one, alleys into every yard."""
    block = Pattern()
    for line in (2, MIDDLE, 6):
        for half in (0, MIDDLE):
            if line == MIDDLE or chance(rng, 0.8):  # share of lanes that go through
                block.row(line, half, half + MIDDLE, Road.RESIDENTIAL if line == MIDDLE else Road.LANE)
            if line == MIDDLE or chance(rng, 0.8):
                block.column(line, half, half + MIDDLE, Road.RESIDENTIAL if line == MIDDLE else Road.LANE)
    free = np.ones((MIDDLE, MIDDLE), dtype=bool)  # plots of 2 x 2 cells
    for cell in rng.permutation(free.size):
        b, a = divmod(int(cell), MIDDLE)
        if not free[b, a]:
            continue
        box = (2 * a, 2 * b, 2 * a + 2, 2 * b + 2)
        free[b, a] = False
        last_column, last_row = a + 1 == MIDDLE, b + 1 == MIDDLE
        if not last_column and free[b, a + 1] and not block.v[2 * b, 2 * a + 2]:
            box, free[b, a + 1] = (2 * a, 2 * b, 2 * a + 4, 2 * b + 2), False
        elif not last_row and free[b + 1, a] and not block.h[2 * b + 2, 2 * a]:
            box, free[b + 1, a] = (2 * a, 2 * b, 2 * a + 2, 2 * b + 4), False
        road = Road.WALK if chance(rng, 0.4) else Road.FOOTWAY  # share of closed yards
        if chance(rng, 0.85):  # share of plots people live on
            block.estate(box, Estate.OLD, _sides(rng, 1, 3), road, 1)
        block.net(box, road, 1.0, rng)
        block.stubs(box, road, 0.85, rng)
    return block


def _mixed(rng: Dice) -> Pattern:
    """Draw gated estates of the 1990s and 2000s: four quarters, or halves where a street is missing."""
    block = Pattern()
    split = rng.choice(["both", "both", "both", "rows", "columns"])
    if split != "columns":
        block.row(MIDDLE, 0, CELLS, Road.RESIDENTIAL)
    if split != "rows":
        block.column(MIDDLE, 0, CELLS, Road.RESIDENTIAL)
    us = (0, MIDDLE, CELLS) if split != "rows" else (0, CELLS)
    vs = (0, MIDDLE, CELLS) if split != "columns" else (0, CELLS)
    for (v0, v1), (u0, u1) in product(pairwise(vs), pairwise(us)):
        box = (u0, v0, u1, v1)
        if chance(rng, 0.85):  # the rest: schools, markets
            block.estate(box, Estate.MIDDLE, _sides(rng, 2, 3), Road.YARD, 2)
            block.net(box, Road.WALK, 0.93, rng)
            block.stubs(box, Road.WALK, 0.15, rng)
        else:
            block.net(box, Road.SERVICE, 0.6, rng)
            block.stubs(box, Road.SERVICE, 0.3, rng)
    return block


def _new(rng: Dice) -> Pattern:
    """Draw a closed superblock of one to four estates: private drives and footways inside, few gates."""
    block = Pattern()
    split = rng.choice(["whole", "whole", "rows", "columns", "both"])
    us = (0, MIDDLE, CELLS) if split in ("columns", "both") else (0, CELLS)
    vs = (0, MIDDLE, CELLS) if split in ("rows", "both") else (0, CELLS)
    if split in ("columns", "both"):
        block.column(MIDDLE, 0, CELLS, Road.RESIDENTIAL)
    if split in ("rows", "both"):
        block.row(MIDDLE, 0, CELLS, Road.RESIDENTIAL)
    for (v0, v1), (u0, u1) in product(pairwise(vs), pairwise(us)):
        box = (u0, v0, u1, v1)
        block.estate(box, Estate.NEW, _sides(rng, 2, 4), Road.YARD, 2)
        for line in (v0 + 1, (v0 + v1) // 2, v1 - 1):
            block.row(line, u0 + 1, u1 - 1, Road.YARD)
        for line in (u0 + 1, (u0 + u1) // 2, u1 - 1):
            block.column(line, v0 + 1, v1 - 1, Road.YARD)
        block.net(box, Road.WALK, 0.85, rng)
    return block


def _village(rng: Dice) -> Pattern:
    """Draw a village in the middle of fields, with one lane to the southern rim."""
    block = Pattern()
    block.column(MIDDLE, 0, MIDDLE, Road.RURAL)
    _hamlet(block, MIDDLE, MIDDLE, rng)
    return block


def _hamlet(block: Pattern, u: int, v: int, rng: Dice) -> None:
    block.plots.append((u - VILLAGE_HALF, v - VILLAGE_HALF, u + VILLAGE_HALF, v + VILLAGE_HALF, Estate.VILLAGE))
    block.row(v, u - 2, u + 2, Road.RURAL)
    block.column(u, v - 1, v + 2, Road.RURAL)
    block.net((u - 3, v - 3, u + 3, v + 3), Road.LANE, 0.3, rng)


def _remote(_rng: Dice) -> Pattern:
    """Draw a village beside the far corner of the block; the plan keeps streets away from there."""
    block = Pattern()
    u = v = CELLS - 0.5
    block.plots.append((u - REMOTE_HALF, v - REMOTE_HALF, u + REMOTE_HALF, v + REMOTE_HALF, Estate.VILLAGE))
    return block


def _field(rng: Dice) -> Pattern:
    block = Pattern()
    block.column(int(rng.integers(2, 7)), 0, int(rng.integers(1, 4)), Road.TRACK)
    return block


def _net_of(road: Road, minor: Road, lines: tuple[int, ...], share: float) -> Callable[[Dice], Pattern]:
    def draw(rng: Dice) -> Pattern:
        block = Pattern()
        for line in lines:
            block.row(line, 0, CELLS, road)
            if chance(rng, 0.7):  # some blocks have drives in one direction only
                block.column(line, 0, CELLS, road)
        block.net((0, 0, CELLS, CELLS), minor, share, rng)
        block.stubs((0, 0, CELLS, CELLS), minor, 0.6 * share, rng)
        return block

    return draw


def _water(_rng: Dice) -> Pattern:
    """Draw footways along both banks, reached from the bank streets in the middle of the block; nothing across."""
    block = Pattern()
    for line, rim in ((1, 0), (CELLS - 1, CELLS - 1)):
        block.row(line, 0, CELLS, Road.FOOTWAY)
        block.column(MIDDLE, rim, rim + 1, Road.FOOTWAY)
    return block


def _bare(_rng: Dice) -> Pattern:
    return Pattern()


def flipped(block: Pattern) -> Pattern:
    """Turn a rural pattern upside down: its lane then leads to the northern rim."""
    plots = [(u0, CELLS - v1, u1, CELLS - v0, kind) for u0, v0, u1, v1, kind in block.plots]
    return Pattern(h=block.h[::-1].copy(), v=block.v[::-1].copy(), plots=plots)


DRAWN: dict[Use, tuple[int, Callable[[Dice], Pattern]]] = {
    Use.WILD: (1, _bare),
    Use.WATER: (1, _water),
    Use.RAIL: (1, _bare),
    Use.OLD: (48, _old),
    Use.MIXED: (32, _mixed),
    Use.NEW: (32, _new),
    Use.VILLAGE: (24, _village),
    Use.FIELD: (12, _field),
    Use.PARK: (12, _net_of(Road.FOOTWAY, Road.PATH, (3,), 0.75)),
    Use.CAMPUS: (12, _net_of(Road.YARD, Road.WALK, (2, 6), 0.7)),
    Use.INDUSTRY: (12, _net_of(Road.SERVICE, Road.SERVICE, (MIDDLE,), 0.5)),
    Use.COMMERCE: (12, _net_of(Road.RESIDENTIAL, Road.SERVICE, (MIDDLE,), 0.8)),
    Use.AVENUE: (12, _net_of(Road.RESIDENTIAL, Road.SERVICE, (MIDDLE,), 0.6)),
    Use.BELT: (1, _bare),
    Use.REMOTE: (1, _remote),
    Use.ISLET: (1, _remote),
}
