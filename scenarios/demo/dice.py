"""Seeded random streams: one per purpose, so that a change in one part of the city leaves the others as they were."""

import zlib

import numpy as np
from numpy.typing import NDArray

Dice = np.random.Generator


def dice(seed: int, purpose: str) -> Dice:
    """Return the random stream of ``purpose`` in the city of ``seed``."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def chance(rng: Dice, share: float) -> bool:
    """Say yes in ``share`` of all cases."""
    return bool(rng.random() < share)


def chances(rng: Dice, share: float, count: int) -> NDArray[np.bool_]:
    """Say yes or no ``count`` times, yes in about ``share`` of them."""
    return np.asarray(rng.random(count) < share)
