"""The points of a front: plans of which none covers more for no more, drawn where most is gained."""

import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from geodata.faults import Fault
from planning.siting.plan import Clock, Plan, Progress, Watch, found

Against = Literal["sites", "cost", "worst_walk"]

FIRST = 4  # points from which the others are drawn, by halves
COARSEST = 1e-3  # of the range: money or seconds that differ by less aren't looked between
ASKS = 3  # questions for a point wanted, at most


@dataclass(frozen=True)
class Point:
    """One plan of a front, and what it takes."""

    figure: float  # number of sites, yuan, or seconds of the longest walk
    plan: Plan  # ``objective`` is weight covered; no plan that takes as much or less covers more than ``bound``


@dataclass(frozen=True)
class Front:
    """Plans of which none covers more for no more, in order of what they take."""

    against: Against
    points: tuple[Point, ...]
    reason: Fault | None = None  # why there is no point
    left_out: tuple[Hashable, ...] = ()  # places that no site reaches at all; the longest walk doesn't count theirs

    def table(self) -> pd.DataFrame:
        """Return one row per point: figure, sites, objective, bound, gap, status, chosen."""
        rows = [{"figure": point.figure, **row(point.plan), "chosen": point.plan.chosen} for point in self.points]
        return pd.DataFrame(rows, columns=["figure", "sites", "objective", "bound", "gap", "status", "chosen"])


def drawn(
    ask: Callable[[float, tuple[Hashable, ...], float], Point | None],
    low: float,
    high: float,
    points: int,
    clock: Clock,
) -> tuple[Point, ...]:
    """Ask from ``low`` to ``high``, then again and again in the middle of where most is gained."""
    first = [float(one) for one in np.unique(np.linspace(low, high, min(FIRST, points)))]
    asked: dict[float, Point] = {}
    for turn in range(ASKS * points):
        if first:
            at = first.pop(0)
        elif len(undominated(list(asked.values()))) >= points or len(asked) < 2:  # noqa: PLR2004 - two ends
            break
        else:
            at = _middle(asked, COARSEST * (high - low))
        if not np.isfinite(at) or (asked and not clock.left_s()):
            break
        below = [one for one in asked if one <= at]
        start = asked[max(below)].plan.chosen if below else ()
        point = ask(at, start, clock.share(1 / (points - turn) if turn < points else 0.5))
        if point is not None:
            asked[at] = point
    ordered = [asked[at] for at in sorted(asked)]
    plans = tightened([point.plan for point in ordered])
    return undominated([replace(point, plan=plan) for point, plan in zip(ordered, plans, strict=True)])


def _middle(asked: dict[float, Point], coarsest: float) -> float:
    """Return where to ask next: between the neighbours where most is gained over the widest range; NaN: nowhere.

    In the middle at first; once that gave nothing new, just below what the upper neighbour takes, which settles it.
    """
    best, where = 0.0, float("nan")
    at = sorted(asked)
    for below, above in itertools.pairwise(at):
        high = min(above, asked[above].figure)
        gain = asked[above].plan.objective - asked[below].plan.objective
        if high - below <= coarsest or gain * (high - below) <= best:
            continue
        best = gain * (high - below)
        fresh = asked[below].figure >= below - coarsest
        where = 0.5 * (below + high) if fresh else high - 0.5 * coarsest
    return where


def undominated(points: list[Point]) -> tuple[Point, ...]:
    """Return the points that cover more than every other that takes no more, in order of what they take."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda one: (one.figure, -one.plan.objective)):
        if not kept or point.plan.objective > kept[-1].plan.objective:
            kept.append(point)
    return tuple(kept)


def tightened(plans: list[Plan]) -> list[Plan]:
    """Lower each bound to those of the plans behind it, which may take more; what is proven so is said."""
    least, found_so = float("inf"), []
    for plan in reversed(plans):
        least = min(least, plan.bound)
        clock = Clock(0.0)
        tight = found(plan.chosen, plan.objective, max(plan.objective, least), clock, stopped_by=plan.stopped_by)
        found_so.append(replace(tight, seconds=plan.seconds, left_out=plan.left_out))
    return found_so[::-1]


def handed_on(clock: Clock) -> Watch | None:
    """Hand reports of a part of the search on, and remember when the user has had enough."""
    if clock.watch is None:
        return None
    watch = clock.watch

    def told(progress: Progress) -> bool:
        clock.stopped = clock.stopped or bool(watch(progress))
        return clock.stopped

    return told


def row(plan: Plan) -> dict[str, object]:
    """Return what a table says of a plan."""
    return {
        "sites": len(plan.chosen),
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "status": plan.status,
    }
