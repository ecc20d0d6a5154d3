"""A proxy between a store and its client that fails as told: it runs in a thread and is controlled from the test."""

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Self

CHUNK = 64 * 1024


class Act(Enum):
    """What becomes of a request."""

    REFUSE = auto()  # it is answered with a status, 503 unless told otherwise, and not passed on
    CUT_UPLOAD = auto()  # the connection is reset after so many bytes of its body
    CUT_ANSWER = auto()  # it is done, and the connection reset after so many bytes of the answer
    HANG = auto()  # nothing is passed on until the fault is lifted


@dataclass
class Fault:
    """
    What happens to the next `times` requests whose first line, as in ``PUT /bucket/key HTTP/1.1``, matches `where`.

    Attributes:
        after: How many bytes pass before a cut.
        status: What is answered instead.
        hits: The first lines of those it happened to.
    """

    act: Act
    where: str = ""
    times: float = float("inf")
    after: int = 0
    status: int = 503
    hits: list[str] = field(default_factory=list)

    def strikes(self, line: str) -> bool:
        if len(self.hits) >= self.times or not re.search(self.where, line):
            return False
        self.hits.append(line)
        return True


class Proxy:
    """Carries one request a connection to `upstream`, a port of this machine; `port` is its own."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._faults: list[Fault] = []
        self._clients: set[asyncio.StreamWriter] = set()
        self._stopping = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server: asyncio.Server = self._do(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def fault(self, act: Act, where: str = "", **more: Any) -> Fault:
        """A `Fault` from now on, until it has struck often enough or is lifted."""
        fault = Fault(act, where, **more)
        self._faults.append(fault)
        return fault

    def lift(self) -> None:
        """No more faults; what hangs goes on."""
        self._faults.clear()

    def _do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _stop(self) -> None:
        self._stopping = True
        self._server.close()
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for client in self._clients:
                client.transport.abort()
            await asyncio.wait(tasks)

    async def _carry(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        self._clients.add(answers)
        try:
            head = await client.readuntil(b"\r\n\r\n")
            line = head.partition(b"\r\n")[0].decode()
            fault = next((fault for fault in list(self._faults) if fault.strikes(line)), None)
            cut = fault is not None and fault.act is Act.CUT_UPLOAD
            body = await client.readexactly(min(fault.after, _length(head)) if fault and cut else _length(head))
            while fault and fault.act is Act.HANG and fault in self._faults and not (client.at_eof() or self._stopping):
                await asyncio.sleep(0.02)
            if cut:
                _reset(answers)
            elif not client.at_eof():
                await self._answer(head, body, answers, fault)
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the two has gone
        finally:
            answers.close()
            self._clients.discard(answers)

    async def _answer(self, head: bytes, body: bytes, answers: asyncio.StreamWriter, fault: Fault | None) -> None:
        if fault and fault.act is Act.REFUSE:
            answers.write(f"HTTP/1.1 {fault.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return await answers.drain()
        source, sink = await asyncio.open_connection("127.0.0.1", self._upstream)
        sink.write(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + body)
        answer = await source.read()
        sink.close()
        cut = fault is not None and fault.act is Act.CUT_ANSWER
        answers.write(answer[: fault.after] if fault and cut else answer)
        await answers.drain()
        if cut:
            await asyncio.sleep(0.05)  # what was sent before a reset is lost, unless it has been read
            _reset(answers)
        return None


def _length(head: bytes) -> int:
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN."""
    found: socket.socket = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
