"""Which ways an elder in a Chinese city can walk, judged from OpenStreetMap tags (or road classes in Chinese).

What is decided here, and why:

- Kept: every street with or without a pavement, from lanes to trunk roads. Where no footway is drawn, people walk along
  the carriageway line; dropping it would cut the city into islands. ``_link`` roads count as the class they serve.
- Kept: footway, path, pedestrian, corridor, platform, crossing, track, bridleway, elevator; steps with ``Way.STAIRS``.
- Kept: cycleway, unless ``foot=no``. Slow lanes (非机动车道) are shared with walkers in practice.
- Kept: areas (squares drawn as a ring): the walk goes along the outline, which is never shorter than across.
- Kept with ``Way.PRIVATE``: ``access=private`` on any street, ``access=no`` on the small ones. They are the roads
  inside residential compounds (小区), whose people walk them every day; ``foot=yes`` lifts the mark.
- Dropped: motorway and its links even with ``foot=yes`` (closed to walkers by the Road Traffic Safety Law, art. 67).
- Dropped: ``motorroad=yes`` unless foot is allowed, and ``foot=no`` on any class: somebody looked and said so.
- Dropped: ``access=no`` on tertiary and larger roads (closed), and on bus-only lanes; also raceways, guided busways,
  ladders, escape lanes, rest areas, and what is planned, under construction or gone.
- An unknown class is kept, and listed as a doubt: a word we do not know is no reason to close a street. A layer without
  any class is kept whole.
- Where several ways were merged into one line (``["steps", "footway"]``), all of it must be walked: one part that is
  not walkable drops the line, one part with stairs marks it all.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from geodata.streets import Way


class Tags(NamedTuple):
    """The tags that matter to a walker; empty: not given. Merged ways hold several values, parted by ``;``."""

    highway: str = ""
    access: str = ""
    foot: str = ""
    motorroad: str = ""
    footway: str = ""
    path: str = ""
    cycleway: str = ""
    bridge: str = ""
    tunnel: str = ""
    bus: str = ""
    psv: str = ""


NOTHING = Way(0)


@dataclass(frozen=True)
class Verdict:
    """What a line with such tags is to a walker."""

    kept: bool
    way: Way = NOTHING
    crossing: bool = False  # a mapped crossing of a carriageway
    road: bool = False  # has wheels on it, so a mapped crossing that touches it crosses it
    known: bool = True  # False: the class is no word of ours


CHINESE = {
    "高速公路": "motorway",
    "高速": "motorway",
    "快速路": "trunk",
    "城市快速路": "trunk",
    "国道": "trunk",
    "主干路": "primary",
    "主干道": "primary",
    "城市主干路": "primary",
    "省道": "primary",
    "次干路": "secondary",
    "次干道": "secondary",
    "城市次干路": "secondary",
    "县道": "secondary",
    "支路": "tertiary",
    "城市支路": "tertiary",
    "乡道": "tertiary",
    "村道": "unclassified",
    "街巷": "residential",
    "巷道": "residential",
    "内部道路": "service",
    "小区道路": "service",
    "步行街": "pedestrian",
    "步行道": "footway",
    "人行道": "footway",
    "绿道": "footway",
    "人行横道": "crossing",
    "台阶": "steps",
    "楼梯": "steps",
    "自行车道": "cycleway",
}
MAIN = frozenset({"trunk", "primary", "secondary"})
CARRIAGEWAYS = MAIN | {"tertiary"}  # access=no closes them; on smaller ways it marks the inside of a compound
STREETS = frozenset({"residential", "unclassified", "road", "unknown"})
SMALL = frozenset(
    {"footway", "path", "pedestrian", "service", "living_street", "steps", "corridor", "crossing"}
    | {"platform", "track", "cycleway", "bridleway", "elevator", "trail"}
)
ON_FOOT = SMALL - {"service", "living_street", "track", "cycleway"}
NEVER = frozenset(
    {"motorway", "raceway", "bus_guideway", "busway", "escape", "emergency_bay", "via_ferrata", "ladder", "rest_area"}
    | {"services", "construction", "proposed", "planned", "abandoned", "disused", "razed", "demolished", "no"}
)
ALLOWED = frozenset({"yes", "designated", "permissive", "official"})
CLOSED = frozenset({"no", "military", "emergency"})
PRIVATE = frozenset({"private", "permit", "residents", "employees"})
FALSE = frozenset({"", "no", "n", "f", "false", "0", "0.0", "否", "无"})


@cache
def verdict(tags: Tags) -> Verdict:
    """Judge a line by its tags; see the module for every decision."""
    parts = [_one(word, tags) for word in tags.highway.split(";")]
    if not all(part.kept for part in parts):
        return Verdict(kept=False, known=all(part.known for part in parts))
    way = NOTHING
    for part in parts:
        way |= part.way & ~Way.MINOR
    if all(part.way & Way.MINOR for part in parts):
        way |= Way.MINOR
    return Verdict(
        kept=True,
        way=way,
        crossing=any(part.crossing for part in parts),
        road=any(part.road for part in parts),
        known=all(part.known for part in parts),
    )


def road_class(word: str) -> str:
    """Return the OpenStreetMap class of a word: links as what they serve, Chinese words and grades translated."""
    word = CHINESE.get(word.strip(), word.strip().lower())
    return "track" if word.startswith("track_grade") else word.removesuffix("_link")


def _one(word: str, tags: Tags) -> Verdict:
    highway = road_class(word)
    foot, access = _values(tags.foot), _values(tags.access)
    known = not highway or highway in CARRIAGEWAYS | STREETS | SMALL | NEVER
    allowed = bool(foot & ALLOWED) and "no" not in foot
    motorroad = "yes" in _values(tags.motorroad)
    if (
        highway in NEVER
        or "no" in foot
        or (motorroad and not allowed)
        or (not allowed and _shut(highway, access, tags))
    ):
        return Verdict(kept=False, known=known)
    way = NOTHING
    if highway == "steps":
        way |= Way.STAIRS
    if highway in MAIN:
        way |= Way.MAIN
    if highway in SMALL:
        way |= Way.MINOR
    if (access & (PRIVATE | CLOSED) and not allowed) or foot & PRIVATE:
        way |= Way.PRIVATE
    if _values(tags.bridge) - FALSE:
        way |= Way.BRIDGE
    if _values(tags.tunnel) - FALSE:
        way |= Way.TUNNEL
    crossing = highway == "crossing" or "crossing" in _values(tags.footway) | _values(tags.path) | _values(
        tags.cycleway
    )
    return Verdict(kept=True, way=way, crossing=crossing, road=highway not in ON_FOOT and not crossing, known=known)


def _shut(highway: str, access: set[str], tags: Tags) -> bool:
    if not access & CLOSED:
        return False
    only_buses = bool((_values(tags.bus) | _values(tags.psv)) & ALLOWED)
    return highway in CARRIAGEWAYS or only_buses or "no" not in access


def _values(text: str) -> set[str]:
    return {value.strip().lower() for value in text.split(";") if value.strip()}
