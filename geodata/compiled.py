"""Compiled kernels: plain loops over arrays, turned into machine code once per machine.

Where numba can't be imported (no wheel for the machine) the loops run as they are: the same answers, slowly. Who has
another way then asks ``COMPILES``.
"""

from collections.abc import Callable
from typing import TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., object])

try:
    import numba

    COMPILES = True
except ImportError:
    COMPILES = False


def compiled(kernel: Kernel) -> Kernel:
    """Compile ``kernel`` on first use and keep the result on disk; it runs without the interpreter's lock."""
    return cast("Kernel", numba.njit(cache=True, nogil=True)(kernel)) if COMPILES else kernel
