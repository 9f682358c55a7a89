"""What a plan is worth, worked out from its sites and the walks alone; nothing here has seen a model."""

import math

import numpy as np
import pandas as pd

from planning.reach import Reach


def covered_weight(reach: Reach, weights: pd.Series | None, opened: pd.Index, limit_s: float) -> float:
    """Return the weight of the places with an open site within ``limit_s``, the limit included; None: count places."""
    covered = reach.only_sites(opened).covered(limit_s)
    return float(covered.sum()) if weights is None else math.fsum(weights[covered])


def least_seconds(reach: Reach, opened: pd.Index) -> pd.Series:
    """Return each place's seconds to its nearest open site; inf where none is in reach."""
    pairs = reach.only_sites(opened).pairs()
    return pairs.groupby("place_id", sort=False)["seconds"].min().reindex(reach.places, fill_value=np.inf)


def weighted_seconds(reach: Reach, weights: pd.Series, opened: pd.Index) -> float:
    """Return the weighted sum of seconds to the nearest open site; inf when a place has none in reach."""
    seconds = least_seconds(reach, opened)
    return math.inf if np.isinf(seconds).any() else math.fsum(weights * seconds)


def longest_seconds(reach: Reach, opened: pd.Index) -> float:
    """Return the longest walk to a nearest open site; inf when a place has none in reach, 0 without places."""
    return float(least_seconds(reach, opened).max()) if len(reach.places) else 0.0
