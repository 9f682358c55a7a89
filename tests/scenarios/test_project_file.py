"""Project files: what was packed opens elsewhere with the same numbers; what no honest project holds is refused."""

import io
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geodata.faults import InputError
from geodata.study import read_study
from scenarios import project_file
from scenarios.project_file import is_inside, pack, unpack

BASE = Path(__file__).parent.parent / "broken" / "base"
GOOD = '[study]\nname = "甲"\n[layers.residential]\npath = "a.csv"\n[layers.streets]\npath = "b.geojson"\n'
LINK = 0o120777 << 16


def packed(members: dict[str, bytes | str], **attributes: int) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = attributes.get(name.replace(".", "_"), 0o644 << 16)
            package.writestr(info, data)
    out.seek(0)
    return out


def refused(tmp_path: Path, package: io.BytesIO) -> str:
    folder = tmp_path / "target"
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        unpack(package, "p.zip", folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["target"]  # nothing beside it, nothing left in it
    return caught.value.faults[0].code


def test_a_project_opens_in_another_place(tmp_path: Path) -> None:
    given = tmp_path / "here"
    (given / "资料").mkdir(parents=True)
    gpd.GeoDataFrame({"名称": ["一"]}, geometry=[shapely.Point(117, 36)], crs=4326).to_file(
        given / "资料" / "医疗.shp", encoding="GBK"
    )
    shutil.copy(BASE / "residential.csv", given / "小区.csv")
    shutil.copy(BASE / "streets.geojson", given)
    (given / "rules.toml").write_text('[profile]\nid = "own"\nextends = "linyi-2025"\n', encoding="utf-8")
    (given / "secret.txt").write_text("not part of the study")
    study = given / "study.toml"
    study.write_text(
        '# 注\n[study]\nname = "甲"\npolicy = "rules.toml"\n'
        f'[layers.residential]\npath = "{(given / "小区.csv").as_posix()}"\n'
        '[layers.streets]\npath = "streets.geojson"\n[layers.medical]\npath = "资料/医疗.shp"\n',
        encoding="utf-8",
    )
    package = pack(study)
    assert package == pack(study)  # the same study, the same bytes
    there = tmp_path / "there"
    there.mkdir()
    shutil.move(given, tmp_path / "gone")  # no path may lead back
    found = read_study(unpack(io.BytesIO(package), "甲.zip", there))
    assert {name: layer.path.relative_to(there).as_posix() for name, layer in found.layers.items()} == {
        "residential": "data/residential/小区.csv",
        "streets": "data/streets/streets.geojson",
        "medical": "data/medical/医疗.shp",
    }
    parts = {path.suffix for path in (there / "data" / "medical").iterdir()}
    assert {".shp", ".shx", ".dbf", ".prj"} <= parts
    assert (there / found.policy).is_file()
    assert not list(there.rglob("secret.txt"))
    assert "# 注" in found.path.read_text(encoding="utf-8")


def test_a_folder_packed_by_hand_on_windows_opens(tmp_path: Path) -> None:
    text = GOOD.replace("a.csv", "资料\\\\a.csv")  # TOML's \\ is one backslash
    package = packed({"甲/study.toml": text, "甲/资料/a.csv": "x", "甲/b.geojson": "{}", "甲/成果.pdf": "not read"})
    study = unpack(package, "p.zip", tmp_path)
    assert read_study(study).layers["residential"].path == tmp_path / "资料" / "a.csv"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "b.geojson", "study.toml", "资料"]


@pytest.mark.parametrize(
    "name",
    [
        "../out.csv",
        "/etc/x.csv",
        "C:/x.csv",
        "a/../../x.csv",
        "a//b",
        "./x",
        "con.csv",
        "NUL",
        "x.",
        "x ",
        "a\nb",
        "x" * 241,
    ],
)
def test_names_that_lead_elsewhere_or_can_t_be(tmp_path: Path, name: str) -> None:
    assert not is_inside(name)
    assert refused(tmp_path, packed({"study.toml": GOOD, name: "x"})) == "project_unsafe"


@pytest.mark.parametrize(
    "path", ["../b.csv", "/etc/passwd", "C:\\\\Windows\\\\win.ini", "\\\\\\\\server\\\\share\\\\b.csv", "a/../../b"]
)
@pytest.mark.parametrize("key", ["a.csv", "policy"])
def test_a_study_that_points_outside_itself(tmp_path: Path, path: str, key: str) -> None:
    text = GOOD.replace("a.csv", path) if key == "a.csv" else GOOD.replace('"甲"', f'"甲"\npolicy = "{path}.toml"')
    assert refused(tmp_path, packed({"study.toml": text, "a.csv": "x", "b.geojson": "{}"})) == "project_unsafe"


def test_links_passwords_doubles_and_junk(tmp_path: Path) -> None:
    cases = {
        "project_link": packed({"study.toml": GOOD, "a.csv": "/etc/passwd"}, a_csv=LINK),
        "project_twice": packed({"study.toml": GOOD, "a.csv": "x", "A.CSV": "y"}),
        "project_no_study": packed({"a.csv": "x"}),
        "project_not": io.BytesIO(b"PK\x03\x04 nothing"),
        "study_not_toml": packed({"study.toml": "[study"}),
        "study_not_utf8": packed({"study.toml": "[study]\nname = '甲'".encode("gbk")}),
    }
    for code, package in cases.items():
        (tmp_path / code).mkdir()
        assert refused(tmp_path / code, package) == code


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    whole = bytearray(packed({"study.toml": GOOD}).getvalue())
    whole[whole.index(b"PK\x03\x04") + 6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    assert refused(tmp_path, io.BytesIO(bytes(whole))) == "zip_password"


def test_bombs_and_crowds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed({"study.toml": GOOD, **{f"{number}.csv": "" for number in range(project_file.MOST_MEMBERS)}})
    (tmp_path / "many").mkdir()
    assert refused(tmp_path / "many", many) == "project_too_many"
    monkeypatch.setattr(project_file, "BOMB_BYTES", 1000)
    bomb = packed({"study.toml": GOOD, "a.csv": b"\x00" * 10**6})  # packs a thousandfold
    (tmp_path / "bomb").mkdir()
    assert refused(tmp_path / "bomb", bomb) == "project_too_big"
    monkeypatch.setattr(project_file, "MOST_UNPACKED_BYTES", 100)
    (tmp_path / "size").mkdir()
    assert refused(tmp_path / "size", packed({"study.toml": GOOD, "a.csv": "x" * 101})) == "project_too_big"


def test_a_member_larger_than_it_says_is_stopped(tmp_path: Path) -> None:
    whole = bytearray(packed({"study.toml": GOOD, "a.csv": b"\x00" * 10**6, "b.geojson": "{}"}).getvalue())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = whole.index(mark, whole.index(mark) + 1)  # of a.csv
        whole[start + place : start + place + 4] = (10).to_bytes(4, "little")
    assert refused(tmp_path, io.BytesIO(bytes(whole))) == "project_not"  # the checksum of ten bytes is another


def test_a_missing_file_is_said_before_packing(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.csv"):
        pack(study)
