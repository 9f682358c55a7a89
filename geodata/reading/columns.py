"""Which column of a user's file is which column of the schema, by the names planners give them (aliases.toml)."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from geodata.faults import Fault, Severity
from geodata.reading.aliases import (
    COORDINATES,
    WEAK,
    accepted,
    aliases,
    dimension,
    folded,
    known_units,
    names,
    plain,
    unit_factor,
)
from geodata.schema import COLUMNS, Column

DBF_NAME_BYTES = 10  # longest column name a .dbf holds

_REMARK = re.compile(r"[(\[{【〔〈《](.*?)[)\]}】〕〉》]")
_SPLIT_UNIT = re.compile(r"^(.*?)[\s/、,:_\-—|]+([^\s/、,:_\-—|]+)$")
_UNIT_WORD = re.compile(r"^单位[:：为]?")


@dataclass(frozen=True)
class Matched:
    """Which header holds which schema column, and what was doubtful about it."""

    headers: Mapping[str, str]  # schema name (also x, y, geometry) -> header in the file
    factors: Mapping[str, float]  # schema name -> what its figures are multiplied by, where that isn't 1
    datum: str = ""  # the coordinate system that the headers of x and y name, if they do
    weak_id: bool = False  # the id is a mere row counter: to be used only where complete and unique
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class _Reading:
    """One way to read a header: the schema column it may name, and how far-fetched that is."""

    name: str
    far: int  # 0 word for word, 1 without its unit, 2 without a remark, 3 as the beginning of a cut-off word
    order: int  # place in the list of aliases
    unit: str = ""
    datum: str = ""
    remark: str = ""


def recognised(header: str, layer: str) -> str:
    """Return the schema column that ``header`` names in ``layer``, or nothing."""
    found = _readings(header, layer)
    return min(found, key=lambda reading: (reading.far, reading.order)).name if found else ""


def match(headers: Sequence[str], layer: str, overrides: Mapping[str, str], *, cut: bool = False) -> Matched:
    """Find the header of every schema column of ``layer``; what the user settled in ``overrides`` wins.

    Parameters
    ----------
    overrides
        Schema name to header; "" says that the file has no such column, whatever its headers look like.
    cut
        The headers come from a .dbf, which cuts names off after ten bytes.
    """
    unused = {name for name, header in overrides.items() if not header}
    settled, faults = _settled(headers, layer, {name: header for name, header in overrides.items() if header})
    kinds = {column.name: column.kind for column in COLUMNS.get(layer, ())}
    found: dict[str, list[tuple[_Reading, int]]] = {}
    for place, header in enumerate(headers):
        readings = _readings(header, layer)
        if not readings and cut:
            readings = _cut_off(header, layer)
        if not readings:
            continue
        best = min(readings, key=lambda reading: (reading.far, reading.order))
        if header in settled.values() and kinds.get(best.name) != "text":
            continue  # the user gave this column another meaning
        found.setdefault(best.name, []).append((best, place))
    result = dict(settled)
    chosen: dict[str, _Reading] = {}
    datum = ""
    for name in sorted(found, key=lambda name: (name != "x", name)):  # x first: y follows its datum
        if name in settled or name in unused:
            continue
        ranked = sorted(found[name], key=lambda hit: (hit[0].far, hit[0].order, hit[1]))
        if name == "y" and "x" in chosen:
            ranked.sort(key=lambda hit: hit[0].datum != chosen["x"].datum)
        best, place = ranked[0]
        header = headers[place]
        others = [headers[other] for reading, other in ranked[1:] if reading.order < WEAK or best.order >= WEAK]
        if others:
            faults.append(_doubt("column_twice", layer, header, name=name, others="、".join(others)))
        if best.far == 3:  # noqa: PLR2004 - see _Reading.far
            faults.append(_doubt("column_cut", layer, header, name=name))
        if best.remark and kinds.get(name) in {"number", "count"}:
            faults.append(_doubt("column_remark", layer, header, name=name, remark=best.remark))
        result[name], chosen[name] = header, best
        if name in {"x", "y", "geometry"} and best.datum:
            datum = best.datum
    factors: dict[str, float] = {}
    for name, header in sorted(result.items()):
        if kinds.get(name) not in {"number", "count"}:
            continue
        unit = chosen[name].unit if name in chosen else _unit_of(header)
        factor = unit_factor(unit, dimension(name)) if unit else 1.0
        if factor is None:
            severity = Severity.ERROR if name in settled else Severity.DOUBT
            faults.append(
                Fault(
                    code="column_unit_refused",
                    severity=severity,
                    layer=layer,
                    column=header,
                    value=unit,
                    details={"name": name},
                )
            )
            del result[name]
        elif factor != 1.0:
            factors[name] = factor
            details = {"name": name, "factor": f"{factor:,.6g}"}
            faults.append(
                Fault(
                    code="column_unit",
                    severity=Severity.REPAIR,
                    layer=layer,
                    column=header,
                    value=unit,
                    details=details,
                )
            )
    weak = "id" in chosen and chosen["id"].order >= WEAK
    return Matched(headers=result, factors=factors, datum=datum, weak_id=weak, faults=tuple(faults))


def missing_column(layer: str, column: Column, headers: Sequence[str], severity: Severity, code: str) -> Fault:
    """Say that ``column`` was not found, with the headers there are and the names that would be known."""
    shown = "、".join(str(header) for header in headers[:30]) or "-"
    details = {"name": column.name, "headers": shown, "accepted": accepted(layer, column.name)}
    return Fault(code=code, severity=severity, layer=layer, column=column.name, details=details)


def _doubt(code: str, layer: str, header: str, **details: object) -> Fault:
    return Fault(code=code, severity=Severity.DOUBT, layer=layer, column=header, details=details)


def _settled(headers: Sequence[str], layer: str, overrides: Mapping[str, str]) -> tuple[dict[str, str], list[Fault]]:
    """Find the headers that the study file names; one that isn't there is an error naming the nearest."""
    result: dict[str, str] = {}
    faults: list[Fault] = []
    by_folded = {folded(header): header for header in reversed(headers)}
    for name, wanted in overrides.items():
        if wanted in headers:
            result[name] = wanted
        elif folded(wanted) in by_folded:
            result[name] = by_folded[folded(wanted)]
        else:
            near = difflib.get_close_matches(wanted, list(headers), n=1, cutoff=0.3)
            shown = near[0] if near else "、".join(headers[:30])
            faults.append(
                Fault(code="column_not_there", layer=layer, column=name, value=wanted, details={"nearest": shown})
            )
    return result, faults


def _stems(header: str) -> list[tuple[str, int, str, str]]:
    """Return the ways to take a header apart: stem, how far-fetched, unit, remark dropped."""
    text = folded(header)
    found = [(text, 0, "", "")]
    unit, remarks, stem = "", [], text
    for piece in _REMARK.finditer(text):
        word = _UNIT_WORD.sub("", piece.group(1).strip()).strip()
        if word in known_units():
            unit = word
        elif word:
            remarks.append(word)
        stem = stem.replace(piece.group(0), "", 1)
    if stem != text:
        found.append((stem, 2 if remarks else 1, unit, "、".join(remarks)))
        found += [(remark, 1, unit, "") for remark in remarks]  # 人口(60岁以上) is about the elders, not about all
    if (split := _SPLIT_UNIT.match(text)) and _UNIT_WORD.sub("", split.group(2)) in known_units():
        found.append((split.group(1), 1, _UNIT_WORD.sub("", split.group(2)), ""))
    found += [(text.removesuffix(word), 1, word, "") for word in known_units() if text.endswith(word) and text != word]
    if "/" in text:  # the two lines of a merged header, joined by geodata.reading.sheets
        last = [reading for reading in _stems(text.rsplit("/", 1)[1]) if not reading[3]]
        found += [(part, far + 1, unit, "") for part, far, unit, _ in last]
    return found


@lru_cache(maxsize=20_000)
def _readings(header: str, layer: str) -> tuple[_Reading, ...]:
    known = names(layer)
    found = []
    for stem, far, unit, remark in _stems(header):
        bare = plain(stem)
        if bare in known:
            name, order = known[bare]
            found.append(_Reading(name, far, order, unit, "", remark))
        for datum, words in aliases()["datum"].items():
            for word in words:
                rest = bare.replace(word, "", 1)
                if rest != bare and rest in known and known[rest][0] in COORDINATES:
                    found.append(_Reading(known[rest][0], max(far, 1), known[rest][1], unit, datum, ""))
    return tuple(found)


def _cut_off(header: str, layer: str) -> tuple[_Reading, ...]:
    """Read a header that a .dbf cut off: it fills ten bytes and begins the names of one column only."""
    sizes = {len(header.encode(encoding, "replace")) for encoding in ("gb18030", "utf-8")}
    if not any(DBF_NAME_BYTES - 2 <= size <= DBF_NAME_BYTES for size in sizes):
        return ()
    bare = plain(header)
    starts = {(name, order) for word, (name, order) in names(layer).items() if bare and word.startswith(bare)}
    if len({name for name, _ in starts}) != 1:
        return ()
    name, order = min(starts, key=lambda start: start[1])
    return (_Reading(name, 3, order),)


def _unit_of(header: str) -> str:
    """Return the unit that a header names, whatever the rest of it says."""
    text = folded(header)
    for piece in _REMARK.findall(text):
        word = _UNIT_WORD.sub("", piece.strip()).strip()
        if word in known_units():
            return word
    split = _SPLIT_UNIT.match(text)
    return split.group(2) if split and split.group(2) in known_units() else ""
