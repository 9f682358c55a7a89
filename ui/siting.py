"""Siting page: where new facilities should go, whom they newly cover, and how far the choice is proven."""

from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from exhibits.classes import shown_groups
from exhibits.screen import basemap, place, siting_card, siting_headline, siting_map, siting_tables, webmap
from exhibits.screen.site_card import site_card
from exhibits.screen.siting_tables import sited_of
from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.siting import plan_fault
from ui import cards, chosen, rules_form, siting_form
from ui.offline_map import Click, Focus, show_map

MAP_HEIGHT_PX = 530
MAP_SHARE, CARD_SHARE = 7, 3
TABLE_PX = 420
LOW_ROWS = 10  # a table of no more is as high as it needs
CANDIDATES = ("suggested", "candidates")  # layers of the map


def show(outcome: Outcome, lang: Lang) -> None:
    """Show the page: the form in the sidebar, then the plan; rules judge as the page about rules does."""
    title = f"<h1>{escape(say('ui_sit_title', lang))}</h1>"
    if not len(outcome.city.candidates) or not shown_groups(outcome):
        st.html(title)
        st.info(say("ui_sit_no_candidates" if shown_groups(outcome) else "ui_no_groups", lang))
        st.caption(say("ui_sit_no_candidates_columns", lang))
        return
    with st.sidebar:
        request = siting_form.form(outcome, lang)
    st.html(title)
    ruling = rules_form.ruling_in_force(outcome)
    judged = rules_form.outcome_as(outcome, ruling, lang) if ruling else outcome
    planned = replace(judged, sited=siting_form.solved(judged, request, lang))
    if outcome.sited is None and "siting_request" not in st.session_state:
        st.caption(say("ui_sit_defaults", lang, n=request.sites))
    if (fault := plan_fault(sited_of(planned).plan)) is not None:
        st.warning(say("ui_sit_infeasible", lang, why=fault.message(lang)))
        _excluded(planned, lang)
        return
    st.html(
        cards.headline(siting_headline.figures(planned, lang), "rate")
        + f'<p class="plan-parameters">{escape(siting_tables.asked_line(planned, lang))}</p>'
    )
    _notes(planned, lang)
    _map_and_card(planned, lang)
    _tables(planned, lang)


def _notes(outcome: Outcome, lang: Lang) -> None:
    """Say what the figures alone might hide."""
    sited = sited_of(outcome)
    usable = len(outcome.city.candidates) - len(siting_tables.not_usable(outcome))
    if not usable:
        st.warning(say("ui_sit_nothing_usable", lang))
    elif sited.request.goal != "all" and usable < (sited.request.sites or 0):
        st.info(say("ui_sit_fewer", lang, n=usable, sites=sited.request.sites))
    if usable and not sited.newly.any():
        st.info(say("ui_sit_nothing_new", lang))


def candidate_chosen(outcome: Outcome) -> str:
    """Return the candidate that was chosen, "" where none was, or something else since."""
    one = str(st.session_state.get("candidate", ""))
    other = chosen.chosen_place(outcome) or chosen.chosen_site(outcome)
    return one if one in outcome.city.candidates.index and not other else ""


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


@st.fragment
def _map_and_card(outcome: Outcome, lang: Lang) -> None:
    left, right = st.columns([MAP_SHARE, CARD_SHARE], gap="small")
    with right:
        chosen.search(outcome, lang)
        below = st.container(height=MAP_HEIGHT_PX - 86, border=False)
    with left:
        _map(outcome, lang)
    with below:
        _card(outcome, lang)


def _map(outcome: Outcome, lang: Lang) -> None:
    group = sited_of(outcome).request.group
    existing, _ = webmap.facility_layers(outcome, group, lang)
    newly, *marks = siting_map.layers(outcome, lang)
    layers = [
        basemap.base_layers(outcome.city, lang)[0],  # the names of districts come with the ranks
        webmap.places_layer(outcome, group, lang),
        newly,
        existing,
        *marks,
    ]
    area, one, focus = chosen.chosen_place(outcome), candidate_chosen(outcome), None
    if area:
        layers.append(place.walks_layer(outcome, area, group, lang))
        if chosen.moved() and (bounds_deg := place.around_deg(outcome, area)):
            focus = Focus(f"{area} {chosen.moved()}", bounds_deg)
    elif one:
        layers.append(siting_map.chosen_layer(outcome, one, lang))
        moved = st.session_state.get("candidate_moved", 0)
        if moved and (bounds_deg := siting_map.focus_deg(outcome, one)):
            focus = Focus(f"{one} {moved}", bounds_deg)
    show_map(
        layers,
        siting_map.legend(outcome, lang),
        basemap.bounds_deg(outcome.city),
        key=f"siting_map{outcome.city.fingerprint}",
        lang=lang,
        height_px=MAP_HEIGHT_PX,
        on_click=lambda click: take(outcome, click),
        focus=focus,
    )


def _card(outcome: Outcome, lang: Lang) -> None:
    area, site, one = chosen.chosen_place(outcome), chosen.chosen_site(outcome), candidate_chosen(outcome)
    if not (area or site or one):
        st.html(f'<div class="plan-hint">{escape(chosen.hint("ui_sit_hint", lang))}</div>')
        return
    st.button(say("ui_place_clear", lang), on_click=clear, key=f"clear_{lang}", type="tertiary")
    if one:
        st.html(cards.site(siting_card.candidate_card(outcome, one, lang)))
    elif area:
        card = place.card(outcome, area, lang)
        card = replace(card, facts=(*card.facts, siting_card.after_row(outcome, area, lang)))
        st.html(cards.place(card, sited_of(outcome).request.group, lang))
    else:
        st.html(cards.site(site_card(outcome, site, lang)))


def _tables(outcome: Outcome, lang: Lang) -> None:
    makers = {"ui_tab_sit_sites": _sites, "ui_tab_sit_newly": _newly, "ui_tab_sit_excluded": _excluded}
    tabs = st.tabs([say(name, lang) for name in makers], on_change="rerun", key=f"siting_tabs_{lang}")
    for tab, maker in zip(tabs, makers.values(), strict=True):
        if tab.open:  # the others are made when they are opened
            with tab:
                maker(outcome, lang)


def _sites(outcome: Outcome, lang: Lang) -> None:
    table = siting_tables.sites_table(outcome, lang)
    st.caption(say("ui_sit_sites_note", lang))
    key = f"sites_{sited_of(outcome).request!r}_{lang}"
    ids = [str(one) for one in sited_of(outcome).sites.index]

    def picked() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(ids):
            choose(ids[rows[0]], moved=True)

    st.dataframe(
        table,
        hide_index=True,
        height=TABLE_PX if len(table) > LOW_ROWS else "content",
        on_select=picked,
        selection_mode="single-row",
        column_config={say("doc_col_reason", lang): st.column_config.Column(width="large")},
        key=key,
    )
    _download(outcome, table, "ui_sit_file_sites", lang)


def _newly(outcome: Outcome, lang: Lang) -> None:
    _plain(outcome, siting_tables.newly_table(outcome, lang), "newly", lang)


def _excluded(outcome: Outcome, lang: Lang) -> None:
    _plain(outcome, siting_tables.excluded_table(outcome, lang), "excluded", lang)


def _plain(outcome: Outcome, table: pd.DataFrame, name: str, lang: Lang) -> None:
    if table.empty:
        st.info(say(f"ui_sit_{name}_none", lang))
        return
    st.dataframe(table, hide_index=True, height=TABLE_PX if len(table) > LOW_ROWS else "content")
    _download(outcome, table, f"ui_sit_file_{name}", lang)


def _download(outcome: Outcome, table: pd.DataFrame, name: str, lang: Lang) -> None:
    st.download_button(
        say("ui_download", lang),
        data=lambda: siting_tables.as_csv(outcome, table, lang),
        file_name=f"{say(name, lang)}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"download_{name}_{lang}",
    )
