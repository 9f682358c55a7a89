"""Candidates made where none are listed: public buildings, hot spots of uncovered elders, and points along streets.

A generated point says where a facility would be of use, not that there is room for one: its area, cost, storey and
checks are unknown. It lies on a street that is neither bridge nor tunnel nor stairs, or at a public building of the
study, so never in water, nor in water or green space of the study's background; it lies in a district, where the
study has any; and somebody uncovered can walk to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.city import City
from geodata.doors import Doors, doors_at
from geodata.membership import district_of
from geodata.schema import DISTRICT_LEVELS, Candidates
from geodata.shapes import Shapes, inner_points, shapes_of
from geodata.streets import Floats, Longs, Streets, Way
from geodata.words import say
from planning.reach import walk_doors
from planning.walking.network import Network

KIND = "generated"
ORIGINS = ("public", "hot_spot", "street")  # of two too near each other the earlier one stays
GRID_M = 300.0  # side of the cells that give one street point each; ours
COARSER = 1.25
FINER = 6  # one street point is kept in every square of this part of a cell's side
MOST_CELLS = 600  # the grid is made coarser where more cells would be left
MOST_HOT_SPOTS = 60
ELDERS_PER_HOT_SPOT = 300.0  # one for so much uncovered weight; ours
SEED = 20_251_231
OFF_GROUND = Way.BRIDGE | Way.TUNNEL | Way.STAIRS
BARRED = ("water", "green")  # of the background
AREA = 2  # dimensions
PREFIXES = ("G", "GEN", "GENERATED-")


@dataclass(frozen=True, eq=False)
class Spots:
    """Points of one origin, each with what it is called after ("" but for public buildings)."""

    origin: str
    xy_m: Floats  # [points, 2]
    names: Sequence[str]


def generated(
    city: City,
    network: Network,
    uncovered: pd.Series,
    limit_s: float,
    *,
    public: gpd.GeoDataFrame | None = None,
    grid_m: float = GRID_M,
) -> tuple[Candidates, Doors]:
    """Make candidates within a walk of uncovered people, numbered from the one that most of them can walk to.

    Parameters
    ----------
    uncovered : Series on the residential areas
        What a candidate would newly serve in each: 0 where all is covered; at least 0, never missing.
    limit_s : float
        Seconds from home, included.
    public : GeoDataFrame, optional
        Public buildings with ``name``, in the city's CRS.
    grid_m : float
        Side of the cells along streets; made longer where the city would need more than ``MOST_CELLS``.

    Returns
    -------
    The columns of the candidates layer, ``kind`` "generated", ``origin`` one of ``ORIGINS``, everything else missing;
    and their doors.
    """
    shapes = inner_points(city.residential.geometry)
    wanting = (uncovered.to_numpy(dtype=float) > 0) & ~shapely.is_missing(shapes)
    homes, weight = shapely.get_coordinates(shapes[wanting]), uncovered.to_numpy(dtype=float)[wanting]
    if not len(homes):
        return named(city, network, [], uncovered, limit_s)
    near_m = limit_s * network.profile.speed_m_s
    ground = inside(city, nearby(street_points(city.streets, grid_m / 3), homes, near_m, grid_m / FINER))
    cells = grid_points(ground, homes, near_m, grid_m)
    spots = [
        public_spots(city, public, homes, near_m),
        Spots("hot_spot", on_ground(hot_spots(homes, weight), ground), ()),
        Spots("street", cells, ()),
    ]
    taken = shapely.get_coordinates(inner_points(city.candidates.geometry))
    return named(city, network, apart(spots, taken, grid_m / 2), uncovered, limit_s)


def street_points(streets: Streets, step_m: float) -> Floats:
    """Return points along the streets, one in the middle of every piece of at most ``step_m``, none off the ground."""
    solid = (streets.segment_mm > 0) & ((streets.segment_way & OFF_GROUND) == 0)
    slots = np.flatnonzero(solid)
    ends = [np.column_stack([streets.vertex_x_m[at], streets.vertex_y_m[at]]) for at in (slots, slots + 1)]
    pieces = np.maximum(1, np.ceil(np.hypot(*(ends[1] - ends[0]).T) / step_m)).astype(np.int64)
    of = np.repeat(np.arange(len(slots)), pieces)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = ((nth + 0.5) / pieces[of])[:, None]
    found: Floats = np.round(ends[0][of] * (1 - share) + ends[1][of] * share, 2)
    return found


def nearby(points: Floats, homes: Floats, near_m: float, side_m: float) -> Floats:
    """Keep one point in every square of ``side_m``, of the squares whose middle lies within ``near_m`` of a home."""
    cells, first, _ = squares(points, side_m)
    away, _ = cKDTree(homes).query(cells, distance_upper_bound=near_m)
    found: Floats = points[first[np.isfinite(away)]]
    return found


def squares(points: Floats, side_m: float) -> tuple[Floats, Longs, Longs]:
    """Return the middles of the squares that hold any point, the first point of each, and the square of each point."""
    column, row = np.floor(points / side_m).astype(np.int64).T
    _, first, of = np.unique(column * (1 << 32) + row, return_index=True, return_inverse=True)
    middles = (np.column_stack([column[first], row[first]]) + 0.5) * side_m
    return middles, first, of


def inside(city: City, points: Floats) -> Floats:
    """Keep the points that lie in a district, where the study has any, and neither in water nor in green space."""
    level = next((one for one in DISTRICT_LEVELS if (city.districts["level"] == one).any()), "")
    shapes = shapes_of(city.districts.geometry)[(city.districts["level"] == level).to_numpy(dtype=bool)]
    shapes = shapes[~shapely.is_missing(shapes)]
    barred = shapes_of(city.background.geometry)[city.background["kind"].isin(BARRED).to_numpy(dtype=bool)]
    barred = barred[shapely.get_dimensions(barred) == AREA]
    found: Floats = points[(held(shapes, points) | (not len(shapes))) & ~held(barred, points)]
    return found


def held(shapes: Shapes, points: Floats) -> NDArray[np.bool_]:
    """Mark the points that lie in any of the shapes, the edge included."""
    marked = np.zeros(len(points), dtype=bool)
    if len(shapes) and len(points):
        spots = np.asarray(shapely.points(points), dtype=np.object_)
        marked[shapely.STRtree(spots).query(shapes, predicate="intersects")[1]] = True
    return marked


def grid_points(ground: Floats, homes: Floats, near_m: float, grid_m: float) -> Floats:
    """Return for every cell near a home the street point nearest to its middle."""
    side = grid_m
    while True:
        middles, _, of = squares(ground, side)
        away, _ = cKDTree(homes).query(middles, distance_upper_bound=near_m)
        kept = np.isfinite(away)
        if kept.sum() <= MOST_CELLS:
            break
        side *= COARSER
    off = np.round(np.hypot(*(ground - middles[of]).T), 2)
    order = np.lexsort((ground[:, 1], ground[:, 0], off, of))
    first = order[np.diff(of[order], prepend=-1) != 0]
    found: Floats = ground[first[kept]]
    return found


def hot_spots(homes: Floats, weight: Floats) -> Floats:
    """Return the middles of clusters of uncovered people: k-means weighted by them, the same on every machine."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - slow to load
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # noqa: PLC0415 - of scikit-learn

    several = len(np.unique(homes, axis=0))
    count = int(np.clip(np.ceil(weight.sum() / ELDERS_PER_HOT_SPOT), 1, min(MOST_HOT_SPOTS, several)))
    origin = homes.min(axis=0)
    with threadpool_limits(1):  # sums over several threads round otherwise
        found = KMeans(count, n_init=1, random_state=SEED).fit(homes - origin, sample_weight=weight)
    centres: Floats = np.round(found.cluster_centers_ + origin, 1)
    ordered: Floats = centres[np.lexsort((centres[:, 1], centres[:, 0]))]
    return ordered


def on_ground(points: Floats, ground: Floats) -> Floats:
    """Move points to the nearest point of the ground."""
    if not len(ground):
        return ground
    _, at = cKDTree(ground).query(points)
    found: Floats = ground[np.unique(at)]
    return found


def public_spots(city: City, public: gpd.GeoDataFrame | None, homes: Floats, near_m: float) -> Spots:
    """Return the public buildings in a district within ``near_m`` of a home by air."""
    if public is None or not len(public):
        return Spots("public", np.empty((0, 2)), ())
    shapes = inner_points(public.geometry)
    placed = ~shapely.is_missing(shapes)
    xy = np.round(shapely.get_coordinates(shapes[placed]), 2)
    names = public["name"].astype(str).to_numpy()[placed]
    away, _ = cKDTree(homes).query(xy, distance_upper_bound=near_m) if len(xy) else (np.empty(0), None)
    here = np.isfinite(away) & within(city, xy)
    return Spots("public", xy[here], list(names[here]))


def within(city: City, points: Floats) -> NDArray[np.bool_]:
    """Mark the points that ``inside`` keeps."""
    kept = {tuple(point) for point in inside(city, points).tolist()}
    return np.array([tuple(point) in kept for point in points.tolist()], dtype=bool)


def apart(spots: Sequence[Spots], taken: Floats, least_m: float) -> list[tuple[str, str, float, float]]:
    """Return origin, name and place of the points, none nearer than ``least_m`` to one kept before or to ``taken``."""
    rows = [
        (one.origin, one.names[n] if len(one.names) else "", *point)
        for one in spots
        for n, point in enumerate(one.xy_m.tolist())
    ]
    if not rows:
        return []
    xy = np.array([row[2:] for row in rows], dtype=float)
    tree = cKDTree(xy)
    gone = np.zeros(len(rows), dtype=bool)
    for point in taken:
        gone[tree.query_ball_point(point, least_m)] = True
    kept = []
    for at, row in enumerate(rows):
        if not gone[at]:
            kept.append(row)
            gone[tree.query_ball_point(xy[at], least_m)] = True
    return kept


def named(
    city: City, network: Network, rows: list[tuple[str, str, float, float]], uncovered: pd.Series, limit_s: float
) -> tuple[Candidates, Doors]:
    """Drop the points that nobody new can walk to, number the rest, and say what and where each is."""
    xy = np.array([row[2:] for row in rows], dtype=float).reshape(-1, 2)
    snap_m = city.study.walking.snap_m
    trial = doors_at(pd.RangeIndex(len(rows)), xy[:, 0], xy[:, 1], city.streets, snap_m)
    reach = walk_doors(network, city.doors["residential"], trial, limit_s)
    near = reach.matrix()
    near.data[:] = 1.0
    gain = np.round(near.T @ uncovered.to_numpy(dtype=float), 6) if len(rows) else np.empty(0)
    order = [at for at in np.lexsort((xy[:, 1], xy[:, 0], -gain)) if gain[at] > 0]
    digits = max(3, len(str(len(order))))
    used = set(city.candidates.index)
    prefix = next(one for one in PREFIXES if not any(str(name).startswith(one) for name in used) or one == PREFIXES[-1])
    ids = pd.Index([f"{prefix}{n:0{digits}d}" for n in range(1, len(order) + 1)], dtype="str", name="id")
    points = gpd.GeoSeries(shapely.points(xy[order]), index=ids, crs=city.crs_m)
    streets = district_of(points, city.districts, "street").map(city.districts["name"].to_dict())
    names = [called(one, rows[at][0], rows[at][1], street) for one, at, street in zip(ids, order, streets, strict=True)]
    table = empty(city).reindex(ids)
    table["row"] = pd.array([pd.NA] * len(ids), dtype="Int64")
    table["name"], table["kind"] = pd.array(names, dtype="string"), pd.array([KIND] * len(ids), dtype="string")
    table["origin"] = pd.array([rows[at][0] for at in order], dtype="string")
    found = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=points, crs=city.crs_m)
    return Candidates(found), doors_at(ids, xy[order, 0], xy[order, 1], city.streets, snap_m)


def called(one: str, origin: str, name: str, street: object) -> str:
    """Return what a generated point is called, in the language of the study's own names."""
    where = say(f"generated_at_{origin}", "zh", name=name)
    if pd.isna(street):  # type: ignore[call-overload]
        return say("generated_name_plain", "zh", id=one, where=where)
    return say("generated_name", "zh", id=one, street=street, where=where)


def empty(city: City) -> Candidates:
    """Return the candidates layer without a row, with the column ``origin``."""
    table = gpd.GeoDataFrame(city.candidates.iloc[:0].copy())
    if "origin" not in table:
        table["origin"] = pd.array([], dtype="string")
    return Candidates(table)
