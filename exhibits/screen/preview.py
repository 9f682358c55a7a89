"""Preview: where the rows of a file would lie, over the streets there are, before the file is used."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from exhibits import style
from exhibits.screen.layers import Doc, Ink, Layer, Legend, geojson
from exhibits.screen.tiles import Pen, TileSet, tile_set
from geodata.reading.proposal import Proposal
from geodata.words import Lang, say
from geodata.words.numbers import grouped

WGS84 = CRS.from_epsg(4326)
MOST_VECTORS = 2_000  # more points than this are drawn as tiles
MARGIN_DEG = 0.002
POINT, STREET = "#5b2a86", "#b9bfc4"


def layers(proposal: Proposal, streets: Proposal | None, version: str, row: int | None, lang: Lang) -> list[Layer]:
    """Return the streets, the rows of the file, and the one row looked at.

    Parameters
    ----------
    version
        Changes with the files and with how they are read.
    """
    lines = proposal.lines_deg if len(proposal.lines_deg) else streets.lines_deg if streets else ()
    found = []
    if len(lines):
        drawn = np.asarray(lines, dtype=object)
        title = say("preview_streets", lang)
        found.append(
            Layer("base", version, lambda: street_tiles(drawn), "tiles", title, pane="Base", ground=style.GROUND)
        )
    if len(proposal.points_deg):
        found.append(_rows(proposal, version, lang))
    if row is not None and (at := place_of(proposal, row)):
        ring = (Ink(edge="#ffffff", weight=6, shape="circle", radius=10, fillOpacity=0),)
        dark = (Ink(edge="#c9440f", weight=3, shape="circle", radius=10, fillOpacity=0),)
        found.append(
            Layer("chosen", f"{version}{row}", lambda: _two(at), pane="Select", inks=(*ring, *dark)),
        )
    return found


def _rows(proposal: Proposal, version: str, lang: Lang) -> Layer:
    title = say("preview_rows", lang, n=len(proposal.points_deg))
    if len(proposal.points_deg) > MOST_VECTORS:
        pen = Pen(POINT, "#ffffff", 0.6, 3.2)
        return Layer("rows", version, lambda: point_tiles(proposal.points_deg, pen), "tiles", title, pane="Areas")
    ink = Ink(POINT, "#ffffff", 1.0, fillOpacity=0.9, shape="circle", radius=4.5)
    return Layer(
        "rows",
        f"{version}{lang}",
        lambda: row_points(proposal, lang),
        title=title,
        interactive=True,
        pane="Live",
        inks=(ink,),
    )


def row_points(proposal: Proposal, lang: Lang) -> Doc:
    """Return a point for every row that has a place; hovering says which row of the file it is."""
    names = named(proposal)
    points = gpd.GeoSeries(gpd.points_from_xy(*proposal.points_deg.T), crs=WGS84)
    given = [
        {"i": str(row), "c": 0, "t": [names.get(int(row), ""), say("preview_row", lang, row=int(row))]}
        for row in proposal.point_rows
    ]
    return geojson(points, given)


def named(proposal: Proposal) -> dict[int, str]:
    """Return the name of every row that has one."""
    if proposal.read is None or "name" not in proposal.read.table.columns:
        return {}
    table = proposal.read.table
    return {
        int(row): str(name)
        for row, name in zip(table["row"], table["name"].astype(object).where(table["name"].notna(), ""), strict=True)
    }


def _two(at: tuple[float, float]) -> Doc:
    spot = gpd.GeoSeries([shapely.Point(at)] * 2, crs=WGS84)
    return geojson(spot, [{"c": 0}, {"c": 1}])


def street_tiles(lines: NDArray[Any]) -> tuple[TileSet, ...]:
    """Return street lines given in degrees, for tiles."""
    pen = Pen(edge=STREET, width_px=1.1, grow_from_zoom=15)
    return (tile_set("line", lines, WGS84, np.zeros(len(lines), dtype=np.int64), (pen,)),)


def point_tiles(points_deg: NDArray[np.float64], pen: Pen) -> tuple[TileSet, ...]:
    """Return points given in degrees, for tiles."""
    shapes = np.asarray(shapely.points(points_deg), dtype=object)
    return (tile_set("point", shapes, WGS84, np.zeros(len(shapes), dtype=np.int64), (pen,)),)


def legend(proposal: Proposal, streets: Proposal | None, lang: Lang) -> Legend:
    """Return the legend: rows with a place, rows without one."""
    rows: list[dict[str, Any]] = []
    if len(proposal.lines_deg):
        label, count = say("preview_streets", lang), grouped(len(proposal.lines_deg))
        rows.append({"fill": STREET, "edge": STREET, "label": label, "count": count})
    if len(proposal.points_deg):
        label = say("preview_placed", lang)
        rows.append({"fill": POINT, "edge": "#ffffff", "label": label, "count": grouped(len(proposal.points_deg))})
        if lost := proposal.rows - len(proposal.points_deg):
            rows.append(
                {"fill": "#ffffff", "edge": "#9a9a9a", "label": say("preview_lost", lang), "count": grouped(lost)}
            )
    notes = () if streets or len(proposal.lines_deg) else (say("preview_no_streets", lang),)
    return Legend(say("preview_legend", lang), tuple(rows), notes)


def place_of(proposal: Proposal, row: int) -> tuple[float, float] | None:
    """Return longitude and latitude of one row, None where it has no place."""
    found = np.flatnonzero(proposal.point_rows == row)
    return (float(proposal.points_deg[found[0], 0]), float(proposal.points_deg[found[0], 1])) if len(found) else None


def bounds_deg(proposal: Proposal, streets: Proposal | None) -> list[list[float]] | None:
    """Return south-west and north-east (latitude, longitude) of most rows, or of the streets; None where neither is.

    A few rows far away don't count: the map is to show the city.
    """
    if len(proposal.points_deg):
        (west, south), (east, north) = np.quantile(proposal.points_deg, (0.02, 0.98), axis=0)
    elif proposal.box_deg or (streets and streets.box_deg):
        box = proposal.box_deg or (streets.box_deg if streets else None)
        assert box is not None
        west, south, east, north = box
    else:
        return None
    wide, high = max(float(east - west), MARGIN_DEG) / 10, max(float(north - south), MARGIN_DEG) / 10
    corners = [[south - high, west - wide], [north + high, east + wide]]
    return [[round(float(value), 5) for value in corner] for corner in corners]


def around_deg(at: tuple[float, float]) -> list[list[float]]:
    """Return what the map shows around one place."""
    lon, lat = at
    return [[lat - MARGIN_DEG, lon - MARGIN_DEG], [lat + MARGIN_DEG, lon + MARGIN_DEG]]


def sample_table(proposal: Proposal, titles: Mapping[str, str], lang: Lang) -> pd.DataFrame:
    """Return the first rows as they stand in the file; a header that was recognised says as what.

    Parameters
    ----------
    titles
        What the columns of the layer are called on the page.
    """
    ours = {header: name for name, header in proposal.columns.items()}
    heads = [
        f"{header} ▸ {titles[ours[header]]}" if header in ours and titles[ours[header]] != header else header
        for header in proposal.theirs
    ]
    index = pd.Index(proposal.sample_rows, name=say("column_row", lang))
    return pd.DataFrame(list(proposal.sample), columns=heads, index=index, dtype="object")
