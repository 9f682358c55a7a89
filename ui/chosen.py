"""Chosen: the residential area or facility that a session looks at; it holds on every page."""

import streamlit as st

from exhibits.screen import place
from geodata.words import Lang, say
from scenarios import Outcome
from ui.offline_map import Click

AREAS, SITES = ("places", "estates"), ("sites", "others", "counted")  # layers of the maps


def choose(place_id: str, *, moved: bool) -> None:
    """Remember the residential area that was chosen; ``moved``: the map goes there."""
    st.session_state["place"] = place_id
    st.session_state["site"] = ""
    st.session_state["place_moved"] = st.session_state.get("place_moved", 0) + 1 if moved else 0


def choose_site(site_id: str) -> None:
    """Remember the facility that was chosen; no residential area is chosen any more."""
    clear()
    st.session_state["site"] = site_id


def clear() -> None:
    """Forget what was chosen, and what was searched for."""
    for name in ("place", "site", "place_moved", "search_seen"):
        st.session_state.pop(name, None)
    st.session_state["place_search"] = ""


def chosen_place(outcome: Outcome) -> str:
    """Return the residential area that was chosen, "" where none was or it is no longer there."""
    chosen = str(st.session_state.get("place", ""))
    return chosen if chosen in outcome.city.residential.index else ""


def chosen_site(outcome: Outcome) -> str:
    """Return the facility that was chosen, "" where none was or it is no longer there."""
    chosen = str(st.session_state.get("site", ""))
    return chosen if chosen in outcome.sites.index else ""


def take(outcome: Outcome, click: Click) -> None:
    """Choose what a click means: the facility or area that was hit, else the area at that point."""
    if click.layer in SITES:
        choose_site(click.id)
    elif click.layer in AREAS:
        choose(click.id, moved=False)
    else:
        choose(place.place_at(outcome.city, click.lat_deg, click.lon_deg, click.near_m), moved=False)


def moved() -> int:
    """Return how often the map was sent to a residential area; 0 where it is to stay."""
    return int(st.session_state.get("place_moved", 0))


def hint(code: str, lang: Lang) -> str:
    """Return what to say while nothing is chosen: how to, or that the click hit nothing."""
    return say("ui_place_none" if "place" in st.session_state else code, lang)


def clear_button(lang: Lang) -> None:
    """Offer to forget what is chosen."""
    st.button(say("ui_place_clear", lang), on_click=clear, key=f"clear_{lang}", icon=None, type="tertiary")


def search(outcome: Outcome, lang: Lang) -> None:
    """Ask for a residential area by name or id, and choose the first that fits."""
    text = st.text_input(
        say("ui_place_search", lang), placeholder=say("ui_place_search_hint", lang), key="place_search"
    )
    found = place.search(outcome.city, text)
    if text and not found:
        st.caption(say("ui_place_not_found", lang, text=text))
    if found and st.session_state.get("search_seen") != text:
        st.session_state["search_seen"] = text
        choose(found[0], moved=True)
    if len(found) > 1:
        st.selectbox(
            say("ui_place_found", lang, n=len(found)),
            found,
            format_func=lambda one: place.name_of(outcome.city, one),
            key="place_pick",
            on_change=lambda: choose(st.session_state["place_pick"], moved=True),
        )
