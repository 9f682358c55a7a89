"""Every decision of geodata.street.walkable, one row each."""

import pytest

from geodata.street.walkable import Tags, road_class, verdict
from geodata.streets import Way

M, S, P, B, T, F = Way.MAIN, Way.STAIRS, Way.PRIVATE, Way.BRIDGE, Way.TUNNEL, Way.MINOR
O = Way(0)  # noqa: E741

KEPT = [
    ({"highway": "footway"}, F),
    ({"highway": "path"}, F),
    ({"highway": "pedestrian"}, F),
    ({"highway": "living_street"}, F),
    ({"highway": "service"}, F),
    ({"highway": "corridor"}, F),
    ({"highway": "platform"}, F),
    ({"highway": "crossing"}, F),
    ({"highway": "track"}, F),
    ({"highway": "track_grade3"}, F),
    ({"highway": "cycleway"}, F),
    ({"highway": "steps"}, F | S),
    ({"highway": "residential"}, O),
    ({"highway": "unclassified"}, O),
    ({"highway": "tertiary"}, O),
    ({"highway": "tertiary_link"}, O),
    ({"highway": "secondary"}, M),
    ({"highway": "primary"}, M),
    ({"highway": "primary_link"}, M),
    ({"highway": "trunk"}, M),
    ({"highway": ""}, O),
    ({"highway": "Residential "}, O),
    ({"highway": "快速路"}, M),
    ({"highway": "主干路"}, M),
    ({"highway": "支路"}, O),
    ({"highway": "人行道"}, F),
    ({"highway": "residential", "access": "private"}, P),
    ({"highway": "residential", "access": "no"}, P),
    ({"highway": "service", "access": "no"}, F | P),
    ({"highway": "footway", "access": "private"}, F | P),
    ({"highway": "footway", "access": "private", "foot": "yes"}, F),
    ({"highway": "footway", "foot": "private"}, F | P),
    ({"highway": "tertiary", "access": "private"}, P),
    ({"highway": "tertiary", "access": "no", "foot": "designated"}, O),
    ({"highway": "residential", "access": "destination"}, O),
    ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, M),
    ({"highway": "trunk", "motorroad": "no"}, M),
    ({"highway": "footway", "bridge": "yes"}, F | B),
    ({"highway": "footway", "bridge": "viaduct"}, F | B),
    ({"highway": "footway", "bridge": "F", "tunnel": "0"}, F),
    ({"highway": "footway", "tunnel": "building_passage"}, F | T),
    ({"highway": "steps;footway"}, F | S),
    ({"highway": "primary;residential"}, M),
    ({"highway": "residential;footway"}, O),  # drawn thin only where all of it is minor
]
DROPPED = [
    {"highway": "motorway"},
    {"highway": "motorway_link"},
    {"highway": "motorway", "foot": "yes"},
    {"highway": "高速公路"},
    {"highway": "construction"},
    {"highway": "proposed"},
    {"highway": "raceway"},
    {"highway": "bus_guideway"},
    {"highway": "footway", "foot": "no"},
    {"highway": "cycleway", "foot": "no"},
    {"highway": "primary", "foot": "no"},
    {"highway": "trunk", "motorroad": "yes"},
    {"highway": "tertiary", "access": "no"},
    {"highway": "primary_link", "access": "no"},
    {"highway": "residential", "access": "military"},
    {"highway": "service", "access": "no", "bus": "designated"},
    {"highway": "service", "access": "no", "psv": "yes"},
    {"highway": "footway;construction"},
    {"highway": "footway", "foot": "yes;no"},
]


@pytest.mark.parametrize(("tags", "way"), KEPT, ids=str)
def test_walkable(tags: dict[str, str], way: Way) -> None:
    found = verdict(Tags(**tags))
    assert found.kept
    assert found.known
    assert found.way == way


@pytest.mark.parametrize("tags", DROPPED, ids=str)
def test_not_walkable(tags: dict[str, str]) -> None:
    assert not verdict(Tags(**tags)).kept


def test_unknown_class_is_kept_and_marked() -> None:
    found = verdict(Tags(highway="hoverway"))
    assert found.kept
    assert not found.known
    assert found.way == O


@pytest.mark.parametrize(
    ("tags", "crossing", "road"),
    [
        ({"highway": "footway", "footway": "crossing"}, True, False),
        ({"highway": "cycleway", "cycleway": "crossing"}, True, False),
        ({"highway": "path", "path": "crossing"}, True, False),
        ({"highway": "人行横道"}, True, False),
        ({"highway": "footway", "footway": "sidewalk"}, False, False),
        ({"highway": "steps"}, False, False),
        ({"highway": "residential"}, False, True),
        ({"highway": "service"}, False, True),
        ({"highway": "cycleway"}, False, True),
    ],
    ids=str,
)
def test_crossings_and_roads(tags: dict[str, str], crossing: bool, road: bool) -> None:
    found = verdict(Tags(**tags))
    assert (found.crossing, found.road) == (crossing, road)


def test_road_class_takes_links_and_extract_grades() -> None:
    assert [road_class(word) for word in ("trunk_link", "track_grade1", "次干道", " Path")] == [
        "trunk",
        "track",
        "secondary",
        "path",
    ]
