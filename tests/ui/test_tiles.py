"""Tiles show the right pixels: inside, outside, in a hole, across a seam; small things stay visible."""

import io

import numpy as np
import shapely
from PIL import Image
from pyproj import CRS

from exhibits.screen.tiles import HALF_WORLD_M, Pen, TileSet, draw, hatch, tile_set

MERCATOR = CRS.from_epsg(3857)
RED, GREEN = Pen("#ff0000", width_px=0), Pen("#00ff00", width_px=0)
ZOOM, COLUMN, ROW = 14, 13_500, 6_400
SIDE_M = 2 * HALF_WORLD_M / 2**ZOOM  # 2446 m: one screen pixel is 9.55 m
WEST, NORTH = COLUMN * SIDE_M - HALF_WORLD_M, HALF_WORLD_M - ROW * SIDE_M


def at(x_px: float, y_px: float) -> tuple[float, float]:
    """The Mercator point of a screen pixel of the tile."""
    return WEST + x_px * SIDE_M / 256, NORTH - y_px * SIDE_M / 256


def box(left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    return shapely.box(*at(left, bottom), *at(right, top))


def areas(*shapes: object, pens: tuple[Pen, ...] = (RED,), pen: tuple[int, ...] | None = None) -> TileSet:
    return tile_set("area", np.array(shapes, dtype=object), MERCATOR, np.array(pen or [0] * len(shapes)), pens)


def pixels(*layers: TileSet, column: int = COLUMN, zoom: int = ZOOM, row: int = ROW, ground: str = "") -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(draw(layers, zoom, column, row, ground=ground))))


def test_inside_is_filled_and_outside_is_clear() -> None:
    shown = pixels(areas(box(50, 60, 150, 200)))
    assert tuple(shown[100, 100]) == (255, 0, 0, 255)
    assert shown[100, 40, 3] == shown[30, 100, 3] == shown[100, 160, 3] == shown[210, 100, 3] == 0


def test_a_hole_stays_open_and_shows_the_neighbour_in_it() -> None:
    ring = shapely.difference(box(50, 50, 200, 200), box(90, 90, 160, 160))
    shown = pixels(areas(ring))
    assert shown[60, 60, 3] == 255
    assert shown[125, 125, 3] == 0
    both = pixels(areas(ring, box(110, 110, 140, 140)))
    assert both[125, 125, 3] == 255
    assert both[100, 100, 3] == 0


def test_every_part_of_a_multipolygon_is_drawn() -> None:
    shown = pixels(areas(shapely.union(box(10, 10, 60, 60), box(150, 150, 240, 240))))
    assert shown[30, 30, 3] == shown[200, 200, 3] == 255
    assert shown[100, 100, 3] == 0


def test_later_pens_lie_above() -> None:
    shown = pixels(areas(box(0, 0, 200, 200), box(100, 100, 250, 250), pens=(GREEN, RED), pen=(1, 0)))
    assert tuple(shown[150, 150, :3]) == (255, 0, 0)


def test_an_area_over_the_seam_meets_itself() -> None:
    wide = areas(box(200, 100, 300, 150))
    assert pixels(wide)[120, 255, 3] == pixels(wide, column=COLUMN + 1)[120, 0, 3] == 255


def test_a_line_just_beyond_the_tile_still_shows_its_width() -> None:
    line = shapely.LineString([at(257, 0), at(257, 256)])
    layer = tile_set("line", np.array([line]), MERCATOR, np.array([0]), (Pen(edge="#000000", width_px=8),))
    assert pixels(layer)[100, 254, 3] == 255


def test_an_area_smaller_than_a_pixel_is_a_dot() -> None:
    shown = pixels(areas(box(100, 100, 100.4, 100.4)))
    assert shown[98:103, 98:103, 3].max() == 255


def test_thin_streets_wait_for_their_zoom() -> None:
    line = shapely.LineString([at(0, 128), at(256, 128)])
    layer = tile_set(
        "line", np.array([line]), MERCATOR, np.array([0]), (Pen(edge="#000000", width_px=3, from_zoom=ZOOM + 1),)
    )
    assert pixels(layer)[..., 3].max() == 0
    deeper = pixels(layer, zoom=ZOOM + 1, column=2 * COLUMN, row=2 * ROW + 1)
    assert deeper[..., 3].max() == 255


def test_points_are_round() -> None:
    layer = tile_set(
        "point", np.array([shapely.Point(at(100, 100))]), MERCATOR, np.array([0]), (Pen("#0000ff", radius_px=10),)
    )
    shown = pixels(layer)[..., 3]
    assert shown[100, 108] == 255
    assert shown[108, 108] == 0  # 11.3 pixels from the middle


def test_missing_and_empty_shapes_are_left_out() -> None:
    layer = areas(None, shapely.Polygon(), box(10, 10, 60, 60), pens=(GREEN, RED), pen=(0, 0, 1))
    assert tuple(pixels(layer)[30, 30, :3]) == (255, 0, 0)
    nothing = areas()
    assert pixels(nothing, ground="#ffffff")[..., 3].min() == 255


def test_hatches_meet_across_tiles() -> None:
    for name in ("/", "\\", "x", "."):
        mask = np.asarray(hatch(name, 512))
        assert 0 < (mask > 0).mean() < 0.6
        np.testing.assert_array_equal(mask[:, :16], mask[:, -16:])
        np.testing.assert_array_equal(mask[:16], mask[-16:])


def test_the_same_tile_twice_is_the_same_to_the_byte() -> None:
    layer = areas(box(50, 60, 150, 200), box(10, 10, 12, 12))
    assert draw((layer,), ZOOM, COLUMN, ROW) == draw((layer,), ZOOM, COLUMN, ROW)


def test_shapes_are_brought_from_the_study_crs() -> None:
    crs = CRS.from_epsg(4548)
    x, y = 500_000.0, 3_990_000.0  # on the central meridian, 117 degrees east
    layer = tile_set("point", np.array([shapely.Point(x, y)]), crs, np.array([0]), (RED,))
    assert abs(layer.xy[0, 0] - 117 / 180 * HALF_WORLD_M) < 0.01
