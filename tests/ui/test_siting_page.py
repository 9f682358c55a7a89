"""The page about siting: figures that sum, one button that solves, answers in words, nothing chosen that may not be."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from exhibits.screen import siting_card, siting_headline, siting_map, siting_tables
from planning.coverage import State
from planning.siting.plan import Plan
from scenarios.outcome import Outcome
from scenarios.siting import site
from scenarios.siting_request import GOALS, Request
from tests.ui.test_page import content, foreign, opened


def page_of(study: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open the app on the page about siting."""
    app = opened(study, monkeypatch)
    app._page_hash = calc_hash("siting")
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
    assert "到时间上限 30 秒为止" in figure.unknown
    least = replace(three.sited, plan=open_end, request=replace(three.sited.request, goal="worst_walk"))
    assert siting_headline.proof_figure(replace(three, sited=least), "zh").percent == "与下界相差不超过 0.10 %"


@pytest.mark.parametrize(("gap", "text"), [(0.01, "1.00 %"), (0.010001, "1.01 %"), (1e-7, "0.01 %")])
def test_a_gap_is_never_rounded_down(gap: float, text: str) -> None:
    assert siting_headline.gap_text(gap) == text


def test_files_carry_what_was_asked(three: Outcome) -> None:
    for table in (siting_tables.sites_table(three, "zh"), siting_tables.newly_table(three, "zh")):
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
    for name in ("新覆盖的居住区", "不可选的候选点"):
        app.session_state["siting_tabs_zh"] = name
        app.run()
        assert not app.exception
    assert not foreign(content(app), {"CSV", "English"} | set(re.findall(r"[A-Za-z]{3,}", four.fingerprint)))


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
    named(app.button, "求解").click().run()
    assert not app.exception
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
    app.run()
    assert not app.exception
    assert any("3 处站点无法让每个居住区都走得到：至少需要 4 处" in note.value for note in app.warning)
    assert not [block for block in app.get("html") if 'plan-figure-number">' in block.proto.body]
    app.session_state["siting_request"] = Request(sites=3, min_area_m2=99_000.0)
    app.run()
    assert not app.exception
    assert any("没有一个候选点可选" in note.value for note in app.warning)


def test_a_forced_candidate_that_cannot_be_used_is_named(
    study: Path, four: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    barred = str(four.sited.excluded["candidate_id"].iloc[0])
    app = opened(study, monkeypatch)
    app.session_state["siting_request"] = Request(sites=3, forced=(barred,))
    app._page_hash = calc_hash("siting")
    app.run()
    assert not app.exception
    assert any("处错误" in error.value for error in app.error)
    assert barred in content(app)
    assert named(app.multiselect, "必选的候选点").value == [barred]  # to be taken back


def test_without_candidates_the_page_says_what_to_provide(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = study.read_text(encoding="utf-8")
    bare = study.with_name("no_candidates.toml")
    bare.write_text(re.sub(r"\[(layers\.candidates|siting)\][^\[]*", "", text), encoding="utf-8")
    app = page_of(bare, monkeypatch)
    assert any("[layers.candidates]" in note.value for note in app.info)
    assert not [one for one in app.button if one.label == "求解"]


def test_without_a_request_the_defaults_are_named(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = study.read_text(encoding="utf-8")
    plain = study.with_name("no_siting.toml")
    plain.write_text(re.sub(r"\[siting\][^\[]*", "", text), encoding="utf-8")
    app = page_of(plain, monkeypatch)
    assert numbers(app)[0] == "5"
    assert any("按默认要求求解" in note.value for note in app.caption)
