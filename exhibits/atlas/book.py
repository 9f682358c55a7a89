"""Book: the sheets drawn one after the other into one PDF; no more than one sheet is ever held."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages

from exhibits.atlas import fonts
from exhibits.atlas.board import Board, Sheet, board_of
from exhibits.atlas.contents import contents
from exhibits.atlas.furniture import Imprint
from exhibits.atlas.paper import Page
from exhibits.atlas.sheets import sheets
from geodata.words import Lang
from scenarios.outcome import Outcome

Step = Callable[[int, int, str], None]  # called before each sheet: its place, how many there are, its title
PNG_DPI = 150


def _silent(number: int, of: int, title: str) -> None:
    """Take no notice."""


def make(
    outcome: Outcome,
    path: Path,
    lang: Lang = "zh",
    *,
    imprint: Imprint | None = None,
    png_folder: Path | None = None,
    progress: Step = _silent,
) -> None:
    """Write the atlas of an outcome as PDF, and every sheet as PNG too where a folder for them is given."""
    board = board_of(outcome, lang, imprint or Imprint())
    listed = all_sheets(board)
    about = {"Title": f"{outcome.city.study.name} {board.word('atlas')}", "CreationDate": None, "Producer": None}
    if png_folder is not None:
        png_folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(fonts.settings()), PdfPages(path, metadata=about) as book:
        for number, one in enumerate(listed):
            progress(number, len(listed), one.title)
            page = one.draw(board, one)
            book.savefig(page.figure)
            if png_folder is not None:
                page.figure.savefig(png_folder / f"{number + 1:02d}.png", dpi=PNG_DPI)
            page.figure.clear()


def all_sheets(board: Board) -> list[Sheet]:
    """Return every sheet of an atlas, the contents first."""
    listed, left_out = sheets(board)
    first = Sheet("00", board.word("title_contents"), partial(_contents, listed=listed, left_out=left_out))
    return [first, *listed]


def _contents(board: Board, sheet: Sheet, *, listed: list[Sheet], left_out: list[tuple[str, str]]) -> Page:
    return contents(board, sheet, listed, left_out, undrawable(board))


def undrawable(board: Board) -> str:
    """Return the characters of names in the data that no font of this machine has."""
    city = board.outcome.city
    names = [
        name
        for table in (city.residential, city.districts, board.outcome.sites, city.candidates)
        for name in table["name"].dropna()
    ]
    return fonts.undrawable("".join(dict.fromkeys("".join(str(name) for name in names))))
