"""A request in phases, checked: what may be built when, and what the sites or the money of one phase can do."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.budget import ALIKE, costs_of, most_for
from planning.siting.check import covered_weight
from planning.siting.cover import most
from planning.siting.plan import Clock, Plan, found, infeasible
from planning.siting.problem import cover
from planning.siting.question import question, weights_of


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """A request, checked; phases are numbered from 1."""

    reach: Reach
    weights: pd.Series
    limit_s: float
    fixed: list[Hashable]
    closed: list[Hashable]
    forced: list[Hashable]
    forbidden: list[Hashable]
    first: Longs  # [sites] the first phase in which each may be built
    totals: Floats  # sites or yuan by the end of each phase
    costs: pd.Series  # on reach.sites; NaN: not known
    money: bool = field(kw_only=True)  # totals are in yuan

    @property
    def named(self) -> dict[str, list[Hashable]]:
        """Return the sites that are open or closed in every phase."""
        return {"fixed": self.fixed, "closed": self.closed}

    def barred(self, phase: int) -> list[Hashable]:
        """Return the sites that may not be built by the end of a phase."""
        return [*self.forbidden, *self.reach.sites[self.first > phase]]

    def late(self) -> Fault | None:
        """Say which forced site can be built in none of the phases; None: all can."""
        late = set(self.reach.sites[self.first > len(self.totals)])
        one = next((one for one in self.forced if one in late), None)
        return None if one is None else Fault(code="phases_forced_late", value=one, details={"n": len(self.totals)})

    def best(self, phase: int, forced: list[Hashable], forbidden: list[Hashable], clock: Clock, seconds: float) -> Plan:
        """Return the best choice for what a phase and those before it may use, after ``seconds`` of work at most."""
        total = float(self.totals[phase - 1])
        named = {**self.named, "forced": forced, "forbidden": forbidden}
        asked = question(self.reach, None if self.money else round(total), **named)
        if isinstance(asked, Fault):
            return infeasible(asked, clock)
        paid = float(costs_of(asked, self.costs, asked.forced).sum()) if self.money else 0.0
        if paid > total * (1 + ALIKE):
            return infeasible(Fault(code="siting_forced_cost", details={"cost": paid, "budget": total}), clock)
        given = cover(asked, weights_of(self.reach, self.weights), self.limit_s)
        clock.base, turn = given.always, clock.part(seconds)
        if self.money:
            each, none = costs_of(asked, self.costs, asked.free), np.empty(0, dtype=np.int64)
            choice = most_for(given.sheet, each, (total - paid) * (1 + ALIKE), turn, none)
        else:
            choice = most(given.sheet, asked.more(), turn)
        clock.tick(turn.worked_s)
        chosen = asked.named(asked.free[choice.sites])
        covered = covered_weight(self.reach, self.weights, asked.all_open(chosen), self.limit_s)
        bound = max(covered, given.always + choice.bound)
        left_out = tuple(self.reach.places[given.left_out])
        return found(chosen, covered, bound, turn, stopped_by=choice.stopped_by, left_out=left_out)

    def one_by_one(self, chosen: tuple[Hashable, ...], clock: Clock, seconds: float) -> list[tuple[Hashable, ...]]:
        """Return what is open by the end of each phase: the best of the ``chosen`` sites that are left and free."""
        kept, last = set(chosen), len(self.totals)
        others = [one for one in self.reach.sites if one not in kept]
        opened: list[tuple[Hashable, ...]] = []
        for phase in range(1, last):
            before = list(opened[-1]) if opened else []
            plan = self.best(phase, before, [*self.barred(phase), *others], clock, seconds / (last - 1))
            opened.append(plan.chosen if plan.status != "infeasible" else tuple(before))
        return self.filled([*opened, chosen])

    def filled(self, opened: list[tuple[Hashable, ...]]) -> list[tuple[Hashable, ...]]:
        """Build as many as are asked for by the end of every phase, where there are as many; the rest stays.

        What is added covers nothing more if the order of the phases is the best; smaller ids come first.
        """
        if self.money:
            return opened
        last = len(self.totals)
        asked = question(self.reach, None, **self.named, forbidden=self.barred(last))
        assert not isinstance(asked, Fault)
        built = [set(one) for one in opened]
        room = [round(total) - len(some) for total, some in zip(self.totals, built, strict=True)]
        free = sorted(asked.free, key=lambda at: self.reach.sites[at] not in built[-1])  # what is chosen comes first
        for at in free if any(room) else ():
            one = self.reach.sites[at]
            for phase in range(int(self.first[at]), last + 1):
                without = [k for k in range(phase - 1, last) if one not in built[k]]
                if without and all(room[k] for k in without):
                    for k in without:
                        built[k].add(one)
                        room[k] -= 1
                    break
        return [tuple(one for one in self.reach.sites if one in some) for some in built]


def first_phase(reach: Reach, not_before: Mapping[Hashable, int] | pd.Series | None) -> Longs:
    """Return the first phase in which each site may be built, 1 where nothing is said."""
    first = np.ones(len(reach.sites), dtype=np.int64)
    given: dict[Hashable, object] = {} if not_before is None else dict(not_before.items())
    for one, number in given.items():
        at = int(reach.sites.get_indexer(pd.Index([one], dtype=reach.sites.dtype))[0])
        if at < 0:
            raise fail("siting_unknown", value=one)
        counted = isinstance(number, int | float | np.integer) and not isinstance(number, bool)
        if not counted or not 1 <= number < np.inf or number != int(number):  # type: ignore[operator,call-overload]  # a number
            raise fail("phases_not_before", label=one, value=number)
        first[at] = int(number)  # type: ignore[call-overload]  # as above
    return first


def costs_given(reach: Reach, costs: pd.Series | None, shut: list[Hashable], *, needed: bool) -> pd.Series:
    """Return the cost of every site of the reach; where it is needed, one that is missing is an InputError."""
    given = pd.Series(np.nan, index=reach.sites) if costs is None else costs.astype(float).reindex(reach.sites)
    if needed:
        bad = ~(np.isfinite(given) & (given >= 0)) & ~given.index.isin(shut)
        for one in given.index[bad]:
            raise fail("phases_costs", value=one)
    return given
