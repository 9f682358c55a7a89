"""Degrees, minutes and seconds in columns of their own: joined to one column before anything else is read."""

import re
from collections.abc import Sequence

from geodata.faults import Fault, Severity
from geodata.reading.aliases import folded

PARTS = (("度", "deg", "°"), ("分", "min", "′", "'"), ("秒", "sec", "″", '"'))
SIGNS = ("°", "′", "″")

_PART = re.compile(r"^(.+?)[\s/、(\[]*(度|deg|°|分|min|′|'|秒|sec|″|\")[)\]]*$")


def split_degrees(titles: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
    """Find headers such as 经度/度, 经度/分, 经度/秒 side by side: the name they share, and their places."""
    parts = [_part(title) for title in titles]
    found = []
    for place, part in enumerate(parts):
        if part is None or part[1] != 0:
            continue
        stem = part[0]
        places = [place]
        for step in (1, 2):
            after = parts[place + step] if place + step < len(parts) else None
            if after != (stem, step):
                break
            places.append(place + step)
        if len(places) > 1:
            found.append((stem, tuple(places)))
    return found


def _part(title: str) -> tuple[str, int] | None:
    """Return the name and which part of a circle's degrees a header tells, or None."""
    hit = _PART.match(folded(title))
    if hit is None:
        return None
    number = next(number for number, words in enumerate(PARTS) if hit.group(2) in words)
    return hit.group(1).removesuffix("/").strip(), number


def join_degrees(
    cells: list[list[object]], titles: Sequence[str], start: int, layer: str
) -> tuple[list[str], list[Fault]]:
    """Join such columns into the first of them, as 117°18′20″; a row with a gap keeps what stands there.

    Parameters
    ----------
    start
        The first row of ``cells`` below the header.
    """
    headers, faults = list(titles), []
    for stem, places in split_degrees(titles):
        for row in cells[start:]:
            texts = [_plain(row[place]) for place in places]
            if all(texts):
                row[places[0]] = "".join(f"{text}{SIGNS[number]}" for number, text in enumerate(texts))
                for place in places[1:]:
                    row[place] = ""
        headers[places[0]] = stem
        for place in places[1:]:
            headers[place] = ""
        joined = "、".join(titles[place] for place in places)
        faults.append(
            Fault(
                code="degrees_joined", severity=Severity.REPAIR, layer=layer, column=stem, details={"headers": joined}
            )
        )
    return headers, faults


def _plain(cell: object) -> str:
    """Return a number as text without a point of zero; anything else as it stands."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
