"""Key legend: legend, scale and north arrow of the small maps in the statement."""

from dataclasses import dataclass

from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from exhibits import style
from exhibits.atlas import fonts
from exhibits.atlas.furniture import bar_length_m
from exhibits.atlas.looks import MARKERS, hatch_of
from exhibits.atlas.paper import Box, Page, block, rule, write
from exhibits.style import Look, Mark
from geodata.words import Lang, say
from geodata.words.numbers import grouped

HEAD_PT, TEXT_PT = 7.5, 6.5
LINE_MM = 4.7
SWATCH = (6.0, 2.9)  # mm
KILOMETRES_FROM = 2000.0


@dataclass
class Legend:
    """A column of the map's page, written from the top down."""

    page: Page
    left: float
    width: float
    top: float

    def heading(self, text: str) -> None:
        """Write a heading with a rule under it, in as many lines as it takes."""
        for line in fonts.wrapped(text, self.width, HEAD_PT, "bold"):
            write(self.page, self.left, self.top - 3.2, line, HEAD_PT, weight="bold")
            self.top -= 3.9
        rule(self.page, (self.left, self.left + self.width), (self.top - 0.6,) * 2, 0.7, color=style.ACCENT)
        self.top -= 2.4

    def area(self, look: Look, text: str, count: str) -> None:
        """Write one line for a class of areas."""
        box = Box(self.left, self.top - 3.4, *SWATCH)
        block(self.page, box, facecolor=look.fill, edgecolor="none", linewidth=0)
        if hatch := hatch_of(look):
            patch = Rectangle((box.left, box.bottom), box.width, box.height, fill=False, linewidth=0, hatch=hatch)
            patch.set_edgecolor(look.hatch_colour or look.edge)
            self.page.paper.add_patch(patch)
        block(self.page, box, fill=False, edgecolor=look.edge, linewidth=0.5)
        self._line(text, count)

    def mark(self, mark: Mark, text: str, count: str) -> None:
        """Write one line for a kind of site."""
        at = Line2D(
            [self.left + SWATCH[0] / 2],
            [self.top - 2.0],
            linestyle="none",
            marker=MARKERS[mark.shape],
            markersize=5.5,
            markerfacecolor=mark.fill,
            markeredgecolor=mark.edge,
            markeredgewidth=0.5,
        )
        self.page.paper.add_line(at)
        self._line(text, count)

    def _line(self, text: str, count: str) -> None:
        indent = SWATCH[0] + 1.8
        room = self.width - indent - fonts.width_mm(count, TEXT_PT) - 1.5
        lines = fonts.wrapped(text, room, TEXT_PT)
        write(self.page, self.left + self.width, self.top - 2.9, count, TEXT_PT, ha="right")
        for line in lines:
            write(self.page, self.left + indent, self.top - 2.9, line, TEXT_PT)
            self.top -= 2.9
        self.top -= LINE_MM - 2.9


def scale_bar(page: Page, left: float, bottom: float, scale: int, lang: Lang) -> None:
    """Draw a bar that is true at the width the map has in the statement, with the numeric scale below it."""
    whole_m = bar_length_m(scale)
    while whole_m * 1000 / scale > 30:  # noqa: PLR2004 - millimetres there is room for
        whole_m /= 2
    part_mm = whole_m * 1000 / scale / 2
    for number in range(2):
        fill = style.INK if number == 0 else style.PAPER
        block(
            page, Box(left + number * part_mm, bottom, part_mm, 1.2), facecolor=fill, edgecolor=style.INK, linewidth=0.4
        )
    kilo = whole_m >= KILOMETRES_FROM
    text = f"{whole_m / 1000:g}" if kilo else f"{whole_m:g}"
    write(page, left, bottom + 1.9, "0", TEXT_PT - 0.5, ha="center")
    unit = say("st_kilometres" if kilo else "st_metres", lang)
    write(page, left + 2 * part_mm, bottom + 1.9, f"{text} {unit}", TEXT_PT - 0.5, ha="center")
    said = say("st_scale", lang, scale=grouped(scale))
    write(page, left, bottom - 3.4, said, TEXT_PT, color=style.MUTED)


def north(page: Page, x_mm: float, bottom: float, lang: Lang) -> None:
    """Draw an arrow to the north of the grid."""
    tip = (x_mm, bottom + 7)
    page.paper.add_patch(Polygon([tip, (x_mm - 1.9, bottom), (x_mm, bottom + 1.8)], color=style.INK, linewidth=0))
    right = Polygon([tip, (x_mm + 1.9, bottom), (x_mm, bottom + 1.8)], facecolor=style.PAPER, edgecolor=style.INK)
    right.set_linewidth(0.5)
    page.paper.add_patch(right)
    write(page, x_mm, bottom + 7.8, say("st_north", lang), TEXT_PT, weight="bold", ha="center")
