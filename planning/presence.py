"""Presence: which districts have a facility at all (建有率), the reading of 覆盖率 that the documents' targets mean."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.city import City
from geodata.schema import DISTRICT_LEVELS
from planning.groups import members, sites_table
from planning.totals import shares


def presence(city: City, groups: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return one row per district and group: how many open sites lie in it, and whether it has one at all.

    It says nothing about walking: a district with one facility at its far edge has one. A site belongs to the district
    that holds its point (a point inside its polygon); on a border, to the first of the two; outside all, to none.

    Returns
    -------
    DataFrame: ``district_id``, ``name``, ``level``, ``group``, ``sites_open``, ``sites_unknown`` (status not known),
    ``present``: True with an open site, <NA> where only sites of unknown status lie in it, else False.
    """
    sites, districts = sites_table(city), city.districts
    holds = _holding(city, sites)
    opens = sites["open"].to_numpy(dtype=bool, na_value=False)
    doubtful = sites["open"].isna().to_numpy()
    found = []
    for level in DISTRICT_LEVELS:
        at = np.flatnonzero((districts["level"] == level).to_numpy(dtype=bool))
        inside = holds[level]
        for order, (group, kinds) in enumerate(groups.items()):
            counted = members(sites, tuple(kinds)) & (inside >= 0)
            n_open = np.bincount(inside[counted & opens], minlength=len(districts))[at]
            n_unknown = np.bincount(inside[counted & doubtful], minlength=len(districts))[at]
            rows = {
                "district_id": districts.index[at],
                "name": districts["name"].to_numpy()[at],
                "level": level,
                "group": group,
                "sites_open": n_open,
                "sites_unknown": n_unknown,
                "present": pd.array(n_open > 0, dtype="boolean"),
                "at": np.arange(len(at)) * len(groups) + order,
            }
            found.append(pd.DataFrame(rows).sort_values("at"))
    if not found:
        names = ["district_id", "name", "level", "group", "sites_open", "sites_unknown", "present"]
        return pd.DataFrame(columns=names)
    joined = pd.concat(found, ignore_index=True)
    joined["rank"] = joined["level"].map({level: rank for rank, level in enumerate(DISTRICT_LEVELS)})
    joined = joined.sort_values(["rank", "at"], kind="stable").drop(columns=["rank", "at"]).reset_index(drop=True)
    return joined.assign(present=joined["present"].mask((joined["sites_open"] == 0) & (joined["sites_unknown"] > 0)))


def presence_rates(present: pd.DataFrame) -> pd.DataFrame:
    """Return one row per level and group: ``districts``, ``with_site``, ``unknown`` and ``share``.

    ``share`` is ``with_site / (districts - unknown)``, NaN where nothing is known. It counts districts, not people, and
    is never to be mixed with the share of people who can walk there.
    """
    has = present["present"].astype("boolean")
    counts = present.assign(districts=1, with_site=has.eq(other=True).fillna(value=False), unknown=has.isna())
    keys = ["level", "group"]
    found = counts.groupby(keys, sort=False)[["districts", "with_site", "unknown"]].sum().astype("int64").reset_index()
    known = (found["districts"] - found["unknown"]).to_numpy(dtype=np.float64)
    return found.assign(share=shares(found["with_site"].to_numpy(dtype=np.float64), known))


def _holding(city: City, sites: pd.DataFrame) -> dict[str, NDArray[np.int64]]:
    """Return for each level which row of ``city.districts`` holds each site, -1 for none."""
    geometry = pd.concat([city.facilities.geometry, city.medical.geometry])
    points = gpd.GeoSeries(geometry.to_numpy(), crs=city.crs_m)
    inner = points.where(points.geom_type == "Point", points.representative_point())
    found = {}
    for level in DISTRICT_LEVELS:
        at = np.flatnonzero((city.districts["level"] == level).to_numpy(dtype=bool))
        inside = np.full(len(sites), -1, dtype=np.int64)
        if len(at) and len(sites):
            areas = shapely.STRtree(city.districts.geometry.to_numpy()[at])
            site_ix, district_ix = areas.query(inner.to_numpy(), predicate="intersects")
            order = np.lexsort((district_ix, site_ix))[::-1]  # the first district is written last and stays
            inside[site_ix[order]] = at[district_ix[order]]
        found[level] = inside
    return found
