"""Pooling: small cases by hand and by brute force, nothing counted twice, more area never passes fewer."""

import itertools
from collections.abc import Mapping
from decimal import Decimal

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.rules import pool_groups, pool_memory
from planning.rules.pooling import Pool, pool
from tests.planning.rule_town import judged, row, walks

D = Decimal


def pairs(*arcs: tuple[str, str] | tuple[str, str, float]) -> pd.DataFrame:
    rows = [(*arc[:2], arc[2] if len(arc) == 3 else 100.0) for arc in arcs]
    return pd.DataFrame(rows, columns=["place_id", "site_id", "seconds"])


def test_all_or_nothing() -> None:
    # 130 m2 for three: 100, 70.2, 60. Together 70.2 + 60 = 130.2 > 130, so only one can pass: the most households
    need = {"a": D(100), "b": D("70.2"), "c": D(60)}
    homes = {"a": 900, "b": 100, "c": 50}
    arcs = pairs(("a", "x"), ("b", "x"), ("c", "x"))
    found = pool(need, {"x": D(130)}, homes, arcs)
    assert (found.passed, found.status, found.bound) == (("a",), "optimal", 1)
    found = pool(need, {"x": D("130.2")}, homes, arcs)  # exactly enough for two
    assert found.passed == ("b", "c")
    assert found.assigned["area_m2"].tolist() == [D("70.2"), D(60)]


def test_a_plain_flow_would_be_wrong() -> None:
    # the largest flow gives each of two areas half of what it needs; all or nothing passes one
    found = pool({"a": D(100), "b": D(100)}, {"x": D(100)}, {"a": 1, "b": 2}, pairs(("a", "x"), ("b", "x")))
    assert found.passed == ("b",)
    assert found.assigned["area_m2"].tolist() == [D(100)]


def test_an_area_may_be_served_from_two_sites_the_nearer_first() -> None:
    found = pool({"a": D(100)}, {"far": D(90), "near": D(60)}, {"a": 1}, pairs(("a", "far", 400), ("a", "near", 50)))
    assert found.served("a")["site_id"].tolist() == ["near", "far"]
    assert found.served("a")["area_m2"].tolist() == [D(60), D(40)]


def test_nothing_to_pool() -> None:
    found = pool({}, {}, {}, pairs())
    assert (found.passed, found.status, found.bound, len(found.assigned)) == ((), "optimal", 0, 0)
    assert pool({"a": D(1)}, {"x": D(5)}, {"a": 1}, pairs()).passed == ()


def test_areas_beyond_32_bits_are_counted_in_coarser_units() -> None:
    need = {f"p{n}": D("150000.25") for n in range(4)}
    found = pool(need, {"x": D("450000.75")}, dict.fromkeys(need, 1), pairs(*((one, "x") for one in need)))
    assert len(found.passed) == 3
    assert found.assigned["area_m2"].sum() <= D("450000.75")


def served_all(
    chosen: tuple[str, ...], need: Mapping[str, Decimal], spare: Mapping[str, Decimal], arcs: list[tuple[str, str]]
) -> bool:
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for site, area in spare.items():
        graph.add_edge("source", f"s{site}", capacity=int(area * 100))
    for place in chosen:
        graph.add_edge(f"p{place}", "sink", capacity=int(need[place] * 100))
    graph.add_edges_from((f"s{site}", f"p{place}") for place, site in arcs if place in chosen)
    return bool(nx.maximum_flow_value(graph, "source", "sink") == sum(int(need[one] * 100) for one in chosen))


AREAS = st.decimals("0.01", 60, places=2)


@st.composite
def towns(draw: st.DrawFn) -> tuple[dict[str, Decimal], dict[str, Decimal], dict[str, int], list[tuple[str, str]]]:
    need = {f"a{n}": draw(AREAS) for n in range(draw(st.integers(1, 6)))}
    spare = {f"x{n}": draw(AREAS) for n in range(draw(st.integers(1, 4)))}
    homes = {one: draw(st.integers(1, 50)) for one in need}
    arcs = [(place, site) for place in need for site in spare if draw(st.booleans())]
    return need, spare, homes, arcs


def check(found: Pool, need: Mapping[str, Decimal], spare: Mapping[str, Decimal], arcs: list[tuple[str, str]]) -> None:
    """Whoever passes has all it needs, no site gives more than it has, and nobody is served from out of reach."""
    by_place = found.assigned.groupby("place_id")["area_m2"].sum().to_dict()
    assert by_place == {one: need[one] for one in found.passed}
    assert all(area <= spare[site] for site, area in found.assigned.groupby("site_id")["area_m2"].sum().items())
    assert set(zip(found.assigned["place_id"], found.assigned["site_id"], strict=True)) <= set(arcs)


@settings(deadline=None, max_examples=40)
@given(town=towns())
def test_brute_force_agrees(
    town: tuple[dict[str, Decimal], dict[str, Decimal], dict[str, int], list[tuple[str, str]]],
) -> None:
    need, spare, homes, arcs = town
    best = max(
        (len(chosen), sum(homes[one] for one in chosen))
        for size in range(len(need) + 1)
        for chosen in itertools.combinations(need, size)
        if served_all(chosen, need, spare, arcs)
    )
    found = pool(need, spare, homes, pairs(*arcs))
    assert (len(found.passed), sum(homes[one] for one in found.passed)) == best
    assert (found.status, found.bound) == ("optimal", best[0])
    check(found, need, spare, arcs)


@settings(deadline=None, max_examples=25)
@given(town=towns(), more=AREAS)
def test_more_area_never_passes_fewer(
    town: tuple[dict[str, Decimal], dict[str, Decimal], dict[str, int], list[tuple[str, str]]], more: Decimal
) -> None:
    need, spare, homes, arcs = town
    less = pool(need, spare, homes, pairs(*arcs))
    plus = pool(need, {**spare, "x0": spare["x0"] + more}, homes, pairs(*arcs))
    assert len(plus.passed) >= len(less.passed)


def test_a_search_cut_short_still_serves_whom_it_passes() -> None:
    need = {f"a{n:02}": D(20 + 7 * n % 31) for n in range(40)}
    spare = {f"x{n}": D(60 + 11 * n % 37) for n in range(12)}
    arcs = [(place, site) for p, place in enumerate(need) for s, site in enumerate(spare) if (3 * p + s) % 4 == 0]
    homes = {one: 10 + n for n, one in enumerate(need)}
    quick = pool(need, spare, homes, pairs(*arcs), search_s=1e-6)
    full = pool(need, spare, homes, pairs(*arcs))
    check(quick, need, spare, arcs)
    assert quick.passed
    assert len(quick.passed) <= len(full.passed) <= quick.bound
    assert full.status == "optimal"


# ---- pooling as the rules use it: 500 m at 1 m/s, one street


def home(name: str, area: float | None, **given: object) -> dict[str, object]:
    return {"id": name, "name": name, "households": 1000, "estate_class": "new", "built_elder_area_m2": area, **given}


def site(name: str, area: float, **given: object) -> dict[str, object]:
    return {"id": name, "name": name, "kind": "station", "floor_area_m2": area, "status": "open", **given}


def test_neighbours_pass_together_and_the_naive_reading_overstates() -> None:
    # each needs 300 and has 200; 250 m2 nearby help two of three, "a facility nearby" would pass all three
    homes = [home("R1", 200, households=1000), home("R2", 200), home("R3", 200)]
    reach = walks(["R1", "R2", "R3"], ["F1"], {("R1", "F1"): 100, ("R2", "F1"): 200, ("R3", "F1"): 300})
    found = judged(residential=homes, facilities=[site("F1", 250)], walks=reach)
    verdicts = found.estates.set_index("place_id")["today_verdict"]
    assert sorted(verdicts) == ["below", "met_pooled", "met_pooled"]
    assert found.pooled["area_m2"].tolist() == [100, 100]
    assert found.pooling["status"] == "optimal"
    assert (found.pooling["any_facility"], found.pooling["flow"], found.pooling["overstated"]) == (3, 2, 1)
    assert (found.pooling["there_m2"], found.pooling["counted_m2"]) == (250, 750)
    said = row(found, "LY-01", found.estates.loc[found.estates["today_verdict"] == "met_pooled", "place_id"].iloc[0])
    assert "统筹 F1 100.0 m²" in said["sentence"]
    assert row(found, "LY-03a", part="quota")["measured"] == pytest.approx(200 / 3, abs=1e-4)


@pytest.mark.parametrize(("seconds", "verdict"), [(500.0, "met_pooled"), (500.1, "below")])
def test_the_pooling_walk_itself_is_inside(seconds: float, verdict: str) -> None:
    found = judged(
        residential=[home("R1", 200)],
        facilities=[site("F1", 250)],
        walks=walks(["R1"], ["F1"], {("R1", "F1"): seconds}),
    )
    assert row(found, "LY-01", "R1")["verdict"] == verdict


def test_a_slower_walker_pools_less_far() -> None:
    reach = walks(["R1"], ["F1"], {("R1", "F1"): 600})
    town = {"residential": [home("R1", 200)], "facilities": [site("F1", 250)], "walks": reach}
    assert row(judged(**town), "LY-01", "R1")["verdict"] == "below"  # 600 m
    assert row(judged(speed_m_s=0.8, **town), "LY-01", "R1")["verdict"] == "met_pooled"  # 480 m


STREETS = [
    {"id": "S1", "name": "东", "level": "street", "at": (0, 0, 100, 100)},
    {"id": "S2", "name": "西", "level": "street", "at": (100, 0, 200, 100)},
]


def test_a_facility_of_the_next_street_does_not_help() -> None:
    reach = walks(["R1"], ["F1"], {("R1", "F1"): 100})
    town = {
        "residential": [home("R1", 200, at=(90, 50))],
        "facilities": [site("F1", 250, at=(110, 50))],
        "districts": STREETS,
    }
    assert row(judged(**town, walks=reach), "LY-01", "R1")["verdict"] == "below"
    free = judged(**town, walks=reach, choices={"pool_same_street": False})
    assert row(free, "LY-01", "R1")["verdict"] == "met_pooled"


def test_wengan_pools_existing_areas_only() -> None:
    homes = [home("R1", 100), home("R2", 100, estate_class="existing")]
    reach = walks(["R1", "R2"], ["F1"], {("R1", "F1"): 100, ("R2", "F1"): 100})
    found = judged("wengan-2023", residential=homes, facilities=[site("F1", 600)], walks=reach)
    assert row(found, "WA-01", "R1")["verdict"] == "below"
    assert row(found, "WA-02", "R2")["verdict"] == "met_pooled"
    small = judged(
        "wengan-2023",
        residential=homes,
        facilities=[site("F1", 600)],
        walks=reach,
        choices={"pool_households_at_most": 999},
    )
    assert row(small, "WA-02", "R2")["verdict"] == "below"


def test_surplus_of_an_area_is_pooled_its_need_is_not() -> None:
    # F1 serves R1 alone (300 needed of 350): 50 m2 are left for R2, which lacks 50
    homes = [home("R1", None), home("R2", 250)]
    rooms = [site("F1", 350, serves=["R1"])]
    reach = walks(["R1", "R2"], ["F1"], {("R2", "F1"): 100})
    found = judged(residential=homes, facilities=rooms, walks=reach)
    assert row(found, "LY-01", "R1")["verdict"] == "met"
    assert row(found, "LY-01", "R2")["verdict"] == "met_pooled"
    short = judged(residential=[homes[0], home("R2", 249)], facilities=rooms, walks=reach)
    assert row(short, "LY-01", "R2")["verdict"] == "below"


def test_a_declared_room_is_shared_only_where_the_walk_to_it_is_known() -> None:
    homes = [home("R1", 400), home("R2", 250)]
    assert row(judged(residential=homes), "LY-01", "R2")["verdict"] == "below"
    between = walks(["R1", "R2"], ["R1", "R2"], {("R2", "R1"): 100, ("R1", "R2"): 100})
    found = judged(residential=homes, neighbour_walks=between)
    assert row(found, "LY-01", "R2")["verdict"] == "met_pooled"
    assert found.pooled["site_name"].tolist() == ["R1"]


@pytest.mark.parametrize(
    "change", [{"status": "planned"}, {"floor_area_m2": None}, {"kind": "nursing_home"}, {"serves": ["R9"]}]
)
def test_what_does_not_count_is_not_pooled(change: dict[str, object]) -> None:
    reach = walks(["R1"], ["F1"], {("R1", "F1"): 100})
    found = judged(residential=[home("R1", 200)], facilities=[{**site("F1", 250), **change}], walks=reach)
    assert row(found, "LY-01", "R1")["verdict"] == "below"


def test_an_area_of_unknown_own_room_passes_only_by_what_is_known() -> None:
    reach = walks(["R1"], ["F1"], {("R1", "F1"): 100})
    enough = judged(residential=[home("R1", None)], facilities=[site("F1", 300)], walks=reach)
    assert row(enough, "LY-01", "R1")["verdict"] == "met_pooled"
    short = judged(residential=[home("R1", None)], facilities=[site("F1", 299)], walks=reach)
    assert row(short, "LY-01", "R1")["verdict"] == "unknown"


def test_counting_street_centres_changes_the_rate() -> None:
    reach = walks(["R1"], ["F1"], {("R1", "F1"): 100})
    found = judged(residential=[home("R1", 200)], facilities=[site("F1", 900, kind="street_center")], walks=reach)
    assert found.totals()["today"]["passed"] == 0
    assert found.if_street_centres_counted()["today"]["passed"] == 1


def test_walks_searched_too_short_are_pointed_out() -> None:
    reach = walks(["R1"], ["F1"], {("R1", "F1"): 100}, limit_s=300)
    found = row(judged(residential=[home("R1", 200)], facilities=[site("F1", 250)], walks=reach), "GB-SD-POOL")
    assert "只搜索到 5 分钟" in found["sentence"]


def test_without_walks_nothing_is_pooled_and_that_is_said() -> None:
    found = judged("jinan-2022", residential=[home("R1", 200)], facilities=[site("F1", 250)])
    assert row(found, "JN-02")["verdict"] == "unknown"
    assert "没有步行时间" in row(found, "JN-02")["sentence"]


def test_nobody_passes_by_rounding() -> None:
    arcs = pairs(("a", "x"))
    assert pool({"a": D("100.00005")}, {"x": D(100)}, {"a": 1}, arcs).passed == ()
    assert pool({"a": D(100)}, {"x": D("99.99995")}, {"a": 1}, arcs).passed == ()
    assert pool({"a": D(100)}, {"x": D(100)}, {"a": 1}, arcs).passed == ("a",)


def test_what_is_remembered_between_runs_is_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solved, kept as arrays, recalled into an empty memory: the same assignment, and nothing is solved again."""
    need = {"a": Decimal(30), "b": Decimal(20), "c": Decimal("25.5")}
    spare = {"x": Decimal(40), "y": Decimal(10)}
    households = {"a": 100, "b": 90, "c": 80}
    arcs = pairs(("a", "x", 10.0), ("b", "x", 20.0), ("c", "x", 5.0), ("c", "y", 1.0))
    monkeypatch.setattr(pool_memory, "_answers", {})
    first = pool(need, spare, households, arcs)
    kept = pool_memory.as_arrays()
    monkeypatch.setattr(pool_memory, "_answers", {})
    pool_memory.recall(kept)
    monkeypatch.setattr(pool_groups, "_searched", lambda *_: pytest.fail("solved again"))
    again = pool(need, spare, households, arcs)
    assert again.passed == first.passed
    pd.testing.assert_frame_equal(again.assigned, first.assigned)
    monkeypatch.setattr(pool_memory, "_answers", {})
    pool_memory.recall({**kept, "chosen": kept["chosen"][:-1]})  # damaged: passed over
    assert not pool_memory._answers
