"""Figures: what each suggested site adds to those before it, what is lost without it, and what would come next."""

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.city import City
from geodata.streets import Ints, Longs
from planning.groups import doors_of, numbers
from planning.reach import Reach, walk_doors
from planning.rules.judge import Judgement
from planning.rules.proximity import CLASSES
from planning.totals import weights
from planning.walking.network import Network
from scenarios.siting.demand import Ground
from scenarios.siting.models import Answer, streets_of_candidates, streets_without
from scenarios.siting.opening import id_of, label_of
from scenarios.siting.pool import costs_of, profile_of
from scenarios.siting_request import Request

NAMED = 3  # residential areas called by name in a reason
CONTRACT = (
    "rank",
    "candidate_id",
    "name",
    "floor_area_m2",
    "newly_covered_elders",
    "newly_covered_places",
    "closes_gap_m2",
    "nearest_medical_m",
    "phase",
    "cost_yuan",
    "reason",
)
MORE = (
    "origin",
    "street",
    "newly_covered_households",
    "kept_elders",
    "capacity",
    "assigned",
    "street_gains",
    "medical_id",
    "medical_name",
    "medical_class",
    "lost_without",
    "next_best_id",
    "next_best_name",
    "worse_by",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Gains:
    """Which chosen site each place counts for: every place for one site at most, so sites sum to the whole."""

    order: list[str]  # candidate ids by rank
    site_of: pd.Series  # on places: the candidate id, "" where the plan changes nothing
    near: Reach  # places x chosen candidates, by candidate id, within the limit
    amount: pd.DataFrame | None  # place_id, candidate_id, amount; None: capacity plays no part


def gains_of(reach: Reach, ground: Ground, answer: Answer, own: dict[str, str], heavy: pd.DataFrame) -> Gains:
    """Rank the chosen sites, phase by phase, by what each adds; a place counts for the first site that serves it.

    Where sites have a capacity, a place counts for the site that most of it is assigned to, once all of it is.
    """
    chosen = [str(one) for one in answer.plan.chosen]
    near = reach.only_sites(chosen).within(ground.limit_s)
    near = Reach(
        near.places,
        pd.Index([own[one] for one in chosen], dtype="object"),
        near.place_start,
        near.site_ix,
        near.seconds,
        near.limit_s,
    )
    turned = near.by_site()
    rows: list[Ints | Longs] = [
        turned.place_ix[turned.site_start[n] : turned.site_start[n + 1]] for n in range(len(chosen))
    ]
    amount, main = None, None
    if answer.assigned is not None:
        amount = amounts(answer.assigned, own, ground)
        main = main_sites(amount, near, ground)
        rows = [np.asarray(np.flatnonzero(main == n)) for n in range(len(chosen))]
    left = ground.uncovered.copy()
    site_of = pd.Series("", index=near.places, dtype="object")
    order: list[str] = []
    phase = [answer.phases.get(one, 1) for one in chosen]
    waiting = list(range(len(rows)))
    while waiting:
        now = min(phase[n] for n in waiting)
        ready = [n for n in waiting if phase[n] == now]
        worth = {n: tuple(heavy[name].to_numpy()[rows[n]][left[rows[n]]].sum() for name in heavy) for n in ready}
        picked = max(ready, key=lambda n: (*worth[n], -n))
        waiting.remove(picked)
        here = rows[picked][left[rows[picked]]]
        site_of.iloc[here] = own[chosen[picked]]
        left[here] = False
        order.append(own[chosen[picked]])
    return Gains(order=order, site_of=site_of, near=near, amount=amount)


def amounts(assigned: pd.DataFrame, own: dict[str, str], ground: Ground) -> pd.DataFrame:
    """Return what is assigned to new sites: place_id, candidate_id, amount."""
    new = assigned["site_id"].isin(list(own)).to_numpy(dtype=bool)
    table = assigned[new]
    ids = [own[str(one)] for one in table["site_id"]]
    found = pd.DataFrame({"place_id": table["place_id"], "candidate_id": ids, "amount": table["amount"].astype(float)})
    wanting = ground.demand.index[ground.uncovered]
    return found[found["place_id"].isin(wanting).to_numpy(dtype=bool)].reset_index(drop=True)


def main_sites(amount: pd.DataFrame, near: Reach, ground: Ground) -> Longs:
    """Return for each place the site that most of it is assigned to, -1 unless all of it is assigned."""
    places, sites = (
        near.places.get_indexer(pd.Index(amount["place_id"])),
        near.sites.get_indexer(pd.Index(amount["candidate_id"])),
    )
    table = np.zeros((len(near.places), len(near.sites)))
    np.add.at(table, (places, sites), amount["amount"].to_numpy())
    wanted = ground.demand.to_numpy(dtype=float)
    full = table.sum(axis=1) >= wanted * (1 - 1e-9) - 1e-9
    reached = np.diff(near.place_start) > 0
    nearest = np.full(len(near.places), -1, dtype=np.int64)  # who counts for nothing needs no seat
    for place in np.flatnonzero(reached & (wanted <= 0)):
        pairs = slice(near.place_start[place], near.place_start[place + 1])
        nearest[place] = near.site_ix[pairs][np.argmin(near.seconds[pairs])]
    most = table.argmax(axis=1) if len(near.sites) else nearest
    return np.where(wanted > 0, np.where(full & reached, most, -1), nearest).astype(np.int64)


def figures(
    city: City,
    paths: Network,
    ground: Ground,
    request: Request,
    judgement: Judgement | None,
    answer: Answer,
    gains: Gains,
    medical: pd.DataFrame,
) -> pd.DataFrame:
    """Return the figures of the chosen candidates in order of rank, indexed by ``candidate_id``."""
    table = city.candidates.loc[gains.order]
    given = table.drop(columns="geometry").to_dict("index")
    counted, names = weights(city), city.residential["name"]
    heard = medical.to_dict("index")
    clinics = city.medical["name"].to_dict()
    areas = areas_of(city, answer, gains.order)
    costs: dict[Hashable, float] = {
        **costs_of(city, request).to_dict(),
        **{one: row["cost_yuan"] for one, row in sizes_of(answer).items()},
    }
    gaps = closed_gaps(city, paths, judgement, areas)
    before = pd.Series(ground.before, index=gains.site_of.index)
    streets = streets_of_candidates(city).to_dict()
    named_streets = city.districts["name"].to_dict()
    lacking = streets_without(city, ground, request)
    limits = {name: float(most) for name, most in profile_of(judgement)["near_m"].items()}
    taken = {} if gains.amount is None else gains.amount.groupby("candidate_id")["amount"].sum().to_dict()
    rows = []
    for rank, one in enumerate(gains.order, start=1):
        mine = gains.site_of.index[(gains.site_of == one).to_numpy(dtype=bool)]
        here = mine[~before[mine].to_numpy(dtype=bool)]
        kept = mine.difference(here, sort=False)
        largest = counted.loc[mine, "elders"].sort_values(ascending=False, kind="stable").index[:NAMED]
        clinic, metres = heard[one]["site_id"], heard[one]["metres"]
        street = streets[one]
        gained = "" if pd.isna(street) or street not in lacking else str(named_streets[street])
        lacking -= {street} if gained else set()
        size = sizes_of(answer).get(one, {})
        rows.append(
            {
                "rank": rank,
                "name": given[one]["name"],
                "floor_area_m2": areas[one],
                "newly_covered_elders": float(counted.loc[here, "elders"].sum()),
                "newly_covered_places": len(here),
                "closes_gap_m2": gaps.get(one, 0.0),
                "nearest_medical_m": metres,
                "phase": answer.phases.get(label_of(one), 1),
                "cost_yuan": costs[one],
                "origin": given[one].get("origin", pd.NA) if not pd.isna(given[one].get("origin", pd.NA)) else "layer",
                "street": "" if pd.isna(street) else str(named_streets[street]),
                "newly_covered_households": float(counted.loc[here, "households"].sum()),
                "kept_elders": float(counted.loc[kept, "elders"].sum()),
                "capacity": size.get("capacity", np.inf),
                "assigned": taken.get(one, np.nan) if gains.amount is None else taken.get(one, 0.0),
                "street_gains": gained,
                "medical_id": None if pd.isna(clinic) else str(clinic),
                "medical_name": None if pd.isna(clinic) else str(clinics.get(clinic, clinic)),
                "medical_class": class_of(metres, limits),
                "accessible": given[one]["accessible"],
                "fire_ok": given[one]["fire_ok"],
                "not_before": day_after(given[one]["available_on"], city.study.day),
                "largest": "、".join(str(names[place]) for place in largest),
                "newly_covered": tuple(here),
            }
        )
    index = pd.Index(gains.order, name="candidate_id", dtype="object")
    unwritten = ("accessible", "fire_ok", "not_before", "largest", "newly_covered")
    columns = [*CONTRACT[:1], *CONTRACT[2:-1], *MORE[:-4], *unwritten]
    found = pd.DataFrame(rows, columns=columns, index=index)
    return found.assign(capacity=found["capacity"].replace(np.inf, np.nan).astype(float))


def day_after(given: Any, day: dt.date | None) -> str:  # noqa: ANN401 - a day in whatever form pandas has it, or missing
    """Return a day that lies after another as text; "" where it doesn't, or isn't known."""
    if pd.isna(given):
        return ""
    found = pd.Timestamp(given).date()
    return found.isoformat() if day is None or found > day else ""


def sizes_of(answer: Answer) -> dict[str, dict[str, float]]:
    """Return the option taken at each chosen candidate, by its own id; none where sites have no sizes."""
    return {id_of(label): dict(row) for label, row in answer.sizes.items()}


def areas_of(city: City, answer: Answer, chosen: list[str]) -> dict[str, float]:
    """Return the floor area that is used at each candidate, NaN where it is not known."""
    own = pd.Series(numbers(city.candidates["floor_area_m2"]), index=city.candidates.index)
    sizes = sizes_of(answer)
    return {one: float(sizes[one]["floor_area_m2"]) if one in sizes else float(own[one]) for one in chosen}


def class_of(metres: float | None, limits_m: dict[str, float]) -> str | None:
    """Return the class of a walk to a medical place; a limit belongs to the nearer class, no way at all is apart."""
    if metres is None or np.isnan(metres):
        return None
    return next((name for name in CLASSES[:-1] if metres <= limits_m[name]), CLASSES[-1])


def closed_gaps(
    city: City, paths: Network, judgement: Judgement | None, areas_m2: dict[str, float]
) -> dict[str, float]:
    """Return the missing quota area that each site could make up within the pooling walk, no square metre twice.

    In order of rank a site's floor area goes to the nearest areas that still lack some, under today's rules; the rules
    of pooling say who may be served from where, so that it would count for them if it were built.
    """
    if judgement is None or not areas_m2:
        return {}
    estates = judgement.estates.set_index("place_id")
    lacking = estates["today_gap_m2"].astype(float).where(estates["today_verdict"] == "below").dropna().to_dict()
    pool_s = judgement.case.pool_seconds()
    doors = city.doors["candidates"]
    chosen = doors_of(doors, np.asarray(doors.ids.isin(list(areas_m2)), dtype=bool))
    walks = walk_doors(paths, city.doors["residential"], chosen, pool_s).pairs()
    walks = walks[of_one_street(city, judgement, walks)].sort_values(["seconds", "place_id"], kind="stable")
    places = {one: rows["place_id"].tolist() for one, rows in walks.groupby("site_id", sort=False)}
    closed: dict[str, float] = {}
    for one, area in areas_m2.items():
        left = 0.0 if np.isnan(area) else area
        for place in places.get(one, []):
            part = min(left, lacking.get(place, 0.0))
            left -= part
            if part:
                lacking[place] -= part
                closed[one] = closed.get(one, 0.0) + part
    return closed


def of_one_street(city: City, judgement: Judgement, walks: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the pairs of area and candidate that may be pooled: all, or those of one street where the rules say so."""
    case = judgement.case
    if not (judgement.profile["pool_same_street"] and "districts" in case.given):
        return np.ones(len(walks), dtype=bool)
    homes, sites = case.holders("residential", "street"), streets_of_candidates(city).dropna().astype(str).to_dict()
    if not homes and not case.holders("facilities", "street"):  # nobody's street is known: the judge asks for none
        return np.ones(len(walks), dtype=bool)
    both = zip(walks["place_id"].astype(str), walks["site_id"].astype(str), strict=True)
    return np.array([place in homes and homes[place] == sites.get(site) for place, site in both], dtype=bool)
