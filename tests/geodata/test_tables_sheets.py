"""CSV and Excel files to raw tables."""

import datetime as dt
import zipfile

import openpyxl
import pytest

from geodata.faults import InputError
from geodata.reading.layers import read_lonlat
from geodata.reading.tables import read_table
from tests.geodata.nasty import codes, only, refused, source


def book(path, rows, *, merged=(), more=None):
    """Write a workbook of one sheet, or with further sheets in ``more``."""
    work = openpyxl.Workbook()
    sheet = work.active
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    for name, lines in (more or {}).items():
        other = work.create_sheet(name)
        for row in lines:
            other.append(row)
    work.save(path)
    return path


PLAIN = "编号,小区名称,户数\n001,阳光花园,1200\n002,和平里,350\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_in_every_encoding_and_delimiter(tmp_path, encoding, mark):
    path = tmp_path / "a.csv"
    path.write_bytes(PLAIN.replace(",", mark).encode(encoding))
    raw = read_table(source(path))
    assert list(raw.frame.columns) == ["编号", "小区名称", "户数"]
    assert list(raw.frame["编号"]) == ["001", "002"]
    assert list(raw.frame["小区名称"]) == ["阳光花园", "和平里"]
    assert list(raw.rows) == [2, 3]


def test_csv_of_latin_letters_is_refused_not_garbled(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,São João\n2,Conceição\n".encode("latin-1"))
    assert refused(read_table, source(path)) == ["encoding_unknown"]
    assert read_table(source(path, encoding="latin-1")).frame["name"].iloc[0] == "São João"


def test_csv_quotes_blank_lines_and_titles(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        '某市小区统计表,,\n\n编号,小区名称,户数\n1,"阳光,花园","1,200"\n\n2,和平里,350\n合计,,1550\n', encoding="utf-8"
    )
    raw = read_table(source(path))
    assert list(raw.rows) == [4, 6]  # as a sheet counts: the header is row 3, row 5 is blank
    assert list(raw.frame["小区名称"]) == ["阳光,花园", "和平里"]
    assert only(raw.faults, "row_total")[0].row == 7
    assert only(raw.faults, "header_found")[0].row == 3


def test_csv_open_quote_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,name\n1,"open\n' + "2,x\n" * 300, encoding="utf-8")
    assert refused(read_table, source(path)) == ["csv_quote"]


def test_csv_ragged_rows_are_kept(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name,户数\n1,a\n2,b,5,extra\n", encoding="utf-8")
    raw = read_table(source(path))
    assert list(raw.frame.columns) == ["id", "name", "户数", "#4"]
    assert raw.frame["户数"].tolist() == [None, "5"]


def test_repeated_headers_are_kept_apart(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,户数,户数\n1,2,3\n", encoding="utf-8")
    raw = read_table(source(path))
    assert list(raw.frame.columns) == ["id", "户数", "户数 [2]"]
    assert codes(raw.faults) == ["header_twice"]


@pytest.mark.parametrize("text", ["", "\n\n\n", ",,,\n,,\n"])
def test_csv_of_nothing(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    assert refused(read_table, source(tmp_path / "a.csv")) == ["table_empty"]


def test_csv_header_alone(tmp_path):
    (tmp_path / "a.csv").write_text("编号,小区名称,户数\n")
    assert refused(read_table, source(tmp_path / "a.csv")) == ["table_no_rows"]


def test_excel_with_title_rows_and_two_line_header(tmp_path):
    """Row 1: title over all columns; row 2: unit note; rows 3 and 4: header, merged down and across."""
    rows = [
        ["某市居住小区基本情况统计表", *[None] * 6],
        ["填报单位：某局", *[None] * 6],
        ["编号", "小区名称", "户数", "人口（人）", None, None, "备注"],
        [None, None, None, "总人口", "其中：60岁以上", "80岁以上", None],
        ["001", "阳光花园", 1200, 3000, 600, 80, None],
        ["002", "和平里", 350, 900, 200, 30, "老旧"],
        ["合计", None, 1550, 3900, 800, 110, None],
        ["注：数据截至2024年底", *[None] * 6],
    ]
    merged = ["A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:C4", "D3:F3", "G3:G4"]
    raw = read_table(source(book(tmp_path / "a.xlsx", rows, merged=merged)))
    assert list(raw.frame.columns) == [
        "编号",
        "小区名称",
        "户数",
        "人口（人）/总人口",
        "人口（人）/其中：60岁以上",
        "人口（人）/80岁以上",
        "备注",
    ]
    assert list(raw.rows) == [5, 6]
    assert list(raw.frame["编号"]) == ["001", "002"]
    assert [(fault.code, fault.row) for fault in raw.faults] == [("row_total", 7), ("row_note", 8), ("header_found", 3)]


def test_excel_two_line_header_without_merges(tmp_path):
    rows = [["编号", "名称", "人口", None], [None, None, "总人口", "60岁以上"], ["1", "a", 10, 2]]
    raw = read_table(source(book(tmp_path / "a.xlsx", rows)))
    assert list(raw.frame.columns) == ["编号", "名称", "人口/总人口", "人口/60岁以上"]
    assert list(raw.rows) == [3]


def test_excel_texts_merged_down_are_spread_and_numbers_are_not(tmp_path):
    rows = [["编号", "名称", "街道", "户数"], ["1", "a", "东街道", 30], ["2", "b", None, None], ["3", "c", "西街道", 5]]
    raw = read_table(source(book(tmp_path / "a.xlsx", rows, merged=["C2:C3", "D2:D3"])))
    assert list(raw.frame["街道"]) == ["东街道", "东街道", "西街道"]
    assert list(raw.frame["户数"]) == [30, None, 5]
    assert [(fault.code, fault.severity, fault.row) for fault in raw.faults] == [
        ("merged_text", "repair", 2),
        ("merged_number", "doubt", 2),
    ]


def test_excel_keeps_text_numbers_dates_and_lists_errors(tmp_path):
    path = book(
        tmp_path / "a.xlsx", [["编号", "户数", "投用时间"], ["00123", 12, dt.date(2024, 3, 1)], ["00124", 0, "2024.3"]]
    )
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b'<c r="B3" t="n"><v>0</v></c>', b'<c r="B3" t="e"><v>#DIV/0!</v></c>')
    assert b"DIV" in parts[name]
    with zipfile.ZipFile(path, "w") as package:
        for part, data in parts.items():
            package.writestr(part, data)
    raw = read_table(source(path))
    assert list(raw.frame["编号"]) == ["00123", "00124"]
    assert list(raw.frame["户数"]) == [12, None]
    assert raw.frame["投用时间"].iloc[0] == dt.date(2024, 3, 1)
    assert [(fault.row, fault.column) for fault in only(raw.faults, "cell_error")] == [(3, "B")]


def test_excel_sheets(tmp_path):
    lists = [["小区名称", "户数"], ["a", 1]]
    path = book(tmp_path / "a.xlsx", [["说明"], ["请填写第二个表"]], more={"小区": lists, "空": []})
    raw = read_table(source(path))
    assert list(raw.frame.columns) == ["小区名称", "户数"]
    assert codes(raw.faults) == ["sheet_chosen"]
    path = book(tmp_path / "b.xlsx", lists, more={"二期": lists})
    with pytest.raises(InputError, match="Sheet、二期"):
        read_table(source(path))
    assert len(read_table(source(path, sheet="二期")).rows) == 1
    assert refused(read_table, source(path, sheet="三期")) == ["sheet_missing"]


def test_excel_of_nothing(tmp_path):
    assert refused(read_table, source(book(tmp_path / "a.xlsx", []))) == ["table_empty"]


def test_excel_with_a_password(tmp_path):
    ole = bytes.fromhex("d0cf11e0a1b11ae1")
    (tmp_path / "a.xlsx").write_bytes(ole + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000)
    assert refused(read_table, source(tmp_path / "a.xlsx")) == ["excel_password"]


def test_web_page_called_xls(tmp_path):
    (tmp_path / "a.xls").write_text("<html><table><tr><td>小区</td></tr></table></html>")
    assert refused(read_table, source(tmp_path / "a.xls")) == ["excel_not"]


def test_excel_with_a_stray_cell_far_away(tmp_path):
    work = openpyxl.Workbook()
    work.active.append(["小区名称", "户数"])
    work.active.append(["a", 1])
    work.active["XFD1048576"] = "x"
    work.save(tmp_path / "a.xlsx")
    assert refused(read_table, source(tmp_path / "a.xlsx")) == ["table_too_big"]


def test_excel_bomb(tmp_path, monkeypatch):
    path = book(tmp_path / "a.xlsx", [["小区名称", "户数"], ["a", 1]])
    monkeypatch.setattr("geodata.reading.workbooks.MOST_UNPACKED_BYTES", 1000)
    assert refused(read_table, source(path)) == ["file_too_big"]


def test_thirty_thousand_rows_are_read_quickly(tmp_path):
    """CPU time is compared with that of splitting the same text in plain Python: the machine doesn't matter."""
    import time

    path = tmp_path / "a.csv"
    head = "编号,小区名称,户数,常住人口,经度,纬度\n"
    path.write_text(
        head + "".join(f"{i:06d},小区{i},{i % 900},{i % 2500},117.{i:06d},36.{i:06d}\n" for i in range(30_000))
    )
    start = time.process_time()
    rows = [[cell.strip() for cell in line.split(",")] for line in path.read_text().splitlines()]
    yardstick = time.process_time() - start
    start = time.process_time()
    raw = read_table(source(path))
    assert len(raw.rows) == len(rows) - 1
    assert time.process_time() - start < 40 * yardstick + 0.5


HEAD = ["序号", "小区名称", "户数", "经度", "纬度"]
ROWS = [[1, "甲园", 100, 117.31, 35.86], [2, "乙园", 200, 117.32, 35.87]]


def test_the_sheet_with_coordinates_is_read_and_the_others_are_named(tmp_path):
    """A workbook with a sheet of sums by street is what a bureau sends: the sums name two columns as well."""
    sums = {"按街道汇总": [["街道", "户数"], ["兰露街道", 300]]}
    raw = read_table(source(book(tmp_path / "a.xlsx", [HEAD, *ROWS], more=sums)))
    assert list(raw.frame["小区名称"]) == ["甲园", "乙园"]
    (doubt,) = only(raw.faults, "sheet_preferred")
    assert (doubt.value, doubt.details["others"]) == ("Sheet", "按街道汇总")
    twice = {"农村": [HEAD, *ROWS]}
    assert refused(read_table, source(book(tmp_path / "b.xlsx", [HEAD, *ROWS], more=twice))) == ["sheet_needed"]


def test_a_line_about_who_filled_it_in_is_no_part_of_the_header(tmp_path):
    """填报单位 is merged over some columns like the upper line of a header, and adds nothing to it."""
    rows = [["小区摸底表"], ["填报单位：某局", None, None, "填报日期：2024.5.6"], HEAD, *ROWS]
    raw = read_table(source(book(tmp_path / "a.xlsx", rows, merged=("A1:E1", "A2:C2"))))
    assert list(raw.frame.columns) == HEAD
    assert list(raw.rows) == [4, 5]


def test_notes_signatures_and_headings_are_left_out_and_listed(tmp_path):
    rows = [
        HEAD,
        ["一、城区"],
        ROWS[0],
        ["（二）农村"],
        ROWS[1],
        ["注：1.户数以登记为准。"],
        ["2.坐标取自高德地图。"],
        ["填表人：张三", None, "审核人：李四", None, "联系电话：0539-1"],
    ]
    raw = read_table(source(book(tmp_path / "a.xlsx", rows)))
    assert list(raw.frame["小区名称"]) == ["甲园", "乙园"]
    assert [fault.row for fault in only(raw.faults, "row_section")] == [2, 4]
    assert [fault.row for fault in only(raw.faults, "row_note")] == [6, 7, 8]
    # a name alone is no heading and no note: the row stays, whatever else is missing
    kept = read_table(source(book(tmp_path / "b.xlsx", [HEAD, *ROWS, [None, "丙园"]])))
    assert list(kept.frame["小区名称"]) == ["甲园", "乙园", "丙园"]


def test_hidden_rows_and_columns_are_read_and_said(tmp_path):
    path = book(tmp_path / "a.xlsx", [HEAD, *ROWS])
    work = openpyxl.load_workbook(path)
    work.active.row_dimensions[3].hidden = True
    work.active.column_dimensions["C"].hidden = True
    work.save(path)
    raw = read_table(source(path))
    assert list(raw.frame["户数"]) == [100, 200]
    assert [(fault.row, fault.details["rows"]) for fault in only(raw.faults, "rows_hidden")] == [(3, 1)]
    assert len(only(raw.faults, "columns_hidden")) == 1


@pytest.mark.parametrize("lines", [1, 2])
def test_degrees_minutes_and_seconds_in_columns_of_their_own(tmp_path, lines):
    parts = ["度", "分", "秒"]
    if lines == 1:
        head = [["名称", *(f"{axis}（{part}）" for axis in ("经度", "纬度") for part in parts)]]
    else:
        head = [["名称", "经度", None, None, "纬度", None, None], [None, *parts, *parts]]
    merged = ("A1:A2", "B1:D1", "E1:G1") if lines == 2 else ()
    rows = [["甲园", 117, 18, 36, 35, 51, 36.0], ["乙园", 117, 19, 30.5, 35, 52, 12]]
    raw = read_table(source(book(tmp_path / "a.xlsx", [*head, *rows], merged=merged)))
    # 18' 36" are 0.31 degrees, 51' 36" are 0.86
    assert list(raw.frame["经度"]) == ["117°18′36″", "117°19′30.5″"]
    assert list(raw.frame["纬度"]) == ["35°51′36″", "35°52′12″"]
    assert [fault.column for fault in only(raw.faults, "degrees_joined")] == ["经度", "纬度"]
    table = read_lonlat(source(tmp_path / "a.xlsx")).table
    assert table.geometry.iloc[0].x == pytest.approx(117.31)
    assert table.geometry.iloc[0].y == pytest.approx(35.86)


def test_a_sheet_of_another_office_suite_is_read_by_its_content(tmp_path):
    path = book(tmp_path / "a.xlsx", [HEAD, *ROWS])
    path.rename(tmp_path / "小区.et")
    assert list(read_table(source(tmp_path / "小区.et")).frame["小区名称"]) == ["甲园", "乙园"]
