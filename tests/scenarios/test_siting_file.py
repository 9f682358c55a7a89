"""The table [siting] as it is written: read back it asks for the same, and the rest of a study file stays as it was."""

import string
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from geodata.faults import InputError
from scenarios.siting_file import is_written, plain_table, siting_text, write_siting
from scenarios.siting_parts import Capacity, Phase, Point, Size
from scenarios.siting_request import (
    COVER_GOALS,
    FRONTS,
    GOALS,
    NUMBERS,
    SOURCES,
    WALK_GOALS,
    Request,
    request_of,
)

GROUPS = {"day_care": ("day_care", "station"), "meals": ("meal_site",)}
WORDS = some.text(min_size=1, max_size=12).filter(lambda text: text.strip() != "")  # quotes, breaks, control letters
IDS = some.lists(WORDS, max_size=4, unique=True).map(tuple)
MONEY = some.floats(0, 1e12) | some.integers(0, 10**9).map(float)
AREA = some.floats(0.5, 1e5) | some.integers(1, 1000).map(float)
POINTS = some.lists(
    some.builds(
        Point,
        id=WORDS,
        lon_deg=some.floats(-180, 180),
        lat_deg=some.floats(-90, 90),
        name=some.text(max_size=9),
        floor_area_m2=some.none() | some.just(0.0) | AREA,
        cost_yuan=some.none() | MONEY,
    ),
    max_size=3,
    unique_by=lambda one: one.id,
).map(tuple)


def number(key: str) -> some.SearchStrategy[float]:
    return some.floats(*NUMBERS[key])


@some.composite
def phases(draw: some.DrawFn) -> tuple[Phase, ...]:
    names = draw(some.lists(WORDS, min_size=1, max_size=4, unique=True))
    if draw(some.booleans()):
        return tuple(Phase(name=one, budget_yuan=draw(some.floats(0.01, 1e12))) for one in names)
    return tuple(Phase(name=one, sites=draw(some.integers(1, 900))) for one in names)


@some.composite
def requests(draw: some.DrawFn) -> Request:
    """Draw a request that the tool answers: what excludes each other is not asked together."""
    kind = draw(some.sampled_from(["sites", "all", "sized", "phases", "walks"]))
    asked = Request(
        sites=draw(some.integers(1, 5000)),
        goal=draw(some.sampled_from([*COVER_GOALS, "age_80", "disabled", "quota_gap"])),
        group=draw(some.sampled_from(sorted(GROUPS))),
        limit_min=draw(some.none() | number("limit_min")),
        forced=draw(IDS),
        forbidden=draw(IDS),
        closing=draw(IDS),
        kinds=draw(IDS),
        min_area_m2=draw(number("min_area_m2")),
        seconds=draw(number("seconds")),
        candidates=draw(some.sampled_from(["", *SOURCES])),
        grid_m=draw(number("grid_m")),
        medical_m=draw(some.none() | number("medical_m")),
        yuan_per_m2=draw(some.none() | number("yuan_per_m2")),
        points=draw(POINTS),
    )
    if kind == "sites":
        extras = {name: draw(some.booleans()) for name in ("curve", "robust", "prefer_medical")}
        return replace(asked, **extras, front=draw(some.sampled_from(["", *FRONTS])))
    if kind == "all":
        return replace(asked, goal="all", sites=draw(some.none() | some.just(7)), share=draw(number("share")))
    if kind == "walks":
        return replace(asked, goal=draw(some.sampled_from([*WALK_GOALS, "fairest"])))
    if kind == "phases":
        steps = draw(phases())
        return replace(asked, phases=steps, sites=sum(one.sites or 0 for one in steps) or None)
    rate = some.builds(Capacity, elders_per_100m2=some.floats(0.1, 500), source=WORDS)
    each = some.builds(Capacity, each=some.floats(1, 500), source=some.just("[siting]"))
    size = some.builds(Size, floor_area_m2=AREA, capacity=some.none() | AREA, cost_yuan=some.none() | MONEY)
    budget = draw(some.none() | number("budget_yuan"))
    return replace(
        asked,
        goal=draw(some.sampled_from([*COVER_GOALS, "backup"])),
        sites=None if budget is not None and draw(some.booleans()) else asked.sites,
        budget_yuan=budget,
        spacing_m=draw(some.none() | number("spacing_m")),
        one_per_street=draw(some.booleans()),
        sizes=tuple(draw(some.lists(size, max_size=3))),
        capacity=draw(some.none() | rate | each),
    )


@settings(max_examples=250, deadline=None)
@given(asked=requests(), note=some.text(alphabet=string.printable, max_size=30).filter(str.isprintable))
def test_a_request_that_is_written_is_read_back_the_same(asked: Request, note: str) -> None:
    table = tomllib.loads(siting_text(asked, note))
    assert set(table) == {"siting"}
    assert request_of(table["siting"], GROUPS) == asked


def test_whole_numbers_are_written_whole_and_tables_of_a_list_one_a_line() -> None:
    asked = Request(
        sites=None,
        limit_min=15.0,
        phases=(Phase(name="2026", budget_yuan=3e6), Phase(name="2028", budget_yuan=1.5e6)),
        points=(Point(id="P1", lon_deg=118.35, lat_deg=35.0, name='老"粮站"', floor_area_m2=1200.5),),
    )
    assert siting_text(asked, "选址要求：甲县").splitlines() == [
        "# 选址要求：甲县",
        "",
        "[siting]",
        'goal = "elders"',
        'group = "day_care"',
        "min_area_m2 = 0",
        "limit_min = 15",
        "phases = [",
        '    {name = "2026", budget_yuan = 3000000},',
        '    {name = "2028", budget_yuan = 1500000},',
        "]",
        "points = [",
        '    {id = "P1", lon_deg = 118.35, lat_deg = 35, name = "老\\"粮站\\"", floor_area_m2 = 1200.5},',
        "]",
    ]


def test_every_goal_is_written(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text("[study]\nname = 'x'\n", encoding="utf-8")
    for goal in GOALS:
        asked = Request(sites=None if goal == "all" else 3, goal=goal)
        assert not is_written(study, asked)
        write_siting(study, asked)
        assert is_written(study, asked)


# what a study file may hold in place of [siting], and around it
TABLES = (
    "",
    '[siting]\nsites = 3 # three\n# why\ngoal = "all" # most\n',
    'siting.sites = 3\nsiting.goal = "all"\n',
    'siting = { sites = 3, goal = "elders" }\n',
    '[siting]\nsites = 3\n[siting.capacity]\nelders_per_100m2 = 12\nsource = "y"\n',
    '[siting]\nsites = 3\n[[siting.points]]\nid = "P2"\nlon_deg = 1\nlat_deg = 2\n',
    '[siting]\nsites = 2\n[walking]\nprofile = "x"\n[siting.capacity]\nelders_per_100m2 = 12\nsource = "y"\n',
    "siting = 3\n",
    "[[siting]]\nsites = 3\n",
    '[siting.capacity]\nelders_per_100m2 = 12\nsource = "y"\n',
)
AROUND = ("", '# end\n[study]\nname = "n"\n', '\n[layers.a] # x\npath = "a"\n\n[layers.b]\npath = "b"\n')
ASKED = (
    Request(sites=4),
    Request(
        sites=None,
        phases=(Phase(name="2026", budget_yuan=3e6),),
        points=(Point(id="P1", lon_deg=1.5, lat_deg=2.0, floor_area_m2=3.5),),
    ),
    Request(sites=5, capacity=Capacity(elders_per_100m2=12.0, source="x"), kinds=("a",), limit_min=15.0),
)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("asked", ASKED)
def test_whatever_stood_there_the_study_then_asks_for_this_and_the_rest_stays(
    tmp_path: Path, table: str, around: str, asked: Request
) -> None:
    study = tmp_path / "study.toml"
    for text in {f"{table}{around}", f"{around}{table}" if table.startswith("[") else f"{table}{around}"}:
        study.write_text(text, encoding="utf-8")
        before = tomllib.loads(text)
        write_siting(study, asked)
        after = tomllib.loads(study.read_text(encoding="utf-8"))
        assert request_of(after.pop("siting"), GROUPS) == asked
        before.pop("siting", None)
        assert after == before
        assert all(line in study.read_text(encoding="utf-8") for line in around.splitlines())


def test_comments_in_the_table_stay(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text('[siting]\nsites = 3 # three\n# why\ngoal = "elders" # most\nseconds = 9\n', encoding="utf-8")
    write_siting(study, Request(sites=4))
    lines = study.read_text(encoding="utf-8").splitlines()
    assert lines[:4] == ["[siting]", "sites = 4 # three", "# why", 'goal = "elders" # most']
    assert "seconds" not in "".join(lines)  # as by default


def test_a_file_that_cannot_be_read_is_said_and_left_alone(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    with pytest.raises(InputError):
        write_siting(study, ASKED[0])
    study.write_text("[siting\n", encoding="utf-8")
    with pytest.raises(InputError):
        write_siting(study, ASKED[0])
    with pytest.raises(InputError):
        is_written(study, ASKED[0])
    assert study.read_text(encoding="utf-8") == "[siting\n"


def test_a_table_is_plain_values() -> None:
    table = plain_table(ASKED[1])
    assert table["phases"] == [{"name": "2026", "budget_yuan": 3_000_000}]
    assert isinstance(table["phases"][0]["budget_yuan"], int)
    assert table["points"][0]["floor_area_m2"] == 3.5


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1.0])
def test_numbers_without_end_are_refused_wherever_they_stand(value: float) -> None:
    point = {"id": "P1", "lon_deg": 1.0, "lat_deg": 2.0, "cost_yuan": value}
    for part in ({"points": [point]}, {"sizes": [{"floor_area_m2": 3.0, "cost_yuan": value}]}, {"capacity": value}):
        with pytest.raises(InputError):
            request_of({"sites": 3, **part}, GROUPS)
