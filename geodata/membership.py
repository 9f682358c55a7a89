"""Which community, street and county a place belongs to: by where it lies, else by what its row says."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.faults import Fault, Severity
from geodata.schema import DISTRICT_LEVELS, Districts, Residential
from geodata.shapes import inner_points, shapes_of

ENDINGS = re.compile(
    r"(街道办事处|社区居民委员会|社区居委会|居民委员会|村民委员会|居委会|村委会|街道|社区|办事处|镇|乡|村)$"
)
TEXT_COLUMNS = {"community": "community", "street": "street"}  # level -> column of residential


def district_of(points: gpd.GeoSeries, districts: Districts, level: str) -> pd.Series:
    """Return the id of the district of ``level`` that holds each place, on the index of ``points``.

    A polygon counts where a point inside it lies. On a shared border, and where districts overlap, the lowest id (as
    text) wins. <NA>: no geometry, or in no district.
    """
    found = pd.Series(pd.NA, index=points.index, dtype="string", name=f"{level}_id")
    areas = districts[(districts["level"] == level).fillna(value=False)].sort_index()
    shapes = shapes_of(areas.geometry)
    places = inner_points(points)
    if not len(shapes) or not len(places):
        return found
    place, area = shapely.STRtree(shapes).query(places, predicate="intersects")
    lowest = np.full(len(places), len(shapes))
    np.minimum.at(lowest, place, area)
    held = lowest < len(shapes)
    found[held] = areas.index.to_numpy()[lowest[held]]
    return found


def membership(residential: Residential, districts: Districts) -> tuple[pd.DataFrame, list[Fault]]:
    """Return ``community_id``, ``street_id`` and ``county_id`` of every residential area, and what is doubtful.

    Where the place lies decides. Where no polygon of a level holds it, the columns ``community`` and ``street`` are
    matched by name or id, if only one district answers to it; the level above is then known from ``parent``. A column
    that names another district than the polygon is doubted.
    """
    ids = {level: district_of(residential.geometry, districts, level) for level in DISTRICT_LEVELS}
    names = districts["name"].astype(str).to_dict()
    faults: list[Fault] = []
    by_polygon = {level: found.copy() for level, found in ids.items()}
    for level in ("street", "community"):  # streets first: they tell communities of one name apart
        said = residential[TEXT_COLUMNS[level]].astype("string")
        known = _by_name(districts, level)
        held_by = ids[level].to_dict()
        for label, text in said.dropna().items():
            place = str(label)
            polygon = held_by[place]
            if pd.isna(polygon):
                street = ids["street"][place] if level == "community" else pd.NA
                ids[level][place] = _matched(text, known, districts, street)
            elif plain_name(text) != plain_name(names[polygon]) and text.strip() != polygon:
                faults.append(_doubt("district_disagrees", residential, place, level, text, found=names[polygon]))
    for level in TEXT_COLUMNS:
        by_text = int((by_polygon[level].isna() & ids[level].notna()).sum())
        if by_text:
            details = {"level": level, "places": by_text}
            faults.append(Fault(code="district_by_text", severity=Severity.NOTE, layer="residential", details=details))
    parents = _parents(districts)
    for below, above in (("community", "street"), ("street", "county"), ("community", "county")):
        missing = ids[above].isna() & ids[below].notna()
        ids[above] = ids[above].mask(missing, ids[below].map(parents[above]).astype("string"))
    for level in DISTRICT_LEVELS:
        if not (districts["level"] == level).any():
            continue
        for place in residential.index[ids[level].isna()]:
            column = TEXT_COLUMNS.get(level, "")
            said_here = residential[column][place] if column else pd.NA
            text = "" if pd.isna(said_here) else str(said_here)
            faults.append(_doubt("district_unknown", residential, place, level, text))
    return pd.DataFrame({f"{level}_id": ids[level] for level in ("community", "street", "county")}), faults


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """Return a district's name without blanks, full-width letters and its kind (街道, 社区, 镇 ...)."""
    text = "".join(unicodedata.normalize("NFKC", name).split())
    short = ENDINGS.sub("", text)
    return short or text


def user_row(table: pd.DataFrame, place: str) -> int | None:
    """Return the row of a place as the user counts, None where it isn't known."""
    row = table["row"][place] if "row" in table else None
    return None if row is None or pd.isna(row) else int(row)


def _by_name(districts: Districts, level: str) -> Mapping[str, list[str]]:
    """Return the ids of ``level`` by id, by full name and by plain name."""
    found: dict[str, list[str]] = {}
    rows = districts[(districts["level"] == level).fillna(value=False)].sort_index()
    for place, name in rows["name"].items():
        for key in {str(place), str(name).strip(), plain_name(str(name))}:
            found.setdefault(key, []).append(str(place))
    return found


def _matched(text: str, known: Mapping[str, list[str]], districts: Districts, street: Any) -> Any:  # noqa: ANN401 - an id or <NA>
    """Return the one district that ``text`` names, within ``street`` where that is known; <NA> for none or several."""
    choices = known.get(text.strip()) or known.get(plain_name(text)) or []
    if choices and not pd.isna(street):
        of_street = {str(street), plain_name(str(districts["name"][street]))}
        parents = {choice: districts["parent"][choice] for choice in choices}
        fitting = [c for c, up in parents.items() if not pd.isna(up) and {str(up), plain_name(str(up))} & of_street]
        choices = fitting or [c for c, up in parents.items() if pd.isna(up)]
    return choices[0] if len(choices) == 1 else pd.NA


def _parents(districts: Districts) -> dict[str, dict[str, str]]:
    """Return, for the levels above, which district holds each district, by its column ``parent`` (id or name)."""
    parents: dict[str, dict[str, str]] = {}
    for above in ("street", "county"):
        known = _by_name(districts, above)
        found = {}
        for place, parent in districts["parent"].dropna().items():
            match = _matched(str(parent), known, districts, pd.NA)
            if not pd.isna(match):
                found[str(place)] = str(match)
        parents[above] = found
    return parents


def _doubt(code: str, residential: Residential, place: str, level: str, text: str, **details: object) -> Fault:
    return Fault(
        code=code,
        severity=Severity.DOUBT,
        layer="residential",
        row=user_row(residential, place),
        column=TEXT_COLUMNS.get(level, ""),
        value=text,
        details={"level": level, "id": place, **details},
    )
