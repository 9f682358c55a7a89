"""Siting file: what is asked of siting, written as the table [siting] of a study file; reading it gives the same."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Comment, Item, Table, Whitespace

from scenarios.siting_request import Request, table_of
from scenarios.study_file import read_document, read_plain, write_document

KEY = "siting"
EXACT = 2**53  # whole numbers below it are the same as a float


def siting_text(request: Request, note: str = "") -> str:
    """Return a request as a table [siting], with a line above it that says what it is."""
    document = tomlkit.document()
    for line in note.splitlines():
        document.add(tomlkit.comment(line))
    document.add(KEY, _fresh(plain_table(request)))
    return tomlkit.dumps(document)


def plain_table(request: Request) -> dict[str, Any]:
    """Return the table [siting] of a request as a planner would write it: 500 rather than 500.0."""
    return {key: _plain(value) for key, value in table_of(request).items()}


def is_written(study: Path, request: Request) -> bool:
    """Tell whether the study file asks for just this; InputError where it can't be read."""
    return bool(read_plain(study).get(KEY) == plain_table(request))


def write_siting(study: Path, request: Request) -> None:
    """Write a request into a study file; what it doesn't change stays as it is, comments too.

    InputError where the file can't be read or written.
    """
    wanted = plain_table(request)
    whole = {**read_plain(study), KEY: wanted}
    document = read_document(study)
    table = document.get(KEY)
    if isinstance(table, Table):
        _edit(table, wanted)
    if tomllib.loads(tomlkit.dumps(document)) != whole:  # no such table, or one in pieces that can't be edited in place
        document = read_document(study)
        after = [one for key, item in document.body if key is not None and key.key == KEY for one in _after(item)]
        document.pop(KEY, None)
        for one in after:
            document.add(one)
        document[KEY] = _fresh(wanted)
    write_document(study, document)


def _edit(table: Table, wanted: Mapping[str, Any]) -> None:
    """Change a table where it differs from what is wanted."""
    stale = [key for key in table if table[key] != wanted.get(key)]
    after = [one for key in stale for one in _after(table[key])]
    for key in stale:
        if key not in wanted or isinstance(table[key], Table | AoT):
            del table[key]
    for key, value in wanted.items():
        if key in stale or key not in table:
            table[key] = _item(value)
    for one in after:
        table.add(one)


def _after(item: object) -> list[Comment | Whitespace]:
    """Return what stands below the last line of a table: blank lines, and comments on what comes after it."""
    if isinstance(item, AoT):
        return _after(item.body[-1]) if item.body else []
    if not isinstance(item, Table):
        return []
    found: list[Comment | Whitespace] = []
    for _, inside in reversed(item.value.body):
        if not isinstance(inside, Comment | Whitespace):
            return found or _after(inside)
        found.insert(0, inside)
    return found


def _fresh(wanted: Mapping[str, Any]) -> Item:
    table = tomlkit.table()
    for key, value in wanted.items():
        table.add(key, _item(value))
    return table


def _item(value: object) -> Item:
    """Return a value as it stands in the file: tables of a list one a line, within the list."""
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        array = tomlkit.array()
        array.extend([_item(one) for one in value])
        return array.multiline(multiline=True)
    return tomlkit.item(value)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    exact = isinstance(value, float) and value.is_integer() and abs(value) < EXACT
    return int(value) if exact else value  # type: ignore[call-overload]  # a float
