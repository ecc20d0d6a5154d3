"""The extra is there, and computes alike each time: one thread, exact algorithms, seeded."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from lookalike.data.streams import key
from lookalike.errors import ExtraMissing

EXTRA = "transformer"
NEEDED = ("torch", "transformers", "peft", "opacus")
SEED_BITS = 63


def need() -> None:
    """
    Nothing, where the extra is installed.

    Raises:
        ExtraMissing: a part of it is not.
    """
    if not all(find_spec(name) for name in NEEDED):
        raise ExtraMissing("The backend 'transformer'", EXTRA)


@contextmanager
def alike() -> Iterator[None]:
    """As long as this lasts torch computes the same each time; its own generator and settings are put back after."""
    need()
    import torch

    threads, exact = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    # libraries warn those who write with them of what they will change, which means nothing to who learns texts
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(action="ignore"):
        try:
            torch.set_num_threads(1)
            torch.use_deterministic_algorithms(True)
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(exact)


def begin(seed: int, *names: str | int) -> None:
    """From here on torch draws of the stream of these names (within `alike`)."""
    import torch

    torch.manual_seed(key(seed, *names) >> (128 - SEED_BITS))
