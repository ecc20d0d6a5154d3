"""Links that sign somebody in once: for who starts a service on a machine and wants to see it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

LINK_BITS = 256
GOOD_FOR_S = 900.0


@dataclass
class Links:
    """
    One-time links, kept in memory only, as digests.

    Attributes:
        issue: A token for the customer who is signed in by a link.
        draw: So many random bits as a number.
        monotonic: Seconds of a clock that only goes forward.
    """

    issue: Callable[[], str]
    draw: Callable[[int], int]
    monotonic: Callable[[], float]
    _until: dict[str, float] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def make(self) -> str:
        """A new code, good once and for a quarter of an hour."""
        code = f"{self.draw(LINK_BITS):064x}"
        with self._lock:
            self._until[_digest(code)] = self.monotonic() + GOOD_FOR_S
        return code

    def redeem(self, code: str) -> str | None:
        """A token for a code that is good, which it is not any more then; else None."""
        with self._lock:
            until = self._until.pop(_digest(code), None)
        return None if until is None or until < self.monotonic() else self.issue()


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
