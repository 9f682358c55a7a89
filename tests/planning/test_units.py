"""Units and facilities: presence with area and functions, rates, counts, named projects, sizes, levels, land."""

import datetime as dt

import pytest

from tests.planning.rule_town import judged, row

D = dt.date
STREETS = [
    {"id": "C", "name": "县", "level": "county", "population": 100_000, "elders_60": 20_000, "at": (0, 0, 4000, 4000)},
    {"id": "S1", "name": "东街道", "level": "street", "population": 120_000, "at": (0, 0, 2000, 4000)},
    {"id": "S2", "name": "西镇", "level": "street", "population": 40_000, "at": (2000, 0, 4000, 4000)},
]
FOUR = ["全托", "日托", "康复", "上门"]  # the four functions of AN-07 by everyday words


def centre(name: str = "F1", x: float = 100, **given: object) -> dict[str, object]:
    return {"id": name, "name": name, "kind": "street_center", "status": "open", "at": (x, 100), **given}


@pytest.mark.parametrize(
    ("centres", "verdict", "measured"),
    [
        ([centre(), centre("F2", 2100)], "met", 100),
        ([centre(), centre("F2", 200)], "below", 50),  # both in the east
        ([centre(), centre("F2", 2100, status="planned")], "below", 50),
        ([centre(), centre("F2", 2100, status=None)], "unknown", None),  # no 100 % while one isn't known
        ([centre("F1", 9000), centre("F2", 2100)], "below", 50),  # outside every street
    ],
)
def test_every_street_has_its_centre(centres: list[dict[str, object]], verdict: str, measured: float | None) -> None:
    found = row(judged(facilities=centres, districts=STREETS), "SD-02a")
    assert found["verdict"] == verdict
    assert found["measured"] == measured or (measured is None and found["measured"] != found["measured"])
    if verdict == "below":
        assert "缺：" in found["sentence"]


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        ({}, "met", "有 F1"),
        ({"floor_area_m2": 999.9}, "below", "面积不足 1,000 m²"),
        ({"floor_area_m2": None}, "unknown", "面积未填"),
        ({"functions": FOUR[:3]}, "below", "缺上门服务功能"),
        ({"functions": None}, "unknown", "功能未填"),
    ],
)
def test_the_template_asks_for_area_and_four_functions(change: dict[str, object], verdict: str, said: str) -> None:
    full = centre(floor_area_m2=1000, functions=FOUR)
    one = row(judged("template-2024", facilities=[{**full, **change}], districts=STREETS), "AN-07", "S1")
    assert one["verdict"] == verdict
    assert said in one["sentence"]


def test_one_good_facility_is_enough_however_many_poor_ones_there_are() -> None:
    full = centre("F2", 200, floor_area_m2=1000, functions=FOUR)
    poor = centre("F1", floor_area_m2=100, functions=[])
    assert row(judged("template-2024", facilities=[poor, full], districts=STREETS), "AN-07", "S1")["verdict"] == "met"


@pytest.mark.parametrize(
    ("operator", "verdict"), [("民办", "met"), ("公建民营", "met"), ("街道自办", "below"), (None, "unknown")]
)
def test_jinan_asks_for_a_social_operator(operator: str | None, verdict: str) -> None:
    found = judged("jinan-2022", facilities=[centre(operator=operator)], districts=STREETS)
    assert row(found, "JN-06", "S1")["verdict"] == verdict
    assert row(found, "JN-05", "S1")["verdict"] == "met"


VILLAGES = [
    {"id": f"V{n}", "name": f"村{n}", "level": "community", "urban": False, "at": (n * 100, 0, n * 100 + 99, 100)}
    for n in range(5)
]


@pytest.mark.parametrize(("homes", "verdict", "measured"), [(4, "met", 80), (3, "below", 60)])
def test_four_of_five_villages_are_enough_for_jinan(homes: int, verdict: str, measured: float) -> None:
    rural = [
        {"id": f"F{n}", "name": f"幸福院{n}", "kind": "rural_mutual", "status": "open", "at": (n * 100 + 50, 50)}
        for n in range(homes)
    ]
    found = judged("jinan-2022", facilities=rural, districts=VILLAGES)
    assert (row(found, "JN-08")["verdict"], row(found, "JN-08")["measured"]) == (verdict, measured)
    assert row(found, "JN-07")["verdict"] == "not_applicable"  # no urban community at all
    assert row(found, "SD-18")["verdict"] == "no_rule"  # encouraged, no figure
    assert row(found, "SD-18", "V4")["verdict"] == "no_rule"
    assert row(found, "SD-18", "V0")["verdict"] == "no_rule"  # what is only counted is not passed either


def test_communities_of_unknown_kind_leave_the_rate_open() -> None:
    units = [{**VILLAGES[0], "urban": True}, {**VILLAGES[1], "urban": None}]
    station = {"id": "F1", "name": "站", "kind": "station", "status": "open", "at": (50, 50)}
    found = row(judged("jinan-2022", facilities=[station], districts=units), "JN-07")
    assert found["verdict"] == "unknown"
    assert "100%" not in found["sentence"]


def test_a_level_that_is_not_in_the_layer_is_unknown() -> None:
    found = judged(facilities=[centre()], districts=VILLAGES)
    assert row(found, "SD-02a")["verdict"] == "unknown"


def test_layers_not_given_are_named() -> None:
    found = row(judged(facilities=[centre()]), "SD-02a")
    assert (found["verdict"], "行政区" in found["sentence"]) == ("unknown", True)


def test_a_border_belongs_to_the_first_unit() -> None:
    found = judged(facilities=[centre("F1", 2000)], districts=STREETS)
    assert row(found, "SD-02a", "S1")["verdict"] == "met"
    assert row(found, "SD-02a", "S2")["verdict"] == "below"


@pytest.mark.parametrize(
    ("population", "verdict", "gap"), [(100_000, "met", 0), (100_001, "below", 1), (None, "unknown", None)]
)
def test_persons_per_centre_is_advice(population: int | None, verdict: str, gap: float | None) -> None:
    units = [{**STREETS[1], "population": population}]
    found = judged(facilities=[centre()], districts=units)
    one = row(found, "GB-01", "S1")
    assert one["verdict"] == verdict
    assert one["gap"] == gap or gap is None
    assert one["force"] == "encouraged"
    assert "GB-01" not in found.ledger()["rule_id"].tolist()


@pytest.mark.parametrize(
    ("beds", "functions", "verdict"),
    [
        (5, None, "met"),
        (0, ["认知障碍照护专区"], "met"),
        (0, ["助餐"], "below"),
        (None, ["助餐"], "unknown"),
        (0, None, "unknown"),
    ],
)
def test_each_county_has_a_dementia_unit(beds: int | None, functions: list[str] | None, verdict: str) -> None:
    home = {
        "id": "F1",
        "name": "院",
        "kind": "nursing_home",
        "status": "open",
        "dementia_beds": beds,
        "functions": functions,
        "at": (9, 9),
    }
    assert row(judged(facilities=[home], districts=STREETS), "LY-14", "C")["verdict"] == verdict


@pytest.mark.parametrize(
    ("kind", "verdict"), [("rehab_hospital", "met"), ("nursing_hospital", "met"), ("hospital", "below")]
)
def test_seven_counties_in_ten_have_a_rehab_hospital(kind: str, verdict: str) -> None:
    hospital = {"id": "M1", "name": "院", "kind": kind, "at": (9, 9)}
    assert row(judged(medical=[hospital], districts=STREETS), "LY-18")["verdict"] == verdict


def test_large_counties_are_advised_more_beds() -> None:
    for population, said in ((600_000, True), (599_999, False)):
        units = [{**STREETS[0], "population": population}]
        home = {
            "id": "F1",
            "name": "院",
            "kind": "nursing_home",
            "status": "open",
            "functions": ["失智照护"],
            "at": (9, 9),
        }
        one = row(judged("template-2024", facilities=[home], districts=units), "AN-16", "C")
        assert one["verdict"] == "met"
        assert ("适当增加床位" in one["sentence"]) is said


def test_the_network_of_four_levels() -> None:
    rooms = [
        centre(functions=["上门服务"]),
        {"id": "F2", "name": "院", "kind": "nursing_home", "status": "open", "at": (3000, 100)},
        {"id": "F3", "name": "站", "kind": "station", "status": "open", "at": (300, 100)},
    ]
    found = judged(facilities=rooms, districts=STREETS)
    assert (row(found, "SD-03", "S1")["verdict"], row(found, "SD-03", "S1")["measured"]) == ("met", 4)
    west = row(found, "SD-03", "S2")
    assert (west["verdict"], west["measured"], west["due_status"]) == ("below", 1, "due_later")
    assert "乡级无" in west["sentence"]


def test_dense_streets_without_a_home_are_listed() -> None:
    # 8 km2 each: 12000 elders in the east, 8000 in the west; the top 20 % of two is one
    units = [{**STREETS[1], "elders_60": 12_000}, {**STREETS[2], "elders_60": 8_000}]
    found = judged("template-2024", facilities=[centre()], districts=units)
    assert row(found, "AN-08", "S1")["verdict"] == "below"
    assert "1,500" in row(found, "AN-08", "S1")["sentence"]
    assert "S2" not in found.rules().query("rule_id == 'AN-08'")["object_id"].tolist()


# ---- land: 0.3 m2 per person


@pytest.mark.parametrize(
    ("plot", "verdict", "gap"), [(30_000, "met", 0), (29_999, "below", 1), (None, "unknown", None)]
)
def test_land_per_person(plot: float | None, verdict: str, gap: float | None) -> None:
    home = {"id": "F1", "name": "院", "kind": "nursing_home", "status": "open", "site_area_m2": plot, "at": (9, 9)}
    station = {"id": "F2", "name": "站", "kind": "station", "status": "open", "at": (9, 9)}  # a room has no plot
    one = row(judged(facilities=[home, station], districts=STREETS), "LY-02")
    assert (one["verdict"], one["threshold"]) == (verdict, 30_000) or plot is None
    assert one["gap"] == gap or gap is None
    assert one["verdict"] == verdict


def test_land_per_elder_is_the_other_reading() -> None:
    home = {"id": "F1", "name": "院", "kind": "nursing_home", "status": "open", "site_area_m2": 6000, "at": (9, 9)}
    found = judged(facilities=[home], districts=STREETS, choices={"land_per": "elder"})
    assert (row(found, "LY-02")["verdict"], row(found, "LY-02")["threshold"]) == ("met", 6000)


def test_land_by_household_size_where_no_population_is_known() -> None:
    home = {"id": "F1", "name": "院", "kind": "nursing_home", "status": "open", "site_area_m2": 1}
    found = judged(facilities=[home], residential=[{"id": "R1", "name": "R", "households": 1000}])
    assert row(found, "LY-02")["threshold"] == 786  # 1000 x 2.62 x 0.3


COUNTIES = [
    {"id": f"C{n}", "name": f"县{n}", "level": "county", "at": (n * 100, 0, n * 100 + 99, 100)} for n in range(3)
]


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        ({"name": "清津街道护理院"}, "unknown", "设施图层中有 清津街道护理院，是否持有医疗机构执业许可不详"),
        ({"name": "清津街道养老院"}, "below", "没有"),
        ({"name": "清津街道护理院", "status": "closed"}, "below", "没有"),
    ],
)
def test_a_nursing_hospital_among_the_facilities_may_be_one(given: dict[str, object], verdict: str, said: str) -> None:
    rooms = [{"id": "F1", "kind": "nursing_home", "status": "open", "at": (150, 50), **given}]
    clinics = [{"id": "M1", "name": "康复医院", "kind": "rehab_hospital", "at": (50, 50)}]
    found = judged(facilities=rooms, medical=clinics, districts=COUNTIES)
    assert row(found, "LY-18", "C0")["verdict"] == "met"
    assert row(found, "LY-18", "C1")["verdict"] == verdict
    assert said in row(found, "LY-18", "C1")["sentence"]
    assert row(found, "LY-18", "C2")["verdict"] == "below"
    whole = row(found, "LY-18")
    known = 2 if verdict == "unknown" else 3
    assert whole["measured"] == pytest.approx(100 / known, abs=1e-4)
    assert "缺：县2" in whole["sentence"] or "缺：县1、县2" in whole["sentence"]


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"name": "县特困供养中心"}, "met"),  # the name says it
        ({"name": "县福利院", "functions": ["特困供养"]}, "met"),
        ({"name": "县福利院", "functions": ["助餐"]}, "below"),
        ({"name": "县福利院"}, "unknown"),
    ],
)
def test_a_name_says_what_a_facility_is(given: dict[str, object], verdict: str) -> None:
    room = {"id": "F1", "kind": "welfare_home", "status": "open", "medical_mode": "内设", "at": (50, 50), **given}
    assert row(judged("template-2024", facilities=[room], districts=COUNTIES[:1]), "AN-22", "C0")["verdict"] == verdict


def test_the_rate_says_what_a_facility_must_be() -> None:
    room = {"id": "F1", "name": "院", "kind": "nursing_home", "dementia_beds": 3, "status": "open", "at": (50, 50)}
    said = row(judged(facilities=[room], districts=COUNTIES[:1]), "LY-14", part="units")["sentence"]
    assert "须设有认知障碍专区或认知障碍床位" in said
    assert "1/1 = 100%，达标" in said  # nothing is said of what isn't known where all is known
    four = row(judged("template-2024", facilities=[centre()], districts=STREETS), "AN-07")["sentence"]
    assert "不小于 1,000 m²" in four
    assert "具备照护托养、日间照料、康复护理、上门服务功能" in four
