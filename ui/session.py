"""Session: the study shown, the language chosen and the outcome computed; outcomes are shared between sessions."""

import sys
import threading
import weakref
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
import streamlit as st

from geodata.city import City, read_city
from geodata.faults import Fault, InputError
from geodata.reading.proposal import Proposal, propose
from geodata.study import LayerSource, Walking, read_study
from planning.sensitivity import sensitivity
from planning.walking.profile import preset
from scenarios.demo import write_demo
from scenarios.intake import faults_of, fit, sorted_faults
from scenarios.outcome import Outcome, completed, walked
from scenarios.progress import Report
from scenarios.study_file import files_of
from ui import opened
from ui.opened import cache_folder

DEMO_PLACES, DEMO_SEED = 1000, 1
DEMO_EDITION = 2  # raise when the demo city is made differently: an old one is then no longer used
SPEEDS_M_S = (0.3, 2.0)  # what the page offers; a study file may go further
MOST_LIMITS, MOST_MIN = 6, 240
MOST_OUTCOMES, MOST_CITIES, MOST_PROPOSALS = 6, 2, 24
SHOWN = "shown"
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
    """Return the study this session opened, else the one named behind ``--`` on the command line, else the demo."""
    return opened.study() or commanded() or demo_study()


def commanded() -> Path | None:
    """Return the study named behind ``--`` on the command line, or None."""
    return Path(sys.argv[1]) if len(sys.argv) > 1 else None


def is_demo() -> bool:
    """Tell whether the demo city is shown."""
    shown = opened.study() or commanded()
    return shown is None or shown == demo_folder() / "study.toml"


def demo_study() -> Path:
    """Return the study of the demo city, written once into this user's own cache folder."""
    folder = demo_folder()
    with _demo_lock:
        found = folder / "study.toml"
        return found if found.is_file() else Path(write_demo(folder, places=DEMO_PLACES, seed=DEMO_SEED))


def demo_folder() -> Path:
    """Return where the demo city lies, or will."""
    return cache_folder() / f"demo-{DEMO_PLACES}-{DEMO_SEED}-{DEMO_EDITION}"


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
    named = [path for layer in read.layers.values() for path in files_of(layer.path)]
    paths = sorted({study, *named})
    files = tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths)
    return Asked(study, read.name, files, read.walking, walking or read.walking)


def outcome_of(asked: Asked, progress: Report, *, whole: bool = True) -> Outcome:
    """Return the outcome, computed once for all sessions that ask for the same; raise InputError as ``run`` does.

    Parameters
    ----------
    whole
        False: as far as who can walk where, which is all that the coverage page shows; see ``scenarios.outcome``.
    """
    found = computed(asked, progress, whole=whole)
    st.session_state[SHOWN] = (asked, weakref.ref(found))
    return found


def computed(asked: Asked, progress: Report, *, whole: bool) -> Outcome:
    """Return the outcome as ``outcome_of`` does, for no session in particular."""
    found = _walked(repr(asked), asked, progress)
    return _whole(repr(asked), found, progress) if whole else found


def old_outcome(asked: Asked, progress: Report, *, whole: bool = True) -> Outcome | None:
    """Return what this session saw last, where its files have changed since and nothing else; else None.

    A study whose files change is not computed again behind the planner's back: the page says so and waits.
    """
    before, held = st.session_state.get(SHOWN, (None, None))
    if before is None or held is None or before.files == asked.files:
        return None
    same = (before.study, before.walking) == (asked.study, asked.walking)
    found: Outcome | None = held() if same else None
    if found is None or found.summary["sensitivity"] or not whole:
        return found
    return _whole(repr(before), found, progress)


def with_speeds(outcome: Outcome) -> Outcome:
    """Return the outcome with what other walking speeds would give, where that has not been worked out yet."""
    if not outcome.sensitivity.empty:
        return outcome
    return replace(outcome, sensitivity=_speeds(outcome.fingerprint, outcome))


def forget_old() -> None:
    """Let the next page compute from the files as they are."""
    st.session_state.pop(SHOWN, None)


def proposal_of(source: LayerSource, near_lon_deg: float | None = None) -> tuple[Proposal, str]:
    """Return what the file of a layer seems to hold, and a word that changes with the file and how it is read."""
    files = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files_of(source.path)]
    version = sha256(repr((source, near_lon_deg, files)).encode()).hexdigest()[:20]
    return _proposal(version, source, near_lon_deg), version


def fit_of(layer: tuple[Proposal, str], streets: LayerSource, folder: Path) -> tuple[Fault, ...]:
    """Return the doubt that a layer lies in another coordinate system than it is read in, told by the streets."""
    proposal, version = layer
    return _fit(f"{version}{proposal_of(streets)[1]}", proposal, streets, folder)


def faults_in(asked: Asked, progress: Report) -> tuple[Fault, ...]:
    """Return everything wrong or doubtful in the files of a study, read once for all sessions."""
    try:
        return sorted_faults(faults_of(_city(repr((asked.study, asked.files)), asked.study, progress)))
    except InputError as error:
        return sorted_faults(error.faults)


# Streamlit's caches go by the arguments without a leading underscore: here the text of all that is asked.


@st.cache_resource(max_entries=MOST_OUTCOMES, show_spinner=False)
def _walked(asked_text: str, _asked: Asked, _progress: Report) -> Outcome:  # noqa: ARG001 - see above
    city = _city(repr((_asked.study, _asked.files)), _asked.study, _progress)
    return walked(city, progress=_progress, walking=_asked.walking)


@st.cache_resource(max_entries=MOST_OUTCOMES, show_spinner=False)
def _whole(asked_text: str, _found: Outcome, _progress: Report) -> Outcome:  # noqa: ARG001 - see above
    _progress("ui_stage_rules")
    return completed(_found, progress=_progress)


@st.cache_resource(max_entries=MOST_OUTCOMES, show_spinner=False)
def _speeds(fingerprint: str, _outcome: Outcome) -> pd.DataFrame:  # noqa: ARG001 - see above
    return sensitivity(_outcome.city, _outcome.profile)


@st.cache_resource(max_entries=MOST_CITIES, show_spinner=False)
def _city(files_text: str, _study: Path, _progress: Report) -> City:  # noqa: ARG001 - see above
    return read_city(_study, progress=_progress)


@st.cache_resource(max_entries=MOST_PROPOSALS, show_spinner=False)
def _proposal(version: str, _source: LayerSource, _near_lon_deg: float | None) -> Proposal:  # noqa: ARG001 - see above
    return propose(_source, _near_lon_deg)


@st.cache_resource(max_entries=MOST_PROPOSALS, show_spinner=False)
def _fit(
    version: str,  # noqa: ARG001 - see above
    _proposal: Proposal,
    _streets: LayerSource,
    _folder: Path,
) -> tuple[Fault, ...]:
    return fit(_proposal, _streets, _folder)
