"""The cells of a raw table to the columns of the schema: every repair and every doubt is listed with its row."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geodata.faults import Fault, Severity
from geodata.reading.aliases import aliases, dimension, folded, plain
from geodata.reading.cell_faults import CellFaults
from geodata.reading.columns import Matched, missing_column
from geodata.reading.dates import read_dates
from geodata.reading.numbers import is_missing, missing_words, read_flags, read_numbers, text_of
from geodata.reading.raw_table import RawTable
from geodata.schema import COLUMNS, Column
from geodata.words.numbers import grouped

WHOLE_TOLERANCE = 1e-6  # of floating point, where a share or a unit was multiplied
WORDS = {  # else the name of the column
    ("facilities", "kind"): "facility_kind",
    ("medical", "kind"): "medical_kind",
    ("background", "kind"): "background_kind",
}
NONE_IS_A_WORD = frozenset({"medical_mode"})  # 无 says something here
REFERENCES = frozenset({"place_id", "parent", "serves"})  # columns that hold ids of another row

NAMES = frozenset({"name", "street", "community"})  # words of a place: a space inside only fills the cell
BY_NAME = frozenset({"facilities", "medical"})  # the name of a place to go to mostly ends with what it is

_SPACED = re.compile(r"(?<=[\u4e00-\u9fff（）]) (?=[\u4e00-\u9fff（）])")
_REMARK = re.compile(r"[(（【\[].*?[)）\]】]")
_LIST = re.compile(r"[;,、，；|\n]+")


def read_attributes(raw: RawTable, matched: Matched, layer: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Read every schema column of ``layer``, in the schema's order and on the plain index of ``raw``."""
    faults: list[Fault] = []
    found = CellFaults(raw, layer, faults)
    table: dict[str, pd.Series] = {}
    for column in COLUMNS[layer]:
        header = matched.headers.get(column.name)
        if header is None:
            table[column.name] = empty(column, raw.frame.index)
            if column.name == "kind" and layer in BY_NAME and "name" in matched.headers:
                table[column.name] = _kinds_by_name(raw, column, matched, found)
            elif column.required and column.name not in {"id", "name"} and not _level_by_name(column, matched):
                sure = column.name in {"kind", "place_id", "level"}
                severity, code = (Severity.ERROR, "column_needed") if sure else (Severity.DOUBT, "column_absent")
                faults.append(missing_column(layer, column, list(raw.frame.columns), severity, code))
            continue
        cells = raw.frame[header]
        if column.kind in {"number", "count"}:
            table[column.name] = _numbers(cells, column, matched, found)
        elif column.kind == "flag":
            table[column.name] = _flags(cells, column, header, found)
        elif column.kind == "date":
            table[column.name] = _dates(cells, header, found)
        elif column.kind == "choice":
            table[column.name] = _choices(cells, column, header, found, _names(raw, matched))
        elif column.kind == "list":
            table[column.name] = pd.Series(
                [_list(cell) for cell in _references(cells.astype(object), column)], index=cells.index, dtype=object
            )
        else:
            texts = read_text(cells, keep_none=column.name in NONE_IS_A_WORD)
            if column.name in NAMES:
                spaced = texts.str.contains(_SPACED).fillna(value=False).to_numpy(dtype=bool)
                texts = texts.str.replace(_SPACED, "", regex=True)
                found.add("name_spaced", Severity.REPAIR, spaced, header, read=texts.to_numpy(dtype=object))
            table[column.name] = _references(texts, column)
    return pd.DataFrame(table, index=raw.frame.index), faults


def empty(column: Column, index: pd.Index) -> pd.Series:
    """Return a column of missing values of the right type."""
    types = {"count": "Int64", "number": "float64", "flag": "boolean", "date": "datetime64[s]", "list": "object"}
    dtype = types.get(column.kind, "string")
    missing = {"float64": np.nan, "object": None, "datetime64[s]": pd.NaT}.get(dtype, pd.NA)
    return pd.Series([missing] * len(index), index=index, dtype=dtype)


def read_text(cells: pd.Series, *, keep_none: bool = False) -> pd.Series:
    """Read texts: spaces and line breaks as one space; words for "unknown" as missing.

    Parameters
    ----------
    keep_none
        无 is a word here, not a gap.
    """
    gone = is_missing(cells)
    read = [
        pd.NA if missing and not (keep_none and cell == "无") else text_of(cell)
        for cell, missing in zip(cells.astype(object), gone, strict=True)
    ]
    return pd.Series(read, index=cells.index, dtype="string")


def without_point_zero(ids: pd.Series) -> tuple[pd.Series, str]:
    """Take ".0" from ids that all end in it (12.0 where another file says 12); return one of them as it stood, or "".

    Programs write a column of whole numbers so when one of its cells is blank.
    """
    known = [cell for cell in ids.dropna() if cell != ""]
    if not known or not all(isinstance(cell, str) and re.fullmatch(r"\d+\.0", cell) for cell in known):
        return ids, ""
    return ids.map(lambda cell: cell.removesuffix(".0"), na_action="ignore"), str(known[0])


def _references(texts: pd.Series, column: Column) -> pd.Series:
    """Return a column as given, but ids of another layer without the ".0" that all of them end in."""
    return without_point_zero(texts)[0] if column.name in REFERENCES else texts


def _list(cell: object) -> tuple[str, ...] | None:
    """Return the words of a list; 无 is an empty one, nothing known is None."""
    if isinstance(cell, list | tuple | np.ndarray):
        return tuple(text for text in (text_of(item) for item in cell) if text)
    if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124 - NaN differs from itself
        return None
    word = folded(cell)
    if word in {"无", "没有", "none"}:
        return ()
    if word in missing_words():
        return None
    return tuple(dict.fromkeys(text for text in (text_of(part) for part in _LIST.split(text_or_digits(cell))) if text))


def text_or_digits(cell: object) -> str:
    """Return a cell as text with its line breaks kept; a whole number without its point."""
    return cell if isinstance(cell, str) else text_of(cell)


def _numbers(cells: pd.Series, column: Column, matched: Matched, found: CellFaults) -> pd.Series:
    header = matched.headers[column.name]
    read = read_numbers(cells, dimension(column.name), matched.factors.get(column.name, 1.0))
    values = read.numbers.copy()
    found.add("value_unreadable", Severity.DOUBT, read.unreadable, header, {"name": column.name})
    found.add("none_word", Severity.NOTE, read.none_words, header)
    negative, absurd = values < 0, values > (np.inf if column.most is None else column.most)
    found.add("value_negative", Severity.DOUBT, negative, header)
    found.add("value_absurd", Severity.DOUBT, absurd, header, {"most": grouped(column.most or 0)})
    values[negative | absurd] = np.nan
    found.add("value_repaired", Severity.REPAIR, read.repaired & ~np.isnan(values), header, read=values)
    if column.kind == "number":
        return pd.Series(values, index=cells.index, dtype="float64")
    whole = np.floor(values + 0.5)
    found.add(
        "count_rounded", Severity.REPAIR, np.abs(whole - values) > WHOLE_TOLERANCE * np.maximum(1.0, values), header
    )
    return pd.Series(pd.array(whole, dtype="Float64"), index=cells.index).astype("Int64")


def _flags(cells: pd.Series, column: Column, header: str, found: CellFaults) -> pd.Series:
    read, unreadable = read_flags(cells, ("flag", "urban") if column.name == "urban" else ("flag",))
    found.add("flag_unreadable", Severity.DOUBT, unreadable, header)
    return read


def _dates(cells: pd.Series, header: str, found: CellFaults) -> pd.Series:
    read = read_dates(cells)
    days = pd.Series(read.days, index=cells.index)
    found.add("date_unreadable", Severity.DOUBT, read.unreadable, header)
    found.add("date_assumed", Severity.REPAIR, read.assumed, header, read=read.days.astype("datetime64[D]"))
    found.add("date_serial", Severity.REPAIR, read.repaired, header, read=read.days.astype("datetime64[D]"))
    return days


def _names(raw: RawTable, matched: Matched) -> list[str]:
    """Return the name of every row, empty where it has none."""
    if "name" not in matched.headers:
        return [""] * len(raw.rows)
    return [str(name) for name in read_text(raw.frame[matched.headers["name"]]).fillna("")]


def kind_by_name(name: str, table: Mapping[str, str]) -> str:
    """Return the kind that a name ends with, as in 幸福里社区日间照料中心（二期）, or nothing."""
    bare = plain(_REMARK.sub("", name)) or plain(name)
    words = [word for word in table if len(word) > 1 and table[word] != "other" and bare.endswith(word)]
    return table[max(words, key=len)] if words else ""


def _kinds_by_name(raw: RawTable, column: Column, matched: Matched, found: CellFaults) -> pd.Series:
    """Tell the kind of every row from its name, where the file has no column of kinds, and say so."""
    table = words_of(found.layer, column)
    kinds = [kind_by_name(name, table) for name in _names(raw, matched)]
    told = np.array([kind != "" for kind in kinds], dtype=bool)
    header = matched.headers["name"]
    if not told.any():
        found.faults.append(
            missing_column(found.layer, column, list(raw.frame.columns), Severity.ERROR, "column_needed")
        )
        return empty(column, raw.frame.index)
    details = {"told": int(told.sum()), "rows": len(told)}
    found.faults.append(
        Fault(code="kind_by_name", severity=Severity.DOUBT, layer=found.layer, column=header, details=details)
    )
    found.add("kind_not_in_name", Severity.DOUBT, ~told, header)
    return pd.Series([kind or "other" for kind in kinds], index=raw.frame.index, dtype="string")


def _choices(cells: pd.Series, column: Column, header: str, found: CellFaults, names: Sequence[str]) -> pd.Series:
    """Read words as the schema's choices; an unknown kind is "other", any other unknown word is missing.

    Parameters
    ----------
    names
        Of the rows: where no kind is given, the name may tell it.
    """
    table = words_of(found.layer, column)
    guesses = aliases()["words"].get(f"{column.name}_likely", {})
    likely = {plain(word): choice for choice, list_ in guesses.items() for word in list_}
    kinds = "other" in column.choices
    unknown, absent, named = (np.zeros(len(cells), dtype=bool) for _ in range(3))
    doubts = np.full(len(cells), "", dtype=object)
    read: list[object] = []
    gone = is_missing(cells)
    for place, cell in enumerate(cells.astype(object)):
        if gone[place]:
            by_name = kind_by_name(names[place], table) if column.name == "kind" and found.layer in BY_NAME else ""
            absent[place], named[place] = not by_name, bool(by_name)
            read.append(by_name or ("other" if kinds else pd.NA))
            continue
        choice, doubt = _choice(text_of(cell), table)
        if choice is None and (assumed := likely.get(plain(text_of(cell)))):
            choice, doubt = assumed, "assumed"
        if doubt == "against" and not kinds:  # 运营（已停业） is not sure to be open
            choice = None
        else:
            unknown[place] = choice is None
        doubts[place] = doubt
        read.append(choice or ("other" if kinds else pd.NA))
    known = "、".join(next(word for word, choice in table.items() if choice == name) for name in column.choices)
    found.add("kind_unknown" if kinds else "choice_unknown", Severity.DOUBT, unknown, header, {"known": known})
    words = {choice: word for word, choice in reversed(list(table.items()))}
    meant = np.array([words.get(str(choice), "") for choice in read], dtype=object)
    found.add("choice_remark", Severity.REPAIR, doubts == "remark", header)
    if kinds:
        found.add("choice_remark", Severity.DOUBT, doubts == "against", header)
    else:
        found.add("choice_remark_against", Severity.DOUBT, doubts == "against", header)
    found.add("choice_prefix", Severity.REPAIR, doubts == "prefix", header, read=meant)
    found.add("choice_assumed", Severity.DOUBT, doubts == "assumed", header, read=meant)
    found.add("kind_of_name", Severity.DOUBT, named, header, read=meant)
    if column.required:
        found.add("kind_missing" if kinds else "choice_missing", Severity.DOUBT, absent, header)
    return pd.Series(read, index=cells.index, dtype="string")


def _choice(text: str, table: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the choice that a text names, and what was left aside to find it: a remark, a prefix, or a remark against.

    A prefix is the name of a place (文东街道, 历下区) or a word that changes nothing (公办, 社区).
    """
    if choice := table.get(plain(text)):
        return choice, ""
    short = _REMARK.sub("", text)
    if short != text and (choice := _choice(short, table)[0]):
        said = plain("".join(_REMARK.findall(text)))
        against = any(
            len(word) > 1 and word in said and other not in {choice, "other"} for word, other in table.items()
        )
        return choice, "against" if against else "remark"
    bare = plain(text)
    changes_nothing = aliases()["words"]["prefix"]
    for word in sorted(table, key=len, reverse=True):
        if len(word) > 1 and bare.endswith(word) and table[word] != "other":
            before = bare.removesuffix(word)
            if before.endswith(tuple(changes_nothing["place"])):
                return table[word], "prefix"
            for prefix in changes_nothing["prefix"]:
                before = before.removesuffix(plain(prefix))
            if not before:
                return table[word], "prefix"
    return None, ""


def words_of(layer: str, column: Column) -> Mapping[str, str]:
    """Return which choice each word for ``column`` means, compared after ``plain``."""
    words = aliases()["words"][WORDS.get((layer, column.name), column.name)]
    table = {plain(word): choice for choice, list_ in words.items() for word in list_}
    return {**table, **{plain(choice): choice for choice in column.choices}}


def _level_by_name(column: Column, matched: Matched) -> bool:
    return column.name == "level" and "name" in matched.headers


def levels_by_name(names: pd.Series) -> pd.Series:
    """Read the level of each district from the end of its official name; <NA> where the name doesn't tell."""
    endings = sorted(
        ((ending, level) for level, words in aliases()["words"]["level_ending"].items() for ending in words),
        key=lambda pair: -len(pair[0]),
    )
    read = [
        next((level for ending, level in endings if len(name) > len(ending) and name.endswith(ending)), pd.NA)
        for name in names.fillna("").astype(str)
    ]
    return pd.Series(read, index=names.index, dtype="string")
