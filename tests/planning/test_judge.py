"""Judging a whole town: entered figures, the indicator table, the ledger, both languages, any profile, any gaps."""

import datetime as dt
import random

import pandas as pd
import pytest

from geodata.faults import InputError
from planning import findings, indicators, ledger
from planning.rules import known_profiles
from tests.planning.rule_town import judged, row, walks

D = dt.date
CONTRACT = (
    "rule_id",
    "object_id",
    "object_name",
    "measured",
    "threshold",
    "unit",
    "gap",
    "verdict",
    "due",
    "document",
    "clause",
    "sentence",
)
VERDICTS = {"met", "met_pooled", "below", "below_minimum", "unknown", "no_rule", "not_applicable"}


def town(seed: int) -> dict[str, list[dict[str, object]]]:
    """Return a made-up town with many gaps in its data."""
    rng = random.Random(seed)

    def some(value: object) -> object:
        return value if rng.random() < 0.7 else None

    def at() -> tuple[float, float]:
        return rng.uniform(0, 4000), rng.uniform(0, 4000)

    homes = [
        {
            "id": f"R{n}",
            "name": f"小区{n}",
            "households": some(rng.randrange(0, 3000)),
            "population": some(rng.randrange(9000)),
            "estate_class": some(rng.choice(["new", "existing"])),
            "permit_date": some(D(rng.randrange(2018, 2026), 5, 1)),
            "completion_date": some(D(2025, 1, 1)),
            "built_elder_area_m2": some(rng.randrange(900)),
            "at": at(),
        }
        for n in range(25)
    ]
    kinds = [
        "street_center",
        "day_care",
        "station",
        "embedded",
        "nursing_home",
        "welfare_home",
        "rural_mutual",
        "meal_site",
        "aid_rental",
    ]
    rooms = [
        {
            "id": f"F{n}",
            "name": some(f"设施{n}") or f"猴场{n}",
            "kind": rng.choice(kinds),
            "floor_area_m2": some(rng.randrange(2000)),
            "site_area_m2": some(100.0),
            "beds": some(rng.randrange(200)),
            "nursing_beds": some(rng.randrange(100)),
            "dementia_beds": some(rng.randrange(9)),
            "residents": some(rng.randrange(99)),
            "carers": some(rng.randrange(30)),
            "status": some(rng.choice(["open", "open", "planned", "closed"])),
            "opened_on": some(D(2024, 7, 1)),
            "operator": some(rng.choice(["公办", "民办", "公建民营"])),
            "functions": some(["日间照料", "助餐", "示范"]),
            "medical_mode": some(rng.choice(["内设", "签约", "无"])),
            "serves": some([f"R{rng.randrange(30)}", "R1"]),
            "at": at(),
        }
        for n in range(30)
    ]
    clinics = [
        {
            "id": f"M{n}",
            "name": f"医{n}",
            "kind": rng.choice(["health_center", "village_clinic", "rehab_hospital"]),
            "at": at(),
        }
        for n in range(6)
    ]
    units = [
        {
            "id": "C",
            "name": "县",
            "level": "county",
            "population": some(99_999),
            "elders_60": some(9999),
            "at": (0, 0, 4000, 4000),
        },
        {"id": "S1", "name": "东", "level": "street", "population": some(60_000), "at": (0, 0, 2000, 4000)},
        {"id": "S2", "name": "西", "level": "street", "at": (2000, 0, 4000, 4000)},
        {"id": "K1", "name": "甲", "level": "community", "urban": some(True), "at": (0, 0, 2000, 4000)},
        {"id": "K2", "name": "乙", "level": "community", "urban": False, "at": (3000, 0, 4000, 4000)},
    ]
    premises = [
        {
            "id": f"X{n}",
            "name": f"楼{n}",
            "kind": some("闲置学校"),
            "floor_area_m2": some(999),
            "fire_ok": some(False),
            "at": at(),
        }
        for n in range(4)
    ]
    return {"residential": homes, "facilities": rooms, "medical": clinics, "districts": units, "candidates": premises}


def distances(layers: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    ids = {name: [str(one["id"]) for one in rows] for name, rows in layers.items()}
    rng = random.Random(3)
    near = {
        (place, site): rng.uniform(0, 900)
        for place in ids["residential"]
        for site in ids["facilities"]
        if rng.random() < 0.3
    }
    clinics = {
        (site, clinic): rng.uniform(0, 900)
        for site in ids["facilities"]
        for clinic in ids["medical"]
        if rng.random() < 0.3
    }
    return {
        "walks": walks(ids["residential"], ids["facilities"], near),
        "medical_walks": walks(ids["facilities"], ids["medical"], clinics),
    }


@pytest.mark.parametrize("policy", known_profiles())
@pytest.mark.parametrize("seed", [1, 2])
def test_any_profile_judges_any_town(policy: str, seed: int) -> None:
    layers = town(seed)
    found = judged(policy, **layers, **distances(layers))
    again = judged(policy, **layers, **distances(layers))
    rules = found.rules()
    pd.testing.assert_frame_equal(rules, again.rules())  # same in, same out
    assert tuple(rules.columns[:12]) == CONTRACT
    assert set(rules["verdict"]) <= VERDICTS
    assert (rules["document"].str.len() > 0).all()
    assert (rules["clause"].str.len() > 0).all()
    for lang in ("zh", "en"):
        said = found.rules(lang)["sentence"]
        assert not said.str.contains(r"[{}]|None|<NA>|\bnan\b|Decimal|Phrase", regex=True).any(), said
        assert set(found.indicators(lang)["rule_id"]) == {rule.id for rule in found.profile.rules}
        assert found.ledger(lang)["sentence"].notna().all()
        assert len(found.parameters(lang)) == len(found.profile.parameters)
    unknown = rules["verdict"] == "unknown"
    assert unknown.any() or policy == "gb-presets"
    assert (rules.loc[rules["verdict"].isin(["below", "below_minimum"]) & rules["gap"].notna(), "gap"] >= 0).all()
    assert (rules.loc[rules["verdict"].isin(["met", "met_pooled"]) & rules["gap"].notna(), "gap"] == 0).all()


@pytest.mark.parametrize("policy", known_profiles())
def test_a_study_with_residential_areas_alone_is_judged_as_far_as_it_goes(policy: str) -> None:
    found = judged(policy, residential=town(1)["residential"])
    rules = found.rules()
    blind = rules[
        ~rules["rule_id"].isin(
            [rule.id for rule, _ in found.profile.asking("estate_floor_area", "estate_floor_area_per_1000")]
        )
    ]
    assert "met" not in set(blind.loc[blind["layer"] == "", "verdict"]) or policy == "template-2024"
    assert found.pooled.empty
    assert found.distances.empty


def test_totals_agree_between_tables() -> None:
    layers = town(1)
    found = judged(**layers, **distances(layers))
    estates, totals = found.estates, found.totals()
    for name in ("permit", "today"):
        passed = estates[f"{name}_verdict"].isin(["met", "met_pooled"]).sum()
        judged_ = estates[f"{name}_verdict"].isin(["met", "met_pooled", "below", "below_minimum"]).sum()
        assert (totals[name]["passed"], totals[name]["judged"]) == (passed, judged_)
        assert totals[name]["unknown"] == (estates[f"{name}_verdict"] == "unknown").sum()
    pooled = found.pooled.groupby("place_id")["area_m2"].sum()
    assert set(pooled.index) == set(estates.loc[estates["today_verdict"] == "met_pooled", "place_id"])
    areas = {str(one["id"]): one["floor_area_m2"] for one in layers["facilities"]}
    given = found.pooled.groupby("site_id")["area_m2"].sum()
    assert all(area <= float(areas[site]) + 1e-9 for site, area in given.items())  # type: ignore[arg-type]
    failing = estates["permit_verdict"].isin(ledger.FAILS) | estates["today_verdict"].isin(ledger.FAILS)
    assert (found.ledger()["layer"] == "residential").sum() == failing.sum()


# ---- entered figures


@pytest.mark.parametrize(("value", "verdict", "gap"), [(4000, "met", 0), (3999.5, "below", 0.5)])
def test_an_entered_figure_is_compared(value: float, verdict: str, gap: float) -> None:
    one = row(judged(entered={"LY-07": value}), "LY-07")
    assert (one["verdict"], one["gap"]) == (verdict, gap)


def test_what_is_not_entered_is_unknown() -> None:
    one = row(judged(), "LY-07")
    assert (one["verdict"], one["due_status"]) == ("unknown", "unknown")
    assert "[indicators]" in one["sentence"]


def test_parts_days_and_sources() -> None:
    given = {"LY-12": {"communities": {"value": 3, "on": D(2025, 6, 30), "source": "民政局"}}}
    one = row(judged(entered=given), "LY-12", part="communities")
    assert one["verdict"] == "met"
    assert "2025-06-30" in one["sentence"]
    assert "民政局" in one["sentence"]


def test_social_workers_per_1000_elders() -> None:
    county = {"id": "C", "name": "县", "level": "county", "elders_60": 20_000, "at": (0, 0, 9, 9)}
    for workers, verdict in ((20, "met"), (19, "below")):
        assert row(judged("jinan-2022", districts=[county], entered={"JN-29": workers}), "JN-29")["verdict"] == verdict
    assert row(judged("jinan-2022", entered={"JN-29": 20}), "JN-29")["verdict"] == "unknown"  # no elders known


@pytest.mark.parametrize(
    ("given", "column", "said"),
    [
        ({"LY-7": 1}, "indicators.LY-7", "LY-07"),
        ({"LY-01": 1}, "indicators.LY-01", "LY-"),  # computed, not entered
        ({"LY-12": 3}, "indicators.LY-12", "communities"),
        ({"LY-12": {"communitys": 3}}, "indicators.LY-12", "communities"),
        ({"LY-07": "many"}, "indicators.LY-07", "100"),
        ({"LY-07": True}, "indicators.LY-07", "100"),
        ({"LY-07": -1}, "indicators.LY-07", "100"),
        ({"LY-07": {"value": 1, "day": 2}}, "indicators.LY-07", "100"),
    ],
)
def test_bad_entries_are_refused(given: dict[str, object], column: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        judged(entered=given)
    assert [fault.column for fault in error.value.faults] == [column]
    assert said in str(error.value)


# ---- due days: the due day itself is still in time


@pytest.mark.parametrize(
    ("day", "status"), [(D(2025, 12, 30), "due_later"), (D(2025, 12, 31), "due_later"), (D(2026, 1, 1), "overdue")]
)
def test_due_status(day: dt.date, status: str) -> None:
    found = judged(day=day, entered={"LY-07": 1})
    assert row(found, "LY-07")["due_status"] == status
    assert ("逾期" in row(found, "LY-07")["sentence"]) == (status == "overdue")
    table = found.indicators().set_index(["rule_id", "part"])
    assert table.loc[("LY-07", ""), "due_status"] == status
    assert (
        judged(day=day, entered={"LY-07": 4000}).indicators().set_index("rule_id").loc["LY-07", "due_status"] == "met"
    )


def test_a_lapsed_document_still_rules_until_another_replaces_it() -> None:
    homes = [
        {
            "id": "R1",
            "name": "R",
            "households": 1000,
            "estate_class": "new",
            "population": 3000,
            "built_elder_area_m2": 250,
        }
    ]
    found = judged("jinan-2022", day=D(2026, 11, 1), residential=homes)
    assert found.estates["today_rule"].tolist() == ["JN-01"]
    assert row(found, "JN-04")["due_status"] == "overdue"


def test_the_indicator_table_has_a_row_per_target() -> None:
    found = judged()
    table = found.indicators()
    assert list(table.columns) == list(indicators.COLUMNS)
    assert len(table) == sum(max(1, len(rule.targets)) for rule in found.profile.rules)
    assert set(table.loc[table["way"] == "not testable", "verdict"]) == {"not_applicable"}
    assert (table["sentence"].str.len() > 0).all()
    ways = table.drop_duplicates("rule_id").set_index("rule_id")["way"]
    assert (ways["LY-01"], ways["LY-07"], ways["LY-06"]) == ("computed", "tracked", "not testable")


def test_the_ledger_lists_an_area_once_with_its_due_day() -> None:
    homes = [{"id": "R1", "name": "R", "households": 1000, "estate_class": "existing", "built_elder_area_m2": 100}]
    lines = judged("linyi-2025", residential=homes).ledger()
    assert lines["object_id"].tolist() == ["R1"]
    assert lines.loc[0, ["rule_id", "rules", "gap", "status"]].tolist() == ["LY-01", "LY-01、SD-01", 100, "no_due"]
    lines = judged("jinan-2022", residential=homes, day=D(2026, 1, 1)).ledger()
    assert lines.loc[0, ["rule_id", "gap", "due", "status"]].tolist() == ["SD-01", 50, "2025-12-31", "overdue"]
    assert "统筹" in lines.loc[0, "measure"]


def test_a_unit_that_fails_two_rules_stands_once() -> None:
    units = [{"id": "S1", "name": "东", "level": "street", "at": (0, 0, 9, 9)}]
    room = {"id": "F1", "name": "站", "kind": "meal_site", "status": "open", "at": (99, 99)}
    lines = judged(facilities=[room], districts=units).ledger()
    centres = lines[lines["rules"].str.contains("SD-02a")]
    assert centres["rules"].tolist() == ["LY-03a、SD-02a"]


def test_figures_are_written_as_they_are() -> None:
    said = [findings.figure(findings.exact(one)) for one in (30, 0.3, 66.666666, 0.00049, 1234.5, 100.0)]  # type: ignore[arg-type]
    assert said == ["30", "0.3", "66.67", "0.0005", "1,234.5", "100"]
    assert [findings.area(findings.exact(one)) for one in (300, 370.2, 23.308)] == ["300.0", "370.2", "23.308"]  # type: ignore[arg-type]
    assert findings.exact(float("nan")) is None
    assert findings.exact(pd.NA) is None
    assert str(findings.exact(0.1)) == "0.1"
