"""Judging a whole town: entered figures, the indicator table, the ledger, both languages, any profile, any gaps."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj
import pytest

from geodata.city import City
from geodata.faults import InputError
from geodata.schema import FACILITY_KINDS, MEDICAL_KINDS, STATUSES
from geodata.study import Study
from geodata.words import catalogue
from planning.rules import known_profiles, ledger
from planning.rules.judge import judge_city
from planning.rules.measures import UNITS
from tests.planning.rule_town import CRS, judged, row, table, walks

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


def test_words_built_from_kinds_units_and_states_are_written() -> None:
    wanted = [f"kind_{one}" for one in (*FACILITY_KINDS, *MEDICAL_KINDS)]
    wanted += [f"unit_{one}" for one in UNITS] + [f"status_{one}" for one in (*STATUSES, "unknown")]
    wanted += [f"verdict_{one}" for one in VERDICTS] + list(ledger.MEASURE_WORDS.values())
    wanted += [
        f"network_{level}_{state}"
        for level in ("county", "street", "community", "home")
        for state in ("yes", "no", "unknown")
    ]
    wanted += [
        f"verdict_{one}_by"
        for one in ("below", "below_minimum", "over", "off", "below_points", "over_points", "off_points")
    ]
    assert not {f"rule_{one}" for one in wanted} - set(catalogue())


def city(**given: Any) -> City:
    names = ("residential", "facilities", "medical", "districts", "candidates", "gates", "background")
    rows = [{"id": "R1", "name": "R", "households": 1000, "estate_class": "new", "built_elder_area_m2": 250}]
    study = Study(path=Path("study.toml"), name="S", layers={}, **given)
    tables: dict[str, Any] = {name: table(name, rows if name == "residential" else []) for name in names}
    nothing: Any = None
    return City(
        study=study,
        crs_m=pyproj.CRS(CRS),
        given=frozenset({"residential"}),
        streets=nothing,
        doors={},
        faults=(),
        sources=pd.DataFrame(),
        fingerprint="",
        **tables,
    )


def test_a_city_is_judged_by_the_policy_of_its_study() -> None:
    study: dict[str, Any] = {"policy": "jinan-2022", "day": D(2025, 1, 1), "indicators": {"JN-26": 90}}
    found = judge_city(city(**study), speed_m_s=1.0)
    assert found is not None
    assert row(found, "JN-01", "R1")["threshold"] == 262
    assert row(found, "JN-26")["verdict"] == "met"
    own_size = judge_city(city(**study, household_size=2.0, raw={"population": {"household_size": 2.0}}), speed_m_s=1.0)
    assert own_size is not None
    assert row(own_size, "JN-01", "R1")["threshold"] == 200
    chosen = judge_city(city(**study, rules={"household_size": 3.0}), speed_m_s=1.0)
    assert chosen is not None
    assert row(chosen, "JN-01", "R1")["threshold"] == 300


def test_a_city_without_policy_is_not_judged_and_one_without_day_is_refused() -> None:
    assert judge_city(city(), speed_m_s=1.0) is None
    with pytest.raises(InputError, match="评估日"):
        judge_city(city(policy="linyi-2025"), speed_m_s=1.0)
    with pytest.raises(InputError, match="pool_m"):
        judge_city(city(policy="linyi-2025", day=D(2025, 1, 1), rules={"pool_meters": 3}), speed_m_s=1.0)
