"""Base map: streets, boundaries and the names of districts, so that people find their way without the internet."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from exhibits import style
from exhibits.background import background_of
from exhibits.screen.layers import Doc, Layer, geojson
from exhibits.screen.tiles import Pen, TileSet, tile_set
from geodata.city import City
from geodata.streets import Streets, Way
from geodata.words import Lang, say

MOST_LABELS = 400
MAIN = 2  # rank of a main road


def bounds_deg(city: City) -> list[list[float]]:
    """Return south-west and north-east (latitude, longitude) of the residential areas, with a narrow margin."""
    west, south, east, north = gpd.GeoSeries(city.residential.geometry).to_crs(4326).total_bounds
    wide, high = max(east - west, 0.002) / 40, max(north - south, 0.002) / 40
    corners = [[south - high, west - wide], [north + high, east + wide]]
    return [[round(float(value), 5) for value in corner] for corner in corners]


def base_layers(city: City, lang: Lang) -> tuple[Layer, ...]:
    """Return background, streets and boundaries as tiles, and the names of places: orientation without the internet."""
    version = city.fingerprint
    base = Layer("base", version, lambda: base_tiles(city), "tiles", pane="Base", ground=style.GROUND)
    if not (len(city.districts) or city.background["kind"].eq("name").any()):
        return (base,)
    names = Layer(
        "names", f"{version}{lang}", lambda: all_names(city), "labels", say("layer_names", lang), pane="Labels"
    )
    return base, names


def base_tiles(city: City) -> tuple[TileSet, ...]:
    """Return water and green, the streets, thin ones below wide ones, and the boundaries of districts on top."""
    lines, rank = street_lines(city.streets)
    pens = (
        Pen(edge=style.STREET_MINOR, width_px=0.9, from_zoom=15, grow_from_zoom=16),
        Pen(edge=style.STREET, width_px=1.3, from_zoom=12, grow_from_zoom=14),
        Pen(edge=style.STREET_MAIN_CASE, width_px=3.4, grow_from_zoom=14),
    )
    streets = tile_set("line", lines, city.crs_m, rank, pens)
    main = lines[rank == MAIN]
    white = Pen(edge=style.STREET_MAIN, width_px=2, grow_from_zoom=14)
    core = tile_set("line", main, city.crs_m, np.zeros(len(main)), (white,))
    levels = ("community", "street", "county")
    known = city.districts[city.districts["level"].isin(levels)]
    rims = tile_set(
        "line",
        shapely.boundary(known.geometry.to_numpy()),
        city.crs_m,
        known["level"].map({level: number for number, level in enumerate(levels)}).to_numpy(),
        (
            Pen(edge="#cfc6d3", width_px=0.7, from_zoom=14),
            Pen(edge="#b3a6ba", width_px=1.2, from_zoom=10),
            Pen(edge=style.BOUNDARY, width_px=2.0),
        ),
    )
    below, above = background_tiles(city)
    return *below, streets, core, above, rims


def background_tiles(city: City) -> tuple[tuple[TileSet, ...], TileSet]:
    """Return what of the background lies under the streets, and the railways over them."""
    drawn, crs_m = background_of(city), city.crs_m
    fills = np.concatenate([drawn.green, drawn.water])
    pens = (Pen(fill=style.GREEN, width_px=0), Pen(fill=style.WATER, edge=style.WATER_EDGE, width_px=0.8))
    areas = tile_set("area", fills, crs_m, np.repeat([0, 1], [len(drawn.green), len(drawn.water)]), pens)
    stream = Pen(edge=style.WATER_EDGE, width_px=1.2, grow_from_zoom=14)
    streams = tile_set("line", drawn.streams, crs_m, np.zeros(len(drawn.streams)), (stream,))
    rail = Pen(edge=style.RAIL, width_px=1.1)
    return (areas, streams), tile_set("line", drawn.railways, crs_m, np.zeros(len(drawn.railways)), (rail,))


def street_lines(streets: Streets) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return every chain as a line, and its rank: 0 minor, 1 ordinary, 2 main."""
    owner = np.repeat(np.arange(len(streets.chain_u)), np.diff(streets.chain_start))
    xy = np.column_stack([streets.vertex_x_m, streets.vertex_y_m])
    lines = np.asarray(shapely.linestrings(xy, indices=owner), dtype=object)
    way = np.bitwise_or.reduceat(streets.segment_way, streets.chain_start[:-1]) if len(lines) else np.zeros(0, np.uint8)
    rank = np.where(way & Way.MAIN, MAIN, np.where(way & (Way.MINOR | Way.STAIRS), 0, 1)).astype(np.int64)
    return lines, rank


def all_names(city: City) -> Doc:
    """Return the names of districts, then those of the background, as many as a map can carry."""
    drawn = background_of(city)
    points = gpd.GeoSeries(drawn.name_points, crs=city.crs_m)
    found = [*district_names(city)["features"], *geojson(points, [{"t": name} for name in drawn.names])["features"]]
    return {"type": "FeatureCollection", "features": found[:MOST_LABELS]}


def district_names(city: City) -> Doc:
    """Return the names of streets and townships, or of counties where there are none, at a point inside each."""
    for level in ("street", "county", "community"):
        chosen = city.districts[city.districts["level"] == level]
        if 0 < len(chosen) <= MOST_LABELS:
            inside = gpd.GeoSeries(chosen.representative_point(), crs=city.crs_m)
            return geojson(inside, [{"t": str(name)} for name in chosen["name"]])
    return {"type": "FeatureCollection", "features": []}
