"""Benchmarks: ratios within one run, since machines are shared and noisy."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Options:
    """
    What a run is asked for.

    Attributes:
        peers: Measure what others offer as well, and print ratios.
        fresh: Measure the peers anew, whatever is kept of them.
        write: Put the tables into ``docs/benchmarks.md``.
    """

    peers: bool = False
    fresh: bool = False
    write: bool = False


class Benchmark(Protocol):
    """What a file of this room exports; its name is the benchmark's."""

    def run(self, options: Options) -> int:
        """Print tables as Markdown; 0, or 1 if something could not be measured."""
