"""How many people and how many elders live in each residential area, and where each figure comes from."""

from pathlib import Path

import numpy as np
import pandas as pd

from geodata.faults import Fault, Severity
from geodata.membership import user_row
from geodata.population_grid import grid_people
from geodata.schema import DISTRICT_LEVELS, Districts, Residential
from geodata.study import Study

OWN = "own column"
DISTRICT = "district share"
RASTER = "raster"
SHARE = "elder share"
HOUSEHOLDS = "households"
UNKNOWN = "unknown"
MOST_DIFFERENCE = 0.01  # of a district's elders, between its total and the sum of its areas
LEAST = 1e-6  # elders: less is rounding of shares already given


def people(residential: Residential, study: Study) -> tuple[pd.Series, pd.Series]:
    """Return the people of each residential area and the source of each figure.

    The column ``population`` ("own column"), else households times the study's household size ("households"), else NaN
    ("unknown").
    """
    own = _numbers(residential, "population")
    from_households = _numbers(residential, "households") * study.household_size
    source = pd.Series(UNKNOWN, index=residential.index, name="people_source", dtype="string")
    source = source.mask(from_households.notna(), HOUSEHOLDS).mask(own.notna(), OWN)
    return own.fillna(from_households).rename("people"), source


def elders(
    residential: Residential, districts: Districts, study: Study, grid_path: Path | None = None
) -> tuple[pd.Series, pd.Series, list[Fault]]:
    """Return the elders (60+) of each residential area, the source of each figure, and what is doubtful.

    In this order, each only for areas that are still without a figure:

    1. "own column": ``elders_60``;
    2. "district share": the total of the community, else of the street, else of the county, less the elders already
       known in it, shared out by households. The shares and the known figures add up to the district's total;
    3. "raster": people in the cells of the population grid, times the study's elder share;
    4. "elder share": people (column, else households times household size) times the study's elder share;
    5. "unknown": NaN. Elders of 65+ alone tell nothing about those of 60 to 64.

    No elder share is ever made up: without ``population.elder_share`` in the study, 3 and 4 don't happen.

    Parameters
    ----------
    residential : Residential
        With ``community_id``, ``street_id`` and ``county_id`` (see ``geodata.membership``).
    """
    figures = _numbers(residential, "elders_60")
    source = pd.Series(UNKNOWN, index=residential.index, name="elders_source", dtype="string").mask(
        figures.notna(), OWN
    )
    faults: list[Fault] = []
    for level in reversed(DISTRICT_LEVELS):  # finest first
        shares, found = _district_shares(figures, residential, districts, level)
        faults += found
        source = source.mask(shares.notna(), DISTRICT)
        figures = figures.fillna(shares)
    share = study.elder_share
    if grid_path is not None and figures.isna().any():
        if share is None:
            faults.append(_fault("grid_without_share", Severity.DOUBT, value=grid_path.name))
        else:
            persons, found = grid_people(residential, grid_path)
            faults += found
            from_grid = (persons * share).where(figures.isna())
            source = source.mask(from_grid.notna(), RASTER)
            figures = figures.fillna(from_grid)
    if share is not None:
        from_people = (people(residential, study)[0] * share).where(figures.isna())
        source = source.mask(from_people.notna(), SHARE)
        figures = figures.fillna(from_people)
    faults += _district_differences(figures, residential, districts)
    faults += _notes(source, study) + _row_doubts(residential, figures, source)
    return figures.rename("elders"), source, faults


def _district_shares(
    figures: pd.Series, residential: Residential, districts: Districts, level: str
) -> tuple[pd.Series, list[Fault]]:
    """Share out the totals of one level among the areas without a figure, by households."""
    shares = pd.Series(np.nan, index=figures.index)
    faults: list[Fault] = []
    column = f"{level}_id"
    totals = _numbers(districts, "elders_60")[(districts["level"] == level).fillna(value=False)].dropna()
    gaps = figures.index[figures.isna()]
    if column not in residential or totals.empty or gaps.empty:
        return shares, faults
    households = _numbers(residential, "households")
    already = figures.groupby(residential[column]).sum()
    for label, lacking in residential.loc[gaps].groupby(column, observed=True, sort=True).groups.items():
        district = str(label)
        if district not in totals.index:
            continue
        total, known = float(totals[district]), float(already[district])
        rest = total - known
        weights = households.loc[lacking].dropna()
        value = {"district": districts["name"][district], "total": f"{total:.0f}", "known": f"{known:.0f}"}
        if rest < -LEAST:
            faults.append(_district_doubt("district_elders_too_few", districts, district, value))
        elif weights.sum() <= 0.0:
            faults.append(_district_doubt("district_elders_unshared", districts, district, value))
        else:
            shares.loc[weights.index] = max(rest, 0.0) * (weights / weights.sum())
            if len(weights) < len(lacking):
                left = {**value, "places": len(lacking) - len(weights)}
                faults.append(_district_doubt("district_share_without_households", districts, district, left))
    return shares, faults


def _district_differences(figures: pd.Series, residential: Residential, districts: Districts) -> list[Fault]:
    """Doubt districts whose total isn't the sum of their areas, all of them known: the rest is counted nowhere."""
    faults = []
    totals = _numbers(districts, "elders_60").dropna()
    for level in DISTRICT_LEVELS:
        if f"{level}_id" not in residential:
            continue
        for label, counted in figures.groupby(residential[f"{level}_id"], observed=True, sort=True):
            district = str(label)
            if district not in totals.index or counted.isna().any():
                continue
            total, known = float(totals[district]), float(counted.sum())
            if abs(total - known) > max(1.0, MOST_DIFFERENCE * total):
                value = {"district": districts["name"][district], "total": f"{total:.0f}", "known": f"{known:.0f}"}
                faults.append(_district_doubt("district_elders_differ", districts, district, value))
    return faults


def _notes(source: pd.Series, study: Study) -> list[Fault]:
    """Say how many figures come from each source that isn't the areas' own column."""
    codes = {DISTRICT: "elders_from_districts", RASTER: "elders_from_grid", SHARE: "elders_from_share"}
    counts = source.value_counts()
    share = "" if study.elder_share is None else f"{study.elder_share:.1%}"
    details = {"places": 0, "all": len(source), "share": share, "household_size": f"{study.household_size:g}"}
    return [
        _fault(code, Severity.NOTE, **{**details, "places": int(counts[word])})
        for word, code in codes.items()
        if word in counts
    ]


def _row_doubts(residential: Residential, figures: pd.Series, source: pd.Series) -> list[Fault]:
    """Doubt areas without any figure, and estimates below the elders of 65+ or 80+ that the row itself gives."""
    faults = []
    older = pd.DataFrame({name: _numbers(residential, name) for name in ("elders_65", "elders_80")})
    for place in figures.index[figures.isna()]:
        code = "elders_only_older" if older.loc[place].notna().any() else "elders_unknown"
        faults.append(_row_doubt(code, residential, place, "elders_60", ""))
    least = older.max(axis=1)
    for place in figures.index[(figures < least) & (source != OWN)]:
        details = {"estimate": f"{figures[place]:.1f}", "older": f"{least[place]:.0f}"}
        faults.append(_row_doubt("elders_estimate_too_low", residential, place, "elders_60", source[place], **details))
    return faults


def _row_doubt(code: str, residential: Residential, place: str, column: str, value: object, **details: object) -> Fault:
    return Fault(
        code=code,
        severity=Severity.DOUBT,
        layer="residential",
        row=user_row(residential, place),
        column=column,
        value=value,
        details={"id": place, **details},
    )


def _district_doubt(code: str, districts: Districts, district: str, details: dict[str, object]) -> Fault:
    return Fault(
        code=code,
        severity=Severity.DOUBT,
        layer="districts",
        row=user_row(districts, district),
        column="elders_60",
        value=details["total"],
        details=details,
    )


def _fault(code: str, severity: Severity, value: object = "", **details: object) -> Fault:
    return Fault(code=code, severity=severity, layer="residential", value=value, details=details)


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as float64 with NaN for missing; a column that isn't there is all missing."""
    if column not in table:
        return pd.Series(np.nan, index=table.index, dtype="float64")
    return table[column].astype("Float64").astype("float64")
