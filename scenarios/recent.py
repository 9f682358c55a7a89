"""Recent: the studies on this computer that this user opened last."""

import json
from pathlib import Path

from scenarios.study_file import whole_path, write

FILE = "recent.json"
MOST = 8


def recent(folder: Path) -> tuple[Path, ...]:
    """Return the studies opened last that are still there, the latest first."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        paths = [Path(str(path)) for path in found["studies"]]
        return tuple(path for path in paths if path.is_file())[:MOST]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()


def note(folder: Path, study: Path) -> None:
    """Put a study on top of the list; where the folder can't be written nothing is noted."""
    known = dict.fromkeys((whole_path(study), *recent(folder)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / FILE, json.dumps({"studies": [str(path) for path in known][:MOST]}, ensure_ascii=False).encode())
    except OSError:
        return
