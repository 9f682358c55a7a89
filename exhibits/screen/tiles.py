"""Tiles: thousands of shapes drawn as 256-pixel map squares, without a browser, a font or the internet."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pyproj import CRS, Transformer

Kind = Literal["area", "line", "point"]
TILE_PX = 256
FINE = 2  # drawn at twice the size and shrunk: smooth edges
HALF_WORLD_M = 20_037_508.342789244  # half the side of the Web Mercator square
HATCH_STEP_PX = 16  # at the fine size; divides the tile, so that hatches meet across tiles


@dataclass(frozen=True)
class Pen:
    """How one class of shapes is drawn; widths in screen pixels."""

    fill: str = ""
    edge: str = ""
    width_px: float = 1.0
    radius_px: float = 4.0  # points only
    hatch: str = ""
    hatch_colour: str = ""
    from_zoom: int = 0  # not drawn on smaller scales
    grow_from_zoom: int = 30  # lines double their width at every zoom after this one, up to four times


@dataclass(frozen=True, eq=False)
class TileSet:
    """Shapes of one kind in Web Mercator metres, flat arrays, ready to be drawn at any zoom.

    Ring ``r`` runs over ``xy[ring_start[r] : ring_start[r + 1]]`` and belongs to shape ``ring_shape[r]``; a shape's
    rings follow each other, an outer ring before its holes.
    """

    kind: Kind
    xy: NDArray[np.float64]
    ring_start: NDArray[np.int64]
    ring_shape: NDArray[np.int64]
    ring_hole: NDArray[np.bool_]
    shape_ring: NDArray[np.int64]  # [shapes + 1] first ring of each shape
    shape_pen: NDArray[np.int64]
    box: NDArray[np.float64]  # [shapes, 4]
    pens: tuple[Pen, ...]
    tree: Any  # shapely.STRtree over the boxes


def tile_set(kind: Kind, geometry: NDArray[Any], crs_m: CRS, pen: NDArray[Any], pens: Sequence[Pen]) -> TileSet:
    """Prepare shapes for drawing; empty and missing geometries are left out.

    Parameters
    ----------
    geometry : array of shapely geometries in ``crs_m``: polygons for "area", lines for "line", points for "point"
    pen : array of int, the position in ``pens`` of each shape's pen; later pens are drawn over earlier ones
    """
    kept = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    parts, part_shape = shapely.get_parts(geometry[kept], return_index=True)
    if kind == "area":
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        hole = np.append(False, ring_part[1:] == ring_part[:-1]) if len(rings) else np.zeros(0, bool)
        shape = part_shape[ring_part]
    else:
        rings, shape, hole = parts, part_shape, np.zeros(len(parts), bool)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    to_mercator = Transformer.from_crs(crs_m, 3857, always_xy=True)
    xy = np.column_stack(to_mercator.transform(xy[:, 0], xy[:, 1])) if len(xy) else np.zeros((0, 2))
    ring_start = np.searchsorted(ring, np.arange(len(rings) + 1))
    shapes = int(kept.sum())
    shape_ring = np.searchsorted(shape, np.arange(shapes + 1))
    box = _boxes(xy, ring_start[shape_ring])
    return TileSet(
        kind=kind,
        xy=xy,
        ring_start=ring_start,
        ring_shape=shape,
        ring_hole=hole,
        shape_ring=shape_ring,
        shape_pen=np.asarray(pen)[kept].astype(np.int64),
        box=box,
        pens=tuple(pens),
        tree=shapely.STRtree(shapely.box(box[:, 0], box[:, 1], box[:, 2], box[:, 3])),
    )


def _boxes(xy: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    if len(start) <= 1:
        return np.zeros((0, 4))
    low = np.minimum.reduceat(xy, start[:-1], axis=0)
    high = np.maximum.reduceat(xy, start[:-1], axis=0)
    return np.column_stack([low, high])


def draw(layers: Sequence[TileSet], zoom: int, column: int, row: int, *, ground: str = "") -> bytes:
    """Return one PNG tile of ``layers``, first below, on ``ground`` (a colour; "" is transparent)."""
    side = TILE_PX * FINE
    size_m = 2 * HALF_WORLD_M / 2**zoom
    west, north = column * size_m - HALF_WORLD_M, HALF_WORLD_M - row * size_m
    image = Image.new("RGBA", (side, side), ground or (0, 0, 0, 0))
    for layer in layers:
        _draw_layer(image, layer, west, north, side / size_m, zoom)
    out = io.BytesIO()
    small = image.resize((TILE_PX, TILE_PX), Image.Resampling.BOX)
    small.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _draw_layer(image: Image.Image, layer: TileSet, west: float, north: float, px_per_m: float, zoom: int) -> None:
    side = image.width
    widest_px = max((max(pen.radius_px, pen.width_px) for pen in layer.pens), default=0.0)
    margin_m = 8 * FINE * widest_px / px_per_m
    reach = shapely.box(
        west - margin_m, north - side / px_per_m - margin_m, west + side / px_per_m + margin_m, north + margin_m
    )
    hit = np.sort(layer.tree.query(reach))
    canvas = ImageDraw.Draw(image)
    for number, pen in enumerate(layer.pens):
        if zoom < pen.from_zoom:
            continue
        mine = hit[layer.shape_pen[hit] == number]
        if layer.kind == "area":
            _areas(image, canvas, layer, mine, pen, west, north, px_per_m)
        else:
            for pixels in _pixels(layer, mine, west, north, px_per_m):
                _stroke(canvas, layer.kind, pixels, pen, zoom)


def _pixels(layer: TileSet, shapes: NDArray[Any], west: float, north: float, px_per_m: float) -> list[list[float]]:
    """Return the rings of ``shapes`` as flat lists of pixels."""
    found: list[list[float]] = []
    for shape in shapes:
        for ring in range(layer.shape_ring[shape], layer.shape_ring[shape + 1]):
            xy = layer.xy[layer.ring_start[ring] : layer.ring_start[ring + 1]]
            found.append(((xy - (west, north)) * (px_per_m, -px_per_m)).ravel().tolist())
    return found


def _stroke(canvas: ImageDraw.ImageDraw, kind: Kind, pixels: list[float], pen: Pen, zoom: int) -> None:
    if kind == "line":
        grown = min(4.0, 2.0 ** max(0, zoom - pen.grow_from_zoom))
        canvas.line(pixels, fill=pen.edge, width=max(1, round(pen.width_px * grown * FINE)), joint="curve")
        return
    x, y = pixels
    radius = pen.radius_px * FINE
    width = max(1, round(pen.width_px * FINE))
    canvas.ellipse((x - radius, y - radius, x + radius, y + radius), pen.fill, pen.edge or None, width)


def _areas(
    image: Image.Image,
    canvas: ImageDraw.ImageDraw,
    layer: TileSet,
    shapes: NDArray[Any],
    pen: Pen,
    west: float,
    north: float,
    px_per_m: float,
) -> None:
    """Fill areas of one pen; those smaller than two screen pixels become dots."""
    box = layer.box[shapes]
    size_px = (box[:, 2:] - box[:, :2]).max(axis=1, initial=0.0) * px_per_m
    for x, y in ((box[size_px < 2 * FINE, :2] - (west, north)) * (px_per_m, -px_per_m)).tolist():
        canvas.rectangle((x, y - FINE, x + FINE, y), fill=pen.fill or pen.edge)
    large = shapes[size_px >= 2 * FINE]
    if not len(large):
        return
    mask = Image.new("L", image.size, 0)
    stencil = ImageDraw.Draw(mask)
    for shape in large:
        first, last = layer.shape_ring[shape], layer.shape_ring[shape + 1]
        rings = _pixels(layer, np.array([shape]), west, north, px_per_m)
        holes = layer.ring_hole[first:last]
        if not holes.any():
            for ring in rings:
                stencil.polygon(ring, fill=255)
            continue
        own = Image.new("L", image.size, 0)  # a neighbour inside the hole must not be cut out
        cutter = ImageDraw.Draw(own)
        for ring, hole in zip(rings, holes, strict=True):
            cutter.polygon(ring, fill=0 if hole else 255)
        mask.paste(255, mask=own)
    if pen.fill:
        image.paste(pen.fill, mask=mask)
    if pen.hatch:
        lines = hatch(pen.hatch, image.width)
        image.paste(pen.hatch_colour or pen.edge, mask=Image.composite(lines, Image.new("L", image.size, 0), mask))
    if pen.edge and pen.width_px:
        for ring in _pixels(layer, large, west, north, px_per_m):
            canvas.line(ring, fill=pen.edge, width=max(1, round(pen.width_px * FINE)))


def hatch(name: str, side: int) -> Image.Image:
    """Return a mask of hatch lines or dots, named as in ``exhibits.style``; they meet across tiles."""
    mask = Image.new("L", (side, side), 0)
    canvas = ImageDraw.Draw(mask)
    step = HATCH_STEP_PX
    over = side + 2 * step  # lines run beyond the mask, so that their ends don't show
    for offset in range(-over, 2 * over, step):
        if name in {"/", "x"}:
            canvas.line((offset - over, over, offset + over, -over), fill=255, width=FINE)
        if name in {"\\", "x"}:
            canvas.line((offset - over, -over, offset + over, over), fill=255, width=FINE)
        if name == ".":
            for across in range(0, side, step):
                canvas.ellipse((across, offset, across + FINE * 1.5, offset + FINE * 1.5), fill=255)
    return mask
