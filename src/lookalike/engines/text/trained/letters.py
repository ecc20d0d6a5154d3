"""
Tokens that know nothing of any text: bytes of UTF-8, and one for each character that stands for something personal.

A vocabulary tells which words the records have; where privacy is proved nothing may tell that.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.text.kinds import FIRST, KINDS, ORDINALS
from lookalike.engines.text.vocabulary import END, Encoded

N_BYTES, N_MASKS = 256, ORDINALS * len(KINDS)
N_TOKENS = 1 + N_BYTES + N_MASKS

Ids = npt.NDArray[Any]
CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")
_MASK = 1 + N_BYTES  # the first token of a mask
_SPACE, _WORD, _ALONE, _SIGN, _MORE = range(5)  # of a token: how it begins a word


class Letters:
    """Like a `Vocabulary`: 0 ends a text, then come bytes, then masks."""

    def __len__(self) -> int:
        return N_TOKENS

    def begins(self, before: Ids, tokens: Ids) -> npt.NDArray[np.bool_]:
        """
        Whether each token begins a word, given the one before it, which is `END` at the beginning.

        Letters and signs do behind something else; digits, masks and characters of three bytes or more always.
        """
        own, last = _SORTS[tokens], _SORTS[before]
        behind = (own == _WORD) & (last != _WORD) & (last != _MORE)
        found: npt.NDArray[np.bool_] = (own == _ALONE) | behind | ((own == _SIGN) & (last != _SIGN))
        return found

    def encode(self, texts: Sequence[str]) -> Encoded:
        """The texts as tokens."""
        told = [[token for c in text for token in _of(c)] for text in texts]
        ends = np.cumsum([len(t) for t in told], dtype=np.int64)
        return Encoded(np.array([token for t in told for token in t], np.int32), ends)

    def decode(self, ids: Iterable[int], rng: np.random.Generator) -> str:
        """The text of some tokens, without bytes that are no character and control characters. Nothing is drawn."""
        parts = []
        for is_mask, run in groupby((i for i in ids if i != END), lambda i: i >= _MASK):
            if is_mask:
                parts += [chr(FIRST + token - _MASK) for token in run]
            else:
                parts.append(bytes(token - 1 for token in run).decode("utf-8", "ignore"))
        # hardly a text has any, while a network that noise has kept from learning writes as many as of all others
        return CONTROL.sub("", "".join(parts))


def _of(character: str) -> list[int]:
    number = ord(character) - FIRST
    return [_MASK + number] if 0 <= number < N_MASKS else [1 + b for b in character.encode("utf-8", "replace")]


def _sort(token: int) -> int:
    if token >= _MASK:
        return _ALONE
    byte = token - 1
    if token == END or (byte < 0x80 and chr(byte).isspace()):
        return _SPACE
    if byte >= 0x80:
        return _MORE if byte < 0xC0 else _WORD if byte < 0xE0 else _ALONE
    return _WORD if chr(byte).isalpha() else _ALONE if chr(byte).isdecimal() else _SIGN


_SORTS = np.array([_sort(token) for token in range(N_TOKENS)], np.int8)
