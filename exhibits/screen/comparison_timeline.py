"""Comparison timeline: coverage step by step, by the years of scenarios or the phases of a siting plan."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import altair as alt
import pandas as pd

from exhibits import style
from exhibits.screen.charts import Chart, finished, spaced_axis, tip
from exhibits.screen.headline import percent
from exhibits.screen.siting_headline import change
from geodata.words import Lang, say
from planning.totals import counted, minutes
from scenarios.outcome import Outcome
from scenarios.scenario import Scenario

YEAR = re.compile(r"\[(?P<year>\d{4})\]\s*")  # a year at the head of a scenario's notes
YEARS = (1950, 2150)


@dataclass(frozen=True)
class Step:
    """One step of time: what it is called and what is known of one group by then."""

    name: str
    within: float
    known: float

    @property
    def share(self) -> float | None:
        """Return the share within the limit; None where nothing is known."""
        return self.within / self.known if self.known else None


def year_of(scenario: Scenario) -> int | None:
    """Return the year a scenario is meant for, as its notes begin with it: ``[2028] ...``; None where they don't."""
    found = YEAR.match(scenario.notes)
    year = int(found["year"]) if found else 0
    return year if YEARS[0] <= year <= YEARS[1] else None


def notes_of(scenario: Scenario) -> str:
    """Return the notes of a scenario without its year."""
    return scenario.notes if year_of(scenario) is None else YEAR.sub("", scenario.notes, count=1)


def with_notes(scenario: Scenario, year: int | None, notes: str) -> Scenario:
    """Return the scenario with another year and other notes."""
    return replace(scenario, notes=notes if year is None else f"[{year}] {notes}".strip())


def in_time(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Return the scenarios that have a year, the earliest first."""
    dated = [(year, one) for one in scenarios if (year := year_of(one)) is not None]
    return tuple(one for _, one in sorted(dated, key=lambda pair: pair[0]))


def dated_name(scenario: Scenario, lang: Lang) -> str:
    """Return what a scenario is called on a timeline: its year and its name."""
    return say("timeline_step", lang, year=year_of(scenario), name=scenario.name)


def step(name: str, outcome: Outcome, group: str) -> Step:
    """Return one step: elders within the longest limit of the outcome; nothing where it has no such group."""
    last = minutes(outcome.limits_s[-1])
    for row in outcome.summary["headline"]:
        if row["group"] == group:
            weight = "elders" if row["elders_known"] else "places"
            return Step(name, float(row[f"{weight}_within_{last}"]), float(row[f"{weight}_known"]))
    return Step(name, 0.0, 0.0)


def siting_steps(outcome: Outcome, lang: Lang) -> tuple[Step, ...]:
    """Return the elders within the limit of a siting plan, today and by the end of each phase; none without phases.

    What the plan closes is closed from the first phase on; an area counts from the phase whose site covers it first.
    """
    sited = outcome.sited
    if sited is None or not sited.request.phases or sited.sites.empty:
        return ()
    found = change(outcome, "elders")
    steps, reached = [Step(say("timeline_today", lang), found.before, found.known)], found.before - found.lost
    newly = sited.sites["newly_covered_elders"].astype(float).groupby(sited.sites["phase"].astype(int)).sum()
    for number, phase in enumerate(sited.request.phases, 1):
        reached += float(newly.get(number, 0.0))
        steps.append(Step(phase.name, reached, found.known))
    return tuple(steps)


def timeline_table(steps: Sequence[Step], lang: Lang) -> pd.DataFrame:
    """Return the steps as a table: name, within the limit, known, share."""
    names = ("timeline_col_step", "timeline_col_within", "timeline_col_known", "timeline_col_share")
    rows = [(one.name, counted(one.within), counted(one.known), percent(one.share, lang)) for one in steps]
    return pd.DataFrame(rows, columns=[say(name, lang) for name in names])


def timeline_chart(steps: Sequence[Step], lang: Lang) -> Chart:
    """Draw how many elders are within the limit at every step, with the share above."""
    table = pd.DataFrame(
        {
            "step": [one.name for one in steps],
            "within": [one.within for one in steps],
            "text": [percent(one.share, lang) for one in steps],
        }
    )
    order = list(table["step"])
    base = alt.Chart(table).encode(
        x=alt.X("step:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelLimit=220)),
        y=alt.Y("within:Q", title=say("timeline_within", lang), axis=spaced_axis()),
        tooltip=[
            tip("step", "timeline_col_step", lang),
            alt.Tooltip("within:Q", title=say("timeline_col_within", lang), format=",.0f"),
            tip("text", "timeline_col_share", lang),
        ],
    )
    bars = base.mark_bar(size=46, color=style.ACCENT)
    return finished(bars + base.mark_text(dy=-8, color=style.INK).encode(text="text:N"), 260)
