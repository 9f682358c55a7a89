"""Cover the most people with a given number of sites (maximal covering location, Church and ReVelle 1974)."""

from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.faults import Fault
from geodata.streets import Longs
from planning.reach import Reach
from planning.siting import exact
from planning.siting.bounds import LOOK, PAIRS_PER_S, Bound, relaxation, worth
from planning.siting.check import covered_weight
from planning.siting.dominance import best_sites
from planning.siting.local_search import TOUCHES_PER_S, anneal, greedy, settle, touched
from planning.siting.plan import Clock, Plan, Stop, Watch, found, infeasible
from planning.siting.problem import Sheet, cover, part, value, whole
from planning.siting.question import question, weights_of
from planning.siting.regions import regional
from planning.siting.starting import allowed, repaired, stand_ins
from planning.siting.ties import smallest
from planning.siting.vicinity import rebuilt

STEPS = 4000  # of the relaxation, at most
STEPS_SHARE = 0.25  # of the time for the relaxation
CLOSE = 1e-6
TRIES = (20_000, 300_000)  # exchanges in a first round, least and most; 20 per pair of open and closed site between
PATIENCE = 8  # rounds without a better choice
KERNELS = 4  # kinds of kernels, by turns; after all of them rounds get twice as long
ELITE = 8  # best choices that make up the last kind of kernel
HEATS = ((0.05, 0.0015), (0.1, 0.001), (0.05, 0.005))  # first and last temperature, in what a site covers on average
SEARCH_SHARE = 0.05  # of the time for annealing in rounds
TOO_LARGE = 250_000  # pairs beyond which the solver's first relaxation alone takes longer than people wait
SMALL = 60_000  # pairs left open up to which the solver gets all the time there is
LARGE = 120_000  # pairs left open beyond which the solver alone gets nowhere
TRIAL_SHARE = 0.5  # of the time for the solver alone, where vicinities and regions can still follow
SLOWER = (1.3, 1.1)  # times that vicinities and regions take beside each other
REGION, REGION_PAIRS = (80, 250), 35_000  # candidates in one of the smallest regions, least and most, and pairs
ROUNDS = 10_000  # of choosing vicinities anew
LONG_SHARE = 0.2  # of the time for the one long annealing where the solver can't take over
LONG_HEATS = (0.02, 0.002)
PATIENT_S = 5.0  # a limit below which neither vicinities nor regions come far
SETTLED = 2e8  # pairs touched by one pass of ``settle``, at most


@dataclass(frozen=True, eq=False)
class Choice:
    """Candidates of a sheet, ascending, and what no choice exceeds."""

    sites: Longs
    bound: float
    stopped_by: Stop


def cover_most(
    reach: Reach,
    weights: pd.Series,
    sites: int,
    limit_s: float,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    start: Iterable[Hashable] = (),
    watch: Watch | None = None,
) -> Plan:
    """Choose ``sites`` sites so that most weight lies within ``limit_s`` of an open site.

    Exactly ``sites`` are chosen, or all there are when there are fewer; of those that add nothing the smallest ids.
    ``objective`` and ``bound`` count what fixed sites cover too.

    Parameters
    ----------
    weights : Series on ``reach.places``
        At least 0 and never missing.
    limit_s : float
        Seconds, included.
    start : ids, optional
        An earlier choice to begin with; what may not be chosen now is passed over. What is proven stays the same.
    watch : function, optional
        Hears how far the search is, now and then; when it returns True, the best plan so far is the answer.
    """
    clock = Clock(seconds, watch)
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    given = cover(asked, weights_of(reach, weights), limit_s)
    clock.base = given.always
    choice = most(given.sheet, asked.more(), clock, allowed(asked, start))
    chosen = asked.named(asked.free[choice.sites])
    covered = covered_weight(reach, weights, asked.all_open(chosen), limit_s)
    left_out = tuple(reach.places[given.left_out])
    bound = max(covered, given.always + choice.bound)
    return found(chosen, covered, bound, clock, stopped_by=choice.stopped_by, left_out=left_out)


def most(of: Sheet, count: int, clock: Clock, start: Longs | None = None) -> Choice:
    """Choose ``count`` candidates of a sheet that cover most, or all when there are fewer."""
    useful = best_sites(of)
    if len(useful) <= count:
        return Choice(exact.filled(len(of.site_start) - 1, useful, count), value(of, useful), "proof")
    if count == 0:
        return Choice(np.empty(0, dtype=np.int64), 0.0, "proof")
    sheet = part(of, useful) if len(useful) < len(of.site_start) - 1 else of
    begin = None if start is None or not len(start) else stand_ins(of, useful, start)
    choice, _ = most_useful(sheet, count, clock, begin)
    return Choice(useful[choice.sites], choice.bound, choice.stopped_by)


def most_useful(
    of: Sheet, count: int, clock: Clock, start: Longs | None = None, near: Bound | None = None
) -> tuple[Choice, Bound]:
    """Do what ``most`` does where no candidate can be left out, of which there are more than ``count``.

    Parameters
    ----------
    near : Bound, optional
        That of another number of sites; with it the way to the bound is shorter.
    """
    best, bound, limit, stop = _search(of, count, clock, start, near)
    one = smallest(of, bound, count, best, clock) if stop == "proof" else None
    if one is not None:
        best = one
    elif len(best) * len(of.group_site) < SETTLED and clock.left_s():
        best = settle(of, best, 1e-9 * value(of, best))
    limit = max(value(of, best), np.floor(limit + 1e-6) if whole(of.weight) else limit)
    return Choice(np.sort(best), float(limit), stop), bound


def _search(
    of: Sheet, count: int, clock: Clock, start: Longs | None, near: Bound | None
) -> tuple[Longs, Bound, float, Stop]:
    """Bound, anneal, fix what the bound decides, and solve the rest."""
    best = greedy(of, count)
    if start is not None:
        tried = repaired(of, start, count)
        best = tried if value(of, tried) > value(of, best) else best
    allowed_steps = STEPS_SHARE * clock.limit_s * PAIRS_PER_S / len(of.group_site)
    steps = int(np.clip(allowed_steps, LOOK, STEPS))
    known = value(of, best)
    bound = relaxation(of, count, steps, CLOSE, begin=near, clock=clock, stopped=lambda limit: clock.told(known, limit))
    if bound.value < known + exact.slack(of, known):
        return best, bound, known, "proof"
    if _pairs_left(of, bound, count, best) > TOO_LARGE and clock.limit_s >= PATIENT_S:
        best, limit, stop = _divided(of, bound, count, best, clock, huge=True)
        return best, bound, limit, stop
    best, stop = _annealed(of, bound, count, best, clock)
    if stop != "work":
        return best, bound, value(of, best) if stop == "proof" else bound.value, stop
    pairs, patient = _pairs_left(of, bound, count, best), clock.limit_s >= PATIENT_S
    if pairs > TOO_LARGE:
        return best, bound, bound.value, stop
    limit = bound.value
    if pairs <= LARGE or not patient:
        trial = clock.part(clock.left_s() if pairs <= SMALL or not patient else TRIAL_SHARE * clock.limit_s)
        best, limit, done = exact.search(of, bound, count, best, trial)
        clock.tick(trial.worked_s)
        if done or pairs <= SMALL or not patient or not clock.left_s():
            return best, bound, limit, "proof" if done else clock.ended
    best, least, stop = _divided(of, bound, count, best, clock, huge=False)
    return best, bound, min(limit, least), stop


def _pairs_left(of: Sheet, bound: Bound, count: int, best: Longs) -> int:
    """Return how many pairs the bound leaves open."""
    known = value(of, best)
    return len(exact.rest(of, bound, count, known + exact.slack(of, known))[2].group_site)


def _divided(
    of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock, *, huge: bool
) -> tuple[Longs, float, Stop]:
    """Do what is too much for the solver at once: better the choice by vicinities, beside it the bound by regions.

    What is ``huge`` comes without annealing in rounds, and is annealed once and long.
    """
    size = region_size(of)
    here, beside = (clock.part(clock.left_s() / slower) for slower in SLOWER)
    known, proven = [value(of, best)], [np.inf]

    def enough(limit: float) -> bool:
        proven[0] = limit
        return limit < known[0] + exact.slack(of, known[0])

    def stopped(now: float) -> bool:
        known[0] = max(known[0], now)
        return enough(proven[0]) or clock.told(known[0], min(bound.value, proven[0]))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(regional, of, bound, count, size, beside, best, enough)
        tried = annealed_long(of, bound, count, best, here, stopped) if huge else best
        tried = rebuilt(of, bound, tried, ROUNDS, here, stopped)
        known[0] = value(of, tried)
        limit = waiting.result()
    stop = clock.ended
    clock.tick(clock.left_s())
    return tried, *((value(of, tried), "proof") if enough(limit) else (limit, stop))


def region_size(of: Sheet) -> int:
    """Return how many candidates one of the smallest regions has."""
    return int(np.clip(len(of.site_start) * REGION_PAIRS / len(of.group_site), *REGION))


def _annealed(of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock) -> tuple[Longs, Stop]:
    """Anneal in rounds on kernels of likely candidates."""
    known = value(of, best)
    met = [best]
    before_s, idle, turn = clock.worked_s, 0, 0

    def stopped(_: float) -> bool:
        return clock.told(known, bound.value)

    while True:
        if bound.value < known + exact.slack(of, known):
            return best, "proof"
        if not clock.left_s():
            return best, clock.ended
        if idle >= PATIENCE or clock.worked_s - before_s > SEARCH_SHARE * clock.limit_s:
            return best, "work"
        kept = kernel(of, bound, count, met, turn)
        sheet = part(of, kept)
        tries = int(np.clip(20 * count * len(bound.share), *TRIES)) << turn // KERNELS
        hot, cold = (heat * known / count for heat in HEATS[turn % len(HEATS)])
        start = np.searchsorted(kept, best) if np.isin(best, kept).all() else greedy(sheet, count)
        tried = np.sort(kept[anneal(sheet, start, tries, hot, cold, turn, clock=clock, stopped=stopped)])
        met, turn, idle = [*met, tried], turn + 1, idle + 1
        if value(of, tried) > known:
            best, known, idle = tried, value(of, tried), 0


def annealed_long(
    of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock, stopped: Callable[[float], bool]
) -> Longs:
    """Anneal once, for a share of the time, on all candidates but those of least worth."""
    known = value(of, best)
    kept = np.union1d(kernel(of, bound, count, [best], KERNELS - 2), best)
    sheet = part(of, kept)
    tries = max(int(LONG_SHARE * clock.limit_s * TOUCHES_PER_S / touched(sheet)), TRIES[0])
    hot, cold = (heat * known / count for heat in LONG_HEATS)
    start = np.searchsorted(kept, best)
    found = anneal(sheet, start, tries, hot, cold, 0, clock=clock, stopped=lambda _: stopped(known))
    return np.sort(kept[found])


def kernel(of: Sheet, bound: Bound, count: int, met: list[Longs], turn: int) -> Longs:
    """Return the candidates for one round: by their share in the relaxation, by their worth, or met in good choices."""
    if turn % KERNELS == KERNELS - 1:
        good = sorted(met, key=lambda one: -value(of, one))[:ELITE]
        return np.unique(np.concatenate(good))
    each = worth(of, bound.price)
    order = np.lexsort((-each, -bound.share)) if turn % KERNELS < KERNELS - 2 else np.argsort(-each, kind="stable")
    size = (3, 6, 8)[turn % KERNELS] * count
    return np.sort(order[: max(size, count + 1)])
