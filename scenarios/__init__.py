"""What if: a study and its edits become outcomes, stored, compared, run in batch.

``run`` is imported on first use, so that ``python -m scenarios --help`` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.outcome import Outcome, run

__all__ = ["Outcome", "run"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the signature Python asks of a module hook
    if name in __all__:
        from scenarios import outcome  # noqa: PLC0415 - heavy, only when used

        return getattr(outcome, name)
    raise AttributeError(name)
