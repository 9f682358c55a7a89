"""A table as it stands in the user's file: headers and cells unchanged, with the place of every row."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from geodata.faults import Fault, fail
from geodata.words.numbers import grouped

MOST_COLUMNS = 10_000
MOST_ROWS = 5_000_000
MOST_CELLS = 40_000_000
MOST_BYTES = 2 * 1024**3


@dataclass(frozen=True, eq=False)
class RawTable:
    """What a file holds: ``frame`` and ``geometry`` have the same plain index 0, 1, 2, ..."""

    frame: pd.DataFrame  # headers as in the file; text stays text, so that "00123" keeps its zeros
    geometry: gpd.GeoSeries | None  # None: a table without geometry of its own
    rows: NDArray[np.int64]  # as the user counts: the line of a sheet, the n-th feature from 1
    declared_crs: CRS | None  # as the file says; None: it says nothing
    note: str  # how it was read: format and encoding
    faults: tuple[Fault, ...] = ()  # repairs made and rows left out while reading
    cut_names: bool = False  # headers were cut off by the format (.dbf)


def check_size(layer: str, name: str, rows: int, columns: int) -> None:
    """Refuse a table that no planner's file can be."""
    if columns > MOST_COLUMNS or rows > MOST_ROWS or rows * columns > MOST_CELLS:
        raise fail("table_too_big", layer=layer, value=name, rows=grouped(rows), columns=grouped(columns))
