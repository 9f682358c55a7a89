"""Siting plan: what this session asks for, the plans it has had, and how a new one is found."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from exhibits.classes import shown_groups
from geodata.faults import Fault, InputError
from planning.siting.plan import Watch
from scenarios import Outcome
from scenarios.progress import Report
from scenarios.rulings import Ruling, own_ruling
from scenarios.siting import Sited, extra, site
from scenarios.siting_parts import Point
from scenarios.siting_request import Request, request_of, table_of
from ui import siting_run

DEFAULT_SITES, DEFAULT_GROUP = 5, "day_care"
MOST_PLANS = 8
ASKED, BEFORE, PLANS, LAST, TABLES = "siting_request", "siting_before", "siting_plans", "siting_last", "siting_tables"


def first_request(outcome: Outcome) -> Request:
    """Return what the study asks for, else the defaults."""
    if outcome.sited is not None:
        return outcome.sited.request
    groups = shown_groups(outcome)
    group = DEFAULT_GROUP if DEFAULT_GROUP in groups else groups[0]
    return Request(sites=min(DEFAULT_SITES, len(outcome.city.candidates) or DEFAULT_SITES), group=group)


def request_in_force(outcome: Outcome) -> Request:
    """Return what this session asked last, else what the study asks for."""
    asked: Request | None = st.session_state.get(ASKED)
    return asked if asked is not None and asked.group in shown_groups(outcome) else first_request(outcome)


def ask(now: Request, wanted: Request | None) -> None:
    """Ask for ``wanted`` from now on; None is what was asked first."""
    st.session_state[BEFORE] = now
    if wanted is None:
        st.session_state.pop(ASKED, None)
        st.session_state["siting_round"] = st.session_state.get("siting_round", 0) + 1
    else:
        st.session_state[ASKED] = wanted


def undo() -> None:
    """Ask again for what was asked before the last change."""
    before = st.session_state.pop(BEFORE, None)
    if before is None:
        st.session_state.pop(ASKED, None)
    else:
        st.session_state[ASKED] = before
    st.session_state["siting_round"] = st.session_state.get("siting_round", 0) + 1


def marked(request: Request, candidate_id: str, how: str) -> Request:
    """Return the request with a candidate ``forced``, ``forbidden`` or neither."""
    forced = {one for one in request.forced if one != candidate_id} | ({candidate_id} if how == "forced" else set())
    barred = {one for one in request.forbidden if one != candidate_id} | (
        {candidate_id} if how == "forbidden" else set()
    )
    return replace(request, forced=tuple(sorted(forced)), forbidden=tuple(sorted(barred)))


def mark(outcome: Outcome, candidate_id: str, how: str) -> None:
    """Force or forbid a candidate, or neither; the lists of the form follow."""
    now = request_in_force(outcome)
    ask(now, marked(now, candidate_id, how))
    st.session_state["siting_marks"] = st.session_state.get("siting_marks", 0) + 1


def add_point(outcome: Outcome, lon_deg: float, lat_deg: float, name: str) -> str:
    """Add a candidate at a spot and return its id; ``name`` holds {n}, its number."""
    now = request_in_force(outcome)
    taken = {*outcome.city.candidates.index, *(one.id for one in now.points)}
    n = next(n for n in range(1, len(taken) + 2) if f"P{n}" not in taken)
    point = Point(id=f"P{n}", lon_deg=round(lon_deg, 6), lat_deg=round(lat_deg, 6), name=name.format(n=n))
    ask(now, replace(now, points=(*now.points, point)))
    return point.id


def with_points(request: Request, points: tuple[Point, ...]) -> Request:
    """Return the request with other points set by hand; marks of those taken away go with them."""
    for one in {one.id for one in request.points} - {one.id for one in points}:
        request = marked(request, one, "")
    return replace(request, points=points)


def set_points(outcome: Outcome, points: tuple[Point, ...]) -> None:
    """Ask with other points set by hand; the lists of the form follow."""
    now = request_in_force(outcome)
    ask(now, with_points(now, points))
    st.session_state["siting_marks"] = st.session_state.get("siting_marks", 0) + 1


def remove_point(outcome: Outcome, candidate_id: str) -> None:
    """Take a candidate that was added away again."""
    points = request_in_force(outcome).points
    set_points(outcome, tuple(one for one in points if one.id != candidate_id))


def faults_of(outcome: Outcome, request: Request) -> tuple[Fault, ...]:
    """Return what can't be asked for, as a study file that asks for it would be told."""
    try:
        request_of(table_of(request), outcome.groups)
    except InputError as error:
        return tuple(error.faults)
    return ()


def plan_of(judged: Outcome, request: Request, ruling: Ruling | None) -> Sited | None:
    """Return the plan that answers a request; None while the search for it goes on.

    It begins with the last plan of this session. What the study itself asks for was answered with the outcome.
    """
    own = judged.sited if ruling == own_ruling(judged.city.study) and request not in anew() else None
    if own is not None and own.request == request:
        return kept(judged, own)
    key = f"{judged.fingerprint} {ruling!r} {request!r}"
    plans: dict[str, Sited] = st.session_state.setdefault(PLANS, {})
    if key in plans:
        return kept(judged, plans[key])
    last = last_plan(judged)
    start = tuple(map(str, last.sites.index)) if last is not None else ()

    def work(watch: Watch, report: Report) -> Sited:
        paths, covered = judged.network, judged.covered
        return site(judged.city, paths, covered, judged.judgement, request, start=start, watch=watch, progress=report)

    run = siting_run.begin("plan", key, work)
    if not run.done(siting_run.QUICK_S):
        return None
    siting_run.forget("plan")
    plans[key] = run.answer()
    while len(plans) > MOST_PLANS:
        plans.pop(next(iter(plans)))
    return kept(judged, plans[key])


def anew() -> list[Request]:
    """Return what is to be searched again though the study's own plan answers it."""
    found: list[Request] = st.session_state.setdefault("siting_anew", [])
    return found


def kept(judged: Outcome, sited: Sited) -> Sited:
    """Remember the plan that is shown."""
    st.session_state[LAST] = (judged.city.fingerprint, sited)
    return sited


def last_plan(judged: Outcome) -> Sited | None:
    """Return the plan that was shown last of this city."""
    city, sited = st.session_state.get(LAST, ("", None))
    found: Sited | None = sited if sited is not None and city == judged.city.fingerprint else None
    return found


def with_plan(judged: Outcome, sited: Sited) -> Outcome:
    """Return the outcome with a plan, and with the candidates that it was chosen from."""
    return replace(judged, city=sited.city, sited=sited)


def extra_request(request: Request, name: str, value: object) -> Request:
    """Return what one table beside the plan depends on, so that it is worked out once for all plans that share it."""
    plain = replace(request, curve=False, robust=False, front="")
    if name == "curve":
        return replace(plain, sites=int(str(value)), curve=True)
    if name == "front":
        sites = plain.sites if value == "worst_walk" else max(1, len(plain.forced))
        return replace(plain, sites=sites, budget_yuan=None, phases=(), front=str(value))
    return replace(plain, robust=True)


def extra_key(judged: Outcome, asked: Request, name: str) -> str:
    """Return the text of all that a table beside the plan depends on."""
    return f"{name} {judged.fingerprint} {asked!r}"


def extra_table(judged: Outcome, asked: Request, name: str) -> pd.DataFrame | None:
    """Return a table beside the plan once it has been worked out."""
    tables: dict[str, pd.DataFrame] = st.session_state.setdefault(TABLES, {})
    key = extra_key(judged, asked, name)
    if key in tables:
        return tables[key]
    run = siting_run.run_of(name)
    if run is None or run.key != key or not run.done():
        return None
    siting_run.forget(name)
    tables[key] = run.answer()
    while len(tables) > MOST_PLANS:
        tables.pop(next(iter(tables)))
    return tables[key]


def begin_extra(judged: Outcome, asked: Request, name: str, order: tuple[str, ...]) -> Callable[[], None]:
    """Return what begins to work a table out."""

    def work(watch: Watch, report: Report) -> pd.DataFrame:
        paths, covered, rules = judged.network, judged.covered, judged.judgement
        return extra(judged.city, paths, covered, rules, asked, name, order=order, watch=watch, progress=report)

    def begin() -> None:
        siting_run.begin(name, extra_key(judged, asked, name), work).done(siting_run.QUICK_S)

    return begin


def take(wanted: Request) -> None:
    """Ask for something that the page offers; the form starts anew from it."""
    st.session_state[BEFORE] = st.session_state.get(ASKED)
    st.session_state[ASKED] = wanted
    st.session_state["siting_round"] = st.session_state.get("siting_round", 0) + 1


def as_many(request: Request, sites: int) -> Request:
    """Return the request for another number of sites."""
    return replace(request, sites=sites, phases=())


def of_front(request: Request, against: str, point: Mapping[Hashable, Any]) -> Request:
    """Return the request that a point of a front answers: its sites, its budget, or, for walks, these very sites."""
    if against == "sites":
        return replace(request, sites=int(point["sites"]), phases=(), budget_yuan=None)
    if against == "cost":
        return replace(request, sites=None, phases=(), budget_yuan=float(point["figure"]), curve=False, robust=False)
    ids = tuple(sorted(str(point["candidate_ids"]).split("、")))
    return replace(request, sites=len(ids), phases=(), forced=ids, forbidden=())


def feasible(request: Request, details: object) -> Request | None:
    """Return the nearest request that has a plan, where the reason why there is none names a number or a cost."""
    if not isinstance(details, Mapping):
        return None
    if (cost := details.get("cost", details.get("found") if "budget" in details else None)) is not None:
        if request.budget_yuan is None or not float(cost) > request.budget_yuan:
            return None
        return replace(request, budget_yuan=float(np.ceil(float(cost))))
    needed = details.get("found", details.get("needed", details.get("forced")))
    if needed is None or request.sites is None or not float(needed) > request.sites:
        return None
    return replace(request, sites=int(np.ceil(float(needed))))


def go_on(sited: Sited) -> None:
    """Search on from a plan that was ended early."""
    plans: dict[str, Sited] = st.session_state.get(PLANS, {})
    for key in [key for key, one in plans.items() if one is sited]:
        del plans[key]
    anew().append(sited.request)
