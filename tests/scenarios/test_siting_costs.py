"""Costs that aren't known: counted before the search as the search itself leaves candidates out."""

import numpy as np
import pandas as pd
import pytest

from geodata.city import City
from scenarios.siting_costs import Unpriced, unpriced
from scenarios.siting_parts import Phase, Point, Size
from scenarios.siting_request import Request
from tests.scenarios.siting_town import CANDIDATES, sited, siting_town

COSTS = {"W": 100_000.0, "X": np.nan, "Y": np.nan, "Z": 0.0}
AREAS = {"W": np.nan, "X": 300.0, "Y": np.nan, "Z": 50.0}
MONEY = {"sites": None, "budget_yuan": 500_000.0}


@pytest.fixture
def town() -> City:
    """W has a cost, X an area alone, Y neither, Z is given for nothing."""
    rows = [{**row, "cost_yuan": COSTS[str(row["id"])], "floor_area_m2": AREAS[str(row["id"])]} for row in CANDIDATES]
    return siting_town(rows)


def counted(city: City, **asked: object) -> Unpriced:
    return unpriced(city, Request(**{**MONEY, **asked}))  # type: ignore[arg-type]


def test_candidates_are_counted_by_what_is_missing(town: City) -> None:
    found = counted(town, forced=("W", "Y"))
    assert (found.candidates, found.by_area, found.without_area, found.unknown) == (4, 1, 1, 2)
    assert (found.own, found.forced, found.generated) == (0, ("Y",), False)
    priced = counted(town, yuan_per_m2=2000.0)
    assert (priced.by_area, priced.without_area) == (0, 1)


def test_points_set_by_hand_count_with_what_was_entered(town: City) -> None:
    spot = {"lon_deg": 0.0, "lat_deg": 0.0}
    points = (
        Point(id="P1", **spot),
        Point(id="P2", floor_area_m2=10.0, **spot),
        Point(id="P3", cost_yuan=0.0, **spot),
    )
    found = counted(town, points=points)
    assert (found.candidates, found.by_area, found.without_area, found.own) == (7, 2, 2, 2)
    assert counted(town, points=points, yuan_per_m2=1.0).own == 1


@pytest.mark.parametrize(
    ("source", "candidates", "generated"), [("", 4, False), ("both", 4, True), ("generated", 0, True)]
)
def test_made_candidates_are_named_and_never_counted(town: City, source: str, candidates: int, generated: bool) -> None:
    found = counted(town, candidates=source)
    assert (found.candidates, found.generated) == (candidates, generated)
    made = town.candidates.assign(origin=pd.array(["public", None, None, "street"], dtype="string"))
    again = unpriced(City(**{**vars(town), "candidates": made}), Request(**{**MONEY, "candidates": source}))  # type: ignore[arg-type]
    assert again.candidates == candidates - (2 if candidates else 0)


@pytest.mark.parametrize("asked", [{}, {"yuan_per_m2": 100.0}, {"forbidden": ("Y",)}])
@pytest.mark.parametrize("phased", [False, True])
def test_the_search_leaves_out_as_many(town: City, asked: dict[str, object], *, phased: bool) -> None:
    by_phase = {"sites": None, "phases": (Phase(name="1", budget_yuan=5e4), Phase(name="2", budget_yuan=5e4))}
    given = {**(by_phase if phased else MONEY), **asked}
    found = sited(town, **given)
    left_out = found.excluded["code"].eq("candidate_cost_unknown").sum()
    assert left_out == unpriced(town, Request(**given)).unknown  # type: ignore[arg-type]
    assert left_out == (1 if "yuan_per_m2" in asked else 2)


def test_costs_are_needed_for_money_alone() -> None:
    assert Request(**MONEY).needs_costs  # type: ignore[arg-type]
    assert Request(sites=None, phases=(Phase(name="1", budget_yuan=1.0),)).needs_costs
    assert not Request(sites=3).needs_costs
    assert not Request(sites=3, phases=(Phase(name="1", sites=3),)).needs_costs
    priced, open_end = Size(floor_area_m2=9.0, cost_yuan=1.0), Size(floor_area_m2=9.0)
    assert not Request(**MONEY, sizes=(priced,)).needs_costs  # type: ignore[arg-type]
    assert Request(**MONEY, sizes=(priced, open_end)).needs_costs  # type: ignore[arg-type]
