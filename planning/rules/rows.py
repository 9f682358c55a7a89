"""Rows: a table read row by row without a dict per row: columns become lists when they are first asked for."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import pandas as pd


class Row(Mapping[str, Any]):
    """One row of a table."""

    __slots__ = ("_at", "_rows")

    def __init__(self, rows: "Rows", at: int) -> None:
        self._rows, self._at = rows, at

    def __getitem__(self, column: str) -> Any:  # noqa: ANN401 - cells of any kind
        return self._rows.column(column)[self._at]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.columns)

    def __len__(self) -> int:
        return len(self._rows.columns)


class Rows(Mapping[str, Row]):
    """A table as rows by id, in its own order; cells are Python's own values."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table
        self._lists: dict[str, list[Any]] = {}
        self.columns = tuple(map(str, table.columns))

    @cached_property
    def at(self) -> dict[str, int]:
        """Return the position of each id."""
        return {str(key): n for n, key in enumerate(self._table.index)}

    def column(self, name: str) -> list[Any]:
        """Return one column from top to bottom."""
        found = self._lists.get(name)
        if found is None:
            found = self._lists[name] = self._table[name].tolist()
        return found

    def __getitem__(self, key: str) -> Row:
        return Row(self, self.at[key])

    def __contains__(self, key: object) -> bool:
        return key in self.at

    def __iter__(self) -> Iterator[str]:
        return iter(self.at)

    def __len__(self) -> int:
        return len(self.at)
