"""The nearest facility of every place on foot, however far it is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.doors import DoorKind, Doors
from geodata.streets import Floats, Longs
from planning.walking import engine
from planning.walking.anchors import Anchors, Tree, anchors, direct
from planning.walking.network import NO_WAY_MM, Network


def nearest(
    net: Network, place_doors: Doors, site_doors: Doors, sites: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """Return for every place the facility it walks to in the least time, however far.

    Parameters
    ----------
    sites : array of bool, one per owner of ``site_doors``
        The facilities that take part; None: all of them.

    Returns
    -------
    DataFrame indexed by place id
        ``site_id``; ``seconds`` from home to facility; ``metres``, the true length of that walk with both off-street
        legs; ``straight_m`` as the crow flies between the two doors used; ``door``, how the place's door was found.
        NaN and <NA> where no way exists. Of two sites equally near the earlier one in the table is given.
    """
    homes, goals = anchors(net, place_doors), anchors(net, site_doors, sites)
    tree = engine.tree(net, goals, NO_WAY_MM - 1.0, inwards=True)
    found = walks(net, homes, goals, tree)
    order = np.lexsort((found.home, found.length_mm, found.goal, found.mm, homes.owner[found.home]))
    first = order[np.diff(homes.owner[found.home[order]], prepend=-1) != 0]
    home, goal = found.home[first], found.goal[first]
    place, from_door, to_door = homes.owner[home], homes.door[home], goals.door[goal]
    east = place_doors.x_m[from_door] - site_doors.x_m[to_door]
    north = place_doors.y_m[from_door] - site_doors.y_m[to_door]
    kinds = np.array([kind.name.lower() for kind in DoorKind])
    table = pd.DataFrame(
        {
            "site_id": site_doors.ids[site_doors.owner[to_door]],
            "seconds": net.seconds(found.mm[first]),
            "metres": found.length_mm[first] / 1000.0,
            "straight_m": np.hypot(east, north),
            "door": pd.array(kinds[place_doors.kind[from_door]], dtype="string"),
        },
        index=place_doors.ids[place],
    )
    return table.reindex(place_doors.ids)


@dataclass(frozen=True, eq=False)
class Walks:
    """Walks worth comparing, each from one home anchor to one goal anchor."""

    home: Longs
    goal: Longs
    mm: Floats
    length_mm: Floats  # true length, both legs included
    end: NDArray[np.int8]  # 0: over the chain_u of the home's chain, 1: over its chain_v, 2: straight along the chain


def walks(net: Network, homes: Anchors, goals: Anchors, tree: Tree) -> Walks:
    """List, for each home anchor, the walks over either end of its chain and those straight along the chain."""
    half = np.tile(np.arange(len(homes), dtype=np.int64), 2)
    over_mm = homes.out_mm + tree.mm[homes.node]
    over_length = homes.reach_mm + tree.length_mm[homes.node]
    way = over_mm < NO_WAY_MM
    goal, home, along_mm = direct(goals, homes, net.streets.chains, inwards=True)
    short = along_mm < NO_WAY_MM
    goal, home, along_mm = goal[short], home[short], along_mm[short]
    along_length = np.abs(goals.length_mm[goal] - homes.length_mm[home]) + goals.leg_mm[goal] + homes.leg_mm[home]
    end = np.repeat(np.array([0, 1], dtype=np.int8), len(homes))
    return Walks(
        home=np.concatenate([half[way], home]),
        goal=np.concatenate([tree.origin[homes.node[way]].astype(np.int64), goal]),
        mm=np.concatenate([over_mm[way], along_mm]),
        length_mm=np.concatenate([over_length[way], along_length]),
        end=np.concatenate([end[way], np.full(len(home), 2, dtype=np.int8)]),
    )
