"""What nobody walks across in the made-up city: the river and the railway, as a background for maps."""

import geopandas as gpd
import numpy as np
import shapely

from scenarios.demo.blocks import CELLS, MIDDLE
from scenarios.demo.ground import EPSG, Ground
from scenarios.demo.plan import Plan

BANK = 1.6  # cells between the street on the bank and the water; the footway lies at 1


def river(plan: Plan, ground: Ground) -> gpd.GeoDataFrame:
    """Return the water of the river as one polygon."""
    u = np.arange(plan.side * CELLS + 1, dtype=float)
    low, high = plan.river_row * CELLS + BANK, (plan.river_row + 1) * CELLS - BANK
    x_m, y_m = ground.at(np.concatenate([u, u[::-1]]), np.concatenate([np.full(len(u), low), np.full(len(u), high)]))
    water = shapely.Polygon(np.column_stack([x_m, y_m]))
    return gpd.GeoDataFrame({"name": ["澄河"]}, geometry=gpd.GeoSeries([water]), crs=EPSG)


def railway(plan: Plan, ground: Ground) -> gpd.GeoDataFrame:
    """Return the railway as one line."""
    v = np.arange(plan.side * CELLS + 1, dtype=float)
    track = shapely.LineString(np.column_stack(ground.at(np.full(len(v), plan.rail_column * CELLS + MIDDLE), v)))
    return gpd.GeoDataFrame({"name": ["栖芷铁路"]}, geometry=gpd.GeoSeries([track]), crs=EPSG)
