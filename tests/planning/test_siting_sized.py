"""Sites of several sizes beside brute force, limit by limit; what is infeasible says why."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from planning.reach import Reach
from planning.siting import cover_most
from planning.siting.check_sized import broken_assignment, broken_limits, served_demand
from planning.siting.sized import SizedPlan, cover_sized
from tests.planning.sizedcases import LIMIT_S, Cuts, capacity_of, combinations, kept, sized_town


def street() -> tuple[Reach, pd.Series]:
    """Five doors 100 m apart on a street, sites at each door; 1 m/s, so door k is |k - j| * 100 s from site j."""
    place, site = np.divmod(np.arange(25), 5)
    reach = Reach.from_pairs(list("abcde"), list("ABCDE"), place, site, np.abs(place - site) * 100.0)
    return reach, pd.Series([10.0, 1.0, 5.0, 1.0, 20.0], index=reach.places)


def sizes(**given: tuple[str, float, float]) -> pd.DataFrame:
    """A table of options: id=(site, capacity, cost in yuan)."""
    rows = [(name, *row, 100.0) for name, row in given.items()]
    return pd.DataFrame(rows, columns=["id", "site", "capacity", "cost_yuan", "floor_area_m2"]).set_index("id")


def of_all(capacity: float = np.inf, cost: float = 100.0) -> pd.DataFrame:
    return sizes(**{site.lower() + "1": (site, capacity, cost) for site in "ABCDE"})


def random_ask(seed: int, town: Any) -> dict[str, Any]:
    """Any combination of limits."""
    rng = np.random.default_rng(seed + 77)
    free = [site for site in town.reach.sites if site not in town.fixed]
    ask: dict[str, Any] = {}
    if rng.random() < 0.6:
        ask["sites"] = int(rng.integers(0, 5))
    if rng.random() < 0.6:
        ask["budget_yuan"] = float(rng.integers(20, 300)) * 1000
    if rng.random() < 0.3:
        ask["forced"] = [free[0]]
    if rng.random() < 0.3:
        ask["forbidden"] = [free[-1]]
    if rng.random() < 0.5:
        ask["spacing_pairs"] = [(free[k], free[k + 1]) for k in range(0, len(free) - 1, 2)]
    if rng.random() < 0.5:
        ask["units"] = pd.Series([f"u{k % 3}" for k in range(len(town.reach.sites))], index=town.reach.sites)
        ask["units_needing"] = ["u1"] if rng.random() < 0.5 else ["u0", "u2"]
    return ask


@settings(max_examples=35, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    fixed=st.integers(0, 2),
    backup=st.sampled_from([0.0, 0.0, 0.4, 1.0]),
    goal=st.sampled_from(["cover", "cheapest", "fewest"]),
    share=st.sampled_from([0.5, 0.9, 1.0]),
    whole=st.booleans(),
)
def test_brute_force_finds_nothing_better(
    seed: int, fixed: int, backup: float, goal: Any, share: float, whole: bool
) -> None:
    town = sized_town(seed, fixed=fixed, whole=whole)
    ask, cuts = random_ask(seed, town), Cuts(town.reach, town.demand)
    some_choices = combinations(town, ask.get("forbidden", []))
    worths = [cuts.served(capacity_of(town, some), backup) for some in some_choices]
    allowed = [k for k, some in enumerate(some_choices) if kept(town, some, ask)]
    if goal != "cover":
        allowed = [k for k in allowed if worths[k] >= share * max(worths) - 1e-9]
    figures = {
        "cover": worths,
        "cheapest": [float(town.options.loc[some, "cost_yuan"].sum()) for some in some_choices],
        "fewest": [float(len(some)) for some in some_choices],
    }[goal]
    plan = cover_sized(
        town.reach,
        town.demand,
        LIMIT_S,
        town.options,
        fixed=town.fixed,
        fixed_capacity=town.fixed_capacity,
        backup=backup,
        goal=goal,
        share=share,
        **ask,
    )
    if not allowed:
        assert plan.status == "infeasible"
        assert plan.reason is not None
        assert plan.reason.message("zh")
        assert plan.reason.message("en")
        return
    best = (max if goal == "cover" else min)(figures[k] for k in allowed)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert plan.bound == plan.objective
    # what was chosen is allowed and worth what it says
    assert kept(town, list(plan.options), ask)
    assert plan.served == pytest.approx(cuts.served(capacity_of(town, list(plan.options)), backup), rel=1e-7, abs=1e-9)
    assert tuple(town.options.loc[list(plan.options), "site"]) == plan.chosen
    # nobody gets more than there is, and all that is served is assigned
    capacity = pd.Series(capacity_of(town, list(plan.options)), dtype=float)
    by_site = plan.assignment.groupby("site_id")["amount"].sum()
    by_place = plan.assignment.groupby("place_id")["amount"].sum()
    assert (by_site <= capacity[by_site.index] + 1e-6).all()
    assert (by_place <= town.demand[by_place.index] + 1e-6).all()
    assert plan.assignment["amount"].sum() == pytest.approx(
        cuts.served(capacity_of(town, list(plan.options)), 0), abs=1e-5
    )


def test_capacity_budget_and_size_by_hand() -> None:
    reach, demand = street()
    # within 100 s: A 11, B 16, C 7, D 26, E 21
    table = sizes(d_small=("D", 15, 100), d_large=("D", 30, 250), b=("B", 10, 100), e=("E", 18, 120))
    # 100 yuan: D small serves 15 of 26; 120: E 18
    assert cover_sized(reach, demand, 100, table, budget_yuan=100).options == ("d_small",)
    assert cover_sized(reach, demand, 100, table, budget_yuan=120).options == ("e",)
    # 250: D large serves 26; D small and E 26 too (15 + 11) for 220, B and E 10 + 18 = 28 for 220
    plan = cover_sized(reach, demand, 100, table, budget_yuan=250)
    assert (plan.options, plan.objective, plan.cost_yuan, plan.status) == (("b", "e"), 28.0, 220.0, "optimal")
    # one site only: D large
    assert cover_sized(reach, demand, 100, table, budget_yuan=250, sites=1).options == ("d_large",)
    # just under 120 yuan: D small again
    assert cover_sized(reach, demand, 100, table, budget_yuan=119.99).options == ("d_small",)


def test_fixed_sites_serve_first_and_what_they_serve_is_not_new() -> None:
    reach, demand = street()
    table = sizes(e=("E", 100, 1), b=("B", 100, 1))
    # D is open with 18 seats for c, d, e (26): E adds what is left of those, 8; B adds a and b, 11, and takes c over
    # so that D has 18 for 21: 16 + 18 = 34 in all
    plan = cover_sized(reach, demand, 100, table, sites=1, fixed=["D"], fixed_capacity=pd.Series({"D": 18.0}))
    assert (plan.chosen, plan.objective, plan.served_before) == (("B",), 34.0, 18.0)
    without_limit = cover_sized(reach, demand, 100, table, sites=1, fixed=["D"])
    assert (without_limit.chosen, without_limit.objective, without_limit.served_before) == (("B",), 37.0, 26.0)


def test_cheapest_and_fewest_by_hand() -> None:
    reach, demand = street()
    table = sizes(b=("B", np.inf, 300), a=("A", np.inf, 100), c=("C", np.inf, 100), d=("D", np.inf, 200))
    # all of 37: B and D for 500 and two sites, or A, C ... e is D's alone: A + D = 11 + 26 = 37 for 300
    cheap = cover_sized(reach, demand, 100, table, goal="cheapest")
    assert (cheap.options, cheap.objective, cheap.bound) == (("a", "d"), 300.0, 300.0)
    assert cover_sized(reach, demand, 100, table, goal="fewest").objective == 2.0
    # 26 of 37 is 70.27 %: D alone up to there, not beyond
    assert cover_sized(reach, demand, 100, table, goal="fewest", share=26 / 37).objective == 1.0
    assert cover_sized(reach, demand, 100, table, goal="fewest", share=26.01 / 37).objective == 2.0


def test_distance_units_and_forced_by_hand() -> None:
    reach, demand = street()
    table = of_all()
    units = pd.Series(list("wwxyy"), index=list("ABCDE"))
    # two sites cover all with B and D or E; D and B too near: B and E
    assert cover_sized(reach, demand, 100, table, sites=2, spacing_pairs=[("D", "B")]).objective == 37.0
    assert "D" not in cover_sized(reach, demand, 100, table, sites=2, spacing_pairs=[("D", "B"), ("D", "A")]).chosen
    # x has C alone
    plan = cover_sized(reach, demand, 100, table, sites=2, units=units, units_needing=["x"])
    assert (plan.chosen, plan.objective) == (("C", "D"), 27.0) or (plan.chosen, plan.objective) == (("C", "E"), 27.0)
    assert cover_sized(reach, demand, 100, table, sites=1, forced=["C"]).objective == 7.0
    assert cover_sized(reach, demand, 100, table, sites=1, forbidden=["D"]).objective == 21.0


def test_backup_counts_places_with_two_sites() -> None:
    reach, demand = street()
    # two sites of which both cover: D and E both cover d and e: 21; D and C: c, d = 6
    plan = cover_sized(reach, demand, 100, of_all(), sites=2, backup=True)
    assert (plan.chosen, plan.objective) == (("D", "E"), 21.0)
    # half and half: D and E are worth 13 + 10.5; B and D 18.5 + 2.5; A and D 18.5
    assert cover_sized(reach, demand, 100, of_all(), sites=2, backup=0.5).objective == 23.5
    # a fixed site counts as one of the two
    assert cover_sized(reach, demand, 100, of_all(), sites=1, fixed=["E"], backup=True).chosen == ("D",)


def test_infeasible_requests_name_the_nearest_that_works() -> None:
    reach, demand = street()
    units = pd.Series(list("vwxyz"), index=list("ABCDE"))

    def reason(code: str, **ask: Any) -> dict[str, Any]:
        plan = cover_sized(reach, demand, 100, of_all(), **ask)
        assert (plan.status, plan.chosen) == ("infeasible", ())
        assert plan.reason is not None
        assert plan.reason.code == code
        assert plan.reason.message("zh")
        assert plan.reason.message("en")
        return dict(plan.reason.details)

    found = reason("sized_units_budget", units=units, units_needing=["v", "w"], budget_yuan=150)
    assert (found["cost"], found["budget"]) == (200.0, 150.0)
    found = reason("sized_units_count", units=units, units_needing=["v", "w", "x"], sites=2)
    assert (found["needed"], found["sites"]) == (3, 2)
    found = reason(
        "sized_units_near", units=units, units_needing=["v", "w", "x"], spacing_pairs=[("A", "B"), ("B", "C")]
    )
    assert (found["most"], found["names"]) == (2, "w")
    reason("sized_unit_empty", units=units, units_needing=["v"], forbidden=["A"])
    reason("sized_forced_near", forced=["A", "B"], spacing_pairs=[("A", "B")])
    reason("siting_forced_too_many", forced=["A", "B"], sites=1)
    reason("sized_forced_budget", forced=["A", "B"], budget_yuan=199)
    # one site covers 26 of 37, all takes 2
    found = reason("sized_sites_short", goal="fewest", sites=1)
    assert (found["needed"], found["reached"]) == (2.0, 26 / 37)
    found = reason("sized_sites_short", goal="cheapest", sites=1)
    assert found["needed"] == 2.0
    found = reason("sized_budget_short", goal="cheapest", budget_yuan=199)
    assert (found["needed"], found["reached"]) == (200.0, 26 / 37)
    found = reason("sized_budget_short", goal="fewest", budget_yuan=199)
    assert found["needed"] == 200.0
    near = [("D", "A"), ("D", "B"), ("D", "C"), ("E", "A"), ("E", "B"), ("E", "C")]
    # D and E cover 26; A, B, C cover 17: never all
    found = reason("sized_share_short", goal="fewest", spacing_pairs=near)
    assert found["reached"] == 26 / 37


def test_wrong_input_is_refused() -> None:
    reach, demand = street()
    table = of_all()
    bad: list[tuple[pd.DataFrame, dict[str, Any]]] = [
        (table.drop(columns="capacity"), {}),
        (pd.concat([table, table]), {}),
        (table.assign(site="Z"), {}),
        (table.assign(capacity=np.nan), {}),
        (table.assign(capacity=-1.0), {}),
        (table.assign(cost_yuan=np.nan), {"budget_yuan": 1}),
        (table.assign(cost_yuan=np.nan), {"goal": "cheapest"}),
        (table, {"budget_yuan": -1}),
        (table, {"budget_yuan": np.nan}),
        (table, {"goal": "best"}),
        (table, {"share": 1.1, "goal": "fewest"}),
        (table, {"backup": 1.5}),
        (table, {"sites": -1}),
        (table, {"units_needing": ["u"]}),
        (table, {"spacing_pairs": [("A", "Z")]}),
        (table, {"fixed": ["A"], "fixed_capacity": pd.Series({"A": np.nan})}),
        (table, {"fixed": ["A"], "fixed_capacity": pd.Series({"Z": 1.0})}),
        (table.drop(index="a1"), {"forced": ["A"]}),
        (table, {"forced": ["A"], "forbidden": ["A"]}),
    ]
    for options, ask in bad:
        with pytest.raises(InputError):
            cover_sized(reach, demand, 100, options, **ask)
    # without a budget costs may be unknown
    assert np.isnan(cover_sized(reach, demand, 100, table.assign(cost_yuan=np.nan), sites=1).cost_yuan)


def test_nothing_to_choose_from_and_nothing_to_serve() -> None:
    reach, demand = street()
    none = of_all().iloc[:0]
    assert cover_sized(reach, demand, 100, none, fixed=["D"]).objective == 26.0
    assert cover_sized(reach, demand * 0, 100, of_all(), sites=2).objective == 0.0
    assert cover_sized(reach, demand, 100, of_all(), sites=0).objective == 0.0
    assert cover_sized(reach, demand, 100, none, goal="fewest").objective == 0.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 4))
def test_without_capacities_it_covers_what_cover_most_covers(seed: int, count: int) -> None:
    town = sized_town(seed, places=20, sites=9)
    table = town.options.assign(capacity=np.inf)
    plan = cover_sized(town.reach, town.demand, LIMIT_S, table, sites=count, fixed=town.fixed)
    known = cover_most(town.reach, town.demand, count, LIMIT_S, fixed=town.fixed)
    assert plan.objective == known.objective
    assert plan.status == known.status == "optimal"


def city(seed: int, places: int, sites: int) -> tuple[Reach, pd.Series, pd.DataFrame]:
    """Homes and sites in a square of 8 km, walks of up to 1 km as the crow flies at 1 m/s, two sizes at every site."""
    rng = np.random.default_rng(seed)
    home, site = rng.uniform(0, 8000, (places, 2)), rng.uniform(0, 8000, (sites, 2))
    metres = np.hypot(*(home[:, None, :] - site[None, :, :]).transpose(2, 0, 1))
    at, to = np.nonzero(metres <= 1000)
    reach = Reach.from_pairs(range(places), range(sites), at, to, metres[at, to])
    demand = pd.Series(rng.integers(1, 60, places).astype(float), index=reach.places)
    cost = rng.integers(400, 900, sites) * 1000.0
    site_id = np.repeat(np.arange(sites), 2)
    table = pd.DataFrame(
        {
            "site": site_id,
            "capacity": np.tile([300.0, 700.0], sites),
            "cost_yuan": np.repeat(cost, 2) * np.tile([1.0, 1.8], sites),
            "floor_area_m2": np.tile([300.0, 750.0], sites),
        },
        index=[f"{one}{size}" for one in range(sites) for size in "SL"],
    )
    return reach, demand, table


@pytest.mark.parametrize("ask", [{"budget_yuan": 8e6}, {"sites": 12}, {"goal": "cheapest", "share": 0.5}])
def test_larger_cities_stand_below_the_bound(ask: dict[str, Any]) -> None:
    reach, demand, table = city(4, 600, 150)
    plan = cover_sized(reach, demand, 1000, table, seconds=6, **ask)
    assert plan.status in {"optimal", "feasible"}
    assert plan.gap < 0.05
    if "goal" in ask:
        assert plan.objective >= plan.bound
    else:
        assert plan.objective <= plan.bound


def test_twice_the_same() -> None:
    reach, demand, table = city(9, 150, 40)
    plans = [cover_sized(reach, demand, 1000, table, budget_yuan=4e6, seconds=600) for _ in range(2)]
    assert plans[0].options == plans[1].options
    assert plans[0].status == "optimal"
    assert plans[0].assignment.equals(plans[1].assignment)


def test_a_watcher_may_stop_the_search() -> None:
    reach, demand, table = city(4, 600, 150)
    told = []
    plan = cover_sized(reach, demand, 1000, table, budget_yuan=8e6, watch=lambda one: bool(told.append(one)) or True)
    assert told
    assert plan.objective <= plan.bound


def test_the_check_finds_what_is_wrong() -> None:
    reach, demand = street()
    table = of_all()
    room = pd.Series({"D": 15.0, "A": np.inf})
    # D: c 5, d 1, e 20 within 15; A: a, b = 11
    assert served_demand(reach, demand, 100, room) == 26.0
    assert served_demand(reach, demand / 7, 100, room / 7) == pytest.approx(26.0 / 7)
    good = pd.DataFrame({"place_id": ["a", "b", "e"], "site_id": ["A", "A", "D"], "amount": [10.0, 1.0, 15.0]})
    assert not broken_assignment(good, reach, demand, 100, room, 26.0)
    for change in ({"amount": [10.0, 1.0, 16.0]}, {"place_id": ["a", "b", "b"]}, {"amount": [11.0, 1.0, 14.0]}):
        assert broken_assignment(good.assign(**change), reach, demand, 100, room, 26.0)
    asked: dict[str, Any] = {
        "sites": 1,
        "budget_yuan": 150,
        "fixed": ["A"],
        "closed": [],
        "forced": ["C"],
        "forbidden": ["B"],
        "spacing_pairs": [("B", "A")],
        "units": pd.Series({"A": "u", "B": "u"}),
        "units_needing": ["v"],
    }
    wrong = broken_limits(table.loc[["a1", "b1"]], **asked)
    assert len(wrong) == 7
    none: dict[str, Any] = dict.fromkeys(asked, ()) | {"sites": None, "budget_yuan": None, "units": None}
    assert not broken_limits(table, **none)


def test_a_plan_with_sizes_is_a_plan() -> None:
    assert {one.name for one in dataclasses.fields(SizedPlan)} >= {"chosen", "bound", "gap", "options", "assignment"}
