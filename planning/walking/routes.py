"""Routes: the walk from one place to one facility, as a line to draw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import LineString

from geodata.doors import DoorKind, Doors
from geodata.faults import fail
from geodata.streets import Streets
from planning.walking import engine
from planning.walking.anchors import Anchors, Tree, anchors
from planning.walking.nearest import walks
from planning.walking.network import NO_WAY_MM, Network

Points = NDArray[np.float64]  # [points, 2] x_m, y_m
Spot = tuple[int, float]  # vertex slot of Streets, millimetres beyond it
FIRST_TRY_MM = 2_000_000.0  # ours: search this far beyond twice the straight line before searching the whole city
ALONG = 2  # Walks.end: straight along the chain


@dataclass(frozen=True, eq=False)
class Route:
    """One walk from door to door."""

    place_id: object
    site_id: object
    line: LineString  # in the study's metric CRS, off-street legs included
    seconds: float
    metres: float
    place_door: str  # gate | boundary | centroid
    site_door: str


def route(net: Network, place_doors: Doors, place_id: object, site_doors: Doors, site_id: object) -> Route:
    """Return the quickest walk from a place to a facility; an InputError where no way exists."""
    homes = anchors(net, place_doors, _only(place_doors, place_id))
    goals = anchors(net, site_doors, _only(site_doors, site_id))
    for limit_mm in (_first_try_mm(place_doors, homes, site_doors, goals), NO_WAY_MM - 1.0):
        tree = engine.tree(net, goals, limit_mm, inwards=True)
        found = walks(net, homes, goals, tree)
        if len(found.mm) and found.mm.min() <= limit_mm:
            break
    else:
        raise fail("route_none", value=place_id, site=site_id)
    best = np.lexsort((found.home, found.length_mm, found.goal, found.mm))[0]
    home, goal = int(found.home[best]), int(found.goal[best])
    from_door, to_door = int(homes.door[home]), int(goals.door[goal])
    start, end = _spot(place_doors, from_door), _spot(site_doors, to_door)
    if found.end[best] == ALONG:
        street = [_between(net.streets, start, end)]
    else:
        node = int(homes.node[home + int(found.end[best]) * len(homes)])
        chain = int(homes.chain[home])
        street = [_between(net.streets, start, _end(net.streets, chain, last=bool(found.end[best])))]
        street += _over_nodes(net, tree, goals, goal, node, end)
    off_start = [[place_doors.x_m[from_door], place_doors.y_m[from_door]]]
    off_end = [[site_doors.x_m[to_door], site_doors.y_m[to_door]]]
    return Route(
        place_id=place_id,
        site_id=site_id,
        line=_line(np.vstack([off_start, *street, off_end])),
        seconds=float(found.mm[best] / net.profile.speed_mm_s),
        metres=float(found.length_mm[best] / 1000.0),
        place_door=DoorKind(int(place_doors.kind[from_door])).name.lower(),
        site_door=DoorKind(int(site_doors.kind[to_door])).name.lower(),
    )


def _only(doors: Doors, owner_id: object) -> NDArray[np.bool_]:
    mine: NDArray[np.bool_] = np.asarray(doors.ids == owner_id, dtype=np.bool_)
    if not mine.any():
        raise fail("walking_id_unknown", value=owner_id)
    return mine


def _first_try_mm(place_doors: Doors, homes: Anchors, site_doors: Doors, goals: Anchors) -> float:
    if len(homes) == 0 or len(goals) == 0:
        return 0.0
    east = place_doors.x_m[homes.door[0]] - site_doors.x_m[goals.door[0]]
    north = place_doors.y_m[homes.door[0]] - site_doors.y_m[goals.door[0]]
    return min(2000.0 * float(np.hypot(east, north)) + FIRST_TRY_MM, NO_WAY_MM - 1.0)


def _over_nodes(net: Network, tree: Tree, goals: Anchors, goal: int, node: int, end: Spot) -> list[Points]:
    """Follow the tree from ``node`` to the goal's own chain, and that chain to the goal."""
    streets, pieces = net.streets, []
    while (arc := int(tree.arc[node])) >= 0:
        chain, ahead = int(streets.arc_chain[arc]), bool(streets.arc_forward[arc])
        first, last = _end(streets, chain, last=False), _end(streets, chain, last=True)
        pieces.append(_between(streets, last, first) if ahead else _between(streets, first, last))  # against the arc
        node = int(np.searchsorted(net.arc_start, arc, side="right")) - 1
    chain = int(goals.chain[goal])
    from_v = goals.node[goal] != node or goals.in_mm[goal] != tree.mm[node]
    pieces.append(_between(streets, _end(streets, chain, last=bool(from_v)), end))
    return pieces


def _spot(doors: Doors, door: int) -> Spot:
    return int(doors.segment[door]), float(doors.offset_mm[door])


def _end(streets: Streets, chain: int, *, last: bool) -> Spot:
    return (int(streets.chain_start[chain + 1]) - 1 if last else int(streets.chain_start[chain])), 0.0


def _between(streets: Streets, start: Spot, end: Spot) -> Points:
    """Return the points from one spot of a chain to another."""
    if end < start:
        return _between(streets, end, start)[::-1]
    inner = slice(start[0] + 1, end[0] + 1)
    vertices = np.column_stack([streets.vertex_x_m[inner], streets.vertex_y_m[inner]])
    return np.vstack([_point(streets, start), vertices, _point(streets, end)])


def _point(streets: Streets, spot: Spot) -> Points:
    slot, offset_mm = spot
    here = np.array([[streets.vertex_x_m[slot], streets.vertex_y_m[slot]]])
    if offset_mm <= 0 or streets.segment_mm[slot] <= 0:
        return here
    there = np.array([[streets.vertex_x_m[slot + 1], streets.vertex_y_m[slot + 1]]])
    beyond: Points = (there - here) * (offset_mm / streets.segment_mm[slot])
    return here + beyond


def _line(points: Points) -> LineString:
    """Drop repeated points; a walk of no length keeps two."""
    moved = np.any(np.diff(points, axis=0) != 0, axis=1)
    kept = points[np.concatenate([[True], moved])]
    return LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))
