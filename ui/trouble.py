"""Trouble: what the page says when the program itself has failed; the details go to the server's log."""

import logging

import streamlit as st

from geodata.words import say
from ui.language import lang

LOG = logging.getLogger(__name__)


def tell(error: Exception) -> bool:
    """Say that it is our fault, in place of Streamlit's own English box."""
    LOG.error("a page failed", exc_info=error)
    st.error(say("ui_our_fault", lang(), why=f"{type(error).__name__}: {error}"))
    return True
