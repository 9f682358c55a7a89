"""What each edit does to the tables and settings of a city; what follows from them is put right by ``replay``."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geodata.city import City
from geodata.faults import Fault, InputError
from geodata.schema import ESTATE_CLASSES, FACILITY_KINDS, Candidates, Facilities, Residential
from geodata.shapes import shapes_of
from geodata.study import Study, Walking, walking_of
from planning.rules.profiles import read_profile, with_choices
from planning.walking.profile import profile_of
from scenarios.edit_checks import (
    Where,
    appended,
    figures,
    free,
    known,
    one_row,
    point_of,
    with_cells,
    worded,
)
from scenarios.edits import (
    AddEstate,
    ChangeHouseholds,
    ChangePolicy,
    ChangePopulation,
    ChangeWalking,
    CloseFacility,
    Edit,
    MoveFacility,
    OpenCandidate,
    OpenFacility,
    RemoveEstate,
    ReopenFacility,
    ResizeFacility,
    given,
)

HOUSEHOLD_SIZE, ELDER_SHARE = (0.5, 10.0), (0.0, 1.0)  # as in a study file


def lay(city: City, edit: Edit, base: City, where: Where) -> City:
    """Return the city with one more edit in its tables or settings; InputError where the edit doesn't fit."""
    match edit:
        case ChangeWalking():
            return replace(city, study=walked(city.study, edit, where))
        case ChangePolicy():
            return replace(city, study=ruled(city.study, edit, where))
        case ChangePopulation():
            return replace(city, study=counted(city.study, edit, where))
        case AddEstate() | RemoveEstate() | ChangeHouseholds():
            return replace(city, residential=Residential(peopled_by(city, edit, where)))
        case OpenCandidate():
            return candidate_opened(city, edit, base, where)
        case CloseFacility():
            return closed(city, edit, base, where)
        case _:
            return replace(city, facilities=Facilities(facilities_with(city, edit, base, where)))


def facilities_with(
    city: City, edit: OpenFacility | ReopenFacility | MoveFacility | ResizeFacility, base: City, where: Where
) -> gpd.GeoDataFrame:
    """Return the facilities after an edit that touches no other table."""
    if isinstance(edit, OpenFacility):
        return opened(city, edit, where)
    known(city.facilities, "facility", edit.facility, where)
    match edit:
        case ReopenFacility():
            return reopened(city, edit, base, where)
        case MoveFacility():
            return moved(city, edit, where)
        case ResizeFacility():
            values = figures("facilities", edit, ("floor_area_m2", "beds"), where, some=True)
            return with_cells(city.facilities, edit.facility, values)


def peopled_by(city: City, edit: AddEstate | RemoveEstate | ChangeHouseholds, where: Where) -> gpd.GeoDataFrame:
    """Return the residential areas after an edit; the people in them follow later."""
    if isinstance(edit, AddEstate):
        return estate_added(city, edit, where)
    known(city.residential, "place", edit.place, where)
    if isinstance(edit, RemoveEstate):
        if len(city.residential) == 1:
            raise where.fail("edit_last_place", "place", edit.place)
        return city.residential.drop(index=edit.place)
    values = figures("residential", edit, ("households", "population", "elders_60"), where, some=True)
    return with_cells(city.residential, edit.place, values)


def opened(city: City, edit: OpenFacility, where: Where) -> gpd.GeoDataFrame:
    """Open a facility that was not there."""
    free(city.facilities, "facility", edit.facility, where)
    worded("kind", edit.kind, FACILITY_KINDS, where)
    values = figures("facilities", edit, ("floor_area_m2", "beds"), where)
    values |= {"name": edit.name or edit.facility, "kind": edit.kind, "status": "open"}
    values["counts_to_quota"] = edit.counts_to_quota
    row = one_row(city.facilities, edit.facility, values, point_of(city, edit, where))
    return appended(city.facilities, row)


def facility_label(candidate: str, base: City) -> str:
    """Return the id that an opened candidate has among the facilities."""
    return candidate if candidate not in base.facilities.index else f"candidate {candidate}"


def candidate_opened(city: City, edit: OpenCandidate, base: City, where: Where) -> City:
    """Open a candidate as a facility; it is no candidate any more."""
    known(city.candidates, "candidate", edit.candidate, where)
    label = facility_label(edit.candidate, base)
    free(city.facilities, "candidate", label, where)
    worded("kind", edit.kind, FACILITY_KINDS, where)
    row = dict(city.candidates.loc[edit.candidate])
    shape = shapes_of(city.candidates.loc[[edit.candidate]].geometry)[0]
    if shape is None:
        raise where.fail("edit_no_shape", "candidate", edit.candidate)
    values: dict[str, Any] = {name: row.get(name) for name in ("floor_area_m2", "floor")}
    values |= figures("facilities", edit, ("floor_area_m2", "beds"), where)
    values |= {"name": row["name"], "kind": edit.kind, "status": "open", "counts_to_quota": edit.counts_to_quota}
    facilities = appended(city.facilities, one_row(city.facilities, label, values, shape))
    candidates = city.candidates.drop(index=edit.candidate)
    return replace(city, facilities=Facilities(facilities), candidates=Candidates(candidates))


def closed(city: City, edit: CloseFacility, base: City, where: Where) -> City:
    """Close a facility of the study; one that was opened by an edit goes away again."""
    known(city.facilities, "facility", edit.facility, where)
    if edit.facility in base.facilities.index:
        if standing(city.facilities, base)[edit.facility] == "closed":
            raise where.fail("edit_is_closed", "facility", edit.facility)
        values = {"status": "closed", "opened_on": base.facilities["opened_on"][edit.facility]}
        return replace(city, facilities=Facilities(with_cells(city.facilities, edit.facility, values)))
    facilities = Facilities(city.facilities.drop(index=edit.facility))
    freed = [one for one in base.candidates.index if facility_label(one, base) == edit.facility]
    stay = base.candidates.index.isin([*city.candidates.index, *freed])
    return replace(city, facilities=facilities, candidates=Candidates(base.candidates[stay]))


def reopened(city: City, edit: ReopenFacility, base: City, where: Where) -> gpd.GeoDataFrame:
    """Open a facility that stood in the study and was not open; a day of opening to come becomes the study's day."""
    day, opens_on = city.study.day, city.facilities["opened_on"][edit.facility]
    later = day is not None and bool(opens_on > pd.Timestamp(day))  # not known: not later
    if standing(city.facilities, base)[edit.facility] == "open" and not later:
        raise where.fail("edit_is_open", "facility", edit.facility)
    values = {"status": "open", "opened_on": day if later else opens_on}
    return with_cells(city.facilities, edit.facility, values)


def standing(table: gpd.GeoDataFrame, base: City) -> pd.Series:
    """Return the status of every facility as text; where the study gives none at all, those not closed are open."""
    status: pd.Series = table["status"].astype("string")
    return status.fillna("open" if base.facilities["status"].isna().all() else "")


def moved(city: City, edit: MoveFacility, where: Where) -> gpd.GeoDataFrame:
    """Move a facility so that the point inside it lies at the spot."""
    to = point_of(city, edit, where)
    at = list(city.facilities.index).index(edit.facility)
    shapes = shapes_of(city.facilities.geometry)
    if shapely.get_dimensions(shapes[at]) > 0:
        step = shapely.get_coordinates(to) - shapely.get_coordinates(shapely.point_on_surface(shapes[at]))
        shapes[at] = shapely.transform(shapes[at], lambda xy: xy + step)
    else:
        shapes[at] = to
    return city.facilities.set_geometry(gpd.GeoSeries(shapes, index=city.facilities.index, crs=city.crs_m))


def estate_added(city: City, edit: AddEstate, where: Where) -> gpd.GeoDataFrame:
    """Add a residential area; its districts, people and elders follow."""
    free(city.residential, "place", edit.place, where)
    if edit.estate_class is not None:
        worded("estate_class", edit.estate_class, ESTATE_CLASSES, where)
    names = ("households", "population", "elders_60", "built_elder_area_m2")
    values = figures("residential", edit, names, where)
    values |= {"name": edit.name or edit.place, "estate_class": edit.estate_class, "permit_date": edit.permit_date}
    row = one_row(city.residential, edit.place, values, point_of(city, edit, where))
    return appended(city.residential, row)


def walked(study: Study, edit: ChangeWalking, where: Where) -> Study:
    """Return the study walked otherwise, checked like a study file."""
    asked, own = given(edit), study.walking
    if not asked:
        raise where.fail("edit_nothing", "do", "walking", keys=" / ".join(vars(edit)))
    table: dict[str, Any] = {
        "profile": own.profile,
        "limits_min": list(own.limits_min),
        "snap_m": own.snap_m,
        **({} if "profile" in asked else own.changes),
    }
    if own.elders_per_100m2 is not None:
        table["elders_per_100m2"] = own.elders_per_100m2
    table |= {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}
    faults: list[Fault] = []
    walking: Walking = walking_of(table, study.path, faults)
    if faults:
        raise where.relabelled(faults)
    try:
        profile_of(walking)
    except InputError as error:
        raise where.relabelled(error.faults) from error
    return replace(study, walking=walking)


def ruled(study: Study, edit: ChangePolicy, where: Where) -> Study:
    """Return the study judged by another policy, day or choices."""
    if not given(edit):
        raise where.fail("edit_nothing", "do", "policy", keys=" / ".join(vars(edit)))
    policy = study.policy if edit.policy is None else edit.policy
    choices = {**study.rules, **edit.rules}
    try:
        if policy:
            with_choices(read_profile(policy, folder=study.folder), choices, source=where.source)
    except InputError as error:
        raise where.relabelled(error.faults) from error
    return replace(study, policy=policy, day=study.day if edit.day is None else edit.day, rules=choices)


def counted(study: Study, edit: ChangePopulation, where: Where) -> Study:
    """Return the study with people counted otherwise."""
    asked = given(edit)
    if not asked:
        raise where.fail("edit_nothing", "do", "population", keys=" / ".join(vars(edit)))
    for name, (least, most) in (("household_size", HOUSEHOLD_SIZE), ("elder_share", ELDER_SHARE)):
        value = asked.get(name, least)
        if not least <= value <= most:
            raise where.fail("edit_number", name, value, least=least, most=most)
    raw = {**study.raw, "population": {**study.raw.get("population", {}), **asked}}
    return replace(study, raw=raw, **asked)
