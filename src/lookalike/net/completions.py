"""A client of servers that complete texts: many requests at a time, each tried again for a while."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

from lookalike.clock import Clock
from lookalike.completing import Completion, Prompt
from lookalike.errors import EndpointAway, EndpointFailed
from lookalike.net.dialects import Dialect
from lookalike.net.retry_after import retry_after_s
from lookalike.net.sender import Answer, Bounds, NoAnswer

BOUNDS = Bounds(time_s=120.0, read_max_bytes=1024 * 1024)  # a small machine writes a long text for a minute
AT_ONCE = 8
TRIES = 6
DELAY_S, DELAY_MAX_S = 0.5, 30.0  # after the first failure, doubled after each; about half a minute in all
ASKED_MAX_S = 60.0  # no server puts us off for longer
OK = 200
_AGAIN = frozenset({408, 409, 425, 429})
_HINTS = {
    400: "Check that the server has the model of that name, and that prompts of this length fit into its context.",
    401: "Give the endpoint's key: 'secret' in its settings names it.",
    403: "The key may not use this model: give another key or another model.",
    404: "Check base_url, which mostly ends with /v1, and the model's name.",
}

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[Answer]]


@dataclass
class Completions:
    """
    Asks one model of one server; made once, it remembers what the server does not take.

    Attributes:
        base_url: What stands before ``/chat/completions``.
        key: Sent as a bearer token; empty: none is. It is in no error and in no log.
        post: POSTs to a URL; raises NoAnswer. It keeps to `BOUNDS`.
        draw: Numbers in [0, 1), for the jitter.
    """

    base_url: str
    model: str
    dialect: Dialect
    post: Post
    clock: Clock
    draw: Callable[[], float]
    key: str = field(default="", repr=False)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def __call__(self, prompts: Sequence[Prompt], *, on_answer: Callable[[int, Completion], None]) -> None:
        """
        Have all prompts completed, eight at a time.

        Args:
            on_answer: Is told the number of a prompt and its completion when it comes, in the caller's thread; if it
                raises, nothing more is asked.

        Raises:
            EndpointFailed: the server refuses a prompt for good; others that were under way are told of before.
            EndpointAway: it failed a prompt six times.
        """
        call = _Call(self, prompts)
        thread = threading.Thread(target=call.run, daemon=True, name="completions")
        thread.start()  # a loop of its own: the caller may be inside one already, as in a notebook
        try:
            while (said := call.told.get()) is not None:
                on_answer(*said)
        finally:
            call.cancel()
            thread.join()
        if call.error is not None:
            raise call.error

    async def complete(self, prompt: Prompt, given_up: Callable[[], bool]) -> Completion:
        """One prompt's completion; `given_up` tells that no more tries are wanted. Raises as a call does."""
        n_failed = n_requests = 0
        while True:
            dialect = self.dialect
            said = await self._said(dialect, prompt)
            n_requests += 1
            if isinstance(said, Answer) and said.status == OK:
                found = dialect.read(prompt, said.body)
                if found is not None:
                    return replace(found, n_requests=n_requests)
                said = NoAnswer("its answer is not what a completion looks like")
            elif isinstance(said, Answer) and self._learns(dialect, said):
                continue
            n_failed += 1
            self._raise_if_over(said, n_failed, given_up())
            await self.sleep(self._delay_s(said, n_failed))

    async def _said(self, dialect: Dialect, prompt: Prompt) -> Answer | NoAnswer:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            return await self.post(self.base_url + dialect.path, headers, dialect.body(self.model, prompt))
        except NoAnswer as none:
            return none

    def _learns(self, dialect: Dialect, said: Answer) -> bool:
        """Whether the server is to be asked in another way; another prompt may have found out in the meantime."""
        other = dialect.without(said.status, said.body)
        if other is not None and self.dialect == dialect:
            self.dialect = other
        return other is not None

    def _raise_if_over(self, said: Answer | NoAnswer, n_failed: int, given_up: bool) -> None:
        # what the server wrote beside the status is not told: it may quote the prompt, and so cells
        if isinstance(said, Answer) and said.status not in _AGAIN and said.status < 500:
            hint = "It redirects: give the URL it leads to." if said.status < 400 else _HINTS.get(said.status)
            raise EndpointFailed(f"The language model's server answered with status {said.status}.", hint=hint)
        if n_failed >= TRIES or given_up:
            why = f"it answered with status {said.status}" if isinstance(said, Answer) else str(said)
            raise EndpointAway(f"The language model's server failed {n_failed} times, at last because {why}.")

    def _delay_s(self, said: Answer | NoAnswer, n_failed: int) -> float:
        planned = min(DELAY_S * 2.0 ** (n_failed - 1), DELAY_MAX_S) * (0.5 + self.draw())
        asked = retry_after_s(said.retry_after, self.clock.now()) if isinstance(said, Answer) else None
        return max(planned, min(asked or 0.0, ASKED_MAX_S))


class _Call:
    """One call: what it has to tell, in `told`, ended by None; and the error that ended it."""

    def __init__(self, client: Completions, prompts: Sequence[Prompt]) -> None:
        self.told: SimpleQueue[tuple[int, Completion] | None] = SimpleQueue()
        self.error: Exception | None = None
        self._client = client
        self._left: Iterator[tuple[int, Prompt]] = iter(enumerate(prompts))
        self._n_workers = min(AT_ONCE, len(prompts))
        self._loop = asyncio.new_event_loop()
        self._work = self._loop.create_task(self._all())

    def run(self) -> None:
        """Do it, in a thread of its own."""
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._work)
        finally:
            self._loop.close()
            self.told.put(None)

    def cancel(self) -> None:
        """End it, from the caller's thread."""
        with suppress(RuntimeError):  # the loop is closed: it is over already
            self._loop.call_soon_threadsafe(self._work.cancel)

    async def _all(self) -> None:
        await asyncio.gather(*(self._worker() for _ in range(self._n_workers)))

    async def _worker(self) -> None:
        """Take prompts until there are none, or one failed for good; those under way are paid for, so waited for."""
        for number, prompt in self._left:
            if self.error is not None:
                return
            try:
                self.told.put((number, await self._client.complete(prompt, lambda: self.error is not None)))
            except Exception as error:  # the caller raises it
                self.error = self.error or error
