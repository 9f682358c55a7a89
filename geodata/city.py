"""City: every layer of one study, checked, in one metric CRS, with its streets and doors."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyproj import CRS

from geodata.doors import Doors
from geodata.faults import Fault
from geodata.schema import Candidates, Districts, Facilities, Gates, Medical, Residential
from geodata.streets import Streets
from geodata.study import Study


@dataclass(frozen=True, eq=False)
class City:
    """One city as it was given: no rule, no walking time, only what is there.

    A layer that was not given is an empty table with all its columns; ``given`` tells the two apart. ``residential``
    carries, beside its schema columns, ``elders`` (the elders every figure counts: 60+) with ``elders_source``
    ("own column" | "district share" | "raster" | "elder share" | "unknown"), ``street_id``, ``community_id`` and
    ``county_id`` (the district that holds it, <NA> where none does).
    """

    study: Study
    crs_m: CRS
    given: frozenset[str]  # names of the layers the study has
    residential: Residential
    facilities: Facilities
    medical: Medical
    districts: Districts
    candidates: Candidates
    gates: Gates
    streets: Streets
    doors: Mapping[str, Doors]  # by layer: residential, facilities, medical, candidates
    faults: tuple[Fault, ...]  # every fault and doubt, for quality.csv
    sources: pd.DataFrame  # one row per layer: path, crs as used, rows read, sha256
    fingerprint: str  # hash of every input file and of the study's settings


def read_city(study_path: str | Path) -> City:
    """Read every layer of a study; raise InputError with all faults that stop the run."""
    raise NotImplementedError(study_path)
