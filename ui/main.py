"""The app around the pages: settings, language, navigation, and the one place where an outcome is fetched."""

from html import escape
from pathlib import Path

import streamlit as st

from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios import Outcome
from ui import coverage, handin, language, rules, session, sidebar, siting

HERE = Path(__file__).parent
MOST_FAULTS = 50


def show() -> None:
    """Show the app: ask for the outcome, then let the chosen page show it."""
    lang = language.lang()
    # before st.navigation: a page icon set later is fetched from the internet
    st.set_page_config(page_title=say("ui_product", lang), page_icon=str(HERE / "icon.png"), layout="wide")
    st.html(HERE / "look.css")
    page = st.navigation(
        [
            st.Page(_coverage, title=say("ui_page_coverage", lang), url_path="coverage", default=True),
            st.Page(_rules, title=say("ui_page_rules", lang), url_path="rules"),
            st.Page(_siting, title=say("ui_page_siting", lang), url_path="siting"),
            st.Page(_handin, title=say("ui_page_handin", lang), url_path="handin"),
        ]
    )
    page.run()


def _coverage() -> None:
    lang = language.lang()
    if (asked := asked_for(lang)) and (outcome := outcome_of(asked, lang)):
        coverage.show(outcome, asked.own, lang)


def _rules() -> None:
    lang = language.lang()
    if (asked := asked_for(lang)) and (outcome := outcome_of(asked, lang)):
        try:
            rules.show(outcome, lang)
        except InputError as error:
            _tell(error, lang)


def _siting() -> None:
    lang = language.lang()
    if (asked := asked_for(lang)) and (outcome := outcome_of(asked, lang)):
        try:
            siting.show(outcome, lang)
        except InputError as error:
            _tell(error, lang)


def _handin() -> None:
    lang = language.lang()
    if (asked := asked_for(lang)) and (outcome := outcome_of(asked, lang)):
        try:
            handin.show(outcome, lang)
        except InputError as error:
            _tell(error, lang)


def asked_for(lang: Lang) -> session.Asked | None:
    """Read what this session asks for, and show the head of the sidebar; None where the study can't be read."""
    name = ""
    try:
        asked = session.asked_for(session.study_path(), st.session_state.get("walking"))
        name = asked.name
    except InputError as error:
        _tell(error, lang)
        return None
    finally:
        with st.sidebar:
            sidebar.brand(lang, name)
    return asked


def outcome_of(asked: session.Asked, lang: Lang) -> Outcome | None:
    """Return the outcome, its stages said while it is computed; None where the data can't be used."""
    shown = st.empty()
    try:
        with shown.status(say("ui_running", lang)) as status:
            return session.outcome_of(asked, lambda stage: status.update(label=say(stage, lang)))
    except InputError as error:
        _tell(error, lang)
        return None
    finally:
        shown.empty()


def _tell(error: InputError, lang: Lang) -> None:
    lines = "".join(f"<li>{escape(fault.line(lang))}</li>" for fault in error.faults[:MOST_FAULTS])
    st.error(say("ui_faults", lang, errors=len(error.faults)))
    st.html(f"<ul>{lines}</ul>")
