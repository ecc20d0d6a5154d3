"""How many requests a customer may make: a token bucket for each."""

import threading
from dataclasses import dataclass

from lookalike.clock import Clock
from lookalike.errors import RateLimited

BURST_S = 2.0  # who was quiet may make the requests of so long at once
KEPT_MAX = 10_000  # customers; beyond that those whose buckets are full again are forgotten


@dataclass(frozen=True)
class Allowance:
    """
    What a customer has left.

    Attributes:
        burst: The most requests at once.
        left: Requests that could be made now.
        full_in_s: Seconds until it is `burst` again.
    """

    burst: int
    left: int
    full_in_s: float


class Rates:
    """
    The buckets of one process: of several that serve one database, each counts for itself.

    Args:
        per_s: Requests a second that a customer may make for ever.
    """

    def __init__(self, per_s: float, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = max(1.0, per_s * BURST_S)
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}  # requests left, and at which moment

    def take(self, customer_id: str) -> Allowance:
        """
        One request of a customer's.

        Raises:
            RateLimited: there is none left; says in how many seconds there is.
        """
        with self._lock:
            now = self._clock.monotonic()
            left = self._at(customer_id, now) - 1
            if left < 0:
                raise RateLimited(-left / self._per_s)
            self._left[customer_id] = left, now
            if len(self._left) > KEPT_MAX:
                self._left = {name: kept for name, kept in self._left.items() if self._at(name, now) < self._burst}
        return Allowance(int(self._burst), int(left), (self._burst - left) / self._per_s)

    def _at(self, customer_id: str, now: float) -> float:
        left, moment = self._left.get(customer_id, (self._burst, now))
        return min(self._burst, left + (now - moment) * self._per_s)
