"""Suggested: the sites that an outcome proposes, where it proposes any, and what they change."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from exhibits.classes import class_of
from geodata.words import Lang
from geodata.words.numbers import spaced
from planning.coverage import State, bands_min
from planning.groups import numbers
from scenarios.outcome import Outcome


def suggested(outcome: Outcome, lang: Lang = "zh") -> pd.DataFrame | None:
    """Return the rows of sites.csv, best first, reasons in ``lang``; None where no site was sought."""
    sited = getattr(outcome, "sited", None)
    if sited is None:
        return None
    table: pd.DataFrame = sited.table(lang)
    return table.reset_index(drop=True).assign(reason=table["reason"].map(spaced, na_action="ignore").to_numpy())


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
    """Return the class of every residential area with the suggested sites open; None for groups they don't serve."""
    found = walks_after(outcome, group)
    return None if found is None else found["class"]


def walks_after(outcome: Outcome, group: str) -> pd.DataFrame | None:
    """Return seconds, state and class of every residential area as the plan leaves it, walked anew.

    None for groups that the plan doesn't serve. Classes go by the limits of the study, whatever limit the plan has.
    """
    sited = getattr(outcome, "sited", None)
    if sited is None or group != sited.request.group:
        return None
    rows = sited.after.of_group(group).reindex(outcome.city.residential.index)
    seconds = numbers(rows["seconds"])
    state = rows["state"].fillna(State.UNKNOWN.value).astype("object")
    beyond = (state == State.SERVED.value).to_numpy() & ~(seconds <= outcome.limits_s[-1])  # the plan's own limit
    state = state.mask(beyond, State.OUT.value)
    bands = bands_min(seconds, outcome.limits_s)
    classes = [class_of(str(one), band) for one, band in zip(state, bands, strict=True)]
    columns = {"seconds": seconds, "state": state.to_numpy(), "class": np.array(classes, dtype=object)}
    return pd.DataFrame(columns, index=outcome.city.residential.index)
