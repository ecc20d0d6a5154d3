"""Matrix products of one thread: several would add up in another order, and the same seed would give other bytes."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def single() -> Iterator[None]:
    """As long as this lasts."""
    with threadpool_limits(1):
        yield
