"""
The format of texts: a class of characters, or one fixed character, per position; and fresh texts of a format.

Fresh texts are numbered: a keyed permutation of the numbers (Feistel network with cycle walking, Black and Rogaway,
"Ciphers with arbitrary finite domains", CT-RSA 2002) makes row numbers into texts that never meet.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

CLASSES = {"0": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a": "abcdefghijklmnopqrstuvwxyz"}
FIXED = "="  # the kind of a position that always holds one character
FORMATS_MAX = 1_000  # free text has nearly as many formats as rows; the most frequent will do
LENGTH_MAX = 10_000  # characters a fresh text has at most: work and memory grow with them
LETTERS_MAX = 4_000_000  # made at a time, about 50 MB
FIXED_ROWS = 20  # rows that must share a letter or digit before it is taken for part of the format
ROOM = 64  # texts a format must have for each train row, or it is made longer
ATTEMPTS = 8  # disjoint parts of the numbers, tried one after the other if a text stands in train
NUMBERS_MAX = 2**62  # positions beyond that many texts are filled at random

Numbers = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Format:
    """
    One character in `kinds` a position: a key of `CLASSES`, or `FIXED`.

    Attributes:
        literals: As long as `kinds`; read where it is `FIXED`.
    """

    kinds: str
    literals: str

    def alphabets(self) -> list[str]:
        """The characters that may stand at each position."""
        return [
            literal if kind == FIXED else CLASSES[kind] for kind, literal in zip(self.kinds, self.literals, strict=True)
        ]


def find_formats(values: pl.Series, n_rows: npt.NDArray[np.int64]) -> tuple[tuple[Format, ...], npt.NDArray[np.int64]]:
    """Distinct formats of distinct texts, most frequent first, and the rows of each; long texts are cut."""
    values = values.str.head(LENGTH_MAX)
    shape = values.str.replace_all(r"\p{N}", "0").str.replace_all(r"\p{Lu}", "A")
    shape = shape.str.replace_all(r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{M}]", "a")
    cells = pl.DataFrame({"shape": shape, "text": values, "n_rows": n_rows})
    groups = cells.group_by("shape").agg(pl.col("n_rows").sum(), pl.col("text"))
    groups = groups.sort(["n_rows", "shape"], descending=[True, False]).head(FORMATS_MAX)
    found: dict[Format, int] = {}
    for shape_, rows, texts_ in groups.iter_rows():
        form = _with_room(_format(shape_, texts_), rows)
        found[form] = found.get(form, 0) + rows
    return tuple(found), np.array(list(found.values()), np.int64)


def texts(form: Format, rows: Numbers, salt: int, *, attempt: int) -> list[str]:
    """
    One text a row, different for different (row, attempt) while rows are fewer than the format's texts / `ATTEMPTS`.

    Args:
        rows: Row numbers, shape ``(n,)``.
        attempt: ``0 … ATTEMPTS - 1``.
    """
    step = max(1, LETTERS_MAX // max(len(form.kinds), 1))
    runs = (rows[start : start + step] for start in range(0, len(rows), step))
    return [text for run in runs for text in _texts(form, run, salt, attempt)]


def mix(numbers: Numbers, salt: int) -> Numbers:
    """64 mixed bits for each number (splitmix64, Steele, Lea and Flood, OOPSLA 2014)."""
    z = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _texts(form: Format, rows: Numbers, salt: int, attempt: int) -> list[str]:
    alphabets = form.alphabets()
    room = _room(alphabets)
    part = max(room // ATTEMPTS, 1)
    numbers = (np.uint64(attempt * part) + rows % np.uint64(part)) % np.uint64(room)
    digits = list(_digits(alphabets, _permute(numbers, room, salt), mix(rows, salt + 1)))
    letters = np.empty((len(rows), len(alphabets)), "<U1")
    for position, (alphabet, digit) in enumerate(zip(alphabets, reversed(digits), strict=True)):
        letters[:, position] = np.array(list(alphabet))[digit]
    return ["".join(row) for row in letters.tolist()]


def _format(shape: str, values: list[str]) -> Format:
    kinds = [kind if kind in CLASSES else FIXED for kind in shape]
    literals = list(shape)
    if len(values) >= FIXED_ROWS:
        for position, letters in enumerate(zip(*values, strict=True)):
            if len(set(letters)) == 1:
                kinds[position], literals[position] = FIXED, letters[0]
    return Format("".join(kinds), "".join(" " if k in CLASSES else c for k, c in zip(kinds, literals, strict=True)))


def _with_room(form: Format, n_rows: int) -> Format:
    last = next((kind for kind in reversed(form.kinds) if kind != FIXED), "0")
    while _room(form.alphabets()) < ROOM * n_rows:
        form = Format(form.kinds + last, form.literals + " ")
    return form


def _room(alphabets: list[str]) -> int:
    room = 1
    for alphabet in reversed(alphabets):
        if room * len(alphabet) > NUMBERS_MAX:
            break
        room *= len(alphabet)
    return room


def _digits(alphabets: list[str], numbers: Numbers, spare: Numbers) -> Iterator[npt.NDArray[np.int64]]:
    """Digits from the last position to the first; once the numbers are used up, from `spare`."""
    room = 1
    for position, alphabet in enumerate(reversed(alphabets)):
        base = np.uint64(len(alphabet))
        room *= len(alphabet)
        if room > NUMBERS_MAX:
            yield (mix(spare, position) % base).astype(np.int64)
            continue
        yield (numbers % base).astype(np.int64)
        numbers = numbers // base


def _permute(numbers: Numbers, room: int, salt: int) -> Numbers:
    """A permutation of ``0 … room - 1``."""
    half = max((room - 1).bit_length() + 1, 2) // 2
    permuted = _feistel(numbers, half, salt)
    while True:
        outside = np.flatnonzero(permuted >= np.uint64(room))
        if not len(outside):
            return permuted
        permuted[outside] = _feistel(permuted[outside], half, salt)


def _feistel(numbers: Numbers, half: int, salt: int) -> Numbers:
    shift, mask = np.uint64(half), np.uint64(2**half - 1)
    left, right = numbers >> shift, numbers & mask
    for turn in range(4):
        left, right = right, left ^ (mix(right, salt + 1_000_003 * (turn + 1)) & mask)
    return (left << shift) | right
