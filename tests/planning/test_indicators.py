"""Indicators and ledger: entered figures, due days, one row per target, one line per object."""

import datetime as dt

import pandas as pd
import pytest

from geodata.faults import InputError
from planning.rules import findings, indicators
from tests.planning.rule_town import judged, row

D = dt.date


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


@pytest.mark.parametrize(
    ("value", "verdict", "gap"), [(94.9, "below", 5.1), (95, "met", 0), (100, "met", 0), (999, "met", 0)]
)
def test_about_so_many_things_is_no_upper_limit(value: float, verdict: str, gap: float) -> None:
    one = row(judged("shandong-2024", entered={"SD-12": value}), "SD-12")
    assert (one["verdict"], one["gap"]) == (verdict, pytest.approx(gap))
    assert ("缺 5.1" in one["sentence"]) == (verdict == "below")


@pytest.mark.parametrize(
    ("value", "verdict", "gap"), [(55, "met", 0), (65, "met", 0), (54, "below", 6), (66, "below", 6)]
)
def test_about_so_many_per_cent_is_a_limit_on_both_sides(value: int, verdict: str, gap: float) -> None:
    room = {"id": "F1", "name": "院", "kind": "welfare_home", "beds": 100, "residents": value, "status": "open"}
    one = row(judged("template-2024", facilities=[room]), "AN-18")
    assert (one["verdict"], one["gap"]) == (verdict, gap)


def test_a_debt_that_should_be_none_is_said_once() -> None:
    homes = [{"id": "R1", "name": "R", "households": 1000, "estate_class": "existing", "built_elder_area_m2": 100}]
    said = row(judged("jinan-2022", residential=homes), "JN-03")["sentence"]
    assert "1 个居住区合计欠 50" in said
    assert "超出" not in said
    assert "不达标" in said


def test_sentences_have_no_doubled_signs() -> None:
    for lang, signs in (("zh", "。，|，，|（）|另有 0"), ("en", r"\., |, ,|\(\)| 0 more")):
        said = judged("wengan-2023").indicators(lang)["sentence"]  # type: ignore[arg-type]
        assert not said.str.contains(signs).any(), said[said.str.contains(signs)]
