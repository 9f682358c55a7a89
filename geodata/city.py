"""City: every layer of one study, checked, in one metric CRS, with its streets and doors."""

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geodata.cache import key_of
from geodata.coordinates.datum import datum_doubts
from geodata.coordinates.metric import metric_crs_of, scale_doubts
from geodata.doors import Doors, find_doors, lost_gates, unconnected
from geodata.faults import Fault, InputError, Severity
from geodata.membership import membership
from geodata.population import elders, people
from geodata.quality import city_doubts, layer_doubts
from geodata.reading.layers import LonLatTable, empty_table, read_lonlat, to_metric
from geodata.schema import COLUMNS, Background, Candidates, Districts, Facilities, Gates, Medical, Residential
from geodata.shapes import inner_points
from geodata.street.build import read_streets
from geodata.streets import Streets
from geodata.study import LayerSource, Study, Walking, read_study

DOOR_LAYERS = ("residential", "facilities", "medical", "candidates")
ASKS_FOR_ZONE = {"crs_meridian_missing", "crs_ambiguous"}  # faults that the longitude of other layers may settle


@dataclass(frozen=True, eq=False)
class City:
    """One city as it was given: no rule, no walking time, only what is there.

    A layer that was not given is an empty table with all its columns; ``given`` tells the two apart. ``residential``
    carries, beside its schema columns, ``elders`` (the elders every figure counts: 60+) with ``elders_source``
    ("own column" | "district share" | "raster" | "elder share" | "unknown"), ``people`` with ``people_source``, and
    ``street_id``, ``community_id`` and ``county_id`` (the district that holds it, <NA> where none does).
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
    background: Background  # water, green, railways and names of places: to find the way on maps
    streets: Streets
    doors: Mapping[str, Doors]  # by layer: residential, facilities, medical, candidates
    faults: tuple[Fault, ...]  # every fault and doubt, for quality.csv
    sources: pd.DataFrame  # one row per layer: path, crs as used, rows read, sha256
    fingerprint: str  # hash of every input file and of the study's settings


def quiet(stage: str) -> None:
    """Take no notice of ``stage``."""


def read_city(study_path: str | Path, *, progress: Callable[[str], None] = quiet, cached: bool = True) -> City:
    """Read every layer of a study; raise InputError with all faults that stop the run.

    ``progress`` is called with the code of each stage; ``cached=False`` neither reads nor writes the study's cache.
    """
    study = read_study(study_path)
    progress("stage_read")
    read = read_layers(study)
    points = lonlat_of(read["residential"])
    crs_m = metric_crs_of(study.crs, *points.T)
    faults = [fault for table in read.values() for fault in table.faults]
    faults += scale_doubts(crs_m, *points.T)
    progress("stage_streets")
    with ExitStack() as held:
        folder = study.folder if cached else Path(held.enter_context(tempfile.TemporaryDirectory()))
        elevation = study.layers.get("elevation")
        streets, found = read_streets(
            study.layers["streets"], crs_m, folder=folder, elevation=elevation.path if elevation else None
        )
        faults += found
        for name, table in read.items():
            faults += datum_doubts(name, table.table.geometry, table.system, streets)
    layers = {name: to_metric(read[name], crs_m) if name in read else empty_table(name, crs_m) for name in COLUMNS}
    layers["residential"], found = peopled(Residential(layers["residential"]), Districts(layers["districts"]), study)
    faults += found
    progress("stage_doors")
    doors, found = doors_of(layers, streets, study.walking.snap_m)
    faults += found
    headers = {name: table.headers for name, table in read.items()}
    for name in read:
        faults += layer_doubts(name, layers[name], headers[name])
    spanned = shapely.box(*extent(streets))
    faults += city_doubts(layers, day=study.day, streets=spanned, headers=headers)
    if errors := [fault for fault in faults if fault.severity == Severity.ERROR]:
        raise InputError(errors)
    return City(
        study=study,
        crs_m=crs_m,
        given=frozenset(study.layers),
        residential=Residential(layers["residential"]),
        facilities=Facilities(layers["facilities"]),
        medical=Medical(layers["medical"]),
        districts=Districts(layers["districts"]),
        candidates=Candidates(layers["candidates"]),
        gates=Gates(layers["gates"]),
        background=Background(layers["background"]),
        streets=streets,
        doors=doors,
        faults=tuple(faults),
        sources=sources_of(study, read, streets),
        fingerprint=fingerprint_of(study),
    )


def extent(streets: Streets) -> tuple[float, float, float, float]:
    """Return the box of the streets in the study's CRS: west, south, east, north."""
    x_m, y_m = streets.node_x_m, streets.node_y_m
    return float(x_m.min()), float(y_m.min()), float(x_m.max()), float(y_m.max())


def with_walking(city: City, walking: Walking) -> City:
    """Return the city walked otherwise; doors are projected anew only where the snapping limit is another one."""
    study = replace(city.study, walking=walking)
    if walking.snap_m == city.study.walking.snap_m:
        return replace(city, study=study)
    layers = {name: getattr(city, name) for name in (*DOOR_LAYERS, "gates")}
    return replace(city, study=study, doors=doors_of(layers, city.streets, walking.snap_m)[0])


def read_layers(study: Study) -> dict[str, LonLatTable]:
    """Read every table of a study, in degrees; raise InputError with the errors of all of them.

    Metres without a zone number are read last, with the longitude of the other layers to tell the zone.
    """
    sources = [source for name, source in study.layers.items() if name in COLUMNS]
    read: dict[str, LonLatTable] = {}
    refused: list[tuple[LayerSource, InputError]] = []
    for source in sources:
        try:
            read[source.layer] = read_lonlat(source)
        except InputError as error:
            refused.append((source, error))
    faults: list[Fault] = []
    known = [points for table in read.values() if len(points := lonlat_of(table))]
    near_lon_deg = float(np.median(np.concatenate(known)[:, 0])) if known else None
    for source, refusal in refused:
        if near_lon_deg is None or not ASKS_FOR_ZONE & {fault.code for fault in refusal.faults}:
            faults += refusal.faults
            continue
        try:
            read[source.layer] = read_lonlat(source, near_lon_deg)
        except InputError as again:
            faults += again.faults
    if faults:
        raise InputError(faults)
    return {name: read[name] for name in COLUMNS if name in read}


def lonlat_of(table: LonLatTable) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return a point inside each row that has a place, in degrees, as rows of (longitude, latitude)."""
    return shapely.get_coordinates(inner_points(table.table.geometry))


def peopled(residential: Residential, districts: Districts, study: Study) -> tuple[Residential, list[Fault]]:
    """Add to every residential area the districts that hold it, its people and its elders, each with its source."""
    held_by, faults = membership(residential, districts)
    residential = Residential(residential.assign(**{name: held_by[name] for name in held_by.columns}))
    grid = study.layers.get("population_grid")
    n_elders, elders_source, found = elders(residential, districts, study, grid.path if grid else None)
    n_people, people_source = people(residential, study)
    counted = residential.assign(
        elders=n_elders, elders_source=elders_source, people=n_people, people_source=people_source
    )
    return Residential(counted), [*faults, *found]


def doors_of(
    layers: Mapping[str, gpd.GeoDataFrame], streets: Streets, snap_m: float
) -> tuple[dict[str, Doors], list[Fault]]:
    """Find the doors of every layer that has any, and list the places that meet no street."""
    gates = layers["gates"] if len(layers["gates"]) else None
    found = {name: find_doors(layers[name], gates, streets, snap_m) for name in DOOR_LAYERS}
    faults = [fault for name, doors in found.items() for fault in unconnected(doors, name, layers[name]["row"])]
    if not found["residential"].connected.any():
        details = {"snap_m": f"{snap_m:g}", "source": streets.source}
        faults.append(
            Fault(code="no_place_connected", layer="residential", value=len(layers["residential"]), details=details)
        )
    if gates is not None:
        faults += lost_gates(gates, [layers[name] for name in DOOR_LAYERS])
    return found, faults


def sources_of(study: Study, read: Mapping[str, LonLatTable], streets: Streets) -> pd.DataFrame:
    """List every file of the study: as the study names it, in which coordinate system, how many rows, its hash."""
    rows = []
    for name, source in study.layers.items():
        table = read.get(name)
        rows.append(
            {
                "layer": name,
                "path": source.path.name or source.place,
                "system": table.system.label if table else (source.crs if name == "streets" else ""),
                "rows": len(table.table) if table else pd.NA,
                "note": table.note if table else (streets.source if name == "streets" else ""),
                "sha256": key_of([source.path], {})[:16] if source.path.is_file() else "",
            }
        )
    return pd.DataFrame(rows)


def fingerprint_of(study: Study) -> str:
    """Hash every input file and every setting of the study file."""
    files = [source.path for source in study.layers.values() if source.path.is_file()]
    settings = json.dumps(study.raw, sort_keys=True, default=str, ensure_ascii=False)
    return sha256(f"{key_of(files, {})}{settings}".encode()).hexdigest()
