"""Field: how long the walk to the nearest of some doors takes from every point of the streets around them."""

from dataclasses import dataclass

import numpy as np

from geodata.doors import Doors
from geodata.streets import Floats, Longs
from planning.walking import engine
from planning.walking.anchors import Anchors, anchors, grouped, spans
from planning.walking.network import NO_WAY_MM, Network


@dataclass(frozen=True, eq=False)
class Field:
    """Seconds of walking towards the nearest of some doors; inf beyond the limit."""

    network: Network
    limit_s: float
    node_s: Floats  # [nodes]
    doors: Doors
    goals: Anchors  # where the doors meet the streets

    def points(self, step_m: float = 20.0) -> tuple[Floats, Floats, Floats]:
        """Return x_m, y_m and seconds of points at most ``step_m`` apart on every street reached.

        All vertices of those streets, the points where the doors meet them, and points between; within the limit only.
        """
        net, streets = self.network, self.network.streets
        slot, offset = self._samples(step_m)
        chain = np.searchsorted(streets.chain_start, slot, side="right") - 1
        whole = streets.segment_mm[slot]
        part = np.divide(offset, whole, out=np.zeros_like(offset), where=whole > 0)
        last = slot + 1 == streets.chain_start[chain + 1]
        after = np.where(last, slot, slot + 1)
        forward = net.vertex_forward_mm[slot] + part * (net.vertex_forward_mm[after] - net.vertex_forward_mm[slot])
        backward = net.vertex_backward_mm[slot] + part * (net.vertex_backward_mm[after] - net.vertex_backward_mm[slot])
        speed = net.profile.speed_mm_s
        seconds = np.minimum(
            self.node_s[streets.chain_u[chain]] + backward / speed,
            self.node_s[streets.chain_v[chain]] + (net.chain_forward_mm[chain] - forward) / speed,
        )
        start, (goal,) = grouped(self.goals.chain, streets.chains, np.arange(len(self.goals)))
        at, asked = spans(start, chain)
        to = goal[at]
        along = np.maximum(self.goals.forward_mm[to] - forward[asked], backward[asked] - self.goals.backward_mm[to])
        np.minimum.at(seconds, asked, (along + self.goals.leg_mm[to]) / speed)
        x = streets.vertex_x_m[slot] + part * (streets.vertex_x_m[after] - streets.vertex_x_m[slot])
        y = streets.vertex_y_m[slot] + part * (streets.vertex_y_m[after] - streets.vertex_y_m[slot])
        near = seconds <= self.limit_s
        return x[near], y[near], seconds[near]

    def _samples(self, step_m: float) -> tuple[Longs, Floats]:
        """Return vertex slot and offset in millimetres of every point, on the chains that may be reached."""
        streets = self.network.streets
        reached = np.isfinite(self.node_s[streets.chain_u]) | np.isfinite(self.node_s[streets.chain_v])
        reached[self.goals.chain] = True
        slot, _ = spans(streets.chain_start, np.flatnonzero(reached))
        pieces = np.maximum(1, np.ceil(streets.segment_mm[slot] / (1000.0 * step_m))).astype(np.int64)
        each = np.repeat(slot, pieces)
        nth = np.arange(len(each)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        offset = nth * streets.segment_mm[each] / np.repeat(pieces, pieces)
        door = self.goals.door
        return np.concatenate([each, self.doors.segment[door]]), np.concatenate([offset, self.doors.offset_mm[door]])


def field(net: Network, doors: Doors, limit_s: float) -> Field:
    """Return how long the walk TOWARDS the nearest of ``doors`` takes, for walks of at most ``limit_s`` seconds."""
    goals = anchors(net, doors)
    limit_mm = float(min(np.floor(limit_s * net.profile.speed_mm_s) + 1.0, NO_WAY_MM - 1.0))
    seconds = net.seconds(engine.tree(net, goals, limit_mm, inwards=True).mm)
    within = np.where(seconds <= limit_s, seconds, np.inf)
    return Field(network=net, limit_s=float(limit_s), node_s=within, doors=doors, goals=goals)
