"""Sites in a town on one street, every figure worked out by hand."""

import pandas as pd
import pytest

from geodata.city import City
from geodata.faults import InputError
from planning.coverage import State, coverage
from planning.siting.plan import Progress
from scenarios.siting import site
from scenarios.siting_parts import Capacity, Phase, Size
from scenarios.siting_request import Request
from tests.planning.coveragetown import net
from tests.scenarios.siting_town import CANDIDATES, FACILITY, PLACES, sited, siting_town


def test_two_sites_rank_by_what_each_adds() -> None:
    """Y covers d and e, 90 elders; X then adds c, 30. Without Y only e is lost, as X reaches d; Z would do as well."""
    found = sited(siting_town())
    assert list(found.sites.index) == ["Y", "X"]
    assert list(found.sites["newly_covered_elders"]) == [90, 30]
    assert list(found.sites["newly_covered"]) == [("d", "e"), ("c",)]
    assert list(found.sites["lost_without"]) == [50, 30]
    assert list(found.sites["next_best_id"]) == ["Z", None]
    assert list(found.sites["worse_by"]) == [0, 30]
    assert list(found.newly[found.newly].index) == ["c", "d", "e"]
    assert found.plan.objective == 155
    assert found.uncovered.empty


def test_a_walk_of_the_limit_is_within_and_a_metre_more_is_not() -> None:
    """c at 400 m: from 700 m it is 300 s, from 701 m it is 301 s."""
    assert sited(siting_town([{"id": "X", "at": 700}]), sites=1).newly["c"]
    assert not sited(siting_town([{"id": "X", "at": 701}]), sites=1).newly["c"]


def test_before_and_after_by_street_sum_to_the_town() -> None:
    """S1 has a, b and c: 35 of 65 elders before, all after; S2 has d and e: none before, 90 after."""
    table = sited(siting_town()).before_after.set_index("district_id")
    columns = [f"elders_{part}" for part in ("total", "before", "gained", "cleared", "lost", "after")]
    assert table.loc["", columns].tolist() == [155, 35, 120, 0, 0, 155]
    assert table.loc["S1", columns].tolist() == [65, 35, 30, 0, 0, 65]
    assert table.loc["S2", columns].tolist() == [90, 0, 90, 0, 0, 90]


def test_who_stays_uncovered_is_told_why() -> None:
    """Y is chosen for e; c has X in reach, which is not chosen; h lies off the streets."""
    places = [*PLACES[:3], {"id": "e", "at": 1000, "elders": 50}, {"id": "h", "at": 5000, "elders": 1}]
    city = siting_town([{"id": "X", "at": 650}, {"id": "Y", "at": 1000}], places=places)
    found = sited(city, sites=1)
    assert found.uncovered.set_index("place_id")["why"].to_dict() == {"c": "not_chosen", "h": "unconnected"}
    row = found.uncovered.set_index("place_id").loc["c"]
    assert (row["nearest_candidate_id"], row["walk_s"]) == ("X", 250)
    barred = sited(city, sites=1, kinds=("school",), candidates="layer")
    why = barred.uncovered.set_index("place_id")["why"].to_dict()
    assert why == {"c": "unusable", "e": "unusable", "h": "unconnected"}
    assert set(barred.excluded["code"]) == {"candidate_kind"}
    none = sited(siting_town([{"id": "W", "at": 20}]), sites=1)
    assert set(none.uncovered["why"]) == {"no_candidate"}


def test_full_areas_are_to_be_covered_and_coverage_agrees() -> None:
    """F has no bed left, so a and b, 35 elders, are full: W makes room for them, 35 beside the 30 of X."""
    city = siting_town(facilities=[{**FACILITY, "beds": 5, "residents": 5}])
    found = sited(city)
    assert list(found.sites.index) == ["Y", "W"]
    assert list(found.sites["newly_covered_elders"]) == [90, 35]
    after = found.after.of_group("day_care")["state"]
    assert after.to_dict() == {"a": "served", "b": "served", "c": "out", "d": "served", "e": "served"}
    assert found.plan.objective == 125


def test_what_closes_is_lost_or_taken_over() -> None:
    """Without F, W takes over a and b (35): not new, but kept. With one site, Y, they are lost."""
    two = sited(siting_town(), closing=("F",))
    assert list(two.sites.index) == ["Y", "W"]
    assert list(two.sites["newly_covered_elders"]) == [90, 0]
    assert list(two.sites["kept_elders"]) == [0, 35]
    assert not two.lost.any()
    one = sited(siting_town(), closing=("F",), sites=1)
    assert list(one.lost[one.lost].index) == ["a", "b"]
    row = one.before_after.iloc[0]
    assert [row[f"elders_{part}"] for part in ("before", "gained", "lost", "after")] == [35, 90, 35, 90]


def test_nothing_that_is_covered_counts_as_new() -> None:
    found = sited(siting_town(), forced=("W",))
    assert list(found.sites.index) == ["Y", "W"]
    assert found.sites.loc["W", "newly_covered_elders"] == 0
    assert "按要求必选" in found.table()["reason"].iloc[1]


def test_a_site_takes_no_more_than_its_capacity() -> None:
    """Y may take 60 of the 90 of d and e: at most one of the two is served whole, and the other finds it full."""
    found = sited(siting_town(CANDIDATES[2:3]), sites=1, capacity=Capacity(each=60, source="test"))
    assert found.sites.loc["Y", "assigned"] == 60
    assert found.plan.objective == 35 + 60
    served = found.newly[found.newly].index
    assert len(served) == 1
    other = {"d": "e", "e": "d"}[served[0]]
    states = found.after.of_group("day_care")["state"]
    assert (states[served[0]], states[other]) == (State.SERVED, State.FULL)
    assert found.uncovered.set_index("place_id")["why"].to_dict() == {other: "capacity", "c": "no_candidate"}
    assert found.places["assigned"].sum() == 60


def test_the_declared_rate_of_the_study_limits_new_sites_too() -> None:
    """100 m2 at 60 elders for each 100 m2: the same as above."""
    city = siting_town([{**CANDIDATES[2], "floor_area_m2": 100}], elders_per_100m2=60.0)
    assert sited(city, sites=1).sites.loc["Y", "assigned"] == 60


def test_a_budget_buys_what_it_can() -> None:
    """Y costs 5, X 2, W 1: with 4 only X and W can be had, and W covers nobody new."""
    costs = {"W": 1, "X": 2, "Y": 5}
    city = siting_town([{**row, "cost_yuan": costs[str(row["id"])]} for row in CANDIDATES[:3]])
    found = sited(city, sites=None, budget_yuan=4.0)
    assert list(found.newly[found.newly].index) == ["c", "d"]
    assert found.sites["cost_yuan"].sum() <= 4
    assert found.sites.loc["X", "next_best_id"] is None
    with_y = sited(city, sites=None, budget_yuan=7.0)
    assert list(with_y.sites.index)[:2] == ["Y", "X"]


def test_a_candidate_of_unknown_cost_fits_no_budget() -> None:
    city = siting_town(
        [{**CANDIDATES[1], "cost_yuan": 3, "floor_area_m2": 100}, {**CANDIDATES[2], "floor_area_m2": 100}]
    )
    found = sited(city, sites=None, budget_yuan=10.0)
    assert found.excluded.set_index("candidate_id")["code"].to_dict() == {"Y": "candidate_cost_unknown"}
    by_area = sited(city, sites=None, budget_yuan=10.0, yuan_per_m2=0.06)
    assert by_area.sites["cost_yuan"].to_dict() == {"Y": 6, "X": 3}


def test_sizes_are_chosen_with_the_sites() -> None:
    """Of 100 m2 for 40 and of 200 m2 for 90 at Y: money for the larger one serves d and e, for the smaller only d."""
    city = siting_town([{**CANDIDATES[2], "floor_area_m2": 250}])
    sizes = (Size(floor_area_m2=100, capacity=40, cost_yuan=1), Size(floor_area_m2=200, capacity=90, cost_yuan=2))
    large = sited(city, sites=1, sizes=sizes, budget_yuan=2.0)
    assert large.sites.loc["Y", ["floor_area_m2", "capacity", "cost_yuan", "assigned"]].tolist() == [200, 90, 2, 90]
    small = sited(city, sites=1, sizes=sizes, budget_yuan=1.0)
    assert small.sites.loc["Y", ["floor_area_m2", "capacity", "cost_yuan", "assigned"]].tolist() == [100, 40, 1, 40]
    tiny = siting_town([{**CANDIDATES[2], "floor_area_m2": 150}])
    assert sited(tiny, sites=1, sizes=sizes).sites.loc["Y", "floor_area_m2"] == 100


def test_sites_keep_their_distance() -> None:
    """X and Y are 250 m apart: at 250 m both may stand, at 251 m the one that is worth more stands alone."""
    assert set(sited(siting_town(CANDIDATES[1:3]), spacing_m=250.0).sites.index) == {"X", "Y"}
    assert set(sited(siting_town(CANDIDATES[1:3]), spacing_m=251.0).sites.index) == {"Y"}


def test_every_street_without_a_facility_gets_one() -> None:
    """S1 has F; S2 has none. Among V at 350 (c: 30) and Z at 1,000 (d, e) one site must be in S2 even if worth less."""
    places = [PLACES[0], {"id": "c", "at": 400, "elders": 90}, {"id": "e", "at": 1000, "elders": 50}]
    city = siting_town([{"id": "V", "at": 350}, {"id": "Z", "at": 1000}], places=places)
    assert list(sited(city, sites=1).sites.index) == ["V"]
    found = sited(city, sites=1, one_per_street=True)
    assert list(found.sites.index) == ["Z"]
    assert found.sites.loc["Z", "street_gains"] == "S2镇"


def test_medical_care_may_be_asked_to_be_near_or_nearer() -> None:
    """A clinic at 1,000 m: Z is at 0 m, Y at 100 m, X at 350 m. Y and Z cover the same."""
    city = siting_town(medical=[{"id": "M", "at": 1000, "kind": "health_station"}])
    near = sited(city, medical_m=100.0)
    assert set(near.excluded["candidate_id"]) == {"W", "X"}
    assert set(near.excluded["code"]) == {"candidate_far_from_medical"}
    assert set(sited(city, sites=1).sites.index) == {"Y"}
    nearer = sited(city, sites=1, prefer_medical=True)
    assert list(nearer.sites.index) == ["Z"]
    assert nearer.sites.loc["Z", ["nearest_medical_m", "medical_class", "medical_name"]].tolist() == [0, "same", "M"]
    assert sited(city, sites=1).sites.loc["Y", "medical_class"] == "adjacent"  # 100 m is within 100 m


def test_backup_counts_who_has_two() -> None:
    """W gives a and b, 35 elders, a second site; Y and Z together give d and e, 90, two."""
    found = sited(siting_town(), goal="backup")
    assert set(found.sites.index) == {"Y", "Z"}
    assert found.plan.objective == 90
    assert sited(siting_town(), goal="backup", sites=1).plan.objective == 35


def test_the_worst_off_street_comes_first() -> None:
    """S1 is covered for 35 of 65, S2 not at all: Y brings S2 to all, though U at 200 m serves more in S1."""
    places = [{**PLACES[0]}, {**PLACES[2], "elders": 200}, PLACES[3], PLACES[4]]
    city = siting_town([{"id": "U", "at": 200}, {"id": "Y", "at": 900}], places=places)
    assert list(sited(city, sites=1).sites.index) == ["U"]
    assert list(sited(city, sites=1, goal="fairest").sites.index) == ["Y"]


def test_a_goal_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="elders_80"):
        sited(siting_town(), goal="age_80")
    with pytest.raises(InputError, match="policy"):
        sited(siting_town(), goal="quota_gap")
    with pytest.raises(InputError, match="closing"):
        sited(siting_town(), closing=("G",))


def test_old_elders_decide_where_they_are_known() -> None:
    """Only c has people of 80 and more; X alone reaches c."""
    places = [{**row, "elders_80": 5 if row["id"] == "c" else 0} for row in PLACES]
    assert list(sited(siting_town(places=places), sites=1, goal="age_80").sites.index) == ["X"]


def test_the_curve_shows_what_each_further_site_adds() -> None:
    """0 sites: 35; Y: 125; Y and X: 155; W adds nobody."""
    curve = sited(siting_town(CANDIDATES[:3]), sites=3, curve=True).curve
    assert curve is not None
    assert curve["covered"].tolist() == [35, 125, 155, 155]
    assert curve["newly"].tolist() == [0, 90, 120, 120]
    assert (curve["bound"] >= curve["covered"]).all()


def test_firm_choices_name_the_sites_of_the_plan_first() -> None:
    robust = sited(siting_town(CANDIDATES[1:3]), sites=2, robust=True).robust
    assert robust is not None
    assert dict(zip(robust["candidate_id"], robust["rank"], strict=True)) == {"Y": 1, "X": 2}
    assert (robust["share_demand"] == 1).all()  # there are but these two


def test_phases_build_one_after_the_other() -> None:
    found = sited(siting_town(), sites=2, phases=(Phase(name="2026", sites=1), Phase(name="2028", sites=1)))
    assert list(found.sites.index) == ["Y", "X"]
    assert list(found.table()["phase"]) == ["2026", "2028"]


def test_places_of_a_site_are_listed_and_marked_once() -> None:
    """Y reaches d and e, X reaches c and d; d counts for Y."""
    table = sited(siting_town()).places
    rows = list(zip(table["candidate_id"], table["place_id"], table["seconds"], table["newly"], strict=True))
    assert rows == [("Y", "d", 100, True), ("Y", "e", 100, True), ("X", "d", 150, False), ("X", "c", 250, True)]


def test_an_earlier_choice_begins_the_search() -> None:
    assert sited(siting_town(), start=("Z", "nobody")).plan.objective == 155


def test_what_nobody_knows_is_neither_demand_nor_new() -> None:
    """U at 420 m has no status, so c is unknown; X, the only candidate, is chosen for d and settles c on its way."""
    doubtful = {"id": "U", "at": 420, "kind": "day_care", "status": None}
    found = sited(siting_town(CANDIDATES[1:2], facilities=[FACILITY, doubtful]), sites=1)
    assert list(found.newly[found.newly].index) == ["d"]
    assert found.plan.objective == 35 + 40
    row = found.before_after.iloc[0]
    assert [row[f"elders_{part}"] for part in ("before", "gained", "cleared", "after")] == [35, 40, 30, 105]
    unsettled = sited(siting_town(CANDIDATES[2:3], facilities=[FACILITY, doubtful]), sites=1)
    assert unsettled.uncovered.set_index("place_id")["why"].to_dict() == {"c": "unknown"}


def test_one_facility_of_a_list_without_status_may_close() -> None:
    """Without any status all are open: closing F leaves G at 100 m open, which goes on serving a, b and c."""
    plain = [{"id": "F", "at": 0, "kind": "day_care"}, {"id": "G", "at": 100, "kind": "day_care"}]
    found = sited(siting_town(facilities=plain), sites=1, closing=("F",))
    assert not found.lost.any()
    assert list(found.newly[found.newly].index) == ["d", "e"]


def test_no_plan_leaves_everything_as_it_is() -> None:
    """Two sites are forced, but one may be chosen."""
    found = sited(siting_town(), sites=1, forced=("W", "X"))
    assert found.plan.status == "infeasible"
    assert found.full_table().empty
    assert found.places.empty
    row = found.before_after.iloc[0]
    assert row["elders_before"] == row["elders_after"] == 35
    assert list(found.uncovered["place_id"]) == ["e", "d", "c"]


def test_without_a_layer_points_are_generated_and_a_layer_that_is_asked_for_must_be_there() -> None:
    """c, d and e are uncovered, 120 elders: two points serve them all."""
    bare = siting_town(())
    found = sited(bare)
    assert found.sites["newly_covered_elders"].sum() == 120
    assert set(found.sites["origin"]) <= {"street", "hot_spot"}
    assert found.table()["reason"].str.contains("生成点").all()
    assert not found.table("en")["reason"].str.replace(r"\(.*\)", "", regex=True).str.contains(r"[一-鿿]").any()
    again = sited(found.city)  # those generated before are made anew, not added to
    assert list(again.city.candidates.index) == list(found.city.candidates.index)
    with pytest.raises(InputError, match="候选点"):
        sited(bare, candidates="layer")
    both = sited(siting_town(), candidates="both")
    assert {"W", "X", "Y", "Z"} < set(both.city.candidates.index)


def later_town() -> City:
    """Return the town with Y and Z free from 1 March 2027 on only."""
    day = pd.Timestamp("2027-03-01")
    return siting_town([{**row, "available_on": day if row["id"] in {"Y", "Z"} else pd.NaT} for row in CANDIDATES])


@pytest.mark.parametrize(
    ("names", "phase_of", "covered"),
    [
        # Y (or Z) and X cover all 155. F alone 35, with X 105, with Y 125: Y first where it can be had
        (("2026", "2028"), {"X": "2026", "Y": "2028"}, [105, 155]),
        (("I", "II"), {"Y": "I", "X": "II"}, [125, 155]),  # no year, no limit
        (("2026", "II"), {"X": "2026", "Y": "II"}, [105, 155]),
        (("I", "2027-2030"), {"Y": "I", "X": "2027-2030"}, [125, 155]),  # free in the course of it; nothing said of I
        # what comes before the phase of 2026 is over by then too
        (("I", "2026", "2027"), {"X": "I", "W": "2026", "Y": "2027"}, [105, 105, 155]),
        (("2025", "2026"), {"X": "2025", "W": "2026"}, [105, 105]),  # never
    ],
)
def test_a_building_is_planned_in_no_phase_before_it_is_free(
    names: tuple[str, ...], phase_of: dict[str, str], covered: list[float]
) -> None:
    found = sited(later_town(), sites=len(names), phases=tuple(Phase(name=name, sites=1) for name in names))
    table = found.full_table()
    assert dict(zip(table["candidate_id"], table["phase"], strict=True)) == phase_of
    assert found.phases is not None
    assert found.phases["covered"].tolist() == covered
    assert found.phases["proven"].all()
    assert found.plan.objective == covered[-1]
    for one, reason in zip(table["candidate_id"], table["reason"], strict=True):
        assert ("2027-03-01 起才可使用" in reason) == (one == "Y")
    late = found.excluded.set_index("candidate_id")["code"].to_dict()
    assert late == (dict.fromkeys("YZ", "candidate_free_too_late") if names[-1] == "2026" else {})


def test_a_building_free_after_all_phases_is_not_to_be_forced() -> None:
    phases = (Phase(name="2026", sites=2),)
    with pytest.raises(InputError, match=r"“Y”不能使用.*各期结束后"):
        sited(later_town(), sites=2, phases=phases, forced=("Y",))
    later = sited(later_town(), sites=2, phases=(*phases, Phase(name="2028", sites=1)), forced=("Y",))
    assert dict(zip(later.sites.index, later.sites["phase"], strict=True)) == {"X": 1, "W": 1, "Y": 2}


def test_phases_report_and_stop() -> None:
    """Whoever stops at the first report gets the best whole so far; its order isn't proven."""
    heard: list[Progress] = []

    def stop(progress: Progress) -> bool:
        heard.append(progress)
        return True

    city, paths = siting_town(), net()
    request = Request(sites=2, phases=(Phase(name="I", sites=1), Phase(name="II", sites=1)))
    found = site(city, paths, coverage(city, paths), None, request, watch=stop)
    assert len(heard) == 1
    assert 125 <= heard[0].objective <= 155 <= heard[0].bound
    assert found.phases is not None
    assert not found.phases["proven"].any()
    assert found.plan.objective == found.phases["covered"].iloc[-1] <= found.plan.bound
