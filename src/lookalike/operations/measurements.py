"""What a monitor reads: how the queue stands, and what this process has counted; never later than told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from lookalike.jobs.standing import Standing
from lookalike.operations.probe import TIMEOUT_S, Probe


@dataclass(frozen=True)
class Measurements:
    """
    The reading.

    Attributes:
        standing: Asks the database.
        written: All measurements as text, those of the queue among them if it is known.
    """

    standing: Callable[[], Standing]
    written: Callable[[Standing | None], bytes]
    timeout_s: float = TIMEOUT_S
    _probe: Probe[Standing] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_probe", Probe(self.standing))

    async def read(self) -> tuple[bytes, bool]:
        """The text, and whether it is whole: False if the database did not answer."""
        answer = asyncio.wrap_future(self._probe.start())
        done, _ = await asyncio.wait([answer], timeout=self.timeout_s)
        standing = answer.result() if done else None
        return self.written(standing), standing is not None
