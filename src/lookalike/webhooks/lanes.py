"""How many deliveries may be under way at once: to one webhook, to one host, in all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

WINDOW_MAX = 8  # to one webhook
HOST_MAX = 100  # to one host and port, whoever registered there
TOTAL_MAX = 400  # of one process


@dataclass(frozen=True)
class Lane:
    """A webhook that has something due, and the host and port it is at."""

    webhook_id: str
    host: str


@dataclass
class Lanes:
    """
    Deliveries under way in this process, and how many more each webhook may have.

    A webhook begins with one at a time; each that goes well lets it have one more, up to 8, and one that fails puts it
    back to one: a receiver that hangs holds one place, and one that is well soon has as many as it can use (the slow
    start of TCP, RFC 5681).
    """

    _windows: dict[str, int] = field(default_factory=dict)
    _of_webhook: Counter[str] = field(default_factory=Counter)
    _of_host: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many are under way."""
        return self._of_webhook.total()

    def rooms(self, lanes: Iterable[Lane]) -> dict[str, int]:
        """How many more each of these webhooks may be sent now, those left out that may have none."""
        hosts, left, rooms = self._of_host.copy(), TOTAL_MAX - self.total, {}
        for lane in lanes:
            own = self._windows.get(lane.webhook_id, 1) - self._of_webhook[lane.webhook_id]
            room = min(own, HOST_MAX - hosts[lane.host], left)
            if room > 0:
                rooms[lane.webhook_id] = room
                hosts[lane.host] += room
                left -= room
        return rooms

    def begin(self, lane: Lane) -> None:
        """One more is under way."""
        self._of_webhook[lane.webhook_id] += 1
        self._of_host[lane.host] += 1

    def end(self, lane: Lane, *, well: bool) -> None:
        """One is over."""
        for counter, key in ((self._of_webhook, lane.webhook_id), (self._of_host, lane.host)):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        window = min(self._windows.get(lane.webhook_id, 1) + 1, WINDOW_MAX) if well else 1
        self._windows[lane.webhook_id] = window
        if window == 1:
            del self._windows[lane.webhook_id]
