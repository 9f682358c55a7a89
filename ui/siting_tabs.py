"""Siting tabs: tables and charts under the map, each made when it is opened, each with the file that ``run`` writes."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from exhibits.screen import siting_change, siting_tables
from exhibits.screen.siting_tables import sited_of
from exhibits.style import label
from geodata.words import Lang, say
from scenarios import Outcome
from ui import chosen, siting_extras, siting_marks, siting_plan, tabs

Maker = Callable[[Outcome, Outcome, Lang], None]


def tables(outcome: Outcome, judged: Outcome, lang: Lang) -> None:
    """Show the tabs; ``judged`` is the outcome without the plan, from which more is worked out."""
    makers: dict[str, Maker] = {
        "ui_tab_sit_sites": _sites,
        "ui_tab_sit_change": _change,
        "ui_tab_sit_left": _left,
        "ui_tab_sit_newly": _newly,
        "ui_tab_sit_curve": siting_extras.curve,
        "ui_tab_sit_front": siting_extras.front,
        "ui_tab_sit_robust": siting_extras.robust,
        "ui_tab_sit_phases": _phases,
        "ui_tab_sit_excluded": lambda one, _, said: excluded(one, said),
    }
    if sited_of(outcome).phases is None:
        makers.pop("ui_tab_sit_phases")
    tabs.show(makers, outcome, judged, key="siting_tabs", lang=lang)


def _sites(outcome: Outcome, judged: Outcome, lang: Lang) -> None:
    request = sited_of(outcome).request
    robust = sited_of(outcome).robust
    if robust is None:
        robust = siting_plan.extra_table(judged, siting_plan.extra_request(request, "robust", True), "robust")
    table = siting_tables.sites_table(outcome, lang, robust)
    st.caption(say("ui_sit_sites_note", lang))
    ids = [str(one) for one in sited_of(outcome).sites.index]
    reasons = {say("doc_col_reason", lang): st.column_config.Column(width="large")}
    siting_extras.rows(
        table,
        f"sites_{hash((repr(request), tuple(ids)))}_{lang}",
        lambda row: siting_marks.choose(ids[row], moved=True),
        reasons,
    )
    _file(outcome, "sites.csv", lang)


def _file(outcome: Outcome, name: str, lang: Lang) -> None:
    """Offer the file as ``run`` writes it."""
    st.download_button(
        say("ui_sit_download_run", lang, name=name),
        data=lambda: siting_tables.run_file(outcome, name, lang),
        file_name=name,
        mime="text/csv",
        on_click="ignore",
        key=f"download_{name}_{lang}",
    )


def _change(outcome: Outcome, _: Outcome, lang: Lang) -> None:
    levels, weights = siting_change.levels(outcome), siting_change.weights_known(outcome)
    left, right = st.columns(2)
    level = "city"
    if levels:
        level = (
            left.segmented_control(
                say("ui_gaps_level", lang),
                levels,
                default="street" if "street" in levels else levels[0],
                format_func=lambda one: label("level", one, lang),
                key=f"sit_level_{lang}",
            )
            or levels[0]
        )
    weight = (
        right.segmented_control(
            say("ui_sit_weight", lang),
            weights,
            default=weights[0],
            format_func=lambda one: say(f"weight_{one}", lang),
            key=f"sit_weight_{lang}",
        )
        or weights[0]
    )
    table = siting_change.before_after_table(outcome, level, weight, lang)
    st.caption(siting_change.before_after_note(outcome, weight, lang))
    st.dataframe(table, hide_index=True, height=siting_extras.height_px(table), placeholder=say("no_figure", lang))
    _file(outcome, "siting_before_after.csv", lang)


def _left(outcome: Outcome, _: Outcome, lang: Lang) -> None:
    table = siting_change.uncovered_table(outcome, lang)
    if table.empty:
        st.success(say("ui_sit_left_none", lang))
        return
    st.caption(siting_change.uncovered_counts(outcome, lang))

    def picked(row: int) -> None:
        siting_marks.clear()
        chosen.choose(str(table.index[row]), moved=True)

    siting_extras.rows(table, f"left_{hash(tuple(table.index))}_{lang}", picked)
    _file(outcome, "siting_uncovered.csv", lang)


def _newly(outcome: Outcome, _: Outcome, lang: Lang) -> None:
    _plain(outcome, siting_tables.newly_table(outcome, lang), "newly", lang)
    if len(sited_of(outcome).places):
        _file(outcome, "sites_places.csv", lang)


def _phases(outcome: Outcome, _: Outcome, lang: Lang) -> None:
    st.caption(say("ui_sit_phases_note", lang))
    st.dataframe(siting_change.phases_table(outcome, lang), hide_index=True, placeholder=say("no_figure", lang))
    _file(outcome, "siting_phases.csv", lang)


def excluded(outcome: Outcome, lang: Lang) -> None:
    """Show the candidates that can't be chosen."""
    _plain(outcome, siting_tables.excluded_table(outcome, lang), "excluded", lang)


def _plain(outcome: Outcome, table: pd.DataFrame, name: str, lang: Lang) -> None:
    if table.empty:
        st.info(say(f"ui_sit_{name}_none", lang))
        return
    st.dataframe(table, hide_index=True, height=siting_extras.height_px(table), placeholder=say("no_figure", lang))
    st.download_button(
        say("ui_download", lang),
        data=lambda: siting_tables.as_csv(outcome, table, lang),
        file_name=f"{say(f'ui_sit_file_{name}', lang)}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"download_{name}_{lang}",
    )
