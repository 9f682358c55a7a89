"""What the tool says to its users: one TOML table per message, in Chinese and in English.

Every package keeps its own messages in ``<package>/words/*.toml``::

    [row_without_id]
    zh = "第 {row} 行没有编号，已跳过；请补上编号。"
    en = "Row {row} has no id and was left out; please add one."

A code stands in one file only; both languages use the same placeholders (a test holds both).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Lang = Literal["zh", "en"]

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("geodata", "planning", "scenarios", "exhibits", "ui")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every message of every package by its code; two messages of one code are our fault."""
    found: dict[str, Mapping[str, str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package / "words").glob("*.toml")):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            if twice := found.keys() & table.keys():
                raise ValueError(f"{path.name}: message codes written twice: {sorted(twice)}")
            found.update(table)
    return found


def say(code: str, lang: Lang = "zh", /, **details: object) -> str:
    """Return message ``code`` in ``lang`` with its placeholders filled from ``details``."""
    return catalogue()[code][lang].format(**details)
