"""A group started ahead: most of a small job's time would be the start of its processes."""

import logging
from dataclasses import dataclass, field

from lookalike.clock import Clock
from lookalike.errors import StorageFailed
from lookalike.jobs.group import Command, Group

RETRY_S = 60.0  # a spare that died is not worth more trouble: a job can do without

log = logging.getLogger(__name__)


@dataclass
class Spares:
    """
    Groups for jobs, one of them ready before it is needed.

    Attributes:
        command: Starts a group at once.
        ahead: Starts one whose child first makes ready all it may need, then says ``{"type": "ready"}``; None: none is.
    """

    command: Command
    ahead: Command | None
    clock: Clock
    _spare: Group | None = field(default=None, init=False)
    _ready: bool = field(default=False, init=False)
    _not_before: float = field(default=0.0, init=False)

    def take(self) -> Group:
        """A group for a job: the spare one if it is ready."""
        self._look()
        if self._spare is None or not self._ready:
            return Group(self.command)
        group, self._spare, self._ready = self._spare, None, False
        return group

    def prepare(self) -> None:
        """Start a spare group unless there is one; call it when there is nothing better to do."""
        self._look()
        if self.ahead is not None and self._spare is None and self.clock.monotonic() >= self._not_before:
            try:
                self._spare = Group(self.ahead)
            except StorageFailed as error:
                self._give_up(str(error))

    def close(self) -> None:
        """End the spare group."""
        if self._spare is not None:
            self._spare.kill()
            self._spare.close()
        self._spare, self._ready = None, False

    def _look(self) -> None:
        if self._spare is None:
            return
        self._ready = self._ready or bool(self._spare.read())
        if not self._spare.live():
            self.close()
            self._give_up("It has died. If no job works: name a folder that can be written, NUMBA_CACHE_DIR.")

    def _give_up(self, why: str) -> None:
        """Do without for a while."""
        self._not_before = self.clock.monotonic() + RETRY_S
        log.warning("No process is made ready ahead. %s", why)
