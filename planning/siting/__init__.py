"""Siting: where to build, with proof. Sites are chosen from the sites of a ``Reach`` for the places of it.

Five words mean the same in every function. ``sites`` is how many to choose; ``fixed`` sites are open anyway: they
serve, but neither count among ``sites`` nor stand in ``Plan.chosen``; ``closed`` sites serve nobody even if they
stand in ``fixed``; ``forced`` sites must be chosen and count; ``forbidden`` sites may not be chosen. Limits
are included.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planning.siting.center import p_center
    from planning.siting.cover import cover_most
    from planning.siting.fewest import cover_all
    from planning.siting.median import p_median
    from planning.siting.plan import Plan

HOMES = {
    "Plan": "plan",
    "cover_all": "fewest",
    "cover_most": "cover",
    "p_center": "center",
    "p_median": "median",
}

__all__ = ["Plan", "cover_all", "cover_most", "p_center", "p_median"]


def __getattr__(name: str) -> object:
    """Import a function when it is first asked for: the solver is slow to load."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
