"""Outcome: one study evaluated, whole; screen, print and tables read this and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.city import City, read_city, with_walking
from geodata.faults import Fault
from geodata.study import Walking
from planning import coverage as covering
from planning.coverage import Coverage
from planning.groups import site_faults
from planning.network import Network, network
from planning.presence import presence, presence_rates
from planning.profile import WalkProfile, profile_of
from planning.reach import Reach
from planning.sensitivity import sensitivity
from planning.totals import by_district, city_totals
from scenarios.progress import Report, silent
from scenarios.summary import summarise


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
    covered: Coverage
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

    @property
    def reach(self) -> Reach:
        """Return the walks from places to open sites within the longest limit."""
        return self.covered.reach


def run(study_path: str | Path, *, progress: Report = silent, walking: Walking | None = None) -> Outcome:
    """Read a study and evaluate it; InputError carries every fault that stops it."""
    return evaluate(read_city(study_path, progress=progress), progress=progress, walking=walking)


def evaluate(city: City, *, progress: Report = silent, walking: Walking | None = None) -> Outcome:
    """Evaluate a city; ``walking`` replaces the study's own choice of walker and limits."""
    if walking is not None:
        city = with_walking(city, walking)
    walking = city.study.walking
    profile = profile_of(walking)
    progress("stage_walk")
    paths = network(city.streets, profile)
    progress("stage_coverage")
    found = covering.coverage(city, paths)
    present = presence(city, found.groups)
    progress("stage_sensitivity")
    speeds = sensitivity(city, profile)
    faults = (*city.faults, *site_faults(city))
    fingerprint = fingerprint_of(city)
    return Outcome(
        city=city,
        profile=profile,
        limits_s=found.limits_s,
        network=paths,
        covered=found,
        districts=by_district(found, city),
        presence=present,
        sensitivity=speeds,
        summary=summarise(
            city=city,
            profile=profile,
            totals=city_totals(found, city),
            presence=presence_rates(present),
            sensitivity=speeds,
            faults=faults,
            fingerprint=fingerprint,
        ),
        faults=faults,
        fingerprint=fingerprint,
    )


def fingerprint_of(city: City) -> str:
    """Hash what the outcome depends on: the files and settings of the city, and who walks."""
    asked = json.dumps([city.fingerprint, repr(city.study.walking)])
    return hashlib.sha256(asked.encode()).hexdigest()[:16]
