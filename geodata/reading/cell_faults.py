"""Faults of single cells: which row of the user's file, which column, what stands there."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.faults import Fault, Severity
from geodata.reading.raw_table import RawTable

MOST_WHOLE = 1e15  # digits that a float keeps


class CellFaults:
    """The list that the faults of one table are added to, with what it takes to say where they are."""

    def __init__(self, raw: RawTable, layer: str, faults: list[Fault]) -> None:
        """Add what is found in ``layer`` to ``faults``."""
        self.raw, self.layer, self.faults = raw, layer, faults

    def add(
        self,
        code: str,
        severity: Severity,
        where: NDArray[np.bool_],
        header: str,
        details: Mapping[str, object] | None = None,
        read: NDArray[np.generic] | None = None,
    ) -> None:
        """List the rows marked in ``where``, with what stands in the column ``header`` and what was read there."""
        cells = self.raw.frame[header].astype(object).to_numpy() if header in self.raw.frame.columns else None
        for place in np.flatnonzero(where):
            cell = "" if cells is None else cells[place]
            shown = {} if read is None else {"read": _shown(read[place])}
            self.faults.append(
                Fault(
                    code=code,
                    severity=severity,
                    layer=self.layer,
                    row=int(self.raw.rows[place]),
                    column=header,
                    value="" if pd.api.types.is_scalar(cell) and pd.isna(cell) else _whole(cell),
                    details={**(details or {}), **shown},
                )
            )


def _whole(cell: object) -> object:
    """Return a cell as the user sees it: a sheet hands out 45123 as 45123.0."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < MOST_WHOLE else cell


def _shown(value: np.generic) -> str:
    return f"{value:,.10g}" if isinstance(value, np.floating) else str(value)
