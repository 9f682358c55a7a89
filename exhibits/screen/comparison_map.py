"""Comparison map: A and B on one scale, and who gains or loses between them; told by lightness and hatch too."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from exhibits import style
from exhibits.screen import comparison_sites, webmap
from exhibits.screen.layers import Doc, Ink, Layer, Legend, geojson
from exhibits.screen.siting_map import sign, swatch
from exhibits.screen.tiles import Pen, TileSet, tile_set
from exhibits.style import Look, label
from exhibits.wording import count_text, walk_text
from geodata.words import Lang, say
from planning.coverage import State
from scenarios.compare import Comparison
from scenarios.outcome import Outcome

Side = Literal["a", "b"]

# Blue for gains and orange for losses are told apart by every kind of colour-blindness; losses are hatched as well.
CHANGE_LOOKS: Mapping[str, Look] = {
    "gained": Look("#0a5fa5", "#062f50"),
    "lost": Look("#e8731a", "#7c3400", "/", "#7c3400"),
    "same_in": Look("#cfe0ec", "#8fa9bb"),
    "same_out": Look("#f3ebe0", "#bdb09c", ".", "#a5967e"),
    "unknown": style.STATE_LOOKS["unknown"],
    "added": Look("#ffe45c", "#6b5300"),
    "removed": Look("#ffffff", "#4a4a4a", "\\", "#8b8b8b"),
}
ALWAYS = ("gained", "lost", "same_in", "same_out", "unknown")  # in the legend even where there are none


def places_of(found: Comparison, group: str) -> pd.DataFrame:
    """Return the rows of ``Comparison.places`` of one group by place, with ``class``: a key of CHANGE_LOOKS."""
    rows = found.places[found.places["group"] == group].set_index("place_id")
    same = rows["change"] == "same"
    served = rows["state_b"] == State.SERVED
    classes = rows["change"].mask(same & served, "same_in").mask(same & ~served, "same_out")
    return rows.assign(**{"class": classes})


def change_counts(found: Comparison, group: str) -> dict[str, int]:
    """Count the residential areas of every class of change, in the order of the legend."""
    counts = places_of(found, group)["class"].value_counts()
    return {name: int(counts.get(name, 0)) for name in CHANGE_LOOKS}


def limits_min(found: Comparison) -> tuple[float, ...]:
    """Return the limits that both sides have, in minutes."""
    return tuple(limit / 60 for limit in found.a.limits_s if limit in found.b.limits_s)


def side_classes(found: Comparison, side: Side, group: str) -> pd.Series:
    """Return the class of every residential area of one side on the limits that both have."""
    rows = places_of(found, group)
    rows = rows[rows[f"state_{side}"].notna()]
    limits = np.asarray(limits_min(found))
    at = np.searchsorted(60 * limits, rows[f"seconds_{side}"].to_numpy(dtype=float))
    bands = np.asarray([*(style.class_of_band(limit) for limit in limits), State.OUT.value], dtype=object)
    served = (rows[f"state_{side}"] == State.SERVED).to_numpy(dtype=bool)
    classes = np.where(served, bands[at], rows[f"state_{side}"].astype(str).to_numpy(dtype=object))
    return pd.Series(classes, index=rows.index, dtype="object")


def shapes_of(found: Comparison, ids: pd.Index) -> gpd.GeoSeries:
    """Return the shapes of residential areas in the metres of A: as B has them, of those only A has as A has them."""
    a, b = (one.city.residential.geometry for one in (found.a, found.b))
    b = b.to_crs(found.a.city.crs_m)
    only_a = a[~a.index.isin(b.index)]
    return gpd.GeoSeries(pd.concat([b, only_a]).loc[list(ids)], crs=found.a.city.crs_m)


def version_of(found: Comparison, group: str, lang: Lang) -> str:
    """Return a word that changes when what a map of the comparison shows does."""
    return f"{found.a.fingerprint}{found.b.fingerprint}{group}{lang}"


def side_layers(found: Comparison, side: Side, group: str, lang: Lang) -> tuple[Layer, ...]:
    """Return residential areas by walking time, and the open sites of one side."""
    looks = style.class_looks(limits_min(found))
    outcome = found.a if side == "a" else found.b
    classes = side_classes(found, side, group)
    title = say("layer_places", lang)
    areas = area_layer(found, "places", version_of(found, group, lang) + side, title, looks, classes, group, lang)
    return areas, *open_sites(outcome, group, lang)


def change_layers(found: Comparison, group: str, lang: Lang) -> tuple[Layer, ...]:
    """Return residential areas by what becomes of them, the open sites of B, and the sites that changed."""
    classes = places_of(found, group)["class"]
    title = say("layer_changes", lang)
    version = version_of(found, group, lang)
    areas = area_layer(found, "places", f"{version}change", title, CHANGE_LOOKS, classes, group, lang)
    return areas, *open_sites(found.b, group, lang), comparison_sites.layer(found, version, lang)


def open_sites(outcome: Outcome, group: str, lang: Lang) -> tuple[Layer, ...]:
    """Return the open sites of a group; no layer where the outcome has no site of it."""
    return webmap.facility_layers(outcome, group, lang)[:1] if group in outcome.groups else ()


def area_layer(
    found: Comparison,
    key: str,
    version: str,
    title: str,
    looks: Mapping[str, Look],
    classes: pd.Series,
    group: str,
    lang: Lang,
) -> Layer:
    """Return residential areas, each with the look of its class; as tiles where there are too many to hover over."""
    order = {name: at for at, name in enumerate(looks)}
    number: NDArray[np.int64] = np.asarray([order[one] for one in classes], dtype=np.int64)
    if len(classes) > webmap.MOST_VECTORS:
        pens = tuple(Pen(look.fill, look.edge, 0.6, 4, look.hatch, look.hatch_colour) for look in looks.values())
        return Layer(key, version, lambda: area_tiles(found, classes.index, number, pens), "tiles", title, pane="Areas")
    inks = tuple(
        Ink(look.fill, look.edge, fillOpacity=0.9, hatch=look.hatch, hatchColour=look.hatch_colour, radius=5.5)
        for look in looks.values()
    )
    return Layer(
        key,
        version,
        lambda: area_shapes(found, classes.index, number, group, lang),
        title=title,
        interactive=True,
        pane="Live",
        inks=inks,
    )


def area_shapes(found: Comparison, ids: pd.Index, number: NDArray[np.int64], group: str, lang: Lang) -> Doc:
    """Return residential areas as GeoJSON with what hovering says: the walk in A, in B, and what becomes of them."""
    rows = places_of(found, group).loc[ids]
    given = [
        {
            "i": str(one),
            "c": int(at),
            "t": [
                str(row["name"]),
                *(
                    say(
                        f"tip_side_{side}",
                        lang,
                        walk=walk_text(str(row[f"state_{side}"]), row[f"seconds_{side}"], lang),
                    )
                    for side in "ab"
                    if pd.notna(row[f"state_{side}"])
                ),
                label("change", str(row["class"]), lang),
                say(
                    "tip_people",
                    lang,
                    households=count_text(row["households"], lang),
                    elders=count_text(row["elders"], lang),
                ),
            ],
        }
        for one, at, row in zip(ids, number, rows.to_dict("records"), strict=True)
    ]
    return geojson(shapes_of(found, ids), given)


def area_tiles(found: Comparison, ids: pd.Index, number: NDArray[np.int64], pens: Sequence[Pen]) -> tuple[TileSet, ...]:
    """Return residential areas for tiles, areas below points."""
    geometry = shapes_of(found, ids).to_numpy()
    area = shapely.get_dimensions(geometry) == 2  # noqa: PLR2004 - polygons
    crs = found.a.city.crs_m
    return (
        tile_set("area", geometry[area], crs, number[area], pens),
        tile_set("point", shapely.centroid(geometry[~area]), crs, number[~area], pens),
    )


def change_legend(found: Comparison, group: str, lang: Lang) -> Legend:
    """Return the legend of the map of changes, with counts that sum to all residential areas of both sides."""
    counts = change_counts(found, group)
    rows: list[Mapping[str, Any]] = [{"head": True, "label": say("legend_changes", lang)}]
    rows += [
        swatch(look, label("change", name, lang), counts[name])
        for name, look in CHANGE_LOOKS.items()
        if counts[name] or name in ALWAYS
    ]
    kinds = list(comparison_sites.changed(found).values())
    if kinds:
        rows.append({"head": True, "label": say("legend_changed_sites", lang)})
        rows += [
            sign(mark, say(f"site_{kind}", lang), kinds.count(kind))
            for kind, mark in comparison_sites.MARKS.items()
            if kind in kinds
        ]
    note = say("legend_limit", lang, minutes=f"{limits_min(found)[-1]:g}")
    return Legend(say("legend_change_title", lang, group=label("group", group, lang)), tuple(rows), (note,))


def side_legend(found: Comparison, side: Side, group: str, lang: Lang) -> Legend:
    """Return the legend of one side; classes and colours are those of the other."""
    limits = limits_min(found)
    counts = side_classes(found, side, group).value_counts()
    rows = tuple(
        swatch(look, style.class_label(name, limits, lang), int(counts.get(name, 0)))
        for name, look in style.class_looks(limits).items()
        if name != "full" or name in counts
    )
    return Legend(say(f"legend_side_{side}", lang, group=label("group", group, lang)), rows)


def focus_deg(found: Comparison, place_id: str, around_m: float = 600.0) -> list[list[float]]:
    """Return the corners of a residential area with what lies around it, in degrees."""
    shape = shapes_of(found, pd.Index([place_id])).buffer(around_m).to_crs(4326)
    west, south, east, north = (float(one) for one in shape.total_bounds)
    return [[south, west], [north, east]]


def chosen_layer(found: Comparison, place_id: str) -> Layer:
    """Return the outline of one residential area."""
    return Layer(
        "chosen",
        f"{found.a.fingerprint}{found.b.fingerprint}{place_id}",
        lambda: geojson(
            gpd.GeoSeries([shapes_of(found, pd.Index([place_id])).iloc[0]] * 2, crs=found.a.city.crs_m),
            [{"c": 0}, {"c": 1}],
        ),
        pane="Select",
        inks=(
            Ink(edge="#ffffff", weight=7, opacity=0.9, shape="circle", radius=11),
            Ink(edge="#111111", weight=3, shape="circle", radius=11),
        ),
    )
