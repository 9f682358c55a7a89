"""A plan: the sites chosen, what they are worth, and how far that is proven."""

import time
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

from geodata.faults import Fault

Status = Literal["optimal", "feasible", "infeasible"]
Stop = Literal["proof", "work", "clock"]

PROVEN = 1e-7  # relative: what a solver in floating point can tell apart


@dataclass(frozen=True)
class Plan:
    """Sites chosen, and the proof.

    ``objective`` is worked out again from the chosen sites by ``check``, never taken from a model. No plan can be
    better than ``bound``: more than it where the most is sought, less where the least is. ``gap`` is the difference
    as a share of the larger of both. ``stopped_by`` says what ended the search: ``proof``; ``work``, a limit counted
    in steps, the same on every machine; or ``clock``, in which case a faster machine may find better.
    """

    chosen: tuple[Hashable, ...]  # ids, in the order of the reach's sites; fixed sites are not among them
    objective: float  # weight covered, number of sites, weighted seconds, or seconds; NaN: infeasible
    bound: float  # NaN: infeasible
    gap: float  # 0 to 1; NaN: infeasible
    status: Status
    seconds: float
    stopped_by: Stop = field(default="proof", kw_only=True)
    reason: Fault | None = field(default=None, kw_only=True)  # why infeasible, and the nearest that is feasible
    left_out: tuple[Hashable, ...] = field(default=(), kw_only=True)  # places that no site could ever serve


class Clock:
    """The time a search may take; the last stop, behind every limit counted in steps."""

    def __init__(self, seconds: float) -> None:
        """Start running."""
        self.limit_s = seconds
        self._began = time.perf_counter()

    def spent_s(self) -> float:
        """Return seconds since the start."""
        return time.perf_counter() - self._began

    def left_s(self) -> float:
        """Return seconds until the limit, at least 0."""
        return max(0.0, self.limit_s - self.spent_s())


def gap(objective: float, bound: float) -> float:
    """Return the distance of two figures as a share of the larger."""
    larger = max(abs(objective), abs(bound))
    return abs(objective - bound) / larger if larger > 0 else 0.0


def found(
    chosen: tuple[Hashable, ...],
    objective: float,
    bound: float,
    clock: Clock,
    *,
    stopped_by: Stop,
    left_out: tuple[Hashable, ...] = (),
) -> Plan:
    """Return a plan that stands; it is optimal when the bound meets the objective."""
    share = gap(objective, bound)
    proven = share <= PROVEN
    return Plan(
        chosen=chosen,
        objective=objective,
        bound=objective if proven else bound,
        gap=0.0 if proven else share,
        status="optimal" if proven else "feasible",
        seconds=clock.spent_s(),
        stopped_by="proof" if proven else stopped_by,
        left_out=left_out,
    )


def infeasible(reason: Fault, clock: Clock, left_out: tuple[Hashable, ...] = ()) -> Plan:
    """Return the answer that no plan exists, and why."""
    nan = float("nan")
    return Plan((), nan, nan, nan, "infeasible", clock.spent_s(), reason=reason, left_out=left_out)
