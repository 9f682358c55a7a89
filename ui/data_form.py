"""How a file is read: sheet, coordinate system and columns, as recognised and as the planner puts them right."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from geodata.faults import Fault
from geodata.reading.proposal import Proposal
from geodata.study import LayerSource
from geodata.words import Lang, catalogue, say
from scenarios import intake
from ui import data_words

FORM_HEIGHT_PX = 300
NO_SYSTEM = frozenset({"crs_missing", "streets_no_crs", "crs_meridian_missing", "crs_not_guessed"})
Change = Callable[[LayerSource], None]


def lacks_system(proposal: Proposal) -> bool:
    """Tell whether the file doesn't say its coordinate system and it can't be told."""
    return any(fault.code in NO_SYSTEM for fault in proposal.faults)


def show(
    proposal: Proposal,
    source: LayerSource,
    version: str,
    doubts: Sequence[Fault],
    lang: Lang,
    *,
    change: Change,
    zone: str = "",
) -> None:
    """Show what was recognised; ``change`` is called with whatever is put right.

    Parameters
    ----------
    zone
        The zone of metres that the other layers lie in, to be offered; "" for none.
    """
    st.html(f'<div class="plan-study">{escape(source.path.name)}</div>')
    several = bool(proposal.sheets or proposal.sublayers)
    part, system = st.columns(2) if several else (None, st.container())
    if part:
        with part:
            _part(
                proposal.sheets, source.sheet, f"sheet_{version}", lang, lambda one: change(replace(source, sheet=one))
            )
            _part(
                proposal.sublayers,
                source.sublayer,
                f"sublayer_{version}",
                lang,
                lambda one: change(replace(source, sublayer=one)),
            )
    with system:
        _system(source, version, lang, change)
    if zone:
        _offer(zone, source, lang, change)
    named = tuple(fault for fault in proposal.evidence if intake.better_system(fault))
    if proposal.system:
        lines = [say("ui_read_as_read", lang, system=proposal.system)]
        lines += [data_words.message(fault, lang) for fault in proposal.evidence if fault not in named]
        st.html("".join(f'<p class="plan-parameters">{escape(line)}</p>' for line in lines))
    for fault in doubts or named[:1]:  # the streets know better than the file's name
        _doubt(fault, source, lang, change)
    if proposal.theirs and proposal.ours:
        st.html(f"<h4>{escape(say('ui_columns', lang, n=len(proposal.columns), all=len(proposal.ours)))}</h4>")
        with st.container(height=FORM_HEIGHT_PX, border=True):
            _columns(proposal, proposal.first, source, version, lang, change)
            rest = tuple(name for name in proposal.ours if name not in proposal.first)
            if rest:
                st.caption(say("ui_columns_rest", lang))
                _columns(proposal, rest, source, version, lang, change)


def _doubt(fault: Fault, source: LayerSource, lang: Lang, change: Change) -> None:
    """Say that the streets speak for another coordinate system, and offer to read the file so."""
    st.html(f'<div class="plan-hint plan-stale">{escape(data_words.message(fault, lang))}</div>')
    if better := intake.better_system(fault):
        _offer(better, source, lang, change)


def _offer(crs: str, source: LayerSource, lang: Lang, change: Change) -> None:
    st.button(
        say("ui_read_otherwise", lang, system=system_text(crs, lang)),
        on_click=change,
        args=(replace(source, crs=crs),),
        key=f"offer_{crs}",
    )


def _part(choices: tuple[str, ...], now: str, key: str, lang: Lang, take: Callable[[str], None]) -> None:
    """Ask for the sheet of a workbook or the layer of a container, where there are several."""
    if not choices:
        return
    st.selectbox(
        say(f"ui_choose_{key.split('_', maxsplit=1)[0]}", lang),
        ["", *choices],
        index=choices.index(now) + 1 if now in choices else 0,
        format_func=lambda one: one or say("ui_by_itself", lang),
        key=key,
        on_change=lambda: take(st.session_state[key] or ""),
    )


def _system(source: LayerSource, version: str, lang: Lang, change: Change) -> None:
    """Ask for the coordinate system."""
    known = list(intake.SYSTEMS) if source.crs in intake.SYSTEMS else [source.crs, *intake.SYSTEMS]
    key = f"system_{version}"

    def take() -> None:
        change(replace(source, crs=str(st.session_state[key] or "auto")))

    st.selectbox(
        say("ui_read_as", lang),
        known,
        index=known.index(source.crs),
        format_func=lambda word: system_text(word, lang),
        key=key,
        on_change=take,
        accept_new_options=True,
        help=say("ui_read_as_help", lang),
    )


def system_text(word: str, lang: Lang) -> str:
    """Say a coordinate system as planners call it."""
    code = f"ui_read_as_{word}"
    if code in catalogue():
        return say(code, lang)
    meridian = intake.meridian_deg(word)
    return say("ui_read_as_zone", lang, meridian=meridian, word=word) if meridian is not None else word


def _columns(
    proposal: Proposal, names: tuple[str, ...], source: LayerSource, version: str, lang: Lang, change: Change
) -> None:
    """Ask for the header of each column; one that was recognised can be replaced, or left unused but for streets."""
    sides = st.columns(2, gap="small")
    for place, name in enumerate(names):
        now = proposal.columns.get(name, "")
        key = f"column_{name}_{version}"
        choices = list(proposal.theirs) if now and proposal.layer == "streets" else ["", *proposal.theirs]
        none = "ui_column_unused" if now or source.columns.get(name) == "" else "ui_column_none"
        sides[place % 2].selectbox(
            data_words.column_title(proposal.layer, name, lang),
            choices,
            index=choices.index(now) if now in choices else 0,
            format_func=partial(_header, none=none, lang=lang),
            key=key,
            on_change=_settle,
            args=(source, name, key, change, bool(now)),
        )


def _header(header: str, none: str, lang: Lang) -> str:
    return header or say(none, lang)


def _settle(source: LayerSource, name: str, key: str, change: Change, found: bool) -> None:  # noqa: FBT001 - private
    """Settle one column; "" where one was found says that it is not to be used."""
    chosen = st.session_state[key] or ""
    columns = {other: header for other, header in source.columns.items() if other != name}
    change(replace(source, columns={**columns, name: chosen} if chosen or found else columns))
