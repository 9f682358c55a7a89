"""Doors: where people leave a residential area or enter a facility, and where each door meets the street.

A door is looked for in this order: the gates given for the place; the points where the boundary of its polygon crosses
a street; the point of the boundary that is nearest to a street, within the snapping limit; the point given, or one
inside the polygon. Bridges and tunnels that pass a boundary are no doors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geodata.faults import Fault, Severity
from geodata.shapes import Shapes, shapes_of
from geodata.street.snap import snap
from geodata.streets import Floats, Ints, Longs, Streets, Way

MOST_CROSSINGS = 8  # doors kept of a boundary that meets streets more often, far apart from each other
SAME_DOOR_DECIMALS = 2  # crossings within a centimetre are one door
GATE_REACH_M = 500.0  # a gate further from its place belongs to another place of that id
UNDER_HALF_MM = 0.000499  # in metres: the limit is judged in whole millimetres
MASK_CELL_M = 100.0
MOST_MASK_CELLS = 3000  # along one side


class DoorKind(IntEnum):
    """How a door was found; the name in lower case is what tables print."""

    GATE = 0  # given in the gates layer
    BOUNDARY = 1  # where the boundary of the polygon touches a street, or comes nearest to one
    CENTROID = 2  # the point given, or a point inside the polygon


@dataclass(frozen=True, eq=False)
class Doors:
    """Doors of the rows of one table, sorted by owner; every owner has at least one, connected or not.

    A door is projected onto the nearest point of a street segment. ``leg_mm`` is the way from the door to that point.
    A door further than ``snap_limit_m`` is unconnected: ``segment`` is -1 and ``leg_mm`` is how far it would have been.
    """

    ids: pd.Index  # [owners] ids of the table the doors belong to
    owner: Ints  # [doors] row position in ``ids``, ascending
    kind: NDArray[np.uint8]  # [doors] DoorKind
    x_m: Floats  # [doors] the door itself, in the study's metric CRS
    y_m: Floats
    segment: Longs  # [doors] vertex slot k of Streets: the segment from vertex k to k + 1; -1: unconnected
    chain: Ints  # [doors] the chain of that segment; -1: unconnected
    offset_mm: Floats  # [doors] whole millimetres from vertex k to the point on the segment
    leg_mm: Floats  # [doors] whole millimetres from the door to the street
    snap_limit_m: float

    @property
    def connected(self) -> NDArray[np.bool_]:
        """Mark the doors that meet a street within the snapping limit."""
        return self.segment >= 0

    @property
    def owners_connected(self) -> NDArray[np.bool_]:
        """Mark the owners with at least one connected door."""
        found = np.zeros(len(self.ids), dtype=bool)
        found[self.owner[self.connected]] = True
        return found


def find_doors(table: gpd.GeoDataFrame, gates: gpd.GeoDataFrame | None, streets: Streets, snap_limit_m: float) -> Doors:
    """Find the doors of every row of ``table`` and project them onto the streets.

    A row without geometry and without gates has one unconnected door at NaN.

    Parameters
    ----------
    table : GeoDataFrame
        Indexed by id, in the CRS of the streets; points, polygons or nothing.
    gates : GeoDataFrame or None
        With ``place_id``; gates of ids that aren't in ``table`` are left to other tables (see ``lost_gates``).
    snap_limit_m : float
        A door at this distance from a street is still connected.
    """
    shapes = shapes_of(table.geometry)
    x, y, owner, kind = [], [], [], []

    def add(new_owner: Longs, new_kind: DoorKind, points: Shapes) -> None:
        owner.append(new_owner)
        kind.append(np.full(len(new_owner), new_kind, dtype=np.uint8))
        x.append(shapely.get_x(points))
        y.append(shapely.get_y(points))

    left = np.ones(len(table), dtype=bool)
    if gates is not None and len(gates):
        of_row = gate_owner(table, gates)
        add(of_row[of_row >= 0], DoorKind.GATE, shapely.point_on_surface(shapes_of(gates.geometry)[of_row >= 0]))
        left[of_row[of_row >= 0]] = False
    areas = np.flatnonzero(left & (shapely.get_dimensions(shapes) == 2))  # noqa: PLR2004 - areas
    on_boundary, points = _boundary_doors(shapes[areas], streets, snap_limit_m)
    add(areas[on_boundary], DoorKind.BOUNDARY, points)
    left[areas[on_boundary]] = False
    add(np.flatnonzero(left), DoorKind.CENTROID, np.asarray(shapely.point_on_surface(shapes[left]), dtype=np.object_))
    return _placed(
        *(table.index, np.concatenate(owner), np.concatenate(kind), np.concatenate(x), np.concatenate(y)),
        *(streets, snap_limit_m),
    )


def doors_at(ids: pd.Index, x_m: ArrayLike, y_m: ArrayLike, streets: Streets, snap_limit_m: float) -> Doors:
    """Give each id one door at its point; NaN is a place that isn't known."""
    x, y = np.array(x_m, dtype=float, ndmin=1), np.array(y_m, dtype=float, ndmin=1)
    owner = np.arange(len(ids), dtype=np.int64)
    return _placed(ids, owner, np.full(len(ids), DoorKind.CENTROID, dtype=np.uint8), x, y, streets, snap_limit_m)


def gate_owner(table: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> Longs:
    """Return the row position in ``table`` that each gate belongs to, -1 for none.

    A gate further than ``GATE_REACH_M`` from the place of its id belongs to a place of that id in another table.
    """
    rows = table.index.get_indexer(pd.Index(gates["place_id"])).astype(np.int64)
    places = shapes_of(gates.geometry)
    rows[shapely.is_missing(places)] = -1
    away = shapely.distance(places, shapes_of(table.geometry)[rows]) if len(table) else np.full(len(gates), np.nan)
    rows[away > GATE_REACH_M] = -1  # NaN, a place without geometry: the gate is all that is known of it
    return rows


def lost_gates(gates: gpd.GeoDataFrame, tables: Iterable[gpd.GeoDataFrame]) -> list[Fault]:
    """Doubt every gate that belongs to no place of any table."""
    used = np.zeros(len(gates), dtype=bool)
    for table in tables:
        used |= gate_owner(table, gates) >= 0
    rows = gates["row"] if "row" in gates else pd.Series(pd.NA, index=gates.index)
    return [
        Fault(
            code="gate_unused",
            severity=Severity.DOUBT,
            layer="gates",
            row=None if pd.isna(rows.iloc[k]) else int(rows.iloc[k]),
            column="place_id",
            value=gates["place_id"].iloc[k],
            details={"reach_m": f"{GATE_REACH_M:.0f}"},
        )
        for k in np.flatnonzero(
            ~used & gates["place_id"].notna().to_numpy(dtype=bool)
        )  # the others are listed when read
    ]


def unconnected(doors: Doors, layer: str, rows: Sequence[object] | pd.Series) -> list[Fault]:
    """Doubt every place that meets no street, with how far the nearest one is from its nearest door.

    Parameters
    ----------
    rows : sequence
        The row of each owner as the user counts, in the order of ``doors.ids``; <NA> where it isn't known.
    """
    away_mm = np.full(len(doors.ids), np.nan)
    np.fmin.at(away_mm, doors.owner, doors.leg_mm)
    user_rows = list(rows)
    faults = []
    for k in np.flatnonzero(~doors.owners_connected).tolist():
        row = user_rows[k]
        away_m = float(away_mm[k]) / 1000.0
        if np.isnan(away_m):
            code = "place_without_geometry"
        else:
            code = "place_unconnected" if np.isfinite(away_m) else "place_without_streets"
        details = {"id": doors.ids[k], "away_m": f"{away_m:.0f}", "limit_m": f"{doors.snap_limit_m:.0f}"}
        number = None if row is None or pd.isna(row) else int(str(row))
        faults.append(Fault(code=code, severity=Severity.DOUBT, layer=layer, row=number, details=details))
    return faults


def _placed(
    ids: pd.Index, owner: Longs, kind: NDArray[np.uint8], x: Floats, y: Floats, streets: Streets, limit_m: float
) -> Doors:
    order = np.argsort(owner, kind="stable")
    segment, offset_mm, leg_mm = snap(streets, x[order], y[order], limit_m)
    chain = np.searchsorted(streets.chain_start, segment, side="right") - 1
    return Doors(
        ids=ids,
        owner=owner[order].astype(np.int32),
        kind=kind[order],
        x_m=x[order],
        y_m=y[order],
        segment=segment,
        chain=np.where(segment >= 0, chain, -1).astype(np.int32),
        offset_mm=offset_mm,
        leg_mm=leg_mm,
        snap_limit_m=float(limit_m),
    )


def _boundary_doors(areas: Shapes, streets: Streets, limit_m: float) -> tuple[Longs, Shapes]:
    """Return (position in ``areas``, point) of the doors on outer boundaries; an area may have none."""
    parts, area = shapely.get_parts(areas, return_index=True)
    solid = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas; a collection may hold more
    rings, area = shapely.get_exterior_ring(parts[solid]), area[solid]
    lines = _lines_near(rings, streets, limit_m)
    if not len(rings) or not len(lines):
        return np.array([], dtype=np.int64), np.array([], dtype=object)
    tree = shapely.STRtree(lines)
    owner, points = _crossings(rings, area, tree)
    rest = np.flatnonzero(~np.isin(area, owner))
    near_owner, near_points = _nearest(rings[rest], area[rest], tree, limit_m)
    return np.concatenate([owner, near_owner]), np.concatenate([points, near_points])


def _crossings(rings: Shapes, area: Longs, tree: shapely.STRtree) -> tuple[Longs, Shapes]:
    """Return the points where rings meet lines, at most MOST_CROSSINGS an area; a shared run counts at its middle."""
    ring, line = tree.query(rings, predicate="intersects")
    met, pair = shapely.get_parts(shapely.intersection(rings[ring], tree.geometries[line]), return_index=True)
    run = shapely.get_dimensions(met) == 1
    met[run] = shapely.line_interpolate_point(met[run], 0.5, normalized=True)
    x, y = shapely.get_x(met), shapely.get_y(met)
    known = np.isfinite(x)
    doors = np.column_stack([area[ring[pair]], np.round(x, SAME_DOOR_DECIMALS), np.round(y, SAME_DOOR_DECIMALS)])
    _, first = np.unique(doors[known], axis=0, return_index=True)  # by area, x, y
    kept = np.flatnonzero(known)[first]
    owner, points = area[ring[pair[kept]]], np.column_stack([x[kept], y[kept]])
    chosen = np.ones(len(owner), dtype=bool)
    for many in np.flatnonzero(np.bincount(owner, minlength=1) > MOST_CROSSINGS):
        here = np.flatnonzero(owner == many)
        chosen[here] = False
        chosen[here[_spread(points[here])]] = True
    return owner[chosen], np.asarray(shapely.points(points[chosen]), dtype=np.object_)


def _spread(points: Floats) -> list[int]:
    """Return positions of MOST_CROSSINGS points: the first, then always the one furthest from those taken."""
    taken = [0]
    away = np.hypot(*(points - points[0]).T)
    while len(taken) < MOST_CROSSINGS:
        taken.append(int(np.argmax(away)))
        away = np.minimum(away, np.hypot(*(points - points[taken[-1]]).T))
    return taken


def _nearest(rings: Shapes, area: Longs, tree: shapely.STRtree, limit_m: float) -> tuple[Longs, Shapes]:
    """Return, for each area with a line within the limit, the point of its rings nearest to one."""
    (ring, line), away = tree.query_nearest(rings, max_distance=limit_m + UNDER_HALF_MM, return_distance=True)
    order = np.lexsort((line, ring, away, area[ring]))
    owner, first = np.unique(area[ring[order]], return_index=True)
    best = order[first]
    between = shapely.shortest_line(rings[ring[best]], tree.geometries[line[best]])
    return owner, shapely.get_point(between, 0)


def _lines_near(rings: Shapes, streets: Streets, limit_m: float) -> Shapes:
    """Return the street segments that may lie within the limit of a ring, without bridges and tunnels.

    A coarse mask of cells around the rings sorts out the rest of the city before any line is made.
    """
    low_or_high = (streets.segment_way & (Way.BRIDGE | Way.TUNNEL)) != 0
    slots = np.flatnonzero((streets.segment_mm > 0) & ~low_or_high)
    if not len(slots) or not len(rings):
        return np.array([], dtype=object)
    x, y = streets.vertex_x_m, streets.vertex_y_m
    reach = limit_m + MASK_CELL_M  # middles of segments up to two cells long
    boxes = shapely.bounds(rings) + np.array([-reach, -reach, reach, reach])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    cell = max(MASK_CELL_M, float((high - low).max()) / MOST_MASK_CELLS)
    mask = np.zeros(np.ceil((high - low) / cell).astype(int) + 1, dtype=bool)
    for west, south, east, north in ((boxes - np.tile(low, 2)) // cell).astype(int):
        mask[west : east + 1, south : north + 1] = True
    middle = np.column_stack([x[slots] + x[slots + 1], y[slots] + y[slots + 1]]) / 2.0
    column = ((middle - low) // cell).astype(int)
    inside = ((column >= 0) & (column < mask.shape)).all(axis=1)
    near = streets.segment_mm[slots] > 2000.0 * MASK_CELL_M
    near[inside] |= mask[tuple(column[inside].T)]
    slots = slots[near]
    ends = np.stack([np.column_stack([x[slots], y[slots]]), np.column_stack([x[slots + 1], y[slots + 1]])], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)
