"""Every broken file gives exit status 2, a message that says where and what to do, and leaves nothing behind."""

import shutil
import tomllib
from pathlib import Path

import pytest

from scenarios.__main__ import main

BROKEN = Path(__file__).parent / "broken"
CASES = tomllib.loads((BROKEN / "cases.toml").read_text(encoding="utf-8"))
LISTED = {path.name for path in BROKEN.iterdir() if path.is_file() and path.suffix != ".py"} - {"cases.toml"}


def study_with(folder: Path, case: str) -> Path:
    """Lay out the sound study with one file replaced by the broken one, as its name says."""
    for sound in (BROKEN / "base").iterdir():
        shutil.copy(sound, folder / sound.name)
    study = folder / "study.toml"
    layer = case.partition("_")[0]
    if layer == "study":
        shutil.copy(BROKEN / case, study)
        return study
    shutil.copy(BROKEN / case, folder / case)
    sound = tomllib.loads(study.read_text(encoding="utf-8"))["layers"]
    asks = {**sound, layer: {"path": case, **CASES[case].get("settings", {})}}
    text = '[study]\nname = "纸上小城"\nday = 2025-12-31\n'
    for name, table in asks.items():
        text += f"\n[layers.{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in table.items())
    study.write_text(text, encoding="utf-8")
    return study


def test_there_are_at_least_forty_and_each_is_listed() -> None:
    assert len(CASES) >= 40
    assert set(CASES) == LISTED


@pytest.mark.parametrize("case", sorted(CASES))
def test_broken_input_is_refused_in_plain_words(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = study_with(tmp_path, case)
    before = {path.name for path in tmp_path.iterdir()}
    status = main(["run", str(study), "--out", str(tmp_path / "result")])
    said = capsys.readouterr().err
    assert status == 2, said
    for words in CASES[case]["says"]:
        assert words in said
    assert "Traceback" not in said
    assert {path.name for path in tmp_path.iterdir()} - before <= {".cache"}


def test_the_sound_study_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it the broken ones could all fail for one reason that has nothing to do with them."""
    shutil.copytree(BROKEN / "base", tmp_path / "base")
    status = main(["run", str(tmp_path / "base" / "study.toml"), "--out", str(tmp_path / "result")])
    assert status == 0, capsys.readouterr().err
    assert (tmp_path / "result" / "coverage.csv").read_bytes().startswith(b"\xef\xbb\xbf")
