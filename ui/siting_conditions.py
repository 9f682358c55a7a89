"""Siting conditions: the part of the form for which candidates may be chosen, what they take, and what closes."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from geodata.words import Lang, say
from scenarios import Outcome
from scenarios.siting_parts import Capacity, Size
from scenarios.siting_request import NUMBERS, SOURCES, Request
from ui import siting_plan

MOST_AREA_M2, AREA_STEP_M2 = 100_000.0, 50.0
YUAN = 10_000.0
Key = Callable[[str], str]


def asked(outcome: Outcome, wanted: Request, now: Request, key: Key, lang: Lang) -> tuple[Request, str]:
    """Ask for everything behind the main questions, and say what could not be read."""
    wanted = _candidates(outcome, wanted, now, key, lang)
    wanted = _marks(outcome, wanted, now, key, lang)
    wanted = _surroundings(wanted, now, key, lang)
    return _seats(wanted, now, key, lang)


def _candidates(outcome: Outcome, wanted: Request, now: Request, key: Key, lang: Lang) -> Request:
    """Ask where candidates come from, and which of them will do."""
    sources = ("", *SOURCES)
    source = st.selectbox(
        say("ui_sit_source", lang),
        sources,
        index=sources.index(now.candidates),
        format_func=lambda one: say(f"ui_sit_source_{one or 'auto'}", lang),
        key=key("source"),
    )
    grid = now.grid_m
    if source in {"generated", "both"} or (not source and not len(outcome.city.candidates)):
        least, most = map(float, NUMBERS["grid_m"])
        grid = st.number_input(
            say("ui_sit_grid", lang), least, most, float(now.grid_m), 50.0, format="%.0f", key=key("grid")
        )
    known = sorted({*outcome.city.candidates["kind"].dropna().astype(str), *now.kinds})
    kinds = now.kinds
    if known:
        picked = st.multiselect(
            say("ui_sit_kinds", lang),
            known,
            default=list(now.kinds),
            placeholder=say("ui_sit_kinds_all", lang),
            key=key("kinds"),
        )
        kinds = now.kinds if set(picked) == set(now.kinds) else tuple(picked)
    area = st.number_input(
        say("ui_sit_area", lang), 0.0, MOST_AREA_M2, now.min_area_m2, AREA_STEP_M2, format="%.0f", key=key("area")
    )
    return replace(wanted, candidates=source, grid_m=float(grid), kinds=kinds, min_area_m2=float(area))


def _marks(outcome: Outcome, wanted: Request, now: Request, key: Key, lang: Lang) -> Request:
    """Ask which candidates must or may not be chosen, and which facilities close."""
    turn = st.session_state.get("siting_marks", 0)  # grows when the map marks a candidate
    names = names_of(outcome, now)
    forced = _picked(names, now.forced, say("ui_sit_forced", lang), key(f"forced{turn}"), lang)
    forbidden = _picked(names, now.forbidden, say("ui_sit_forbidden", lang), key(f"forbidden{turn}"), lang)
    facilities = {str(one): str(name) for one, name in outcome.city.facilities["name"].items()}
    closing = _picked(facilities, now.closing, say("ui_sit_closing", lang), key("closing"), lang)
    return replace(wanted, forced=forced, forbidden=forbidden, closing=closing)


def names_of(outcome: Outcome, request: Request) -> Mapping[str, str]:
    """Return the names of all candidates that this session knows, by id."""
    last = siting_plan.last_plan(outcome)
    more = {} if last is None else last.city.candidates["name"].astype(str).to_dict()
    given = {one: one for one in (*request.forced, *request.forbidden)}
    points = {one.id: one.name or one.id for one in request.points}
    own = outcome.city.candidates["name"].astype(str).to_dict()
    return {**given, **{str(one): name for one, name in {**more, **own}.items()}, **points}


def _picked(names: Mapping[str, str], given: tuple[str, ...], title: str, key: str, lang: Lang) -> tuple[str, ...]:
    found = st.multiselect(
        title,
        list(names),
        default=[one for one in given if one in names],
        format_func=lambda one: say("ui_sit_candidate", lang, name=names[one], id=one),
        placeholder=say("ui_sit_pick", lang),
        key=key,
    )
    return given if set(found) == set(given) else tuple(sorted(found))


def _surroundings(wanted: Request, now: Request, key: Key, lang: Lang) -> Request:
    """Ask about distances and streets."""
    medical = _number("ui_sit_medical", now.medical_m, key("medical"), 100.0, lang)
    spacing = _number("ui_sit_spacing", now.spacing_m, key("spacing"), 100.0, lang, least=1.0)
    prefer = st.checkbox(say("ui_sit_prefer", lang), now.prefer_medical, key=key("prefer"))
    streets = st.checkbox(say("ui_sit_streets", lang), now.one_per_street, key=key("streets"))
    return replace(wanted, medical_m=medical, spacing_m=spacing, prefer_medical=prefer, one_per_street=streets)


def _seats(wanted: Request, now: Request, key: Key, lang: Lang) -> tuple[Request, str]:
    """Ask what sites cost, whom they can take, in which sizes they come, and how long to search."""
    price = _number("ui_sit_price", now.yuan_per_m2, key("price"), 100.0, lang)
    has = now.capacity
    each = _number("ui_sit_each", has.each if has else None, key("each"), 10.0, lang, least=1.0)
    rate = _number("ui_sit_rate", has.elders_per_100m2 if has else None, key("rate"), 1.0, lang, least=0.1)
    capacity = has
    if has is None or (each, rate) != (has.each, has.elders_per_100m2):
        by_rate = Capacity(elders_per_100m2=rate, source=say("ui_sit_rate_source", lang)) if rate else None
        capacity = Capacity(each=each, source="[siting]") if each else by_rate
    text = "\n".join(size_line(one) for one in now.sizes)
    said = st.text_area(say("ui_sit_sizes", lang), text, key=key("sizes"), placeholder=say("ui_sit_sizes_hint", lang))
    sizes, unread = now.sizes, ""
    if said.strip() != text.strip():
        sizes, unread = sizes_from(said, lang)
    least, most = map(float, NUMBERS["seconds"])
    seconds = st.number_input(
        say("ui_sit_seconds", lang), least, most, float(now.seconds), 10.0, format="%.0f", key=key("seconds")
    )
    if each and rate:
        unread = unread or say("ui_sit_seats_twice", lang)
    return replace(wanted, yuan_per_m2=price, capacity=capacity, sizes=sizes, seconds=float(seconds)), unread


def _number(code: str, now: float | None, key: str, step: float, lang: Lang, *, least: float = 0.0) -> float | None:
    """Ask for a number that may be left out."""
    given = st.number_input(
        say(code, lang),
        least,
        None,
        now,
        step,
        format="%.0f" if step > 1 else "%.1f",
        placeholder=say("ui_sit_none", lang),
        key=key,
    )
    return None if given is None else float(given)


def size_line(size: Size) -> str:
    """Write a size as one line: area, capacity, cost in units of ten thousand."""
    cost = "" if size.cost_yuan is None else f"{size.cost_yuan / YUAN:.10g}"
    return f"{size.floor_area_m2:.10g}, {'' if size.capacity is None else f'{size.capacity:.10g}'}, {cost}".rstrip(", ")


def sizes_from(text: str, lang: Lang) -> tuple[tuple[Size, ...], str]:
    """Read sizes, one a line; say which line can't be read."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        try:
            area, capacity, cost = (float(part) if part else None for part in parts(line, 3))
        except ValueError:
            return (), say("ui_sit_line_unread", lang, line=line, wanted=say("ui_sit_sizes_hint", lang))
        known = [one for one in (area, capacity, cost) if one is not None]
        if not area or any(not 0 <= one < math.inf for one in known):
            return (), say("ui_sit_line_unread", lang, line=line, wanted=say("ui_sit_sizes_hint", lang))
        found.append(Size(floor_area_m2=area, capacity=capacity, cost_yuan=None if cost is None else cost * YUAN))
    return tuple(found), ""


def parts(line: str, count: int) -> list[str]:
    """Return the parts of a line, as many as wanted; Chinese commas part as well."""
    given = [part.strip() for part in line.replace("，", ",").replace("、", ",").split(",")]
    return [*given, *[""] * count][:count]
