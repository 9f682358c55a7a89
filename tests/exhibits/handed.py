"""The demo city as it is handed in: one outcome with rules, and one whose names and figures are as bad as they come."""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import geopandas as gpd

from geodata.schema import Facilities, Residential
from scenarios import Outcome, run
from scenarios.demo import write_demo
from scenarios.siting import site
from scenarios.siting_request import Request

PLACES = 300
NASTY = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "<script>document.title='hit'</script>",
    "a\x07b",
    "名" * 300,
)


@cache
def outcome() -> Outcome:
    """The demo city, judged by the rules of Linyi."""
    folder = Path(tempfile.mkdtemp())
    study = write_demo(folder / "city", places=PLACES, seed=3)
    text = study.read_text(encoding="utf-8")
    if "\npolicy" not in text:
        study.write_text(text.replace("[study]", '[study]\npolicy = "linyi-2025"'), encoding="utf-8")
    return run(study)


@cache
def sited() -> Outcome:
    """The same with three sites suggested."""
    found = replace(outcome())
    if getattr(found, "sited", None) is None:
        request = Request(sites=3)
        made = site(found.city, found.network, found.covered, found.judgement, request)
        object.__setattr__(found, "sited", made)
    return found


@cache
def unjudged() -> Outcome:
    """The same without a policy."""
    return replace(outcome(), judgement=None)


@cache
def nasty() -> Outcome:
    """Names that spreadsheets, pages and files choke on; the first area's households and elders are not known."""
    found = outcome()
    places = gpd.GeoDataFrame(found.city.residential.copy())
    places["name"] = [NASTY[at] if at < len(NASTY) else name for at, name in enumerate(places["name"])]
    places.loc[places.index[0], ["households", "elders"]] = None
    sites = gpd.GeoDataFrame(found.city.facilities.copy())
    sites["name"] = [NASTY[at] if at < len(NASTY) else name for at, name in enumerate(sites["name"])]
    city = replace(found.city, residential=Residential(places), facilities=Facilities(sites))
    table = found.sites.copy()
    table.loc[sites.index, "name"] = sites["name"]
    return replace(found, city=city, covered=replace(found.covered, sites=table))
