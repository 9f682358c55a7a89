"""Totals: coverage of areas, households, people and elders, by district and city-wide; parts sum to the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.city import City
from geodata.schema import DISTRICT_LEVELS
from geodata.streets import Floats
from geodata.words import Lang, catalogue, say
from geodata.words.numbers import grouped
from planning.coverage import Coverage, State
from planning.groups import numbers

WEIGHTS = ("places", "households", "people", "elders")
NO_DISTRICT = "(none)"
# Weights are kept in 1/1024ths: such fractions add up without rounding, in any order, so that parts sum to the whole to
# the last bit; a whole number stays itself.
FRACTION = 1024.0


def weights(city: City) -> pd.DataFrame:
    """Return what each residential area counts for: itself, its households, people and elders; NaN is not known.

    People and elders are as the city holds them, see ``people_source`` and ``elders_source`` there. Fractions are kept
    to 1/1024, so that parts sum to the whole.
    """
    table = city.residential
    counts = {
        "places": np.ones(len(table)),
        "households": numbers(table["households"]),
        "people": numbers(table["people"]),
        "elders": numbers(table["elders"]),
    }
    exact = {name: np.rint(values * FRACTION) / FRACTION for name, values in counts.items()}
    return pd.DataFrame(exact, index=table.index)


def by_district(coverage: Coverage, city: City) -> pd.DataFrame:
    """Return one row per district and facility group, with the coverage of what lies in it.

    Levels come in the order county, street, community, districts in their own order; areas in no district of a level
    that has districts make up the district ``(none)``, so that every level sums to the city.

    Returns
    -------
    DataFrame: ``district_id``, ``name``, ``level``, ``group``, and for each weight ``w`` of places, households, people,
    elders:

    - ``w_total``: all whose weight is known; ``w_missing``: the number of areas whose weight is not
    - ``w_left_out``: the number of areas that the share leaves out: state unknown, or weight missing
    - ``w_within_5`` and so on, per limit in minutes: served, and the walk takes no longer (the limit included)
    - ``w_full``, ``w_out``, ``w_unknown``: by state; with ``w_within_`` the longest limit they sum to ``w_total``
    - ``w_share``: within the longest limit / (total - unknown), NaN where that is 0
    """
    places, cells = weights(city), _cells(coverage)
    found: list[pd.DataFrame] = []
    for level in DISTRICT_LEVELS:
        districts = city.districts[city.districts["level"] == level]
        if len(districts):
            part, names = _parts(districts, city.residential[f"{level}_id"])
            found += [
                _summed(places, cells[group], part, len(names)).assign(
                    district_id=names.index, name=names.to_numpy(), level=level, group=group, order=range(len(names))
                )
                for group in coverage.groups
            ]
    first = ["district_id", "name", "level", "group"]
    if not found:
        everywhere = np.zeros(len(places), dtype=np.int64)
        columns = _summed(places, next(iter(cells.values()), {}), everywhere, 1).columns
        return pd.DataFrame(columns=[*first, *columns])
    joined = pd.concat(found, ignore_index=True)
    joined["at"] = joined["level"].map({level: rank for rank, level in enumerate(DISTRICT_LEVELS)})
    joined = joined.sort_values(["at", "order"], kind="stable").drop(columns=["at", "order"])
    return joined[[*first, *joined.columns.difference(first, sort=False)]].reset_index(drop=True)


def city_totals(coverage: Coverage, city: City) -> pd.DataFrame:
    """Return one row per facility group for the whole city: the columns of ``by_district`` and the straight line.

    ``w_known`` is the denominator of the shares (total - unknown). ``w_straight_5`` and so on count what lies within
    the distance walked in that time in a straight line of an open facility, among the same known areas, and
    ``w_straight_share`` is that of the longest limit: the circle that plans used to draw, for comparison only.
    """
    places, cells = weights(city), _cells(coverage)
    everywhere = np.zeros(len(places), dtype=np.int64)
    rows = []
    for group, cell in cells.items():
        row = _summed(places, cell, everywhere, 1)
        metres = coverage.nearest_straight_m[group].to_numpy()
        for weight in WEIGHTS:
            known = row[f"{weight}_total"] - row[f"{weight}_unknown"]
            row[f"{weight}_known"] = known
            values = np.nan_to_num(places[weight].to_numpy(), nan=0.0)  # counted in _missing
            for limit_s in coverage.limits_s:
                near = (metres <= limit_s * coverage.speed_m_s) & ~cell["unknown"]
                row[f"{weight}_straight_{minutes(limit_s)}"] = values[near].sum()
            last = row[f"{weight}_straight_{minutes(coverage.limits_s[-1])}"]
            row[f"{weight}_straight_share"] = shares(last.to_numpy(), known.to_numpy())
        rows.append(row.assign(group=group))
    return pd.concat(rows).set_index("group") if rows else pd.DataFrame(index=pd.Index([], name="group"))


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One rate with what it was made of, so that nobody prints the one without the other."""

    numerator: float
    denominator: float
    unknown: int  # areas left out of the denominator: state not known, or weight not known
    weight: str = "places"
    unknown_amount: float = 0.0  # households, people or elders, where known, in those areas
    unknown_rows: int = 0  # of those areas, the ones that don't give the figure

    def text(self, lang: Lang = "zh") -> str:
        """Print the rate; see ``share_text``."""
        more = amount_text(self.weight, self.unknown_amount, lang, least=self.unknown_rows > 0)
        return share_text(self.numerator, self.denominator, self.unknown, lang, more=more)


def rate(totals: pd.DataFrame, coverage: Coverage, group: str, weight: str) -> Rate:
    """Return the rate of one group and weight for the whole city, from the table of ``city_totals``."""
    row, last = totals.loc[[group]].to_dict("records")[0], minutes(coverage.limits_s[-1])
    return Rate(
        numerator=float(row[f"{weight}_within_{last}"]),
        denominator=float(row[f"{weight}_known"]),
        unknown=int(row[f"{weight}_left_out"]),
        weight=weight,
        unknown_amount=float(row[f"{weight}_unknown"]),
        unknown_rows=int(row[f"{weight}_missing"]),
    )


def weight_text(row: Mapping[Any, Any] | pd.Series, weight: str, limit_min: str, lang: Lang = "zh") -> str:
    """Print the share of one weight within a limit from a row of totals; see ``share_text``."""
    return share_text(
        row[f"{weight}_within_{limit_min}"],
        row[f"{weight}_total"] - row[f"{weight}_unknown"],
        row[f"{weight}_left_out"],
        lang,
        more=amount_text(weight, row[f"{weight}_unknown"], lang, least=row[f"{weight}_missing"] > 0),
    )


def amount_text(weight: str, amount: float, lang: Lang = "zh", *, least: bool = False) -> str:
    """Print how many households, people or elders live in the areas left out; "" for none, and for areas.

    ``least``: some of those areas don't give the figure, so there are at least so many.
    """
    code, number = f"unknown_amount_{weight}", grouped(amount)
    if not amount > 0 or code not in catalogue():
        return ""
    return say(code, lang, n=say("unknown_at_least", lang, n=number) if least else number)


def share_text(
    numerator: float, denominator: float, unknown: int, lang: Lang = "zh", *, of: str = "places", more: str = ""
) -> str:
    """Print a rate with numerator, denominator and how many areas are not known: ``83.2 %（5 210/6 262，…）``.

    What is not known is counted in residential areas, or in what ``of`` says: ``districts``, or ``rows`` of what the
    text around it names. ``more`` says who lives there (see ``amount_text``).

    "100.0 %" is printed only when everybody is covered and nothing is unknown: short of that the figure stops at
    99.9 %, and where all that is known is covered but something is not known, no percentage is printed. Nor is "0.0 %"
    while anybody is covered.
    """
    missing = say(f"unknown_{of}", lang, n=counted(unknown)) + more
    if denominator <= 0:
        return say("rate_nothing_known" if unknown else "rate_of_nothing", lang, unknown=missing)
    details = {"n": counted(numerator), "of": counted(denominator), "unknown": missing}
    if numerator >= denominator:
        return say("rate_all_known" if unknown else "rate", lang, percent="100.0 %", **details)
    tenths = round(1000 * numerator / denominator)
    percent = "<0.1 %" if numerator > 0 and tenths == 0 else f"{min(tenths, 999) / 10:.1f} %"
    return say("rate_some_unknown" if unknown else "rate", lang, percent=percent, **details)


def counted(number: float) -> str:
    """Print a count in whole numbers with spaces between thousands."""
    return grouped(number)


def minutes(limit_s: float) -> str:
    """Print a limit in minutes as column names carry it: ``15``, ``7.5``."""
    return f"{limit_s / 60:.6g}"


def shares(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, NaN where there is nothing to divide by."""
    found: Floats = np.full(len(numerator), np.nan)
    return np.divide(numerator, denominator, out=found, where=denominator > 0)


def _cells(coverage: Coverage) -> dict[str, dict[str, NDArray[np.bool_]]]:
    """Return for each group which places count in which column, places in their own order."""
    cells = {}
    for group in coverage.groups:
        rows = coverage.of_group(group)
        state, seconds = rows["state"].to_numpy(), rows["seconds"].to_numpy()
        served = state == State.SERVED
        within = {f"within_{minutes(limit)}": served & (seconds <= limit) for limit in coverage.limits_s}
        rest = {word.value: state == word for word in (State.FULL, State.OUT, State.UNKNOWN)}
        cells[group] = {**within, **rest}
    return cells


def _parts(districts: pd.DataFrame, held_by: pd.Series) -> tuple[NDArray[np.int64], pd.Series]:
    """Return which district of one level holds each place, and their names; the last is none of them, if needed."""
    part = districts.index.get_indexer(pd.Index(held_by.astype("object")))
    names = districts["name"].astype("object")
    if (part < 0).any():
        part = np.where(part < 0, len(districts), part)
        names = pd.concat([names, pd.Series([NO_DISTRICT], index=[NO_DISTRICT])])
    return part.astype(np.int64), names


def _summed(
    places: pd.DataFrame, cells: Mapping[str, NDArray[np.bool_]], part: NDArray[np.int64], parts: int
) -> pd.DataFrame:
    columns: dict[str, NDArray[np.float64] | NDArray[np.int64]] = {}
    for weight in WEIGHTS:
        given = places[weight].to_numpy()
        values = np.nan_to_num(given, nan=0.0)  # not known adds nothing to a sum and is counted in _missing
        total = _sums(part, values, parts)
        sums = {name: _sums(part[cell], values[cell], parts) for name, cell in cells.items()}
        columns[f"{weight}_total"] = total
        columns |= {f"{weight}_{name}": column for name, column in sums.items()}
        columns[f"{weight}_missing"] = np.bincount(part[np.isnan(given)], minlength=parts)
        if cells:
            last = [name for name in cells if name.startswith("within_")][-1]
            left_out = np.isnan(given) | cells["unknown"]
            columns[f"{weight}_left_out"] = np.bincount(part[left_out], minlength=parts)
            columns[f"{weight}_share"] = shares(sums[last], total - sums["unknown"])
    return pd.DataFrame(columns)


def _sums(part: NDArray[np.int64], values: Floats, parts: int) -> Floats:
    return np.bincount(part, values, parts).astype(np.float64)
