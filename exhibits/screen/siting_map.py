"""Map layers of a siting plan: suggested sites by rank, candidates left over, and who is newly covered."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from exhibits import style
from exhibits.classes import class_counts, limits_min
from exhibits.screen import basemap
from exhibits.screen.estates import square_metres
from exhibits.screen.layers import Doc, Ink, Layer, Legend, geojson
from exhibits.screen.place import corners_deg
from exhibits.screen.siting_tables import not_usable, sited_of
from exhibits.screen.webmap import site_mask
from exhibits.wording import count_text
from geodata.faults import InputError
from geodata.words import Lang, say
from planning.totals import counted, minutes
from planning.walking.routes import Route, route
from scenarios.outcome import Outcome

MOST_WALKS = 150  # drawn to one site


def layers(outcome: Outcome, lang: Lang) -> tuple[Layer, ...]:
    """Return what the plan adds to the map of today, from the lowest to the highest."""
    version = f"{version_of(outcome)}{lang}"
    look, free, barred = style.NEWLY_LOOK, style.CANDIDATE_MARK, style.EXCLUDED_MARK
    mark = style.SITE_MARK
    newly = Layer(
        "newly",
        version,
        lambda: newly_shapes(outcome, lang),
        title=say("layer_newly", lang),
        interactive=True,
        pane="Live",
        inks=(Ink(look.fill, look.edge, 1.4, fillOpacity=1, hatch=look.hatch, hatchColour=look.hatch_colour),),
    )
    candidates = Layer(
        "candidates",
        version,
        lambda: candidate_points(outcome, lang),
        title=say("layer_candidates", lang),
        interactive=True,
        pane="Live",
        inks=(
            Ink(free.fill, free.edge, 1.3, fillOpacity=1, shape=free.shape, radius=4.2),
            Ink(barred.fill, barred.edge, 0.8, fillOpacity=1, shape=barred.shape, radius=4.2),
        ),
    )
    suggested = Layer(
        "suggested",
        version,
        lambda: suggested_points(outcome, lang),
        title=say("layer_suggested", lang),
        interactive=True,
        pane="Live",
        inks=(Ink(mark.fill, mark.edge, 1.5, fillOpacity=1, shape=mark.shape, radius=13),),
    )
    labels = Layer("ranks", version, lambda: rank_labels(outcome), "labels", say("layer_ranks", lang), pane="Labels")
    return newly, candidates, suggested, labels


def version_of(outcome: Outcome) -> str:
    """Return a word that changes when what a plan draws does; a search that was stopped may answer otherwise."""
    sited = sited_of(outcome)
    return f"{outcome.fingerprint}{sited.request!r}{tuple(sited.sites.index)!r}"


def covered_by(outcome: Outcome) -> dict[str, str]:
    """Return the suggested site that newly covers each residential area."""
    table = sited_of(outcome).sites
    return {place: str(site) for site, newly in table["newly_covered"].items() for place in newly}


def newly_by(outcome: Outcome, candidate_id: str) -> list[str]:
    """Return the residential areas that a candidate newly covers; none unless it is suggested."""
    newly = sited_of(outcome).sites["newly_covered"].to_dict()
    return [str(place) for place in newly.get(candidate_id, ())]


def spots(outcome: Outcome, ids: list[str]) -> gpd.GeoSeries:
    """Return a point in each of the candidates."""
    return gpd.GeoSeries(outcome.city.candidates.geometry.loc[ids]).representative_point()


def newly_shapes(outcome: Outcome, lang: Lang) -> Doc:
    """Return the areas newly covered, with the site that will cover them."""
    sites, by = sited_of(outcome).sites, covered_by(outcome)
    places = outcome.city.residential.loc[list(by)]
    given = [
        {
            "i": str(place),
            "c": 0,
            "t": [
                str(name),
                say("tip_newly_by", lang, rank=sites.loc[by[place], "rank"], name=sites.loc[by[place], "name"]),
                say("tip_people", lang, households=count_text(homes, lang), elders=count_text(elders, lang)),
            ],
        }
        for place, name, homes, elders in zip(
            places.index, places["name"], places["households"], places["elders"], strict=True
        )
    ]
    return geojson(gpd.GeoSeries(places.geometry), given)


def candidate_points(outcome: Outcome, lang: Lang) -> Doc:
    """Return the candidates that are not suggested: ``c`` 0 could have been chosen, 1 could not."""
    why = not_usable(outcome)
    rest = outcome.city.candidates.drop(index=sited_of(outcome).sites.index)
    given = [
        {
            "i": str(one),
            "c": int(one in why),
            "t": [
                str(name),
                say(why.get(str(one), "sit_unneeded"), lang),
                say("tip_area", lang, area=square_metres(area, lang)),
            ],
        }
        for one, name, area in zip(rest.index, rest["name"], rest["floor_area_m2"], strict=True)
    ]
    return geojson(spots(outcome, list(rest.index)), given)


def suggested_points(outcome: Outcome, lang: Lang) -> Doc:
    """Return the suggested sites, with what each newly covers."""
    table = sited_of(outcome).sites
    given = [
        {
            "i": str(row["candidate_id"]),
            "c": 0,
            "t": [
                say("tip_suggested", lang, rank=row["rank"], name=row["name"]),
                say(
                    "tip_site_covers",
                    lang,
                    places=row["newly_covered_places"],
                    elders=counted(row["newly_covered_elders"]),
                ),
                say("tip_area", lang, area=square_metres(row["floor_area_m2"], lang)),
            ],
        }
        for row in table.reset_index().to_dict("records")
    ]
    return geojson(spots(outcome, list(table.index)), given)


def rank_labels(outcome: Outcome) -> Doc:
    """Return the ranks to be written on the suggested sites, then the names of districts that leave them room."""
    table = sited_of(outcome).sites
    ranks = geojson(spots(outcome, list(table.index)), [{"t": str(rank)} for rank in table["rank"]])
    names = basemap.district_names(outcome.city) if len(outcome.city.districts) else {"features": []}
    return {**ranks, "features": [*ranks["features"], *names["features"]]}


def chosen_layer(outcome: Outcome, candidate_id: str, lang: Lang) -> Layer:
    """Return the walks from all areas that a suggested site newly covers; of other candidates a ring alone."""
    mark = style.SITE_MARK
    return Layer(
        "chosen",
        f"{version_of(outcome)}{candidate_id}",
        lambda: chosen_walks(outcome, candidate_id),
        title=say("layer_new_walks", lang),
        pane="Select",
        inks=(
            Ink(edge="#ffffff", weight=4, opacity=0.85),
            Ink(edge="#111111", weight=2),
            Ink(edge="#ffffff", weight=7, shape="circle", radius=17),
            Ink(edge="#111111", weight=3, shape="circle", radius=17),
            Ink(mark.fill, mark.edge, 1.5, fillOpacity=1, shape=mark.shape, radius=13),
        ),
    )


def chosen_walks(outcome: Outcome, candidate_id: str) -> Doc:
    """Return the drawing of ``chosen_layer``; ``c`` counts through its inks."""
    found = walks(outcome, candidate_id, MOST_WALKS).values()
    lines = [way.line for way in found if way is not None]
    spot = spots(outcome, [candidate_id]).iloc[0]
    marks = [2, 3, 4] if candidate_id in sited_of(outcome).sites.index else [2, 3]  # the star above the walks
    inks = [0] * len(lines) + [1] * len(lines) + marks
    shapes = [*lines, *lines, *[spot] * len(marks)]
    return geojson(gpd.GeoSeries(shapes, crs=outcome.city.crs_m), [{"c": ink} for ink in inks])


def walks(outcome: Outcome, candidate_id: str, most: int) -> dict[str, Route | None]:
    """Return the walk from each area that a site newly covers, most elders first, at most ``most``."""
    newly = newly_by(outcome, candidate_id)
    elders = outcome.city.residential["elders"].loc[newly].astype(float)
    ranked = elders.sort_values(ascending=False, kind="stable").index
    return {str(place): walk(outcome, str(place), candidate_id) for place in ranked[:most]}


def walk(outcome: Outcome, place_id: str, candidate_id: str) -> Route | None:
    """Return the walk from an area to a candidate; None where no way leads."""
    city = outcome.city
    try:
        return route(outcome.network, city.doors["residential"], place_id, city.doors["candidates"], candidate_id)
    except InputError:
        return None


def focus_deg(outcome: Outcome, candidate_id: str) -> list[list[float]] | None:
    """Return the corners of a candidate and the areas it newly covers, in degrees."""
    city, newly = outcome.city, newly_by(outcome, candidate_id)
    shapes = [city.candidates.geometry.loc[candidate_id].buffer(150), *city.residential.geometry.loc[newly]]
    return corners_deg(gpd.GeoSeries(shapes, crs=city.crs_m))


def legend(outcome: Outcome, lang: Lang) -> Legend:
    """Return the legend: states of today, what is newly covered, and the four kinds of marks."""
    sited = sited_of(outcome)
    group, limits = sited.request.group, limits_min(outcome)
    looks, counts = style.class_looks(limits), class_counts(outcome, group)
    called, mark = style.label("group", group, lang), style.mark_of(group)
    barred = sum(one not in sited.sites.index for one in not_usable(outcome))
    free = len(outcome.city.candidates) - len(sited.sites) - barred
    newly = int(sited.newly.sum())
    rows: list[Mapping[str, Any]] = [
        {"head": True, "label": say("legend_sit_places", lang)},
        *(
            swatch(look, style.class_label(name, limits, lang), counts[name])
            for name, look in looks.items()
            if counts[name] or name != "full"
        ),
        swatch(style.NEWLY_LOOK, say("legend_sit_newly", lang, minutes=minutes(sited.limit_s)), newly),
        {"head": True, "label": say("legend_sit_sites", lang)},
        sign(style.SITE_MARK, say("legend_sit_suggested", lang), len(sited.sites)),
        sign(mark, say("legend_sit_existing", lang, group=called), int(site_mask(outcome, group).sum())),
        sign(style.CANDIDATE_MARK, say("legend_sit_candidates", lang), free),
    ]
    if barred:
        rows.append(sign(style.EXCLUDED_MARK, say("legend_sit_excluded", lang), barred))
    return Legend(say("legend_sit_title", lang, group=called), tuple(rows))


def swatch(look: style.Look, text: str, count: int) -> Mapping[str, Any]:
    """Return the row of a legend for areas."""
    return {
        "fill": look.fill,
        "edge": look.edge,
        "hatch": look.hatch,
        "hatchColour": look.hatch_colour,
        "label": text,
        "count": count_text(count),
    }


def sign(mark: style.Mark, text: str, count: int) -> Mapping[str, Any]:
    """Return the row of a legend for marks."""
    return {"fill": mark.fill, "edge": mark.edge, "shape": mark.shape, "label": text, "count": count_text(count)}
