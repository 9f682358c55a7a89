"""A town on one street of 3,000 m, written as files; 1 m/s, so metres are seconds and 15 minutes are 900 m.

P1 at 0 m, P2 at 1,000, P3 at 2,000, P4 at 2,900; day care F1 at 0 m and F2 at 2,900; candidates C1 at 1,000 and C2
at 2,000. D1 is the western half, D2 the eastern. Day care is in reach of P1 (0 s), P3 (900 s) and P4 (0 s), not of P2.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, box

EPSG = 4527
X, Y = 39_500_000.0, 4_000_000.0
PLACES = [(0, 100, 10), (1000, 200, 20), (2000, 300, 30), (2900, 400, 40)]  # metres, households, elders
FACILITIES: tuple[Mapping[str, object], ...] = (
    {"id": "F1", "name": "西日间", "kind": "day_care", "status": "open", "floor_area_m2": 300, "beds": 20, "at": 0},
    {"id": "F2", "name": "东驿站", "kind": "station", "status": "open", "floor_area_m2": 200, "beds": 20, "at": 2900},
)
CANDIDATES = [{"id": "C1", "name": "旧厂", "floor_area_m2": 500, "at": 1000}, {"id": "C2", "name": "旧校", "at": 2000}]


def write(
    folder: Path,
    *,
    name: str = "纸上一街",
    places: Sequence[tuple[float, int, int]] = tuple(PLACES),
    facilities: Sequence[Mapping[str, object]] | None = FACILITIES,
    settings: str = "",
    own: bool = True,
) -> Path:
    """Write the town and return its study file; ``facilities`` None: no such layer; ``own`` False: elders not given."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {"id": f"P{n}", "name": f"小区{n}", "households": households, "population": 2 * households, "at": at}
        | ({"elders_60": elders} if own else {})
        for n, (at, households, elders) in enumerate(places, 1)
    ]
    tables = {"residential": rows, "candidates": CANDIDATES, "facilities": facilities}
    text = f'[study]\nname = "{name}"\nday = 2025-12-31\ncrs = "EPSG:{EPSG}"\n{settings}\n'
    for layer, table in tables.items():
        if table is not None:
            layered(table).to_file(folder / f"{layer}.gpkg", engine="pyogrio")
            text += f'[layers.{layer}]\npath = "{layer}.gpkg"\n'
    line = gpd.GeoDataFrame({"highway": ["residential"]}, geometry=[LineString([(X, Y), (X + 3000, Y)])], crs=EPSG)
    line.to_file(folder / "streets.gpkg", engine="pyogrio")
    halves = [box(X - 50, Y - 500, X + 1500, Y + 500), box(X + 1500, Y - 500, X + 3050, Y + 500)]
    streets = {"id": ["D1", "D2"], "name": ["西街道", "东街道"], "level": ["street", "street"]}
    gpd.GeoDataFrame(streets, geometry=halves, crs=EPSG).to_file(folder / "districts.gpkg", engine="pyogrio")
    text += '[layers.streets]\npath = "streets.gpkg"\n[layers.districts]\npath = "districts.gpkg"\n'
    study = folder / "study.toml"
    study.write_text(text, encoding="utf-8")
    return study


def layered(rows: Sequence[Mapping[str, object]]) -> gpd.GeoDataFrame:
    """A table with points at so many metres along the street."""
    frame = pd.DataFrame(list(rows))
    points = [Point(X + at, Y) for at in frame.pop("at")]
    return gpd.GeoDataFrame(frame, geometry=points, crs=EPSG)
