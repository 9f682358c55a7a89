"""Siting run: a search in a thread of its own, watched and stopped by the one session that began it."""

import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from exhibits.screen.siting_headline import gap_text
from geodata.words import Lang, say
from planning.siting.plan import Progress, Watch
from planning.totals import counted
from scenarios.progress import Report

QUICK_S = 2.5  # a search that ends within this shows no progress
POLL_S = 0.5
LEFT_S = 120.0  # a search that nobody has looked at for so long is stopped
RUNS = "siting_runs"
Work = Callable[[Watch, Report], Any]


class Run:
    """One search: where it stands, and how to end it. The thread touches nothing of the page."""

    def __init__(self, key: str, work: Work) -> None:
        """Begin at once; ``key`` is the text of all that is asked."""
        self.key = key
        self.stage = ""
        self.progress: Progress | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.began_s = time.monotonic()
        self._looked_s = self.began_s
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(work,), name="siting", daemon=True)
        self._thread.start()

    def _work(self, work: Work) -> None:
        try:
            self.result = work(self._watch, self._report)
        except BaseException as error:  # noqa: BLE001 - raised again where the page asks for the result
            self.error = error

    def _watch(self, progress: Progress) -> bool:
        self.progress = progress
        return self._enough.is_set() or time.monotonic() - self._looked_s > LEFT_S

    def _report(self, stage: str) -> None:
        self.stage, self.progress = stage, None

    def stop(self) -> None:
        """End the search with the best plan so far."""
        self._enough.set()

    @property
    def stopping(self) -> bool:
        """Tell whether the search was asked to end."""
        return self._enough.is_set()

    def done(self, seconds: float = 0.0) -> bool:
        """Tell whether the search has ended, having waited for it so long at most."""
        self._looked_s = time.monotonic()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def answer(self) -> Any:  # noqa: ANN401 - whatever the work returns
        """Return the result; raise what the work raised."""
        if self.error is not None:
            raise self.error
        return self.result


def run_of(name: str) -> Run | None:
    """Return the run of this session that has a name."""
    found: Run | None = st.session_state.get(RUNS, {}).get(name)
    return found


def begin(name: str, key: str, work: Work) -> Run:
    """Return the run that answers ``key``, begun unless it is; an earlier one of the same name is ended."""
    before = run_of(name)
    if before is not None and before.key == key:
        return before
    if before is not None:
        before.stop()
    run = Run(key, work)
    st.session_state.setdefault(RUNS, {})[name] = run
    return run


def forget(name: str) -> None:
    """Forget a run that is over."""
    st.session_state.get(RUNS, {}).pop(name, None)


@st.fragment(run_every=POLL_S)
def show(name: str, lang: Lang) -> None:
    """Show where a run stands and a button to stop it; the page runs again when it is over."""
    run = run_of(name)
    if run is None or run.done():
        st.rerun()
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.html(f'<div class="plan-hint plan-stale" data-run="{escape(name)}">{escape(standing(run, lang))}</div>')
    right.button(
        say("ui_sit_stopping" if run.stopping else "ui_sit_stop", lang),
        on_click=run.stop,
        disabled=run.stopping,
        width="stretch",
        key=f"stop_{name}_{lang}",
    )


def standing(run: Run, lang: Lang) -> str:
    """Say the stage, the best so far, the bound, the distance of the two, and the seconds."""
    parts = [say(run.stage, lang) if run.stage else say("ui_sit_running", lang)]
    now = run.progress
    if now is not None:
        best, bound = (
            say("no_figure", lang) if not np.isfinite(one) else counted(one) for one in (now.objective, now.bound)
        )
        share = say("no_figure", lang) if not np.isfinite(now.gap) else gap_text(now.gap)
        parts.append(say("ui_sit_standing", lang, best=best, bound=bound, gap=share))
    parts.append(say("ui_sit_spent", lang, seconds=f"{time.monotonic() - run.began_s:.0f}"))
    return say("ui_sit_comma", lang).join(parts)
