"""Numbers that look random and never meet: mixing, keyed permutations, and seals that cannot be undone."""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]

_TURN = 1_000_003


def mix(numbers: Numbers, salt: int) -> Numbers:
    """64 mixed bits for each number (splitmix64, Steele, Lea and Flood, OOPSLA 2014)."""
    z = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def seal(numbers: Numbers) -> Numbers:
    """
    64 bits from which the number can only be found by trying: three mixings added to what went in.

    Source: the feed-forward of Davies and Meyer, as in Winternitz, "A secure one-way hash function built from DES",
    IEEE S&P 1984.
    """
    return mix(mix(mix(numbers, 1), 2), 3) + numbers


def permute(numbers: Numbers, room: int, salt: int) -> Numbers:
    """
    A permutation of ``0 … room - 1`` (at most 2^62), another for each salt.

    Source: a Feistel network with cycle walking, Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA
    2002.
    """
    half = max((room - 1).bit_length() + 1, 2) // 2
    permuted = _feistel(numbers, half, salt)
    while True:
        outside = np.flatnonzero(permuted >= np.uint64(room))
        if not len(outside):
            return permuted
        permuted[outside] = _feistel(permuted[outside], half, salt)


def shared_out(rows: Numbers, weights: npt.NDArray[np.int64], salt: int) -> tuple[npt.NDArray[np.int64], Numbers]:
    """
    Kind and number of each row: each kind gets its share of the rows, and numbers its own rows 0, 1, 2, …

    Of every ``weights.sum()`` rows in turn each kind gets exactly its weight, in mixed order; so rows of one kind have
    different numbers, whichever rows are asked for, and in whatever blocks.

    Args:
        rows: Shape ``(n,)``.
        weights: Shape ``(k,)``, positive.

    Returns:
        Kinds ``0 … k - 1`` and numbers, each of shape ``(n,)``.
    """
    total, ends = int(weights.sum()), np.cumsum(weights)
    turn, place = rows // np.uint64(total), rows % np.uint64(total)
    place = (permute(place, total, salt) + mix(turn, salt) % np.uint64(total)) % np.uint64(total)
    kinds = np.searchsorted(ends, place.astype(np.int64), side="right")
    within = place - (ends - weights)[kinds].astype(np.uint64)
    return kinds, turn * weights[kinds].astype(np.uint64) + within


def _feistel(numbers: Numbers, half: int, salt: int) -> Numbers:
    shift, mask = np.uint64(half), np.uint64(2**half - 1)
    left, right = numbers >> shift, numbers & mask
    for turn in range(4):
        left, right = right, left ^ (mix(right, salt + _TURN * (turn + 1)) & mask)
    return (left << shift) | right
