"""Generated candidates: on solid streets, in the study's districts, where somebody uncovered can walk to them."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from shapely.geometry import Point

from geodata.city import City
from geodata.schema import Background, Candidates
from geodata.streets import Way
from planning.siting.candidates import COARSER, MOST_CELLS, Spots, apart, generated, grid_points, hot_spots
from planning.walking.network import network
from tests.planning.coveragetown import WALKER, net, square, table, town
from tests.toytown import Chain, Door, doors_at, streets_of

LIMIT_S = 300.0


def street_town(**more: object) -> City:
    """Homes at 100, 500 and 900 m of one street of 1,000 m."""
    places = [{"id": f"p{m}", "at": m, "elders": 10} for m in (100, 500, 900)]
    return town(places, limits_min=(5.0,), **more)  # type: ignore[arg-type]


def made(city: City, weights: dict[str, float] | None = None, **more: object) -> gpd.GeoDataFrame:
    counts = pd.Series(1.0, index=city.residential.index) if weights is None else pd.Series(weights)
    return generated(city, net(), counts, LIMIT_S, **more)[0]  # type: ignore[arg-type]


def test_points_stand_along_the_street_near_who_is_uncovered() -> None:
    """Only p100 is uncovered: nothing stands beyond 400 m, and every point is called what it is."""
    found = made(street_town(), {"p100": 10.0, "p500": 0.0, "p900": 0.0})
    assert len(found)
    assert (found.geometry.x <= 400).all()
    assert (found.geometry.y == 0).all()
    assert set(found["kind"]) == {"generated"}
    assert found.index[0] == "G001"
    assert found["name"].iloc[0].startswith("生成点 G001（")
    assert found[["floor_area_m2", "cost_yuan", "floor", "available_on"]].isna().all().all()


def test_the_first_is_the_one_that_most_can_walk_to() -> None:
    found = made(street_town(), {"p100": 5.0, "p500": 1.0, "p900": 1.0})
    assert abs(found.geometry.x.iloc[0] - 100) <= 300
    assert abs(found.geometry.x.iloc[0] - 500) <= 300  # between 200 and 400: the only ones that reach two


def test_nothing_is_made_where_nobody_is_uncovered_or_on_the_streets() -> None:
    city = street_town()
    assert made(city, {"p100": 0.0, "p500": 0.0, "p900": 0.0}).empty
    adrift = town([{"id": "h", "at": 5000, "elders": 9}, {"id": "p", "at": 100, "elders": 9}], limits_min=(5.0,))
    assert made(adrift, {"h": 9.0, "p": 0.0}).empty


def test_none_lies_outside_the_districts() -> None:
    city = street_town(districts=[{"id": "S", "level": "street", "shape": square(0, 450)}])
    found = made(city)
    assert len(found)
    assert (found.geometry.x <= 450).all()
    assert found["name"].str.contains("（S镇，").all()


@pytest.mark.parametrize("kind", ["water", "green"])
def test_none_lies_in_water_or_green_space(kind: str) -> None:
    shapes = gpd.GeoSeries([square(200, 700)], crs=street_town().crs_m)
    layer = gpd.GeoDataFrame({"kind": pd.array([kind], dtype="string")}, geometry=shapes)
    found = made(replace(street_town(), background=Background(layer)))
    assert len(found)
    assert not found.geometry.x.between(200, 700).any()


@pytest.mark.parametrize("way", [Way.BRIDGE, Way.TUNNEL, Way.STAIRS])
def test_none_stands_on_a_bridge_in_a_tunnel_or_on_stairs(way: Way) -> None:
    """The stretch from 450 to 550 m is off the ground; the one home is at its middle."""
    streets = streets_of(
        [(0, 0), (1000, 0)], [Chain(0, 1, [(0, 0), (450, 0), (550, 0), (1000, 0)], way=[0, int(way), 0])]
    )
    city = replace(
        town([{"id": "p", "at": 500, "elders": 10}], limits_min=(5.0,)),
        streets=streets,
        doors={"residential": doors_at(streets, {"p": [Door(0, 500_000)]}), "candidates": doors_at(streets, {})},
    )
    found, _ = generated(city, network(streets, WALKER), pd.Series({"p": 1.0}), LIMIT_S, grid_m=100.0)
    assert len(found)
    assert ((found.geometry.x <= 450) | (found.geometry.x >= 550)).all()


def test_a_public_building_comes_before_a_point_beside_it() -> None:
    city = street_town()
    shapes = gpd.GeoSeries([Point(505, 20), Point(3000, 0)], crs=city.crs_m)
    public = gpd.GeoDataFrame({"name": ["社区卫生服务站", "远处"]}, geometry=shapes)
    found = made(city, public=public)
    at = found[found["origin"] == "public"]
    assert list(at["name"].str.contains("社区卫生服务站处")) == [True]
    others = found[found["origin"] != "public"]
    assert (np.hypot(others.geometry.x - 505, others.geometry.y - 20) > 150).all()


def test_generated_ids_are_not_those_of_the_layer() -> None:
    city = street_town()
    given_rows = table("candidates", [{"id": "G001", "name": "旧校舍", "at": 10}])
    found = made(replace(city, candidates=Candidates(given_rows)))
    assert not set(found.index) & {"G001"}
    assert found.index[0] == "GEN001"


def test_a_large_city_gets_a_coarser_grid() -> None:
    """100 x 100 points of 100 m, homes everywhere: cells of 100 m would be 10,000; 600 at most are left."""
    east, north = np.meshgrid(np.arange(100) * 100.0 + 50, np.arange(100) * 100.0 + 50)
    ground = np.column_stack([east.ravel(), north.ravel()])
    found = grid_points(ground, ground[::97], 5000.0, 100.0)
    assert MOST_CELLS / COARSER**3 < len(found) <= MOST_CELLS


def test_points_keep_their_distance_and_the_first_stay() -> None:
    rows = apart(
        [Spots("public", np.array([[0.0, 0.0]]), ["x"]), Spots("street", np.array([[99.0, 0], [101.0, 0]]), ())],
        np.empty((0, 2)),
        100.0,
    )
    assert [(origin, x) for origin, _, x, _ in rows] == [("public", 0.0), ("street", 101.0)]


def test_hot_spots_lie_where_the_many_are_and_never_change() -> None:
    """Two camps of 400 uncovered each, 5 km apart: one spot for each 300 makes three, and none lies between."""
    chance = np.random.default_rng(1)
    homes = np.concatenate([chance.normal(0, 50, (40, 2)), chance.normal(5000, 50, (40, 2))])
    weight = np.full(80, 10.0)
    first = hot_spots(homes, weight)
    assert len(first) == 3
    assert ((np.abs(first) < 400) | (np.abs(first - 5000) < 400)).all()
    np.testing.assert_array_equal(first, hot_spots(homes, weight))


@settings(max_examples=25, deadline=None)
@given(
    at=some.lists(some.integers(0, 1000), min_size=1, max_size=6, unique=True),
    edge=some.integers(100, 1000),
    grid_m=some.sampled_from([60.0, 150.0, 300.0]),
)
def test_wherever_the_homes_are_every_point_serves_somebody_inside(at: list[int], edge: int, grid_m: float) -> None:
    places = [{"id": f"p{m}", "at": m, "elders": 1 + m % 7} for m in at]
    city = town(places, districts=[{"id": "S", "level": "street", "shape": square(-1, edge)}], limits_min=(5.0,))
    counts = pd.Series({f"p{m}": float(1 + m % 7) for m in at})
    found, doors = generated(city, net(), counts, LIMIT_S, grid_m=grid_m)
    x = found.geometry.x.to_numpy()
    assert ((x >= 0) & (x <= edge)).all()
    reached = np.array([sum(float(counts[f"p{m}"]) for m in at if abs(m - one) <= LIMIT_S) for one in x])
    assert (reached > 0).all()
    assert (np.diff(reached) <= 0).all()  # numbered by whom they reach
    assert doors.owners_connected.all()
    again, _ = generated(city, net(), counts, LIMIT_S, grid_m=grid_m)
    pd.testing.assert_frame_equal(
        pd.DataFrame(found.drop(columns="geometry")), pd.DataFrame(again.drop(columns="geometry"))
    )
    assert (found.geometry == again.geometry).all()
