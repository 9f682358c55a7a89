"""The exact end of covering most: what the bound leaves open goes to the solver, the best known with it."""

import numpy as np
from scipy import sparse

from geodata.streets import Floats, Longs
from planning.siting.bounds import Bound, fixable
from planning.siting.highs import FREE, Model, chosen, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, matrix, part, value, whole

COARSE = 1000.0  # the largest weight given to the solver where weights aren't whole: its tolerances are absolute


def rest(of: Sheet, bound: Bound, count: float, best: float, costs: Floats | None = None) -> tuple[Longs, Longs, Sheet]:
    """Return the candidates that are in, those still open, and the sheet of the latter for groups not yet covered."""
    taken, kept = fixable(of, bound, count, best, costs)
    return taken, kept, part(of, kept, taken)


def model(of: Sheet, count: float, costs: Floats | None = None) -> Model:
    """Write the choice that covers most weight as a least cost: of ``count`` candidates, or for ``count`` money."""
    groups, sites = len(of.weight), len(of.site_start) - 1
    scale = 1.0 if whole(of.weight) else COARSE / of.weight.max()
    covered = sparse.hstack([matrix(of), -sparse.eye_array(groups)])
    each = np.ones(sites) if costs is None else costs
    number = sparse.csr_array(np.concatenate([each, np.zeros(groups)])[None])
    return Model(
        cost=np.concatenate([np.zeros(sites), -of.weight * scale]),
        rows=sparse.csr_array(sparse.vstack([covered, number])),
        low=np.concatenate([np.zeros(groups), [-FREE]]),
        high=np.concatenate([np.full(groups, FREE), [float(count)]]),
        upper=np.ones(sites + groups),
        whole=np.concatenate([np.ones(sites, dtype=bool), np.zeros(groups, dtype=bool)]),
    )


def search(
    of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock, *, nodes: int | None = None
) -> tuple[Longs, float, bool]:
    """Return the best choice, a bound on all choices, and whether the solver came to the end."""
    known = value(of, best)
    taken, kept, left = rest(of, bound, count, known + slack(of, known))
    if not len(kept) or not len(left.weight) or len(taken) >= count:
        full = np.concatenate([taken, kept[: count - len(taken)]])
        better = full if value(of, full) > known else best
        return better, value(of, better), True
    asked = model(left, count - len(taken))
    better, limit, done = solved(of, asked, (taken, kept, left), best, clock, nodes=nodes)
    better = better if value(of, better) <= known else filled(len(of.site_start) - 1, better, count)
    reached = value(of, better)
    return better, reached if done else max(reached, min(limit, bound.value)), done


def solved(
    of: Sheet,
    asked: Model,
    parts: tuple[Longs, Longs, Sheet],
    best: Longs,
    clock: Clock,
    *,
    nodes: int | None = None,
) -> tuple[Longs, float, bool]:
    """Let the solver look for what covers more than ``best``: the choice, a bound on all, and whether it is at an end.

    ``parts`` are those of ``rest``, and ``asked`` is the model of its sheet.
    """
    taken, kept, left = parts
    known, base = value(of, best), value(of, taken)
    scale = -asked.cost[-1] / left.weight[-1]

    def limit(found: float) -> float:
        return max(known, base - found / scale) if np.isfinite(found) else known if found > 0 else np.inf

    near = 0.999 if whole(of.weight) else 1e-9 * max(1.0, known * scale)
    found = solve(
        asked,
        clock,
        nodes=nodes,
        start=begin(left, asked, parts, best),
        lean=True,
        near=near,
        stopped=None if clock.watch is None else lambda bound: clock.told(known, limit(bound)),
    )
    answer = best
    if found.x is not None:
        ones = np.concatenate([taken, kept[chosen(found.x, len(kept))]])
        answer = np.sort(ones) if value(of, ones) > known else best
    return answer, limit(found.bound), found.done


def begin(left: Sheet, asked: Model, parts: tuple[Longs, Longs, Sheet], best: Longs) -> Floats | None:
    """Return ``best`` as a solution to begin with, if it is one."""
    taken, kept, _ = parts
    ones = np.isin(kept, best).astype(float)
    if not (np.isin(taken, best).all() and np.isin(best, np.union1d(taken, kept)).all()):
        return None
    start = np.concatenate([ones, np.minimum(1.0, matrix(left) @ ones)])
    return start if (asked.rows[-1:] @ start)[0] <= asked.high[-1] else None


def slack(of: Sheet, known: float) -> float:
    """Return how much more than ``known`` a choice must cover to be better."""
    return 0.999 if whole(of.weight) else 1e-9 * known


def filled(sites: int, some: Longs, count: int) -> Longs:
    """Add the first of ``sites`` candidates that aren't in until there are ``count``."""
    others = np.setdiff1d(np.arange(sites), some)
    return np.sort(np.concatenate([some, others[: max(0, count - len(some))]]))
