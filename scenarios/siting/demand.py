"""The ground a choice is made on: who is covered today, who would be without what closes, and what counts."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.city import City
from geodata.faults import fail
from planning.capacity import shares_demand
from planning.coverage import Coverage, State
from planning.groups import doors_of, members, numbers, site_doors
from planning.reach import Reach, walk_doors
from planning.rules.judge import Judgement
from planning.siting.firmness import SPEEDS_M_S
from planning.totals import weights
from planning.walking.network import Network
from scenarios.siting.opening import closed, covered_by, label_of, within
from scenarios.siting_parts import Capacity
from scenarios.siting_request import COLUMN_GOALS, COVER_GOALS, WALK_GOALS, Request

FAR = 4  # walks to sum or compare are looked for up to so many times the longest limit


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """One group of facilities as it stands, and what is to be covered newly."""

    group: str
    kinds: tuple[str, ...]
    limit_s: float
    limits_s: tuple[float, ...]  # those of the study and that of the plan
    today: Coverage
    base: Coverage  # without the facilities that close
    demand: pd.Series  # what the goal counts in each place; 0 where the state or the figure is not known
    capacity: Capacity | None  # of new sites; None: they take everybody

    @property
    def before(self) -> NDArray[np.bool_]:
        """Mark the places that are covered today."""
        return within(self.today, self.group, self.limit_s)

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Mark the places that are covered without the facilities that close."""
        return within(self.base, self.group, self.limit_s)

    @property
    def states(self) -> pd.Series:
        """Return the state of every place without the facilities that close."""
        return self.base.of_group(self.group)["state"]

    @property
    def uncovered(self) -> NDArray[np.bool_]:
        """Mark the places that a new site would newly cover."""
        return ~self.kept & (self.states != State.UNKNOWN).to_numpy(dtype=bool)


def ground_of(city: City, paths: Network, covered: Coverage, judgement: Judgement | None, request: Request) -> Ground:
    """Return the ground of a request; InputError where the goal counts what nobody knows."""
    group, kinds = request.group, covered.groups[request.group]
    limit_s = 60 * request.limit_min if request.limit_min else covered.limits_s[-1]
    limits_s = tuple(sorted({*covered.limits_s, limit_s}))
    if limit_s <= covered.limits_s[-1]:
        today = replace(covered, groups={group: kinds}, limits_s=limits_s)
    else:
        today = covered_by(city, paths, group, kinds, limits_s, None)
    base = today
    if request.closing:
        shut = closed(city, request.closing)
        base = covered_by(shut, paths, group, kinds, limits_s, today.reach)
    rate = city.study.walking.elders_per_100m2
    capacity = request.capacity
    if capacity is None and rate is not None and shares_demand(kinds, rate):
        capacity = Capacity(elders_per_100m2=rate, source="[walking]")
    known = (base.of_group(group)["state"] != State.UNKNOWN).to_numpy(dtype=bool)
    demand = counted(city, judgement, request).where(known, 0.0).fillna(0.0)
    return Ground(
        group=group,
        kinds=kinds,
        limit_s=limit_s,
        limits_s=limits_s,
        today=today,
        base=base,
        demand=demand,
        capacity=capacity,
    )


def counted(city: City, judgement: Judgement | None, request: Request) -> pd.Series:
    """Return what the goal counts in each place, NaN where it is not known."""
    goal = request.goal
    if goal in COLUMN_GOALS:
        column = city.residential[COLUMN_GOALS[goal]]
        if column.isna().all():
            raise fail("siting_goal_column", column="siting.goal", value=goal, needed=COLUMN_GOALS[goal])
        return pd.Series(numbers(column), index=city.residential.index)
    if goal == "quota_gap":
        return quota_gaps(city, judgement)
    found: pd.Series = weights(city)[goal if goal in COVER_GOALS else "elders"].astype(float)
    return found


def quota_gaps(city: City, judgement: Judgement | None) -> pd.Series:
    """Return the quota area that each place lacks under today's rules; NaN where that is not known."""
    if judgement is None:
        raise fail("siting_goal_policy", column="siting.goal", value="quota_gap")
    estates = judgement.estates.set_index("place_id").reindex(city.residential.index)
    gaps = pd.Series(numbers(estates["today_gap_m2"]), index=city.residential.index)
    below = estates["today_verdict"].isin(["below", "below_minimum"]).to_numpy(dtype=bool)
    return gaps.where(below, 0.0).mask((estates["today_verdict"] == "unknown").to_numpy(dtype=bool))


def joint_reach(city: City, paths: Network, ground: Ground, request: Request) -> tuple[Reach, pd.Index]:
    """Return one Reach over the open facilities of the group and all candidates, and which sites are open anyway.

    A place that finds the facilities in its reach full has no walk to any of them: it is to be covered by a new one.
    """
    base = ground.base
    of_group = base.sites.index[members(base.sites, ground.kinds)]
    existing = base.reach.only_sites(base.reach.sites.intersection(of_group, sort=False))
    # walks of no limit where whole walks are summed or compared, of the limit where only coverage counts
    far_s = max(ground.limit_s, FAR * ground.limits_s[-1]) if whole_walks(request) else ground.limit_s
    if request.robust:  # the same walks by the fastest walker
        far_s = max(far_s, ground.limit_s * max(SPEEDS_M_S) / paths.profile.speed_m_s)
    doors = site_doors(city)
    if far_s > existing.limit_s:
        existing = walk_doors(paths, city.doors["residential"], doors_of(doors, doors.ids.isin(existing.sites)), far_s)
    existing = without_places(existing.within(far_s), (ground.states == State.FULL).to_numpy(dtype=bool))
    news = walk_doors(paths, city.doors["residential"], city.doors["candidates"], far_s)
    labels = pd.Index([label_of(one) for one in city.candidates.index])
    news = Reach(news.places, labels, news.place_start, news.site_ix, news.seconds, news.limit_s)
    return existing.join(news), existing.sites


def whole_walks(request: Request) -> bool:
    """Tell whether walks beyond the limit count."""
    return request.goal in WALK_GOALS or request.front == "worst_walk"


def without_places(reach: Reach, gone: NDArray[np.bool_]) -> Reach:
    """Return the reach without the walks of some places, which stay in it."""
    if not gone.any():
        return reach
    count = np.diff(reach.place_start)
    keep = np.repeat(~gone, count)
    start = np.concatenate([[0], np.cumsum(np.where(gone, 0, count))]).astype(np.int64)
    return Reach(reach.places, reach.sites, start, reach.site_ix[keep], reach.seconds[keep], reach.limit_s)
