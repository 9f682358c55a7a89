"""Signing in: by the office's own OpenID provider where the server's secrets name one; else everybody is let in.

Streamlit does the signing in itself (``[auth]`` in ``.streamlit/secrets.toml``, see ``docs/sign-in.md``). A file of
secrets that can't be read lets nobody in: it may have held the provider.
"""

from html import escape
from importlib.util import find_spec
from pathlib import Path

import streamlit as st

from geodata.words import Lang, say
from ui import sidebar

SECTION = "auth"


def configured() -> bool:
    """Tell whether the server's secrets name a provider."""
    return bool(st.secrets.load_if_toml_exists()) and SECTION in st.secrets


def unreadable() -> bool:
    """Tell whether there are secrets that can't be read."""
    there = any(Path(path).is_file() for path in st.get_option("secrets.files"))
    return there and not st.secrets.load_if_toml_exists()


def signed_in() -> bool:
    """Tell whether this session may see the app."""
    if unreadable():
        return False
    return not configured() or bool(st.user.get("is_logged_in"))


def ask(lang: Lang) -> None:
    """Ask to sign in, or say why nobody can."""
    sidebar.language_switch(lang)
    st.html(f"<h1>{escape(say('ui_product', lang))}</h1><p>{escape(say('ui_sign_in_why', lang))}</p>")
    if unreadable():
        st.error(say("ui_sign_in_unreadable", lang))
    elif find_spec("authlib") is None:
        st.error(say("ui_sign_in_no_library", lang))
    else:
        st.button(say("ui_sign_in", lang), type="primary", on_click=st.login)


def who(lang: Lang) -> None:
    """Say who is signed in, and offer to leave; nothing where nobody signs in."""
    if not configured():
        return
    name = str(st.user.get("name") or st.user.get("email") or say("ui_sign_in_nameless", lang))
    st.html(f'<div class="plan-study">{escape(say("ui_signed_in", lang, name=name))}</div>')
    st.button(say("ui_sign_out", lang), on_click=st.logout, type="tertiary")
