"""The Chinese sheets are Chinese: no raw code or English sentence on any of three kinds of sheet."""

import re

import pytest

from tests.exhibits.atlascity import Book
from tests.exhibits.latin import strange


@pytest.mark.parametrize("number", ["00", "05-1", "11-06"])
def test_no_latin_word_but_names_codes_and_units(book: Book, number: str) -> None:
    text = book.sheets[number]
    assert re.search(r"[\u4e00-\u9fff]{4}", text)
    assert strange(text) == set()
    assert not re.search(r"\d,\d{3}(?!\d)", text)
