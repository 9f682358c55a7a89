"""Progress: a bar on standard error for work that takes more than two seconds, silence for the rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from geodata.words import Lang, say

Report = Callable[[str], None]  # called with the code of each stage as it begins

STAGES = (
    "stage_read",
    "stage_streets",
    "stage_doors",
    "stage_walk",
    "stage_coverage",
    "stage_siting",
    "stage_sensitivity",
    "stage_write",
)
SHOW_AFTER_S = 2.0
LOOK = "{desc} |{bar:24}| {n_fmt}/{total_fmt} {elapsed}"


def silent(stage: str) -> None:
    """Take no notice of ``stage``."""


@contextmanager
def bar(lang: Lang) -> Iterator[Report]:
    """Show the stages as a bar when the work goes on for more than two seconds; never into a file or a pipe."""
    started = time.monotonic()
    with tqdm(total=len(STAGES), delay=SHOW_AFTER_S, leave=False, disable=None, bar_format=LOOK) as shown:

        def report(stage: str) -> None:
            shown.set_description_str(say(stage, lang), refresh=False)
            shown.n = STAGES.index(stage)
            if time.monotonic() - started > SHOW_AFTER_S:
                shown.refresh()

        yield report
