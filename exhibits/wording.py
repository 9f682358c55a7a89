"""Wording: figures as people read them, and the sentences that say why a residential area is where it is."""

import math
import re
from typing import Any

import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from exhibits.classes import limits_min, of_group
from exhibits.style import label
from geodata.words import Lang, catalogue, say
from planning.coverage import State
from planning.totals import counted
from planning.walking.profile import PRESETS, WalkProfile
from scenarios.outcome import Outcome

TENTH_MIN_S = 6.0
ZONE = re.compile(r"(?P<datum>\w[\w ]*) / 3-degree Gauss-Kruger CM (?P<lon>\d+)E")
REGISTERED = re.compile(r"EPSG:(?P<code>\d+)\b.*")
WORD = re.compile(r"\b[a-z][a-z_]*\b")
HAIR = 1e-9  # a walk of exactly 15 minutes is printed as 15.0, whatever its last bit says


def minutes_text(seconds: float | None, lang: Lang) -> str:
    """Print a walk in minutes, rounded up to a tenth, so that none beyond a limit looks as if it were within."""
    if seconds is None or not math.isfinite(seconds):
        return say("no_way", lang)
    return say("minutes", lang, minutes=f"{math.ceil(seconds / TENTH_MIN_S - HAIR) / 10:.1f}")


def metres_text(metres: float | None, lang: Lang) -> str:
    """Print a length in whole metres, rounded up."""
    if metres is None or not math.isfinite(metres):
        return say("no_figure", lang)
    return say("metres", lang, metres=counted(math.ceil(metres - HAIR)))


def count_text(number: Any, lang: Lang = "zh") -> str:  # noqa: ANN401 - a count that may be missing
    """Print a count; what is missing is said to be."""
    return say("no_figure", lang) if pd.isna(number) else counted(float(number))


def place_lines(outcome: Outcome, group: str, lang: Lang) -> pd.Series:
    """Return what hovering over each residential area says: its name, its walk, its households and elders."""
    rows = of_group(outcome, group)
    places = outcome.city.residential
    walk = pd.Series(
        [walk_text(state, seconds, lang) for state, seconds in zip(rows["state"], rows["seconds"], strict=True)],
        index=rows.index,
        dtype="object",
    ).reindex(places.index)
    name = label("group", group, lang)
    given = zip(places["name"], walk, places["households"], places["elders"], strict=True)
    lines = [
        [
            str(called),
            say("tip_walk", lang, group=name, walk=way),
            say("tip_people", lang, households=count_text(homes, lang), elders=count_text(elders, lang)),
        ]
        for called, way, homes, elders in given
    ]
    return pd.Series(lines, index=places.index, dtype="object")


def walk_text(state: str, seconds: float, lang: Lang) -> str:
    """Say a walk in short: its minutes, or that there is none."""
    if state == State.UNKNOWN:
        return label("state", state, lang)
    if not np.isfinite(seconds):
        return say("no_way", lang)
    minutes = minutes_text(seconds, lang)
    if state == State.SERVED:
        return minutes
    why = say("state_too_far", lang) if state == State.OUT else label("state", state, lang)
    return say("walk_but", lang, minutes=minutes, state=why)


def state_text(state: str, seconds: float, most: str, lang: Lang) -> str:
    """Say a state beside its walk: a walk that is too long is no "out of reach", where no way leads is said so."""
    if state == State.UNKNOWN:
        return say("doc_unknown", lang)
    if state != State.OUT:
        return label("state", state, lang)
    return say("state_beyond", lang, most=most) if np.isfinite(seconds) else say("no_way", lang)


def elders_doubt(places: pd.DataFrame, lang: Lang) -> list[str]:
    """Return a remark for every residential area that counts more elders than people; "" for the others."""
    elders, people = (places[name].astype("Float64") for name in ("elders", "people"))
    return [say("elders_doubt", lang) if pd.notna(more) and more else "" for more in elders > people]


def facility_lines(sites: pd.DataFrame, lang: Lang) -> list[list[str]]:
    """Return what hovering over each site says: its name, kind, beds and whether it is open."""
    found = []
    for name, kind, status_given, opens, beds in zip(
        *(sites[column] for column in ("name", "kind", "status", "open", "beds")), strict=True
    ):
        unsaid = "open" if pd.notna(opens) and opens else "unknown"
        status = str(status_given) if pd.notna(status_given) else unsaid
        lines = [str(name), label("kind", str(kind), lang)]
        if pd.notna(beds):
            lines.append(say("tip_beds", lang, beds=count_text(beds, lang)))
        if status != "open":
            lines.append(label("status", status, lang))
        found.append(lines)
    return found


def parameters_line(outcome: Outcome, lang: Lang) -> str:
    """Say every parameter that the headline hangs on, in one line."""
    study = outcome.city.study
    return say(
        "parameters_line",
        lang,
        walker=outcome.profile.label(lang),
        speed=f"{outcome.profile.speed_m_s:g}",
        limits=" / ".join(f"{limit:g}" for limit in limits_min(outcome)),
        snap=f"{outcome.city.doors['residential'].snap_limit_m:g}",
        household=f"{study.household_size:g}",
        fingerprint=outcome.fingerprint[:8],
    )


def crs_text(crs_m: CRS, lang: Lang) -> str:
    """Name a CRS as planners do: a 3-degree zone by its central meridian, any other by its registered name."""
    zone = ZONE.fullmatch(crs_m.name)
    return say("atlas_zone", lang, datum=zone["datum"], lon=zone["lon"]) if zone else str(crs_m.name)


def system_text(given: object, lang: Lang) -> str:
    """Name the coordinate system of a layer from what the list of sources says; a dash where it says nothing."""
    text = "" if pd.isna(given) else str(given).strip()  # type: ignore[call-overload]  # a scalar
    if text in {"", "auto"}:
        return say("system_own" if text else "no_figure", lang)
    registered = REGISTERED.fullmatch(text)
    if registered is None:
        return text
    code = int(registered["code"])
    if f"system_{code}" in catalogue():
        return say(f"system_{code}", lang)
    try:
        return f"EPSG:{code} {crs_text(CRS.from_epsg(code), lang)}"
    except CRSError:
        return text


def walker_source(profile: WalkProfile, lang: Lang) -> str:
    """Say where the figures of a walker come from, and what the study changed."""
    base = PRESETS[profile.name].source
    own = profile.source.removeprefix(base).removeprefix("; set by the study: ")
    said = say(f"walker_source_{profile.name}", lang)
    return say("walker_source_changed", lang, said=said, own=own) if own else said


def parameter_text(value: object, lang: Lang) -> str:
    """Say a parameter's value: kinds and choices in the words planners use, figures and word lists as they are."""

    def said(found: re.Match[str]) -> str:
        name = found[0]
        return next((say(code, lang) for code in (f"kind_{name}", f"choice_{name}") if code in catalogue()), name)

    return WORD.sub(said, str(value))


def set_by(source: object, lang: Lang) -> str:
    """Say who set a parameter: a rulebook by its name, a study by its file."""
    return label("set_by", str(source), lang)
