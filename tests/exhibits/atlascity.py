"""The demo city of 300 places with rules and three suggested sites, and the text of an atlas as a reader finds it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pypdf
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from pypdf.generic import DecodedStreamObject, NameObject

from exhibits.atlas import fonts
from exhibits.atlas.board import Board, Sheet, board_of
from exhibits.atlas.book import all_sheets
from exhibits.atlas.paper import Page
from exhibits.products import TitleBlock
from scenarios import Outcome, run
from scenarios.demo import write_demo

IMPRINT = TitleBlock(unit="栖澄市规划设计研究院", made_on="2026-01-15")
REFERENCE = Path(__file__).parent / "reference"
REFERENCE_SHEETS = ("05-1", "07", "11-06")
REFERENCE_DPI = 55


def demo(folder: Path, *, judged: bool = True) -> Path:
    """Write the demo city; judged by the rules of Linyi and with three sites to be sought, unless told otherwise."""
    study = write_demo(folder, places=300, seed=1)
    text = study.read_text(encoding="utf-8").split("[siting]")[0]
    text = re.sub(r"(?m)^(# )?policy", "policy" if judged else "# policy", text)
    asked = "\n[siting]\nsites = 3\ngoal = 'elders'\n" if judged else ""
    study.write_text(f"{text}{asked}", encoding="utf-8")
    return study


@dataclass(frozen=True)
class Book:
    """An atlas as read back: the text of each sheet by its number, spaces as one."""

    path: Path
    sheets: dict[str, str]
    reader: pypdf.PdfReader


def read_back(path: Path, sheets: list[Sheet]) -> Book:
    reader = pypdf.PdfReader(path)
    assert len(reader.pages) == len(sheets)
    texts = [re.sub(r"\s+", " ", text_of(page)) for page in reader.pages]
    return Book(path, {sheet.number: text for sheet, text in zip(sheets, texts, strict=True)}, reader)


def text_of(page: pypdf.PageObject) -> str:
    """Return the text of a page; its drawings are taken out first, for they take most of the time."""
    letters = re.findall(rb"\bq\s[^qQ]*?\bcm\s+BT\b.*?\bET\s+Q\b", page.get_contents().get_data(), re.DOTALL)
    stream = DecodedStreamObject()
    stream.set_data(b"\n".join(letters))
    page[NameObject("/Contents")] = stream
    return page.extract_text()


def board(outcome: Outcome, imprint: TitleBlock | None = None, lang: str = "zh") -> Board:
    return board_of(outcome, lang, imprint or TitleBlock())  # type: ignore[arg-type]  # zh or en


def drawn(board: Board, number: str) -> Page:
    """Draw one sheet; only inside ``settings``."""
    sheet = next(one for one in all_sheets(board) if one.number == number)
    return sheet.draw(board, sheet)


def settings() -> Any:
    return mpl.rc_context(fonts.settings())


def pixels(page: Page, dpi: float) -> np.ndarray:
    """Return the sheet as grey values, rows from the top."""
    page.figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(page.figure)
    canvas.draw()
    return np.asarray(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("L"), dtype=np.float64)


def renderer_of(page: Page) -> Any:
    """Return one renderer of 10 pixels to the millimetre for all texts of a sheet; each text would make its own."""
    page.figure.set_dpi(254)
    return FigureCanvasAgg(page.figure).get_renderer()


def write_references() -> None:
    """Remake the reference renders: ``python -m tests.exhibits.atlascity``; look at them before you keep them."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, settings():
        base = board(run(demo(Path(folder) / "city")))
        REFERENCE.mkdir(exist_ok=True)
        for number in REFERENCE_SHEETS:
            grey = pixels(drawn(base, number), REFERENCE_DPI).astype(np.uint8)
            Image.fromarray(grey).quantize(32).save(REFERENCE / f"{number}.png", optimize=True)


if __name__ == "__main__":
    write_references()
