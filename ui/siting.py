"""Siting page: where new facilities should go, whom they newly cover, and how far the choice is proven."""

from dataclasses import replace
from html import escape

import streamlit as st

from exhibits.classes import shown_groups
from exhibits.screen import basemap, place, siting_card, siting_headline, siting_map, siting_tables, webmap
from exhibits.screen.site_card import site_card
from exhibits.screen.siting_tables import sited_of
from geodata.faults import InputError
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from scenarios import Outcome
from scenarios.rulings import Ruling
from scenarios.siting import plan_fault
from scenarios.siting_request import Request
from ui import (
    cards,
    chosen,
    rules_form,
    siting_file,
    siting_form,
    siting_marks,
    siting_plan,
    siting_points,
    siting_run,
    siting_tabs,
    trouble,
)
from ui.offline_map import Click, Focus, show_map

MAP_HEIGHT_PX = 530
MAP_SHARE, CARD_SHARE = 7, 3


def show(outcome: Outcome, lang: Lang) -> None:
    """Show the page: the form in the sidebar, then the plan; rules judge as the page about rules does."""
    title = f"<h1>{escape(say('ui_sit_title', lang))}</h1>"
    if not shown_groups(outcome):
        st.html(title)
        st.info(say("ui_no_groups", lang))
        return
    with st.sidebar:
        request = siting_form.form(outcome, lang)
    st.html(title)
    ruling = rules_form.ruling_in_force(outcome)
    judged = rules_form.outcome_as(outcome, ruling, lang) if ruling else outcome
    _before(judged, request, lang)
    _answer(judged, request, ruling, lang)
    siting_file.show(judged, lang)


def _answer(judged: Outcome, request: Request, ruling: Ruling | None, lang: Lang) -> None:
    """Show the plan that answers the request, or why there is none."""
    try:
        with st.spinner(say("ui_sit_running", lang)):
            sited = siting_plan.plan_of(judged, request, ruling)
    except InputError as error:
        trouble.faults(error.faults, lang)
        _undo(lang)
        siting_points.table(judged, lang)
        return
    if sited is None:
        siting_run.show("plan", lang)
        sited = siting_plan.last_plan(judged)  # what was shown before stays until the search ends
        if sited is None:
            return
    planned = siting_plan.with_plan(judged, sited)
    if (fault := plan_fault(sited.plan)) is not None:
        st.warning(say("ui_sit_infeasible", lang, why=fault.message(lang)))
        _nearest(sited.request, fault.details, lang)
        _undo(lang)
        siting_points.table(judged, lang)
        siting_tabs.excluded(planned, lang)
        return
    st.html(
        cards.headline(siting_headline.figures(planned, lang), "rate")
        + f'<p class="plan-parameters plan-status">{escape(siting_headline.status_line(planned, lang))}</p>'
        + f'<p class="plan-parameters">{escape(siting_tables.asked_line(planned, lang))}</p>'
    )
    _notes(planned, lang)
    _map_and_card(planned, lang)
    siting_points.table(judged, lang)
    siting_tabs.tables(planned, judged, lang)


def _before(judged: Outcome, request: Request, lang: Lang) -> None:
    """Say what is taken for granted."""
    if judged.sited is None and siting_plan.ASKED not in st.session_state:
        st.caption(say("ui_sit_defaults", lang, n=request.sites))
    if not len(judged.city.candidates):
        st.info(say("ui_sit_no_candidates", lang))
        st.caption(say("ui_sit_no_candidates_columns", lang))


def _undo(lang: Lang) -> None:
    if siting_plan.BEFORE in st.session_state:
        st.button(say("ui_sit_undo", lang), on_click=siting_plan.undo, key=f"undo_{lang}")


def _nearest(request: Request, details: object, lang: Lang) -> None:
    """Offer the nearest request that has a plan, where the reason names one."""
    if wanted := siting_plan.feasible(request, details):
        text = say("ui_sit_feasible_sites", lang, n=wanted.sites)
        if wanted.budget_yuan != request.budget_yuan and wanted.budget_yuan is not None:
            text = say("ui_sit_feasible_budget", lang, cost=grouped(wanted.budget_yuan / 10_000, 1))
        st.button(text, type="primary", on_click=siting_plan.take, args=(wanted,), key=f"feasible_{lang}")


def _notes(outcome: Outcome, lang: Lang) -> None:
    """Say what the figures alone might hide, and offer to go on where the search was ended early."""
    sited = sited_of(outcome)
    usable = len(outcome.city.candidates) - len(siting_tables.not_usable(outcome))
    if not usable:
        st.warning(say("ui_sit_nothing_usable", lang))
    elif sited.request.goal != "all" and usable < (sited.request.sites or 0):
        st.info(say("ui_sit_fewer", lang, n=usable, sites=sited.request.sites))
    if usable and not sited.newly.any():
        st.info(say("ui_sit_nothing_new", lang))
    if sited.plan.stopped_by in {"user", "clock"} and siting_run.run_of("plan") is None:
        st.button(say("ui_sit_go_on", lang), on_click=siting_plan.go_on, args=(sited,), key=f"go_on_{lang}")


def candidate_chosen(outcome: Outcome) -> str:
    """Return the candidate that was chosen, "" where none was, or something else since."""
    one = str(st.session_state.get("candidate", ""))
    other = chosen.chosen_place(outcome) or chosen.chosen_site(outcome)
    return one if one in outcome.city.candidates.index and not other else ""


@st.fragment
def _map_and_card(outcome: Outcome, lang: Lang) -> None:
    if st.session_state.pop(siting_marks.AGAIN, False):  # a candidate was added: the plan is sought anew
        st.rerun()
    left, right = st.columns([MAP_SHARE, CARD_SHARE], gap="small")
    with right:
        chosen.search(outcome, lang)
        siting_marks.adding(lang)
        below = st.container(height=MAP_HEIGHT_PX - 130, border=False)
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
        on_click=lambda click: clicked(outcome, click, lang),
        focus=focus,
    )


def clicked(outcome: Outcome, click: Click, lang: Lang) -> None:
    """Add a candidate where the map was asked to; else choose what was clicked."""
    if st.session_state.get(siting_marks.ADDING) and click.layer not in siting_marks.CANDIDATES:
        siting_marks.add(outcome, click, lang)
    else:
        siting_marks.take(outcome, click)


def _card(outcome: Outcome, lang: Lang) -> None:
    area, site, one = chosen.chosen_place(outcome), chosen.chosen_site(outcome), candidate_chosen(outcome)
    if not (area or site or one):
        st.html(f'<div class="plan-hint">{escape(chosen.hint("ui_sit_hint", lang))}</div>')
        return
    st.button(say("ui_place_clear", lang), on_click=siting_marks.clear, key=f"clear_{lang}", type="tertiary")
    if one:
        siting_marks.buttons(outcome, one, lang)
        st.html(cards.site(siting_card.candidate_card(outcome, one, lang)))
    elif area:
        card = place.card(outcome, area, lang)
        card = replace(card, facts=(*card.facts, siting_card.after_row(outcome, area, lang)))
        st.html(cards.place(card, sited_of(outcome).request.group, lang))
    else:
        st.html(cards.site(site_card(outcome, site, lang)))
