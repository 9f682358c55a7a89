"""Project page: begin a study, open one, save it as one file; what is open is said on every page."""

import io
from html import escape
from pathlib import Path

import streamlit as st

from geodata.faults import InputError
from geodata.words import Lang, say
from scenarios import project_file, recent, templates, workspace
from scenarios.study_file import head_of, set_head
from ui import language, opened, session, trouble

MOST_PACKAGE_MB = 1024


def show(lang: Lang) -> None:
    """Show the page."""
    st.html(f"<h1>{escape(say('ui_project_title', lang))}</h1>")
    own = not session.is_demo()
    language.uploader_words(lang)
    _open_now(lang)
    if found := st.session_state.pop("project_faults", ()):
        trouble.faults(found, lang)
    begin, take, look = st.columns(3, gap="medium")
    with begin, st.container(border=True, height="stretch"):
        _begin(lang, first=not own)
    with take, st.container(border=True, height="stretch"):
        _take(lang)
    with look, st.container(border=True, height="stretch"):
        _demo(lang)
    st.caption(say("ui_project_private", lang, days=f"{workspace.KEPT_S / 86_400:g}"))


def name_of_open(lang: Lang) -> str:
    """Return the name of the study that is open."""
    if session.is_demo():
        return say("ui_demo_name", lang)
    try:
        return head_of(session.study_path()).name
    except InputError:
        return session.study_path().name


def badge(lang: Lang) -> None:
    """Say whether the study that is open has been saved."""
    if session.is_demo():
        return
    path = session.study_path()
    code = "ui_badge_elsewhere" if not opened.is_own(path) else "ui_badge_saved"
    unsaved = opened.unsaved(path)
    style = "plan-hint plan-stale" if unsaved else "plan-study"
    st.html(
        f'<div class="{style}" data-saved="{str(not unsaved).lower()}">'
        f"{escape(say('ui_badge_unsaved' if unsaved else code, lang))}</div>"
    )


def _open_now(lang: Lang) -> None:
    """Say what is open, and offer to save it and to go on."""
    demo = session.is_demo()
    facts = [(say("ui_open_now", lang), name_of_open(lang))]
    if not demo:
        path = session.study_path()
        own = opened.is_own(path)
        facts.append((say("ui_open_place", lang), say("ui_open_own", lang) if own else str(path.parent)))
    with st.container(border=True):
        words, change, save, on, see = st.columns([5, 2, 2, 2, 2], vertical_alignment="center")
        lines = "".join(f"<tr><th>{escape(word)}</th><td>{escape(value)}</td></tr>" for word, value in facts)
        words.html(f'<table class="plan-rows">{lines}</table>')
        ready = demo or (opened.is_own(session.study_path()) and not opened.unsaved(session.study_path()))
        if not demo:
            with change:
                _settings(session.study_path(), lang)
            with save:
                _save(session.study_path(), lang)
        on.button(
            say("ui_to_data", lang),
            type="primary" if ready and not demo else "secondary",
            width="stretch",
            on_click=opened.go,
            args=("data",),
        )
        see.button(say("ui_to_coverage", lang), width="stretch", on_click=opened.go, args=("coverage",))


def _save(path: Path, lang: Lang) -> None:
    """Offer the study as one file; what can't be packed is said instead."""
    try:
        name = head_of(path).name
        project_file.members_of(path)
    except InputError as error:
        trouble.say_lines(error.faults, lang)
        return
    own = opened.is_own(path)
    st.download_button(
        say("ui_save", lang),
        lambda: project_file.pack(path),
        file_name=f"{workspace.file_name(name)}.zip",
        mime="application/zip",
        type="primary" if opened.unsaved(path) else "secondary",
        width="stretch",
        on_click=opened.mark_saved if own else "ignore",
        args=(path,) if own else None,
    )


def _settings(path: Path, lang: Lang) -> None:
    """Let name, rules and day of this session's own study be changed."""
    head, known = head_of(path), templates.policies(lang)
    with st.popover(say("ui_settings", lang), width="stretch"), st.form("settings", border=False):
        name = st.text_input(say("ui_begin_name", lang), head.name, max_chars=80)
        choices = ["", *known] if head.policy in {"", *known} else [head.policy, "", *known]
        policy = st.selectbox(
            say("ui_begin_policy", lang),
            choices,
            index=choices.index(head.policy),
            format_func=lambda one: known.get(one, one or say("ui_begin_no_policy", lang)),
        )
        day = st.date_input(say("ui_begin_day", lang), value=head.day, format="YYYY-MM-DD")
        if st.form_submit_button(say("ui_settings_do", lang), width="stretch"):
            try:
                set_head(opened.for_changes(path), name, str(policy or ""), day)
            except InputError as error:
                trouble.say_lines(error.faults, lang)
            else:
                st.rerun()


def _begin(lang: Lang, *, first: bool) -> None:
    st.html(f"<h2>{escape(say('ui_begin', lang))}</h2>")
    known = templates.policies(lang)
    with st.form("begin", border=False):
        name = st.text_input(say("ui_begin_name", lang), placeholder=say("ui_begin_name_hint", lang), max_chars=80)
        policy = st.selectbox(
            say("ui_begin_policy", lang),
            ["", *known],
            format_func=lambda one: known.get(one, say("ui_begin_no_policy", lang)),
            help=say("ui_begin_policy_help", lang),
        )
        day = st.date_input(say("ui_begin_day", lang), value="today", format="YYYY-MM-DD")
        asked = st.form_submit_button(
            say("ui_begin_do", lang), type="primary" if first else "secondary", width="stretch"
        )
    if asked:
        try:
            study = workspace.new_study(opened.space(), name, str(policy or ""), day)
        except InputError as error:
            trouble.say_lines(error.faults, lang)
            return
        opened.open_study(study, saved="")
        opened.go("data")
        st.rerun()


def _take(lang: Lang) -> None:
    st.html(f"<h2>{escape(say('ui_take', lang))}</h2>")
    number = st.session_state.get("package_number", 0)
    given = st.file_uploader(
        say("ui_take_zip", lang), type="zip", key=f"package_{number}", max_upload_size=MOST_PACKAGE_MB
    )
    if given is not None:
        st.session_state["package_number"] = number + 1
        try:
            folder = workspace.empty_folder(opened.space())
            _go_to(project_file.unpack(io.BytesIO(given.getvalue()), given.name, folder))
        except InputError as error:
            st.session_state["project_faults"] = error.faults
        st.rerun()
    if not opened.is_local():
        return
    text = st.text_input(say("ui_take_folder", lang), placeholder=say("ui_take_folder_hint", lang), key="folder_text")
    if st.button(say("ui_take_open", lang), disabled=not text, width="stretch"):
        try:
            _go_to(workspace.study_in(text))
        except InputError as error:
            trouble.say_lines(error.faults, lang)
        else:
            st.rerun()
    for path in recent.recent(opened.config_folder())[:4]:
        st.button(
            say("ui_take_recent", lang, name=language.as_text(path.parent.name)),
            help=language.as_text(str(path)),
            key=f"recent_{path}",
            width="stretch",
            on_click=_go_to,
            args=(path,),
        )


def _demo(lang: Lang) -> None:
    st.html(f"<h2>{escape(say('ui_demo', lang))}</h2><p class='plan-explained'>{escape(say('ui_demo_text', lang))}</p>")
    st.button(say("ui_demo_open", lang), width="stretch", on_click=_go_to_demo)
    mine = opened.own_studies()
    if mine:
        st.html(f"<h4>{escape(say('ui_this_session', lang))}</h4>")
    for path in mine[:4]:
        st.button(
            language.as_text(head_of(path).name), key=f"mine_{path}", width="stretch", on_click=_go_to, args=(path,)
        )


def _go_to(path: Path) -> None:
    opened.open_study(path)
    opened.go("data")


def _go_to_demo() -> None:
    opened.open_study(session.demo_study())
    opened.go("coverage")
