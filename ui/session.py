"""Session: the study shown, the language chosen and the outcome computed; outcomes are shared between sessions."""

import os
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from geodata.city import City, read_city
from geodata.study import Walking, read_study
from planning.walking.profile import preset
from scenarios.demo import write_demo
from scenarios.outcome import Outcome, evaluate
from scenarios.progress import Report

DEMO_PLACES, DEMO_SEED = 1000, 1
DEMO_EDITION = 1  # raise when the demo city is made differently: an old one is then no longer used
SPEEDS_M_S = (0.3, 2.0)  # what the page offers; a study file may go further
MOST_LIMITS, MOST_MIN = 6, 240
MOST_OUTCOMES, MOST_CITIES = 6, 2
_demo_lock = threading.Lock()


@dataclass(frozen=True)
class Asked:
    """What an outcome is computed from: the files as they are on disk now, and who walks."""

    study: Path
    name: str
    files: tuple[tuple[str, int, int], ...]  # path, bytes, time of the last change
    own: Walking  # of the study itself
    walking: Walking  # as asked


def study_path() -> Path:
    """Return the study named behind ``--`` on the command line, or the demo city's."""
    return Path(sys.argv[1]) if len(sys.argv) > 1 else demo_study()


def is_demo() -> bool:
    """Tell whether the demo city is shown."""
    return len(sys.argv) <= 1


def demo_study() -> Path:
    """Return the study of the demo city, written once into this user's own cache folder."""
    folder = cache_folder() / f"demo-{DEMO_PLACES}-{DEMO_SEED}-{DEMO_EDITION}"
    with _demo_lock:
        found = folder / "study.toml"
        return found if found.is_file() else Path(write_demo(folder, places=DEMO_PLACES, seed=DEMO_SEED))


def cache_folder() -> Path:
    """Return this user's folder for what can be made again."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(given) if given else Path.home() / ".cache") / "elder-care-planning"


def walking_of(study: Walking, profile: str, speed_m_s: float | None, limits_text: str) -> Walking | None:
    """Return what was asked for, in the study's own words where they say the same; None where limits can't be read."""
    try:
        limits = tuple(
            float(word) for word in limits_text.replace("，", ",").replace("、", ",").split(",") if word.strip()
        )
    except ValueError:
        return None
    growing = list(limits) == sorted(set(limits)) and 0 < len(limits) <= MOST_LIMITS
    if not growing or not 0 < limits[0] <= limits[-1] <= MOST_MIN:
        return None
    changes = {key: value for key, value in study.changes.items() if key != "speed_m_s"}
    if speed_m_s is not None:
        changes["speed_m_s"] = round(speed_m_s, 3)
    same = preset(study.profile).name == profile
    return replace(study, profile=study.profile if same else profile, changes=changes, limits_min=limits)


def limits_text(walking: Walking) -> str:
    """Return the limits as the page's field holds them."""
    return ", ".join(f"{limit:g}" for limit in walking.limits_min)


def asked_for(study: Path, walking: Walking | None) -> Asked:
    """Return what to compute: the study with its own walker unless ``walking`` is given."""
    read = read_study(study)
    # a shapefile is several files of one name
    named = [near for layer in read.layers.values() for near in layer.path.parent.glob(f"{layer.path.stem}.*")]
    paths = sorted({study, *(path for path in named if path.is_file())})
    files = tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths)
    return Asked(study, read.name, files, read.walking, walking or read.walking)


def outcome_of(asked: Asked, progress: Report) -> Outcome:
    """Return the outcome, computed once for all sessions that ask for the same; raise InputError as ``run`` does."""
    return _outcome(repr(asked), asked, progress)


# Streamlit's caches go by the arguments without a leading underscore: here the text of all that is asked.


@st.cache_resource(max_entries=MOST_OUTCOMES, show_spinner=False)
def _outcome(asked_text: str, _asked: Asked, _progress: Report) -> Outcome:  # noqa: ARG001 - see above
    city = _city(repr((_asked.study, _asked.files)), _asked.study, _progress)
    return evaluate(city, progress=_progress, walking=_asked.walking)


@st.cache_resource(max_entries=MOST_CITIES, show_spinner=False)
def _city(files_text: str, _study: Path, _progress: Report) -> City:  # noqa: ARG001 - see above
    return read_city(_study, progress=_progress)
