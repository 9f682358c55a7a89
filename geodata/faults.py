"""Faults and doubts in what the user gave us: where each lies, what it says, what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from geodata.words import Lang, say

MOST_SHOWN = 200  # letters of a value in a message


class Severity(StrEnum):
    """How much a fault matters; the order is that of the quality report."""

    ERROR = "error"  # the row, or the whole run, can't be used as it is
    DOUBT = "doubt"  # used as given, but somebody should look
    REPAIR = "repair"  # read after a repair that is listed here
    NOTE = "note"  # nothing wrong; said so that a reviewer can follow


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault or doubt: ``code`` names the message in ``*/words/*.toml``."""

    code: str
    severity: Severity = Severity.ERROR
    layer: str = ""
    row: int | None = None  # as the user counts: the line of a sheet (header = 1), or the n-th feature from 1
    column: str = ""  # as it is called in the user's file
    value: object = ""
    details: Mapping[str, object] = field(default_factory=dict)

    def message(self, lang: Lang = "zh") -> str:
        """Say what is wrong and what to do, in one or two sentences."""
        where = {"layer": self.layer, "row": self.row, "column": self.column, "value": self.shown()}
        return say(self.code, lang, **{**where, **self.details})

    def shown(self) -> str:
        """Return the value as text on one line: long ones cut short, what can't be seen left out."""
        try:
            missing = self.value is None or repr(self.value) in {"<NA>", "nan", "NaT"}  # of pandas, not needed here
            text = "" if missing else str(self.value)[: 2 * MOST_SHOWN]
        except (ValueError, RecursionError):  # a number of thousands of digits, a table in a table in a table
            text = "…"
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split(" "))
        return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"

    def line(self, lang: Lang = "zh") -> str:
        """Say it in full, with layer, row, column and value in front of the sentence."""
        names = (
            {"layer": "图层", "row": "行", "column": "列", "value": "值"}
            if lang == "zh"
            else {"layer": "layer", "row": "row", "column": "column", "value": "value"}
        )
        given = {
            "layer": self.layer,
            "row": "" if self.row is None else self.row,
            "column": self.column,
            "value": self.shown()[:80],
        }
        parts = [f"{names[key]} {value}" for key, value in given.items() if value != ""]
        head = ("，" if lang == "zh" else ", ").join(parts)
        sep = "：" if lang == "zh" else ": "
        return f"{head}{sep}{self.message(lang)}" if head else self.message(lang)


class InputError(ValueError):
    """The input is at fault: every fault found is carried, and nothing has been written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Carry ``faults``, at least one."""
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.line("zh") for fault in self.faults))


def fail(code: str, **given: object) -> InputError:
    """Return an InputError of one fault; layer, row, column and value by name, the rest as details."""
    places = {key: given.pop(key) for key in ("layer", "row", "column", "value") if key in given}
    return InputError([Fault(code=code, details=given, **places)])  # type: ignore[arg-type]  # keys are Fault's own
