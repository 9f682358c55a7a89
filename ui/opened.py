"""Opened: which study this session works on, and the folder that holds what it uploaded.

Streamlit forgets a session when its page is refreshed. So the session is named by 128 random bits in the address
(``?s=...``): whoever has the address has the session, and nobody can guess it. Nothing on the page links elsewhere, so
the address does not leak by itself; a planner who sends it on shares the study.
"""

import os
import time
from pathlib import Path

import streamlit as st

from scenarios import recent, workspace
from scenarios.study_file import digest

PARAM = "s"
KEPT_KEYS = frozenset({"token", "lang", "lang_choice", "go"})
HERE_ONLY = frozenset({"localhost", "127.0.0.1", "::1"})


def cache_folder() -> Path:
    """Return this user's folder for what can be made again."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(given) if given else Path.home() / ".cache") / "elder-care-planning"


def config_folder() -> Path:
    """Return this user's folder for what the app remembers."""
    given = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(given) if given else Path.home() / ".config") / "elder-care-planning"


def sessions_folder() -> Path:
    """Return the folder that holds one folder for every session."""
    return cache_folder() / "sessions"


def find_again() -> None:
    """Find the session that the address names, and keep its name in the address while pages change."""
    token = st.session_state.get("token")
    given = st.query_params.get(PARAM, "")
    if token is None and workspace.is_token(given) and workspace.space_of(sessions_folder(), given).is_dir():
        token = st.session_state["token"] = given
        workspace.touch(workspace.space_of(sessions_folder(), given))
    if token is not None and given != token:
        st.query_params[PARAM] = token
    elif token is None and given:
        del st.query_params[PARAM]


def space() -> Path:
    """Return the folder of this session, made when it is first needed."""
    token = st.session_state.get("token")
    if token is None:
        workspace.remove_old(sessions_folder(), time.time())
        token = st.session_state["token"] = workspace.new_token()
    return workspace.make_space(sessions_folder(), str(token))


def state() -> workspace.State:
    """Return what this session remembers; nothing before it opened anything."""
    token = st.session_state.get("token")
    return workspace.state_of(workspace.space_of(sessions_folder(), str(token))) if token else workspace.State()


def study() -> Path | None:
    """Return the study this session opened, or None."""
    found = state().opened
    return Path(found) if found else None


def is_own(path: Path) -> bool:
    """Tell whether a study lies in this session's own folder, so that it may be changed."""
    token = st.session_state.get("token")
    return bool(token) and workspace.owns(workspace.space_of(sessions_folder(), str(token)), path)


def open_study(path: Path, saved: str | None = None) -> None:
    """Open a study in this session; what was shown of the one before is forgotten.

    Parameters
    ----------
    saved
        "" for a study that was just begun and never saved; None: as it was known, else saved as it is.
    """
    for key in [key for key in st.session_state if key not in KEPT_KEYS]:
        del st.session_state[key]
    workspace.remember(space(), workspace.opened(state(), path, saved))
    if is_local() and not path.is_relative_to(cache_folder()):
        recent.note(config_folder(), path)


def for_changes(path: Path) -> Path:
    """Return the study that a change goes to: ``path`` where it is this session's own, else a copy, now open."""
    if is_own(path):
        return path
    copy = workspace.own_copy(space(), path)
    workspace.remember(space(), workspace.opened(state(), copy))
    return copy


def own_studies() -> tuple[Path, ...]:
    """Return the other studies of this session, the latest first."""
    now = state()
    paths = [Path(word) for word in now.saved if word != now.opened]
    return tuple(path for path in paths if path.is_file() and is_own(path))


def unsaved(path: Path) -> bool:
    """Tell whether a study of this session changed since it was opened or saved."""
    return is_own(path) and state().saved.get(str(path)) != digest(path)


def mark_saved(path: Path) -> None:
    """Note that a study was saved as it is now."""
    workspace.remember(space(), workspace.opened(state(), path, digest(path)))


def is_local() -> bool:
    """Tell whether only people at this computer can see the app: they alone may name folders of it."""
    address = st.get_option("server.address") or ""
    behind = st.get_option("server.baseUrlPath") or st.context.headers.get("X-Forwarded-For")
    return address in HERE_ONLY and not behind


def go(page: str) -> None:
    """Ask for another page, which comes with the next run."""
    st.session_state["go"] = page
