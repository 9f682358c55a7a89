"""Folder: where exhibits are written, whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.faults import fail


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """Give a hidden folder beside ``folder``; what was made in it moves over when everything is complete.

    Files of the same name are replaced, others stay; when the work breaks, ``folder`` is as it was.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield unfinished
        _move(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move(unfinished: Path, folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
        for path in sorted(unfinished.iterdir()):
            goal = folder / path.name
            if path.is_dir() and goal.is_dir():
                shutil.rmtree(goal)
            path.replace(goal)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> Exception:
    return fail("cli_out_unwritable", column="--out", value=str(folder), why=error.strerror or str(error))
