"""Hilbert order: what is near on the ground gets near numbers, so that a search finds it in the processor's cache."""

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled
from geodata.streets import Floats, Longs

ORDER = 16  # cells per side: 2 ** 16, 1 m in a city of 65 km


def hilbert_order(x_m: Floats, y_m: Floats) -> Longs:
    """Return the positions of points along a Hilbert curve over their extent; equal places keep their order."""
    if not len(x_m):
        return np.zeros(0, dtype=np.int64)
    span = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1e-9)
    scale = (2**ORDER - 1) / span
    column = ((x_m - x_m.min()) * scale).astype(np.int64)
    row = ((y_m - y_m.min()) * scale).astype(np.int64)
    return np.argsort(_distance(column, row), kind="stable").astype(np.int64, copy=False)


@compiled
def _distance(column: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far along the curve each cell lies (the classic turn-and-flip of quadrants, from coarse to fine)."""
    found = np.empty(len(column), np.int64)
    for i in range(len(column)):
        x, y, far = column[i], row[i], 0
        side = 1 << (ORDER - 1)
        while side > 0:
            right = 1 if x & side else 0
            upper = 1 if y & side else 0
            far += side * side * ((3 * right) ^ upper)
            if upper == 0:
                if right == 1:
                    x = (1 << ORDER) - 1 - x
                    y = (1 << ORDER) - 1 - y
                x, y = y, x
            side >>= 1
        found[i] = far
    return found
