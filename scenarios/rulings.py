"""Rulings: an outcome judged by another policy, on another day or with other choices; only the rules are redone."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from geodata.schema import FACILITY_KINDS
from geodata.study import Study
from geodata.words import Lang
from planning.groups import site_doors
from planning.presence import presence, presence_rates
from planning.reach import walk_doors
from planning.rules import known_profiles
from planning.rules.profiles import Profile, read_profile, with_choices
from scenarios import summary
from scenarios.outcome import Outcome, fingerprint_of, judged, looked_m


@dataclass(frozen=True)
class Ruling:
    """What a study is judged by: a policy, the day, and ``choices`` as a study file writes them under [rules]."""

    policy: str
    day: dt.date
    choices: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chosen:
    """The choices that move the rate most, each with its value in force."""

    household_size: float
    counted_kinds: tuple[str, ...]  # in the order of the schema
    pool_m: float
    pool_same_street: bool


def own_ruling(study: Study) -> Ruling | None:
    """Return what the study file itself asks for, or None where it names no policy or no day."""
    if not study.policy or study.day is None:
        return None
    return Ruling(study.policy, study.day, dict(study.rules))


def policies(study: Study) -> tuple[str, ...]:
    """Return every policy there is to choose from, the study's own first."""
    return tuple(dict.fromkeys([*([study.policy] if study.policy else []), *known_profiles()]))


def policy_title(study: Study, policy: str, lang: Lang) -> str:
    """Name a policy as planners do."""
    profile = _known(policy) if policy in known_profiles() else read_profile(policy, folder=study.folder)
    return profile.title(lang)


@cache
def _known(policy: str) -> Profile:
    return read_profile(policy)


def chosen_by(study: Study, policy: str, choices: Mapping[str, Any]) -> Chosen:
    """Return the values that ``choices`` give under a policy; an InputError names those that can't be used."""
    given = dict(choices)
    if "household_size" in study.raw.get("population", {}):
        given.setdefault("household_size", study.household_size)
    profile = with_choices(read_profile(policy, folder=study.folder), given, source=study.path.name)
    return Chosen(
        household_size=float(profile["household_size"]),
        counted_kinds=in_order(profile["counted_kinds"]),
        pool_m=float(profile["pool_m"]),
        pool_same_street=bool(profile["pool_same_street"]),
    )


def in_order(kinds: Any) -> tuple[str, ...]:  # noqa: ANN401 - words of any sequence
    """Return facility kinds in the order of the schema."""
    return tuple(kind for kind in FACILITY_KINDS if kind in set(kinds))


def ruling_of(study: Study, policy: str, day: dt.date, chosen: Chosen) -> Ruling:
    """Return the ruling that gives ``chosen``; the study's own where it is the same, and its other choices always."""
    own = own_ruling(study)
    if own and (own.policy, own.day) == (policy, day) and chosen_by(study, policy, own.choices) == chosen:
        return own
    others = {name: value for name, value in study.rules.items() if name not in vars(chosen)}
    plain = vars(chosen_by(study, policy, others))
    changed = {name: written(value) for name, value in vars(chosen).items() if value != plain[name]}
    return Ruling(policy, day, {**others, **changed})


def written(value: object) -> object:
    """Return a value as a study file would write it: 500 rather than 500.0, lists rather than tuples."""
    if isinstance(value, tuple):
        return list(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def rejudged(outcome: Outcome, ruling: Ruling) -> Outcome:
    """Judge an outcome by another ruling.

    Judgement, presence and the parts of the summary that tell of them are made anew, and the fingerprint with them;
    coverage, walking times and totals stay as they are, those of the study's own day.
    """
    old = outcome.city.study
    study = replace(old, policy=ruling.policy, day=ruling.day, rules=ruling.choices)
    if study == old:
        return outcome
    city = replace(outcome.city, study=study)
    look_s = looked_m(study) / outcome.profile.speed_m_s
    reach = outcome.reach
    if reach.limit_s < look_s:
        reach = walk_doors(outcome.network, city.doors["residential"], site_doors(city), look_s)
    judgement = judged(city, outcome.network, reach)
    present = presence(city, outcome.groups)
    fingerprint = fingerprint_of(city)
    told = {
        "study": {"name": study.name, "day": ruling.day.isoformat(), "policy": ruling.policy},
        "presence": summary.records(presence_rates(present)),
        "rules": summary.judged(judgement),
        "fingerprint": fingerprint,
    }
    return replace(
        outcome,
        city=city,
        reach=reach,
        judgement=judgement,
        presence=present,
        summary={**outcome.summary, **told},
        fingerprint=fingerprint,
    )
