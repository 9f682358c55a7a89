"""The log of what was made: one line for each file, readable by spreadsheets, and it grows."""

import datetime as dt
from hashlib import sha256
from pathlib import Path

from exhibits import made_log
from exhibits.products import TitleBlock
from tests.exhibits import handed

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_a_line_says_what_was_made_from_what(tmp_path: Path) -> None:
    outcome = handed.outcome()
    block = TitleBlock(unit="=规划院", made_on="2026-01-15")
    lines = made_log.entries(outcome, [("atlas.pdf", b"%PDF"), ("map.html", b"<p>")], block, "zh", NOON)
    made_log.write(tmp_path, lines)
    assert (tmp_path / made_log.FILE).read_bytes().startswith(b"\xef\xbb\xbf")
    found = made_log.read(tmp_path)
    assert [line["file"] for line in found] == ["atlas.pdf", "map.html"]
    first = found[0]
    assert first["made_at"] == "2026-01-15T12:00:00+08:00"
    assert first["bytes"] == "4"
    assert first["sha256"] == sha256(b"%PDF").hexdigest()
    assert first["fingerprint"] == outcome.fingerprint
    assert first["policy"] == "linyi-2025"
    assert first["limits_min"] == "5 10 15"
    assert first["suggested_sites"] == ""
    assert first["unit"] == "'=规划院"  # a spreadsheet would take it for a formula


def test_the_log_grows_and_a_broken_one_is_no_obstacle(tmp_path: Path) -> None:
    assert made_log.read(tmp_path) == []
    lines = made_log.entries(handed.sited(), [("report.xlsx", b"PK")], TitleBlock(), "en", NOON)
    assert lines[0]["suggested_sites"] == "3"
    made_log.write(tmp_path, lines)
    made_log.write(tmp_path, [*made_log.read(tmp_path), *lines])
    assert len(made_log.read(tmp_path)) == 2
    (tmp_path / made_log.FILE).write_bytes(b"\xff\xfe\x00")
    assert made_log.read(tmp_path) == []
