"""A town on one street of 1,000 m for siting: 1 m/s, so metres are seconds; one limit of 5 minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from geodata.city import City
from geodata.schema import Candidates
from planning.coverage import coverage
from scenarios.siting import Sited, site
from scenarios.siting_request import Request
from tests.planning.coveragetown import net, square, table, town, toy_doors

PLACES = (
    {"id": "a", "at": 0, "elders": 15},
    {"id": "b", "at": 100, "elders": 20},
    {"id": "c", "at": 400, "elders": 30},
    {"id": "d", "at": 800, "elders": 40},
    {"id": "e", "at": 1000, "elders": 50},
)
FACILITY = {"id": "F", "at": 0, "kind": "day_care", "status": "open"}
CANDIDATES = (
    {"id": "W", "at": 20},  # a b
    {"id": "X", "at": 650},  # c d
    {"id": "Y", "at": 900},  # d e
    {"id": "Z", "at": 1000},  # d e
)
STREETS = (
    {"id": "S1", "level": "street", "shape": square(-1, 500)},
    {"id": "S2", "level": "street", "shape": square(500, 1001)},
)


def siting_town(
    candidates: Sequence[Mapping[str, object]] = CANDIDATES,
    facilities: Sequence[Mapping[str, object]] = (FACILITY,),
    places: Sequence[Mapping[str, object]] = PLACES,
    medical: Sequence[Mapping[str, object]] = (),
    elders_per_100m2: float | None = None,
) -> City:
    """Places a to e at 0, 100, 400, 800 and 1,000 m; F at 0 m serves a and b; streets S1 and S2 meet at 500 m."""
    held = [{**row, "street_id": "S1" if float(str(row["at"])) < 500 else "S2"} for row in places]
    city = town(held, facilities, medical, districts=STREETS, limits_min=(5.0,), elders_per_100m2=elders_per_100m2)
    rows = [{"name": row["id"], **row} for row in candidates]
    flags = {name: [None] * len(rows) for name in ("accessible", "fire_ok")}
    made = table("candidates", rows, **flags)
    doors = toy_doors({str(row["id"]): float(str(row["at"])) for row in candidates})
    return replace(city, candidates=Candidates(made), doors={**city.doors, "candidates": doors})


def sited(city: City, *, start: tuple[str, ...] = (), **asked: object) -> Sited:
    """Ask for sites in the town, two unless it says otherwise."""
    paths, request = net(), Request(**{"sites": 2, **asked})  # type: ignore[arg-type]
    return site(city, paths, coverage(city, paths), None, request, start=start)
