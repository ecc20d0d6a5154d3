"""
Webhooks: how soon events arrive, with and without receivers that hang.

A real service, real receivers over HTTPS, all on loopback and the same processors.
"""

from collections.abc import Iterator, Sequence
from statistics import median

from chaos.databases import KINDS

from bench import Options
from bench.measuring.markdown import grid
from bench.measuring.showing import show
from bench.serving import receivers
from bench.serving.receivers import Arrivals


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    return show("webhooks", _tables, options)


def _tables() -> Iterator[str]:
    found = [receivers.arrivals(kind) for kind in KINDS]
    yield grid(
        (
            "database",
            "webhooks",
            "that hang",
            "events",
            "until all others have it, median s",
            "most s",
            "× none hanging",
        ),
        [_row(arrivals, of_kind[0]) for of_kind in found for arrivals in of_kind],
    )
    yield grid(
        ("database", "webhooks", "deliveries", "a second"),
        [
            (paid.database, f"{paid.n_webhooks}", f"{paid.n_deliveries:,}", f"{paid.n_deliveries / paid.seconds:.0f}")
            for kind in KINDS
            for paid in receivers.throughput(kind)
        ],
    )


def _row(arrivals: Arrivals, undisturbed: Arrivals) -> Sequence[str]:
    seconds, ratio = median(arrivals.seconds), median(arrivals.seconds) / median(undisturbed.seconds)
    return (
        arrivals.database,
        f"{receivers.N_WEBHOOKS}",
        f"{arrivals.n_hanging}",
        f"{len(arrivals.seconds)}",
        f"{seconds:.2f}",
        f"{max(arrivals.seconds):.2f}",
        f"{ratio:.2f}",
    )
