"""Tabs: several tables under one map, each made only when it is opened."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from geodata.words import Lang, say


def show(makers: Mapping[str, Callable[..., None]], *given: Any, key: str, lang: Lang) -> None:  # noqa: ANN401 - handed on
    """Show a tab for each name of ``makers`` and fill the open one by ``maker(*given, lang)``."""
    tabs = st.tabs([say(name, lang) for name in makers], on_change="rerun", key=f"{key}_{lang}")
    for tab, maker in zip(tabs, makers.values(), strict=True):
        if tab.open:
            with tab:
                maker(*given, lang)
