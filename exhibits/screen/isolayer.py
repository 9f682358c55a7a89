"""Walking circles: what can be walked to a facility group, drawn for the map; no figure is read off them."""

import math

import geopandas as gpd

from exhibits import style
from exhibits.classes import limits_min
from exhibits.screen.layers import Doc, Ink, Layer, geojson
from exhibits.screen.webmap import site_mask
from geodata.words import Lang, say
from planning.groups import doors_of, site_doors
from planning.walking.isochrones import isochrones
from scenarios.outcome import Outcome

SIMPLIFY_M = 5.0
LEAST_CELL_M, MOST_CELLS = 20.0, 600_000  # a screen shows no more, and a large city is drawn in seconds


def isochrone_layer(outcome: Outcome, group: str, lang: Lang) -> Layer:
    """Return the areas from which a site of ``group`` is within each limit, longest below; hidden until asked for."""
    limits = limits_min(outcome)
    fills = style.band_fills(len(limits))[::-1]
    return Layer(
        "isochrones",
        f"{outcome.fingerprint}{group}",
        lambda: isochrone_shapes(outcome, group),
        title=say("layer_isochrones", lang, limits=" / ".join(f"{limit:g}" for limit in limits)),
        shown=False,
        inks=tuple(Ink(fill, style.BAND_EDGE, 0.8, opacity=0.7, fillOpacity=0.3) for fill in fills),
    )


def isochrone_shapes(outcome: Outcome, group: str) -> Doc:
    """Return one shape per limit, longest first; ``c`` counts through the inks."""
    doors = doors_of(site_doors(outcome.city), site_mask(outcome, group))
    west, south, east, north = outcome.city.residential.total_bounds
    cell_m = max(LEAST_CELL_M, math.ceil(math.sqrt((east - west) * (north - south) / MOST_CELLS)))
    found = isochrones(outcome.network, doors, outcome.limits_s, cell_m=cell_m).iloc[::-1]
    simple = gpd.GeoSeries(found.geometry).simplify(SIMPLIFY_M)
    return geojson(simple, [{"c": number} for number in range(len(found))])
