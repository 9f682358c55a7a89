"""Rule reader: the tables of one rulebook file become rules, or a list of every fault in it."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from geodata.faults import Fault, InputError
from geodata.schema import DISTRICT_LEVELS, ESTATE_CLASSES
from geodata.study import nearest_key
from planning.rules.clauses import Document, Rule, RuleFile, Target
from planning.rules.measures import MAY_LACK_VALUE, MEASURES, OPTION_TYPES, RELATIONS, UNITS

KINDS = ("quota", "spatial", "count", "beds/staff", "siting", "default", "tracking", "info")
FORCES = ("binding", "expected", "encouraged")
CHECKS = ("", "K", "V1", "V2")
DOCUMENT_KEYS = ("title", "title_en", "number", "area", "area_en", "since", "until", "statutory")
RULE_KEYS = (
    "kind",
    "force",
    "scope",
    "section",
    "zh",
    "en",
    "note",
    "check",
    "since",
    "until",
    "due",
    "why",
    "targets",
)
CITED_KEYS = ("title", "title_en", "number")  # a preset that stands in another document than its file's
TARGET_KEYS = ("part", "measure", "relation", "value", "unit", "due")
EARLIEST = dt.date(1949, 10, 1)
WANTED = {
    "words": '["...", "..."]',
    "word": '"..."',
    "number": "100",
    "numbers": "[3, 6, 10]",
    "flag": "true / false",
    "date": "2025-12-31",
    "pairs": '[{ kinds = ["..."], partners = ["..."] }]',
}


class Reader:
    """Turns one file's tables into rules and gathers every fault on the way."""

    def __init__(self, name: str) -> None:
        """Read the file called ``name``."""
        self.name = name
        self.faults: list[Fault] = []

    def _wrong(self, key: str, value: object, wanted: str) -> None:
        details = {"wanted": wanted}
        self.faults.append(Fault(code="rules_value", layer=self.name, column=key, value=value, details=details))

    def _unknown(self, where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                details = {"nearest": nearest_key(key, known)}
                full = f"{where}.{key}" if where else key
                self.faults.append(
                    Fault(code="rules_unknown_key", layer=self.name, column=full, value=table[key], details=details)
                )

    def _text(self, table: Mapping[str, Any], where: str, key: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self._wrong(f"{where}.{key}", value, '"..."')
            return ""
        return value

    def _choice(self, table: Mapping[str, Any], where: str, key: str, known: tuple[str, ...], default: str = "") -> str:
        value = table.get(key, default)
        if value not in known:
            self._wrong(f"{where}.{key}", value, " / ".join(known))
            return known[0]
        return str(value)

    def _date(self, table: Mapping[str, Any], where: str, key: str, default: dt.date | None) -> dt.date | None:
        value = table.get(key, default)
        if value is not None and (isinstance(value, dt.datetime) or not isinstance(value, dt.date)):
            self._wrong(f"{where}.{key}", value, "2025-12-31")
            return default
        return value

    def _words(self, table: Mapping[str, Any], where: str, key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self._wrong(f"{where}.{key}", value, '["...", "..."]')
            return ()
        return tuple(value)

    def _table(self, raw: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = raw.get(key, {})
        if isinstance(value, dict):
            return value
        self._wrong(key, value, f"[{key}]")
        return {}

    def file(self, path: Path, raw: dict[str, Any]) -> RuleFile:
        """Return the whole file as rules and parameters, or raise InputError with every fault."""
        self._unknown("", raw, ("profile", "document", "parameters", "rules", "contradictions"))
        head, rules = self._table(raw, "profile"), self._table(raw, "rules")
        self._unknown("profile", head, ("name", "name_en", "extends", "presets", "without"))
        document = self._document(self._table(raw, "document"), needed=bool(rules))
        read = RuleFile(
            path=path,
            name=self._text(head, "profile", "name", path.stem),
            name_en=self._text(head, "profile", "name_en", path.stem),
            extends=self._text(head, "profile", "extends", ""),
            presets=self._words(head, "profile", "presets"),
            without=self._words(head, "profile", "without"),
            rules=tuple(self._rule(key, table, document) for key, table in rules.items() if self._is_table(key, table)),
            parameters=self._parameters(self._table(raw, "parameters")),
            contradictions=self._contradictions(raw.get("contradictions", [])),
        )
        if self.faults:
            raise InputError(self.faults)
        return read

    def _is_table(self, key: str, table: object) -> bool:
        if isinstance(table, dict):
            return True
        self._wrong(f"rules.{key}", table, f"[rules.{key}]")
        return False

    def _document(self, table: Mapping[str, Any], *, needed: bool) -> Document:
        self._unknown("document", table, DOCUMENT_KEYS)
        if not needed and not table:
            return Document(title="", title_en="", number="", since=EARLIEST)
        since = self._date(table, "document", "since", None)
        if since is None:
            self._wrong("document.since", table.get("since"), "2025-01-01")
        until = self._date(table, "document", "until", None)
        if since and until and until < since:
            self._wrong("document.until", until, f">= {since}")
        return Document(
            title=self._text(table, "document", "title"),
            title_en=self._text(table, "document", "title_en", str(table.get("title", ""))),
            number=self._text(table, "document", "number", ""),
            area=self._text(table, "document", "area", ""),
            area_en=self._text(table, "document", "area_en", ""),
            since=since or EARLIEST,
            until=until,
            statutory=table.get("statutory", True) is True,
        )

    def _parameters(self, raw: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        found = {}
        for key, given in raw.items():
            named = given if isinstance(given, dict) and "value" in given else {"value": given}
            self._unknown(f"parameters.{key}", named, ("value", "zh", "en"))
            found[key] = {"zh": "", "en": "", **named}
        return found

    def _contradictions(self, raw: object) -> tuple[Mapping[str, Any], ...]:
        if not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
            self._wrong("contradictions", raw, "[[contradictions]]")
            return ()
        for at, table in enumerate(raw):
            where = f"contradictions[{at}]"
            self._unknown(where, table, ("id", "rules", "zh", "en"))
            for key in ("id", "zh", "en"):
                self._text(table, where, key)
            self._words(table, where, "rules")
        return tuple(raw)

    def _rule(self, key: str, table: dict[str, Any], document: Document) -> Rule:
        where = f"rules.{key}"
        target_words = {*TARGET_KEYS, *(word for measure in MEASURES.values() for word in measure.options)}
        self._unknown(where, table, tuple(dict.fromkeys((*RULE_KEYS, *CITED_KEYS, *sorted(target_words)))))
        cited = Document(**{**vars(document), **{name: table[name] for name in CITED_KEYS if name in table}})
        since = self._date(table, where, "since", document.since) or document.since
        until = self._date(table, where, "until", None if "since" in table else document.until)
        if until and until < since:
            self._wrong(f"{where}.until", until, f">= {since}")
        why = table.get("why", {})
        if not isinstance(why, dict) or (why and set(why) != {"zh", "en"}):
            self._wrong(f"{where}.why", why, '{ zh = "...", en = "..." }')
            why = {}
        targets = self._targets(table, where)
        if not targets and not why:
            self._wrong(f"{where}.why", "", '{ zh = "...", en = "..." }')
        return Rule(
            id=key,
            kind=self._choice(table, where, "kind", KINDS),
            force=self._choice(table, where, "force", FORCES),
            scope=self._text(table, where, "scope", ""),
            section=self._text(table, where, "section"),
            zh=self._text(table, where, "zh"),
            en=self._text(table, where, "en", str(table.get("zh", ""))),
            document=cited,
            since=since,
            until=until,
            targets=targets,
            check=self._choice(table, where, "check", CHECKS),
            note=self._text(table, where, "note", ""),
            why=why,
        )

    def _targets(self, table: dict[str, Any], where: str) -> tuple[Target, ...]:
        due = self._date(table, where, "due", None)
        if "targets" not in table:
            return (self._target(table, where, due, RULE_KEYS + CITED_KEYS),) if "measure" in table else ()
        listed = table["targets"]
        if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
            self._wrong(f"{where}.targets", listed, '[{ part = "...", measure = "..." }]')
            return ()
        parts = [one.get("part", "") for one in listed]
        if len(set(parts)) < len(parts) or not all(parts):
            self._wrong(f"{where}.targets.part", parts, '"a", "b"')
        return tuple(self._target(one, f"{where}.{one.get('part', '')}", due, ()) for one in listed)

    def _target(self, table: dict[str, Any], where: str, due: dt.date | None, besides: tuple[str, ...]) -> Target:
        name = self._choice(table, where, "measure", tuple(MEASURES))
        measure = MEASURES[name]
        self._unknown(where, table, (*besides, *TARGET_KEYS, *sorted(measure.options)))
        for option in sorted(measure.needed - table.keys()):
            self._wrong(f"{where}.{option}", "", option)
        for option in sorted(measure.options & table.keys()):
            self._option(option, table[option], f"{where}.{option}")
        value, by_class = self._value(table.get("value"), where, name)
        return Target(
            part=self._text(table, where, "part", ""),
            measure=name,
            relation=self._choice(table, where, "relation", RELATIONS, ">="),
            value=value,
            by_class=by_class,
            unit=self._choice(table, where, "unit", UNITS),
            due=self._date(table, where, "due", due),
            options={key: table[key] for key in sorted(measure.options) if key in table},
        )

    def _option(self, option: str, given: object, where: str) -> None:
        kind = OPTION_TYPES[option]
        good = {
            "words": isinstance(given, list) and bool(given) and all(isinstance(word, str) for word in given),
            "word": isinstance(given, str) and bool(given),
            "number": _number(given),
            "numbers": isinstance(given, list) and bool(given) and all(_number(one) and one for one in given),
            "flag": isinstance(given, bool),
            "date": isinstance(given, dt.date) and not isinstance(given, dt.datetime),
            "pairs": isinstance(given, list) and all(_pair(one) for one in given),
        }
        if not good[kind]:
            self._wrong(where, given, WANTED[kind])
        elif option == "level":
            self._choice({"level": given}, where.removesuffix(".level"), "level", DISTRICT_LEVELS)
        elif option == "classes" and set(given) - set(ESTATE_CLASSES):  # type: ignore[call-overload]  # words
            self._wrong(where, given, " / ".join(ESTATE_CLASSES))

    def _value(self, given: object, where: str, name: str) -> tuple[Decimal | None, dict[str, Decimal]]:
        shape = MEASURES[name].value
        if shape == "by class":
            if (
                isinstance(given, dict)
                and given
                and not set(given) - set(ESTATE_CLASSES)
                and all(map(_number, given.values()))
            ):
                return None, {key: Decimal(number) for key, number in given.items()}
            self._wrong(f"{where}.value", given, "{ new = 20, existing = 15 }")
        elif shape == "number" and given is not None and _number(given):
            return Decimal(str(given)), {}
        elif shape == "number" and not (given is None and name in MAY_LACK_VALUE):
            self._wrong(f"{where}.value", given, "100")
        elif given is not None:
            self._wrong(f"{where}.value", given, "-")
        return None, {}


def _number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value >= 0


def _pair(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"kinds", "partners"}
        and all(isinstance(words, list) and words for words in value.values())
    )
