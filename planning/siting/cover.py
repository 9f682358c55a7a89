"""Cover the most people with a given number of sites (maximal covering location, Church and ReVelle 1974)."""

from collections.abc import Hashable, Iterable
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
from planning.siting.plan import Clock, Plan, Stop, found, infeasible
from planning.siting.problem import Sheet, cover, part, value, whole
from planning.siting.question import question, weights_of

STEPS = 4000  # of the relaxation, at most
STEPS_SHARE = 0.3  # of the time for the relaxation
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
    """
    clock = Clock(seconds)
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    given = cover(asked, weights_of(reach, weights), limit_s)
    choice = most(given.sheet, asked.more(), clock)
    chosen = asked.named(asked.free[choice.sites])
    covered = covered_weight(reach, weights, asked.all_open(chosen), limit_s)
    left_out = tuple(reach.places[given.left_out])
    bound = max(covered, given.always + choice.bound)
    return found(chosen, covered, bound, clock, stopped_by=choice.stopped_by, left_out=left_out)


def most(of: Sheet, count: int, clock: Clock) -> Choice:
    """Choose ``count`` candidates of a sheet that cover most, or all when there are fewer."""
    useful = best_sites(of)
    if len(useful) <= count:
        return Choice(exact.filled(len(of.site_start) - 1, useful, count), value(of, useful), "proof")
    if count == 0:
        return Choice(np.empty(0, dtype=np.int64), 0.0, "proof")
    sheet = part(of, useful) if len(useful) < len(of.site_start) - 1 else of
    best, bound, stop = _search(sheet, count, clock)
    if len(best) * len(sheet.group_site) < SETTLED:
        best = settle(sheet, best, 1e-9 * value(sheet, best))
    limit = max(value(sheet, best), np.floor(bound + 1e-6) if whole(sheet.weight) else bound)
    return Choice(useful[np.sort(best)], float(limit), stop)


def _search(of: Sheet, count: int, clock: Clock) -> tuple[Longs, float, Stop]:
    """Bound, anneal, fix what the bound decides, and solve the rest."""
    best = greedy(of, count)
    allowed = STEPS_SHARE * clock.limit_s * PAIRS_PER_S / len(of.group_site)
    bound = relaxation(of, count, int(np.clip(allowed, LOOK, STEPS)), CLOSE)
    best, small, stop = _annealed(of, bound, count, best, clock)
    if bound.value < value(of, best) + exact.slack(of, value(of, best)):
        return best, value(of, best), "proof"
    if not small:
        return best, bound.value, stop
    answer, limit, done = exact.search(of, bound, count, best, seconds=clock.left_s())
    return answer, limit, "proof" if done else "clock"


def _annealed(of: Sheet, bound: Bound, count: int, best: Longs, clock: Clock) -> tuple[Longs, bool, Stop]:
    """Anneal in rounds on kernels of likely candidates; say whether what is left is for the solver."""
    known = value(of, best)
    met = [best]
    spent, idle, turn, small = 0.0, 0, 0, False
    while True:
        if bound.value < known + exact.slack(of, known):
            return best, True, "proof"
        if not small:
            small = len(exact.rest(of, bound, count, known + exact.slack(of, known))[2].group_site) <= TOO_LARGE
        if small and idle >= PATIENCE:
            return best, small, "work"
        if spent > SEARCH_SHARE[0 if small else 1] * clock.limit_s * TOUCHES_PER_S:
            return best, small, "work"
        if not clock.left_s():
            return best, small, "clock"
        kept = kernel(of, bound, count, met, turn)
        sheet = part(of, kept)
        tries = int(np.clip(20 * count * len(bound.share), *TRIES)) << turn // KERNELS
        hot, cold = (heat * known / count for heat in HEATS[turn % len(HEATS)])
        start = np.searchsorted(kept, best) if np.isin(best, kept).all() else greedy(sheet, count)
        tried = np.sort(kept[anneal(sheet, start, tries, hot, cold, turn)])
        spent += 3.0 * tries * len(sheet.site_group) / len(kept)
        met, turn, idle = [*met, tried], turn + 1, idle + 1
        if value(of, tried) > known:
            best, known, idle = tried, value(of, tried), 0


def kernel(of: Sheet, bound: Bound, count: int, met: list[Longs], turn: int) -> Longs:
    """Return the candidates for one round: by their share in the relaxation, by their worth, or met in good choices."""
    if turn % KERNELS == KERNELS - 1:
        good = sorted(met, key=lambda one: -value(of, one))[:ELITE]
        return np.unique(np.concatenate(good))
    each = worth(of, bound.price)
    order = np.lexsort((-each, -bound.share)) if turn % KERNELS < KERNELS - 2 else np.argsort(-each, kind="stable")
    size = (3, 6, 8)[turn % KERNELS] * count
    return np.sort(order[: max(size, count + 1)])
