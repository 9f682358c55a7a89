"""Models: the question of a request, put to the model that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.city import City
from geodata.faults import fail
from geodata.membership import district_of
from planning.groups import doors_of, numbers
from planning.presence import presence
from planning.reach import Reach, walk_doors
from planning.siting import cover_all, cover_most, p_center, p_median
from planning.siting.plan import Plan, Watch
from planning.walking.network import Network
from scenarios.siting.demand import Ground
from scenarios.siting.opening import closed, label_of
from scenarios.siting.pool import costs_of, first_phases
from scenarios.siting_parts import Capacity
from scenarios.siting_request import Request


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """Everything a model is asked; sites by their labels in ``reach``."""

    city: City
    paths: Network
    ground: Ground
    request: Request
    reach: Reach
    fixed: list[str]
    usable: pd.Index  # candidate ids that may be chosen
    forbidden: list[str]
    forced: list[str]
    start: list[str]  # an earlier choice to begin with
    watch: Watch | None

    @property
    def marks(self) -> dict[str, Any]:
        """Return what every model is told alike."""
        return {
            "fixed": self.fixed,
            "forced": self.forced,
            "forbidden": self.forbidden,
            "seconds": self.request.seconds,
            "watch": self.watch,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """A plan, with the size and the phase of its sites and who is assigned to them, where that was asked."""

    plan: Plan
    sizes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by label: a row of the options
    phases: Mapping[str, int] = field(default_factory=dict)  # by label: 1, 2, ...
    steps: pd.DataFrame | None = None  # one row per phase
    assigned: pd.DataFrame | None = None  # place_id, site_id, amount; None: whoever is in reach is served


def solved(asked: Question) -> Answer:
    """Ask the model that the request names."""
    request, ground = asked.request, asked.ground
    if request.goal == "fairest":
        return fairest_plan(asked)
    if request.goal in {"mean_walk", "worst_walk"}:
        return Answer(plan=walked(asked))
    if request.phases:
        return phased(asked)
    if request.sized or ground.capacity is not None:
        return sized(asked)
    more = {"start": asked.start, **asked.marks}
    if request.goal == "all":
        return Answer(plan=cover_all(asked.reach, ground.limit_s, request.share, ground.demand, **more))
    return Answer(plan=cover_most(asked.reach, ground.demand, request.sites or 0, ground.limit_s, **more))


def walked(asked: Question) -> Plan:
    """Make walks short, on average or the longest; places that no way leads from are left out and listed."""
    reach, demand, sites = asked.reach, asked.ground.demand, asked.request.sites or 0
    some = np.diff(reach.place_start) > 0
    kept = np.concatenate([[0], np.cumsum(np.diff(reach.place_start)[some])])
    left_out = tuple(reach.places[~some])
    reach = Reach(reach.places[some], reach.sites, kept, reach.site_ix, reach.seconds, reach.limit_s)
    if asked.request.goal == "mean_walk":
        return replace(p_median(reach, demand[some], sites, start=asked.start, **asked.marks), left_out=left_out)
    return replace(p_center(reach, sites, start=asked.start, **asked.marks), left_out=left_out)


def fairest_plan(asked: Question) -> Answer:
    """Raise the coverage of the worst-off street first, then that of the next, then coverage in all."""
    from planning.siting.fair import fairest  # noqa: PLC0415 - only where it is asked for

    units = asked.city.residential["street_id"].astype("object")
    if units.isna().all():
        raise fail("siting_goal_streets", column="siting.goal", value="fairest")
    reach, demand, sites = asked.reach, asked.ground.demand, asked.request.sites or 0
    found = fairest(reach, demand, units, sites, asked.ground.limit_s, start=asked.start, **asked.marks)
    return Answer(plan=found.plan)


def phased(asked: Question) -> Answer:
    """Choose the best sites for all phases together, then the phase of each, none before its building is free."""
    from planning.siting.phases import cover_phases  # noqa: PLC0415 - only where it is asked for

    request, reach = asked.request, asked.reach
    costs = costs_of(asked.city, request)
    costs.index = pd.Index([label_of(one) for one in costs.index])
    first = first_phases(asked.city, request)
    first.index = costs.index
    more = {"costs": costs, "not_before": first, **asked.marks}
    found = cover_phases(reach, asked.ground.demand, asked.ground.limit_s, request.phases, **more)
    phases = {str(one): number for number, step in enumerate(found.phases, start=1) for one in step.chosen}
    rows = [
        {
            "phase": step.name,
            "sites": len(step.chosen),
            "covered": step.covered,
            "bound": step.bound,
            "alone": step.alone,
            "given_up": step.given_up,
            "cost_yuan": step.cost_yuan,
            "proven": found.status == "optimal",
        }
        for step in found.phases
    ]
    return Answer(plan=found.whole, phases=phases, steps=pd.DataFrame(rows))


def sized(asked: Question) -> Answer:
    """Choose sites and their sizes, within budget, capacities, spacing and streets that must get one."""
    from planning.siting.sized import cover_sized  # noqa: PLC0415 - only where it is asked for

    request, ground, city = asked.request, asked.ground, asked.city
    options = options_of(city, request, ground.capacity, asked.usable)
    units = streets_of_candidates(city)
    units.index = pd.Index([label_of(one) for one in units.index])
    plan = cover_sized(
        asked.reach,
        ground.demand,
        ground.limit_s,
        options,
        sites=request.sites,
        budget_yuan=request.budget_yuan,
        spacing_pairs=spacing_pairs(asked),
        units=units.dropna() if request.one_per_street else None,
        units_needing=needing(asked),
        backup=request.goal == "backup",
        goal="fewest" if request.goal == "all" else "cover",
        share=request.share,
        **asked.marks,
    )
    taken = options.loc[list(plan.options)]
    capped = bool(np.isfinite(taken["capacity"].to_numpy(dtype=float)).any())
    return Answer(
        plan=plan,
        sizes={str(row["site"]): {str(key): value for key, value in row.items()} for row in taken.to_dict("records")},
        assigned=plan.assignment if capped else None,
    )


def needing(asked: Question) -> list[str]:
    """Return the streets that must get a site: those without any that have a candidate which may be chosen."""
    if not asked.request.one_per_street:
        return []
    could = set(streets_of_candidates(asked.city)[asked.usable].dropna().astype(str))
    return sorted(could & streets_without(asked.city, asked.ground, asked.request))


def options_of(city: City, request: Request, capacity: Capacity | None, usable: pd.Index) -> pd.DataFrame:
    """Return in which sizes each usable candidate may be built: site, capacity, cost and floor area.

    A candidate whose area is not known is offered in all sizes. A capacity that is not known sets no limit.
    """
    areas = pd.Series(numbers(city.candidates["floor_area_m2"]), index=city.candidates.index)[usable]
    costs = costs_of(city, request)[usable]
    rows = []
    for one, area, cost in zip(map(str, usable), areas.tolist(), costs.tolist(), strict=True):
        if not request.sizes:
            rows.append((one, room(capacity, area), cost, area))
        for size in request.sizes:
            if np.isnan(area) or size.floor_area_m2 <= area:
                by_area = None if request.yuan_per_m2 is None else size.floor_area_m2 * request.yuan_per_m2
                price = size.cost_yuan if size.cost_yuan is not None else by_area if by_area is not None else cost
                most = size.capacity if size.capacity is not None else room(capacity, size.floor_area_m2)
                rows.append((one, most, price, size.floor_area_m2))
    table = pd.DataFrame(rows, columns=["site", "capacity", "cost_yuan", "floor_area_m2"])
    table["site"] = [label_of(one) for one in table["site"]]
    table.index = pd.Index([f"{one} {n}" for n, one in enumerate(table["site"])], dtype="object")
    return table


def room(capacity: Capacity | None, area_m2: float) -> float:
    """Return how many elders a site takes; inf where that is not known."""
    if capacity is None:
        return np.inf
    if capacity.each is not None:
        return capacity.each
    return np.inf if np.isnan(area_m2) else area_m2 / 100 * (capacity.elders_per_100m2 or 0.0)


def spacing_pairs(asked: Question) -> list[tuple[str, str]]:
    """Return the usable candidates that are nearer to each other on foot than the request allows."""
    if asked.request.spacing_m is None:
        return []
    doors = asked.city.doors["candidates"]
    mask = np.asarray(doors.ids.isin(asked.usable), dtype=bool)
    own = doors_of(doors, mask)
    speed = asked.paths.profile.speed_m_s
    pairs = walk_doors(asked.paths, own, own, asked.request.spacing_m / speed).pairs()
    near = pairs["seconds"].to_numpy() * speed < asked.request.spacing_m
    both = zip(pairs["place_id"][near].astype(str), pairs["site_id"][near].astype(str), strict=True)
    found = {tuple(sorted(pair)) for pair in both if pair[0] != pair[1]}
    return [(label_of(one), label_of(other)) for one, other in sorted(found)]


def streets_of_candidates(city: City) -> pd.Series:
    """Return the street that holds each candidate, <NA> where none does."""
    return district_of(gpd.GeoSeries(city.candidates.geometry), city.districts, "street")


def streets_without(city: City, ground: Ground, request: Request) -> set[str]:
    """Return the streets that have no open facility of the group once those that close are gone."""
    rows = presence(closed(city, request.closing), {ground.group: ground.kinds})
    lacking = (rows["level"] == "street") & rows["present"].eq(other=False).fillna(value=False)
    return set(rows.loc[lacking.to_numpy(dtype=bool), "district_id"].astype(str))
