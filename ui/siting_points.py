"""Siting points: the candidates that were set on the map, with the name, floor area and cost that a planner knows."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import pandas as pd
import streamlit as st

from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.siting_parts import Point
from ui import siting_plan
from ui.siting_conditions import MOST_AREA_M2, YUAN

COLUMNS = ("id", "name", "area", "cost", "remove")
MOST_NAME = 40  # letters
MOST_COST = 1e8  # in units of ten thousand yuan, as of budgets
GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")  # 1,200 and 12,000.5
UNKNOWN = frozenset({"", "未知", "unknown"})


@dataclass(frozen=True)
class Entered:
    """The points as the table says, and what in it can't be read."""

    points: tuple[Point, ...]
    faults: tuple[str, ...]


def table(outcome: Outcome, lang: Lang) -> None:
    """Show the table of points, where there are any."""
    if siting_plan.request_in_force(outcome).points:
        _table(outcome, lang)


@st.fragment
def _table(outcome: Outcome, lang: Lang) -> None:
    now = siting_plan.request_in_force(outcome)
    st.html(f"<h4>{escape(say('ui_sit_points', lang, n=len(now.points)))}</h4>")
    st.caption(say("ui_sit_points_note", lang))
    names = {one: say(f"ui_sit_points_{one}", lang) for one in COLUMNS}
    edited = st.data_editor(
        frame_of(now.points).rename(columns=names),
        hide_index=True,
        column_config={
            names["id"]: st.column_config.TextColumn(disabled=True, width="small"),
            names["name"]: st.column_config.TextColumn(width="large", max_chars=MOST_NAME),
            names["area"]: st.column_config.TextColumn(alignment="right", width="medium"),
            names["cost"]: st.column_config.TextColumn(alignment="right", width="medium"),
            names["remove"]: st.column_config.CheckboxColumn(width="small"),
        },
        placeholder=say("ui_sit_points_unknown", lang),
        key=f"siting_points_{hash(now.points)}_{lang}",
    )
    entered = points_from(pd.DataFrame(edited).set_axis(list(COLUMNS), axis=1), now.points, lang)
    for line in entered.faults:
        st.error(line)
    same = entered.points == now.points
    if not entered.faults and not same:
        st.html(f'<div class="plan-hint plan-stale">{escape(say("ui_sit_points_stale", lang))}</div>')
    if st.button(
        say("ui_sit_points_take", lang),
        type="secondary" if same or entered.faults else "primary",
        disabled=same or bool(entered.faults),
        key=f"siting_points_take_{lang}",
    ):
        siting_plan.set_points(outcome, entered.points)
        st.rerun()


def frame_of(points: Sequence[Point]) -> pd.DataFrame:
    """Return the table of points: numbers as text, missing where not known, so that whatever is typed can be judged."""
    rows = [
        (one.id, one.name or one.id, _text(one.floor_area_m2, 1.0), _text(one.cost_yuan, YUAN), False) for one in points
    ]
    kinds = {**dict.fromkeys(COLUMNS[:-1], "string"), "remove": "bool"}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds)


def _text(value: float | None, unit: float) -> str | None:
    return None if value is None else f"{value / unit:.12g}"


def points_from(edited: pd.DataFrame, points: Sequence[Point], lang: Lang) -> Entered:
    """Read the table: what is left as it was stays the very same, what is emptied is not known."""
    found, faults = [], []
    shown = frame_of(points)
    for n, point in enumerate(points):
        row, before = edited.iloc[n], shown.iloc[n]
        if bool(row["remove"]):
            continue
        said = {name: "" if pd.isna(row[name]) else str(row[name]).strip() for name in COLUMNS[1:4]}
        was = {name: "" if pd.isna(before[name]) else str(before[name]) for name in COLUMNS[1:4]}
        changed = {name: said[name] for name in said if said[name] != was[name]}
        if "name" in changed and len(changed["name"]) > MOST_NAME:
            faults.append(say("ui_sit_points_long", lang, id=point.id, most=MOST_NAME))
        one = replace(point, name=changed["name"]) if "name" in changed else point
        for name, field, unit, most in (
            ("area", "floor_area_m2", 1.0, MOST_AREA_M2),
            ("cost", "cost_yuan", YUAN, MOST_COST),
        ):
            if name not in changed:
                continue
            code, value = number_in(changed[name], most, zero=name == "cost")
            if code:
                column = say(f"ui_sit_points_{name}", lang)
                faults.append(say(code, lang, id=point.id, column=column, value=changed[name], most=f"{most:,.0f}"))
            one = replace(one, **{field: None if value is None else round(value * unit, 2)})  # type: ignore[arg-type]
        found.append(one)
    return Entered(tuple(found), tuple(faults))


def number_in(text: str, most: float, *, zero: bool) -> tuple[str, float | None]:
    """Read a number that may be left open; return the code of what is wrong with it and the number.

    Parameters
    ----------
    zero
        Whether 0 is a value; else it is refused, as what isn't known is left empty.
    """
    plain = text.strip().replace("，", ",")
    if plain.casefold() in UNKNOWN:
        return "", None
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return "ui_sit_points_text", None
    if not math.isfinite(value) or "_" in plain:
        return "ui_sit_points_text", None
    if value < 0:
        return "ui_sit_points_negative", None
    if value == 0 and not zero:
        return "ui_sit_points_zero", None
    return ("ui_sit_points_much", None) if value > most else ("", value)
