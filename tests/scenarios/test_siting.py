"""Suggested sites on the demo city: figures that sum to the whole and stand when the sites are really opened."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geodata.faults import InputError
from geodata.study import read_study
from planning.coverage import State, coverage
from planning.groups import joined_doors
from planning.rules.storeys import lowest_storey, storey_fault
from scenarios import Outcome, run
from scenarios.demo import write_demo
from scenarios.siting import Sited, site
from scenarios.siting_request import Request, read_request

GROUPS = {"day_care": ("day_care", "station"), "meals": ("meal_site",)}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run(write_demo(tmp_path_factory.mktemp("demo") / "city", places=400, seed=3))


def sited(outcome: Outcome, request: Request) -> Sited:
    return site(outcome.city, outcome.network, outcome.covered, outcome.judgement, request)


@pytest.mark.parametrize("goal", ["elders", "places", "mean_walk", "worst_walk"])
def test_opening_the_sites_covers_what_was_promised(outcome: Outcome, goal: str) -> None:
    """The chosen candidates become facilities, and coverage, which never saw the model, is run anew."""
    found = sited(outcome, Request(sites=4, goal=goal))
    assert found.plan.status in {"optimal", "feasible"}
    assert len(found.sites) == 4
    city = outcome.city
    ids = list(found.sites.index)
    rows = city.candidates.loc[ids]
    opened = pd.DataFrame({"name": rows["name"], "kind": "day_care", "status": "open", "geometry": rows.geometry})
    facilities = pd.concat([city.facilities, opened])
    doors = city.doors["candidates"]
    at = pd.Index(doors.ids).get_indexer(ids)
    picked = [n for n, owner in enumerate(doors.owner) if owner in set(at)]
    renumbered = {owner: n for n, owner in enumerate(sorted(at))}
    news = replace(
        doors,
        ids=doors.ids[sorted(at)],
        owner=pd.Series(doors.owner[picked]).map(renumbered).to_numpy("int32"),
        **{
            name: getattr(doors, name)[picked]
            for name in ("kind", "x_m", "y_m", "segment", "chain", "offset_mm", "leg_mm")
        },
    )
    later = replace(
        city,
        facilities=facilities.loc[[*city.facilities.index, *news.ids]],
        doors={**city.doors, "facilities": joined_doors([city.doors["facilities"], news])},
    )
    before, after = outcome.covered.of_group("day_care"), coverage(later, outcome.network).of_group("day_care")
    gained = (after["state"] == State.SERVED) & (before["state"] == State.OUT)
    promised = found.newly & (before["state"] == State.OUT)
    pd.testing.assert_series_equal(gained, promised, check_names=False)


def test_the_sites_sum_to_the_whole(outcome: Outcome) -> None:
    found = sited(outcome, Request(sites=5))
    elders = outcome.city.residential["elders"].fillna(0.0)
    newly = set().union(*found.sites["newly_covered"])
    assert sum(len(ids) for ids in found.sites["newly_covered"]) == len(newly) == int(found.newly.sum())
    assert found.sites["newly_covered_elders"].sum() == pytest.approx(elders[list(newly)].sum(), abs=0.01)
    assert list(found.sites["rank"]) == [1, 2, 3, 4, 5]
    assert found.sites["newly_covered_elders"].is_monotonic_decreasing
    already = outcome.covered.of_group("day_care")["state"] == State.SERVED
    assert not (found.newly & already).any()


def test_no_square_metre_closes_two_gaps(outcome: Outcome) -> None:
    found = sited(outcome, Request(sites=8))
    estates = outcome.judgement.estates.set_index("place_id")
    lacking = estates.loc[estates["today_verdict"] == "below", "today_gap_m2"].astype(float).sum()
    assert (found.sites["closes_gap_m2"] <= found.sites["floor_area_m2"] + 1e-6).all()
    assert found.sites["closes_gap_m2"].sum() <= lacking + 1e-6


def test_a_forced_site_is_chosen_and_a_forbidden_one_is_not(outcome: Outcome) -> None:
    free = sited(outcome, Request(sites=3))
    best = str(free.sites.index[0])
    without = sited(outcome, Request(sites=3, forbidden=(best,)))
    assert best not in without.sites.index
    assert without.plan.objective <= free.plan.objective
    other = next(
        str(one)
        for one in outcome.city.candidates.index
        if one not in set(free.sites.index) | set(free.excluded["candidate_id"])
    )
    assert other in sited(outcome, Request(sites=3, forced=(other,))).sites.index


def test_every_reason_is_in_words(outcome: Outcome) -> None:
    found = sited(outcome, Request(sites=3))
    assert found.table("zh")["reason"].str.contains("老年人").all()
    assert not found.table("en")["reason"].str.replace(r"\(.*?\)", "", regex=True).str.contains(r"[一-鿿]").any()


@pytest.mark.parametrize(
    ("said", "lowest"),
    [
        ("1", 1),
        ("1-2", 1),
        ("3F", 3),
        ("二层", 2),
        ("4-5", 4),
        ("-1", -1),
        ("B1", -1),
        ("地下一层", -1),
        ("", None),
        ("顶层", None),
    ],
)
def test_storeys_are_read(said: str, lowest: int | None) -> None:
    assert lowest_storey(said) == lowest


def test_a_storey_at_the_limit_is_allowed_and_just_over_is_not() -> None:
    assert storey_fault("3", 3) is None
    assert storey_fault("4", 3) == "candidate_too_high"
    assert storey_fault("-1", 3) == "candidate_below_ground"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sites = 0", "siting.sites"),
        ("sites = 2.5", "siting.sites"),
        ('goal = "elders"', "siting.sites"),
        ('sites = 3\ngoal = "elder"', "siting.goal"),
        ('sites = 3\ngroup = "hospital"', "siting.group"),
        ("sites = 3\nstes = 4", "sites"),
        ("sites = 3\nforced = 'C1'", "siting.forced"),
    ],
)
def test_a_bad_request_is_refused_in_words(outcome: Outcome, tmp_path: Path, line: str, words: str) -> None:
    study = replace(outcome.city.study, siting=tomllib.loads(line))
    with pytest.raises(InputError, match=words):
        read_request(study, GROUPS)


def test_a_study_without_siting_asks_for_nothing(outcome: Outcome) -> None:
    assert read_request(replace(outcome.city.study, siting={}), GROUPS) is None
    assert read_study(outcome.city.study.path).siting == outcome.city.study.siting
