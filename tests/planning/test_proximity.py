"""Proximity, circles, hubs and candidates: classes at their limits, what walking or data leave open."""

import pytest

from tests.planning.rule_town import judged, row, walks


def station(x: float = 0, **given: object) -> dict[str, object]:
    return {"id": "F1", "name": "站", "kind": "station", "status": "open", "at": (x, 0), **given}


CLINIC = {"id": "M1", "name": "卫生站", "kind": "health_station", "at": (10, 0)}


@pytest.mark.parametrize(
    ("seconds", "said", "name"),
    [
        (30, "same", "同址"),
        (30.1, "adjacent", "毗邻"),
        (100, "adjacent", "毗邻"),
        (100.1, "near", "邻近"),
        (300, "near", "邻近"),
        (301, "apart", "分离"),
    ],
)
def test_the_walk_decides_the_class(seconds: float, said: str, name: str) -> None:
    reach = walks(["F1"], ["M1"], {("F1", "M1"): seconds})
    found = judged(facilities=[station()], medical=[CLINIC], medical_walks=reach)
    line = found.distances.query("rule_id == 'SD-13'").iloc[0]
    assert (line["class"], line["straight_m"], line["walk_m"]) == (said, 10, pytest.approx(seconds))
    assert name in row(found, "SD-13", "F1")["sentence"]
    assert row(found, "SD-13", "F1")["verdict"] == "no_rule"  # no document sets a distance


def test_touching_outlines_are_one_site_whatever_the_walk() -> None:
    house = {**CLINIC, "at": (0, 0, 20, 20)}
    found = judged(facilities=[station(10)], medical=[house], medical_walks=walks(["F1"], ["M1"], {("F1", "M1"): 400}))
    assert found.distances["class"].tolist()[0] == "same"


def test_without_a_walk_only_what_the_air_proves_is_said() -> None:
    near, far = CLINIC, {**CLINIC, "at": (301, 0)}
    assert judged(facilities=[station()], medical=[near]).distances["class"].isna().all()
    assert set(judged(facilities=[station()], medical=[far]).distances["class"]) == {"apart"}
    beyond = walks(["F1"], ["M1"], {}, limit_s=300)  # searched 300 m and found nothing
    assert set(judged(facilities=[station()], medical=[near], medical_walks=beyond).distances["class"]) == {"apart"}


def test_the_partner_is_of_the_right_type_and_nearest_on_foot() -> None:
    clinics = [
        {**CLINIC, "id": "M1", "kind": "village_clinic"},  # nearest, but no partner of a station
        {**CLINIC, "id": "M2", "at": (50, 0)},  # over the river: 900 s on foot
        {**CLINIC, "id": "M3", "at": (90, 0)},
    ]
    reach = walks(["F1"], ["M1", "M2", "M3"], {("F1", "M1"): 10, ("F1", "M2"): 900, ("F1", "M3"): 95})
    found = judged(facilities=[station()], medical=clinics, medical_walks=reach)
    assert found.distances.query("rule_id == 'SD-13'")["partner_id"].tolist() == ["M3"]


def test_a_clinic_with_the_id_of_a_facility_is_found_under_its_label() -> None:
    reach = walks(["F1"], ["medical:F1"], {("F1", "medical:F1"): 20})
    found = judged(facilities=[station()], medical=[{**CLINIC, "id": "F1"}], medical_walks=reach)
    assert found.distances["class"].tolist()[0] == "same"


@pytest.mark.parametrize(("seconds", "verdict", "gap"), [(100, "met", None), (101, "below", 1)])
def test_wengan_plans_homes_beside_clinics(seconds: float, verdict: str, gap: float | None) -> None:
    planned = {"id": "F1", "name": "新院", "kind": "nursing_home", "status": "planned", "at": (0, 0)}
    reach = walks(["F1"], ["M1"], {("F1", "M1"): seconds})
    found = row(judged("wengan-2023", facilities=[planned], medical=[CLINIC], medical_walks=reach), "WA-23", "F1")
    assert found["verdict"] == verdict
    assert gap is None or (found["gap"], "超出 1 米" in found["sentence"]) == (gap, True)


def test_the_circle_counts_households_and_sets_no_share() -> None:
    homes = [{"id": f"R{n}", "name": f"R{n}", "households": 100 * n, "estate_class": "new"} for n in (1, 2, 3)]
    reach = walks(["R1", "R2", "R3"], ["F1"], {("R1", "F1"): 900, ("R2", "F1"): 900.1}, limit_s=1000)
    one = row(judged(residential=homes, facilities=[station()], walks=reach), "LY-11")
    assert (one["verdict"], one["measured"]) == ("no_rule", pytest.approx(100 / 6, abs=1e-4))  # 100 of 600
    assert "100/600 户" in one["sentence"]
    short = walks(["R1", "R2", "R3"], ["F1"], {("R1", "F1"): 500}, limit_s=899)
    assert row(judged(residential=homes, facilities=[station()], walks=short), "LY-11")["verdict"] == "unknown"


def test_areas_that_meet_no_street_are_neither_reached_nor_left_out() -> None:
    # R1 walks 900 s, R2 is out of reach, R3 meets no street, R4 is near but has no households, R5 is near what may open
    homes = [
        {"id": f"R{n}", "name": f"R{n}", "households": None if n == 4 else 100 * n, "estate_class": "new"}
        for n in range(1, 6)
    ]
    rooms = [station(), {**station(), "id": "F2", "name": "F2", "status": None}]
    reach = walks([f"R{n}" for n in range(1, 6)], ["F1", "F2"], {("R1", "F1"): 900, ("R4", "F1"): 1, ("R5", "F2"): 900})
    town = {"residential": homes, "facilities": rooms, "walks": reach}
    one = row(judged(**town, unconnected=frozenset({"R3"})), "LY-11")
    assert one["measured"] == pytest.approx(100 / 3, abs=1e-4)  # 100 of R1's and R2's 300
    assert "100/300 户 = 33.33%（另有 1 个居住区户数不详）" in one["sentence"]
    assert "居住区 2/3 个（另有 2 个居住区步行不详，其户数也未计）" in one["sentence"]
    all_ = row(judged(residential=[homes[0], homes[2]], facilities=rooms[:1], walks=reach), "LY-11")
    assert all_["measured"] == 25  # connected, R3 is out of reach: 100 of 400
    bare = row(
        judged(residential=homes[2:3], facilities=rooms[:1], walks=reach, unconnected=frozenset({"R3"})), "LY-11"
    )
    assert bare["verdict"] == "unknown"


def test_hubs_are_linked_by_air() -> None:
    rooms = [
        {"id": "F1", "name": "幸福院", "kind": "rural_mutual", "status": "open", "at": (0, 0)},
        {"id": "F2", "name": "中心", "kind": "street_center", "status": "open", "at": (300, 400)},
        {"id": "F3", "name": "远中心", "kind": "street_center", "status": "open", "at": (3000, 400)},
    ]
    one = row(judged(facilities=rooms), "LY-22", "F1")
    assert (one["measured"], one["verdict"]) == (500, "no_rule")
    assert "中心，直线 500 米" in one["sentence"]


def candidate(**given: object) -> dict[str, object]:
    return {"id": "X1", "name": "楼", "kind": "闲置厂房", "floor_area_m2": 1000, **given}


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, "met"),
        ({"floor_area_m2": 1000.1}, "not_applicable"),
        ({"floor_area_m2": None}, "unknown"),
        ({"floor_area_m2": 5000, "floor": "2"}, "met"),
    ],
)
def test_small_conversions_need_fewer_papers(given: dict[str, object], verdict: str) -> None:
    assert row(judged(candidates=[candidate(**given)]), "SD-20", "X1")["verdict"] == verdict


def test_premises_a_clause_names() -> None:
    found = judged(candidates=[candidate()])
    assert row(found, "SD-21", "X1")["verdict"] == "met"
    assert row(found, "LY-20", "X1")["verdict"] == "not_applicable"
    assert "不等于不可用" in row(found, "LY-20", "X1")["sentence"]
    assert row(judged(candidates=[candidate(kind=None)]), "SD-21", "X1")["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("accessible", "fire", "verdict", "said"),
    [
        (True, True, "unknown", "待核：环保"),
        (True, False, "below", "未通过：消防"),
        (None, True, "unknown", "待核：无障碍、环保"),
    ],
)
def test_three_checks_of_converted_premises(
    accessible: bool | None, fire: bool | None, verdict: str, said: str
) -> None:
    one = row(judged("template-2024", candidates=[candidate(accessible=accessible, fire_ok=fire)]), "AN-13", "X1")
    assert one["verdict"] == verdict
    assert said in one["sentence"]


def test_a_candidate_with_the_id_of_a_facility_keeps_its_own_walk() -> None:
    planned = {"id": "X1", "name": "新院", "kind": "nursing_home", "status": "planned", "at": (0, 0)}
    found = judged(
        "wengan-2023",
        facilities=[planned],
        candidates=[candidate(at=(0, 0))],
        medical=[CLINIC],
        medical_walks=walks(["X1"], ["M1"], {("X1", "M1"): 50}),
        candidate_walks=walks(["X1"], ["M1"], {("X1", "M1"): 150}),
    )
    verdicts = found.rules().query("rule_id == 'WA-23'").set_index("layer")["verdict"]
    assert (verdicts["facilities"], verdicts["candidates"]) == ("met", "below")
