"""Functions as methods of a client."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_args

M = TypeVar("M", bound=Callable[..., Any])


def bound(method: M, make: Callable[..., Any], *, given: int = 0) -> M:
    """
    `method`, with the name, the words and the parameters of `make`, so that help shows them.

    Args:
        make: Returns a call or a flow, which say last what they come to.
        given: How many of the first parameters of `make` the method gives itself.
    """
    told = inspect.signature(make)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__name__ = make.__name__
    method.__doc__ = make.__doc__
    method.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [own, *list(told.parameters.values())[given:]],
        return_annotation=[inspect.Signature.empty, *get_args(told.return_annotation)][-1],
    )
    return method
