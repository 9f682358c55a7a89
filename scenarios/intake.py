"""Intake: files as planners have them, from their browser into the study's folder; what can't be data is refused."""

import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geodata.city import City
from geodata.coordinates.datum import datum_doubts
from geodata.coordinates.metric import metric_crs_of
from geodata.faults import Fault, InputError, Severity, fail
from geodata.reading.proposal import RASTERS, Proposal
from geodata.reading.tables import FORMATS, foreign
from geodata.schema import LAYERS
from geodata.street.build import read_streets
from geodata.study import LayerSource
from planning.groups import site_faults

MOST_FILES = 40  # in one go: a shapefile is up to eight
MOST_BYTES = 1024**3  # of all files of one layer
MOST_NAME_BYTES = 200
MOST_PREVIEW_BYTES = 80 * 1024**2  # larger street files are not drawn before they are used
NEEDED = ("residential", "streets")
SITES = ("facilities", "medical")  # without one of these nothing can be reached
STREET_FORMATS = (".osm", ".pbf", ".osm.gz", ".osm.bz2", ".graphml")
SHAPE_PARTS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".shp.xml")
MACRO_FORMATS = (".xlsm", ".xlsb", ".xlam", ".xltm")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}  # Windows
FIRST_ZONE, ZONES, FIRST_MERIDIAN_DEG = 4534, 21, 75  # CGCS2000 / 3-degree Gauss-Krüger, named by meridian
SYSTEMS = (
    "auto",
    "wgs84",
    "cgcs2000",
    "gcj02",
    "bd09",
    *(f"EPSG:{code}" for code in range(FIRST_ZONE, FIRST_ZONE + ZONES)),
)
# how a file begins that is something else than its ending says
PROGRAMS = ((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), (b"MZ", b"\x7fELF", b"#!"))
PAGES = (b"<!doctype html", b"<html", b"<script")


@dataclass(frozen=True)
class Upload:
    """One file as the browser hands it over."""

    name: str
    data: bytes


def layers() -> tuple[str, ...]:
    """Return every layer that a study may have, those that are needed first."""
    return (*NEEDED, *(layer for layer in LAYERS if layer not in NEEDED))


def formats(layer: str) -> tuple[str, ...]:
    """Return the endings of files that a layer may come in."""
    if layer in RASTERS:
        return (".tif", ".tiff")
    tables = tuple(ending for ending in FORMATS if ending not in {*MACRO_FORMATS, ".gdb"})
    return (*tables, *STREET_FORMATS) if layer == "streets" else tables


def take(folder: Path, layer: str, uploads: Sequence[Upload]) -> LayerSource:
    """Store the files of one layer in a new folder below ``folder`` and return where the layer is read from.

    Nothing is stored unless everything can be; what the study uses now stays untouched.
    """
    main = main_file(layer, uploads)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    kept = Path(tempfile.mkdtemp(prefix=f"{layer}-", dir=data))
    try:
        for upload in uploads:
            (kept / safe_name(upload.name)).write_bytes(upload.data)
    except OSError as error:
        shutil.rmtree(kept, ignore_errors=True)
        raise fail("intake_no_room", layer=layer, value=main, why=error.strerror or str(error)) from error
    return LayerSource(layer=layer, path=kept / main)


def drop_unused(folder: Path, source: LayerSource) -> None:
    """Remove earlier uploads of a layer once ``source`` is what the study uses."""
    for kept in sorted((folder / "data").glob(f"{source.layer}-*")):
        if kept.is_dir() and kept.resolve() != source.path.parent.resolve():
            shutil.rmtree(kept, ignore_errors=True)


def main_file(layer: str, uploads: Sequence[Upload]) -> str:
    """Return the name of the one file that a layer is read from; raise InputError where the files can't be taken."""
    if not uploads:
        raise fail("intake_none", layer=layer)
    if len(uploads) > MOST_FILES:
        raise fail("intake_too_many", layer=layer, value=len(uploads), most=MOST_FILES)
    if sum(len(upload.data) for upload in uploads) > MOST_BYTES:
        raise fail("file_too_big", layer=layer, value=uploads[0].name)
    faults = [fault for upload in uploads for fault in _refused(layer, upload)]
    if faults:
        raise InputError(faults)
    names = [safe_name(upload.name) for upload in uploads]
    if len({name.casefold() for name in names}) < len(names):
        raise fail("intake_twice", layer=layer, value="、".join(sorted(names)))
    mains = [name for name in names if not name.casefold().endswith(SHAPE_PARTS)]
    if not mains:
        raise fail("shapefile_part", layer=layer, value=names[0], missing=".shp")
    if len(mains) > 1:
        raise fail("intake_several", layer=layer, value="、".join(mains))
    main = mains[0]
    stem = main[: -len(".shp")] if main.casefold().endswith(".shp") else ""
    strange = [
        name for name in names if name != main and name.split(".")[0].casefold() != stem.split(".")[0].casefold()
    ]
    if strange:
        raise fail("intake_other_part", layer=layer, value="、".join(strange), main=main)
    return main


def _refused(layer: str, upload: Upload) -> list[Fault]:
    """Say why one file can't be taken, whatever the others are."""
    name = safe_name(upload.name)
    lower = name.casefold()
    head = upload.data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    code, details = "", {}
    if lower.endswith(MACRO_FORMATS):
        code = "intake_macros"
    elif not lower.endswith((*formats(layer), *SHAPE_PARTS)):
        code, word = foreign(name, upload.data[:8]) or ("format_unknown", "")
        details = {"formats": " ".join(formats(layer)), "format": word}
    elif other := foreign("", upload.data[:8]):
        code, details = other[0], {"format": other[1]}
    elif not upload.data and not lower.endswith(SHAPE_PARTS):
        code = "table_empty"
    elif upload.data.startswith(PROGRAMS[1]) or (upload.data.startswith(PROGRAMS[0]) and not lower.endswith(".dbf")):
        code = "intake_program"
    elif head.startswith(PAGES):
        code = "intake_page"
    return [Fault(code=code, layer=layer, value=name, details=details)] if code else []


def safe_name(name: str) -> str:
    """Return the last part of a file's name as any disk can hold it: Chinese stays, what can't be seen goes."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(letter if letter.isprintable() and letter not in '<>:"|?*' else "_" for letter in last)
    plain = unicodedata.normalize("NFC", plain).strip(" .") or "_"
    stem, dot, ending = plain.partition(".")
    stem = f"{stem}_" if stem.casefold() in RESERVED else stem
    while len(f"{stem}{dot}{ending}".encode()) > MOST_NAME_BYTES and stem:
        stem = stem[:-1]
    return f"{stem}{dot}{ending}".encode()[-MOST_NAME_BYTES:].decode("utf-8", "ignore")


def faults_of(city: City) -> tuple[Fault, ...]:
    """Return every fault and doubt of a city that was read."""
    return (*city.faults, *site_faults(city))


def sorted_faults(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Sort faults as the quality report does: gravest first, then by layer, row and column; each said once."""
    order = {severity: place for place, severity in enumerate(Severity)}
    once = {(fault.code, fault.layer, fault.row, fault.column, fault.shown()): fault for fault in reversed(faults)}
    return tuple(
        sorted(
            once.values(),
            key=lambda fault: (order[fault.severity], fault.layer, fault.row or 0, fault.column, fault.code),
        )
    )


def fit(found: Proposal, streets: LayerSource, folder: Path) -> tuple[Fault, ...]:
    """Doubt a layer that lies better on the streets in another coordinate system; silence is no proof.

    Parameters
    ----------
    folder
        Of the study, where built streets are kept.
    """
    if found.read is None or not len(found.points_deg):
        return ()
    try:
        crs_m = metric_crs_of("auto", *found.points_deg.T)
        built, _ = read_streets(streets, crs_m, folder=folder)
    except InputError:  # of the streets, and said there
        return ()
    return tuple(datum_doubts(found.layer, found.read.table.geometry, found.read.system, built))


def better_system(fault: Fault) -> str | None:
    """Return the system that a doubt (of ``fit``, or of the file's name) speaks for, as a study file calls it."""
    word = fault.code.removeprefix("probably_").removeprefix("named_")
    return word if word != fault.code and word in SYSTEMS else None


def errors(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return the faults that stop a run."""
    return tuple(fault for fault in faults if fault.severity == Severity.ERROR)


def counts(faults: Sequence[Fault]) -> dict[str, int]:
    """Count faults by severity."""
    return {severity.value: sum(fault.severity == severity for fault in faults) for severity in Severity}


def meridian_deg(word: str) -> int | None:
    """Return the central meridian of a three-degree zone among SYSTEMS, None for any other word."""
    number = word.removeprefix("EPSG:")
    place = int(number) - FIRST_ZONE if number.isdecimal() and word != number else -1
    return FIRST_MERIDIAN_DEG + 3 * place if 0 <= place < ZONES else None


def zone_at(lon_deg: float | None) -> str:
    """Return the three-degree zone that a longitude lies in, as a study file calls it; "" where none is known."""
    number = ZONES if lon_deg is None else round((lon_deg - FIRST_MERIDIAN_DEG) / 3)
    return f"EPSG:{FIRST_ZONE + number}" if 0 <= number < ZONES else ""
