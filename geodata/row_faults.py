"""Faults of rows of a table that was read: who it is, which row of the user's file, which column, which value."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.faults import Fault, Severity


class RowFaults:
    """One table with what it takes to name a cell of it."""

    def __init__(self, layer: str, table: gpd.GeoDataFrame, headers: Mapping[str, str]) -> None:
        """Name rows of ``table`` by ``headers``, which maps schema names to those in the user's file."""
        self.layer, self.table, self.headers = layer, table, headers

    def faults(
        self, code: str, where: NDArray[np.bool_], column: str, severity: Severity = Severity.DOUBT, **details: object
    ) -> list[Fault]:
        """List the rows marked in ``where``; arrays in ``details`` give one value per row."""
        found = []
        ids = list(self.table.index)
        rows = self.table["row"].to_numpy() if "row" in self.table.columns else None
        cells = self.table[column].to_numpy(dtype=object) if column in self.table.columns else ids
        for place in np.flatnonzero(where):
            shown = {
                key: plain_value(value[place] if isinstance(value, np.ndarray) else value)
                for key, value in details.items()
            }
            found.append(
                Fault(
                    code=code,
                    severity=severity,
                    layer=self.layer,
                    row=None if rows is None else int(rows[place]),
                    column=self.headers.get(column, column),
                    value=plain_value(cells[place]),
                    details={"id": ids[place], **shown},
                )
            )
        return found


def plain_value(value: object) -> object:
    """Return a value as a message shows it: days as text, whole numbers without a point."""
    if value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return int(value)
    return value
