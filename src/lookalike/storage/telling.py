"""What goes wrong with a store, in our words: its own may quote addresses and credentials."""

import errno
import re
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, cast

from obstore.exceptions import BaseError, GenericError, PermissionDeniedError, UnauthenticatedError

from lookalike.errors import ObjectMissing, StorageAway, StorageFailed

FAULTS = (BaseError, OSError)  # what a store raises
_ANSWER = re.compile(r"non-2xx status code: (\d{3})")  # in obstore's words of a listing, which has no error of its own
_FOR_GOOD = (401, 403, 404)  # others may be for now: S3 says that a request was too slow with a 400
_FULL = (errno.ENOSPC, errno.EDQUOT)
_PAUSE_S = 0.25  # before what failed is tried again


class Named(Protocol):
    """
    A bucket whose methods are told.

    Attributes:
        again_s: How long a request that failed is tried again. obstore does so itself, but not where it cannot know
            that twice does no harm, as in create and delete, nor with answers that broke off.
    """

    name: str
    again_s: float


B = TypeVar("B", bound=Named)
P = ParamSpec("P")
R = TypeVar("R")


def told(act: Callable[Concatenate[B, str, P], R]) -> Callable[Concatenate[B, str, P], R]:
    """
    The method of a bucket, its errors said in our words.

    A store that does not answer, or in the middle of an answer no more, is asked again until the bucket's time is over.
    """

    @wraps(act)
    def telling(bucket: B, path: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        until = time.monotonic() + bucket.again_s
        while True:
            try:
                return act(bucket, path, *args, **kwargs)
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise ObjectMissing(f"There is no object '{path}' in bucket '{bucket.name}'.") from None
            except FAULTS as error:
                if not isinstance(error, GenericError) or _status(error) in _FOR_GOOD or time.monotonic() >= until:
                    raise failed(bucket.name, path, error) from None
            time.sleep(_PAUSE_S)

    return cast(Callable[Concatenate[B, str, P], R], telling)


def failed(bucket: str, path: str, error: BaseException | None = None) -> StorageFailed:
    """The error of a store in our words; without one, that the store does not say what became of it."""
    if isinstance(error, OSError):
        if error.errno in _FULL:
            hint = "Make room in it, then submit again."
            return StorageFailed(f"Bucket '{bucket}' has no room left for '{path}'.", hint=hint)
        return StorageFailed(f"Bucket '{bucket}' failed at '{path}'.")
    if isinstance(error, PermissionDeniedError | UnauthenticatedError) or _status(error) in (401, 403):
        return StorageAway(f"Bucket '{bucket}' refused access to '{path}'.")
    if _status(error) == 404:
        return StorageAway(f"Bucket '{bucket}' is not there.")
    if error is None or isinstance(error, GenericError):
        return StorageAway(f"Bucket '{bucket}' failed at '{path}' and does not answer.")
    return StorageFailed(f"Bucket '{bucket}' failed at '{path}'.")


def _status(error: BaseException | None) -> int | None:
    """The status of an answer that a store's general error tells of."""
    found = _ANSWER.search(str(error)) if isinstance(error, GenericError) else None
    return int(found[1]) if found else None
