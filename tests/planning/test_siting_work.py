"""Time counted in work: a search ends at the same step whatever else the machine does."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from bench.siting_cases import city
from planning.siting import cover as most_module
from planning.siting import fewest as fewest_module
from planning.siting import fewest_search
from planning.siting.cover import most
from planning.siting.fewest import fewest
from planning.siting.plan import Clock, Progress
from planning.siting.problem import Sheet, cover, value
from planning.siting.question import weights_of
from tests.planning.test_siting_engine import asked

WORK_S = 0.5  # too little for a proof
COUNT = 80


@pytest.fixture(scope="module")
def of() -> Sheet:
    reach, weights = city(3000, 1500)
    return cover(asked(reach, COUNT), weights_of(reach, weights), 1000).sheet


@pytest.fixture
def busy() -> Iterator[None]:
    """Let another thread of the interpreter run beside the test."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            sum(range(100))

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture(params=["vicinities and regions", "the long annealing too"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small question be treated as one that is too large for the solver."""
    for module in (most_module, fewest_module):
        monkeypatch.setattr(module, "PATIENT_S", 0.1)
        monkeypatch.setattr(module, "SMALL", 100)
        if request.param != "vicinities and regions":
            monkeypatch.setattr(module, "TOO_LARGE", 100)
            monkeypatch.setattr(fewest_search, "TOO_LARGE", 100)
    monkeypatch.setattr(most_module, "LARGE", 100)


@pytest.mark.usefixtures("large")
def test_a_search_cut_short_is_the_same_beside_others(of: Sheet, request: pytest.FixtureRequest) -> None:
    def once() -> tuple[list[int], float, list[int], float]:
        clock = Clock(WORK_S, whole=Clock(600))  # the wall ends it in ten minutes only
        found = most(of, COUNT, clock)
        assert found.stopped_by == "work"
        assert clock.worked_s >= WORK_S
        assert value(of, found.sites) < found.bound
        fewer = fewest(of, 0.9 * float(of.weight.sum()), Clock(WORK_S, whole=Clock(600)))
        assert fewer.bound <= len(fewer.sites)
        return found.sites.tolist(), found.bound, fewer.sites.tolist(), fewer.bound

    alone = once()
    request.getfixturevalue("busy")
    assert once() == alone


@pytest.mark.usefixtures("large")
def test_what_is_divided_stands_below_the_bound_and_covers_what_is_needed(of: Sheet) -> None:
    known = most(of, COUNT, Clock(2))
    need = 0.9 * float(of.weight.sum())
    fewer = fewest(of, need, Clock(2))
    assert value(of, fewer.sites) >= need
    assert np.isfinite(known.bound)
    assert value(of, known.sites) <= known.bound


def test_divided_stands_beside_what_the_solver_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    reach, weights = city(1200, 600)
    of = cover(asked(reach, 40), weights_of(reach, weights), 1000).sheet
    need = 0.8 * float(of.weight.sum())
    proven, least = most(of, 40, Clock(120)), fewest(of, need, Clock(120))
    assert proven.stopped_by == least.stopped_by == "proof"
    for module in (most_module, fewest_module):
        monkeypatch.setattr(module, "SMALL", 100)
    monkeypatch.setattr(most_module, "LARGE", 100)
    divided, fewer = most(of, 40, Clock(6)), fewest(of, need, Clock(6))
    assert value(of, divided.sites) <= proven.bound <= divided.bound + 1e-6
    assert fewer.bound <= least.bound <= len(fewer.sites)


def test_the_user_stops_a_part_too() -> None:
    heard: list[Progress] = []

    def watch(progress: Progress) -> bool:
        heard.append(progress)
        return True

    whole = Clock(60, watch)
    part = whole.part(5)
    assert part.left_s() == 5
    assert part.told(1.0, 2.0)
    assert heard
    assert part.left_s() == part.real_left_s() == whole.left_s() == 0
    assert part.ended == whole.ended == "user"


def test_work_and_the_wall_end_a_search_each_in_its_own_name() -> None:
    clock = Clock(10)
    clock.tick(4)
    assert clock.left_s() == 6
    assert clock.share(0.5) == 3
    assert clock.part(100).left_s() == 6
    clock.tick(7)
    assert clock.left_s() == 0
    assert clock.ended == "work"
    assert Clock(0.0).ended == "clock"
