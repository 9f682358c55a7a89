"""Headline: the few figures a page opens with, each with its numerator, denominator and what is not known."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exhibits.classes import limits_min
from exhibits.style import class_label, class_looks, class_of_band, label
from geodata.words import Lang, say
from planning.totals import counted, minutes, weight_text
from scenarios.outcome import Outcome


@dataclass(frozen=True)
class Piece:
    """One stretch of a bar: its class, colour and share of the whole (0 to 1), and what hovering says."""

    name: str
    colour: str
    share: float
    text: str


@dataclass(frozen=True)
class Figure:
    """One figure of the headline: big number, what it is made of, and the same for households and areas."""

    group: str
    title: str
    percent: str
    within: str  # the limit that the percentage is of
    made_of: str
    unknown: str  # how many areas are not known, and the straight line for comparison
    pieces: tuple[Piece, ...]
    lines: tuple[tuple[str, str], ...]  # weight in words, rate in words


def figures(outcome: Outcome, lang: Lang) -> tuple[Figure, ...]:
    """Return one figure per facility group that was judged."""
    return tuple(figure(outcome, row, lang) for row in outcome.summary["headline"])


def figure(outcome: Outcome, row: Mapping[str, Any], lang: Lang) -> Figure:
    """Return the figure of one row of the summary's headline; elders first, areas where no elders are known."""
    last = minutes(outcome.limits_s[-1])
    weight = "elders" if row["elders_total"] else "places"
    within, known, left_out = row[f"{weight}_within_{last}"], row[f"{weight}_known"], row[f"{weight}_left_out"]
    text = weight_text(row, weight, last, lang)
    return Figure(
        group=row["group"],
        title=label("group", row["group"], lang),
        percent=text.split("（")[0].split("(")[0].strip() if known else say("no_figure", lang),
        within=say("within_most", lang, most=last),
        made_of=say(f"made_of_{weight}", lang, n=counted(within), of=counted(known)),
        unknown=say(
            "made_of_unknown" if left_out else "made_of_known",
            lang,
            unknown=counted(left_out),
            straight=percent(row[f"{weight}_straight_share"], lang),
        ),
        pieces=pieces(outcome, row, weight, lang),
        lines=tuple(
            (
                say(f"weight_{other}", lang),
                weight_text(row, other, last, lang),
            )
            for other in ("elders", "people", "households", "places")
        ),
    )


def pieces(outcome: Outcome, row: Mapping[str, Any], weight: str, lang: Lang) -> tuple[Piece, ...]:
    """Return the stretches of a bar of everybody: by band, full, out of reach, unknown; empty ones are left out."""
    limits = limits_min(outcome)
    looks = class_looks(limits)
    whole = row[f"{weight}_total"]
    found, below = [], 0.0
    for limit, limit_s in zip(limits, outcome.limits_s, strict=True):
        reached = row[f"{weight}_within_{minutes(limit_s)}"]
        found.append((class_of_band(limit), reached - below))
        below = reached
    found += [(name, row[f"{weight}_{name}"]) for name in ("full", "out", "unknown")]
    return tuple(
        Piece(
            name,
            looks[name].fill,
            number / whole,
            say("piece", lang, label=class_label(name, limits, lang), number=counted(number)),
        )
        for name, number in found
        if whole and number
    )


def percent(share: float | None, lang: Lang) -> str:
    """Print a share; 100 % only where it is whole."""
    if share is None or math.isnan(share):
        return say("no_figure", lang)
    tenths = 1000 if share >= 1 else min(999, round(1000 * share))
    return f"{tenths / 10:.1f} %"
