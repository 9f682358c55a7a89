"""Siting form: how many sites, for whom, and which candidates must or may not be chosen; used when solved."""

from dataclasses import replace

import streamlit as st

from exhibits.classes import shown_groups
from exhibits.style import label
from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.siting import Sited, site
from scenarios.siting_request import GOALS, MOST_SITES, Request

DEFAULT_SITES, DEFAULT_GROUP = 5, "day_care"
LEAST_MIN, MOST_MIN = 1.0, 240.0
MOST_AREA_M2, AREA_STEP_M2 = 100_000.0, 50.0
MOST_PLANS = 16


def first_request(outcome: Outcome) -> Request:
    """Return what the study asks for, else the defaults."""
    if outcome.sited is not None:
        return outcome.sited.request
    groups = shown_groups(outcome)
    group = DEFAULT_GROUP if DEFAULT_GROUP in groups else groups[0]
    return Request(sites=min(DEFAULT_SITES, len(outcome.city.candidates)), group=group)


def request_in_force(outcome: Outcome) -> Request:
    """Return what this session asked last, else what the study asks for."""
    asked: Request | None = st.session_state.get("siting_request")
    return asked if asked is not None and asked.group in shown_groups(outcome) else first_request(outcome)


def form(outcome: Outcome, lang: Lang) -> Request:
    """Ask in the sidebar what is wanted, and return what is in force."""
    now = request_in_force(outcome)
    st.html(f"<h2>{say('ui_sit_form', lang)}</h2>")
    wanted = _asked(outcome, now, lang)
    wrong = _fault(outcome, wanted, lang)
    if wrong:
        st.error(wrong)
    elif wanted != now:
        st.html(f'<div class="plan-hint plan-stale">{say("ui_stale", lang)}</div>')
    st.button(
        say("ui_sit_solve", lang),
        type="primary",
        width="stretch",
        disabled=bool(wrong) or wanted == now,
        on_click=_take,
        args=(wanted,),
    )
    if now != first_request(outcome):
        st.button(say("ui_sit_own", lang), width="stretch", on_click=_take, args=(None,))
    return now


def _asked(outcome: Outcome, now: Request, lang: Lang) -> Request:
    """Return the request as the form stands; what is left as it was stays the very same."""

    def key(name: str) -> str:  # after the first request is restored, the form starts anew
        return f"siting_{name}_{st.session_state.get('siting_round', 0)}_{lang}"

    goal = st.selectbox(
        say("ui_sit_goal", lang),
        GOALS,
        index=GOALS.index(now.goal),
        format_func=lambda one: label("goal", one, lang),
        key=key("goal"),
    )
    sites, share = now.sites, now.share
    if goal == "all":
        percent = st.number_input(
            say("ui_sit_share", lang), 1.0, 100.0, 100 * now.share, 1.0, format="%.1f", key=key("share")
        )
        share = now.share if percent == 100 * now.share else percent / 100
    else:
        most = max(1, min(MOST_SITES, len(outcome.city.candidates)), now.sites or 1)
        start = now.sites or min(DEFAULT_SITES, most)
        sites = int(st.number_input(say("ui_sit_sites", lang), 1, most, start, 1, key=key("sites")))
    groups = shown_groups(outcome)
    group = st.selectbox(
        say("ui_sit_group", lang),
        groups,
        index=groups.index(now.group),
        format_func=lambda one: label("group", one, lang),
        key=key("group"),
    )
    longest = outcome.limits_s[-1] / 60
    left, right = st.columns(2, gap="small")
    with left:
        given = now.limit_min or longest
        limit = st.number_input(
            say("ui_sit_limit", lang), min(LEAST_MIN, given), MOST_MIN, given, 1.0, format="%.1f", key=key("limit")
        )
    with right:
        area = st.number_input(
            say("ui_sit_area", lang), 0.0, MOST_AREA_M2, now.min_area_m2, AREA_STEP_M2, format="%.0f", key=key("area")
        )
    with st.expander(say("ui_sit_marked", lang), expanded=bool(now.forced or now.forbidden)):
        forced = _candidates(outcome, "forced", now.forced, key("forced"), lang)
        forbidden = _candidates(outcome, "forbidden", now.forbidden, key("forbidden"), lang)
    return replace(
        now,
        goal=goal,
        sites=sites,
        share=share,
        group=group,
        limit_min=now.limit_min if limit == given else float(limit),
        min_area_m2=float(area),
        forced=forced,
        forbidden=forbidden,
    )


def _candidates(outcome: Outcome, name: str, given: tuple[str, ...], key: str, lang: Lang) -> tuple[str, ...]:
    names = outcome.city.candidates["name"]
    found = st.multiselect(
        say(f"ui_sit_{name}", lang),
        list(names.index),
        default=[one for one in given if one in names.index],
        format_func=lambda one: say("ui_sit_candidate", lang, name=names[one], id=one),
        placeholder=say("ui_sit_pick", lang),
        key=key,
    )
    return given if set(found) == set(given) else tuple(sorted(found))


def _fault(outcome: Outcome, wanted: Request, lang: Lang) -> str:
    """Say what can't be asked for; "" where all is well."""
    if twice := sorted(set(wanted.forced) & set(wanted.forbidden)):
        return say("ui_sit_contrary", lang, name=outcome.city.candidates["name"].get(twice[0], twice[0]))
    if wanted.goal != "all" and wanted.sites is not None and len(wanted.forced) > wanted.sites:
        return say("ui_sit_many", lang, forced=len(wanted.forced), sites=wanted.sites)
    return ""


def _take(wanted: Request | None) -> None:
    """Ask for ``wanted`` from now on; None is what was asked first."""
    if wanted is None:
        st.session_state.pop("siting_request", None)
        st.session_state["siting_round"] = st.session_state.get("siting_round", 0) + 1
    else:
        st.session_state["siting_request"] = wanted


def solved(outcome: Outcome, request: Request, lang: Lang) -> Sited:
    """Return the plan, worked out once for all sessions that ask for the same."""
    with st.spinner(say("ui_sit_running", lang)):
        return _sited(f"{outcome.fingerprint} {request!r}", outcome, request)


# Streamlit's caches go by the arguments without a leading underscore: here the text of all that is asked.


@st.cache_resource(max_entries=MOST_PLANS, show_spinner=False)
def _sited(asked_text: str, _outcome: Outcome, _request: Request) -> Sited:  # noqa: ARG001 - see above
    return site(_outcome.city, _outcome.network, _outcome.covered, _outcome.judgement, _request)
