"""Rules: the rulebook's files on disk; the one place where planning reads anything."""

import hashlib
import tomllib
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from geodata.faults import fail
from planning.rules.clauses import RuleFile
from planning.rules.rule_reader import Reader

RULEBOOK = Path(__file__).parent.parent / "rulebook"


def read_toml(path: Path, content: bytes) -> dict[str, Any]:
    """Read the content of a TOML file with exact decimals; InputError says which file is wrong and why."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise fail("rules_not_utf8", layer=path.name, value=path.name) from error
    except tomllib.TOMLDecodeError as error:
        raise fail("rules_not_toml", layer=path.name, value=path.name, why=str(error)) from error


def known_profiles() -> tuple[str, ...]:
    """Return the ids of the profiles that come with the tool."""
    return tuple(sorted(path.stem for path in RULEBOOK.glob("*.toml")))


def read_rules(path: Path) -> RuleFile:
    """Read one file of rules; InputError carries every fault with file, key and remedy."""
    if not path.is_file():
        raise fail("rules_missing", layer=path.name, value=path.name, known=" / ".join(known_profiles()))
    return _rules(path, path.read_bytes())


@lru_cache(maxsize=32)
def _rules(path: Path, content: bytes) -> RuleFile:
    found = Reader(path.name).file(path, read_toml(path, content))
    return replace(found, digest=hashlib.sha256(content).hexdigest())
