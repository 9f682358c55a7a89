"""Scenario result: A and B side by side, the difference, who gains and loses, verdicts, timeline and files."""

from html import escape

import pandas as pd
import streamlit as st

from exhibits.screen import basemap, comparison_headline, comparison_map, comparison_tables
from exhibits.style import label
from exhibits.wording import parameters_line
from geodata.words import Lang, say
from scenarios.compare import Comparison
from ui import cards, scenario_maps, tabs
from ui.offline_map import Click, Focus, show_map

MAP_HEIGHT_PX, PAIR_HEIGHT_PX = 500, 470
MAP_SHARE, LIST_SHARE = 13, 9
TABLE_PX, LOW_ROWS, MOST_ROWS = 420, 11, 500
# figures before and after need the whole width of a card
CARD_STYLE = (
    "<style>.plan-compare .plan-figure-number small { display: block; margin: 0; font-size: .8rem; }"
    " .plan-compare .plan-figure-small { white-space: normal; }</style>"
)
VIEWS = ("difference", "pair")


def show(found: Comparison, group: str, lang: Lang) -> None:
    """Show a comparison; ``group`` is the one that maps and tables are about."""
    a, b = comparison_headline.names(found)
    warnings, due = comparison_headline.causes(found, lang)
    st.html(
        f'{CARD_STYLE}<p class="plan-parameters">{escape(say("ui_scenario_pair", lang, a=a, b=b))}</p>'
        f'<div class="plan-compare">{cards.headline(comparison_headline.figures(found, lang), group)}</div>'
        + (f'<p class="plan-parameters">{escape(due)}</p>' if due else "")
    )
    if warnings:
        lines = "<br>".join(escape(one) for one in warnings)
        st.html(f'<div class="plan-hint plan-stale" data-warnings="{len(warnings)}">{lines}</div>')
    if group in comparison_headline.groups(found):
        _maps(found, group, lang)
    _tables(found, group, lang)


@st.fragment
def _maps(found: Comparison, group: str, lang: Lang) -> None:
    view = st.segmented_control(
        say("ui_scenario_view", lang),
        VIEWS,
        default=VIEWS[0],
        format_func=lambda one: say(f"ui_scenario_view_{one}", lang),
        key=f"scenario_view_{lang}",
        label_visibility="collapsed",
    )
    if view == "pair":
        _pair(found, group, lang)
    else:
        _difference(found, group, lang)


def _pair(found: Comparison, group: str, lang: Lang) -> None:
    """Show both sides with the same colours; moving one moves the other."""
    names = comparison_headline.names(found)
    link = scenario_maps.link_name()
    for column, side, name in zip(st.columns(2, gap="small"), ("a", "b"), names, strict=True):
        outcome = found.a if side == "a" else found.b
        with column:
            st.html(f"<h4>{side.upper()} · {escape(name)}</h4>")
            scenario_maps.show_linked(
                [
                    *basemap.base_layers(found.a.city, lang),
                    *comparison_map.side_layers(found, side, group, lang),  # type: ignore[arg-type]  # "a" or "b"
                ],
                comparison_map.side_legend(found, side, group, lang),  # type: ignore[arg-type]
                basemap.bounds_deg(found.a.city),
                key=f"scenario_{side}{found.a.city.fingerprint}",
                link=link,
                lang=lang,
                height_px=PAIR_HEIGHT_PX,
            )
            st.html(f'<p class="plan-parameters">{escape(parameters_line(outcome, lang))}</p>')


def _difference(found: Comparison, group: str, lang: Lang) -> None:
    """Show who gains and loses on the map, and the list of them beside it."""
    left, right = st.columns([MAP_SHARE, LIST_SHARE], gap="small")
    with right:
        _moved(found, group, lang)
    one, number = st.session_state.get("scenario_place", ("", 0))
    known = one in comparison_map.places_of(found, group).index
    layers = [*basemap.base_layers(found.a.city, lang), *comparison_map.change_layers(found, group, lang)]
    if known:
        layers.append(comparison_map.chosen_layer(found, one))
    focus = Focus(f"{one} {number}", comparison_map.focus_deg(found, one)) if known and number else None
    with left:
        show_map(
            layers,
            comparison_map.change_legend(found, group, lang),
            basemap.bounds_deg(found.a.city),
            key=f"scenario_change{found.a.city.fingerprint}",
            lang=lang,
            height_px=MAP_HEIGHT_PX,
            on_click=_clicked,
            focus=focus,
        )


def _clicked(click: Click) -> None:
    st.session_state["scenario_place"] = (click.id if click.layer == "places" else "", 0)


def _moved(found: Comparison, group: str, lang: Lang) -> None:
    table = comparison_tables.moved_places(found, group, lang)
    st.html(f"<h2>{escape(say('ui_scenario_moved', lang, n=len(table)))}</h2>")
    if table.empty:
        st.info(say("ui_scenario_moved_none", lang))
        return
    st.caption(say("ui_scenario_moved_hint", lang, most=MOST_ROWS, n=len(table)))
    key = f"scenario_moved_{comparison_map.version_of(found, group, lang)}"

    def picked() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(table):
            number = st.session_state.get("scenario_place", ("", 0))[1]
            st.session_state["scenario_place"] = (str(table.index[rows[0]]), number + 1)

    st.dataframe(
        table[:MOST_ROWS],
        hide_index=True,
        height=MAP_HEIGHT_PX - 84,
        placeholder=say("no_figure", lang),
        on_select=picked,
        selection_mode="single-row",
        key=key,
    )


@st.fragment
def _tables(found: Comparison, group: str, lang: Lang) -> None:
    makers = {
        "ui_tab_scenario_districts": _districts,
        "ui_tab_scenario_rules": _rules,
        "ui_tab_scenario_causes": _causes,
        "ui_tab_scenario_files": _files,
    }
    tabs.show(makers, found, group, key="scenario_tabs", lang=lang)


def _districts(found: Comparison, group: str, lang: Lang) -> None:
    levels = comparison_tables.levels(found)
    if group not in comparison_headline.groups(found) or not levels:
        st.info(say("ui_scenario_no_districts", lang))
        return
    level = st.segmented_control(
        say("ui_gaps_level", lang),
        levels,
        default=levels[0],
        format_func=lambda one: label("level", one, lang),
        key=f"scenario_level_{lang}",
    )
    level = level or levels[0]
    _table(comparison_tables.by_district(found, group, level, lang), lang)
    sums = comparison_tables.sums_to_the_whole(found, group, level)
    st.caption(say("ui_scenario_sums" if sums else "ui_scenario_sums_not", lang, group=label("group", group, lang)))


def _rules(found: Comparison, _: str, lang: Lang) -> None:
    if found.rates.empty:
        st.info(say("ui_scenario_not_judged", lang))
        return
    _table(comparison_tables.rates(found, lang), lang)
    st.caption(say("ui_scenario_verdicts", lang, **comparison_tables.verdict_counts(found)))
    figures_too = st.checkbox(say("ui_scenario_figures_too", lang), key=f"scenario_figures_{lang}")
    table = comparison_tables.verdicts(found, lang, figures_too=figures_too)
    if table.empty:
        st.info(say("ui_scenario_verdicts_none", lang))
    else:
        _table(table[:MOST_ROWS], lang)


def _causes(found: Comparison, _: str, lang: Lang) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.html(f"<h2>{escape(say('ui_scenario_settings', lang))}</h2>")
        settings = comparison_tables.settings(found, lang)
        if settings.empty:
            st.info(say("ui_scenario_settings_none", lang))
        else:
            _table(settings, lang)
    with right:
        st.html(f"<h2>{escape(say('ui_scenario_inputs', lang))}</h2>")
        inputs = comparison_tables.inputs(found, lang)
        if inputs.empty:
            st.info(say("compare_no_inputs", lang))
        else:
            _table(inputs[:MOST_ROWS], lang)


def _files(found: Comparison, _: str, lang: Lang) -> None:
    st.caption(say("ui_scenario_files", lang))
    st.download_button(
        say("ui_scenario_download", lang),
        data=lambda: comparison_tables.as_zip(found),
        file_name=f"{say('ui_scenario_file', lang)}.zip",
        mime="application/zip",
        on_click="ignore",
        key=f"scenario_zip_{lang}",
    )


def _table(table: pd.DataFrame, lang: Lang) -> None:
    st.dataframe(
        table,
        hide_index=True,
        height=TABLE_PX if len(table) > LOW_ROWS else "content",
        placeholder=say("no_figure", lang),
    )
