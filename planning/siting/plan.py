"""A plan: the sites chosen, what they are worth, and how far that is proven."""

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal

from geodata.faults import Fault

Status = Literal["optimal", "feasible", "infeasible"]
Stop = Literal["proof", "work", "clock", "user"]

PROVEN = 1e-7  # relative: what a solver in floating point can tell apart
TELL_S = 0.2  # seconds between two reports on a search


@dataclass(frozen=True)
class Progress:
    """How far a search has come: the best plan so far, and what none can exceed (or go below)."""

    objective: float  # as in ``Plan``; NaN: none yet
    bound: float  # NaN: none yet
    gap: float  # 0 to 1; NaN: not known yet
    seconds: float


Watch = Callable[[Progress], bool]


@dataclass(frozen=True)
class Plan:
    """Sites chosen, and the proof.

    ``objective`` is worked out again from the chosen sites by ``check``, never taken from a model. No plan can be
    better than ``bound``: more than it where the most is sought, less where the least is. ``gap`` is the difference
    as a share of the larger of both. ``stopped_by`` says what ended the search: ``proof``; ``work``, a limit counted
    in steps, the same on every machine; ``clock``, in which case a faster machine may find better; or ``user``, who had
    seen enough.
    """

    chosen: tuple[Hashable, ...]  # ids, in the order of the reach's sites; fixed sites are not among them
    objective: float  # weight covered, number of sites, weighted seconds, or seconds; NaN: infeasible
    bound: float  # NaN: infeasible
    gap: float  # 0 to 1; NaN: infeasible
    status: Status
    seconds: float
    work_s: float = field(default=0.0, kw_only=True)  # seconds of an ordinary desktop, counted in steps
    stopped_by: Stop = field(default="proof", kw_only=True)
    reason: Fault | None = field(default=None, kw_only=True)  # why infeasible, and the nearest that is feasible
    left_out: tuple[Hashable, ...] = field(default=(), kw_only=True)  # places that no site could ever serve


class Clock:
    """The time a search may take, counted in work; it also reports and listens.

    Steps tell it by ``tick`` how long they take on a desktop of ordinary speed. A search that ends by that count ends
    at the same step everywhere, and its answer is the same; real time is the last stop, for slower machines.
    """

    def __init__(self, seconds: float, watch: Watch | None = None, *, whole: "Clock | None" = None) -> None:
        """Start running; ``watch`` is called now and then, and ends the search by returning True.

        ``whole`` is the clock of the search that this one is for a part of.
        """
        self.limit_s = seconds
        self.watch = watch
        self.base = 0.0  # what every plan has beside the figures that are reported
        self.instead: tuple[float, float] | None = None  # reported while a question of another kind is answered
        self.stopped = False
        self.worked_s = 0.0
        self._whole = whole
        self._began = time.perf_counter()
        self._told_s = -TELL_S

    def part(self, seconds: float) -> "Clock":
        """Return a clock for a part of the search, of ``seconds`` of work at most, that reports as the whole."""
        return Clock(min(seconds, self.left_s()), self.watch, whole=self)

    def tick(self, seconds: float) -> None:
        """Count work."""
        self.worked_s += seconds

    def spent_s(self) -> float:
        """Return seconds since the start, by the wall."""
        return time.perf_counter() - self._began

    def real_left_s(self) -> float:
        """Return seconds by the wall until the last stop, at least 0; 0 once the user has stopped the search."""
        if self._whole is not None:
            return 0.0 if self.stopped else self._whole.real_left_s()
        return 0.0 if self.stopped else max(0.0, self.limit_s - self.spent_s())

    def left_s(self) -> float:
        """Return seconds of work until the limit, at least 0; 0 after the last stop."""
        return max(0.0, self.limit_s - self.worked_s) if self.real_left_s() else 0.0

    def share(self, of: float) -> float:
        """Return seconds for a search of its own with a clock of its own: a share of what is left."""
        return min(of * self.left_s(), self.real_left_s())

    @property
    def ended(self) -> Stop:
        """Say who ends a search that has no time left."""
        if self.stopped or (self._whole is not None and self._whole.stopped):
            return "user"
        return "work" if self.real_left_s() else "clock"

    def told(self, objective: float, bound: float) -> bool:
        """Report, unless the last report is fresh, and return whether the user wants no more."""
        if self._whole is not None:
            self.stopped = self._whole.told(objective, bound)
            return self.stopped
        spent = self.spent_s()
        if self.watch is not None and not self.stopped and spent - self._told_s >= TELL_S:
            one, other = self.instead or (self.base + objective, self.base + bound)
            share = gap(one, other) if math.isfinite(one) and math.isfinite(other) else math.nan
            self.stopped = bool(self.watch(Progress(one, other, share, spent)))
            self._told_s = self.spent_s()
        return self.stopped


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
        work_s=clock.worked_s,
        stopped_by="proof" if proven else stopped_by,
        left_out=left_out,
    )


def infeasible(reason: Fault, clock: Clock, left_out: tuple[Hashable, ...] = (), stopped_by: Stop = "proof") -> Plan:
    """Return the answer that no plan exists, or that none was found, and why."""
    nan = float("nan")
    times = {"seconds": clock.spent_s(), "work_s": clock.worked_s}
    return Plan((), nan, nan, nan, "infeasible", **times, stopped_by=stopped_by, reason=reason, left_out=left_out)
