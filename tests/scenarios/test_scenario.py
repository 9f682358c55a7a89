"""Scenario files: what is written comes back, and what is at fault says where."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.city import City
from geodata.faults import InputError
from scenarios.edits import (
    AddEstate,
    ChangeHouseholds,
    ChangePolicy,
    ChangePopulation,
    ChangeWalking,
    CloseFacility,
    Edit,
    MoveFacility,
    OpenCandidate,
    OpenFacility,
    RemoveEstate,
    ReopenFacility,
    ResizeFacility,
    sentence,
)
from scenarios.outcome import evaluate
from scenarios.scenario import Scenario, read_any_city, read_scenario, scenario_text, write_scenario
from tests.scenarios import papertown
from tests.scenarios.papertown import X, Y
from tests.scenarios.some_edits import EDITS

EVERY: tuple[Edit, ...] = (
    OpenFacility(
        facility="N1", kind="day_care", name="新“点”", lon_deg=117.0, lat_deg=36.1, beds=20, counts_to_quota=True
    ),
    OpenCandidate(candidate="C1", kind="station", floor_area_m2=300.5),
    CloseFacility(facility="F1"),
    ReopenFacility(facility="F1"),
    MoveFacility(facility="F2", x_m=X + 0.125, y_m=Y),
    ResizeFacility(facility="F2", floor_area_m2=1e3, beds=0),
    AddEstate(place="E1", households=0, permit_date=dt.date(2024, 2, 29), estate_class="new", x_m=X, y_m=Y),
    RemoveEstate(place="E1"),
    ChangeHouseholds(place="P1", households=1, population=2, elders_60=0),
    ChangeWalking(profile="elder", speed_m_s=0.7, limits_min=(5.0, 7.5), snap_m=0.0),
    ChangePolicy(policy="linyi-2025", day=dt.date(2026, 1, 1), rules={"pool_m": 800, "counted_kinds": ["day_care"]}),
    ChangePopulation(household_size=2.5, elder_share=0.0),
)


def test_a_scenario_file_comes_back_as_it_was(tmp_path: Path) -> None:
    papertown.write(tmp_path)
    plan = Scenario(name='方案"一"', base="study.toml", notes="两行\n备注", edits=EVERY, path=tmp_path / "plan.toml")
    write_scenario(plan, plan.path)
    again = read_scenario(plan.path)
    assert again == plan
    assert scenario_text(again).encode() == plan.path.read_bytes()
    assert not list(tmp_path.glob(".unfinished*"))
    assert all(sentence(edit, lang) for edit in EVERY for lang in ("zh", "en"))
    assert again.without_last().edits == EVERY[:-1]


@settings(max_examples=30)
@given(st.lists(EDITS, max_size=4), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_any_list_of_edits_comes_back(tmp_path_factory: pytest.TempPathFactory, edits: list[Edit], notes: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "study.toml").touch()
    plan = Scenario(name="甲", base="study.toml", notes=notes, edits=tuple(edits), path=folder / "plan.toml")
    write_scenario(plan, plan.path)
    assert read_scenario(plan.path) == plan


def test_a_scenario_is_a_city_like_any_other(tmp_path: Path) -> None:
    folder = papertown.write(tmp_path).parent
    plan = Scenario(name="方案一", base="study.toml", edits=(CloseFacility(facility="F2"),), path=folder / "plan.toml")
    write_scenario(plan, plan.path)
    bases: dict[Path, City] = {}
    city = read_any_city(plan.path, bases=bases)
    assert city.study.name == "纸上一街 · 方案一"
    assert evaluate(city).covered.of_group("day_care")["state"].tolist() == ["served", "out", "out", "out"]
    assert read_any_city(folder / "study.toml", bases=bases) is next(iter(bases.values()))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[scenario]\nname = '甲'\n", ["scenario.base"]),
        ("[scenario]\nbase = 'nowhere.toml'\n", ["nowhere.toml"]),
        ("[scenario]\nbase = 'plan.toml'\n", ["本身也是方案"]),
        ("[scenario]\nbase = 'study.toml'\nnote = ''\n", ["scenario.note", "notes"]),
        ("[scenario]\nbase = 'study.toml'\n[[edit]]\n", ["edits"]),
        ("[scenario]\nbase = 'study.toml'\n[edits]\ndo = 'close'\n", ["[[edits]]"]),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'shut'\n", ["第 1 项", "shut"]),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'close'\n", ["缺少“facility”"]),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'close'\nfacilty = 'F1'\n", ["是否想写“facility”"]),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'close'\nfacility = 1\n", ['"..."']),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'resize'\nfacility = 'F1'\nbeds = true\n", ["100"]),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'walking'\nlimits_min = [5, '9']\n", ["[5, 10, 15]"]),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'walking'\nspeed_m_s = inf\n", ["100.5"]),
        ("[scenario]\nbase = 'study.toml'\n[[edits]]\ndo = 'policy'\nrules = 3\n", ["pool_m"]),
        ("[scenario\n", ["写法有误"]),
    ],
)
def test_a_scenario_file_at_fault_says_where(tmp_path: Path, text: str, said: list[str]) -> None:
    (tmp_path / "study.toml").touch()
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_scenario(tmp_path / "plan.toml")
    lines = "\n".join(fault.line("zh") for fault in caught.value.faults)
    assert all(word in lines for word in said)
    assert all(fault.message("en") for fault in caught.value.faults)
