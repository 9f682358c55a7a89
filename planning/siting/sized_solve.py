"""The search for sites of several sizes: greedy, prices, annealing, and the solver for what the prices leave open."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from geodata.streets import Floats, Longs
from planning.siting import sized_model
from planning.siting.highs import solve
from planning.siting.plan import Clock, Stop
from planning.siting.problem import whole
from planning.siting.sized_bounds import Priced, priced, worths
from planning.siting.sized_flow import worth
from planning.siting.sized_problem import Asked, Limits, Net
from planning.siting.sized_search import Aim, Rules, anneal, greedy, leaner, rules, start_flow

SMALL = 1500  # pairs up to which the solver comes first
PAIRS = 40_000  # columns for pairs beyond which the solver gets nowhere in a minute
STEPS = (20, 800)  # of prices
PAIRS_PER_S = 12e6  # pairs a second stands for in one step of prices
TOUCHES_PER_S = 300e6  # how much work in annealing a second stands for
LONGEST = 100.0  # work of one round, in likely sizes times groups
SHARES = (0.3, 0.5)  # of the time: for prices, for annealing
ROUNDS = 3
HEATS = ((0.3, 0.003), (0.1, 0.001), (0.03, 0.0005))  # first and last temperature, in what a site serves on average
SURE = 1e-9
CUTS = 40


@dataclass(frozen=True, eq=False)
class Chosen:
    """Sizes at new sites, and what no choice exceeds (or goes below)."""

    sizes: Longs | None  # None: no choice was found that serves what is needed
    bound: float  # inf where the least is sought: proven that there is none
    stopped_by: Stop


@dataclass(frozen=True, eq=False)
class Task:
    """One search: the net, its limits, and what is needed (inf: the most is sought)."""

    net: Net
    limits: Limits
    to: Rules
    need: float
    backup: float
    eps: float

    def worth(self, sizes: Longs) -> float:
        """Return what the sizes serve together with the fixed sites."""
        given = self.net.size_start[:-1][self.net.given]
        return float(worth(self.net, np.concatenate([given, sizes]), self.backup, self.eps))

    def enough(self, sizes: Longs) -> bool:
        """Tell whether the sizes serve what is needed."""
        return self.worth(sizes) >= self.need * (1 - SURE)

    def score(self, sizes: Longs | None) -> float:
        """Return what is to be as large as can be; -inf: not a choice."""
        if sizes is None:
            return -np.inf
        if np.isinf(self.need):
            return self.worth(sizes)
        return -float(self.net.price[sizes].sum()) if self.enough(sizes) else -np.inf

    def whole(self) -> bool:
        """Tell whether every score is a whole number."""
        if not np.isinf(self.need):
            return whole(self.net.price)
        return whole(self.net.demand) and whole(self.net.capacity) and self.backup in {0.0, 1.0}


def task(asked: Asked, limits: Limits, need: float) -> Task:
    """Return the search for ``need``, what is served beside the net not counted."""
    eps = 1e-11 * max(float(asked.net.demand.sum()), 1e-300)
    return Task(asked.net, limits, rules(asked.net, limits), need, asked.backup, eps)


def search(of: Task, begin: Longs, clock: Clock) -> Chosen:
    """Return the best choice found, beginning with the sizes ``begin``, which keep to the limits."""
    best = _greedy(of, begin)
    all_in = of.worth(_largest(of.net))
    if np.isinf(of.need) and best is not None and of.worth(best) >= all_in * (1 - 1e-12):
        return Chosen(_pruned(of, best), of.worth(best), "proof")
    pairs = len(of.net.site_group)
    if pairs <= SMALL:
        return _solved(of, best, np.ones(len(of.net.capacity), dtype=bool), _no_bound(of, all_in), clock)
    allowed = int(np.clip(SHARES[0] * clock.limit_s * PAIRS_PER_S / pairs, *STEPS))
    start = Priced(np.inf if np.isinf(of.need) else -np.inf, *_half(of))
    known = of.score(best) if best is not None else -float(of.net.price.sum())
    prices = priced(of.net, of.to, of.need, of.backup, abs(known), start, allowed)
    clock.tick(allowed * pairs / PAIRS_PER_S)
    if np.isinf(prices.value):
        return Chosen(None, np.inf, "proof")
    best = _annealed(of, best, begin, prices, clock)
    clock.told(abs(of.score(best)), prices.value)
    bound = _best_bound(of, prices, all_in, clock)
    if best is not None and _proven(of, best, bound):
        return Chosen(_pruned(of, best), abs(of.score(best)), "proof")
    kept = _open_still(of, prices, of.score(best))
    if _columns(of.net, kept) <= PAIRS:
        return _solved(of, best, kept, bound, clock)
    return Chosen(None if best is None else _pruned(of, best), bound, clock.ended)


def _no_bound(of: Task, all_in: float) -> float:
    return all_in if np.isinf(of.need) else 0.0


def _half(of: Task) -> tuple[Floats, Floats, float, Floats]:
    return (np.full(len(of.net.demand), 0.5), np.full(len(of.net.demand), 0.5), 0.0, np.zeros(len(of.net.capacity)))


def _largest(of: Net) -> Longs:
    """Return the largest size of every new site."""
    last = of.size_start[1:] - 1
    return last[~of.given]


def _aim(of: Task, per_unit: float, need: float) -> Aim:
    return Aim(need, per_unit, of.backup, of.eps)


def _greedy(of: Task, begin: Longs) -> Longs | None:
    """Return the best of greedy choices by gain, by gain per cost, and by gain per price; None: none serves enough."""
    ways = [np.ones(len(of.net.capacity))]
    ways += [cost + 1e-6 * cost.max() for cost in (of.net.cost, of.net.price) if cost.any() and (cost != 1).any()]
    tried = [np.asarray(greedy(of.net, of.to, _aim(of, 1.0, of.need), begin, way)) for way in ways]
    if not np.isinf(of.need):
        tried = [one for one in tried if of.enough(one)]
    return max(tried, key=of.score, default=None)


def _annealed(of: Task, best: Longs | None, begin: Longs, prices: Priced, clock: Clock) -> Longs | None:
    """Anneal in rounds, each as long as the time allows at the pace of a desktop."""
    for turn in range(ROUNDS):
        if not clock.left_s():
            break
        start = best
        if start is None:
            start = np.asarray(greedy(of.net, of.to, _aim(of, 1.0, of.need), begin, np.ones(len(of.net.capacity))))
        count = max(1, len(start))
        kept = _open_still(of, prices, of.score(best))
        likely = np.flatnonzero(kept & ~of.net.given[of.net.size_site])
        work = min(SHARES[1] / ROUNDS * clock.limit_s * TOUCHES_PER_S, LONGEST * len(likely) * len(of.net.demand))
        if np.isinf(of.need):
            scale, per_unit = of.worth(start) / count, 1.0
        else:
            scale, per_unit = float(of.net.price[start].sum()) / count, 1.2 * prices.multiplier
        hot, cold = (max(1e-12, heat * scale) for heat in HEATS[turn])
        aim = _aim(of, per_unit, of.need)
        tried = np.asarray(anneal(of.net, of.to, aim, start, likely, float(work), hot, cold, turn))
        clock.tick(work / TOUCHES_PER_S)
        if of.score(tried) > of.score(best):
            best = tried
        clock.told(abs(of.score(best)), prices.value)
    return best


def _best_bound(of: Task, prices: Priced, all_in: float, clock: Clock) -> float:
    """Tighten the bound with every limit kept at the last prices."""
    each = worths(of.net, prices.price, prices.twice, of.backup)
    paid = (1.0 - of.backup) * float(prices.price @ of.net.demand) + of.backup * float(prices.twice @ of.net.demand)
    paid += float(each[of.net.given[of.net.size_site]].sum())
    seconds = max(0.5, 0.1 * clock.left_s())
    if np.isinf(of.need):
        _, low, _ = sized_model.choose(of.net, of.limits, -each, clock, seconds=seconds)
        bound = min(prices.value, paid - low) if np.isfinite(low) else prices.value
        if of.backup:
            bound = min(bound, all_in)
    else:
        more = (each, of.need - paid - SURE * of.need)
        _, low, _ = sized_model.choose(of.net, of.limits, of.net.price, clock, seconds=seconds, more=more)
        bound = max(prices.value, low) if low > -np.inf else prices.value
    return _rounded(of, bound)


def _rounded(of: Task, bound: float) -> float:
    if not np.isfinite(bound) or not of.whole():
        return bound
    near = max(1e-6, SURE * abs(bound))
    return float(np.floor(bound + near) if np.isinf(of.need) else np.ceil(bound - near))


def _proven(of: Task, best: Longs, bound: float) -> bool:
    score = abs(of.score(best))
    return bound <= score * (1 + SURE) if np.isinf(of.need) else bound >= score * (1 - SURE)


def _open_still(of: Task, prices: Priced, known: float) -> NDArray[np.bool_]:
    """Return the sizes that a better choice than ``known`` may have, by the prices."""
    net = of.net
    each = worths(net, prices.price, prices.twice, of.backup)
    score = each - prices.multiplier * net.cost if np.isinf(of.need) else prices.multiplier * each - net.price
    top = np.full(len(net.given), -np.inf)
    np.maximum.at(top, net.size_site, score)
    must = net.given.copy()
    must[of.limits.forced] = True
    others = np.sort(np.maximum(0.0, top[~must]))[::-1]
    more = of.limits.count - len(of.limits.forced)
    last_in = others[more - 1] if 0 < more <= len(others) else 0.0
    level = np.where(must, top, np.maximum(top, last_in))
    loss = level[net.size_site] - score
    if np.isinf(of.need):
        return np.asarray(prices.value - loss > known) | must[net.size_site]
    return np.asarray(prices.value + loss < -known) | must[net.size_site]


def _columns(of: Net, kept: NDArray[np.bool_]) -> int:
    sites = np.unique(of.size_site[kept & ~of.ample])
    return int(np.diff(of.site_start)[sites].sum() + 0.2 * np.diff(of.site_start)[of.size_site[kept & of.ample]].sum())


def _solved(of: Task, best: Longs | None, kept: NDArray[np.bool_], bound: float, clock: Clock) -> Chosen:
    """Let the solver decide among the sizes ``kept``; choices that only its tolerance allows are cut off."""
    asked = sized_model.full(of.net, of.limits, of.need, of.backup, kept)
    begin = _start(of, asked, best)
    for _ in range(CUTS):
        stopped = None if clock.watch is None else partial(_heard, clock, abs(of.score(best)), bound)
        found = solve(asked.model, clock, near=_near(of, asked), start=begin, stopped=stopped)
        limit = -found.bound / asked.scale if np.isinf(of.need) else found.bound / asked.scale
        if found.x is None:
            if not found.done:
                return Chosen(best, bound, clock.ended)
            if best is not None:
                return Chosen(_pruned(of, best), abs(of.score(best)), "proof")
            return Chosen(None, np.inf, "proof")
        picked = asked.new[found.x[: len(asked.new)] > 0.5]  # noqa: PLR2004 - half way
        too_dear = of.net.cost[picked].sum() > of.limits.budget
        if too_dear or (not np.isinf(of.need) and not of.enough(picked)):
            asked, begin = sized_model.exclude(asked, of.net, picked, too_dear=bool(too_dear)), None
            continue
        if of.score(picked) > of.score(best):
            best = picked
        if found.done:
            return Chosen(_pruned(of, best), abs(of.score(best)), "proof")
        bound = _closer(of, bound, _rounded(of, limit), abs(of.score(best)))
        return Chosen(_pruned(of, best), bound, clock.ended)
    return Chosen(best, bound, "work")


def _heard(clock: Clock, score: float, bound: float, _: float) -> bool:
    return clock.told(score, bound)


def _closer(of: Task, bound: float, limit: float, score: float) -> float:
    """Return the better of two bounds; sizes that were left out can't pass the score."""
    if not np.isfinite(limit):
        return bound
    return min(bound, max(limit, score)) if np.isinf(of.need) else max(bound, min(limit, score))


def _near(of: Task, asked: sized_model.Full) -> float:
    return 0.999 * asked.scale if of.whole() else 1e-7


def _start(of: Task, asked: sized_model.Full, best: Longs | None) -> Floats | None:
    """Return the best choice known as a solution of the model; None where it isn't one."""
    if best is None or of.backup or not np.isin(best, asked.new).all():
        return None
    flow = start_flow(of.net, best, of.eps)
    groups, sizes, pairs = len(of.net.demand), len(asked.new), len(asked.pair)
    x = np.zeros(len(asked.model.cost))
    x[:sizes] = np.isin(asked.new, best)
    x[sizes : sizes + pairs] = flow.amount[asked.pair] * asked.unit
    x[sizes + pairs : sizes + pairs + groups] = np.where(flow.cover > 0, of.net.demand * asked.unit, 0.0)
    return x


def _pruned(of: Task, best: Longs | None) -> Longs:
    """Leave out sites, and take cheaper sizes, as long as nothing is lost by it."""
    if best is None:
        return np.empty(0, dtype=np.int64)
    best = np.sort(best)
    need = of.worth(best) * (1 - 1e-12) if np.isinf(of.need) else of.need * (1 - SURE)
    order = best[np.lexsort((-best, -of.net.cost[best]))]
    lean = np.sort(np.asarray(leaner(of.net, of.to, _aim(of, 1.0, need), best, order)))
    return lean if of.worth(lean) >= need and of.score(lean) >= of.score(best) * (1 - 1e-12) else best
