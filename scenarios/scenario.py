"""Scenario: a study and the edits laid over it, as a TOML file that planners can read, keep and hand on."""

import datetime as dt
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

from geodata.city import City, read_city
from geodata.faults import Fault, InputError, fail
from geodata.study import nearest_key
from scenarios.edits import DO, Edit, given, word_of
from scenarios.progress import Report, silent
from scenarios.replay import apply
from scenarios.study_file import read_plain

TOP_KEYS, KEYS = ("scenario", "edits"), ("name", "base", "notes")
FLOATS, TABLE = tuple[float, ...] | None, Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One scenario: what it is called, the study it starts from, and its edits in order."""

    name: str
    base: str  # the study file, as written: relative to the folder of the scenario file
    notes: str = ""
    edits: tuple[Edit, ...] = ()
    path: Path = Path("scenario.toml")

    @property
    def base_path(self) -> Path:
        """Return the study file."""
        return self.path.parent / self.base

    def without_last(self) -> "Scenario":
        """Return the scenario before its last edit."""
        return replace(self, edits=self.edits[:-1])

    def on(self, city: City) -> City:
        """Return the scenario's city from that of its study, which is called by the names of both."""
        edited = apply(city, self.edits, source=self.path.name)
        return replace(edited, study=replace(edited.study, name=f"{city.study.name} · {self.name}"))


def is_scenario(path: str | Path) -> bool:
    """Tell a scenario file from a study file; False where it can't be read."""
    try:
        return "scenario" in read_plain(Path(path))
    except InputError:
        return False


def read_any_city(
    path: str | Path, *, progress: Report = silent, cached: bool = True, bases: dict[Path, City] | None = None
) -> City:
    """Read the city of a study file or of a scenario file; InputError with every fault that stops it.

    ``bases`` keeps the cities of studies that were read before, so that scenarios of one study read it once.
    """
    bases = {} if bases is None else bases
    scenario = read_scenario(path) if is_scenario(path) else None
    study = Path(path) if scenario is None else scenario.base_path
    key = study.absolute()
    if key not in bases:
        bases[key] = read_city(study, progress=progress, cached=cached)
    city = bases[key]
    return city if scenario is None else scenario.on(city)


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario file; raise InputError with every fault found in it."""
    path = Path(path)
    raw = _read_toml(path)
    faults: list[Fault] = []

    def wrong(code: str, column: str, value: object, **details: object) -> None:
        faults.append(Fault(code=code, layer=path.name, column=column, value=value, details=details))

    for key in raw:
        if key not in TOP_KEYS:
            wrong("study_unknown_key", key, "", nearest=nearest_key(key, TOP_KEYS))
    head = raw.get("scenario", {})
    if not isinstance(head, dict):
        wrong("study_value", "scenario", head, wanted="[scenario]")
        head = {}
    for key, value in head.items():
        if key not in KEYS:
            wrong("study_unknown_key", f"scenario.{key}", value, nearest=nearest_key(key, KEYS))
        elif not isinstance(value, str):
            wrong("study_value", f"scenario.{key}", value, wanted='"..."')
    base = head.get("base", "")
    if not base or not isinstance(base, str):
        wrong("scenario_base", "scenario.base", base)
    elif not _is_file(path.parent / base):
        wrong("scenario_base_missing", "scenario.base", base)
    elif is_scenario(path.parent / base):
        wrong("scenario_base_is_scenario", "scenario.base", base)
    tables = raw.get("edits", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        wrong("study_value", "edits", tables, wanted="[[edits]]")
        tables = []
    edits = [_edit(table, row, path, faults) for row, table in enumerate(tables, 1)]
    if faults:
        raise InputError(faults)
    return Scenario(
        name=head.get("name", path.stem),
        base=base,
        notes=head.get("notes", ""),
        edits=tuple(one for one in edits if one is not None),
        path=path,
    )


def write_scenario(scenario: Scenario, path: Path) -> None:
    """Write a scenario file, whole or not at all; reading it gives the same scenario."""
    unfinished = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
        unfinished = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(scenario_text(scenario))
        unfinished.replace(path)
    except OSError as error:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
        raise fail("scenario_unwritable", value=path.name, why=error.strerror or str(error)) from error


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as TOML."""
    import tomlkit  # noqa: PLC0415 - only where a scenario is written

    head = {"name": scenario.name, "base": scenario.base, "notes": scenario.notes}
    edits = [
        {"do": word_of(edit), **{key: _plain(value) for key, value in given(edit).items()}} for edit in scenario.edits
    ]
    return tomlkit.dumps({"scenario": head, "edits": edits} if edits else {"scenario": head})


def _plain(value: object) -> object:
    """Return a value as a planner would write it: 500 rather than 500.0, lists rather than tuples."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _edit(table: Mapping[str, Any], row: int, path: Path, faults: list[Fault]) -> Edit | None:
    """Read one edit; None where it is at fault."""
    before = len(faults)

    def wrong(code: str, column: str, value: object, **details: object) -> None:
        faults.append(Fault(code=code, layer=path.name, row=row, column=column, value=value, details=details))

    do = table.get("do", "")
    if not isinstance(do, str) or do not in DO:
        wrong("scenario_do", "do", do, nearest=nearest_key(str(do), tuple(DO)))
        return None
    known = {one.name: one for one in fields(DO[do])}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key == "do":
            continue
        if key not in known:
            wrong("scenario_key", key, value, do=do, nearest=nearest_key(key, tuple(known)))
        elif (found := _value(known[key].type, value)) is None:
            wrong("scenario_value", key, value, wanted=_wanted(known[key].type))
        else:
            values[key] = found
    for key, one in known.items():
        if key not in table and one.default is MISSING and one.default_factory is MISSING:
            wrong("scenario_key_missing", key, "", do=do)
    return DO[do](**values) if len(faults) == before else None


def _value(kind: Any, value: object) -> Any:  # noqa: ANN401 - the types of the fields of edits
    """Return a value of TOML as the field holds it, None where it is of another type."""
    if kind == TABLE:
        return value if isinstance(value, dict) else None
    kinds = set(get_args(kind)) or {kind}
    if kind == FLOATS:
        numbers = [_value(float, one) for one in value] if isinstance(value, list) else []
        return tuple(numbers) if numbers and None not in numbers else None
    if isinstance(value, bool):
        return value if bool in kinds else None
    if float in kinds and isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None  # whole numbers have 64 bits at most
    if dt.date in kinds and isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    return value if (str in kinds and isinstance(value, str)) or (int in kinds and isinstance(value, int)) else None


def _wanted(kind: Any) -> str:  # noqa: ANN401 - the types of the fields of edits
    kinds = set(get_args(kind)) or {kind}
    examples = {str: '"..."', int: "100", float: "100.5", bool: "true", dt.date: "2025-12-31"}
    if kind in (FLOATS, TABLE):
        return "[5, 10, 15]" if kind == FLOATS else "{ pool_m = 500 }"
    return next(shown for one, shown in examples.items() if one in kinds)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no disk can hold
        return False


def _read_toml(path: Path) -> dict[str, Any]:
    if not _is_file(path):
        raise fail("scenario_missing", value=path.name)
    return read_plain(path)
