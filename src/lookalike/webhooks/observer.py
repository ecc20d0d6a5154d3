"""Who wants to know what becomes of attempts at deliveries."""

from typing import Protocol

from lookalike.webhooks.outbox import Outcome


class AttemptObserver(Protocol):
    """Is told in the dispatcher's own thread, and must not hold it up."""

    def attempted(self, outcome: Outcome) -> None:
        """An attempt is over."""
