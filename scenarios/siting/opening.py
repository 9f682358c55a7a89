"""Opening and closing: a city with some candidates as facilities, some facilities closed, and its coverage."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.city import City
from geodata.schema import Facilities
from planning.coverage import Coverage, State, coverage
from planning.groups import doors_of, joined_doors, numbers
from planning.reach import Reach, walk_doors
from planning.walking.network import Network

LABEL = "candidate {}"  # among sites; facilities may have the same ids


def label_of(candidate_id: object) -> str:
    """Return what a candidate is called among sites."""
    return LABEL.format(candidate_id)


def id_of(label: str) -> str:
    """Return the candidate's own id."""
    return label.removeprefix(LABEL.format(""))


def kind_of(kinds: Sequence[str]) -> str:
    """Return the kind that a candidate becomes; not the one whose floor area may be that of a home."""
    return next((one for one in kinds if one != "embedded"), kinds[0])


def closed(city: City, ids: Sequence[str]) -> City:
    """Return the city with some facilities closed."""
    if not ids:
        return city
    table = with_status(city.facilities)
    table.loc[list(ids), "status"] = "closed"
    return replace(city, facilities=Facilities(table))


def opened(city: City, areas_m2: Mapping[str, float], kinds: Sequence[str]) -> City:
    """Return the city with candidates as open facilities of a group; ``areas_m2`` by id, NaN where not known."""
    ids = list(areas_m2)
    if not ids:
        return city
    labels = pd.Index([label_of(one) for one in ids], dtype=city.facilities.index.dtype, name="id")
    before = with_status(city.facilities)
    table = pd.DataFrame(before.drop(columns="geometry")).reindex(before.index.append(labels))
    table.loc[labels, "name"] = city.candidates.loc[ids, "name"].astype(str).to_numpy()
    table.loc[labels, "kind"] = kind_of(kinds)
    table.loc[labels, "status"] = "open"
    table.loc[labels, "floor_area_m2"] = np.array(list(areas_m2.values()), dtype=float)
    shapes = np.concatenate(
        [np.array(one, dtype=object) for one in (before.geometry, city.candidates.geometry.loc[ids])]
    )
    geometry = gpd.GeoSeries(shapes, index=table.index, crs=city.crs_m)
    doors = city.doors["candidates"]
    at = pd.Index(doors.ids).get_indexer(ids)
    mask = np.zeros(len(doors.ids), dtype=bool)
    mask[at] = True
    news = doors_of(doors, mask)
    order = [str(one) for one in news.ids]
    named = pd.Index([label_of(one) for one in order], dtype=labels.dtype, name="id")
    joined = joined_doors([city.doors["facilities"], replace(news, ids=named)])
    facilities = gpd.GeoDataFrame(table, geometry=geometry, crs=city.crs_m).loc[before.index.append(named)]
    return replace(city, facilities=Facilities(facilities), doors={**city.doors, "facilities": joined})


def with_status(table: Facilities) -> gpd.GeoDataFrame:
    """Return a copy in which a layer without any status says that all are open, as it is read."""
    found = gpd.GeoDataFrame(table.copy())
    if found["status"].isna().all():
        found["status"] = pd.array(["open"] * len(found), dtype="string")
    return found


def covered_by(
    city: City, paths: Network, group: str, kinds: tuple[str, ...], limits_s: tuple[float, ...], walks: Reach | None
) -> Coverage:
    """Return the coverage of one group; ``walks`` to what is open already, searched anew where they are too short."""
    if walks is not None and walks.limit_s >= limits_s[-1]:
        news = city.facilities.index.difference(walks.sites, sort=False)
        news = news[city.facilities.loc[news, "status"].eq("open").to_numpy(dtype=bool, na_value=False)]
        if len(news):
            doors = city.doors["facilities"]
            mask = np.asarray(doors.ids.isin(news), dtype=bool)
            walks = walks.join(walk_doors(paths, city.doors["residential"], doors_of(doors, mask), walks.limit_s))
    else:
        walks = None
    return coverage(city, paths, groups={group: kinds}, limits_s=limits_s, reach=walks)


def within(found: Coverage, group: str, limit_s: float) -> NDArray[np.bool_]:
    """Mark the places that are served within a limit, as tables of coverage count them."""
    rows = found.of_group(group)
    return (rows["state"] == State.SERVED).to_numpy(dtype=bool) & (numbers(rows["seconds"]) <= limit_s)
