"""Sites of several sizes: capacities, costs, a budget, distances between sites, a site for every named street, backup.

A capacitated maximal covering location problem (Current and Storbeck 1988) with sizes; demand may be split. Demand is
served by open sites, fixed ones included, within the walking limit and their capacity. Opening a site never takes
service from a place, so what counts as new is what is served beyond what the fixed sites serve.

With ``backup`` w, demand served counts 1 - w, and w more in places that have two open sites within the limit (BACOP2 of
Hogan and ReVelle 1986); True is w = 1: only demand with two open sites counts.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from geodata.faults import Fault, fail
from geodata.streets import Longs
from planning.reach import Reach
from planning.siting.check_sized import broken_assignment, broken_limits, served_demand
from planning.siting.plan import Clock, Plan, Watch, found, infeasible
from planning.siting.sized_assign import assigned
from planning.siting.sized_problem import Asked, Goal, Limits, ask
from planning.siting.sized_reasons import base
from planning.siting.sized_solve import Chosen, Task, search, task

GOALS = ("cover", "cheapest", "fewest")
FRAME_SHARE = 0.2  # of the time: until it is known that the limits leave a choice
REASON_SHARE = 0.25  # of the time, for each question about why there is no plan


@dataclass(frozen=True, eq=False)
class SizedPlan(Plan):
    """A plan with sizes; ``objective`` is demand served, yuan, or new sites, as the goal says."""

    options: tuple[Hashable, ...] = field(default=(), kw_only=True)  # as in the table, in the order of ``chosen``
    assignment: pd.DataFrame = field(kw_only=True)  # place_id, site_id, amount; fixed sites included
    served: float = field(kw_only=True)  # demand served (with backup: as it counts), fixed sites included
    served_before: float = field(kw_only=True)  # the same by fixed sites alone; the difference is new
    cost_yuan: float = field(kw_only=True)  # of the chosen options; NaN where one isn't known


class Limited(TypedDict):
    """The limits of a request, as given."""

    sites: int | None
    budget_yuan: float | None
    fixed: list[Hashable]
    closed: list[Hashable]
    forced: list[Hashable]
    forbidden: list[Hashable]
    spacing_pairs: list[tuple[Hashable, Hashable]]
    units: pd.Series | None
    units_needing: list[Hashable]


def cover_sized(
    reach: Reach,
    demand: pd.Series,
    limit_s: float,
    options: pd.DataFrame,
    *,
    sites: int | None = None,
    budget_yuan: float | None = None,
    fixed_capacity: pd.Series | None = None,
    fixed: Iterable[Hashable] = (),
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    spacing_pairs: Iterable[tuple[Hashable, Hashable]] = (),
    units: pd.Series | None = None,
    units_needing: Iterable[Hashable] = (),
    backup: bool | float = False,
    goal: Goal = "cover",
    share: float = 1.0,
    seconds: float = 60,
    watch: Watch | None = None,
) -> SizedPlan:
    """Choose sites and their sizes: most demand served, least cost, or fewest sites for a share of it.

    Parameters
    ----------
    demand : Series on ``reach.places``
        At least 0 and never missing.
    limit_s : float
        Seconds, included.
    options : DataFrame
        One row per candidate and size: ``site`` (in ``reach.sites``), ``capacity`` (in units of demand; inf: without
        limit), ``cost_yuan`` (NaN only where neither a budget nor the least cost is asked), ``floor_area_m2``. At most
        one per site is opened; those of fixed, closed and forbidden sites aren't available.
    sites, budget_yuan : optional
        At most so many new sites, for at most so much.
    fixed_capacity : Series, optional
        Capacity of fixed sites; those not named have no limit.
    spacing_pairs : pairs of sites
        Not both may be new.
    units, units_needing : Series of sites, and names of units
        Each of the named units must get a new site.
    backup : bool or float
        Weight w of the second coverage, 0 to 1.
    goal, share
        "cheapest" and "fewest" serve at least ``share`` (0 to 1) of what all candidates in their largest sizes would
        serve together with the fixed sites, the other limits aside.
    """
    clock = Clock(seconds, watch)
    weight = float(backup)
    if goal not in GOALS:
        raise fail("sized_goal", value=goal, choices=" / ".join(GOALS))
    for value, code in ((share, "siting_share"), (weight, "sized_backup")):
        if not 0 <= value <= 1:
            raise fail(code, value=value)
    limited = Limited(
        sites=sites,
        budget_yuan=budget_yuan,
        fixed=list(fixed),
        closed=list(closed),
        forced=list(forced),
        forbidden=list(forbidden),
        spacing_pairs=list(spacing_pairs),
        units=units,
        units_needing=list(units_needing),
    )
    asked = ask(reach, demand, limit_s, options, goal=goal, fixed_capacity=fixed_capacity, backup=weight, **limited)
    if isinstance(asked, Fault):
        return _none(asked, clock)
    begin = base(asked, asked.limits, FRAME_SHARE * seconds)
    if isinstance(begin, Fault):
        return _none(begin, clock, asked)
    need = np.inf if goal == "cover" else max(0.0, share * (asked.always + _all_in(asked)) - asked.always)
    of = task(asked, _searched(asked, goal), need)
    clock.base = asked.always if goal == "cover" else 0.0
    choice = search(of, begin, clock)
    if goal != "cover":
        kept = _within(asked, of, choice, begin, share, seconds)
        if isinstance(kept, Fault):
            return _none(kept, clock, asked)
        choice = kept
    return _checked(asked, demand, limit_s, options, choice, goal, share, limited, fixed_capacity, clock)


def _searched(asked: Asked, goal: Goal) -> Limits:
    """Return the limits of the search: what is to be least is compared with its limit afterwards."""
    if goal == "cheapest":
        return replace(asked.limits, budget=np.inf)
    if goal == "fewest":
        return replace(asked.limits, count=int((~asked.net.given).sum()))
    return asked.limits


def _all_in(asked: Asked) -> float:
    """Return what everything in its largest size serves, beside what is always served."""
    last = asked.net.size_start[1:] - 1
    return task(asked, asked.limits, np.inf).worth(last[~asked.net.given])


def _kept_to(asked: Asked, sizes: Longs) -> bool:
    return len(sizes) <= asked.limits.count and float(asked.net.cost[sizes].sum()) <= asked.limits.budget


def _within(asked: Asked, of: Task, choice: Chosen, begin: Longs, share: float, seconds: float) -> Chosen | Fault:
    """Return the choice if it keeps to the limits of number and money, or another that does, or why there is none."""
    undecided = Fault(code="sized_undecided", details={"seconds": seconds})
    if choice.sizes is not None and _kept_to(asked, choice.sizes):
        return choice
    if choice.sizes is None and not np.isinf(choice.bound):
        return undecided
    most = search(task(asked, asked.limits, np.inf), begin, Clock(REASON_SHARE * seconds))
    if most.sizes is not None and of.enough(most.sizes):
        return Chosen(most.sizes, choice.bound, "clock")
    limits, total = asked.limits, asked.always + _all_in(asked)
    reached = (asked.always + most.bound) / total if total else 1.0
    details: dict[str, object] = {"share": share, "reached": reached, "sites": limits.count, "budget": limits.budget}
    free = replace(limits, count=int((~asked.net.given).sum()), budget=np.inf)
    for code, limited, price in (
        ("sized_sites_short", limits.count < free.count, (~asked.net.given[asked.net.size_site]).astype(float)),
        ("sized_budget_short", np.isfinite(limits.budget), asked.net.cost),
    ):
        if not limited:
            continue
        other = replace(asked, net=asked.net._replace(price=price))
        same = choice.sizes is not None and bool((price == asked.net.price).all())
        least = choice if same else search(task(other, free, of.need), begin, Clock(REASON_SHARE * seconds))
        known = limits.count if code == "sized_sites_short" else limits.budget
        if least.sizes is not None and least.bound > known * (1 + 1e-9):
            found_with = float(price[least.sizes].sum())
            return Fault(code=code, details={**details, "needed": least.bound, "found": found_with})
    if choice.sizes is not None:
        return undecided
    return Fault(code="sized_share_short", details=details)


def _checked(
    asked: Asked,
    demand: pd.Series,
    limit_s: float,
    options: pd.DataFrame,
    choice: Chosen,
    goal: Goal,
    share: float,
    limited: Limited,
    fixed_capacity: pd.Series | None,
    clock: Clock,
) -> SizedPlan:
    """Work the plan out again from its sites, and hold it against the request."""
    reach, sizes = asked.question.reach, choice.sizes
    assert sizes is not None
    sizes = sizes[np.argsort(asked.site[asked.net.size_site[sizes]], kind="stable")]
    picked = options.iloc[asked.option[sizes]]
    standing = reach.sites[asked.question.fixed]
    room = pd.Series(np.inf, index=standing, dtype=float)
    if fixed_capacity is not None:
        room = fixed_capacity.astype(float).reindex(standing, fill_value=np.inf)
    capacity = pd.Series(
        np.concatenate([room.to_numpy(), picked["capacity"].to_numpy(float)]),
        index=pd.Index([*standing, *picked["site"]], dtype=reach.sites.dtype),
    )
    served = served_demand(reach, demand, limit_s, capacity, asked.backup)
    before = served_demand(reach, demand, limit_s, room, asked.backup)
    assignment = assigned(reach, asked.demand, limit_s, capacity, standing=len(standing), backup=asked.backup > 0)
    wrong = broken_limits(picked, **limited)
    everybody = served_demand(reach, demand, limit_s, capacity) if asked.backup else served
    wrong += broken_assignment(assignment, reach, demand, limit_s, capacity, everybody)
    if goal != "cover" and served < share * (asked.always + _all_in(asked)) * (1 - 1e-6):
        wrong.append("less is served than was asked")
    if wrong:
        raise AssertionError("; ".join(wrong))
    cost = float(picked["cost_yuan"].astype(float).sum(skipna=False))
    objective = {"cover": served, "cheapest": cost, "fewest": float(len(picked))}[goal]
    bound = max(served, asked.always + choice.bound) if goal == "cover" else min(objective, choice.bound)
    left_out = tuple(reach.places[asked.left_out])
    plan = found(tuple(picked["site"]), objective, bound, clock, stopped_by=choice.stopped_by, left_out=left_out)
    return SizedPlan(
        **_fields(plan),
        options=tuple(picked.index),
        assignment=assignment,
        served=served,
        served_before=before,
        cost_yuan=cost,
    )


def _none(reason: Fault, clock: Clock, asked: Asked | None = None) -> SizedPlan:
    left_out = () if asked is None else tuple(asked.question.reach.places[asked.left_out])
    nobody = pd.DataFrame({"place_id": [], "site_id": [], "amount": np.empty(0)})
    nan = float("nan")
    plan = infeasible(reason, clock, left_out)
    return SizedPlan(**_fields(plan), assignment=nobody, served=nan, served_before=nan, cost_yuan=nan)


def _fields(plan: Plan) -> dict[str, Any]:
    return {one.name: getattr(plan, one.name) for one in fields(plan)}
