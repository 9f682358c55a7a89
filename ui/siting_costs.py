"""Siting costs: said before a plan for money is sought, of how many candidates the cost is not known."""

from html import escape

import streamlit as st

from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.siting_costs import Unpriced, unpriced
from scenarios.siting_request import Request
from ui import siting_conditions


def tell(outcome: Outcome, request: Request, lang: Lang, *, money: bool) -> None:
    """Say how many candidates no budget can hold and what to do, where ``money`` is spent."""
    if not money or request.sizes_priced:
        return
    found = unpriced(outcome.city, request)
    if lines := lines_of(found, lang):
        body = "<br>".join(map(escape, lines))
        style = "plan-hint plan-stale" if found.unknown or found.generated else "plan-hint"
        st.html(f'<div class="{style}" data-unpriced="{found.unknown}">{body}</div>')


def lines_of(found: Unpriced, lang: Lang) -> list[str]:
    """Return what is said of candidates whose cost is not known, one thing a line."""
    lines = []
    if found.unknown:
        lines.append(say("ui_sit_unpriced", lang, n=found.unknown, all=found.candidates))
    elif found.candidates:
        lines.append(say("ui_sit_priced", lang, all=found.candidates))
    if found.generated:
        lines.append(say("ui_sit_unpriced_generated", lang))
    if found.by_area:
        lines.append(say("ui_sit_unpriced_area", lang, n=found.by_area))
    if found.own:
        lines.append(say("ui_sit_unpriced_own", lang, n=found.own))
    if found.without_area > found.own:
        lines.append(say("ui_sit_unpriced_layer", lang))
    return lines


def fault(outcome: Outcome, request: Request, lang: Lang) -> str:
    """Say which candidate must be chosen though its cost is not known; "" where there is none."""
    forced = unpriced(outcome.city, request).forced if request.needs_costs and request.forced else ()
    names = siting_conditions.names_of(outcome, request)
    listed = say("ui_sit_and", lang).join(names.get(one, one) for one in forced)
    return say("ui_sit_unpriced_forced", lang, names=listed) if forced else ""
