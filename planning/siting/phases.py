"""Building in phases: what stands in the end is best as a whole, and what is built early covers most soon.

What is optimised, in this order: the weight covered by the end of the last phase; then, among all plans that reach as
much, the weight covered by the end of the first phase; then of the second, and so on (a lexicographic order). A phase
keeps what was built before it, and a site is built in no phase before the one from which on it is free.
``ordered_among`` says among which plans the early phases were optimised: ``all`` of
them, proven by a model of all phases at once, or, where that is too large, the ``chosen`` sites of the best whole, of
which the early phases then get the best, one phase after the other.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from geodata.faults import Fault, fail
from planning.reach import Reach
from planning.siting.check import covered_weight
from planning.siting.phase import Phase
from planning.siting.phases_case import Case, costs_given, first_phase
from planning.siting.phases_model import together
from planning.siting.plan import PROVEN, Clock, Plan, Status, Stop, Watch, gap, infeasible

# of the time that is left: for the whole, for what each phase could cover alone, for the phases of the sites chosen
SHARES = (0.4, 0.5, 0.25)
BRIEF_S = 1.0  # of work for the phases of the sites chosen where no time is left


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
    not_before: Mapping[Hashable, int] | pd.Series | None = None,
    costs: pd.Series | None = None,
    seconds: float = 60,
    watch: Watch | None = None,
) -> PhasedPlan:
    """Choose sites for all phases together, then the phase of each.

    The best whole can always be built: as a phase may leave what it has for those after it, all sites could come in
    the last phase, in which every site of the whole is free.

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
    not_before : numbers by site id, optional
        The first phase in which a site may be built, from 1; beyond the last phase: in none. Sites not named may be
        built in any.
    costs : Series of sites, optional
        Yuan; needed for budgets, by every candidate that may be built.
    watch : function, optional
        Hears now and then how far the whole is: what is covered by the end of the last phase, and its bound. When it
        returns True, the best whole so far is the answer, its sites put in order without further proof.
    """
    clock = Clock(seconds, watch)
    asked = [one if isinstance(one, Phase) else _read(one) for one in phases]
    money = _measure(asked)
    first = first_phase(reach, not_before)
    never = reach.sites[first > len(asked)]
    case = Case(
        reach=reach,
        weights=weights,
        limit_s=limit_s,
        fixed=list(fixed),
        closed=list(closed),
        forced=list(forced),
        forbidden=list(forbidden),
        first=first,
        totals=np.cumsum([float((one.budget_yuan if money else one.sites) or 0) for one in asked]),
        costs=costs_given(reach, costs, [*fixed, *closed, *forbidden, *never], needed=money),
        money=money,
    )
    late = case.late()
    if late is not None:
        return _none(infeasible(late, clock), clock)
    last = len(asked)
    whole = case.best(last, case.forced, case.barred(last), clock, SHARES[0] * clock.left_s())
    if whole.status == "infeasible":
        return _none(whole, clock)
    clock.instead = (whole.objective, whole.bound)
    alone = _alone(case, clock)
    opened, proven = _ordered(case, whole, clock)
    built = _built(case, asked, opened, [*alone, whole], proven=proven)
    reached = built[-1].covered
    return PhasedPlan(
        whole=replace(whole, chosen=opened[-1], objective=reached, bound=max(reached, whole.bound)),
        phases=built,
        ordered_among="all" if proven else "chosen",
        status="optimal" if proven else "feasible",
        seconds=clock.spent_s(),
        stopped_by="proof" if proven else clock.ended,
    )


def _alone(case: Case, clock: Clock) -> list[Plan]:
    """Return the best choice for every phase but the last if nothing came after it."""
    before_last = range(1, len(case.totals))
    seconds = SHARES[1] * clock.left_s() / max(1, len(before_last))
    return [case.best(phase, [], case.barred(phase), clock, seconds) for phase in before_last]


def _ordered(case: Case, whole: Plan, clock: Clock) -> tuple[list[tuple[Hashable, ...]], bool]:
    """Return what is open by the end of each phase, and whether no other order is better."""
    if clock.told(whole.objective, whole.bound) or not clock.left_s():
        return case.one_by_one(whole.chosen, Clock(BRIEF_S), BRIEF_S), False
    opened = case.one_by_one(whole.chosen, clock, SHARES[2] * clock.left_s())
    found = together(case, opened, whole.objective, clock) if whole.status == "optimal" else None
    return (opened, False) if found is None else (case.filled(found), True)


def _built(
    case: Case, asked: list[Phase], opened: list[tuple[Hashable, ...]], alone: list[Plan], *, proven: bool
) -> tuple[Built, ...]:
    """Work every phase out again from its sites, and hold it against the request."""
    done: list[Built] = []
    shut, kind = set(case.closed), case.reach.sites.dtype
    standing = [one for one in case.fixed if one not in shut]
    for k, (phase, some, single) in enumerate(zip(asked, opened, alone, strict=True)):
        before = set(opened[k - 1]) if k else set()
        if not before <= set(some):
            raise AssertionError("a phase gives up what was built before it")
        if set(some) & set(case.barred(k + 1)):
            raise AssertionError("a site is built before it may be")
        covered = covered_weight(case.reach, case.weights, pd.Index([*standing, *some], dtype=kind), case.limit_s)
        new = tuple(one for one in some if one not in before)
        cost = float(case.costs.loc[pd.Index(new, dtype=kind)].sum(skipna=False))
        limit, best = max(covered, single.bound), max(covered, single.objective)
        done.append(
            Built(
                name=phase.name,
                chosen=new,
                covered=covered,
                bound=covered if proven else max(covered, min(limit, alone[-1].bound)),
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
