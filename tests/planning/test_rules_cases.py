"""The worked cases of ``rules_cases.toml``: what a lawyer works out from the documents is what the rules say."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest

from planning.reach import Reach
from planning.rules import known_profiles
from planning.rules.findings import CITY, Verdict
from planning.rules.judge import Judgement
from planning.rules.profiles import Profile, read_profile
from tests.planning.rule_town import judged, walks

TABLE = tomllib.loads((Path(__file__).parent / "rules_cases.toml").read_text(encoding="utf-8"))
CASES: dict[str, Mapping[str, Any]] = {case["id"]: case for case in TABLE["case"]}
LAYERS = ("residential", "facilities", "medical", "districts", "candidates")
FAILS = {"below", "below_minimum"}
CASE_KEYS = {*LAYERS, "id", "zh", "en", "profile", "own", "source", "day", "choices", "entered", "speed", "sum"}
CASE_KEYS |= {"walks", "walk_limit", "between", "to_medical", "medical_places", "expect"}
TALLIES = {"passed", "judged", "pooled", "unknown"}
EXPECT_KEYS = {"rule", "of", "part", "verdict", "need", "has", "gap", "due", "near", "says", "reading", "absent"}
# the clauses of kind quota in the five documents, counted by hand
QUOTA_CLAUSES = {
    *("SD-01", "SD-02b", "LY-01", "LY-02", "JN-01", "JN-02", "JN-03", "JN-04"),
    *("AN-01", "AN-02", "AN-04", "WA-01", "WA-02", "WA-03", "WA-04", "WA-07"),
}


def profile_of(case: Mapping[str, Any], folder: Path) -> Profile:
    """Read the case's profile; one of its own is written to a file first, as a planner would."""
    if "own" not in case:
        return read_profile(case["profile"])
    lines = ["[profile]", *(f"{key} = {value!r}" for key, value in case["own"].items())]
    (folder / "own.toml").write_text("\n".join(lines), encoding="utf-8")
    return read_profile("own.toml", folder=folder)


def reach_of(pairs: list[tuple[str, str, float]], places: list[str], sites: list[str], limit_s: float) -> Reach:
    return walks(places, sites, {(place, site): seconds for place, site, seconds in pairs}, limit_s)


def judgement(case: Mapping[str, Any], folder: Path) -> Judgement:
    """Judge the case's town by its profile, on its day."""
    town: dict[str, Any] = {name: [{"name": one["id"], **one} for one in case.get(name, [])] for name in LAYERS}
    ids = {name: [one["id"] for one in rows] for name, rows in town.items()}
    limit_s = float(case.get("walk_limit", 900))
    if "walks" in case:
        town["walks"] = reach_of(case["walks"], ids["residential"], ids["facilities"], limit_s)
    if "between" in case:
        town["neighbour_walks"] = reach_of(case["between"], ids["residential"], ids["residential"], limit_s)
    if "to_medical" in case:
        places = case.get("medical_places", ids["facilities"])
        town["medical_walks"] = reach_of(case["to_medical"], places, ids["medical"], limit_s)
    town |= {key: case[key] for key in ("choices", "entered") if key in case}
    profile, day, speed = profile_of(case, folder), case.get("day", TABLE["day"]), case.get("speed", 1.0)
    return judged(profile=profile, day=day, speed_m_s=speed, **town)


def by_reading(found: Judgement, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return one residential area by the rule of its permit day, or by today's."""
    estate = found.estates.set_index("place_id").loc[asked["of"]]
    name = asked["reading"]
    return {
        "rule_id": estate[f"{name}_rule"],
        "verdict": estate[f"{name}_verdict"],
        "threshold": estate[f"{name}_required_m2"],
        "gap": estate[f"{name}_gap_m2"],
        "measured": estate.get("existing_m2"),
    }


def differs(asked: Mapping[str, Any], one: Mapping[Any, Any]) -> Iterator[str]:
    """Say where a row differs from what the table expects of it."""
    if "rule" in asked and one["rule_id"] != asked["rule"]:
        yield f"rule {one['rule_id']}"
    if one["verdict"] != asked["verdict"]:
        yield f"verdict {one['verdict']}"
    for key, column in (("need", "threshold"), ("has", "measured"), ("gap", "gap")):
        if key in asked and one[column] != asked[key]:
            yield f"{key} {one[column]}"
    judged_number = asked["verdict"] in {*FAILS, "met", "met_pooled"}
    if not judged_number and one["gap"] is not None and not math.isnan(one["gap"]):
        yield f"gap {one['gap']} of what isn't judged"
    if "due" in asked and one["due_status"] != asked["due"]:
        yield f"due {one['due_status']}"
    if "says" in asked and asked["says"] not in one["sentence"]:
        yield f"sentence {one['sentence']}"


def checked(found: Judgement, rules: pd.DataFrame, asked: Mapping[str, Any]) -> list[str]:
    """Return what the rules say otherwise than the table."""
    of = asked.get("of", CITY)
    if "reading" in asked:
        return [f"{of} {asked['reading']}: {said}" for said in differs(asked, by_reading(found, asked))]
    lines = rules[(rules["rule_id"] == asked["rule"]) & (rules["object_id"] == of)]
    lines = lines[lines["part"] == asked["part"]] if "part" in asked else lines
    if len(lines) != (0 if asked.get("absent") else 1):
        return [f"{asked['rule']} {of}: {len(lines)} rows"]
    wrong = [f"{asked['rule']} {of}: {said}" for one in lines.to_dict("records") for said in differs(asked, one)]
    if "near" in asked:
        classes = found.distances.query("rule_id == @asked['rule'] and object_id == @of")["class"].tolist()
        wrong += [] if classes == [asked["near"]] else [f"{asked['rule']} {of}: class {classes}"]
    return wrong


def cited_otherwise(case: Mapping[str, Any], rules: pd.DataFrame) -> list[str]:
    """Check the document and the clause of the first rule that the case judges."""
    first = next((one for one in case["expect"] if "rule" in one and not {"reading", "absent"} & set(one)), None)
    if first is None:
        return []
    one = rules[rules["rule_id"] == first["rule"]].iloc[0]
    source = f"{one['document_no'] or one['document']} {one['clause']}"
    return [] if source == case["source"] else [f"source {source}"]


@pytest.mark.parametrize("name", CASES)
def test_worked_case(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = judgement(case, tmp_path)
    rules = found.rules()
    wrong = [said for asked in case["expect"] for said in checked(found, rules, asked)]
    wrong += cited_otherwise(case, rules)
    today = found.totals()["today"]
    wrong += [f"{key} {today[key]}" for key in sorted(TALLIES) if key in case and today[key] != case[key]]
    if "naive" in case and found.pooling["any_facility"] != case["naive"]:
        wrong.append(f"naive {found.pooling['any_facility']}")
    assert not wrong, f"{name} {case['zh']} {case['sum']}: {wrong}"


def test_the_table_holds_what_it_must() -> None:
    assert len(CASES) == len(TABLE["case"]), "an id stands twice"
    assert len(CASES) >= 60
    expected = [one for case in CASES.values() for one in case["expect"] if not one.get("absent")]
    assert {one["verdict"] for one in expected} == set(get_args(Verdict))
    assert {case["profile"] for case in CASES.values() if "own" not in case} == set(known_profiles())
    profiles = [read_profile(name) for name in known_profiles()]
    quotas = {rule.id for profile in profiles for rule in profile.rules if rule.kind == "quota"}
    assert quotas >= QUOTA_CLAUSES
    assert quotas <= {one["rule"] for one in expected if "rule" in one}


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_written_in_full(name: str) -> None:
    case = CASES[name]
    assert set(case) <= CASE_KEYS | TALLIES | {"naive"}
    assert all(case[key].strip() for key in ("zh", "en", "profile", "source", "sum"))
    assert case["expect"]
    for asked in case["expect"]:
        assert set(asked) <= EXPECT_KEYS
        assert asked.get("absent") or "verdict" in asked
        assert "gap" in asked or asked.get("verdict") not in FAILS, "a failing needs its gap"
