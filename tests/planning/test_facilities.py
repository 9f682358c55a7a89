"""Facilities: counts in a window, words, sizes, functions, named projects, documents that contradict themselves."""

import datetime as dt

import pytest

from tests.planning.rule_town import judged, row

D = dt.date


def centre(name: str = "F1", x: float = 100, **given: object) -> dict[str, object]:
    return {"id": name, "name": name, "kind": "street_center", "status": "open", "at": (x, 100), **given}


def embedded(name: str, opened: dt.date | None, **given: object) -> dict[str, object]:
    return {"id": name, "name": name, "kind": "embedded", "status": "open", "opened_on": opened, **given}


def test_only_demonstration_homes_opened_in_the_year_count() -> None:
    rooms = [embedded(f"F{n}", D(2025, 1, 1), functions=["示范性"]) for n in range(13)]
    found = row(judged(facilities=rooms), "LY-10")
    assert (found["verdict"], found["measured"], found["gap"]) == ("below", 13, 1)
    assert (
        row(judged(facilities=[*rooms, embedded("X", D(2025, 12, 31), functions=["示范"])]), "LY-10")["verdict"]
        == "met"
    )
    assert (
        row(judged(facilities=[*rooms, embedded("X", D(2024, 12, 31), functions=["示范"])]), "LY-10")["verdict"]
        == "below"
    )
    assert row(judged(facilities=[*rooms, embedded("X", None, functions=["示范"])]), "LY-10")["verdict"] == "unknown"


def test_words_nobody_uses_prove_nothing() -> None:
    found = row(judged(facilities=[embedded("F1", D(2025, 1, 1), functions=["助餐"])]), "LY-10")
    assert found["verdict"] == "unknown"
    assert "没有设施的功能列写有" in found["sentence"]


@pytest.mark.parametrize(
    ("area", "verdict", "said"),
    [(50, "met", ""), (49.9, "below", "缺 0.1 m²"), (200, "met", ""), (201, "met", "仅提示"), (None, "unknown", "")],
)
def test_stations_of_50_to_200(area: float | None, verdict: str, said: str) -> None:
    station = {"id": "F1", "name": "站", "kind": "station", "status": "open", "floor_area_m2": area}
    one = row(judged("wengan-2023", facilities=[station]), "WA-07", "F1")
    assert one["verdict"] == verdict
    assert said in one["sentence"]
    assert ("仅提示" in one["sentence"]) == (area == 201)


@pytest.mark.parametrize(("beds", "verdict"), [(9, "below"), (10, "met"), (20, "met"), (21, "met"), (None, "unknown")])
def test_embedded_homes_of_10_to_20_beds(beds: int | None, verdict: str) -> None:
    assert (
        row(judged("wengan-2023", facilities=[embedded("F1", None, nursing_beds=beds)]), "WA-09", "F1")["verdict"]
        == verdict
    )


@pytest.mark.parametrize(
    ("name", "beds", "status", "verdict"),
    [
        ("猴场镇敬老院", 80, "open", "met"),
        ("猴场镇敬老院", 79, "open", "below"),
        ("猴场镇敬老院", None, "open", "unknown"),
        ("猴场镇敬老院", 80, "building", "below"),
        ("中坪镇敬老院", 80, "open", "unknown"),  # not found: not in the data, nothing more
    ],
)
def test_named_homes_of_80_beds(name: str, beds: int | None, status: str, verdict: str) -> None:
    home = {"id": "F1", "name": name, "kind": "welfare_home", "status": status, "beds": beds}
    rules = judged("wengan-2023", facilities=[home]).rules().query("rule_id == 'WA-12' and object_name == '猴场'")
    assert rules["verdict"].tolist() == [verdict]


def test_a_planned_project_is_enough_where_planning_is_asked() -> None:
    site = {"id": "F1", "name": "兴隆社区站", "kind": "station", "status": "planned"}
    rules = judged("wengan-2023", facilities=[site]).rules().query("rule_id == 'WA-27' and object_name == '兴隆'")
    assert rules["verdict"].tolist() == ["met"]


def test_shares_of_functions() -> None:
    # three of four known ones offer home service: 75 >= 60; of four institutions one says nothing
    rooms = [embedded(f"F{n}", None, functions=["上门服务"] if n < 3 else ["助餐"]) for n in range(4)]
    assert row(judged(facilities=rooms), "SD-08")["measured"] == 75
    silent = [*rooms, embedded("F9", None)]
    assert row(judged(facilities=silent), "SD-08")["verdict"] == "met"  # 3 of 5 at worst: 60
    assert row(judged(facilities=[*silent, embedded("F8", None)]), "SD-08")["verdict"] == "unknown"


def test_five_functions_of_a_regional_centre() -> None:
    five = ["全托", "日间照料", "上门服务", "供需对接", "资源统筹"]
    assert row(judged("jinan-2022", facilities=[centre(functions=five)]), "JN-34", "F1")["verdict"] == "met"
    short = row(judged("jinan-2022", facilities=[centre(functions=five[:4])]), "JN-34", "F1")
    assert (short["verdict"], short["measured"], short["gap"]) == ("below", 4, 1)
    assert "缺：资源统筹" in short["sentence"]


def test_documents_that_contradict_themselves_are_reported_not_failed() -> None:
    points = [
        {"id": f"F{n}", "name": f"点{n}", "kind": "rural_mutual", "status": "open", "opened_on": D(2024, 1, 1)}
        for n in range(49)
    ]
    found = judged("wengan-2023", facilities=points)
    assert row(found, "WA-15")["verdict"] == "no_rule"
    assert row(found, "WA-16", part="improved")["verdict"] == "no_rule"
    assert row(found, "WA-16", part="total")["verdict"] == "met"
    assert row(judged("wengan-2023", facilities=points[:48]), "WA-16", part="total")["gap"] == 1
    listed = found.contradictions().set_index("id")["rules"]
    assert listed["WA-stations"] == "WA-15、WA-16"
    assert {"WA-beds", "WA-names", "WA-size"} <= set(listed.index)


def test_a_count_names_its_window_and_nothing_that_is_not_there() -> None:
    stands = [{"id": "F1", "name": "站", "kind": "aid_rental", "status": "open", "opened_on": dt.date(2024, 1, 1)}]
    none = row(judged(facilities=stands), "LY-12", part="stations")["sentence"]
    assert none.startswith("康复辅具站（2025-01-01 至 2025-12-31 投用）：0 处，应有 26 处，缺 26 处")
    stands[0]["opened_on"] = dt.date(2025, 1, 1)
    one = row(judged(facilities=[*stands, {**stands[0], "id": "F2", "opened_on": None}]), "LY-12", part="stations")
    assert "1 处（站），应有 26 处，另有 1 处不确定" in one["sentence"]
