"""GIS layers: the layers of an outcome with results joined, their fields with words for each, in a chosen system."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from exhibits.classes import place_classes, shown_groups
from exhibits.products import System
from exhibits.style import label
from exhibits.suggested import chosen_shapes, classes_after, suggested
from geodata.coordinates.offsets import wgs84_to_gcj02
from geodata.words import Lang, catalogue, say
from planning.rules.findings import word
from planning.totals import minutes
from scenarios.outcome import Outcome
from scenarios.tables import with_results

HIDDEN = frozenset({"row", "disabled_elders"})  # our own count of rows; and what points at homes of disabled elders
WEIGHTS = ("places", "households", "elders")


@dataclass(frozen=True, eq=False)
class GisLayer:
    """One layer: its table in the study's CRS, columns named in English."""

    name: str
    table: gpd.GeoDataFrame


def layers(outcome: Outcome) -> tuple[GisLayer, ...]:
    """Return every layer that has rows."""
    city = outcome.city
    found = {
        "residential": residential(outcome),
        "facilities": with_open(outcome, city.facilities, "facilities"),
        "medical": with_open(outcome, city.medical, "medical"),
        "districts": districts(outcome),
        "candidates": city.candidates,
        "sites": sites(outcome),
    }
    return tuple(
        GisLayer(name, gpd.GeoDataFrame(plain(table)))
        for name, table in found.items()
        if table is not None and len(table)
    )


def residential(outcome: Outcome) -> gpd.GeoDataFrame:
    """Return the residential areas with walks, classes and verdicts."""
    table = with_results(outcome.city.residential, outcome.coverage)
    for group in shown_groups(outcome):
        table[f"class_{group}"] = place_classes(outcome, group)
        then = classes_after(outcome, group)
        if then is not None:
            table[f"after_{group}"] = then
    if outcome.judgement is not None:
        estates = outcome.judgement.estates.set_index("place_id")
        table = table.join(estates.drop(columns=["name", "households", "permit_date"]))
    return table


def with_open(outcome: Outcome, table: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """Return facilities or clinics with whether each counts as open."""
    opens = outcome.sites.loc[outcome.sites["layer"] == layer, "open"]
    return table.assign(counted_open=opens.to_numpy())


def districts(outcome: Outcome) -> gpd.GeoDataFrame:
    """Return the districts with their coverage and whether they have a facility, group by group."""
    table = outcome.city.districts.copy()
    last = minutes(outcome.limits_s[-1])
    present = outcome.presence
    for group in shown_groups(outcome):
        mine = outcome.districts[outcome.districts["group"] == group].set_index("district_id")
        for weight in WEIGHTS:
            table[f"{weight}_within_{group}"] = mine[f"{weight}_within_{last}"].reindex(table.index)
            table[f"{weight}_known_{group}"] = (mine[f"{weight}_total"] - mine[f"{weight}_unknown"]).reindex(
                table.index
            )
        table[f"left_out_{group}"] = mine["elders_left_out"].reindex(table.index)
        has = present[present["group"] == group].set_index("district_id")
        table[f"sites_{group}"] = has["sites_open"].reindex(table.index)
        table[f"present_{group}"] = has["present"].reindex(table.index)
    return table


def sites(outcome: Outcome) -> gpd.GeoDataFrame | None:
    """Return the suggested sites with their places; None where none were sought."""
    table = suggested(outcome)
    if table is None:
        return None
    return gpd.GeoDataFrame(
        table.rename(columns={"candidate_id": "id"}).set_index("id"),
        geometry=chosen_shapes(outcome),
        crs=outcome.city.crs_m,
    )


def plain(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table as files can hold it: lists as text, empty columns as text, no hidden columns."""
    shown = table.drop(columns=[name for name in table.columns if name in HIDDEN]).reset_index()
    for name in shown.columns.drop("geometry"):
        values = shown[name]
        if values.map(lambda value: isinstance(value, list | tuple)).any():
            shown[name] = values.map(
                lambda value: "、".join(map(str, value)) if isinstance(value, list | tuple) else value
            )
        elif values.isna().all():
            shown[name] = pd.Series(pd.NA, index=shown.index, dtype="string")
        if shown[name].dtype == object:
            shown[name] = dated(shown[name])
    return shown


def dated(values: pd.Series) -> pd.Series:
    """Return a column of mixed objects as dates where it holds dates, else as text."""
    known = values.dropna()
    if len(known) and all(hasattr(value, "year") for value in known):
        return pd.to_datetime(values)
    return values.astype("string")


def in_system(table: gpd.GeoDataFrame, system: System) -> gpd.GeoDataFrame:
    """Return a table in the study's CRS, in WGS84, or in GCJ-02 degrees (which no CRS code stands for)."""
    if system == "study":
        return table
    degrees = table.to_crs(CRS.from_epsg(4326))
    if system == "wgs84":
        return degrees
    return gpd.GeoDataFrame(degrees.drop(columns="geometry"), geometry=shifted(degrees.geometry.to_numpy()), crs=None)


def shifted(shapes: Any) -> Any:  # noqa: ANN401 - arrays of shapely geometries
    """Return shapes in WGS84 degrees as shapes in GCJ-02 degrees."""

    def shift(lonlat: Any) -> Any:  # noqa: ANN401
        return np.column_stack(wgs84_to_gcj02(lonlat[:, 0], lonlat[:, 1]))

    return shapely.transform(shapes, shift)


def field_word(name: str, outcome: Outcome, lang: Lang) -> str:
    """Say what a field holds, in the words of the workbook; the name itself where there are none."""
    for group in shown_groups(outcome):
        if name.endswith(f"_{group}"):
            rest = name.removesuffix(f"_{group}")
            return say("gis_of_group", lang, group=label("group", group, lang), what=own_word(rest, lang))
    return own_word(name, lang)


def own_word(name: str, lang: Lang) -> str:
    """Say what a field holds, its group aside."""
    for prefix in ("gis_", "doc_col_", "column_"):
        if f"{prefix}{name}" in catalogue():
            return catalogue()[f"{prefix}{name}"][lang]
    return name


def fields(outcome: Outcome, lang: Lang, short: Mapping[str, Mapping[str, str]] | None = None) -> pd.DataFrame:
    """List every field of every layer: name, the shapefile's short name, what it holds, type, how many are unknown."""
    rows = [
        (
            layer.name,
            name,
            (short or {}).get(layer.name, {}).get(name, name),
            field_word(name, outcome, lang),
            str(layer.table[name].dtype),
            int(layer.table[name].isna().sum()),
        )
        for layer in layers(outcome)
        for name in layer.table.columns.drop("geometry")
    ]
    return pd.DataFrame(rows, columns=["layer", "field", "short", "meaning", "type", "unknown"])


def verdict_words(lang: Lang) -> Mapping[str, str]:
    """Return the word of every verdict."""
    names = ("met", "met_pooled", "below_minimum", "below", "unknown", "no_rule", "not_applicable")
    return {name: word(f"verdict_{name}", lang) for name in names}
