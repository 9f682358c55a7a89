"""Siting: which candidates to open, whom each newly serves, what changes where, and how good the choice is.

Everything is imported when it is first asked for: the solver is slow to load.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.siting.answer import extra, site
    from scenarios.siting.pool import given_only
    from scenarios.siting.sited import Sited, plan_fault

HOMES = {"Sited": "sited", "given_only": "pool", "plan_fault": "sited", "extra": "answer", "site": "answer"}

__all__ = ["Sited", "extra", "given_only", "plan_fault", "site"]


def __getattr__(name: str) -> object:
    """Import what is asked for."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
