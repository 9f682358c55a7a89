"""Fewer sites that still cover enough: annealing, then taking away what vicinities can make up for."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geodata.streets import Longs
from planning.siting.bounds import Bound, relaxation, worth
from planning.siting.cover import ROUNDS, SLOWER, TOO_LARGE, annealed_long, kernel, region_size
from planning.siting.local_search import anneal, greedy
from planning.siting.plan import Clock
from planning.siting.problem import Sheet, part, value
from planning.siting.regions import one_more, regional
from planning.siting.starting import losses, repaired
from planning.siting.vicinity import rebuilt

STEPS = 2000  # of the relaxation
CLOSE = 1e-5
TRIES = (20_000, 600_000)
TURNS = 3  # of annealing for one number of sites
SEARCH_SHARE = 0.4  # of the time: until annealing ends
LIKELY = 40  # the fewest are within a share of this of what is proven, mostly
DIVIDED_SHARE = 0.9  # of what is left then, for vicinities and regions


def fewer(of: Sheet, need: float, best: Longs, bound: Bound, goal: tuple[int, int], clock: Clock) -> Longs:
    """Return fewer candidates that cover ``need``: ``enough`` if that is given, else as few as annealing finds.

    What a try leaves uncovered says how many more candidates the next one should have.
    """
    least, enough = goal
    if enough:
        tried = _annealed(of, need, enough, bound, clock) if least <= enough else best
        return tried if value(of, tried) >= need else best
    marginal = np.sort(worth(of, bound.price))[::-1]
    low = count = least
    while count < len(best) and clock.left_s() > (1 - SEARCH_SHARE) * clock.limit_s:
        clock.told(float(len(best)), float(least))
        tried = _annealed(of, need, count, bound, clock)
        missing = need - value(of, tried)
        if missing <= 0:
            best = tried
            count = (low + len(best)) // 2
        else:
            low = count + 1
            more = int(0.7 * missing / max(marginal[min(count, len(marginal) - 1)], 1e-9 * need))
            count = max(low, min(count + more, (low + len(best)) // 2))
    return best


def _annealed(of: Sheet, need: float, count: int, bound: Bound, clock: Clock) -> Longs:
    """Return ``count`` candidates that cover ``need``, or the most that annealing found."""
    best = greedy(of, count)
    for turn in range(TURNS):
        if value(of, best) >= need or not clock.left_s():
            break
        kept = kernel(of, bound, count, [best], turn)
        kept = kept[np.diff(of.site_start)[kept] > 0]
        if len(kept) <= count:
            continue
        sheet = part(of, kept)
        hot = 0.05 * need / count
        tries = int(np.clip(20 * count * len(of.site_start), *TRIES))
        start = np.searchsorted(kept, best) if np.isin(best, kept).all() else greedy(sheet, count)
        tried = kept[anneal(sheet, start, tries, hot, 0.03 * hot, turn, need, clock=clock)]
        best = np.asarray(tried) if value(of, tried) > value(of, best) else best
    return best


def divided(of: Sheet, need: float, best: Longs, least: int, clock: Clock) -> tuple[Longs, int]:
    """Take sites away as long as vicinities make up for them, and beside it bound by regions how few will do."""
    target, count = need * (1 - 1e-9), least + min((len(best) - least) // 2, 1 + least // LIKELY)
    bound = relaxation(of, count, STEPS, CLOSE, clock=clock)
    if least > 1 and bound.value >= of.weight.sum() * (1 - 1e-12):  # prices of nothing say nothing of fewer
        count = least - 1
        bound = relaxation(of, count, STEPS, CLOSE, begin=bound, clock=clock)
    level, size = one_more(of, bound, count), region_size(of)
    here, beside = (clock.part(DIVIDED_SHARE * clock.left_s() / slower) for slower in SLOWER)
    known, proven = [len(best)], [least]

    def enough(limit: float) -> bool:
        if level > 0:  # the prices hold for any number of candidates
            proven[0] = max(proven[0], count + int(np.ceil((target - limit) / level - 1e-6)))
        return proven[0] >= known[0]

    def stopped(now: float) -> bool:
        return now >= need or proven[0] >= known[0] or clock.told(float(known[0]), float(proven[0]))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(regional, of, bound, count, size, beside, best, enough)
        if len(of.group_site) > TOO_LARGE:
            start = repaired(of, best, count)
            tried = _up_to(of, need, annealed_long(of, bound, count, start, here, stopped))
            best = tried if len(tried) < len(best) else best
            known[0] = len(best)
        while here.left_s() and known[0] > proven[0] and not clock.stopped:
            tried = rebuilt(of, bound, np.delete(best, np.argmin(losses(of, best))), ROUNDS, here, stopped)
            if value(of, tried) < need:
                break
            best, known[0] = tried, len(tried)
        enough(waiting.result())
    clock.tick(DIVIDED_SHARE * clock.left_s())
    return best, min(proven[0], len(best))


def _up_to(of: Sheet, need: float, some: Longs) -> Longs:
    """Add to candidates those that cover most anew, until ``need``."""
    others = np.setdiff1d(np.arange(len(of.site_start) - 1), some)
    more = greedy(part(of, others, some), len(others), need - value(of, some))
    return np.sort(np.concatenate([some, others[more]]))
