"""People and elders: own figures, shares of district totals, a given share, and honest gaps."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.faults import Fault
from geodata.population import elders, people
from geodata.schema import Districts, Residential
from geodata.study import Study

NUMBERS = ("households", "population", "elders_60", "elders_65", "elders_80")


def study(share: float | None = None, size: float = 2.5) -> Study:
    return Study(path=Path("study.toml"), name="toy", layers={}, elder_share=share, household_size=size)


def places(*rows: dict[str, object]) -> Residential:
    """Return places p0, p1 ...; what a row doesn't say is missing."""
    columns = {name: pd.array([row.get(name, pd.NA) for row in rows], dtype="Int64") for name in NUMBERS}
    ids = {
        name: pd.array([row.get(name, pd.NA) for row in rows], dtype="string")
        for name in ("community_id", "street_id", "county_id")
    }
    return Residential(
        gpd.GeoDataFrame(
            {**columns, **ids, "row": range(2, 2 + len(rows))},
            geometry=[row.get("geometry") for row in rows],
            index=pd.Index([f"p{k}" for k in range(len(rows))], name="id", dtype="str"),
            crs=4548,
        )
    )


def districts(**totals: int | None) -> Districts:
    """Return districts by id; Q* are communities, S* streets, C* counties."""
    levels = {"Q": "community", "S": "street", "C": "county"}
    return Districts(
        gpd.GeoDataFrame(
            {
                "name": [f"{label}区" for label in totals],
                "level": [levels[label[0]] for label in totals],
                "elders_60": pd.array(list(totals.values()), dtype="Int64"),
                "row": range(2, 2 + len(totals)),
            },
            geometry=[None] * len(totals),
            index=pd.Index(list(totals), name="id", dtype="str"),
            crs=4548,
        )
    )


def codes(faults: list[Fault]) -> list[tuple[str, int | None]]:
    assert all(fault.message(lang) for fault in faults for lang in ("zh", "en"))
    return [(fault.code, fault.row) for fault in faults]


NONE = districts()


def test_people_by_column_else_by_households() -> None:
    rows = places({"population": 70, "households": 10}, {"households": 10}, {}, {"population": 0, "households": 9})
    figures, source = people(rows, study(size=2.5))
    assert figures.tolist()[:2] == [70, 25]
    assert np.isnan(figures["p2"])
    assert figures["p3"] == 0  # a column that says nobody is believed
    assert source.tolist() == ["own column", "households", "unknown", "own column"]


def test_own_figures_stand_also_zero() -> None:
    rows = places({"elders_60": 30, "street_id": "S1"}, {"elders_60": 0, "street_id": "S1"})
    figures, source, faults = elders(rows, districts(S1=500), study(0.2))
    assert figures.tolist() == [30, 0]
    assert source.tolist() == ["own column"] * 2
    assert codes(faults) == [("district_elders_differ", 2)]  # 500 in all, 30 known: said, but nothing is made up


def test_a_districts_total_is_shared_out_by_households_less_what_is_known() -> None:
    rows = places(
        {"elders_60": 40, "households": 900, "street_id": "S1"},
        {"households": 100, "street_id": "S1"},
        {"households": 300, "street_id": "S1"},
        {"households": 300, "street_id": "S2"},
    )
    figures, source, faults = elders(rows, districts(S1=100), study())
    # 100 - 40 = 60 elders over 100 + 300 households
    assert figures.tolist()[:3] == [40, 15, 45]
    assert np.isnan(figures["p3"])
    assert source.tolist() == ["own column", "district share", "district share", "unknown"]
    assert codes(faults) == [("elders_from_districts", None), ("elders_unknown", 5)]


def test_the_finest_level_counts_and_the_next_takes_what_is_left() -> None:
    rows = places(
        {"households": 10, "community_id": "Q1", "street_id": "S1"},
        {"households": 30, "community_id": "Q1", "street_id": "S1"},
        {"households": 50, "community_id": "Q2", "street_id": "S1"},
    )
    figures, _, _ = elders(rows, districts(Q1=80, Q2=None, S1=200), study())
    assert figures.tolist() == [20, 60, 120]  # Q1: 80 over 10 + 30; S1: 200 - 80 for the one left


def test_a_total_below_what_is_known_gives_no_negative_share() -> None:
    rows = places({"elders_60": 120, "street_id": "S1"}, {"households": 10, "street_id": "S1"})
    figures, source, faults = elders(rows, districts(S1=100), study())
    assert np.isnan(figures["p1"])
    assert source["p1"] == "unknown"
    assert codes(faults) == [("district_elders_too_few", 2), ("elders_unknown", 3)]
    figures, _, faults = elders(rows, districts(S1=120), study())
    assert figures["p1"] == 0  # the total itself is not below
    assert codes(faults) == [("elders_from_districts", None)]


def test_places_without_households_take_no_share_and_it_is_said() -> None:
    rows = places({"street_id": "S1"}, {"households": 10, "street_id": "S1"})
    figures, _, faults = elders(rows, districts(S1=100), study())
    assert np.isnan(figures["p0"])
    assert figures["p1"] == 100
    assert ("district_share_without_households", 2) in codes(faults)
    figures, _, faults = elders(
        places({"street_id": "S1"}, {"households": 0, "street_id": "S1"}), districts(S1=9), study()
    )
    assert figures.isna().all()
    assert codes(faults)[0] == ("district_elders_unshared", 2)


def test_a_given_share_of_people_comes_last() -> None:
    rows = places({"population": 100, "households": 10}, {"households": 10}, {}, {"elders_60": 7, "population": 100})
    figures, source, faults = elders(rows, NONE, study(0.2, size=2.5))
    assert figures.tolist()[:2] == [20, 5]
    assert np.isnan(figures["p2"])
    assert figures["p3"] == 7
    assert source.tolist() == ["elder share", "elder share", "unknown", "own column"]
    assert codes(faults) == [("elders_from_share", None), ("elders_unknown", 4)]


def test_without_a_share_nothing_is_made_up() -> None:
    rows = places({"population": 100}, {"population": 100, "elders_65": 12})
    figures, source, faults = elders(rows, NONE, study())
    assert figures.isna().all()
    assert source.tolist() == ["unknown"] * 2
    assert codes(faults) == [("elders_unknown", 2), ("elders_only_older", 3)]


def test_an_estimate_below_the_older_ones_is_doubted() -> None:
    rows = places(
        {"population": 100, "elders_65": 20}, {"population": 100, "elders_80": 21}, {"elders_60": 1, "elders_65": 2}
    )
    _, _, faults = elders(rows, NONE, study(0.2))
    assert codes(faults) == [
        ("elders_from_share", None),
        ("elders_estimate_too_low", 3),
    ]  # 20 of 20 is no contradiction


row = st.fixed_dictionaries(
    {"households": st.integers(1, 5000), "street_id": st.sampled_from(["S1", "S2"])},
    optional={"elders_60": st.integers(0, 300), "community_id": st.sampled_from(["Q1", "Q2"])},
)


@given(st.lists(row, min_size=1, max_size=25), st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 9000))
def test_shares_add_up_to_the_total_and_are_never_negative(
    rows: list[dict[str, object]], s1: int, s2: int, q1: int
) -> None:
    for k in rows:  # communities lie within one street
        if "community_id" in k:
            k["street_id"] = "S1" if k["community_id"] == "Q1" else "S2"
    table = places(*rows)
    figures, source, faults = elders(table, districts(Q1=q1, S1=s1, S2=s2), study())
    assert (figures.dropna() >= 0).all()
    assert (source == "unknown").tolist() == figures.isna().tolist()
    doubted = {fault.details["district"] for fault in faults if fault.code == "district_elders_too_few"}
    for column, label, total in (("community_id", "Q1", q1), ("street_id", "S1", s1), ("street_id", "S2", s2)):
        here = (table[column] == label).fillna(value=False)
        shared = here & (source == "district share")
        first = column == "community_id" or (shared & table["community_id"].isna()).any()
        if shared.any() and first and f"{label}区" not in doubted:
            assert figures[here].sum() == pytest.approx(total, abs=1e-9 * max(total, 1))
