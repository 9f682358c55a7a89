"""Siting: which candidates to open, whom and which quota gap each newly serves, and how good the choice is."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from geodata.city import City
from geodata.faults import Fault, fail
from geodata.words import Lang, say
from planning.coverage import Coverage, State
from planning.groups import doors_of, members, site_doors
from planning.reach import Reach, nearest, walk_doors
from planning.rules.judge import Judgement
from planning.rules.profiles import read_profile
from planning.rules.storeys import storey_fault
from planning.siting import cover_all, cover_most, p_center, p_median
from planning.siting.plan import Plan
from planning.totals import weights
from planning.walking.network import Network
from scenarios.siting_request import COVER_GOALS, Request

COLUMNS = (
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
NAMED = 3  # residential areas called by name in a reason


@dataclass(frozen=True, kw_only=True, eq=False)
class Sited:
    """The sites suggested for one outcome, and what coverage would be with them."""

    request: Request
    plan: Plan
    sites: (
        pd.DataFrame
    )  # indexed by candidate_id in order of rank; the figures of sites.csv, newly_covered: tuple of ids
    excluded: pd.DataFrame  # candidates that could not be chosen: candidate_id, name, code of the reason
    newly: pd.Series  # on places: True where the plan covers what no open facility did
    limit_s: float

    def table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return sites.csv."""
        rows = self.sites.reset_index()
        rows["reason"] = [self.reason(row, lang) for row in rows.to_dict("records")]
        return rows[list(COLUMNS)]

    def reason(self, row: Mapping[Hashable, Any], lang: Lang) -> str:
        """Say in words why one site was chosen."""
        parts = [
            say(
                "site_covers",
                lang,
                places=row["newly_covered_places"],
                elders=f"{row['newly_covered_elders']:,.0f}",
                names=row["largest"] or "-",
                minutes=f"{self.limit_s / 60:g}",
            )
        ]
        if row["closes_gap_m2"] > 0:
            parts.append(say("site_closes", lang, gap=f"{row['closes_gap_m2']:,.1f}"))
        if not pd.isna(row["nearest_medical_m"]):
            parts.append(say("site_medical", lang, metres=f"{row['nearest_medical_m']:,.0f}"))
        checks = {name: row[name] for name in ("accessible", "fire_ok")}
        parts += [say(f"site_{name}_unknown", lang) for name, passed in checks.items() if pd.isna(passed)]
        parts += [
            say(f"site_{name}_failed", lang) for name, passed in checks.items() if not pd.isna(passed) and not passed
        ]
        return ("；" if lang == "zh" else "; ").join(parts)


def site(city: City, paths: Network, covered: Coverage, judgement: Judgement | None, request: Request) -> Sited:
    """Choose among the candidates of a city; InputError where there are none, or a forced one is unknown."""
    if not len(city.candidates):
        raise fail("siting_no_candidates", layer="candidates")
    limit_s = 60 * request.limit_min if request.limit_min else covered.limits_s[-1]
    excluded = excluded_candidates(city, request, highest_storey(judgement))
    usable = city.candidates.index.difference(pd.Index(excluded["candidate_id"]), sort=False)
    _known(city, request, usable)
    labels = pd.Index([f"candidate {one}" for one in city.candidates.index])
    own = {str(label): str(one) for label, one in zip(labels, city.candidates.index, strict=True)}
    label_of = {one: label for label, one in own.items()}
    reach, fixed = joint_reach(city, paths, covered, request, limit_s, labels)
    open_now = reach.only_sites(fixed).covered(limit_s)
    demand = demand_of(city, covered, request)
    plan = solved(
        reach,
        request,
        demand,
        limit_s,
        fixed=list(fixed),
        forced=[label_of[one] for one in request.forced],
        forbidden=[
            label_of[one] for one in city.candidates.index if one not in set(usable) or one in request.forbidden
        ],
    )
    chosen = [own[str(label)] for label in plan.chosen]
    near = reach.only_sites([label_of[one] for one in chosen]).within(limit_s)
    counted = pd.DataFrame(weights(city)).assign(
        uncovered=~open_now & (state_of(covered, request.group) != State.UNKNOWN)
    )
    ranked, newly = ranks(near, counted, own)
    return Sited(
        request=request,
        plan=plan,
        sites=figures(city, paths, judgement, ranked, newly),
        excluded=excluded,
        newly=newly.notna().rename("newly"),
        limit_s=limit_s,
    )


def joint_reach(
    city: City, paths: Network, covered: Coverage, request: Request, limit_s: float, labels: pd.Index
) -> tuple[Reach, pd.Index]:
    """Return one Reach over the open facilities of the group and all candidates, and which sites are open anyway."""
    kinds = covered.groups[request.group]
    of_group = covered.sites.index[members(covered.sites, kinds)]
    existing = covered.reach.only_sites(covered.reach.sites.intersection(of_group, sort=False))
    # walks of no limit where whole walks are summed or compared, of the limit where only coverage counts
    far_s = limit_s if request.goal in {*COVER_GOALS, "all"} else max(limit_s, 4 * covered.limits_s[-1])
    if far_s > existing.limit_s:
        doors = site_doors(city)
        existing = walk_doors(paths, city.doors["residential"], doors_of(doors, doors.ids.isin(existing.sites)), far_s)
    news = walk_doors(paths, city.doors["residential"], city.doors["candidates"], far_s)
    news = Reach(news.places, labels, news.place_start, news.site_ix, news.seconds, news.limit_s)
    return existing.within(far_s).join(news), existing.sites


def demand_of(city: City, covered: Coverage, request: Request) -> pd.Series:
    """Return what the goal counts in each place; places of unknown state or unknown figure count 0, and are listed."""
    counted = weights(city)[request.weight].astype(float)
    return counted.where(state_of(covered, request.group) != State.UNKNOWN, 0.0).fillna(0.0)


def state_of(covered: Coverage, group: str) -> pd.Series:
    """Return the state of every place for one group."""
    return covered.of_group(group)["state"]


def solved(
    reach: Reach,
    request: Request,
    demand: pd.Series,
    limit_s: float,
    *,
    fixed: list[str],
    forced: list[str],
    forbidden: list[str],
) -> Plan:
    """Ask the model that the goal names."""
    more = {"fixed": fixed, "forced": forced, "forbidden": forbidden, "seconds": request.seconds}
    if request.goal == "all":
        return cover_all(reach, limit_s, share=request.share, weights=demand, **more)  # type: ignore[arg-type]
    sites = request.sites or 0
    if request.goal not in {"mean_walk", "worst_walk"}:
        return cover_most(reach, demand, sites, limit_s, **more)  # type: ignore[arg-type]
    some = np.diff(reach.place_start) > 0  # a place that no way leads from would make every plan infeasible
    kept = np.concatenate([[0], np.cumsum(np.diff(reach.place_start)[some])])
    left_out = tuple(reach.places[~some])
    reach = Reach(reach.places[some], reach.sites, kept, reach.site_ix, reach.seconds, reach.limit_s)
    if request.goal == "mean_walk":
        return replace(p_median(reach, demand[some], sites, **more), left_out=left_out)  # type: ignore[arg-type]
    return replace(p_center(reach, sites, **more), left_out=left_out)  # type: ignore[arg-type]


def _known(city: City, request: Request, usable: pd.Index) -> None:
    """Refuse ids of [siting] that no candidate has, and forced ones that can't be used."""
    for key in ("forced", "forbidden"):
        for one in getattr(request, key):
            if one not in city.candidates.index:
                raise fail("siting_candidate_unknown", layer="candidates", column=f"siting.{key}", value=one)
            if key == "forced" and one not in usable:
                raise fail("siting_candidate_unusable", layer="candidates", column="siting.forced", value=one)


def highest_storey(judgement: Judgement | None) -> int:
    """Return the highest storey a facility may lie on: of the study's policy, else of the national presets."""
    profile = read_profile("gb-presets") if judgement is None else judgement.profile
    return int(profile["highest_storey"])


def excluded_candidates(city: City, request: Request, highest: int) -> pd.DataFrame:
    """List the candidates that can't be chosen, each with the code of the reason."""
    rows = []
    connected = dict(zip(city.candidates.index, city.doors["candidates"].owners_connected, strict=True))
    for row in city.candidates.drop(columns="geometry").reset_index().to_dict("records"):
        area = row["floor_area_m2"]
        code = None if pd.isna(row["floor"]) else storey_fault(row["floor"], highest)
        if not connected[row["id"]]:
            code = "candidate_unconnected"
        elif not pd.isna(area) and area < request.min_area_m2:
            code = "candidate_too_small"
        if code:
            rows.append({"candidate_id": row["id"], "name": row["name"], "code": code})
    return pd.DataFrame(rows, columns=["candidate_id", "name", "code"])


def ranks(near: Reach, counted: pd.DataFrame, own: dict[str, str]) -> tuple[list[str], pd.Series]:
    """Order the chosen sites by what each adds to those before it, and say which site newly covers which place.

    The figures of the sites so sum to the whole: a place counts for the first site that covers it.
    """
    elders = counted["elders"].fillna(0.0).to_numpy(dtype=float)
    left = counted["uncovered"].to_numpy(dtype=bool).copy()
    turned = near.by_site()
    rows = [turned.place_ix[turned.site_start[n] : turned.site_start[n + 1]] for n in range(len(near.sites))]
    newly = pd.Series(pd.NA, index=counted.index, dtype="object")
    order: list[str] = []
    waiting = list(range(len(rows)))
    while waiting:
        worth = [(elders[rows[n]][left[rows[n]]].sum(), left[rows[n]].sum()) for n in waiting]
        best = max(range(len(waiting)), key=lambda at: (*worth[at], -waiting[at]))
        picked = waiting.pop(best)
        here = rows[picked][left[rows[picked]]]
        newly.iloc[here] = own[str(near.sites[picked])]
        left[here] = False
        order.append(own[str(near.sites[picked])])
    return order, newly


def figures(
    city: City, paths: Network, judgement: Judgement | None, ranked: list[str], newly: pd.Series
) -> pd.DataFrame:
    """Return the figures of sites.csv for the chosen candidates in order of rank."""
    table = city.candidates.loc[ranked]
    given = table.drop(columns="geometry").to_dict("index")
    counted, names = weights(city), city.residential["name"]
    clinic = nearest(paths, city.doors["candidates"], city.doors["medical"])["metres"].to_dict()
    gaps = closed_gaps(city, paths, judgement, table)
    rows = []
    for rank, one in enumerate(ranked, start=1):
        here = newly.index[(newly == one).fillna(value=False).to_numpy(dtype=bool)]
        largest = counted.loc[here, "elders"].sort_values(ascending=False, kind="stable").index[:NAMED]
        rows.append(
            {
                "rank": rank,
                "name": given[one]["name"],
                "floor_area_m2": given[one]["floor_area_m2"],
                "newly_covered_elders": float(counted.loc[here, "elders"].sum()),
                "newly_covered_places": len(here),
                "closes_gap_m2": gaps.get(one, 0.0),
                "nearest_medical_m": clinic[one],
                "phase": 1,
                "cost_yuan": given[one]["cost_yuan"],
                "accessible": given[one]["accessible"],
                "fire_ok": given[one]["fire_ok"],
                "largest": "、".join(str(names[place]) for place in largest),
                "newly_covered": tuple(here),
            }
        )
    columns = [*COLUMNS[:1], *COLUMNS[2:-1], "accessible", "fire_ok", "largest", "newly_covered"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(ranked, name="candidate_id", dtype="object"))


def closed_gaps(city: City, paths: Network, judgement: Judgement | None, chosen: pd.DataFrame) -> dict[str, float]:
    """Return the missing quota area that each site could make up within the pooling walk, no square metre twice.

    In order of rank a site's floor area goes to the nearest areas that still lack some, under today's rules.
    """
    if judgement is None or not len(chosen):
        return {}
    estates = judgement.estates.set_index("place_id")
    lacking = estates["today_gap_m2"].astype(float).where(estates["today_verdict"] == "below").dropna().to_dict()
    pool_s = judgement.case.pool_seconds()
    walks = walk_doors(paths, city.doors["residential"], city.doors["candidates"], pool_s).pairs()
    walks = walks.sort_values(["seconds", "place_id"], kind="stable")
    closed: dict[str, float] = {}
    for one, area in zip(map(str, chosen.index), chosen["floor_area_m2"], strict=True):
        room = 0.0 if pd.isna(area) else float(area)
        for place in walks.loc[walks["site_id"] == one, "place_id"]:
            part = min(room, lacking.get(place, 0.0))
            room -= part
            if part:
                lacking[place] -= part
                closed[one] = closed.get(one, 0.0) + part
    return closed


def plan_fault(plan: Plan) -> Fault | None:
    """Return why there is no plan, or None where there is one."""
    return plan.reason if plan.status == "infeasible" else None
