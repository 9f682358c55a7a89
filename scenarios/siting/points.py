"""Points: candidates that a planner sets on the map, beside those of the layer and those made by the tool."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geodata.city import City
from geodata.doors import Doors, doors_at
from geodata.faults import fail
from geodata.schema import Candidates
from planning.siting.candidates import empty
from scenarios.siting_parts import Point

ORIGIN = "own"
WGS84 = "EPSG:4326"
DECIMALS = 3  # of metres
NUMBERS = ("floor_area_m2", "cost_yuan")


def made_by_hand(city: City, points: Sequence[Point]) -> tuple[Candidates, Doors]:
    """Return the points as rows of the candidates layer, and their doors; what isn't given is missing.

    InputError where an id is taken, or a point lies where no street is near enough to walk from.
    """
    ids = pd.Index([one.id for one in points], dtype="str", name="id")
    if taken := sorted({*ids[ids.duplicated()], *(set(ids) & set(city.candidates.index))}):
        raise fail("siting_point_id", layer="candidates", column="siting.points", value=taken[0])
    given = [(one.lon_deg, one.lat_deg) for one in points]
    lon, lat = np.array(given, dtype=float).T
    x, y = Transformer.from_crs(WGS84, city.crs_m, always_xy=True).transform(lon, lat)
    x, y = np.round(x, DECIMALS), np.round(y, DECIMALS)
    doors = doors_at(ids, x, y, city.streets, city.study.walking.snap_m)
    if not doors.owners_connected.all():
        far = points[int(np.argmin(doors.owners_connected))]
        where = f"{far.lon_deg:.6f}, {far.lat_deg:.6f}"
        called = far.name or far.id
        raise fail("siting_point_far", layer="candidates", column="siting.points", value=called, where=where)
    table = empty(city).reindex(ids)
    table["row"] = pd.array([pd.NA] * len(ids), dtype="Int64")
    table["name"] = pd.array([one.name or one.id for one in points], dtype="string")
    table["origin"] = pd.array([ORIGIN] * len(ids), dtype="string")
    for name in NUMBERS:
        values = [getattr(one, name) for one in points]
        table[name] = pd.array([np.nan if one is None else one for one in values], dtype=float)
    shapes = gpd.GeoSeries(shapely.points(np.column_stack([x, y])), index=ids, crs=city.crs_m)
    return Candidates(gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes, crs=city.crs_m)), doors
