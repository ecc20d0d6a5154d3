"""How kernels are compiled: to machine code kept on disk, free of the interpreter lock, with exact arithmetic."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The compiled function; it takes contiguous, writable arrays of the dtypes its docstring names, and no others."""
    return cast(Function, njit(cache=True, nogil=True)(function))
