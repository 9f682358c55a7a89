"""What is doubtful in the layers once they are read: figures that contradict each other, places that can't be right.

Every check is a function of tables as ``geodata.schema`` describes them, in metres, and returns one fault per row that
somebody should look at. Nothing is changed and nothing is left out.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.faults import Fault, Severity
from geodata.reading.aliases import plain
from geodata.row_faults import RowFaults
from geodata.study_area import future, outside, unknown_references
from geodata.words import Lang
from geodata.words.numbers import grouped

Headers = Mapping[str, str]  # schema name -> header in the user's file

PEOPLE_PER_HOUSEHOLD = (0.5, 8.0)  # outside, one of the two figures is wrong: ours; census averages are 2 to 4
RESIDENTS_PER_BED = 1.2  # more can't sleep there: ours
SAME_PLACE_M = 50.0
CELL_M = SAME_PLACE_M / 4
SAME_POINT_M = 0.01
OVERLAP_SHARE = 0.001  # of the smaller district; less comes from drawing
OVERLAP_M2 = 1000.0
PARTS = {  # part, whole
    "residential": (
        ("elders_60", "population"),
        ("elders_65", "elders_60"),
        ("elders_80", "elders_65"),
        ("elders_80", "elders_60"),
        ("disabled_elders", "elders_60"),
    ),
    "facilities": (("nursing_beds", "beds"), ("dementia_beds", "beds")),
    "districts": (("elders_60", "population"),),
}
ORDERED_DATES = {"residential": (("permit_date", "completion_date"),)}  # the first can't come after the second
COLUMNS_OUT = ("severity", "layer", "row", "column", "value", "message")


def table(faults: Iterable[Fault], lang: Lang = "zh") -> pd.DataFrame:
    """Return faults as the table quality.csv shows: the worst first, then by layer and row."""
    order = {severity: place for place, severity in enumerate(Severity)}
    ranked = sorted(
        faults,
        key=lambda fault: (
            order[fault.severity],
            fault.layer,
            -1 if fault.row is None else fault.row,
            fault.column,
            fault.code,
        ),
    )
    rows = [
        (
            str(fault.severity),
            fault.layer,
            fault.row,
            fault.column,
            fault.shown(),
            fault.message(lang),
        )
        for fault in ranked
    ]
    found = pd.DataFrame(rows, columns=list(COLUMNS_OUT))
    return found.astype({"row": "Int64"})


def layer_doubts(layer: str, table: gpd.GeoDataFrame, headers: Headers | None = None) -> list[Fault]:
    """List what contradicts itself within one layer."""
    about = RowFaults(layer, table, headers or {})
    if table.empty:
        return []
    found = []
    for part, whole in PARTS.get(layer, ()):
        parts, wholes = _figures(table, part), _figures(table, whole)
        found += about.faults("part_over_whole", parts > wholes, part, whole=wholes, of=about.headers.get(whole, whole))
    if layer == "residential":
        people, households = _figures(table, "population"), _figures(table, "households")
        with np.errstate(divide="ignore", invalid="ignore"):
            size = people / households
        odd = (households > 0) & (people > 0) & ((size < PEOPLE_PER_HOUSEHOLD[0]) | (size > PEOPLE_PER_HOUSEHOLD[1]))
        found += about.faults("household_size_odd", odd, "population", whole=households, size=np.round(size, 2))
        if "households" in (headers or {}):  # a column that isn't there is said once, when it is looked for
            found += about.faults("households_unknown", np.isnan(households), "households")
        found += about.faults("households_none", households == 0, "households")
        found += about.faults("people_nowhere", (people == 0) & (households > 0), "population", whole=households)
    if layer == "facilities":
        residents, beds = _figures(table, "residents"), _figures(table, "beds")
        found += about.faults("residents_over_beds", residents > beds * RESIDENTS_PER_BED, "residents", whole=beds)
    for first, second in ORDERED_DATES.get(layer, ()):
        found += about.faults("dates_reversed", (table[first] > table[second]).to_numpy(dtype=bool), first, of=second)
    if layer not in {"gates", "districts", "background"}:
        found += _twins(about)
    if layer == "districts":
        found += _overlaps(about)
    return found


def city_doubts(
    tables: Mapping[str, gpd.GeoDataFrame],
    *,
    day: dt.date | None = None,
    streets: BaseGeometry | None = None,
    headers: Mapping[str, Headers] | None = None,
) -> list[Fault]:
    """List what doesn't fit between layers, or on the study's day.

    Parameters
    ----------
    tables
        The layers of one city in one metric CRS; one that was not given may be absent or empty.
    streets
        Any geometry that spans the streets; used as the study area where there are no districts.
    headers
        By layer, the headers in the user's files, so that messages name them.
    """
    about = {
        layer: RowFaults(layer, table, (headers or {}).get(layer, {})) for layer, table in tables.items() if len(table)
    }
    found = unknown_references(about)
    found += outside(about, streets)
    if day is not None:
        found += future(about, pd.Timestamp(day))
    return found


def _figures(table: gpd.GeoDataFrame, column: str) -> NDArray[np.float64]:
    """Return a column as floats, NaN where it is missing or absent: comparisons with it are False."""
    if column not in table.columns:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[column]).to_numpy(dtype=float, na_value=np.nan)


def _twins(about: RowFaults) -> list[Fault]:
    """List rows of the same name within 50 m, and rows at the very same place, with the earlier of the two."""
    shapes = np.asarray(about.table.geometry.array, dtype=object)
    known = np.flatnonzero(~shapely.is_missing(shapes))
    if len(known) < 2:  # noqa: PLR2004 - twins are two
        return []
    names = np.array([plain(str(name)) for name in about.table["name"].iloc[known]], dtype=object)
    spots = shapely.get_coordinates(shapely.centroid(shapes[known]))
    found: dict[int, tuple[str, int]] = {}
    shared = np.flatnonzero(pd.Series(names).duplicated(keep=False).to_numpy(dtype=bool) & (names != ""))
    for _, places in pd.Series(shared).groupby(names[shared], sort=False):
        here = known[places.to_numpy()]
        pairs = _near_pairs(shapes[here], spots[places.to_numpy()])
        found |= {int(here[later]): ("twin_name", int(here[earlier])) for later, earlier in pairs.items()}
    first: dict[tuple[int, int], int] = {}
    for place, (x, y) in zip(known.tolist(), np.round(spots / SAME_POINT_M).astype(np.int64).tolist(), strict=True):
        earlier = first.setdefault((x, y), place)
        if earlier != place:
            found.setdefault(place, ("twin_place", earlier))
    rows, texts = about.table["row"].to_numpy(), about.table["name"].astype(str).to_numpy(dtype=object)
    other = np.array([found.get(place, ("", place))[1] for place in range(len(shapes))])
    kind = np.array([found.get(place, ("", place))[0] for place in range(len(shapes))], dtype=object)
    return [
        fault
        for code in ("twin_name", "twin_place")
        for fault in about.faults(code, kind == code, "name", other=texts[other], other_row=rows[other])
    ]


def _near_pairs(shapes: NDArray[np.object_], spots: NDArray[np.float64]) -> dict[int, int]:
    """Return, for each shape with an earlier one within 50 m, an earlier one.

    Of those in one small cell the first stands for all, so that a thousand copies don't make a million pairs.
    """
    cells = pd.DataFrame(np.floor(spots / CELL_M)).assign(place=range(len(spots)))
    firsts = cells.groupby([0, 1], sort=False)["place"].transform("min").to_numpy(dtype=int)
    found = {place: int(first) for place, first in enumerate(firsts) if place != first}
    some = np.unique(firsts)
    left, right = shapely.STRtree(shapes).query(shapes[some], predicate="dwithin", distance=SAME_PLACE_M)
    for later, earlier in sorted(zip(some[left].tolist(), right.tolist(), strict=True)):
        if earlier < later:
            found.setdefault(later, earlier)
    return found


def _overlaps(about: RowFaults) -> list[Fault]:
    """List districts of one level that lie over each other by more than drawing explains."""
    faults = []
    for level in sorted(about.table["level"].dropna().unique()):
        some = np.flatnonzero((about.table["level"] == level).to_numpy(dtype=bool, na_value=False))
        shapes = np.asarray(about.table.geometry.array, dtype=object)[some]
        left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pairs = sorted((a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True) if a < b)
        for a, b in pairs:
            shared_m2 = float(shapely.area(shapely.intersection(shapes[a], shapes[b])))
            smaller_m2 = min(float(shapely.area(shapes[a])), float(shapely.area(shapes[b])))
            if shared_m2 > max(OVERLAP_M2, OVERLAP_SHARE * smaller_m2):
                here = np.arange(len(about.table)) == some[b]
                other = str(about.table["name"].iloc[some[a]])
                faults += about.faults("districts_overlap", here, "name", other=other, shared=grouped(shared_m2))
    return faults
