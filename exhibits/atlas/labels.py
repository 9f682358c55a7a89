"""Labels: names on a map, none over another; the most important come first and what finds no room is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.transforms import IdentityTransform, Transform
from matplotlib.typing import ColorType

from exhibits import style
from exhibits.atlas import fonts
from exhibits.atlas.paper import Panel
from geodata.streets import Floats

HALO_PT = 2.2
COARSE = 0.3  # of a point: how far the outline of a letter under the halo may be off
GAP_MM = 0.5  # between labels
# where a name goes beside its mark: to the right first, as readers expect, then around
AROUND = ((1, 0), (1, 1), (1, -1), (0, 1), (0, -1), (-1, 0), (-1, 1), (-1, -1))
# where a name of an area goes: its middle, else a little beside it
WITHIN = ((0, 0), (0, 1.1), (0, -1.1), (0.6, 0), (-0.6, 0), (0, 2.2), (0, -2.2))


class Halo(Stroke):
    """A wide pale outline of letters, drawn from coarse shapes: the fine ones would fill most of the file."""

    def draw_path(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        tpath: Path,
        affine: Transform,
        rgbFace: ColorType | None = None,  # noqa: N803 - matplotlib's name
    ) -> None:
        """Draw the outline of a line of text."""
        outlines = [np.asarray(ring, dtype=np.float64) for ring in affine.transform_path(tpath).to_polygons()]
        rings = [shapely.LinearRing(ring) for ring in outlines if len(ring) > 3]  # noqa: PLR2004 - the first comes twice
        if rings:
            simple = [shapely.simplify(ring, COARSE) for ring in rings]
            coarse = [Path(np.round(shapely.get_coordinates(ring), 1), closed=True) for ring in simple]
            tpath, affine = Path.make_compound_path(*coarse), IdentityTransform()
        super().draw_path(renderer, gc, tpath, affine, rgbFace)  # type: ignore[arg-type]  # the stub of Stroke lacks None


@dataclass(frozen=True)
class Label:
    """One name; ``beside_mm`` is the radius of the mark it stands beside, 0 in the middle of an area."""

    x_m: float
    y_m: float
    text: str
    size_pt: float = 7.0
    weight: str = "normal"
    colour: str = style.INK
    beside_mm: float = 0.0
    most_mm: float = 0.0  # 0, or the widest it may be: the area's own width


def keep_clear(view: Panel, x_m: Floats, y_m: Floats, radius_mm: float) -> None:
    """Keep labels off the marks at these points."""
    view.taken.extend(
        (x - radius_mm, y - radius_mm, x + radius_mm, y + radius_mm) for x, y in view.at_mm(x_m, y_m).tolist()
    )


def place(view: Panel, wanted: Sequence[Label]) -> list[bool]:
    """Write the labels in their order, most important first; say which found room."""
    taken = np.array(view.taken, dtype=np.float64).reshape(-1, 4)
    room = np.empty((len(taken) + len(wanted), 4))
    room[: len(taken)] = taken
    used = len(taken)
    done = []
    for label in wanted:
        box = _free(view, label, room[:used])
        if box is not None:
            room[used] = box
            used += 1
            _write(view, label, box)
        done.append(box is not None)
    view.taken[:] = [tuple(row) for row in room[:used].tolist()]
    return done


def _free(view: Panel, label: Label, taken: Floats) -> tuple[float, float, float, float] | None:
    """Return the first box for a label that is inside the map and over nothing."""
    lines = label.text.split("\n")
    wide = fonts.width_mm(label.text, label.size_pt, label.weight)
    high = label.size_pt * fonts.POINT_MM * (1.0 + 1.2 * (len(lines) - 1))
    if label.most_mm and wide > label.most_mm:
        return None
    (x, y), frame = view.at_mm(np.array([label.x_m]), np.array([label.y_m]))[0], view.box
    for right, up in AROUND if label.beside_mm else WITHIN:
        if label.beside_mm:
            off = label.beside_mm + 0.4
            diagonal = 0.75 if right and up else 1.0
            left = x + right * off * diagonal - (wide if right < 0 else wide / 2 if right == 0 else 0)
            low = y + up * off * diagonal - (high if up < 0 else high / 2 if up == 0 else 0)
        else:
            left, low = x - wide / 2 + right * wide, y - high / 2 + up * high
        inside = (
            left > frame.left + 1
            and low > frame.bottom + 1
            and left + wide < frame.right - 1
            and low + high < frame.top - 1
        )
        if inside and not _meets(taken, left - GAP_MM, low - GAP_MM, left + wide + GAP_MM, low + high + GAP_MM):
            return left, low, left + wide, low + high
    return None


def _meets(taken: Floats, left: float, low: float, right: float, high: float) -> bool:
    beside = (taken[:, 2] <= left) | (taken[:, 0] >= right) | (taken[:, 3] <= low) | (taken[:, 1] >= high)
    return bool((~beside).any())


def _write(view: Panel, label: Label, box: tuple[float, float, float, float]) -> None:
    """Write a label twice: its halo as outlines, and above it text that can be selected."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    look: dict[str, Any] = {
        "fontsize": label.size_pt,
        "weight": label.weight,
        "ha": "center",
        "va": "center_baseline" if "\n" not in label.text else "center",
        "linespacing": 1.05,
        "parse_math": False,
    }
    text = fonts.drawable(label.text)
    halo = view.page.paper.text(x, y, text, color=style.PAPER, **look)
    halo.set_path_effects([Halo(linewidth=HALO_PT, foreground=style.PAPER)])
    halo.set_gid("halo")
    view.page.paper.text(x, y, text, color=label.colour, **look)
