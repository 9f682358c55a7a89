"""The study file as it is edited: name, policy, day and layers are changed, comments and the rest stay as they are."""

import datetime as dt
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from geodata.faults import InputError, fail
from geodata.schema import LAYERS
from geodata.study import LayerSource

MOST_NAME = 80  # letters
MOST_STUDY_BYTES = 200_000  # one written by hand has a few thousand
MOST_DEPTH = 30  # tables in tables
MOST_INTEGER = 2**63  # as TOML has it


@dataclass(frozen=True)
class Head:
    """The head of a study file and its layers, as far as they can be read: also of a study that isn't complete."""

    name: str
    policy: str
    day: dt.date | None
    layers: Mapping[str, LayerSource]


def set_head(study: Path, name: str, policy: str, day: dt.date | None) -> None:
    """Write name, policy and day of a study; an empty name is refused."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:MOST_NAME]
    if not plain:
        raise fail("workspace_no_name", column="study.name", value=name)
    document = read_document(study)
    head = _own_table(document, "study")
    head["name"] = plain
    for key, value in (("policy", policy or None), ("day", day)):
        if value is not None:
            head[key] = value
        elif key in head:
            del head[key]
    write_document(study, document)


def set_layer(study: Path, source: LayerSource) -> None:
    """Write one layer of a study: its file, and what the user settled by hand; the rest of the file stays."""
    document = read_document(study)
    table = _own_table(_own_table(document, "layers", above=True), source.layer)
    table["path"] = relative_path(source.path, study.parent)
    table["crs"] = source.crs
    settled = {"sheet": source.sheet, "layer": source.sublayer, "encoding": source.encoding}
    for key, value in settled.items():
        if value:
            table[key] = value
        elif key in table:
            del table[key]
    for key, given in (("columns", dict(source.columns)), ("swapped", source.swapped)):
        if key in table:
            del table[key]
        if isinstance(given, dict) and given:
            inline = tomlkit.inline_table()
            inline.update(given)
            table[key] = inline
        elif given is True:
            table[key] = True
    write_document(study, document)


def remove_layer(study: Path, layer: str) -> None:
    """Take one layer out of a study; its file stays where it is."""
    document = read_document(study)
    _own_table(document, "layers", above=True).pop(layer, None)
    write_document(study, document)


def _own_table(document: Any, key: str, *, above: bool = False) -> Any:  # noqa: ANN401 - tables of tomlkit
    """Return the table ``key``, begun where there is none; anything else that stands there goes."""
    if not isinstance(document.get(key), dict):
        document[key] = tomlkit.table(is_super_table=above)
    return document[key]


def relative_path(path: Path, folder: Path) -> str:
    """Return ``path`` as a study file in ``folder`` names it: from there on where it lies inside, with slashes."""
    whole, inside = whole_path(path), whole_path(folder)
    return whole.relative_to(inside).as_posix() if whole.is_relative_to(inside) else str(whole)


def head_of(study: Path) -> Head:
    """Read name, policy, day and layers of a study that may lack layers it needs."""
    document = read_plain(study)
    table = document.get("study", {})
    table = table if isinstance(table, dict) else {}
    day = table.get("day")
    layers = {
        name: LayerSource(
            layer=name,
            path=study.parent / str(given["path"]) if given.get("path") else Path(),
            crs=str(given.get("crs", "auto")),
            columns={str(key): str(value) for key, value in _table(given, "columns").items()},
            sheet=str(given.get("sheet", "")),
            sublayer=str(given.get("layer", "")),
            encoding=str(given.get("encoding", "")),
            place=str(given.get("place", "")),
            swapped=given.get("swapped") is True,
        )
        for name, given in _table(document, "layers").items()
        if name in LAYERS and isinstance(given, dict) and (given.get("path") or given.get("place"))
    }
    return Head(
        name=str(table.get("name", study.stem)),
        policy=str(table.get("policy", "")),
        day=day.date() if isinstance(day, dt.datetime) else day if isinstance(day, dt.date) else None,
        layers=layers,
    )


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = raw.get(key, {})
    return found if isinstance(found, dict) else {}


def digest(study: Path) -> str:
    """Hash a study file and the size and time of every file it names: it changes when any of them does."""
    total = sha256()
    try:
        total.update(study.read_bytes())
        sources = head_of(study).layers.values()
    except (OSError, ValueError):  # InputError is a ValueError
        return total.hexdigest()
    for path in sorted({path for source in sources for path in files_of(source.path)}):
        try:
            found = path.stat()
        except OSError:  # gone since it was listed
            continue
        total.update(f"{path.name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return total.hexdigest()


def files_of(path: Path) -> Iterator[Path]:
    """Yield the files of one layer: itself, the parts of a shapefile, what is in the folder of a geodatabase."""
    try:
        yield from _files_of(path)
    except (OSError, ValueError):  # a name that no disk can hold, a folder that may not be listed
        return


def _files_of(path: Path) -> Iterator[Path]:
    if path.is_dir():
        if path.suffix.lower() == ".gdb":
            yield from sorted(inside for inside in path.iterdir() if inside.is_file())
    elif path.suffix.lower() == ".shp" and path.is_file():
        stem = path.stem.lower()
        yield from sorted(near for near in path.parent.iterdir() if near.is_file() and near.stem.lower() == stem)
    elif path.is_file():
        yield path


def read_document(study: Path) -> tomlkit.TOMLDocument:
    """Read a study file with its comments; raise InputError where it can't be read."""
    return _read(study)[0]


def read_plain(study: Path) -> dict[str, Any]:
    """Read a study or scenario file as plain values; raise InputError where it can't be read."""
    return _read(study)[1]


def _read(study: Path) -> tuple[tomlkit.TOMLDocument, dict[str, Any]]:
    try:
        if not study.is_file():  # pipes and devices never end
            raise fail("study_missing", value=study.name)
        with study.open("rb") as opened_file:
            content = opened_file.read(MOST_STUDY_BYTES + 1)
        if len(content) > MOST_STUDY_BYTES:
            raise fail("study_not_toml", value=study.name, why=f"> {MOST_STUDY_BYTES:,} bytes")
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        document = tomlkit.parse(text)  # first: what is nested too deeply stops here, and takes minutes below
        plain = tomllib.loads(text)
        _refuse_odd(plain)
    except UnicodeDecodeError as error:
        raise fail("study_not_utf8", value=study.name) from error
    except OSError as error:
        raise fail("study_missing", value=study.name) from error
    except InputError:
        raise
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise fail("study_not_toml", value=study.name, why=str(error)[:200]) from error
    return document, plain


def _refuse_odd(value: object, depth: int = 0) -> None:
    """Raise ValueError for numbers and depths that can't be shown, let alone used."""
    if depth > MOST_DEPTH:
        raise ValueError(f"> {MOST_DEPTH} x [")
    if isinstance(value, int) and not -MOST_INTEGER <= value < MOST_INTEGER:
        raise ValueError("> 64 bits")
    if isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            _refuse_odd(inside, depth + 1)


def own_policy(document: Mapping[str, Any]) -> str | None:
    """Return the path of the rules that a study brings along, None where it names some of the tool's."""
    head = document.get("study", {})
    policy = str(head.get("policy", "")) if isinstance(head, dict) else ""
    named = PurePosixPath(policy.replace("\\", "/"))  # a path may end in a slash and still mean the file
    return policy if named.suffix.casefold() == ".toml" else None


def whole_path(path: Path) -> Path:
    """Return an absolute path, its links followed where that is possible."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # links in a circle, a name that no disk can hold
        return path.absolute()


def layer_tables(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of the layers in a study file, to be changed in place."""
    tables = document.get("layers", {})
    return (
        {name: table for name, table in tables.items() if isinstance(table, dict)} if isinstance(tables, dict) else {}
    )


def write_document(study: Path, document: tomlkit.TOMLDocument) -> None:
    """Write a study file whole or not at all; raise InputError where there is no room."""
    write_or_say(study, tomlkit.dumps(document).encode())


def write_or_say(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; raise InputError where it can't be written."""
    try:
        write(path, content)
    except OSError as error:
        raise no_room(path, error) from error


def no_room(path: Path, error: OSError) -> InputError:
    """Return the InputError for a file or folder that can't be made."""
    return fail("intake_no_room", value=path.name, why=error.strerror or type(error).__name__)


def write(path: Path, content: bytes) -> None:
    """Write a file under another name and put it in place when it is complete."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as opened_file:
            opened_file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
