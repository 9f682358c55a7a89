"""What doesn't fit between the layers of a study: ids that point to nothing, rows outside the area, days to come."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.faults import Fault, Severity
from geodata.row_faults import RowFaults

STREETS_MARGIN_M = 3000.0  # a long walk; the edge of the study area where only streets are known
PAST_DATES = {"residential": ("permit_date",), "facilities": ("opened_on",)}

_RANK = {"county": 0, "street": 1, "community": 2}


def _shapes(about: RowFaults) -> NDArray[np.object_]:
    return np.asarray(about.table.geometry.array, dtype=object)


def unknown_references(about: Mapping[str, RowFaults]) -> list[Fault]:
    """List ids that point to nothing: areas served, places of gates, parent districts."""
    found = []
    places = set(about["residential"].table.index) if "residential" in about else None
    if places is not None and "facilities" in about:
        served = about["facilities"].table["serves"]
        unknown = [
            [name for name in names if name not in places] if isinstance(names, tuple) else [] for names in served
        ]
        texts = np.array(["、".join(names) for names in unknown], dtype=object)
        found += about["facilities"].faults("serves_unknown", texts != "", "serves", unknown=texts)
    if places is not None and "gates" in about:
        owners = about["gates"].table["place_id"]
        found += about["gates"].faults(
            "gate_unknown_place", (owners.notna() & ~owners.isin(places)).to_numpy(dtype=bool), "place_id"
        )
    if "districts" in about:
        table = about["districts"].table
        known = set(table.index) | set(table["name"].dropna())
        lost = table["parent"].notna() & ~table["parent"].isin(known)
        # the highest level of a study has its parent outside it
        top = min((_RANK[level] for level in table["level"].dropna()), default=0)
        below = table["level"].map(_RANK).gt(top).fillna(value=False)
        found += about["districts"].faults("parent_unknown", (lost & below).to_numpy(dtype=bool), "parent")
    return found


def outside(about: Mapping[str, RowFaults], streets: BaseGeometry | None) -> list[Fault]:
    """List rows outside the union of the districts, or else far from all streets."""
    shapes = _shapes(about["districts"]) if "districts" in about else np.array([])
    if len(shapes) and not shapely.is_missing(shapes).all():
        area = shapely.union_all(shapes)
    elif streets is not None and not streets.is_empty:
        area = shapely.buffer(shapely.convex_hull(streets), STREETS_MARGIN_M)
    else:
        return []
    near = shapely.buffer(area, STREETS_MARGIN_M) if len(shapes) else area
    shapely.prepare([area, near])
    found = []
    for layer in ("residential", "facilities", "medical", "candidates", "gates"):
        if layer not in about:
            continue
        points = shapely.point_on_surface(_shapes(about[layer]))
        here = ~shapely.is_missing(points)
        out, far = here & ~shapely.intersects(area, points), here & ~shapely.intersects(near, points)
        if layer in {"facilities", "medical"}:  # those beyond the boundary serve people within it
            found += about[layer].faults("beyond_area", out & ~far, "name", Severity.NOTE)
            out = far
        found += about[layer].faults("outside_area", out, "name")
    return found


def future(about: Mapping[str, RowFaults], day: pd.Timestamp) -> list[Fault]:
    """List what is said to have happened after the study's day."""
    found = []
    for layer, columns in PAST_DATES.items():
        if layer not in about:
            continue
        table = about[layer].table
        for column in columns:
            later = (table[column] > day).to_numpy(dtype=bool)
            if layer == "facilities":
                later = later & ~table["status"].isin(["planned", "building"]).to_numpy(dtype=bool)
            found += about[layer].faults("date_in_future", later, column, day=day.date().isoformat())
    return found
