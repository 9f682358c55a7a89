"""Scenario form: one edit at a time; its object or its place is picked in a list or by a click on the map."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from exhibits.screen import comparison_edits, comparison_wording, place
from exhibits.screen.comparison_edits import Spot
from geodata.city import City
from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios.edits import DO, Edit
from scenarios.replay import apply
from scenarios.scenario import Scenario
from ui import scenario_fields, scenario_shelf, trouble
from ui.offline_map import Click
from ui.scenario_fields import OBJECTS, SPOTTED, Field

FIRST = "open"


def kind() -> str:
    """Return the kind of edit that the form is set to."""
    return str(st.session_state.get("scenario_kind", FIRST))


def draft() -> dict[str, Any]:
    """Return what was picked so far: ``spot``, ``facility``, ``candidate``, ``place``."""
    found: dict[str, Any] = st.session_state.setdefault("scenario_draft", {})
    return found


def forget() -> None:
    """Empty the form."""
    st.session_state["scenario_draft"] = {}
    st.session_state.pop("scenario_refused", None)
    _renew()


def _renew() -> None:
    st.session_state["scenario_round"] = st.session_state.get("scenario_round", 0) + 1


def pick(city: City, click: Click) -> None:
    """Take a click on the map for what the form needs: a facility, a candidate, an area, or a point."""
    held, now = draft(), kind()
    name, layer = OBJECTS.get(now, ("", ""))
    if layer == "residential":
        hit = click.layer == "places"
        held[name] = click.id if hit else place.place_at(city, click.lat_deg, click.lon_deg, click.near_m)
    elif layer and click.layer == layer:
        held[name] = click.id
    elif now in SPOTTED:
        held["spot"] = comparison_edits.rounded(click.lon_deg, click.lat_deg)
    st.session_state.pop("scenario_refused", None)
    _renew()


def chosen(city: City) -> tuple[str, str]:
    """Return the layer and id of what the form is about; ("", "") for nothing."""
    name, layer = OBJECTS.get(kind(), ("", ""))
    one = str(draft().get(name) or "")
    return (layer, one) if layer and one in getattr(city, layer).index else ("", "")


def spot() -> Spot | None:
    """Return the point that was clicked, where the edit needs one."""
    found: Spot | None = draft().get("spot") if kind() in SPOTTED else None
    return found


def form(base: City, city: City, scenario: Scenario, lang: Lang) -> None:
    """Ask for one edit and add it when the button is pressed; what doesn't fit is said and not added.

    Parameters
    ----------
    city : with the edits of the scenario laid over ``base``
    """
    kinds = list(DO)
    key = f"scenario_kind_{lang}"
    st.selectbox(
        say("ui_scenario_kind", lang),
        kinds,
        index=kinds.index(kind()),
        format_func=lambda one: say(f"ui_edit_{one}", lang),
        key=key,
        on_change=lambda: _take_kind(st.session_state[key]),
    )
    turn = st.session_state.get("scenario_round", 0)
    field = Field(city=city, draft=draft(), key=f"scenario_{kind()}_{turn}_{lang}", lang=lang)
    new_id = comparison_wording.new_id(base, scenario.edits)
    edit = scenario_fields.MAKERS[kind()](field, new_id)
    st.button(
        say("ui_scenario_add", lang),
        disabled=edit is None,
        width="stretch",
        on_click=_add,
        args=(base, scenario, edit),
        key=f"scenario_add_{lang}",
    )
    if refused := st.session_state.get("scenario_refused"):
        trouble.say_lines(refused, lang)


def _take_kind(wanted: str) -> None:
    st.session_state["scenario_kind"] = wanted
    forget()


def _add(base: City, scenario: Scenario, edit: Edit) -> None:
    """Add an edit to the scenario, if all of its edits fit the study with it."""
    changed(base, replace(scenario, edits=(*scenario.edits, edit)), then=forget)


def changed(base: City, scenario: Scenario, then: Callable[[], None] = lambda: None) -> None:
    """Keep a scenario whose edits fit the study; say why where they don't, and keep what was."""
    try:
        apply(base, scenario.edits, source=scenario.name)
        scenario_shelf.keep(scenario)
    except InputError as error:
        st.session_state["scenario_refused"] = error.faults
    else:
        st.session_state.pop("scenario_refused", None)
        then()
