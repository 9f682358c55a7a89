"""All phases in one model, solved in lexicographic order: the end first, then the first phase, then the next."""

import itertools
from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from geodata.faults import Fault
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.highs import FREE, Model, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, cover, matrix, value, whole
from planning.siting.question import question, weights_of

SMALL = 12_000  # pairs times phases up to which the model is tried
COARSE = 1000.0  # the largest weight and cost given to the solver: its tolerances are absolute
ALIKE = 1e-9


@dataclass(frozen=True, eq=False)
class Steps:
    """What is asked of the phases; ``totals`` are sites or yuan by the end of each."""

    reach: Reach
    weights: pd.Series
    limit_s: float
    fixed: list[Hashable]
    closed: list[Hashable]
    forced: list[Hashable]
    forbidden: list[Hashable]
    costs: pd.Series | None  # None: sites are counted
    totals: Floats
    chosen: tuple[Hashable, ...]  # a best choice for the end


def together(asked: Steps, best: float, seconds: float) -> list[tuple[Hashable, ...]] | None:
    """Return what is open by the end of each phase, proven best in the order asked; None: too large, or out of time."""
    free = question(asked.reach, None, fixed=asked.fixed, closed=asked.closed, forbidden=asked.forbidden)
    if isinstance(free, Fault):
        return None
    given = cover(free, weights_of(asked.reach, asked.weights), asked.limit_s)
    of, phases, clock = given.sheet, len(asked.totals), Clock(seconds)
    if len(of.group_site) * phases > SMALL:
        return None
    ids = asked.reach.sites[free.free]
    cost = np.ones(len(ids)) if asked.costs is None else asked.costs[ids].to_numpy(dtype=float)
    model, scale = _model(of, cost, asked.totals, np.asarray(ids.isin(asked.forced))), _scale(of)
    model = _at_least(model, of, phases - 1, phases, scale * (best - given.always), of_whole=whole(of.weight))
    exact = 0.999 if whole(of.weight) else ALIKE * max(1.0, scale * best)
    x: Floats | None = None
    for phase in range(phases - 1):
        found = solve(replace(model, cost=_gain(of, phase, phases, scale)), clock, near=exact, start=x)
        if not found.done or found.x is None:
            return None
        x = found.x
        reached = value(of, _open(x, phase, phases, len(ids)))
        model = _at_least(model, of, phase, phases, scale * reached, of_whole=whole(of.weight))
    if x is None:
        return [asked.chosen]
    opened = [_open(x, phase, phases, len(ids)) for phase in range(phases)]
    stands = (
        all(np.isin(one, other).all() for one, other in itertools.pairwise(opened))
        and all(cost[one].sum() <= total * (1 + 1e-12) for one, total in zip(opened, asked.totals, strict=True))
        and value(of, opened[-1]) + given.always >= best * (1 - ALIKE)
    )
    return [tuple(asked.reach.sites[np.sort(free.free[one])]) for one in opened] if stands else None


def _scale(of: Sheet) -> float:
    return 1.0 if whole(of.weight) else COARSE / float(of.weight.max())


def _open(x: Floats, phase: int, phases: int, sites: int) -> Longs:
    """Return the candidates open by the end of a phase."""
    assert phase < phases
    return np.flatnonzero(x[phase * sites : (phase + 1) * sites] > 0.5)  # noqa: PLR2004 - half way


def _model(of: Sheet, cost: Floats, totals: Floats, forced: np.ndarray) -> Model:
    """Columns are candidates by phase, then groups by phase."""
    groups, sites, phases = len(of.weight), len(of.site_start) - 1, len(totals)
    columns = phases * (sites + groups)
    each = sparse.eye_array(phases)
    covered = sparse.hstack([sparse.kron(each, matrix(of)), -sparse.eye_array(phases * groups)])
    later = sparse.eye_array(phases - 1, phases, k=1) - sparse.eye_array(phases - 1, phases)
    kept = sparse.hstack(
        [sparse.kron(later, sparse.eye_array(sites)), sparse.csr_array(((phases - 1) * sites, phases * groups))]
    )
    unit = 1.0 if (cost == 1).all() else COARSE / max(float(cost.max()), 1e-9)
    spent = sparse.hstack([sparse.kron(each, cost[None] * unit), sparse.csr_array((phases, phases * groups))])
    last = sparse.csr_array(
        (np.ones(int(forced.sum())), (np.arange(int(forced.sum())), (phases - 1) * sites + np.flatnonzero(forced))),
        shape=(int(forced.sum()), columns),
    )
    count = [phases * groups, (phases - 1) * sites, phases, int(forced.sum())]
    low = [np.zeros(count[0]), np.zeros(count[1]), np.full(count[2], -FREE), np.ones(count[3])]
    high = [np.full(count[0], FREE), np.full(count[1], FREE), totals * unit, np.ones(count[3])]
    return Model(
        cost=np.zeros(columns),
        rows=sparse.csr_array(sparse.vstack([covered, kept, spent, last])),
        low=np.concatenate(low),
        high=np.concatenate(high),
        upper=np.ones(columns),
        whole=np.arange(columns) < phases * sites,
    )


def _gain(of: Sheet, phase: int, phases: int, scale: float) -> Floats:
    """Return, as a cost, what is covered by the end of a phase."""
    groups, sites = len(of.weight), len(of.site_start) - 1
    gain = np.zeros(phases * (sites + groups))
    first = phases * sites + phase * groups
    gain[first : first + groups] = -scale * of.weight
    return gain


def _at_least(model: Model, of: Sheet, phase: int, phases: int, reached: float, *, of_whole: bool) -> Model:
    """Keep what is reached by the end of a phase."""
    scale = 1.0 if of_whole else _scale(of)
    row = sparse.csr_array(-_gain(of, phase, phases, scale)[None])
    low = reached - (0.5 if of_whole else ALIKE * abs(reached))
    rows = sparse.csr_array(sparse.vstack([model.rows, row]))
    return replace(model, rows=rows, low=np.append(model.low, low), high=np.append(model.high, FREE))
