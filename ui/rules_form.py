"""Rules form: which policy judges, on which day, and what counts; used when the button is pressed."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from exhibits.screen.estates import own_words
from exhibits.style import label
from geodata.schema import FACILITY_KINDS
from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.rulings import (
    Chosen,
    Ruling,
    chosen_by,
    in_order,
    own_ruling,
    policies,
    policy_title,
    rejudged,
    ruling_of,
)

HOUSEHOLD_STEP, POOL_STEP_M = 0.1, 50.0
LEAST_HOUSEHOLD, MOST_HOUSEHOLD = 0.5, 10.0
MOST_POOL_M = 3000.0
MOST_OUTCOMES = 8


def ruling_in_force(outcome: Outcome) -> Ruling | None:
    """Return what this session asked to be judged by, else what the study names; None where neither is given."""
    asked: Ruling | None = st.session_state.get("ruling")
    return asked or own_ruling(outcome.city.study)


def form(outcome: Outcome, lang: Lang) -> Ruling | None:
    """Ask for policy, day and choices in the sidebar, and return what is in force."""
    study = outcome.city.study
    now = ruling_in_force(outcome)
    names = policies(study)
    st.html(f"<h2>{say('ui_rules_form', lang)}</h2>")
    policy = st.selectbox(
        say("ui_policy", lang),
        names,
        index=names.index(now.policy) if now else None,
        placeholder=say("ui_policy_choose", lang),
        format_func=lambda name: policy_title(study, name, lang),
        key=f"policy_{lang}",
    )
    day = st.date_input(
        say("ui_day", lang), now.day if now else study.day, format="YYYY-MM-DD", key=f"rules_day_{lang}"
    )
    wanted = None
    if policy:
        same = now is not None and now.policy == policy
        chosen = _choices(outcome, policy, chosen_by(study, policy, now.choices if now and same else study.rules), lang)
        if chosen.counted_kinds and day:
            wanted = ruling_of(study, policy, day, chosen)
    if now and wanted != now:
        st.html(f'<div class="plan-hint plan-stale">{say("ui_stale", lang)}</div>')
    st.button(
        say("ui_judge", lang),
        type="primary",
        width="stretch",
        disabled=wanted is None or wanted == now,
        on_click=_take,
        args=(wanted,),
    )
    if st.session_state.get("ruling") and own_ruling(study):
        st.button(say("ui_rules_own", lang), width="stretch", on_click=_take, args=(None,))
    return now


def _choices(outcome: Outcome, policy: str, given: Chosen, lang: Lang) -> Chosen:
    def key(name: str) -> str:  # another policy has other values to start from
        return f"rules_{name}_{policy}_{given}_{lang}"

    household = st.number_input(
        say("ui_household", lang),
        LEAST_HOUSEHOLD,
        MOST_HOUSEHOLD,
        given.household_size,
        HOUSEHOLD_STEP,
        format="%.2f",
        key=key("household"),
        help=say("ui_household_help", lang),
    )
    peopled, marked = own_words(outcome, lang)
    _note(peopled)
    kinds = st.pills(
        say("ui_counted", lang),
        FACILITY_KINDS,
        default=given.counted_kinds,
        selection_mode="multi",
        format_func=lambda kind: label("kind", kind, lang),
        key=key("kinds"),
    )
    _note(marked)
    pool_m = st.number_input(
        say("ui_pool", lang), 0.0, MOST_POOL_M, given.pool_m, POOL_STEP_M, format="%.0f", key=key("pool")
    )
    same = st.checkbox(say("ui_pool_same", lang), given.pool_same_street, key=key("same"))
    return Chosen(round(household, 3), in_order(kinds), pool_m, same)


def _note(text: str) -> None:
    if text:
        st.caption(text)


def _take(wanted: Ruling | None) -> None:
    """Judge by ``wanted`` from now on; None is what the study itself names."""
    if wanted is None:
        st.session_state.pop("ruling", None)
    else:
        st.session_state["ruling"] = wanted


def outcome_as(outcome: Outcome, ruling: Ruling, lang: Lang) -> Outcome:
    """Return the outcome judged by ``ruling``, worked out once for all sessions that ask for the same."""
    with st.spinner(say("ui_running", lang)):
        return _outcome(f"{outcome.fingerprint} {ruling!r}", outcome, ruling)


def centres(outcome: Outcome) -> Mapping[str, Mapping[str, Any]]:
    """Return the totals as they would be if street centres counted as well."""
    return _centres(outcome.fingerprint, outcome)


# Streamlit's caches go by the arguments without a leading underscore: here the text of all that is asked.


@st.cache_resource(max_entries=MOST_OUTCOMES, show_spinner=False)
def _outcome(asked_text: str, _outcome: Outcome, _ruling: Ruling) -> Outcome:  # noqa: ARG001 - see above
    return rejudged(_outcome, _ruling)


@st.cache_resource(max_entries=MOST_OUTCOMES, show_spinner=False)
def _centres(fingerprint: str, _outcome: Outcome) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG001 - see above
    judgement = _outcome.judgement
    return {} if judgement is None else judgement.if_street_centres_counted()
