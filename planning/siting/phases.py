"""Building in phases: what stands in the end is best as a whole, and what is built early covers most soon.

What is optimised, in this order: the weight covered by the end of the last phase; then, among all plans that reach as
much, the weight covered by the end of the first phase; then of the second, and so on (a lexicographic order). A phase
keeps what was built before it. ``ordered_among`` says among which plans the early phases were optimised: ``all`` of
them, proven by a model of all phases at once, or, where that is too large, the ``chosen`` sites of the best whole, of
which the early phases then get the best, one phase after the other.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from geodata.faults import Fault, fail
from planning.reach import Reach
from planning.siting.check import covered_weight
from planning.siting.cover import cover_most
from planning.siting.phases_model import Steps, together
from planning.siting.plan import PROVEN, Clock, Plan, Status, Stop, gap
from planning.siting.sized import cover_sized

SHARES = (0.4, 0.3)  # of the time: for the whole, for what each phase could cover alone


@dataclass(frozen=True, kw_only=True)
class Phase:
    """What a phase adds: sites, or yuan; what a phase doesn't use is left for those after it."""

    name: str
    sites: int | None = None
    budget_yuan: float | None = None


@dataclass(frozen=True, kw_only=True)
class Built:
    """One phase of a plan; figures are of everything open by its end, fixed sites included."""

    name: str
    chosen: tuple[Hashable, ...]  # new in this phase
    covered: float  # worked out again from the sites
    bound: float  # no plan that does as well in what comes first covers more by the end of this phase
    alone: float  # what the sites or the money of this phase and those before cover if nothing came after
    alone_bound: float  # no choice for this phase alone covers more
    cost_yuan: float  # of this phase; NaN: not known

    @property
    def given_up(self) -> float:
        """Return how much less is covered by the end of this phase for the sake of the whole."""
        return max(0.0, self.alone - self.covered)


@dataclass(frozen=True, eq=False, kw_only=True)
class PhasedPlan:
    """Sites by phase, with the proof for the whole and for each phase."""

    whole: Plan  # by the end of the last phase, with bound and gap
    phases: tuple[Built, ...]  # empty: infeasible
    ordered_among: Literal["all", "chosen"]
    status: Status  # optimal: the whole and the order of all phases are proven
    seconds: float
    stopped_by: Stop
    reason: Fault | None = field(default=None)


def cover_phases(
    reach: Reach,
    weights: pd.Series,
    limit_s: float,
    phases: Sequence[Phase | Mapping[str, object]],
    *,
    fixed: Iterable[Hashable] = (),
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    costs: pd.Series | None = None,
    seconds: float = 60,
) -> PhasedPlan:
    """Choose sites for all phases together, then the phase of each.

    Parameters
    ----------
    weights : Series on ``reach.places``
        At least 0 and never missing.
    limit_s : float
        Seconds, included.
    phases : list of Phase, or of tables with its fields
        In the order of time; all with ``sites``, or all with ``budget_yuan``.
    forced : ids
        Built by the end of the last phase.
    costs : Series of sites, optional
        Yuan; needed for budgets, by every candidate that isn't forbidden.
    """
    clock = Clock(seconds)
    asked = [one if isinstance(one, Phase) else _read(one) for one in phases]
    money = _measure(asked)
    case = Case(
        reach,
        weights,
        limit_s,
        list(fixed),
        list(closed),
        list(forced),
        list(forbidden),
        _costs(reach, costs, [*fixed, *closed, *forbidden], needed=money),
        money=money,
    )
    totals = np.cumsum([float((one.budget_yuan if money else one.sites) or 0) for one in asked])
    whole = case.best(totals[-1], case.forced, case.forbidden, SHARES[0] * seconds)
    if whole.status == "infeasible":
        return _none(whole, clock)
    alone = [case.best(total, [], case.forbidden, SHARES[1] * seconds / len(asked)) for total in totals[:-1]]
    found = None
    if whole.status == "optimal":
        found = together(case.steps(totals, whole), whole.objective, clock.left_s())
    among: Literal["all", "chosen"] = "chosen" if found is None else "all"
    opened = found if found is not None else case.one_by_one(totals, whole, max(1.0, clock.left_s()))
    built = case.built(asked, opened, [*alone, whole], proven=found is not None)
    return PhasedPlan(
        whole=whole,
        phases=built,
        ordered_among=among,
        status="optimal" if among == "all" else "feasible",
        seconds=clock.spent_s(),
        stopped_by="proof" if among == "all" else ("clock" if whole.stopped_by == "proof" else whole.stopped_by),
    )


@dataclass(frozen=True, eq=False)
class Case:
    """A request, checked."""

    reach: Reach
    weights: pd.Series
    limit_s: float
    fixed: list[Hashable]
    closed: list[Hashable]
    forced: list[Hashable]
    forbidden: list[Hashable]
    costs: pd.Series  # on reach.sites; NaN: not known
    money: bool = field(kw_only=True)

    def best(self, total: float, forced: list[Hashable], forbidden: list[Hashable], seconds: float) -> Plan:
        """Return the best choice for one total of sites or money."""
        if not self.money:
            return cover_most(
                self.reach,
                self.weights,
                round(total),
                self.limit_s,
                self.fixed,
                seconds,
                closed=self.closed,
                forced=forced,
                forbidden=forbidden,
            )
        shut = {*self.fixed, *self.closed, *forbidden}
        sites = [one for one in self.reach.sites if one not in shut]
        table = pd.DataFrame(
            {"site": sites, "capacity": np.inf, "cost_yuan": self.costs[sites].to_numpy(), "floor_area_m2": np.nan},
            index=pd.Index(sites, dtype=object),
        )
        return cover_sized(
            self.reach,
            self.weights,
            self.limit_s,
            table,
            budget_yuan=total,
            fixed=self.fixed,
            closed=self.closed,
            forced=forced,
            forbidden=forbidden,
            seconds=seconds,
        )

    def steps(self, totals: np.ndarray, whole: Plan) -> Steps:
        """Return the request for the model of all phases."""
        return Steps(
            self.reach,
            self.weights,
            self.limit_s,
            self.fixed,
            self.closed,
            self.forced,
            self.forbidden,
            self.costs if self.money else None,
            totals,
            whole.chosen,
        )

    def one_by_one(self, totals: np.ndarray, whole: Plan, seconds: float) -> list[tuple[Hashable, ...]]:
        """Give each phase in turn the best of the whole plan's sites that are left."""
        others = [one for one in self.reach.sites if one not in set(whole.chosen)]
        opened: list[tuple[Hashable, ...]] = []
        for total in totals[:-1]:
            before = list(opened[-1]) if opened else []
            plan = self.best(total, before, others, seconds / len(totals))
            opened.append(plan.chosen if plan.status != "infeasible" else tuple(before))
        return [*opened, whole.chosen]

    def built(
        self, asked: list[Phase], opened: list[tuple[Hashable, ...]], alone: list[Plan], *, proven: bool
    ) -> tuple[Built, ...]:
        """Work every phase out again from its sites."""
        done: list[Built] = []
        standing = [one for one in self.fixed if one not in set(self.closed)]
        for k, (phase, some, single) in enumerate(zip(asked, opened, alone, strict=True)):
            before = set(opened[k - 1]) if k else set()
            if not before <= set(some):
                raise AssertionError("a phase gives up what was built before it")
            ids = pd.Index([*standing, *some], dtype=self.reach.sites.dtype)
            covered = covered_weight(self.reach, self.weights, ids, self.limit_s)
            new = tuple(one for one in some if one not in before)
            cost = float(self.costs.loc[pd.Index(new, dtype=self.reach.sites.dtype)].sum(skipna=False))
            limit = max(covered, single.bound)
            best = max(covered, single.objective)
            done.append(
                Built(
                    name=phase.name,
                    chosen=new,
                    covered=covered,
                    bound=covered if proven else limit,
                    alone=best,
                    alone_bound=limit if gap(best, limit) > PROVEN else best,
                    cost_yuan=cost,
                )
            )
        return tuple(done)


def _read(given: Mapping[str, object]) -> Phase:
    if set(given) - {"name", "sites", "budget_yuan"}:
        raise fail("phases_mixed", value=dict(given))
    return Phase(name=str(given.get("name", "")), sites=given.get("sites"), budget_yuan=given.get("budget_yuan"))  # type: ignore[arg-type]  # checked by _measure


def _measure(asked: list[Phase]) -> bool:
    """Tell whether phases are measured in money; refuse a mixture, and what is no number from 0."""
    if not asked:
        raise fail("phases_none")
    money = asked[0].budget_yuan is not None
    for one in asked:
        given, other = (one.budget_yuan, one.sites) if money else (one.sites, one.budget_yuan)
        number = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given < np.inf
        if other is not None or not number or (not money and given != int(given)):  # type: ignore[arg-type]
            raise fail("phases_mixed", value=one.name)
    return money


def _costs(reach: Reach, costs: pd.Series | None, shut: list[Hashable], *, needed: bool) -> pd.Series:
    given = pd.Series(np.nan, index=reach.sites) if costs is None else costs.astype(float).reindex(reach.sites)
    if needed:
        bad = ~(np.isfinite(given) & (given >= 0)) & ~given.index.isin(shut)
        for one in given.index[bad]:
            raise fail("phases_costs", value=one)
    return given


def _none(whole: Plan, clock: Clock) -> PhasedPlan:
    return PhasedPlan(
        whole=whole,
        phases=(),
        ordered_among="chosen",
        status="infeasible",
        seconds=clock.spent_s(),
        stopped_by=whole.stopped_by,
        reason=whole.reason,
    )
