"""Elder-care facilities of the made-up city: enough in the old town, few in new districts, gaps across the river."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from scenarios.demo.dice import Dice, chance, chances, dice
from scenarios.demo.districts import Districts
from scenarios.demo.names import words
from scenarios.demo.sites import Sites

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SOUTH_SHARE = 0.4  # across the river there are only so many of what there would be here
ZONES = (0.4, 0.7, 1.02)  # shares of the way to the motorway ring: old town, inner city, new districts, countryside
STATUS = ("已投用", "在建", "规划", "停用")
STATUS_SHARE = (0.88, 0.04, 0.04, 0.04)
LARGE_BEDS = 50  # homes with more have a plot of their own, and some a ward for dementia
SERVED_AT_MOST = 4  # estates that one shared facility serves
SERVING_SHARE = 0.67  # of day-care centres and stations name the estates they serve
SERVED_WITHIN_M = 600.0


@dataclass(frozen=True)
class Kind:
    """What facilities of one kind are like; areas and beds are drawn log-normally around the middle."""

    word: str
    by_zone: tuple[float, float, float, float]  # how many for each community, or for each street
    area_m2: float
    beds: float = 0.0
    functions: tuple[str, ...] = ("日间照料", "助餐", "文化娱乐")
    per_street: bool = False
    rural: bool | None = None  # only in the countryside, only in town, or both


KINDS: dict[str, Kind] = {
    "street_center": Kind(
        "街道综合养老服务中心",
        (0.9, 0.8, 0.6, 0.5),
        1350,
        36,
        ("照护托养", "日间照料", "康复护理", "上门服务", "助餐", "供需对接", "资源统筹"),
        per_street=True,
    ),
    "day_care": Kind("日间照料中心", (0.16, 0.13, 0.08, 0.03), 520, 0, ("日间照料", "助餐", "康复护理", "文化娱乐")),
    "station": Kind(
        "社区养老服务站", (0.32, 0.25, 0.14, 0.05), 210, 0, ("日间照料", "助餐", "上门服务", "助浴", "文化娱乐")
    ),
    "embedded": Kind(
        "嵌入式养老机构",
        (0.5, 0.45, 0.3, 0.05),
        900,
        22,
        ("全日托养", "日间照料", "康复护理", "助餐"),
        per_street=True,
        rural=False,
    ),
    "nursing_home": Kind(
        "养老院", (0.3, 0.7, 1.0, 0.8), 6200, 150, ("全日托养", "康复护理", "助餐", "文化娱乐"), per_street=True
    ),
    "nursing_unit": Kind(
        "护理院", (0.05, 0.1, 0.14, 0.05), 5200, 110, ("全日托养", "康复护理"), per_street=True, rural=False
    ),
    "welfare_home": Kind("敬老院", (0.0, 0.0, 0.2, 0.75), 2600, 80, ("全日托养", "助餐"), per_street=True, rural=True),
    "rural_mutual": Kind("农村幸福院", (0.6, 0.6, 0.55, 0.5), 230, 0, ("日间照料", "助餐", "文化娱乐"), rural=True),
    "meal_site": Kind("助餐点", (0.5, 0.4, 0.22, 0.12), 95, 0, ("助餐",)),
    "aid_rental": Kind("康复辅具站", (0.45, 0.4, 0.3, 0.1), 70, 0, ("辅具租赁",), per_street=True),
}
SHARED = ("day_care", "station", "embedded")  # kinds whose floor can count towards what estates owe
NAME_ENDING = {
    "street_center": "综合养老服务中心",
    "day_care": "老年人日间照料中心",
    "station": "养老服务站",
    "embedded": "嵌入式养老服务中心",
    "nursing_home": "养老院",
    "nursing_unit": "护理院",
    "welfare_home": "敬老院",
    "rural_mutual": "幸福院",
    "meal_site": "老年食堂",
    "aid_rental": "康复辅具租赁站",
}


def draw_facilities(sites: Sites, districts: Districts, places: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return one row per facility; ``places`` gives id, x_m, y_m and built_elder_area_m2 of the residential areas."""
    rng = dice(seed, "facilities")
    table = pd.concat([_of_kind(key, sites, districts, rng) for key in KINDS], ignore_index=True)
    table.insert(0, "id", [f"F{k + 1:05d}" for k in range(len(table))])
    table = pd.concat([table, _history(table, rng)], axis=1)
    beds = _people_in_beds(table, rng)
    table = pd.concat([table.drop(columns="beds"), beds], axis=1)
    table["serves"] = _served(table, places, rng)
    shared = table["kind"].isin(SHARED).to_numpy()
    table["counts_to_quota"] = np.where(shared, np.where(table["serves"].notna(), "是", "否"), "否")
    table["functions"] = [
        "、".join(word for word in KINDS[kind].functions if chance(rng, 0.8)) or KINDS[kind].functions[0]
        for kind in table["kind"]
    ]
    table["floor"] = rng.choice(
        ["1", "1-2", "2", "1-3", "3", "4", "-1"], p=[0.5, 0.2, 0.1, 0.1, 0.05, 0.03, 0.02], size=len(table)
    )
    table["kind_word"] = [KINDS[kind].word for kind in table["kind"]]
    return table


def _of_kind(key: str, sites: Sites, districts: Districts, rng: Dice) -> pd.DataFrame:
    kind = KINDS[key]
    community = _chosen(kind, sites, districts, rng)
    x_m, y_m = sites.pick(community, rng)
    area_m2 = np.round(kind.area_m2 * rng.lognormal(0, 0.35, len(community)), 1)
    beds = np.maximum(np.round(kind.beds * rng.lognormal(0, 0.4, len(community))), 6 if kind.beds else 0)
    names = districts.table.loc[districts.table["level"] == "community", "name"].to_numpy(dtype=np.object_)
    streets = districts.table.loc[districts.table["level"] == "street", "name"].to_numpy(dtype=np.object_)
    base = streets[districts.street_of[community]] if kind.per_street else names[community]
    again = pd.Series(base).groupby(base, sort=False).cumcount().to_numpy()
    name = [f"{word}{'' if k == 0 else f'第{k + 1}'}{NAME_ENDING[key]}" for word, k in zip(base, again, strict=True)]
    land = kind.beds > LARGE_BEDS
    return pd.DataFrame(
        {
            "name": pd.Series(name, dtype=np.object_),
            "kind": key,
            "floor_area_m2": area_m2,
            "site_area_m2": np.round(area_m2 * rng.uniform(0.8, 1.6, len(area_m2)), 1) if land else np.nan,
            "beds": beds.astype(np.int64),
            "x_m": x_m,
            "y_m": y_m,
        }
    )


def _chosen(kind: Kind, sites: Sites, districts: Districts, rng: Dice) -> Whole:
    """Draw the communities that have one; kinds per street take one community of the street, by residents."""
    likely = np.array(kind.by_zone)[np.digitize(sites.far, ZONES)] * np.where(sites.south, SOUTH_SHARE, 1.0)
    fits = np.ones(len(likely), bool) if kind.rural is None else districts.rural == kind.rural
    fits &= sites.start[1:] > sites.start[:-1]
    if not kind.per_street:
        return np.flatnonzero(fits)[_spread(likely[fits], rng)]
    rank = np.where(fits, rng.random(len(likely)) ** (1 / (sites.residents + 1.0)), -1.0)  # weighted draw without loops
    order = np.lexsort((-rank, districts.street_of))
    first = order[np.unique(districts.street_of[order], return_index=True)[1]]
    first = first[rank[first] >= 0]
    drawn = first[_spread(likely[first], rng)]
    return drawn if len(drawn) or not len(first) else first[:1]  # every kind there is room for occurs


def _spread(likely: Floats, rng: Dice) -> NDArray[np.bool_]:
    """Choose each with its likelihood, spread evenly over the order given: systematic sampling, no clumps."""
    reached = np.cumsum(likely) + rng.random()
    return np.asarray(np.floor(reached) > np.floor(reached - likely))


def _history(table: pd.DataFrame, rng: Dice) -> pd.DataFrame:
    """Draw status, day of opening, who runs it and how doctors come."""
    count = len(table)
    status = rng.choice(np.array(STATUS, dtype=np.object_), p=STATUS_SHARE, size=count)
    opened = np.datetime64("2012-01-01", "D") + rng.integers(0, 5050, count).astype("timedelta64[D]")
    opened = np.where(np.isin(status, ("在建", "规划")), np.datetime64("NaT", "D"), opened)
    operator = rng.choice(
        ["公办", "公建民营（社会组织）", "公建民营（企业）", "民办", "社区居委会"],
        p=[0.25, 0.25, 0.15, 0.2, 0.15],
        size=count,
    )
    medical = rng.choice(["内设", "签约", "毗邻", "无"], p=[0.2, 0.5, 0.2, 0.1], size=count)
    bedded = table["beds"].to_numpy() > 0
    day_only = words(chances(rng, 0.3, count), None, "签约")
    columns = {"status": status, "opened_on": opened, "operator": operator}
    return pd.DataFrame({**columns, "medical_mode": np.where(bedded, medical.astype(np.object_), day_only)})


def _people_in_beds(table: pd.DataFrame, rng: Dice) -> pd.DataFrame:
    """Draw nursing and dementia beds, residents and carers; none of them where there is no bed."""
    beds = table["beds"].to_numpy(float)
    bedded = beds > 0
    open_now = bedded & (table["status"] == "已投用").to_numpy()
    nursing = np.round(beds * np.clip(rng.normal(0.68, 0.18, len(beds)), 0.1, 1.0))
    dementia = np.where((beds > LARGE_BEDS) & chances(rng, 0.3, len(beds)), np.round(beds * 0.12), 0.0)
    residents = np.round(beds * np.clip(rng.normal(0.58, 0.2, len(beds)), 0.1, 1.0))
    columns = {"beds": (bedded, beds), "nursing_beds": (bedded, nursing), "dementia_beds": (bedded, dementia)}
    columns |= {
        "residents": (open_now, residents),
        "carers": (open_now, np.ceil(residents / rng.uniform(3, 8, len(beds)))),
    }
    return pd.DataFrame(
        {key: pd.array(np.where(known, value, np.nan), dtype="Int64") for key, (known, value) in columns.items()}
    )


def _served(table: pd.DataFrame, places: pd.DataFrame, rng: Dice) -> NDArray[np.object_]:
    """Let two shared facilities in three serve up to four estates nearby that have no rooms of their own."""
    served = np.full(len(table), None, dtype=np.object_)
    sharing = np.flatnonzero(table["kind"].isin(SHARED).to_numpy() & chances(rng, SERVING_SHARE, len(table)))
    lacking = places[places["built_elder_area_m2"] == 0]
    tree = cKDTree(lacking[["x_m", "y_m"]].to_numpy())
    near_m, near = tree.query(table.loc[sharing, ["x_m", "y_m"]].to_numpy(), k=SERVED_AT_MOST)
    wanted = rng.integers(1, SERVED_AT_MOST + 1, len(sharing))
    ids = lacking["id"].to_numpy(dtype=np.object_)
    for at, distances, rows, most in zip(sharing, near_m, near, wanted, strict=True):
        chosen = [ids[k] for k, away in zip(rows[:most], distances, strict=False) if away <= SERVED_WITHIN_M]
        served[at] = ";".join(chosen) or None
    return served
