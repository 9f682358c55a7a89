"""Who lives in the residential areas of the made-up city, and since when."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.demo.blocks import Estate
from scenarios.demo.dice import Dice, chances, dice
from scenarios.demo.estates import Estates

ELDER_SHARE = 0.25  # of all people are 60 or older (Jinan's plan for 2025, NORMS JN-28)
DISABLED_SHARE = 0.073  # of those over 60 (the same)
ELDERS = {Estate.OLD: 0.31, Estate.MIDDLE: 0.27, Estate.NEW: 0.122, Estate.VILLAGE: 0.33}  # before the overall share
OVER_80 = {Estate.OLD: 0.16, Estate.MIDDLE: 0.12, Estate.NEW: 0.08, Estate.VILLAGE: 0.15}  # of those over 60
HOUSEHOLD = {Estate.OLD: 2.42, Estate.MIDDLE: 2.62, Estate.NEW: 2.78, Estate.VILLAGE: 2.70}  # people
DENSITY = {Estate.OLD: 0.034, Estate.MIDDLE: 0.0165}  # households for each square metre inside the walls
BUILT = {Estate.OLD: (1975, 1999), Estate.MIDDLE: (1996, 2013), Estate.NEW: (2019, 2025), Estate.VILLAGE: (1980, 2010)}
NEW_SINCE = np.datetime64("2020-05-01", "D")  # permits from this day on count as new (NORMS A-8)
NO_PAPERS_SHARE = 0.6  # of old estates and villages have no date of permission any more
OWED_PER_HOUSEHOLD_M2 = 0.30  # 30 m2 for 100 households, the stricter of the norms


def draw_people(estates: Estates, seed: int) -> pd.DataFrame:
    """Return households, people, elders and dates, one row per residential area.

    The shares of elders are scaled so that the whole city has ``ELDER_SHARE``. ``built_elder_area_m2`` is 0 for older
    estates; of the new ones some have nothing, some too little, some exactly what is owed, some more.
    """
    rng = dice(seed, "people")
    kind, count = estates.kind, len(estates.kind)
    households = _households(estates, rng)
    size = _by_kind(HOUSEHOLD, kind) + rng.normal(0, 0.14, count)
    population = np.maximum(np.round(households * size), 3).astype(np.int64)
    share = np.clip(_by_kind(ELDERS, kind) * rng.lognormal(0, 0.16, count), 0.04, 0.52)
    share *= ELDER_SHARE * population.sum() / (share * population).sum()
    elders = np.round(population * share).astype(np.int64)
    over_80 = np.round(elders * np.clip(_by_kind(OVER_80, kind) * rng.lognormal(0, 0.2, count), 0, 0.5))
    disabled = rng.binomial(elders, DISABLED_SHARE)
    first, last = (_by_kind({estate: years[k] for estate, years in BUILT.items()}, kind) for k in (0, 1))
    completed = _days(first + rng.random(count) * (last - first + 1))
    permit = completed - (rng.integers(14, 34, count) * 30).astype("timedelta64[D]")
    new = (kind == Estate.NEW) & (permit >= NEW_SINCE)
    unknown = np.isin(kind, (Estate.OLD, Estate.VILLAGE)) & chances(rng, NO_PAPERS_SHARE, count)
    return pd.DataFrame(
        {
            "households": households,
            "population": population,
            "elders_60": elders,
            "elders_80": over_80.astype(np.int64),
            "disabled_elders": disabled.astype(np.int64),
            "new": new,
            "permit_date": np.where(unknown, np.datetime64("NaT", "D"), permit),
            "completion_date": completed,
            "built_elder_area_m2": _rooms(households, new=new, rng=rng),
        }
    )


def _households(estates: Estates, rng: Dice) -> NDArray[np.int64]:
    """Draw log-normal numbers of households around what the ground can hold."""
    kind, area_m2 = estates.kind, estates.area_m2
    middle = area_m2 * _by_kind(DENSITY, kind)
    middle = np.where(kind == Estate.NEW, 0.80 * area_m2**0.65, middle)
    middle = np.where(kind == Estate.VILLAGE, 230.0, middle)
    drawn = middle * rng.lognormal(0, np.where(kind == Estate.VILLAGE, 0.45, 0.32), len(kind))
    drawn = np.where(kind == Estate.NEW, np.clip(drawn, 800, 3000), np.clip(drawn, 16, 1600))
    return np.round(drawn).astype(np.int64)


def _rooms(households: NDArray[np.int64], *, new: NDArray[np.bool_], rng: Dice) -> NDArray[np.float64]:
    """Return square metres of rooms for elder care that came with the new estates, on both sides of what is owed."""
    low = rng.choice([0.0, 0.3, 1.0, 1.02], p=[0.25, 0.25, 0.2, 0.3], size=len(households))
    high = np.select([low == 0.3, low > 1], [0.98, 1.5], low)  # noqa: PLR2004 - the cases of the line above
    share = low + (high - low) * rng.random(len(households))
    return np.where(new, np.round(households * OWED_PER_HOUSEHOLD_M2 * share, 1), 0.0)


def _by_kind(table: dict[Estate, float] | dict[Estate, int], kind: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([float(table.get(estate, 0)) for estate in Estate])[kind]


def _days(year: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Turn years with a fraction into days, none later than the day of the demo study."""
    days = np.datetime64("1970-01-01", "D") + np.floor((year - 1970.0) * 365.2425).astype("timedelta64[D]")
    return np.minimum(days, np.datetime64("2025-12-15", "D"))
