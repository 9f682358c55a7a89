"""Compiled kernels: plain loops over arrays, turned into machine code once per machine."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """Compile ``kernel`` on first use and keep the result on disk; it runs without the interpreter's lock."""
    return cast("Kernel", numba.njit(cache=True, nogil=True)(kernel))
