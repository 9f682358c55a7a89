"""Place: what there is to say about one residential area, and the walks from it, as words and as lines on a map."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from exhibits.classes import class_of, limits_min, of_group, shown_groups
from exhibits.screen.layers import Doc, Ink, Layer, geojson
from exhibits.screen.webmap import site_geometry
from exhibits.style import class_looks, label, mark_of
from exhibits.wording import count_text, metres_text, minutes_text
from geodata.city import City
from geodata.words import Lang, say
from planning.coverage import State, is_open
from planning.groups import members, site_doors
from planning.walking.routes import route
from scenarios.outcome import Outcome

AROUND_M = 500.0  # shown around a chosen area


@dataclass(frozen=True, eq=False)
class Walk:
    """One facility group as seen from a residential area."""

    group: str
    title: str
    state: str  # served, full, out, unknown
    colour: str
    reason: str  # the state and why
    site_name: str
    site_kind: str
    minutes: str
    metres: str
    straight: str
    door: str
    site_id: str  # label in outcome.sites; "" where there is none


@dataclass(frozen=True, eq=False)
class Card:
    """Everything said about one residential area."""

    place_id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    walks: tuple[Walk, ...]


def place_at(city: City, lat_deg: float, lon_deg: float, near_m: float) -> str:
    """Return the residential area that holds a point, else the nearest within ``near_m``; "" if there is none."""
    point = gpd.GeoSeries([shapely.Point(lon_deg, lat_deg)], crs=4326).to_crs(city.crs_m).iloc[0]
    places = city.residential
    found, metres = places.sindex.nearest(point, return_all=True, max_distance=max(near_m, 1e-6), return_distance=True)
    if not len(metres):
        return ""
    return str(places.index[found[1][metres == metres.min()].min()])


def search(city: City, text: str, most: int = 20) -> list[str]:
    """Return ids of residential areas whose name or id holds ``text``, in their own order; at most ``most``."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    names = city.residential["name"].astype("str").str.casefold()
    ids = pd.Series(city.residential.index.astype("str"), index=city.residential.index).str.casefold()
    hit = names.str.contains(wanted, regex=False) | ids.str.contains(wanted, regex=False)
    return [str(place) for place in city.residential.index[hit][:most]]


def card(outcome: Outcome, place_id: str, lang: Lang) -> Card:
    """Return what there is to say about one residential area."""
    place = outcome.city.residential.loc[place_id]
    rows = outcome.coverage[outcome.coverage["place_id"] == place_id]
    walks = tuple(walk(outcome, row, lang) for row in rows.to_dict("records"))
    return Card(place_id, str(place["name"]), facts(outcome, place_id, lang), walks)


def facts(outcome: Outcome, place_id: str, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return the plain facts of a residential area, as pairs of word and value."""
    city = outcome.city
    place = city.residential.loc[place_id]
    source = label("elders_from", str(place["elders_source"]), lang)
    found = [
        (say("fact_id", lang), place_id),
        (say("fact_households", lang), count_text(place["households"], lang)),
        (
            say("fact_elders", lang),
            say("fact_elders_value", lang, elders=count_text(place["elders"], lang), source=source),
        ),
    ]
    names = [
        str(city.districts.loc[place[f"{level}_id"], "name"])
        for level in ("county", "street", "community")
        if pd.notna(place[f"{level}_id"]) and place[f"{level}_id"] in city.districts.index
    ]
    if names:
        found.append((say("fact_district", lang), " · ".join(names)))
    return tuple(found)


def walk(outcome: Outcome, row: Mapping[Any, Any], lang: Lang) -> Walk:
    """Return one row of coverage as read from the residential area, with the reason for its state."""
    group = str(row["group"])
    site_id = site_label(outcome, group, row["nearest_id"])
    site = outcome.sites.loc[site_id] if site_id else None
    look = class_looks(limits_min(outcome))[class_of(str(row["state"]), row["band_min"])]
    state = label("state", str(row["state"]), lang)
    return Walk(
        group=group,
        title=label("group", group, lang),
        state=str(row["state"]),
        colour=look.fill,
        reason=say("reason_line", lang, state=state, why=reason(outcome, row, lang)),
        site_name=str(site["name"]) if site is not None else say("no_site", lang),
        site_kind=label("kind", str(site["kind"]), lang) if site is not None else "",
        minutes=minutes_text(row["seconds"], lang),
        metres=metres_text(row["metres"], lang),
        straight=metres_text(row["straight_m"], lang),
        door=label("door", str(row["door"]), lang) if pd.notna(row["door"]) else say("no_figure", lang),
        site_id=site_id,
    )


def site_label(outcome: Outcome, group: str, nearest_id: object) -> str:
    """Return the label in ``outcome.sites`` of the site that coverage names by its own id; "" where it names none."""
    if pd.isna(nearest_id):  # type: ignore[call-overload]  # a scalar
        return ""
    mine = outcome.sites[members(outcome.sites, outcome.groups[group]) & is_open(outcome.sites)]
    return str(mine.index[mine["id"] == nearest_id][0])


def reason(outcome: Outcome, row: Mapping[Any, Any], lang: Lang) -> str:
    """Say why a residential area is in the state it is in."""
    limits = limits_min(outcome)
    state, seconds = row["state"], row["seconds"]
    if state == State.UNKNOWN:
        doors = outcome.city.doors["residential"]
        unconnected = not doors.owners_connected[doors.ids.get_loc(row["place_id"])]
        code = "why_unconnected" if unconnected else "why_status_unknown"
        return say(code, lang, snap=f"{doors.snap_limit_m:g}", group=label("group", str(row["group"]), lang))
    if pd.isna(seconds) or seconds == float("inf"):
        return say("why_no_way", lang)
    if state == State.OUT:
        return say("why_out", lang, over=minutes_text(seconds - limits[-1] * 60, lang), most=f"{limits[-1]:g}")
    if state == State.FULL:
        return say("why_full", lang, most=f"{limits[-1]:g}")
    return say("why_served", lang, band=f"{float(row['band_min']):g}")


def walks_layer(outcome: Outcome, place_id: str, group: str, lang: Lang) -> Layer:
    """Return the outline of a residential area and the walk to its nearest site of every group, ``group`` on top."""
    order = [*(other for other in shown_groups(outcome) if other != group), group]
    return Layer(
        "chosen",
        f"{outcome.fingerprint}{place_id}{group}",
        lambda: walks(outcome, place_id, order),
        title=say("layer_walks", lang),
        pane="Select",
        inks=walk_inks(order),
    )


def walk_inks(order: Sequence[str]) -> tuple[Ink, ...]:
    """Return the inks of ``walks``: the outline and its halo, then for every group a halo, a line and a mark."""
    found = [
        Ink(edge="#ffffff", weight=6, opacity=0.9, shape="circle", radius=9),
        Ink(edge="#111111", weight=2.6, shape="circle", radius=9),
    ]
    for group in order:
        mark = mark_of(group)
        first = group == order[-1]
        found += [
            Ink(edge="#ffffff", weight=8 if first else 4.5, opacity=0.9),
            Ink(edge=mark.fill, weight=4.5 if first else 2.2, dash="" if first else "6 5"),
            Ink(mark.fill, "#111111", 1.8 if first else 1, fillOpacity=1, shape=mark.shape, radius=9 if first else 5.5),
        ]
    return tuple(found)


def walks(outcome: Outcome, place_id: str, order: Sequence[str]) -> Doc:
    """Return the drawing of ``walks_layer``; ``c`` counts through ``walk_inks``."""
    city = outcome.city
    shapes: list[Any] = [city.residential.geometry.loc[place_id]] * 2
    inks = [0, 1]
    where = site_geometry(outcome)
    doors = site_doors(city)
    for number, group in enumerate(order):
        site_id = site_label(outcome, group, of_group(outcome, group).loc[place_id, "nearest_id"])
        way = route(outcome.network, city.doors["residential"], place_id, doors, site_id) if site_id else None
        if way is None:
            continue
        shapes += [way.line, way.line, where.loc[site_id].representative_point()]
        inks += [2 + 3 * number, 3 + 3 * number, 4 + 3 * number]
    return geojson(gpd.GeoSeries(shapes, crs=city.crs_m), [{"c": ink} for ink in inks])


def focus_deg(outcome: Outcome, place_id: str, group: str) -> list[list[float]] | None:
    """Return the corners of a residential area and its nearest site, in degrees; None where it lies nowhere."""
    shapes = [outcome.city.residential.geometry.loc[place_id]]
    site_id = site_label(outcome, group, of_group(outcome, group).loc[place_id, "nearest_id"])
    if site_id:
        shapes.append(site_geometry(outcome).loc[site_id])
    return corners_deg(gpd.GeoSeries(shapes, crs=outcome.city.crs_m))


def around_deg(outcome: Outcome, place_id: str) -> list[list[float]] | None:
    """Return the corners of a residential area with what lies around it, in degrees; None where it lies nowhere."""
    shape = outcome.city.residential.geometry.loc[place_id]
    return corners_deg(gpd.GeoSeries([shape.buffer(AROUND_M)], crs=outcome.city.crs_m))


def corners_deg(shapes: gpd.GeoSeries) -> list[list[float]] | None:
    """Return the corners of the box around shapes, in degrees; None where they lie nowhere."""
    west, south, east, north = shapes.to_crs(4326).total_bounds
    if not math.isfinite(west):
        return None
    return [[float(south), float(west)], [float(north), float(east)]]


def name_of(city: City, place_id: str) -> str:
    """Return the name of a residential area."""
    return str(city.residential.loc[place_id, "name"])
