"""Doors of an edited table: those of the rows that stayed are kept, only new and moved rows are projected anew."""

from collections.abc import Collection
from dataclasses import replace

import geopandas as gpd
import numpy as np

from geodata.doors import Doors, find_doors
from geodata.streets import Streets
from planning.groups import DOOR_COLUMNS, doors_of, joined_doors


def spliced(
    old: Doors, table: gpd.GeoDataFrame, gates: gpd.GeoDataFrame | None, streets: Streets, changed: Collection[str]
) -> Doors:
    """Return the doors of ``table``, the same as if all were looked for; ``changed`` rows lie elsewhere or are new."""
    anew = table.index.isin(list(changed))
    stays = old.ids.isin(table.index[~anew])
    if stays.all() and not anew.any():
        return replace(old, ids=table.index)
    parts = [doors_of(old, stays), find_doors(table[anew], gates, streets, old.snap_limit_m)]
    both = joined_doors(parts)
    owner = table.index.get_indexer(both.ids)[both.owner]
    order = np.argsort(owner, kind="stable")
    columns = {name: getattr(both, name)[order] for name in DOOR_COLUMNS}
    return replace(both, ids=table.index, owner=owner[order].astype(np.int32), **columns)
