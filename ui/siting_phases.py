"""Siting phases: what is built when, by number of sites or by money."""

import math

import streamlit as st

from geodata.words import Lang, say
from planning.siting.phase import Phase
from scenarios.siting_request import Request
from ui.siting_conditions import YUAN, Key, parts

UNITS = ("sites", "money")


def phases_asked(now: Request, key: Key, lang: Lang) -> tuple[tuple[Phase, ...], str, bool]:
    """Ask what phases are measured by, and for the phases, one a line: name and sites, or name and money.

    Returns the phases, what could not be read, and whether they are measured by money.
    """
    own = unit_of(now.phases)
    unit = st.radio(
        say("ui_sit_phases_by", lang),
        UNITS,
        index=UNITS.index(own),
        format_func=lambda one: say(f"ui_sit_phases_by_{one}", lang),
        horizontal=True,
        key=key("phases_by"),
    )
    money = unit == "money"
    held = now.phases if unit == own else ()
    text = "\n".join(_line(one) for one in held)
    said = st.text_area(
        say("ui_sit_phases_money" if money else "ui_sit_phases", lang),
        text,
        key=key(f"phases_{unit}"),
        placeholder=say(_hint(money=money), lang),
    )
    if said.strip() == text.strip() and held:
        return held, "", money
    return *phases_from(said, lang, money=money), money


def unit_of(phases: tuple[Phase, ...]) -> str:
    """Return what phases are measured by; sites where there are none."""
    return UNITS[1] if phases and phases[0].budget_yuan is not None else UNITS[0]


def _hint(*, money: bool) -> str:
    return "ui_sit_phases_hint_money" if money else "ui_sit_phases_hint"


def _line(phase: Phase) -> str:
    amount = phase.sites if phase.budget_yuan is None else phase.budget_yuan / YUAN
    return f"{phase.name}, {amount:.10g}"


def phases_from(text: str, lang: Lang, *, money: bool) -> tuple[tuple[Phase, ...], str]:
    """Read phases, one a line; say which line can't be read, or whose name stands twice."""
    found: list[Phase] = []
    for line in filter(str.strip, text.splitlines()):
        name, number = parts(line, 2)
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not name or not 0 < value < math.inf or not (money or value.is_integer()):
            return (), say("ui_sit_line_unread", lang, line=line, wanted=say(_hint(money=money), lang))
        if name in {one.name for one in found}:
            return (), say("ui_sit_phases_twice", lang, name=name)
        found.append(
            Phase(name=name, budget_yuan=round(value * YUAN, 2)) if money else Phase(name=name, sites=int(value))
        )
    none = say("ui_sit_phases_none", lang, wanted=say(_hint(money=money), lang))
    return tuple(found), "" if found else none
