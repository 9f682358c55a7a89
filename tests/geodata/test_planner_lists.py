"""What planners' lists leave unsaid: kinds told by names, coordinates told by figures, and each guess is listed."""

from pathlib import Path

import pytest

from geodata.reading import proposal
from geodata.reading.layers import read_lonlat
from geodata.reading.proposal import propose
from geodata.reading.tables import read_table
from tests.geodata.nasty import codes, only, refused, source


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


FACILITIES = """设施名称,经度,纬度,状态
幸福里社区日间照料中心（二期）,117.31,35.86,已建
文东街道综合养老服务中心,117.32,35.87,在建
夕阳红,117.33,35.88,拟建
"""


def test_a_list_without_kinds_goes_by_its_names(tmp_path):
    read = read_lonlat(source(write(tmp_path / "a.csv", FACILITIES), "facilities"))
    assert list(read.table["kind"]) == ["day_care", "street_center", "other"]
    (told,) = only(read.faults, "kind_by_name")
    assert (told.column, told.details) == ("设施名称", {"told": 2, "rows": 3})
    assert [(fault.row, fault.value) for fault in only(read.faults, "kind_not_in_name")] == [(4, "夕阳红")]
    codes(read.faults)


def test_built_counts_as_open_with_a_doubt(tmp_path):
    read = read_lonlat(source(write(tmp_path / "a.csv", FACILITIES), "facilities"))
    assert list(read.table["status"]) == ["open", "building", "planned"]
    assert [(fault.row, fault.value) for fault in only(read.faults, "choice_assumed")] == [(2, "已建")]


def test_names_that_tell_nothing_leave_the_column_needed(tmp_path):
    path = write(tmp_path / "a.csv", "设施名称,经度,纬度\n夕阳红,117.31,35.86\n")
    assert refused(read_lonlat, source(path, "facilities")) == ["column_needed"]


def test_a_blank_kind_goes_by_the_name_and_a_given_one_never(tmp_path):
    text = "名称,类型,经度,纬度\n甲医院,,117.31,35.86\n乙医院,诊所,117.32,35.87\n丙,,117.33,35.88\n"
    read = read_lonlat(source(write(tmp_path / "a.csv", text), "medical"))
    assert list(read.table["kind"]) == ["hospital", "clinic", "other"]
    assert [fault.row for fault in only(read.faults, "kind_of_name")] == [2]
    assert [fault.row for fault in only(read.faults, "kind_missing")] == [4]


def test_spaces_that_fill_a_name_are_taken_away_and_listed(tmp_path):
    text = "小区名称,户数,经度,纬度\n和 平 里,1,117.31,35.86\nA 座 SOHO,2,117.32,35.87\n"
    read = read_lonlat(source(write(tmp_path / "a.csv", text)))
    assert list(read.table["name"]) == ["和平里", "A 座 SOHO"]  # beside Latin letters a space belongs
    assert [(fault.row, fault.details["read"]) for fault in only(read.faults, "name_spaced")] == [(2, "和平里")]


ROWS = "117.312345,35.861234\n117.322345,35.871234\n117.332345,35.881234\n"


def test_coordinates_are_told_by_their_figures_where_no_header_names_them(tmp_path):
    lines = [f"园{place},10{place},{pair}" for place, pair in enumerate(ROWS.split())]
    path = write(tmp_path / "a.csv", "\n".join(["小区名称,户数,甲,乙", *lines]))
    read = read_lonlat(source(path))
    assert read.table.geometry.iloc[0].coords[0] == (117.312345, 35.861234)
    (doubt,) = only(read.faults, "coordinates_by_value")
    assert doubt.details == {"x": "甲", "y": "乙"}
    # two columns that could be longitudes: nothing is guessed
    two = write(
        tmp_path / "b.csv",
        "\n".join(["小区名称,户数,甲,乙,丙", *(f"{line},117.3{n}1" for n, line in enumerate(lines))]),
    )
    assert "coordinates_absent" in refused(read_lonlat, source(two))
    # settled columns are never added to
    assert "coordinates_absent" in refused(read_lonlat, source(path, columns={"x": ""}))


@pytest.mark.parametrize(("decimals", "wrong"), [("", True), (".5", False)])
def test_whole_degrees_are_no_places(tmp_path, decimals, wrong):
    path = write(tmp_path / "a.csv", "名称,户数,经度,纬度\n" + f"甲,1,117{decimals},35\n" * 3)
    if wrong:
        assert refused(read_lonlat, source(path)) == ["coordinates_whole"]
    else:
        assert read_lonlat(source(path)).table.geometry.notna().all()


@pytest.mark.parametrize(
    ("name", "note", "settled", "expected"),
    [
        ("小区(高德).csv", "", {}, ["named_gcj02"]),
        ("小区.csv", "注：坐标取自百度地图,,,\n", {}, ["named_bd09"]),
        ("小区.csv", "", {}, []),
        ("小区(高德).csv", "", {"crs": "wgs84"}, []),  # the user has said so
    ],
)
def test_a_map_named_in_file_or_note_is_a_doubt(tmp_path, name, note, settled, expected):
    lines = "".join(f"园{place},1,{pair}\n" for place, pair in enumerate(ROWS.split()))
    read = read_lonlat(source(write(tmp_path / name, f"小区名称,户数,经度,纬度\n{lines}{note}"), **settled))
    assert [code for code in codes(read.faults) if code.startswith("named_")] == expected


def test_a_file_is_read_once_for_a_proposal(tmp_path, monkeypatch):
    times = []

    def counted(given):
        times.append(given.path.name)
        return read_table(given)

    monkeypatch.setattr(proposal, "read_table", counted)
    monkeypatch.setattr("geodata.reading.layers.read_table", counted)
    assert propose(source(write(tmp_path / "a.csv", FACILITIES), "facilities")).usable
    assert times == ["a.csv"]
