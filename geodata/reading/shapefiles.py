"""Shapefiles, loose or zipped: their parts, the encoding of their table, and safe unpacking."""

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pandas as pd

from geodata.faults import fail
from geodata.reading.encodings import codec_name, decode_pieces
from geodata.reading.gis_files import read_gdal
from geodata.reading.raw_table import RawTable
from geodata.study import LayerSource

MOST_UNPACKED_BYTES = 2 * 1024**3
MOST_MEMBERS = 10_000
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SHP_MAGIC = bytes.fromhex("0000270a")
GBK_CODE_PAGE = 0x4D  # byte 29 of a .dbf
BOMB_BYTES, BOMB_RATIO = 100 * 1024**2, 200  # a table of blanks packs well too, but isn't as large
ENCRYPTED_FLAG, UTF8_FLAG = 0x1, 0x800  # of a zip member


def read_shapefile(source: LayerSource) -> RawTable:
    """Read a loose shapefile; its .shx and .dbf must lie beside it."""
    path, layer = source.path, source.layer
    beside = {
        other.suffix.lower(): other
        for other in sorted(path.parent.iterdir())
        if other.stem.lower() == path.stem.lower()
    }
    missing = [part for part in (".shx", ".dbf") if part not in beside]
    if missing:
        raise fail("shapefile_part", layer=layer, value=path.name, missing="、".join(missing))
    with path.open("rb") as opened:
        if opened.read(4) != SHP_MAGIC:
            raise fail("file_not_format", layer=layer, value=path.name, format="shapefile")
    table = read_gdal(path, layer, ENCODING="ISO-8859-1")  # byte for byte; decoded below
    return _decoded(table, _declared(beside), source)


def _declared(beside: dict[str, Path]) -> str:
    """Return the codec that the shapefile names for its table, or nothing."""
    if ".cpg" in beside:
        word = beside[".cpg"].read_bytes()[:100].decode("ascii", "ignore").strip("\ufeff\x00 \r\n")
        if codec := codec_name(word):
            return codec
    with beside[".dbf"].open("rb") as opened:
        head = opened.read(32)
    return "gb18030" if len(head) > 29 and head[29] == GBK_CODE_PAGE else ""  # noqa: PLR2004 - see GBK_CODE_PAGE


def _decoded(table: RawTable, declared: str, source: LayerSource) -> RawTable:
    """Decode headers and texts that were read byte for byte as Latin-1."""
    frame = table.frame
    texts = [
        column
        for column in frame.columns
        if frame[column].dtype == object or isinstance(frame[column].dtype, pd.StringDtype)
    ]
    words = list(dict.fromkeys(cell for column in texts for cell in frame[column] if isinstance(cell, str)))
    pieces = [word.encode("latin-1") for word in [*frame.columns, *words]]
    name = source.path.name
    wanted = codec_name(source.encoding)
    if source.encoding and not wanted:
        raise fail("encoding_name", layer=source.layer, column="encoding", value=source.encoding)
    found = decode_pieces(pieces, declared, wanted)
    if found is None:
        if wanted:
            raise fail("encoding_wrong", layer=source.layer, value=name, encoding=source.encoding)
        raise fail("encoding_unknown", layer=source.layer, value=name)
    read, codec = found
    headers, meaning = read[: len(frame.columns)], dict(zip(words, read[len(frame.columns) :], strict=True))
    for column in texts:
        frame[column] = frame[column].astype(object).map(lambda cell: meaning.get(cell, cell), na_action="ignore")
    frame.columns = pd.Index(_distinct(headers))
    return replace(table, frame=frame, note=f"shapefile {codec}", cut_names=True)


def _distinct(headers: list[str]) -> list[str]:
    """Keep headers apart that were different only in half a letter."""
    found: list[str] = []
    for header in headers:
        name = header
        while name in found:
            name += "'"
        found.append(name)
    return found


@contextmanager
def unpacked(source: LayerSource) -> Iterator[Path]:
    """Unpack the one layer of a zip file into a folder of its own, under plain names, and remove it afterwards."""
    path, layer = source.path, source.layer
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise fail("file_not_format", layer=layer, value=path.name, format="zip") from error
    with package, tempfile.TemporaryDirectory() as folder:
        members = {
            name: member
            for member in package.infolist()[:MOST_MEMBERS]
            if not member.is_dir() and not _hidden(name := member_name(member))
        }
        if any(name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts for name in members):
            raise fail("zip_unsafe", layer=layer, value=path.name)
        main = _main_member(list(members), source)
        stem = str(PurePosixPath(main).with_suffix("")).casefold()
        left = MOST_UNPACKED_BYTES
        for name, member in members.items():
            ending = PurePosixPath(name).suffix.casefold()
            if name != main and not (ending in PARTS and str(PurePosixPath(name).with_suffix("")).casefold() == stem):
                continue
            if member.flag_bits & ENCRYPTED_FLAG:
                raise fail("zip_password", layer=layer, value=path.name)
            if member.file_size > max(BOMB_BYTES, BOMB_RATIO * member.compress_size):
                raise fail("file_too_big", layer=layer, value=path.name)
            left = _copy(package, member, Path(folder) / f"layer{ending}", left, source)
        yield Path(folder) / f"layer{PurePosixPath(main).suffix.casefold()}"


def member_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a zip member as whoever packed it saw it: Windows writes GBK and calls it nothing."""
    name = member.orig_filename.replace("\\", "/")
    if member.flag_bits & UTF8_FLAG or name.isascii():
        return name
    packed = name.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return packed.decode(codec).replace("\\", "/")
        except UnicodeError:
            continue
    return name


def _hidden(name: str) -> bool:
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in PurePosixPath(name).parts)


def _main_member(names: list[str], source: LayerSource) -> str:
    """Return the .shp of the layer asked for, or the only one; without any, the only other file that can be read."""
    shapes = sorted(name for name in names if name.casefold().endswith(".shp"))
    others = sorted(
        name for name in names if name.casefold().endswith((".geojson", ".json", ".gpkg", ".csv", ".xlsx", ".xls"))
    )
    choice = shapes or others
    if source.sublayer and shapes:
        choice = [name for name in shapes if PurePosixPath(name).stem == source.sublayer]
    if len(choice) == 1:
        return choice[0]
    if not choice and not source.sublayer and any(name.casefold().endswith((".dbf", ".shx")) for name in names):
        raise fail("shapefile_part", layer=source.layer, value=source.path.name, missing=".shp")
    details = {"layers": "、".join(PurePosixPath(name).stem if shapes else name for name in shapes or others)}
    code = "zip_empty" if not (shapes or others) else "sublayer_needed" if not source.sublayer else "sublayer_missing"
    raise fail(code, layer=source.layer, column="layer", value=source.sublayer or source.path.name, **details)


def _copy(package: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, source: LayerSource) -> int:
    """Unpack one member, stopping at ``left`` bytes; return how many remain."""
    try:
        with package.open(member) as packed, target.open("wb") as plain:
            while block := packed.read(1 << 20):
                left -= len(block)
                if left < 0:
                    raise fail("file_too_big", layer=source.layer, value=source.path.name)
                plain.write(block)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise fail("file_unreadable", layer=source.layer, value=source.path.name, why=str(error)[:200]) from error
    return left
