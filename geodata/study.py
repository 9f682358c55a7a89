"""The study file: what the user asks for, as frozen values; an unknown key is refused, with the nearest known one."""

import datetime as dt
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geodata.faults import Fault, InputError, fail
from geodata.reading.aliases import visible
from geodata.schema import COLUMNS, LAYERS

MOST_BYTES = 200_000  # of a study file; longer ones are not written by people

KEYS: Mapping[str, tuple[str, ...]] = {
    "": ("study", "layers", "walking", "siting", "rules", "groups", "population", "indicators"),
    "study": ("name", "policy", "day", "crs"),
    "layer": ("path", "crs", "columns", "sheet", "layer", "encoding", "place", "swapped"),
    "walking": (
        "profile",
        "speed_m_s",
        "stairs_s",
        "stairs",
        "crossing_s",
        "slope",
        "limits_min",
        "snap_m",
        "elders_per_100m2",
    ),
    "population": ("elder_share", "household_size"),
}


@dataclass(frozen=True, kw_only=True)
class LayerSource:
    """Where one layer comes from, and what the user settled by hand."""

    layer: str
    path: Path
    crs: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)  # schema name -> header in the file
    sheet: str = ""
    sublayer: str = ""  # the layer inside a GeoPackage
    encoding: str = ""
    place: str = ""  # streets only: an OSM place name to download when there is internet
    swapped: bool = False  # the X column holds northings


@dataclass(frozen=True, kw_only=True)
class Walking:
    """Who walks, as asked; ``planning.walking.profile`` gives the words their numbers."""

    profile: str = "standard"
    changes: Mapping[str, object] = field(default_factory=dict)  # speed_m_s, stairs_s, stairs, crossing_s, slope
    limits_min: tuple[float, ...] = (5.0, 10.0, 15.0)
    snap_m: float = 200.0
    elders_per_100m2: float | None = None  # how many elders 100 m2 of day care serve, where no beds are known


@dataclass(frozen=True, kw_only=True)
class Study:
    """One study file, read and checked."""

    path: Path
    name: str
    policy: str = ""
    day: dt.date | None = None
    crs: str = "auto"
    layers: Mapping[str, LayerSource]
    walking: Walking = Walking()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    elder_share: float | None = None  # only where the user gives one: no figure is made up
    household_size: float = 2.62  # 2020 census (NORMS 1.9 A-4), printed wherever it is used
    siting: Mapping[str, Any] = field(default_factory=dict)  # read by planning.siting
    rules: Mapping[str, Any] = field(default_factory=dict)  # read by planning.rules
    indicators: Mapping[str, Any] = field(default_factory=dict)  # tracked figures, read by planning.rules
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Return the folder that paths in the file start from, and that caches live in."""
        return self.path.parent


def nearest_key(word: str, known: tuple[str, ...]) -> str:
    """Return the known key most like ``word``, or all of them joined where none is close."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return close[0] if close else " / ".join(known)


def read_study(path: str | Path) -> Study:
    """Read a study file; raise InputError with every fault found in it."""
    path = Path(path)
    raw = _read_toml(path)
    faults: list[Fault] = []
    _unknown(raw, KEYS[""], "", path, faults)
    study = _table(raw, "study", path, faults)
    walking = _table(raw, "walking", path, faults)
    people = _table(raw, "population", path, faults)
    _unknown(study, KEYS["study"], "study", path, faults)
    _unknown(walking, KEYS["walking"], "walking", path, faults)
    _unknown(people, KEYS["population"], "population", path, faults)
    layers = _layers(_table(raw, "layers", path, faults), path, faults)
    day = study.get("day")
    if isinstance(day, dt.datetime):
        day = day.date()
    if day is not None and not isinstance(day, dt.date):
        faults.append(_fault("study_value", path, "study.day", day, wanted="2025-12-31"))
        day = None
    faults += [
        _fault("study_value", path, f"study.{key}", study[key], wanted='"..."')
        for key in ("name", "policy", "crs")
        if key in study and not isinstance(study[key], str | int)
    ]
    read = Study(
        path=path,
        name=" ".join(visible(str(study.get("name", path.stem))).split()),
        policy=str(study.get("policy", "")),
        day=day,
        crs=str(study.get("crs", "auto")),
        layers=layers,
        walking=walking_of(walking, path, faults),
        groups=_groups(_table(raw, "groups", path, faults), path, faults),
        elder_share=_number(people, "population", "elder_share", None, 0.0, 1.0, path, faults),
        household_size=_number(people, "population", "household_size", 2.62, 0.5, 10.0, path, faults) or 2.62,
        siting=_table(raw, "siting", path, faults),
        rules=_table(raw, "rules", path, faults),
        indicators=_table(raw, "indicators", path, faults),
        raw=raw,
    )
    if faults:
        raise InputError(faults)
    return read


def _read_toml(path: Path) -> dict[str, Any]:
    if not (_readable(path) and path.is_file()):
        raise fail("study_missing", value=path.name)
    if path.stat().st_size > MOST_BYTES:
        raise fail("study_too_long", value=path.name, most=f"{MOST_BYTES / 1000:g}")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise fail("study_not_utf8", value=path.name) from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is one; so are numbers of thousands of digits
        raise fail("study_not_toml", value=path.name, why=str(error)) from error


def _fault(code: str, path: Path, key: str, value: object, **details: object) -> Fault:
    return Fault(code=code, layer=path.name, column=key, value=value, details=details)


def _table(raw: Mapping[str, Any], key: str, path: Path, faults: list[Fault]) -> dict[str, Any]:
    value = raw.get(key, {})
    if isinstance(value, dict):
        return value
    faults.append(_fault("study_value", path, key, value, wanted=f"[{key}]"))
    return {}


def _unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str, path: Path, faults: list[Fault]) -> None:
    for key in table:
        if key not in known:
            full = f"{where}.{key}" if where else key
            faults.append(_fault("study_unknown_key", path, full, table[key], nearest=nearest_key(key, known)))


def _layers(tables: Mapping[str, Any], path: Path, faults: list[Fault]) -> dict[str, LayerSource]:
    found: dict[str, LayerSource] = {}
    _unknown(tables, LAYERS, "layers", path, faults)
    for layer in LAYERS:
        if layer not in tables:
            continue
        table = tables[layer]
        where = f"layers.{layer}"
        if not isinstance(table, dict):
            faults.append(_fault("study_value", path, where, table, wanted=f"[{where}]"))
            continue
        _unknown(table, KEYS["layer"], where, path, faults)
        file, place = table.get("path", ""), table.get("place", "")
        if not isinstance(file, str) or not isinstance(place, str) or not (file or (place and layer == "streets")):
            faults.append(_fault("study_layer_without_path", path, f"{where}.path", file))
            continue
        columns = table.get("columns", {})
        names = tuple(column.name for column in COLUMNS.get(layer, ()))
        if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
            faults.append(_fault("study_value", path, f"{where}.columns", columns, wanted='{ name = "名称" }'))
            columns = {}
        if layer in COLUMNS:
            _unknown(columns, (*names, "x", "y", "geometry"), f"{where}.columns", path, faults)
        for key, kinds, wanted in (
            ("crs", (str, int), '"gcj02"'),
            ("sheet", (str,), '"Sheet1"'),
            ("layer", (str,), '"..."'),
            ("encoding", (str,), '"gb18030"'),
            ("swapped", (bool,), "true"),
        ):
            if key in table and not isinstance(table[key], kinds):
                faults.append(_fault("study_value", path, f"{where}.{key}", table[key], wanted=wanted))
        found[layer] = LayerSource(
            layer=layer,
            path=path.parent / file if file else Path(),
            crs=str(table.get("crs", "auto")),
            columns=columns,
            sheet=str(table.get("sheet", "")),
            sublayer=str(table.get("layer", "")),
            encoding=str(table.get("encoding", "")),
            place=place,
            swapped=table.get("swapped", False) is True,
        )
        if file and not _readable(path.parent / file):
            faults.append(Fault(code="file_missing", layer=layer, column=f"{where}.path", value=file))
    faults.extend(
        _fault("study_layer_needed", path, f"layers.{layer}", "", needed=layer)
        for layer in ("residential", "streets")
        if layer not in tables
    )
    return found


def _readable(path: Path) -> bool:
    """Tell whether a file or a folder lies at ``path``: pipes and devices never end."""
    try:
        return path.is_file() or path.is_dir()
    except (OSError, ValueError):  # a name that no disk can hold
        return False


def _number(
    table: Mapping[str, Any],
    where: str,
    key: str,
    default: float | None,
    least: float,
    most: float,
    path: Path,
    faults: list[Fault],
) -> float | None:
    if key not in table:
        return default
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        faults.append(_fault("study_number", path, f"{where}.{key}", value, least=least, most=most))
        return default
    return float(value)


def walking_of(table: Mapping[str, Any], path: Path, faults: list[Fault]) -> Walking:
    """Read [walking]; what is at fault in it is added to ``faults``."""
    limits = table.get("limits_min", [5, 10, 15])
    good = (
        isinstance(limits, list)
        and 0 < len(limits) <= 6  # noqa: PLR2004 - six bands are as many as a legend can show
        and all(isinstance(x, int | float) and not isinstance(x, bool) and 0 < x <= 240 for x in limits)  # noqa: PLR2004
        and list(limits) == sorted(set(limits))
    )
    if not good:
        faults.append(_fault("study_limits", path, "walking.limits_min", limits))
        limits = [5, 10, 15]
    profile = table.get("profile", "standard")
    if not isinstance(profile, str):
        faults.append(_fault("study_value", path, "walking.profile", profile, wanted='"standard"'))
        profile = "standard"
    _number(table, "walking", "speed_m_s", None, 0.1, 3.0, path, faults)
    _number(table, "walking", "crossing_s", None, 0.0, 600.0, path, faults)
    _number(table, "walking", "stairs_s", None, 0.0, 60.0, path, faults)
    changes = {key: table[key] for key in ("speed_m_s", "stairs_s", "stairs", "crossing_s", "slope") if key in table}
    return Walking(
        profile=profile,
        changes=changes,
        limits_min=tuple(float(x) for x in limits),
        snap_m=_number(table, "walking", "snap_m", 200.0, 0.0, 5000.0, path, faults) or 0.0,
        elders_per_100m2=_number(table, "walking", "elders_per_100m2", None, 0.0, 1000.0, path, faults),
    )


def _groups(table: Mapping[str, Any], path: Path, faults: list[Fault]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, kinds in table.items():
        if isinstance(kinds, list) and kinds and all(isinstance(kind, str) for kind in kinds):
            found[name] = tuple(kinds)
        else:
            faults.append(_fault("study_value", path, f"groups.{name}", kinds, wanted='["day_care", "station"]'))
    return found
