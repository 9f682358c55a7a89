"""Arrays kept beside the study, under a hash of everything they were made from, and mapped into memory when used again.

Nothing here can stop a run: an entry that is damaged, half-written or of another format is made again, and where the
folder can't be written the work is done without a cache.
"""

import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from hashlib import file_digest, sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geodata.faults import Fault, Severity
from geodata.street.snap import SegmentGrid, grid, remember
from geodata.streets import Streets

FORMAT = 1
KEPT = 6  # entries; the oldest go first
SIBLINGS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix")
Array = NDArray[np.generic]
Entry = tuple[dict[str, Array | None], dict[str, str]]


def key_of(paths: Iterable[Path], settings: Mapping[str, object]) -> str:
    """Hash the content of files (a shapefile with its siblings) and of settings; neither names nor times count."""
    total = sha256(f"format {FORMAT}\n".encode())
    for path in paths:
        parts = [path]
        if path.suffix.lower() == ".shp":
            around = sorted(path.parent.glob(f"{_escaped(path.stem)}.*"))
            parts = [part for part in around if part.suffix.lower() in SIBLINGS]
        for part in parts:
            with part.open("rb") as file:
                total.update(f"{part.suffix.lower()} {file_digest(file, 'sha256').hexdigest()}\n".encode())
        total.update(b"\n")
    total.update(json.dumps(dict(settings), sort_keys=True, default=str, ensure_ascii=False).encode())
    return total.hexdigest()


def save(folder: Path, key: str, arrays: Mapping[str, Array | None], meta: Mapping[str, str]) -> bool:
    """Keep arrays under ``key`` in ``folder/.cache``; False where that isn't possible.

    Everything is written under another name first and renamed when complete.
    """
    place = folder / ".cache"
    try:
        place.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=place))
    except OSError:
        return False
    try:
        sums = {}
        for name, values in arrays.items():
            if values is not None:
                plain = np.ascontiguousarray(values)
                np.save(unfinished / f"{name}.npy", plain)
                sums[name] = _sum(plain)
        note = {"format": FORMAT, "key": key, "arrays": {name: sums.get(name) for name in arrays}, "meta": dict(meta)}
        (unfinished / "entry.json").write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        shutil.rmtree(_entry(folder, key), ignore_errors=True)  # what is there could not be read
        unfinished.rename(_entry(folder, key))
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        return False
    _tidy(place)
    return True


def load(folder: Path, key: str) -> Entry | None:
    """Return the arrays kept under ``key``, mapped read-only, and their meta; None without a sound entry."""
    entry = _entry(folder, key)
    try:
        note = json.loads((entry / "entry.json").read_text(encoding="utf-8"))
        if note["format"] != FORMAT or note["key"] != key:
            return None
        arrays: dict[str, Array | None] = {}
        for name, kept_sum in note["arrays"].items():
            arrays[name] = None
            if kept_sum is not None:
                values = _mapped(entry / f"{name}.npy")
                if _sum(values) != kept_sum:
                    return None
                arrays[name] = values
        meta = {str(word): str(value) for word, value in note["meta"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError):
        return None
    with suppress(OSError):
        os.utime(entry)  # used now: the last to be tidied away
    return arrays, meta


def streets_cached(
    folder: Path, key: str, build: Callable[[], tuple[Streets, list[Fault]]]
) -> tuple[Streets, list[Fault]]:
    """Return the streets kept under ``key`` with their grid and the faults found then, or build and keep them."""
    if (entry := load(folder, key)) and (found := _as_streets(*entry)):
        return found
    streets, faults = build()
    cells = grid(streets)
    arrays = {field.name: getattr(streets, field.name) for field in fields(Streets) if not _is_text(field.name)}
    arrays |= {"grid_start": cells.cell_start, "grid_segment": cells.segment}
    size = {name: getattr(cells, name) for name in ("x_m", "y_m", "cell_m", "columns", "rows")}
    meta = {
        "crs_m": streets.crs_m.to_wkt(),
        "source": streets.source,
        "fingerprint": streets.fingerprint,
        "grid": json.dumps(size),
        "faults": json.dumps([_as_row(fault) for fault in faults], ensure_ascii=False),
    }
    save(folder, key, arrays, meta)
    return streets, faults


def _is_text(name: str) -> bool:
    return name in {"crs_m", "source", "fingerprint"}


def _as_streets(arrays: dict[str, Array | None], meta: dict[str, str]) -> tuple[Streets, list[Fault]] | None:
    try:
        cells = SegmentGrid(
            **json.loads(meta["grid"]),
            cell_start=arrays.pop("grid_start"),  # type: ignore[arg-type]  # kept with its dtype
            segment=arrays.pop("grid_segment"),  # type: ignore[arg-type]
        )
        texts = {name: meta[name] for name in ("source", "fingerprint")}
        streets = Streets(crs_m=CRS.from_wkt(meta["crs_m"]), **texts, **arrays)  # type: ignore[arg-type]
        faults = [Fault(**row | {"severity": Severity(row["severity"])}) for row in json.loads(meta["faults"])]
    except (KeyError, TypeError, ValueError):  # another version's fields
        return None
    remember(streets, cells)
    return streets, faults


def _as_row(fault: Fault) -> dict[str, object]:
    row = {field.name: getattr(fault, field.name) for field in fields(Fault)}
    row["details"] = dict(fault.details)
    return json.loads(json.dumps(row, default=str))  # type: ignore[no-any-return]


def _mapped(path: Path) -> Array:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except ValueError:  # an array without elements can't be mapped
        values = np.load(path, allow_pickle=False)
        if values.size:
            raise
        values.setflags(write=False)
        return values  # type: ignore[no-any-return]


def _sum(values: Array) -> str:
    """Return shape, type and CRC-32 of an array: enough to see a damaged file."""
    return f"{values.dtype.str} {values.shape} {zlib.crc32(np.ascontiguousarray(values).data)}"


def _entry(folder: Path, key: str) -> Path:
    return folder / ".cache" / key[:32]


def _tidy(place: Path) -> None:
    """Delete all entries but the newest; other files in the folder stay, and what can't be deleted stays too."""
    try:
        entries = [path for path in place.iterdir() if (path / "entry.json").is_file()]
        entries.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    except OSError:
        return
    for path in entries[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _escaped(stem: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in stem)
