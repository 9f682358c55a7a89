"""All phases in one model, solved in lexicographic order: the end first, then the first phase, then the next."""

import itertools
from collections.abc import Hashable
from dataclasses import replace

import numpy as np
from scipy import sparse

from geodata.faults import Fault
from geodata.streets import Floats, Longs
from planning.siting.highs import FREE, Model, solve
from planning.siting.phases_case import Case
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, cover, matrix, value, whole
from planning.siting.question import question, weights_of

SMALL = 12_000  # pairs times phases up to which the model is tried
COARSE = 1000.0  # the largest weight and cost given to the solver: its tolerances are absolute
ALIKE = 1e-9


def together(
    case: Case, start: list[tuple[Hashable, ...]], best: float, clock: Clock
) -> list[tuple[Hashable, ...]] | None:
    """Return what is open by the end of each phase, proven best in the order asked; None: too large, or out of time.

    Parameters
    ----------
    start : ids by phase
        An order to begin with, the last phase among the best.
    best : float
        The most that can be covered by the end of the last phase.
    """
    phases, reach = len(case.totals), case.reach
    free = question(reach, None, **case.named, forbidden=case.barred(phases))
    if phases == 1 or isinstance(free, Fault):
        return start
    given = cover(free, weights_of(reach, case.weights), case.limit_s)
    of = given.sheet
    if len(of.group_site) * phases > SMALL:
        return None
    ids = reach.sites[free.free]
    cost = case.costs[ids].to_numpy(dtype=float) if case.money else np.ones(len(ids))
    forced = np.asarray(ids.isin(case.forced))
    model, scale = _model(of, cost, case.totals, forced, case.first[free.free]), _scale(of)
    model = _at_least(model, of, phases - 1, phases, scale * (best - given.always), of_whole=whole(of.weight))
    exact = 0.999 if whole(of.weight) else ALIKE * max(1.0, scale * best)
    x = _solution(of, [np.flatnonzero(ids.isin(some)) for some in start])
    for phase in range(phases - 1):
        asked = replace(model, cost=_gain(of, phase, phases, scale))
        found = solve(asked, clock, near=exact, start=x, stopped=lambda _: clock.told(best, best))
        if not found.done or found.x is None:
            return None
        x = found.x
        reached = value(of, _open(x, phase, phases, len(ids)))
        model = _at_least(model, of, phase, phases, scale * reached, of_whole=whole(of.weight))
    opened = [_open(x, phase, phases, len(ids)) for phase in range(phases)]
    opened = thrifty(of, opened, cost, forced) if case.money else opened
    stands = (
        all(np.isin(one, other).all() for one, other in itertools.pairwise(opened))
        and all(cost[one].sum() <= total * (1 + 1e-12) for one, total in zip(opened, case.totals, strict=True))
        and value(of, opened[-1]) + given.always >= best * (1 - ALIKE)
    )
    return [tuple(reach.sites[np.sort(free.free[one])]) for one in opened] if stands else None


def thrifty(of: Sheet, opened: list[Longs], cost: Floats, forced: np.ndarray) -> list[Longs]:
    """Leave out, the dearest first, what adds nothing by the end of any phase."""
    for site in sorted(opened[-1], key=lambda one: (-cost[one], -one)):
        without = [some[some != site] for some in opened]
        if not forced[site] and all(
            value(of, one) == value(of, some) for one, some in zip(without, opened, strict=True)
        ):
            opened = without
    return opened


def _solution(of: Sheet, opened: list[Longs]) -> Floats:
    """Return what is open by the end of each phase as a solution of the model."""
    built = np.zeros((len(opened), len(of.site_start) - 1))
    for one, some in zip(built, opened, strict=True):
        one[some] = 1.0
    covered = [np.minimum(1.0, matrix(of) @ one) for one in built]
    return np.concatenate([built.ravel(), *covered])


def _scale(of: Sheet) -> float:
    return 1.0 if whole(of.weight) else COARSE / float(of.weight.max())


def _open(x: Floats, phase: int, phases: int, sites: int) -> Longs:
    """Return the candidates open by the end of a phase."""
    assert phase < phases
    return np.flatnonzero(x[phase * sites : (phase + 1) * sites] > 0.5)  # noqa: PLR2004 - half way


def _model(of: Sheet, cost: Floats, totals: Floats, forced: np.ndarray, first: Longs) -> Model:
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
        upper=np.concatenate([*(first <= phase for phase in range(1, phases + 1)), np.ones(phases * groups)]).astype(
            float
        ),
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
