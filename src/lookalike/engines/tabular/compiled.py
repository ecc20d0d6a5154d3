"""How kernels are compiled: to machine code kept on disk, free of the interpreter lock, with exact arithmetic."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

from lookalike.errors import SettingsError

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """
    The compiled function; it takes contiguous, writable arrays of the dtypes its docstring names, and no others.

    Raises:
        SettingsError: there is no folder in which machine code could be kept.
    """
    return _compiled(function)


def inner(function: Function) -> Function:
    """
    The same for a function that compiled ones call often and that makes no array: references are not counted in it.

    To count those of a dozen arrays at each call takes longer than what a step does with them.
    """
    return _compiled(function, _nrt=False)  # numba's own switch; one that it no longer knew would be an error here


def _compiled(function: Function, **how: Any) -> Function:
    try:
        return cast(Function, njit(cache=True, nogil=True, **how)(function))
    except RuntimeError:  # numba's word for that
        raise SettingsError(
            "Compiled kernels can be kept nowhere: neither beside the package nor in the user's cache folder.",
            hint="Name a folder that can be written: NUMBA_CACHE_DIR.",
        ) from None
