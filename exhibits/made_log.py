"""Made log: which file was made when, from which inputs and with which parameters, as a table beside the files."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from errno import EEXIST
from hashlib import sha256
from pathlib import Path

from exhibits.products import TitleBlock
from geodata.words import Lang
from planning.totals import minutes
from scenarios.outcome import Outcome
from scenarios.study_file import write as write_whole
from scenarios.tables import harmless

FILE = "made.csv"
MOST_BYTES = 20_000_000  # some 50,000 lines
COLUMNS = (
    "made_at",
    "file",
    "bytes",
    "sha256",
    "study",
    "fingerprint",
    "day",
    "policy",
    "walker",
    "speed_m_s",
    "limits_min",
    "suggested_sites",
    "lang",
    "unit",
    "made_on",
    "approval",
)


def entries(
    outcome: Outcome, files: Iterable[tuple[str, bytes]], block: TitleBlock, lang: Lang, now: dt.datetime
) -> list[dict[str, str]]:
    """Return one line for each file, given as name and content.

    Parameters
    ----------
    now : when the files were made, with its time zone
    """
    study, profile = outcome.city.study, outcome.profile
    sited = outcome.sited
    shared = {
        "study": study.name,
        "fingerprint": outcome.fingerprint,
        "day": study.day.isoformat() if study.day else "",
        "policy": study.policy,
        "walker": profile.label(lang),
        "speed_m_s": f"{profile.speed_m_s:g}",
        "limits_min": " ".join(str(minutes(limit)) for limit in outcome.limits_s),
        "suggested_sites": "" if sited is None else str(len(sited.sites)),
        "lang": lang,
        "unit": block.unit,
        "made_on": block.made_on,
        "approval": block.approval,
    }
    made_at = now.isoformat(timespec="seconds")
    return [
        {
            "made_at": made_at,
            "file": name,
            "bytes": str(len(data)),
            "sha256": sha256(data).hexdigest(),
            **{key: str(harmless(value)) for key, value in shared.items()},
        }
        for name, data in files
    ]


def read(folder: Path) -> list[dict[str, str]]:
    """Return the lines of a folder's log, oldest first; none where there is no log or it can't be read.

    A log that a spreadsheet of a Chinese system saved again is in GB 18030.
    """
    return _lines(folder / FILE) or []


def _lines(path: Path) -> list[dict[str, str]] | None:
    """Return the lines of a log, None where there is none or the file isn't one."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:  # pipes and devices never end
            return None
        table = csv.DictReader(io.StringIO(_decoded(path.read_bytes())))
        lines = [{key: line.get(key) or "" for key in COLUMNS} for line in table]
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    return lines if set(COLUMNS) <= set(table.fieldnames or ()) else None


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def write(folder: Path, lines: Iterable[dict[str, str]]) -> None:
    """Write a whole log, in a form that spreadsheets open as Chinese; whole or not at all.

    Raises OSError where that can't be done, and FileExistsError for a file of that name that is no log: it may be data.
    """
    path = folder / FILE
    if path.exists() and _lines(path) is None:
        raise FileExistsError(EEXIST, "no log", str(path))
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    table.writeheader()
    table.writerows(lines)
    write_whole(path, out.getvalue().encode("utf-8-sig"))
