"""Workspace: the folder of one session and the studies it works on.

A session is known by a random word of 128 bits that travels in the address of the page, so that a refresh finds it
again and nobody can guess another's. The folder is named by a hash of that word: who can list the folders still can't
open a session. A study that was opened is never changed in place: the first change makes a copy in the session's own
folder, whose layers point at the files where they lie; ``scenarios.project_file`` gathers them.
"""

import datetime as dt
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import tomlkit

from geodata.faults import fail
from scenarios.intake import safe_name
from scenarios.study_file import (
    digest,
    layer_tables,
    no_room,
    own_policy,
    read_document,
    set_head,
    whole_path,
    write_document,
    write_or_say,
)

STUDY = "study.toml"
STATE = "session.json"
MOST_STUDIES = 20  # that a session remembers
KEPT_S = 14 * 86_400.0  # a session that nobody came back to is removed with its uploads
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class State:
    """What a session remembers beside its files."""

    opened: str = ""  # path of the study that is open, "" where none is
    saved: Mapping[str, str] = field(default_factory=dict)  # by study, the latest first: its digest when last saved


def new_token() -> str:
    """Return a word of 128 random bits that names a session."""
    return secrets.token_hex(16)


def is_token(word: str) -> bool:
    """Tell whether ``word`` can name a session."""
    return _TOKEN.fullmatch(word) is not None


def space_of(root: Path, token: str) -> Path:
    """Return the folder of the session ``token`` below ``root``; it need not be there."""
    if not is_token(token):
        raise ValueError("not a session")
    return root / sha256(token.encode()).hexdigest()[:32]


def make_space(root: Path, token: str) -> Path:
    """Make the folder of a session, readable by this user alone, and return it."""
    space = space_of(root, token)
    try:
        root.mkdir(parents=True, exist_ok=True)
        space.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise no_room(root, error) from error
    return space


def remove_old(root: Path, now_s: float, kept_s: float = KEPT_S) -> int:
    """Remove the folders of sessions that nobody came back to for ``kept_s`` seconds; return how many."""
    removed = 0
    for space in sorted(root.glob("*")) if root.is_dir() else ():
        state = space / STATE
        try:
            last_s = (state if state.is_file() else space).stat().st_mtime
        except OSError:
            continue
        if space.is_dir() and now_s - last_s > kept_s:
            shutil.rmtree(space, ignore_errors=True)
            removed += 1
    return removed


def state_of(space: Path) -> State:
    """Return what the session remembers; nothing where its file is missing or damaged."""
    try:
        found = json.loads((space / STATE).read_text(encoding="utf-8"))
        saved = {str(study): str(kept) for study, kept in found["saved"].items()}
        return State(str(found["opened"]), saved)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return State()


def remember(space: Path, state: State) -> None:
    """Keep what the session remembers."""
    given = {"opened": state.opened, "saved": dict(state.saved)}
    write_or_say(space / STATE, json.dumps(given, ensure_ascii=False).encode())


def touch(space: Path) -> None:
    """Note that somebody came back to the session."""
    if (space / STATE).is_file():
        os.utime(space / STATE)


def opened(state: State, study: Path, saved: str | None = None) -> State:
    """Return the state with ``study`` open; one that was never open before counts as saved unless told otherwise.

    Parameters
    ----------
    saved
        Its digest when it was last saved, "" for never; None: what is known of it, else as it is now.
    """
    word = str(study)
    now = state.saved.get(word, digest(study)) if saved is None else saved
    others = {other: kept for other, kept in state.saved.items() if other != word}
    return State(word, dict([(word, now), *others.items()][:MOST_STUDIES]))


def study_in(text: str) -> Path:
    """Return the study that a path typed by hand means: the file, or the one in that folder."""
    try:
        path = Path(text.strip().strip("\"'“”")).expanduser()
        if path.is_absolute() and path.is_file():
            return path.resolve()
        found = [path / STUDY] if (path / STUDY).is_file() else sorted(path.glob("[!.]*.toml"))
        found = found if path.is_absolute() else []
    except (OSError, ValueError, RuntimeError):  # a name that no disk can hold, a home that isn't known
        found = []
    if len(found) != 1:
        raise fail("workspace_no_study", value=text)
    return found[0].resolve()


def file_name(name: str) -> str:
    """Return the name of a study as the name of a file."""
    return safe_name(name.replace("/", "_").replace("\\", "_"))


def owns(space: Path, study: Path) -> bool:
    """Tell whether a study lies in the folder of the session."""
    return study.resolve().is_relative_to(space.resolve())


def new_study(space: Path, name: str, policy: str, day: dt.date | None) -> Path:
    """Begin a study without layers and return its path."""
    folder = empty_folder(space)
    document = tomlkit.document()
    document.add("study", tomlkit.table())
    write_document(folder / STUDY, document)
    set_head(folder / STUDY, name, policy, day)
    return folder / STUDY


def own_copy(space: Path, study: Path) -> Path:
    """Copy a study file into the session's folder; its layers point at the files where they lie."""
    document = read_document(study)
    for table in layer_tables(document).values():
        if table.get("path"):
            table["path"] = str(whole_path(study.parent / str(table["path"])))
    if (policy := own_policy(document)) is not None:
        document["study"]["policy"] = str(whole_path(study.parent / policy))
    target = empty_folder(space) / STUDY
    write_document(target, document)
    return target


def empty_folder(space: Path) -> Path:
    """Make a folder for one more study of the session."""
    number = 1
    while True:
        folder = space / f"study-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        except OSError as error:
            raise no_room(folder, error) from error
        else:
            return folder
