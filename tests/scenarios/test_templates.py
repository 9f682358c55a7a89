"""Templates: every header is recognised, a filled row is read, and neither an empty one nor the example is."""

import io
from pathlib import Path

import openpyxl
import pytest

from geodata.faults import Severity
from geodata.reading.columns import match
from geodata.reading.proposal import propose
from geodata.schema import COLUMNS
from geodata.study import LayerSource
from scenarios import templates


@pytest.mark.parametrize("layer", templates.LAYERS)
def test_every_header_is_recognised_as_what_it_is_for(layer: str) -> None:
    headers = templates.headers(layer)
    found = match(list(headers.values()), layer, {})
    assert {name: found.headers.get(name) for name in headers} == headers
    assert found.faults == ()
    assert set(headers) >= {column.name for column in COLUMNS[layer]}


@pytest.mark.parametrize("layer", templates.LAYERS)
def test_an_empty_template_holds_no_row(layer: str, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(templates.template(layer))
    found = propose(LayerSource(layer=layer, path=path))
    assert [fault.code for fault in found.faults] == ["table_no_rows"]


@pytest.mark.parametrize("layer", templates.LAYERS)
def test_a_row_filled_in_from_the_guide_is_read_without_a_doubt(layer: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(templates.template(layer)))
    sheet, guide = book.worksheets
    for column, name in enumerate(templates.headers(layer), start=1):
        allowed = str(guide.cell(column + 2, 4).value or "").split("、")[-1]
        example = str(guide.cell(column + 2, 5).value).split("（")[0]
        kind = next((one.kind for one in COLUMNS[layer] if one.name == name), "number")
        sheet.cell(2, column).value = (
            float(example) if kind in {"number", "count"} and name != "geometry" else allowed or example
        )
    path = tmp_path / "t.xlsx"
    book.save(path)
    found = propose(LayerSource(layer=layer, path=path))
    assert found.rows == 1
    assert found.usable
    doubts = {fault.code for fault in found.faults if fault.severity == Severity.DOUBT}
    assert not doubts - {"part_over_whole"}
    assert len(found.points_deg) == 1
    assert found.read is not None
    assert not found.read.table.drop(columns=["geometry"]).isna().to_numpy().any()


def test_titles_and_rules_are_said_in_both_languages() -> None:
    assert templates.title("residential", "households", "zh") == "户数"
    assert templates.title("residential", "households", "en") == "households"
    assert templates.title("streets", "highway", "zh") == "道路等级"
    assert templates.policies("zh")["linyi-2025"].startswith("临沂")
    assert "linyi-2025" in templates.policies("en")
