"""A careless or hostile guest at the command line: nothing half-written, nothing lost, in plain words."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from scenarios import tables
from scenarios.__main__ import main

LINKS = [] if os.name == "nt" else ["loop", "dangling"]  # Windows lets only administrators make them
BASE = Path(__file__).parent.parent / "broken" / "base"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "study")
    return tmp_path / "study" / "study.toml"


def run(study: Path | str, out: Path | str) -> int:
    return main(["run", str(study), "--out", str(out)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["a" * 300, "a" * 5000, "a\x00b", "file/x", *LINKS])
def test_an_output_folder_that_can_t_be_is_refused_in_words(study: Path, name: str, capsys) -> None:
    (study.parent / "file").write_text("")
    if LINKS:
        (study.parent / "loop").symlink_to("loop")
        (study.parent / "dangling").symlink_to("nowhere")
    assert run(study, study.parent / name) == 2
    said = capsys.readouterr().err
    assert "--out" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["a" * 5000, "no\x00pe.toml", "."])
def test_a_study_file_that_can_t_be(study: Path, name: str) -> None:
    assert run(study.parent / name, study.parent / "out") == 2


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("residential.csv", "a" * 5000 + ".csv", "layers.residential.path"),
        ("residential.csv", "pipe.csv", "layers.residential.path"),
        ("residential.csv", "endless.csv", "layers.residential.path"),
        ('crs = "wgs84"', 'swapped = "yes"', "layers.residential.swapped"),
        ('crs = "wgs84"', 'sheet = ["a"]', "layers.residential.sheet"),
        ("day = 2025-12-31", "day = " + "9" * 5000, "study.toml"),
        ("day = 2025-12-31", "x = " + "[" * 5000, "study.toml"),
    ],
)
def test_a_study_that_asks_for_what_can_t_be_read(study: Path, old: str, new: str, key: str, capsys) -> None:
    if LINKS:  # elsewhere there are no such files, which is refused likewise
        os.mkfifo(study.parent / "pipe.csv")
        (study.parent / "endless.csv").symlink_to("/dev/zero")
    study.write_text(study.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert run(study, study.parent / "out") == 2
    said = capsys.readouterr().err
    assert key in said
    assert "Traceback" not in said
    assert not (study.parent / "out").exists()


@pytest.mark.parametrize("layer", ["population_grid", "elevation", "streets"])
def test_no_layer_waits_for_a_pipe(study: Path, layer: str) -> None:
    if LINKS:
        os.mkfifo(study.parent / "pipe.tif")
    text = study.read_text(encoding="utf-8").replace(
        'path = "streets.geojson"', 'path = "pipe.tif"' * (layer == "streets")
    )
    study.write_text(
        text if layer == "streets" else f'{study.read_text(encoding="utf-8")}\n[layers.{layer}]\npath = "pipe.tif"\n',
        encoding="utf-8",
    )
    assert run(study, study.parent / "out") == 2


def test_an_input_is_never_written_over(study: Path, capsys) -> None:
    shutil.copy(study.parent / "facilities.csv", study.parent / "coverage.csv")
    text = study.read_text(encoding="utf-8").replace("facilities.csv", "coverage.csv")
    study.write_text(text, encoding="utf-8")
    before = contents(study.parent)
    assert run(study, study.parent) == 2
    assert "coverage.csv" in capsys.readouterr().err
    assert contents(study.parent) == before


def test_results_may_lie_beside_the_study(study: Path) -> None:
    before = contents(study.parent)
    assert run(study, study.parent) == 0
    assert {name: data for name, data in contents(study.parent).items() if name in before} == before


def test_a_folder_in_the_place_of_a_result_is_left_alone(study: Path) -> None:
    out = study.parent / "out"
    (out / "quality.csv").mkdir(parents=True)
    (out / "coverage.csv").write_text("old")
    assert run(study, out) == 2
    assert (out / "quality.csv").is_dir()
    assert contents(out) == {"coverage.csv": b"old"}


@pytest.mark.parametrize("broken", ["write_csv", "write_json", "write_layers"])
@pytest.mark.parametrize("why", [OSError(errno.ENOSPC, "no space"), KeyboardInterrupt(), MemoryError()])
def test_a_run_that_breaks_while_writing_leaves_nothing(
    study: Path, monkeypatch, broken: str, why: BaseException
) -> None:
    def breaks(*_: object) -> None:
        raise why

    monkeypatch.setattr(tables, broken, breaks)
    before = sorted(path.name for path in study.parent.iterdir())
    assert run(study, study.parent / "out") == (2 if isinstance(why, OSError) else 1)
    assert [name for name in sorted(path.name for path in study.parent.iterdir()) if name != ".cache"] == before


@pytest.mark.parametrize("at", range(1, 12))
@pytest.mark.parametrize("why", [PermissionError(errno.EACCES, "open in Excel"), KeyboardInterrupt()])
def test_results_are_all_of_one_run(study: Path, monkeypatch, capsys, at: int, why: BaseException) -> None:
    """The n-th file that is moved can't be: the folder holds the earlier run, whole."""
    out = study.parent / "out"
    assert run(study, out) == 0
    before = contents(out)
    study.write_text(f"{study.read_text(encoding='utf-8')}\n[walking]\nspeed_m_s = 0.5\n", encoding="utf-8")
    moves, real = [0], Path.replace

    def replace(self: Path, target: Path) -> Path:
        moves[0] += 1
        if moves[0] == at:
            raise why
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    status = run(study, out)
    monkeypatch.undo()
    if status == 0:
        assert moves[0] < at  # five files out, five in
        assert contents(out)["summary.json"] != before["summary.json"]
    else:
        assert status == (2 if isinstance(why, OSError) else 1)
        assert contents(out) == before
    assert not list(study.parent.glob(".unfinished-*"))


def test_tables_of_an_earlier_run_don_t_contradict_the_new_ones(study: Path) -> None:
    out = study.parent / "out"
    sound = study.read_text(encoding="utf-8")
    study.write_text(sound.replace("day =", 'policy = "linyi-2025"\nday ='), encoding="utf-8")
    assert run(study, out) == 0
    assert (out / "rules.csv").exists()
    (out / "notes.txt").write_text("mine")
    study.write_text(sound, encoding="utf-8")
    assert run(study, out) == 0
    assert not (out / "rules.csv").exists()  # judged by a policy that this run doesn't name
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("how", ["half", "nothing", "noise", "folder"])
def test_a_damaged_cache_is_made_again(study: Path, how: str) -> None:
    out = study.parent / "out"
    assert run(study, out) == 0
    before = contents(out)["coverage.csv"]
    kept = [path for path in (study.parent / ".cache").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        data = path.read_bytes()
        if how == "folder":
            path.unlink()
            path.mkdir()
        else:
            path.write_bytes(
                {"half": data[: len(data) // 2], "nothing": b"", "noise": bytes(255 - c for c in data)}[how]
            )
    assert run(study, out) == 0
    assert contents(out)["coverage.csv"] == before


def test_escape_codes_in_a_name_don_t_reach_the_terminal(study: Path, capsys) -> None:
    study.write_text(study.read_text(encoding="utf-8").replace("纸上小城", "\\u001b[2J\\u202e小城"), encoding="utf-8")
    assert run(study, study.parent / "out") == 0
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "\u202e" not in said.out
