"""Institutions: nursing beds, occupancy, operators, carers, clinics, medical service; limits and what isn't known."""

import pytest

from tests.planning.rule_town import judged, row

COUNTY = {"id": "C", "name": "县", "level": "county", "elders_60": 2000, "at": (0, 0, 100, 100)}


def home(key: str = "F1", **given: object) -> dict[str, object]:
    return {"id": key, "name": key, "kind": "nursing_home", "status": "open", "beds": 100, "at": (9, 9), **given}


@pytest.mark.parametrize(
    ("nursing", "linyi", "province"),
    [
        (75, "met", "met"),
        (74, "below", "met"),
        (70, "below", "met"),
        (69, "below", "below"),
        (None, "unknown", "unknown"),
    ],
)
def test_nursing_share_at_the_limits(nursing: int | None, linyi: str, province: str) -> None:
    found = judged(facilities=[home(nursing_beds=nursing)])
    assert row(found, "LY-13", part="share")["verdict"] == linyi
    assert row(found, "SD-04")["verdict"] == province


def test_beds_of_unknown_type_leave_it_open_only_where_they_matter() -> None:
    # 95 of 100 known, 20 beds of unknown type: 95/120 = 79 % at worst
    rooms = [home(nursing_beds=95), home("F2", beds=20)]
    assert row(judged(facilities=rooms), "LY-13", part="share")["verdict"] == "met"
    # 10 of 100, 20 unknown: 30/120 = 25 % at best
    rooms = [home(nursing_beds=10), home("F2", beds=20)]
    assert row(judged(facilities=rooms), "LY-13", part="share")["verdict"] == "below"
    rooms = [home(nursing_beds=80), home("F2", beds=20)]
    assert row(judged(facilities=rooms), "LY-13", part="share")["verdict"] == "unknown"
    rooms = [home(nursing_beds=100), home("F2", beds=None)]  # a home whose size isn't known
    assert row(judged(facilities=rooms), "LY-13", part="share")["verdict"] == "unknown"


def test_nursing_share_by_county_beside_the_whole() -> None:
    found = judged(facilities=[home(nursing_beds=75), home("F2", nursing_beds=60, at=(999, 999))], districts=[COUNTY])
    assert row(found, "LY-13", "C", part="share")["verdict"] == "met"
    assert row(found, "LY-13", part="share")["verdict"] == "below"  # 135 of 200


def test_planned_and_closed_homes_do_not_count() -> None:
    rooms = [
        home(nursing_beds=75),
        home("F2", nursing_beds=0, status="planned"),
        home("F3", nursing_beds=0, status="closed"),
    ]
    assert row(judged(facilities=rooms), "LY-13", part="share")["measured"] == 75


@pytest.mark.parametrize(
    ("beds", "nursing", "verdict"),
    [
        (597, 394, "below"),  # 65.99 %: below 66, and the register agrees with the 597 implied
        (590, 394, "met"),
        (700, 420, "no_rule"),  # 60 %, but 700 beds are 17 % off what the document implies
    ],
)
def test_wengans_beds_contradict_the_register(beds: int, nursing: int, verdict: str) -> None:
    found = judged("wengan-2023", facilities=[home(beds=beds, nursing_beds=nursing)])
    assert row(found, "WA-17", part="share")["verdict"] == verdict
    assert row(found, "WA-17", part="nursing")["verdict"] == "met"
    assert ("约 597" in row(found, "WA-17", part="share")["sentence"]) == (verdict == "no_rule")


def test_added_beds_are_not_failed_for_what_layers_cannot_see() -> None:
    rooms = [home(nursing_beds=299, beds=400, opened_on="2025-05-01")]
    assert row(judged(facilities=rooms), "LY-13", part="added")["verdict"] == "unknown"
    rooms = [home(nursing_beds=300, beds=400, opened_on="2025-05-01")]
    assert row(judged(facilities=rooms), "LY-13", part="added")["verdict"] == "met"
    entered = {"LY-13": {"added": {"value": 299, "source": "台账"}}}
    one = row(judged(facilities=rooms, entered=entered), "LY-13", part="added")
    assert (one["verdict"], one["gap"]) == ("below", 1)
    assert "台账" in one["sentence"]


@pytest.mark.parametrize(
    ("living", "verdict"), [(55, "met"), (54, "below"), (65, "met"), (66, "below"), (None, "unknown")]
)
def test_about_60_per_cent(living: int | None, verdict: str) -> None:
    found = judged("template-2024", facilities=[home(kind="welfare_home", residents=living)])
    assert row(found, "AN-18")["verdict"] == verdict


@pytest.mark.parametrize(("living", "verdict"), [(50, "met"), (49, "below"), (None, "unknown")])
def test_less_than_half_full_is_to_merge(living: int | None, verdict: str) -> None:
    other = home("F2", kind="nursing_home", residents=20, at=(309, 409))
    rooms = [home(kind="welfare_home", name="天文敬老院", residents=living), other]
    one = row(judged("wengan-2023", facilities=rooms), "WA-20", "F1")
    assert one["verdict"] == verdict
    assert ("F2（直线 500 米）" in one["sentence"]) == (verdict == "below")


def test_the_three_model_homes_are_exempt() -> None:
    found = judged("wengan-2023", facilities=[home(kind="welfare_home", name="猴场敬老院", residents=1)])
    assert row(found, "WA-20", "F1")["verdict"] == "not_applicable"


@pytest.mark.parametrize(
    ("social", "verdict"),
    [(61, "met"), (60, "below")],  # more than 60: 60 itself isn't enough
)
def test_more_than_60_per_cent_social(social: int, verdict: str) -> None:
    rooms = [home(beds=social, operator="民办非企业"), home("F2", beds=100 - social, operator="公办")]
    assert row(judged("wengan-2023", facilities=rooms), "WA-18")["verdict"] == verdict
    rooms.append(home("F3", beds=10, operator=None))
    assert row(judged("wengan-2023", facilities=rooms), "WA-18")["verdict"] == "unknown"  # 61 / 110 to 71 / 110


@pytest.mark.parametrize(
    ("carers", "classes", "verdict", "gap"),
    [
        (10, [10, 10, 31], "met", 0),  # ceil(10/3) + ceil(10/6) + ceil(31/10) = 4 + 2 + 4 = 10
        (9, [10, 10, 31], "below", 1),
        (17, None, "met", 0),  # 51 residents: 17 if all are disabled
        (6, None, "unknown", None),  # 6 to 17
        (5, None, "below", 1),
        (None, None, "unknown", None),
    ],
)
def test_carers_by_resident_class(
    carers: int | None, classes: list[int] | None, verdict: str, gap: float | None
) -> None:
    choices = {} if classes is None else {"residents": {"F1": classes}}
    rooms = [home(operator="公办", residents=51, carers=carers)]
    one = row(judged("wengan-2023", facilities=rooms, choices=choices), "WA-21", "F1")
    assert one["verdict"] == verdict
    assert one["gap"] == gap or gap is None


def test_carers_are_asked_of_public_homes_only() -> None:
    rules = judged("wengan-2023", facilities=[home(operator="民办", residents=51, carers=0)]).rules()
    assert "WA-21" not in rules["rule_id"].tolist()


@pytest.mark.parametrize(
    ("operator", "residents", "beds", "mode", "verdict"),
    [
        ("公办", 50, 60, "签约", "below"),
        ("公办", 49, 60, "签约", None),  # too small for the rule
        ("公办", 50, 60, "内设医务室", "met"),
        ("民办", 200, 149, "签约", None),
        ("民办", 1, 150, "签约", "below"),
        ("民办", 1, 150, None, "unknown"),
        (None, 60, 60, "签约", "unknown"),  # nobody knows whose it is
        (None, 10, 60, "签约", None),  # too small either way
    ],
)
def test_clinics_of_wengan(
    operator: str | None, residents: int, beds: int, mode: str | None, verdict: str | None
) -> None:
    found = judged(
        "wengan-2023", facilities=[home(operator=operator, residents=residents, beds=beds, medical_mode=mode)]
    )
    verdicts = found.rules().query("rule_id == 'WA-22' and object_id == 'F1'")["verdict"].tolist()
    assert verdicts == ([] if verdict is None else [verdict])


@pytest.mark.parametrize(
    ("beds", "mode", "verdict"), [(100, "签约", "below"), (99, "签约", None), (100, "内设", "met")]
)
def test_clinics_of_linyi_are_advice(beds: int, mode: str, verdict: str | None) -> None:
    found = judged(facilities=[home(beds=beds, medical_mode=mode)])
    rows = found.rules().query("rule_id == 'LY-15' and object_id == 'F1'")
    assert rows["verdict"].tolist() == ([] if verdict is None else [verdict])
    assert "LY-15" not in found.ledger()["rule_id"].tolist()  # advice is no duty


@pytest.mark.parametrize(
    ("modes", "verdict"), [(["内设", "签约"], "met"), (["内设", "无"], "below"), (["内设", None], "unknown")]
)
def test_every_institution_gives_medical_service(modes: list[str | None], verdict: str) -> None:
    rooms = [home(f"F{n}", medical_mode=mode) for n, mode in enumerate(modes)]
    found = row(judged(facilities=rooms), "LY-16")
    assert found["verdict"] == verdict
    assert ("100%" in found["sentence"]) == (verdict == "met")


def test_presets_of_the_national_standards_are_marked() -> None:
    rooms = [home(beds=80, floor_area_m2=2799), home("F2", beds=19, floor_area_m2=1000)]
    found = judged("gb-presets", facilities=rooms, districts=[COUNTY])
    thousand = row(found, "GB-03")
    assert (thousand["verdict"], thousand["measured"]) == ("met", 49.5)  # 99 beds for 2000 elders
    assert row(found, "GB-04", "F1")["verdict"] == "below"  # 34.99 m2 per bed
    assert row(found, "GB-05", "F2")["gap"] == 1
    assert "待核" in thousand["sentence"]
    assert thousand["unverified"]
