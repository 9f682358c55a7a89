"""Sensitivity: how much of the answer hangs on the speed and on the limit, beside the circle drawn on a map."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from geodata.city import City
from planning.coverage import Approach, State, approach
from planning.groups import groups_of, members, site_doors, sites_table
from planning.totals import WEIGHTS, shares, weights
from planning.walking.network import network
from planning.walking.profile import WalkProfile

SPEEDS_M_S = (0.64, 0.8, 1.0, 1.2)  # frail, elder, planning convention, general: see planning.walking.profile
COLUMNS = ("group", "speed_m_s", "limit_min", "circle_m")


def sensitivity(
    city: City,
    profile: WalkProfile,
    groups: Mapping[str, tuple[str, ...]] | None = None,
    *,
    speeds_m_s: tuple[float, ...] = SPEEDS_M_S,
    limits_s: tuple[float, ...] | None = None,
) -> pd.DataFrame:
    """Return who is within reach at each speed and limit, group by group, and who is by air.

    Only the speed of the profile changes; its stairs, slopes and waits stay. Capacity plays no part here: who is in
    reach of a full site is in reach. The speed of the profile itself takes part beside ``speeds_m_s``.

    Returns
    -------
    DataFrame, one row per group x speed x limit: ``group``, ``speed_m_s``, ``limit_min``, ``circle_m`` (the distance
    walked in that time: the radius of the circle by air), and for each weight ``w`` of places, households, people,
    elders ``w_within``, ``w_known`` (total - unknown at that limit), ``w_unknown`` (the rest of the total),
    ``w_left_out`` (the number of areas that the share leaves out at that speed and limit: state unknown, or weight
    missing), ``w_share`` (NaN where nothing is known), ``w_straight`` (in the circle, among the known) and
    ``w_straight_share``.
    """
    sites, doors, place_doors = sites_table(city), site_doors(city), city.doors["residential"]
    given = groups_of(city.study) if groups is None else groups
    chosen = {name: tuple(kinds) for name, kinds in given.items() if members(sites, tuple(kinds)).any()}
    limits = tuple(60 * minutes for minutes in city.study.walking.limits_min) if limits_s is None else limits_s
    amounts = weights(city)

    def approaches(speed_m_s: float) -> dict[str, Approach]:
        net = network(city.streets, replace(profile, speed_m_s=speed_m_s))
        return {group: approach(net, place_doors, doors, sites, kinds) for group, kinds in chosen.items()}

    waits = profile.crossing_s > 0  # then the best way may be another one at another speed
    as_walked = {} if waits else approaches(profile.speed_m_s)
    rows = []
    for speed in sorted({*speeds_m_s, profile.speed_m_s}):
        anew = approaches(speed) if waits else {}
        for order, group in enumerate(chosen):
            way = anew[group] if waits else as_walked[group].at_speed(profile.speed_m_s, speed)
            for limit in limits:
                states = way.states(limit)
                row = {"group": group, "speed_m_s": speed, "limit_min": limit / 60, "circle_m": speed * limit}
                near = way.straight_m <= speed * limit
                rows.append({"order": order, **row, **_counted(amounts, states == State.SERVED, near, states)})
    if not rows:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.DataFrame(rows).sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)


def _counted(amounts: pd.DataFrame, served: np.ndarray, near: np.ndarray, states: np.ndarray) -> dict[str, float]:
    known = states != State.UNKNOWN
    found: dict[str, float] = {}
    for weight in WEIGHTS:
        values = np.nan_to_num(amounts[weight].to_numpy(), nan=0.0)  # areas without the figure count nothing
        within, circle, all_known, unknown = (values[part].sum() for part in (served, near & known, known, ~known))
        rates = shares(np.array([within, circle]), np.array([all_known, all_known]))
        found |= {
            f"{weight}_within": within,
            f"{weight}_known": all_known,
            f"{weight}_unknown": unknown,
            f"{weight}_left_out": int((~known | amounts[weight].isna().to_numpy()).sum()),
            f"{weight}_share": rates[0],
            f"{weight}_straight": circle,
            f"{weight}_straight_share": rates[1],
        }
    return found
