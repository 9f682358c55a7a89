"""Language: the one that this session reads."""

import streamlit as st

from geodata.words import Lang


def lang() -> Lang:
    """Return the language of this session, Chinese unless chosen otherwise."""
    return "en" if st.session_state.get("lang") == "en" else "zh"
