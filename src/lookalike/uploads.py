"""Bodies that are data: they may be larger than memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from mmap import ACCESS_READ, mmap

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from lookalike.storage import Bytes

AT_A_TIME = 4  # they take room on the disk while they come in
MANY_BYTES = 1 << 20  # what is gathered before it is written: not every packet is worth a thread

_turns = asyncio.Semaphore(AT_A_TIME)


@asynccontextmanager
async def mapped(request: Request) -> AsyncIterator[Bytes]:
    """The whole body of a request, in a temporary file of this machine rather than in memory."""
    async with _turns:
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
