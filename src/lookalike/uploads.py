"""Bodies that are data: they may be larger than memory. Both doors take them."""

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from mmap import ACCESS_READ, mmap

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from lookalike.operations.turns import Turns
from lookalike.storage import Bytes

PLACES = re.compile(r"/(api/v2/buckets/[^/]+/objects|console/uploads/[^/]+)/.+")  # where they are PUT
AT_A_TIME, WAITING = 4, 16  # of a customer: they take room on the disk while they come in
MANY_BYTES = 1 << 20  # what is gathered before it is written: not every packet is worth a thread

_turns = Turns(each=AT_A_TIME, waiting=WAITING)


@asynccontextmanager
async def mapped(request: Request, customer_id: str) -> AsyncIterator[Bytes]:
    """
    The whole body of a request, in a temporary file of this machine rather than in memory.

    Raises:
        RateLimited: too many of the customer's come in already.
    """
    async with _turns.turn(customer_id):
        with tempfile.TemporaryFile(buffering=0) as file:
            pending, size = bytearray(), 0
            async for chunk in request.stream():
                pending += chunk
                size += len(chunk)
                if len(pending) >= MANY_BYTES:
                    await run_in_threadpool(file.write, bytes(pending))
                    pending.clear()
            await run_in_threadpool(file.write, bytes(pending))
            yield mmap(file.fileno(), 0, access=ACCESS_READ) if size else b""
