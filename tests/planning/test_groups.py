"""Groups and open sites: what counts, what doesn't, and what is said about it."""

import datetime as dt

import pandas as pd
import pytest

from geodata.faults import InputError, Severity
from geodata.schema import FACILITY_KINDS, MEDICAL_KINDS
from planning.groups import GROUPS, doors_of, groups_of, members, site_doors, site_faults, sites_table
from tests.planning.coveragetown import town

PLACE = [{"id": "p", "at": 0}]


def opens(city: object) -> dict[str, object]:
    return {key: (None if pd.isna(value) else bool(value)) for key, value in sites_table(city)["open"].items()}


def test_every_kind_of_a_group_is_known_and_other_is_in_none() -> None:
    kinds = {kind for group in GROUPS.values() for kind in group}
    assert kinds <= {*FACILITY_KINDS, *MEDICAL_KINDS} - {"other"}
    assert {*GROUPS["day_care"], *GROUPS["residential_care"]} <= {*GROUPS["any_care"]}


def test_a_study_adds_groups_and_may_redefine_one() -> None:
    own = {"rural": ("rural_mutual",), "meals": ("meal_site", "station")}
    found = groups_of(town(PLACE, groups=own).study)
    assert list(found) == [*GROUPS, "rural"]
    assert found["rural"] == ("rural_mutual",)
    assert found["meals"] == ("meal_site", "station")


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        groups_of(town(PLACE, groups={"mine": ("nursing_hom", "day_care", "canteen")}).study)
    assert [fault.value for fault in caught.value.faults] == ["nursing_hom", "canteen"]
    assert "nursing_home" in caught.value.faults[0].message("en")
    assert caught.value.faults[0].column == "groups.mine"


def test_only_open_counts_and_a_missing_status_among_given_ones_is_not_known() -> None:
    rows = [
        {"id": f"f{n}", "kind": "day_care", "at": 10 * n, "status": status}
        for n, status in enumerate(["open", "building", "planned", "closed", None, "歇业"])
    ]
    city = town(PLACE, rows)
    assert opens(city) == {"f0": True, "f1": False, "f2": False, "f3": False, "f4": None, "f5": None}
    assert [(fault.code, fault.row) for fault in site_faults(city)] == [
        ("site_status_unknown", 6),
        ("site_status_unknown", 7),
    ]


def test_without_any_status_all_facilities_are_open_with_one_note() -> None:
    city = town(PLACE, [{"id": key, "kind": "station", "at": 0} for key in "ab"])
    assert opens(city) == {"a": True, "b": True}
    (note,) = site_faults(city)
    assert (note.code, note.severity, note.details["n"]) == ("sites_without_status", Severity.NOTE, 2)


def test_who_opens_after_the_day_is_not_open_on_it_and_the_day_itself_counts() -> None:
    day = dt.date(2025, 12, 31)
    rows = [
        {"id": "before", "kind": "station", "at": 0, "status": "open", "opened_on": "2025-12-30"},
        {"id": "on", "kind": "station", "at": 0, "status": "open", "opened_on": "2025-12-31"},
        {"id": "after", "kind": "station", "at": 0, "status": "open", "opened_on": "2026-01-01"},
        {"id": "never said", "kind": "station", "at": 0, "status": "open"},
    ]
    assert opens(town(PLACE, rows, day=day)) == {"before": True, "on": True, "after": False, "never said": True}
    (doubt,) = site_faults(town(PLACE, rows, day=day))
    assert (doubt.code, doubt.row, doubt.severity) == ("site_opens_later", 4, Severity.DOUBT)
    assert "2025-12-31" in doubt.message("zh")
    assert "after" in doubt.message("en")
    assert all(opens(town(PLACE, rows)).values())  # a study without a day asks nothing


def test_an_id_in_both_layers_gets_a_label_of_its_own_and_a_doubt() -> None:
    city = town(
        PLACE,
        [{"id": "1", "kind": "station", "at": 0}, {"id": "medical:2", "kind": "station", "at": 0}],
        [{"id": "1", "kind": "clinic", "at": 5}, {"id": "2", "kind": "hospital", "at": 6}],
    )
    sites = sites_table(city)
    assert list(sites.index) == ["1", "medical:2", "medical:1", "2"]
    assert list(sites["id"]) == ["1", "medical:2", "1", "2"]
    assert list(sites["layer"]) == ["facilities", "facilities", "medical", "medical"]
    assert sites["open"].all()
    assert [fault.code for fault in site_faults(city)] == ["sites_without_status", "site_id_in_two_layers"]
    doors = site_doors(city)
    assert list(doors.ids) == list(sites.index)
    assert list(doors.x_m) == [0, 0, 5, 6]
    assert list(doors.owner) == [0, 1, 2, 3]


def test_a_label_never_meets_another_even_if_a_facility_is_called_like_it() -> None:
    city = town(
        PLACE,
        [{"id": "1", "kind": "station", "at": 0}, {"id": "medical:1", "kind": "station", "at": 0}],
        [{"id": "1", "kind": "clinic", "at": 5}],
    )
    assert list(sites_table(city).index) == ["1", "medical:1", "medical:medical:1"]


def test_members_are_by_kind_and_clinics_listed_as_other_are_in_no_group() -> None:
    facilities = [{"id": "f", "kind": "other", "at": 0}, {"id": "n", "kind": "nursing_home", "at": 0}]
    sites = sites_table(town(PLACE, facilities, [{"id": "m", "kind": "other", "at": 0}]))
    assert list(members(sites, ("other",))) == [True, False, False]
    assert list(members(sites, GROUPS["residential_care"])) == [False, True, False]


def test_doors_of_some_owners_are_renumbered() -> None:
    facilities = [{"id": key, "kind": "station", "at": at} for key, at in zip("abc", (10, 20, 30), strict=True)]
    doors = site_doors(town(PLACE, facilities))
    some = doors_of(doors, pd.Index(doors.ids).isin(["a", "c"]))
    assert (list(some.ids), list(some.owner), list(some.x_m)) == (["a", "c"], [0, 1], [10, 30])


def test_a_city_without_facilities_has_empty_sites() -> None:
    city = town(PLACE)
    assert sites_table(city).empty
    assert len(site_doors(city).ids) == 0
    assert site_faults(city) == ()
