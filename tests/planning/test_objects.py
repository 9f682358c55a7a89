"""Targets judged object by object: all objects together, never one object's figures; counting alone passes nothing."""

from typing import Any

import pytest

from planning.rules import known_profiles
from planning.rules.findings import CITY
from planning.rules.judge import Judgement
from tests.planning.rule_town import judged
from tests.planning.test_judge import distances, town

SUMMED = {"m²", "张", "处", "项", "级", "人"}


def line(found: Judgement, rule_id: str, part: str = "") -> dict[str, Any]:
    table = found.indicators()
    rows = table[(table["rule_id"] == rule_id) & (table["part"] == part)]
    assert len(rows) == 1
    return rows.iloc[0].to_dict()


def home(name: str, area: float | None, households: int | None = 1000) -> dict[str, object]:
    fields = {"id": name, "name": name, "households": households, "built_elder_area_m2": area}
    return {**fields, "estate_class": "existing"}


def test_the_quota_row_says_how_many_pass_and_what_all_lack() -> None:
    # 200 m2 each: R1 has it, R2 lacks 50, R3 lacks 200.4, of R4 the households aren't known
    homes = [home("R1", 200), home("R2", 150), home("R3", 0, 1002), home("R4", 10, None)]
    one = line(judged(residential=homes), "LY-01")
    assert (one["basis"], one["target"], one["current"], one["unit"]) == ("objects", 3, 1, "个居住区")
    assert (one["gap"], one["gap_unit"]) == (250.4, "m²")  # 50 + 1002 / 100 x 20
    assert [one[name] for name in ("objects", "judged", "met", "below", "unknown")] == [4, 3, 1, 2, 1]
    assert one["verdict"] == "below"
    said = "1/3 个居住区达标，2 个居住区不达标，合计缺 250.4 m²（另有 1 个居住区数据不足），临民〔2025〕4号 第六条"
    assert one["sentence"] == said


def test_one_unknown_among_passes_is_no_pass() -> None:
    one = line(judged(residential=[home("R1", 200), home("R2", 10, None)]), "LY-01")
    assert (one["verdict"], one["current"], one["target"], one["gap_unit"]) == ("unknown", 1, 1, "")
    bare = line(judged(residential=[home("R2", 10, None)]), "LY-01")
    assert (bare["verdict"], bare["judged"], bare["unknown"]) == ("unknown", 0, 1)
    assert "没有可判的居住区" in bare["sentence"].replace("个居住区", "居住区")


def premises(name: str, kind: str | None, **given: object) -> dict[str, object]:
    return {"id": name, "name": name, "kind": kind, "floor_area_m2": 2000, **given}


@pytest.mark.parametrize("kinds", [["物业用房", "学校"], ["物业用房", None], [None, None], ["学校", "学校"]])
def test_premises_are_counted_and_pass_nothing(kinds: list[str | None]) -> None:
    found = judged(candidates=[premises(f"X{n}", kind) for n, kind in enumerate(kinds)])
    one = line(found, "LY-20")
    assert (one["verdict"], one["due_status"], one["judged"]) == ("no_rule", "not_judged", 0)
    assert one["current"] == kinds.count("物业用房")
    assert f"{kinds.count('物业用房')}/2 处候选用房或用地属可用类型" in one["sentence"]
    assert ("另有" in one["sentence"]) == (None in kinds)
    small = line(
        judged(candidates=[premises("X1", None, floor_area_m2=None), premises("X2", None, floor="1")]), "SD-20"
    )
    assert (small["verdict"], small["current"], small["unknown"]) == ("no_rule", 1, 1)


def test_premises_that_fail_a_check_are_counted() -> None:
    one = line(judged("template-2024", candidates=[premises("X1", "楼", fire_ok=False), premises("X2", "楼")]), "AN-13")
    assert (one["verdict"], one["current"] != one["current"] or one["current"] is None) == ("no_rule", True)
    assert "1/2 处候选用房或用地未通过，其余待核" in one["sentence"]


def test_land_is_set_against_land_in_one_unit() -> None:
    county = {"id": "C", "name": "县", "level": "county", "population": 1000, "at": (0, 0, 9, 9)}
    plot = {"id": "F1", "name": "院", "kind": "nursing_home", "site_area_m2": 130, "status": "open", "at": (1, 1)}
    one = line(judged(facilities=[plot], districts=[county]), "LY-02")
    assert (one["basis"], one["target"], one["current"], one["unit"]) == ("total", 300, 130, "m²")
    assert (one["gap"], one["gap_unit"]) == (170, "m²")
    bare = line(judged(facilities=[plot]), "LY-02")  # no population
    assert (bare["verdict"], bare["target"], bare["unit"]) == ("unknown", 0.3, "m²/人")


@pytest.mark.parametrize("policy", known_profiles())
@pytest.mark.parametrize("seed", [1, 2, 6])
def test_rows_count_what_rules_csv_lists(policy: str, seed: int) -> None:
    layers = town(seed)
    found = judged(policy, **layers, **distances(layers))
    rules = found.rules()
    for one in found.indicators().to_dict("records"):
        mine = rules[(rules["rule_id"] == one["rule_id"]) & (rules["part"] == one["part"])]
        alone, whole = mine[mine["object_id"] != CITY], mine[mine["object_id"] == CITY]
        number = alone["verdict"].value_counts()
        assert one["objects"] == len(alone)
        assert one["unknown"] == number.get("unknown", 0)
        assert one["below"] == number.get("below", 0) + number.get("below_minimum", 0)
        assert one["met"] == number.get("met", 0) + number.get("met_pooled", 0)
        assert one["judged"] in {one["met"] + one["below"], 0}
        assert one["basis"] == ("total" if len(whole) else "objects" if one["way"] != "not testable" else "")
        blank = one["current"] is None or one["current"] != one["current"]
        if one["basis"] == "total":
            assert one["verdict"] == whole.iloc[0]["verdict"]
            assert one["verdict"] not in {"met", "met_pooled"} or not blank
        elif one["basis"] == "objects" and len(alone):
            check_objects(one, alone, blank=blank)
        assert one["gap_unit"] != "%"


def check_objects(one: dict[str, Any], alone: Any, *, blank: bool) -> None:
    """The row states numbers of objects, and a sum of gaps only where gaps add up."""
    if one["judged"]:
        assert (one["target"], one["current"]) == (one["judged"], one["met"])
    if one["verdict"] in {"met", "met_pooled"}:
        assert not blank
        assert one["below"] == one["unknown"] == 0 < one["met"]
    short = alone.loc[alone["verdict"].isin(["below", "below_minimum"]), "gap"].dropna()
    if one["gap_unit"]:
        assert one["gap_unit"] in SUMMED
        assert one["gap"] == pytest.approx(short.sum())


def test_parameters_are_said_in_words() -> None:
    told = judged(choices={"pool_m": 400}).parameters().set_index("name")
    assert told.loc["near_m", "value"] == "同址：30；毗邻：100；邻近：300"
    assert told.loc["pool_same_street", "value"] == "是"
    assert told.loc["land_per", "value"] == "常住人口"
    assert "社区养老服务站" in told.loc["counted_kinds", "value"]
    assert (told.loc["pool_m", "source"], told.loc["near_m", "source"]) == ("本研究设定", "通用预设")
    assert "时间" not in told.loc["pool_search_s", "meaning"]
