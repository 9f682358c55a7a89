"""Intake: which files make a layer, and which are refused whatever they are called."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.faults import Fault, InputError, Severity
from geodata.study import LayerSource
from scenarios import intake
from scenarios.intake import Upload, main_file, safe_name, take


def code(layer: str, *uploads: Upload) -> str:
    with pytest.raises(InputError) as caught:
        main_file(layer, uploads)
    return caught.value.faults[0].code


def files(*names: str) -> list[Upload]:
    return [Upload(name, b"1,2") for name in names]


@pytest.mark.parametrize(
    ("layer", "names", "main"),
    [
        ("residential", ["小区.xlsx"], "小区.xlsx"),
        ("residential", ["a.dbf", "a.shp", "a.SHX", "a.prj", "a.cpg", "a.shp.xml"], "a.shp"),
        ("streets", ["a.osm.pbf"], "a.osm.pbf"),
        ("streets", ["路.zip"], "路.zip"),
        ("elevation", ["dem.tif"], "dem.tif"),
    ],
)
def test_one_file_is_the_layer(layer: str, names: list[str], main: str) -> None:
    assert main_file(layer, files(*names)) == main


@pytest.mark.parametrize(
    ("layer", "names", "expected"),
    [
        ("residential", [], "intake_none"),
        ("residential", ["a.csv", "b.csv"], "intake_several"),
        ("residential", ["a.csv", "A.CSV"], "intake_twice"),
        ("residential", ["x/a.csv", "y/a.csv"], "intake_twice"),
        ("residential", ["a.shp", "b.dbf", "a.shx"], "intake_other_part"),
        ("residential", ["a.csv", "a.dbf"], "intake_other_part"),
        ("residential", ["a.dbf", "a.shx"], "shapefile_part"),
        ("residential", [f"{n}.shp" for n in range(41)], "intake_too_many"),
        ("residential", ["a.xlsm"], "intake_macros"),
        ("residential", ["a.pkl"], "format_unknown"),
        ("residential", ["a.html"], "format_unknown"),
        ("residential", ["a.exe"], "format_unknown"),
        ("residential", ["a"], "format_unknown"),
        ("residential", ["a.osm.pbf"], "format_unknown"),
        ("elevation", ["a.xlsx"], "format_unknown"),
    ],
)
def test_files_that_make_no_layer(layer: str, names: list[str], expected: str) -> None:
    assert code(layer, *files(*names)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pickle.dumps({"a": 1}), "intake_program"),
        (b"MZ\x90\x00", "intake_program"),
        (b"\x7fELF", "intake_program"),
        (b"#!/bin/sh\n", "intake_program"),
        (b"\xef\xbb\xbf \r\n<!DOCTYPE HTML><table>", "intake_page"),
        (b"<HTML xmlns:x=''>", "intake_page"),
        (b"", "table_empty"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls"])
def test_what_a_file_holds_counts_more_than_its_name(name: str, data: bytes, expected: str) -> None:
    assert code("residential", Upload(name, data)) == expected


def test_every_refusal_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        main_file("residential", [Upload("a.xlsm", b"x"), Upload("b.csv", b"MZ")])
    assert [fault.code for fault in caught.value.faults] == ["intake_macros", "intake_program"]
    assert "a.xlsm" in str(caught.value)


def test_files_are_stored_apart_and_the_unused_go(tmp_path: Path) -> None:
    first, second = (take(tmp_path, "residential", [Upload("../../x/小区.csv", text)]) for text in (b"1", b"2"))
    other = take(tmp_path, "streets", [Upload("小区.zip", b"PK")])
    assert first.path.name == "小区.csv"
    assert first.path.is_relative_to(tmp_path / "data")
    assert (first.path.read_bytes(), second.path.read_bytes()) == (b"1", b"2")
    with pytest.raises(InputError):
        take(tmp_path, "residential", [Upload("a.exe", b"x")])
    assert len(list((tmp_path / "data").iterdir())) == 3
    intake.drop_unused(tmp_path, second)
    assert not first.path.exists()
    assert second.path.exists()
    assert other.path.exists()
    intake.drop_unused(tmp_path, LayerSource(layer="residential", path=tmp_path / "elsewhere.csv"))
    assert not second.path.exists()


def test_a_full_disk_is_said_and_nothing_half_stored_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="没能存下（No space left on device）"):
        take(tmp_path, "residential", files("a.csv"))
    assert not list((tmp_path / "data").iterdir())


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_BYTES", 5)
    assert main_file("residential", [Upload("a.shp", b"123"), Upload("a.dbf", b"45")]) == "a.shp"
    assert code("residential", Upload("a.shp", b"123"), Upload("a.dbf", b"456")) == "file_too_big"


@given(st.text(min_size=1, max_size=300))
def test_any_name_becomes_a_name_a_disk_can_hold(name: str) -> None:
    found = safe_name(name)
    assert found
    assert not set(found) & set('/\\<>:"|?*\0')
    assert found == found.strip(" ")
    assert len(found.encode()) <= intake.MOST_NAME_BYTES
    assert found.split(".")[0].casefold() not in intake.RESERVED


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\资料\\小区 (1).xlsx", "小区 (1).xlsx"),
        ("../../a.csv", "a.csv"),
        ("con.csv", "con_.csv"),
        ("a\u202excod.csv", "a_xcod.csv"),
        ("<b>.csv", "_b_.csv"),
        ("..", "_"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_faults_are_sorted_counted_and_said_once() -> None:
    doubt = Fault(code="x", severity=Severity.DOUBT, layer="b", row=2)
    faults = [Fault(code="y", severity=Severity.NOTE), doubt, Fault(code="z", layer="a"), doubt]
    found = intake.sorted_faults(faults)
    assert [fault.code for fault in found] == ["z", "x", "y"]
    assert intake.counts(found) == {"error": 1, "doubt": 1, "repair": 0, "note": 1}


def test_zones_are_named_by_their_meridian() -> None:
    # CGCS2000 / 3-degree Gauss-Kruger CM 75E is EPSG:4534, CM 117E is 4548, CM 135E is 4554
    assert [intake.meridian_deg(f"EPSG:{code}") for code in (4534, 4548, 4554)] == [75, 117, 135]
    assert [intake.meridian_deg(word) for word in ("EPSG:4533", "EPSG:4555", "4548", "auto", "EPSG:x")] == [None] * 5


def test_a_longitude_lies_in_its_zone() -> None:
    # zones are three degrees wide: 118.4 is nearer to 117 than to 120, 118.6 is not
    assert [intake.zone_at(lon) for lon in (117.0, 118.4, 118.6, 75.0, 60.0, None)] == [
        "EPSG:4548",
        "EPSG:4548",
        "EPSG:4549",
        "EPSG:4534",
        "",
        "",
    ]


def test_a_name_that_speaks_for_a_system_is_offered() -> None:
    assert intake.better_system(Fault(code="named_gcj02")) == "gcj02"
    assert intake.better_system(Fault(code="named_nothing")) is None


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.rar", b"x", "file_archive"),
        ("a.zip", b"Rar!\x1a\x07", "file_archive"),
        ("a.dwg", b"AC1032", "file_drawing"),
        ("a.docx", b"PK", "file_document"),
        ("a.ovkml", b"<kml", "file_markers"),
    ],
)
def test_files_of_other_programs_are_refused_with_advice(name: str, data: bytes, expected: str) -> None:
    assert code("residential", Upload(name, data)) == expected
