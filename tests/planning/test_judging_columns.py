"""Columns against plain decimals: every residential area by every reading, any town, any gaps, any number of digits."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.rules import known_profiles
from planning.rules.findings import exact
from planning.rules.judge import Judgement
from planning.rules.whole_units import Unit, whole
from tests.planning import plain_judging as plain
from tests.planning.rule_town import judged
from tests.planning.test_judge import distances, town

D = dt.date


def check(found: Judgement) -> None:
    """Compare verdicts and gaps before pooling; what pooling changed was below or unknown."""
    case, attained = found.case, found.attained
    places = list(case.rows("residential"))
    today = {place: plain.governing(case, place, case.day, lapsed=True) for place in places}
    shares, unsure = plain.shares(case, today)
    permit = {}
    for place, row in case.rows("residential").items():
        day = plain.day_of(row["permit_date"])
        by_permit = plain.estate_class(case, row) == "new" and day is not None and day <= case.day
        permit[place] = plain.governing(case, place, day, lapsed=False) if by_permit and day else today[place]
    readings: dict[str, Any] = {"today": (today, attained.today), "permit": (permit, attained.permit)}
    for rule, target in plain.quota_rules(case):
        if rule.started(case.day):
            by_one = {place: plain.asked(case, place, rule, target) for place in places}
            readings[rule.id] = (by_one, attained.by_rule[rule.id])
    for asked, reading in readings.values():
        assert set(reading.verdicts) == {place for place in places if asked[place] is not None}
        for place, one in reading.verdicts.items():
            declared = exact(case.rows("residential")[place]["built_elder_area_m2"])
            verdict, gap = plain.alone(asked[place], declared, shares[place], sure=place not in unsure)
            assert one.need.rule.id == asked[place][0].id
            assert one.need.required_m2 == (asked[place][3] if asked[place][2] == "required" else None)
            if one.verdict == "met_pooled":
                assert verdict in {"below", "unknown"}
                assert sum(area for _, area in one.served) >= asked[place][3] - one.area.known_m2
            else:
                assert (one.verdict, one.gap_m2) == (verdict, gap)


@pytest.mark.parametrize("policy", known_profiles())
@pytest.mark.parametrize("seed", [1, 5])
def test_columns_say_what_plain_decimals_say(policy: str, seed: int) -> None:
    layers = town(seed)
    check(judged(policy, **layers, **distances(layers)))
    check(judged(policy, **layers, day=D(2024, 3, 1), choices={"ceil_hundred": True, "household_size": 2.6237}))


@pytest.mark.parametrize("policy", ["linyi-2025", "jinan-2022", "wengan-2023"])
def test_figures_of_many_digits_are_counted_to_the_last(policy: str) -> None:
    """Areas as a GIS computes them (17 digits) and enormous ones: 64 bits are too few, nothing is rounded."""
    layers = town(2)
    for n, home in enumerate(layers["residential"]):
        home["built_elder_area_m2"] = [300.12345678901234, 1e15, 370.2, 1e-7][n % 4]
    layers["facilities"][0] |= {"kind": "station", "floor_area_m2": 1234.5678901234567, "serves": ["R1", "R2"]}
    found = judged(policy, **layers, **distances(layers))
    assert found.attained.homes.unit.wide
    check(found)


def test_a_block_is_the_list_of_its_findings() -> None:
    layers = town(1)
    found = judged("template-2024", **layers, **distances(layers))
    all_ = list(found.found)
    assert len(all_) == len(found.found) == len(found.rules())
    assert [found.found[n] for n in range(-3, 3)] == [all_[n] for n in range(-3, 3)]
    assert found.found[1:4] == tuple(all_[1:4])
    assert sum(found.found.counts().values()) == len(all_)
    for n, row in enumerate(found.rules().to_dict("records")):
        one = all_[n]
        told = (one.object_id, one.verdict, one.due_status, one.sentence())
        assert (row["object_id"], row["verdict"], row["due_status"], row["sentence"]) == told
        for name in ("measured", "threshold", "gap"):
            figure = getattr(one, name)
            assert row[name] != row[name] if figure is None else row[name] == float(round(figure, 4))
    assert all(one.object_id == "R3" for one in found.of("R3"))
    assert len(found.of("R3")) == sum(one.object_id == "R3" for one in all_)
    with pytest.raises(IndexError):
        found.found[len(all_)]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=5))
def test_whole_numbers_stand_for_the_decimals_as_written(values: list[float]) -> None:
    counted, digits = whole(np.array(values))
    assert [Decimal(int(one)).scaleb(-digits) for one in counted] == [exact(one) for one in values]


@given(st.integers(0, 10**15))
def test_tables_round_half_to_even(units: int) -> None:
    unit = Unit(6)
    assert unit.rounded(np.array([units]))[0] == float(round(unit.decimal(units), 4))
    assert Unit(6, wide=True).rounded(np.array([units], dtype=object))[0] == float(round(unit.decimal(units), 4))


def test_a_facility_that_names_an_area_twice_is_counted_once() -> None:
    rooms = [{"id": "F1", "name": "F1", "kind": "station", "floor_area_m2": 200, "serves": ["R1", "R1"]}]
    found = judged(residential=[{"id": "R1", "households": 1000, "estate_class": "new"}], facilities=rooms)
    assert found.estates["existing_m2"].tolist() == [200]
