"""Scenario timeline: coverage by the years of scenarios, and by the phases of the study's siting plan."""

from html import escape

import streamlit as st

from exhibits.screen import comparison_timeline
from exhibits.screen.comparison_timeline import Step
from exhibits.style import label
from geodata.city import City
from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.scenario import Scenario
from ui import scenario_outcomes, trouble


def show(outcome: Outcome, base: City, scenarios: list[Scenario], group: str, lang: Lang) -> None:
    """Show both timelines, as far as the study and its scenarios have any."""
    phases = comparison_timeline.siting_steps(outcome, lang)
    if phases and outcome.sited is not None:
        called = label("group", outcome.sited.request.group, lang)
        _steps(phases, say("ui_scenario_phases", lang, group=called), lang)
    st.html(f"<h2>{escape(say('ui_scenario_years', lang, group=label('group', group, lang)))}</h2>")
    dated = list(comparison_timeline.in_time(scenarios))
    if not dated:
        st.html(f'<div class="plan-hint">{escape(say("ui_scenario_no_years", lang))}</div>')
        return
    asked = (base.fingerprint, tuple(dated))
    st.caption(say("ui_scenario_years_note", lang))
    if st.session_state.get("scenario_years") != asked:
        st.button(
            say("ui_scenario_years_do", lang, n=len(dated)),
            on_click=lambda: st.session_state.__setitem__("scenario_years", asked),
            key=f"scenario_years_{lang}",
        )
        return
    try:
        today, *found = scenario_outcomes.stages_of(outcome, base, [None, *dated], lang)
    except InputError as error:
        trouble.faults(error.faults, lang)
        return
    steps = [comparison_timeline.step(say("timeline_today", lang), today, group)]
    for scenario, one in zip(dated, found, strict=True):
        steps.append(comparison_timeline.step(comparison_timeline.dated_name(scenario, lang), one, group))
    _steps(steps, "", lang)


def _steps(steps: list[Step] | tuple[Step, ...], title: str, lang: Lang) -> None:
    if title:
        st.html(f"<h2>{escape(title)}</h2>")
    left, right = st.columns([3, 2], gap="medium")
    left.altair_chart(comparison_timeline.timeline_chart(steps, lang), width="stretch", theme=None)
    right.dataframe(comparison_timeline.timeline_table(steps, lang), hide_index=True, height="content")
