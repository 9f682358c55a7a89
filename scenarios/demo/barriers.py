"""The background of the made-up city: the river and its green banks, and the railway; nobody walks across them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from scenarios.demo.blocks import CELLS, MIDDLE
from scenarios.demo.ground import EPSG, Ground
from scenarios.demo.plan import Plan

BANK = 1.6  # cells between the street on the bank and the water; the footway lies at 1
GREEN = 1.1  # cells between that street and the green


def background(plan: Plan, ground: Ground) -> gpd.GeoDataFrame:
    """Return water, green and railway as one layer, with Chinese headers."""
    parts = [
        river(plan, ground).assign(kind="水域"),
        banks(plan, ground).assign(kind="绿地"),
        railway(plan, ground).assign(kind="铁路"),
        river_name(plan, ground).assign(kind="注记"),
    ]
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=EPSG)
    return table.rename(columns={"kind": "类型", "name": "名称"})[["类型", "名称", "geometry"]]


def river(plan: Plan, ground: Ground) -> gpd.GeoDataFrame:
    """Return the water of the river as one polygon."""
    low, high = plan.river_row * CELLS + BANK, (plan.river_row + 1) * CELLS - BANK
    return gpd.GeoDataFrame({"name": ["澄河"]}, geometry=[_strip(plan, ground, low, high)], crs=EPSG)


def banks(plan: Plan, ground: Ground) -> gpd.GeoDataFrame:
    """Return the green between water and footway on either side."""
    low, high = plan.river_row * CELLS, (plan.river_row + 1) * CELLS
    strips = [_strip(plan, ground, low + GREEN, low + BANK), _strip(plan, ground, high - BANK, high - GREEN)]
    return gpd.GeoDataFrame({"name": ["澄河南岸绿带", "澄河北岸绿带"]}, geometry=strips, crs=EPSG)


def river_name(plan: Plan, ground: Ground) -> gpd.GeoDataFrame:
    """Return where the name of the river is written: in the water, a third of its way."""
    x_m, y_m = ground.at(np.array([plan.side * CELLS / 3]), np.array([(plan.river_row + 0.5) * CELLS]))
    return gpd.GeoDataFrame({"name": ["澄河"]}, geometry=gpd.points_from_xy(x_m, y_m), crs=EPSG)


def _strip(plan: Plan, ground: Ground, low: float, high: float) -> shapely.Polygon:
    """Return what lies between two rows of cells, from one end of the city to the other."""
    u = np.arange(plan.side * CELLS + 1, dtype=float)
    x_m, y_m = ground.at(np.concatenate([u, u[::-1]]), np.concatenate([np.full(len(u), low), np.full(len(u), high)]))
    return shapely.Polygon(np.column_stack([x_m, y_m]))


def railway(plan: Plan, ground: Ground) -> gpd.GeoDataFrame:
    """Return the railway as one line."""
    v = np.arange(plan.side * CELLS + 1, dtype=float)
    track = shapely.LineString(np.column_stack(ground.at(np.full(len(v), plan.rail_column * CELLS + MIDDLE), v)))
    return gpd.GeoDataFrame({"name": ["栖芷铁路"]}, geometry=gpd.GeoSeries([track]), crs=EPSG)
