"""Sidebar: language, study, facility group and who walks; what is chosen here holds for every page."""

from html import escape

import streamlit as st

from exhibits.style import label
from geodata.study import Walking
from geodata.words import Lang, say
from planning.walking.profile import PRESETS, preset
from scenarios import Outcome
from ui import language, session

SPEED_STEP_M_S = 0.05


def brand(lang: Lang, study_name: str) -> None:
    """Show the language switch and the name of the study."""
    language_switch(lang)
    st.html(
        f'<div class="plan-brand">{escape(say("ui_product", lang))}</div>'
        f'<div class="plan-study">{escape(study_name)}</div>'
    )
    if session.is_demo():
        st.html(f'<div class="plan-hint">{escape(say("ui_demo_notice", lang))}</div>')


def language_switch(lang: Lang) -> None:
    """Ask for the language."""
    st.segmented_control(
        say("ui_language", lang),
        ("zh", "en"),
        format_func={"zh": "中文", "en": "English"}.__getitem__,
        default=lang,
        key="lang_choice",
        on_change=_take_language,
        label_visibility="collapsed",
    )


def _take_language() -> None:
    st.session_state["lang"] = st.session_state["lang_choice"] or language.lang()


def group_choice(groups: tuple[str, ...], lang: Lang) -> str:
    """Ask for the facility group; the first one unless chosen."""
    return str(
        st.radio(
            say("ui_group", lang),
            groups,
            index=groups.index(st.session_state.get("group_kept", groups[0])),
            format_func=lambda group: label("group", group, lang),
            key=f"group_{lang}",
            on_change=_keep,
            args=(f"group_{lang}", "group_kept"),
        )
    )


def _keep(widget: str, name: str) -> None:
    st.session_state[name] = st.session_state[widget]


def walking_form(study: Walking, outcome: Outcome, lang: Lang) -> None:
    """Ask who walks and how long; used when the button is pressed, and until then the result is called old."""
    now = st.session_state.get("walking", study)
    st.html(f"<h2>{escape(say('ui_walking', lang))}</h2>")
    names = list(PRESETS)
    profile = st.selectbox(
        say("ui_profile", lang),
        names,
        index=names.index(preset(now.profile).name),
        format_func=lambda name: profile_text(name, lang),
        key=f"profile_{lang}",
    )
    own = st.checkbox(say("ui_own_speed", lang), value="speed_m_s" in now.changes, key=f"own_{lang}")
    speed = None
    if own:
        least, most = session.SPEEDS_M_S
        speed = st.number_input(
            say("ui_speed", lang), least, most, outcome.profile.speed_m_s, SPEED_STEP_M_S, key=f"speed_{lang}"
        )
    text = st.text_input(say("ui_limits", lang), session.limits_text(now), key=f"limits_{lang}")
    wanted = session.walking_of(study, profile, speed, text)
    if wanted is None:
        st.error(say("ui_limits_bad", lang, value=text))
    elif wanted != now:
        st.html(f'<div class="plan-hint plan-stale">{escape(say("ui_stale", lang))}</div>')
    st.button(
        say("ui_recompute", lang),
        type="primary",
        width="stretch",
        disabled=wanted is None or wanted == now,
        on_click=_take_walking,
        args=(wanted,),
    )


def _take_walking(wanted: Walking) -> None:
    st.session_state["walking"] = wanted


def profile_text(name: str, lang: Lang) -> str:
    """Name a walker with the speed."""
    return say("ui_profile_choice", lang, name=PRESETS[name].label(lang), speed=f"{PRESETS[name].speed_m_s:g}")
