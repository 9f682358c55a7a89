"""The walkable streets of one study, as plain arrays."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Way(IntFlag):
    """What a street segment is, as bits of ``Streets.segment_way``."""

    STAIRS = 1  # highway=steps
    MAIN = 2  # trunk, primary, secondary: wide, crossed with a wait
    PRIVATE = 4  # access=private or no: inside compounds, kept
    BRIDGE = 8
    TUNNEL = 16
    MINOR = 32  # footway, path, pedestrian, service, living_street: drawn thin


@dataclass(frozen=True, eq=False)
class Streets:
    """Chains of segments between junctions; every array is read-only and in the study's metric CRS.

    A *node* is a junction or an end of streets, in Hilbert order. A *chain* is a polyline from node ``chain_u`` to node
    ``chain_v`` through vertices that meet nothing else. Vertices ``chain_start[c]`` to ``chain_start[c + 1] - 1``
    belong to chain ``c``, the first lies on ``chain_u``, the last on ``chain_v``. *Segment* ``k`` joins vertices ``k``
    and ``k + 1`` of one chain; the slot of a chain's last vertex is no segment and holds zeros.

    Lengths are whole millimetres held as float64, so that sums are exact and the same in both directions.
    """

    crs_m: CRS
    node_x_m: Floats  # [nodes]
    node_y_m: Floats
    node_component: Ints  # [nodes] 0 is the largest connected part
    chain_u: Ints  # [chains]
    chain_v: Ints
    chain_start: Longs  # [chains + 1] first vertex of each chain
    vertex_x_m: Floats  # [vertices]
    vertex_y_m: Floats
    vertex_z_m: Floats | None  # [vertices] metres above sea level; None: flat; NaN: outside the elevation raster
    segment_mm: Floats  # [vertices] whole millimetres on the map; 0 in the slot of a chain's last vertex
    segment_way: NDArray[np.uint8]  # [vertices] bits of Way
    segment_crossings: NDArray[np.float32]  # [vertices] waits at main roads met on this segment, mostly 0; see below
    segment_speed: NDArray[np.float32]  # [vertices] factor on the walker's speed, 1 unless the layer says otherwise
    arc_start: Longs  # [nodes + 1] compressed sparse rows: arcs of node n are arc_start[n] to arc_start[n + 1] - 1
    arc_node: Ints  # [2 * chains] the node at the other end
    arc_chain: Ints  # [2 * chains] the chain that is walked
    arc_forward: NDArray[np.bool_]  # [2 * chains] True: from chain_u to chain_v (a loop has one arc of each sense)
    source: str  # where the streets come from, for the data note of every exhibit
    fingerprint: str  # hash of the files and settings they were built from

    # Crossings: who walks across a main road from one side street to the other waits once. The builder therefore puts
    # half a wait at the end of every side street that touches a main road, on a segment of length 0 of its own, so that
    # a door further along the side street pays it only when the walk goes past it. A mapped crossing (footway=crossing)
    # carries one whole wait.

    @property
    def nodes(self) -> int:
        """Count the junctions and ends."""
        return len(self.node_x_m)

    @property
    def chains(self) -> int:
        """Count the chains between junctions."""
        return len(self.chain_u)

    @property
    def components(self) -> int:
        """Count the parts that no walk connects."""
        return int(self.node_component.max()) + 1 if self.nodes else 0

    @property
    def length_km(self) -> float:
        """Sum the length of all streets."""
        return float(self.segment_mm.sum()) / 1e6
