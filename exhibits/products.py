"""Products: what is handed in, by file name, and the module that makes each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TitleBlock:
    """What the title block says of who made the sheets; blank where a hand is to fill it in."""

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
    shown: Tell = silent,
) -> tuple[str, ...]:
    """Make one product in ``folder`` and return sentences on what was left out; ``shown`` is told every sheet."""
    module = import_module(PRODUCTS[name])  # each product loads what it needs when it is made
    more: dict[str, Any] = {}
    if name == "atlas.pdf":
        from exhibits.atlas.furniture import Imprint  # noqa: PLC0415 - matplotlib is slow to import

        def sheet(number: int, of: int, title: str) -> None:
            shown(say("make_sheet", lang, name=name, number=number + 1, of=of, title=title))

        block = block or TitleBlock()
        more = {
            "imprint": Imprint(unit=block.unit, made_on=block.made_on, approval=block.approval),
            "png_folder": folder / "atlas" if png else None,
            "progress": sheet,
        }
    return tuple(module.make(outcome, folder / name, lang, **more) or ())
