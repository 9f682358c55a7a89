"""Suggested sites on the demo city: figures that sum to the whole and stand when the sites are really opened."""

import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.faults import InputError
from geodata.study import read_study
from planning.coverage import State, coverage
from planning.groups import groups_of, joined_doors
from planning.reach import Reach
from planning.rules.storeys import lowest_storey, storey_fault
from scenarios import Outcome, run
from scenarios.demo import write_demo
from scenarios.siting import Sited, given_only, site
from scenarios.siting.demand import ground_of, joint_reach
from scenarios.siting.figures import closed_gaps
from scenarios.siting.opening import label_of
from scenarios.siting_parts import Capacity, Phase, Point, Size
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
    gained = (after["state"] == State.SERVED) & before["state"].isin([State.OUT, State.FULL])
    pd.testing.assert_series_equal(gained, found.newly, check_names=False)
    said = found.after.of_group("day_care")
    said = said.assign(nearest_id=said["nearest_id"].str.removeprefix("candidate "))
    pd.testing.assert_frame_equal(after, said)


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


def test_a_site_closes_gaps_of_its_own_street_alone_where_the_rules_pool_so(outcome: Outcome) -> None:
    """Everything lacking in a street bounds what sites there close; any street may be served once the rule is off."""
    assert outcome.judgement.profile["pool_same_street"]
    found = sited(outcome, Request(sites=8))
    estates = outcome.judgement.estates.set_index("place_id")
    below = estates["today_verdict"] == "below"
    street = outcome.city.residential["street_id"].map(outcome.city.districts["name"]).reindex(estates.index)
    lacking = estates["today_gap_m2"].astype(float).where(below, 0.0).groupby(street.to_numpy()).sum()
    closed = found.sites.groupby("street")["closes_gap_m2"].sum()
    assert (closed <= lacking.reindex(closed.index).fillna(0.0) + 1e-6).all()
    areas = found.sites["floor_area_m2"].astype(float).to_dict()
    free = SimpleNamespace(
        estates=outcome.judgement.estates, case=outcome.judgement.case, profile={"pool_same_street": False}
    )
    loose = closed_gaps(found.city, outcome.network, free, areas)
    kept = closed_gaps(found.city, outcome.network, outcome.judgement, areas)
    assert kept == {one: gap for one, gap in found.sites["closes_gap_m2"].items() if gap}
    assert sum(loose.values()) > sum(kept.values())


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
        ("sites = 3\nbudget_yaun = 1e6", "budget_yuan"),
        ("sites = 3\nbudget_yuan = -1", "siting.budget_yuan"),
        ("sites = 3\ncurve = 1", "siting.curve"),
        ("sites = 3\ncandidates = 'made'", "siting.candidates"),
        ("sites = 3\nsizes = [{ area = 350 }]", "floor_area_m2"),
        ("sites = 3\nsizes = [{ floor_area_m2 = 0 }]", "siting.sizes"),
        ("sites = 3\nsizes = 350", "siting.sizes"),
        ("sites = 3\ncapacity = { elders_per_100m2 = 12 }", "siting.capacity"),
        ("sites = 3\ncapacity = { elders_per_m2 = 12, source = 'x' }", "elders_per_100m2"),
        ("phases = [{ name = '2026', sites = 1 }, { name = '2026', sites = 1 }]", "siting.phases"),
        ("phases = [{ name = '2026', sites = 1 }, { name = '2027', budget_yuan = 1 }]", "siting.phases"),
        ("sites = 3\nphases = [{ name = '2026', sites = 1 }]", "siting.phases"),
        ("sites = 3\ngoal = 'fairest'\nspacing_m = 500", "siting.spacing_m"),
        ("sites = 3\ncurve = true\nbudget_yuan = 1e6", "siting.budget_yuan"),
    ],
)
def test_a_bad_request_is_refused_in_words(outcome: Outcome, tmp_path: Path, line: str, words: str) -> None:
    study = replace(outcome.city.study, siting=tomllib.loads(line))
    with pytest.raises(InputError, match=words):
        read_request(study, GROUPS)


def test_a_whole_request_is_read(outcome: Outcome) -> None:
    text = """
        goal = "quota_gap"
        group = "meals"
        candidates = "both"
        kinds = ["闲置学校"]
        closing = ["F1"]
        medical_m = 300
        budget_yuan = 3_000_000
        sizes = [{ floor_area_m2 = 350, capacity = 40 }, { floor_area_m2 = 600, cost_yuan = 1_200_000 }]
        capacity = { elders_per_100m2 = 12, source = "示例" }
        yuan_per_m2 = 2000
        one_per_street = true
    """
    asked = read_request(replace(outcome.city.study, siting=tomllib.loads(text)), GROUPS)
    assert asked is not None
    assert (asked.sites, asked.goal, asked.group, asked.candidates) == (None, "quota_gap", "meals", "both")
    assert asked.sizes == (Size(floor_area_m2=350, capacity=40), Size(floor_area_m2=600, cost_yuan=1_200_000))
    assert asked.capacity == Capacity(elders_per_100m2=12, source="示例")
    assert (asked.kinds, asked.closing, asked.medical_m, asked.one_per_street) == (("闲置学校",), ("F1",), 300, True)
    phased = tomllib.loads('phases = [{ name = "近期", sites = 2 }, { name = 2030, sites = 1 }]')
    asked = read_request(replace(outcome.city.study, siting=phased), GROUPS)
    assert asked is not None
    assert asked.sites == 3
    assert asked.phases == (Phase(name="近期", sites=2), Phase(name="2030", sites=1))


@pytest.mark.parametrize(
    ("policy", "group", "least"),
    [("gb-presets", "day_care", 350), ("wengan-2023", "day_care", 50), ("jinan-2022", "day_care", 0)],
)
def test_the_least_area_is_that_of_the_policy(outcome: Outcome, policy: str, group: str, least: float) -> None:
    """GB-02: a day-care centre has 350 m2; WA-07: a station has 50 m2; Jinan says nothing of either."""
    study = replace(outcome.city.study, policy=policy, siting={"sites": 1, "group": group})
    asked = read_request(study, groups_of(study))
    assert asked is not None
    assert asked.min_area_m2 == least
    own = read_request(replace(study, siting={"sites": 1, "min_area_m2": 20}), groups_of(study))
    assert own is not None
    assert own.min_area_m2 == 20


def test_what_changes_sums_to_the_whole_at_every_limit(outcome: Outcome) -> None:
    closing = tuple(
        outcome.city.facilities.index[outcome.city.facilities["kind"].eq("day_care").fillna(value=False)][:2]
    )
    found = sited(outcome, Request(sites=5, closing=closing))
    table = found.before_after
    figures = [name for name in table.columns if name not in {"level", "district_id", "name", "limit_min"}]
    whole = table[table["level"] == "city"].set_index("limit_min")[figures]
    assert list(whole.index) == [5, 10, 15]
    for _, rows in table.groupby("level"):
        pd.testing.assert_frame_equal(rows.groupby("limit_min")[figures].sum(), whole, check_exact=True)
    for weight in ("places", "households", "people", "elders"):
        parts = (
            whole[f"{weight}_before"] + whole[f"{weight}_gained"] + whole[f"{weight}_cleared"] - whole[f"{weight}_lost"]
        )
        assert (parts == whole[f"{weight}_after"]).all()
    assert whole.loc[15, "elders_gained"] == found.sites["newly_covered_elders"].sum()
    assert whole.loc[15, "places_lost"] == found.lost.sum()
    left = whole.loc[15, "places_total"] - whole.loc[15, "places_after"]
    assert len(found.uncovered) == left
    assert not found.uncovered["place_id"].isin(found.newly.index[found.newly]).any()


def test_the_next_best_is_what_a_search_by_hand_finds(outcome: Outcome) -> None:
    """Every exchange of one site is tried and counted anew."""
    found = sited(outcome, Request(sites=3))
    chosen = [label_of(one) for one in found.sites.index]
    reach, elders, usable = whole_reach(outcome, found)
    open_now = [one for one in reach.sites if not str(one).startswith("candidate ")]

    def worth(labels: list[str]) -> float:
        return float(elders[reach.only_sites([*open_now, *labels]).covered(found.limit_s).to_numpy()].sum())

    for one, row in found.sites.iterrows():
        rest = [label for label in chosen if label != label_of(one)]
        assert row["lost_without"] == worth(chosen) - worth(rest)
        best = max(worth([*rest, label_of(other)]) for other in usable if label_of(other) not in chosen)
        assert row["worse_by"] == worth(chosen) - best
        assert worth([*rest, label_of(row["next_best_id"])]) == best


def whole_reach(outcome: Outcome, found: Sited) -> tuple[Reach, pd.Series, list[str]]:
    ground = ground_of(found.city, outcome.network, outcome.covered, outcome.judgement, found.request)
    reach, _ = joint_reach(found.city, outcome.network, ground, found.request)
    usable = [str(one) for one in found.city.candidates.index if one not in set(found.excluded["candidate_id"])]
    return reach, ground.demand, usable


def test_a_study_without_siting_asks_for_nothing(outcome: Outcome) -> None:
    assert read_request(replace(outcome.city.study, siting={}), GROUPS) is None
    assert read_study(outcome.city.study.path).siting == outcome.city.study.siting


def test_a_point_set_by_hand_is_a_candidate_like_any_other(outcome: Outcome) -> None:
    """Where the best candidate's door is it newly covers what that candidate would; one far out at sea is refused."""
    best = sited(outcome, Request(sites=1))
    doors = outcome.city.doors["candidates"]
    row = int(np.flatnonzero(doors.owner == doors.ids.get_loc(best.sites.index[0]))[0])
    spot = gpd.GeoSeries([shapely.Point(doors.x_m[row], doors.y_m[row])], crs=outcome.city.crs_m).to_crs(4326).iloc[0]
    point = Point(id="P1", lon_deg=spot.x, lat_deg=spot.y, name="图上点")
    found = sited(outcome, Request(sites=1, points=(point,), forced=("P1",)))
    assert list(found.sites.index) == ["P1"]
    assert found.sites["newly_covered_elders"].iloc[0] == best.sites["newly_covered_elders"].iloc[0]
    assert found.sites["origin"].iloc[0] == "own"
    assert "在图上添加" in found.full_table()["reason"][0]
    assert "P1" not in given_only(found.city).candidates.index
    with pytest.raises(InputError, match="P1"):
        sited(outcome, Request(sites=1, points=(point, point)))
    with pytest.raises(InputError, match="没有可步行的道路"):
        sited(outcome, Request(sites=1, points=(replace(point, lat_deg=spot.y + 1),)))
