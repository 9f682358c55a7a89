"""Tables as a bureau hands them over the day before the deadline: what is read, what isn't, and that it is said."""

import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from geodata.coordinates.placing import read_pair
from geodata.faults import Fault
from geodata.quality import layer_doubts, table
from geodata.reading.attributes import without_point_zero
from geodata.reading.encodings import decode_file
from geodata.reading.layers import read_lonlat
from geodata.reading.numbers import read_numbers, text_of
from geodata.reading.tables import read_table
from tests.geodata.nasty import codes, only, refused, source

HEAD = "小区编号,小区名称,户数,经度,纬度\n"
ROWS = "A1,东里,500,117.00,36.65\nA2,西里,800,117.01,36.66\nA3,北里,300,117.02,36.67\n"


def csv(folder, text: str, name: str = "r.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "row",
    [
        "合计,,1600,,",
        ",合 计（户）,1600,,",
        "文东街道小计,,1600,,",
        "全市总计,,1600,,",
        "共计3个小区,,1600,,",
        ",,1600,,",  # a sum that doesn't even say so
    ],
)
def test_a_sum_is_never_an_estate(tmp_path, row):
    read = read_lonlat(source(csv(tmp_path, HEAD + ROWS + row + "\n"), crs="wgs84"))
    assert read.table["households"].sum() == 500 + 800 + 300
    assert [(fault.row, fault.code) for fault in only(read.faults, "row_total")] == [(5, "row_total")]


def test_an_estate_without_a_name_is_kept_where_others_lack_one_too(tmp_path):
    rows = ROWS.replace("西里", "") + "A4,,400,117.03,36.65\n"
    assert len(read_lonlat(source(csv(tmp_path, HEAD + rows), crs="wgs84")).table) == 4
    numbers = "小区编号,户数,经度,纬度\n1,500,117.00,36.65\n2,800,117.01,36.66\n3,300,117.02,36.67\n"
    assert len(read_lonlat(source(csv(tmp_path, numbers), crs="wgs84")).table) == 3


def test_the_header_in_two_languages_is_one_header(tmp_path):
    text = "id,name,households,lon,lat\n" + HEAD + ROWS
    read = read_lonlat(source(csv(tmp_path, text), crs="wgs84"))
    assert list(read.table.index) == ["A1", "A2", "A3"]
    assert [fault.row for fault in only(read.faults, "row_header_again")] == [2]


def test_the_unit_in_a_cell_isn_t_multiplied_with_the_same_unit_of_the_header():
    read = read_numbers(pd.Series(["0.13", "0.08万", "50万元", "3千"], dtype=object), "yuan", 10_000)
    # 3千 in a column of 万元 may be 3,000 元 or 3,000 万元: not guessed
    assert read.numbers[:3].tolist() == [1300, 800, 500_000]
    assert np.isnan(read.numbers[3])
    assert read.unreadable.tolist() == [False, False, False, True]
    mu = read_numbers(pd.Series(["1.2万"], dtype=object), "area_m2", 2000 / 3)
    assert mu.numbers[0] == pytest.approx(8_000_000)  # 12,000 亩


def test_formulas_that_were_never_computed_are_said(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["小区编号", "小区名称", "户数", "经度", "纬度"],
        ["A1", "东里", "=200+300", 117.0, 36.65],
        ["A2", "西里", 800, 117.01, 36.66],
    ]:
        sheet.append(row)
    book.save(tmp_path / "r.xlsx")
    read = read_lonlat(source(tmp_path / "r.xlsx", crs="wgs84"))
    assert [
        (fault.row, fault.column, fault.details["cells"]) for fault in only(read.faults, "formula_without_value")
    ] == [(2, "C", 1)]
    assert read.table["households"].isna().tolist() == [True, False]


def test_a_formula_that_gives_an_empty_text_is_none(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["小区编号", "小区名称", "户数", "经度", "纬度"])
    book.active.append(["A1", "东里", '=""', 117.0, 36.65])
    book.save(tmp_path / "made.xlsx")
    with zipfile.ZipFile(tmp_path / "made.xlsx") as made, zipfile.ZipFile(tmp_path / "r.xlsx", "w") as out:
        for name in made.namelist():
            data = made.read(name)
            if name.endswith("sheet1.xml"):
                assert b'<c r="C2">' in data
                data = data.replace(b'<c r="C2">', b'<c r="C2" t="str">')
            out.writestr(name, data)
    assert not only(read_table(source(tmp_path / "r.xlsx")).faults, "formula_without_value")


@pytest.mark.parametrize(
    ("text", "east_north"),
    [
        ("117.02，36.65", (117.02, 36.65)),
        ("(117.02 36.65)", (117.02, 36.65)),
        ("东经117.02°，北纬36.65°", (117.02, 36.65)),
        ("北纬36.65°东经117.02°", (117.02, 36.65)),
        ("117°01′12″, 36°39′00″", (117.02, 36.65)),
        ("117°01'12\" 36°39'00\"", (117.02, 36.65)),
        ("N36.65, E117.02", (117.02, 36.65)),
        ("36.65,117.02", (36.65, 117.02)),  # the whole column tells which is which
        ("500123.4/4057000.1", (500123.4, 4057000.1)),
    ],
)
def test_two_coordinates_in_one_cell(text, east_north):
    assert read_pair(text) == pytest.approx(east_north)


@pytest.mark.parametrize(
    "text", ["", "117.02", "117.02,36.65,12", "POINT (117 36)", "文化东路1号", "a,b", "117°61′,36°"]
)
def test_what_is_no_pair(text):
    assert read_pair(text) is None


def test_a_column_of_unreadable_places_shows_one_of_them(tmp_path):
    text = "小区编号,小区名称,户数,坐标\n1,东里,5,文化东路1号\n2,西里,5,文化西路\n"
    path = csv(tmp_path, text)
    assert refused(read_lonlat, source(path, crs="wgs84")) == ["all_without_place", "value_unreadable"]


def test_cgcs2000_names_metres_as_well_as_degrees(tmp_path):
    text = "小区编号,小区名称,户数,X坐标,Y坐标\n1,a,5,4057681.2,39500208.9\n2,b,5,4057690,39500300\n"
    read = read_lonlat(source(csv(tmp_path, text), crs="国家2000"))
    assert read.table.geometry.iloc[0].x == pytest.approx(117.0023, abs=1e-4)
    assert {"crs_guessed", "axes_swapped"} <= set(codes(read.faults))


def test_what_can_t_be_seen_parts_no_ids():
    assert text_of("A\u200b1\ufeff ") == "A1"
    assert text_of("\u202e东里\x1b[31m") == "东里[31m"
    assert text_of("东\u3000里\n") == "东 里"


def test_a_value_in_a_message_is_short_and_harmless():
    fault = Fault(code="row_total", value="a\x1b[2J\u202e\n" + "长" * 10_000)
    for line in (fault.line("zh"), fault.line("en"), table([fault])["value"].iloc[0]):
        assert line.isprintable()
        assert len(line) < 600
    assert Fault(code="row_total", value=pd.NA).shown() == ""


def test_ids_that_an_export_turned_into_fractions(tmp_path):
    rows = "12.0,东里,500,117.00,36.65\n,西里,800,117.01,36.66\n14.0,北里,300,117.02,36.67\n"
    read = read_lonlat(source(csv(tmp_path, HEAD + rows), crs="wgs84"))
    assert list(read.table.index) == ["12", "row-3", "14"]
    assert only(read.faults, "id_point_zero")
    gates = read_lonlat(
        source(csv(tmp_path, "小区编号,lon,lat\n12.0,117.0,36.65\n,117.0,36.65\n"), "gates", crs="wgs84")
    )
    assert gates.table["place_id"].tolist()[0] == "12"
    mixed = pd.Series(["1.0", "1.5"], dtype="string")  # section numbers: left alone
    assert without_point_zero(mixed)[0].tolist() == ["1.0", "1.5"]


def test_an_id_that_excel_would_run_is_said(tmp_path):
    text = HEAD + "=cmd(),东里,500,117.00,36.65\n-12,西里,800,117.01,36.66\n"
    read = read_lonlat(source(csv(tmp_path, text), crs="wgs84"))
    assert list(read.table.index) == ["=cmd()", "-12"]  # as given
    assert [fault.row for fault in only(read.faults, "id_formula")] == [2]


def facilities(folder, rows: str):
    text = "设施编号,设施名称,类型,运营状态,经度,纬度\n" + rows
    return read_lonlat(source(csv(folder, text), "facilities", crs="wgs84"))


def test_a_closed_facility_isn_t_open_because_of_a_word_before_the_bracket(tmp_path):
    read = facilities(
        tmp_path, "1,a,养老院,运营（已停业）,117,36\n2,b,养老院,规划（2026年）,117,36.1\n3,c,养老院,试运营,117,36.2\n"
    )
    assert read.table["status"].isna().tolist() == [True, False, False]
    assert read.table["status"].tolist()[1:] == ["planned", "open"]
    assert [fault.row for fault in only(read.faults, "choice_remark_against")] == [2]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("文东街道综合养老服务中心", "street_center"),
        ("历下区文东街道日间照料中心", "day_care"),
        ("综合为老服务中心", "street_center"),
        ("公办养老院", "nursing_home"),
        ("老年公寓", "nursing_home"),
        ("老年食堂", "meal_site"),
        ("村幸福院", "rural_mutual"),
        ("宠物日间照料中心", "other"),
        ("拟建养老院", "other"),
        ("老年大学", "other"),
    ],
)
def test_kinds_in_free_wording(tmp_path, word, kind):
    assert facilities(tmp_path, f"1,a,{word},在用,117,36\n").table["kind"].tolist() == [kind]


def test_blank_households_are_listed(tmp_path):
    read = read_lonlat(source(csv(tmp_path, HEAD + ROWS.replace("800", "")), crs="wgs84"))
    metric = read.table.set_geometry(read.table.geometry.set_crs(4548, allow_override=True))
    assert [fault.row for fault in only(layer_doubts("residential", metric, read.headers), "households_unknown")] == [3]
    assert not only(layer_doubts("residential", metric, {}), "households_unknown")  # no such column: said elsewhere


def test_a_stray_zero_byte_doesn_t_make_a_file_utf_16():
    text = HEAD + ROWS
    assert decode_file(text.replace("东里", "东\x00里").encode(), "", "residential", "r.csv")[1] == "utf-8"
    assert decode_file(text.encode("utf-16-le"), "", "residential", "r.csv") == (text, "utf-16-le")


def test_a_quotation_mark_left_open_is_named_by_its_row(tmp_path):
    path = csv(tmp_path, HEAD + ROWS.replace("西里", '"西里'))
    assert refused(read_table, source(path)) == ["csv_quote"]
    inches = csv(tmp_path, HEAD + ROWS.replace("西里", '5" 西里'))
    assert len(read_table(source(inches)).rows) == 3


def test_many_copies_of_one_estate_don_t_make_many_pairs():
    n = 20_000  # compared each with each: 200 million pairs
    at = np.random.default_rng(1).random((n, 2)) * 10.0
    frame = read_like(shapely.points(at), ["同名"] * n)
    assert len(layer_doubts("residential", frame)) == n - 1


def read_like(shapes, names):
    return gpd.GeoDataFrame({"name": names, "row": range(2, len(names) + 2)}, geometry=list(shapes), crs=4548).reindex(
        columns=[
            "name",
            "row",
            "households",
            "population",
            "elders_60",
            "elders_65",
            "elders_80",
            "disabled_elders",
            "permit_date",
            "completion_date",
            "geometry",
        ]
    )
