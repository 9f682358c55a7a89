"""The page about rules: figures as judged, filters that add up, other choices that move the rate, no unknown passed."""

import datetime as dt
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from exhibits import style
from exhibits.screen import estate_card, estates, rule_headline, rule_tables, site_card, verdict_map
from planning.rules.estates import OWN_ROOM
from scenarios.outcome import Outcome, judged
from scenarios.rulings import Ruling, chosen_by, own_ruling, policies, rejudged, ruling_of
from tests.ui.conftest import NASTY
from tests.ui.test_browser import STILL, at_pixels, click_place, inside
from tests.ui.test_page import content, foreign, opened
from tests.ui.test_style import BLIND, lab, linear

MORE = ("day_care", "station", "embedded", "nursing_home", "welfare_home")  # homes count as well
LATIN = {"CSV", "English", "indicators"}  # the key of the study file that a note names


def page_of(study: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open the app on the page about rules."""
    app = opened(study, monkeypatch)
    app._page_hash = calc_hash("rules")
    app.run()
    assert not app.exception
    return app


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


def percent(app: AppTest) -> list[str]:
    body = next(block.proto.body for block in app.get("html") if "plan-figures" in block.proto.body)
    return re.findall(r'plan-figure-number">([^<]*)<', body)


# ---- choices


def test_the_study_s_own_ruling_changes_nothing(outcome: Outcome) -> None:
    study = outcome.city.study
    own = own_ruling(study)
    assert own == Ruling("linyi-2025", dt.date(2025, 12, 31), {})
    assert rejudged(outcome, own) is outcome
    assert ruling_of(study, own.policy, own.day, chosen_by(study, own.policy, {})) == own
    assert policies(study)[0] == "linyi-2025"


def test_only_what_differs_from_the_policy_is_a_choice(outcome: Outcome) -> None:
    study = replace(outcome.city.study, rules={"pool_m": 400, "land_per": "elder"})
    plain = chosen_by(study, "linyi-2025", {})
    assert (plain.household_size, plain.pool_m, plain.pool_same_street) == (2.62, 500.0, True)
    assert plain.counted_kinds == ("day_care", "station", "embedded")  # in the schema's order
    asked = replace(plain, counted_kinds=("street_center", "day_care"))
    found = ruling_of(study, "linyi-2025", dt.date(2025, 12, 31), asked)
    # pool_m is back at the policy's own 500, the choice the page does not ask about stays
    assert found.choices == {"land_per": "elder", "counted_kinds": ["street_center", "day_care"]}


def test_household_size_moves_a_rule_per_thousand_and_not_one_per_household(outcome: Outcome) -> None:
    """Without populations, 100 m2 per 1,000 persons are 100 * households * size / 1,000."""
    places = outcome.city.residential.assign(population=pd.NA)
    outcome = replace(outcome, city=replace(outcome.city, residential=places))
    study, day = outcome.city.study, dt.date(2023, 6, 1)
    needed = {}
    for policy in ("linyi-2025", "jinan-2022"):
        plain = chosen_by(study, policy, {})
        for size in (2.0, 4.0):
            ruling = ruling_of(study, policy, day, replace(plain, household_size=size))
            table = rejudged(outcome, ruling).judgement.estates.set_index("place_id")
            needed[policy, size] = table["today_required_m2"].dropna()
    assert needed["linyi-2025", 2.0].equals(needed["linyi-2025", 4.0])
    small, large = needed["jinan-2022", 2.0], needed["jinan-2022", 4.0]
    assert len(small) > 0
    homes = places.loc[small.index, "households"].astype("float64")
    assert small.to_numpy() == pytest.approx((0.2 * homes).to_numpy(), abs=1e-4)
    assert large.to_numpy() == pytest.approx((0.4 * homes).to_numpy(), abs=1e-4)


def test_other_kinds_another_day_and_a_longer_walk_are_judged_anew(outcome: Outcome) -> None:
    unmarked = outcome.city.facilities.assign(
        counts_to_quota=pd.array([pd.NA] * len(outcome.city.facilities), "boolean")
    )
    city = replace(outcome.city, facilities=unmarked)
    outcome = replace(outcome, city=city, judgement=judged(city, outcome.network, outcome.reach))
    study, day = city.study, dt.date(2025, 12, 31)
    plain = chosen_by(study, "linyi-2025", {})
    more = rejudged(outcome, ruling_of(study, "linyi-2025", day, replace(plain, counted_kinds=MORE)))
    far = rejudged(outcome, ruling_of(study, "linyi-2025", day, replace(plain, pool_m=1100.0)))
    passed = [one.judgement.totals()["today"]["passed"] for one in (outcome, far, more)]
    assert passed[0] < passed[1]
    assert passed[0] < passed[2]
    assert far.reach.limit_s >= 1100 / outcome.profile.speed_m_s
    early = rejudged(outcome, Ruling("linyi-2025", dt.date(2020, 1, 1)))
    assert set(estates.verdicts(early, "today")) == {"no_rule"}  # none of the documents had begun
    prints = {one.fingerprint for one in (outcome, more, far, early)}
    assert len(prints) == 4
    assert more.coverage is outcome.coverage
    assert more.summary["rules"]["quota"]["today"]["passed"] == passed[2]
    assert more.summary["fingerprint"] == more.fingerprint


def test_another_study_s_policy_needs_no_policy_first(outcome: Outcome) -> None:
    bare_city = replace(outcome.city, study=replace(outcome.city.study, policy="", day=None))
    short = replace(outcome, city=bare_city, judgement=None, reach=outcome.reach.within(300.0))
    assert own_ruling(bare_city.study) is None
    found = rejudged(short, Ruling("linyi-2025", dt.date(2025, 12, 31)))
    assert found.judgement.totals() == outcome.judgement.totals()


# ---- figures


@pytest.mark.parametrize("reading", estates.READINGS)
def test_counts_rates_and_filters_agree(outcome: Outcome, reading: estates.Reading) -> None:
    number = estates.counts(outcome, estates.Filter(reading))
    totals = outcome.judgement.totals()[reading]
    assert sum(number.values()) == len(outcome.city.residential)
    assert number["met"] + number["met_pooled"] == totals["passed"]
    assert totals["judged"] == totals["passed"] + number["below"] + number["below_minimum"]
    names = estates.districts(outcome, "zh")
    by_district = [estates.counts(outcome, estates.Filter(reading, name)) for name in names]
    assert {name: sum(one[name] for one in by_district) for name in number} == number
    some = estates.Filter(reading, "", ("below", "unknown"))
    assert len(rule_tables.estates(outcome, some, "zh")) == number["below"] + number["unknown"]
    drawn = verdict_map.estate_shapes(outcome, some, "zh")["features"]
    aside = len(verdict_map.CLASSES) - 1
    assert sum(one["properties"]["c"] != aside for one in drawn) <= number["below"] + number["unknown"]
    rows = {row["label"]: row.get("count") for row in verdict_map.legend(outcome, some, "zh").rows}
    assert rows["不达标"] == str(number["below"])
    assert rows["不在筛选内"] == str(len(outcome.city.residential) - number["below"] - number["unknown"])


def test_all_known_met_is_no_hundred_per_cent_while_one_is_unknown(
    outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ("passed", "judged", "unknown", "pooled", "passed_households", "judged_households")
    full = {name: dict(zip(keys, (7, 7, 1, 2, 70, 70), strict=True)) for name in estates.READINGS}
    monkeypatch.setattr(type(outcome.judgement), "totals", lambda _: full)
    for figure in rule_headline.figures(outcome, None, "zh")[:2]:
        assert "100" not in figure.percent
        assert "100" not in figure.made_of
        assert "数据不足 1 个" in figure.unknown


def test_the_naive_figure_is_what_it_overstates(outcome: Outcome) -> None:
    naive = outcome.judgement.pooling
    figure = rule_headline.naive_figure(outcome, "zh")
    assert figure.percent == f"+{naive['any_facility'] - naive['flow']}"
    assert naive["flow"] == outcome.judgement.totals()["today"]["passed"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_card_of_an_area_says_both_readings_both_lines_and_who_serves_it(outcome: Outcome, lang: Any) -> None:
    pooled = outcome.judgement.pooled
    place_id = pooled["place_id"].iloc[0]
    card = estate_card.estate_card(outcome, place_id, lang)
    rules = [one.title for one in card.each]
    assert any(name.startswith("LY-") for name in rules)
    assert any(name.startswith("SD-") for name in rules)
    assert 1 <= len(card.governing) <= 2
    assert card.governing[-1].verdict == "met_pooled"
    mine = pooled[pooled["place_id"] == place_id]
    assert len(card.served) == len(mine)
    assert f"{mine.sort_values('seconds')['area_m2'].iloc[0]:,.1f} m²" in card.served[0][1]
    drawn = verdict_map.pooled_walks(outcome, place_id)["features"]
    assert [one["properties"]["c"] for one in drawn[:2]] == [0, 1]
    assert sum(one["properties"]["c"] == 4 for one in drawn) == len(mine)
    rooms = pooled[pooled["site_id"].str.startswith(OWN_ROOM)]
    if len(rooms):
        giver = rooms["site_id"].iloc[0].removeprefix(OWN_ROOM)
        assert len(estate_card.estate_card(outcome, giver, lang).serves) == (rooms["site_id"] == OWN_ROOM + giver).sum()


def test_the_card_of_a_facility_counts_whom_it_is_nearest_to(outcome: Outcome) -> None:
    rows = outcome.coverage[outcome.coverage["group"] == "day_care"].dropna(subset=["nearest_id"])
    site_id = rows["nearest_id"].iloc[0]
    mine = rows[rows["nearest_id"] == site_id]
    elders = outcome.city.residential.loc[mine["place_id"], "elders"].sum()
    card = site_card.site_card(outcome, site_id, "zh")
    said = dict(card.nearest)["日间照料"]
    assert f"{len(mine)} 个居住区" in said
    assert f"{round(elders):,}".replace(",", " ") + " 位老年人" in said
    closed = outcome.sites.index[outcome.sites["open"].eq(other=False)]
    assert site_card.site_card(outcome, closed[0], "zh").nearest[0][0] == "未运营，不计覆盖"


def test_the_ledger_follows_the_street_and_its_parts_make_the_whole(outcome: Outcome) -> None:
    lines = outcome.judgement.ledger()
    held, places = estates.held_by(outcome), lines[lines["layer"] == "residential"]
    parts = {name: rule_tables.ledger(outcome, estates.Filter("permit", name), "zh") for name in set(held)}
    for name, part in parts.items():
        mine = set(places["object_id"]) & set(held.index[held == name])
        assert set(part.loc[part["图层"] == "居住区", "对象编号"]) == mine
    assert sum((part["图层"] == "居住区").sum() for part in parts.values()) == len(places)
    streets = outcome.city.districts.index[outcome.city.districts["level"] == "street"]
    street_lines = lines[(lines["layer"] == "districts") & lines["object_id"].isin(streets)]
    for key in street_lines["object_id"].unique():
        assert key in set(rule_tables.ledger(outcome, estates.Filter("permit", key), "zh")["对象编号"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_show_and_are_taken_away_with_what_they_were_judged_by(outcome: Outcome, lang: Any) -> None:
    tables = {
        name: getattr(rule_tables, name)(outcome, lang)
        for name in ("indicators", "presence_rules", "presence_groups", "pooled")
    }
    tables["estates"] = rule_tables.estates(outcome, estates.Filter("today"), lang)
    tables["ledger"] = rule_tables.ledger(outcome, estates.Filter("today"), lang)
    for name, table in tables.items():
        assert len(table), name
        assert "nan" not in rule_tables.coloured(table[:5], lang).to_html().lower().replace("finan", "")
        lines = rule_tables.as_csv(outcome, table, lang).decode("utf-8-sig").split("\r\n")
        assert outcome.fingerprint[:8] in lines[-2]
        assert "2025-12-31" in lines[-2]
    assert len(tables["ledger"]) == len(outcome.judgement.ledger())
    assert len(rule_tables.explained(outcome, lang)) == 5
    assert not rule_tables.parameters(outcome, lang).isna().any().any()


# ---- colours


@pytest.mark.parametrize("pair", list(combinations(style.VERDICT_LOOKS, 2)), ids="-".join)
def test_verdicts_differ_in_grey_or_by_hatch_and_for_all_eyes(pair: tuple[str, str]) -> None:
    one, other = (style.VERDICT_LOOKS[name] for name in pair)
    grey = abs(lab(linear(one.fill))[0] - lab(linear(other.fill))[0])
    hatched = (one.hatch or one.print_hatch) != (other.hatch or other.print_hatch)
    assert grey >= 6 or hatched
    for eyes in BLIND.values():
        apart = np.linalg.norm(lab(eyes @ linear(one.fill)) - lab(eyes @ linear(other.fill)))
        assert apart >= 12 or one.hatch != other.hatch


def test_what_is_not_known_is_hatched_and_no_pass() -> None:
    assert style.VERDICT_LOOKS["unknown"].hatch == "x"
    assert style.VERDICT_LOOKS["unknown"].fill not in {style.VERDICT_LOOKS[name].fill for name in ("met", "met_pooled")}


# ---- the page


def test_the_page_is_chinese_in_every_tab(study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page_of(study, monkeypatch)
    one = outcome.judgement.totals()["permit"]
    assert percent(app)[0] == f"{100 * one['passed'] / one['judged']:.1f} %"
    assert f"{one['passed']} / {one['judged']} 个" in content(app)
    assert f"数据不足 {one['unknown']} 个" in content(app)
    for name in ("居住区清单", "指标对照", "整改台账", "建有率", "统筹", "口径与依据"):
        app.session_state["rules_tabs_zh"] = name
        app.run()
        assert not app.exception
        codes = set(re.findall(r"[A-Z]{3,}", " ".join(outcome.judgement.rules()["rule_id"])))
        assert not foreign(
            content(app),
            LATIN | codes | set(re.findall(r"[A-Za-z]{3,}", f"{outcome.fingerprint} {outcome.fingerprint[:8]}")),
        )


def test_choices_move_the_rate_only_when_judged_and_the_own_stands_beside(
    study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of(study, monkeypatch)
    before = percent(app)
    assert button(app, "按此判定").disabled
    assert "44 处设施中 44 处已标注是否计入" in " ".join(one.value for one in app.caption)
    next(one for one in app.number_input if one.label == "统筹步行距离（米）").set_value(0.0).run()
    assert percent(app) == before
    assert "图上仍是上一次的结果" in content(app)
    button(app, "按此判定").click().run()
    assert not app.exception
    assert percent(app)[1] != before[1]
    assert f"项目自身口径为 {before[1]}" in content(app)
    button(app, "恢复项目口径").click().run()
    assert percent(app) == before


def test_without_a_policy_one_is_offered_and_none_is_taken(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = study.with_name("bare.toml")
    kept = [line for line in study.read_text(encoding="utf-8").splitlines() if not line.startswith(("policy", "day "))]
    bare.write_text("\n".join(kept), encoding="utf-8")
    app = page_of(bare, monkeypatch)
    assert any("没有指定政策条文" in note.value for note in app.info)
    assert button(app, "按此判定").disabled
    app.selectbox(key="policy_zh").set_value("shandong-2024").run()
    assert button(app, "按此判定").disabled  # no day yet, and none is made up
    app.date_input(key="rules_day_zh").set_value(dt.date(2025, 6, 1)).run()
    button(app, "按此判定").click().run()
    assert not app.exception
    assert percent(app)[0].endswith("%")
    assert "评价日 2025-06-01" in content(app)


def test_a_policy_that_cannot_be_used_is_said_in_words(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    app = opened(study, monkeypatch)
    app.session_state["ruling"] = Ruling("linyi-2025", dt.date(2025, 12, 31), {"pool_m": "far"})
    app._page_hash = calc_hash("rules")
    app.run()
    st.cache_resource.clear()
    assert not app.exception
    assert any("处错误" in error.value for error in app.error)


@pytest.mark.browser
def test_the_page_in_a_browser_filters_clicks_and_rejudges(page, app_url, outcome: Outcome) -> None:
    page.goto(app_url)
    page.get_by_role("link", name="配建与指标").click()
    frame = page.frame_locator("iframe[title*=st_folium]")
    frame.locator('[data-plan-shown*=estates][data-plan-loading="0"]').wait_for(timeout=60_000)
    page.locator(STILL).wait_for()
    number = estates.counts(outcome, estates.Filter("permit"))
    legend = frame.locator(".plan-legend")
    assert re.search(rf"不达标\s+{number['below']}\b", legend.inner_text())

    page.get_by_role("button", name=f"不达标 {number['below']}").click()
    legend.get_by_text("不在筛选内").wait_for()
    pooled = outcome.judgement.pooled
    place_id = pooled["place_id"].iloc[0]
    click_place(page, outcome, place_id, "estate")
    card = page.locator(".plan-place").inner_text()
    assert "m²/百户 =" in card
    assert "由谁统筹" in card
    frame.locator('[data-plan-shown*=chosen][data-plan-loading="0"]').wait_for()
    page.get_by_role("button", name="清除选择").click()
    page.locator(".plan-place").wait_for(state="detached")

    nasty = [one for one in outcome.sites.index if outcome.sites.loc[one, "name"] == NASTY]
    counted = dict(zip(outcome.city.facilities.index, verdict_map.counting(outcome), strict=True))
    site_id = next(one for one in nasty if counted[one])
    point = outcome.city.facilities.geometry.to_crs(4326)[site_id].representative_point()
    inside(page).evaluate("([lat, lng]) => { planMap.setView([lat, lng], 19, {animate: false}); }", [point.y, point.x])
    page.wait_for_timeout(300)
    frame.locator(".leaflet-container").click(position=at_pixels(page, point.x, point.y))
    page.locator(f'[data-site="{site_id}"]').wait_for()
    assert NASTY in page.locator(f'[data-site="{site_id}"]').inner_text()
    assert page.evaluate("window.hit") is None
    with page.expect_download() as waited:
        page.get_by_role("tab", name="整改台账").click()
        page.get_by_role("button", name="下载 CSV").click()
    assert waited.value.suggested_filename == "整改台账.csv"
