"""Sheets: every table of the workbook in its order, and a sentence for each that data are missing for."""

from dataclasses import dataclass

from exhibits.classes import shown_groups
from exhibits.workbook import sheets_basis, sheets_districts, sheets_places, sheets_rules, sheets_sites
from exhibits.workbook.sheet import Table
from geodata.words import Lang, say
from scenarios.outcome import Outcome


@dataclass(frozen=True, eq=False)
class Sheets:
    """The tables there are, parameters first, and what was left out, each with its reason."""

    tables: tuple[Table, ...]
    left_out: tuple[str, ...]

    def table(self, key: str) -> Table | None:
        """Return a table by its key, or None where it was left out."""
        return next((table for table in self.tables if table.key == key), None)


def sheets(outcome: Outcome, lang: Lang) -> Sheets:
    """Return the tables of an outcome: 表8 with its two appendices around 表1 to 表7."""
    made = (
        ("places", "1", sheets_places.places(outcome, lang), ""),
        ("districts", "2", sheets_districts.districts(outcome, lang), "doc_why_districts"),
        ("facilities", "3", sheets_sites.facilities(outcome, lang), "doc_why_facilities"),
        ("coverage", "4", sheets_districts.coverage(outcome, lang), "doc_why_facilities"),
        ("ledger", "5", sheets_rules.ledger(outcome, lang), "doc_why_policy"),
        ("gaps", "5-2", sheets_places.gaps(outcome, lang) if shown_groups(outcome) else None, "doc_why_facilities"),
        ("sites", "6", sheets_sites.sites(outcome, lang), "doc_why_sites"),
        ("indicators", "7", sheets_rules.indicators(outcome, lang), "doc_why_policy"),
        ("sensitivity", "8-2", sheets_basis.sensitivity(outcome, lang), "doc_why_facilities"),
        ("quality", "8-3", sheets_basis.quality(outcome, lang), "doc_why_quality"),
    )
    left_out = tuple(
        say(
            "doc_left_table",
            lang,
            number=say("doc_number", lang, number=number),
            title=say(f"doc_title_{key}", lang),
            why=say(why, lang),
        )
        for key, number, table, why in made
        if table is None
    )
    found = [table for _, _, table, _ in made if table is not None]
    return Sheets((sheets_basis.basis(outcome, lang, left_out), *found), left_out)
