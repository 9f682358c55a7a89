"""Scenario fields: what the form asks for each kind of edit; a maker returns the edit, or None while it isn't whole."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from exhibits.screen import comparison_wording
from exhibits.screen.comparison_edits import Spot
from exhibits.style import label
from geodata.city import City
from geodata.schema import ESTATE_CLASSES, FACILITY_KINDS
from geodata.words import Lang, say
from planning.walking.profile import PRESETS, preset
from scenarios import edits
from scenarios.edits import Edit
from scenarios.rulings import policies, policy_title
from ui import session, sidebar

SPOTTED = ("open", "move", "add_estate")  # edits that need a point on the map
OBJECTS = {  # what an edit is about: its field, its layer
    "open_candidate": ("candidate", "candidates"),
    "close": ("facility", "facilities"),
    "reopen": ("facility", "facilities"),
    "move": ("facility", "facilities"),
    "resize": ("facility", "facilities"),
    "remove_estate": ("place", "residential"),
    "households": ("place", "residential"),
}
MOST_AREA_M2, MOST_BEDS, MOST_HOMES, MOST_PEOPLE = 200_000.0, 5_000, 50_000, 200_000
HOUSEHOLD, SHARE = (0.5, 10.0), (0.0, 1.0)


@dataclass(frozen=True)
class Field:
    """What all fields of one form share."""

    city: City
    draft: dict[str, Any]  # what was picked on the map or in a list
    key: str
    lang: Lang

    def spot(self) -> Spot | None:
        """Return the point that was clicked; asks for it, in degrees, and takes what is typed."""
        now: Spot | None = self.draft.get("spot")
        if now is None:
            st.html(f'<div class="plan-hint">{say("ui_scenario_click_spot", self.lang)}</div>')
        left, right = st.columns(2, gap="small")
        given = (now.lon_deg, now.lat_deg) if now else (None, None)
        with left:
            lon = self.number("lon_deg", 180.0, start=given[0], form="%.6f", least=-180.0)
        with right:
            lat = self.number("lat_deg", 90.0, start=given[1], form="%.6f", least=-90.0)
        return None if lon is None or lat is None else Spot(lon, lat)

    def one_of(self, name: str, layer: str) -> str | None:
        """Ask for a row of a layer, as it was clicked or from the list."""
        ids = comparison_wording.pickable(self.city, layer)
        now = self.draft.get(name)
        if now is None:
            st.html(f'<div class="plan-hint">{say(f"ui_scenario_click_{layer}", self.lang)}</div>')
        key = f"{self.key}_{name}"
        found: str | None = st.selectbox(
            say(f"ui_scenario_{name}", self.lang),
            ids,
            index=ids.index(now) if now in ids else None,
            placeholder=say("ui_scenario_choose", self.lang),
            format_func=lambda one: comparison_wording.named(self.city, layer, one, self.lang),
            key=key,
            on_change=lambda: self.draft.__setitem__(name, st.session_state[key]),
        )
        return found

    def text(self, name: str) -> str:
        """Ask for a short text."""
        return st.text_input(self.word(name), key=f"{self.key}_{name}", max_chars=60).strip()

    def number(
        self, name: str, most: float, *, start: float | None = None, form: str = "%.10g", least: float = 0.0
    ) -> float | None:
        """Ask for a number; None where it is left blank."""
        return st.number_input(
            self.word(name), least, most, start, format=form, placeholder="—", key=f"{self.key}_{name}"
        )

    def count(self, name: str, most: int, start: float | None = None) -> int | None:
        """Ask for a whole number; None where it is left blank."""
        begin = None if start is None else int(start)
        return st.number_input(self.word(name), 0, most, begin, 1, placeholder="—", key=f"{self.key}_{name}")

    def word(self, name: str) -> str:
        """Return what a field is called."""
        return say(f"edit_key_{name}", self.lang)

    def facility_kind(self) -> str:
        """Ask for the kind of a facility."""
        return str(
            st.selectbox(
                self.word("kind"),
                FACILITY_KINDS,
                index=FACILITY_KINDS.index("day_care"),
                format_func=lambda one: label("kind", one, self.lang),
                key=f"{self.key}_kind",
            )
        )

    def size(self, area_m2: float | None = None, beds: float | None = None) -> dict[str, Any]:
        """Ask for floor area and beds; "does it count to the quota" is left to the kind."""
        left, right = st.columns(2, gap="small")
        with left:
            area = self.number("floor_area_m2", MOST_AREA_M2, start=area_m2, form="%.0f")
        with right:
            count = self.count("beds", MOST_BEDS, beds)
        return {"floor_area_m2": area, "beds": count}


def opened(field: Field, new_id: str) -> Edit | None:
    """Ask for a facility to open at a point."""
    left, right = st.columns(2, gap="small")
    with left:
        kind = field.facility_kind()
    with right:
        name = field.text("name")
    at, size = field.spot(), field.size()
    if at is None:
        return None
    return edits.OpenFacility(facility=new_id, kind=kind, name=name, lon_deg=at.lon_deg, lat_deg=at.lat_deg, **size)


def candidate_opened(field: Field, _: str) -> Edit | None:
    """Ask for a candidate to open."""
    candidate, kind = field.one_of("candidate", "candidates"), field.facility_kind()
    size = field.size()
    return edits.OpenCandidate(candidate=candidate, kind=kind, **size) if candidate else None


def closed(field: Field, _: str) -> Edit | None:
    """Ask for a facility to close."""
    facility = field.one_of("facility", "facilities")
    return edits.CloseFacility(facility=facility) if facility else None


def reopened(field: Field, _: str) -> Edit | None:
    """Ask for a facility to open again."""
    facility = field.one_of("facility", "facilities")
    return edits.ReopenFacility(facility=facility) if facility else None


def moved(field: Field, _: str) -> Edit | None:
    """Ask for a facility and where it goes."""
    facility, at = field.one_of("facility", "facilities"), field.spot()
    if not facility or at is None:
        return None
    return edits.MoveFacility(facility=facility, lon_deg=at.lon_deg, lat_deg=at.lat_deg)


def resized(field: Field, _: str) -> Edit | None:
    """Ask for another floor area and other beds of a facility."""
    facility = field.one_of("facility", "facilities")
    if not facility or facility not in field.city.facilities.index:
        return None
    now = comparison_wording.figures_of(field.city, "facilities", facility, ("floor_area_m2", "beds"))
    changes = _differing(field.size(now["floor_area_m2"], now["beds"]), now)
    return edits.ResizeFacility(facility=facility, **changes) if changes else None


def estate_added(field: Field, new_id: str) -> Edit | None:
    """Ask for a residential area to add."""
    left, right = st.columns(2, gap="small")
    with left:
        name = field.text("name")
    with right:
        homes = field.count("households", MOST_HOMES)
    at = field.spot()
    left, right = st.columns(2, gap="small")
    with left:
        people = field.count("population", MOST_PEOPLE)
    with right:
        elders = field.count("elders_60", MOST_PEOPLE)
    with left:
        kind = st.selectbox(
            field.word("estate_class"),
            ESTATE_CLASSES,
            index=None,
            placeholder=say("ui_scenario_not_given", field.lang),
            format_func=lambda one: say(f"estate_class_{one}", field.lang),
            key=f"{field.key}_class",
        )
    with right:
        permit = st.date_input(field.word("permit_date"), None, format="YYYY-MM-DD", key=f"{field.key}_permit")
    built = field.number("built_elder_area_m2", MOST_AREA_M2, form="%.0f")
    if at is None or homes is None:
        return None
    return edits.AddEstate(
        place=new_id,
        name=name,
        households=homes,
        population=people,
        elders_60=elders,
        estate_class=kind,
        permit_date=permit,
        built_elder_area_m2=built,
        lon_deg=at.lon_deg,
        lat_deg=at.lat_deg,
    )


def estate_removed(field: Field, _: str) -> Edit | None:
    """Ask for a residential area to take away."""
    place = field.one_of("place", "residential")
    return edits.RemoveEstate(place=place) if place else None


def households(field: Field, _: str) -> Edit | None:
    """Ask for other figures of a residential area."""
    place = field.one_of("place", "residential")
    if not place or place not in field.city.residential.index:
        return None
    names = ("households", "population", "elders_60")
    now = comparison_wording.figures_of(field.city, "residential", place, names)
    mosts = (MOST_HOMES, MOST_PEOPLE, MOST_PEOPLE)
    given = {name: field.count(name, most, now[name]) for name, most in zip(names, mosts, strict=True)}
    changes = _differing(given, now)
    return edits.ChangeHouseholds(place=place, **changes) if changes else None


def walking(field: Field, _: str) -> Edit | None:
    """Ask who walks, how fast and how long."""
    own = field.city.study.walking
    profile = st.selectbox(
        field.word("profile"),
        list(PRESETS),
        index=None,
        placeholder=say("ui_scenario_same", field.lang),
        format_func=lambda one: sidebar.profile_text(one, field.lang),
        key=f"{field.key}_profile",
    )
    least, most = session.SPEEDS_M_S
    speed = field.number("speed_m_s", most, form="%.2f", least=least)
    text = st.text_input(field.word("limits_min"), session.limits_text(own), key=f"{field.key}_limits")
    wanted = session.walking_of(own, preset(profile or own.profile).name, speed, text)
    if wanted is None:
        st.error(say("ui_limits_bad", field.lang, value=text))
        return None
    given: dict[str, Any] = {"profile": profile, "speed_m_s": speed}
    if wanted.limits_min != own.limits_min:
        given["limits_min"] = wanted.limits_min
    return edits.ChangeWalking(**given) if any(one is not None for one in given.values()) else None


def policy(field: Field, _: str) -> Edit | None:
    """Ask for another policy and another day."""
    study = field.city.study
    found = st.selectbox(
        field.word("policy"),
        policies(study),
        index=None,
        placeholder=say("ui_scenario_same", field.lang),
        format_func=lambda one: policy_title(study, one, field.lang),
        key=f"{field.key}_policy",
    )
    day: dt.date | None = st.date_input(field.word("day"), None, format="YYYY-MM-DD", key=f"{field.key}_day")
    return edits.ChangePolicy(policy=found, day=day) if found or day else None


def population(field: Field, _: str) -> Edit | None:
    """Ask for another household size or elder share."""
    least, most = HOUSEHOLD
    size = field.number("household_size", most, form="%.2f", least=least)
    share = field.number("elder_share", SHARE[1], form="%.3f", least=SHARE[0])
    return None if size is None and share is None else edits.ChangePopulation(household_size=size, elder_share=share)


def _differing(given: Mapping[str, Any], now: Mapping[str, float | None]) -> dict[str, Any]:
    """Return what was typed and isn't as it was."""
    return {name: value for name, value in given.items() if value is not None and value != now[name]}


MAKERS: Mapping[str, Callable[[Field, str], Edit | None]] = {
    "open": opened,
    "open_candidate": candidate_opened,
    "close": closed,
    "reopen": reopened,
    "move": moved,
    "resize": resized,
    "add_estate": estate_added,
    "remove_estate": estate_removed,
    "households": households,
    "walking": walking,
    "policy": policy,
    "population": population,
}
