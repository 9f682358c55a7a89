"""Writing the made-up city: the same bytes for the same seed, nothing overwritten by mistake, and the tool reads it."""

import hashlib
from pathlib import Path

import geopandas as gpd
import pytest

import geodata
from geodata.faults import InputError
from geodata.study import read_study
from scenarios.demo import write_demo
from scenarios.demo import writing as writing_module
from tests.scenarios.demo_files import Demo, read

PLACES, SEED = 300, 1
FILES = {
    "background.gpkg",
    "candidates.gpkg",
    "districts.geojson",
    "elevation.tif",
    "facilities.xlsx",
    "faults.csv",
    "gates.csv",
    "medical.csv",
    "residential.gpkg",
    "streets.gpkg",
    "study.toml",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return read(write_demo(tmp_path_factory.mktemp("demo") / "city", PLACES, SEED).parent)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_city(demo: Demo, tmp_path: Path) -> None:
    again = write_demo(tmp_path / "again", PLACES, SEED).parent
    assert set(digests(again)) == FILES
    assert digests(again) == digests(demo.folder)
    other = digests(write_demo(tmp_path / "other", PLACES, SEED + 1).parent)
    assert all(other[name] != digest for name, digest in digests(demo.folder).items())


def test_one_more_place_is_one_more_row(demo: Demo, tmp_path: Path) -> None:
    more = gpd.read_file(write_demo(tmp_path / "more", PLACES + 1, SEED).parent / "residential.gpkg")
    assert (len(demo.places), len(more)) == (PLACES, PLACES + 1)
    assert demo.places["小区编号"].is_unique


def test_the_study_file_names_every_layer(demo: Demo) -> None:
    study = read_study(demo.folder / "study.toml")
    assert set(study.layers) == {
        "residential",
        "gates",
        "facilities",
        "medical",
        "districts",
        "streets",
        "candidates",
        "elevation",
        "background",
    }
    assert study.policy == "linyi-2025"
    assert study.walking.limits_min == (5.0, 10.0, 15.0)


def test_reading_the_city_stops_at_no_fault_and_reports_the_planted_ones(demo: Demo) -> None:
    city = geodata.read_city(demo.folder / "study.toml", cached=False)
    assert len(city.residential) == PLACES
    reported = {(fault.layer, fault.row) for fault in city.faults}
    silent = {"blank_households", "blank_status", "street_island", "place_on_street_island", "duplicate_place"}
    for fault in demo.faults[~demo.faults["fault"].isin(silent)].itertuples():
        assert (fault.layer, fault.row) in reported, fault.fault
    assert "streets" in {fault.layer for fault in city.faults}
    assert city.residential.loc[demo.rows("blank_households")["id"], "households"].isna().all()
    assert city.facilities.loc[demo.rows("blank_status")["id"], "status"].isna().all()
    allowed = {("residential", int(row)) for row in demo.rows("duplicate_place")["row"]}
    planted = set(zip(demo.faults["layer"], demo.faults["row"], strict=True)) | allowed
    unplanned = [fault for fault in city.faults if fault.row is not None and (fault.layer, fault.row) not in planted]
    # a planted area (drawn twice, outside, too many elders) leaves its districts' totals unlike the sum of their areas
    bad = demo.faults.loc[demo.faults["layer"] == "residential", "id"]
    here = city.residential[city.residential.index.isin(bad)]
    held, said = here[["community_id", "street_id", "county_id"]].stack(), here[["community", "street"]].stack()
    touched = city.districts.index.isin(held) | city.districts["name"].isin(said).to_numpy(dtype=bool)
    rows = set(city.districts.loc[touched, "row"])
    differ = [fault for fault in unplanned if fault.code == "district_elders_differ"]
    assert [fault for fault in unplanned if fault not in differ] == []  # nothing else is wrong with the city
    # an area that was moved beside its twin is missing where it came from: one district a level, named nowhere
    assert len([fault for fault in differ if fault.row not in rows]) <= 3 * len(demo.rows("duplicate_place"))


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_demo(tmp_path, PLACES, SEED)
    assert caught.value.faults[0].code == "demo_not_empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    (tmp_path / "study.toml").write_text('[study]\nname = "mine"\n', encoding="utf-8")
    with pytest.raises(InputError):
        write_demo(tmp_path, PLACES, SEED)


def test_a_demo_is_written_over_and_what_else_lies_there_stays(tmp_path: Path) -> None:
    study = write_demo(tmp_path / "city", PLACES, SEED)
    before = digests(study.parent)
    (study.parent / "notes.txt").write_text("mine", encoding="utf-8")
    assert write_demo(tmp_path / "city", PLACES, SEED + 1) == study
    after = digests(study.parent)
    assert "notes.txt" in after
    assert all(after[name] != before[name] for name in FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["city"]  # no half-written folder beside it


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(writing_module, "write_elevation", full)
    with pytest.raises(OSError, match="disk full"):
        write_demo(tmp_path / "city", PLACES, SEED)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("places", "seed", "code"),
    [(299, 1, "demo_places_range"), (100_001, 1, "demo_places_range"), (300, -1, "demo_seed")],
)
def test_sizes_out_of_range_are_refused(places: int, seed: int, code: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_demo(tmp_path / "city", places, seed)
    assert caught.value.faults[0].code == code
    assert str(places if code == "demo_places_range" else seed) in caught.value.faults[0].message("zh")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "city").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_demo(tmp_path / "city", PLACES, SEED)
    assert caught.value.faults[0].code == "demo_not_a_folder"
