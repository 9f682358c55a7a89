"""Siting marks: candidates chosen on the map or in a table, forced, forbidden, added and taken away."""

import streamlit as st

from exhibits.screen import siting_tables
from exhibits.screen.siting_tables import sited_of
from geodata.words import Lang, say
from scenarios import Outcome
from ui import chosen, siting_plan
from ui.offline_map import Click

CANDIDATES = ("suggested", "candidates")  # layers of the map
ADDING, AGAIN = "siting_adding", "siting_again"


def choose(candidate_id: str, *, moved: bool) -> None:
    """Remember the candidate that was chosen; ``moved``: the map goes there."""
    chosen.clear()
    st.session_state["candidate"] = candidate_id
    st.session_state["candidate_moved"] = st.session_state.get("candidate_moved", 0) + 1 if moved else 0


def take(outcome: Outcome, click: Click) -> None:
    """Choose what a click means: a candidate, an area newly covered, else what it means on every page."""
    if click.layer in CANDIDATES:
        choose(click.id, moved=False)
        return
    st.session_state.pop("candidate", None)
    if click.layer == "newly":
        chosen.choose(click.id, moved=False)
    else:
        chosen.take(outcome, click)


def clear() -> None:
    """Forget what was chosen."""
    chosen.clear()
    st.session_state.pop("candidate", None)


def adding(lang: Lang) -> None:
    """Offer to add candidates by clicking on the map."""
    st.toggle(say("ui_sit_add", lang), key=ADDING, help=say("ui_sit_add_help", lang))


def add(outcome: Outcome, click: Click, lang: Lang) -> None:
    """Add a candidate where the map was clicked, and choose it; the plan is then sought anew."""
    name = say("ui_sit_point_name", lang, n="{n}")
    choose(siting_plan.add_point(outcome, click.lon_deg, click.lat_deg, name), moved=False)
    st.session_state[ADDING] = False
    st.session_state[AGAIN] = True


def buttons(outcome: Outcome, candidate_id: str, lang: Lang) -> None:
    """Offer to force or forbid a candidate, to take that back, and to take an added one away."""
    request = siting_plan.request_in_force(outcome)
    forced, forbidden = candidate_id in request.forced, candidate_id in request.forbidden
    own = candidate_id in {one.id for one in request.points}
    barred = siting_tables.not_usable(outcome).get(candidate_id, "sit_forbidden") != "sit_forbidden"
    columns = st.columns(4 if own else 3, gap="small")
    wished = {
        "forced": (say("ui_sit_force", lang), forced or barred),
        "forbidden": (say("ui_sit_forbid", lang), forbidden),
        "": (say("ui_sit_unmark", lang), not (forced or forbidden)),
    }
    for column, (how, (text, off)) in zip(columns, wished.items(), strict=False):
        if column.button(text, disabled=off, width="stretch", key=f"mark_{how or 'none'}_{lang}"):
            siting_plan.mark(outcome, candidate_id, how)
            st.rerun()
    if own and columns[3].button(say("ui_sit_remove", lang), width="stretch", key=f"mark_remove_{lang}"):
        siting_plan.remove_point(outcome, candidate_id)
        st.session_state.pop("candidate", None)
        st.rerun()
    if sited_of(outcome).request.goal != "all" and forced and len(request.forced) == request.sites:
        st.caption(say("ui_sit_all_forced", lang))
