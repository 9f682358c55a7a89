"""Faults planted on purpose into the tables of the made-up city, each of them listed."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from scenarios.demo.blocks import CELLS, Use
from scenarios.demo.dice import dice
from scenarios.demo.estates import Estates
from scenarios.demo.ground import Ground
from scenarios.demo.plan import Plan, faults_of_each_kind

FIRST_LINE = {"residential": 1, "streets": 1, "facilities": 2}  # features count from 1, sheets have a header
ISLET_REACH_M = 260.0
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
UNKNOWN_KINDS = ("怡养驿家", "托老乐园", "银发客厅")
NO_SUCH_PLACE = "R999999"
OUTSIDE_M = (260_000.0, 90_000.0)  # how far east and north a mistyped facility lands


@dataclass
class FaultList:
    """The planted faults, as they will stand in ``faults.csv``."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, fault: str, layer: str, at: int, table: pd.DataFrame, column: str = "") -> None:
        """Note one fault in row position ``at``; the value is what the file will hold."""
        value = table[column].iloc[at] if column else None
        owner = table["id"].iloc[at] if "id" in table else ""
        line = at + FIRST_LINE[layer]
        self.rows.append(
            {"fault": fault, "layer": layer, "row": line, "id": owner, "column": column}
            | {"value": "" if value is None or pd.isna(value) else value}
        )

    def table(self) -> pd.DataFrame:
        """Return all faults by kind, layer and row."""
        found = pd.DataFrame(self.rows, columns=["fault", "layer", "row", "id", "column", "value"])
        return found.sort_values(["fault", "layer", "row"], kind="stable", ignore_index=True)


def plant_in_places(table: gpd.GeoDataFrame, estates: Estates, plan: Plan, faults: FaultList) -> gpd.GeoDataFrame:
    """Return the residential layer with its faults; ``households`` becomes text, as in many a real file."""
    rng = dice(plan.seed, "faults in places")
    table = table.copy()
    table["households"] = table["households"].astype(str).astype(object)
    planted = np.isin(estates.use, (Use.REMOTE, Use.ISLET))
    gated = np.isin(np.arange(len(table)), estates.gates["place"].to_numpy())
    free = rng.permutation(np.flatnonzero(~planted & ~gated))
    each = faults_of_each_kind(plan.places)
    groups = iter(free[: 8 * each].reshape(8, each))
    for pair in zip(next(groups), next(groups), strict=True):
        source, at = sorted(pair)  # the copy is the later row
        keep = table["id"].iloc[at]
        table.iloc[at] = table.iloc[source]
        _put(table, at, "id", keep)
        faults.add("duplicate_place", "residential", at, table, "name")
    for at in next(groups):
        _put(table, at, "households", None)
        faults.add("blank_households", "residential", at, table, "households")
    for at in next(groups):
        _put(table, at, "households", "999999")
        faults.add("absurd_households", "residential", at, table, "households")
    for k, at in enumerate(next(groups)):
        _put(table, at, "households", _as_text(int(table["households"].iloc[at]), k))
        faults.add("number_as_text", "residential", at, table, "households")
    for at in next(groups):
        _put(table, at, "name", None)
        faults.add("empty_name", "residential", at, table, "name")
    for at in next(groups):
        _put(table, at, "elders_60", int(table["population"].iloc[at] * 1.3) + 1)
        faults.add("elders_over_population", "residential", at, table, "elders_60")
    shapes = table.geometry.to_numpy().copy()
    for at in next(groups):
        shapes[at] = _crossed(shapes[at])
        faults.add("self_crossing_polygon", "residential", at, table)
    table = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
    for at in np.flatnonzero(estates.use == Use.REMOTE):
        faults.add("unconnected_place", "residential", int(at), table)
    for at in np.flatnonzero(estates.use == Use.ISLET):
        faults.add("place_on_street_island", "residential", int(at), table)
    return table


def plant_in_facilities(table: pd.DataFrame, plan: Plan, faults: FaultList) -> pd.DataFrame:
    """Return the facilities with their faults; floor areas become a mixed column of numbers and text."""
    rng = dice(plan.seed, "faults in facilities")
    table = table.copy()
    table["floor_area_m2"] = table["floor_area_m2"].astype(object)
    each = max(1, round(faults_of_each_kind(plan.places) / 2))
    bedded = table["beds"].notna().to_numpy()
    with_beds, without = (rng.permutation(np.flatnonzero(mask)) for mask in (bedded, ~bedded))
    for k, at in enumerate(without[:each]):
        _put(table, at, "kind_word", UNKNOWN_KINDS[k % len(UNKNOWN_KINDS)])
        faults.add("unknown_kind", "facilities", at, table, "kind_word")
    for at in without[each : 2 * each]:
        _put(table, at, "x_m", table["x_m"].iloc[at] + OUTSIDE_M[0])
        _put(table, at, "y_m", table["y_m"].iloc[at] + OUTSIDE_M[1])
        faults.add("outside_study_area", "facilities", at, table)
    for at in without[2 * each : 3 * each]:
        _put(table, at, "status", None)
        faults.add("blank_status", "facilities", at, table, "status")
    for at in without[3 * each : 4 * each]:
        served = table["serves"].iloc[at]
        _put(table, at, "serves", f"{served};{NO_SUCH_PLACE}" if isinstance(served, str) else NO_SUCH_PLACE)
        faults.add("unknown_place_served", "facilities", at, table, "serves")
    for k, at in enumerate(without[4 * each : 5 * each]):
        area_m2 = round(table["floor_area_m2"].iloc[at])
        _put(
            table,
            at,
            "floor_area_m2",
            (f"约{area_m2}", f"{area_m2:,}平方米", str(area_m2).translate(FULL_WIDTH))[k % 3],
        )
        faults.add("number_as_text", "facilities", at, table, "floor_area_m2")
    for at in with_beds[:each]:
        _put(table, at, "beds", -20)
        faults.add("negative_beds", "facilities", at, table, "beds")
    for at in with_beds[each : 2 * each]:
        _put(table, at, "nursing_beds", int(table["beds"].iloc[at]) + 15)
        faults.add("nursing_beds_over_beds", "facilities", at, table, "nursing_beds")
    return table


def note_islands(ways: gpd.GeoDataFrame, plan: Plan, ground: Ground, faults: FaultList) -> None:
    """List one way of every planted street island; the lanes themselves were drawn with the streets."""
    row, column = np.nonzero(plan.use == Use.ISLET)
    x_m, y_m = ground.at((column + 1) * CELLS, (row + 1) * CELLS)
    first = shapely.get_coordinates(shapely.get_point(ways.geometry.to_numpy(), 0))
    for x, y in zip(x_m, y_m, strict=True):
        away = np.hypot(first[:, 0] - x, first[:, 1] - y)
        faults.add("street_island", "streets", int(np.argmin(np.where(away < ISLET_REACH_M, away, np.inf))), ways)


def _put(table: pd.DataFrame, at: int, column: str, value: str | float | None) -> None:
    table.iloc[at, list(table.columns).index(column)] = value


def _as_text(number: int, turn: int) -> str:
    """Write a number as people do."""
    return (f"{number:,}户", f"约{number}", str(number).translate(FULL_WIDTH))[turn % 3]


def _crossed(polygon: shapely.Geometry) -> shapely.Polygon:
    """Return a bow tie of four corners of ``polygon``."""
    ring: NDArray[np.float64] = shapely.get_coordinates(shapely.convex_hull(polygon))[:-1]
    corners = ring[np.linspace(0, len(ring), 4, endpoint=False).astype(int)]
    return shapely.Polygon(corners[[0, 2, 1, 3]])
