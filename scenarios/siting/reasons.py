"""Reasons: why one site was chosen, in one sentence."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from geodata.words import Lang, say
from geodata.words.numbers import grouped
from scenarios.siting_request import Request

UNITS = {"households": "household", "people": "people", "places": "place", "quota_gap": "m2"}  # of goals; else elders


def sentence(row: Mapping[Hashable, Any], request: Request, limit_s: float, lang: Lang) -> str:
    """Say in words why one site was chosen, what it costs to leave it out, and what is to be checked."""
    parts = [*gains(row, limit_s, lang), *surroundings(row, lang), *without(row, request, lang)]
    parts += [*free(row, lang), *checks(row, lang)]
    return ("；" if lang == "zh" else "; ").join(parts)


def gains(row: Mapping[Hashable, Any], limit_s: float, lang: Lang) -> list[str]:
    """Say whom the site newly covers, what it takes over, and which gaps it closes."""
    counts = {"places": row["newly_covered_places"], "elders": grouped(row["newly_covered_elders"])}
    parts = [say("site_covers", lang, **counts, names=row["largest"] or "-", minutes=f"{limit_s / 60:g}")]
    if row["kept_elders"] > 0:
        parts.append(say("site_keeps", lang, elders=grouped(row["kept_elders"])))
    if not pd.isna(row["capacity"]):
        taken = 0.0 if pd.isna(row["assigned"]) else row["assigned"]
        parts.append(say("site_seats", lang, seats=grouped(row["capacity"]), taken=grouped(taken)))
    if row["street_gains"]:
        parts.append(say("site_street", lang, street=row["street_gains"]))
    if row["closes_gap_m2"] > 0:
        parts.append(say("site_closes", lang, gap=grouped(row["closes_gap_m2"], 1)))
    return parts


def surroundings(row: Mapping[Hashable, Any], lang: Lang) -> list[str]:
    """Say how near the next medical place is."""
    if pd.isna(row["nearest_medical_m"]):
        return []
    metres, name = grouped(row["nearest_medical_m"]), row["medical_name"]
    return [say("site_medical", lang, metres=metres, name=name, near=say(f"medical_{row['medical_class']}", lang))]


def without(row: Mapping[Hashable, Any], request: Request, lang: Lang) -> list[str]:
    """Say what is lost without the site, and which candidate would be next."""
    if pd.isna(row["lost_without"]):
        return []
    if row["forced"]:
        return [say("site_forced", lang)]
    unit = say(f"site_unit_{UNITS.get(request.goal, 'elders')}", lang)
    details = {"lost": grouped(row["lost_without"]), "unit": unit}
    worse = round(float(row["worse_by"]))
    if pd.isna(row["next_best_id"]) or worse < 0:
        return [say("site_lost", lang, **details)]
    code = "site_next" if worse > 0 else "site_next_equal"
    return [say(code, lang, **details, name=row["next_best_name"], worse=grouped(worse))]


def free(row: Mapping[Hashable, Any], lang: Lang) -> list[str]:
    """Say from which day on the building can be had, where that is after the day of the study."""
    return [say("site_not_before", lang, day=row["not_before"])] if row["not_before"] else []


def checks(row: Mapping[Hashable, Any], lang: Lang) -> list[str]:
    """Say what is not known or not met."""
    if row["origin"] not in {"layer", "own"}:
        return [say("site_generated", lang)]
    parts = [say("site_area_unknown", lang)] if pd.isna(row["floor_area_m2"]) else []
    passed = {name: row[name] for name in ("accessible", "fire_ok")}
    parts += [say(f"site_{name}_unknown", lang) for name, value in passed.items() if pd.isna(value)]
    if row["origin"] == "own":
        parts.insert(0, say("site_own", lang))
    return parts + [
        say(f"site_{name}_failed", lang) for name, value in passed.items() if not pd.isna(value) and not value
    ]
