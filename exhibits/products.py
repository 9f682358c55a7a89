"""Products: what is handed in, by file name, and the module that makes each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from geodata.words import Lang, say

if TYPE_CHECKING:
    from scenarios.outcome import Outcome

PRODUCTS: Mapping[str, str] = {  # file: the module that makes it by its ``make(outcome, path, lang)``
    "atlas.pdf": "exhibits.atlas",
    "report.xlsx": "exhibits.workbook",
    "statement.docx": "exhibits.statement",
    "map.html": "exhibits.onefile",
    "layers.gpkg": "exhibits.gis",
}
System = Literal["study", "wgs84", "gcj02"]  # coordinate systems of GIS files; study: the metres of the study
SYSTEMS: tuple[System, ...] = get_args(System)
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TitleBlock:
    """What the title block says of who made the sheets; blank where a hand is to fill it in."""

    prefix: str = ""  # stands before the number of every sheet
    unit: str = ""
    made_on: str = ""
    approval: str = ""  # 审图号; without one every sheet is stamped for internal use


def silent(_: str) -> None:
    """Take no notice."""


def make_one(
    outcome: "Outcome",
    folder: Path,
    name: str,
    lang: Lang = "zh",
    *,
    block: TitleBlock | None = None,
    png: bool = False,
    systems: Sequence[System] = SYSTEMS[:1],
    shown: Tell = silent,
) -> tuple[str, ...]:
    """Make one product in ``folder`` and return sentences on what was left out.

    ``shown`` is told of every sheet of the atlas; by raising it breaks the work off.
    """
    module = import_module(PRODUCTS[name])  # each product loads what it needs when it is made
    more: dict[str, Any] = {}
    if name == "layers.gpkg":
        more = {"systems": systems}
    if name == "atlas.pdf":

        def sheet(number: int, of: int, title: str) -> None:
            shown(say("make_sheet", lang, name=name, number=number + 1, of=of, title=title))

        more = {"imprint": block or TitleBlock(), "png_folder": folder / "atlas" if png else None, "progress": sheet}
    return tuple(module.make(outcome, folder / name, lang, **more) or ())
