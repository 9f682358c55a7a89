"""The demo city of the atlas, its whole book drawn once, and the fonts."""

from collections.abc import Iterator

import pytest

from exhibits.atlas import make
from exhibits.atlas.book import all_sheets
from scenarios import Outcome, run
from tests.exhibits import atlascity
from tests.exhibits.atlascity import IMPRINT, Book


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run(atlascity.demo(tmp_path_factory.mktemp("atlas") / "city"))


@pytest.fixture(scope="session")
def book(outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The whole atlas, drawn once. Warnings are errors, so a missing glyph stops it here."""
    path = tmp_path_factory.mktemp("book") / "atlas.pdf"
    make(outcome, path, "zh", imprint=IMPRINT)
    return atlascity.read_back(path, all_sheets(atlascity.board(outcome)))


@pytest.fixture
def lettered() -> Iterator[None]:
    with atlascity.settings():
        yield
