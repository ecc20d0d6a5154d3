"""Connections: closed if they ask for nothing, and as many as the machine lets us have."""

import asyncio
import resource

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_S = 30.0  # from the connection, or from the last answer, to the end of a request's head
FILES_MAX = 65_536  # sockets, among others; some systems have no limit and slow down with it


class Impatient(H11Protocol):
    """HTTP/1.1 for clients that send the heads of their requests in time: the others keep no room from these."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._late is not None:
            self._late.cancel()

    def _expect_head(self) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = self.loop.call_later(HEAD_S, self._close_unless_asked, self.cycle)

    def _close_unless_asked(self, before: RequestResponseCycle | None) -> None:
        """A request whose head is whole is another cycle than the one before, or the same that is not answered yet."""
        if self.cycle is before and (before is None or before.response_complete):
            self.transport.close()


def allow_many_files() -> None:
    """Have this process open as many files as it may; on most systems the first limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, FILES_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
