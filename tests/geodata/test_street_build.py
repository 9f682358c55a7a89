"""Lines become streets: toy cases worked out by hand, invariants, and a plain graph as the oracle."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import LineString, MultiLineString, Point

from geodata.faults import Fault, InputError, Severity
from geodata.street.build import build, from_lines, read_streets
from geodata.street.files import lines_of_table, read_lines
from geodata.street.hilbert import hilbert_order
from geodata.street.lines import StreetLines, tag_codes
from geodata.street.walkable import Tags
from geodata.streets import Streets, Way
from geodata.study import LayerSource
from tests.realdata import DATA, needs_data

GK = CRS.from_epsg(4548)


def table(*lines: list[tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines], crs=GK)


def built(*lines: list[tuple[float, float]], **columns: list[object]) -> tuple[Streets, dict[str, Fault]]:
    frame = table(*lines, **columns)
    taken, faults = lines_of_table(frame, frame.geometry, np.arange(1, len(frame) + 1), layer="streets")
    streets, more = build(replace(taken, crs=GK), GK)
    check(streets)
    return streets, {fault.code: fault for fault in [*faults, *more]}


def by_node(nodes: list[list[int]], xy: dict[int, tuple[float, float]], tags: list[Tags] | None = None) -> StreetLines:
    flat = [node for line in nodes for node in line]
    line_tags, kinds = tag_codes(tags or [Tags(highway="residential")] * len(nodes))
    return StreetLines(
        crs=GK,
        x=np.array([xy[node][0] for node in flat], dtype=float),
        y=np.array([xy[node][1] for node in flat], dtype=float),
        node=np.array(flat, dtype=np.int64),
        line_start=np.cumsum([0, *map(len, nodes)]).astype(np.int64),
        line_tags=line_tags,
        tags=kinds,
        line_speed=np.ones(len(nodes), dtype=np.float32),
        line_row=np.arange(1, len(nodes) + 1),
        has_bridges=True,
        source="toy",
        digest="",
    )


def check(streets: Streets) -> None:
    """Hold what the docstring of Streets promises."""
    start, last = streets.chain_start, streets.chain_start[1:] - 1
    assert start[0] == 0
    assert start[-1] == len(streets.segment_mm) == len(streets.vertex_x_m)
    assert (np.diff(start) >= 2).all()
    for axis in ("x", "y"):
        node, vertex = getattr(streets, f"node_{axis}_m"), getattr(streets, f"vertex_{axis}_m")
        assert (vertex[start[:-1]] == node[streets.chain_u]).all()
        assert (vertex[last] == node[streets.chain_v]).all()
    for name in ("segment_mm", "segment_way", "segment_crossings", "segment_speed"):
        assert (getattr(streets, name)[last] == 0).all()
    inner = np.ones(len(streets.segment_mm), dtype=bool)
    inner[last] = False
    k = np.flatnonzero(inner)
    away = np.hypot(np.diff(streets.vertex_x_m)[k], np.diff(streets.vertex_y_m)[k]) * 1000
    mm = streets.segment_mm[k]
    assert (mm == np.rint(mm)).all()
    assert (np.abs(mm - away) <= 1).all()
    assert ((mm == 0) == (away == 0)).all()
    assert (streets.segment_crossings[k][mm == 0] == 0.5).all()
    assert (streets.segment_speed[k] > 0).all()
    # arcs: each chain once from either end, chains ascending at every node
    arcs = []
    for n in range(streets.nodes):
        rows = slice(streets.arc_start[n], streets.arc_start[n + 1])
        chains = streets.arc_chain[rows].tolist()
        assert chains == sorted(chains)
        for to, chain, forward in zip(
            streets.arc_node[rows].tolist(), chains, streets.arc_forward[rows].tolist(), strict=True
        ):
            ends = (streets.chain_u[chain], streets.chain_v[chain])
            assert (n, to) == (ends if forward else ends[::-1])
            arcs.append((chain, forward))
    assert sorted(arcs) == [(c, f) for c in range(streets.chains) for f in (False, True)]
    # components: by size, then by smallest node; nodes in Hilbert order
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(streets.nodes))
    graph.add_edges_from(zip(streets.chain_u.tolist(), streets.chain_v.tolist(), strict=True))
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    for number, part in enumerate(parts):
        assert set(np.flatnonzero(streets.node_component == number).tolist()) == part
    for n, degree in graph.degree:
        assert degree != 2 or graph.number_of_edges(n, n) == 1, "only a ring keeps a node of two arms"
    assert (hilbert_order(streets.node_x_m, streets.node_y_m) == np.arange(streets.nodes)).all()
    for name, value in vars(streets).items():
        assert not isinstance(value, np.ndarray) or not value.flags.writeable, name


def waits(streets: Streets) -> float:
    return float(streets.segment_crossings.sum())


def test_lines_meet_at_shared_ends_and_bends_are_contracted() -> None:
    #  (0,0)--(100,0)--(100,50)   two lines end to end: one chain of 150 m; a third makes (100,0) a junction
    two, _ = built([(0, 0), (100, 0)], [(100, 50), (100, 0)])
    assert (two.nodes, two.chains, two.length_km) == (2, 1, 0.15)
    three, _ = built([(0, 0), (100, 0)], [(100, 50), (100, 0)], [(100, 0), (130, 40)])
    assert (three.nodes, three.chains) == (4, 3)
    assert sorted(three.segment_mm[three.segment_mm > 0]) == [50_000, 50_000, 100_000]


def test_a_line_is_split_where_another_shares_an_inner_vertex() -> None:
    streets, faults = built([(0, 0), (50, 0), (100, 0)], [(50, -30), (50, 0), (50, 30)])
    assert (streets.nodes, streets.chains, streets.components) == (5, 4, 1)
    assert not faults


def test_attributes_change_within_a_chain() -> None:
    streets, _ = built(
        [(0, 0), (10, 0)],
        [(10, 0), (20, 0)],
        [(20, 0), (50, 0)],
        highway=["footway", "steps", "footway"],
        walk_speed=[1.0, 0.5, None],
    )
    assert streets.chains == 1
    inner = streets.segment_mm > 0
    stairs = (streets.segment_way[inner] & Way.STAIRS) > 0
    assert streets.segment_mm[inner][stairs].tolist() == [10_000]
    assert streets.segment_speed[inner][stairs].tolist() == [0.5]
    assert sorted(streets.segment_speed[inner].tolist()) == [0.5, 1.0, 1.0]


def test_twins_count_once_and_are_noted() -> None:
    there = [(0.0, 0.0), (50.0, 9.0), (100.0, 0.0)]
    streets, faults = built(
        there, there[::-1], there, [(0, 0), (100, 0)], highway=["footway", "path", "footway", "steps"]
    )
    assert (streets.nodes, streets.chains) == (1, 1)  # two ways between two ends make one ring
    fault = faults["streets_twins"]
    assert fault.severity is Severity.NOTE
    assert fault.details == {"count": 2, "lines": 4, "differ": 1}
    assert streets.length_km == pytest.approx(0.1 + 2 * np.hypot(50, 9) / 1000, abs=1e-6)


def test_parallel_streets_and_loops_stay() -> None:
    #  a tail, then two ways from (100,0) to (200,0), then a tail, then a loop at its end
    streets, faults = built(
        [(0, 0), (100, 0)],
        [(100, 0), (150, 40), (200, 0)],
        [(100, 0), (150, -40), (200, 0)],
        [(200, 0), (300, 0)],
        [(300, 0), (350, 30), (350, -30), (300, 0)],
    )
    assert "streets_twins" not in faults
    assert (streets.nodes, streets.chains) == (4, 5)
    assert int((streets.chain_u == streets.chain_v).sum()) == 1


def test_a_ring_that_meets_nothing_gets_a_node() -> None:
    streets, faults = built([(0, 0), (10, 0), (10, 10), (0, 0)], [(50, 0), (60, 0)], [(60, 0), (50, 0)])
    assert (streets.nodes, streets.chains, streets.components) == (3, 2, 2)
    assert streets.node_component[streets.chain_u[streets.chain_u == streets.chain_v]].tolist() == [1]  # one node only
    fault = faults["street_islands"]
    assert fault.severity is Severity.DOUBT
    assert fault.details == {"count": 1, "km": "0.0", "total": "0.0"}


@pytest.mark.parametrize(("gap_m", "parts"), [(0.0, 1), (0.009, 1), (0.0101, 2), (0.05, 2)])
def test_an_end_on_another_line_joins_it_within_a_centimetre(gap_m: float, parts: int) -> None:
    streets, faults = built([(0, 0), (100, 0)], [(30, 40), (30, gap_m)])
    assert streets.components == parts
    assert ("streets_touching" in faults) == (parts == 1)
    if parts == 1:
        assert (streets.nodes, streets.chains) == (4, 3)


def test_an_end_near_another_end_joins_it() -> None:
    streets, faults = built([(0, 0), (100, 0)], [(100.008, 0), (200, 0)])
    assert (streets.components, streets.chains) == (1, 1)
    assert faults["streets_touching"].details["count"] >= 1


def test_lines_partly_drawn_over_each_other_count_once() -> None:
    #  0----------100 and 40-----60 on top of it: 100 m in all
    streets, faults = built([(0, 0), (100, 0)], [(40, 0), (60, 0)])
    assert streets.length_km == pytest.approx(0.1)
    assert (streets.chains, streets.components) == (1, 1)
    assert faults["streets_overlaps"].details["count"] == 1


CROSS = ([(-50.0, 0.0), (50.0, 0.0)], [(0.0, -50.0), (0.0, 50.0)])
FAR = ([(500.0, 0.0), (500.0, 10.0), (500.0, 20.0)], [(490.0, 10.0), (500.0, 10.0), (510.0, 10.0)])


def test_crossings_of_a_layer_without_common_points_are_joined() -> None:
    streets, faults = built(*CROSS)
    assert (streets.nodes, streets.chains, streets.components) == (5, 4, 1)
    fault = faults["streets_crossings_joined"]
    assert fault.severity is Severity.DOUBT
    assert fault.details == {"count": 1, "x": "0.0", "y": "0.0"}


def test_crossings_in_a_layer_that_draws_common_points_are_bridges() -> None:
    # one crossing with a common point (FAR) and one without: not more of the second kind, so it is a bridge
    streets, faults = built(*CROSS, *FAR)
    assert streets.components == 3
    assert faults["streets_crossings_apart"].details["count"] == 1


def test_marked_bridges_are_never_joined() -> None:
    streets, faults = built(*CROSS, bridge=["yes", None])
    assert streets.components == 2
    assert "streets_crossings_joined" not in faults
    flat, _ = built(*CROSS, bridge=["F", "0"])
    assert flat.components == 1


def test_a_grid_of_long_lines_becomes_a_grid() -> None:
    # 4 x 5 lines: 20 junctions, and 2 ends on each of the 9 lines
    rows = [[(-10.0, 100.0 * i), (410.0, 100.0 * i)] for i in range(4)]
    columns = [[(100.0 * j, -10.0), (100.0 * j, 310.0)] for j in range(5)]
    streets, faults = built(*rows, *columns)
    assert streets.nodes == 20 + 18
    assert streets.chains == 4 * 6 + 5 * 5
    assert streets.length_km == pytest.approx(4 * 0.42 + 5 * 0.32)
    assert faults["streets_crossings_joined"].details["count"] == 20


def test_nodes_join_by_number_and_not_by_place() -> None:
    xy = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (100.0, 0.0), 4: (50.0, -50.0), 5: (50.0, 0.0), 6: (50.0, 50.0)}
    bridge, _ = build(by_node([[1, 2, 3], [4, 5, 6]], xy), GK)
    assert bridge.components == 2
    crossing, _ = build(by_node([[1, 2, 3], [4, 2, 6]], xy), GK)
    assert (crossing.components, crossing.chains) == (1, 4)
    check(bridge)
    check(crossing)


def test_who_crosses_a_main_road_waits_once() -> None:
    #        side street, 100 m
    #  main ------+------ main, 200 m        both sides of the side street end in half a wait of length 0
    #        side street, 100 m
    streets, _ = built(
        [(-100, 0), (0, 0), (100, 0)],
        [(0, 100), (0, 0), (0, -100)],
        highway=["primary", "residential"],
    )
    assert streets.chains == 4
    assert waits(streets) == 1.0
    for c in range(4):
        rows = slice(streets.chain_start[c], streets.chain_start[c + 1] - 1)
        main = bool((streets.segment_way[rows] & Way.MAIN).any())
        mm, crossings = streets.segment_mm[rows].tolist(), streets.segment_crossings[rows].tolist()
        if main:
            assert (mm, crossings) == ([100_000], [0.0])
            continue
        near_u = streets.node_y_m[streets.chain_u[c]] == 0
        assert mm == ([0, 100_000] if near_u else [100_000, 0])
        assert crossings == ([0.5, 0.0] if near_u else [0.0, 0.5])


@pytest.mark.parametrize(
    ("highway", "expected"),
    [
        (["secondary", "footway"], 0.5),  # a side street that ends at a main road: half, the other half elsewhere
        (["trunk_link", "service"], 0.5),
        (["tertiary", "footway"], 0.0),
        (["primary", "primary"], 0.0),
        ([None, None], 0.0),
    ],
)
def test_half_a_wait_where_a_street_ends_at_a_main_road(highway: list[str | None], expected: float) -> None:
    streets, _ = built([(-100, 0), (0, 0), (100, 0)], [(0, 100), (0, 0)], highway=highway)
    assert waits(streets) == expected


def test_a_main_road_that_only_changes_its_class_is_not_crossed() -> None:
    streets, _ = built([(-100, 0), (0, 0)], [(0, 0), (100, 0)], highway=["primary", "tertiary"])
    assert waits(streets) == 0.0
    # but walking across its mouth is crossing it
    mouth, _ = built([(-100, 0), (0, 0)], [(0, -50), (0, 0), (0, 50)], highway=["primary", "tertiary"])
    assert waits(mouth) == 1.0


@pytest.mark.parametrize(("road", "expected"), [(None, 1.0), ("residential", 0.0), ("primary", 1.0), ("footway", 1.0)])
def test_a_mapped_crossing(road: str | None, expected: float) -> None:
    # pavement - crossing (20 m, a vertex in the middle) - pavement; the road meets the middle vertex or isn't there
    lines = [[(0, 0), (0, 50)], [(0, 50), (0, 60), (0, 70)], [(0, 70), (0, 120)]]
    columns: dict[str, list[object]] = {"highway": ["footway"] * 3, "footway": ["sidewalk", "crossing", "sidewalk"]}
    if road:
        lines.append([(-80, 60), (0, 60), (80, 60)])
        columns = {"highway": ["footway"] * 3 + [road], "footway": ["sidewalk", "crossing", "sidewalk", None]}
    streets, _ = built(*lines, **columns)
    assert waits(streets) == expected


def test_not_walkable_lines_are_named() -> None:
    streets, faults = built(
        [(0, 0), (10, 0)],
        [(10, 0), (20, 0)],
        [(20, 0), (30, 0)],
        [(30, 0), (40, 0)],
        highway=["motorway", "footway", "motorway", "hover"],
    )
    assert faults["streets_not_walkable"].details == {"count": 2, "lines": 4, "classes": "motorway 2"}
    assert faults["streets_unknown_class"].details == {"count": 1, "classes": "hover 1"}
    assert streets.components == 2


def test_lines_without_length_are_counted_and_very_short_ones_kept() -> None:
    streets, faults = built([(5, 5), (5, 5)], [(0, 0), (0, 0), (0.0, 0.02)])
    fault = faults["streets_broken_lines"]
    assert (fault.severity, fault.row, fault.details) == (Severity.REPAIR, 1, {"count": 1})
    assert streets.segment_mm.sum() == 20


def test_length_is_never_rounded_to_nothing() -> None:
    xy = {1: (0.0, 0.0), 2: (0.0004, 0.0), 3: (0.0012, 0.0)}
    streets, _ = build(by_node([[1, 2], [2, 3]], xy), GK)
    assert streets.segment_mm.tolist() == [1, 1, 0]


def test_multilines_and_other_shapes() -> None:
    shapes = [MultiLineString([[(0, 0), (10, 0)], [(10, 0), (20, 0)]]), Point(0, 0), None]
    frame = gpd.GeoDataFrame(geometry=shapes, crs=GK)
    _, faults = lines_of_table(frame, frame.geometry, np.array([1, 2, 3]), layer="streets")
    assert [(fault.code, fault.row, fault.details) for fault in faults] == [
        ("streets_not_lines", 2, {"count": 2, "rows": 3})
    ]
    assert from_lines(frame).length_km == 0.02


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_from_lines_wants_metres(crs: str | None) -> None:
    with pytest.raises(InputError, match=r"to_crs"):
        from_lines(gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1, 1)])], crs=crs))


def test_no_walkable_line_is_a_fault() -> None:
    with pytest.raises(InputError) as caught:
        from_lines(table([(0, 0), (10, 0)], highway=["motorway"]))
    assert caught.value.faults[0].code == "streets_no_lines"


def test_fingerprint_follows_what_was_given() -> None:
    one = from_lines(table([(0, 0), (10, 0)]))
    assert from_lines(table([(0, 0), (10, 0)])).fingerprint == one.fingerprint
    assert from_lines(table([(0, 0), (11, 0)])).fingerprint != one.fingerprint
    assert from_lines(table([(0, 0), (10, 0)], highway=["steps"])).fingerprint != one.fingerprint
    assert from_lines(table([(0, 0), (10, 0)], walk_speed=[0.5])).fingerprint != one.fingerprint


STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from([(1, 0), (0, 1), (1, 1)]), st.integers(1, 3)),
    min_size=1,
    max_size=25,
)


@settings(deadline=None)
@given(steps=STEPS, flip=st.booleans())
def test_against_a_plain_graph(steps: list[tuple[int, int, tuple[int, int], int]], flip: bool) -> None:
    """Lines of unit steps on a lattice meet in lattice points only; networkx says what must come out."""
    lines = [[(x + dx * i, y + dy * i) for i in range(size + 1)] for x, y, (dx, dy), size in steps]
    xy = {100 * x + y: (10.0 * x, 10.0 * y) for x in range(12) for y in range(12)}
    numbers = [[100 * x + y for x, y in line] for line in lines]
    plain = nx.Graph()
    for line in numbers:
        for a, b in pairwise(line):
            plain.add_edge(a, b, mm=round(float(np.hypot(*np.subtract(xy[a], xy[b]))) * 1000))
    streets, _ = build(by_node([line[::-1] if flip else line for line in numbers], xy), GK)
    check(streets)
    parts = list(nx.connected_components(plain))
    rings = [part for part in parts if all(plain.degree[n] == 2 for n in part)]
    assert streets.components == len(parts)
    assert streets.nodes == sum(degree != 2 for _, degree in plain.degree) + len(rings)
    assert streets.segment_mm.sum() == sum(mm for _, _, mm in plain.edges(data="mm"))
    chain_mm = np.add.reduceat(streets.segment_mm, streets.chain_start[:-1])
    contracted = nx.MultiGraph()
    contracted.add_nodes_from(range(streets.nodes))
    for u, v, mm in zip(streets.chain_u.tolist(), streets.chain_v.tolist(), chain_mm.tolist(), strict=True):
        contracted.add_edge(u, v, mm=mm)
    number = {place: node for node, place in xy.items()}
    label = {n: number[streets.node_x_m[n], streets.node_y_m[n]] for n in range(streets.nodes)}
    far = dict(nx.all_pairs_dijkstra_path_length(plain, weight="mm"))
    for n, row in nx.all_pairs_dijkstra_path_length(contracted, weight="mm"):
        assert {label[to]: mm for to, mm in row.items()} == {
            to: mm for to, mm in far[label[n]].items() if to in label.values()
        }


@settings(deadline=None, max_examples=30)
@given(steps=STEPS)
def test_by_place_equals_by_number_on_a_lattice(steps: list[tuple[int, int, tuple[int, int], int]]) -> None:
    steps = [step for step in steps if step[2] != (1, 1)]  # diagonals cross between lattice points
    if not steps:
        return
    lines = [[(10.0 * (x + dx * i), 10.0 * (y + dy * i)) for i in range(size + 1)] for x, y, (dx, dy), size in steps]
    xy = {round(10 * x + y / 10): (x, y) for line in lines for x, y in line}
    number, _ = build(by_node([[round(10 * x + y / 10) for x, y in line] for line in lines], xy), GK)
    place = from_lines(table(*lines))  # whole lines: split at every lattice point or only at their ends
    ends = from_lines(table(*[[line[0], line[-1]] for line in lines], bridge=[None] * len(lines)))
    assert (place.nodes, place.chains, place.components) == (number.nodes, number.chains, number.components)
    assert place.segment_mm.sum() == number.segment_mm.sum() == ends.segment_mm.sum()


def facts(streets: Streets) -> tuple[int, int, int, float]:
    return streets.nodes, streets.chains, streets.components, round(streets.length_km, 3)


class TestRealStreets:
    pytestmark = needs_data

    def test_jinan_shapefile(self) -> None:
        source = LayerSource(layer="streets", path=DATA / "jinan" / "edges.shp", crs="EPSG:4326")
        lines, _ = read_lines(source)
        assert len(lines) == 28_597
        # as it stands, motorways and all: SOURCE.md counts 26 parts and 12,766 nodes where lines end
        plain = replace(lines, tags=tuple(Tags() for _ in lines.tags))
        ends = np.unique(
            np.column_stack(
                [
                    np.concatenate([axis[lines.line_start[:-1]], axis[lines.line_start[1:] - 1]])
                    for axis in (lines.x, lines.y)
                ]
            ),
            axis=0,
        )
        assert len(ends) == 12_766
        streets, faults = build(plain, GK)
        found = {fault.code: fault for fault in faults}
        assert found["streets_broken_lines"].details["count"] == 1
        assert streets.components == 26
        assert found["street_islands"].details["count"] == 25
        check_fast(streets)
        walked, faults = build(lines, GK)
        found = {fault.code: fault for fault in faults}
        assert found["streets_not_walkable"].details["classes"] == "motorway 198, motorway_link 117"
        assert found["streets_twins"].details == {"count": 10_470, "lines": 28_281, "differ": 0}
        assert found["streets_crossings_apart"].details["count"] == 1_206
        assert facts(walked) == (10_195, 15_495, 28, 3_322.36)
        assert set(walked.segment_crossings.tolist()) == {0.0, 0.5}

    def test_shenzhen_graph(self) -> None:
        lines, _ = read_lines(LayerSource(layer="streets", path=DATA / "shenzhen_futian" / "G.graphml"))
        assert len(lines) == 4_009
        streets, faults = build(lines, CRS.from_epsg(4547))
        found = {fault.code: fault for fault in faults}
        assert found["streets_not_walkable"].details == {"count": 33, "lines": 4_009, "classes": "motorway_link 33"}
        assert facts(streets) == (1_662, 2_483, 2, 223.026)
        check_fast(streets)

    def test_helsinki_extract(self) -> None:
        lines, faults = read_lines(LayerSource(layer="streets", path=DATA / "helsinki" / "Helsinki.osm.pbf"))
        assert [fault.code for fault in faults] == ["streets_missing_nodes"]
        streets, _ = build(lines, CRS.from_epsg(32635))
        assert streets.components == 26
        assert (streets.node_component == 0).mean() > 0.97
        check_fast(streets)

    def test_porto_alegre_with_heights_from_the_cache_too(self, tmp_path: Path) -> None:
        source = LayerSource(layer="streets", path=DATA / "porto_alegre" / "poa_osm.pbf")
        raster = DATA / "porto_alegre" / "poa_elevation.tif"
        crs_m = CRS.from_epsg(32722)
        flat, _ = build(read_lines(source)[0], crs_m)
        streets, faults = read_streets(source, crs_m, folder=tmp_path, elevation=raster)
        assert facts(streets) == facts(flat) == (17_843, 25_276, 50, 1_905.584)
        assert streets.segment_mm.max() <= 30_000
        assert streets.vertex_z_m is not None
        known = ~np.isnan(streets.vertex_z_m)
        assert 0.9 < known.mean() < 1
        assert streets.vertex_z_m[known].min() >= 0
        assert streets.vertex_z_m[known].max() < 260
        again, same_faults = read_streets(source, crs_m, folder=tmp_path, elevation=raster)
        assert same_faults == faults
        assert again.fingerprint == streets.fingerprint != flat.fingerprint
        for name, value in vars(streets).items():
            kept = getattr(again, name)
            assert (
                np.array_equal(kept, value, equal_nan=value.dtype.kind == "f")
                if isinstance(value, np.ndarray)
                else kept == value
            )


def check_fast(streets: Streets) -> None:
    """Hold the array-wide promises on a whole city."""
    start, last = streets.chain_start, streets.chain_start[1:] - 1
    assert (streets.vertex_x_m[start[:-1]] == streets.node_x_m[streets.chain_u]).all()
    assert (streets.vertex_y_m[last] == streets.node_y_m[streets.chain_v]).all()
    assert (streets.node_component[streets.chain_u] == streets.node_component[streets.chain_v]).all()
    sizes = np.bincount(streets.node_component)
    assert (np.diff(sizes) <= 0).all()
    loops = streets.chain_u == streets.chain_v
    degree = np.bincount(streets.chain_u, minlength=streets.nodes) + np.bincount(
        streets.chain_v, minlength=streets.nodes
    )
    assert set(np.flatnonzero(degree == 2)) <= set(streets.chain_u[loops].tolist())
    assert (np.diff(streets.arc_start) == degree).all()


def test_a_line_to_the_end_of_the_world_is_left_out_and_said() -> None:
    """One slip of the pen must not stretch the map; the two sound streets stay."""
    lines = [LineString([(0, 0), (100, 0)]), LineString([(100, 0), (200, 0)]), LineString([(0, 0), (6e6, 6e6)])]
    streets = from_lines(gpd.GeoDataFrame(geometry=lines, crs=4548))
    assert streets.length_km == 0.2
