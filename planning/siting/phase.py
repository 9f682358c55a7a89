"""A phase of building, as it is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Phase:
    """What a phase adds: sites, or yuan; what a phase doesn't use is left for those after it."""

    name: str
    sites: int | None = None
    budget_yuan: float | None = None
