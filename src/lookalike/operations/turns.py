"""What takes long, a few at a time: who waits holds no thread, and keeps no other customer from a turn."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from lookalike.errors import RateLimited

RETRY_AFTER_S = 5.0


class Turns:
    """
    Turns of customers.

    Args:
        each: So many of a customer's at once.
        waiting: So many more of a customer's may wait.
        in_all: So many of all customers' at once; None: as many as there are customers for.
    """

    def __init__(self, *, each: int, waiting: int, in_all: int | None = None) -> None:
        self._each, self._most = each, each + waiting
        self._all = None if in_all is None else asyncio.Semaphore(in_all)
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._here = Counter[str]()

    @asynccontextmanager
    async def turn(self, customer_id: str) -> AsyncIterator[None]:
        """
        It is the customer's turn inside.

        Raises:
            RateLimited: too many of the customer's wait already.
        """
        if self._here[customer_id] >= self._most:
            raise RateLimited(RETRY_AFTER_S)
        self._here[customer_id] += 1
        own = self._own.setdefault(customer_id, asyncio.Semaphore(self._each))
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(own)  # first: a customer waits for the others' turns once
                if self._all is not None:
                    await stack.enter_async_context(self._all)
                yield
        finally:
            self._here[customer_id] -= 1
            if not self._here[customer_id]:
                del self._here[customer_id]
