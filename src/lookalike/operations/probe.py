"""A question to a part that may hang, asked so that whoever waits for the answer need not hang with it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

TIMEOUT_S = 1.5  # for so long parts are waited for: who asks how the service is has an answer within 2 s

Answer = TypeVar("Answer")


class Probe(Generic[Answer]):
    """
    One question to one part, asked in a thread of its own.

    A part that hangs keeps one thread, however often it is asked: until it answers, all wait for the same answer.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._running: Future[Answer | None] | None = None

    def start(self) -> "Future[Answer | None]":
        """The answer to come; None if asking fails."""
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                self._running.set_running_or_notify_cancel()
                threading.Thread(target=self._answer, args=(self._running,), daemon=True, name="probe").start()
            return self._running

    def _answer(self, answer: "Future[Answer | None]") -> None:
        try:
            answer.set_result(self._ask())
        except Exception:  # whatever it is, the part is not well, and nobody else is waiting for it
            answer.set_result(None)
