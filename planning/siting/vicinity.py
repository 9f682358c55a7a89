"""Better choices by taking the sites of a few vicinities back and choosing them anew, exactly.

All other sites stay; what they don't cover, and the candidates that would add to it, is a small model for the solver
(large neighbourhood search, Shaw 1998). A vicinity grows where models turn out easy and shrinks where they don't.
"""

import numpy as np
from scipy import sparse

from geodata.streets import Floats, Longs
from planning.siting import exact
from planning.siting.bounds import Bound, worth
from planning.siting.highs import chosen, solve
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, matrix, part, value

SIZE, LEAST = 30.0, 8.0  # sites taken back at first, and at least
CANDIDATES = 8  # per site taken back
NODES = 5  # of the solver's search
SHRINK, GROW = 0.8, 1.02
FAR = 99.0


def rebuilt(of: Sheet, bound: Bound, best: Longs, rounds: int, clock: Clock, share: float) -> Longs:
    """Return a choice at least as good as ``best``, after taking back and choosing anew ``rounds`` times.

    Parameters
    ----------
    share : float
        Of the time of ``clock``, at most.
    """
    until_s = clock.spent_s() + share * clock.limit_s
    rng, size, likely = np.random.default_rng(1), SIZE, worth(of, bound.price)
    rows = matrix(of)
    seen = rows.T.tocsr()
    known = value(of, best)
    for _ in range(rounds):
        left_s = min(clock.left_s(), until_s - clock.spent_s())
        if left_s <= 0 or clock.told(known, bound.value):
            break
        away = rng.random(len(likely))
        middle = rng.choice(best, rng.integers(1, 4))
        away += _steps(rows, seen, middle)
        back = best[np.argsort(away[best], kind="stable")[: int(size)]]
        kept = np.setdiff1d(best, back)
        open_now = rows @ _marked(len(likely), best)
        uncovered = rows @ _marked(len(likely), kept) == 0
        adds = seen @ np.where(uncovered, of.weight, 0.0)
        alone = seen @ np.where(open_now == 1, of.weight, 0.0)
        could = np.union1d(np.setdiff1d(np.flatnonzero(adds >= alone[back].min()), kept), back)
        order = np.lexsort((-likely[could], ~np.isin(could, back)))
        could = np.sort(could[order[: CANDIDATES * len(back)]])
        left = part(of, could, kept)
        if not len(left.weight):
            continue
        asked = exact.model(left, len(back))
        begin = exact.begin(left, asked, (kept, could, left), best)
        found = solve(asked, seconds=left_s, nodes=NODES, start=begin, near=exact.slack(of, known))
        size = max(LEAST, size * (GROW if found.done else SHRINK))
        if found.x is None:
            continue
        tried = exact.filled(len(likely), np.concatenate([kept, could[chosen(found.x, len(could))]]), len(best))
        if len(tried) == len(best) and value(of, tried) > known:
            best, known = tried, value(of, tried)
    return best


def _steps(rows: sparse.csr_array, seen: sparse.csr_array, middle: Longs) -> Floats:
    """Return how many groups in a row lie between each candidate and the nearest of ``middle``."""
    away = np.full(seen.shape[0], FAR)
    away[middle] = 0.0
    for step in range(1, int(FAR)):
        near = (seen @ (rows @ (away < FAR).astype(np.float64) > 0).astype(np.float64) > 0) & (away == FAR)
        if not near.any():
            break
        away[near] = step
    return away


def _marked(sites: int, some: Longs) -> Floats:
    mark = np.zeros(sites)
    mark[some] = 1.0
    return mark
