"""Classes: the one word that colours a residential area on screen and paper, and how many fall in each."""

from typing import Any

import pandas as pd

from exhibits.style import class_looks, class_of_band
from planning.coverage import State
from scenarios.outcome import Outcome


def shown_groups(outcome: Outcome) -> tuple[str, ...]:
    """Return the facility groups that were judged: those with any facility."""
    return tuple(str(group) for group in outcome.coverage["group"].unique())


def limits_min(outcome: Outcome) -> tuple[float, ...]:
    """Return the walking limits in minutes, shortest first."""
    return tuple(limit_s / 60 for limit_s in outcome.limits_s)


def of_group(outcome: Outcome, group: str) -> pd.DataFrame:
    """Return the coverage rows of one group, indexed by place id."""
    return outcome.coverage[outcome.coverage["group"] == group].set_index("place_id")


def place_classes(outcome: Outcome, group: str) -> pd.Series:
    """Return the class of every residential area: ``within_5`` and so on where served, else full, out or unknown."""
    rows = of_group(outcome, group)
    given = zip(rows["state"], rows["band_min"], strict=True)
    classes = pd.Series([class_of(str(state), band) for state, band in given], index=rows.index, dtype="object")
    return classes.reindex(outcome.city.residential.index, fill_value=State.UNKNOWN.value).rename("class")


def class_of(state: str, band_min: Any) -> str:  # noqa: ANN401 - a number, or <NA> where not served
    """Return the class of one row of coverage."""
    return class_of_band(float(band_min)) if state == State.SERVED else state


def class_counts(outcome: Outcome, group: str) -> dict[str, int]:
    """Count the residential areas of every class, in the order of a legend; a class nobody is in counts 0."""
    counts = place_classes(outcome, group).value_counts()
    return {name: int(counts.get(name, 0)) for name in class_looks(limits_min(outcome))}
