"""Edits of the paper town for property tests, any of which may not fit."""

from contextlib import suppress

from hypothesis import strategies as st

from geodata.city import City
from geodata.faults import InputError
from scenarios.edit_checks import Where
from scenarios.edit_effects import lay
from scenarios.edits import (
    AddEstate,
    ChangeHouseholds,
    ChangeWalking,
    CloseFacility,
    Edit,
    MoveFacility,
    OpenCandidate,
    OpenFacility,
    RemoveEstate,
    ReopenFacility,
    ResizeFacility,
)
from tests.scenarios.papertown import X, Y

METRES = st.integers(0, 3000)
EDITS = st.one_of(
    st.builds(
        OpenFacility,
        facility=st.sampled_from(["N1", "N2"]),
        kind=st.sampled_from(["day_care", "meal_site"]),
        x_m=METRES.map(lambda m: X + m),
        y_m=st.just(Y),
    ),
    st.builds(OpenCandidate, candidate=st.sampled_from(["C1", "C2"]), kind=st.just("day_care")),
    st.builds(CloseFacility, facility=st.sampled_from(["F1", "F2", "N1", "C1"])),
    st.builds(ReopenFacility, facility=st.sampled_from(["F1", "F2"])),
    st.builds(MoveFacility, facility=st.sampled_from(["F1", "N1"]), x_m=METRES.map(lambda m: X + m), y_m=st.just(Y)),
    st.builds(ResizeFacility, facility=st.just("F2"), beds=st.integers(0, 50)),
    st.builds(AddEstate, place=st.just("E1"), households=st.integers(0, 9), x_m=st.just(X), y_m=st.just(Y)),
    st.builds(RemoveEstate, place=st.sampled_from(["E1", "P1"])),
    st.builds(ChangeHouseholds, place=st.just("P2"), households=st.integers(199, 201)),
    st.builds(ChangeWalking, speed_m_s=st.sampled_from([0.8, 1.0])),
)


def fitting(city: City, edits: list[Edit]) -> list[Edit]:
    """Those that can be laid one after the other."""
    kept: list[Edit] = []
    laid = city
    for edit in edits:
        with suppress(InputError):
            laid = lay(laid, edit, city, Where("", 1))
            kept.append(edit)
    return kept
