"""Numbers as planners read them: a space between thousands, everywhere, as GB/T 15835 allows beside the comma."""

import re
from decimal import Decimal

SIGN = " "
PARTED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def grouped(number: float | Decimal, decimals: int = 0) -> str:
    """Print a number with so many decimals and a space between thousands: ``139 652``, ``1 415.2``."""
    whole = f"{round(number):,}" if decimals == 0 else f"{number:,.{decimals}f}"
    return whole.replace(",", SIGN)


def trimmed(number: float | Decimal, decimals: int = 2) -> str:
    """Print a number with so many decimals at most, none that is 0: ``1 415.2``, ``46.67``, ``100``."""
    text = grouped(number, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def spaced(text: object) -> str:
    """Return a sentence with spaces between thousands in place of commas."""
    return PARTED.sub(SIGN, str(text))
