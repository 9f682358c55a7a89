"""The page about siting: figures that sum, one button that solves, answers in words, nothing chosen that may not be."""

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from exhibits.screen import siting_card, siting_change, siting_curves, siting_headline, siting_map, siting_tables
from planning.coverage import State
from planning.siting.plan import Plan, Progress, Watch
from scenarios.outcome import Outcome
from scenarios.progress import Report
from scenarios.siting import extra, site
from scenarios.siting_parts import Capacity, Phase, Point, Size
from scenarios.siting_request import GOALS, Request, request_of, table_of
from scenarios.tables import site_tables
from tests.ui.test_page import content, foreign, opened
from ui import siting_marks, siting_plan, siting_run
from ui.offline_map import Click


def page_of(study: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open the app on the page about siting."""
    app = opened(study, monkeypatch)
    app._page_hash = calc_hash("siting")
    return settled(app.run())


def settled(app: AppTest) -> AppTest:
    """Run the page again until no search goes on, as the page does by itself in a browser."""
    for _ in range(40):
        if not app.exception and [one for one in app.button if one.label in {"停止", "正在停止"}]:
            app.run()
    assert not app.exception
    return app


def named(widgets: Any, label: str) -> Any:
    return next(one for one in widgets if one.label == label)


def numbers(app: AppTest) -> list[str]:
    body = next(block.proto.body for block in app.get("html") if "plan-figures" in block.proto.body)
    return re.findall(r'plan-figure-number">([^<]*)<', body)


def planned(outcome: Outcome, **asked: Any) -> Outcome:
    request = Request(**{"sites": 3, **asked})
    return replace(outcome, sited=site(outcome.city, outcome.network, outcome.covered, outcome.judgement, request))


@pytest.fixture(scope="module")
def three(outcome: Outcome) -> Outcome:
    return planned(outcome)


@pytest.fixture(scope="module")
def asking(study: Path) -> Path:
    """The study, asking for four sites."""
    path = study.with_name("asking.toml")
    text = re.sub(r"\[siting\][^\[]*", "", study.read_text(encoding="utf-8"))
    path.write_text(f"{text}\n[siting]\nsites = 4\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def four(outcome: Outcome) -> Outcome:
    return planned(outcome, sites=4)


# ---- figures


@pytest.mark.parametrize("weight", ["elders", "households", "people", "places"])
def test_today_is_what_the_coverage_page_says(three: Outcome, weight: str) -> None:
    row = next(one for one in three.summary["headline"] if one["group"] == "day_care")
    found = siting_headline.change(three, weight)
    assert found.before == pytest.approx(row[f"{weight}_within_15"], abs=0.5)
    assert found.known == pytest.approx(row[f"{weight}_known"], abs=0.5)
    assert found.left_out == row[f"{weight}_left_out"]


def test_rows_sum_to_the_headline_and_to_the_map(three: Outcome) -> None:
    found = siting_headline.change(three, "elders")
    sites = three.sited.sites
    assert found.newly > 0
    assert found.newly == pytest.approx(sites["newly_covered_elders"].sum())
    assert found.after == found.before + found.newly <= found.known <= found.total
    newly = siting_map.newly_shapes(three, "zh")["features"]
    assert len(newly) == sites["newly_covered_places"].sum() == len(siting_tables.newly_table(three, "zh"))
    state = three.covered.of_group("day_care")["state"]
    assert {state[one["properties"]["i"]] for one in newly} == {State.OUT}
    assert sum(one.share for one in siting_headline.rate_figure(three, "zh").pieces) == pytest.approx(1)


def test_every_candidate_is_drawn_once_and_counted_in_the_legend(outcome: Outcome) -> None:
    barred = str(planned(outcome).sited.sites.index[0])
    found = planned(outcome, forbidden=(barred,))
    drawn = siting_map.candidate_points(found, "zh")["features"]
    chosen = siting_map.suggested_points(found, "zh")["features"]
    ids = [one["properties"]["i"] for one in (*drawn, *chosen)]
    assert sorted(ids) == sorted(found.city.candidates.index)
    why = siting_tables.not_usable(found)
    assert why[barred] == "sit_forbidden"
    assert len(why) == len(found.sited.excluded) + 1
    assert {one["properties"]["i"] for one in drawn if one["properties"]["c"]} == set(why)
    assert not set(why) & {one["properties"]["i"] for one in chosen}
    counts = {row["label"]: row.get("count") for row in siting_map.legend(found, "zh").rows}
    assert counts["建议新增"] == "3"
    assert counts["不可选或禁选"] == str(len(why))
    assert counts["候选，未入选"] == str(len(ids) - 3 - len(why))
    table = siting_tables.excluded_table(found, "zh")
    assert "按要求禁选" in set(table["不可选的原因"])


def test_walks_of_a_card_keep_the_limit_and_an_area_names_its_site(three: Outcome) -> None:
    best = str(three.sited.sites.index[0])
    walks = siting_map.walks(three, best, 1000)
    assert set(walks) == set(three.sited.sites.loc[best, "newly_covered"])
    assert all(way.seconds <= three.sited.limit_s for way in walks.values())
    drawn = siting_map.chosen_walks(three, best)["features"]
    assert len(drawn) == 2 * len(walks) + 3
    card = siting_card.candidate_card(three, best, "zh")
    assert dict(card.facts)["结果"] == "建议新增，序号 1"
    place_id = next(iter(walks))
    assert "1 · " in siting_card.after_row(three, place_id, "zh")[1]
    served = three.covered.of_group("day_care")["state"].eq(State.SERVED)
    assert siting_card.after_row(three, str(served.index[served][0]), "zh")[1] == "不在新覆盖之列"


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_goal_is_said_in_words(outcome: Outcome, goal: str, lang: Any) -> None:
    found = planned(outcome, goal=goal, sites=None if goal == "all" else 10, share=0.5)
    proof = siting_headline.proof_figure(found, lang)
    assert proof.percent == {"zh": "已证明最优", "en": "Proven best"}[lang]
    assert "nan" not in "".join(map(str, siting_headline.figures(found, lang)))
    assert goal not in siting_tables.asked_line(found, "zh")


def test_what_is_not_proven_is_not_called_best(three: Outcome) -> None:
    """1,000 against a bound of 1,001: the gap of 1/1001 = 0.0999 % is rounded up, to 0.10 %."""
    open_end = Plan(three.sited.plan.chosen, 1000.0, 1001.0, 1 / 1001, "feasible", 1.0, stopped_by="clock")
    figure = siting_headline.proof_figure(replace(three, sited=replace(three.sited, plan=open_end)), "zh")
    assert figure.percent == "与上界相差不超过 0.10 %"
    assert "到时限 30 秒为止" in figure.unknown
    least = replace(three.sited, plan=open_end, request=replace(three.sited.request, goal="worst_walk"))
    assert siting_headline.proof_figure(replace(three, sited=least), "zh").percent == "与下界相差不超过 0.10 %"


@pytest.mark.parametrize(("gap", "text"), [(0.01, "1.00 %"), (0.010001, "1.01 %"), (1e-7, "0.01 %")])
def test_a_gap_is_never_rounded_down(gap: float, text: str) -> None:
    assert siting_headline.gap_text(gap) == text


def test_files_carry_what_was_asked(three: Outcome) -> None:
    for table in (siting_tables.excluded_table(three, "zh"), siting_tables.newly_table(three, "zh")):
        lines = siting_tables.as_csv(three, table, "zh").decode("utf-8-sig").split("\r\n")
        assert len(lines) == len(table) + 3  # header, the line on what was asked, nothing after the last
        assert "新覆盖老年人最多" in lines[-2]
        assert three.fingerprint[:8] in lines[-2]


# ---- the page


def test_the_page_opens_with_what_the_study_asks_and_is_chinese(
    asking: Path, four: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of(asking, monkeypatch)
    assert numbers(app)[0] == str(len(four.sited.sites))
    assert numbers(app)[3] == "已证明最优"
    assert named(app.button, "求解").disabled
    assert not app.warning
    assert "求解：已证明最优；新覆盖" in content(app)
    for name in ("建成前后", "仍未覆盖", "新覆盖的居住区", "建几处合适", "取舍", "稳健性", "不可选的候选点"):
        app.session_state["siting_tabs_zh"] = name
        app.run()
        assert not app.exception
    assert not foreign(
        content(app),
        {"CSV", "csv", "siting_before_after", "siting_uncovered", "sites", "places", "uncovered", "English"}
        | {"siting", "study", "toml"}  # the table and the file that the request can be written into
        | set(re.findall(r"[A-Za-z]{3,}", four.fingerprint)),
    )


def test_a_new_request_is_solved_only_when_asked_and_the_first_comes_back(
    asking: Path, four: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of(asking, monkeypatch)
    before = numbers(app)
    barred = str(four.sited.sites.index[0])
    named(app.multiselect, "禁选的候选点").set_value([barred])
    named(app.number_input, "新增几处").set_value(2).run()
    assert numbers(app) == before
    assert "图上仍是上一次的结果" in content(app)
    settled(named(app.button, "求解").click().run())
    assert numbers(app)[0] == "2"
    assert "禁选 1 处" in content(app)
    assert app.session_state["siting_request"].forbidden == (barred,)
    named(app.button, "恢复最初的要求").click().run()
    assert numbers(app) == before
    assert named(app.multiselect, "禁选的候选点").value == []


def test_contrary_wishes_and_too_many_are_refused_before_solving(
    asking: Path, four: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of(asking, monkeypatch)
    one, other = (str(each) for each in four.sited.sites.index[:2])
    named(app.multiselect, "必选的候选点").set_value([one, other])
    named(app.number_input, "新增几处").set_value(1).run()
    assert any("必选 2 处，多于新增 1 处" in error.value for error in app.error)
    assert named(app.button, "求解").disabled
    named(app.number_input, "新增几处").set_value(2)
    named(app.multiselect, "禁选的候选点").set_value([one]).run()
    assert any("既必选又禁选" in error.value for error in app.error)


def test_no_way_to_meet_the_request_is_said_in_words(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of(study, monkeypatch)
    app.session_state["siting_request"] = Request(sites=3, goal="worst_walk")
    settled(app.run())
    assert any("3 处站点无法让每个居住区都走得到：至少需要 4 处" in note.value for note in app.warning)
    assert not [block for block in app.get("html") if 'plan-figure-number">' in block.proto.body]
    assert [one.label for one in app.button if one.label.startswith("改为")] == ["改为 4 处并求解"]
    settled(named(app.button, "改为 4 处并求解").click().run())
    assert numbers(app)[0] == "4"
    assert named(app.number_input, "新增几处").value == 4
    app.session_state["siting_request"] = Request(sites=3, min_area_m2=99_000.0)
    settled(app.run())
    assert any("没有一个候选点可选" in note.value for note in app.warning)


def test_a_forced_candidate_that_cannot_be_used_is_named(
    study: Path, four: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    barred = str(four.sited.excluded["candidate_id"].iloc[0])
    app = opened(study, monkeypatch)
    app.session_state["siting_request"] = Request(sites=3, forced=(barred,))
    app._page_hash = calc_hash("siting")
    settled(app.run())
    assert any("处错误" in error.value for error in app.error)
    assert barred in content(app)
    assert named(app.multiselect, "必选的候选点").value == [barred]  # to be taken back


def test_without_candidates_the_page_uses_generated_ones_and_says_so(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = study.read_text(encoding="utf-8")
    bare = study.with_name("no_candidates.toml")
    bare.write_text(re.sub(r"\[(layers\.candidates|siting)\][^\[]*", "", text), encoding="utf-8")
    app = page_of(bare, monkeypatch)
    assert any("[layers.candidates]" in note.value for note in app.info)
    assert numbers(app)[0] == "5"
    assert "其中生成点 5 处" in content(app)
    planned = app.session_state["siting_last"][1]
    assert set(planned.sites["origin"]) <= {"public", "hot_spot", "street"}


def test_without_a_request_the_defaults_are_named(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = study.read_text(encoding="utf-8")
    plain = study.with_name("no_siting.toml")
    plain.write_text(re.sub(r"\[siting\][^\[]*", "", text), encoding="utf-8")
    app = page_of(plain, monkeypatch)
    assert numbers(app)[0] == "5"
    assert any("按默认要求求解" in note.value for note in app.caption)


# ---- what is asked beside the main questions


def test_a_budget_alone_stays_alone(asking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a request for money only the form makes no request for a number of sites."""
    app = page_of(asking, monkeypatch)
    named(app.selectbox, "建多少，按").set_value("budget").run()
    named(app.number_input, "预算（万元）").set_value(300.0).run()
    settled(named(app.button, "求解").click().run())
    asked = app.session_state["siting_request"]
    assert (asked.sites, asked.budget_yuan) == (None, 3_000_000.0)
    sited = app.session_state["siting_last"][1]
    assert 0 < sited.sites["cost_yuan"].sum() <= 3_000_000
    assert named(app.button, "求解").disabled  # the form asks for what is in force
    assert app.session_state["siting_request"] is asked


def test_phases_are_read_line_by_line(asking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of(asking, monkeypatch)
    named(app.selectbox, "建多少，按").set_value("phases").run()
    lines = named(app.text_area, "分期：每行一期，名称和处数")
    lines.set_value("2026, 两处").run()
    assert any("读不懂" in error.value for error in app.error)
    named(app.text_area, "分期：每行一期，名称和处数").set_value("2026，2\n2028, 1").run()
    settled(named(app.button, "求解").click().run())
    asked = app.session_state["siting_request"]
    assert [(one.name, one.sites) for one in asked.phases] == [("2026", 2), ("2028", 1)]
    assert asked.sites == 3
    assert numbers(app)[0] == "3"
    assert "分期" in [tab.label for tab in app.tabs]
    sites = app.session_state["siting_last"][1].sites
    for day, phase in zip(sites["not_before"], sites["phase"], strict=True):
        assert not day or int(day[:4]) <= int(asked.phases[phase - 1].name)  # built no sooner than it is free


def test_everything_a_study_asks_is_kept_by_the_form(outcome: Outcome) -> None:
    """What the page doesn't ask stays as it was; asked again as a study file would, it is the same."""
    asked = Request(
        sites=4,
        goal="age_80",
        closing=("F1",),
        kinds=("闲置学校",),
        medical_m=800.0,
        points=(Point(id="P1", lon_deg=118.0, lat_deg=35.0, name="图上点 1"),),
        curve=True,
        front="cost",
        min_area_m2=120.0,
    )
    assert request_of(table_of(asked), outcome.groups) == asked
    money = Request(
        sites=None,
        budget_yuan=5e6,
        sizes=(Size(floor_area_m2=350, capacity=40),),
        capacity=Capacity(each=3, source="[siting]"),
    )
    assert request_of(table_of(money), outcome.groups) == money
    phased = Request(sites=3, phases=(Phase(name="a", sites=1), Phase(name="b", sites=2)))
    assert request_of(table_of(phased), outcome.groups) == phased


# ---- candidates marked and added


def test_a_candidate_is_forced_forbidden_and_let_go_on_its_card(
    asking: Path, four: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of(asking, monkeypatch)
    why = siting_tables.not_usable(four)
    other = next(
        one for one in map(str, four.city.candidates.index) if one not in why and one not in four.sited.sites.index
    )
    app.session_state["candidate"] = other
    app.run()
    settled(named(app.button, "必选").click().run())
    sited = app.session_state["siting_last"][1]
    assert sited.request.forced == (other,)
    assert other in sited.sites.index
    assert len(sited.sites) == 4
    assert named(app.multiselect, "必选的候选点").value == [other]
    settled(named(app.button, "禁选").click().run())
    sited = app.session_state["siting_last"][1]
    assert (sited.request.forced, sited.request.forbidden) == ((), (other,))
    assert other not in sited.sites.index
    settled(named(app.button, "取消").click().run())
    again = app.session_state["siting_last"][1]
    assert (again.request.forced, again.request.forbidden) == ((), ())
    assert set(again.sites.index) == set(four.sited.sites.index)


def test_a_candidate_added_on_the_map_can_be_forced_and_removed(
    asking: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of(asking, monkeypatch)
    spot = outcome.city.residential.geometry.to_crs(4326).representative_point().iloc[0]
    click = Click(lat_deg=spot.y, lon_deg=spot.x, near_m=5.0, layer="", id="", number=1)
    state: dict[str, Any] = {}
    with monkeypatch.context() as patched:
        patched.setattr("streamlit.session_state", state)
        siting_marks.add(outcome, click, "zh")
    (point,) = state["siting_request"].points
    assert (point.id, point.name, state["candidate"]) == ("P1", "图上点 1", "P1")
    assert (state["siting_again"], state["siting_adding"]) == (True, False)
    for name in ("siting_request", "candidate"):
        app.session_state[name] = state[name]
    settled(app.run())
    sited = app.session_state["siting_last"][1]
    assert sited.city.candidates.loc["P1", "origin"] == "own"
    assert "图上添加候选 1 处" in content(app)
    drawn = {
        one["properties"]["i"]
        for one in siting_map.candidate_points(replace(outcome, city=sited.city, sited=sited), "zh")["features"]
    }
    assert {"P1"} <= drawn | set(sited.sites.index)
    settled(named(app.button, "必选").click().run())
    sited = app.session_state["siting_last"][1]
    assert "P1" in sited.sites.index
    assert "在图上添加的候选点" in sited.full_table().set_index("candidate_id").loc["P1", "reason"]
    settled(named(app.button, "删除").click().run())
    sited = app.session_state["siting_last"][1]
    assert not sited.request.points
    assert not sited.request.forced
    assert "P1" not in sited.city.candidates.index


# ---- tables beside the plan


def test_downloads_are_the_files_of_a_run(three: Outcome, tmp_path: Path) -> None:
    found = replace(three, sited=replace(three.sited, curve=None))
    for name, make in site_tables(found, "zh").items():
        make(tmp_path / name)
        assert siting_tables.run_file(found, name, "zh") == (tmp_path / name).read_bytes()
    assert (tmp_path / "sites.csv").exists()


def test_before_and_after_sums_to_the_city_in_its_last_row(three: Outcome) -> None:
    table = siting_change.before_after_table(three, "street", "elders", "zh")
    assert table["行政区"].iloc[-1] == "全市合计"
    counts = table.drop(columns=["行政区"])
    counts = counts[[name for name in counts if "%" not in name]]
    assert (counts.iloc[:-1].sum() - counts.iloc[-1]).abs().max() <= len(table)  # each row rounded to whole elders
    city = counts.iloc[-1]
    assert city["15 分钟内 建成后"] - city["15 分钟内 现状"] == pytest.approx(city["新增（15 分钟）"], abs=2)
    rise = siting_headline.change(three, "elders")
    assert city["15 分钟内 建成后"] == pytest.approx(rise.after, abs=1)


def test_who_stays_uncovered_is_counted_by_reason(three: Outcome) -> None:
    table = siting_change.uncovered_table(three, "zh")
    text = siting_change.uncovered_counts(three, "zh")
    parts = [int(one.replace(",", "")) for one in re.findall(r" ([\d,]+) 个（", text)]
    assert sum(parts) == len(table) == len(three.sited.uncovered)
    assert table["未覆盖的原因"].ne("").all()


@pytest.mark.parametrize("against", ["sites", "cost", "worst_walk"])
def test_a_point_of_the_front_can_be_taken(outcome: Outcome, against: str) -> None:
    asked = siting_plan.extra_request(Request(sites=6), "front", against)
    table = extra(outcome.city, outcome.network, outcome.covered, None, asked, "front")
    covered = table["covered"].astype(float)
    assert len(table) >= (8 if against == "cost" else 2)
    assert covered.is_monotonic_increasing
    assert (table["bound"].astype(float) >= covered - 1e-6).all()
    assert table["figure"].astype(float).is_monotonic_increasing
    row = table.iloc[len(table) // 2].to_dict()
    taken = siting_plan.of_front(Request(sites=6), against, row)
    sited = site(outcome.city, outcome.network, outcome.covered, None, taken)
    assert sited.plan.objective >= float(row["covered"]) - 1e-6
    assert siting_curves.front_chart(table, asked, "zh").to_dict()["layer"]
    assert len(siting_curves.front_table(table, asked, "zh")) == len(table)


def test_the_curve_is_worked_out_and_a_row_taken(asking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of(asking, monkeypatch)
    app.session_state["siting_tabs_zh"] = "建几处合适"
    app.run()
    named(app.number_input, "算到几处").set_value(7).run()
    settled(next(one for one in app.button if one.label.startswith("计算（最多")).click().run())
    (table,) = app.session_state["siting_tables"].values()
    assert table["sites"].tolist() == list(range(8))
    asked = siting_plan.extra_request(app.session_state["siting_last"][1].request, "curve", 7)
    app.session_state["siting_row"] = (f"curve_{hash(repr(asked))}_zh", 6)
    app.run()
    settled(next(one for one in app.button if one.label.startswith("采用这一方案（6 处")).click().run())
    assert app.session_state["siting_request"].sites == 6
    assert numbers(app)[0] == "6"
    assert named(app.number_input, "新增几处").value == 6


def test_robustness_is_not_offered_with_a_budget(asking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of(asking, monkeypatch)
    app.session_state["siting_request"] = Request(sites=None, budget_yuan=5e6)
    app.session_state["siting_tabs_zh"] = "稳健性"
    settled(app.run())
    assert "不能与" in content(app)
    assert not [one for one in app.button if one.label.startswith("计算")]


# ---- the search in its thread


def test_a_search_tells_where_it_stands_and_stops_when_asked() -> None:
    """The work counts down from a bound of 100 and would go on for a minute; stopped, it returns what it has."""

    def work(watch: Watch, report: Report) -> float:
        report("siting_stage_solve")
        for turn in range(6000):
            if watch(Progress(40.0 + turn / 100, 100.0, 0.6, turn / 100)):
                return 40.0 + turn / 100
            time.sleep(0.01)
        return -1.0

    run = siting_run.Run("key", work)
    while run.progress is None:
        time.sleep(0.01)
    assert not run.done()
    text = siting_run.standing(run, "zh")
    assert re.fullmatch(r"求解；目前最好 4\d，界 100，差距 60.00 %；已用 \d 秒", text)
    run.stop()
    assert run.done(5)
    assert 40 <= run.answer() < 100


def test_what_breaks_in_the_thread_is_told_on_the_page() -> None:
    def work(*_: object) -> None:
        raise ValueError("broken")

    run = siting_run.Run("key", work)
    assert run.done(5)
    with pytest.raises(ValueError, match="broken"):
        run.answer()


def test_a_stopped_plan_says_so_and_the_search_can_go_on(three: Outcome) -> None:
    """Stopped before its first step a search still has a plan, with a bound that is not below it."""
    request = Request(sites=10, seconds=60)
    found = site(three.city, three.network, three.covered, None, request, watch=lambda _: True)
    assert found.plan.stopped_by in {"user", "proof"}
    assert found.plan.bound >= found.plan.objective > 0
    assert len(found.sites) == 10
    ended = replace(
        three.sited.plan, status="feasible", bound=three.sited.plan.objective * 1.02, gap=0.02, stopped_by="user"
    )
    line = siting_headline.status_line(replace(three, sited=replace(three.sited, plan=ended)), "zh")
    assert "可行，未证明最优" in line
    assert "差距 2.00 %" in line
    assert "由使用者停止" in line
