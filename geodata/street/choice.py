"""Which lines of a file become streets: walkable, whole, and each only once. What is left out is counted and said."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from geodata.compiled import compiled
from geodata.coordinates.crs import project_lonlat
from geodata.faults import Fault, Severity, fail
from geodata.street.lines import StreetLines
from geodata.street.walkable import Verdict, verdict
from geodata.streets import Floats, Longs

NAMED = 8  # road classes a message names, the most frequent first

FAR_M = 1_000_000.0  # a point this far from the middle of the layer is a slip, not a street of the city


@dataclass(frozen=True, eq=False)
class ChosenLines:
    """Lines to walk on, in metres; points as in StreetLines."""

    x_m: Floats  # [points]
    y_m: Floats
    node: Longs | None
    line_start: Longs  # [lines + 1]
    way: NDArray[np.uint8]  # [lines]
    crossing: NDArray[np.bool_]  # a mapped crossing
    road: NDArray[np.bool_]  # has wheels on it
    speed: NDArray[np.float32]


def choose(lines: StreetLines, crs_m: CRS, layer: str = "streets") -> tuple[ChosenLines, list[Fault]]:
    """Leave out what can't be walked, what is no line, and the second copy of lines drawn twice.

    Lines drawn once per direction are the usual second copy. The copy that comes first in the file gives the tags.
    """
    verdicts = [verdict(tags) for tags in lines.tags]
    kept = np.array([found.kept for found in verdicts], dtype=bool)[lines.line_tags]
    faults = _classes(lines, verdicts, kept, layer)
    x, y = (lines.x, lines.y) if lines.crs == crs_m else project_lonlat(lines.x, lines.y, crs_m)
    whole = _whole(x, y, lines.line_start)
    if broken := int((kept & ~whole).sum()):
        row = int(lines.line_row[np.flatnonzero(kept & ~whole)[0]])
        details = {"count": broken}
        faults.append(
            Fault(code="streets_broken_lines", severity=Severity.REPAIR, layer=layer, row=row, details=details)
        )
    kept &= whole
    if not kept.any():
        raise fail("streets_no_lines", layer=layer, value=lines.source)
    original = _originals(x, y, lines.node, lines.line_start, np.flatnonzero(kept))
    twins = kept & (original >= 0)
    if twins.any():
        differ = int((lines.line_tags[twins] != lines.line_tags[original[twins]]).sum())
        details = {"count": int(twins.sum()), "lines": int(kept.sum()), "differ": differ}
        faults.append(Fault(code="streets_twins", severity=Severity.NOTE, layer=layer, details=details))
    kept &= ~twins
    points = np.repeat(kept, np.diff(lines.line_start))
    tags = lines.line_tags[kept]
    chosen = ChosenLines(
        x_m=x[points],
        y_m=y[points],
        node=None if lines.node is None else lines.node[points],
        line_start=np.concatenate(([0], np.cumsum(np.diff(lines.line_start)[kept]))).astype(np.int64),
        way=np.array([int(found.way) for found in verdicts], dtype=np.uint8)[tags],
        crossing=np.array([found.crossing for found in verdicts], dtype=bool)[tags],
        road=np.array([found.road for found in verdicts], dtype=bool)[tags],
        speed=lines.line_speed[kept],
    )
    return chosen, faults


def _classes(lines: StreetLines, verdicts: list[Verdict], kept: NDArray[np.bool_], layer: str) -> list[Fault]:
    counts = np.bincount(lines.line_tags, minlength=len(lines.tags))
    dropped: Counter[str] = Counter()
    strange: Counter[str] = Counter()
    tagged = any(tags.highway for tags in lines.tags)
    for tags, found, count in zip(lines.tags, verdicts, counts.tolist(), strict=True):
        word = tags.highway or "-"
        if not found.kept:
            dropped[word] += count
        elif tagged and (not found.known or not tags.highway):
            strange[word] += count
    faults = []
    if dropped:
        details = {"count": int((~kept).sum()), "lines": len(lines), "classes": _most(dropped)}
        faults.append(Fault(code="streets_not_walkable", severity=Severity.NOTE, layer=layer, details=details))
    if strange:
        details = {"count": strange.total(), "classes": _most(strange)}
        faults.append(Fault(code="streets_unknown_class", severity=Severity.DOUBT, layer=layer, details=details))
    return faults


def _most(counts: Counter[str]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{word} {count}" for word, count in ranked[:NAMED]) + (", …" if len(ranked) > NAMED else "")


def _whole(x: Floats, y: Floats, start: Longs) -> NDArray[np.bool_]:
    """Mark the lines with two different points and no point without a place, or with one far outside all others."""
    whole = np.diff(start) > 1
    placed = np.isfinite(x) & np.isfinite(y)
    if placed.any():
        placed &= np.hypot(x - np.median(x[placed]), y - np.median(y[placed])) <= FAR_M
    line = np.repeat(np.arange(len(whole)), np.diff(start))
    whole &= np.bincount(line, weights=~placed, minlength=len(whole)) == 0
    moves = np.zeros(len(x), dtype=bool)
    moves[1:] = (line[1:] == line[:-1]) & ((x[1:] != x[:-1]) | (y[1:] != y[:-1]))
    return whole & (np.bincount(line, weights=moves, minlength=len(whole)) > 0)


def _originals(x: Floats, y: Floats, node: Longs | None, start: Longs, chosen: Longs) -> Longs:
    """Return for every chosen line the first line with the same points, forward or backward; -1: it is the first."""
    ends = np.zeros(len(x), dtype=np.int64)
    if node is not None:
        ends[start[:-1]], ends[start[1:] - 1] = node[start[:-1]], node[start[1:] - 1]
    group, _ = pd.factorize(_hashes(x.view(np.uint64), y.view(np.uint64), ends.view(np.uint64), start, chosen))
    return _same(x, y, ends, start, chosen, np.asarray(group, dtype=np.int64))


@compiled
def _mixed(number: np.uint64) -> np.uint64:
    """Scatter the bits of a number (the finaliser of splitmix64)."""
    number ^= number >> np.uint64(30)
    number *= np.uint64(0xBF58476D1CE4E5B9)
    number ^= number >> np.uint64(27)
    number *= np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@compiled
def _hashes(
    x: NDArray[np.uint64], y: NDArray[np.uint64], ends: NDArray[np.uint64], start: Longs, chosen: Longs
) -> NDArray[np.uint64]:
    """Give lines with the same points the same number, whichever way they are drawn."""
    found = np.empty(len(chosen), np.uint64)
    step = np.uint64(0x9E3779B97F4A7C15)
    for i in range(len(chosen)):
        low, high = start[chosen[i]], start[chosen[i] + 1]
        forward, backward = np.uint64(0), np.uint64(0)
        for j in range(high - low):
            p, q = low + j, high - 1 - j
            forward = _mixed(forward + step + _mixed(x[p] + _mixed(y[p] + _mixed(ends[p] + step))))
            backward = _mixed(backward + step + _mixed(x[q] + _mixed(y[q] + _mixed(ends[q] + step))))
        found[i] = min(forward, backward)
    return found


@compiled
def _same(x: Floats, y: Floats, ends: Longs, start: Longs, chosen: Longs, group: Longs) -> Longs:
    """Check point by point that a line equals the first of its group."""
    first = np.full(len(chosen), -1, np.int64)
    original = np.full(len(start) - 1, -1, np.int64)
    for i in range(len(chosen)):
        line = chosen[i]
        if first[group[i]] < 0:
            first[group[i]] = line
            continue
        other = first[group[i]]
        low, size = start[line], start[line + 1] - start[line]
        if start[other + 1] - start[other] != size:
            continue
        forward, backward = True, True
        for j in range(size):
            p, q, r = low + j, start[other] + j, start[other + 1] - 1 - j
            forward &= x[p] == x[q] and y[p] == y[q] and ends[p] == ends[q]
            backward &= x[p] == x[r] and y[p] == y[r] and ends[p] == ends[r]
        if forward or backward:
            original[line] = other
    return original
