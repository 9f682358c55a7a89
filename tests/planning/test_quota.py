"""Residential areas by hand: at the limit and just below, classes, dates, minimum, population, what is missing."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning import plain_judging
from tests.planning.rule_town import judged, row

D = dt.date


def home(name: str = "R1", **given: object) -> dict[str, object]:
    return {"id": name, "name": f"{name}小区", "households": 1234, "estate_class": "new", **given}


# 1234 / 100 x 30 = 370.2; x 20 = 246.8; existing 20: 246.8, 15: 185.1
@pytest.mark.parametrize(
    ("area", "verdict", "gap"),
    [(370.2, "met", 0), (370.19, "below", 0.01), (300, "below", 70.2), (0, "below", 370.2), (None, "unknown", None)],
)
def test_linyi_at_the_limit_and_just_below(area: float | None, verdict: str, gap: float | None) -> None:
    found = row(judged(residential=[home(built_elder_area_m2=area)]), "LY-01", "R1")
    assert found["verdict"] == verdict
    assert found["threshold"] == 370.2
    assert found["gap"] == gap or (gap is None and found["gap"] != found["gap"])


def test_the_sentence_carries_the_arithmetic_and_the_clause() -> None:
    found = judged(residential=[home(built_elder_area_m2=300)])
    said = "1,234 户 × 30 m²/百户 = 370.2 m²，现有 300.0 m²，缺 70.2 m²，临民〔2025〕4号 第六条"
    assert row(found, "LY-01", "R1")["sentence"] == said
    english = found.of("R1")[0].sentence("en")
    assert english.startswith("1,234 households × 30 m²/100 households = 370.2 m², existing 300.0 m², short by 70.2 m²")
    assert english.endswith("临民〔2025〕4号 第六条")


def test_province_and_city_are_both_shown() -> None:
    found = judged(residential=[home(built_elder_area_m2=300)])
    assert row(found, "SD-01", "R1")["verdict"] == "met"  # 300 >= 246.8
    assert row(found, "LY-01", "R1")["verdict"] == "below"
    existing = judged(residential=[home(estate_class="existing", built_elder_area_m2=246.79)])
    assert row(existing, "LY-01", "R1")["gap"] == 0.01
    assert row(existing, "SD-01", "R1")["threshold"] == 185.1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"households": None}, "户数缺失"),
        ({"estate_class": None}, "无法选用标准"),
        ({"built_elder_area_m2": None}, "现有面积不详"),
    ],
)
def test_what_is_missing_is_never_a_pass(change: dict[str, object], said: str) -> None:
    found = judged(residential=[home(**{"built_elder_area_m2": 9999, **change})])
    one = row(found, "LY-01", "R1")
    assert one["verdict"] == "unknown"
    assert said in one["sentence"]
    assert found.totals()["today"] == {
        "passed": 0,
        "judged": 0,
        "unknown": 1,
        "pooled": 0,
        "passed_households": 0,
        "judged_households": 0,
    }


def test_no_households_at_all_is_not_a_pass_either() -> None:
    assert row(judged(residential=[home(households=0)]), "LY-01", "R1")["verdict"] == "not_applicable"


@pytest.mark.parametrize(
    ("dates", "owned", "source"),
    [
        ({"permit_date": D(2020, 5, 1)}, "new", "permit"),
        ({"permit_date": D(2020, 4, 30)}, "existing", "permit"),
        ({"completion_date": D(2019, 1, 1)}, "existing", "completion"),
        ({}, None, "unknown"),
    ],
)
def test_the_class_follows_from_the_permit_day(dates: dict[str, object], owned: str | None, source: str) -> None:
    estates = judged(residential=[home(estate_class=None, **dates)]).estates
    assert estates["class"].tolist() == [owned]
    assert estates["class_source"].tolist() == [source]


def test_two_readings_where_the_rule_changed() -> None:
    # permitted under the ordinance's 20: needs 246.8; today's 30: 370.2
    found = judged(residential=[home(permit_date=D(2022, 6, 1), built_elder_area_m2=300)])
    estate = found.estates.iloc[0]
    assert (estate["permit_rule"], estate["permit_verdict"], estate["permit_required_m2"]) == (
        "GB-SD-2020",
        "met",
        246.8,
    )
    assert (estate["today_rule"], estate["today_verdict"], estate["today_gap_m2"]) == ("LY-01", "below", 70.2)
    said = row(found, "LY-01", "R1")["sentence"]
    assert "按许可时的 GB-SD-2020：1,234 户 × 20 m²/百户 = 246.8 m²，达标" in said
    assert found.totals()["permit"]["passed"] == 1
    assert found.totals()["today"]["passed"] == 0
    assert row(found, "GB-SD-2020", "R1")["sentence"].endswith("（待核）")


@pytest.mark.parametrize(
    ("permit", "rule"),
    [
        (D(2025, 3, 12), "LY-01"),  # the first day of Linyi's rule
        (D(2025, 3, 11), "SD-01"),
        (D(2024, 1, 1), "SD-01"),
        (D(2023, 12, 31), "GB-SD-2020"),
        (D(2020, 4, 30), None),  # nothing was in force
    ],
)
def test_the_rule_of_the_permit_day(permit: dt.date, rule: str | None) -> None:
    estate = judged(residential=[home(permit_date=permit)]).estates.iloc[0]
    assert estate["permit_rule"] == rule
    assert estate["today_rule"] == "LY-01"


def test_a_rule_not_yet_in_force_judges_nothing() -> None:
    found = judged(day=D(2024, 12, 31), residential=[home(built_elder_area_m2=300)])
    assert row(found, "LY-01")["verdict"] == "not_applicable"
    assert "2025-03-12" in row(found, "LY-01")["sentence"]
    assert found.estates["today_rule"].tolist() == ["SD-01"]


# Weng'an: below 1750 households the 350 m2 govern; 100 households owe 350, 2000 owe 400
@pytest.mark.parametrize(
    ("households", "area", "verdict", "gap"),
    [
        (100, 350, "met", 0),
        (100, 349.9, "below_minimum", 0.1),
        (100, 10, "below", 340),  # not even 20 m2 by the ratio
        (1750, 350, "met", 0),
        (2000, 350, "below", 50),
        (2000, 400, "met", 0),
    ],
)
def test_the_single_site_minimum(households: int, area: float, verdict: str, gap: float) -> None:
    found = judged("wengan-2023", residential=[home(households=households, built_elder_area_m2=area)])
    one = row(found, "WA-01", "R1")
    assert (one["verdict"], one["gap"]) == (verdict, gap)
    assert found.rules()["rule_id"].eq("WA-02").sum() == 0  # a new area isn't an existing one


def test_many_small_sites_do_not_make_a_large_one() -> None:
    # 360 + 100: only the 360 is large enough; 2000 households need 400, so the largest grows by 40
    rooms = [
        {"id": f"F{n}", "name": f"F{n}", "kind": "station", "floor_area_m2": area, "serves": ["R1"]}
        for n, area in enumerate((360, 100))
    ]
    found = judged("wengan-2023", residential=[home(households=2000)], facilities=rooms)
    assert row(found, "WA-01", "R1")["verdict"] == "below_minimum"
    assert row(found, "WA-01", "R1")["gap"] == 40


@pytest.mark.parametrize(
    ("given", "choices", "required"),
    [
        ({"population": 3000}, {}, 300.0),  # 3000 x 0.1
        ({}, {}, 323.308),  # 1234 x 2.62 x 0.1
        ({}, {"household_size": 3.0}, 370.2),
    ],
)
def test_jinan_counts_persons(given: dict[str, object], choices: dict[str, object], required: float) -> None:
    found = judged("jinan-2022", residential=[home(built_elder_area_m2=required, **given)], choices=choices)
    assert row(found, "JN-01", "R1")["threshold"] == required
    assert row(found, "JN-01", "R1")["verdict"] == "met"
    assert found.estates["today_rule"].tolist() == ["JN-01"]


def test_jinan_breaks_even_with_the_province_at_two_persons() -> None:
    for size, rule in ((2.0, "JN-01"), (1.99, "SD-01"), (2.01, "JN-01")):
        found = judged("jinan-2022", residential=[home()], choices={"household_size": size})
        assert found.estates["today_rule"].tolist() == [rule]


def test_jinan_leaves_existing_areas_to_the_province() -> None:
    homes = [
        home("R1", estate_class="existing", built_elder_area_m2=100),
        home("R2", estate_class="existing", built_elder_area_m2=185.1),
    ]
    found = judged("jinan-2022", residential=homes)
    assert row(found, "SD-01", "R1")["gap"] == 85.1
    total = row(found, "JN-03")
    assert (total["measured"], total["verdict"]) == (85.1, "below")


def test_households_may_be_rounded_up() -> None:
    found = judged(residential=[home()], choices={"ceil_hundred": True})
    assert row(found, "LY-01", "R1")["threshold"] == 390  # 13 hundreds


def test_the_template_has_no_rate_for_existing_areas() -> None:
    found = judged(
        "template-2024",
        residential=[home(estate_class="existing", built_elder_area_m2=999), home("R2", built_elder_area_m2=300)],
    )
    assert row(found, "AN-04", "R1")["verdict"] == "no_rule"
    assert row(found, "AN-01", "R2")["verdict"] == "met"
    assert "非法定依据" in row(found, "AN-01", "R2")["sentence"]
    assert row(found, "AN-03")["verdict"] == "unknown"  # nothing shows that nothing is open


def station(name: str, area: float | None, **given: object) -> dict[str, object]:
    return {"id": name, "name": name, "kind": "station", "floor_area_m2": area, "status": "open", **given}


def test_declared_and_named_area_are_not_added_up() -> None:
    found = judged(residential=[home(built_elder_area_m2=200)], facilities=[station("F1", 250, serves=["R1"])])
    one = row(found, "LY-01", "R1")
    assert one["measured"] == 250
    assert one["gap"] == 120.2
    assert "取大者" in one["sentence"]


def test_a_facility_is_split_by_what_each_needs() -> None:
    # needs 300 and 100 (1000 and 500 households: 30 new, 20 existing): 200 m2 go 150 and 50
    homes = [home("R1", households=1000), home("R2", households=500, estate_class="existing")]
    found = judged(residential=homes, facilities=[station("F1", 200, serves=["R1", "R2"])])
    assert row(found, "LY-01", "R1")["measured"] == 150
    assert row(found, "LY-01", "R2")["measured"] == 50


@pytest.mark.parametrize(
    ("given", "measured", "verdict"),
    [
        ({"status": "planned"}, None, "unknown"),
        ({"status": "closed"}, None, "unknown"),
        ({"opened_on": D(2026, 1, 1)}, None, "unknown"),
        ({"opened_on": D(2025, 12, 31)}, 400, "met"),
        ({"counts_to_quota": False}, None, "unknown"),
        ({"kind": "street_center"}, None, "unknown"),
        ({"kind": "street_center", "counts_to_quota": True}, 400, "met"),
        ({"serves": ["R1", "R9"]}, None, "unknown"),  # its share can't be known
        ({"status": None}, None, "unknown"),  # another facility has a status, this one's is missing
    ],
)
def test_only_what_is_open_and_counts_is_counted(
    given: dict[str, object], measured: float | None, verdict: str
) -> None:
    rooms = [{**station("F1", 400, serves=["R1"]), **given}, station("F2", 1)]
    one = row(judged(residential=[home()], facilities=rooms), "LY-01", "R1")
    assert one["verdict"] == verdict
    assert one["measured"] == measured or measured is None


def test_where_no_facility_has_a_status_all_exist() -> None:
    one = row(judged(residential=[home()], facilities=[station("F1", 400, serves=["R1"], status=None)]), "LY-01", "R1")
    assert one["verdict"] == "met"


def test_a_facility_of_unknown_size_hides_no_failure_and_no_pass() -> None:
    rooms = [station("F1", None, serves=["R1"])]
    assert (
        row(judged(residential=[home(built_elder_area_m2=300)], facilities=rooms), "LY-01", "R1")["verdict"]
        == "unknown"
    )
    assert row(judged(residential=[home(built_elder_area_m2=371)], facilities=rooms), "LY-01", "R1")["verdict"] == "met"


def test_rural_communities_are_outside_the_quota() -> None:
    village = {"id": "K", "name": "村", "level": "community", "urban": False, "at": (0, 0, 100, 100)}
    found = judged(residential=[home(at=(50, 50))], districts=[village])
    assert row(found, "LY-01", "R1")["verdict"] == "not_applicable"


def test_the_pass_rate_never_says_100_while_anything_is_unknown() -> None:
    homes = [home("R1", built_elder_area_m2=400), home("R2", households=None)]
    rate = row(judged(residential=homes), "LY-03a", part="quota")
    assert rate["verdict"] == "unknown"
    assert "100%" not in rate["sentence"]
    assert rate["measured"] != 100
    rate = row(judged(residential=homes[:1]), "LY-03a", part="quota")
    assert (rate["verdict"], rate["measured"]) == ("met", 100)
    assert "1/1 = 100%" in rate["sentence"]
    rate = row(judged(residential=[*homes, home("R3", built_elder_area_m2=1)]), "LY-03a", part="quota")
    assert (rate["verdict"], rate["measured"]) == ("below", 50)


def test_accepted_although_area_was_lacking() -> None:
    homes = [home("R1", built_elder_area_m2=1, completion_date=D(2025, 1, 1), permit_date=D(2024, 1, 1))]
    one = row(judged("template-2024", residential=homes), "AN-02", part="accepted")
    assert (one["measured"], one["verdict"]) == (1, "below")
    assert "R1小区" in one["sentence"]


@settings(deadline=None, max_examples=40)
@given(
    households=st.integers(1, 50_000),
    area=st.decimals(0, 20_000, places=2),
    more=st.decimals(0, 500, places=2),
)
def test_more_area_never_lowers_a_verdict_and_gap_is_exact(households: int, area: Decimal, more: Decimal) -> None:
    less, plus = (
        row(judged(residential=[home(households=households, built_elder_area_m2=float(one))]), "LY-01", "R1")
        for one in (area, area + more)
    )
    required = Decimal(households) * 30 / 100
    assert less["gap"] == float(max(Decimal(0), required - area))
    assert (less["verdict"] == "met") == (area >= required)
    assert not (less["verdict"] == "met" and plus["verdict"] != "met")


@settings(deadline=None, max_examples=60)
@given(
    rooms=st.lists(st.tuples(st.integers(1, 700), st.booleans()), min_size=1, max_size=5),
    households=st.integers(100, 6000),
)
def test_places_that_are_too_small_grow_by_the_least_that_helps(rooms: list[tuple[int, bool]], households: int) -> None:
    """Weng'an: every place of 350 m2; some serve a second area too. Against every choice of places that could grow."""
    homes = [home("R1", households=households), home("R2", households=2000)]
    stands = [
        station(f"F{n}", area, serves=["R1", "R2"] if shared else ["R1"]) for n, (area, shared) in enumerate(rooms)
    ]
    found = judged("wengan-2023", residential=homes, facilities=stands)
    shares = found.attained.today.has.shares_of(0)
    floors = {f"F{n}": Decimal(area) for n, (area, _) in enumerate(rooms)}
    sites = [(share, floors[name]) for name, share in shares]
    one, required = row(found, "WA-01", "R1"), max(Decimal(350), Decimal(households) / 5)
    large = sum((share for share, floor in sites if floor >= 350), Decimal(0))
    there = sum((share for share, _ in sites), Decimal(0))
    if large >= required:
        assert (one["verdict"], one["gap"]) == ("met", 0)
    elif there < Decimal(households) / 5:
        assert (one["verdict"], one["gap"]) == ("below", pytest.approx(float(required - there), abs=1e-4))
    else:
        least = plain_judging.least_growth(sites, Decimal(350), required)
        assert (one["verdict"], one["gap"]) == ("below_minimum", pytest.approx(float(least), abs=1e-4))
