"""Least walking in all: the p-median problem (Hakimi 1964)."""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from geodata.faults import Fault
from geodata.streets import Longs
from planning.reach import Reach
from planning.siting.branching import Node, branch
from planning.siting.check import weighted_seconds
from planning.siting.cover import Choice
from planning.siting.cover_all import fewest
from planning.siting.exchange import build, shaken
from planning.siting.exact import filled_up
from planning.siting.plan import Clock, Plan, found, infeasible
from planning.siting.prices import ascend
from planning.siting.problem import sheet
from planning.siting.question import Question, question, weights_of
from planning.siting.walks import Walks, as_matrix, total, unreachable, walks, whole

STEPS = 3000  # of prices at the root
ROUNDS = 12  # of shaking, each round of SHAKES
SHAKES = 20
PATIENCE = 3  # rounds without a better choice


def p_median(
    reach: Reach,
    weights: pd.Series,
    sites: int,
    fixed: Iterable[Hashable] = (),
    seconds: float = 60,
    *,
    closed: Iterable[Hashable] = (),
    forced: Iterable[Hashable] = (),
    forbidden: Iterable[Hashable] = (),
) -> Plan:
    """Choose ``sites`` sites so that the weighted seconds from all places to their nearest open site are least.

    Every place, whatever its weight, must have an open site in reach (a pair that isn't in ``reach`` is none), else the
    plan is infeasible and says which place or how many sites it would take. Fixed sites serve beside the chosen.

    Parameters
    ----------
    weights : Series on ``reach.places``
        At least 0 and never missing.
    """
    clock = Clock(seconds)
    asked = question(reach, sites, fixed=fixed, closed=closed, forced=forced, forbidden=forbidden)
    if isinstance(asked, Fault):
        return infeasible(asked, clock)
    of = walks(asked, weights_of(reach, weights))
    fault = no_plan(asked, of, clock)
    if fault is not None:
        return infeasible(fault, clock)
    choice = least(of, asked.more(), clock)
    chosen = asked.named(asked.free[choice.sites])
    cost = weighted_seconds(reach, weights, asked.all_open(chosen))
    if np.isinf(cost):
        raise AssertionError("a place is out of reach of the sites chosen")
    return found(chosen, cost, min(cost, choice.bound), clock, stopped_by=choice.stopped_by)
