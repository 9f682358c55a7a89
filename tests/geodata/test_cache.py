"""The cache: same in and out, never half-written, never in the way."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely import LineString

from geodata import cache
from geodata.faults import Fault, Severity
from geodata.street.build import from_lines
from geodata.street.snap import grid, snap
from geodata.streets import Streets

KEY = "a1" * 32
ARRAYS = {"lengths": np.arange(5.0), "bits": np.array([1, 2], np.uint8), "none": None, "empty": np.zeros(0, np.int32)}


def entry(folder: Path, key: str = KEY) -> Path:
    return folder / ".cache" / key[:32]


def test_what_was_saved_comes_back_read_only(tmp_path: Path) -> None:
    assert cache.load(tmp_path, KEY) is None
    assert cache.save(tmp_path, KEY, ARRAYS, {"who": "路网"})
    found = cache.load(tmp_path, KEY)
    assert found is not None
    arrays, meta = found
    assert meta == {"who": "路网"}
    assert list(arrays) == list(ARRAYS)
    assert arrays["none"] is None
    for name in ("lengths", "bits", "empty"):
        kept, given = arrays[name], ARRAYS[name]
        assert kept is not None
        assert given is not None
        assert kept.dtype == given.dtype
        assert (kept == given).all()
        assert not kept.flags.writeable
    assert [path.name for path in (tmp_path / ".cache").iterdir()] == [KEY[:32]]  # nothing unfinished is left


def spoil_bytes(path: Path) -> None:
    data = bytearray((path / "lengths.npy").read_bytes())
    data[-3] ^= 1
    (path / "lengths.npy").write_bytes(data)


def spoil_note(path: Path, **changes: object) -> None:
    note = json.loads((path / "entry.json").read_text(encoding="utf-8"))
    (path / "entry.json").write_text(json.dumps(note | changes), encoding="utf-8")


DAMAGES = {
    "a flipped bit": spoil_bytes,
    "cut short": lambda path: (path / "lengths.npy").write_bytes((path / "lengths.npy").read_bytes()[:-8]),
    "emptied": lambda path: (path / "lengths.npy").write_bytes(b""),
    "no array": lambda path: (path / "lengths.npy").unlink(),
    "no note": lambda path: (path / "entry.json").unlink(),
    "a note cut short": lambda path: (path / "entry.json").write_text('{"format": 1, "arr'),
    "another note": lambda path: (path / "entry.json").write_text("[1, 2]"),
    "an older format": lambda path: spoil_note(path, format=0),
    "another key": lambda path: spoil_note(path, key="b" * 64),
    "pickled": lambda path: np.save(path / "lengths.npy", np.array([{}], dtype=object), allow_pickle=True),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_none_and_is_made_again(tmp_path: Path, damage: str) -> None:
    cache.save(tmp_path, KEY, ARRAYS, {})
    DAMAGES[damage](entry(tmp_path))
    assert cache.load(tmp_path, KEY) is None
    assert cache.save(tmp_path, KEY, ARRAYS, {})
    assert cache.load(tmp_path, KEY) is not None


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("a file is in the way")
    assert not cache.save(tmp_path, KEY, ARRAYS, {})
    assert cache.load(tmp_path, KEY) is None


def test_only_the_newest_entries_stay(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "streets-0.graphml").write_text("a download is no entry")
    keys = [f"{number:064x}"[::-1] for number in range(cache.KEPT + 3)]
    for key in keys:
        cache.save(tmp_path, key, ARRAYS, {})
        assert cache.load(tmp_path, keys[0]) is not None  # used all the time
    kept = [key for key in keys if cache.load(tmp_path, key) is not None]
    assert len(kept) == cache.KEPT
    assert keys[0] in kept
    assert keys[-1] in kept
    assert (tmp_path / ".cache" / "streets-0.graphml").is_file()


def test_key_follows_content_and_settings_only(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("a")
    two.write_text("a")
    base = cache.key_of([one], {"crs": "auto", "n": 1})
    assert cache.key_of([two], {"n": 1, "crs": "auto"}) == base
    assert cache.key_of([one], {"crs": "auto", "n": 2}) != base
    assert cache.key_of([one, two], {"crs": "auto", "n": 1}) != base
    one.write_text("b")
    assert cache.key_of([one], {"crs": "auto", "n": 1}) != base


def test_key_of_a_shapefile_takes_its_siblings(tmp_path: Path) -> None:
    for name, text in (("a[1].shp", "1"), ("a[1].dbf", "2"), ("a[1].xml", "3"), ("a1.dbf", "4")):
        (tmp_path / name).write_text(text)
    base = cache.key_of([tmp_path / "a[1].shp"], {})
    for name, changes in (("a[1].xml", False), ("a1.dbf", False), ("a[1].dbf", True), ("a[1].prj", True)):
        (tmp_path / name).write_text("new")
        assert (cache.key_of([tmp_path / "a[1].shp"], {}) != base) is changes


def test_streets_come_back_whole_with_grid_and_faults(tmp_path: Path) -> None:
    lines = [LineString([(0, 0), (100, 0)]), LineString([(50, 0), (50, 70)])]
    fresh = from_lines(gpd.GeoDataFrame({"highway": ["primary", "footway"]}, geometry=lines, crs=CRS.from_epsg(4548)))
    faults = [Fault(code="street_islands", severity=Severity.DOUBT, layer="streets", details={"count": 1, "km": "0.1"})]
    calls: list[int] = []

    def build() -> tuple[Streets, list[Fault]]:
        calls.append(1)
        return fresh, faults

    first, _ = cache.streets_cached(tmp_path, KEY, build)
    assert first is fresh
    again, same = cache.streets_cached(tmp_path, KEY, build)
    assert len(calls) == 1
    assert same == faults
    for name, value in vars(fresh).items():
        kept = getattr(again, name)
        assert np.array_equal(kept, value) if isinstance(value, np.ndarray) else kept == value, name
    assert (grid(again).segment == grid(fresh).segment).all()
    for mine, theirs in zip(snap(again, [20.0], [5.0], 50.0), snap(fresh, [20.0], [5.0], 50.0), strict=True):
        assert mine.tolist() == theirs.tolist()
    (entry(tmp_path) / "vertex_x_m.npy").write_bytes(b"spoilt")
    cache.streets_cached(tmp_path, KEY, build)
    assert len(calls) == 2


def test_streets_of_other_fields_are_built_again(tmp_path: Path) -> None:
    fresh = from_lines(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (100, 0)])], crs=CRS.from_epsg(4548)))
    cache.save(tmp_path, KEY, {"node_x_m": np.zeros(1)}, {"crs_m": "EPSG:4548"})
    found, _ = cache.streets_cached(tmp_path, KEY, lambda: (fresh, []))
    assert found is fresh
    assert cache.streets_cached(tmp_path, KEY, lambda: pytest.fail("not kept"))[0].nodes == fresh.nodes
