"""Trouble: what the page says when the program itself has failed; the details go to the server's log."""

import logging
from collections.abc import Sequence
from html import escape

import streamlit as st

from geodata.faults import Fault
from geodata.words import Lang, say
from ui import language

LOG = logging.getLogger(__name__)
MOST_FAULTS = 50


def tell(error: Exception) -> bool:
    """Say that it is our fault, in place of Streamlit's own English box."""
    LOG.error("a page failed", exc_info=error)
    st.error(say("ui_our_fault", language.lang(), why=f"{type(error).__name__}: {error}"))
    return True


def faults(found: Sequence[Fault], lang: Lang) -> None:
    """Say what is wrong with the user's files, one line per fault."""
    lines = "".join(f"<li>{escape(fault.line(lang))}</li>" for fault in found[:MOST_FAULTS])
    st.error(say("ui_faults", lang, errors=len(found)))
    st.html(f"<ul>{lines}</ul>")


def say_lines(found: Sequence[Fault], lang: Lang) -> None:
    """Say in a few words why something that was asked for can't be done; names of files stay text."""
    lines = "<br>".join(escape(fault.message(lang)) for fault in found[:MOST_FAULTS])
    st.html(f'<div class="plan-hint plan-refused">{lines}</div>')
