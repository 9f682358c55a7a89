"""Comparison wording: the edits of a scenario in words, and what an edit can be about, by name."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from exhibits.style import label
from geodata.city import City
from geodata.study import Study
from geodata.words import Lang, say
from planning.walking.profile import PRESETS
from scenarios.edits import AddEstate, ChangePolicy, ChangeWalking, Edit, given, sentence
from scenarios.rulings import policy_title


def said(edits: Sequence[Edit], cities: Sequence[City], lang: Lang) -> tuple[str, ...]:
    """Say every edit in words, with the name of what it is about where that isn't in the sentence.

    Parameters
    ----------
    cities : where names are looked up, the first that knows one counts
    """
    study = cities[0].study
    return tuple(f"{sentence(worded(edit, study, lang), lang)}{name_in(edit, cities, lang)}" for edit in edits)


def worded(edit: Edit, study: Study, lang: Lang) -> Edit:
    """Return the edit with words for walkers, policies and classes, to be said and nothing else."""
    if isinstance(edit, ChangeWalking) and edit.profile is not None and edit.profile in PRESETS:
        return replace(edit, profile=PRESETS[edit.profile].label(lang))
    if isinstance(edit, ChangePolicy) and edit.policy:
        return replace(edit, policy=policy_title(study, edit.policy, lang))
    if isinstance(edit, AddEstate) and edit.estate_class:
        return replace(edit, estate_class=label("estate_class", edit.estate_class, lang))
    return edit


def name_in(edit: Edit, cities: Sequence[City], lang: Lang) -> str:
    """Return the name of what an edit is about, in brackets; "" where it is new or has none."""
    told = given(edit)
    if "name" in told:
        return ""
    for key, layers in (("facility", ("facilities",)), ("candidate", ("candidates",)), ("place", ("residential",))):
        for table in (getattr(city, layer) for city in cities for layer in layers):
            if told.get(key) in table.index:
                name = str(table.loc[told[key], "name"])
                return say("edit_about", lang, name=name) if name != told[key] else ""
    return ""


def new_id(city: City, edits: Sequence[Edit]) -> str:
    """Return an id that neither a layer nor an edit has: N1, N2 and so on."""
    taken = {str(one) for table in (city.facilities, city.residential, city.candidates) for one in table.index}
    for edit in edits:
        taken |= {str(value) for key, value in given(edit).items() if key in {"facility", "place"}}
    number = 1
    while f"N{number}" in taken:
        number += 1
    return f"N{number}"


def named(city: City, layer: str, one: str, lang: Lang) -> str:
    """Return a row of a layer as a list to pick from says it."""
    table = getattr(city, layer)
    return say("edit_pick", lang, name=str(table.loc[one, "name"]), id=one) if one in table.index else one


def pickable(city: City, layer: str) -> tuple[str, ...]:
    """Return the ids of a layer in its own order."""
    return tuple(str(one) for one in getattr(city, layer).index)


def figures_of(city: City, layer: str, one: str, names: Sequence[str]) -> dict[str, float | None]:
    """Return what is known of one row in some columns."""
    row = getattr(city, layer).loc[one]
    return {name: None if pd.isna(row[name]) else float(row[name]) for name in names}
