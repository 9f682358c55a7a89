"""Drafts: what was not used yet is found again, and nothing else."""

from pathlib import Path

from geodata.study import LayerSource
from scenarios import drafts


def test_drafts_are_found_again_as_they_were(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    table = tmp_path / "data" / "residential-x" / "小区.xlsx"
    table.parent.mkdir(parents=True)
    table.write_bytes(b"x")
    given = {
        "residential": LayerSource(
            layer="residential", path=table, crs="gcj02", columns={"beds": "", "name": "名"}, sheet="一", swapped=True
        ),
        "streets": LayerSource(layer="streets", path=tmp_path / "gone.zip"),
    }
    assert drafts.kept(study) == {}
    drafts.keep(study, given)
    assert drafts.kept(study) == {"residential": given["residential"]}  # the other file is no longer there
    assert "residential-x/小区.xlsx" in (tmp_path / drafts.FILE).read_text(encoding="utf-8")
    drafts.keep(study, {})
    assert not (tmp_path / drafts.FILE).exists()


def test_a_damaged_file_of_drafts_is_none(tmp_path: Path) -> None:
    for text in ("", "{", "[]", '{"residential": 1, "other": {}}', '{"residential": {"columns": 3, "path": "x"}}'):
        (tmp_path / drafts.FILE).write_text(text, encoding="utf-8")
        assert drafts.kept(tmp_path / "study.toml") == {}
