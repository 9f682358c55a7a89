"""Scenario edits on the page: the map to click on, the form beside it, and the list of edits below the form."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from exhibits.screen import basemap, comparison_edits, comparison_wording
from geodata.city import City
from geodata.faults import Fault, InputError
from geodata.words import Lang, say
from scenarios.edits import Edit
from scenarios.scenario import Scenario
from ui import scenario_form, scenario_outcomes, scenario_shelf, trouble
from ui.offline_map import show_map

MAP_HEIGHT_PX = 600
MAP_SHARE, FORM_SHARE = 3, 2
LIST_PX = 250


def show(base: City, scenario: Scenario, lang: Lang) -> None:
    """Show the city as the edits leave it, and let edits be added, moved and taken back."""
    city, faults = city_of(base, scenario)
    left, right = st.columns([MAP_SHARE, FORM_SHARE], gap="small")
    with right:
        if faults:
            trouble.say_lines(faults, lang)
        scenario_form.form(base, city, scenario, lang)
        _list(base, city, scenario, lang)
    with left:
        _map(base, city, lang)


def city_of(base: City, scenario: Scenario) -> tuple[City, Sequence[Fault]]:
    """Return the city with the edits, or the study's own and why they don't fit it."""
    try:
        return scenario_outcomes.laid(base, scenario), ()
    except InputError as error:
        return base, error.faults


def _map(base: City, city: City, lang: Lang) -> None:
    show_map(
        [
            *basemap.base_layers(base, lang),
            *comparison_edits.layers(base, city, scenario_form.spot(), scenario_form.chosen(city), lang),
        ],
        comparison_edits.legend(base, city, lang),
        basemap.bounds_deg(base),
        key=f"scenario_map{base.fingerprint}",
        lang=lang,
        height_px=MAP_HEIGHT_PX,
        on_click=lambda click: scenario_form.pick(city, click),
    )


def _list(base: City, city: City, scenario: Scenario, lang: Lang) -> None:
    """Show the edits in order, each with buttons to move it or take it away."""
    edits = scenario.edits
    head, undo = st.columns([3, 2], vertical_alignment="center")
    head.html(f"<h2>{escape(say('ui_scenario_edits', lang, n=len(edits)))}</h2>")
    undo.button(
        say("ui_scenario_undo", lang),
        disabled=not edits,
        width="stretch",
        on_click=_set,
        args=(scenario, edits[:-1]),
        key=f"scenario_undo_{lang}",
    )
    if not edits:
        st.html(f'<div class="plan-hint">{escape(say("ui_scenario_no_edits", lang))}</div>')
        return
    said = comparison_wording.said(edits, (city, base), lang)
    with st.container(height=LIST_PX, border=False):
        for at, text in enumerate(said):
            words, up, down, gone = st.columns([12, 1, 1, 1], gap="small", vertical_alignment="center")
            words.html(f'<div class="plan-place" data-edit="{at + 1}">{at + 1}. {escape(text)}</div>')
            moves = ((up, "↑", "up", at - 1), (down, "↓", "down", at + 1))
            for column, sign, word, to in moves:
                column.button(
                    sign,
                    help=say(f"ui_scenario_{word}", lang),
                    disabled=not 0 <= to < len(edits),
                    on_click=_set,
                    args=(scenario, swapped(edits, at, to)),
                    key=f"scenario_{word}_{at}_{lang}",
                    type="tertiary",
                )
            gone.button(
                "✕",
                help=say("ui_scenario_drop", lang),
                on_click=_set,
                args=(scenario, (*edits[:at], *edits[at + 1 :])),
                key=f"scenario_drop_{at}_{lang}",
                type="tertiary",
            )


def swapped(edits: tuple[Edit, ...], at: int, to: int) -> tuple[Edit, ...]:
    """Return the edits with two of them changing places; as they are where there is no such place."""
    if not 0 <= to < len(edits):
        return edits
    found = list(edits)
    found[at], found[to] = found[to], found[at]
    return tuple(found)


def _set(scenario: Scenario, edits: tuple[Edit, ...]) -> None:
    """Keep other edits; where they don't fit together the page says so, and they can be mended or put back."""
    try:
        scenario_shelf.keep(replace(scenario, edits=edits))
        st.session_state.pop("scenario_refused", None)
    except InputError as error:
        st.session_state["scenario_refused"] = error.faults
