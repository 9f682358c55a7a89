"""The plan of the made-up city: which superblock serves what, where river, railway, rings and motorway run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.demo.blocks import HOMES, RURAL, Use
from scenarios.demo.dice import Dice, chances, dice
from scenarios.demo.library import Library

Uses = NDArray[np.uint8]

# Shares of uses by zone, from the old town outwards; the last two zones lie outside the motorway ring.
MIX: tuple[dict[Use, float], ...] = (
    {Use.OLD: 0.70, Use.MIXED: 0.06, Use.COMMERCE: 0.13, Use.PARK: 0.05, Use.CAMPUS: 0.06},
    {Use.OLD: 0.28, Use.MIXED: 0.40, Use.NEW: 0.03, Use.COMMERCE: 0.09, Use.PARK: 0.07, Use.CAMPUS: 0.06}
    | {Use.INDUSTRY: 0.07},
    {Use.OLD: 0.05, Use.MIXED: 0.34, Use.NEW: 0.22, Use.COMMERCE: 0.06, Use.PARK: 0.09, Use.CAMPUS: 0.07}
    | {Use.INDUSTRY: 0.17},
    {Use.NEW: 0.06, Use.MIXED: 0.04, Use.VILLAGE: 0.26, Use.FIELD: 0.54, Use.INDUSTRY: 0.10},
    {Use.VILLAGE: 0.19, Use.FIELD: 0.81},
)
TOWN, OUTSIDE = 1, 3  # the zone that small towns look like, and the first one outside the motorway ring
NO_TOWN = 0.75  # of the way to the motorway ring: no second centre beyond this
MORE_RINGS = (6, 20, 40)  # from these sizes on (blocks to the motorway ring) there is one ring road more
PRIMARY_EVERY = 4  # of the lines between blocks, counted from the centre; main streets are every second one
BRIDGED_SHARE, CROSSED_SHARE = 0.6, 0.3  # of primary streets cross the river, of secondary ones the railway
CORE, INNER = 0.38, 0.70  # limits of the old town and the inner city, as shares of the way to the motorway ring
SOUTH_LAG = 0.27  # how much further out a block across the river seems
ROOM = 1.1  # plots for each place wanted: what is not lived on serves shops, schools, works
FAULT_SHARE = 0.0008  # of all places, for each planted fault (at least one each)


@dataclass(frozen=True, eq=False)
class Plan:
    """The city in superblocks; arrays are [row from south, column from west]."""

    seed: int
    places: int
    belt: int  # blocks between the centre and the motorway ring
    half: int  # blocks between the centre and the edge; there are 2 * half + 1 each way
    river_row: int
    rail_column: int
    rings: tuple[int, ...]  # main lines east of the centre block's western edge that are ring roads
    use: Uses
    pattern: NDArray[np.int64]  # number in the library
    far: NDArray[np.float64]  # 0 in the centre, 1 at the motorway ring
    priority: NDArray[np.int64]  # rank of each block: which plots are kept when there are more than needed
    bridges: NDArray[np.bool_]  # [lines] north-south streets that cross the river
    rail_crossings: NDArray[np.bool_]  # [lines] east-west streets that cross the railway

    @property
    def side(self) -> int:
        """Count the blocks along one side."""
        return 2 * self.half + 1


def faults_of_each_kind(places: int) -> int:
    """Count how many faults of each kind a city of so many places has."""
    return max(1, round(FAULT_SHARE * places))


def draw_plan(places: int, seed: int, library: Library) -> Plan:
    """Draw the smallest city of this seed that has room for ``places`` residential areas."""
    belt = max(4, int(0.30 * places**0.5) - 1)
    while True:
        plan = _attempt(places, seed, belt, library)
        if plan is not None:
            return plan
        belt += 1


def _attempt(places: int, seed: int, belt: int, library: Library) -> Plan | None:
    half = belt + max(3, round(0.28 * belt))
    axis = np.arange(-half, half + 1)
    x, y = np.meshgrid(axis, axis)
    rng = dice(seed, "uses")
    river_row, rail_column = half - max(2, round(0.40 * belt)), half + max(3, round(0.46 * belt))
    far = (np.abs(x) ** 3.0 + np.abs(y) ** 3.0) ** (1 / 3) / belt
    lag = np.where(axis < river_row - half, SOUTH_LAG, 0.0)[:, None]
    zone = np.digitize(far + lag * (far < 1), [CORE, INNER])
    inside = np.maximum(np.abs(x), np.abs(y)) < belt
    zone = np.where(inside, zone, np.where(far < 1 + 2.2 / belt, 3, 4))
    _towns(zone, belt, half, rng)
    use = _mixed_uses(zone, rng)
    diagonal = (np.abs(x) == np.abs(y)) & inside & (np.abs(x) > 0.3 * belt)
    use[diagonal] = Use.AVENUE
    use[np.maximum(np.abs(x), np.abs(y)) == belt] = Use.BELT
    use[:, rail_column] = Use.RAIL
    use[river_row, :] = Use.WATER
    _plant_far_villages(use, half, faults_of_each_kind(places), rng)
    priority = _room(use, places, library, zone, rng, seed)
    if priority is None:
        return None
    rings, lines = _rings(belt), np.arange(-half, half + 2)
    primary, out = lines % PRIMARY_EVERY == 0, np.abs(lines) > belt
    bridges = primary & (chances(rng, BRIDGED_SHARE, len(lines)) | (lines == 0))
    bridges = np.where(out, lines % (2 * PRIMARY_EVERY) == 0, bridges | np.isin(np.abs(lines), rings))
    over_rail = primary | ((lines % 2 == 0) & chances(rng, CROSSED_SHARE, len(lines)))
    return Plan(
        seed=seed,
        places=places,
        belt=belt,
        half=half,
        river_row=river_row,
        rail_column=rail_column,
        rings=rings,
        use=use,
        pattern=_patterns(use, library, half, seed),
        far=far,
        priority=priority,
        bridges=bridges,
        rail_crossings=over_rail,
    )


def _rings(belt: int) -> tuple[int, ...]:
    """Return the lines of the ring roads: even ones, so that they are main streets anyway."""
    count = 1 + int(np.searchsorted(MORE_RINGS, belt, side="right"))
    found = {2 * max(1, round(belt * (k + 1) / (count + 1.2) / 2)) for k in range(count)}
    return tuple(sorted(found))


def _towns(zone: NDArray[np.int64], belt: int, half: int, rng: Dice) -> None:
    """Put small towns into the countryside and, in large cities, second centres into the new districts."""
    side = 2 * half + 1
    spots = rng.integers(-half, half + 1, size=(max(2, side * side // 220), 2))
    for x, y in spots:
        away = max(abs(x), abs(y))
        size = 1 if away > belt else max(1, belt // 14)
        if NO_TOWN * belt < away <= belt + 1:
            continue
        rows = slice(max(0, y + half - size + 1), y + half + size)
        columns = slice(max(0, x + half - size + 1), x + half + size)
        zone[rows, columns] = np.minimum(zone[rows, columns], TOWN)


def _mixed_uses(zone: NDArray[np.int64], rng: Dice) -> Uses:
    shares = np.array([[mix.get(use, 0.0) for use in Use] for mix in MIX])
    bounds = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    drawn = rng.random(zone.shape)
    return np.asarray((drawn[..., None] >= bounds[zone]).sum(axis=-1), dtype=np.uint8)


def _plant_far_villages(use: Uses, half: int, count: int, rng: Dice) -> None:
    """Choose squares of 2 x 2 rural blocks: in one a village without a street, in the next one with its own lanes."""
    side = 2 * half + 1
    first = (half % 2) + np.arange(0, side - 2, 2)  # even lines from the centre: the ones that keep their street
    first = first[first + 1 < side]
    j, i = (grid.ravel() for grid in np.meshgrid(first, first, indexing="ij"))
    group = np.stack([use[j, i], use[j, i + 1], use[j + 1, i], use[j + 1, i + 1]])
    rural = np.flatnonzero(np.isin(group, RURAL).all(axis=0))
    chosen = rng.permutation(rural)[: 2 * count]
    for k, spot in enumerate(chosen):
        use[j[spot] : j[spot] + 2, i[spot] : i[spot] + 2] = Use.FIELD
        use[j[spot], i[spot]] = Use.REMOTE if k % 2 == 0 else Use.ISLET


def _room(
    use: Uses, places: int, library: Library, zone: NDArray[np.int64], rng: Dice, seed: int
) -> NDArray[np.int64] | None:
    """Rank the blocks with homes and give those not needed to other uses; None when there is too little room."""
    pattern = _patterns(use, library, (len(use) - 1) // 2, seed)
    plots = (library.plot_start[pattern + 1] - library.plot_start[pattern]).ravel()
    homes = np.isin(use, (*HOMES, Use.REMOTE, Use.ISLET)).ravel()
    planted = np.isin(use, (Use.REMOTE, Use.ISLET)).ravel()
    order = np.lexsort((rng.random(use.size), ~planted, ~homes))
    before = np.cumsum(plots[order]) - plots[order]
    if before[-1] + plots[order[-1]] < ROOM * places:
        return None
    priority = np.empty(use.size, dtype=np.int64)
    priority[order] = np.arange(use.size)
    spare = order[(before >= places) & homes[order]]
    other = np.array([Use.COMMERCE, Use.PARK, Use.CAMPUS, Use.INDUSTRY], dtype=np.uint8)
    flat = use.ravel()
    rural = zone.ravel()[spare] >= OUTSIDE
    flat[spare] = np.where(rural, np.uint8(Use.FIELD), rng.choice(other, size=len(spare)))
    use[...] = flat.reshape(use.shape)
    return priority.reshape(use.shape)


def _patterns(use: Uses, library: Library, half: int, seed: int) -> NDArray[np.int64]:
    drawn = dice(seed, "patterns of blocks").integers(0, 1 << 30, size=use.shape)
    count = library.count[use]
    number = drawn % count
    lane = np.isin(use, (Use.VILLAGE, Use.FIELD))
    north = ((np.arange(len(use)) - half) % 2)[:, None]  # 1: the kept street is the one in the north
    number = np.where(lane, number - number % 2 + north, number)
    return library.first[use] + number
