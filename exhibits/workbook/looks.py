"""Workbook looks: number formats, widths, fonts and colours of cells."""

import math
from collections.abc import Mapping


def parted(decimals: int) -> str:
    """Return a number format with spaces between thousands, as the sentences beside it have them."""
    tail = f".{'0' * decimals}" if decimals else ""
    return f"[>=999999.5]#\\ ###\\ ##0{tail};[>=999.5]#\\ ##0{tail};0{tail}"


# a share never rounds up to 100.0 % and never down to 0.0 %
FORMATS: Mapping[str, str] = {
    "count": parted(0),
    "area": parted(1),
    "minutes": parted(1),
    "number": parted(2),
    "whole": parted(0),  # a number without decimals, which the format above would print as 100.00
    "share": '[=1]0.0%;[>=0.9995]"99.9%";0.0%',
    "yuan": parted(0),
    "date": "yyyy-mm-dd",
}
WIDTHS: Mapping[str, float] = {
    "count": 11,
    "area": 12,
    "minutes": 10,
    "number": 11,
    "share": 11,
    "yuan": 14,
    "date": 12,
    "verdict": 13,
    "long": 40,
    "id": 12,
    "link": 12,
    "text": 12,
}
MOST_LINKS = 60_000  # a sheet holds 65,530
HEAD = "#0a4a7d"
FONT = {"zh": "微软雅黑", "en": "Calibri"}
SMALL_SHARE = 0.0005
PAPER_A3 = 8
MOST_LETTERS_A3 = 330.0  # across one landscape page, still to be read
LINE_HIGH, MOST_HIGH = 13.5, 405.0  # points
HAN_FROM = "\u2e80"  # letters from here on are twice as wide

PARTS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 14, "font_color": HEAD},
    "note": {"font_color": "#5b6770", "font_size": 9},
    "head": {
        "bold": True,
        "font_color": "#ffffff",
        "bg_color": HEAD,
        "border": 1,
        "border_color": "#b9c2ca",
        "text_wrap": True,
        "align": "center",
    },
    "cell": {"border": 1, "border_color": "#d5dbe1"},
    "total": {"bold": True, "bg_color": "#eaf2f8", "border": 1, "border_color": "#b9c2ca"},
    "left": {"align": "left", "indent": 1},
    "wrap": {"text_wrap": True},
    "centre": {"align": "center"},
    "right": {"align": "right"},
    "link": {"font_color": "#0a4a7d", "underline": 1},
    "quoted": {"quote_prefix": True},
}


def lines_of(text: str, wide: float) -> int:
    """Return how many lines a text takes in a column of ``wide`` letters."""
    return sum(
        math.ceil(max(1.0, sum(2.0 if letter >= HAN_FROM else 1.0 for letter in line) * 1.08 / wide))
        for line in text.split("\n")
    )
