"""Together: several files written into a folder, all of them or none."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from geodata.faults import fail


def write_together(
    makers: Mapping[str, Callable[[Path], None]], folder: Path, *, stale: Sequence[str] = ()
) -> list[str]:
    """Write every file with its maker and return the names; a maker that breaks leaves ``folder`` as it was.

    Files are made in a hidden folder beside it first and moved when all are complete; files of other names stay, but
    those named ``stale``, which would contradict the new ones. Of two runs that write into one folder at once the later
    one waits, so that all files are of one of them.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
        try:
            for name, make in makers.items():
                make(unfinished / name)
            with alone(folder.parent):
                put_in_place(unfinished, folder, list(makers), stale)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise fail("cli_out_unwritable", column="--out", value=str(folder), why=error.strerror or str(error)) from error
    return list(makers)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder against other runs of this tool, which wait; where the system can't, go on without.

    The hold ends with the process, however that ends. Nothing is written into the folder.
    """
    held = None
    with suppress(ImportError, OSError):  # Windows has no fcntl, some network disks no locks
        import fcntl  # noqa: PLC0415 - where there is one

        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def put_in_place(made: Path, folder: Path, names: Sequence[str], stale: Sequence[str] = ()) -> None:
    """Move the files in ``made`` to ``folder`` for those of an earlier run; where one can't be moved, put all back."""
    new_folder = not folder.exists()
    folder.mkdir(exist_ok=True)
    earlier = made / "earlier"
    earlier.mkdir()
    gone = [*names, *(name for name in stale if name not in names)]
    try:
        for name in gone:
            if (folder / name).exists():
                (folder / name).replace(earlier / name)
        for name in names:
            (made / name).replace(folder / name)
    except BaseException:
        for name in gone:
            if name in names and not (made / name).exists():
                (folder / name).unlink(missing_ok=True)
            if (earlier / name).exists():
                (earlier / name).replace(folder / name)
        if new_folder:
            folder.rmdir()
        raise
