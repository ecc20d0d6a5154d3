"""
The kinds of personal and typed spans, the characters they become, and what was learnt of how they are written.

A span becomes one private-use character: U+E000 + 8 · kind + ordinal, where the ordinal counts the different values of
the kind in its record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.transforms.numbering import Numbers
from lookalike.transforms.pattern import Pattern

KINDS = (
    "email", "url", "iban", "card", "ip", "phone", "id", "number", "date", "time", "year", "amount", "given", "surname",
    "address", "postcode",
)  # fmt: skip  # their order is part of a model: add behind the last
ORDINALS = 8  # values of a kind that are told apart in one record
FIRST, LAST = 0xE000, 0xF8FF  # private use: no text that follows Unicode means anything by them
SLOTS_MAX = 256  # places of a pattern; learnt ones have at most 64 and an example domain
WEIGHT_MAX = 2**40  # records a pattern is seen in

_CHECKS = ("", "luhn", "iban")


@dataclass(frozen=True, eq=False)
class Kinds:
    """
    What the characters stand for.

    Attributes:
        patterns: Of each kind, at least one.
        weights: Of each kind the records a pattern was seen in, same length, positive.
        known: Sorted sealed digests of all values that were found, which are not made up again.
        n_spans: Spans found of each kind.
        n_records: Records with at least one.
    """

    patterns: Mapping[str, tuple[Pattern, ...]]
    weights: Mapping[str, npt.NDArray[np.int64]]
    known: Numbers
    n_spans: Mapping[str, int]
    n_records: Mapping[str, int]

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        """What `load` needs: JSON and arrays; no value is in it."""
        kinds = {
            kind: {
                "patterns": [[list(p.slots), p.grow, list(p.more), p.check] for p in self.patterns[kind]],
                "weights": self.weights[kind].tolist(),
                "n_spans": self.n_spans[kind],
                "n_records": self.n_records[kind],
            }
            for kind in KINDS
        }
        return {"kinds": kinds}, {"known": self.known}


def load(header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Kinds:
    """
    The kinds of a state.

    Raises:
        ValueError: a pattern, a count or the digests are none.
        KeyError: something is not there.
    """
    kinds = {kind: header["kinds"][kind] for kind in KINDS}
    known = arrays["known"]
    if known.dtype != np.uint64 or known.ndim != 1 or not (known[1:] >= known[:-1]).all():
        raise ValueError("digests of values")
    return Kinds(
        {kind: tuple(_pattern(*told) for told in spec["patterns"]) for kind, spec in kinds.items()},
        {kind: _weights(spec) for kind, spec in kinds.items()},
        known,
        {kind: int(spec["n_spans"]) for kind, spec in kinds.items()},
        {kind: int(spec["n_records"]) for kind, spec in kinds.items()},
    )


def character(kind: str, ordinal: int) -> str:
    """The character of the `ordinal`-th value of a kind in a record, from 0; those past the last share its own."""
    return chr(FIRST + ORDINALS * KINDS.index(kind) + min(ordinal, ORDINALS - 1))


def kind_of(mask: str) -> str | None:
    """The kind a private-use character stands for; None if it is none of ours."""
    place = (ord(mask) - FIRST) // ORDINALS
    return KINDS[place] if 0 <= place < len(KINDS) else None


def _weights(spec: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    weights = np.array(spec["weights"], np.int64)
    if (
        weights.shape != (len(spec["patterns"]),)
        or not len(weights)
        or not ((weights >= 1) & (weights < WEIGHT_MAX)).all()
    ):
        raise ValueError("records of the patterns")
    return weights


def _pattern(slots: list[str], grow: int, more: list[str], check: Any) -> Pattern:
    if check not in _CHECKS or not 0 <= grow <= len(slots) <= SLOTS_MAX or not slots or not more:
        raise ValueError("pattern")
    return Pattern(tuple(map(str, slots)), int(grow), tuple(map(str, more)), check)
