"""What a monitor reads: how queue and deliveries stand, what this process has counted; never later than told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from lookalike.jobs.standing import Standing
from lookalike.operations.probe import TIMEOUT_S, Probe
from lookalike.webhooks.standing import DeliveryStanding

Standings = tuple[Standing, DeliveryStanding]


@dataclass(frozen=True)
class Measurements:
    """
    The reading.

    Attributes:
        standing: Asks the database.
        written: All measurements as text, those of the database among them if they are known.
    """

    standing: Callable[[], Standings]
    written: Callable[[Standings | None], bytes]
    timeout_s: float = TIMEOUT_S
    _probe: Probe[Standings] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_probe", Probe(self.standing))

    async def read(self) -> tuple[bytes, bool]:
        """The text, and whether it is whole: False if the database did not answer."""
        answer = asyncio.wrap_future(self._probe.start())
        done, _ = await asyncio.wait([answer], timeout=self.timeout_s)
        standing = answer.result() if done else None
        return self.written(standing), standing is not None
