"""Scenario outcomes: cities, outcomes and comparisons of scenarios, worked out once for all that ask for the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from geodata.city import City, with_walking
from geodata.words import Lang, say
from scenarios.compare import Comparison, compare
from scenarios.outcome import Outcome, evaluate, fingerprint_of
from scenarios.progress import Report
from scenarios.scenario import Scenario
from scenarios.siting.pool import given_only
from ui import session

MOST_OUTCOMES, MOST_CITIES, MOST_COMPARISONS = 8, 8, 6


@dataclass(frozen=True)
class Pair:
    """What is compared: A is a scenario, or the study itself where there is none; B is a scenario."""

    a: Scenario | None
    b: Scenario
    base: str  # fingerprint of the study's city


def base_of(outcome: Outcome, asked: session.Asked) -> City:
    """Return the city of the study as its file has it: nobody else walks, no candidate was generated."""
    city = given_only(outcome.city)
    return city if city.study.walking == asked.own else with_walking(city, asked.own)


def laid(base: City, scenario: Scenario | None) -> City:
    """Return the city of a scenario; InputError where an edit doesn't fit."""
    return base if scenario is None else _laid(f"{base.fingerprint} {scenario!r}", base, scenario)


def outcome_of(city: City, progress: Report, known: Outcome) -> Outcome:
    """Return the outcome of a city, ``known`` where it is that; InputError as ``evaluate`` raises it."""
    return known if key_of(known.city) == key_of(city) else _outcome(key_of(city), city, progress)


def key_of(city: City) -> str:
    """Return a word that changes with all that an outcome says; what a study is called is part of it."""
    return f"{city.fingerprint} {fingerprint_of(city)} {city.study.name}"


def comparison_of(known: Outcome, base: City, pair: Pair, lang: Lang) -> Comparison:
    """Return the comparison of two scenarios, the stages said while they are computed; InputError as they raise it.

    Parameters
    ----------
    known : the outcome that the app holds of the study, perhaps walked by somebody else
    """
    cities = [laid(base, one) for one in (pair.a, pair.b)]
    shown = st.empty()
    try:
        with shown.status(say("ui_running", lang)) as status:

            def told(side: str) -> Report:
                return lambda stage: status.update(
                    label=say("ui_scenario_stage", lang, side=side, stage=say(stage, lang))
                )

            found = [outcome_of(city, told(side), known) for side, city in zip("AB", cities, strict=True)]
            return _compared(" ".join(key_of(city) for city in cities), *found)
    finally:
        shown.empty()


def stages_of(known: Outcome, base: City, scenarios: Sequence[Scenario | None], lang: Lang) -> list[Outcome]:
    """Return the outcomes of several scenarios (None: the study), the stages said while they are computed."""
    shown = st.empty()
    try:
        with shown.status(say("ui_running", lang)) as status:

            def told(city: City) -> Report:
                name = city.study.name
                return lambda stage: status.update(
                    label=say("ui_scenario_stage", lang, side=name, stage=say(stage, lang))
                )

            cities = [laid(base, one) for one in scenarios]
            return [outcome_of(city, told(city), known) for city in cities]
    finally:
        shown.empty()


# Streamlit's caches go by the arguments without a leading underscore: here the text of all that is asked.


@st.cache_resource(max_entries=MOST_CITIES, show_spinner=False)
def _laid(asked_text: str, _base: City, _scenario: Scenario) -> City:  # noqa: ARG001 - see above
    return _scenario.on(_base)


@st.cache_resource(max_entries=MOST_OUTCOMES, show_spinner=False)
def _outcome(asked_text: str, _city: City, _progress: Report) -> Outcome:  # noqa: ARG001 - see above
    return evaluate(_city, progress=_progress)


@st.cache_resource(max_entries=MOST_COMPARISONS, show_spinner=False)
def _compared(asked_text: str, _a: Outcome, _b: Outcome) -> Comparison:  # noqa: ARG001 - see above
    return compare(_a, _b)
