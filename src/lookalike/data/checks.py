"""Other libraries' errors may quote cells: what they say stays inside."""

from collections.abc import Callable
from typing import TypeVar

from lookalike.errors import LookalikeError

T = TypeVar("T")


def quiet(call: Callable[[], T], error: LookalikeError) -> T:
    """
    What `call` returns.

    Raises:
        LookalikeError: `error` in place of whatever else `call` raises (polars panics are no `Exception`), without
            cause and context: `raise … from None` would still carry the context. An error of our own passes as it is.
    """
    try:
        return call()
    except (LookalikeError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException:  # noqa: S110 -- not passed over: raised below, where no exception is being handled
        pass
    raise error
