"""One style for screen and print: colours, hatches, marks and fonts that survive grey paper and colour-blind eyes.

A state is never told by its hue alone: lightness differs by at least 6 steps of CIE L*, or a hatch is added; a facility
group is told by its shape first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from geodata.words import Lang, catalogue, say

Hatch = Literal["", "/", "\\", "x", "."]  # names that matplotlib knows too
Shape = Literal["circle", "square", "triangle", "diamond", "cross", "star"]


@dataclass(frozen=True)
class Look:
    """How an area is drawn: fill, edge and hatch, colours as #rrggbb."""

    fill: str
    edge: str
    hatch: Hatch = ""  # on screen and in print
    hatch_colour: str = ""
    print_hatch: Hatch = ""  # in print alone, for paper that was copied in grey


@dataclass(frozen=True)
class Mark:
    """How a place is drawn: its shape says the group, its fill helps."""

    shape: Shape
    fill: str
    edge: str = "#ffffff"


# Served within a limit: dark to light blue, shortest walk first. L* of the ends: 30 and 86.
BAND_FILLS: Mapping[int, tuple[str, ...]] = {
    1: ("#2f7ab0",),
    2: ("#0a4a7d", "#9cc9e6"),
    3: ("#0a4a7d", "#5b9dc9", "#bcdcf0"),
    4: ("#0a4a7d", "#347fb4", "#78b2d8", "#bfdff2"),
    5: ("#08406e", "#22699f", "#4f94c5", "#86bbdf", "#c4e1f3"),
    6: ("#073a64", "#1b5c90", "#3d82b6", "#67a4d0", "#97c6e5", "#c8e4f5"),
}
BAND_EDGE = "#1d4e79"

STATE_LOOKS: Mapping[str, Look] = {
    "full": Look("#e8a317", "#8a5d00", "\\", "#7a5200"),  # in reach, but no place is left
    "out": Look("#c9440f", "#8a2a06", "", "#f6c7b4", print_hatch="/"),  # further than the longest limit
    "unknown": Look("#ededed", "#8a8a8a", "x", "#9a9a9a"),  # data missing; never a pass
}

# Verdicts of the rules; what is not judged is pale, what is not known is hatched.
VERDICT_LOOKS: Mapping[str, Look] = {
    "met": Look("#0a4a7d", "#062f50"),
    "met_pooled": Look("#9cc9e6", "#1d4e79", ".", "#1d4e79"),
    "below_minimum": Look("#e8a317", "#8a5d00", "\\", "#7a5200"),
    "below": Look("#c9440f", "#8a2a06", "", "#f6c7b4", print_hatch="/"),
    "unknown": STATE_LOOKS["unknown"],
    "no_rule": Look("#ffffff", "#8a8a8a"),
    "not_applicable": Look("#cbc6ba", "#8f897c"),
}
ASIDE_LOOK = Look("#f1f0ec", "#dcdad4")  # areas that a filter leaves out

GROUP_MARKS: Mapping[str, Mark] = {
    "day_care": Mark("circle", "#5b2a86"),
    "residential_care": Mark("square", "#1f6b3a"),
    "meals": Mark("triangle", "#b0288a"),
    "medical": Mark("cross", "#a31621"),
    "any_care": Mark("diamond", "#3a3a3a"),
}
OTHER_MARK = Mark("diamond", "#6f6f6f")
SITE_MARK = Mark("star", "#ffd400", "#1a1a1a")  # a proposed site
CANDIDATE_MARK = Mark("diamond", "#ffffff", "#4a5560")  # could have been proposed
EXCLUDED_MARK = Mark("diamond", "#8b949b", "#ffffff")  # may not be proposed
NEWLY_LOOK = Look("#ffe45c", "#6b5300", "/", "#b58e00")  # newly covered by a proposed site

INK, MUTED, PAPER, LINE, ACCENT, FAINT = "#1f2933", "#5b6770", "#ffffff", "#d5dbe1", "#0a4a7d", "#b9c2ca"
STREET_MAIN, STREET_MAIN_CASE, STREET, STREET_MINOR = "#ffffff", "#c3c8cc", "#d9dcde", "#e6e7e8"
GROUND, BOUNDARY = "#f5f4f1", "#8d7f95"
WATER, WATER_EDGE, WATER_INK, GREEN, RAIL = "#d6e6ee", "#a9c4d4", "#4d7a92", "#e3ecd9", "#6b6b6b"

SCREEN_FONTS = (
    "PlanSans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "SimHei",
    "sans-serif",
)
PRINT_FONTS = ("PlanSans SC", "Microsoft YaHei", "SimHei", "Noto Sans CJK SC", "DejaVu Sans")


def band_fills(count: int) -> tuple[str, ...]:
    """Return the fills of ``count`` walking limits (1 to 6), shortest first."""
    return BAND_FILLS[count]


def class_looks(limits_min: Sequence[float]) -> dict[str, Look]:
    """Return the look of every class a place can fall in, in the order of a legend; see ``class_of_band``."""
    bands = {
        class_of_band(limit): Look(fill, BAND_EDGE)
        for limit, fill in zip(limits_min, band_fills(len(limits_min)), strict=True)
    }
    return {**bands, **STATE_LOOKS}


def class_of_band(limit_min: float) -> str:
    """Name the class of places served within ``limit_min`` minutes: ``within_15``, ``within_7.5``."""
    return f"within_{limit_min:g}"


def class_label(name: str, limits_min: Sequence[float], lang: Lang) -> str:
    """Return a class as a legend prints it, from "5 分钟内" to "数据不足，无法判定"."""
    if not name.startswith("within_"):
        return say(f"class_{name}", lang, most=f"{max(limits_min):g}")
    limit = float(name.removeprefix("within_"))
    shorter = [other for other in limits_min if other < limit]
    if not shorter:
        return say("class_first_band", lang, most=f"{limit:g}")
    return say("class_band", lang, least=f"{max(shorter):g}", most=f"{limit:g}")


def label(topic: str, name: str, lang: Lang) -> str:
    """Return the word planners use for ``name`` (a group, kind, state ...); ``name`` itself where there is none."""
    code = f"{topic}_{name}".replace(" ", "_")
    return say(code, lang) if code in catalogue() else name


def mark_of(group: str) -> Mark:
    """Return the mark of a facility group; a group the study defines itself is a grey diamond."""
    return GROUP_MARKS.get(group, OTHER_MARK)
