"""Where work that divides is done: `local.py` in processes of this machine, `ray.py` on many."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

Json = Any
Run = Callable[[str, Json], Json]  # runs one item of a task by the task's name, in this process


class Executor(Protocol):
    def map(self, task: str, items: Sequence[Json], order: Sequence[int] | None = None) -> Iterator[Json]:
        """
        Results of a task over items, in the order of the items, each as soon as it and those before it are there.

        Args:
            task: A name in `pipeline.TASKS`.
            items: JSON values; what a task makes from one depends on nothing else, so a dead worker's item is
                done again.
            order: In which order several workers had best begin the items, by number; None for their own. One that
                does all of them keeps to theirs.

        Raises:
            LookalikeError: the first error an item raised.
            WorkerLost: an item whose worker died three times.
        """

    def rest(self) -> None:
        """No more is to be done for now: what stands ready for it may go. Whoever maps again waits for it anew."""
