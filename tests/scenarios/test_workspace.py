"""Sessions and study files: nobody finds another's folder, nothing is changed in place, comments stay."""

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.faults import InputError
from geodata.study import LayerSource, read_study
from scenarios import recent, study_file, workspace

BASE = Path(__file__).parent.parent / "broken" / "base"
STUDY = """# 甲县
[study]
name = "甲"   # 名称
day = 2025-12-31

[layers.residential]   # 居住区
path = "residential.csv"
crs = "wgs84"

[layers.streets]
path = "streets.geojson"

[walking]
profile = "elder"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    for name in ("residential.csv", "streets.geojson"):
        (folder / name).write_bytes((BASE / name).read_bytes())
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder / "study.toml"


@pytest.fixture
def space(tmp_path: Path) -> Path:
    return workspace.make_space(tmp_path / "sessions", workspace.new_token())


def test_a_session_is_found_by_its_token_alone(tmp_path: Path) -> None:
    token = workspace.new_token()
    space = workspace.make_space(tmp_path, token)
    assert space == workspace.space_of(tmp_path, token)
    assert space.parent == tmp_path
    assert token not in str(space)  # who can list the folder can't open the session
    assert os.name == "nt" or space.stat().st_mode & 0o077 == 0
    assert len({workspace.new_token() for _ in range(100)}) == 100


@pytest.mark.parametrize("word", ["", "..", "../../etc", "0" * 31, "0" * 33, "G" * 32, "0" * 31 + "\n", "０" * 32])
def test_only_a_token_names_a_session(tmp_path: Path, word: str) -> None:
    assert not workspace.is_token(word)
    with pytest.raises(ValueError, match="not a session"):
        workspace.space_of(tmp_path, word)


def test_old_sessions_are_removed_and_one_that_is_visited_stays(tmp_path: Path) -> None:
    old, kept = (workspace.make_space(tmp_path, workspace.new_token()) for _ in range(2))
    for space in (old, kept):
        workspace.remember(space, workspace.State("x"))
        os.utime(space / workspace.STATE, (1000.0, 1000.0))
    workspace.touch(kept)
    assert workspace.remove_old(tmp_path, 1000.0 + workspace.KEPT_S) == 0  # to the second: stays
    assert workspace.remove_old(tmp_path, 1001.0 + workspace.KEPT_S) == 1
    assert not old.exists()
    assert kept.exists()


def test_what_a_session_remembers_survives_and_damage_is_forgotten(space: Path, study: Path) -> None:
    state = workspace.opened(workspace.State(), study)
    workspace.remember(space, state)
    assert workspace.state_of(space) == state
    (space / workspace.STATE).write_text('{"opened": 1, "saved": 3}', encoding="utf-8")
    assert workspace.state_of(space) == workspace.State()
    (space / workspace.STATE).write_bytes(b"\xff")
    assert workspace.state_of(space) == workspace.State()


def test_opening_again_does_not_call_unsaved_work_saved(space: Path, study: Path) -> None:
    first = workspace.opened(workspace.State(), study, "")
    between = workspace.opened(first, space / "other.toml", "a")
    again = workspace.opened(between, study)
    assert again.saved[str(study)] == ""
    assert list(again.saved) == [str(study), str(space / "other.toml")]
    assert workspace.opened(again, study, study_file.digest(study)).saved[str(study)] == study_file.digest(study)


def test_a_copy_reads_as_the_original_and_leaves_it_alone(space: Path, study: Path) -> None:
    before = study.read_bytes()
    copy = workspace.own_copy(space, study)
    assert workspace.owns(space, copy)
    assert not workspace.owns(space, study)
    read, original = read_study(copy), read_study(study)
    assert {name: layer.path for name, layer in read.layers.items()} == {
        name: layer.path.resolve() for name, layer in original.layers.items()
    }
    assert read.walking == original.walking
    study_file.set_layer(copy, replace(read.layers["residential"], crs="gcj02"))
    assert study.read_bytes() == before
    text = copy.read_text(encoding="utf-8")
    assert "# 名称" in text
    assert "# 居住区" in text
    assert 'profile = "elder"' in text


def test_a_layer_is_written_as_it_is_read_back(space: Path) -> None:
    study = workspace.new_study(space, "乙", "linyi-2025", dt.date(2025, 12, 31))
    table = study.parent / "data" / "小 区.xlsx"
    source = LayerSource(
        layer="residential",
        path=table,
        crs="EPSG:4548",
        columns={"households": '总户数"（户）\n', "name": "= 名'"},
        sheet="汇总 #1",
        encoding="gb18030",
        swapped=True,
    )
    for layer in (source, LayerSource(layer="streets", path=study.parent / "a.shp")):
        layer.path.parent.mkdir(exist_ok=True)
        layer.path.write_text("")
        study_file.set_layer(study, layer)
    assert read_study(study).layers["residential"] == source
    assert study_file.head_of(study).layers["residential"] == source
    assert 'path = "data/小 区.xlsx"' in study.read_text(encoding="utf-8")  # relative, with slashes
    plain = LayerSource(layer="residential", path=table)
    study_file.set_layer(study, plain)  # what was settled before is gone
    assert read_study(study).layers["residential"] == plain
    study_file.remove_layer(study, "residential")
    assert set(study_file.head_of(study).layers) == {"streets"}


def test_the_head_is_changed_and_a_name_is_needed(space: Path) -> None:
    study = workspace.new_study(space, " 乙\u202e\n县 ", "linyi-2025", dt.date(2025, 12, 31))
    head = study_file.head_of(study)
    assert (head.name, head.policy, head.day, head.layers) == ("乙 县", "linyi-2025", dt.date(2025, 12, 31), {})
    study_file.set_head(study, "丙", "", None)
    head = study_file.head_of(study)
    assert (head.name, head.policy, head.day) == ("丙", "", None)
    with pytest.raises(InputError, match="起一个名称"):
        workspace.new_study(space, "\u200b \t", "", None)


@pytest.mark.parametrize("text", ["[study", "x = " + "[" * 5000, "x = " + "1" * 1_000_001])
def test_a_damaged_study_file_is_refused(tmp_path: Path, text: str) -> None:
    study = tmp_path / "study.toml"
    study.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        study_file.head_of(study)
    assert [fault.code for fault in caught.value.faults] == ["study_not_toml"]
    assert study_file.digest(study)


@pytest.mark.parametrize(
    "text", ["layers = 3\n", '[layers]\nresidential = "x"\n', "study = 1\n", "[layers.odd]\npath = 'x'"]
)
def test_what_is_no_layer_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    study = tmp_path / "study.toml"
    study.write_text(text, encoding="utf-8")
    assert study_file.head_of(study).layers == {}
    study_file.set_head(study, "丁", "", None)
    source = LayerSource(layer="residential", path=tmp_path / "a.csv")
    study_file.set_layer(study, source)
    assert study_file.head_of(study).layers == {"residential": source}
    study_file.remove_layer(study, "residential")
    assert (study_file.head_of(study).name, study_file.head_of(study).layers) == ("丁", {})


def test_streets_by_the_name_of_a_place_are_a_layer_without_a_file(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text('[layers.streets]\nplace = "Jinan"\n', encoding="utf-8")
    streets = study_file.head_of(study).layers["streets"]
    assert (streets.place, streets.path) == ("Jinan", Path())
    assert not list(study_file.files_of(streets.path))


def test_the_digest_changes_with_file_and_layers(study: Path) -> None:
    first = study_file.digest(study)
    assert study_file.digest(study) == first
    layer = study.parent / "residential.csv"
    layer.write_bytes(layer.read_bytes() + b"\n")
    second = study_file.digest(study)
    assert second != first
    study.write_text(STUDY.replace("elder", "frail"), encoding="utf-8")
    assert study_file.digest(study) not in {first, second}


def test_a_write_that_fails_leaves_the_file_and_no_rubbish(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(path.name for path in study.parent.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        study_file.write(study, b"half")
    assert study.read_text(encoding="utf-8") == STUDY
    assert sorted(path.name for path in study.parent.iterdir()) == before


def test_a_typed_path_finds_the_one_study(study: Path, tmp_path: Path) -> None:
    for text in (str(study), f'"{study.parent}"', f" {study.parent} "):
        assert workspace.study_in(text) == study.resolve()
    for text in ("", str(tmp_path / "nowhere"), "a" * 5000, "a\x00b", str(tmp_path)):
        with pytest.raises(InputError, match=r"study\.toml"):
            workspace.study_in(text)


def test_recent_studies_are_kept_in_order_and_dead_ones_go(tmp_path: Path, study: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("")
    folder = tmp_path / "config"
    for path in (study, other, study):
        recent.note(folder, path)
    assert recent.recent(folder) == (study.resolve(), other.resolve())
    other.unlink()
    assert recent.recent(folder) == (study.resolve(),)
    (folder / recent.FILE).write_text("[]", encoding="utf-8")
    assert recent.recent(folder) == ()


@given(st.text(max_size=60))
def test_any_name_makes_a_file_name(name: str) -> None:
    found = workspace.file_name(name)
    assert found
    assert not set(found) & set('<>:"|?*/\\\0')
    assert len(found.encode()) <= 200
    assert found not in {".", ".."}
