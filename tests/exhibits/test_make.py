"""``python -m exhibits make``: exit statuses, and a folder that is written whole or not at all."""

from pathlib import Path

import pytest

from exhibits import made_log
from exhibits.__main__ import main, wanted, wanted_systems
from exhibits.folder import whole
from exhibits.products import PRODUCTS
from geodata.faults import InputError
from scenarios.command import BAD_INPUT, DONE, OUR_FAULT
from tests.exhibits.atlascity import demo


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("make") / "city", judged=False)


def fake(monkeypatch: pytest.MonkeyPatch, make: object) -> None:
    """Put a quick maker in the place of the atlas."""
    monkeypatch.setattr("exhibits.atlas.make", make)


def test_files_move_in_when_all_are_made(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {}

    def make(outcome: object, path: Path, lang: str, **more: object) -> None:
        asked.update(more, lang=lang, places=len(outcome.city.residential))  # type: ignore[attr-defined]  # an Outcome
        path.write_bytes(b"%PDF")

    fake(monkeypatch, make)
    out = study.parent / "out"
    words = ["make", str(study), "--out", str(out), "--only", "atlas.pdf", "--unit", "规划院", "--lang", "en"]
    assert main(words) == DONE
    assert sorted(path.name for path in out.iterdir()) == ["atlas.pdf", "made.csv"]
    logged = made_log.read(out)
    assert [(line["file"], line["bytes"], line["unit"]) for line in logged] == [("atlas.pdf", "4", "规划院")]
    assert main(words) == DONE
    assert len(made_log.read(out)) == 2
    assert asked["places"] == 300
    assert asked["lang"] == "en"
    assert asked["imprint"].unit == "规划院"
    assert asked["png_folder"] is None
    assert "atlas.pdf" in capsys.readouterr().out


def test_a_break_leaves_the_folder_as_it_was(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(outcome: object, path: Path, lang: str, **more: object) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("ink is out")

    fake(monkeypatch, make)
    out = study.parent / "kept"
    out.mkdir()
    (out / "atlas.pdf").write_text("yesterday")
    assert main(["make", str(study), "--out", str(out), "--only", "atlas.pdf"]) == OUR_FAULT
    assert (out / "atlas.pdf").read_text() == "yesterday"
    assert not list(study.parent.glob(".kept.*"))
    assert "ink is out" in capsys.readouterr().err


def test_faults_of_the_input_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make", str(tmp_path / "none.toml"), "--out", str(tmp_path / "out")]) == BAD_INPUT
    assert "none.toml" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(["make", "none.toml", "--out", str(tmp_path / "out"), "--only", "atlas.svg"]) == BAD_INPUT
    assert "atlas.pdf" in capsys.readouterr().err


def test_systems_are_handed_on_and_bad_ones_refused(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def make(outcome: object, path: Path, lang: str, systems: object) -> None:
        asked.append(systems)
        path.write_bytes(b"SQLite")

    monkeypatch.setattr("exhibits.gis.make", make)
    words = ["make", str(study), "--out", str(study.parent / "gis"), "--only", "layers.gpkg"]
    assert main(words) == DONE
    assert main([*words, "--systems", "gcj02, study,gcj02"]) == DONE
    assert asked == [("study",), ("study", "gcj02")]
    capsys.readouterr()
    for bad in ("bd09", "wgs84,nad27", ""):
        assert main([*words, "--systems", bad]) == BAD_INPUT
        assert "study, wgs84, gcj02" in capsys.readouterr().err
    assert wanted_systems("WGS84") == ("wgs84",)


def test_products_stand_in_their_order() -> None:
    assert wanted("")[0] == "atlas.pdf"
    assert set(wanted("")) <= set(PRODUCTS)
    assert wanted(" atlas.pdf ,") == ["atlas.pdf"]
    with pytest.raises(InputError):
        wanted("atlas")


def test_a_folder_of_pictures_replaces_the_old_one(tmp_path: Path) -> None:
    old = tmp_path / "out" / "atlas"
    old.mkdir(parents=True)
    (old / "99.png").write_text("old")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with whole(tmp_path / "out") as unfinished:
        (unfinished / "atlas").mkdir()
        (unfinished / "atlas" / "01.png").write_text("new")
    assert [path.name for path in old.iterdir()] == ["01.png"]
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError), whole(tmp_path / "out" / "deeper"):
        pass
