"""A hostile guest with project files, study files, logs and folders: refused in words, at once, and nothing read."""

import csv
import gzip
import io
import os
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS

from exhibits import made_log
from geodata.coordinates import tangles
from geodata.faults import InputError
from geodata.street import join
from geodata.street.build import read_streets
from geodata.study import LayerSource
from scenarios import project_file, workspace
from scenarios.__main__ import main
from scenarios.batch import jobs_in
from scenarios.project_file import is_inside, pack, unpack
from scenarios.scenario import is_scenario, read_scenario
from scenarios.study_file import MOST_STUDY_BYTES, digest, files_of, own_policy, read_document
from scenarios.together import alone, write_together

GOOD = '[study]\nname = "甲"\n[layers.residential]\npath = "a.csv"\n[layers.streets]\npath = "b.geojson"\n'
needs_posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and devices among its files")


def packed(study: str, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, data in (("study.toml", study.encode()), ("a.csv", b"x"), ("b.geojson", b"{}"), *members):
            package.writestr(name, data)
    out.seek(0)
    return out


def code_of(package: io.BytesIO, folder: Path) -> str:
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        unpack(package, "p.zip", folder)
    assert not list(folder.iterdir())
    assert str(folder) not in str(caught.value)  # where things lie is nobody's business
    return caught.value.faults[0].code


def named(study: str) -> str:
    return GOOD.replace('"甲"', f'"甲"\npolicy = "{study}"')


@pytest.mark.parametrize("policy", ["{}/own.toml/", "{}/own.toml/.", "../own.toml", "{}/own.TOML", "..\\\\own.toml"])
def test_rules_of_others_can_t_be_read_by_an_uploaded_project(tmp_path: Path, policy: str) -> None:
    (tmp_path / "own.toml").write_text('[profile]\nname = "secret"\n')
    assert code_of(packed(named(policy.format(tmp_path))), tmp_path / "t") == "project_unsafe"


@pytest.mark.parametrize(
    "text",
    [
        'layers.residential.path = "/etc/passwd"\n',
        'layers = { residential = { path = "/etc/passwd" } }\n',
        '["layers"."residential"]\n"p\\u0061th" = """\n/etc/passwd"""\n',
        '[layers.streets]\npath = "b.geojson"\n[study]\nname = "x"\n[layers.residential]\npath = "/etc/passwd"\n',
        '[layers.residential]\npath = ".cache/x/entry.json"\n',
        '[layers.residential]\npath = "con .csv"\n',
        '[layers.residential]\npath = "COM¹.csv"\n',
        '[layers.residential]\npath = "a\\u0000.csv"\n',
        '[layers.residential]\npath = "a\\u202Evsc.csv"\n',
    ],
)
def test_however_a_path_is_written_it_stays_inside(tmp_path: Path, text: str) -> None:
    assert code_of(packed(text), tmp_path / "t") == "project_unsafe"


def test_one_name_for_two_things(tmp_path: Path) -> None:
    itself = GOOD.replace("a.csv", "study.toml")
    within = GOOD.replace("b.geojson", "a.csv/b.geojson")
    assert code_of(packed(itself), tmp_path / "1") == "project_twice"
    assert code_of(packed(within, ("a.csv/b.geojson", b"{}")), tmp_path / "2") == "project_twice"
    accents = (("é.csv", b""), ("e\u0301.csv", b""))  # one file on a Mac
    assert code_of(packed(GOOD, *accents), tmp_path / "3") == "project_twice"


def test_lists_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_file, "MOST_ENTRIES", 100)
    monkeypatch.setattr(zipfile, "ZipFile", None)  # must not be asked
    list_of = io.BytesIO(b"PK\x01\x02" * 101)
    assert code_of(list_of, tmp_path / "t") == "project_too_many"


def test_packings_that_ask_for_memory_and_many_small_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(packed(GOOD, method=zipfile.ZIP_LZMA), tmp_path / "1") == "project_not"
    monkeypatch.setattr(project_file, "BOMB_BYTES", 300_000)
    bombs = [(f"{number}.csv", b"\x00" * 200_000) for number in range(5)]  # none is large, all are
    assert code_of(packed(GOOD, *bombs), tmp_path / "2") == "project_too_big"
    assert code_of(packed(GOOD + "#" * MOST_STUDY_BYTES), tmp_path / "3") == "study_not_toml"


def test_damage_of_any_kind_ends_in_words(tmp_path: Path) -> None:
    whole = packed(GOOD).getvalue()
    made = np.random.default_rng(5)
    for number in range(300):
        broken = bytearray(whole)
        for place in made.integers(0, len(whole), 4):
            broken[place] = made.integers(0, 256)
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            unpack(io.BytesIO(bytes(broken)), "p.zip", folder)
        except InputError:
            assert not list(folder.iterdir())
    assert not [path for path in tmp_path.iterdir() if not path.name.isdecimal()]


def test_a_folder_packed_by_hand_may_hold_what_the_tool_kept_there(tmp_path: Path) -> None:
    unpack(packed(GOOD, (".cache/x/entry.json", b"{}"), ("made.csv", b"")), "p.zip", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.geojson", "study.toml"]


def test_a_name_with_the_wide_space_goes_both_ways(tmp_path: Path) -> None:
    (tmp_path / "小区　表.csv").write_text("x")
    (tmp_path / "路:网.geojson").write_text("{}")  # Windows can't hold this one
    study = tmp_path / "study.toml"
    study.write_text(GOOD.replace("a.csv", "小区　表.csv").replace("b.geojson", "路:网.geojson"), encoding="utf-8")
    (tmp_path / "t").mkdir()
    unpack(io.BytesIO(pack(study)), "p.zip", tmp_path / "t")
    assert (tmp_path / "t" / "data" / "residential" / "小区　表.csv").is_file()
    assert (tmp_path / "t" / "data" / "streets" / "路_网.geojson").is_file()


@pytest.mark.parametrize(
    "text",
    [
        "a." * 90_000 + "a = 1",
        "x = " + "[" * 5000,
        "x = " + "[" * 40 + "]" * 40,
        "x = 0x" + "9" * 5000,
        "x = 9223372036854775808",
        "#" * (MOST_STUDY_BYTES + 1),
    ],
)
def test_toml_that_takes_minutes_or_can_t_be_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    began = time.process_time()
    for read in (read_document, read_scenario):
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.faults[0].code == "study_not_toml"
    assert not is_scenario(path)
    assert time.process_time() - began < 10


def test_limits_of_numbers_and_depth_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("x = 9223372036854775807\ny = " + "[" * 29 + "]" * 29)
    assert read_document(path)["x"] == 2**63 - 1


def test_policies_that_are_paths() -> None:
    found = {word: own_policy({"study": {"policy": word}}) for word in ("linyi-2025", "a.toml", "a.toml/", "b\\a.TOML")}
    assert [word for word, path in found.items() if path is None] == ["linyi-2025"]
    assert own_policy({"study": 1}) is None
    assert not is_inside("/".join(["d" * 200] * 6))


def test_layers_that_no_disk_can_hold_don_t_stop_a_page(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(GOOD.replace("a.csv", "a" * 5000))
    assert digest(study) == digest(study)
    assert not list(files_of(tmp_path / ("a" * 5000)))
    assert not list(files_of(tmp_path / "a\x00b"))
    assert workspace.owns(tmp_path, workspace.own_copy(tmp_path, study))


@needs_posix
def test_pipes_devices_and_loops_are_no_studies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "round").symlink_to(".")
    for name in ("pipe", "zero", "loop"):
        assert main(["run", str(tmp_path / f"{name}.toml"), "--out", str(tmp_path / "out")]) == 2
    out = tmp_path / "results" / "out"
    out.mkdir(parents=True)
    (out / "pipe").symlink_to("pipe")
    assert main(["batch", str(tmp_path), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert all(f"{name}.toml" in said for name in ("pipe", "zero", "loop"))


def test_results_of_a_batch_stay_in_their_folder(tmp_path: Path) -> None:
    for name in ("...toml", "..toml", "con.toml", ".toml"):
        try:
            (tmp_path / name).write_text("")
        except OSError:  # Windows
            continue
    for job in jobs_in(tmp_path, tmp_path / "out", "zh"):
        assert job.folder.parent == tmp_path / "out"
        assert job.folder.name not in {"", ".", "..", "con"}


@needs_posix
def test_two_runs_at_once_take_turns(tmp_path: Path) -> None:
    out, order = tmp_path / "out", []

    def second() -> None:
        write_together({"a": lambda path: path.write_text("2"), "b": lambda path: path.write_text("2")}, out)
        order.append("second")

    with alone(tmp_path):
        other = threading.Thread(target=second)
        other.start()
        other.join(0.5)
        assert other.is_alive()
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "out"]


def test_a_log_is_never_lost(tmp_path: Path) -> None:
    line = dict.fromkeys(made_log.COLUMNS, "临沂")
    path = tmp_path / made_log.FILE
    made_log.write(tmp_path, [line])
    path.write_bytes(path.read_bytes().decode("utf-8-sig").encode("gb18030"))  # saved again by a spreadsheet
    assert made_log.read(tmp_path) == [line]
    for content in (b"id,name\r\n1,2\r\n", b'"' + b"x" * (csv.field_size_limit() + 1)):
        path.write_bytes(content)
        assert made_log.read(tmp_path) == []
        with pytest.raises(FileExistsError):
            made_log.write(tmp_path, [line])
        assert path.read_bytes() == content


def test_outlines_too_tangled_to_mend_are_told_at_once() -> None:
    points = np.random.default_rng(1).random((3000, 2))
    began = time.process_time()
    shapes = np.array([shapely.polygons(points), shapely.box(0, 0, 1, 1)], dtype=object)
    assert tangles.tangled_among(shapes, np.array([True, False])).tolist() == [True, False]
    assert time.process_time() - began < 5
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert tangles.crossings_of(bow, 10) == 1
    star = shapely.Polygon([(0, 3), (2, -3), (-3, 1), (3, 1), (-2, -3)])  # five points, drawn in one go
    assert tangles.crossings_of(star, 10) == 5
    tiles = shapely.MultiPolygon([shapely.box(x, y, x + 1, y + 1) for x in range(20) for y in range(20)])
    assert tangles.crossings_of(tiles, 10) == 0  # side by side


def streets(path: Path) -> str:
    try:
        read_streets(LayerSource(layer="streets", path=path), CRS.from_epsg(4527), folder=path.parent)
    except InputError as error:
        return error.faults[0].code
    return "read"


def test_streets_of_a_hostile_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    osm = (
        '<osm version="0.6"><node id="1" lat="36" lon="117"/><node id="2" lat="36.01" lon="117"/><way id="1">'
        '<nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>'
    )
    cases = {
        "a.osm": (osm.encode(), "read"),
        "b.osm": (osm.replace('node id="1"', f'node id="{"9" * 20}"').encode(), "streets_unreadable"),
        "c.osm": (osm[:90].encode(), "streets_unreadable"),
        "d.osm.pbf": (b"\x7f\xff\xff\xff" * 20, "streets_unreadable"),
        "e.osm.gz": (gzip.compress(osm.encode())[:-20], "streets_unreadable"),
    }
    for name, (content, code) in cases.items():
        (tmp_path / name).write_bytes(content)
        assert streets(tmp_path / name) == code, name
    graph = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="c" for="graph" attr.name="crs"/>'
        '<key id="x" for="node" attr.name="x"/><key id="y" for="node" attr.name="y"/>'
        '<key id="h" for="edge" attr.name="highway"/><graph><data key="c">EPSG:4326</data>'
        '<node id="1"><data key="x">117</data><data key="y">36</data></node>'
        '<node id="2"><data key="x">117.01</data><data key="y">36</data></node>'
        f'<edge source="1" target="2"><data key="h">[{"-" * 50_000}1]</data></edge></graph></graphml>'
    )
    (tmp_path / "a.graphml").write_text(graph)
    assert streets(tmp_path / "a.graphml") == "read"
    monkeypatch.setattr(join, "MOST_CROSSINGS", 3)
    ways = "".join(f"[[117,{36 + at / 1e4}],[117.01,{36 + (at * 7 % 10) / 1e4}]]," for at in range(10))
    (tmp_path / "t.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        f'{{"type":"MultiLineString","coordinates":[{ways[:-1]}]}}}}]}}'
    )
    assert streets(tmp_path / "t.geojson") == "streets_tangled"
