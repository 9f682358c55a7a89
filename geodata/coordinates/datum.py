"""Whether a layer lies where it says: a layer shifted by GCJ-02 or BD-09 fits the streets badly, until unshifted.

The method is ours. Boundaries and addresses keep to streets: at its true place more of a layer lies within a few
metres of a street than after any shift by some hundred metres. So the share of sample points near a street is taken as
read, as read in each other system, and, to know what chance gives, after about a hundred shifts that no system
explains. A layer is doubted only when another reading stands out clearly from chance and the present one doesn't. A
layer that has nothing to do with streets (coarse boundaries, centres of a grid) stands out nowhere, and nothing is
said: silence is no proof.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.coordinates.crs import System, project_lonlat
from geodata.coordinates.offsets import bd09_to_wgs84, gcj02_to_wgs84, inside_china, wgs84_to_bd09, wgs84_to_gcj02
from geodata.faults import Fault, Severity
from geodata.shapes import shapes_of
from geodata.street.snap import street_metres
from geodata.streets import Streets

Floats = NDArray[np.float64]

RADII_M = (5.0, 10.0, 20.0, 40.0)  # near a street; a drawn boundary keeps to the middle of it, an entrance to its edge
MOST_SAMPLES = 6000
SAMPLE_EVERY_M = 20.0
MOST_DRAWN = 300_000  # samples of the whole layer, before those far from the streets are left out
DEGREE_M = 90_000.0  # a degree of longitude in the middle of China, for the spacing of samples only
NEAR_STREETS_M = 1000.0  # samples further from every street tell nothing
CHANCE_RINGS_M = (170.0, 280.0, 390.0)  # shifts around each reading: far enough to miss it, near enough to compare
CHANCE_APART_M = 120.0
LEAST_SQUARES = 20  # fewer places than this prove nothing; a place is a square of SQUARE_M
SQUARE_M = 100.0
CLEAR = 5.0  # standard deviations above chance; 225 readings of real boundaries moved at random stayed below 4

CODES = {
    "wgs84": "probably_wgs84",
    "gcj02": "probably_gcj02",
    "bd09": "probably_bd09",
    "streets": "streets_probably_gcj02",
}
LABELS = {"gcj02": "GCJ-02", "bd09": "BD-09"}


def datum_doubts(layer: str, geometry_lonlat: gpd.GeoSeries, system: System, streets: Streets) -> list[Fault]:
    """Doubt a layer that fits the streets clearly better in another Chinese coordinate system than in its own.

    Parameters
    ----------
    layer : str
        Its name, for the message.
    geometry_lonlat : GeoSeries
        The layer in degrees as read (shift already taken away where ``system`` says so).
    system : System
        How it was read.
    """
    lonlat = _samples(geometry_lonlat, streets)
    if lonlat.size == 0 or not inside_china(*np.median(lonlat, axis=0)).item():
        return []
    points = _projected(lonlat, streets)
    useful = np.isfinite(street_metres(streets, points[:, 0].copy(), points[:, 1].copy(), NEAR_STREETS_M))
    every = max(1, -(-int(useful.sum()) // MOST_SAMPLES))
    points, lonlat = points[useful][::every], lonlat[useful][::every]
    if len(np.unique(np.floor(points / SQUARE_M), axis=0)) < LEAST_SQUARES:
        return []
    moves = {name: _projected(other, streets) - points for name, other in _readings(lonlat, system).items()}
    given = _shares(streets, points)
    others = {name: _shares(streets, points + move) for name, move in moves.items()}
    if not any((shares > given).any() for shares in others.values()):
        return []  # no reading fits better anywhere, so none can stand out more: chance needn't be measured
    chance = np.array([_shares(streets, points + move) for move in _chance_moves(moves)])
    middle = chance.mean(axis=0)
    # never below the spread of as many independent draws, so that a handful of points can't seem exact
    drawn = np.sqrt(np.maximum(middle, 1.0 / len(points)) * (1.0 - middle) / len(points))
    spread = np.maximum(np.maximum(chance.std(axis=0, ddof=1), drawn), 1e-9)
    score_given = float(((given - middle) / spread).max())
    best: tuple[float, str, int, Floats] | None = None
    for name, shares in others.items():
        scores = np.where(shares > chance.max(axis=0), (shares - middle) / spread, 0.0)
        radius = int(np.argmax(scores))
        if scores[radius] >= CLEAR and (best is None or scores[radius] > best[0]):
            best = float(scores[radius]), name, radius, shares
    if best is None or score_given > best[0] / 2.0:
        return []
    _, name, radius, shares = best
    details = {
        "declared": system.label,
        "shift_m": f"{np.hypot(*moves[name].T).mean():.0f}",
        "samples": len(points),
        "radius_m": f"{RADII_M[radius]:.0f}",
        "share_given": f"{given[radius]:.1%}",
        "share_other": f"{shares[radius]:.1%}",
        "share_chance": f"{middle[radius]:.1%}",
    }
    code = CODES[name]
    if system.kind == "projected" and name in LABELS:  # metres can't be read as GCJ-02: the file itself must change
        code, details["other"] = "probably_projected_shifted", LABELS[name]
    return [Fault(code=code, severity=Severity.DOUBT, layer=layer, column="crs", details=details)]


def _readings(lonlat: Floats, system: System) -> dict[str, Floats]:
    """Return where the samples would lie if the file were in another system, or the streets in GCJ-02."""
    lon, lat = lonlat.T
    raw = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
    as_written = raw[system.kind](lon, lat) if system.kind in raw else (lon, lat)
    found = {
        "wgs84": as_written,
        "gcj02": gcj02_to_wgs84(*as_written),
        "bd09": bd09_to_wgs84(*as_written),
        "streets": wgs84_to_gcj02(lon, lat),  # streets that are shifted lie where GCJ-02 would put this layer
    }
    own = system.kind if system.kind in raw else "wgs84"
    if own == "gcj02":
        del found["streets"]  # the same place as "wgs84": both agree that one of the two isn't GCJ-02
    return {name: np.column_stack(place) for name, place in found.items() if name != own}


def _samples(geometry_lonlat: gpd.GeoSeries, streets: Streets) -> Floats:
    """Return points of the layer in degrees: points as they are, boundaries and lines every few metres."""
    shapes = shapely.get_parts(shapes_of(geometry_lonlat))
    is_area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004 - areas
    lines = np.concatenate([shapely.boundary(shapes[is_area]), shapes[shapely.get_dimensions(shapes) == 1]])
    points = shapely.get_coordinates(shapes[shapely.get_dimensions(shapes) == 0])
    if lines.size:
        step_deg = max(SAMPLE_EVERY_M / DEGREE_M, float(shapely.length(lines).sum()) / MOST_DRAWN)
        points = np.concatenate([points, shapely.get_coordinates(shapely.segmentize(lines, step_deg))])
    projected = _projected(points, streets)
    box = (streets.vertex_x_m, streets.vertex_y_m)
    if not box[0].size or not points.size:
        return points[:0]
    inside = np.all(
        [
            (projected[:, axis] >= box[axis].min() - NEAR_STREETS_M)
            & (projected[:, axis] <= box[axis].max() + NEAR_STREETS_M)
            for axis in (0, 1)
        ],
        axis=0,
    )
    # one point for every square metre: a place given twice is no second witness
    _, first = np.unique(np.round(projected[inside]), axis=0, return_index=True)
    return points[inside][np.sort(first)]


def _projected(lonlat: Floats, streets: Streets) -> Floats:
    return np.column_stack(project_lonlat(lonlat[:, 0], lonlat[:, 1], streets.crs_m))


def _shares(streets: Streets, points: Floats) -> Floats:
    """Return the share of points within each of RADII_M of a street."""
    away_m = street_metres(streets, points[:, 0].copy(), points[:, 1].copy(), RADII_M[-1])
    return np.array([np.mean(away_m <= radius) for radius in RADII_M])


def _chance_moves(moves: Mapping[str, Floats]) -> list[Floats]:
    """Return shifts that no reading explains: rings around the place as read and around every reading."""
    centres = [np.zeros_like(next(iter(moves.values()))), *moves.values()]
    middles = np.array([centre.mean(axis=0) for centre in centres])
    found = []
    for centre, middle in zip(centres, middles, strict=True):
        for ring, radius in enumerate(CHANCE_RINGS_M):
            for turn in range(8):
                angle = (turn + ring / 3.0) * np.pi / 4.0
                step = radius * np.array([np.cos(angle), np.sin(angle)])
                if np.hypot(*(middles - middle - step).T).min() >= CHANCE_APART_M:
                    found.append(centre + step)
    return found
