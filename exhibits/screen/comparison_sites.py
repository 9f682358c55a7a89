"""Comparison sites: the facilities that two outcomes differ by, opened, closed, moved or altered, as marks on a map."""

from collections.abc import Mapping

import geopandas as gpd
import shapely

from exhibits import style
from exhibits.screen.layers import Doc, Ink, Layer, geojson
from exhibits.style import Mark
from geodata.words import Lang, say
from scenarios.compare import Comparison
from scenarios.outcome import Outcome

MARKS: Mapping[str, Mark] = {
    "opened": style.SITE_MARK,
    "closed": Mark("cross", "#1a1a1a"),
    "moved": Mark("triangle", "#6a2c91"),
    "altered": Mark("diamond", "#1f6b3a"),
}


def layer(found: Comparison, version: str, lang: Lang) -> Layer:
    """Return the facilities that differ, above all others; ``version`` changes when the comparison does."""
    return Layer(
        "changed",
        version,
        lambda: points(found, lang),
        title=say("layer_changed_sites", lang),
        interactive=True,
        pane="Live",
        inks=(
            *(Ink(one.fill, one.edge, 1.3, fillOpacity=1, shape=one.shape, radius=9) for one in MARKS.values()),
            Ink(edge=MARKS["moved"].fill, weight=2, dash="5 4", line=True),
        ),
    )


def changed(found: Comparison) -> dict[str, str]:
    """Return what became of every facility that differs: opened, closed, moved, or altered otherwise."""
    rows = found.inputs[found.inputs["layer"] == "facilities"]
    kinds: dict[str, str] = {}
    for one, own in rows.groupby("id", sort=False):
        status = set(own.loc[own["column"] == "status", "after"])
        if (own["change"] == "added").any():
            kind = "opened"
        elif (own["change"] == "removed").any() or "closed" in status:
            kind = "closed"
        elif "open" in status:
            kind = "opened"
        else:
            kind = "moved" if (own["column"] == "geometry").any() else "altered"
        kinds[str(one)] = kind
    return kinds


def points(found: Comparison, lang: Lang) -> Doc:
    """Return the facilities that differ, each where B has it, and how far those that moved have moved."""
    kinds = changed(found)
    order = list(MARKS)
    shapes: list[shapely.Geometry] = []
    given: list[dict[str, object]] = []
    for one, kind in kinds.items():
        own, other = (found.a, found.b) if kind == "closed" else (found.b, found.a)
        own, other = (own, other) if one in own.city.facilities.index else (other, own)
        spot = point_of(own, one, found)
        name = str(own.city.facilities.loc[one, "name"])
        shown = {"i": one, "c": order.index(kind), "t": [name, say(f"site_{kind}", lang), one]}
        if kind == "moved":
            before = point_of(other, one, found)
            if spot is not None and before is not None:
                shapes.append(shapely.LineString([before, spot]))
                given.append({**shown, "c": len(order)})
        if spot is not None:
            shapes.append(spot)
            given.append(shown)
    return geojson(gpd.GeoSeries(shapes, crs=found.a.city.crs_m), given)


def point_of(outcome: Outcome, facility: str, found: Comparison) -> shapely.Point | None:
    """Return a point in a facility in the metres of A; None where it has no place."""
    table = outcome.city.facilities
    spot = gpd.GeoSeries(table.geometry.loc[[facility]]).representative_point().to_crs(found.a.city.crs_m).iloc[0]
    return spot if isinstance(spot, shapely.Point) and not spot.is_empty else None
