"""Good choices of sites and sizes fast: greedy, then annealing by single moves that keep to the limits. Compiled.

Every value is that of a flow kept up exactly. Random numbers come from a seed, and length is counted in moves, so that
the answer is the same on every machine.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.compiled import compiled
from geodata.streets import Floats, Longs
from planning.siting.sized_flow import Flow, close, copy_into, empty, fill, open_, value
from planning.siting.sized_problem import Limits, Net

PER_STEP = 200  # moves at one temperature
NEARBY = 0.6  # share of moves to a site that serves a group of the one it replaces
KINDS = (0.6, 0.8, 0.93)  # shares of moves: exchange, then other size, then one more, then one less
ALIKE = 1e-12


class Rules(NamedTuple):
    """``Limits`` for compiled code."""

    most: int  # new sites, at most
    budget: float
    forced: NDArray[np.bool_]  # [sites]
    near_start: Longs
    near_site: Longs
    unit: Longs
    units: int


class Aim(NamedTuple):
    """What is sought: the most served when ``need`` is inf, else the least price at which ``need`` is served."""

    need: float
    per_unit: float  # what a unit that is missing counts in units of price
    backup: float
    eps: float  # demand that counts as none


def rules(of: Net, limits: Limits) -> Rules:
    """Lay the limits out for compiled code."""
    sites = len(of.given)
    forced = np.zeros(sites, dtype=np.bool_)
    forced[limits.forced] = True
    both = np.concatenate([limits.near, limits.near[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    start = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=sites))]).astype(np.int64)
    near_site = np.ascontiguousarray(both[:, 1])
    return Rules(limits.count, limits.budget, forced, start, near_site, limits.unit, len(limits.names))


@compiled
def _beside(to: Rules, flow: Flow, site: int, but: int) -> bool:
    """Tell whether a new site stands too near an open one other than ``but``."""
    for k in range(to.near_start[site], to.near_start[site + 1]):
        if to.near_site[k] != but and flow.size[to.near_site[k]] >= 0:
            return True
    return False


@compiled
def start_flow(of: Net, sizes: Longs, eps: float) -> Flow:
    """Open the fixed sites, then ``sizes``."""
    flow = empty(of)
    for site in range(len(of.given)):
        if of.given[site]:
            open_(of, flow, of.size_start[site])
    fill(of, flow, eps)
    for size in sizes:
        open_(of, flow, size)
    fill(of, flow, eps)
    return flow


@compiled
def opened(of: Net, flow: Flow) -> Longs:
    """Return the sizes open at new sites, by site."""
    found = np.empty(len(of.given), dtype=np.int64)
    count = 0
    for site in range(len(of.given)):
        if flow.size[site] >= 0 and not of.given[site]:
            found[count] = flow.size[site]
            count += 1
    return found[:count]


@compiled
def greedy(of: Net, to: Rules, aim: Aim, begin: Longs, per_cost: Floats) -> Longs:
    """Add sizes to ``begin``, each the one that serves most anew for its ``per_cost``, until nothing fits or is needed.

    A gain worked out earlier is never exceeded later (flows have diminishing returns), so few are worked out anew.
    """
    flow = start_flow(of, begin, aim.eps)
    trial = start_flow(of, begin, aim.eps)
    now, count, cost = value(of, flow, aim.backup), len(begin), 0.0
    for size in begin:
        cost += of.cost[size]
    gain = of.capacity.copy()
    fresh = np.full(len(gain), -1, dtype=np.int64)
    while now < aim.need and count < to.most:
        best, best_score = -1, 0.0
        for size in range(len(gain)):
            site = of.size_site[size]
            if flow.size[site] < 0 and gain[size] > aim.eps and cost + of.cost[size] <= to.budget:
                score = min(gain[size], aim.need - now) / per_cost[size]
                if score > best_score and not _beside(to, flow, site, -1):
                    best, best_score = size, score
        if best < 0:
            break
        open_(of, trial, best)
        fill(of, trial, aim.eps)
        if fresh[best] == count:
            copy_into(of, trial, flow)
            now = value(of, flow, aim.backup)
            count += 1
            cost += of.cost[best]
        else:
            gain[best] = value(of, trial, aim.backup) - now
            fresh[best] = count
            copy_into(of, flow, trial)
    return opened(of, flow)


class State(NamedTuple):
    """The new sites of a choice; changed in place."""

    chosen: Longs  # [sites] new sites, the first ``count`` of them
    slot_of: Longs  # [sites] where a site stands among them; -1: nowhere
    in_unit: Longs  # [units + 1] new sites by unit; the last entry is of no unit
    number: Longs  # [1]
    sums: Floats  # cost, price


@compiled
def _stated(of: Net, to: Rules, sizes: Longs) -> State:
    sites = len(of.given)
    state = State(
        np.full(sites, -1, dtype=np.int64),
        np.full(sites, -1, dtype=np.int64),
        np.zeros(to.units + 1, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros(2),
    )
    for size in sizes:
        _changed(of, to, state, -1, size)
    return state


@compiled
def _changed(of: Net, to: Rules, state: State, was: int, into: int) -> None:
    """Note that size ``was`` was given up for ``into``; -1: none."""
    out = of.size_site[was] if was >= 0 else -1
    there = of.size_site[into] if into >= 0 else -1
    if was >= 0:
        state.sums[0] -= of.cost[was]
        state.sums[1] -= of.price[was]
    if into >= 0:
        state.sums[0] += of.cost[into]
        state.sums[1] += of.price[into]
    if out == there:
        return
    if out >= 0:
        state.number[0] -= 1
        slot, last = state.slot_of[out], state.chosen[state.number[0]]
        state.chosen[slot], state.slot_of[last] = last, slot
        state.slot_of[out] = -1
        state.in_unit[to.unit[out]] -= 1
    if there >= 0:
        state.chosen[state.number[0]], state.slot_of[there] = there, state.number[0]
        state.in_unit[to.unit[there]] += 1
        state.number[0] += 1


@compiled
def _move(of: Net, flow: Flow, state: State, likely: Longs) -> tuple[int, int]:
    """Draw a site to give up and a size to open; -1: none; both -1: no move."""
    kind, count = np.random.random(), state.number[0]  # noqa: NPY002
    leaves = kind < KINDS[1] or kind >= KINDS[2]
    if leaves and count == 0:
        return -1, -1
    out = state.chosen[np.random.randint(count)] if leaves else -1  # noqa: NPY002
    if kind >= KINDS[2]:
        return out, -1
    if leaves and kind >= KINDS[0]:
        into = of.size_start[out] + np.random.randint(of.size_start[out + 1] - of.size_start[out])  # noqa: NPY002
        return (-1, -1) if into == flow.size[out] else (out, into)
    into = _somewhere(of, likely, out)
    return (-1, -1) if flow.size[of.size_site[into]] >= 0 else (out, into)


@compiled
def _allowed(of: Net, to: Rules, flow: Flow, state: State, out: int, into: int) -> bool:
    """Tell whether a move keeps to the limits."""
    there = of.size_site[into] if into >= 0 else -1
    if out == there:
        return bool(state.sums[0] + of.cost[into] - of.cost[flow.size[out]] <= to.budget)
    more = (1 if there >= 0 else 0) - (1 if out >= 0 else 0)
    change = (of.cost[into] if into >= 0 else 0.0) - (of.cost[flow.size[out]] if out >= 0 else 0.0)
    if state.number[0] + more > to.most or state.sums[0] + change > to.budget:
        return False
    if out >= 0:
        unit = to.unit[out]
        if to.forced[out] or (unit >= 0 and state.in_unit[unit] == 1 and (there < 0 or to.unit[there] != unit)):
            return False
    return there < 0 or not _beside(to, flow, there, out)


@compiled
def anneal(
    of: Net, to: Rules, aim: Aim, begin: Longs, likely: Longs, work: float, hot: float, cold: float, seed: int
) -> Longs:
    """Return the best choice met by moves from ``begin``, from temperature ``hot`` down to ``cold``.

    Temperatures are in units of demand, or of price where the least price is sought.

    Parameters
    ----------
    likely : array
        Sizes that moves open; a move to a near site may open others.
    work : float
        Pairs and groups looked at before it ends.
    """
    np.random.seed(seed)  # noqa: NPY002 - what compiled code offers; its state is the thread's own
    flow, kept = start_flow(of, begin, aim.eps), start_flow(of, begin, aim.eps)
    state, least = _stated(of, to, begin), np.isfinite(aim.need)
    energy, now = 0.0, value(of, flow, aim.backup)
    energy = state.sums[1] - aim.per_unit * min(now, aim.need)
    best, best_energy = begin.copy(), energy if not least or now >= aim.need else np.inf
    heat, turn, per_move = hot, 0, 2 * len(of.demand)
    flow.work[0] = 0
    while flow.work[0] < work and len(likely):
        turn += 1
        flow.work[0] += 20
        if turn % PER_STEP == 0:
            heat = hot * (cold / hot) ** (flow.work[0] / work)
        out, into = _move(of, flow, state, likely)
        if (out < 0 and into < 0) or not _allowed(of, to, flow, state, out, into):
            continue
        was = flow.size[out] if out >= 0 else -1
        if out >= 0:
            close(of, flow, out)
        if into >= 0:
            open_(of, flow, into)
        fill(of, flow, aim.eps)
        flow.work[0] += per_move
        after = value(of, flow, aim.backup)
        price = state.sums[1] + (of.price[into] if into >= 0 else 0.0) - (of.price[was] if was >= 0 else 0.0)
        changed = price - aim.per_unit * min(after, aim.need)
        if energy - changed < heat * np.log(np.random.random()):  # noqa: NPY002
            copy_into(of, kept, flow)
            continue
        copy_into(of, flow, kept)
        _changed(of, to, state, was, into)
        now, energy = after, changed
        if energy < best_energy - ALIKE * abs(best_energy) and (not least or now >= aim.need):
            best, best_energy = opened(of, flow), energy
    return best


@compiled
def leaner(of: Net, to: Rules, aim: Aim, begin: Longs, order: Longs) -> Longs:
    """Leave out sites, in the ``order`` of their sizes, and take cheaper sizes, where ``need`` is served still."""
    flow, kept = start_flow(of, begin, aim.eps), start_flow(of, begin, aim.eps)
    state = _stated(of, to, begin)
    for size in order:
        site = of.size_site[size]
        for other in range(of.size_start[site] - 1, size):
            into = -1 if other < of.size_start[site] else other
            if into >= 0 and (of.cost[into] > of.cost[size] or of.price[into] > of.price[size]):
                continue
            if not _allowed(of, to, flow, state, site, into):
                continue
            close(of, flow, site)
            if into >= 0:
                open_(of, flow, into)
            fill(of, flow, aim.eps)
            if value(of, flow, aim.backup) >= aim.need:
                copy_into(of, flow, kept)
                _changed(of, to, state, size, into)
                break
            copy_into(of, kept, flow)
    return opened(of, flow)


@compiled
def _somewhere(of: Net, likely: Longs, out: int) -> int:
    """Return a random size, at times one of a site that serves a group of ``out``."""
    if out >= 0 and of.site_start[out + 1] > of.site_start[out] and np.random.random() < NEARBY:  # noqa: NPY002
        group = of.site_group[np.random.randint(of.site_start[out], of.site_start[out + 1])]  # noqa: NPY002
        site = of.pair_site[of.group_pair[np.random.randint(of.group_start[group], of.group_start[group + 1])]]  # noqa: NPY002
        if not of.given[site]:
            return int(of.size_start[site] + np.random.randint(of.size_start[site + 1] - of.size_start[site]))  # noqa: NPY002
    return int(likely[np.random.randint(len(likely))])  # noqa: NPY002
