"""Comparison edits: a scenario while it is being made, drawn as its edits leave the city; nothing is computed yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely
from pyproj import Transformer

from exhibits import style
from exhibits.screen import webmap
from exhibits.screen.layers import Doc, Ink, Layer, Legend, geojson
from exhibits.screen.siting_map import sign, swatch
from exhibits.screen.tiles import Pen, TileSet, tile_set
from exhibits.style import Look, Mark, label
from exhibits.wording import count_text
from geodata.city import City
from geodata.schema import FACILITY_KINDS
from geodata.words import Lang, say
from planning.groups import groups_of
from scenarios.changes import city_changes

AREA_LOOK = Look("#e4e1d8", "#a39d8e")
NEW_AREA_LOOK = Look("#ffe45c", "#6b5300", "/", "#b58e00")
CLOSED_MARK = Mark("cross", "#8b949b")
WGS84 = 4326
DEGREE_DECIMALS = 6


@dataclass(frozen=True)
class Spot:
    """A point that was clicked, in degrees of WGS84."""

    lon_deg: float
    lat_deg: float


def layers(base: City, city: City, spot: Spot | None, chosen: tuple[str, str], lang: Lang) -> tuple[Layer, ...]:
    """Return the map of a scenario's city: areas, candidates, facilities by group, and what the edits changed.

    Parameters
    ----------
    chosen : layer and id of what the form is about; ("", "") for nothing
    """
    version = f"{base.fingerprint}{city.fingerprint}{lang}"
    found = [
        areas_layer(base, city, version, lang),
        Layer(
            "candidates",
            version,
            lambda: candidate_points(city, lang),
            title=say("layer_edit_candidates", lang),
            interactive=True,
            pane="Live",
            inks=(
                Ink(
                    style.CANDIDATE_MARK.fill,
                    style.CANDIDATE_MARK.edge,
                    1.3,
                    fillOpacity=1,
                    shape=style.CANDIDATE_MARK.shape,
                    radius=4.6,
                ),
            ),
        ),
        Layer(
            "facilities",
            version,
            lambda: facility_points(base, city, lang),
            title=say("layer_facilities", lang),
            interactive=True,
            pane="Live",
            inks=facility_inks(city),
        ),
    ]
    if spot is not None or chosen[1]:
        found.append(
            Layer(
                "spot",
                f"{version}{spot}{chosen}",
                lambda: spot_points(city, spot, chosen),
                pane="Select",
                inks=(
                    Ink(edge="#ffffff", weight=6, shape="circle", radius=12),
                    Ink(edge="#c2185b", weight=3, shape="circle", radius=12),
                    Ink(fill="#c2185b", edge="#ffffff", weight=1, fillOpacity=1, shape="circle", radius=3.5),
                ),
            )
        )
    return tuple(found)


def areas_layer(base: City, city: City, version: str, lang: Lang) -> Layer:
    """Return the residential areas, plain; new and changed ones stand out."""
    new = changed_ids(base, city, "residential")
    looks = (AREA_LOOK, NEW_AREA_LOOK)
    if len(city.residential) > webmap.MOST_VECTORS:
        pens = tuple(Pen(look.fill, look.edge, 0.6, 4, look.hatch, look.hatch_colour) for look in looks)
        title = say("layer_estates_edited", lang)
        return Layer("places", version, lambda: area_tiles(city, new, pens), "tiles", title, pane="Areas")
    return Layer(
        "places",
        version,
        lambda: area_shapes(city, new, lang),
        title=say("layer_estates_edited", lang),
        interactive=True,
        pane="Live",
        inks=tuple(
            Ink(look.fill, look.edge, hatch=look.hatch, hatchColour=look.hatch_colour, radius=5.5) for look in looks
        ),
    )


def area_shapes(city: City, new: set[str], lang: Lang) -> Doc:
    """Return the residential areas as GeoJSON, with households and elders."""
    table = city.residential
    given_rows = zip(table.index, table["name"], table["households"], table["elders"], strict=True)
    return geojson(
        gpd.GeoSeries(table.geometry),
        [
            {
                "i": str(one),
                "c": int(str(one) in new),
                "t": [
                    str(name),
                    say("tip_people", lang, households=count_text(homes, lang), elders=count_text(elders, lang)),
                ],
            }
            for one, name, homes, elders in given_rows
        ],
    )


def area_tiles(city: City, new: set[str], pens: Sequence[Pen]) -> tuple[TileSet, ...]:
    """Return the residential areas for tiles."""
    geometry = city.residential.geometry.to_numpy()
    number = city.residential.index.isin(list(new)).astype(int)
    area = shapely.get_dimensions(geometry) == 2  # noqa: PLR2004 - polygons
    return (
        tile_set("area", geometry[area], city.crs_m, number[area], pens),
        tile_set("point", shapely.centroid(geometry[~area]), city.crs_m, number[~area], pens),
    )


def changed_ids(base: City, city: City, layer: str) -> set[str]:
    """Return the ids of rows of a layer that are new or differ."""
    if getattr(base, layer) is getattr(city, layer):
        return set()
    return {one.id for one in city_changes(base, city) if one.layer == layer and one.change != "removed"}


def candidate_points(city: City, lang: Lang) -> Doc:
    """Return the candidates that no edit has opened."""
    table = city.candidates
    return geojson(
        points(table),
        [
            {"i": str(one), "c": 0, "t": [str(name), say("edit_tip_candidate", lang)]}
            for one, name in table["name"].items()
        ],
    )


def points(table: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return a point inside every row; rows without a place stay empty."""
    return gpd.GeoSeries(gpd.GeoSeries(table.geometry).representative_point(), crs=table.crs)


def group_kinds(city: City) -> Mapping[str, tuple[str, ...]]:
    """Return the facility groups that elder-care facilities can be in."""
    return {group: kinds for group, kinds in groups_of(city.study).items() if set(kinds) & set(FACILITY_KINDS)}


def facility_inks(city: City) -> tuple[Ink, ...]:
    """Return the inks of facilities: one per group, then none of them, not open, and touched by an edit."""
    marks = [*(style.mark_of(group) for group in group_kinds(city)), style.OTHER_MARK, CLOSED_MARK]
    return (
        *(Ink(mark.fill, mark.edge, 1.2, fillOpacity=1, shape=mark.shape, radius=5.5) for mark in marks),
        Ink(style.SITE_MARK.fill, style.SITE_MARK.edge, 1.4, fillOpacity=1, shape="star", radius=9),
    )


def facility_points(base: City, city: City, lang: Lang) -> Doc:
    """Return every facility: by its first group, or as not open, and above them those that edits touched."""
    table = city.facilities
    kinds = list(group_kinds(city).values())
    touched = changed_ids(base, city, "facilities")
    shut = table["status"].notna() & (table["status"] != "open")
    given_rows = []
    for one, name, kind, closed in zip(table.index, table["name"], table["kind"], shut, strict=True):
        group = next((at for at, some in enumerate(kinds) if kind in some), len(kinds))
        changed = str(one) in touched and not closed
        lines = [str(name), label("kind", str(kind), lang)]
        if closed:
            lines.append(label("status", str(table.loc[one, "status"]), lang))
        if str(one) in touched:
            lines.append(say("edit_tip_touched", lang))
        number = len(kinds) + 2 if changed else len(kinds) + 1 if closed else group
        given_rows.append({"i": str(one), "c": number, "t": lines})
    return geojson(points(table), given_rows)


def spot_points(city: City, spot: Spot | None, chosen: tuple[str, str]) -> Doc:
    """Return a ring around what the form is about, and a dot in a ring where something is to go."""
    shapes: list[Any] = []
    inks: list[int] = []
    layer, one = chosen
    if layer and one in getattr(city, layer).index:
        at = points(getattr(city, layer).loc[[one]]).iloc[0]
        if at is not None and not at.is_empty:
            shapes += [at, at]
            inks += [0, 1]
    if spot is not None:
        x, y = Transformer.from_crs(WGS84, city.crs_m, always_xy=True).transform(spot.lon_deg, spot.lat_deg)
        shapes += [shapely.Point(x, y)] * 3
        inks += [0, 1, 2]
    return geojson(gpd.GeoSeries(shapes, crs=city.crs_m), [{"c": ink} for ink in inks])


def rounded(lon_deg: float, lat_deg: float) -> Spot:
    """Return a clicked point to a tenth of a metre."""
    return Spot(round(lon_deg, DEGREE_DECIMALS), round(lat_deg, DEGREE_DECIMALS))


def legend(base: City, city: City, lang: Lang) -> Legend:
    """Return the legend of the map of a scenario's city."""
    table = city.facilities
    shut = table["status"].notna() & (table["status"] != "open")
    touched = table.index.isin(list(changed_ids(base, city, "facilities")))
    rows: list[Mapping[str, Any]] = [swatch(AREA_LOOK, say("layer_estates_edited", lang), len(city.residential))]
    new = len(changed_ids(base, city, "residential"))
    if new:
        rows.append(swatch(NEW_AREA_LOOK, say("legend_edit_areas", lang), new))
    if len(city.candidates):
        rows.append(sign(style.CANDIDATE_MARK, say("layer_edit_candidates", lang), len(city.candidates)))
    taken = shut.to_numpy(dtype=bool) | touched
    for group, kinds in group_kinds(city).items():
        mine = table["kind"].isin(kinds).to_numpy(dtype=bool) & ~taken
        if mine.any():
            rows.append(sign(style.mark_of(group), label("group", group, lang), int(mine.sum())))
        taken = taken | mine
    if not taken.all():
        rows.append(sign(style.OTHER_MARK, label("kind", "other", lang), int((~taken).sum())))
    if shut.any():
        rows.append(sign(CLOSED_MARK, say("legend_edit_closed", lang), int(shut.sum())))
    changed = int((touched & ~shut.to_numpy(dtype=bool)).sum())
    if changed:
        rows.append(sign(style.SITE_MARK, say("legend_edit_sites", lang), changed))
    return Legend(say("legend_edit_title", lang), tuple(rows), (say("legend_edit_note", lang),))
