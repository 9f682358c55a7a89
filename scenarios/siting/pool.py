"""The pool of candidates: those of the layer, made by the tool or set by hand, and which of them can't be chosen."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.city import City
from geodata.doors import Doors
from geodata.faults import fail
from geodata.schema import Candidates
from planning.groups import doors_of, joined_doors, members, numbers, sites_table
from planning.reach import nearest
from planning.rules.judge import Judgement
from planning.rules.profiles import Profile, read_profile
from planning.rules.storeys import storey_fault
from planning.siting.candidates import generated
from planning.walking.network import Network
from scenarios.siting.points import made_by_hand
from scenarios.siting_request import Request

PUBLIC_MEDICAL = ("health_center", "health_station", "township_hospital", "village_clinic")  # community level


def given_only(city: City) -> City:
    """Return the city with the candidates of its layer alone."""
    if "origin" not in city.candidates:
        return city
    own = city.candidates["origin"].isna().to_numpy(dtype=bool)
    doors = doors_of(city.doors["candidates"], own)
    table = Candidates(gpd.GeoDataFrame(city.candidates[own].drop(columns="origin")))
    return replace(city, candidates=table, doors={**city.doors, "candidates": doors})


def with_candidates(
    city: City, paths: Network, request: Request, kinds: tuple[str, ...], uncovered: pd.Series, limit_s: float
) -> City:
    """Return the city with the candidates that the request asks for; InputError where there are none.

    Parameters
    ----------
    uncovered : Series on the residential areas
        What is to be covered newly in each.
    """
    source = request.candidates or ("layer" if len(city.candidates) else "generated")
    if source == "layer":
        if not len(city.candidates) and not request.points:
            raise fail("siting_no_candidates", layer="candidates")
        return with_points(city, request)
    base = city if source == "both" else without_candidates(city)
    made, doors = generated(
        base, paths, uncovered, limit_s, public=public_buildings(city, kinds), grid_m=request.grid_m
    )
    if not len(made) and not len(base.candidates) and not request.points:
        raise fail("siting_nothing_generated", layer="candidates", minutes=f"{limit_s / 60:g}")
    return with_points(with_rows(base, made, doors), request)


def with_points(city: City, request: Request) -> City:
    """Return the city with the candidates that were set by hand."""
    return with_rows(city, *made_by_hand(city, request.points)) if request.points else city


def with_rows(city: City, made: Candidates, doors: Doors) -> City:
    """Return the city with more candidates, which say what made them in ``origin``; <NA>: they are of the layer."""
    if not len(city.candidates):
        return replace(city, candidates=made, doors={**city.doors, "candidates": doors})
    own = city.candidates.copy()
    if "origin" not in own:
        own["origin"] = pd.array([pd.NA] * len(own), dtype="string")
    own["row"] = own["row"].astype("Int64")
    table = Candidates(gpd.GeoDataFrame(stacked(own, made), geometry="geometry", crs=city.crs_m))
    joined = joined_doors([city.doors["candidates"], doors])
    return replace(city, candidates=table, doors={**city.doors, "candidates": joined})


def stacked(own: gpd.GeoDataFrame, made: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return two tables of the same columns one above the other, each column of the kind that the first has."""
    index = own.index.append(made.index)
    columns = {
        name: pd.concat([own[name].astype("object"), made[name].astype("object")]).astype(own[name].dtype)
        for name in own.columns.drop("geometry")
    }
    shapes = np.concatenate([np.array(one.geometry, dtype=object) for one in (own, made)])
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.GeoSeries(shapes, index=index, crs=own.crs))


def without_candidates(city: City) -> City:
    """Return the city without any candidate."""
    none = np.zeros(len(city.candidates), dtype=bool)
    doors = doors_of(city.doors["candidates"], none)
    table = Candidates(gpd.GeoDataFrame(city.candidates[none]))
    return replace(city, candidates=table, doors={**city.doors, "candidates": doors})


def public_buildings(city: City, kinds: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return open facilities that are not of the group, and community clinics: care could move in with them."""
    sites = sites_table(city)
    opens = sites["open"].to_numpy(dtype=bool, na_value=False)
    medical = (sites["layer"] == "medical").to_numpy(dtype=bool)
    community = sites["kind"].isin(PUBLIC_MEDICAL).to_numpy(dtype=bool)
    kept = opens & ~members(sites, kinds) & (~medical | community)
    shapes = np.concatenate([np.array(one.geometry, dtype=object) for one in (city.facilities, city.medical)])
    table = gpd.GeoDataFrame({"name": sites["name"]}, geometry=gpd.GeoSeries(shapes, sites.index, crs=city.crs_m))
    return gpd.GeoDataFrame(table[kept])


def profile_of(judgement: Judgement | None) -> Profile:
    """Return the study's policy, else the national presets."""
    return read_profile("gb-presets") if judgement is None else judgement.profile


def medical_walks(city: City, paths: Network) -> pd.DataFrame:
    """Return the nearest medical place of every candidate on foot: ``site_id``, ``metres``."""
    return nearest(paths, city.doors["candidates"], city.doors["medical"])[["site_id", "metres"]]


def costs_of(city: City, request: Request) -> pd.Series:
    """Return what every candidate costs: as given, else by its area; NaN where neither is known."""
    costs = pd.Series(numbers(city.candidates["cost_yuan"]), index=city.candidates.index)
    if request.yuan_per_m2 is None:
        return costs
    return costs.fillna(pd.Series(numbers(city.candidates["floor_area_m2"]), costs.index) * request.yuan_per_m2)


def first_phases(city: City, request: Request) -> pd.Series:
    """Return the first phase of the request in which each candidate may be built, from 1; one more than all: in none.

    A phase whose name speaks of a year ends with that year, or the last of several: a building that is free only after
    it can't be built in it, nor in a phase before it. A phase whose name speaks of no year sets no limit, nor does a
    building whose day isn't known.
    """
    years = pd.to_datetime(city.candidates["available_on"]).dt.year
    first = pd.Series(1, index=city.candidates.index, dtype="int64")
    for number, phase in enumerate(request.phases, start=1):
        year = last_year(phase.name)
        if year is not None:
            first[(years > year).to_numpy(dtype=bool)] = number + 1
    return first


def last_year(phase: str) -> int | None:
    """Return the last year that the name of a phase speaks of; None where it names none."""
    found = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", phase)
    return max(map(int, found), default=None)


def excluded_candidates(city: City, request: Request, highest: int, medical: pd.DataFrame) -> pd.DataFrame:
    """List the candidates that can't be chosen, each with the code of the reason."""
    table = city.candidates
    area = numbers(table["floor_area_m2"])
    metres = medical["metres"].to_numpy(dtype=float, na_value=np.inf)
    codes = pd.Series(
        [None if pd.isna(said) else storey_fault(said, highest) for said in table["floor"]], dtype="object"
    )
    tests = {
        "candidate_cost_unknown": np.full(len(table), fill_value=False),
        "candidate_far_from_medical": np.full(len(table), fill_value=False),
        "candidate_free_too_late": (first_phases(city, request) > max(1, len(request.phases))).to_numpy(dtype=bool),
        "candidate_kind": np.full(len(table), fill_value=False),
        "candidate_too_small": area < request.min_area_m2,
        "candidate_unconnected": ~city.doors["candidates"].owners_connected,
    }
    money = request.budget_yuan is not None or any(one.budget_yuan is not None for one in request.phases)
    if money and not (request.sizes and all(one.cost_yuan is not None for one in request.sizes)):
        tests["candidate_cost_unknown"] = costs_of(city, request).isna().to_numpy()
    if request.medical_m is not None:
        tests["candidate_far_from_medical"] = ~(np.where(np.isnan(metres), np.inf, metres) <= request.medical_m)
    if request.kinds:
        tests["candidate_kind"] = ~table["kind"].isin(request.kinds).to_numpy(dtype=bool)
    if request.sizes:
        tests["candidate_too_small"] |= area < min(one.floor_area_m2 for one in request.sizes)
    for code, failed in tests.items():
        codes[failed] = code
    codes.index = table.index
    codes = codes.dropna()
    rows = {
        "candidate_id": codes.index,
        "name": table["name"].reindex(codes.index).to_numpy(),
        "code": codes.to_numpy(),
    }
    return pd.DataFrame(rows, columns=["candidate_id", "name", "code"])


def check_known(city: City, request: Request, usable: pd.Index) -> None:
    """Refuse ids of [siting] that nothing has, and forced ones that can't be used."""
    for key in ("forced", "forbidden"):
        for one in getattr(request, key):
            if one not in city.candidates.index:
                raise fail("siting_candidate_unknown", layer="candidates", column=f"siting.{key}", value=one)
            if key == "forced" and one not in usable:
                raise fail("siting_candidate_unusable", layer="candidates", column="siting.forced", value=one)


def check_closing(city: City, request: Request) -> None:
    """Refuse facilities to be closed that there are none of."""
    for one in request.closing:
        if one not in city.facilities.index:
            raise fail("siting_facility_unknown", layer="facilities", column="siting.closing", value=one)
