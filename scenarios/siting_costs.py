"""Siting costs: of how many candidates the cost is not known, before a plan for money is sought."""

from dataclasses import dataclass

import numpy as np

from geodata.city import City
from planning.groups import numbers
from scenarios.siting_request import Request


@dataclass(frozen=True, kw_only=True)
class Unpriced:
    """Candidates of the layer and those set by hand that no budget can hold, as their cost is not known."""

    candidates: int  # all of them
    by_area: int  # cost not known, area known: a price for each square metre would do
    without_area: int  # neither is known
    own: int  # of these two, set by hand
    forced: tuple[str, ...]  # ids of those that must be chosen all the same
    generated: bool  # there will be made ones too, of which neither is ever known

    @property
    def unknown(self) -> int:
        """Return how many have no known cost."""
        return self.by_area + self.without_area


def unpriced(city: City, request: Request) -> Unpriced:
    """Count the candidates of a request by what is known of their cost, the price for each square metre included."""
    table = city.candidates
    layer = np.ones(len(table), dtype=bool) if "origin" not in table else table["origin"].isna().to_numpy(dtype=bool)
    source = request.candidates or ("layer" if layer.any() else "generated")
    layer = layer & (source != "generated")
    ids = [*map(str, table.index[layer]), *(one.id for one in request.points)]
    own = np.repeat([False, True], [int(layer.sum()), len(request.points)])
    given = {
        name: np.concatenate([numbers(table[name])[layer], [_known(getattr(one, name)) for one in request.points]])
        for name in ("floor_area_m2", "cost_yuan")
    }
    area = ~np.isnan(given["floor_area_m2"])
    unknown = np.isnan(given["cost_yuan"]) & ~(area & (request.yuan_per_m2 is not None))
    return Unpriced(
        candidates=len(ids),
        by_area=int((unknown & area).sum()),
        without_area=int((unknown & ~area).sum()),
        own=int((unknown & own).sum()),
        forced=tuple(one for one, lacks in zip(ids, unknown, strict=True) if lacks and one in request.forced),
        generated=source != "layer",
    )


def _known(value: float | None) -> float:
    return np.nan if value is None else value
