"""Random streams: the same seed and names always give the same numbers, whoever draws and in whatever order."""

from hashlib import blake2b

import numpy as np


def key(seed: int, *names: str | int) -> int:
    """A 128-bit key for a stream, different for each seed and each path of names."""
    path = "\0".join([str(seed), *(f"{type(name).__name__}:{name}" for name in names)])
    return int.from_bytes(blake2b(path.encode(), digest_size=16).digest(), "little")


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """
    A generator of its own for each seed and path of names, e.g. ``stream(7, "generate", 3)``.

    Counter-based (Philox 4x64-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), so streams do
    not overlap and do not depend on what was drawn elsewhere.
    """
    return np.random.Generator(np.random.Philox(key=key(seed, *names)))
