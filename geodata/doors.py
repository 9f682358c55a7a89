"""Doors: where people leave a residential area or enter a facility, and where each door meets the street."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.streets import Floats, Ints, Longs


class DoorKind(IntEnum):
    """How a door was found; the name in lower case is what tables print."""

    GATE = 0  # given in the gates layer
    BOUNDARY = 1  # where the boundary of the polygon touches a street, or comes nearest to one
    CENTROID = 2  # the point given, or a point inside the polygon


@dataclass(frozen=True, eq=False)
class Doors:
    """Doors of the rows of one table, sorted by owner; every owner has at least one, connected or not.

    A door is projected onto the nearest point of a street segment. ``leg_mm`` is the way from the door to that point.
    A door further than ``snap_limit_m`` is unconnected: ``segment`` is -1 and ``leg_mm`` is how far it would have been.
    """

    ids: pd.Index  # [owners] ids of the table the doors belong to
    owner: Ints  # [doors] row position in ``ids``, ascending
    kind: NDArray[np.uint8]  # [doors] DoorKind
    x_m: Floats  # [doors] the door itself, in the study's metric CRS
    y_m: Floats
    segment: Longs  # [doors] vertex slot k of Streets: the segment from vertex k to k + 1; -1: unconnected
    chain: Ints  # [doors] the chain of that segment; -1: unconnected
    offset_mm: Floats  # [doors] whole millimetres from vertex k to the point on the segment
    leg_mm: Floats  # [doors] whole millimetres from the door to the street
    snap_limit_m: float

    @property
    def connected(self) -> NDArray[np.bool_]:
        """Mark the doors that meet a street within the snapping limit."""
        return self.segment >= 0

    @property
    def owners_connected(self) -> NDArray[np.bool_]:
        """Mark the owners with at least one connected door."""
        found = np.zeros(len(self.ids), dtype=bool)
        found[self.owner[self.connected]] = True
        return found
