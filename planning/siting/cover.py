"""Cover the most people with a given number of sites (maximal covering location, Church and ReVelle 1974)."""

from collections.abc import Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.faults import Fault
from geodata.streets import Longs
from planning.reach import Reach
from planning.siting import exact
from planning.siting.bounds import LOOK, Bound, relaxation, worth
from planning.siting.check import covered_weight
from planning.siting.dominance import best_sites
from planning.siting.local_search import anneal, greedy, settle
from planning.siting.plan import Clock, Plan, Stop, Watch, found, infeasible
from planning.siting.problem import Sheet, cover, part, value, whole
from planning.siting.question import question, weights_of
from planning.siting.regions import regional
from planning.siting.starting import allowed, repaired, stand_ins
from planning.siting.ties import smallest
from planning.siting.vicinity import rebuilt

STEPS = 4000  # of the relaxation, at most
STEPS_SHARE = 0.25  # of the time for the relaxation
PAIRS_PER_S = 3e8  # pairs a second stands for in one step of it
CLOSE = 1e-6
TRIES = (20_000, 300_000)  # exchanges in a first round, least and most; 20 per pair of open and closed site between
PATIENCE = 8  # rounds without a better choice
KERNELS = 4  # kinds of kernels, by turns; after all of them rounds get twice as long
ELITE = 8  # best choices that make up the last kind of kernel
HEATS = ((0.05, 0.0015), (0.1, 0.001), (0.05, 0.005))  # first and last temperature, in what a site covers on average
TOUCHES_PER_S = 350e6  # how much work a second stands for, about as a desktop does
SEARCH_SHARE = (0.15, 0.8)  # of the time for annealing: where the solver can take over, and where it can't
TOO_LARGE = 250_000  # pairs beyond which the solver's first relaxation alone takes longer than people wait
LARGE = 60_000  # pairs left open beyond which vicinities and regions come before the solver
REGION, REGION_PAIRS = (80, 390), 60_000  # candidates in a region, least and most, and pairs
ROUNDS = 400  # of choosing vicinities anew
DIVIDED_SHARE = 0.62  # of the time for vicinities and, beside them, regions
LONG_HEATS = (0.02, 0.002)  # of the one long annealing where the solver can't take over
PATIENT_S = 5.0  # of a limit below which neither comes far
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
    bound = relaxation(
        of, count, steps, CLOSE, begin=near, stopped=lambda bound: clock.told(known, bound) or not clock.left_s()
    )
    best, _, stop = _annealed(of, bound, count, best, clock)
    if bound.value < value(of, best) + exact.slack(of, value(of, best)):
        return best, bound, value(of, best), "proof"
    if clock.stopped:
        return best, bound, bound.value, clock.ended
    limit, pairs = bound.value, _pairs_left(of, bound, count, best)
    if pairs > LARGE:
        best, limit, stop = _divided(of, bound, count, best, clock)
        if limit < value(of, best) + exact.slack(of, value(of, best)):
            return best, bound, value(of, best), "proof"
        pairs = _pairs_left(of, bound, count, best)
    if pairs > TOO_LARGE or not clock.left_s():
        return best, bound, limit, stop if clock.left_s() else clock.ended
    answer, proven, done = exact.search(of, bound, count, best, clock)
    return answer, bound, min(limit, proven) if not done else proven, "proof" if done else clock.ended


def _pairs_left(of: Sheet, bound: Bound, count: int, best: Longs) -> int:
    """Return how many pairs the bound leaves open."""
    known = value(of, best)
    return len(exact.rest(of, bound, count, known + exact.slack(of, known))[2].group_site)


def _divided(of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock) -> tuple[Longs, float, Stop]:
    """Better what is too much for the solver at once: the choice by vicinities, beside it the bound by regions."""
    if clock.limit_s < PATIENT_S:
        return best, bound.value, "work"
    size = int(np.clip(len(of.site_start) * REGION_PAIRS / len(of.group_site), *REGION))
    began_s = clock.spent_s()
    with ThreadPoolExecutor(1) as pool:
        limit = pool.submit(regional, of, bound, count, size, clock, DIVIDED_SHARE)
        best = rebuilt(of, bound, best, ROUNDS, clock, DIVIDED_SHARE)
        proven = limit.result()
    late = clock.spent_s() - began_s >= DIVIDED_SHARE * clock.limit_s
    return best, proven, clock.ended if late else "work"


def _annealed(of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock) -> tuple[Longs, bool, Stop]:
    """Anneal in rounds on kernels of likely candidates; say whether what is left is for the solver."""
    known = value(of, best)
    met = [best]
    spent, idle, turn, small = 0.0, 0, 0, False

    def stopped(_: float) -> bool:
        return clock.told(known, bound.value) or not clock.left_s()

    while True:
        if bound.value < known + exact.slack(of, known):
            return best, True, "proof"
        if not small:
            small = len(exact.rest(of, bound, count, known + exact.slack(of, known))[2].group_site) <= TOO_LARGE
            if not small and turn == 0:
                best = _long(of, bound, count, best, clock)
                return best, small, clock.ended if not clock.left_s() else "work"
        if small and idle >= PATIENCE:
            return best, small, "work"
        if spent > SEARCH_SHARE[0 if small else 1] * clock.limit_s * TOUCHES_PER_S:
            return best, small, "work"
        if not clock.left_s():
            return best, small, clock.ended
        kept = kernel(of, bound, count, met, turn)
        sheet = part(of, kept)
        tries = int(np.clip(20 * count * len(bound.share), *TRIES)) << turn // KERNELS
        hot, cold = (heat * known / count for heat in HEATS[turn % len(HEATS)])
        start = np.searchsorted(kept, best) if np.isin(best, kept).all() else greedy(sheet, count)
        tried = np.sort(kept[anneal(sheet, start, tries, hot, cold, turn, stopped=stopped)])
        spent += 3.0 * tries * len(sheet.site_group) / len(kept)
        met, turn, idle = [*met, tried], turn + 1, idle + 1
        if value(of, tried) > known:
            best, known, idle = tried, value(of, tried), 0


def _long(of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock) -> Longs:
    """Anneal once, as long as the time allows, on all candidates but those of least worth."""
    known = value(of, best)
    kept = np.union1d(kernel(of, bound, count, [best], KERNELS - 2), best)
    sheet = part(of, kept)
    tries = int(SEARCH_SHARE[1] * clock.limit_s * TOUCHES_PER_S * len(kept) / (3.0 * len(sheet.site_group)))
    hot, cold = (heat * known / count for heat in LONG_HEATS)

    def stopped(_: float) -> bool:
        return clock.told(known, bound.value) or not clock.left_s()

    return np.sort(
        kept[anneal(sheet, np.searchsorted(kept, best), max(tries, TRIES[0]), hot, cold, 0, stopped=stopped)]
    )


def kernel(of: Sheet, bound: Bound, count: int, met: list[Longs], turn: int) -> Longs:
    """Return the candidates for one round: by their share in the relaxation, by their worth, or met in good choices."""
    if turn % KERNELS == KERNELS - 1:
        good = sorted(met, key=lambda one: -value(of, one))[:ELITE]
        return np.unique(np.concatenate(good))
    each = worth(of, bound.price)
    order = np.lexsort((-each, -bound.share)) if turn % KERNELS < KERNELS - 2 else np.argsort(-each, kind="stable")
    size = (3, 6, 8)[turn % KERNELS] * count
    return np.sort(order[: max(size, count + 1)])
