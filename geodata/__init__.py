"""What is there: files become one checked City; this layer knows no rule.

``read_city`` is imported on first use, so that ``import geodata`` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.city import City, read_city

__all__ = ["City", "read_city"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the signature Python asks of a module hook
    if name in __all__:
        from geodata import city  # noqa: PLC0415 - heavy, only when used

        return getattr(city, name)
    raise AttributeError(name)
