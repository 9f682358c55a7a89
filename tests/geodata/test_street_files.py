"""Streets from files of every kind, whole and broken."""

import gzip
from pathlib import Path
from zipfile import ZipFile

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from pyproj import CRS
from shapely import LineString, Point

from geodata.faults import InputError
from geodata.street.build import build, read_streets
from geodata.street.files import download, read_lines
from geodata.street.lines import StreetLines
from geodata.street.walkable import Tags
from geodata.streets import Streets, Way
from geodata.study import LayerSource
from tests.realdata import DATA, needs_data

GK = CRS.from_epsg(4548)
LON, LAT = 117.0, 36.0  # about 90 m east and 111 m north per 0.001 degrees


def source(path: Path, **given: object) -> LayerSource:
    return LayerSource(layer="streets", path=path, **given)  # type: ignore[arg-type]


def code_of(path: Path, **given: object) -> str:
    with pytest.raises(InputError) as caught:
        read_lines(source(path, **given))
    assert caught.value.faults[0].layer == "streets"
    return caught.value.faults[0].code


def streets(path: Path, **given: object) -> Streets:
    return build(read_lines(source(path, **given))[0], GK)[0]


def osm(path: Path, nodes: dict[int, tuple[float, float]], ways: list[tuple[list[int], dict[str, str]]]) -> Path:
    parts = ['<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">']
    parts += [
        f'<node id="{n}" version="1" lon="{LON + x / 1000}" lat="{LAT + y / 1000}"/>' for n, (x, y) in nodes.items()
    ]
    for number, (refs, tags) in enumerate(ways, start=1):
        inside = "".join(f'<nd ref="{n}"/>' for n in refs) + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        parts.append(f'<way id="{number}" version="1">{inside}</way>')
    text = "\n".join([*parts, "</osm>"])
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


NODES = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (1, -1), 5: (1, 0), 6: (1, 1), 7: (3, 0)}


@pytest.mark.parametrize("name", ["town.osm", "town.osm.gz"])
def test_osm_joins_by_node_and_keeps_the_tags(tmp_path: Path, name: str) -> None:
    path = osm(
        tmp_path / name,
        NODES,
        [
            ([1, 2, 3], {"highway": "primary"}),
            ([4, 5, 6], {"highway": "footway", "bridge": "yes"}),  # over the road: node 5 lies where 2 lies
            ([3, 7], {"highway": "service", "access": "private"}),
            ([1, 4], {"building": "yes"}),
            ([1], {"highway": "footway"}),
        ],
    )
    lines, faults = read_lines(source(path))
    assert not faults
    assert len(lines) == 3
    assert lines.crs.to_epsg() == 4326
    assert [lines.tags[code].highway for code in lines.line_tags] == ["primary", "footway", "service"]
    assert lines.node is not None
    assert lines.node.tolist() == [1, 2, 3, 4, 5, 6, 3, 7]
    assert lines.x[:3] == pytest.approx([117.0, 117.001, 117.002])
    found = streets(path)
    assert (found.components, found.chains) == (2, 2)
    assert set(found.segment_way[found.segment_mm > 0].tolist()) == {
        Way.MAIN,
        Way.MINOR | Way.BRIDGE,
        Way.MINOR | Way.PRIVATE,
    }


def test_osm_ways_are_cut_where_nodes_are_missing(tmp_path: Path) -> None:
    path = osm(
        tmp_path / "clipped.osm",
        {n: NODES[n] for n in (1, 2, 3, 7)},
        [
            ([1, 2, 99, 3, 7], {"highway": "footway"}),
            ([98, 1], {"highway": "footway"}),
            ([1, 97, 2], {"highway": "path"}),
        ],
    )
    lines, faults = read_lines(source(path))
    assert lines.node is not None
    assert lines.node.tolist() == [1, 2, 3, 7]
    assert lines.line_row.tolist() == [1, 1]
    assert [(fault.code, fault.details) for fault in faults] == [("streets_missing_nodes", {"ways": 3, "nodes": 3})]


def test_osm_files_that_cannot_be_read(tmp_path: Path) -> None:
    for name, content in (
        ("a.osm", b"hello"),
        ("b.osm", b'<osm version="0.6"><node id="1" lat="1" lon='),
        ("c.osm.pbf", b"no pbf at all"),
        ("d.osm.pbf", b""),
        ("e.osm.gz", b"no gzip"),
    ):
        (tmp_path / name).write_bytes(content)
        assert code_of(tmp_path / name) == "streets_unreadable", name
    assert code_of(tmp_path / "missing.osm.pbf") == "file_missing"


def test_osm_without_any_way_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        streets(osm(tmp_path / "empty.osm", NODES, []))
    assert caught.value.faults[0].code == "streets_no_lines"


GRAPH = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d6" for="edge" attr.name="name" attr.type="string"/>
<key id="d5" for="edge" attr.name="geometry" attr.type="string"/>
<key id="d4" for="edge" attr.name="highway" attr.type="string"/>
<key id="d3" for="node" attr.name="highway" attr.type="string"/>
<key id="d2" for="node" attr.name="x" attr.type="string"/>
<key id="d1" for="node" attr.name="y" attr.type="string"/>
<key id="d0" for="graph" attr.name="crs" attr.type="string"/>
<graph edgedefault="directed"><data key="d0">epsg:4326</data>
<node id="10"><data key="d1">36.0</data><data key="d2">117.0</data></node>
<node id="20"><data key="d1">36.0</data><data key="d2">117.002</data><data key="d3">crossing</data></node>
<node id="30"><data key="d1">36.001</data><data key="d2">117.001</data></node>
<node id="40"><data key="d1">35.999</data><data key="d2">117.001</data></node>
<edge source="10" target="20"><data key="d4">residential</data>
  <data key="d5">LINESTRING (117.0 36.0, 117.001 36.0, 117.002 36.0)</data></edge>
<edge source="20" target="10"><data key="d4">residential</data>
  <data key="d5">LINESTRING (117.002 36.0, 117.001 36.0, 117.0 36.0)</data></edge>
<edge source="30" target="40"><data key="d4">['steps', 'footway']</data><data key="d6">过街天桥</data>
  <data key="d5">LINESTRING (117.001 35.999, 117.001 36.0, 117.001 36.001)</data></edge>
<edge source="20" target="30"><data key="d4">footway</data></edge>
</graph></graphml>"""


def graph(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = GRAPH
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "g.graphml"
    path.write_text(text, encoding="utf-8")
    return path


def test_graphml_lines_meet_at_its_nodes_only(tmp_path: Path) -> None:
    path = graph(tmp_path)
    lines, faults = read_lines(source(path))
    assert not faults
    assert np.diff(lines.line_start).tolist() == [3, 3, 3, 2]
    assert [lines.tags[code].highway for code in lines.line_tags] == [
        "residential",
        "residential",
        "steps;footway",
        "footway",
    ]
    # the third is drawn from target to source: it is turned round, so that it starts at node 30
    assert lines.y[6:9] == pytest.approx([36.001, 36.0, 35.999])
    built, found = build(lines, GK)
    assert {fault.code: fault for fault in found}["streets_twins"].details["count"] == 1
    # one chain 10 - 20 - 30 - 40, though two lines have a bend at the same place
    assert (built.nodes, built.chains) == (2, 1)
    assert built.length_km == pytest.approx(0.180 + 0.222 + 0.143, abs=0.003)


def test_graphml_in_another_crs(tmp_path: Path) -> None:
    plain = gpd.GeoSeries.from_xy([117.0, 117.002, 117.001, 117.001], [36.0, 36.0, 36.001, 35.999], crs=4326).to_crs(GK)
    text = graph(tmp_path).read_text(encoding="utf-8").replace("epsg:4326", "epsg:4548")
    for point, (x, y) in zip(
        plain, [("117.0", "36.0"), ("117.002", "36.0"), ("117.001", "36.001"), ("117.001", "35.999")], strict=True
    ):
        text = text.replace(
            f'<data key="d1">{y}</data><data key="d2">{x}</data>',
            f'<data key="d1">{point.y!r}</data><data key="d2">{point.x!r}</data>',
        )
    without = "\n".join(row for row in text.splitlines() if "LINESTRING" not in row).replace(
        "</data>\n<edge", "</data></edge>\n<edge"
    )
    (tmp_path / "m.graphml").write_text(without, encoding="utf-8")
    lines, _ = read_lines(source(tmp_path / "m.graphml"))
    assert lines.x[:2] == pytest.approx([117.0, 117.002], abs=1e-9)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('<data key="d0">epsg:4326</data>', ""), "streets_graphml"),
        (('<data key="d1">36.001</data>', ""), "streets_graphml"),
        (('target="40"', 'target="41"'), "streets_graphml"),
        (("epsg:4326", "epsg:1"), "streets_unreadable"),
        (("LINESTRING (117.001", "LINE (117.001"), "streets_unreadable"),
        (("36.001</data>", "north</data>"), "streets_unreadable"),
        (("</graph></graphml>", ""), "streets_unreadable"),
    ],
)
def test_broken_graphs(tmp_path: Path, change: tuple[str, str], code: str) -> None:
    assert code_of(graph(tmp_path, change)) == code


TOWN = [
    LineString([(117.0, 36.0), (117.002, 36.0)]),
    LineString([(117.001, 36.0), (117.001, 36.002)]),  # ends on the run of the first
    LineString([(117.002, 36.0), (117.003, 36.0)]),
]
COLUMNS = {"道路等级": ["主干路", "支路", "高速公路"], "walk_speed": [1.0, 0.5, None]}
SHORT = {"道路等级": "道路等"}  # a shapefile cuts headers to 10 bytes


def town(crs: str | int | None = 4326) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(COLUMNS, geometry=TOWN, crs=4326)
    return frame.to_crs(crs) if crs else frame


@pytest.mark.parametrize("name", ["town.gpkg", "town.geojson", "town.shp", "town.parquet"])
def test_line_layers(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".parquet"):
        town().to_parquet(path)
    else:
        town().rename(columns=SHORT if name.endswith(".shp") else {}).to_file(path, encoding="utf-8")
    lines, _ = read_lines(source(path))
    assert [lines.tags[code].highway for code in lines.line_tags] == COLUMNS["道路等级"]
    assert lines.line_speed.tolist() == [1.0, 0.5, 1.0]
    built, faults = build(lines, GK)
    assert (built.nodes, built.chains) == (4, 3)
    assert built.segment_crossings.sum() == 0.5
    assert "streets_touching" in {fault.code for fault in faults}


def test_zipped_shapefile_in_a_projected_crs(tmp_path: Path) -> None:
    town(4548).rename(columns=SHORT).to_file(tmp_path / "town.shp", encoding="utf-8")
    with ZipFile(tmp_path / "town.zip", "w") as archive:
        for part in tmp_path.glob("town.*"):
            if part.suffix != ".zip":
                archive.write(part, f"数据/{part.name}")
    lines, _ = read_lines(source(tmp_path / "town.zip"))
    assert lines.x[:2] == pytest.approx([117.0, 117.002], abs=1e-8)


def test_a_layer_without_crs_asks_for_one(tmp_path: Path) -> None:
    town().rename(columns=SHORT).to_file(tmp_path / "town.shp", encoding="utf-8")
    (tmp_path / "town.prj").unlink()
    assert code_of(tmp_path / "town.shp") == "streets_no_crs"
    lines, _ = read_lines(source(tmp_path / "town.shp", crs="wgs84"))
    assert lines.x[:2] == pytest.approx([117.0, 117.002])
    # what the user says counts more than the file: GCJ-02 lies about 0.006 degrees east of WGS84 here
    shifted, _ = read_lines(source(tmp_path / "town.shp", crs="gcj02"))
    assert 0.004 < (lines.x[0] - shifted.x[0]) < 0.008


def test_columns_named_by_hand(tmp_path: Path) -> None:
    frame = town().rename(columns={"道路等级": "等级码", "walk_speed": "系数"})
    frame.to_file(tmp_path / "town.gpkg")
    assert streets(tmp_path / "town.gpkg").segment_crossings.sum() == 0
    columns = {"highway": "等级码", "walk_speed": "系数"}
    assert streets(tmp_path / "town.gpkg", columns=columns).segment_crossings.sum() == 0.5
    assert code_of(tmp_path / "town.gpkg", columns={"highway": "级别"}) == "streets_column_missing"
    assert code_of(tmp_path / "town.gpkg", columns={"higway": "等级码"}) == "study_unknown_key"


def test_common_extracts_call_their_columns_otherwise(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"fclass": ["secondary_link", "steps", "track_grade2"], "bridge": ["F", "T", "F"], "tunnel": ["F", "F", "T"]},
        geometry=TOWN,
        crs=4326,
    )
    frame.to_file(tmp_path / "roads.shp")
    lines, _ = read_lines(source(tmp_path / "roads.shp"))
    assert lines.has_bridges
    built = build(lines, GK)[0]
    real = built.segment_mm > 0
    assert set(built.segment_way[real].tolist()) == {
        Way.MAIN,
        Way.STAIRS | Way.BRIDGE | Way.MINOR,
        Way.TUNNEL | Way.MINOR,
    }


def test_speeds_that_are_none(tmp_path: Path) -> None:
    town().assign(walk_speed=["1.2", "很慢", "0"]).to_file(tmp_path / "town.gpkg")
    lines, faults = read_lines(source(tmp_path / "town.gpkg"))
    assert lines.line_speed.tolist() == pytest.approx([1.2, 1.0, 1.0])
    bad = next(fault for fault in faults if fault.code == "streets_speed")
    assert (bad.row, bad.column, bad.value, bad.details["count"]) == (2, "walk_speed", "很慢", 2)


def test_layers_that_are_no_streets(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(117, 36)], crs=4326).to_file(tmp_path / "points.gpkg")
    lines, faults = read_lines(source(tmp_path / "points.gpkg"))
    assert len(lines) == 0
    assert "streets_not_lines" in {fault.code for fault in faults}
    with pytest.raises(InputError) as caught:
        build(lines, GK)
    assert caught.value.faults[0].code == "streets_no_lines"
    (tmp_path / "bad.gpkg").write_bytes(b"no database")
    with pytest.raises(InputError):
        read_lines(source(tmp_path / "bad.gpkg"))
    (tmp_path / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert code_of(tmp_path / "table.csv") == "streets_no_lines"


def test_download_without_internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import osmnx

    def offline(*_: object, **__: object) -> None:
        raise ConnectionError("no route to host")

    def unknown(*_: object, **__: object) -> None:
        raise TypeError("Nominatim did not geocode query")

    monkeypatch.setattr(osmnx, "graph_from_place", offline)
    with pytest.raises(InputError) as caught:
        read_lines(source(Path(), place="示范市"), tmp_path)
    assert caught.value.faults[0].code == "streets_offline"
    monkeypatch.setattr(osmnx, "graph_from_place", unknown)
    with pytest.raises(InputError) as caught:
        download("示范市", tmp_path)
    assert caught.value.faults[0].code == "streets_place_unknown"
    assert not list(tmp_path.iterdir())


def test_what_was_downloaded_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import osmnx

    before = osmnx.settings.use_cache, osmnx.settings.useful_tags_way
    asked: list[str] = []

    def fetch(place: str, **options: object) -> nx.MultiDiGraph:
        asked.append(place)
        assert options["custom_filter"] == '["highway"]'
        assert {"highway", "access", "foot"} <= set(osmnx.settings.useful_tags_way)
        made = nx.MultiDiGraph(crs="epsg:4326")
        for number, (x, y) in enumerate([(117.0, 36.0), (117.001, 36.0), (117.001, 36.001)]):
            made.add_node(number, x=x, y=y)
        made.add_edge(0, 1, osmid=1, highway="residential", access="private", length=90.0)
        made.add_edge(1, 2, osmid=2, highway="footway", length=111.0)
        return made

    monkeypatch.setattr(osmnx, "graph_from_place", fetch)
    built, _ = read_streets(source(Path(), place="示范市"), GK, folder=tmp_path)
    assert built.length_km == pytest.approx(0.201, abs=0.001)
    assert (built.segment_way & Way.PRIVATE).any()
    again, _ = read_streets(source(Path(), place="示范市"), GK, folder=tmp_path)
    assert asked == ["示范市"]
    assert again.fingerprint == built.fingerprint
    assert (osmnx.settings.use_cache, osmnx.settings.useful_tags_way) == before


def facts(lines: StreetLines) -> tuple[int, int]:
    return len(lines), len(lines.x)


class TestRealFiles:
    pytestmark = needs_data

    def test_counts(self) -> None:
        poa, faults = read_lines(source(DATA / "porto_alegre" / "poa_osm.pbf"))
        assert facts(poa) == (15_886, 65_530)
        assert not faults
        helsinki, faults = read_lines(source(DATA / "helsinki" / "Helsinki.osm.pbf"))
        assert facts(helsinki)[0] == 2_584
        assert faults[0].details == {"ways": 191, "nodes": 912}
        futian, _ = read_lines(source(DATA / "shenzhen_futian" / "G.graphml"))
        assert len(futian) == 4_009
        assert futian.node is not None
        ends = np.concatenate((futian.node[futian.line_start[:-1]], futian.node[futian.line_start[1:] - 1]))
        assert len(np.unique(ends)) == 1_751
        words = [futian.tags[code].highway for code in futian.line_tags]
        assert (words.count("residential"), words.count("footway"), words.count("steps")) == (890, 726, 42)

    def test_futian_is_as_long_as_its_own_lengths_say(self) -> None:
        lines, _ = read_lines(source(DATA / "shenzhen_futian" / "G.graphml"))
        plain, _ = build(lines, CRS.from_epsg(4547))
        assert 337 / 2 < plain.length_km < 337  # 337 km directed, partly drawn twice

    def test_jinan_without_prj_needs_a_crs(self) -> None:
        assert code_of(DATA / "jinan" / "edges.shp") == "streets_no_crs"

    def test_a_cut_extract(self, tmp_path: Path) -> None:
        whole = (DATA / "helsinki" / "Helsinki.osm.pbf").read_bytes()
        (tmp_path / "half.osm.pbf").write_bytes(whole[: len(whole) // 2])
        assert code_of(tmp_path / "half.osm.pbf") == "streets_unreadable"


def test_every_tag_is_asked_of_osm() -> None:
    assert Tags._fields[0] == "highway"
    assert {"access", "foot", "motorroad", "bridge", "tunnel"} < set(Tags._fields)
