"""The app around the pages: settings, language, navigation, and the one place where an outcome is fetched."""

from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios import Outcome
from ui import (
    coverage,
    data,
    handin,
    language,
    opened,
    project,
    rules,
    scenario,
    session,
    sidebar,
    signing,
    siting,
    trouble,
    warming,
)

HERE = Path(__file__).parent
ShowsOutcome = Callable[[Outcome, session.Asked, Lang], None]

# The pages that show an outcome, in the order of the work; one more page is one more line here.
OUTCOME_PAGES: dict[str, ShowsOutcome] = {
    "coverage": lambda outcome, asked, lang: coverage.show(outcome, asked.own, lang),
    "rules": lambda outcome, _, lang: rules.show(outcome, lang),
    "siting": lambda outcome, _, lang: siting.show(outcome, lang),
    "scenario": scenario.show,
    "handin": lambda outcome, _, lang: handin.show(outcome, lang),
}
WALKED_PAGES = frozenset({"coverage"})  # need no more than who can walk where, which is there first
PREPARING_PAGES: dict[str, Callable[[Lang], None]] = {"project": project.show, "data": data.show}


def show() -> None:
    """Show the app: a study named on the command line opens on its coverage, else the project page comes first."""
    lang = language.lang()
    # before st.navigation: a page icon set later is fetched from the internet
    st.set_page_config(page_title=say("ui_product", lang), page_icon=str(HERE / "icon.png"), layout="wide")
    st.html(HERE / "look.css")
    first = "coverage" if session.commanded() else "project"
    pages = {
        name: st.Page(_runner(name), title=say(f"ui_page_{name}", lang), url_path=name, default=name == first)
        for name in (*PREPARING_PAGES, *OUTCOME_PAGES)
    }
    signed_in = signing.signed_in()
    page = st.navigation(list(pages.values()), position="sidebar" if signed_in else "hidden")
    if not signed_in:
        signing.ask(lang)
        return
    opened.find_again()
    if wanted := st.session_state.pop("go", None):
        st.switch_page(pages[wanted], query_params=st.query_params.to_dict())
    page.run()


def _runner(name: str) -> Callable[[], None]:
    def run() -> None:
        (_preparing if name in PREPARING_PAGES else _outcome)(name)

    return run


def _preparing(name: str) -> None:
    lang = language.lang()
    with st.sidebar:
        sidebar.brand(lang, project.name_of_open(lang))
        project.badge(lang)
        signing.who(lang)
    try:
        PREPARING_PAGES[name](lang)
    except InputError as error:
        trouble.faults(error.faults, lang)


def _outcome(name: str) -> None:
    lang = language.lang()
    if (asked := asked_for(lang)) and (outcome := outcome_of(asked, lang, whole=name not in WALKED_PAGES)):
        try:
            OUTCOME_PAGES[name](outcome, asked, lang)
        except InputError as error:
            trouble.faults(error.faults, lang)


def asked_for(lang: Lang) -> session.Asked | None:
    """Read what this session asks for, and show the head of the sidebar; None where the study can't be read."""
    name = ""
    try:
        asked = session.asked_for(session.study_path(), st.session_state.get("walking"))
        name = asked.name
    except InputError as error:
        trouble.faults(error.faults, lang)
        st.button(
            say("ui_to_data", lang), type="primary", on_click=opened.go, args=("data",)
        )  # where a study that lacks a layer is completed
        return None
    finally:
        with st.sidebar:
            sidebar.brand(lang, name)
            project.badge(lang)
            signing.who(lang)
    return asked


def outcome_of(asked: session.Asked, lang: Lang, *, whole: bool = True) -> Outcome | None:
    """Return the outcome, its stages said while it is computed; None where the data can't be used.

    Where files have changed since this session last saw the study, what it saw stays until it asks for more.
    """
    shown = st.empty()
    try:
        with shown.status(say("ui_running", lang)) as status:

            def tell(stage: str) -> None:
                status.update(label=say(stage, lang))

            old = session.old_outcome(asked, tell, whole=whole)
            if old is None:
                warming.wait(asked.study, tell)
                return session.outcome_of(asked, tell, whole=whole)
    except InputError as error:
        trouble.faults(error.faults, lang)
        return None
    finally:
        shown.empty()
    with st.sidebar:
        st.html(f'<div class="plan-hint plan-stale">{escape(say("ui_files_changed", lang))}</div>')
        st.button(say("ui_recompute_files", lang), type="primary", width="stretch", on_click=session.forget_old)
    return old
