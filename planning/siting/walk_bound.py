"""Cover the most people with no walk longer than a given one: maximal covering with mandatory closeness."""

import numpy as np
from scipy import sparse

from geodata.streets import Longs
from planning.siting import exact
from planning.siting.cover import Choice
from planning.siting.dominance import deciding
from planning.siting.fewest import fewest
from planning.siting.highs import Model, chosen, solve
from planning.siting.local_search import anneal
from planning.siting.plan import Clock, Stop
from planning.siting.problem import Sheet, cover, matrix, sheet, value, whole
from planning.siting.question import Question, weights_of

TRIES = 200_000
HOT, COLD = 0.05, 0.0015  # first and last temperature, in what a site covers on average


def most_within(asked: Question, of: Sheet, longest_s: float, clock: Clock, start: Longs) -> Choice | None:
    """Choose candidates that cover most of a sheet, every place within ``longest_s`` of an open site.

    None: no choice of that many brings every place so near, or none was found.

    Parameters
    ----------
    of : Sheet
        Of the same question, for the limit that counts as covered.
    start : array
        Candidates to begin with; of use where they keep to ``longest_s``.
    """
    count = asked.more()
    near = cover(asked, weights_of(asked.reach, None), longest_s)
    if len(near.left_out):
        return None
    rows = matrix(near.sheet)[deciding(matrix(near.sheet))] if len(near.sheet.weight) else matrix(near.sheet)
    must = sheet(sparse.csr_array(rows), np.ones(rows.shape[0]))
    best = start if _keeps(must, start) and len(start) <= count else None
    if best is None:
        able = fewest(must, float(must.weight.sum()), clock, enough=count)
        if len(able.sites) > count:
            return None
        best = able.sites
    best = exact.filled(len(asked.free), best, count)
    if not len(of.weight):
        return Choice(best, 0.0, "proof")
    best = _annealed(of, must, best, clock)
    return _proven(of, must, count, best, clock)


def _keeps(must: Sheet, some: Longs) -> bool:
    return bool(value(must, some) == must.weight.sum())


def _annealed(of: Sheet, must: Sheet, best: Longs, clock: Clock) -> Longs:
    """Exchange sites where leaving a place too far costs as much as a whole site covers."""
    both = sheet(
        sparse.csr_array(sparse.vstack([matrix(of), matrix(must)])),
        np.concatenate([of.weight, np.full(len(must.weight), of.weight.sum() / len(best) + 1.0)]),
    )
    seen = np.flatnonzero(np.diff(both.site_start))
    if not np.isin(best, seen).all() or not clock.left_s():
        return best
    narrow = sheet(matrix(both)[:, seen].tocsr(), both.weight)
    hot, cold = (heat * value(of, best) / len(best) + 1e-9 for heat in (HOT, COLD))
    tried = np.sort(seen[anneal(narrow, np.searchsorted(seen, best), TRIES, hot, cold, 0, clock=clock)])
    return tried if _keeps(must, tried) and value(of, tried) > value(of, best) else best


def _proven(of: Sheet, must: Sheet, count: int, best: Longs, clock: Clock) -> Choice:
    """Let the solver look for more, and bound what there can be."""
    known = value(of, best)
    plain = exact.model(of, count)
    groups, sites = len(of.weight), len(of.site_start) - 1
    scale = -plain.cost[-1] / of.weight[-1]
    beside = sparse.csr_array((len(must.weight), groups))
    model = Model(
        plain.cost,
        sparse.csr_array(sparse.vstack([plain.rows, sparse.hstack([matrix(must), beside])])),
        np.concatenate([plain.low, np.ones(len(must.weight))]),
        np.concatenate([plain.high, np.full(len(must.weight), np.inf)]),
        plain.upper,
        plain.whole,
    )
    begin = np.isin(np.arange(sites), best).astype(float)
    answer = solve(
        model,
        clock,
        start=np.concatenate([begin, np.minimum(1.0, matrix(of) @ begin)]),
        near=0.999 if whole(of.weight) else 1e-9 * max(1.0, known * scale),
        stopped=None if clock.watch is None else lambda low: clock.told(known, _limit(of, low, scale)),
    )
    if answer.x is not None:
        tried = exact.filled(sites, chosen(answer.x, sites), count)
        best = tried if _keeps(must, tried) and value(of, tried) > known else best
    reached = value(of, best)
    stop: Stop = "proof" if answer.done else clock.ended
    limit = reached if answer.done else max(reached, _limit(of, answer.bound, scale))
    return Choice(np.sort(best), float(np.floor(limit + 1e-6) if whole(of.weight) else limit), stop)


def _limit(of: Sheet, low: float, scale: float) -> float:
    total = float(of.weight.sum())
    return min(total, -low / scale) if np.isfinite(low) else total
