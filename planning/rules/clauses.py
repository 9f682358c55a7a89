"""Clauses: what a rule is once it has been read: its document, what it asks to be measured, how bindingly."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from geodata.words import Lang
from planning.rules.measures import MEASURES

Way = Literal["computed", "tracked", "not testable"]


@dataclass(frozen=True, kw_only=True)
class Document:
    """The document a rule stands in."""

    title: str
    title_en: str
    number: str  # 文号; empty where none is printed on the copy at hand
    area: str = ""
    area_en: str = ""
    since: dt.date
    until: dt.date | None = None
    statutory: bool = True


@dataclass(frozen=True, kw_only=True)
class Target:
    """What one clause, or one part of it, asks to be measured."""

    part: str
    measure: str
    relation: str
    value: Decimal | None
    by_class: Mapping[str, Decimal]  # estate class -> value, where the value differs by class
    unit: str
    due: dt.date | None
    options: Mapping[str, Any]

    @property
    def entered(self) -> bool:
        """Tell whether the user enters the figure."""
        return MEASURES[self.measure].entered


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One clause: what it asks, of whom, how bindingly, since when, and where it is written."""

    id: str
    kind: str
    force: str
    scope: str
    section: str
    zh: str
    en: str
    document: Document
    since: dt.date
    until: dt.date | None
    targets: tuple[Target, ...]
    check: str = ""  # K / V2: not verified in an official text (待核); V1: seen there or in a primary source
    note: str = ""
    why: Mapping[str, str] = field(default_factory=dict)  # why it isn't computed

    @property
    def way(self) -> Way:
        """Tell whether the clause is computed from layers, tracked, or not testable."""
        if not self.targets:
            return "not testable"
        return "tracked" if all(target.entered for target in self.targets) else "computed"

    @property
    def unverified(self) -> bool:
        """Tell a preset that nobody has checked against an official text."""
        return self.check in {"K", "V2"}

    def started(self, day: dt.date) -> bool:
        """Tell whether the rule is in force, or was until its document lapsed, on ``day``; the first day counts."""
        return self.since <= day

    def lapsed(self, day: dt.date) -> bool:
        """Tell whether the document's own term is over on ``day``; its last day still counts."""
        return self.until is not None and day > self.until

    def reading(self, lang: Lang = "zh") -> str:
        """Return our reading of the clause in one plain sentence."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """One file of the rulebook, or a user's own profile, as written."""

    path: Path
    name: str
    name_en: str
    extends: str
    presets: tuple[str, ...]
    without: tuple[str, ...]
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Mapping[str, Any]]  # name -> value, zh, en
    contradictions: tuple[Mapping[str, Any], ...]
    digest: str = ""  # SHA-256 of the file
