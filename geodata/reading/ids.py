"""Ids and names of the rows of a layer: as given, or made from the row number and said so."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.faults import Fault, Severity
from geodata.reading.aliases import accepted
from geodata.reading.attributes import read_text, without_point_zero
from geodata.reading.cell_faults import CellFaults
from geodata.reading.columns import Matched
from geodata.reading.raw_table import RawTable
from geodata.schema import COLUMNS

FORMULA_STARTS = ("=", "+", "-", "@")
MOST_EXACT = 1e15  # a sheet keeps fifteen digits


def read_ids(raw: RawTable, matched: Matched, layer: str) -> tuple[pd.Series, list[Fault]]:
    """Read or make the ids of a layer: missing ones come from the row number, repeated ones are errors."""
    faults: list[Fault] = []
    found = CellFaults(raw, layer, faults)
    made = pd.Series([f"row-{row}" for row in raw.rows], index=raw.frame.index, dtype="string")
    header = matched.headers.get("id")
    if header is None:
        if "id" in {column.name for column in COLUMNS[layer]}:
            faults.append(
                Fault(
                    code="id_made",
                    severity=Severity.DOUBT,
                    layer=layer,
                    column="id",
                    details={"accepted": accepted(layer, "id")},
                )
            )
        return made, faults
    ids, pointed = without_point_zero(read_text(raw.frame[header]))
    if pointed:
        faults.append(Fault(code="id_point_zero", severity=Severity.REPAIR, layer=layer, column=header, value=pointed))
    found.add("id_formula", Severity.DOUBT, _formula(ids), header)
    gone, twice = ids.isna().to_numpy(dtype=bool), (ids.duplicated() & ids.notna()).to_numpy(dtype=bool)
    if matched.weak_id and (gone.any() or twice.any()):
        faults.append(
            Fault(
                code="id_weak",
                severity=Severity.DOUBT,
                layer=layer,
                column=header,
                details={"accepted": accepted(layer, "id")},
            )
        )
        return made, faults
    cells = raw.frame[header]
    if pd.api.types.is_numeric_dtype(cells.dtype) or cells.map(type).isin([float, int]).any():
        big = pd.to_numeric(cells, errors="coerce").abs().to_numpy(dtype=float, na_value=0.0) >= MOST_EXACT
        big &= cells.map(lambda cell: not isinstance(cell, str)).to_numpy(dtype=bool)
        found.add("id_digits", Severity.DOUBT, big, header)
    first = {text: int(raw.rows[place]) for place, text in reversed(list(enumerate(ids.fillna(""))))}
    for place in np.flatnonzero(twice):
        details = {"first": first[str(ids.iloc[place])]}
        faults.append(
            Fault(
                code="id_twice",
                layer=layer,
                row=int(raw.rows[place]),
                column=header,
                value=ids.iloc[place],
                details=details,
            )
        )
    found.add("id_missing", Severity.DOUBT, gone, header)
    taken = set(ids.dropna())
    filled = list(ids)
    for place in np.flatnonzero(gone):
        new = str(made.iloc[place])
        while new in taken:
            new += "'"
        filled[place] = new
        taken.add(new)
    return pd.Series(filled, index=ids.index, dtype="string"), faults


def _formula(ids: pd.Series) -> NDArray[np.bool_]:
    """Mark the ids that a spreadsheet would take for a formula."""
    number = pd.to_numeric(ids, errors="coerce").notna()
    return (ids.str.startswith(FORMULA_STARTS).fillna(value=False) & ~number).to_numpy(dtype=bool)


def fill_names(
    names: pd.Series, ids: Sequence[str], raw: RawTable, matched: Matched, layer: str
) -> tuple[pd.Series, list[Fault]]:
    """Give rows without a name their id as name, and say so."""
    faults: list[Fault] = []
    gone = names.isna().to_numpy(dtype=bool)
    header = matched.headers.get("name")
    if header is None:
        details = {"accepted": accepted(layer, "name"), "headers": "、".join(list(raw.frame.columns)[:30])}
        faults.append(Fault(code="name_made", severity=Severity.DOUBT, layer=layer, column="name", details=details))
    else:
        CellFaults(raw, layer, faults).add("name_missing", Severity.DOUBT, gone, header)
    filled = names.copy()
    filled[gone] = pd.Series(list(ids), index=names.index, dtype="string")[gone]
    return filled, faults
