"""Paper: an A3 sheet measured in millimetres, and maps laid on it at a true scale."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from exhibits import style
from exhibits.atlas import fonts
from geodata.streets import Floats

WIDTH_MM, HEIGHT_MM = 420.0, 297.0  # A3, landscape
INCH_MM = 25.4
NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 7.5, 8.0, 9.0, 10.0)


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet, in millimetres from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Return the upper edge."""
        return self.bottom + self.height


FRAME = Box(10, 10, 400, 277)
HEADING = Box(10, 271, 400, 16)
MAP = Box(14, 27, 292, 238)
FOOT = Box(14, 12, 292, 10)
SIDE = Box(312, 12, 94, 255)


@dataclass(frozen=True, eq=False)
class Page:
    """One sheet: the figure, and axes that cover it in millimetres."""

    figure: Figure
    paper: Axes

    @property
    def points(self) -> Transform:
        """Return the transform that takes points of the sheet, 1/72 inch, to wherever it is drawn."""
        return Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans


@dataclass(frozen=True, eq=False)
class Panel:
    """A map on a sheet; one millimetre on paper is ``scale / 1000`` metres in the study's CRS."""

    page: Page
    axes: Axes
    box: Box
    west_m: float
    south_m: float
    scale: int
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)  # where labels and marks are, in mm

    @property
    def window_m(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of what the map shows."""
        metres = self.scale / 1000
        return (
            self.west_m,
            self.south_m,
            self.west_m + self.box.width * metres,
            self.south_m + self.box.height * metres,
        )

    def at_mm(self, x_m: Floats, y_m: Floats) -> Floats:
        """Return where points of the map lie on the sheet, as rows of (x, y)."""
        metres = self.scale / 1000
        x_mm = self.box.left + (np.asarray(x_m) - self.west_m) / metres
        return np.column_stack([x_mm, self.box.bottom + (np.asarray(y_m) - self.south_m) / metres])


def new_page() -> Page:
    """Return an empty sheet."""
    figure = Figure(figsize=(WIDTH_MM / INCH_MM, HEIGHT_MM / INCH_MM), facecolor=style.PAPER)
    paper = figure.add_axes((0, 0, 1, 1), zorder=10)
    paper.set(xlim=(0, WIDTH_MM), ylim=(0, HEIGHT_MM))
    paper.set_axis_off()
    paper.patch.set_visible(False)
    return Page(figure, paper)


def scale_for(bounds_m: tuple[float, float, float, float], box: Box, margin: float = 0.03) -> int:
    """Return the largest round scale at which ``bounds_m`` fits ``box`` with a margin on each side."""
    west, south, east, north = bounds_m
    part = 1 - 2 * margin
    least = max((east - west) / (box.width * part), (north - south) / (box.height * part), 0.5) * 1000
    power = 10.0 ** math.floor(math.log10(least))
    return round(next(step for step in NICE if step * power >= least * (1 - 1e-9)) * power)


def panel(page: Page, bounds_m: tuple[float, float, float, float], box: Box = MAP, scale: int | None = None) -> Panel:
    """Lay a map of ``bounds_m`` in the middle of ``box``."""
    scale = scale or scale_for(bounds_m, box)
    west, south, east, north = bounds_m
    wide_m, high_m = box.width * scale / 1000, box.height * scale / 1000
    west_m, south_m = (west + east - wide_m) / 2, (south + north - high_m) / 2
    place = (box.left / WIDTH_MM, box.bottom / HEIGHT_MM, box.width / WIDTH_MM, box.height / HEIGHT_MM)
    axes = page.figure.add_axes(place, zorder=1)
    axes.set(xlim=(west_m, west_m + wide_m), ylim=(south_m, south_m + high_m), xticks=[], yticks=[])
    axes.set_facecolor(style.GROUND)
    for spine in axes.spines.values():
        spine.set(color=style.INK, linewidth=0.8)
    return Panel(page, axes, box, west_m, south_m, scale)


def write(page: Page, x_mm: float, y_mm: float, text: object, size_pt: float = 8, **look: Any) -> Text:  # noqa: ANN401 - what matplotlib's text takes
    """Write on the sheet; what no font can draw becomes 〓."""
    look = {"color": style.INK, "va": "baseline", "ha": "left", **look}
    return page.paper.text(x_mm, y_mm, fonts.drawable(text), fontsize=size_pt, parse_math=False, **look)


def rule(page: Page, x_mm: tuple[float, float], y_mm: tuple[float, float], width_pt: float = 0.5, **look: Any) -> None:  # noqa: ANN401 - what matplotlib's line takes
    """Draw a straight line on the sheet."""
    page.paper.add_line(Line2D(x_mm, y_mm, linewidth=width_pt, **{"color": style.INK, **look}))


def block(page: Page, box: Box, **look: Any) -> Rectangle:  # noqa: ANN401 - what matplotlib's patch takes
    """Draw a rectangle on the sheet."""
    patch = Rectangle((box.left, box.bottom), box.width, box.height, **look)
    page.paper.add_artist(patch)
    return patch
