"""Map layers of a judgement: residential areas by verdict, the facilities that count, and who is served by what."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from exhibits import style
from exhibits.screen.estates import Filter, counts, judgement_of, passing, square_metres, verdict_word, verdicts
from exhibits.screen.layers import Doc, Ink, Layer, Legend, geojson
from exhibits.screen.tiles import Pen, TileSet, tile_set
from exhibits.screen.webmap import MOST_VECTORS
from exhibits.wording import count_text, facility_lines
from geodata.faults import InputError
from geodata.words import Lang, say
from planning.rules.estates import OWN_ROOM
from planning.rules.quota import counts as counts_to_quota
from planning.walking.routes import route
from scenarios.outcome import Outcome

ASIDE = "aside"  # left out by the filter
SITE = style.Mark("diamond", "#5b2a86")
SOURCE = style.Mark("star", "#ffd400", "#1a1a1a")
CLASSES = (*style.VERDICT_LOOKS, ASIDE)


def looks() -> Mapping[str, style.Look]:
    """Return how each verdict is drawn, and what a filter leaves out."""
    return {**style.VERDICT_LOOKS, ASIDE: style.ASIDE_LOOK}


def estates_layer(outcome: Outcome, shown: Filter, lang: Lang) -> Layer:
    """Return the residential areas coloured by verdict; what the filter leaves out is pale."""
    version = f"{outcome.fingerprint}{shown}{lang}"
    title = say("layer_estates", lang)
    if len(outcome.city.residential) > MOST_VECTORS:
        pens = tuple(Pen(one.fill, one.edge, 0.6, 4, one.hatch, one.hatch_colour) for one in looks().values())
        return Layer("estates", version, lambda: estate_tiles(outcome, shown, pens), "tiles", title)
    inks = tuple(
        Ink(one.fill, one.edge, hatch=one.hatch, hatchColour=one.hatch_colour, radius=5.5) for one in looks().values()
    )
    return Layer(
        "estates",
        version,
        lambda: estate_shapes(outcome, shown, lang),
        title=title,
        interactive=True,
        pane="Live",
        inks=inks,
    )


def estate_classes(outcome: Outcome, shown: Filter) -> NDArray[np.int64]:
    """Return the position in ``CLASSES`` of every residential area."""
    found = verdicts(outcome, shown.reading).where(passing(outcome, shown), ASIDE)
    return np.asarray(found.map({name: at for at, name in enumerate(CLASSES)}), dtype=np.int64)


def estate_shapes(outcome: Outcome, shown: Filter, lang: Lang) -> Doc:
    """Return the residential areas as GeoJSON: id, class and what hovering says."""
    places = outcome.city.residential
    given = zip(places.index, estate_classes(outcome, shown), estate_lines(outcome, shown, lang), strict=True)
    return geojson(places.geometry, [{"i": str(i), "c": int(c), "t": t} for i, c, t in given])


def estate_lines(outcome: Outcome, shown: Filter, lang: Lang) -> list[list[str]]:
    """Return what hovering over each residential area says: name, verdict, needed and existing area, households."""
    table = judgement_of(outcome).estates
    name = shown.reading
    given = zip(
        table["name"],
        table[f"{name}_verdict"],
        table[f"{name}_required_m2"],
        table["existing_m2"],
        table["households"],
        strict=True,
    )
    return [
        [
            str(called),
            verdict_word(verdict, lang),
            say("tip_estate", lang, need=square_metres(need, lang), have=square_metres(have, lang)),
            say("tip_households", lang, households=count_text(homes, lang)),
        ]
        for called, verdict, need, have, homes in given
    ]


def estate_tiles(outcome: Outcome, shown: Filter, pens: Sequence[Pen]) -> tuple[TileSet, ...]:
    """Return the residential areas for tiles; areas below points."""
    geometry, number = outcome.city.residential.geometry.to_numpy(), estate_classes(outcome, shown)
    area = shapely.get_dimensions(geometry) == 2  # noqa: PLR2004 - polygons
    crs = outcome.city.crs_m
    return (
        tile_set("area", geometry[area], crs, number[area], pens),
        tile_set("point", shapely.centroid(geometry[~area]), crs, number[~area], pens),
    )


def counting(outcome: Outcome) -> NDArray[np.bool_]:
    """Mark the facilities whose area counts to the quota: open, and of a counted kind or marked as counting."""
    case = judgement_of(outcome).case
    return np.array([case.opens[key] is True and counts_to_quota(case, key) for key in case.rows("facilities")], bool)


def counted_layer(outcome: Outcome, lang: Lang) -> Layer:
    """Return the facilities whose area counts to the quota."""
    return Layer(
        "counted",
        f"{outcome.fingerprint}{lang}",
        lambda: counted_points(outcome, lang),
        title=say("layer_counted", lang),
        interactive=True,
        pane="Live",
        inks=(Ink(SITE.fill, SITE.edge, 1.2, fillOpacity=1, shape=SITE.shape, radius=5.5),),
    )


def counted_points(outcome: Outcome, lang: Lang) -> Doc:
    """Return the facilities that count as points with what hovering says; without a location none can be drawn."""
    where = outcome.city.facilities.geometry
    drawn = counting(outcome) & ~np.asarray(where.is_empty | where.isna(), dtype=bool)
    labels = where.index[drawn]
    lines = facility_lines(outcome.sites.loc[labels], lang)
    points = gpd.GeoSeries(where[drawn]).representative_point()
    return geojson(points, [{"i": str(i), "c": 0, "t": t} for i, t in zip(labels, lines, strict=True)])


def pooled_layer(outcome: Outcome, place_id: str, lang: Lang) -> Layer:
    """Return the outline of a residential area and the walks to the facilities and rooms that serve it by pooling."""
    return Layer(
        "chosen",
        f"{outcome.fingerprint}{place_id}",
        lambda: pooled_walks(outcome, place_id),
        title=say("layer_pooled", lang),
        pane="Select",
        inks=(
            Ink(edge="#ffffff", weight=6, opacity=0.9, shape="circle", radius=9),
            Ink(edge="#111111", weight=2.6, shape="circle", radius=9),
            Ink(edge="#ffffff", weight=7, opacity=0.9),
            Ink(edge="#111111", weight=3.5, dash="7 5"),
            Ink(SOURCE.fill, SOURCE.edge, 1.6, fillOpacity=1, shape=SOURCE.shape, radius=9),
        ),
    )


def pooled_walks(outcome: Outcome, place_id: str) -> Doc:
    """Return the drawing of ``pooled_layer``; ``c`` counts through its inks."""
    city = outcome.city
    shapes: list[Any] = [city.residential.geometry.loc[place_id]] * 2
    inks = [0, 1]
    for site_id in sources(outcome, place_id)["site_id"]:
        layer = "residential" if site_id.startswith(OWN_ROOM) else "facilities"
        own = site_id.removeprefix(OWN_ROOM)
        try:
            way = route(outcome.network, city.doors["residential"], place_id, city.doors[layer], own)
        except InputError:  # served from rooms beside it, without a street between
            continue
        spot = getattr(city, layer).geometry.loc[own].representative_point()
        shapes += [way.line, way.line, spot]
        inks += [2, 3, 4]
    return geojson(gpd.GeoSeries(shapes, crs=city.crs_m), [{"c": ink} for ink in inks])


def sources(outcome: Outcome, place_id: str) -> pd.DataFrame:
    """Return what serves a residential area through pooling under today's rules, nearest first."""
    table = judgement_of(outcome).pooled
    return table[table["place_id"] == place_id].sort_values("seconds", kind="stable")


def legend(outcome: Outcome, shown: Filter, lang: Lang) -> Legend:
    """Return the legend: every verdict with the number of areas that the filter lets through."""
    found = counts(outcome, shown)
    rows: list[Mapping[str, Any]] = [{"head": True, "label": say("legend_estates", lang)}]
    rows += [
        {
            "fill": one.fill,
            "edge": one.edge,
            "hatch": one.hatch,
            "hatchColour": one.hatch_colour,
            "label": verdict_word(name, lang),
            "count": count_text(found[name]),
        }
        for name, one in style.VERDICT_LOOKS.items()
        if found[name] or name in {"met", "below", "unknown"}
    ]
    left_out = int((~passing(outcome, shown)).sum())
    if left_out:
        aside = style.ASIDE_LOOK
        rows.append(
            {"fill": aside.fill, "edge": aside.edge, "label": say("legend_aside", lang), "count": count_text(left_out)}
        )
    rows.append({"head": True, "label": say("legend_sites", lang)})
    rows.append(
        {
            "fill": SITE.fill,
            "edge": SITE.fill,
            "shape": SITE.shape,
            "label": say("legend_counted", lang),
            "count": count_text(int(counting(outcome).sum())),
        }
    )
    judgement = judgement_of(outcome)
    note = say("legend_rules", lang, title=judgement.profile.title(lang), day=judgement.case.day)
    return Legend(say(f"legend_title_{shown.reading}", lang), tuple(rows), (note,))
