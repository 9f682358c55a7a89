"""Network: the streets as one profile walks them, in whole millimetres of level street."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from geodata.streets import Floats, Ints, Longs, Streets, Way
from planning.walking.profile import WalkProfile

BARRED_MM = 1e9  # a barred segment; anything from half of it up means that there is no way
NO_WAY_MM = BARRED_MM / 2
# Tobler 1993, Three presentations on geographical analysis and modeling: speed is proportional to
# exp(-3.5 * |slope + 0.05|); taken here relative to its value on the flat.
TOBLER_RATE = 3.5
TOBLER_BEST = 0.05
STEEPEST = 0.5  # ours: a steeper street is a step in the elevation raster, not a walk

Array = TypeVar("Array", bound=np.ndarray)


@dataclass(frozen=True, eq=False)
class Network:
    """Streets with the cost of every stretch for one walker; read-only.

    A cost is the length of level street that takes as long. Costs at vertices add up from the first vertex of their
    chain: ``forward`` walking towards ``chain_v``, ``backward`` walking the same stretch towards ``chain_u``.
    """

    streets: Streets
    profile: WalkProfile
    vertex_forward_mm: Floats  # [vertices]
    vertex_backward_mm: Floats
    vertex_length_mm: Floats  # the true length
    chain_forward_mm: Floats  # [chains] the whole chain from chain_u to chain_v
    chain_backward_mm: Floats
    chain_length_mm: Floats
    arc_start: Longs  # [nodes + 1]
    arc_node: Ints  # [2 * chains]
    arc_out_mm: Floats  # [2 * chains] walking along the arc: search from homes
    arc_in_mm: Floats  # [2 * chains] walking against the arc: search from facilities
    arc_length_mm: Floats

    def seconds(self, mm: Floats) -> Floats:
        """Turn a cost into seconds."""
        return mm / self.profile.speed_mm_s


def network(streets: Streets, profile: WalkProfile) -> Network:
    """Return the streets as ``profile`` walks them.

    Slope follows Tobler's function relative to its value on the flat, so that a level street costs its length; beyond
    a slope of 0.5 it stays as it is there. Stairs take the profile's factor instead of a slope. Bridges and tunnels are
    level, because an elevation raster shows the ground below or above them; so is a street without elevation.
    """
    length = streets.segment_mm
    way = streets.segment_way
    stairs = (way & Way.STAIRS) > 0
    slope = _slopes(streets, profile)
    wait = streets.segment_crossings.astype(np.float64) * (profile.crossing_s * profile.speed_mm_s)
    speed = np.where(streets.segment_speed > 0, streets.segment_speed, 1.0)  # 0 stands only where no segment is
    pace = np.where(stairs, profile.stairs_factor, 1.0) / speed
    costs = []
    for climb in (slope, -slope):
        hill = np.exp(TOBLER_RATE * (np.abs(climb + TOBLER_BEST) - TOBLER_BEST))
        mm = np.rint(length * pace * np.where(climb == 0.0, 1.0, hill) + wait)
        costs.append(np.where(stairs & (length > 0) & profile.stairs_barred, BARRED_MM, mm))
    forward, forward_all = _along_chains(streets, costs[0])
    backward, backward_all = _along_chains(streets, costs[1])
    true, true_all = _along_chains(streets, length)
    ahead, chain = streets.arc_forward, streets.arc_chain
    return Network(
        streets=streets,
        profile=profile,
        vertex_forward_mm=frozen(forward),
        vertex_backward_mm=frozen(backward),
        vertex_length_mm=frozen(true),
        chain_forward_mm=frozen(forward_all),
        chain_backward_mm=frozen(backward_all),
        chain_length_mm=frozen(true_all),
        arc_start=frozen(np.ascontiguousarray(streets.arc_start, dtype=np.int64)),
        arc_node=frozen(np.ascontiguousarray(streets.arc_node, dtype=np.int32)),
        arc_out_mm=frozen(np.where(ahead, forward_all[chain], backward_all[chain])),
        arc_in_mm=frozen(np.where(ahead, backward_all[chain], forward_all[chain])),
        arc_length_mm=frozen(true_all[chain]),
    )


def frozen(array: Array) -> Array:
    """Return a read-only view of ``array`` (one kind of array only means one compilation of the search)."""
    view = array.view()
    view.flags.writeable = False
    return view


def _slopes(streets: Streets, profile: WalkProfile) -> Floats:
    """Return rise over run of every segment, walking forward; 0 where level or unknown."""
    slope = np.zeros(len(streets.segment_mm))
    z = streets.vertex_z_m
    if z is None or profile.slope == "none" or len(z) == 0:
        return slope
    level = Way.STAIRS | Way.BRIDGE | Way.TUNNEL
    run_m = streets.segment_mm / 1000.0
    rise_m = np.append(np.diff(z), 0.0)
    known = np.isfinite(rise_m) & (run_m > 0) & ((streets.segment_way & level) == 0)
    np.divide(rise_m, run_m, out=slope, where=known)
    return np.clip(slope, -STEEPEST, STEEPEST)


def _along_chains(streets: Streets, segment_mm: Floats) -> tuple[Floats, Floats]:
    """Return the running sum at each vertex from the start of its chain, and the sum of each chain."""
    total = np.concatenate([[0.0], np.cumsum(segment_mm)])
    start = streets.chain_start
    first = total[start[:-1]]
    return total[:-1] - np.repeat(first, np.diff(start)), total[start[1:]] - first
