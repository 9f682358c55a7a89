"""Project file: one zip with the study file and every file it names, to be carried to another computer."""

import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import tomlkit

from geodata.faults import InputError, fail
from geodata.reading.shapefiles import ENCRYPTED_FLAG, member_name
from scenarios.intake import RESERVED, safe_name
from scenarios.study_file import (
    MOST_STUDY_BYTES,
    files_of,
    layer_tables,
    own_policy,
    read_document,
    read_plain,
    write_document,
)

STUDY = "study.toml"
MOST_MEMBERS = 2000
MOST_UNPACKED_BYTES = 2 * 1024**3
MOST_PACKED_BYTES = 1024**3
BOMB_BYTES, BOMB_RATIO = 100 * 1024**2, 200
MOST_PART_BYTES, MOST_PATH_BYTES = 240, 1000  # of one name in a path, of a path
ENTRY = b"PK\x01\x02"  # begins every entry of a zip's list; zips among the data have lists too
MOST_ENTRIES = 50 * MOST_MEMBERS
PLAIN_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others let a file ask for gigabytes of memory
DEVICES = RESERVED | {"conin$", "conout$", *(f"{port}{n}" for port in ("com", "lpt") for n in "¹²³")}  # Windows
BROKEN = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error, struct.error, ValueError)
IN_THE_WAY = (FileExistsError, NotADirectoryError, IsADirectoryError)  # one name for a file and a folder
CACHE = ".cache/"  # of what a study was made into; nobody else writes there
DAY = (2020, 1, 1, 0, 0, 0)  # stands in every member, so that the same study makes the same file


def pack(study: Path) -> bytes:
    """Return a study with all its files as a zip; raise InputError where a file is missing or all are too large."""
    document = read_document(study)
    members = members_of(study)
    for layer, table in layer_tables(document).items():
        if table.get("path"):
            table["path"] = f"data/{safe_name(layer)}/{_packed_name(str(table['path']))}"
    if (policy := own_policy(document)) is not None:
        document["study"]["policy"] = f"data/{_packed_name(policy)}"
    with tempfile.TemporaryFile() as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(_member(STUDY), tomlkit.dumps(document))
            for name, path in sorted(members.items()):
                with path.open("rb") as source, package.open(_member(name), "w", force_zip64=True) as target:
                    while block := source.read(1 << 20):
                        target.write(block)
        whole.seek(0)
        return whole.read()


def members_of(study: Path) -> dict[str, Path]:
    """Return the files of a study by their name in the zip; raise InputError where they can't be packed."""
    document = read_document(study)
    members: dict[str, Path] = {}
    for layer, table in layer_tables(document).items():
        if not table.get("path"):
            continue  # streets by the name of a place
        main = study.parent / str(table["path"])
        found = list(files_of(main))
        if not found:
            raise fail("file_missing", layer=layer, column=f"layers.{layer}.path", value=main.name)
        inside = f"{_packed_name(main.name)}/" if main.is_dir() else ""
        members |= {f"data/{safe_name(layer)}/{inside}{_packed_name(path.name)}": path for path in found}
    if (policy := own_policy(document)) is not None:
        path = study.parent / policy
        if not path.is_file():
            raise fail("file_missing", column="study.policy", value=path.name)
        members[f"data/{_packed_name(policy)}"] = path
    try:
        size = sum(path.stat().st_size for path in members.values())
    except OSError as error:  # gone since it was listed
        raise fail("file_missing", value=Path(str(error.filename)).name, column="path", layer="") from error
    if size > MOST_PACKED_BYTES:
        raise fail("project_too_big", value=study.parent.name, most=_gib(MOST_PACKED_BYTES))
    return members


def _packed_name(path: str) -> str:
    """Return what the file at ``path`` is called in a project: as it is, where every disk can hold that."""
    name = PurePosixPath(path.replace("\\", "/")).name
    return name if is_inside(name) else safe_name(name)


def _member(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, DAY)
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o644 << 16
    return found


def _gib(size: int) -> str:
    return f"{size / 1024**3:g}"


def unpack(package_file: IO[bytes], name: str, folder: Path) -> Path:
    """Unpack a project into an empty folder and return its study file.

    Only the study file and what it names is written. Names that lead elsewhere, links, passwords, and more or larger
    files than a study can have are refused, and nothing of the project stays.

    Parameters
    ----------
    name
        Of the zip file, for messages.
    """
    try:
        _check_list(package_file, name)
        with zipfile.ZipFile(package_file) as package:
            return _unpack(package, name, folder)
    except BaseException as error:
        for path in folder.iterdir():  # nothing half unpacked stays
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
        if isinstance(error, InputError):
            raise
        if isinstance(error, IN_THE_WAY):
            raise fail("project_twice", value=name, member=Path(str(error.filename)).name) from error
        if isinstance(error, BROKEN):
            raise fail("project_not", value=name, why=str(error)[:120]) from error
        if isinstance(error, OSError):
            raise fail("intake_no_room", value=name, why=error.strerror or str(error)) from error
        if isinstance(error, MemoryError):
            raise fail("project_too_big", value=name, most=_gib(MOST_UNPACKED_BYTES)) from error
        raise


def _check_list(package_file: IO[bytes], name: str) -> None:
    """Refuse a zip with more entries than memory should be filled with: each takes a few hundred bytes."""
    count, kept = 0, b""
    package_file.seek(0)
    while block := package_file.read(1 << 20):
        count += (kept + block).count(ENTRY)
        kept = block[1 - len(ENTRY) :]
        if count > MOST_ENTRIES:
            raise fail("project_too_many", value=name, count=f"> {MOST_ENTRIES}", most=MOST_MEMBERS)
    package_file.seek(0)


def _unpack(package: zipfile.ZipFile, name: str, folder: Path) -> Path:
    members = _members(package, name)
    main = _study_member(members, name)
    _check_size(members, name)
    study = folder / STUDY
    if members[main].file_size > MOST_STUDY_BYTES:
        raise fail("study_not_toml", value=STUDY, why=f"> {MOST_STUDY_BYTES:,} bytes")
    _copy(package, members[main], study, MOST_STUDY_BYTES, name)
    left = MOST_UNPACKED_BYTES
    base = PurePosixPath(main).parent
    for path in _settle(study, name):
        for other, member in _parts(members, str(base / path)):
            target = folder / PurePosixPath(other).relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            left -= _copy(package, member, target, left, name)
    return study


def _members(package: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the files of a project by name; refuse what no honest project holds."""
    infos = package.infolist()
    if len(infos) > MOST_MEMBERS:
        raise fail("project_too_many", value=name, count=len(infos), most=MOST_MEMBERS)
    members: dict[str, zipfile.ZipInfo] = {}
    taken: set[str] = set()
    for info in infos:
        if "\x00" in info.orig_filename:
            raise fail("project_unsafe", value=name, member=info.filename)
        path = member_name(info)
        if not is_inside(path.rstrip("/")):
            raise fail("project_unsafe", value=name, member=path)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise fail("project_link", value=name, member=path)
        if info.is_dir() or path.endswith("/"):
            continue
        if info.flag_bits & ENCRYPTED_FLAG:
            raise fail("zip_password", value=name)
        if info.compress_type not in PLAIN_PACKING:
            raise fail("project_not", value=name, why=f"{path}: compression {info.compress_type}")
        plain = unicodedata.normalize("NFC", path).casefold()
        if plain in taken:
            raise fail("project_twice", value=name, member=path)
        taken.add(plain)
        members[path] = info
    return members


def is_inside(path: str) -> bool:
    """Tell whether a path with slashes stays inside its folder, on every system."""
    return len(path.encode("utf-8", "replace")) <= MOST_PATH_BYTES and all(_is_name(part) for part in path.split("/"))


def _is_name(part: str) -> bool:
    return (
        part not in {"", ".", ".."}
        and part.replace("\u3000", " ").isprintable()  # the wide space of Chinese is none to Python
        and not set(part) & set('<>:"|?*\\')
        and part == part.strip(" \u3000")
        and not part.endswith(".")
        and part.split(".", maxsplit=1)[0].rstrip(" \u3000").casefold() not in DEVICES
        and len(part.encode()) <= MOST_PART_BYTES
    )


def _check_size(members: dict[str, zipfile.ZipInfo], name: str) -> None:
    """Refuse a bomb before anything is unpacked; what lies about its size is stopped while it is."""
    size, packed = (sum(getattr(info, one) for info in members.values()) for one in ("file_size", "compress_size"))
    if size > min(MOST_UNPACKED_BYTES, max(BOMB_BYTES, BOMB_RATIO * packed)):
        raise fail("project_too_big", value=name, most=_gib(MOST_UNPACKED_BYTES))
    for info in members.values():
        if info.file_size > max(BOMB_BYTES, BOMB_RATIO * info.compress_size):
            raise fail("project_too_big", value=name, most=_gib(MOST_UNPACKED_BYTES))


def _study_member(members: dict[str, zipfile.ZipInfo], name: str) -> str:
    """Return the study file of a project: the one nearest to the top."""
    found = sorted(
        (len(PurePosixPath(path).parts), path) for path in members if PurePosixPath(path).name.casefold() == STUDY
    )
    others = sorted((len(PurePosixPath(path).parts), path) for path in members if path.casefold().endswith(".toml"))
    choice = found or others
    if not choice or (len(choice) > 1 and choice[0][0] == choice[1][0]):
        raise fail("project_no_study", value=name)
    return choice[0][1]


def _settle(study: Path, name: str) -> list[str]:
    """Check that every path of a study leads into its own folder, write them with slashes, and return them.

    They are looked at again in the file as written, by the reader that the city is read with.
    """
    document = read_document(study)
    wanted = []
    tables = [(table, "path") for table in layer_tables(document).values() if table.get("path")]
    if own_policy(document) is not None:
        tables.append((document["study"], "policy"))
    for table, key in tables:
        path = str(table[key]).replace("\\", "/").removeprefix("./")
        if not is_inside(path) or path.casefold().startswith(CACHE):
            raise fail("project_unsafe", value=name, member=path)
        table[key] = path
        wanted.append(path)
    write_document(study, document)
    plain = read_plain(study)
    written = [str(table["path"]) for table in layer_tables(plain).values() if table.get("path")]
    if (policy := own_policy(plain)) is not None:
        written.append(policy)
    if strange := [path for path in written if path not in wanted]:
        raise fail("project_unsafe", value=name, member=strange[0])
    return sorted(set(wanted))


def _parts(members: dict[str, zipfile.ZipInfo], path: str) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield the members of one layer: the file, the parts of a shapefile, what is in a geodatabase."""
    stem = str(PurePosixPath(path).with_suffix("")).casefold() if path.casefold().endswith(".shp") else None
    for other, member in members.items():
        part = stem is not None and str(PurePosixPath(other).with_suffix("")).casefold() == stem
        if other == path or part or (path.casefold().endswith(".gdb") and other.startswith(f"{path}/")):
            yield other, member


def _copy(package: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, name: str) -> int:
    """Unpack one member, stopping at ``left`` bytes; return how many there were."""
    written = 0
    with package.open(member) as packed, target.open("xb") as plain:
        while block := packed.read(1 << 20):
            written += len(block)
            if written > left:
                raise fail("project_too_big", value=name, most=_gib(MOST_UNPACKED_BYTES))
            plain.write(block)
    return written
