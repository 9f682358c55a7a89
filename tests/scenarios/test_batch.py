"""Batch: one bad study stops no other, and the results are the same whoever computes them."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Self

import pandas as pd
import pytest

from geodata.faults import InputError
from scenarios import batch
from scenarios.__main__ import main
from tests.scenarios import papertown


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """甲 and 乙 are sound, 丙 lacks its streets, plan.toml is a scenario of 甲, other.toml is about something else."""
    found = tmp_path_factory.mktemp("towns")
    papertown.write(found / "a", name="甲")
    papertown.write(found / "b", name="乙", settings="[walking]\nspeed_m_s = 0.8\n")
    papertown.write(found / "c", name="丙")
    (found / "c" / "streets.gpkg").unlink()
    text = '[scenario]\nname = "关东站"\nbase = "a/study.toml"\n[[edits]]\ndo = "close"\nfacility = "F2"\n'
    (found / "plan.toml").write_text(text, encoding="utf-8")
    (found / "other.toml").write_text("[tool]\nline-length = 120\n", encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def serial(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("serial") / "out"
    assert main(["batch", str(folder), "--out", str(out)]) == 2
    return out


def files(out: Path) -> dict[str, bytes]:
    """All files but the GeoPackage, which carries the time of writing."""
    found = sorted(path for path in out.rglob("*") if path.is_file() and path.suffix != ".gpkg")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found}


def test_every_study_is_listed_and_the_good_ones_computed(serial: Path) -> None:
    lines = pd.read_csv(serial / "batch.csv").set_index("study")
    assert list(lines.index) == ["a/study.toml", "b/study.toml", "c/study.toml", "other.toml", "plan.toml"]
    assert list(lines["status"]) == ["done", "done", "bad_input", "not_a_study", "done"]
    assert "streets.gpkg" in lines["message"]["c/study.toml"]
    assert {path.name for path in serial.iterdir()} == {"a", "b", "plan", "batch.csv"}
    assert (serial / "plan" / "coverage.csv").is_file()
    # of 100 elders: 甲 all but P2's; 乙 walks 900 m in 1125 s, P1 and P4 stand at the door; without F2 only P1
    assert lines["elders_within"][["a/study.toml", "b/study.toml", "plan.toml"]].tolist() == [80, 50, 10]
    assert lines["elders_known"]["a/study.toml"] == 100
    assert lines["name"]["plan.toml"] == "甲 · 关东站"


def test_two_workers_give_the_same_bytes(folder: Path, serial: Path, tmp_path: Path) -> None:
    assert main(["batch", str(folder), "--out", str(tmp_path / "out"), "--workers", "2"]) == 2
    assert files(tmp_path / "out") == files(serial)


class Client:
    """Stands in for a cluster: computes at once, in this process."""

    asked: ClassVar[list[str]] = []

    def __init__(self, address: str, timeout: float) -> None:
        if "nowhere" in address:
            raise OSError(f"timed out after {timeout} s")
        self.asked.append(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.append("closed")

    def submit(self, work: Callable[..., Any], job: batch.Job, *, pure: bool) -> "Done":
        assert not pure
        assert job.path.is_absolute()
        return Done(work(job))


class Done:
    def __init__(self, line: batch.Line) -> None:
        self.line = line

    def result(self) -> batch.Line:
        return self.line


def test_a_cluster_gives_the_same_bytes(
    folder: Path, serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("distributed")
    module.Client = Client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "distributed", module)
    assert main(["batch", str(folder), "--out", str(tmp_path / "out"), "--scheduler", "tcp://hall:8786"]) == 2
    assert Client.asked == ["tcp://hall:8786", "closed"]
    assert files(tmp_path / "out") == files(serial)
    with pytest.raises(InputError, match="tcp://nowhere:1"):
        batch.run_folder(folder, tmp_path / "out", scheduler="tcp://nowhere:1")


def test_without_the_library_it_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["batch", str(folder), "--out", str(tmp_path / "out"), "--scheduler", "tcp://hall:8786"]) == 2
    assert "pip install distributed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_our_own_fault_is_a_line_and_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    papertown.write(tmp_path / "towns" / "a")
    (tmp_path / "towns" / "b.toml").write_text("[study", encoding="utf-8")

    def broken(_: object) -> None:
        raise ZeroDivisionError("dust")

    monkeypatch.setattr(batch, "evaluate", broken)
    assert main(["batch", str(tmp_path / "towns"), "--out", str(tmp_path / "out")]) == 1
    lines = pd.read_csv(tmp_path / "out" / "batch.csv").set_index("study")
    assert lines["status"].to_dict() == {"a/study.toml": "our_fault", "b.toml": "bad_input"}
    assert "ZeroDivisionError: dust" in lines["message"]["a/study.toml"]
    assert "程序出错 a/study.toml" in capsys.readouterr().err


def test_folders_of_results_never_meet(tmp_path: Path) -> None:
    for name in ("A", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "study.toml").touch()
    for name in ("a.toml", "b.toml", "b-2.toml", "batch.csv.toml"):
        (tmp_path / name).touch()
    jobs = batch.jobs_in(tmp_path, tmp_path.parent / "out", "zh")
    names = [job.folder.name for job in jobs]
    assert len({name.casefold() for name in names}) == len(jobs) == 6
    assert batch.TABLE not in names
    with pytest.raises(InputError, match="所在的文件夹"):
        batch.jobs_in(tmp_path, tmp_path, "zh")


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--workers", "0"], "1 至 61"), (["--workers", "62"], "1 至 61"), ([], "没有项目文件")],
)
def test_what_can_not_be_done_is_said(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch", str(tmp_path), "--out", str(tmp_path / "out"), *words]) == 2
    assert said in capsys.readouterr().err
    assert main(["batch", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
