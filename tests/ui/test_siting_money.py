"""Money on the page about siting: phases measured by it, costs that are missing named before the search."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from streamlit.util import calc_hash

import scenarios
from exhibits.screen import siting_tables
from scenarios.outcome import Outcome
from scenarios.siting import site
from scenarios.siting_costs import Unpriced
from scenarios.siting_parts import Phase, Point
from scenarios.siting_request import Request
from tests.ui.test_page import content, opened
from tests.ui.test_siting_page import named, numbers, page_of, settled
from ui import siting_costs, siting_phases


@pytest.fixture(scope="module")
def lacking(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city; of its candidates five have no cost, and of these two no area."""
    path = shutil.copytree(study.parent, tmp_path_factory.mktemp("lacking") / "city") / study.name
    layer = path.parent / "candidates.gpkg"
    table = gpd.read_file(layer)
    table.loc[table.index[:5], "cost_yuan"] = None
    table.loc[table.index[:2], "floor_area_m2"] = None
    layer.unlink()
    table.to_file(layer)
    text = re.sub(r"\[siting\][^\[]*", "", path.read_text(encoding="utf-8"))
    path.write_text(f"{text}\n[siting]\nsites = 2\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def poor(lacking: Path) -> Outcome:
    return scenarios.run(lacking)


def asked_by_money(app: Any, text: str) -> Any:
    named(app.selectbox, "建多少，按").set_value("phases").run()
    named(app.radio, "每期按").set_value("money").run()
    named(app.text_area, "分期：每行一期，名称和预算（万元）").set_value(text).run()
    return app


# ---- phases


@pytest.mark.parametrize("line", ["2026", "2026, x", ", 3", "2026, 0", "2026, -1", "2026, inf", "2026, nan"])
@pytest.mark.parametrize("money", [False, True])
def test_a_line_that_is_no_phase_is_shown(line: str, *, money: bool) -> None:
    found, unread = siting_phases.phases_from(f"2025, 2\n{line}", "zh", money=money)
    assert found == ()
    assert f"“{line}”读不懂" in unread


def test_phases_are_read_with_either_comma_and_keep_their_unit() -> None:
    assert siting_phases.phases_from("近期，3\n\n远期、2", "zh", money=False) == (
        (Phase(name="近期", sites=3), Phase(name="远期", sites=2)),
        "",
    )
    found, unread = siting_phases.phases_from("近期, 300.1", "zh", money=True)
    assert (found, unread) == ((Phase(name="近期", budget_yuan=3_001_000.0),), "")
    assert siting_phases.unit_of(found) == "money"
    assert "读不懂" in siting_phases.phases_from("近期, 2.5", "zh", money=False)[1]
    assert "写了两次" in siting_phases.phases_from("近期, 2\n近期, 3", "zh", money=False)[1]
    assert "请至少写一期，例如“2026, 300”" in siting_phases.phases_from(" \n", "zh", money=True)[1]


def test_phases_by_money_are_begun_and_solved_on_the_page(lacking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of(lacking, monkeypatch)
    asked_by_money(app, "2026, 150\n2026, 150")
    assert any("写了两次" in error.value for error in app.error)
    named(app.text_area, "分期：每行一期，名称和预算（万元）").set_value("2026, 150\n2028, 150").run()
    settled(named(app.button, "求解").click().run())
    asked = app.session_state["siting_request"]
    assert asked.phases == (Phase(name="2026", budget_yuan=1.5e6), Phase(name="2028", budget_yuan=1.5e6))
    assert (asked.sites, asked.budget_yuan) == (None, None)
    sited = app.session_state["siting_last"][1]
    spent = sited.phases["cost_yuan"].tolist()
    assert 0 < spent[0] <= 1.5e6
    assert sum(spent) <= 3e6
    assert sum(spent) == pytest.approx(sited.sites["cost_yuan"].sum())
    assert numbers(app)[0] == str(len(sited.sites))
    assert "分 2 期共 300 万元" in content(app)
    assert named(app.radio, "每期按").value == "money"
    assert named(app.button, "求解").disabled  # the form asks for what is in force
    named(app.radio, "每期按").set_value("sites").run()  # the amounts of one unit are none of the other
    assert named(app.text_area, "分期：每行一期，名称和处数").value == ""
    assert any("请至少写一期，例如“2026, 3”" in error.value for error in app.error)
    assert app.session_state["siting_request"] is asked


def test_the_line_on_what_was_asked_names_the_money_of_phases(poor: Outcome) -> None:
    by_sites = Request(sites=2, phases=(Phase(name="a", sites=1), Phase(name="b", sites=1)))
    for request, text in (
        (by_sites, "，分 2 期；"),
        (Request(sites=None, phases=(Phase(name="a", budget_yuan=2_505_000.0),)), "，分 1 期共 250.5 万元；"),
    ):
        found = site(poor.city, poor.network, poor.covered, None, request)
        assert text in siting_tables.asked_line(replace(poor, city=found.city, sited=found), "zh")


# ---- what is not known of costs


def test_missing_costs_are_told_before_solving_and_mended(lacking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five of the candidates have no cost; three of them have an area, so a price for each square metre helps them."""
    app = page_of(lacking, monkeypatch)
    total = len(app.session_state["siting_last"][1].city.candidates)
    assert "造价未知" not in content(app)  # nothing is bought yet
    asked_by_money(app, "")
    assert f"{total} 个候选点中 5 个造价未知" in content(app)  # before any phase is written
    asked_by_money(app, "2026, 150")
    said = content(app)
    assert f"{total} 个候选点中 5 个造价未知，不参选" in said
    assert "其中 3 个面积已知" in said
    assert "请在候选点文件中补上造价" in said
    assert not named(app.button, "求解").disabled
    named(app.number_input, "造价未知时按（元/m²）").set_value(2000.0).run()
    said = content(app)
    assert f"{total} 个候选点中 2 个造价未知" in said
    assert "个面积已知" not in said
    settled(named(app.button, "求解").click().run())
    left_out = app.session_state["siting_last"][1].excluded["code"]
    assert 0 < (left_out == "candidate_cost_unknown").sum() <= 2  # some are excluded for another reason as well


def test_what_must_be_chosen_needs_a_cost(lacking: Path, poor: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (str(each) for each in (poor.city.candidates.index[0], poor.city.candidates.index[9]))
    app = page_of(lacking, monkeypatch)
    asked_by_money(app, "2026, 900")
    named(app.multiselect, "必选的候选点").set_value([one, other]).run()
    name = poor.city.candidates.loc[one, "name"]
    assert [error.value for error in app.error] == [f"必选的候选点造价未知：{name}；请补充造价，或取消必选。"]
    assert named(app.button, "求解").disabled
    named(app.multiselect, "必选的候选点").set_value([other]).run()
    assert not app.error


def test_one_s_own_points_without_cost_are_pointed_to_their_table(
    lacking: Path, poor: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    spot = poor.city.residential.geometry.to_crs(4326).representative_point().iloc[0]
    point = Point(id="P1", lon_deg=round(spot.x, 6), lat_deg=round(spot.y, 6))
    app = opened(lacking, monkeypatch)
    app.session_state["siting_request"] = Request(sites=None, budget_yuan=2e6, points=(point,))
    app._page_hash = calc_hash("siting")
    settled(app.run())
    assert "6 个造价未知" in content(app)
    assert "其中 1 个是图上添加的：造价在地图下方的表中填写" in content(app)
    app.session_state["siting_request"] = Request(
        sites=None, budget_yuan=2e6, points=(replace(point, cost_yuan=5e5),), forced=("P1",)
    )
    app.session_state["siting_marks"] = 1  # the lists of the form follow
    settled(app.run())
    assert "5 个造价未知" in content(app)
    assert app.session_state["siting_last"][1].sites.loc["P1", "cost_yuan"] == 5e5


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_thing_that_is_missing_has_its_own_remedy(lang: Any) -> None:
    whole = Unpriced(candidates=9, by_area=0, without_area=0, own=0, forced=(), generated=False)
    assert len(siting_costs.lines_of(whole, lang)) == 1
    assert siting_costs.lines_of(replace(whole, candidates=0), lang) == []
    assert len(siting_costs.lines_of(replace(whole, candidates=0, generated=True), lang)) == 1
    assert len(siting_costs.lines_of(replace(whole, by_area=2), lang)) == 2
    assert len(siting_costs.lines_of(replace(whole, without_area=2, own=2), lang)) == 2
    assert len(siting_costs.lines_of(replace(whole, by_area=1, without_area=3, own=1, generated=True), lang)) == 5
