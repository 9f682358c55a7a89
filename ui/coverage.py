"""Coverage page: who can walk to care, where the gaps are, and why a residential area is where it is."""

from html import escape

import streamlit as st

from exhibits.classes import limits_min, shown_groups
from exhibits.quality import parameter_rows, quality_table, rows_left_out
from exhibits.screen import about, basemap, charts, gaps, headline, place, webmap
from exhibits.screen.isolayer import isochrone_layer
from exhibits.screen.site_card import site_card
from exhibits.style import label
from exhibits.wording import parameters_line
from geodata.study import Walking
from geodata.words import Lang, say
from scenarios import Outcome
from ui import cards, chosen, session, sidebar, tabs
from ui.offline_map import Focus, show_map

MAP_HEIGHT_PX = 540
MAP_SHARE, CARD_SHARE = 7, 3
MOST_ROWS = 500  # of a table on the page; its file holds all


def show(outcome: Outcome, own: Walking, lang: Lang) -> None:
    """Show the page; ``own`` is the study's own choice of walker and limits."""
    groups = shown_groups(outcome)
    if not groups:
        st.info(say("ui_no_groups", lang))
        return
    with st.sidebar:
        group = sidebar.group_choice(groups, lang)
        sidebar.walking_form(own, outcome, lang)
    figures = headline.figures(outcome, lang)
    st.html(
        f"<h1>{escape(say('ui_title', lang))}</h1>"
        + cards.headline(figures, group, about.coverage(outcome, figures, lang), lang)
        + f'<p class="plan-parameters">{escape(parameters_line(outcome, lang))}</p>'
    )
    _map_and_card(outcome, group, lang)
    _tables(outcome, group, lang)


@st.fragment
def _map_and_card(outcome: Outcome, group: str, lang: Lang) -> None:
    left, right = st.columns([MAP_SHARE, CARD_SHARE], gap="small")
    with right:
        chosen.search(outcome, lang)
        below = st.container(height=MAP_HEIGHT_PX - 86, border=False)
    with left:
        _map(outcome, group, lang)
    with below:
        _card(outcome, group, lang)


def _map(outcome: Outcome, group: str, lang: Lang) -> None:
    area = chosen.chosen_place(outcome)
    layers = [
        *basemap.base_layers(outcome.city, lang),
        isochrone_layer(outcome, group, lang),
        webmap.places_layer(outcome, group, lang),
        *reversed(webmap.facility_layers(outcome, group, lang)),
    ]
    if area:
        layers.append(place.walks_layer(outcome, area, group, lang))
    focus = None
    if area and chosen.moved() and (bounds_deg := place.focus_deg(outcome, area, group)):
        focus = Focus(f"{area} {chosen.moved()}", bounds_deg)
    show_map(
        layers,
        webmap.legend(outcome, group, lang),
        basemap.bounds_deg(outcome.city),
        key=f"map{outcome.city.fingerprint}",
        lang=lang,
        height_px=MAP_HEIGHT_PX,
        on_click=lambda click: chosen.take(outcome, click),
        focus=focus,
    )


def _card(outcome: Outcome, group: str, lang: Lang) -> None:
    area, site = chosen.chosen_place(outcome), chosen.chosen_site(outcome)
    if not (area or site):
        st.html(f'<div class="plan-hint">{escape(chosen.hint("ui_place_hint", lang))}</div>')
        return
    chosen.clear_button(lang)
    if area:
        st.html(cards.place(place.card(outcome, area, lang), group, lang))
    else:
        st.html(cards.site(site_card(outcome, site, lang)))


@st.fragment
def _tables(outcome: Outcome, group: str, lang: Lang) -> None:
    makers = {
        "ui_tab_gaps": _gaps,
        "ui_tab_times": _times,
        "ui_tab_districts": _districts,
        "ui_tab_speed": _speeds,
        "ui_tab_quality": _quality,
    }
    tabs.show(makers, outcome, group, key="tabs", lang=lang)


def _times(outcome: Outcome, group: str, lang: Lang) -> None:
    st.altair_chart(charts.times_chart(outcome, group, lang), width="stretch", theme=None)
    st.caption(say("ui_times_note", lang))


def _districts(outcome: Outcome, group: str, lang: Lang) -> None:
    levels = gaps.levels(outcome)
    if not levels:
        st.info(say("ui_gaps_no_districts", lang))
        return
    st.altair_chart(charts.district_chart(outcome, group, levels[0], lang), width="stretch", theme=None)
    st.caption(say("ui_districts_note", lang))


def _speeds(outcome: Outcome, group: str, lang: Lang) -> None:
    st.altair_chart(charts.speed_chart(session.with_speeds(outcome), group, lang), width="stretch", theme=None)
    st.caption(say("ui_speed_note", lang, most=f"{limits_min(outcome)[-1]:g}"))


def _gaps(outcome: Outcome, group: str, lang: Lang) -> None:
    levels = gaps.levels(outcome)
    left, right = st.columns(2)
    with left:
        if levels:
            level = st.segmented_control(
                say("ui_gaps_level", lang),
                levels,
                default=levels[0],
                format_func=lambda one: label("level", one, lang),
                key=f"gap_level_{lang}",
            )
            table = gaps.by_district(outcome, group, level or levels[0], lang)
            st.dataframe(table, hide_index=True, height=330)
            _download(outcome, table, "ui_file_districts", lang)
        else:
            st.info(say("ui_gaps_no_districts", lang))
    with right:
        table = gaps.by_place(outcome, group, lang)
        st.html(f"<h2>{escape(say('ui_gaps_places', lang))}</h2>")
        if table.empty:
            st.success(say("ui_gaps_none", lang))
            return
        code = "ui_gaps_places_hint" if len(table) <= MOST_ROWS else "ui_gaps_places_first"
        st.caption(say(code, lang, most=MOST_ROWS, n=len(table)))
        picked = st.dataframe(
            table[:MOST_ROWS],
            hide_index=True,
            height=330,
            on_select="rerun",
            selection_mode="single-row",
            key=f"gaps_{group}_{lang}",
        )
        rows = picked["selection"]["rows"]
        if rows and st.session_state.get("row_seen") != (group, rows[0]):
            st.session_state["row_seen"] = (group, rows[0])
            chosen.choose(str(table.index[rows[0]]), moved=True)
            st.rerun()
        _download(outcome, table, "ui_file_places", lang)


def _download(outcome: Outcome, table: object, name: str, lang: Lang) -> None:
    st.download_button(
        say("ui_download", lang),
        data=lambda: gaps.as_csv(outcome, table, lang),  # type: ignore[arg-type]  # a table
        file_name=f"{say(name, lang)}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"download_{name}_{lang}",
    )


def _quality(outcome: Outcome, group: str, lang: Lang) -> None:
    left, right = st.columns([2, 3])
    figure = next(one for one in headline.figures(outcome, lang) if one.group == group)
    with left:
        st.html(
            f"<h2>{escape(say('ui_rates_note', lang, group=figure.title, most=f'{limits_min(outcome)[-1]:g}'))}</h2>"
        )
        st.html(cards.rows(figure.lines))
        st.html(f"<h2>{escape(say('ui_parameters', lang))}</h2>")
        st.html(cards.rows(parameter_rows(outcome, lang)))
    with right:
        st.html(f"<p>{escape(say('ui_quality_counts', lang, **outcome.summary['quality']))}</p>")
        table = quality_table(outcome, lang)
        if table.empty:
            st.info(say("ui_quality_none", lang))
        else:
            st.dataframe(table, hide_index=True, height=420)
        if more := rows_left_out(outcome):
            st.caption(say("ui_quality_more", lang, n=more))
