"""Outcome: one study evaluated, whole; screen, print and tables read this and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from geodata import cache
from geodata.city import DOOR_LAYERS, City, with_walking
from geodata.faults import Fault
from geodata.study import Study, Walking
from planning import coverage as covering
from planning.coverage import Coverage
from planning.groups import site_doors, site_faults
from planning.presence import presence, presence_rates
from planning.reach import Reach, walk_doors
from planning.rules import pool_memory
from planning.rules.judge import Judgement, judge_city
from planning.rules.profiles import read_profile
from planning.sensitivity import sensitivity
from planning.totals import by_district, city_totals
from planning.walking.network import Network, network
from planning.walking.profile import WalkProfile, profile_of
from scenarios.progress import Report, silent
from scenarios.scenario import read_any_city
from scenarios.siting import Sited, given_only, site
from scenarios.siting_request import read_request
from scenarios.summary import summarise

LOOKED_M = 1000.0  # medical partners are listed up to here; pooling may look further


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """A city, who walks in it, and what follows.

    The tables carry the columns that README lists for the files of the same name; ``fingerprint`` changes when and
    only when an input file or a parameter does.
    """

    city: City
    profile: WalkProfile
    limits_s: tuple[float, ...]
    network: Network
    reach: Reach  # walks from residential areas to every site, open or not, within the longest limit or more
    covered: Coverage
    judgement: Judgement | None  # None: the study names no policy
    sited: Sited | None  # None: the study asks for no sites
    districts: pd.DataFrame
    presence: pd.DataFrame  # one row per district and group: has it any open site? the other reading of 覆盖率
    sensitivity: pd.DataFrame
    summary: Mapping[str, Any]
    faults: tuple[Fault, ...]
    fingerprint: str

    @property
    def coverage(self) -> pd.DataFrame:
        """Return ``coverage.csv``: one row per residential area and facility group."""
        return self.covered.table

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Return the facility groups that have any site."""
        return self.covered.groups

    @property
    def sites(self) -> pd.DataFrame:
        """Return facilities and medical places as one table, see ``planning.groups``."""
        return self.covered.sites


def run(study_path: str | Path, *, progress: Report = silent, walking: Walking | None = None) -> Outcome:
    """Read a study or a scenario and evaluate it; InputError carries every fault that stops it."""
    return evaluate(read_any_city(study_path, progress=progress), progress=progress, walking=walking)


def evaluate(city: City, *, progress: Report = silent, walking: Walking | None = None) -> Outcome:
    """Evaluate a city; ``walking`` replaces the study's own choice of walker and limits."""
    return completed(walked(city, progress=progress, walking=walking), progress=progress)


def walked(city: City, *, progress: Report = silent, walking: Walking | None = None) -> Outcome:
    """Return who can walk where, before anything is judged, sited or tried at other speeds.

    ``judgement`` and ``sited`` are None and ``sensitivity`` is empty; all else is as in the whole outcome, which
    ``completed`` makes of this one.
    """
    if walking is not None:
        city = with_walking(city, walking)
    walking = city.study.walking
    profile = profile_of(walking)
    progress("stage_walk")
    paths = network(city.streets, profile)
    limits_s = tuple(60.0 * minutes for minutes in walking.limits_min)
    reach = walk_doors(
        paths, city.doors["residential"], site_doors(city), max(limits_s[-1], looked_m(city.study) / profile.speed_m_s)
    )
    progress("stage_coverage")
    found = covering.coverage(city, paths, limits_s=limits_s, reach=reach)
    outcome = Outcome(
        city=city,
        profile=profile,
        limits_s=limits_s,
        network=paths,
        reach=reach,
        covered=found,
        judgement=None,
        sited=None,
        districts=by_district(found, city),
        presence=presence(city, found.groups),
        sensitivity=pd.DataFrame(),
        summary={},
        faults=(*city.faults, *site_faults(city)),
        fingerprint=fingerprint_of(city),
    )
    return replace(outcome, summary=summary_of(outcome))


def completed(outcome: Outcome, *, progress: Report = silent) -> Outcome:
    """Return the whole outcome of a city that was walked: judged, sited and tried at other speeds."""
    city, paths, found = outcome.city, outcome.network, outcome.covered
    judgement = judged(city, paths, outcome.reach)
    request = read_request(city.study, found.groups)
    if request:
        progress("stage_siting")
    sited = site(city, paths, found, judgement, request) if request else None
    city = sited.city if sited else city  # with the candidates that were generated
    progress("stage_sensitivity")
    whole = replace(
        outcome, city=city, judgement=judgement, sited=sited, sensitivity=sensitivity(city, outcome.profile)
    )
    return replace(whole, summary=summary_of(whole))


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """Return the summary of an outcome as far as it has been worked out."""
    return summarise(
        city=outcome.city,
        profile=outcome.profile,
        totals=city_totals(outcome.covered, outcome.city),
        presence=presence_rates(outcome.presence),
        sensitivity=outcome.sensitivity,
        judgement=outcome.judgement,
        sited=outcome.sited,
        faults=outcome.faults,
        fingerprint=outcome.fingerprint,
    )


def judged(city: City, paths: Network, reach: Reach) -> Judgement | None:
    """Judge the city by the policy its study names, if any."""
    if not city.study.policy:
        return None
    city = given_only(city)
    places, facilities, medical, candidates = (city.doors[layer] for layer in DOOR_LAYERS)
    near_s = looked_m(city.study) / paths.profile.speed_m_s
    key = f"pooling-{inputs_of(city)}"
    if kept := cache.load(city.study.folder, key):
        pool_memory.recall(kept[0])
    judgement = judge_city(
        city,
        speed_m_s=paths.profile.speed_m_s,
        walks=reach.only_sites(city.facilities.index),
        medical_walks=walk_doors(paths, facilities, medical, near_s),
        candidate_walks=walk_doors(paths, candidates, medical, near_s),
        neighbour_walks=walk_doors(paths, places, places, near_s),
    )
    if not kept:
        cache.save(city.study.folder, key, pool_memory.as_arrays(), {})
    return judgement


def inputs_of(city: City) -> str:
    """Hash the files of a city, so that all scenarios of one study share what is remembered of their pooling."""
    return hashlib.sha256("".join(city.sources["sha256"]).encode()).hexdigest()[:24]


def looked_m(study: Study) -> float:
    """Return how far the study's rules look on foot, in metres; 0 without a policy."""
    if not study.policy:
        return 0.0
    rules = read_profile(study.policy, folder=study.folder)
    pool_m = study.rules.get("pool_m", rules["pool_m"])
    return max(LOOKED_M, float(pool_m) if isinstance(pool_m, int | float) else 0.0)


def fingerprint_of(city: City) -> str:
    """Hash what the outcome depends on: the files and settings of the city, who walks, and what is judged by.

    The rules count by the content of their files, wherever these lie.
    """
    study = city.study
    policy = read_profile(study.policy, folder=study.folder).digests if study.policy else ()
    rules = json.dumps(dict(study.rules), sort_keys=True, default=str)
    asked = json.dumps([city.fingerprint, repr(study.walking), policy, str(study.day), rules])
    return hashlib.sha256(asked.encode()).hexdigest()[:16]
