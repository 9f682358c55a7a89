"""Scenario desk: choose, make, copy, name, delete, open and save scenarios, in the sidebar of their page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st

from exhibits.screen import comparison_timeline
from geodata.city import City
from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios import workspace
from scenarios.scenario import Scenario
from ui import language, scenario_form, scenario_shelf

MOST_MB = 5


def current(scenarios: Sequence[Scenario]) -> Scenario | None:
    """Return the scenario that was chosen, else the one that was changed last; None where there is none."""
    at = st.session_state.get("scenario_at")
    chosen = [one for one in scenarios if one.path.name == at]
    return chosen[0] if chosen else max(scenarios, key=lambda one: one.path.stat().st_mtime, default=None)


def choose(scenario: Scenario | None) -> None:
    """Choose a scenario; the form starts anew."""
    st.session_state["scenario_at"] = scenario.path.name if scenario else None
    st.session_state["scenario_desk"] = st.session_state.get("scenario_desk", 0) + 1
    scenario_form.forget()


def choice(scenarios: Sequence[Scenario], now: Scenario | None, study: Path, lang: Lang) -> None:
    """Ask for the scenario, and offer what can be done with scenarios."""
    st.html(f"<h2>{escape(say('ui_page_scenario', lang))}</h2>")
    turn = st.session_state.get("scenario_desk", 0)
    if now is not None:
        paths = [one.path.name for one in scenarios]
        names = {one.path.name: one.name for one in scenarios}
        key = f"scenario_choice_{turn}_{len(paths)}_{lang}"
        st.selectbox(
            say("ui_scenario_b", lang),
            paths,
            index=paths.index(now.path.name),
            format_func=names.__getitem__,
            key=key,
            on_change=lambda: choose(next(one for one in scenarios if one.path.name == st.session_state[key])),
        )
    with st.container(horizontal=True, gap="small"):  # wraps where letters are large
        st.button(say("ui_scenario_new", lang), on_click=_new, args=(study, lang), key=f"scenario_new_{lang}")
        st.button(
            say("ui_scenario_copy", lang),
            on_click=_copy,
            args=(now, study, lang),
            disabled=now is None,
            key=f"scenario_copy_{lang}",
        )
        with st.popover(say("ui_scenario_delete", lang), disabled=now is None):
            if now is not None:
                st.html(f"<p>{escape(say('ui_scenario_delete_sure', lang, name=now.name))}</p>")
                st.button(say("ui_scenario_delete_do", lang), on_click=_delete, args=(now,), key=f"scenario_del_{lang}")
        with st.popover(say("ui_scenario_about", lang), disabled=now is None):
            if now is not None:
                _about(now, lang)
        with st.popover(say("ui_scenario_keep", lang)):
            _files(now, study, lang)


def _about(now: Scenario, lang: Lang) -> None:
    """Ask for name, year and notes."""
    with st.form(f"scenario_about_{now.path.stem}_{lang}", border=False):
        name = st.text_input(say("ui_scenario_name", lang), now.name, max_chars=60)
        year = st.number_input(
            say("ui_scenario_year", lang),
            *comparison_timeline.YEARS,
            comparison_timeline.year_of(now),
            1,
            placeholder="—",
            help=say("ui_scenario_year_help", lang),
        )
        notes = st.text_area(say("ui_scenario_notes", lang), comparison_timeline.notes_of(now), max_chars=2000)
        if st.form_submit_button(say("ui_scenario_about_do", lang), width="stretch"):
            named = comparison_timeline.with_notes(replace(now, name=name.strip() or now.name), year, notes.strip())
            _tried(lambda: scenario_shelf.keep(named))
            st.rerun()


def _files(now: Scenario | None, study: Path, lang: Lang) -> None:
    """Offer the scenario as a file, and take one."""
    if now is not None:
        st.download_button(
            say("ui_scenario_save", lang),
            data=lambda: scenario_shelf.text_of(now),
            file_name=f"{workspace.file_name(now.name)}.toml",
            mime="application/toml",
            on_click="ignore",
            width="stretch",
            key=f"scenario_save_{lang}",
        )
        st.caption(say("ui_scenario_save_help", lang, study=now.base_path.name))
    language.uploader_words(lang)
    number = st.session_state.get("scenario_file_number", 0)
    given = st.file_uploader(
        say("ui_scenario_open", lang), type="toml", key=f"scenario_file_{number}", max_upload_size=MOST_MB
    )
    if given is not None:
        st.session_state["scenario_file_number"] = number + 1
        _tried(lambda: choose(scenario_shelf.take(given.getvalue(), given.name, study)))
        st.rerun()


def against(scenarios: Sequence[Scenario], now: Scenario, base: City, lang: Lang) -> Scenario | None:
    """Ask what the scenario is compared with: the study, or another scenario."""
    others = {one.path.name: one for one in scenarios if one.path != now.path}
    kept = st.session_state.get("scenario_against", "")
    choices = ["", *others]
    key = f"scenario_against_{now.path.stem}_{len(choices)}_{lang}"

    def taken() -> None:
        st.session_state["scenario_against"] = st.session_state[key]

    found = st.selectbox(
        say("ui_scenario_a", lang),
        choices,
        index=choices.index(kept) if kept in choices else 0,
        format_func=lambda one: others[one].name if one else say("ui_scenario_study", lang, name=base.study.name),
        key=key,
        on_change=taken,
    )
    return others.get(str(found))


def first(study: Path, lang: Lang) -> None:
    """Say what a scenario is, and offer to begin."""
    st.html(f'<p class="plan-explained">{escape(say("ui_scenario_what", lang))}</p>')
    st.button(
        say("ui_scenario_begin", lang), type="primary", on_click=_new, args=(study, lang), key=f"scenario_first_{lang}"
    )


def bring(others: Sequence[Scenario], study: Path, lang: Lang) -> None:
    """Offer the scenarios that this session made for other studies."""
    with st.expander(say("ui_scenario_others", lang, n=len(others))):
        st.caption(say("ui_scenario_others_hint", lang))
        for one in others:
            st.button(
                language.as_text(say("ui_scenario_bring", lang, name=one.name)),
                on_click=_bring,
                args=(one, study),
                key=f"scenario_bring_{one.path.stem}_{lang}",
            )


def _new(study: Path, lang: Lang) -> None:
    name = say("ui_scenario_first_name", lang)
    _tried(lambda: choose(scenario_shelf.put(Scenario(name=name, base=str(study)), study)))
    st.session_state["scenario_part"] = "edit"
    st.session_state["scenario_turn"] = st.session_state.get("scenario_turn", 0) + 1


def _copy(now: Scenario, study: Path, lang: Lang) -> None:
    name = say("ui_scenario_copy_name", lang, name=now.name)
    _tried(lambda: choose(scenario_shelf.put(replace(now, name=name), study)))


def _bring(one: Scenario, study: Path) -> None:
    _tried(lambda: choose(scenario_shelf.put(one, study)))


def _delete(now: Scenario) -> None:
    scenario_shelf.remove(now)
    choose(None)


def _tried(act: Callable[[], None]) -> None:
    """Do something to the scenarios; what goes wrong is said by the page."""
    try:
        act()
    except InputError as error:
        st.session_state["scenario_faults"] = error.faults
