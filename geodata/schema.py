"""The layers of a study and their columns: one place that says what a table may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NewType

import geopandas as gpd

# A table that has been read and checked: indexed by a unique text ``id``, geometry in the study's metric CRS, every
# column of its layer present (missing values as <NA>/NaN), plus ``row`` (as the user counts). mypy keeps them apart.
Residential = NewType("Residential", gpd.GeoDataFrame)
Facilities = NewType("Facilities", gpd.GeoDataFrame)
Medical = NewType("Medical", gpd.GeoDataFrame)
Districts = NewType("Districts", gpd.GeoDataFrame)
Candidates = NewType("Candidates", gpd.GeoDataFrame)
Gates = NewType("Gates", gpd.GeoDataFrame)
Background = NewType("Background", gpd.GeoDataFrame)

Kind = Literal["text", "number", "count", "flag", "date", "choice", "list"]


@dataclass(frozen=True)
class Column:
    """One column: ``count`` is a whole number from 0, ``number`` a measure from 0, ``list`` words split at ;,、."""

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    most: float | None = None  # above this a number is absurd and reported


FACILITY_KINDS = (
    "street_center",
    "day_care",
    "station",
    "embedded",
    "nursing_home",
    "welfare_home",
    "rural_mutual",
    "meal_site",
    "aid_rental",
    "other",
)
MEDICAL_KINDS = (
    "health_center",
    "health_station",
    "township_hospital",
    "village_clinic",
    "hospital",
    "rehab_hospital",
    "nursing_hospital",
    "clinic",
    "other",
)
STATUSES = ("open", "building", "planned", "closed")
DISTRICT_LEVELS = ("county", "street", "community")
ESTATE_CLASSES = ("new", "existing")
BACKGROUND_KINDS = ("water", "green", "rail", "name", "other")

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "residential": (
        Column("id", "text", required=True),
        Column("name", "text", required=True),
        Column("households", "count", required=True, most=50_000),
        Column("population", "count", most=200_000),
        Column("elders_60", "count", most=100_000),
        Column("elders_65", "count", most=100_000),
        Column("elders_80", "count", most=50_000),
        Column("disabled_elders", "count", most=50_000),
        Column("estate_class", "choice", choices=ESTATE_CLASSES),
        Column("permit_date", "date"),
        Column("completion_date", "date"),
        Column("built_elder_area_m2", "number", most=100_000),
        Column("street", "text"),
        Column("community", "text"),
    ),
    "facilities": (
        Column("id", "text", required=True),
        Column("name", "text", required=True),
        Column("kind", "choice", required=True, choices=FACILITY_KINDS),
        Column("floor_area_m2", "number", most=200_000),
        Column("site_area_m2", "number", most=1_000_000),
        Column("beds", "count", most=5_000),
        Column("nursing_beds", "count", most=5_000),
        Column("dementia_beds", "count", most=5_000),
        Column("residents", "count", most=5_000),
        Column("carers", "count", most=5_000),
        Column("status", "choice", choices=STATUSES),
        Column("opened_on", "date"),
        Column("operator", "text"),
        Column("functions", "list"),
        Column("medical_mode", "text"),
        Column("serves", "list"),
        Column("counts_to_quota", "flag"),
        Column("floor", "text"),
    ),
    "medical": (
        Column("id", "text", required=True),
        Column("name", "text", required=True),
        Column("kind", "choice", required=True, choices=MEDICAL_KINDS),
        Column("level", "text"),
    ),
    "districts": (
        Column("id", "text", required=True),
        Column("name", "text", required=True),
        Column("level", "choice", required=True, choices=DISTRICT_LEVELS),
        Column("parent", "text"),
        Column("urban", "flag"),
        Column("population", "count", most=30_000_000),
        Column("elders_60", "count", most=10_000_000),
    ),
    "gates": (Column("place_id", "text", required=True), Column("name", "text")),
    "candidates": (
        Column("id", "text", required=True),
        Column("name", "text", required=True),
        Column("kind", "text"),
        Column("floor_area_m2", "number", most=200_000),
        Column("floor", "text"),
        Column("cost_yuan", "number", most=1e10),
        Column("available_on", "date"),
        Column("accessible", "flag"),
        Column("fire_ok", "flag"),
    ),
    "background": (
        Column("kind", "choice", required=True, choices=BACKGROUND_KINDS),
        Column("name", "text"),
    ),
}

LAYERS = (*COLUMNS, "streets", "elevation", "population_grid")
