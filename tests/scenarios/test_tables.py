"""Figures of the tables: one decimal, and more where one would move a walk across its limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.tables import decimal

LIMITS_S = (300.0, 600.0, 900.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (900.0, "900.0"),
        (900.04, "900.04"),  # 900.0 would say that it is within
        (900.0000001, "900.0000001"),
        (899.96, "900.0"),  # within, and says so
        (900.05001, "900.1"),
        (412.34, "412.3"),
    ],
)
def test_seconds_beside_a_limit(seconds: float, text: str) -> None:
    assert decimal(seconds, LIMITS_S) == text
    assert decimal(seconds) == f"{seconds:.1f}"


@given(st.one_of(st.floats(0, 2000), st.floats(899.9, 900.1)))
def test_what_is_written_lies_on_the_side_of_what_was_meant(seconds: float) -> None:
    written = float(decimal(seconds, LIMITS_S))
    assert [written <= limit for limit in LIMITS_S] == [seconds <= limit for limit in LIMITS_S]
    assert abs(written - seconds) <= 0.051
