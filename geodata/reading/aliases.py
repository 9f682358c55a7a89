"""The names and words that planners use, and how they are compared: the table aliases.toml, read once."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from geodata.schema import COLUMNS

COORDINATES = ("x", "y", "geometry")
WEAK = 1000  # place in the list from which a name is only a row counter

_INVISIBLE = re.compile(  # control codes but for white space; soft hyphen, zero widths, directions, byte order mark
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_PUNCTUATION = re.compile(r"[\s_\-—–/\\,.:;、。，；：·*'\"|()\[\]{}【】〔〕〈〉《》“”‘’!?#]+")


@cache
def aliases() -> Mapping[str, Any]:
    """Return the table of names and words as it stands in aliases.toml."""
    return tomllib.loads((Path(__file__).parent / "aliases.toml").read_text(encoding="utf-8"))


def visible(text: str) -> str:
    """Return ``text`` without what can't be seen (zero-width spaces, marks of writing direction, control codes)."""
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def folded(text: object) -> str:
    """Return ``text`` in half-width lower case, with single spaces."""
    return " ".join(visible(unicodedata.normalize("NFKC", str(text))).casefold().split())


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Return ``text`` as it is compared: half-width lower case, no spaces or punctuation, one word for synonyms."""
    bare = _PUNCTUATION.sub("", folded(text))
    for word, other in aliases()["rewrite"].items():
        bare = bare.replace(word, other)
    return bare


def dimension(name: str) -> str:
    """Return which table of units measures the schema column ``name``."""
    if name in COORDINATES:
        return "axis"
    for ending, table in (("_m2", "area_m2"), ("_yuan", "yuan"), ("beds", "beds"), ("households", "households")):
        if name.endswith(ending):
            return table
    return "people"


@cache
def units() -> Mapping[str, Mapping[str, float]]:
    """Return the factor of every unit, by dimension; spelled as ``folded`` spells it."""
    return {
        table: {folded(unit): float(factor) for unit, factor in words.items()}
        for table, words in aliases()["units"].items()
    }


@cache
def known_units() -> tuple[str, ...]:
    """Return every unit of any dimension, longest first."""
    return tuple(sorted({unit for table in units().values() for unit in table}, key=lambda unit: (-len(unit), unit)))


@cache
def names(layer: str) -> Mapping[str, tuple[str, int]]:
    """Return what each alias of ``layer`` names, and its place in the list; the layer's own come first."""
    found: dict[str, tuple[str, int]] = {}
    allowed = {column.name for column in COLUMNS.get(layer, ())}
    tables = aliases()["columns"]
    for name in (*sorted(allowed), *COORDINATES):
        found.setdefault(plain(name), (name, -1))
    for name, words in tables.get(layer, {}).items():
        for order, word in enumerate(words):
            found.setdefault(plain(word), (name, order))
    for name, words in tables["common"].items():
        if name in allowed or name in COORDINATES:
            for order, word in enumerate(words, start=100):
                found.setdefault(plain(word), (name, order))
    if "id" in allowed:
        for order, word in enumerate(aliases()["weak"]["id"], start=WEAK):
            found.setdefault(plain(word), ("id", order))
    return found


def accepted(layer: str, name: str) -> str:
    """List some names under which the column ``name`` of ``layer`` is found, for messages."""
    tables = aliases()["columns"]
    words = [*tables.get(layer, {}).get(name, ()), *tables["common"].get(name, ())]
    return "、".join([*words[:6], name])


def unit_factor(unit: str, table: str) -> float | None:
    """Return what a figure in ``unit`` is multiplied by to fit dimension ``table``; None where it can't fit."""
    known = units()
    if unit in known[table]:
        return known[table][unit]
    return known["plain"].get(unit)
