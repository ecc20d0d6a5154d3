"""
Made-up values in the place of the private-use characters that `masking` puts in.

Addresses of mail and web lie in domains reserved for examples (RFC 2606); cards and accounts pass their checks. A
value that stands in the training texts is drawn again, and longer ones are drawn if there is no other; only what
tells of nobody, or what everybody may be called, may come again: dates, times, years, amounts, names.
"""

import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines.text.kinds import FIRST, KINDS, LAST, Kinds, kind_of
from lookalike.engines.text.masking import FORGED, compact
from lookalike.errors import InternalError
from lookalike.transforms.known import among
from lookalike.transforms.pattern import Pattern, text
from lookalike.transforms.words import digests

TRIES = 8  # draws of a pattern before values may come again, or longer ones are drawn
STEPS = 64  # lengths tried
LONGEST = 100_000  # characters, more than any pattern makes
REPEATING = frozenset({"date", "time", "year", "amount", "given", "surname"})

Places: TypeAlias = npt.NDArray[np.int64]

_PRIVATE = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")


def fill(texts: Sequence[str], kinds: Kinds, rng: np.random.Generator) -> list[str]:
    """
    The texts with a made-up value for each private-use character, the same one throughout a text.

    A character that stands for no kind becomes U+FFFD.
    """
    masks = [sorted(set(_PRIVATE.findall(told))) for told in texts]
    wanted: dict[str, list[tuple[int, str]]] = {kind: [] for kind in KINDS}
    values: list[dict[int, str]] = [{} for _ in texts]
    for row, found in enumerate(masks):
        for mask in found:
            kind = kind_of(mask)
            if kind is None:
                values[row][ord(mask)] = FORGED
            else:
                wanted[kind].append((row, mask))
    for kind, cells in wanted.items():
        for (row, mask), value in zip(cells, make_up(kind, len(cells), kinds, rng), strict=True):
            values[row][ord(mask)] = value
    return [told.translate(own) if own else told for told, own in zip(texts, values, strict=True)]


def make_up(kind: str, n: int, kinds: Kinds, rng: np.random.Generator) -> list[str]:
    """So many values of a kind, written as the training texts have them."""
    if not n:
        return []
    weights = kinds.weights[kind]
    chosen = rng.choice(len(weights), size=n, p=weights / weights.sum())
    found = np.empty(n, object)
    for place, pattern in enumerate(kinds.patterns[kind]):
        rows = np.flatnonzero(chosen == place)
        if len(rows):
            found[rows] = _written(kind, pattern, len(rows), kinds, rng)
    return [str(value) for value in found]


def _written(kind: str, pattern: Pattern, n: int, kinds: Kinds, rng: np.random.Generator) -> list[str]:
    """Texts of a pattern; longer ones where all of a length stand in the training texts."""
    found = np.empty(n, object)
    left = np.arange(n)
    for step in range(STEPS):
        for _ in range(TRIES):
            drawn = _drawn(pattern.longer(step), len(left), rng)
            found[left] = drawn.to_list()
            left = left[among(digests(compact(drawn), LONGEST), kinds.known)]
            if not len(left):
                return found.tolist()
        if kind in REPEATING:
            return found.tolist()
    raise InternalError("No value could be made up that is not one of the texts.")


def _drawn(pattern: Pattern, n: int, rng: np.random.Generator) -> pl.Series:
    numbers = rng.integers(0, pattern.room, n, dtype=np.uint64)
    return text(pattern.parts(numbers, int(rng.integers(2**62))))
