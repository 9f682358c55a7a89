"""A made-up city for trying the tool out: every layer a study can have, with the faults that real data has.

``write_demo`` is imported on first use, so that ``import scenarios.demo`` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.demo.writing import write_demo

__all__ = ["write_demo"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the signature Python asks of a module hook
    if name in __all__:
        from scenarios.demo import writing  # noqa: PLC0415 - heavy, only when used

        return getattr(writing, name)
    raise AttributeError(name)
