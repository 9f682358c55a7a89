"""Statement parts: what every section of the statement is written from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from exhibits.statement.draft import Draft
from exhibits.workbook.sheets import Sheets
from geodata.words import Lang, say
from planning.totals import counted
from scenarios.outcome import Outcome

if TYPE_CHECKING:
    from exhibits.statement.keymaps import KeyMap


@dataclass(eq=False)
class Parts:
    """One outcome, its tables, what draws its maps, and the sections that data are missing for."""

    outcome: Outcome
    lang: Lang
    sheets: Sheets
    draw: Callable[[str, str], "KeyMap"]
    mapped_groups: tuple[str, ...]
    shows_after: bool  # whether coverage with the suggested sites is known
    left_out: list[str] = field(default_factory=list)

    def map(self, draft: Draft, key: str, caption: str) -> None:
        """Put in a key map with its caption."""
        draft.figure(caption, self.draw(key, caption).png)

    def leave_out(self, section: str, why: str) -> None:
        """Note a section that can't be written."""
        self.left_out.append(
            say("st_left_section", self.lang, section=say(section, self.lang), why=say(why, self.lang))
        )


def known_sum(values: pd.Series, lang: Lang, unit: str = "", rows: str = "st_unknown_sites") -> str:
    """Print the sum of what is known with its unit, and how many rows are not; never a bare sum that hides a gap."""
    known, missing = values.dropna(), int(values.isna().sum())
    if missing and not len(known):
        return say("doc_unknown", lang)
    total = counted(float(known.astype("float64").sum()))
    if unit:
        total = say(unit, lang, n=total)
    return say("st_sum_unknown", lang, sum=total, unknown=say(rows, lang, n=counted(missing))) if missing else total
