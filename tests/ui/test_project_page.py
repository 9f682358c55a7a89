"""The project page without a browser: begin, open, save, what is open; nothing of it for strangers."""

import io
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geodata.words.numbers import grouped
from scenarios import project_file, recent, workspace
from tests.ui.conftest import ROOT
from ui import language, opened, session

BASE = Path(__file__).parent.parent / "broken" / "base"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(opened, "is_local", lambda: True)
    monkeypatch.setattr(sys, "argv", ["app.py"])


def app(**params: str) -> AppTest:
    found = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in params.items():
        found.query_params[name] = value
    return found.run()


def said(page: AppTest) -> str:
    return re.sub(r"<[^>]+>", " ", " ".join(block.proto.body for block in page.get("html")))


def button(page: AppTest, label: str) -> object:
    return next(one for one in page.button if one.label == label)


def begun(name: str = "甲县") -> AppTest:
    page = app()
    page.text_input[0].set_value(name)
    button(page, "新建并放入数据").click().run()
    assert not page.exception
    return page


def test_without_a_study_the_project_page_comes_first_and_nothing_is_computed() -> None:
    page = app()
    assert not page.exception
    assert "示例城市（虚构）" in said(page)
    assert not session.demo_folder().exists()  # made when it is asked for
    primary = [one.label for one in page.button if one.proto.type == "primary"]
    assert primary == ["新建并放入数据"]


def test_a_new_study_opens_on_the_data_page_and_is_unsaved() -> None:
    page = begun()
    assert "数据：放入文件" in said(page)
    assert "有未保存的修改" in said(page)
    assert page.query_params["s"]
    assert "还需要：居住区、路网" in said(page)


def test_a_study_needs_a_name() -> None:
    page = app()
    button(page, "新建并放入数据").click().run()
    assert "请给研究起一个名称" in said(page)
    assert "示例城市（虚构）" in said(page)


def test_the_address_finds_the_study_again_and_a_wrong_one_finds_nothing() -> None:
    page = begun()
    token = page.query_params["s"][0] if isinstance(page.query_params["s"], list) else page.query_params["s"]
    assert "甲县" in said(app(s=token))
    for wrong in ("0" * 32, "../" + token, token[:-1], token.upper()):
        other = app(s=wrong)
        assert not other.exception
        if wrong != token:
            assert "甲县" not in said(other)
            assert "s" not in other.query_params


def test_a_project_is_opened_from_a_zip_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    page = app()
    page.file_uploader[0].set_value(("坏.zip", b"PK nothing", "application/zip")).run()
    assert not page.exception
    assert "不是可用的项目压缩包" in said(page)
    page.file_uploader[0].set_value(("甲.zip", project_file.pack(BASE / "study.toml"), "application/zip")).run()
    assert not page.exception
    assert "数据：放入文件" in said(page)
    study = Path(workspace.state_of(next((tmp_path / "cache" / "elder-care-planning" / "sessions").iterdir())).opened)
    assert study.read_text(encoding="utf-8").count('path = "data/') == 3
    assert "已保存" in said(page)


def test_a_folder_of_this_computer_is_opened_in_place_and_noted(tmp_path: Path) -> None:
    folder = tmp_path / "base"  # a copy: what is opened gets a folder for what can be made again
    shutil.copytree(BASE, folder)
    page = app()
    page.text_input(key="folder_text").set_value(str(folder)).run()
    before = (folder / "study.toml").read_bytes()
    button(page, "打开文件夹").click().run()
    assert not page.exception
    assert "按原文件打开" in said(page)
    assert recent.recent(opened.config_folder()) == ((folder / "study.toml").resolve(),)
    assert "最近：" in " ".join(one.label for one in app().button)
    assert (folder / "study.toml").read_bytes() == before


def test_others_than_the_people_at_this_computer_may_not_name_its_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "is_local", lambda: False)
    page = app()
    assert not [one for one in page.text_input if one.key == "folder_text"]
    assert "打开文件夹" not in [one.label for one in page.button]


@pytest.mark.parametrize(
    ("address", "base", "headers", "local"),
    [
        ("localhost", "", {}, True),
        ("127.0.0.1", "", {}, True),
        ("0.0.0.0", "", {}, False),  # must be refused
        (None, "", {}, False),  # Streamlit's default: every network
        ("localhost", "plan", {}, False),  # behind a gateway
        ("localhost", "", {"X-Forwarded-For": "10.0.0.7"}, False),
    ],
)
def test_who_is_at_this_computer(
    monkeypatch: pytest.MonkeyPatch, address: str | None, base: str, headers: dict[str, str], local: bool
) -> None:
    monkeypatch.undo()
    options = {"server.address": address, "server.baseUrlPath": base}
    monkeypatch.setattr(st, "get_option", options.get)
    monkeypatch.setattr(opened.st, "context", type("Context", (), {"headers": headers}))
    assert opened.is_local() is local


def test_a_saved_study_holds_what_is_open(tmp_path: Path) -> None:
    begun("乙 <b>县</b>")
    study = next((tmp_path / "cache").rglob("study.toml"))
    with zipfile.ZipFile(io.BytesIO(project_file.pack(study))) as package:
        assert "乙 <b>县</b>" in package.read("study.toml").decode()


def test_a_name_stays_text_in_a_label() -> None:
    assert language.as_text("![x](http://a.b)") == r"\!\[x\]\(http\:\/\/a\.b\)".replace(r"\/", "/")
    assert language.as_text("幸福路 1号") == "幸福路 1号"


def test_changed_files_make_the_result_old_until_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(BASE, tmp_path / "study")
    study = tmp_path / "study" / "study.toml"
    monkeypatch.setattr(sys, "argv", ["app.py", str(study)])
    page = app()
    assert not page.exception
    assert "谁能步行到养老服务？" in said(page)
    before = said(page)
    study.write_text(study.read_text(encoding="utf-8").replace("纸上小城", "改名小城"), encoding="utf-8")
    page.run()
    assert "现在显示的是改动前的结果" in said(page)
    figures = re.search(r"数据指纹 (\w+)", before).group(1)
    assert figures in said(page)
    button(page, "按新数据重新计算").click().run()
    assert not page.exception
    assert "现在显示的是改动前的结果" not in said(page)
    assert figures not in said(page)


def test_every_page_is_there_in_the_order_of_the_work() -> None:
    from ui import main

    names = [*main.PREPARING_PAGES, *main.OUTCOME_PAGES]
    order = ["project", "data", "coverage", "rules", "siting", "scenario", "handin"]
    assert names == [name for name in order if name in names]
    assert {"project", "data", "coverage", "rules", "siting", "handin"} <= set(names)


HOSTILE = {  # what is put in for residential areas, and a word of what is said
    "residential_bomb.zip": "过大",
    "residential_path_traversal.zip": "压缩包以外",
    "residential_pickle.pkl": "不支持",
    "residential_ten_thousand_columns.csv": grouped(10_001),
    "residential_garbage.xlsx": "residential_garbage.xlsx",
    "residential_no_prj.zip": "坐标系",
    "residential_two_layers.zip": "多个图层",
    "residential_no_coordinates.csv": "坐标",
    "residential_latitude_95.csv": "经纬度",
}


def test_whatever_is_put_in_the_page_stands_and_says_why() -> None:
    page = begun()
    for name, word in HOSTILE.items():
        page.file_uploader[0].set_value((name, (BASE.parent / name).read_bytes(), "application/octet-stream")).run()
        assert not page.exception, name
        assert word in said(page), name
        assert "程序出错" not in " ".join(error.value for error in page.error)


def test_a_nasty_name_is_text_everywhere() -> None:
    page = begun("<img src=x onerror=alert(1)> ![x](http://evil)")
    page.file_uploader[0].set_value(("<b>![x](http:a).csv", b"id,name\n<i>1</i>,=cmd()\n", "text/csv")).run()
    assert not page.exception
    bodies = " ".join(block.proto.body for block in page.get("html"))
    assert "<img" not in bodies
    assert "&lt;img src=x" in bodies
    assert "<i>1" not in bodies
