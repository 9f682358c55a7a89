"""Scenario page: choose a scenario, edit it, compare it with the study or with another, see scenarios over time."""

from html import escape

import streamlit as st

from exhibits.classes import shown_groups
from exhibits.style import label
from geodata.city import City
from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.scenario import Scenario
from ui import (
    scenario_desk,
    scenario_edit,
    scenario_outcomes,
    scenario_result,
    scenario_shelf,
    scenario_time,
    session,
    trouble,
)
from ui.scenario_outcomes import Pair

VIEWS = ("edit", "result", "time")


def show(outcome: Outcome, asked: session.Asked, lang: Lang) -> None:
    """Show the page; scenarios start from the study as its file has it."""
    base = scenario_outcomes.base_of(outcome, asked)
    everything, faults = scenario_shelf.read()
    scenarios = scenario_shelf.of_study(everything, asked.study)
    current = scenario_desk.current(scenarios)
    groups = shown_groups(outcome)
    with st.sidebar:
        scenario_desk.choice(scenarios, current, asked.study, lang)
        against = scenario_desk.against(scenarios, current, base, lang) if current else None
        if current:
            _compute(base, current, against, lang)
    st.html(f"<h1>{escape(say('ui_scenario_title', lang))}</h1>")
    if asked.walking != asked.own:
        st.html(f'<div class="plan-hint">{escape(say("ui_scenario_own_walking", lang))}</div>')
    for found in (faults, st.session_state.pop("scenario_faults", ())):
        if found:
            trouble.say_lines(found, lang)
    others = [one for one in everything if one not in scenarios]
    if others:
        scenario_desk.bring(others, asked.study, lang)
    if current is None:
        scenario_desk.first(asked.study, lang)
        return
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        view = _view(lang)
    if view == "edit":
        scenario_edit.show(base, current, lang)
        return
    with right:
        group = _group(groups, lang) if groups else ""
    if view == "result":
        _result(outcome, base, group, lang)
    else:
        scenario_time.show(outcome, base, scenarios, group, lang)


def _view(lang: Lang) -> str:
    """Ask which part of the page is shown; it holds in the other language too."""
    now = str(st.session_state.get("scenario_part", VIEWS[0]))
    turn = st.session_state.get("scenario_turn", 0)
    key = f"scenario_part_{turn}_{lang}"

    def taken() -> None:
        st.session_state["scenario_part"] = st.session_state[key] or now

    st.segmented_control(
        say("ui_scenario_part", lang),
        VIEWS,
        default=now,
        format_func=lambda one: say(f"ui_scenario_part_{one}", lang),
        key=key,
        on_change=taken,
        label_visibility="collapsed",
    )
    return now


def _group(groups: tuple[str, ...], lang: Lang) -> str:
    """Ask for the facility group, the one that other pages show unless chosen otherwise."""
    kept = st.session_state.get("group_kept", groups[0])
    now = str(kept if kept in groups else groups[0])
    key = f"scenario_group_{lang}"

    def taken() -> None:
        st.session_state["group_kept"] = st.session_state[key] or now

    st.segmented_control(
        say("ui_group", lang),
        groups,
        default=now,
        format_func=lambda one: label("group", one, lang),
        key=key,
        on_change=taken,
        label_visibility="collapsed",
    )
    return now


def _compute(base: City, current: Scenario, against: Scenario | None, lang: Lang) -> None:
    """Offer to compute and compare; say where what is shown is older than the edits."""
    wanted = Pair(against, current, base.fingerprint)
    shown: Pair | None = st.session_state.get("scenario_shown")
    if shown is not None and shown != wanted:
        st.html(f'<div class="plan-hint plan-stale">{escape(say("ui_scenario_stale", lang))}</div>')
    st.button(
        say("ui_scenario_compute", lang),
        type="primary",
        width="stretch",
        on_click=_ask,
        args=(wanted,),
        key=f"scenario_compute_{lang}",
    )


def _ask(wanted: Pair) -> None:
    st.session_state["scenario_shown"] = wanted
    st.session_state["scenario_part"] = "result"
    st.session_state["scenario_turn"] = st.session_state.get("scenario_turn", 0) + 1
    st.session_state.pop("scenario_place", None)


def _result(outcome: Outcome, base: City, group: str, lang: Lang) -> None:
    """Show what was asked for last; where it can't be computed, say why."""
    shown: Pair | None = st.session_state.get("scenario_shown")
    if shown is None or shown.base != base.fingerprint:
        st.html(f'<div class="plan-hint">{escape(say("ui_scenario_not_yet", lang))}</div>')
        return
    try:
        found = scenario_outcomes.comparison_of(outcome, base, shown, lang)
    except InputError as error:
        trouble.faults(error.faults, lang)
        return
    scenario_result.show(found, group, lang)
