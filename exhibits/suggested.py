"""Suggested: the sites that an outcome proposes, where it proposes any, and what they change."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from exhibits.classes import limits_min, place_classes
from exhibits.style import class_of_band
from geodata.words import Lang
from scenarios.outcome import Outcome


def suggested(outcome: Outcome, lang: Lang = "zh") -> pd.DataFrame | None:
    """Return the rows of sites.csv, best first, reasons in ``lang``; None where no site was sought."""
    sited = getattr(outcome, "sited", None)
    if sited is None:
        return None
    table: pd.DataFrame = sited.table(lang)
    return table.reset_index(drop=True)


def chosen_shapes(outcome: Outcome) -> NDArray[Any]:
    """Return the place of every suggested site, in the order of ``suggested``; None where it has none."""
    table = suggested(outcome)
    ids = [] if table is None else [str(key) for key in table["candidate_id"]]
    where = dict(zip(outcome.city.candidates.index.astype("str"), outcome.city.candidates.geometry, strict=True))
    found = np.empty(len(ids), dtype=object)
    found[:] = [where.get(key) for key in ids]
    return found


def suggested_group(outcome: Outcome) -> str:
    """Return the group that the suggested sites serve; "" where no site was sought."""
    sited = getattr(outcome, "sited", None)
    return "" if sited is None else str(sited.request.group)


def proof(outcome: Outcome) -> Mapping[str, Any] | None:
    """Return how the search ended: status, objective, bound and gap; None where none was made."""
    plan = getattr(getattr(outcome, "sited", None), "plan", None)
    if plan is None:
        return None
    return {name: getattr(plan, name) for name in ("status", "objective", "bound", "gap")}


def classes_after(outcome: Outcome, group: str) -> pd.Series | None:
    """Return the class of every residential area with the suggested sites open; None for groups they don't serve.

    An area that the plan newly covers takes the class of the limit it is covered within; all others keep theirs, though
    a new site may be nearer than what they have.
    """
    sited = getattr(outcome, "sited", None)
    if sited is None or group != sited.request.group:
        return None
    now = place_classes(outcome, group)
    newly = sited.newly.reindex(now.index, fill_value=False).to_numpy(dtype=bool)
    limits = limits_min(outcome)
    band = next((limit for limit in limits if limit * 60 >= sited.limit_s), limits[-1])
    return now.mask(newly, class_of_band(band))
