"""Siting extras: how many sites, trade-offs and firmness, each worked out when asked for, as far as it is proven."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from exhibits.screen import charts, siting_change, siting_curves, siting_tables
from exhibits.screen.siting_tables import sited_of
from geodata.faults import InputError
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from scenarios import Outcome
from scenarios.siting_parts import MOST_SITES
from scenarios.siting_request import FRONTS, Request
from ui import siting_marks, siting_plan, siting_run, trouble

TABLE_PX = 420
LOW_ROWS = 10  # a table of no more is as high as it needs
CURVE_SITES = 20
ROW = "siting_row"  # the row that was picked in a table of points


def height_px(table: pd.DataFrame) -> int | Literal["content"]:
    """Return how high a table is shown."""
    return TABLE_PX if len(table) > LOW_ROWS else "content"


def rows(
    table: pd.DataFrame, key: str, picked: Callable[[int], None], columns: Mapping[str, Any] | None = None
) -> None:
    """Show a table of which a row can be picked."""

    def selected() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(table):
            picked(rows[0])

    st.dataframe(
        table,
        hide_index=True,
        height=height_px(table),
        on_select=selected,
        selection_mode="single-row",
        column_config=columns,
        placeholder=say("no_figure"),
        key=key,
    )


def curve(outcome: Outcome, judged: Outcome, lang: Lang) -> None:
    """Show what each number of sites covers."""
    sited = sited_of(outcome)
    request = sited.request
    if _refused(outcome, request, "curve", True, lang):
        return
    usable = len(outcome.city.candidates) - len(siting_tables.not_usable(outcome))
    least = max(1, len(request.forced))
    most = max(least, min(usable, MOST_SITES))
    start = min(most, max(CURVE_SITES, 2 * (request.sites or len(sited.sites)), least))
    upto = st.number_input(
        say("ui_sit_curve_most", lang), least, most, start, 1, key=f"curve_most_{least}_{most}_{lang}"
    )
    asked = siting_plan.extra_request(request, "curve", upto)
    table = sited.curve if sited.curve is not None and upto == request.sites else None
    table = _worked_out(judged, asked, "curve", table, (), lang)
    if table is None:
        return
    now = len(sited.sites)
    key = f"curve_{hash(repr(asked))}_{lang}"
    event = _chart(siting_curves.curve_chart(table, asked, now, lang), key)
    st.caption(say("ui_sit_curve_note", lang))
    _take_point(table, event, key, lambda row: siting_plan.as_many(request, int(table["sites"].iloc[row])), lang)
    _points(siting_curves.curve_table(table, asked, lang), key)
    _csv(table, "siting_curve.csv", lang)


def front(outcome: Outcome, judged: Outcome, lang: Lang) -> None:
    """Show coverage against sites, cost or the longest walk."""
    sited = sited_of(outcome)
    request = sited.request
    against = (
        st.segmented_control(
            say("ui_sit_front_against", lang),
            FRONTS,
            default=request.front or FRONTS[0],
            format_func=lambda one: say(f"ui_sit_front_{one}", lang),
            key=f"sit_front_{lang}",
        )
        or FRONTS[0]
    )
    asked = siting_plan.extra_request(request, "front", against)
    if _refused(outcome, asked, "front", against, lang):
        return
    table = sited.front if sited.front is not None and request.front == against else None
    table = _worked_out(judged, asked, "front", table, (), lang)
    if table is None:
        return
    if table.empty:
        st.info(say("ui_sit_front_none", lang))
        return
    key = f"front_{hash(repr(asked))}_{lang}"
    event = _chart(siting_curves.front_chart(table, asked, lang), key)
    st.caption(say(f"ui_sit_front_note_{against}", lang))
    _take_point(table, event, key, lambda row: siting_plan.of_front(request, against, table.iloc[row].to_dict()), lang)
    _points(siting_curves.front_table(table, asked, lang), key)
    _csv(table, "siting_front.csv", lang)


def _chart(drawn: charts.Chart, key: str) -> object:
    return st.altair_chart(
        drawn, width="stretch", theme=None, on_select="rerun", selection_mode=siting_curves.PICK, key=key
    )


def _take_point(table: pd.DataFrame, event: object, key: str, wanted: Callable[[int], Request], lang: Lang) -> None:
    """Offer to take the plan of a point that was clicked, on the chart or in its table."""
    picked = event["selection"].get(siting_curves.PICK) if isinstance(event, dict) else None
    taken = [int(one["row"]) for one in picked or () if "row" in one]
    of, row = st.session_state.get(ROW, ("", 0))
    taken += [row] if of == key else []
    if not taken or taken[0] >= len(table):
        st.caption(say("ui_sit_take_hint", lang))
        return
    one = table.iloc[taken[0]]
    text = say("ui_sit_take", lang, n=int(one["sites"]), covered=grouped(one["covered"]))
    st.button(text, type="primary", on_click=siting_plan.take, args=(wanted(taken[0]),), key=f"take_{lang}")


def _points(table: pd.DataFrame, key: str) -> None:
    """Show the rows behind a chart; one that is picked counts as clicked."""
    rows(table, f"rows_{key}", lambda row: st.session_state.update({ROW: (key, row)}))


def robust(outcome: Outcome, judged: Outcome, lang: Lang) -> None:
    """Show how often each site is chosen again."""
    sited = sited_of(outcome)
    if _refused(outcome, sited.request, "robust", True, lang):
        return
    asked = siting_plan.extra_request(sited.request, "robust", True)
    order = tuple(map(str, sited.sites.index))
    table = _worked_out(judged, asked, "robust", sited.robust, order, lang)
    if table is None:
        return
    st.caption(siting_change.robust_note(table, lang))
    ids = [str(one) for one in table["candidate_id"]]
    shown = siting_change.robust_table(table, lang)
    rows(shown, f"robust_{hash(repr(asked))}_{lang}", lambda row: siting_marks.choose(ids[row], moved=True))
    _csv(table, "siting_robust.csv", lang)


def _refused(outcome: Outcome, request: Request, name: str, value: object, lang: Lang) -> bool:
    """Say why a table can't be had together with what was asked."""
    wrong = siting_plan.faults_of(outcome, siting_plan.extra_request(request, name, value if name == "front" else 1))
    if wrong:
        trouble.say_lines(wrong, lang)
    return bool(wrong)


def _worked_out(
    judged: Outcome, asked: Request, name: str, table: pd.DataFrame | None, order: tuple[str, ...], lang: Lang
) -> pd.DataFrame | None:
    """Return a table beside the plan; where it isn't there yet, offer to work it out, and show how far that is."""
    try:
        found = table if table is not None else siting_plan.extra_table(judged, asked, name)
    except InputError as error:
        trouble.say_lines(error.faults, lang)
        return None
    if found is not None:
        return found
    run = siting_run.run_of(name)
    if run is not None and run.key == siting_plan.extra_key(judged, asked, name):
        siting_run.show(name, lang)
        return None
    st.caption(say(f"ui_sit_about_{name}", lang))
    begin = siting_plan.begin_extra(judged, asked, name, order)
    st.button(say("ui_sit_work_out", lang, seconds=f"{asked.seconds:g}"), on_click=begin, key=f"work_out_{name}_{lang}")
    return None


def _csv(table: pd.DataFrame, name: str, lang: Lang) -> None:
    """Offer a table as ``run`` would write it."""
    st.download_button(
        say("ui_sit_download_run", lang, name=name),
        data=lambda: siting_tables.csv_of(table),
        file_name=name,
        mime="text/csv",
        on_click="ignore",
        key=f"download_{name}_{lang}",
    )
