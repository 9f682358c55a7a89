"""Faults on the data page: in the page's own words, pointing at its controls."""

import re
import tomllib

import pytest

from exhibits import fault_list
from geodata.faults import Fault
from geodata.words import ROOT, catalogue
from ui import data_words

FILES = ("tables", "crs", "streets")
STUDY_FILE = re.compile(r'项目文件|= "|\bcolumns\b|\bpath\b|\bcrs\b|\bencoding\b|\bswapped\b')
ELSEWHERE = {"streets_offline"}  # streets by name are given in the study file alone
CODES = [code for name in FILES for code in tomllib.loads((ROOT / f"geodata/words/{name}.toml").read_text("utf-8"))]


@pytest.mark.parametrize("code", CODES)
def test_no_message_of_a_layer_sends_to_the_study_file(code: str) -> None:
    said = catalogue().get(f"ui_says_{code}", catalogue()[code])["zh"]
    shown = re.sub(r"\{\w+\}", "", said)
    assert code in ELSEWHERE or not STUDY_FILE.search(shown), shown


@pytest.mark.parametrize("code", [code for code in catalogue() if code.startswith("ui_says_")])
def test_the_page_s_own_words_hold_what_the_fault_gives(code: str) -> None:
    """A placeholder that the fault's own message lacks would break the page; the place of a fault is always there."""
    own = set(re.findall(r"\{(\w+)\}", catalogue()[code]["zh"]))
    given = set(re.findall(r"\{(\w+)\}", catalogue()[code.removeprefix("ui_says_")]["zh"]))
    assert own <= given | {"value", "column", "row", "layer"}


def test_columns_and_layers_go_by_the_page_s_names() -> None:
    fault = Fault(
        code="column_needed",
        layer="facilities",
        column="kind",
        details={"name": "kind", "headers": "名称、甲", "accepted": "设施类型、类型"},
    )
    assert data_words.message(fault, "zh").startswith("找不到必需的列“设施类型”；请在“列的对应”中选出")
    assert data_words.column(fault, "zh") == "设施类型"
    swapped = Fault(code="axes_swapped", layer="residential")
    assert "residential" not in data_words.message(swapped, "zh")
    unreadable = Fault(code="value_unreadable", layer="residential", value="x", details={"name": "households"})
    assert data_words.message(unreadable, "zh") == "“x”不是可以读取的数字（户数），视为未知；请写成数字。"
    district = Fault(
        code="district_unknown", layer="residential", column="street", details={"id": "1", "level": "street"}
    )
    assert "找不到所属的街道" in data_words.message(district, "zh")
    assert data_words.column(Fault(code="sheet_needed", column="sheet"), "zh") == "工作表"
    assert data_words.column(Fault(code="value_negative", layer="facilities", column="床位"), "zh") == "床位"


def test_the_list_to_send_back_says_the_same() -> None:
    fault = Fault(code="crs_guessed_degrees", layer="medical", column="crs")
    text = fault_list.as_csv([fault], "zh", data_words.message, data_words.column).decode("utf-8-sig")
    assert "坐标系,,坐标列是经纬度" in text
    assert "crs" not in text
