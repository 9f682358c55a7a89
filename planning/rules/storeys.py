"""Storeys: on which floor premises lie, read from what lists say of it."""

import re
import unicodedata

DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
BELOW = ("地下", "负", "半地下", "夹层")
NUMBER = re.compile(r"-?\d+|[一二三四五六七八九十]")


def lowest_storey(said: object) -> int | None:
    """Return the lowest storey of "1-2", "3F", "二层", "B1", "地下一层" (below ground: -1); None: can't be told."""
    text = unicodedata.normalize("NFKC", str(said)).upper().replace(" ", "")
    if any(word in text for word in BELOW) or re.search(r"B\d|^-\d", text):
        return -1
    found = [DIGITS.get(part) or abs(int(part)) for part in NUMBER.findall(text)]
    return min(found) if found else None


def storey_fault(said: object, highest: int) -> str | None:
    """Return the code of what speaks against a storey for elder care, or None; an unknown one is no fault."""
    storey = lowest_storey(said)
    if storey is None:
        return None
    return "candidate_below_ground" if storey < 1 else "candidate_too_high" if storey > highest else None
