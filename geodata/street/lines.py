"""Street lines as they stand in a file: flat arrays, nothing joined and nothing left out yet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geodata.street.walkable import Tags
from geodata.streets import Floats, Ints, Longs

WGS84 = CRS.from_epsg(4326)


@dataclass(frozen=True, eq=False)
class StreetLines:
    """Lines of one file: line ``i`` runs through points ``line_start[i]`` to ``line_start[i + 1] - 1``.

    With ``node``, two points are the same place when their numbers are equal, whatever their coordinates: a bridge over
    a road stays apart from it. Without, the coordinates decide.
    """

    crs: CRS  # of x and y, x first: WGS84 longitude and latitude, or a metric CRS
    x: Floats  # [points]
    y: Floats
    node: Longs | None  # [points]
    line_start: Longs  # [lines + 1]
    line_tags: Ints  # [lines] position in ``tags``
    tags: tuple[Tags, ...]  # every combination that occurs, once
    line_speed: NDArray[np.float32]  # [lines] factor on the walker's speed
    line_row: Longs  # [lines] the feature as the user counts it, from 1
    has_bridges: bool  # the file says what is a bridge or a tunnel
    source: str  # the file and its maker, for the data note of every exhibit
    digest: str  # sha256 of the file

    def __len__(self) -> int:
        return len(self.line_row)


def tag_codes(rows: Sequence[Tags]) -> tuple[Ints, tuple[Tags, ...]]:
    """Return the combinations of tags in the order they first occur, and which one each row has."""
    codes: dict[Tags, int] = {}
    line_tags = np.fromiter((codes.setdefault(row, len(codes)) for row in rows), dtype=np.int32, count=len(rows))
    return line_tags, tuple(codes)
