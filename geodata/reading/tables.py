"""Any file a planner hands over, to a raw table: the one place that knows which reader takes which file."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from geodata.faults import InputError, fail
from geodata.reading.gis_files import read_geojson, read_geopackage, read_parquet
from geodata.reading.raw_table import MOST_BYTES, RawTable
from geodata.reading.shapefiles import read_shapefile, unpacked
from geodata.reading.sheets import read_csv
from geodata.reading.workbooks import read_excel
from geodata.study import LayerSource

__all__ = ["FORMATS", "RawTable", "read_table"]

READERS: Mapping[str, Callable[[LayerSource], RawTable]] = {
    ".gpkg": read_geopackage,
    ".gdb": read_geopackage,
    ".geojson": read_geojson,
    ".json": read_geojson,
    ".shp": read_shapefile,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": read_excel,
    ".xlsm": read_excel,
    ".xls": read_excel,
    ".et": read_excel,
    ".parquet": read_parquet,
    ".geoparquet": read_parquet,
}
FORMATS = (*READERS, ".zip")
FOREIGN = {  # endings of files that planners have, and what to say of them
    "file_archive": (".rar", ".7z", ".tar", ".gz"),
    "file_drawing": (".dwg", ".dxf", ".dgn"),
    "file_document": (".doc", ".docx", ".wps", ".pdf", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".ofd"),
    "file_markers": (".kml", ".kmz", ".ovkml", ".ovkmz", ".ovobj", ".gpx"),
}
ARCHIVES = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z"}  # how a file begins, whatever it is called


def foreign(name: str, head: bytes = b"") -> tuple[str, str] | None:
    """Return what to say of a file that isn't read here, and its format; None where there is nothing special to say."""
    for begin, word in ARCHIVES.items():
        if head.startswith(begin):
            return "file_archive", word
    ending = Path(name).suffix.lower()
    code = next((code for code, endings in FOREIGN.items() if ending in endings), "")
    return (code, ending.removeprefix(".").upper()) if code else None


def read_table(source: LayerSource) -> RawTable:
    """Read the file of one layer as it stands; raise InputError, and nothing else, where that can't be done."""
    path, layer = source.path, source.layer
    try:
        return _read(source)
    except InputError:
        raise
    except PermissionError as error:
        raise fail("file_locked", layer=layer, value=path.name) from error
    except MemoryError as error:
        raise fail("file_too_big", layer=layer, value=path.name) from error
    except Exception as error:
        # a damaged file can make a reader raise anything
        why = f"{type(error).__name__}: {error}"[:200].replace("\n", " ")
        raise fail("file_unreadable", layer=layer, value=path.name, why=why) from error


def _head(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(8)


def _read(source: LayerSource) -> RawTable:
    path, layer = source.path, source.layer
    ending = path.suffix.lower()
    if not path.is_file() and not path.is_dir():  # pipes and devices never end
        raise fail("file_missing", layer=layer, column=f"layers.{layer}.path", value=path.name)
    if ending not in FORMATS or path.is_dir() != (ending == ".gdb"):
        code = "shapefile_main" if ending in {".dbf", ".shx", ".prj", ".cpg"} else "format_unknown"
        code, word = foreign(path.name) or (code, "")
        raise fail(code, layer=layer, value=path.name, formats=" ".join(FORMATS), format=word)
    if not path.is_dir() and (other := foreign("", _head(path))):
        raise fail(other[0], layer=layer, value=path.name, format=other[1])
    size = 1 if path.is_dir() else path.stat().st_size
    if size == 0:
        raise fail("table_empty", layer=layer, value=path.name)
    if size > MOST_BYTES:
        raise fail("file_too_big", layer=layer, value=path.name)
    if ending != ".zip":
        return READERS[ending](source)
    with unpacked(source) as main:
        try:
            return READERS[main.suffix](replace(source, path=main, sublayer=""))
        except InputError as error:
            faults = [replace(fault, value=path.name) if fault.value == main.name else fault for fault in error.faults]
            raise InputError(faults) from error
