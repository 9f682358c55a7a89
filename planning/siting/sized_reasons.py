"""Why a request has no answer, before anybody is served: streets without candidates, distances, numbers, money."""

from collections.abc import Hashable
from dataclasses import replace

import numpy as np
from scipy import sparse

from geodata.faults import Fault
from geodata.streets import Longs
from planning.siting import sized_model
from planning.siting.highs import FREE, Model, solve
from planning.siting.plan import Clock
from planning.siting.sized_problem import Asked, Limits

NAMED = 5


def base(asked: Asked, limits: Limits, seconds: float) -> Longs | Fault:
    """Return the cheapest sizes that keep to the limits, served or not, or why there are none."""
    net = asked.net
    inside = limits.unit[~net.given]
    empty = [name for k, name in enumerate(limits.names) if not (inside == k).any()]
    if empty:
        return Fault(code="sized_unit_empty", details={"n": len(empty), "names": _named(empty)})
    both = np.isin(limits.near, limits.forced).all(axis=1) if len(limits.near) else np.empty(0, dtype=bool)
    if both.any():
        one, other = (asked.question.reach.sites[asked.site[site]] for site in limits.near[both][0])
        return Fault(code="sized_forced_near", details={"one": one, "other": other})
    new = (~net.given[net.size_site]).astype(float)
    free = replace(limits, count=len(net.given), budget=np.inf)
    fewest, count, done = sized_model.choose(net, free, new, Clock(seconds))
    if fewest is None:
        if not done:
            return Fault(code="sized_undecided", details={"seconds": seconds})
        most, names = _units_possible(asked, limits, seconds)
        return Fault(code="sized_units_near", details={"n": len(limits.names), "most": most, "names": names})
    least = round(count) if done else len(fewest)
    if done and least > limits.count:
        return Fault(
            code="sized_units_count",
            details={"needed": least, "sites": limits.count, "units": len(limits.names), "forced": len(limits.forced)},
        )
    rich = replace(limits, budget=np.inf)
    cheapest, _, done = sized_model.choose(net, rich, net.cost, Clock(seconds))
    if cheapest is None:
        return Fault(code="sized_undecided", details={"seconds": seconds})
    cost = float(net.cost[cheapest].sum())
    if cost > limits.budget:
        code = "sized_units_budget" if limits.names else "sized_forced_budget"
        details = {"cost": cost, "budget": limits.budget, "units": len(limits.names), "forced": len(limits.forced)}
        return Fault(code=code if done else "sized_undecided", details={**details, "seconds": seconds})
    return cheapest


def _units_possible(asked: Asked, limits: Limits, seconds: float) -> tuple[int, str]:
    """Return how many named units can have a site at once where distances are kept, and the names of those left out."""
    net = asked.net
    new = np.flatnonzero(~net.given[net.size_site])
    sizes, units = len(new), len(limits.names)
    blocks = sized_model.frame(net, replace(limits, names=(), count=len(net.given), budget=np.inf), new, sizes + units)
    unit = limits.unit[net.size_site[new]]
    inside = np.flatnonzero(unit >= 0)
    rows = np.concatenate([unit[inside], np.arange(units)])
    columns = np.concatenate([inside, sizes + np.arange(units)])
    data = np.concatenate([np.ones(len(inside)), -np.ones(units)])
    table = sparse.csr_array((data, (rows, columns)), shape=(units, sizes + units))
    model = Model(
        cost=np.concatenate([np.zeros(sizes), -np.ones(units)]),
        rows=sparse.csr_array(sparse.vstack([*(block.rows for block in blocks), table])),
        low=np.concatenate([*(block.low for block in blocks), np.zeros(units)]),
        high=np.concatenate([*(block.high for block in blocks), np.full(units, FREE)]),
        upper=np.ones(sizes + units),
        whole=np.ones(sizes + units, dtype=bool),
    )
    found = solve(model, Clock(seconds))
    if found.x is None:
        return 0, _named(limits.names)
    served = found.x[sizes:] > 0.5  # noqa: PLR2004 - half way
    return int(served.sum()), _named([name for name, has in zip(limits.names, served, strict=True) if not has])


def _named(names: list[Hashable] | tuple[Hashable, ...]) -> str:
    listed = "、".join(str(name) for name in names[:NAMED])
    return listed + ("…" if len(names) > NAMED else "")
