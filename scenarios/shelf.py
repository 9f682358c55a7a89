"""Shelf: a folder of scenarios, each a numbered file; what is handed in from outside is checked before it is kept."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from geodata.faults import Fault, InputError, fail
from geodata.study import read_study
from planning.rules import known_profiles
from scenarios.edits import ChangePolicy
from scenarios.scenario import Scenario, read_scenario, scenario_text, write_scenario
from scenarios.study_file import MOST_STUDY_BYTES
from scenarios.workspace import file_name

MOST = 60
NUMBERED = re.compile(r"(\d+)\.toml")


def paths(folder: Path) -> list[Path]:
    """Return the files of the scenarios, in the order in which they were made; none where there is no folder."""
    found = [path for path in folder.glob("*.toml") if NUMBERED.fullmatch(path.name)]
    return sorted(found, key=lambda path: int(path.stem))


def read(folder: Path) -> tuple[list[Scenario], list[Fault]]:
    """Return the scenarios of a folder, of whatever study, and what is wrong with files that can't be read."""
    found: list[Scenario] = []
    faults: list[Fault] = []
    for path in paths(folder):
        try:
            found.append(read_scenario(path))
        except InputError as error:
            faults += error.faults
    return found, faults


def of_study(scenarios: Sequence[Scenario], study: Path) -> list[Scenario]:
    """Return the scenarios that start from a study."""
    return [one for one in scenarios if one.base_path.resolve() == study.resolve()]


def put(folder: Path, scenario: Scenario, study: Path) -> Scenario:
    """Keep a scenario as a new one of a study, under a name that no other has, and return it as it is kept."""
    there = paths(folder)
    if len(there) >= MOST:
        raise fail("shelf_full", value=MOST)
    number = max((int(path.stem) for path in there), default=0) + 1
    taken = {one.name for one in of_study(read(folder)[0], study)}
    name = next(name for name in _names(scenario.name) if name not in taken)
    kept = replace(scenario, name=name, base=str(study.resolve()), path=folder / f"{number}.toml")
    write_scenario(kept, kept.path)
    return kept


def _names(name: str) -> list[str]:
    return [name, *(f"{name} {number}" for number in range(2, MOST + 2))]


def keep(scenario: Scenario) -> None:
    """Write a scenario as it is now."""
    write_scenario(scenario, scenario.path)


def remove(folder: Path, scenario: Scenario) -> None:
    """Take a scenario of the folder away; one that lies elsewhere stays."""
    if scenario.path in paths(folder):
        scenario.path.unlink(missing_ok=True)


def take(folder: Path, content: bytes, name: str, study: Path) -> Scenario:
    """Keep a scenario file handed in as one of ``study``, whatever study it names; InputError with every fault.

    It may name rules of the rulebook or those of the study, no other file of this machine.
    """
    if len(content) > MOST_STUDY_BYTES:
        raise fail("study_too_long", value=name, most=f"{MOST_STUDY_BYTES / 1000:g}")
    folder.mkdir(parents=True, exist_ok=True)
    unread = folder / f"unread-{file_name(name)}"
    try:
        unread.write_bytes(rebased(content, study))
        found = read_scenario(unread)
        own = {*known_profiles(), read_study(study).policy}
        strange = [one.policy for one in found.edits if isinstance(one, ChangePolicy) and one.policy not in {"", *own}]
        if strange:
            raise fail("rules_parent", layer=name, column="policy", value=strange[0], nearest=" / ".join(sorted(own)))
        return put(folder, found, study)
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


def rebased(content: bytes, study: Path) -> bytes:
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
