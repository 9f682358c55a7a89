"""Looks of the paper atlas beside those of ``exhibits.style``: verdicts, presence, elders, kinds of facilities."""

from collections.abc import Mapping

from exhibits import style
from exhibits.style import STATE_LOOKS, Look, Mark, Shape

MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "P", "star": "*"}
STREET_INKS = ("#dfe2e4", "#bfc5ca", "#9fa8b0")  # minor, ordinary, main: darker than on screen, for paper
PALE = Look("#e3ecf2", "#b6c6d2")  # areas that a sheet is not about
GROUND_BLOCK = Look("#ece3d2", "#cbbd9f")  # residential areas on sheets that judge none

# Elders of a residential area, few to many; lightness falls from 93 to 28.
ELDER_FILLS = ("#f4eef6", "#d9c6e3", "#b795cc", "#8a5bab", "#562b7a")
ELDER_EDGE = "#5d4470"

VERDICT_LOOKS = style.VERDICT_LOOKS
PRESENCE_LOOKS: Mapping[str, Look] = {
    "present": Look("#a9cfe8", "#1d4e79"),
    "absent": Look("#f3bda6", "#8a2a06", "", "#d9683e", print_hatch="/"),
    "unknown": STATE_LOOKS["unknown"],
}
NEAR_FILLS: Mapping[str, str] = {
    "same": "#0a4a7d",
    "adjacent": "#5b9dc9",
    "near": "#e8a317",
    "apart": "#c9440f",
    "unknown": "#ffffff",
}
# darker: the larger facility of its group
KIND_MARKS: Mapping[str, Mark] = {
    "street_center": Mark("star", "#5b2a86", "#ffffff"),
    "day_care": Mark("circle", "#5b2a86"),
    "station": Mark("circle", "#c3a3dc", "#5b2a86"),
    "embedded": Mark("diamond", "#1f6b3a"),
    "nursing_home": Mark("square", "#1f6b3a"),
    "welfare_home": Mark("square", "#a6d3b4", "#1f6b3a"),
    "rural_mutual": Mark("diamond", "#a6d3b4", "#1f6b3a"),
    "meal_site": Mark("triangle", "#b0288a"),
    "aid_rental": Mark("triangle", "#e6a8d3", "#b0288a"),
    "hospital": Mark("cross", "#7a0f18"),
    "rehab_hospital": Mark("cross", "#a31621"),
    "nursing_hospital": Mark("cross", "#c9525b"),
    "health_center": Mark("square", "#a31621"),
    "township_hospital": Mark("square", "#e39aa0", "#a31621"),
    "health_station": Mark("circle", "#a31621"),
    "village_clinic": Mark("circle", "#e39aa0", "#a31621"),
    "clinic": Mark("triangle", "#e39aa0", "#a31621"),
}
OTHER_KIND = Mark("diamond", "#9a9a9a", "#4a4a4a")
CLOSED = "#bdbdbd"  # fill of what no longer serves
RING = 1.7  # what does not serve yet is drawn small inside a ring so many times its size
STAR = 1.6  # a star looks smaller than a disc of its width


STATE_SHAPES: Mapping[str, Shape] = {"out": "diamond", "full": "triangle", "unknown": "square", "below": "diamond"}


def place_mark(name: str, look: Look) -> Mark:
    """Return the mark of a residential area that is only a point; its shape tells the states apart on grey paper."""
    return Mark(STATE_SHAPES.get(name, "circle"), look.fill, look.edge)


def hatch_of(look: Look) -> str:
    """Return the hatch of a look in print, dense enough for small areas."""
    name = look.print_hatch or look.hatch
    return {"": "", ".": "....", "x": "xxxx"}.get(name, name * 5)


def kind_mark(kind: str, state: str = "open") -> Mark:
    """Return the mark of a kind of facility; grey where it is closed."""
    mark = KIND_MARKS.get(kind, OTHER_KIND)
    return Mark(mark.shape, CLOSED, ink_of(mark)) if state == "closed" else mark


def ring_mark(kind: str, state: str = "not_yet") -> Mark:
    """Return the ring around the mark of a facility that does not serve yet; a box where nobody knows."""
    return Mark("square" if state == "unknown" else "circle", "#ffffff", ink_of(KIND_MARKS.get(kind, OTHER_KIND)))


def ink_of(mark: Mark) -> str:
    """Return the darker colour of a mark, in which its name is written too."""
    return mark.fill if mark.edge == "#ffffff" else mark.edge
