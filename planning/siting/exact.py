"""The exact end of ``cover_most``: what the bound leaves open goes to the solver, the best known with it."""

import numpy as np
from scipy import sparse

from geodata.streets import Longs
from planning.siting.bounds import Bound, fixable
from planning.siting.highs import FREE, Model, chosen, solve
from planning.siting.problem import Sheet, matrix, part, value, whole

COARSE = 1000.0  # the largest weight given to the solver where weights aren't whole: its tolerances are absolute


def rest(of: Sheet, bound: Bound, count: int, best: float) -> tuple[Longs, Longs, Sheet]:
    """Return the candidates that are in, those still open, and the sheet of the latter for groups not yet covered."""
    taken, kept = fixable(of, bound, count, best)
    return taken, kept, part(of, kept, taken)


def model(of: Sheet, count: int) -> Model:
    """Write the choice of at most ``count`` candidates that covers most weight, as a least cost."""
    groups, sites = len(of.weight), len(of.site_start) - 1
    scale = 1.0 if whole(of.weight) else COARSE / of.weight.max()
    covered = sparse.hstack([matrix(of), -sparse.eye_array(groups)])
    number = sparse.csr_array(np.concatenate([np.ones(sites), np.zeros(groups)])[None])
    return Model(
        cost=np.concatenate([np.zeros(sites), -of.weight * scale]),
        rows=sparse.csr_array(sparse.vstack([covered, number])),
        low=np.concatenate([np.zeros(groups), [-FREE]]),
        high=np.concatenate([np.full(groups, FREE), [float(count)]]),
        upper=np.ones(sites + groups),
        whole=np.concatenate([np.ones(sites, dtype=bool), np.zeros(groups, dtype=bool)]),
    )


def search(
    of: Sheet, bound: Bound, count: int, best: Longs, *, seconds: float, nodes: int | None = None
) -> tuple[Longs, float, bool]:
    """Return the best choice, a bound on all choices, and whether the solver came to the end."""
    known = value(of, best)
    taken, kept, left = rest(of, bound, count, known + slack(of, known))
    if not len(kept) or not len(left.weight) or len(taken) >= count:
        full = np.concatenate([taken, kept[: count - len(taken)]])
        better = full if value(of, full) > known else best
        return better, value(of, better), True
    base = value(of, taken)
    asked = model(left, count - len(taken))
    scale = -asked.cost[-1] / left.weight[-1]
    begin = np.isin(kept, best).astype(float)
    fits = (
        np.isin(taken, best).all()
        and begin.sum() + len(taken) == count
        and np.isin(best, np.union1d(taken, kept)).all()
    )
    start = np.concatenate([begin, np.minimum(1.0, matrix(left) @ begin)]) if fits else None
    near = 0.999 if whole(of.weight) else 1e-9 * max(1.0, known * scale)
    found = solve(asked, seconds=seconds, nodes=nodes, start=start, near=near)
    limit = max(known, base - found.bound / scale) if np.isfinite(found.bound) else known
    if not np.isfinite(found.bound) and found.bound < 0:
        limit = bound.value
    answer = best
    if found.x is not None:
        ones = kept[chosen(found.x, len(kept))]
        answer = filled(len(of.site_start) - 1, np.concatenate([taken, ones]), count)
        answer = answer if value(of, answer) > known else best
    reached = value(of, answer)
    return answer, reached if found.done else max(reached, min(limit, bound.value)), found.done


def slack(of: Sheet, known: float) -> float:
    """Return how much more than ``known`` a choice must cover to be better."""
    return 0.999 if whole(of.weight) else 1e-9 * known


def filled(sites: int, some: Longs, count: int) -> Longs:
    """Add the first of ``sites`` candidates that aren't in until there are ``count``."""
    others = np.setdiff1d(np.arange(sites), some)
    return np.sort(np.concatenate([some, others[: max(0, count - len(some))]]))
