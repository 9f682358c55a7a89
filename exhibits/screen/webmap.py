"""Map layers of an outcome for the screen: GeoJSON for what can be hovered, tiles for what is too much for that."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from exhibits import style
from exhibits.classes import class_counts, limits_min, place_classes
from exhibits.screen.layers import Doc, Ink, Layer, Legend, geojson
from exhibits.screen.tiles import Pen, TileSet, tile_set
from exhibits.wording import count_text, facility_lines, place_lines
from geodata.words import Lang, say
from planning.coverage import is_open
from planning.groups import members
from scenarios.outcome import Outcome

MOST_VECTORS = 5_000  # more places than this are drawn as tiles: the browser stays quick, hovering is dropped


def places_layer(outcome: Outcome, group: str, lang: Lang) -> Layer:
    """Return the residential areas coloured by how far ``group`` is."""
    limits = limits_min(outcome)
    looks = style.class_looks(limits)
    version = f"{outcome.fingerprint}{group}{lang}"
    title = say("layer_places", lang)
    if len(outcome.city.residential) > MOST_VECTORS:
        pens = tuple(Pen(look.fill, look.edge, 0.6, 4, look.hatch, look.hatch_colour) for look in looks.values())
        return Layer(
            "places", version, lambda: place_tiles(outcome, group, tuple(looks), pens), "tiles", title, pane="Areas"
        )
    inks = tuple(
        Ink(look.fill, look.edge, hatch=look.hatch, hatchColour=look.hatch_colour, radius=5.5)
        for look in looks.values()
    )
    return Layer(
        "places",
        version,
        lambda: place_shapes(outcome, group, tuple(looks), lang),
        title=title,
        interactive=True,
        pane="Live",
        inks=inks,
    )


def place_shapes(outcome: Outcome, group: str, classes: Sequence[str], lang: Lang) -> Doc:
    """Return the residential areas as GeoJSON: id, class and what hovering says."""
    places = outcome.city.residential
    number = place_classes(outcome, group).map({name: at for at, name in enumerate(classes)})
    lines = place_lines(outcome, group, lang)
    given = zip(places.index, number.loc[places.index], lines.loc[places.index], strict=True)
    return geojson(places.geometry, [{"i": str(i), "c": int(c), "t": t} for i, c, t in given])


def place_tiles(outcome: Outcome, group: str, classes: Sequence[str], pens: Sequence[Pen]) -> tuple[TileSet, ...]:
    """Return the residential areas for tiles; areas below points, what is missed above what is served."""
    geometry = outcome.city.residential.geometry.to_numpy()
    number = place_classes(outcome, group).map({name: at for at, name in enumerate(classes)}).to_numpy(dtype=np.int64)
    area = shapely.get_dimensions(geometry) == 2  # noqa: PLR2004 - polygons
    crs = outcome.city.crs_m
    return (
        tile_set("area", geometry[area], crs, number[area], pens),
        tile_set("point", shapely.centroid(geometry[~area]), crs, number[~area], pens),
    )


def facility_layers(outcome: Outcome, group: str, lang: Lang) -> tuple[Layer, ...]:
    """Return the open sites of ``group``, and all others (of other groups, or not open), which start hidden."""
    mine = site_mask(outcome, group)
    mark = style.mark_of(group)
    strong = Ink(mark.fill, mark.edge, 1.2, fillOpacity=1, shape=mark.shape, radius=5.5)
    faint = tuple(
        Ink("#ffffff", style.mark_of(name).fill, 1.4, fillOpacity=0.9, shape=style.mark_of(name).shape, radius=4.5)
        for name in outcome.groups
    )
    version = f"{outcome.fingerprint}{group}{lang}"
    return (
        Layer(
            "sites",
            version,
            lambda: site_points(outcome, mine, np.zeros(len(mine), int), lang),
            title=say("layer_sites", lang, group=style.label("group", group, lang)),
            interactive=True,
            pane="Live",
            inks=(strong,),
        ),
        Layer(
            "others",
            version,
            lambda: site_points(outcome, ~mine, first_group(outcome), lang),
            title=say("layer_others", lang),
            shown=False,
            interactive=True,
            pane="Live",
            inks=(*faint, Ink("#ffffff", "#7a7a7a", 1.2, fillOpacity=0.9, shape="diamond", radius=4)),
        ),
    )


def site_mask(outcome: Outcome, group: str) -> NDArray[np.bool_]:
    """Mark the open sites of a group."""
    return members(outcome.sites, outcome.groups[group]) & is_open(outcome.sites)


def first_group(outcome: Outcome) -> NDArray[np.int64]:
    """Return the position of the first group each site belongs to; the number of groups where it is in none."""
    inside = [members(outcome.sites, kinds) for kinds in outcome.groups.values()]
    return np.asarray(np.argmax(np.vstack([*inside, np.ones(len(outcome.sites), bool)]), axis=0), dtype=np.int64)


def site_points(outcome: Outcome, chosen: NDArray[np.bool_], number: NDArray[np.int64], lang: Lang) -> Doc:
    """Return sites as points with id, class and what hovering says; sites without a location can't be drawn."""
    sites = outcome.sites.loc[chosen]
    where = site_geometry(outcome).loc[sites.index]
    drawn = ~np.asarray(where.is_empty | where.isna(), dtype=bool)
    lines = facility_lines(sites.loc[drawn], lang)
    given = zip(sites.index[drawn], number[chosen][drawn], lines, strict=True)
    points = gpd.GeoSeries(where[drawn]).representative_point()
    return geojson(points, [{"i": str(i), "c": int(c), "t": t} for i, c, t in given])


def site_geometry(outcome: Outcome) -> gpd.GeoSeries:
    """Return the geometry of every site, by the label that ``outcome.sites`` gives it."""
    city = outcome.city
    both = [*city.facilities.geometry, *city.medical.geometry]
    return gpd.GeoSeries(both, index=outcome.sites.index, crs=city.crs_m)


def legend(outcome: Outcome, group: str, lang: Lang) -> Legend:
    """Return the legend: every class with its number of residential areas, the marks, and the parameters."""
    limits = limits_min(outcome)
    looks = style.class_looks(limits)
    counts = class_counts(outcome, group)
    rows: list[Mapping[str, Any]] = [{"head": True, "label": say("legend_places", lang)}]
    rows += [
        {
            "fill": look.fill,
            "edge": look.edge,
            "hatch": look.hatch,
            "hatchColour": look.hatch_colour,
            "label": style.class_label(name, limits, lang),
            "count": count_text(counts[name]),
        }
        for name, look in looks.items()
        if counts[name] or name != "full"
    ]
    rows.append({"head": True, "label": say("legend_sites", lang)})
    mark = style.mark_of(group)
    rows.append(
        {
            "fill": mark.fill,
            "edge": mark.fill,
            "shape": mark.shape,
            "label": style.label("group", group, lang),
            "count": count_text(int(site_mask(outcome, group).sum())),
        }
    )
    walker = outcome.profile
    note = say("legend_parameters", lang, walker=walker.label(lang), speed=f"{walker.speed_m_s:g}")
    return Legend(say("legend_title", lang, group=style.label("group", group, lang)), tuple(rows), (note,))


def minutes(outcome: Outcome) -> tuple[float, ...]:
    """Return the walking limits in minutes."""
    return tuple(limit_s / 60 for limit_s in outcome.limits_s)
