"""The page without a browser: Chinese first, one switch to English, old results called old, faults said in words."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from scenarios.outcome import Outcome
from tests.ui.conftest import NASTY, ROOT

WORDS = re.compile(r"[A-Za-z]{3,}")
# names of systems and files, and the other language's own name
KNOWN = {"CSV", "English", "Tobler", "CGCS", "degree", "Gauss", "Kruger", "Excel"}
KNOWN |= {"Fujiyama", "OpenTripPlanner", "Tyler"}  # where a speed comes from


def opened(study: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(sys, "argv", ["app.py", str(study)])
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()


def texts(app: AppTest) -> list[str]:
    """Every word that stands on the page, tags and styles taken off."""
    found = [block.proto.body for block in app.get("html")]
    for kind in (
        "radio",
        "selectbox",
        "checkbox",
        "text_input",
        "button",
        "segmented_control",
        "caption",
        "error",
        "info",
    ):
        for widget in app.get(kind):
            found += [
                str(getattr(widget, "label", "")),
                *map(str, getattr(widget, "options", ())),
                str(getattr(widget, "body", "")),
            ]
    found += [tab.label for tab in app.tabs]
    plain = [re.sub(r"<[^>]+>", " ", re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)) for text in found]
    return [text for text in plain if text.strip()]


def content(app: AppTest) -> str:
    return " ".join(texts(app))


def clicked(study: Path, monkeypatch: pytest.MonkeyPatch, at: dict[str, object]) -> AppTest:
    """Open the app and let the map report a click, as streamlit-folium does: value, callback, run."""
    import streamlit as st

    from ui import offline_map

    def answer(*_: object, **given: Any) -> None:
        assert given["returned_objects"] == ["last_clicked"]
        st.session_state[given["key"]] = {"last_clicked": at}
        given["on_change"]()

    monkeypatch.setattr(offline_map, "st_folium", answer)
    app = opened(study, monkeypatch).run()
    assert not app.exception
    return app


FINGERPRINT = re.compile(r"\b[0-9a-f]{8}(?:[0-9a-f]{8})?\b")


def foreign(text: str, ours: set[str]) -> set[str]:
    return {word for word in WORDS.findall(FINGERPRINT.sub("", text)) if word not in ours}


def test_the_page_is_chinese_and_shows_the_headline(
    study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(study, monkeypatch)
    assert not app.exception
    text = content(app)
    for group in ("日间照料", "机构养老", "助餐服务", "基层医疗", "各类养老设施"):
        assert group in text
    row = outcome.summary["headline"][0]
    assert f"{100 * row['elders_within_15'] / row['elders_known']:.1f} %" in text
    assert "步速 1 米/秒；时限 5 / 10 / 15 分钟（含）；接路上限 200 米；户均人口 2.62 人" in text
    assert not foreign(text, KNOWN)


def test_every_tab_opens_and_stays_chinese(study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(study, monkeypatch)
    for name in ("步行时间分布", "分区覆盖", "步速敏感性", "口径与数据质量", "缺口清单"):
        app.session_state["tabs_zh"] = name
        app.run()
        assert not app.exception
        assert not foreign(content(app), KNOWN)


def test_english_is_one_switch_away_and_keeps_the_group(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(study, monkeypatch)
    app.radio(key="group_zh").set_value("meals").run()
    app.session_state["lang"] = "en"
    app.run()
    assert not app.exception
    assert "Who can walk to care?" in content(app)
    assert app.radio(key="group_en").value == "meals"


def test_a_changed_walker_makes_the_result_old_until_it_is_computed(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(study, monkeypatch)
    before = content(app)
    button = next(one for one in app.button if one.label == "重新计算")
    assert button.disabled
    app.selectbox(key="profile_zh").set_value("frail").run()
    assert "图上仍是上一次的结果" in content(app)
    assert "步速 1 米/秒；" in content(app)
    next(one for one in app.button if one.label == "重新计算").click().run()
    assert not app.exception
    assert "图上仍是上一次的结果" not in content(app)
    assert "高龄体弱步行，步速 0.64 米/秒；" in content(app)
    assert content(app) != before


def test_limits_are_taken_or_refused_in_words(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(study, monkeypatch)
    for bad in ("15, 5", "0, 5", "五", "", "1,2,3,4,5,6,7", "5, 241"):
        app.text_input(key="limits_zh").set_value(bad).run()
        assert any("不合要求" in error.value for error in app.error), bad
        assert next(one for one in app.button if one.label == "重新计算").disabled
    app.text_input(key="limits_zh").set_value("7.5，20").run()
    next(one for one in app.button if one.label == "重新计算").click().run()
    assert not app.exception
    assert "时限 7.5 / 20 分钟（含）" in content(app)


def test_own_speed_counts(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(study, monkeypatch)
    app.checkbox(key="own_zh").check().run()
    app.number_input(key="speed_zh").set_value(0.75).run()
    next(one for one in app.button if one.label == "重新计算").click().run()
    assert "步速 0.75 米/秒" in content(app)


def test_a_click_shows_the_card_with_every_name_as_text(
    study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = outcome.coverage[outcome.coverage["group"] == "day_care"]
    named = outcome.sites[outcome.sites["name"] == NASTY]["id"]
    place_id = rows.loc[rows["nearest_id"].isin(named), "place_id"].iloc[0]
    app = clicked(
        study, monkeypatch, {"lat": 0.0, "lng": 0.0, "n": 1, "near_m": 1.0, "layer": "places", "id": place_id}
    )
    card = next(block.proto.body for block in app.get("html") if "plan-place" in block.proto.body)
    assert f'data-place="{place_id}"' in card
    assert "&lt;script&gt;window.hit=1" in card
    assert "<script" not in card
    assert "<img" not in card


def test_a_click_on_nothing_says_so(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = clicked(study, monkeypatch, {"lat": 0.0, "lng": 0.0, "n": 2, "near_m": 5.0})
    assert "点击处没有居住区" in content(app)


def test_faults_of_the_input_are_said_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = tmp_path / "study.toml"
    study.write_text('[study]\nname = "甲"\n[layers.residental]\npath = "a.csv"\n', encoding="utf-8")
    app = opened(study, monkeypatch)
    assert not app.exception
    assert any("处错误" in error.value for error in app.error)
    text = content(app)
    assert "不认识的键" in text
    assert "residential" in text
    missing = opened(tmp_path / "没有.toml", monkeypatch)
    assert "找不到项目文件“没有.toml”" in content(missing)


def test_without_a_study_the_demo_city_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import session

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(session, "DEMO_PLACES", 300)
    monkeypatch.setattr(sys, "argv", ["app.py"])
    study = session.study_path()
    assert study.is_relative_to(tmp_path)
    assert session.is_demo()
    written = study.stat().st_mtime_ns
    assert session.study_path() == study
    assert study.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        (("districts", "gates", "medical", "candidates", "elevation"), "未提供街道、社区边界"),
        (("districts", "gates", "medical", "candidates", "elevation", "facilities"), "没有任何设施或医疗点数据"),
    ],
)
def test_less_data_shows_less_and_says_so(
    study: Path, monkeypatch: pytest.MonkeyPatch, left_out: tuple[str, ...], says: str
) -> None:
    blocks = re.split(r"(?m)^(?=\[)", study.read_text(encoding="utf-8"))
    kept = [block for block in blocks if not block.startswith(tuple(f"[layers.{layer}]" for layer in left_out))]
    small = study.with_name(f"small{len(left_out)}.toml")
    small.write_text("".join(kept), encoding="utf-8")
    app = opened(small, monkeypatch)
    assert not app.exception
    assert any(says in note.value for note in app.info)
    for name in ("分区覆盖", "口径与数据质量"):
        app.session_state["tabs_zh"] = name
        assert not app.run().exception


def test_a_failure_of_ours_is_said_in_chinese_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from ui import trouble

    said = []
    monkeypatch.setattr(trouble.st, "error", said.append)
    assert trouble.tell(ZeroDivisionError("x / 0")) is True
    assert "程序出错" in said[0]
    assert "ZeroDivisionError: x / 0" in said[0]
    assert "a page failed" in caplog.text
