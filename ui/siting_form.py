"""Siting form: what is sought, how much of it, for whom and how near; everything else stands behind one more click."""

from dataclasses import replace

import streamlit as st

from exhibits.classes import shown_groups
from exhibits.style import label
from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.siting_parts import MOST_SITES
from scenarios.siting_request import GOALS, WALK_GOALS, Request
from ui import siting_conditions, siting_costs, siting_phases, siting_plan
from ui.siting_conditions import Key

LEAST_MIN, MOST_MIN = 1.0, 240.0
YUAN, MOST_BUDGET, BUDGET_STEP = 10_000.0, 1e8, 100.0  # budgets are asked in units of ten thousand
AMOUNTS = ("sites", "budget", "both", "phases")  # what limits a plan


def form(outcome: Outcome, lang: Lang) -> Request:
    """Ask in the sidebar what is wanted, and return what is in force."""
    now = siting_plan.request_in_force(outcome)
    st.html(f"<h2>{say('ui_sit_form', lang)}</h2>")
    wanted, unread = _asked(outcome, now, lang)
    wrong = unread or _fault(outcome, wanted, lang)
    if wrong:
        st.error(wrong)
    elif wanted != now:
        st.html(f'<div class="plan-hint plan-stale">{say("ui_stale", lang)}</div>')
    st.button(
        say("ui_sit_solve", lang),
        type="primary",
        width="stretch",
        disabled=bool(wrong) or wanted == now,
        on_click=siting_plan.ask,
        args=(now, wanted),
    )
    if now != siting_plan.first_request(outcome):
        st.button(say("ui_sit_own", lang), width="stretch", on_click=siting_plan.ask, args=(now, None))
    return now


def key_of(lang: Lang) -> Key:
    """Return how widgets are named: after the first request is restored, the form starts anew."""

    def key(name: str) -> str:
        return f"siting_{name}_{st.session_state.get('siting_round', 0)}_{lang}"

    return key


def _asked(outcome: Outcome, now: Request, lang: Lang) -> tuple[Request, str]:
    """Return the request as the form stands, and what could not be read; what is left as it was stays the very same."""
    key = key_of(lang)
    goal = st.selectbox(
        say("ui_sit_goal", lang),
        GOALS,
        index=GOALS.index(now.goal),
        format_func=lambda one: label("goal", one, lang),
        key=key("goal"),
    )
    wanted, unread, money = _amount(outcome, replace(now, goal=goal), now, key, lang)
    beside = st.container()  # what is said of the money needs the rest of the form
    groups = shown_groups(outcome)
    left, right = st.columns([3, 2], gap="small")
    group = left.selectbox(
        say("ui_sit_group", lang),
        groups,
        index=groups.index(now.group),
        format_func=lambda one: label("group", one, lang),
        key=key("group"),
    )
    given = now.limit_min or outcome.limits_s[-1] / 60
    limit = right.number_input(
        say("ui_sit_limit", lang), min(LEAST_MIN, given), MOST_MIN, given, 1.0, format="%.1f", key=key("limit")
    )
    wanted = replace(wanted, group=group, limit_min=now.limit_min if limit == given else float(limit))
    with st.expander(say("ui_sit_more", lang), expanded=False):
        wanted, worse = siting_conditions.asked(outcome, wanted, now, key, lang)
    with beside:
        siting_costs.tell(outcome, wanted, lang, money=money)
    return wanted, unread or worse


def _amount(outcome: Outcome, wanted: Request, now: Request, key: Key, lang: Lang) -> tuple[Request, str, bool]:
    """Ask how much may be built: sites, money, both, or phases; for the goal "all" how much is to be covered.

    Returns the request, what could not be read, and whether money is spent.
    """
    if wanted.goal == "all":
        percent = st.number_input(
            say("ui_sit_share", lang), 1.0, 100.0, 100 * now.share, 1.0, format="%.1f", key=key("share")
        )
        sites = now.sites if now.goal == "all" else None
        share = now.share if percent == 100 * now.share else percent / 100
        return replace(wanted, share=share, sites=sites, phases=()), "", now.budget_yuan is not None
    amounts = AMOUNTS[:1] if wanted.goal in {*WALK_GOALS, "fairest"} else AMOUNTS
    own = amount_of(now)
    amount = st.selectbox(
        say("ui_sit_amount", lang),
        amounts,
        index=amounts.index(own) if own in amounts else 0,
        format_func=lambda one: say(f"ui_sit_amount_{one}", lang),
        key=key(f"amount_{len(amounts)}"),
    )
    if amount == "phases":
        lines, unread, money = siting_phases.phases_asked(now, key, lang)
        built = sum(one.sites or 0 for one in lines) or None
        return replace(wanted, phases=lines, sites=built, budget_yuan=None), unread, money
    sites, budget = None, None
    if amount in {"sites", "both"}:
        most = max(1, min(MOST_SITES, known_candidates(outcome, now)), now.sites or 1)
        start = now.sites or min(siting_plan.DEFAULT_SITES, most)
        sites = int(st.number_input(say("ui_sit_sites", lang), 1, most, start, 1, key=key("sites")))
    if amount in {"budget", "both"}:
        held = 0.0 if now.budget_yuan is None else now.budget_yuan / YUAN
        given = st.number_input(
            say("ui_sit_budget", lang), 0.0, MOST_BUDGET, held, BUDGET_STEP, format="%.1f", key=key("budget")
        )
        budget = now.budget_yuan if now.budget_yuan is not None and given == held else round(float(given) * YUAN, 2)
    return replace(wanted, sites=sites, budget_yuan=budget, phases=()), "", budget is not None


def amount_of(request: Request) -> str:
    """Return what limits a request."""
    if request.phases:
        return "phases"
    if request.budget_yuan is None:
        return "sites"
    return "budget" if request.sites is None else "both"


def known_candidates(outcome: Outcome, now: Request) -> int:
    """Return how many sites could be chosen at most, as far as that is known before the search."""
    only_layer = now.candidates == "layer" or (not now.candidates and len(outcome.city.candidates))
    return len(outcome.city.candidates) + len(now.points) if only_layer else MOST_SITES


def _fault(outcome: Outcome, wanted: Request, lang: Lang) -> str:
    """Say what can't be asked for; "" where all is well."""
    if twice := sorted(set(wanted.forced) & set(wanted.forbidden)):
        return say("ui_sit_contrary", lang, name=siting_conditions.names_of(outcome, wanted).get(twice[0], twice[0]))
    if wanted.goal != "all" and wanted.sites is not None and len(wanted.forced) > wanted.sites:
        return say("ui_sit_many", lang, forced=len(wanted.forced), sites=wanted.sites)
    if unpriced := siting_costs.fault(outcome, wanted, lang):
        return unpriced
    return "\n\n".join(fault.message(lang) for fault in siting_plan.faults_of(outcome, wanted))
