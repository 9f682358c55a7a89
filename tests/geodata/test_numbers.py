"""Numbers as planners read them: one space per thousand, in every text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.words.numbers import grouped, spaced, trimmed


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (999.5, 0, "1 000"),  # half to even: 999.5 -> 1000
        (1234567.6, 0, "1 234 568"),
        (-1415.25, 1, "-1 415.2"),
        (Decimal("33048.30"), 1, "33 048.3"),
        (-0.2, 0, "0"),
    ],
)
def test_grouped(number: float | Decimal, decimals: int, text: str) -> None:
    assert grouped(number, decimals) == text


def test_trimmed_keeps_what_counts() -> None:
    assert [trimmed(one) for one in (100.0, 46.666, 1415.2, 30000, 0.5)] == ["100", "46.67", "1 415.2", "30 000", "0.5"]


def test_sentences_lose_their_commas_between_thousands_and_no_other() -> None:
    assert spaced("3,000 户 × 20 m² = 1,234,567.8，如 (3,45)") == "3 000 户 × 20 m² = 1 234 567.8，如 (3,45)"
    assert spaced("5,10,15 分钟") == "5,10,15 分钟"


@given(st.integers(-(10**12), 10**12))
def test_a_grouped_number_reads_back(number: int) -> None:
    assert int(grouped(number).replace(" ", "")) == number
