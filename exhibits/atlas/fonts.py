"""Fonts: Plan Sans SC, which comes with the tool, and what to do about a character that no font here has."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

from exhibits.style import PRINT_FONTS

FOLDER = Path(__file__).parent.parent / "fonts"
FILES = {"normal": FOLDER / "PlanSansSC-Regular.ttf", "bold": FOLDER / "PlanSansSC-Bold.ttf"}
GETA = "〓"  # what printers set for a character they lack
POINT_MM = 25.4 / 72
DRAWING = threading.Lock()
STOPS = frozenset("，。；：、）》！？,.;:)")  # never first in a line


@cache
def settings() -> Any:  # noqa: ANN401 - matplotlib names every one of its settings in a type of its own
    """Return the settings every sheet is drawn with; the fonts are made known on the first call."""
    for path in FILES.values():
        font_manager.fontManager.addfont(path)
    return {
        "font.family": "sans-serif",
        "font.sans-serif": list(families()),
        "pdf.fonttype": 42,  # TrueType: text can be selected, searched and read by a screen reader
        "axes.unicode_minus": False,
        "hatch.linewidth": 0.45,
        "path.simplify": True,
        "text.parse_math": False,
    }


@contextmanager
def settled() -> Iterator[None]:
    """Draw with these settings, which matplotlib holds once for the whole program: one drawing at a time."""
    with DRAWING, mpl.rc_context(settings()):
        yield


@cache
def families() -> tuple[str, ...]:
    """Return the fonts of the style that are on this machine; the first is always Plan Sans SC."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in PRINT_FONTS if name in known or name == PRINT_FONTS[0])


@cache
def letters() -> frozenset[int]:
    """Return the characters that the fonts of this machine can draw."""
    found = set(_face("normal").get_charmap())
    for name in families()[1:]:
        path = font_manager.findfont(name, fallback_to_default=False)
        found |= set(FT2Font(path).get_charmap())
    return frozenset(found)


def drawable(text: object) -> str:
    """Return ``text`` with every character that no font has replaced by 〓, and line ends and tabs by a space."""
    known = letters()
    plain = " ".join(str(text).split("\t"))
    return "".join(letter if letter == "\n" or ord(letter) in known else GETA for letter in plain if letter != "\r")


def undrawable(text: object) -> str:
    """Return the characters of ``text`` that no font has."""
    known = letters()
    return "".join(dict.fromkeys(letter for letter in str(text) if letter.isprintable() and ord(letter) not in known))


@cache
def _face(weight: str) -> FT2Font:
    return FT2Font(str(FILES[weight]))


@cache
def _advance_em(letter: str, weight: str) -> float:
    face = _face(weight)
    if not face.get_char_index(ord(letter)):
        return 1.0
    return float(face.load_char(ord(letter), flags=LoadFlags.NO_SCALE).horiAdvance) / face.units_per_EM


def width_mm(text: str, size_pt: float, weight: str = "normal") -> float:
    """Return how wide the longest line of ``text`` is on paper."""
    return max(sum(_advance_em(letter, weight) for letter in line) for line in f"{text}\n".split("\n")) * (
        size_pt * POINT_MM
    )


def shortened(text: str, most_mm: float, size_pt: float, weight: str = "normal") -> str:
    """Return ``text`` cut with … where it is wider than ``most_mm``."""
    if width_mm(text, size_pt, weight) <= most_mm:
        return text
    while text and width_mm(f"{text}…", size_pt, weight) > most_mm:
        text = text[:-1]
    return f"{text}…"


def wrapped(text: str, most_mm: float, size_pt: float, weight: str = "normal") -> list[str]:
    """Return ``text`` in lines of at most ``most_mm``; Latin words stay whole, no line starts with a stop."""
    lines: list[str] = []
    line: list[str] = []
    for piece in _pieces(text):
        if line and width_mm("".join((*line, piece)).rstrip(), size_pt, weight) > most_mm:
            carried = [line.pop()] if piece in STOPS and len(line) > 1 else []
            lines.append("".join(line).strip())
            line = carried
        line.append(piece)
    return [*lines, "".join(line).strip()] if "".join(line).strip() else lines


def _pieces(text: str) -> list[str]:
    """Split into Han characters and Latin words, each word with the space behind it."""
    found: list[str] = []
    for letter in text:
        joined = found and letter.isascii() and found[-1][-1].isascii() and not found[-1][-1].isspace()
        if joined:
            found[-1] += letter
        else:
            found.append(letter)
    return found
