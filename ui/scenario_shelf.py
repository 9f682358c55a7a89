"""Scenario shelf: the scenarios of one session, kept in its folder, so that a refresh finds them again."""

from pathlib import Path

import streamlit as st

from geodata.faults import Fault
from scenarios import shelf, workspace
from scenarios.scenario import Scenario
from scenarios.shelf import keep, of_study, text_of
from ui import opened

FOLDER = "scenarios"

__all__ = ["keep", "of_study", "put", "read", "remove", "take", "text_of"]


def folder() -> Path | None:
    """Return where this session keeps its scenarios; None before it made any."""
    token = st.session_state.get("token")
    return workspace.space_of(opened.sessions_folder(), str(token)) / FOLDER if token else None


def read() -> tuple[list[Scenario], list[Fault]]:
    """Return the scenarios of this session, of whatever study, and what is wrong with files that can't be read."""
    there = folder()
    return shelf.read(there) if there else ([], [])


def put(scenario: Scenario, study: Path) -> Scenario:
    """Keep a scenario as a new one of a study, and return it as it is kept."""
    return shelf.put(opened.space() / FOLDER, scenario, study)


def remove(scenario: Scenario) -> None:
    """Take a scenario of this session away."""
    if there := folder():
        shelf.remove(there, scenario)


def take(content: bytes, name: str, study: Path) -> Scenario:
    """Keep an uploaded scenario file as one of ``study``; InputError with every fault."""
    return shelf.take(opened.space() / FOLDER, content, name, study)
