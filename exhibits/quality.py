"""Quality: the parameters and the doubts that stand beside every figure."""

import pandas as pd

from exhibits.classes import limits_min
from exhibits.style import label
from exhibits.wording import count_text, crs_text
from geodata.faults import Fault, Severity
from geodata.words import Lang, catalogue, say
from scenarios.outcome import Outcome

MOST_ROWS = 500
MOST_LETTERS = 80
LAYERS = (
    "residential",
    "facilities",
    "medical",
    "districts",
    "streets",
    "gates",
    "candidates",
    "background",
    "elevation",
)


def parameter_rows(outcome: Outcome, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return every parameter that moves a figure, as pairs of word and value."""
    profile, study = outcome.profile, outcome.city.study
    city = outcome.city
    sources = city.residential["elders_source"].value_counts()
    return (
        (say("param_walker", lang), profile.label(lang)),
        (say("param_speed", lang), say("param_speed_value", lang, speed=f"{profile.speed_m_s:g}")),
        (say("param_stairs", lang), stairs_text(outcome, lang)),
        (say("param_crossing", lang), say("param_seconds", lang, seconds=f"{profile.crossing_s:g}")),
        (say("param_slope", lang), say("param_slope_none" if flat(outcome) else "param_slope_tobler", lang)),
        (
            say("param_limits", lang),
            say("param_minutes", lang, limits=" / ".join(f"{limit:g}" for limit in limits_min(outcome))),
        ),
        (say("param_snap", lang), say("metres", lang, metres=f"{city.doors['residential'].snap_limit_m:g}")),
        (say("param_household", lang), f"{study.household_size:g}"),
        *(
            (say("param_elders", lang, source=label("elders_from", str(source), lang)), count_text(number, lang))
            for source, number in sources.items()
        ),
        (say("param_crs", lang), crs_text(city.crs_m, lang)),
        (say("param_streets", lang), say("param_streets_value", lang, km=count_text(city.streets.length_km, lang))),
        (say("param_fingerprint", lang), outcome.fingerprint),
    )


def flat(outcome: Outcome) -> bool:
    """Tell whether streets are walked as if level."""
    return outcome.city.streets.vertex_z_m is None or outcome.profile.slope == "none"


def stairs_text(outcome: Outcome, lang: Lang) -> str:
    """Say how stairs are walked."""
    if outcome.profile.stairs_barred:
        return say("param_stairs_barred", lang)
    return say("param_stairs_factor", lang, factor=f"{outcome.profile.stairs_factor:g}")


def rows_left_out(outcome: Outcome) -> int:
    """Count the faults that the table of a page has no room for."""
    return max(0, len(outcome.faults) - MOST_ROWS)


def column_text(name: str, lang: Lang) -> str:
    """Return a column as the file has it; one that bears the tool's own name is said in words too."""
    if lang != "zh" or f"column_word_{name}" not in catalogue():
        return name
    return say("column_named", lang, word=say(f"column_word_{name}", lang), name=name)


def value_text(fault: Fault, lang: Lang) -> str:
    """Return the value of a fault on one line; lists are joined."""
    if isinstance(fault.value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(str(one) for one in fault.value)
    return fault.shown()


def quality_table(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return faults and doubts as a table, gravest first; at most 500 rows, the rest stands in quality.csv."""
    order = list(Severity)
    faults = sorted(outcome.faults, key=lambda fault: order.index(fault.severity))[:MOST_ROWS]
    rows = [
        (
            say(f"severity_{fault.severity.value}", lang).strip(),
            label("layer_word", fault.layer, lang),
            "" if fault.row is None else str(fault.row),
            column_text(fault.column, lang),
            value_text(fault, lang)[:MOST_LETTERS],
            fault.message(lang),
        )
        for fault in faults
    ]
    names = ("severity", "layer", "row", "column", "value", "message")
    return pd.DataFrame(rows, columns=[say(f"column_{name}", lang) for name in names])
