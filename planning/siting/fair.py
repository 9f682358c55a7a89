"""Help the worst-off first: the covered share of the worst street as large as can be, then the next, then the whole."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.exact import filled
from planning.siting.fair_model import Units, better, shares_of, solved
from planning.siting.fair_search import anneal_fair, worst_first
from planning.siting.fewest import fewest
from planning.siting.plan import PROVEN, Clock, Plan, Stop, Watch, found, infeasible
from planning.siting.problem import Sheet, matrix, sheet, value
from planning.siting.question import Question, by_id, question, weights_of
from planning.siting.starting import allowed, repaired

TRIES = 100_000
ROUNDS = 3
LEVEL_SHARE = 0.5  # of the time that is left for each level


@dataclass(frozen=True, eq=False)
class Fair:
    """A plan for the worst-off units, and what every unit gets."""

    plan: Plan  # ``objective`` is the worst share among the units that a candidate could help; ``bound`` none exceeds
    units: pd.DataFrame  # by unit, the worst first: weight, before, share, most (all candidates open), helped
    covered: float  # weight covered in all
    covered_bound: float  # no choice with shares as good in the levels asked for covers more
    without_unit: tuple[Hashable, ...]  # places of weight that belong to no unit; they count in ``covered`` alone


def fairest(
    reach: Reach,
    weights: pd.Series,
    units: pd.Series,
    sites: int,
    limit_s: float,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    levels: int = 2,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    start: Iterable[Hashable] = (),
    watch: Watch | None = None,
) -> Fair:
    """Choose ``sites`` sites so that the least covered share of any unit is largest, then the next, then coverage.

    The share of a unit is the weight within ``limit_s`` of an open site by its whole weight. Units that no candidate
    can help are the same in every plan and take no part; ``Fair.units`` lists them with ``helped`` False.

    Parameters
    ----------
    weights : Series on ``reach.places``
        At least 0 and never missing.
    units : Series on ``reach.places``
        The street, or any other unit, of each place; missing: none.
    levels : int
        How many of the least shares are made as large as can be, one after the other, before coverage in all.
    start, watch : optional
        As in ``cover_most``; reports are of the worst share.
    """
    clock = Clock(seconds, watch)
    if not units.index.equals(reach.places):
        raise fail("siting_labels", expected=len(reach.places), given=len(units))
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        nowhere = infeasible(asked, clock)
        return Fair(nowhere, _table(pd.Series(dtype=float), {}), float("nan"), float("nan"), ())
    weight = weights_of(reach, weights)
    names, of = _units(asked, weight, units, limit_s)
    best, bound, stop, most = _search(of, asked.more(), levels, clock, allowed(asked, start))
    chosen = asked.named(asked.free[best])
    return _told(asked, weight, units, limit_s, names, of, (chosen, bound, stop, most), clock)


def _told(
    asked: Question,
    weight: Floats,
    units: pd.Series,
    limit_s: float,
    names: pd.Index,
    of: Units,
    answer: tuple[tuple[Hashable, ...], float, Stop, float],
    clock: Clock,
) -> Fair:
    """Work the shares out again from the sites and the walks alone."""
    chosen, bound, stop, most = answer
    reach, people = asked.reach, pd.Series(weight, index=asked.reach.places)
    covered = reach.only_sites(asked.all_open(chosen)).covered(limit_s)
    before = reach.only_sites(reach.sites[asked.fixed]).covered(limit_s)
    could = reach.only_sites(reach.sites[np.concatenate([asked.opened(), asked.free])]).covered(limit_s)
    total = people.groupby(units, sort=False).sum().reindex(names)
    part = {"before": before, "share": covered, "most": could}
    shares = {
        name: people.where(some, 0.0).groupby(units, sort=False).sum().reindex(names) / total
        for name, some in part.items()
    }
    table = _table(total, shares)
    table["helped"] = table.index.isin(names[of.helped])
    worst = float(table.loc[table["helped"], "share"].min()) if table["helped"].any() else float(table["share"].min())
    reached = float(people[covered].sum())
    left_out = tuple(reach.places[~could.to_numpy() & (weight > 0)])
    plan = found(chosen, worst, max(worst, bound) if table["helped"].any() else worst, clock, stopped_by=stop)
    lost = tuple(reach.places[units.isna().to_numpy() & (weight > 0)])
    return Fair(replace(plan, left_out=left_out), table, reached, max(reached, most), lost)


def _table(total: pd.Series, shares: dict[str, pd.Series]) -> pd.DataFrame:
    table = pd.DataFrame({"weight": total, **shares}, columns=["weight", "before", "share", "most"])
    return table.sort_values("share", kind="stable").rename_axis("unit")


def _units(asked: Question, weight: Floats, units: pd.Series, limit_s: float) -> tuple[pd.Index, Units]:
    """Lay out who could be covered in which unit; places of one unit that see the same candidates are one group."""
    reach = asked.reach.within(limit_s)
    shape = (len(reach.places), len(reach.sites))
    near = sparse.csr_array((np.ones(len(reach), dtype=np.int8), reach.site_ix, reach.place_start), shape=shape)
    names = pd.Index(units[(weight > 0) & units.notna().to_numpy()].unique())
    names = names[by_id(names)]
    unit = names.get_indexer(units)  # -1: none
    opened = np.zeros(shape[1])
    opened[asked.opened()] = 1.0
    given = np.asarray(near @ opened > 0)
    new = np.flatnonzero(~given & (weight > 0))
    new = new[by_id(reach.places[new])]
    free = near[new][:, asked.free].astype(float)
    mark = sparse.csr_array((np.ones(len(new)), (np.arange(len(new)), unit[new] + 1)), shape=(len(new), len(names) + 1))
    seen = np.diff(sparse.csr_array(free).indptr) > 0
    both = sparse.csr_array(sparse.hstack([free, mark]))[np.flatnonzero(seen)]
    both.sort_indices()
    merged = sheet(both, weight[new][seen])
    of_group = merged.group_site[merged.group_start[1:] - 1] - len(asked.free) - 1
    base: Floats = np.bincount(
        unit[given & (unit >= 0)], weights=weight[given & (unit >= 0)], minlength=len(names)
    ).astype(float)
    whole: Floats = np.bincount(unit[unit >= 0], weights=weight[unit >= 0], minlength=len(names)).astype(float)
    helped = np.isin(np.arange(len(names)), of_group)
    number = np.cumsum(helped) - 1
    inside = np.where(of_group >= 0, number[of_group], -1)
    plain = _without_marks(merged, len(asked.free))
    always = float(weight[given].sum())
    return names, Units(plain, inside.astype(np.int32), base[helped], whole[helped], always, helped)


def _without_marks(of: Sheet, sites: int) -> Sheet:
    rows = matrix(of)[:, :sites].tocsr()
    turned = rows.tocsc()
    starts = (rows.indptr.astype(np.int64), rows.indices.astype(np.int32))
    return Sheet(*starts, turned.indptr.astype(np.int64), turned.indices.astype(np.int32), of.weight)


def _search(of: Units, count: int, levels: int, clock: Clock, start: Longs) -> tuple[Longs, float, Stop, float]:
    """Return the choice, a bound on the worst share, what ended the search, and a bound on the weight covered."""
    sites, total = len(of.sheet.site_start) - 1, of.always + float(of.sheet.weight.sum())
    if count >= sites or count == 0 or not len(of.sheet.weight):
        best = np.arange(min(count, sites))
        shares = shares_of(of, best)
        return best, float(shares.min(initial=1.0)), "proof", of.always + value(of.sheet, best)
    best = _begun(of, count, levels, clock, start)
    bound = min(float(((of.base + _could(of)) / of.weight).min(initial=1.0)), _touched(of, count, clock))
    clock.instead = None
    known: list[float] = []
    proven = True
    for level in range(min(levels, len(of.base))):
        if not clock.left_s():
            break
        answer, limit, done = solved(of, count, best, known, level, LEVEL_SHARE * clock.left_s(), clock)
        best = answer if better(of, answer, best, level + 1) else best
        reached = float(np.sort(shares_of(of, best))[level])
        if level == 0:
            bound = max(reached, min(bound, limit))
            clock.instead = (reached, bound)
        proven = proven and (done or limit <= reached + PROVEN)
        known.append(reached)
    most = total
    if clock.left_s():
        answer, limit, done = solved(of, count, best, known, None, clock.left_s(), clock)
        same = all(np.sort(shares_of(of, answer))[: len(known)] >= np.array(known) - 1e-12)
        best = answer if same and value(of.sheet, answer) > value(of.sheet, best) else best
        most = of.always + (value(of.sheet, best) if done and proven and len(known) == levels else limit)
        proven = proven and done
    stop: Stop = "proof" if proven and clock.left_s() else clock.ended
    return np.sort(best), bound, stop, min(most, total)


def _touched(of: Units, count: int, clock: Clock) -> float:
    """Bound the worst share: where not all units up to a share can get a site near, one of them stays as it is."""
    mine = np.flatnonzero(of.unit >= 0)
    shape = (len(of.base), len(of.unit))
    member = sparse.csr_array((np.ones(len(mine)), (of.unit[mine], mine)), shape=shape)
    near = sparse.csr_array(member @ matrix(of.sheet))
    near.data[:] = 1.0
    before = of.base / of.weight
    steps = np.unique(before)
    clock.instead = (np.nan, np.nan)
    low, high = 0, len(steps)  # the first of ``steps`` up to which not all units can be reached
    while low < high:
        middle = (low + high) // 2
        rows = near[np.flatnonzero(before <= steps[middle])].tocsr()
        rows.sort_indices()
        asked = sheet(rows, np.ones(rows.shape[0]))
        choice = fewest(asked, float(asked.weight.sum()), clock, enough=count)
        if choice.bound > count:
            high = middle
        else:
            low = middle + 1
    return float(steps[low]) if low < len(steps) else 1.0


def _could(of: Units) -> Floats:
    mine = of.unit >= 0
    return np.bincount(of.unit[mine], weights=of.sheet.weight[mine], minlength=len(of.base)).astype(float)


def _begun(of: Units, count: int, levels: int, clock: Clock, start: Longs) -> Longs:
    """Return the best of what greedy, the earlier choice and annealing find."""
    inside = of.unit
    sheet_of = _in_units(of)
    seen = np.flatnonzero(np.diff(sheet_of.site_start))
    best = filled(len(of.sheet.site_start) - 1, worst_first(of.sheet, inside, of.base, of.weight, count), count)
    if len(start):
        tried = repaired(of.sheet, start, count)
        best = tried if better(of, tried, best, levels) else best
    goal = float(((of.base + _could(of)) / of.weight).min(initial=1.0))
    for turn in range(ROUNDS):
        if not np.isin(best, seen).all() or len(seen) <= count or not clock.left_s():
            break
        clock.told(float(shares_of(of, best).min()), goal)
        narrow = sheet_of._replace(
            group_site=np.searchsorted(seen, sheet_of.group_site).astype(np.int32),
            site_start=np.concatenate([[0], np.cumsum(np.diff(sheet_of.site_start)[seen])]),
        )
        groups = inside[inside >= 0]
        begin = np.searchsorted(seen, best)
        tried = seen[anneal_fair(narrow, groups, of.base, of.weight, begin, goal, TRIES, turn)]
        best = tried if better(of, tried, best, levels) else best
        shares = np.sort(shares_of(of, best))
        goal = min(goal, float(shares[min(len(shares) - 1, len(shares) // 4 + 1)]) + 0.05)
    return best


def _in_units(of: Units) -> Sheet:
    """Return the sheet of the groups that belong to a unit, all candidates kept."""
    rows = matrix(of.sheet)[np.flatnonzero(of.unit >= 0)].tocsr()
    turned = rows.tocsc()
    return Sheet(
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int32),
        turned.indptr.astype(np.int64),
        turned.indices.astype(np.int32),
        of.sheet.weight[of.unit >= 0],
    )
