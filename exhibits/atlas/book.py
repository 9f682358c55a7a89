"""Book: the sheets drawn one after the other into one PDF; no more than one sheet is ever held."""

import io
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from matplotlib.backends.backend_pdf import PdfPages

from exhibits.atlas import fonts
from exhibits.atlas.board import Board, Sheet, board_of
from exhibits.atlas.contents import contents
from exhibits.atlas.paper import Page
from exhibits.atlas.sheets import sheets
from exhibits.products import TitleBlock
from geodata.words import Lang
from scenarios.outcome import Outcome

Step = Callable[[int, int, str], None]  # called before each sheet: its place, how many there are, its title
PNG_DPI = 150
PREVIEW_DPI = 80


def _silent(number: int, of: int, title: str) -> None:
    """Take no notice."""


def make(
    outcome: Outcome,
    path: Path,
    lang: Lang = "zh",
    *,
    imprint: TitleBlock | None = None,
    png_folder: Path | None = None,
    progress: Step = _silent,
) -> None:
    """Write the atlas of an outcome as PDF, and every sheet as PNG too where a folder for them is given."""
    board = board_of(outcome, lang, imprint or TitleBlock())
    listed = all_sheets(board)
    about = {"Title": f"{outcome.city.study.name} {board.word('atlas')}", "CreationDate": None, "Producer": None}
    if png_folder is not None:
        png_folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as last:
        with fonts.settled():
            book = PdfPages(path, metadata=about)
        last.callback(_close, book)
        for number, one in enumerate(listed):
            progress(number, len(listed), one.title)
            with fonts.settled():
                page = one.draw(board, one)
                book.savefig(page.figure)  # type: ignore[no-untyped-call]
                if png_folder is not None:
                    page.figure.savefig(png_folder / f"{number + 1:02d}.png", dpi=PNG_DPI)
                page.figure.clear()


def preview(board: Board, sheet: Sheet, dpi: float = PREVIEW_DPI) -> bytes:
    """Return one sheet of ``all_sheets(board)`` as PNG."""
    out = io.BytesIO()
    with fonts.settled():
        page = sheet.draw(board, sheet)
        page.figure.savefig(out, format="png", dpi=dpi)
        page.figure.clear()
    return out.getvalue()


def _close(book: PdfPages) -> None:
    with fonts.settled():
        book.close()  # type: ignore[no-untyped-call]


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
