"""Check: read a study whole and report the quality of its data, changing nothing."""

from collections import Counter
from pathlib import Path

from geodata.faults import Fault, InputError, Severity
from geodata.words import Lang, say
from planning.groups import site_faults
from scenarios.progress import Report, silent
from scenarios.scenario import read_any_city


def report(study_path: Path, lang: Lang, progress: Report = silent) -> tuple[str, int]:
    """Return the quality report as text, and the number of errors in it.

    Faults that stop a run are reported like all others; nothing is written, not even a cache.
    """
    try:
        city = read_any_city(study_path, progress=progress, cached=False)
        faults = (*city.faults, *site_faults(city))
    except InputError as error:
        faults = error.faults
    counts = Counter(fault.severity for fault in faults)
    lines = [f"{severity_word(fault, lang)}  {fault.line(lang)}" for fault in sorted(faults, key=order)]
    lines.append(say("cli_check_counts", lang, **{severity.value: counts[severity] for severity in Severity}))
    return "\n".join(lines), counts[Severity.ERROR]


def order(fault: Fault) -> tuple[int, str, int]:
    """Sort by severity, layer and row."""
    return list(Severity).index(fault.severity), fault.layer, fault.row or 0


def severity_word(fault: Fault, lang: Lang) -> str:
    """Return the severity as planners read it."""
    return say(f"severity_{fault.severity.value}", lang)
