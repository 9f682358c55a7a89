"""Edits: what a scenario changes, each a short sentence with its figures; ``scenarios.replay`` lays them over a city.

In a scenario file every edit is a table ``[[edits]]`` whose ``do`` names it; the other keys are the fields below.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from geodata.words import Lang, catalogue, say

Numbers = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where something is: degrees of WGS84, or metres in the study's CRS, one pair of the two."""

    lon_deg: float | None = None
    lat_deg: float | None = None
    x_m: float | None = None
    y_m: float | None = None


@dataclass(frozen=True, kw_only=True)
class OpenFacility(Spot):
    """Open a facility that was not there; its floor area and beds are unknown unless given."""

    facility: str  # a new id
    kind: str
    name: str = ""  # its id where there is none
    floor_area_m2: float | None = None
    beds: int | None = None
    counts_to_quota: bool | None = None


@dataclass(frozen=True, kw_only=True)
class OpenCandidate:
    """Open a candidate of the study as a facility; it has the candidate's place, name, floor and floor area.

    The facility has the candidate's id, or ``candidate ID`` where a facility of the study has that id already.
    """

    candidate: str
    kind: str
    floor_area_m2: float | None = None  # the candidate's own unless given
    beds: int | None = None
    counts_to_quota: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CloseFacility:
    """Close a facility; one that an earlier edit opened is gone, and its candidate is a candidate again."""

    facility: str


@dataclass(frozen=True, kw_only=True)
class ReopenFacility:
    """Open a facility that the study lists as closed, planned, being built or of unknown status."""

    facility: str


@dataclass(frozen=True, kw_only=True)
class MoveFacility(Spot):
    """Move a facility: a polygon keeps its shape, the point inside it comes to lie at the spot; gates stay behind."""

    facility: str


@dataclass(frozen=True, kw_only=True)
class ResizeFacility:
    """Give a facility another floor area or other beds; what is not given stays."""

    facility: str
    floor_area_m2: float | None = None
    beds: int | None = None


@dataclass(frozen=True, kw_only=True)
class AddEstate(Spot):
    """Add a residential area that was not there."""

    place: str  # a new id
    households: int
    name: str = ""
    population: int | None = None
    elders_60: int | None = None
    estate_class: str | None = None  # "new" or "existing"
    permit_date: dt.date | None = None
    built_elder_area_m2: float | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveEstate:
    """Take a residential area away."""

    place: str


@dataclass(frozen=True, kw_only=True)
class ChangeHouseholds:
    """Give a residential area other figures; people and elders stay as they are unless given, or follow if derived."""

    place: str
    households: int | None = None
    population: int | None = None
    elders_60: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeWalking:
    """Let others walk, or judge by other limits; a ``profile`` is taken as it is, without the study's changes to it."""

    profile: str | None = None
    speed_m_s: float | None = None
    stairs_s: float | None = None
    stairs: str | None = None
    crossing_s: float | None = None
    slope: str | None = None
    limits_min: Numbers | None = None
    snap_m: float | None = None
    elders_per_100m2: float | None = None


@dataclass(frozen=True, kw_only=True)
class ChangePolicy:
    """Judge by another policy, on another day, or with other choices; ``rules`` is laid over the study's [rules]."""

    policy: str | None = None
    day: dt.date | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ChangePopulation:
    """Count people by another household size or elder share."""

    household_size: float | None = None
    elder_share: float | None = None


Edit = (
    OpenFacility
    | OpenCandidate
    | CloseFacility
    | ReopenFacility
    | MoveFacility
    | ResizeFacility
    | AddEstate
    | RemoveEstate
    | ChangeHouseholds
    | ChangeWalking
    | ChangePolicy
    | ChangePopulation
)

DO: Mapping[str, type[Edit]] = {
    "open": OpenFacility,
    "open_candidate": OpenCandidate,
    "close": CloseFacility,
    "reopen": ReopenFacility,
    "move": MoveFacility,
    "resize": ResizeFacility,
    "add_estate": AddEstate,
    "remove_estate": RemoveEstate,
    "households": ChangeHouseholds,
    "walking": ChangeWalking,
    "policy": ChangePolicy,
    "population": ChangePopulation,
}


def word_of(edit: Edit) -> str:
    """Return what ``do`` says for this edit."""
    return next(word for word, made in DO.items() if type(edit) is made)


def given(edit: Edit) -> dict[str, Any]:
    """Return the fields of an edit that say something, in their order."""
    values = {one.name: getattr(edit, one.name) for one in fields(edit)}
    return {name: value for name, value in values.items() if value is not None and value not in ("", {})}


def sentence(edit: Edit, lang: Lang = "zh") -> str:
    """Say an edit in words, for a list on the screen or in print."""
    said = given(edit)
    who = [said.pop(name) for name in ("facility", "candidate", "place") if name in said]
    parts = [f"{_word(f'edit_key_{name}', name, lang)} {_shown(name, value, lang)}" for name, value in said.items()]
    what = ("，" if lang == "zh" else ", ").join(parts)
    return say(f"edit_{word_of(edit)}", lang, id=who[0] if who else "", what=what).strip(" ：:")


def _shown(name: str, value: object, lang: Lang) -> str:
    if name == "kind":
        return _word(f"kind_{value}", str(value), lang)
    if isinstance(value, bool):
        return say("edit_yes" if value else "edit_no", lang)
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, tuple):
        return "/".join(f"{one:g}" for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {one}" for key, one in value.items())
    return str(value)


def _word(code: str, plain: str, lang: Lang) -> str:
    return say(code, lang) if code in catalogue() else plain
