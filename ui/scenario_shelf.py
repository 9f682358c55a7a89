"""Scenario shelf: the scenarios of one session, each a file in its folder, so that a refresh finds them again."""

import re
from dataclasses import replace
from pathlib import Path

import streamlit as st
import tomlkit
from tomlkit.exceptions import TOMLKitError

from geodata.faults import Fault, InputError, fail
from geodata.study import read_study
from planning.rules import known_profiles
from scenarios import workspace
from scenarios.edits import ChangePolicy
from scenarios.scenario import Scenario, read_scenario, scenario_text, write_scenario
from scenarios.study_file import MOST_STUDY_BYTES
from ui import opened

FOLDER = "scenarios"
MOST = 60
NUMBERED = re.compile(r"(\d+)\.toml")


def folder() -> Path | None:
    """Return where this session keeps its scenarios; None before it made any."""
    token = st.session_state.get("token")
    return workspace.space_of(opened.sessions_folder(), str(token)) / FOLDER if token else None


def paths() -> list[Path]:
    """Return the files of this session's scenarios, in the order in which they were made."""
    there = folder()
    found = [path for path in there.glob("*.toml") if NUMBERED.fullmatch(path.name)] if there else []
    return sorted(found, key=lambda path: int(path.stem))


def read() -> tuple[list[Scenario], list[Fault]]:
    """Return the scenarios of this session, of whatever study, and what is wrong with files that can't be read."""
    found: list[Scenario] = []
    faults: list[Fault] = []
    for path in paths():
        try:
            found.append(read_scenario(path))
        except InputError as error:
            faults += error.faults
    return found, faults


def of_study(scenarios: list[Scenario], study: Path) -> list[Scenario]:
    """Return the scenarios that start from a study."""
    return [one for one in scenarios if one.base_path.resolve() == study.resolve()]


def put(scenario: Scenario, study: Path) -> Scenario:
    """Keep a scenario as a new one of a study, under a name that no other has, and return it as it is kept."""
    if len(paths()) >= MOST:
        raise fail("ui_scenario_many", value=MOST)
    there = opened.space() / FOLDER
    number = max((int(path.stem) for path in paths()), default=0) + 1
    taken = {one.name for one in of_study(read()[0], study)}
    name = next(name for name in _names(scenario.name) if name not in taken)
    kept = replace(scenario, name=name, base=str(study.resolve()), path=there / f"{number}.toml")
    write_scenario(kept, kept.path)
    return kept


def _names(name: str) -> list[str]:
    return [name, *(f"{name} {number}" for number in range(2, MOST + 2))]


def keep(scenario: Scenario) -> None:
    """Write a scenario of this session as it is now."""
    write_scenario(scenario, scenario.path)


def remove(scenario: Scenario) -> None:
    """Take a scenario of this session away."""
    if scenario.path in paths():
        scenario.path.unlink(missing_ok=True)


def take(content: bytes, name: str, study: Path) -> Scenario:
    """Keep an uploaded scenario file as one of ``study``, whatever study it names; InputError with every fault.

    It may name rules of the rulebook or those of the study, no other file of this machine.
    """
    if len(content) > MOST_STUDY_BYTES:
        raise fail("study_too_long", value=name, most=f"{MOST_STUDY_BYTES / 1000:g}")
    there = opened.space() / FOLDER
    there.mkdir(parents=True, exist_ok=True)
    unread = there / f"unread-{workspace.file_name(name)}"
    try:
        unread.write_bytes(_rebased(content, study))
        found = read_scenario(unread)
        own = {*known_profiles(), read_study(study).policy}
        strange = [one.policy for one in found.edits if isinstance(one, ChangePolicy) and one.policy not in {"", *own}]
        if strange:
            raise fail("rules_parent", layer=name, column="policy", value=strange[0], nearest=" / ".join(sorted(own)))
        return put(found, study)
    except InputError as error:
        raise InputError(
            [
                replace(
                    one,
                    layer=name if one.layer == unread.name else one.layer,
                    value=name if one.value == unread.name else one.value,
                )
                for one in error.faults
            ]
        ) from error
    finally:
        unread.unlink(missing_ok=True)


def _rebased(content: bytes, study: Path) -> bytes:
    """Return a scenario file that names ``study``; as it is where it can't be read, so that reading says why."""
    try:
        document = tomlkit.parse(content.decode("utf-8-sig"))
        head = document.get("scenario")
        if isinstance(head, dict):
            head["base"] = str(study.resolve())
        return tomlkit.dumps(document).encode()
    except (UnicodeDecodeError, TOMLKitError, RecursionError):
        return content


def text_of(scenario: Scenario) -> bytes:
    """Return a scenario as a file to put beside its study."""
    return scenario_text(replace(scenario, base=scenario.base_path.name)).encode()
