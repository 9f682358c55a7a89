"""Names of columns and words in cells."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.reading.aliases import aliases, dimension, names, plain, unit_factor
from geodata.reading.attributes import words_of
from geodata.reading.columns import match, recognised
from geodata.reading.dates import read_date, read_dates
from geodata.reading.numbers import read_flags, read_number, read_numbers, text_of
from geodata.schema import COLUMNS
from tests.geodata.nasty import codes


def test_a_column_can_be_settled_as_not_used():
    found = match(["名称", "床位数", "总床位"], "facilities", {"beds": ""})
    assert found.headers == {"name": "名称"}
    assert not [fault for fault in found.faults if fault.code.startswith("column")]
    assert match(["名称", "床位数"], "facilities", {}).headers["beds"] == "床位数"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("345（含商铺）", 345),
        ("20户(空置12)", 20),
        ("88+", 88),
        ("100以上", 100),
        ("约1,234户（套）", 1234),
        ("（12）", None),
    ],
)
def test_what_stands_behind_a_number_is_left_aside(text, number):
    assert read_number(text, "households") == number


@pytest.mark.parametrize("text", ["117.357862°E", "E117.357862", "东经：117.357862°", "117.357862度", "经度117.357862"])
def test_degrees_with_their_direction(text):
    assert read_number(text, "axis") == 117.357862


@pytest.mark.parametrize(
    ("header", "layer", "name"),
    [
        ("小区名称", "residential", "name"),
        ("总户数（户）", "residential", "households"),
        ("规划户数", "residential", "households"),
        ("常住人口(万人)", "residential", "population"),
        ("６０岁及以上老年人口数（人）", "residential", "elders_60"),
        ("80周岁（含）以上老年人数", "residential", "elders_80"),
        ("人口（60岁以上）（人）", "residential", "elders_60"),  # not population with a remark
        ("≥60岁", "residential", "elders_60"),
        ("建成年代", "residential", "completion_date"),
        ("所属街道", "residential", "street"),
        ("建筑面积(㎡)", "facilities", "floor_area_m2"),
        ("建筑面积/平方米", "facilities", "floor_area_m2"),
        ("建筑面积㎡", "facilities", "floor_area_m2"),
        ("Floor_Area (m2)", "facilities", "floor_area_m2"),
        ("床位数（张）", "facilities", "beds"),
        ("护理型床位数", "facilities", "nursing_beds"),
        ("床位情况/其中：护理型（张）", "facilities", "nursing_beds"),
        ("运营状态", "facilities", "status"),
        ("医疗机构名称", "medical", "name"),
        ("XZQDM", "districts", "id"),
        ("小区编号", "gates", "place_id"),
        ("改造费用（万元）", "candidates", "cost_yuan"),
        ("经度", "residential", "x"),
        ("纬 度", "residential", "y"),
        ("LNG", "residential", "x"),
        ("X坐标(m)", "residential", "x"),
        ("东坐标", "residential", "x"),
        ("纵坐标", "residential", "y"),
        ("bd_lng", "residential", "x"),
        ("高德纬度", "residential", "y"),
        ("经纬度", "facilities", "geometry"),
        ("60岁以上老年人口占比(%)", "residential", ""),
        ("联系电话", "residential", ""),
        ("", "residential", ""),
    ],
)
def test_headers(header, layer, name):
    assert recognised(header, layer) == name


def test_no_name_stands_for_two_columns_of_a_layer():
    for layer, tables in aliases()["columns"].items():
        seen: dict[str, str] = {}
        for name, words in tables.items():
            assert layer == "common" or name in {column.name for column in COLUMNS[layer]}, name
            for word in words:
                assert seen.setdefault(plain(word), name) == name, (layer, word)


def test_no_word_stands_for_two_choices():
    for layer, columns in COLUMNS.items():
        for column in columns:
            if column.kind != "choice":
                continue
            words = words_of(layer, column)
            assert set(words.values()) == set(column.choices)
            name = {"facilities": "facility_kind", "medical": "medical_kind", "background": "background_kind"}.get(
                layer if column.name == "kind" else "", column.name
            )
            for choice, listed in aliases()["words"][name].items():
                for word in listed:
                    assert words[plain(word)] == choice, word


def test_every_schema_name_is_its_own_alias():
    for layer, columns in COLUMNS.items():
        for column in columns:
            assert names(layer)[plain(column.name)][0] == column.name
            assert recognised(column.name, layer) == column.name
            assert recognised(column.name.upper(), layer) == column.name


def test_units_are_converted_and_said():
    found = match(["编号", "名称", "类型", "建筑面积(亩)", "床位数"], "facilities", {})
    assert found.factors == {"floor_area_m2": pytest.approx(2000 / 3)}
    assert codes(found.faults) == ["column_unit"]
    assert match(["常住人口(万人)"], "residential", {}).factors == {"population": 10_000}
    assert match(["改造费用（万元）"], "candidates", {}).factors == {"cost_yuan": 10_000}
    assert match(["用地面积/公顷"], "facilities", {}).factors == {"site_area_m2": 10_000}


def test_units_that_cannot_be_are_refused():
    found = match(["小区名称", "户数(%)"], "residential", {})
    assert "households" not in found.headers
    assert codes(found.faults) == ["column_unit_refused"]
    found = match(["户数(公顷)"], "residential", {"households": "户数(公顷)"})
    assert [(fault.code, fault.severity) for fault in found.faults] == [("column_unit_refused", "error")]


def test_two_headers_for_one_column():
    found = match(["户数", "总户数", "名称"], "residential", {})
    assert found.headers["households"] == "户数"
    assert [(fault.code, fault.severity, fault.details["others"]) for fault in found.faults] == [
        ("column_twice", "doubt", "总户数")
    ]
    # what the user settles is no doubt
    found = match(["户数", "总户数", "名称"], "residential", {"households": "总户数"})
    assert found.headers["households"] == "总户数"
    assert not found.faults


def test_overrides():
    found = match(["代号", "住户", "楼盘"], "residential", {"id": "楼盘", "households": "住 户".replace(" ", "")})
    assert found.headers == {"id": "楼盘", "households": "住户", "name": "楼盘"}  # one column may be id and name
    wrong = match(["小区名称", "总户数"], "residential", {"households": "总户数量"})
    assert [(fault.code, fault.severity, fault.details["nearest"]) for fault in wrong.faults] == [
        ("column_not_there", "error", "总户数")
    ]
    # a column that the user gave another meaning isn't used for its old one
    assert "population" not in match(["人数"], "residential", {"elders_60": "人数"}).headers


def test_header_names_the_datum():
    found = match(["名称", "高德经度", "高德纬度"], "residential", {})
    assert (found.headers["x"], found.headers["y"], found.datum) == ("高德经度", "高德纬度", "gcj02")
    # y is taken from the same system as x
    found = match(["名称", "wgs84_lng", "bd_lat", "wgs84_lat"], "residential", {})
    assert (found.headers["x"], found.headers["y"], found.datum) == ("wgs84_lng", "wgs84_lat", "wgs84")


def test_names_cut_off_by_a_dbf():
    found = match(["floor_area", "nursing_be", "60岁以上老"], "facilities", {}, cut=True)
    assert (found.headers["floor_area_m2"], found.headers["nursing_beds"]) == ("floor_area", "nursing_be")
    assert "column_cut" in codes(found.faults)
    assert "nursing_beds" not in match(["nursing_be"], "facilities", {}).headers
    assert match(["built_elde", "completion"], "residential", {}, cut=True).headers == {
        "built_elder_area_m2": "built_elde",
        "completion_date": "completion",
    }


def test_a_row_counter_is_only_a_weak_id():
    assert match(["序号", "名称"], "residential", {}).weak_id
    assert not match(["序号", "小区编号", "名称"], "residential", {}).faults
    assert match(["序号", "小区编号", "名称"], "residential", {}).headers["id"] == "小区编号"


@pytest.mark.parametrize(
    ("text", "table", "value"),
    [
        ("1,200", "people", 1200),
        ("1，200", "people", 1200),
        ("１２００户", "households", 1200),
        ("约1200", "people", 1200),
        ("约 1200 人左右", "people", 1200),
        ("1200余人", "people", 1200),
        ("1200㎡", "area_m2", 1200),
        ("1200 平方米", "area_m2", 1200),
        ("1 200", "people", 1200),
        ("1\u00a0200", "people", 1200),
        ("1200.0", "people", 1200),
        ("1.2万", "people", 12_000),
        ("1.2万人", "people", 12_000),
        ("3亩", "area_m2", 2000),
        ("-5", "people", -5),
        ("50万元", "yuan", 500_000),
        ("117°30'36\"", "axis", 117.51),
        ("117°30′36″E", "axis", 117.51),
        ("E117.51", "axis", 117.51),
        ("东经117.51度", "axis", 117.51),
        ("117度30分", "axis", 117.5),
        ("二百", "people", None),
        ("1,20", "people", None),
        ("12 00", "people", None),
        ("100-200", "people", None),
        ("100+50", "people", None),
        ("12张", "households", None),
        ("1200㎡", "people", None),
        ("5%", "people", None),
        ("1.2.3", "people", None),
        ("abc", "people", None),
        ("1e999", "people", None),
        ("117°75'", "axis", None),
        ("", "people", None),
    ],
)
def test_numbers_as_text(text, table, value):
    assert read_number(text, table) == (None if value is None else pytest.approx(value))


def test_a_column_of_numbers():
    cells = pd.Series(
        [12, 12.5, "12", " 12 ", "1,200", "无", "-", None, "二百", True, "inf", np.nan, "１２", "暂无", 10**30],
        dtype=object,
    )
    read = read_numbers(cells, "people")
    np.testing.assert_array_equal(
        read.numbers,
        [12, 12.5, 12, 12, 1200, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, 12, np.nan, np.nan],
    )
    assert list(np.flatnonzero(read.repaired)) == [4, 12]
    assert list(np.flatnonzero(read.none_words)) == [5]
    assert list(np.flatnonzero(read.unreadable)) == [8, 9, 10, 14]


def test_units_of_a_cell_win_over_the_header():
    read = read_numbers(pd.Series(["2", "3亩", "4万"], dtype=object), "area_m2", 10_000)
    assert list(read.numbers) == [20_000, 2000, 40_000]


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(max_size=12),
            st.floats(),
            st.integers(),
            st.booleans(),
            st.dates(),
            st.binary(max_size=4),
        ),
        max_size=8,
    )
)
def test_any_cells_can_be_read(cells):
    """Nothing a cell may hold raises, and a cell is either a number, missing or reported."""
    series = pd.Series(cells, dtype=object)
    read = read_numbers(series, "people")
    assert len(read.numbers) == len(cells)
    assert not np.isinf(read.numbers).any()
    assert not (read.unreadable & ~np.isnan(read.numbers)).any()
    assert len(read_dates(series).days) == len(cells)
    flags, wrong = read_flags(series)
    assert not (flags.notna().to_numpy(dtype=bool) & wrong).any()


@given(st.integers(0, 10**9))
def test_grouped_and_plain_figures_are_the_same(number):
    for text in (f"{number:,}", f"{number}人", f"约{number}", f"{number:,}".replace(",", " "), f"{number}.0"):
        assert read_number(text, "people") == number


@pytest.mark.parametrize(
    ("cell", "day", "how"),
    [
        ("2024-03-01", dt.date(2024, 3, 1), "day"),
        ("2024/3/1", dt.date(2024, 3, 1), "day"),
        ("2024.3.1", dt.date(2024, 3, 1), "day"),
        ("2024年3月1日", dt.date(2024, 3, 1), "day"),
        ("2024-03-01T00:00:00", dt.date(2024, 3, 1), "day"),
        ("2024-03-01 08:30:00", dt.date(2024, 3, 1), "day"),
        ("20240301", dt.date(2024, 3, 1), "day"),
        (dt.datetime(2024, 3, 1, 5), dt.date(2024, 3, 1), "day"),  # noqa: DTZ001 - sheets know no zones
        (dt.date(2024, 3, 1), dt.date(2024, 3, 1), "day"),
        (pd.Timestamp("2024-03-01"), dt.date(2024, 3, 1), "day"),
        ("2024.3", dt.date(2024, 3, 31), "assumed"),
        ("2024-02", dt.date(2024, 2, 29), "assumed"),
        ("2023年2月", dt.date(2023, 2, 28), "assumed"),
        ("２０２４年", dt.date(2024, 12, 31), "assumed"),
        ("2024", dt.date(2024, 12, 31), "assumed"),
        (2024.0, dt.date(2024, 12, 31), "assumed"),
        (2024.3, dt.date(2024, 3, 31), "assumed"),
        (2024.12, dt.date(2024, 12, 31), "assumed"),
        ("2024年底", dt.date(2024, 12, 31), "assumed"),
        (202403, dt.date(2024, 3, 31), "assumed"),
        (45352.0, dt.date(2024, 3, 1), "serial"),
        ("45352", dt.date(2024, 3, 1), "serial"),
    ],
)
def test_dates(cell, day, how):
    assert read_date(cell) == (day, how)


@pytest.mark.parametrize(
    "cell",
    [
        2024.1,
        "2024-13-01",
        "2023-02-29",
        "1/3/2024",
        "24-3-1",
        "明年",
        "2024年第三季度",
        5,
        -1,
        True,
        "9999-01-01",
        float("inf"),
    ],
)
def test_dates_that_are_not_guessed(cell):
    assert read_date(cell) is None


def test_flags():
    cells = pd.Series(["是", "否", "有", "无", "Y", "n", 1, 0.0, True, "√", "×", "", None, "-", "大概"], dtype=object)
    read, wrong = read_flags(cells)
    assert read.tolist() == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        True,
        False,
        pd.NA,
        pd.NA,
        pd.NA,
        pd.NA,
    ]
    assert list(np.flatnonzero(wrong)) == [14]


def test_text_of_cells():
    cells = (123.0, 12.5, "  a \n b ", 370102001001.0, "００１", "街".encode())
    assert [text_of(cell) for cell in cells] == ["123", "12.5", "a b", "370102001001", "００１", "街"]


def test_unit_factors():
    assert unit_factor("亩", "area_m2") == pytest.approx(666.6667, abs=1e-4)
    assert unit_factor("万", "people") == 10_000
    assert unit_factor("亩", "people") is None
    assert unit_factor("%", "people") is None
    assert [
        dimension(name) for name in ("floor_area_m2", "cost_yuan", "nursing_beds", "households", "elders_60", "x")
    ] == [
        "area_m2",
        "yuan",
        "beds",
        "households",
        "people",
        "axis",
    ]
