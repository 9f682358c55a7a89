"""The hand-in page: makes what is chosen from the outcome shown, in Chinese, and offers it."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from exhibits import made_log
from scenarios import Outcome
from ui import handin


def page() -> None:
    import streamlit as st

    from ui import handin as shown

    shown.show(st.session_state["outcome"], "zh")


def opened(outcome: Outcome) -> AppTest:
    app = AppTest.from_function(page, default_timeout=120)
    app.session_state["outcome"] = outcome
    return app.run()


def test_the_workbook_is_made_and_offered(outcome: Outcome) -> None:
    app = opened(outcome)
    assert not app.exception
    app.button_group[0].set_value(["report.xlsx"])
    app.text_input[1].set_value("规划院")
    app.button[0].click().run()
    assert not app.exception
    found = app.session_state[handin.MADE]
    assert list(found.files) == ["report.xlsx"]
    assert found.files["report.xlsx"].startswith(b"PK")
    assert found.fingerprint == outcome.fingerprint
    logged = made_log.read(outcome.city.study.folder)
    assert (logged[-1]["file"], logged[-1]["unit"]) == ("report.xlsx", "规划院")
    assert app.dataframe[0].value["文件"].iloc[0] == "report.xlsx"


def test_a_sheet_is_shown_with_the_title_block_as_filled_in(outcome: Outcome) -> None:
    app = opened(outcome)
    app.toggle[0].set_value(True).run()
    assert not app.exception
    titles = app.selectbox[0].options
    assert titles[0].startswith("图00")
    app.selectbox[0].set_value(6).run()
    assert not app.exception
    kinds = [one.type for one in app.main]
    assert kinds.count("image") == 1


def test_nothing_chosen_is_said(outcome: Outcome) -> None:
    app = opened(outcome)
    app.button_group[0].set_value([])
    app.button[0].click().run()
    assert [one.value for one in app.warning] == ["请至少选择一种成果。"]


def test_what_was_made_from_other_data_is_marked(outcome: Outcome) -> None:
    app = AppTest.from_function(page, default_timeout=120)
    app.session_state["outcome"] = outcome
    app.session_state[handin.MADE] = handin.Made(files={"map.html": b"x"}, fingerprint="another", left_out=("缺表",))
    app.run()
    assert "重新生成" in app.warning[0].value


def test_all_files_fit_in_one_zip(tmp_path: Path) -> None:
    import io
    import zipfile

    whole = zipfile.ZipFile(io.BytesIO(handin.zipped({"a.txt": b"1", "b.txt": b"2"})))
    assert {name: whole.read(name) for name in whole.namelist()} == {"a.txt": b"1", "b.txt": b"2"}
