"""How firm a choice is: what each site is worth, what could stand in for it, and how often it is chosen again."""

import math
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.faults import Fault, fail
from geodata.streets import Floats, Longs
from planning.reach import Reach
from planning.siting.cover import cover_most
from planning.siting.front_points import handed_on
from planning.siting.plan import Clock, Plan, Watch
from planning.siting.problem import Sheet, cover, matrix
from planning.siting.question import Question, by_id, question, weights_of
from planning.siting.starting import losses

SPEEDS_M_S = (0.64, 0.8, 1.0, 1.2)
DRAWS = 20
SPREAD = 0.1  # of the demand, up and down
SEED = 20_251_231


def alternatives(
    reach: Reach,
    weights: pd.Series,
    plan: Plan,
    limit_s: float,
    fixed: Iterable[Hashable] = (),
    candidates: Iterable[Hashable] | None = None,
    *,
    closed: Iterable[Hashable] = (),
) -> pd.DataFrame:
    """Say for every chosen site what is lost without it, and which candidate in its place costs the plan least.

    One row per site of the plan: ``site_id``; ``lost``, the weight that nothing else would cover; ``alternative``, of
    equal ones that of the smallest id, missing where there is no candidate; and ``worse_by``, the weight that the plan
    then covers less (below 0: more). The other sites stay as they are.

    Parameters
    ----------
    candidates : ids, optional
        Sites that could stand in; all that aren't open or closed unless given.
    """
    asked = question(reach, None, fixed=fixed, closed=closed)
    if isinstance(asked, Fault):  # nothing is forced here
        raise fail(asked.code, **asked.details)
    order = pd.Index(asked.reach.sites[asked.free])
    at = order.get_indexer(pd.Index(list(plan.chosen), dtype=order.dtype))
    if (at < 0).any():
        raise fail("siting_unknown", value=plan.chosen[int(np.argmin(at))])
    could = np.ones(len(order), dtype=bool) if candidates is None else order.isin(list(candidates))
    could[at] = False
    sheet = cover(asked, weights_of(reach, weights), limit_s).sheet
    lost = losses(sheet, at) if len(at) else np.empty(0)
    rows = [_stand_in(sheet, at, k, could) for k in range(len(at))]
    return pd.DataFrame(
        {
            "site_id": pd.Index(plan.chosen, dtype=order.dtype),
            "lost": lost,
            "alternative": pd.Series([None if one < 0 else order[one] for one, _ in rows], dtype=object),
            "worse_by": [lost[k] - gain for k, (_, gain) in enumerate(rows)],
        }
    )


def _stand_in(of: Sheet, chosen: Longs, k: int, could: NDArray[np.bool_]) -> tuple[int, float]:
    """Return the candidate that covers most of what only ``chosen[k]`` or nobody covers, and how much; -1: none."""
    if not could.any():
        return -1, 0.0
    rows = matrix(of)
    inside = np.zeros(rows.shape[1])
    inside[np.delete(chosen, k)] = 1.0
    left = np.where(rows @ inside > 0, 0.0, of.weight)
    gains = np.where(could, rows.T @ left, -np.inf)
    best = int(np.argmax(gains))
    return best, float(gains[best])


def firmness(
    reach: Reach,
    weights: pd.Series,
    sites: int,
    limit_s: float,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    walked_m_s: float = 1.0,
    speeds_m_s: Sequence[float] = SPEEDS_M_S,
    others: Sequence[Reach] = (),
    draws: int = DRAWS,
    spread: float = SPREAD,
    seed: int = SEED,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
    watch: Watch | None = None,
) -> pd.DataFrame:
    """Choose anew for other walking speeds and other demand, and say how often each site is chosen.

    One row per site that is chosen at least once: ``site_id``; ``chosen``, whether the plan of ``reach`` and
    ``weights`` has it; ``share_speeds`` and ``share_demand``, 0 to 1; ``share``, of all those choices. The
    firmest come first, then the smaller ids. ``attrs["cases"]`` counts the choices made, that plan's included, and
    ``attrs["proven"]`` those proven best.

    Parameters
    ----------
    walked_m_s : float
        The speed that the seconds of ``reach`` hold for. At another speed the same ways are walked, so that one who
        walks half as fast gets half as far: ``reach`` must hold walks of up to ``limit_s`` times the fastest of
        ``speeds_m_s`` by ``walked_m_s``.
    others : sequence of Reach
        Walks worked out for other walkers, of the same places and sites, beside or (with no speeds) in place of those.
    draws : int
        How many times the demand is drawn, every place's by itself, evenly between 1 - ``spread`` and 1 + ``spread``
        of its weight; whole weights stay whole.
    seconds : float
        For all choices together.
    """
    clock = Clock(seconds, watch)
    named = {"fixed": list(fixed), "closed": list(closed), "forced": list(forced), "forbidden": list(forbidden)}
    asked = question(reach, sites, **named)
    if isinstance(asked, Fault):
        raise fail(asked.code, **asked.details)
    base = weights_of(reach, weights)
    walks = [(reach, limit_s * speed / walked_m_s) for speed in speeds_m_s] + [(other, limit_s) for other in others]
    drawn = _drawn(base, draws, spread, seed)
    cases = [(reach, limit_s, base), *((one, limit, base) for one, limit in walks)]
    cases += [(reach, limit_s, some) for some in drawn]
    plans: list[Plan] = []
    for done, (one, limit, some) in enumerate(cases):
        demand = pd.Series(some, index=one.places)
        start = plans[0].chosen if plans else ()
        more = {"seconds": clock.share(1 / (len(cases) - done)), "start": start, "watch": handed_on(clock), **named}
        plans.append(cover_most(one, demand, sites, limit, **more))  # type: ignore[arg-type]
        clock.tick(plans[-1].work_s)
    return _shares(asked, plans, len(walks))


def _drawn(base: Floats, draws: int, spread: float, seed: int) -> list[Floats]:
    rng = np.random.default_rng(seed)
    some = [base * rng.uniform(1 - spread, 1 + spread, len(base)) for _ in range(draws)]
    return [np.round(one) for one in some] if bool((base == np.round(base)).all()) else some


def _shares(asked: Question, plans: list[Plan], walks: int) -> pd.DataFrame:
    order = asked.reach.sites[np.concatenate([asked.forced, asked.free])]
    order = order[by_id(order)]
    taken = np.array([order.isin(list(plan.chosen)) for plan in plans])
    speeds, demand = taken[1 : 1 + walks], taken[1 + walks :]
    rows = pd.DataFrame(
        {
            "site_id": order,
            "chosen": taken[0],
            "share_speeds": speeds.mean(axis=0) if len(speeds) else math.nan,
            "share_demand": demand.mean(axis=0) if len(demand) else math.nan,
            "share": taken[1:].mean(axis=0) if len(taken) > 1 else taken[0].astype(float),
        }
    )
    rows = rows.iloc[np.flatnonzero(taken.any(axis=0))]
    rows = rows.sort_values(["share", "chosen"], ascending=False, kind="stable")
    rows = rows.reset_index(drop=True)
    rows.attrs = {"cases": len(plans), "proven": sum(plan.status == "optimal" for plan in plans)}
    return rows
