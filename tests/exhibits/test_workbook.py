"""The workbook read back cell by cell: figures, formulas, links, unknowns, and text that wants to be a formula."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from exhibits import workbook
from exhibits.workbook.sheet import Table, cell_text, share_value
from exhibits.workbook.sheets import sheets
from planning.totals import minutes, weights
from scenarios import Outcome
from tests.exhibits import handed
from tests.exhibits.formulas import UNKNOWN, worked_out


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("book") / "report.xlsx"
    workbook.make(handed.sited(), made)
    return made


@pytest.fixture(scope="module")
def values(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def formulas(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def page(book: openpyxl.Workbook, number: str) -> Worksheet:
    return next(sheet for sheet in book.worksheets if sheet.title.split(" ")[0] == number)


def head_row(sheet: Worksheet) -> int:
    return int(sheet.auto_filter.ref.split(":")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def rows(sheet: Worksheet) -> Iterator[dict[str, Any]]:
    head = head_row(sheet)
    names = [cell.value for cell in sheet[head]]
    for line in sheet.iter_rows(min_row=head + 1, values_only=True):
        yield dict(zip(names, line, strict=True))


def test_the_eight_tables_stand_there_parameters_first(values: openpyxl.Workbook) -> None:
    numbers = [sheet.title.split(" ")[0] for sheet in values.worksheets]
    assert numbers[0] == "表8"
    assert set(numbers) == {"表1", "表2", "表3", "表4", "表5", "表5-2", "表6", "表7", "表8", "表8-2", "表8-3"}
    assert values.active.title == values.worksheets[0].title


def test_every_sheet_has_frozen_head_filter_and_parameters(values: openpyxl.Workbook) -> None:
    for sheet in values.worksheets:
        assert sheet.freeze_panes.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == str(head_row(sheet) + 1)
        assert "步速 1 米/秒" in sheet["A2"].value
        assert "15 分钟" in sheet["A2"].value


def test_every_formula_carries_the_value_it_works_out_to(
    values: openpyxl.Workbook, formulas: openpyxl.Workbook
) -> None:
    seen = set()
    for shown, live in zip(values.worksheets, formulas.worksheets, strict=True):
        for line in live.iter_rows():
            for cell in line:
                if cell.data_type != "f":
                    continue
                held = shown[cell.coordinate].value
                expected = worked_out(shown, cell.value)
                seen.add(cell.value[1:4])
                if isinstance(expected, str):
                    assert held == expected, (live.title, cell.coordinate)
                else:
                    assert math.isclose(held, expected, rel_tol=1e-12, abs_tol=1e-9), (live.title, cell.coordinate)
    assert seen == {"SUM", "COU", "SUB", "IF("}


def test_sums_are_those_of_the_summary(values: openpyxl.Workbook) -> None:
    outcome = handed.sited()
    sheet = page(values, "表1")
    names = [cell.value for cell in sheet[head_row(sheet)]]
    total = next(line for line in sheet.iter_rows(values_only=True) if "合计" in line)
    row = outcome.summary["headline"][0]
    assert total[names.index("户数（户）")] == row["households_total"]
    assert total[names.index("人口（人）")] == row["people_total"]
    assert total[names.index("老年人（60+，人）")] == row["elders_total"]


def test_coverage_is_that_of_the_summary(values: openpyxl.Workbook) -> None:
    outcome = handed.sited()
    sheet = page(values, "表4")
    names = [cell.value for cell in sheet[head_row(sheet)]]
    last = minutes(outcome.limits_s[-1])
    totals = [line for line in sheet.iter_rows(values_only=True) if str(line[1]).startswith("全市合计")]
    assert len(totals) == len(outcome.summary["headline"])
    for line, row in zip(totals, outcome.summary["headline"], strict=True):
        for weight, word in (("places", "居住区"), ("households", "户数"), ("elders", "老年人")):
            assert line[names.index(f"{word}总数")] == row[f"{weight}_total"]
            assert line[names.index(f"{word}{last}分钟内")] == row[f"{weight}_within_{last}"]
            assert line[names.index(f"{word}可判定")] == row[f"{weight}_known"]
            assert line[names.index(f"{word}数据不足（居住区，个）")] == row[f"{weight}_left_out"]
            share = line[names.index(f"{word}{last}分钟覆盖率")]
            if not isinstance(share, str):
                assert share == pytest.approx(row[f"{weight}_share"], abs=1e-6)


def test_verdicts_are_those_of_the_rules_and_each_names_its_clause(values: openpyxl.Workbook) -> None:
    judgement = handed.sited().judgement
    assert judgement is not None
    estates = judgement.estates.set_index("place_id")
    met = {"met": "达标", "met_pooled": "统筹达标", "below": "不达标", "unknown": "数据不足，不作判定"}
    for row in rows(page(values, "表1")):
        verdict = estates.loc[row["编号"], "today_verdict"]
        assert row["现行结论"] == met.get(verdict, row["现行结论"])
        if verdict in met:
            assert str(estates.loc[row["编号"], "today_rule"]) in row["现行依据"]
            assert "《" in row["现行依据"]
    assert sum(1 for _ in rows(page(values, "表5"))) == len(judgement.ledger())
    for row in rows(page(values, "表5")):
        assert "《" in row["依据（文件、文号、条款）"]
    assert sum(1 for _ in rows(page(values, "表7"))) == len(judgement.indicators())


def test_the_gaps_of_the_ledger_are_those_of_the_areas(values: openpyxl.Workbook) -> None:
    found = {}
    for number in ("表1", "表5"):
        sheet = page(values, number)
        names = [cell.value for cell in sheet[head_row(sheet)]]
        total = next(line for line in sheet.iter_rows(values_only=True) if str(line[0]).endswith("合计"))
        found[number] = [total[names.index(f"{word}缺口（m²）")] for word in ("许可时", "现行")]
    assert found["表5"] == pytest.approx(found["表1"], abs=1e-6)
    assert min(found["表1"]) > 0
    notes = [str(line[0]) for line in page(values, "表5").iter_rows(max_row=5, max_col=1, values_only=True)]
    assert any("与表1两列缺口的合计一致" in note for note in notes)
    # a unit that can't be added is in no sum
    sheet = page(values, "表5")
    names = [cell.value for cell in sheet[head_row(sheet)]]
    assert all(
        line[names.index("缺口")] is None for line in sheet.iter_rows(max_row=head_row(sheet) - 1, values_only=True)
    )


def test_the_ledger_leads_to_the_object(formulas: openpyxl.Workbook) -> None:
    for number in ("表5", "表5-2"):
        sheet = page(formulas, number)
        links = 0
        for line in sheet.iter_rows(min_row=head_row(sheet) + 1, max_col=1):
            if line[0].hyperlink is None:
                continue
            name, cell = line[0].hyperlink.location.rsplit("!", 1)
            target = formulas[name.strip("'")]
            at = target[cell].row
            assert line[0].value in {one.value for one in target[at][:3]}
            links += 1
        assert links


def test_sites_are_those_of_the_plan(values: openpyxl.Workbook) -> None:
    table = handed.sited().sited.table()  # type: ignore[attr-defined]
    found = list(rows(page(values, "表6")))
    assert [row["编号"] for row in found] == [str(key) for key in table["candidate_id"]]
    assert [row["新增覆盖老年人（人）"] for row in found] == pytest.approx(list(table["newly_covered_elders"]))


def test_nothing_is_blank_where_a_figure_is_not_known(tmp_path: Path) -> None:
    made = tmp_path / "nasty.xlsx"
    workbook.make(handed.nasty(), made)
    sheet = page(openpyxl.load_workbook(made, data_only=True), "表1")
    first = next(rows(sheet))
    assert first["户数（户）"] == UNKNOWN
    assert first["老年人（60+，人）"] == UNKNOWN
    total = next(line for line in sheet.iter_rows(values_only=True) if "合计" in line)
    at = [cell.value for cell in sheet[head_row(sheet)]].index("老年人（60+，人）")
    assert total[at] == weights(handed.nasty().city)["elders"].sum()
    count = next(line for line in sheet.iter_rows(values_only=True) if "其中数据不足（个）" in line)
    assert count[at] == 1


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    made = tmp_path / "nasty.xlsx"
    workbook.make(handed.nasty(), made)
    book = openpyxl.load_workbook(made)
    for number in ("表1", "表3"):
        sheet = page(book, number)
        column = [cell.value for cell in sheet[head_row(sheet)]].index("名称") + 1
        cells = {cell.value: cell for (cell,) in sheet.iter_rows(head_row(sheet) + 1, min_col=column, max_col=column)}
        for name in handed.NASTY[:5]:
            assert cells[name].data_type == "s", name
        for name in handed.NASTY[:4]:
            assert cells[name].quotePrefix, name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_policy_and_sites_three_tables_are_left_out_and_listed(tmp_path: Path, lang: Any) -> None:
    made = tmp_path / "bare.xlsx"
    outcome = handed.unjudged()
    left = workbook.make(outcome, made, lang)
    missing = ("5", "7") if getattr(outcome, "sited", None) is not None else ("5", "6", "7")
    assert len(left) == len(missing)
    book = openpyxl.load_workbook(made, data_only=True)
    said = {cell for line in book.worksheets[0].iter_rows(values_only=True) for cell in line}
    assert set(left) <= said
    names = {sheet.title.split(" ")[0] for sheet in book.worksheets}
    assert not {f"{'表' if lang == 'zh' else 'T'}{number}" for number in missing} & names


def test_the_same_outcome_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    workbook.make(handed.sited(), again)
    assert again.read_bytes() == path.read_bytes()


@given(part=st.floats(0, 1e6), whole=st.floats(0, 1e6), left=st.integers(0, 3))
def test_a_share_is_never_whole_while_anything_is_unknown(part: float, whole: float, left: int) -> None:
    found = share_value(part, whole, left)
    if left and found is not None:
        assert found < 1
    if whole <= 0:
        assert found is None


@given(st.text())
def test_any_text_fits_a_cell(text: str) -> None:
    found = cell_text(text)
    found.encode()
    assert len(found) <= 32_767
    assert not any(ord(letter) < 32 and letter not in "\t\n" for letter in found)


def test_sheet_names_fit_and_differ() -> None:
    for lang in ("zh", "en"):
        outcome: Outcome = handed.sited()
        names = [table.name for table in sheets(outcome, lang).tables]  # type: ignore[arg-type]
        assert len(set(names)) == len(names)
        assert all(len(name) <= 31 for name in names)
    odd = Table("x", "T1", "a/b[c]:d*e?f\\g", (), handed.outcome().coverage)
    assert not set(odd.name) & set("[]:*?/\\'")
