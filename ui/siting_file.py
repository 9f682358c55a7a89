"""Siting file: what is asked, shown as the table [siting] of a study file, to be copied, taken away or kept."""

from html import escape

import streamlit as st

from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.siting_file import is_written, siting_text, write_siting
from scenarios.siting_request import Request
from ui import opened, session, siting_plan, trouble

FILE = "siting.toml"
REFUSED = "siting_file_refused"


def show(outcome: Outcome, lang: Lang) -> None:
    """Offer what is in force as a file, and to write it into the study where that is this session's own."""
    request = siting_plan.request_in_force(outcome)
    text = siting_text(request, say("ui_sit_file_comment", lang, name=_one_line(outcome.city.study.name)))
    with st.expander(say("ui_sit_file", lang), expanded=False):
        st.caption(say("ui_sit_file_note", lang))
        st.code(text, language="toml", wrap_lines=True)
        _copy_words(lang)
        left, right, rest = st.columns([2, 2, 5], vertical_alignment="center")
        left.download_button(
            say("ui_sit_download_run", lang, name=FILE),
            data=text.encode(),
            file_name=FILE,
            mime="application/toml",
            on_click="ignore",
            width="stretch",
            key=f"siting_file_{lang}",
        )
        path = session.study_path()
        if not opened.is_own(path):
            return
        written = is_written(path, request)
        right.button(
            say("ui_sit_file_keep", lang),
            disabled=written,
            on_click=_keep,
            args=(request,),
            width="stretch",
            key=f"siting_file_keep_{lang}",
        )
        if refused := st.session_state.pop(REFUSED, None):
            trouble.say_lines(refused, lang)
        elif written:
            rest.html(f'<div class="plan-hint">{escape(say("ui_sit_file_kept", lang))}</div>')


def _copy_words(lang: Lang) -> None:
    """Say on the button that copies what Streamlit says in English alone."""
    tip = (
        'body:has([data-testid="stCode"] [data-testid="stElementToolbarButton"]:hover) [data-testid="stTooltipContent"]'
    )
    st.html(
        f"<style>{tip} {{ font-size: 0; }} {tip} * {{ display: none; }}"
        f'{tip}::after {{ content: "{say("ui_sit_file_copy", lang)}"; font-size: 14px; }}</style>'
    )


def _keep(request: Request) -> None:
    """Write what is asked into this session's own study."""
    try:
        write_siting(session.study_path(), request)
    except InputError as error:
        st.session_state[REFUSED] = error.faults


def _one_line(name: str) -> str:
    """Return a name as it can stand in a comment of TOML, which ends with its line and holds no control letters."""
    return " ".join("".join(one if one.isprintable() else " " for one in name).split())
