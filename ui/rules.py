"""Rules page: who meets which rule, by how much not, why, and what would change with other choices."""

from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from exhibits.screen import about, basemap, estates, place, rule_headline, rule_tables, verdict_map
from exhibits.screen.estate_card import estate_card, rule_sentences
from exhibits.screen.site_card import counts_row, site_card
from geodata.words import Lang, say
from planning.totals import share_text
from scenarios import Outcome
from ui import cards, chosen, rule_cards, rules_form, tabs
from ui.offline_map import Focus, show_map

MAP_HEIGHT_PX = 500
MAP_SHARE, CARD_SHARE = 7, 3
MOST_ROWS = 500  # of a table on the page; its file holds all
TABLE_PX = 420
LOW_ROWS = 10  # a table of no more is as high as it needs


def show(outcome: Outcome, lang: Lang) -> None:
    """Show the page for the study as it was computed; other policies, days and choices are judged anew."""
    with st.sidebar:
        ruling = rules_form.form(outcome, lang)
    title = f"<h1>{escape(say('ui_rules_title', lang))}</h1>"
    if ruling is None:
        st.html(title)
        st.info(say("ui_rules_none", lang))
        return
    judged = rules_form.outcome_as(outcome, ruling, lang)
    own = outcome if judged.fingerprint != outcome.fingerprint else None
    figures = rule_headline.figures(judged, own, lang)
    st.html(
        title
        + cards.headline(figures, _reading(), about.rules(judged, figures, lang), lang)
        + f'<p class="plan-parameters">{escape(rule_headline.rules_line(judged, lang))}</p>'
    )
    shown = _filter(judged, lang)
    _map_and_card(judged, shown, lang)
    _tables(judged, shown, lang)


def _reading() -> estates.Reading:
    return "today" if st.session_state.get("reading_kept") == "today" else "permit"


def _filter(outcome: Outcome, lang: Lang) -> estates.Filter:
    """Ask for reading, street and verdicts; they hold for map and table."""
    left, middle, right = st.columns([5, 4, 14], gap="small")
    with left:
        st.segmented_control(
            say("ui_reading", lang),
            estates.READINGS,
            default=_reading(),
            format_func=lambda name: say(f"ui_reading_{name}", lang),
            key=f"reading_{lang}",
            on_change=_keep,
            args=(f"reading_{lang}", "reading_kept"),
        )
    names = estates.districts(outcome, lang)
    kept = str(st.session_state.get("district_kept", ""))
    with middle:
        options = ["", *names]
        district = st.selectbox(
            say("ui_filter_district", lang),
            options,
            index=options.index(kept) if kept in names else 0,
            format_func=lambda key: names.get(key, say("ui_filter_all", lang)),
            key=f"district_{lang}",
            on_change=_keep,
            args=(f"district_{lang}", "district_kept"),
        )
    number = estates.counts(outcome, estates.Filter(_reading(), district))
    kept_verdicts = st.session_state.get("verdicts_kept") or []
    offered = [name for name, many in number.items() if many or name in kept_verdicts]
    with right:
        wanted = st.pills(
            say("ui_filter_verdict", lang),
            offered,
            default=[name for name in offered if name in kept_verdicts],
            selection_mode="multi",
            format_func=lambda name: say(
                "ui_verdict_count", lang, verdict=estates.verdict_word(name, lang), n=number[name]
            ),
            key=f"verdicts_{lang}",
            on_change=_keep,
            args=(f"verdicts_{lang}", "verdicts_kept"),
        )
    return estates.Filter(_reading(), district, tuple(wanted))


def _keep(widget: str, name: str) -> None:
    st.session_state[name] = st.session_state[widget]


@st.fragment
def _map_and_card(outcome: Outcome, shown: estates.Filter, lang: Lang) -> None:
    left, right = st.columns([MAP_SHARE, CARD_SHARE], gap="small")
    with right:
        chosen.search(outcome, lang)
        below = st.container(height=MAP_HEIGHT_PX - 86, border=False)
    with left:
        _map(outcome, shown, lang)
    with below:
        _card(outcome, lang)


def _map(outcome: Outcome, shown: estates.Filter, lang: Lang) -> None:
    area = chosen.chosen_place(outcome)
    layers = [
        *basemap.base_layers(outcome.city, lang),
        verdict_map.estates_layer(outcome, shown, lang),
        verdict_map.counted_layer(outcome, lang),
    ]
    focus = None
    if area:
        layers.append(verdict_map.pooled_layer(outcome, area, lang))
        if chosen.moved() and (bounds_deg := place.around_deg(outcome, area)):
            focus = Focus(f"{area} {chosen.moved()}", bounds_deg)
    show_map(
        layers,
        verdict_map.legend(outcome, shown, lang),
        basemap.bounds_deg(outcome.city),
        key=f"rules_map{outcome.city.fingerprint}",
        lang=lang,
        height_px=MAP_HEIGHT_PX,
        on_click=lambda click: chosen.take(outcome, click),
        focus=focus,
    )


def _card(outcome: Outcome, lang: Lang) -> None:
    area, site = chosen.chosen_place(outcome), chosen.chosen_site(outcome)
    if not (area or site):
        st.html(f'<div class="plan-hint">{escape(chosen.hint("ui_rules_hint", lang))}</div>')
        return
    chosen.clear_button(lang)
    if area:
        st.html(rule_cards.estate(estate_card(outcome, area, lang), lang))
        return
    st.html(cards.site(site_card(outcome, site, lang)))
    st.html(
        f'<div class="plan-place">{cards.rows(counts_row(outcome, site, lang))}'
        f"{rule_cards.sentences(rule_sentences(outcome, site, 'facilities', lang))}</div>"
    )


@st.fragment
def _tables(outcome: Outcome, shown: estates.Filter, lang: Lang) -> None:
    makers = {
        "ui_tab_estates": _estates,
        "ui_tab_indicators": _indicators,
        "ui_tab_ledger": _ledger,
        "ui_tab_presence": _presence,
        "ui_tab_pooled": _pooled,
        "ui_tab_basis": _basis,
    }
    tabs.show(makers, outcome, shown, key="rules_tabs", lang=lang)


def _estates(outcome: Outcome, shown: estates.Filter, lang: Lang) -> None:
    table = rule_tables.estates(outcome, shown, lang)
    if table.empty:
        st.info(say("ui_estates_none", lang))
        return
    code = "ui_gaps_places_hint" if len(table) <= MOST_ROWS else "ui_estates_first"
    st.caption(say(code, lang, most=MOST_ROWS, n=len(table)))
    picked = st.dataframe(
        rule_tables.coloured(table[:MOST_ROWS], lang),
        hide_index=True,
        height=TABLE_PX,
        on_select="rerun",
        selection_mode="single-row",
        key=f"estates_{shown}_{lang}",
    )
    rows = picked["selection"]["rows"]
    if rows and st.session_state.get("estate_row_seen") != (shown, rows[0]):
        st.session_state["estate_row_seen"] = (shown, rows[0])
        chosen.choose(str(table.index[rows[0]]), moved=True)
        st.rerun()
    _download(outcome, table, "ui_file_estates", lang)


def _table(outcome: Outcome, table: pd.DataFrame, name: str, lang: Lang) -> None:
    if table.empty:
        st.info(say("ui_table_empty", lang))
        return
    if len(table) > MOST_ROWS:
        st.caption(say("ui_table_first", lang, most=MOST_ROWS, n=len(table)))
    shown = rule_tables.coloured(table[:MOST_ROWS], lang)
    st.dataframe(
        shown, hide_index=True, height=TABLE_PX if len(table) > LOW_ROWS else "content", column_config=_narrow(table)
    )
    _download(outcome, table, name, lang)


def _narrow(table: pd.DataFrame) -> dict[str, Any]:
    return {name: st.column_config.Column(width="medium") for name in rule_tables.wide(table)}


def _indicators(outcome: Outcome, shown: estates.Filter, lang: Lang) -> None:
    st.caption(say("ui_indicators_note", lang))
    if shown.district:
        st.caption(say("ui_indicators_whole", lang))
    _table(outcome, rule_tables.indicators(outcome, lang), "ui_file_indicators", lang)


def _ledger(outcome: Outcome, shown: estates.Filter, lang: Lang) -> None:
    st.caption(say("ui_ledger_note", lang))
    if shown.district:
        name = estates.districts(outcome, lang)[shown.district]
        st.caption(say("ui_ledger_district", lang, name=name))
    _table(outcome, rule_tables.ledger(outcome, shown, lang), "ui_file_ledger", lang)


def _presence(outcome: Outcome, _: estates.Filter, lang: Lang) -> None:
    st.caption(say("explain_presence", lang))
    _table(outcome, rule_tables.presence_rules(outcome, lang), "ui_file_presence", lang)
    st.html(f"<h2>{escape(say('ui_presence_groups', lang))}</h2>")
    _table(outcome, rule_tables.presence_groups(outcome, lang), "ui_file_presence_groups", lang)


def _pooled(outcome: Outcome, _: estates.Filter, lang: Lang) -> None:
    st.caption(say("ui_pooled_note", lang))
    _table(outcome, rule_tables.pooled(outcome, lang), "ui_file_pooled", lang)


def _basis(outcome: Outcome, _: estates.Filter, lang: Lang) -> None:
    left, right = st.columns([2, 3])
    with left:
        st.html(rule_cards.explained(rule_tables.explained(outcome, lang)))
        what_if = rules_form.centres(outcome)["today"]
        rate = share_text(what_if["passed"], what_if["judged"], what_if["unknown"], lang)
        st.html(f"<p>{escape(say('ui_if_centres', lang, rate=rate))}</p>")
    with right:
        st.html(f"<h2>{escape(say('ui_contradictions', lang))}</h2>")
        table = rule_tables.contradictions(outcome, lang)
        if table.empty:
            st.caption(say("ui_contradictions_none", lang))
        else:
            st.table(table)
        st.html(f"<h2>{escape(say('ui_parameters_rules', lang))}</h2>")
        table = rule_tables.parameters(outcome, lang)
        st.dataframe(table, hide_index=True, height=TABLE_PX, column_config=_narrow(table))


def _download(outcome: Outcome, table: pd.DataFrame, name: str, lang: Lang) -> None:
    st.download_button(
        say("ui_download", lang),
        data=lambda: rule_tables.as_csv(outcome, table, lang),
        file_name=f"{say(name, lang)}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"download_{name}_{lang}",
    )
