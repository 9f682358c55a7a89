"""The request as a file on the page: what is offered asks for the same; it is kept in the session's own study alone."""

import sys
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from scenarios import workspace
from scenarios.siting_parts import Phase, Size
from scenarios.siting_request import Request, request_of
from tests.ui.conftest import ROOT
from tests.ui.test_page import content
from tests.ui.test_siting_page import named, page_of, settled
from ui import opened

TOKEN = "0123456789abcdef" * 2
OTHER = Request(sites=2, goal="places", sizes=(Size(floor_area_m2=200.0, cost_yuan=4e5),), spacing_m=300.0)


@pytest.fixture
def own(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The study as a copy in the folder of a session."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "argv", ["app.py"])
    space = workspace.make_space(opened.sessions_folder(), TOKEN)
    copy = workspace.own_copy(space, study)
    workspace.remember(space, workspace.opened(workspace.State(), copy))
    return copy


def page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["s"] = TOKEN
    app.run()
    app._page_hash = calc_hash("siting")
    return settled(app.run())


def shown(app: AppTest) -> Request:
    (code,) = app.get("code")
    return request_of(tomllib.loads(code.value)["siting"], {"day_care": (), "meals": ()})


def test_a_study_of_somebody_else_is_not_written(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of(study, monkeypatch)
    before = study.read_bytes()
    app.session_state["siting_request"] = OTHER
    settled(app.run())
    assert shown(app) == OTHER
    assert "存入项目" not in {one.label for one in app.button}
    assert study.read_bytes() == before
    (offered,) = [one for one in app.get("download_button") if one.proto.label == "下载 siting.toml"]
    assert offered


def test_the_request_in_force_is_kept_in_the_own_study(own: Path) -> None:
    app = page()
    asked = Request(sites=None, phases=(Phase(name="2026", budget_yuan=1.5e6), Phase(name="2028", budget_yuan=2e6)))
    app.session_state["siting_request"] = asked
    settled(app.run())
    assert shown(app) == asked
    before = tomllib.loads(own.read_text(encoding="utf-8"))
    settled(named(app.button, "存入项目").click().run())
    after = tomllib.loads(own.read_text(encoding="utf-8"))
    assert request_of(after.pop("siting"), {"day_care": ()}) == asked
    before.pop("siting", None)
    assert after == before
    assert named(app.button, "存入项目").disabled
    assert "项目文件中已是这些设置" in content(app)
    assert "有未保存的修改" in content(app)
    assert shown(app) == asked  # what is shown stays until the planner asks for the new file
    settled(named(app.button, "按新数据重新计算").click().run())
    assert shown(app) == asked
    assert "恢复最初的要求" not in {one.label for one in app.button}  # it is what the study asks now


def test_a_study_that_cannot_be_written_says_so(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page()
    app.session_state["siting_request"] = OTHER
    settled(app.run())
    before = own.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("scenarios.study_file.write", full)
        settled(named(app.button, "存入项目").click().run())
    assert "没能存下" in content(app)
    assert own.read_bytes() == before
    assert not named(app.button, "存入项目").disabled
