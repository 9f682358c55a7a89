"""The shelf of scenarios: numbered files, no name twice, what is handed in is checked and belongs to this study."""

from dataclasses import replace
from pathlib import Path

import pytest

from geodata.faults import InputError
from scenarios import shelf
from scenarios.edits import ChangePolicy, CloseFacility
from scenarios.scenario import Scenario, scenario_text
from scenarios.study_file import MOST_STUDY_BYTES

STUDY = """[study]
name = "甲县"
policy = "gb-presets"

[layers.residential]
path = "a.csv"

[layers.streets]
path = "b.csv"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id\n1\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


def one(study: Path, name: str = "甲", **given: object) -> Scenario:
    return Scenario(name=name, base=str(study), **given)  # type: ignore[arg-type]


def test_nothing_lies_in_a_folder_that_is_not_there(folder: Path) -> None:
    assert shelf.paths(folder) == []
    assert shelf.read(folder) == ([], [])


def test_scenarios_are_numbered_and_no_name_stands_twice(folder: Path, study: Path, tmp_path: Path) -> None:
    names = [shelf.put(folder, one(study, name), study).name for name in ("甲", "甲", "乙", "甲")]
    assert names == ["甲", "甲 2", "乙", "甲 3"]
    other = tmp_path / "other.toml"
    other.write_text(STUDY, encoding="utf-8")
    assert shelf.put(folder, one(other), other).name == "甲"  # of another study
    assert [path.name for path in shelf.paths(folder)] == ["1.toml", "2.toml", "3.toml", "4.toml", "5.toml"]
    (folder / "notes.toml").write_text("", encoding="utf-8")  # is none
    found, faults = shelf.read(folder)
    assert not faults
    assert [each.name for each in shelf.of_study(found, study)] == names
    assert [each.name for each in shelf.of_study(found, other)] == ["甲"]


def test_ten_comes_after_nine_and_a_number_is_not_given_twice(folder: Path, study: Path) -> None:
    kept = [shelf.put(folder, one(study), study) for _ in range(10)]
    assert [path.stem for path in shelf.paths(folder)] == [str(n) for n in range(1, 11)]
    shelf.remove(folder, kept[3])
    assert shelf.put(folder, one(study), study).path.name == "11.toml"
    assert len(shelf.paths(folder)) == 10


def test_a_scenario_is_written_again_and_one_that_lies_elsewhere_is_not_removed(
    folder: Path, study: Path, tmp_path: Path
) -> None:
    kept = shelf.put(folder, one(study), study)
    shelf.keep(replace(kept, notes="改"))
    assert shelf.read(folder)[0][0].notes == "改"
    away = replace(kept, path=tmp_path / "1.toml")
    shelf.keep(away)
    shelf.remove(folder, away)
    assert away.path.is_file()
    shelf.remove(folder, kept)
    shelf.remove(folder, kept)  # again: nothing happens
    assert shelf.paths(folder) == []


def test_a_full_shelf_says_so(folder: Path, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 2)
    for _ in range(2):
        shelf.put(folder, one(study), study)
    with pytest.raises(InputError) as caught:
        shelf.put(folder, one(study), study)
    assert caught.value.faults[0].code == "shelf_full"
    assert "2 个" in caught.value.faults[0].message("zh")


def test_a_file_that_is_damaged_is_named_and_the_others_stay(folder: Path, study: Path) -> None:
    shelf.put(folder, one(study), study)
    (folder / "7.toml").write_text("[scenario\n", encoding="utf-8")
    found, faults = shelf.read(folder)
    assert len(found) == 1
    assert [fault.value for fault in faults] == ["7.toml"]


def test_what_goes_out_comes_back_whatever_study_it_names(folder: Path, study: Path) -> None:
    edits = (CloseFacility(facility="F1"), CloseFacility(facility="F2"))
    out = shelf.text_of(one(study, notes="[2028] 远期", edits=edits))
    assert f'base = "{study.name}"' in out.decode()
    elsewhere = out.replace(b'base = "study.toml"', b'base = "no/such/file.toml"')
    found = shelf.take(folder, elsewhere, "甲.toml", study)
    assert (found.name, found.notes, found.edits) == ("甲", "[2028] 远期", edits)
    assert found.base_path.resolve() == study.resolve()
    assert shelf.of_study(shelf.read(folder)[0], study) == [found]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "study_not_utf8"),
        (b"[scenario\n", "study_not_toml"),
        (b"edits = []\n", "scenario_base"),
        (b'[scenario]\nname = "x"\n[[edits]]\ndo = "fly"\n', "scenario_do"),
        (b"#" * (MOST_STUDY_BYTES + 1), "study_too_long"),
    ],
)
def test_what_is_no_scenario_is_refused_under_its_own_name(
    folder: Path, study: Path, content: bytes, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        shelf.take(folder, content, "坏/../file.toml", study)
    assert caught.value.faults[0].code == code
    assert not any("unread-" in fault.line("zh") for fault in caught.value.faults)
    assert not list(folder.glob("*")) if folder.exists() else True  # nothing is left behind


def test_rules_of_this_machine_are_not_read_for_strangers(folder: Path, study: Path) -> None:
    strange = scenario_text(one(study, edits=(ChangePolicy(policy="/etc/rules.toml"),))).encode()
    with pytest.raises(InputError) as caught:
        shelf.take(folder, strange, "x.toml", study)
    assert caught.value.faults[0].code == "rules_parent"
    own = scenario_text(one(study, edits=(ChangePolicy(policy="gb-presets"),))).encode()
    assert shelf.take(folder, own, "x.toml", study).edits == (ChangePolicy(policy="gb-presets"),)


def test_a_file_that_cannot_be_read_is_handed_on_as_it_is(study: Path) -> None:
    assert shelf.rebased(b"edits = []\n", study) == b"edits = []\n"
    assert shelf.rebased(b"\xff", study) == b"\xff"
