"""Furniture: what every sheet of a bureau carries around its map: heading, ticks, scale, north arrow, title block."""

import math

from matplotlib.patches import Polygon

from exhibits import style
from exhibits.atlas import fonts
from exhibits.atlas.paper import FOOT, FRAME, HEADING, SIDE, Box, Page, Panel, block, rule, write
from exhibits.products import TitleBlock
from exhibits.wording import crs_text, parameters_line
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from scenarios.outcome import Outcome

BLOCK_MM, SCALE_MM = 50.0, 19.0  # heights of the title block and of the strip above it
STAMP_RED = "#b3261e"
LEAST_TICKS = 4
TICK_PT = 6.0
BAR_MM = (28.0, 62.0)


def frame(page: Page, outcome: Outcome, imprint: TitleBlock, number: str, title: str, lang: Lang) -> None:
    """Draw the frame of the sheet with heading and stamp."""
    block(page, FRAME, fill=False, edgecolor=style.INK, linewidth=1.6)
    base = HEADING.bottom + 5.2
    block(page, Box(FRAME.left, HEADING.bottom, 3.2, HEADING.height), color=style.ACCENT, linewidth=0)
    left = HEADING.left + 7
    write(page, left, base, number, 15, color=style.ACCENT, weight="bold")
    left += fonts.width_mm(number, 15, "bold") + 5
    write(page, left, base, title, 21, weight="bold")
    rule(page, (FRAME.left, FRAME.right), (HEADING.bottom, HEADING.bottom), 1.0)
    note = say("atlas_approval", lang, number=imprint.approval) if imprint.approval else say("atlas_stamp", lang)
    colour = style.INK if imprint.approval else STAMP_RED
    wide = fonts.width_mm(note, 9.5, "bold") + 6
    stamp = Box(FRAME.right - wide - 4, HEADING.bottom + 4, wide, 8)
    block(page, stamp, fill=False, edgecolor=colour, linewidth=1.1)
    write(page, stamp.left + wide / 2, stamp.bottom + 2.5, note, 9.5, color=colour, weight="bold", ha="center")
    room = stamp.left - 6 - (left + fonts.width_mm(title, 21, "bold") + 6)
    name = fonts.shortened(outcome.city.study.name, max(room, 0), 10)
    write(page, stamp.left - 5, base + 0.3, name, 10, color=style.MUTED, ha="right")


def foot(page: Page, outcome: Outcome, lang: Lang) -> None:
    """Write the parameters, and where the data come from, under the map."""
    lines = [parameters_line(outcome, lang), sources_line(outcome, lang)]
    size = 7.0
    for number, line in enumerate(lines):
        text = fonts.shortened(line, FOOT.width, size)
        write(page, FOOT.left, FOOT.top - 3.2 - 4.2 * number, text, size, color=style.MUTED)


def sources_line(outcome: Outcome, lang: Lang) -> str:
    """Name the file behind every layer, and the day the study speaks of."""
    comma, study = "；" if lang == "zh" else "; ", outcome.city.study
    parts = [
        f"{style.label('layer_word', row['layer'], lang)} {row['note' if row['layer'] == 'streets' else 'path']}"
        for row in outcome.city.sources.to_dict("records")
    ]
    day = study.day.isoformat() if study.day else say("atlas_no_day", lang)
    return say("atlas_sources", lang, day=day, sources=comma.join(parts))


def ticks(view: Panel) -> None:
    """Write coordinates along the map's frame, in kilometres of the study's CRS."""
    west, south, east, north = view.window_m
    step = _round_down(max(min(east - west, north - south), 1.0) / LEAST_TICKS)
    digits = max(0, 3 - math.floor(math.log10(step)))
    x_m = math.ceil(west / step) * step
    while x_m < east:
        x_mm = view.box.left + (x_m - west) * 1000 / view.scale
        for y_mm, sign in ((view.box.bottom, 1), (view.box.top, -1)):
            rule(view.page, (x_mm, x_mm), (y_mm, y_mm + sign * 2), 0.6)
        unit = " km" if x_m + step >= east else ""
        write(
            view.page,
            x_mm,
            view.box.bottom - 2.6,
            f"{x_m / 1000:.{digits}f}{unit}",
            TICK_PT,
            ha="center",
            color=style.MUTED,
        )
        x_m += step
    y_m = math.ceil(south / step) * step
    while y_m < north:
        y_mm = view.box.bottom + (y_m - south) * 1000 / view.scale
        for x_mm, sign in ((view.box.left, 1), (view.box.right, -1)):
            rule(view.page, (x_mm, x_mm + sign * 2), (y_mm, y_mm), 0.6)
        text = f"{y_m / 1000:.{digits}f}"
        write(
            view.page,
            view.box.left - 1.2,
            y_mm,
            text,
            TICK_PT,
            rotation=90,
            ha="center",
            va="center",
            color=style.MUTED,
        )
        y_m += step


def _round_down(value: float) -> float:
    power = float(10 ** math.floor(math.log10(value)))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= value)


def bar_length_m(scale: int) -> float:
    """Return the length of a scale bar: a round number of metres between 28 and 62 mm on paper."""
    return _round_down(BAR_MM[1] * scale / 1000)


def scale_bar(view: Panel, left: float, bottom: float, lang: Lang) -> None:
    """Draw the bar in four parts, true on A3 paper, with the numeric scale above it."""
    whole_m = bar_length_m(view.scale)
    part_mm = whole_m * 1000 / view.scale / 4
    kilo = whole_m >= 2000  # noqa: PLR2004 - from two kilometres on in kilometres
    for number in range(4):
        fill = style.INK if number % 2 == 0 else style.PAPER
        box = Box(left + number * part_mm, bottom, part_mm, 1.6)
        block(view.page, box, facecolor=fill, edgecolor=style.INK, linewidth=0.5, gid="scale bar")
    for number in (0, 2, 4):
        metres = whole_m * number / 4
        text = f"{metres / 1000:g}" if kilo else f"{metres:g}"
        if number == 4:  # noqa: PLR2004 - the last mark carries the unit
            text = f"{text} {say('atlas_km' if kilo else 'atlas_m', lang)}"
        start, last = left + number * part_mm, number == 4  # noqa: PLR2004
        write(view.page, start - 1.2 if last else start, bottom - 3.4, text, 7, ha="left" if last else "center")
    write(view.page, left, bottom + 4.0, scale_text(view.scale, lang), 10, weight="bold")


def scale_text(scale: int, lang: Lang) -> str:
    """Say the numeric scale, which holds on A3 paper only."""
    return say("atlas_scale", lang, scale=grouped(scale))


def north(page: Page, x_mm: float, bottom: float, lang: Lang) -> None:
    """Draw an arrow to the north of the grid."""
    high, half = 12.0, 3.2
    tip, foot_y = (x_mm, bottom + high), bottom
    page.paper.add_patch(Polygon([tip, (x_mm - half, foot_y), (x_mm, foot_y + 3)], color=style.INK, linewidth=0))
    right = Polygon([tip, (x_mm + half, foot_y), (x_mm, foot_y + 3)], facecolor=style.PAPER, edgecolor=style.INK)
    right.set_linewidth(0.6)
    page.paper.add_patch(right)
    write(page, x_mm, bottom + high + 1.0, say("atlas_north", lang), 8, weight="bold", ha="center")


def title_block(
    page: Page, outcome: Outcome, imprint: TitleBlock, *, number: str, title: str, scale: int | None, lang: Lang
) -> float:
    """Draw the title block with scale and north arrow above it (none without a map); return its upper edge.

    ``number`` is the sheet's own, as 05-1; the prefix of the title block stands before it.
    """
    study, city = outcome.city.study, outcome.city
    shown = f"{imprint.prefix}{number}" if imprint.prefix else say("atlas_number", lang, number=number)
    rows = (
        ("atlas_block_title", title),
        ("atlas_block_number", f"{shown}    {scale_text(scale, lang)}" if scale else shown),
        ("atlas_block_project", study.name),
        ("atlas_block_unit", imprint.unit),
        ("atlas_block_dates", _dates(outcome, imprint, lang)),
        ("atlas_block_crs", crs_text(city.crs_m, lang)),
        ("atlas_block_approval", imprint.approval or say("atlas_not_reviewed", lang)),
    )
    high = BLOCK_MM / len(rows)
    box = Box(SIDE.left, SIDE.bottom, SIDE.width, BLOCK_MM)
    key_mm = 19.0 if lang == "zh" else 24.0
    block(page, box, fill=False, edgecolor=style.INK, linewidth=1.0)
    rule(page, (box.left + key_mm,) * 2, (box.bottom, box.top), 0.5)
    for order, (code, value) in enumerate(rows):
        top = box.top - order * high
        if order:
            rule(page, (box.left, box.right), (top, top), 0.4)
        write(page, box.left + key_mm / 2, top - high + 2.5, say(code, lang), 7.5, ha="center", color=style.MUTED)
        text = fonts.shortened(value, box.width - key_mm - 4, 8.5)
        write(page, box.left + key_mm + 2, top - high + 2.4, text, 8.5)
    return box.top


def _dates(outcome: Outcome, imprint: TitleBlock, lang: Lang) -> str:
    day = outcome.city.study.day
    return say(
        "atlas_dates", lang, day=day.isoformat() if day else "—", made=imprint.made_on or say("atlas_blank_date", lang)
    )


def scale_strip(view: Panel, bottom: float, lang: Lang) -> float:
    """Draw scale bar and north arrow in the side column above ``bottom``; return the upper edge."""
    scale_bar(view, SIDE.left + 1, bottom + 6.5, lang)
    north(view.page, SIDE.right - 6, bottom + 2.5, lang)
    return bottom + SCALE_MM
