"""What stands beside elder care in the made-up city: clinics, hospitals, and idle buildings to be converted."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.demo.dice import Dice, dice
from scenarios.demo.districts import Districts
from scenarios.demo.facilities import ZONES
from scenarios.demo.names import FIRST, SECOND, draw, words
from scenarios.demo.sites import Sites

Whole = NDArray[np.int64]

MEDICAL: dict[str, tuple[tuple[float, float, float, float], bool, str]] = {  # word: by zone, per street, level
    "社区卫生服务中心": ((0.98, 0.96, 0.9, 0.2), True, "一级"),
    "乡镇卫生院": ((0.0, 0.0, 0.1, 0.9), True, "一级"),
    "医院": ((0.5, 0.4, 0.25, 0.05), True, "二级"),
    "康复医院": ((0.04, 0.08, 0.06, 0.0), True, "二级"),
    "护理院": ((0.03, 0.06, 0.08, 0.0), True, ""),
    "社区卫生服务站": ((0.6, 0.55, 0.45, 0.05), False, ""),
    "诊所": ((0.6, 0.5, 0.3, 0.05), False, ""),
    "村卫生室": ((0.0, 0.0, 0.1, 0.65), False, ""),
}
MEDICAL_ENDING = {"医院": "人民医院", "诊所": "诊所", "社区卫生服务中心": "社区卫生服务中心"}
IDLE = (
    "闲置办公",
    "闲置学校",
    "闲置宾馆",
    "闲置厂房",
    "物业用房",
    "闲置商铺",
    "培训中心",
    "闲置医院",
    "疗养院",
    "村集体用房",
)
IDLE_AREA_M2 = (900, 2400, 2600, 3200, 260, 320, 1100, 2800, 3500, 380)
IDLE_SHARE = (0.17, 0.10, 0.08, 0.10, 0.22, 0.15, 0.06, 0.03, 0.02, 0.07)
IDLE_BY_ZONE = (0.85, 0.8, 0.75, 0.3)  # for each community
COST_PER_M2_YUAN = 2300.0  # of converting a building; ours, for the demo only


def draw_medical(sites: Sites, districts: Districts, seed: int) -> pd.DataFrame:
    """Return one row per clinic or hospital: id, name, kind (Chinese word), level, x_m, y_m."""
    rng = dice(seed, "medical")
    names = {level: _names(districts, level) for level in ("street", "community")}
    tables = []
    for word, (by_zone, per_street, level) in MEDICAL.items():
        likely = np.array(by_zone)[np.digitize(sites.far, ZONES)]
        if per_street:
            community = _one_per_street(sites, districts, rng)
            community = community[rng.random(len(community)) < likely[community]]
            base = names["street"][districts.street_of[community]]
        else:
            community = np.flatnonzero((rng.random(len(likely)) < likely) & (sites.start[1:] > sites.start[:-1]))
            base = names["community"][community]
        x_m, y_m = sites.pick(community, rng)
        name = [f"{word_of}{MEDICAL_ENDING.get(word, word)}" for word_of in base]
        tables.append(pd.DataFrame({"name": name, "kind": word, "level": level or None, "x_m": x_m, "y_m": y_m}))
    table = pd.concat(tables, ignore_index=True)
    table.insert(0, "id", [f"M{k + 1:05d}" for k in range(len(table))])
    return table


def draw_candidates(sites: Sites, seed: int) -> pd.DataFrame:
    """Return one row per idle building, with the columns of the candidates layer and x_m, y_m."""
    rng = dice(seed, "candidates")
    likely = np.array(IDLE_BY_ZONE)[np.digitize(sites.far, ZONES)]
    filled = sites.start[1:] > sites.start[:-1]
    community = np.flatnonzero(filled & (rng.random(len(likely)) < likely))
    x_m, y_m = sites.pick(community, rng)
    count = len(community)
    kind = rng.choice(len(IDLE), p=IDLE_SHARE, size=count)
    area_m2 = np.round(np.array(IDLE_AREA_M2, float)[kind] * rng.lognormal(0, 0.4, count))
    fire = rng.choice(3, p=[0.62, 0.18, 0.2], size=count)
    access = rng.choice(3, p=[0.58, 0.24, 0.18], size=count)
    available = np.datetime64("2026-01-01", "D") + rng.integers(0, 900, count).astype("timedelta64[D]")
    cost = np.round(area_m2 * COST_PER_M2_YUAN * rng.lognormal(0, 0.25, count), -3)
    word = words(kind, *IDLE)
    place = draw(rng, count, FIRST, SECOND)
    return pd.DataFrame(
        {
            "id": [f"C{k + 1:05d}" for k in range(count)],
            "name": [f"{base}{ending.removeprefix('闲置')}" for base, ending in zip(place, word, strict=True)],
            "kind": word,
            "floor_area_m2": area_m2,
            "floor": rng.choice(
                ["1", "1-2", "1-3", "2", "3", "4-5", "-1"], p=[0.36, 0.2, 0.14, 0.12, 0.08, 0.06, 0.04], size=count
            ),
            "cost_yuan": cost,
            "accessible": words(access, "是", "否", None),
            "fire_ok": words(fire, "是", "否", None),
            "available_on": available,
            "x_m": x_m,
            "y_m": y_m,
        }
    )


def _names(districts: Districts, level: str) -> NDArray[np.object_]:
    return districts.table.loc[districts.table["level"] == level, "name"].to_numpy(dtype=np.object_)


def _one_per_street(sites: Sites, districts: Districts, rng: Dice) -> Whole:
    """Choose one community with streets in every street district."""
    order = np.lexsort((rng.random(len(sites.far)), sites.start[1:] == sites.start[:-1], districts.street_of))
    return order[np.unique(districts.street_of[order], return_index=True)[1]]
