"""Blocks: the findings of one rule for many residential areas, as columns; a Finding is made when one looks at it."""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.words import Lang
from planning.rules import findings
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Verdict, due_status
from planning.rules.homes import Codes, Homes
from planning.rules.verdicts import VERDICTS
from planning.rules.whole_units import Floats

Longs = NDArray[np.int64]
LAYER = "residential"


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """What one rule says of some residential areas; figures are rounded as in tables, NaN where there is none."""

    homes: Homes
    day: dt.date
    rule: Rule
    target: Target
    unit: str
    places: Longs  # positions
    verdict: Codes
    measured: Floats
    threshold: Floats
    gap: Floats
    make: Callable[[int], Finding]  # of the area at a position

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, n: int) -> Finding:
        return self.make(int(self.places[n]))

    def __iter__(self) -> Iterator[Finding]:
        return (self.make(place) for place in self.places.tolist())

    @cached_property
    def _at(self) -> dict[int, int]:
        return {int(place): n for n, place in enumerate(self.places)}

    def of(self, place_id: str) -> tuple[Finding, ...]:
        """Return what the rule says of one residential area."""
        place = self.homes.at.get(place_id, -1)
        return (self.make(place),) if place in self._at else ()

    def counts(self) -> Counter[Verdict]:
        """Count the verdicts."""
        number = np.bincount(self.verdict, minlength=len(VERDICTS))
        return Counter({name: int(count) for name, count in zip(VERDICTS, number, strict=True) if count})

    def columns(self, lang: Lang) -> dict[str, list[object]]:
        """Return the rows of rules.csv as columns."""
        return dict(zip(findings.COLUMNS, map(list, self._columns(lang)), strict=True))

    def _columns(self, lang: Lang) -> Iterator[Iterable[object]]:
        rule, target, count = self.rule, self.target, len(self)
        due = None if target.due is None else target.due.isoformat()
        status = [due_status(name, target.due, self.day) for name in VERDICTS]
        yield [rule.id] * count
        yield [self.homes.ids[place] for place in self.places]
        yield [self.homes.names[place] for place in self.places]
        yield without_nan(self.measured)
        yield without_nan(self.threshold)
        yield [findings.word(f"unit_{self.unit}", lang)] * count
        yield without_nan(self.gap)
        yield [VERDICTS[one] for one in self.verdict]
        yield [due] * count
        yield [rule.document.title if lang == "zh" else rule.document.title_en] * count
        yield [rule.section] * count
        yield [one.sentence(lang) for one in self]
        yield [target.part] * count
        yield [LAYER] * count
        yield [rule.document.number] * count
        yield [rule.force] * count
        yield [status[one] for one in self.verdict]
        yield [rule.unverified] * count


def without_nan(figures: Floats) -> list[float | None]:
    """Return figures as a list, None where there is none."""
    return [None if figure != figure else figure for figure in figures.tolist()]  # noqa: PLR0124 - NaN differs from itself


Piece = Finding | Block


class Findings(Sequence[Finding]):
    """All findings of a judgement in the order of the rules; those of residential areas are kept as blocks."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(piece for piece in pieces if isinstance(piece, Finding) or len(piece))
        self._ends = list(accumulate(1 if isinstance(piece, Finding) else len(piece) for piece in self.pieces))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, n: int) -> Finding: ...
    @overload
    def __getitem__(self, n: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, n: int | slice) -> Finding | tuple[Finding, ...]:
        if isinstance(n, slice):
            return tuple(self[one] for one in range(*n.indices(len(self))))
        at = n + len(self) if n < 0 else n
        if not 0 <= at < len(self):
            raise IndexError(n)
        which = bisect_right(self._ends, at)
        piece = self.pieces[which]
        return piece if isinstance(piece, Finding) else piece[at - self._ends[which] + len(piece)]

    def __iter__(self) -> Iterator[Finding]:
        for piece in self.pieces:
            if isinstance(piece, Finding):
                yield piece
            else:
                yield from piece

    def alone(self) -> tuple[Finding, ...]:
        """Return the findings that stand in no block: of the study area, facilities, districts, candidates."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Finding))

    def of(self, object_id: str, layer: str) -> tuple[Finding, ...]:
        """Return the findings of one object."""
        found: list[Finding] = []
        for piece in self.pieces:
            if isinstance(piece, Block):
                found += piece.of(object_id) if layer == LAYER else ()
            elif piece.object_id == object_id and piece.layer == layer:
                found.append(piece)
        return tuple(found)

    def counts(self) -> Mapping[Verdict, int]:
        """Count the verdicts, without making the findings."""
        found: Counter[Verdict] = Counter()
        for piece in self.pieces:
            found.update([piece.verdict] if isinstance(piece, Finding) else piece.counts())
        return found


def table(found: Findings, lang: Lang = "zh") -> pd.DataFrame:
    """Return findings as the rows of rules.csv."""
    columns: dict[str, list[object]] = {name: [] for name in findings.COLUMNS}
    for piece in found.pieces:
        if isinstance(piece, Block):
            for name, values in piece.columns(lang).items():
                columns[name] += values
        else:
            for name, value in zip(findings.COLUMNS, findings.row(piece, lang), strict=True):
                columns[name].append(value)
    return pd.DataFrame(columns)
