"""What strangers may try: files that lie, names that are programs, other people's addresses, a server with sign-in."""

import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import streamlit as st
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from exhibits.screen import gaps
from geodata.words import say
from scenarios.outcome import Outcome
from tests.ui.conftest import NASTY, ROOT
from tests.ui.test_project_page import BASE, begun, own_folders, said  # noqa: F401 - a fixture that works by itself
from ui import maproutes, signing

LONG = "长" * 200_000


def hostile() -> Iterator[tuple[str, bytes, str]]:
    """Files for residential areas, and a word of what must be said."""
    for name, word in (
        ("residential_bomb.zip", "过大"),
        ("residential_path_traversal.zip", "压缩包以外"),
        ("residential_pickle.pkl", "不支持"),
        ("residential_ten_thousand_columns.csv", "列"),
    ):
        yield name, (BASE.parent / name).read_bytes(), word
    yield "../../etc/passwd.csv", b"a,b\n1,2\n", "坐标"
    yield "空.csv", b"", "空"


def test_hostile_files_are_refused_in_words_and_the_study_stays_as_it_was(tmp_path: Path) -> None:
    page = begun()
    study = next((tmp_path / "cache").rglob("study.toml"))
    before = study.read_bytes()
    for name, data, word in hostile():
        page.file_uploader[0].set_value((name, data, "application/octet-stream")).run()
        assert not page.exception, name
        assert word in said(page), name
        assert not [one for one in page.error if "程序出错" in one.value], name
        assert "采用本图层" not in [one.label for one in page.button if not one.disabled], name
        assert study.read_bytes() == before, name
    spaces = tmp_path / "cache" / "elder-care-planning"
    own = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".toml"]
    assert not [path for path in own if not path.is_relative_to(spaces)]


def test_over_long_fields_and_formulas_stay_text(tmp_path: Path) -> None:
    page = begun()
    rows = f'id,name,户数,经度,纬度\n1,"{LONG}",300,118.3,35.1\n2,=HYPERLINK("http://a.b"),200,118.31,35.11\n'
    page.file_uploader[0].set_value(("长.csv", rows.encode(), "text/csv")).run()
    assert not page.exception
    bodies = " ".join(block.proto.body for block in page.get("html"))
    assert len(bodies) < len(LONG)  # no cell floods the page
    assert "采用本图层" in [one.label for one in page.button]
    assert tmp_path.exists()


def test_a_formula_in_a_name_is_none_in_a_file_for_excel(outcome: Outcome) -> None:
    table = pd.DataFrame({"名称": ['=HYPERLINK("http://a.b")', "+1", "@sum", NASTY, "幸福小区"]})
    text = gaps.as_csv(outcome, table, "zh").decode("utf-8-sig")
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append([line])
    first = [line.strip('"')[:1] for line in text.splitlines()[1:6]]
    assert not set(first) & set("=+@"), text


@pytest.mark.parametrize("name", ["0" * 32, "../secrets", "places", ""])
def test_map_data_is_not_found_by_guessing(name: str) -> None:
    at = {"name": name, "z": 3, "x": 1, "y": 1}
    asked = Request({"type": "http", "method": "GET", "headers": [], "path_params": at})
    assert maproutes.send_layer(asked).status_code == 404
    assert maproutes.send_tile(asked).status_code == 404


def secrets(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    """Let Streamlit read its secrets from ``folder``."""
    path = folder / "secrets.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    option = st.get_option
    given = {"secrets.files": [str(path)]}
    monkeypatch.setattr(st, "get_option", lambda name: given.get(name) or option(name))

    class Secrets(dict):
        def load_if_toml_exists(self) -> bool:
            import tomllib

            self.clear()
            try:
                self.update(tomllib.loads(path.read_text(encoding="utf-8")))
            except (OSError, tomllib.TOMLDecodeError):
                return False
            return True

    monkeypatch.setattr(st, "secrets", Secrets())


AUTH = '[auth]\nredirect_uri = "http://localhost:8501/oauth2callback"\nclient_id = "plan"\n'


def opened(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(sys, "argv", ["app.py"])
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert not page.exception
    return page


def test_without_a_provider_everybody_is_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(tmp_path, monkeypatch, None)
    assert "示例城市（虚构）" in said(opened(monkeypatch))


def test_secrets_without_a_provider_ask_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(tmp_path, monkeypatch, 'other = "x"\n')
    assert "示例城市（虚构）" in said(opened(monkeypatch))


def test_with_a_provider_nothing_is_shown_before_signing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(tmp_path, monkeypatch, AUTH)
    monkeypatch.setattr(signing, "find_spec", lambda _: object())
    page = opened(monkeypatch)
    assert say("ui_sign_in_why", "zh") in said(page)
    assert "示例城市" not in said(page)
    assert [one.label for one in page.button if one.proto.type == "primary"] == [say("ui_sign_in", "zh")]
    assert not page.file_uploader
    assert not page.text_input


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(tmp_path, monkeypatch, AUTH)
    monkeypatch.setattr(signing, "find_spec", lambda _: None)
    page = opened(monkeypatch)
    assert "pip install Authlib" in page.error[0].value
    assert not page.button


def test_whoever_signed_in_is_let_in_and_may_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(tmp_path, monkeypatch, AUTH)
    monkeypatch.setattr(st, "user", {"is_logged_in": True, "name": "<b>王工</b>"})
    page = opened(monkeypatch)
    assert "示例城市（虚构）" in said(page)
    assert "&lt;b&gt;王工" in " ".join(block.proto.body for block in page.get("html"))
    assert say("ui_sign_out", "zh") in [one.label for one in page.button]


def test_secrets_that_cannot_be_read_let_nobody_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets(tmp_path, monkeypatch, "[auth\n")
    page = opened(monkeypatch)
    assert "secrets.toml" in page.error[0].value
    assert "示例城市" not in said(page)
