"""Whole units: square metres as whole numbers of a small unit, so that a column is judged without rounding."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.rules.findings import exact

Floats = NDArray[np.float64]
Whole = NDArray[Any]  # int64, or Python's own whole numbers where 64 bits are too few
USUAL = 6  # decimals that tables and rates stay within; more are counted as well, more slowly
SURE = 1e15  # below it a float stands for one decimal of at most 15 digits
SHOWN = 4  # decimals in tables
MOST_CELLS = 2**45  # of a site; an area that needs more than any site has is not served


@dataclass(frozen=True)
class Unit:
    """The unit in which every area of a study is a whole number: ``10 ** -digits`` square metres."""

    digits: int
    wide: bool = False  # the numbers outgrow 64 bits

    def of(self, value: Decimal) -> int:
        """Return one figure in units; it must be a whole number of them."""
        return int(value.scaleb(self.digits))

    def column(self, values: Floats) -> Whole:
        """Return a column of floats in units, 0 where it is NaN."""
        return self.fitted(*whole(values))

    def fitted(self, counted: Whole, digits: int) -> Whole:
        """Return whole numbers of ``10 ** -digits`` in units."""
        found: Whole = np.array(counted, dtype=object if self.wide else np.int64)
        found *= 10 ** (self.digits - digits)
        return found

    def decimal(self, units: int) -> Decimal:
        """Return units as square metres."""
        return Decimal(int(units)).scaleb(-self.digits)

    def rounded(self, units: Whole) -> Floats:
        """Return units as square metres of a table: four decimals, half to even."""
        step = 10 ** (self.digits - SHOWN)
        down = units // step
        rest = 2 * (units - down * step)
        ten_thousandths = down + ((rest > step) | ((rest == step) & (down % 2 == 1)))
        return np.array(ten_thousandths, dtype=np.float64) / 10.0**SHOWN

    def in_cells(self, units: Whole, *, up: bool) -> NDArray[np.int64]:
        """Return units as whole 0.0001 m2, rounded up or down; what no town has (3,500 km2) is cut off at that."""
        step = 10 ** (self.digits - SHOWN)
        cells = np.minimum(-(-units // step), 2 * MOST_CELLS) if up else np.minimum(units // step, MOST_CELLS)
        return np.array(cells, dtype=np.int64)


def whole(values: Floats) -> tuple[Whole, int]:
    """Return a column as whole numbers and their decimals: ``[1.5, 2]`` is ``[15, 20]`` of one decimal; NaN is 0."""
    given = np.where(np.isnan(values), 0.0, values)
    for digits in (0, USUAL):
        counted = np.rint(given * 10.0**digits)
        if len(counted) == 0 or (bool((counted / 10.0**digits == given).all()) and np.abs(counted).max() < SURE):
            return counted.astype(np.int64), digits
    written = [exact(value) or Decimal(0) for value in given.tolist()]
    digits = digits_of(written)
    return np.array([int(one.scaleb(digits)) for one in written], dtype=object), digits


def digits_of(values: Iterable[Decimal]) -> int:
    """Return the decimals of the number that has most of them."""
    return max((0, *(-int(value.normalize().as_tuple().exponent) for value in values if value)))
