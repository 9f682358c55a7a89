"""Estates: residential areas by verdict under one reading of the rules, filtered by street and by verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from exhibits.screen.gaps import LEVELS
from exhibits.style import VERDICT_LOOKS
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from planning.rules.case import held
from planning.rules.findings import word
from planning.rules.judge import Judgement
from planning.totals import NO_DISTRICT, counted
from scenarios.outcome import Outcome

Reading = Literal["permit", "today"]  # by the rule of the permit day, or by today's
READINGS: tuple[Reading, ...] = ("permit", "today")
FAILS = ("below", "below_minimum")


@dataclass(frozen=True)
class Filter:
    """What is looked at: one reading, one district ("" is all), some verdicts (none is all)."""

    reading: Reading = "permit"
    district: str = ""
    verdicts: tuple[str, ...] = ()


def judgement_of(outcome: Outcome) -> Judgement:
    """Return the judgement of an outcome that names a policy."""
    if outcome.judgement is None:
        raise ValueError("nothing was judged: the study names no policy")
    return outcome.judgement


def verdicts(outcome: Outcome, reading: Reading) -> pd.Series:
    """Return the verdict of every residential area, in the order of the city's table."""
    table = judgement_of(outcome).estates.set_index("place_id")[f"{reading}_verdict"].astype("object")
    return table.reindex(outcome.city.residential.index.astype("str"), fill_value="no_rule")


def district_level(outcome: Outcome) -> str:
    """Return the level of districts that areas are filtered by: streets where there are any; "" without districts."""
    given = set(outcome.city.districts["level"].dropna())
    return next((level for level in LEVELS if level in given), "")


def held_by(outcome: Outcome) -> pd.Series:
    """Return the district that holds every residential area; "(none)" where none does."""
    level, places = district_level(outcome), outcome.city.residential
    if not level:
        return pd.Series(NO_DISTRICT, index=places.index.astype("str"), dtype="object")
    held = places[f"{level}_id"].astype("object").set_axis(places.index.astype("str"))
    return held.where(held.notna(), NO_DISTRICT)


def districts(outcome: Outcome, lang: Lang) -> Mapping[str, str]:
    """Return the districts to filter by, id to name, in their own order; those outside all come last."""
    level, table = district_level(outcome), outcome.city.districts
    if not level:
        return {}
    rows = table[table["level"] == level]
    found = {str(key): str(name) for key, name in zip(rows.index, rows["name"], strict=True)}
    if (held_by(outcome) == NO_DISTRICT).any():
        found[NO_DISTRICT] = say("no_district", lang)
    return found


def objects_inside(outcome: Outcome, district: str) -> set[tuple[str, str]]:
    """Return layer and id of all that lies in a district: areas, sites, buildings, itself and the districts below."""
    city, level, places = outcome.city, district_level(outcome), held_by(outcome)
    found = {("residential", str(key)) for key in places.index[places == district]}
    for layer, table in (("facilities", city.facilities), ("candidates", city.candidates)):
        holder = held(table, city.districts, level)
        found |= {(layer, str(key)) for key in table.index if holder.get(str(key), NO_DISTRICT) == district}
    below = city.districts["parent"].astype("object") == district
    return found | {("districts", str(key)) for key in city.districts.index[below]} | {("districts", district)}


def passing(outcome: Outcome, shown: Filter) -> pd.Series:
    """Tell of every residential area whether the filter lets it through."""
    found = verdicts(outcome, shown.reading)
    let = pd.Series(data=True, index=found.index)
    if shown.district:
        let &= held_by(outcome) == shown.district
    if shown.verdicts:
        let &= found.isin(shown.verdicts)
    return let


def counts(outcome: Outcome, shown: Filter) -> dict[str, int]:
    """Count the residential areas of every verdict that the filter lets through, in the order of a legend."""
    found = verdicts(outcome, shown.reading)[passing(outcome, shown)].value_counts()
    return {name: int(found.get(name, 0)) for name in VERDICT_LOOKS}


def verdict_word(name: str, lang: Lang) -> str:
    """Return what a verdict is called."""
    return word(f"verdict_{name}", lang)


def square_metres(value: object, lang: Lang) -> str:
    """Print square metres as the sentences of the rules do; a dash where there is no figure."""
    if pd.isna(value):  # type: ignore[call-overload]  # a scalar
        return say("no_figure", lang)
    return say("square_metres", lang, area=grouped(float(value), 1))  # type: ignore[arg-type]  # a number


def own_words(outcome: Outcome, lang: Lang) -> tuple[str, str]:
    """Say what the data settle by themselves, before household size and before the kinds that count; "" for nothing."""
    peopled = int(outcome.city.residential["population"].notna().sum())
    marked = int(outcome.city.facilities["counts_to_quota"].notna().sum())
    return (
        say("own_population", lang, n=counted(peopled)) if peopled else "",
        say("own_marks", lang, n=counted(marked), of=counted(len(outcome.city.facilities))) if marked else "",
    )
