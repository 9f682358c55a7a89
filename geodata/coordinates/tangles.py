"""Tangles: polygons that cross themselves so often that mending them would take minutes and gigabytes."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]

# mending takes some 30 microseconds and 2 kB a crossing; a hand that slipped makes a few
MOST_CROSSINGS, MOST_CROSSINGS_OF_LAYER = 100_000, 300_000
MOST_PAIRS_AT_ONCE = 2_000_000


def tangled_among(shapes: Shapes, invalid: Bools) -> Bools:
    """Mark polygons that would take minutes and gigabytes to mend: too many segments cross others of the same shape."""
    tangled = np.zeros(len(shapes), dtype=bool)
    left = MOST_CROSSINGS_OF_LAYER
    for place in np.flatnonzero(invalid):
        most = min(left, MOST_CROSSINGS)
        crossings = crossings_of(shapes[place], most)
        tangled[place] = crossings > most
        left -= 0 if tangled[place] else crossings
    return tangled


def crossings_of(shape: BaseGeometry, most: int) -> int:
    """Count the pairs of segments of a polygon that cross, touch or overlap away from their ends.

    Counting stops soon after ``most``.
    """
    points, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    starts = np.flatnonzero(ring[1:] == ring[:-1])
    a, b = points[starts], points[starts + 1]
    segments: Shapes = np.asarray(shapely.linestrings(np.stack([a, b], axis=1)), dtype=object)
    tree = shapely.STRtree(segments)
    step = max(1, MOST_PAIRS_AT_ONCE // max(1, len(segments)))
    count = 0
    for first in range(0, len(segments), step):
        one, other = tree.query(segments[first : first + step])
        one += first
        apart = one + 1 < other  # each pair once
        one, other = one[apart], other[apart]
        across = _side(a[one], b[one], a[other]) * _side(a[one], b[one], b[other]) <= 0.0
        across &= _side(a[other], b[other], a[one]) * _side(a[other], b[other], b[one]) <= 0.0
        meet = np.zeros(len(one), dtype=bool)  # parts that lie side by side share corners and edges
        for end in (a, b):
            meet |= (end[one] == a[other]).all(axis=1) | (end[one] == b[other]).all(axis=1)
        count += int((across & ~meet).sum())
        if count > most:
            break
    return count


def _side(a: Floats, b: Floats, point: Floats) -> Floats:
    """Return on which side of the line from ``a`` to ``b`` a point lies: above or below zero."""
    along, across = b - a, point - a
    return np.asarray(np.sign(along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]))
