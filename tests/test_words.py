"""Every message exists in Chinese and in English, with the same placeholders, and every code used is written."""

import ast
import string
from pathlib import Path

import pytest

from geodata.words import PACKAGES, ROOT, catalogue

HAN = range(0x4E00, 0x9FFF)


def placeholders(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_both_languages_say_the_same(code: str) -> None:
    message = catalogue()[code]
    assert set(message) == {"zh", "en"}
    assert placeholders(message["zh"]) == placeholders(message["en"])
    assert not any(ord(letter) in HAN for letter in message["en"])


def codes_in(path: Path) -> set[str]:
    """Codes given to fail(), say() or Fault(code=...) as plain strings."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [word.value for word in node.keywords if word.arg == "code"] if name == "Fault" else []
        if name in {"fail", "say"} and node.args:
            given.append(node.args[0])
        found |= {str(arg.value) for arg in given if isinstance(arg, ast.Constant)}
    return found


def test_every_code_used_is_written() -> None:
    used = {code for package in PACKAGES for path in (ROOT / package).rglob("*.py") for code in codes_in(path)}
    assert used
    assert not used - set(catalogue())
