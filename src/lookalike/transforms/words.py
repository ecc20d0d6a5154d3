"""Tables of short texts that longer ones are put together from, and digests that put together the same way."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.personal.lexicon import CITIES, GIVEN, STATES, STREET_NAMES, SURNAMES
from lookalike.transforms.numbering import Numbers, seal

CLASSES = {
    "0": "0123456789",
    "1": "123456789",
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "a": "abcdefghijklmnopqrstuvwxyz",
    "H": "0123456789ABCDEF",
    "h": "0123456789abcdef",
    "V": "89AB",
    "v": "89ab",
    "X": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "x": "0123456789abcdefghijklmnopqrstuvwxyz",
    "L": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "w": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "c": "0123456789",  # a check digit, which follows from the others
}
LITERAL = "="  # begins a slot that holds one text
POINTS_MAX = 4_000_000  # code points looked at in one go, 16 MB
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that powers never vanish

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Table:
    """
    Texts to choose from.

    Attributes:
        digests: Unsealed digest of each text, shape ``(len(texts),)``.
        powers: What a digest is multiplied by when the text is put behind another, same shape.
    """

    texts: pl.Series
    digests: Numbers
    powers: Numbers

    def __len__(self) -> int:
        return len(self.texts)


@lru_cache(maxsize=1024)
def table(slots: tuple[str, ...]) -> Table:
    """
    All texts of neighbouring slots, the last varying fastest.

    Args:
        slots: A key of `CLASSES`; ``=`` and a text; or ``words:`` and a name of `_words`, which may end in ``/lower``,
            ``/upper``, ``/initial``, ``/two`` for two digits, or ``/plain`` for small letters without accents.
    """
    return _of([""]) if not slots else _of(_texts(slots[0])) if len(slots) == 1 else _product(slots)


def digests(texts: pl.Series, longest: int) -> Numbers:
    """
    A sealed 64-bit digest of each text of at most `longest` characters, shape ``(m,)``; longer ones have none.

    Unsealed it is the polynomial of the code points in one odd base modulo 2^64, so that the digest of two texts in a
    row follows from those of each.
    """
    short = texts.filter(texts.str.len_chars() <= longest)
    return seal(_folded(short)[0])


def joined(parts: Sequence[tuple[Table, Places]], n: int) -> Numbers:
    """The sealed digests of texts put together, shape ``(n,)``; each part a table and the places in it."""
    total = np.zeros(n, np.uint64)
    for words, places in parts:
        total = total * words.powers[places] + words.digests[places]
    return seal(total)


def written(parts: Sequence[tuple[Table, Places]]) -> pl.Series:
    """The texts put together."""
    cells = [words.texts.gather(pl.Series(places).cast(pl.UInt32)) for words, places in parts]
    named = [cell.alias(str(number)) for number, cell in enumerate(cells)]
    return pl.DataFrame(named).select(pl.concat_str(pl.all()).alias("text"))["text"]


def plain(word: str) -> str:
    """A word in the letters a to z only."""
    spread = word.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("ı", "i")
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", spread))


def code_points(texts: Sequence[str], length: int) -> npt.NDArray[np.uint32]:
    """The code points of texts, shape ``(n, length)``, 0 behind the end of shorter ones."""
    return np.array(texts, dtype=f"<U{max(length, 1)}").view(np.uint32).reshape(len(texts), -1)


def _product(slots: tuple[str, ...]) -> Table:
    texts = [""]
    for slot in slots:
        own = _texts(slot)
        texts = [before + after for before in texts for after in own]
    return _of(texts)


def _of(texts: Sequence[str]) -> Table:
    series = pl.Series(texts, dtype=pl.String)
    return Table(series, *_folded(series))


def _texts(slot: str) -> Sequence[str]:
    if slot.startswith(LITERAL):
        return (slot[1:],)
    if slot in CLASSES:
        return tuple(CLASSES[slot])
    name, _, form = slot.removeprefix("words:").partition("/")
    found = _words(name)
    shapes: dict[str, Callable[[str], str]] = {
        "": str,
        "lower": str.lower,
        "upper": str.upper,
        "initial": lambda word: plain(word)[0],
        "plain": plain,
        "two": lambda word: word.zfill(2),
    }
    return tuple(dict.fromkeys(shapes[form](word) for word in found))


def _words(name: str) -> Sequence[str]:
    return {
        "given": GIVEN,
        "surname": SURNAMES,
        "street": STREET_NAMES,
        "state": STATES,
        "city": CITIES,
        "octet": tuple(map(str, range(1, 255))),
        "day": tuple(map(str, range(1, 29))),  # that every month has
        "month": tuple(map(str, range(1, 13))),
        "hour": tuple(map(str, range(1, 13))),  # of half a day
        "afternoon": tuple(map(str, range(13, 24))),
        "minute": tuple(map(str, range(60))),
    }[name]


def _folded(texts: pl.Series) -> tuple[Numbers, Numbers]:
    """Unsealed digests and powers, texts of like length together lest a long one makes all of them long."""
    lengths = texts.str.len_chars().to_numpy().astype(np.int64)
    found, powers = np.zeros(len(texts), np.uint64), np.ones(len(texts), np.uint64)
    sizes = np.ceil(np.log2(lengths + 1)).astype(np.int64)
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        step = max(1, POINTS_MAX >> int(size))
        for start in range(0, len(alike), step):
            rows = alike[start : start + step]
            found[rows], powers[rows] = _fold(texts.gather(rows).to_list(), lengths[rows])
    return found, powers


def _fold(texts: Sequence[str], lengths: Places) -> tuple[Numbers, Numbers]:
    longest = int(lengths.max(initial=0))
    points = code_points(texts, longest).astype(np.uint64)
    found, powers = np.zeros(len(texts), np.uint64), np.ones(len(texts), np.uint64)
    for place in range(longest):
        inside = lengths > place
        found = np.where(inside, found * _BASE + points[:, place] + np.uint64(1), found)
        powers = np.where(inside, powers * _BASE, powers)
    return found, powers
