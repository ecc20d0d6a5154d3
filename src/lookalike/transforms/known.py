"""
Digests of what must not come out: a sorted list, or, of more than can be listed, a set that may hold a few others too.

Source: Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13, 1970. With 11 to 21 bits for each
digest and four places each, at most one in a hundred others is taken for one of the set.
"""

import numpy as np
import numpy.typing as npt

from lookalike.transforms.numbering import Numbers, mix

Bits = npt.NDArray[np.uint8]
Known = Numbers | Bits

_PLACES = 4
_BITS_EACH = 11  # at least: the whole is a power of two
_AT_A_TIME = 1 << 20


def among(digests: Numbers, known: Known) -> npt.NDArray[np.bool_]:
    """Which digests are among the known ones, or, of a set, may be; shape of the digests."""
    if known.dtype == np.uint8:
        return _held(digests, known.view(np.uint8))
    if not len(known):
        return np.zeros(len(digests), bool)
    place = np.minimum(np.searchsorted(known, digests), len(known) - 1)
    found: npt.NDArray[np.bool_] = known[place] == digests
    return found


def room_for(n: int) -> Bits:
    """The empty set, for at most `n` digests."""
    return np.zeros(1 << max((_BITS_EACH * n - 1).bit_length() - 3, 0), np.uint8)


def put(bits: Bits, digests: Numbers) -> None:
    """Put digests into a set."""
    for start in range(0, len(digests), _AT_A_TIME):
        for place in _places(bits, digests[start : start + _AT_A_TIME]):
            np.bitwise_or.at(bits, place >> np.uint64(3), np.left_shift(1, place & np.uint64(7)).astype(np.uint8))


def _held(digests: Numbers, bits: Bits) -> npt.NDArray[np.bool_]:
    found = np.ones(len(digests), np.bool_)
    for place in _places(bits, digests):
        found &= (bits[place >> np.uint64(3)] >> (place & np.uint64(7)).astype(np.uint8) & 1).astype(np.bool_)
    return found


def _places(bits: Bits, digests: Numbers) -> list[Numbers]:
    return [mix(digests, n) & np.uint64(8 * len(bits) - 1) for n in range(_PLACES)]
