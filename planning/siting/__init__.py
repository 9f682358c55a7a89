"""Siting: where to build, with proof. Sites are chosen from the sites of a ``Reach`` for the places of it.

Five words mean the same in every function. ``sites`` is how many to choose; ``fixed`` sites are open anyway: they
serve, but neither count among ``sites`` nor stand in ``Plan.chosen``; ``closed`` sites serve nobody even if they
stand in ``fixed``; ``forced`` sites must be chosen and count; ``forbidden`` sites may not be chosen. Limits
are included.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planning.siting.budget import cover_budget
    from planning.siting.center import p_center
    from planning.siting.cover import cover_most
    from planning.siting.fair import Fair, fairest
    from planning.siting.fewest import cover_all
    from planning.siting.firmness import alternatives
    from planning.siting.front import curve, pareto
    from planning.siting.front_points import Front, Point
    from planning.siting.median import p_median
    from planning.siting.phases import cover_phases
    from planning.siting.plan import Plan, Progress
    from planning.siting.sized import cover_sized

HOMES = {
    "Fair": "fair",
    "Front": "front_points",
    "Plan": "plan",
    "Point": "front_points",
    "Progress": "plan",
    "alternatives": "firmness",
    "cover_all": "fewest",
    "cover_budget": "budget",
    "cover_most": "cover",
    "cover_phases": "phases",
    "cover_sized": "sized",
    "curve": "front",
    "fairest": "fair",
    "p_center": "center",
    "p_median": "median",
    "pareto": "front",
}

__all__ = [
    "Fair",
    "Front",
    "Plan",
    "Point",
    "Progress",
    "alternatives",
    "cover_all",
    "cover_budget",
    "cover_most",
    "cover_phases",
    "cover_sized",
    "curve",
    "fairest",
    "p_center",
    "p_median",
    "pareto",
]


def __getattr__(name: str) -> object:
    """Import a function when it is first asked for: the solver is slow to load."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
