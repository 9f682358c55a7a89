"""Warming: the study named on the command line is computed while the server starts, so that its first page finds it.

Nothing here belongs to a session, and whatever goes wrong is left for the page to find and to say.
"""

import logging
import threading
import time
from pathlib import Path

import altair as alt  # noqa: F401 - heavy: at the start, not with the first page
import folium  # noqa: F401 - the same; but nothing that declares a component, which only a session may

from exhibits.classes import shown_groups
from exhibits.screen import basemap, charts, gaps, headline, place, webmap  # noqa: F401 - the same
from geodata.faults import InputError
from scenarios.progress import Report
from ui import maproutes, session

LOG = logging.getLogger(__name__)
LOOK_S = 0.05
OF_NO_SESSION = (  # Streamlit's caches work outside a session too, and say each time that there is none
    "streamlit.runtime.scriptrunner_utils.script_run_context",
    "streamlit.runtime.state.session_state_proxy",
)

_stage = "ui_running"
_walked = threading.Event()  # set where nothing is being warmed
_walked.set()


def begin() -> None:
    """Begin in the background, where a study is named on the command line."""
    if session.commanded():
        for name in OF_NO_SESSION:
            logging.getLogger(name).setLevel(logging.ERROR)
        _walked.clear()
        threading.Thread(target=_work, daemon=True, name="warming").start()


def wait(study: Path, progress: Report) -> None:
    """Wait for ``study`` while it is being warmed, and say the stages."""
    said = ""
    while study == session.commanded() and not _walked.is_set():
        if _stage != said:
            said = _stage
            progress(said)
        time.sleep(LOOK_S)


def _work() -> None:
    try:
        asked = session.asked_for(session.study_path(), None)
        outcome = session.computed(asked, _tell, whole=False)
        if groups := shown_groups(outcome):
            for layer in (*basemap.base_layers(outcome.city, "zh"), webmap.places_layer(outcome, groups[0], "zh")):
                maproutes.warm(layer)
        _walked.set()
        session.computed(asked, _tell, whole=True)
    except (InputError, OSError):
        LOG.info("nothing was warmed", exc_info=True)
    finally:
        _walked.set()


def _tell(stage: str) -> None:
    global _stage  # noqa: PLW0603 - one server warms one study
    _stage = stage
