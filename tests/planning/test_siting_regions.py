"""Bounds told region by region, and choices made anew vicinity by vicinity."""

import numpy as np
import pytest

from planning.siting import cover_most
from planning.siting.bounds import relaxation
from planning.siting.local_search import greedy
from planning.siting.plan import Clock
from planning.siting.problem import cover, value
from planning.siting.question import weights_of
from planning.siting.regions import parted, regional
from planning.siting.vicinity import rebuilt
from tests.planning.test_siting_engine import asked, town


@pytest.mark.parametrize("size", [1, 15, 60])
def test_regions_bound_no_lower_than_the_best_and_vicinities_stay_below_it(size: int) -> None:
    reach, weights = town(3, 300, 60)
    of = cover(asked(reach, 6), weights_of(reach, weights), 1000).sheet
    best = cover_most(reach, weights, 6, 1000).objective
    parts = parted(of, size)
    assert max(len(one) for one in parts) <= size
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(len(of.site_start) - 1))
    bound = relaxation(of, 6, 200, 1e-6)
    told = regional(of, bound, 6, size, Clock(60), greedy(of, 6))
    assert best - 0.01 <= told <= bound.value
    start = greedy(of, 6)
    again = rebuilt(of, bound, start, 5, Clock(60))
    assert len(set(again.tolist())) == 6
    assert value(of, start) <= value(of, again) <= best
