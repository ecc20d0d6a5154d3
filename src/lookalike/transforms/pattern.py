"""Patterns: texts as a row of slots, numbered, so that different numbers give different texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import prod
from typing import Literal

import numpy as np
import polars as pl

from lookalike.data.checksums import iban_remainder, luhn_sum
from lookalike.transforms.numbering import Numbers, mix, permute
from lookalike.transforms.words import CLASSES, LITERAL, Places, Table, joined, table, written

NUMBERS_MAX = 2**62  # slots beyond that many texts are filled at random
GROUP_MAX = 1_000  # texts of a table for neighbouring slots: three digits
SLOTS_MAX = 16  # slots of such a table

Check = Literal["", "luhn", "iban"]
Parts = Sequence[tuple[Table, Places]]


@dataclass(frozen=True)
class Pattern:
    """
    Slots as `words.table` knows them.

    Attributes:
        slots: With slots of words between separators or digits, so that a text can be told apart in one way only; else
            two numbers may give the same text.
        grow: Before which slot a longer text has more.
        more: The slots that one step of growth puts there.
        check: How the slots ``c`` follow from the others.
    """

    slots: tuple[str, ...]
    grow: int
    more: tuple[str, ...] = ("0",)
    check: Check = ""

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Neighbouring slots that share a table; with check digits each slot stands alone."""
        groups: list[tuple[str, ...]] = []
        size = 1
        for slot in self.slots:
            own = len(table((slot,)))
            if groups and not self.check and size * own <= GROUP_MAX and len(groups[-1]) < SLOTS_MAX:
                groups[-1] += (slot,)
                size *= own
            else:
                groups.append((slot,))
                size = own
        return tuple(groups)

    @cached_property
    def room(self) -> int:
        """How many texts there are, as far as numbers reach."""
        room = 1
        for group in reversed(self.groups):
            size = 1 if group == ("c",) else prod(len(table((slot,))) for slot in group)
            if room * size > NUMBERS_MAX:
                break
            room *= size
        return room

    def longer(self, steps: int) -> "Pattern":
        """The pattern grown so many steps."""
        return replace(self, slots=self.slots[: self.grow] + self.more * steps + self.slots[self.grow :])

    def parts(self, numbers: Numbers, salt: int) -> Parts:
        """
        What the texts of numbers are put together from.

        Args:
            numbers: ``0 … room - 1``, shape ``(n,)``; they are permuted by the salt.
        """
        values = permute(numbers, self.room, salt)
        spare = mix(numbers, salt + 1)
        room, found = 1, []
        for place, group in enumerate(reversed(self.groups)):
            words = table(group)
            size = 1 if group == ("c",) else len(words)
            room *= size
            if room > NUMBERS_MAX:
                found.append((words, (mix(spare, place) % np.uint64(size)).astype(np.int64)))
                continue
            found.append((words, (values % np.uint64(size)).astype(np.int64)))
            values = values // np.uint64(size)
        return self._checked(found[::-1])

    def _checked(self, parts: list[tuple[Table, Places]]) -> Parts:
        """The parts with the check digits put right."""
        if not self.check:
            return parts
        inside = [i for i, (slot,) in enumerate(self.groups) if _value(slot) is not None]
        values = np.stack([np.array(_value(self.groups[i][0]))[parts[i][1]] for i in inside], axis=1)
        checks = [i for i in inside if self.groups[i] == ("c",)]
        if self.check == "luhn":
            told = [(10 - luhn_sum(values)) % 10]
        else:
            number = 98 - iban_remainder(values)
            told = [number // 10, number % 10]
        for i, digits in zip(checks, told, strict=True):
            parts[i] = (parts[i][0], digits)
        return parts


def text(parts: Parts) -> pl.Series:
    """The texts of parts."""
    return written(parts)


def digest(parts: Parts, n: int) -> Numbers:
    """Their sealed digests, without writing them."""
    return joined(parts, n)


def disjoint(patterns: Sequence[Pattern], taken: dict[str, list[Pattern]]) -> list[Pattern]:
    """
    Those of the patterns that have no text in common with each other or with those taken.

    Args:
        taken: By skeleton; those found are added.
    """
    found = []
    for pattern in patterns:
        rivals = taken.setdefault(_skeleton(pattern), [])
        if not any(_meet(pattern, other) for other in rivals):
            rivals.append(pattern)
            found.append(pattern)
    return found


@lru_cache(maxsize=1024)
def _value(slot: str) -> tuple[int, ...] | None:
    """What the texts of a slot count in a check sum; None for punctuation."""
    letters = table((slot,)).texts.to_list()
    if not all(letter.isascii() and letter.isalnum() for letter in letters):
        return None
    return (0,) * len(letters) if slot == "c" else tuple(int(letter, 36) for letter in letters)


def _skeleton(pattern: Pattern) -> str:
    """Texts that two patterns have in common have one skeleton: letters and digits told apart from all else."""
    if not _has_words(pattern):
        return "".join("x" if _mark(slot) in ("0", "A", "a", "x") else _mark(slot) for slot in _letters(pattern))
    marks = [_mark(slot).replace("A", "a") for slot in pattern.slots]
    return "".join(mark for before, mark in zip([None, *marks], marks, strict=False) if mark != "a" or before != "a")


def _meet(pattern: Pattern, other: Pattern) -> bool:
    """Whether two patterns of one skeleton may give one text."""
    if _has_words(pattern) or _has_words(other):
        return True
    return all(_kinds(a) & _kinds(b) for a, b in zip(_letters(pattern), _letters(other), strict=True))


def _letters(pattern: Pattern) -> list[str]:
    """The slots, literals letter by letter."""
    return [s for slot in pattern.slots for s in ([f"={c}" for c in slot[1:]] if slot.startswith(LITERAL) else [slot])]


@lru_cache(maxsize=4096)
def _kinds(slot: str) -> frozenset[str]:
    """The characters of a slot."""
    return frozenset(slot[1:] if slot.startswith(LITERAL) else CLASSES[slot])


def _has_words(pattern: Pattern) -> bool:
    return any(slot.startswith("words:") for slot in pattern.slots)


def _mark(slot: str) -> str:
    if slot.startswith("words:"):
        return "a"
    if slot.startswith(LITERAL) and len(slot) > 2 and not slot[1].isalnum():
        return f"\0{slot}\0"
    if slot.startswith(LITERAL):
        return "".join("0" if c.isdigit() else "A" if c.isalpha() else c for c in slot[1:])
    return {"0": "0", "1": "0", "c": "0", "A": "A", "a": "a", "L": "a"}.get(slot, "x")
