"""What a pipeline is handed where nobody listens, and all is done in this process."""

from collections.abc import Callable, Sequence

from lookalike.compute import Json
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import Work


class Quiet:
    """A listener that says nothing."""

    def stage(self, name: str, status: str) -> None: ...

    def progress(self, stage: str, share: float) -> None: ...

    def checkpoint(self, work: Work) -> None: ...

    def begin_publishing(self) -> None: ...


class Here:
    """An executor that does it all at once, with nothing loaded before."""

    def __init__(self, tasks: Callable[[], Tasks]) -> None:
        self._tasks = tasks

    def map(self, task: str, items: Sequence[Json], order: object = None) -> list[Json]:
        tasks = self._tasks()
        return [tasks.run(task, item) for item in items]

    def rest(self) -> None:
        """Nothing stands ready."""
