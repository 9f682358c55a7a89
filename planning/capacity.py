"""Capacity: who is within reach of care that has no room left; unknown capacity never makes a place full."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.faults import fail
from planning.groups import members
from planning.reach import Reach

BED_KINDS = ("nursing_home", "welfare_home", "embedded")  # who lives there needs a bed
DAY_KINDS = ("day_care", "station", "embedded", "street_center", "rural_mutual")  # who comes by day needs floor
NO_DEMAND_LEFT = 1e-9  # elders; sums of shares leave less than this behind


@dataclass(frozen=True, kw_only=True)
class CapacityRule:
    """How the capacity of one group was counted, as printed beside its figures."""

    seats_from: str  # "beds" | "beds and floor area" | "beds where given"
    elders_per_100m2: float | None  # the rate of the study; None: demand is not shared out
    sites: int  # open sites of the group
    sites_known: int  # of which the capacity is known


def seats(sites: pd.DataFrame, kinds: tuple[str, ...], elders_per_100m2: float | None) -> pd.Series:
    """Return how many more elders each open site of a group can take: 0 is full, NaN is not known.

    Beds come first: free beds are ``beds - residents``, never below 0, where both are given. They say nothing about the
    day care of an embedded home, so in a group that is not of homes alone such a site goes by its floor area. Floor
    area counts only for day-care kinds and only with a declared rate: ``floor_area_m2 / 100 * elders_per_100m2``.

    Parameters
    ----------
    sites : DataFrame
        As ``groups.sites_table`` gives it; sites that are not open or not of ``kinds`` are left out of the answer.
    elders_per_100m2 : float or None
        Elders that 100 m2 serve (``walking.elders_per_100m2`` of the study). None: floor area says nothing.
    """
    chosen = sites[members(sites, kinds) & sites["open"].eq(other=True).fillna(value=False).to_numpy(dtype=bool)]
    beds = (chosen["beds"] - chosen["residents"]).clip(lower=0)
    if not of_homes(kinds):
        beds = beds.mask(chosen["kind"].eq("embedded").to_numpy(dtype=bool))
    if elders_per_100m2 is None:
        return beds.rename("seats")
    by_area = (chosen["floor_area_m2"] / 100 * elders_per_100m2).where(chosen["kind"].isin(DAY_KINDS).to_numpy())
    return beds.where(beds.notna(), by_area).rename("seats")


def of_homes(kinds: tuple[str, ...]) -> bool:
    """Tell whether a group is of homes alone, so that beds are its capacity."""
    return set(kinds) <= set(BED_KINDS)


def shares_demand(kinds: tuple[str, ...], elders_per_100m2: float | None) -> bool:
    """Tell whether elders are shared out among the sites of a group: day care alone, and only with a declared rate."""
    return elders_per_100m2 is not None and not of_homes(kinds) and set(kinds) <= set(DAY_KINDS)


def rule_of(kinds: tuple[str, ...], site_seats: pd.Series, elders_per_100m2: float | None) -> CapacityRule:
    """Say how the capacity of a group was counted."""
    by_demand = shares_demand(kinds, elders_per_100m2)
    mixed = "beds and floor area" if elders_per_100m2 is not None else "beds where given"
    return CapacityRule(
        seats_from="beds" if of_homes(kinds) else mixed,
        elders_per_100m2=elders_per_100m2 if by_demand else None,
        sites=len(site_seats),
        sites_known=int(site_seats.notna().sum()),
    )


def all_full(reach: Reach, site_seats: pd.Series) -> pd.Series:
    """Mark the places that reach at least one site, and none with a seat left or with unknown capacity.

    Parameters
    ----------
    site_seats : Series on the sites of ``reach``
        Free seats; 0 is full, NaN is not known and counts as room.
    """
    _same_sites(reach, site_seats)
    room = ~(site_seats.to_numpy() <= 0)  # NaN: not known, so not full
    place_ix, site_ix = _pairs(reach)
    reached = np.bincount(place_ix, minlength=len(reach.places)) > 0
    with_room = np.bincount(place_ix[room[site_ix]], minlength=len(reach.places)) > 0
    return pd.Series(reached & ~with_room, index=reach.places, name="full")


def unseated(reach: Reach, site_seats: pd.Series, demand: pd.Series) -> pd.Series:
    """Return the demand of each place that finds no seat when everybody goes to the nearest site with room. Ours.

    Pairs are served in the order of their walking seconds (ties: order of places, then of sites), each with as many
    seats as are wanted and left. Because places and sites rank each other by the same walk, the outcome is the only
    stable one, and neither a further site nor a longer limit ever leaves a place with more unseated demand.

    Parameters
    ----------
    site_seats : Series on the sites of ``reach``
        Free seats; NaN is not known and takes everybody.
    demand : Series on the places of ``reach``
        Elders who look for a seat; NaN is not known: such a place takes no seat and its answer is NaN.
    """
    _same_sites(reach, site_seats)
    if not demand.index.equals(reach.places):
        raise fail("labels_differ", what="demand", expected=len(reach.places), given=len(demand))
    place_ix, site_ix = _pairs(reach)
    order = np.lexsort((site_ix, place_ix, reach.seconds))
    left = demand.to_numpy(dtype=np.float64, na_value=np.nan).tolist()
    free = np.where(site_seats.isna(), np.inf, site_seats.to_numpy()).tolist()
    # plain lists: one pass in order, each step depends on the one before
    for place, site in zip(place_ix[order].tolist(), site_ix[order].tolist(), strict=True):
        wanted = left[place]
        if wanted > 0 and free[site] > 0:
            taken = min(wanted, free[site])
            left[place] = wanted - taken
            free[site] -= taken
    return pd.Series(np.asarray(left, dtype=np.float64), index=reach.places, name="unseated")


def full(
    reach: Reach, sites: pd.DataFrame, kinds: tuple[str, ...], demand: pd.Series, elders_per_100m2: float | None
) -> pd.Series:
    """Mark the places that are in reach of a group that has no room left for them.

    Without a declared rate a place is full when every site it reaches is (residents >= beds). With one, a place of a
    day-care group is full too when its elders can't all be seated, nearest first. Where the elders of a place are not
    known, only the first test is made.

    Parameters
    ----------
    reach : Reach
        Walks within the longest limit to the open sites of the group, no others.
    demand : Series on the places of ``reach``
        Elders; NaN where not known.
    """
    site_seats = seats(sites, kinds, elders_per_100m2).reindex(reach.sites)  # same sites, in the order of the reach
    found = all_full(reach, site_seats)
    if not shares_demand(kinds, elders_per_100m2):
        return found
    reached = np.diff(reach.place_start) > 0
    return found | (reached & (unseated(reach, site_seats, demand) > NO_DEMAND_LEFT))


def _pairs(reach: Reach) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    return np.repeat(np.arange(len(reach.places)), np.diff(reach.place_start)), reach.site_ix


def _same_sites(reach: Reach, site_seats: pd.Series) -> None:
    if not site_seats.index.equals(reach.sites):
        raise fail("labels_differ", what="site_seats", expected=len(reach.sites), given=len(site_seats))
