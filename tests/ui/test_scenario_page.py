"""The page about scenarios: edits by form and by click, kept for this session alone, computed when asked."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from scenarios.edits import (
    CloseFacility,
)
from scenarios.outcome import Outcome
from scenarios.scenario import Scenario
from tests.ui.conftest import ROOT
from tests.ui.test_page import KNOWN, content, foreign
from tests.ui.test_scenario_figures import GROUP, spot_of

NAMES = KNOWN | {"WGS", "TOML", "toml", "study", "compare"}


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of this test alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def page_of(study: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(sys, "argv", ["app.py", str(study)])
    return shown(AppTest.from_file(str(ROOT / "app.py"), default_timeout=120))


def shown(app: AppTest) -> AppTest:
    app._page_hash = calc_hash("scenario")
    app.run()
    assert not app.exception
    return app


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


def press(app: AppTest, label: str) -> AppTest:
    button(app, label).click().run()
    assert not app.exception
    return app


def begun(study: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return press(page_of(study, monkeypatch), "新建第一个方案")


def add(app: AppTest, kind: str, **numbers: float) -> AppTest:
    next(one for one in app.selectbox if one.label == "要做的改动").select(kind).run()
    for word, value in numbers.items():
        next(one for one in app.number_input if one.label == word).set_value(value)
    app.run()
    return press(app, "加入方案")


def listed(app: AppTest) -> list[str]:
    bodies = " ".join(block.proto.body for block in app.get("html"))
    return re.findall(r'data-edit="\d+">\d+\. ([^<]*)<', bodies)


def test_edits_are_made_taken_back_and_kept_over_a_refresh_for_this_session_alone(
    alone: Path, study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = begun(study, monkeypatch)
    lon, lat = spot_of(outcome, "residential", str(outcome.city.residential.index[0]))
    assert button(app, "加入方案").disabled
    add(app, "open", 经度=lon, 纬度=lat)
    add(app, "population", 户均人口=2.5)
    assert len(listed(app)) == 2
    assert listed(app)[0].startswith("新设设施 N1")
    press(app, "↓")
    assert listed(app)[1].startswith("新设设施 N1")
    assert not foreign(content(app), NAMES)
    token = app.session_state["token"]
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    again.query_params["s"] = token
    shown(again)
    assert listed(again) == listed(app)
    assert len(listed(press(again, "撤销最后一项"))) == 1
    assert listed(page_of(study, monkeypatch)) == []  # somebody else


def test_an_edit_that_does_not_fit_is_refused_in_words(
    alone: Path, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = begun(study, monkeypatch)
    add(app, "open", 经度=0.0, 纬度=0.0)
    assert "研究区之外" in content(app)
    assert listed(app) == []


def test_two_edits_that_need_each_other_say_so_when_they_change_places(
    alone: Path, study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = begun(study, monkeypatch)
    lon, lat = spot_of(outcome, "residential", str(outcome.city.residential.index[0]))
    add(app, "open", 经度=lon, 纬度=lat)
    next(one for one in app.selectbox if one.label == "要做的改动").select("close").run()
    next(one for one in app.selectbox if one.label == "设施").select("N1").run()
    press(app, "加入方案")
    press(app, "↓")
    assert "第 1 项改动" in content(app)
    press(app, "计算并对比")
    assert any("处错误" in error.value for error in app.error)
    next(one for one in app.segmented_control if one.label == "内容").set_value("edit").run()
    press(app, "↓")
    assert "第 1 项改动" not in content(app)


def test_a_click_on_the_map_fills_the_form(
    alone: Path, study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import offline_map

    clicks: list[dict[str, object]] = []

    def answer(*_: object, **given_words: Any) -> None:
        if clicks and str(given_words["key"]).startswith("scenario_map"):
            st.session_state[given_words["key"]] = {"last_clicked": clicks.pop()}
            given_words["on_change"]()

    monkeypatch.setattr(offline_map, "st_folium", answer)
    app = begun(study, monkeypatch)
    lon, lat = spot_of(outcome, "residential", str(outcome.city.residential.index[0]))
    clicks.append({"lat": lat, "lng": lon, "near_m": 5.0, "n": 1})
    app.run().run()
    assert next(one for one in app.number_input if one.label == "经度").value == lon
    press(app, "加入方案")
    assert f"经度 {lon:.10g}" in listed(app)[0]
    facility = str(outcome.city.facilities.index[0])
    for number, (kind, layer, one, label) in enumerate(
        (
            ("close", "facilities", facility, "设施"),
            ("open_candidate", "candidates", str(outcome.city.candidates.index[0]), "候选点"),
            ("remove_estate", "", str(outcome.city.residential.index[0]), "居住区"),
        ),
        start=2,
    ):
        next(box for box in app.selectbox if box.label == "要做的改动").select(kind).run()
        clicks.append({"lat": lat, "lng": lon, "near_m": 5.0, "n": number, "layer": layer, "id": one})
        app.run().run()
        assert next(box for box in app.selectbox if box.label == label).value == one, kind


def test_results_wait_for_the_button_and_are_called_old_after_an_edit(
    alone: Path, study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = begun(study, monkeypatch)
    lon, lat = spot_of(outcome, "residential", str(outcome.city.residential.index[0]))
    add(app, "open", 经度=lon, 纬度=lat)
    assert 'class="plan-figures"' not in " ".join(block.proto.body for block in app.get("html"))
    press(app, "计算并对比")
    shown = " ".join(block.proto.body for block in app.get("html"))
    rate = next(one for one in outcome.summary["headline"] if one["group"] == GROUP)
    assert f"A 为 {100 * rate['elders_within_15'] / rate['elders_known']:.1f} %" in shown
    assert "增减只来自布点" in content(app)
    assert "改动或选择已变" not in content(app)
    for name in ("达标变化", "差在哪里", "下载"):
        app.session_state["scenario_tabs_zh"] = name
        app.run()
        assert not app.exception
        assert not foreign(content(app), NAMES)
    next(one for one in app.segmented_control if one.label == "地图").set_value("pair").run()
    assert not app.exception
    assert re.findall(r"<h4>([AB]) · ", " ".join(block.proto.body for block in app.get("html"))) == ["A", "B"]
    next(one for one in app.segmented_control if one.label == "内容").set_value("edit").run()
    add(app, "walking", **{"步速（米/秒）": 0.5})
    assert "改动或选择已变" in content(app)
    press(app, "撤销最后一项")
    assert "改动或选择已变" not in content(app)
    app.session_state["lang"] = "en"
    app.run()
    assert not app.exception
    assert "What if" in content(app)


def test_scenarios_are_copied_named_compared_with_each_other_and_deleted(
    alone: Path, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = begun(study, monkeypatch)
    add(app, "walking", **{"步速（米/秒）": 0.5})
    press(app, "复制")
    box = next(one for one in app.selectbox if one.label == "方案（B）")
    assert box.options == ["方案", "方案 副本"]
    against = next(one for one in app.selectbox if one.label == "对比基准（A）")
    against.select_index(1).run()
    press(app, "计算并对比")
    assert "两者的数据和参数完全相同" in content(app)
    press(app, "确定删除")
    assert [one.options for one in app.selectbox if one.label == "方案（B）"] == [["方案"]]
    press(app, "确定删除")
    assert button(app, "新建第一个方案")


def test_a_scenario_file_goes_out_and_comes_back_and_a_broken_one_is_said(
    alone: Path, study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import scenario_shelf

    app = page_of(study, monkeypatch)
    edits = tuple(CloseFacility(facility=str(one)) for one in outcome.city.facilities.index[:2])
    out = scenario_shelf.text_of(Scenario(name="甲", base=str(study), notes="[2028] 远期", edits=edits))
    assert f'base = "{study.name}"' in out.decode()
    app.file_uploader[0].set_value(("甲.toml", out, "application/toml")).run()
    assert not app.exception
    assert len(listed(app)) == len(edits)
    assert next(one for one in app.number_input if one.label == "建成年份（可空）").value == 2028
    for bad, words in (
        (b"\xff\xfe", "UTF-8"),
        (b"[scenario\n", "写法有误"),
        (b'[scenario]\nname="x"\n[[edits]]\ndo="fly"\n', "fly"),
    ):
        app.file_uploader[0].set_value(("坏.toml", bad, "application/toml")).run()
        assert not app.exception
        assert words in content(app), words
        assert "坏.toml" in content(app) or words == "fly"
    assert len(next(one.options for one in app.selectbox if one.label == "方案（B）")) == 1


def test_scenarios_with_years_are_drawn_over_time(alone: Path, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = begun(study, monkeypatch)
    add(app, "walking", **{"步速（米/秒）": 0.5})
    next(one for one in app.segmented_control if one.label == "内容").set_value("time").run()
    assert "没有带年份的方案" in content(app)
    next(one for one in app.number_input if one.label == "建成年份（可空）").set_value(2030)
    press(app, "确定")
    press(app, "计算 1 个方案")
    assert list(app.dataframe[0].value["阶段"]) == ["现状", "2030 年 · 方案"]
    assert not foreign(content(app), NAMES)
