"""Check digits: Luhn's for payment cards (ISO/IEC 7812-1), modulo 97 for bank accounts (IBAN, ISO 13616)."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Digits = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Check = Callable[[Digits], Mask]

IBAN_MODULUS = 97


def luhn_sum(digits: Digits) -> Digits:
    """
    Luhn's sum modulo 10; 0 for a valid number.

    Args:
        digits: Shape ``(n, length)``, from the first to the check digit.

    Returns:
        Shape ``(n,)``, ``0 … 9``. With the check digit set to 0, ``(10 - sum) % 10`` is the right one.
    """
    doubled = digits.copy()
    doubled[:, -2::-2] *= 2
    total: Digits = np.where(doubled > 9, doubled - 9, doubled).sum(axis=1) % 10
    return total


def iban_remainder(values: Digits) -> Digits:
    """
    The remainder of IBANs modulo 97; 1 for a valid one.

    Args:
        values: Shape ``(n, length)``: a digit as itself, A … Z as 10 … 35, in the order of writing.

    Returns:
        Shape ``(n,)``. With both check digits set to 0, ``98 - remainder`` is the right number.
    """
    rest = np.zeros(len(values), np.int64)
    for column in np.roll(values, -4, axis=1).T:
        rest = (rest * np.where(column > 9, 100, 10) + column) % IBAN_MODULUS
    return rest


def characters(texts: list[str]) -> Digits:
    """Digits as themselves and letters as 10 … 35, upper or lower, of texts of one length; shape ``(n, length)``."""
    points = np.array(texts, dtype=np.str_).view(np.uint32).reshape(len(texts), -1).astype(np.int64)
    letters = points - np.where(points >= ord("a"), ord("a"), ord("A")) + 10
    found: Digits = np.where(points <= ord("9"), points - ord("0"), letters)
    return found


def are_cards(texts: list[str]) -> Mask:
    """Which texts of digits only are valid card numbers, shape ``(n,)``."""
    return _by_length(texts, lambda values: luhn_sum(values) == 0, range(13, 20))


def are_ibans(texts: list[str]) -> Mask:
    """Which texts of upper-case letters and digits only are valid IBANs, shape ``(n,)``."""
    return _by_length(texts, lambda values: iban_remainder(values) == 1, range(15, 35))


def _by_length(texts: list[str], valid: Check, lengths: range) -> Mask:
    sizes = np.array([len(text) for text in texts])
    good = np.zeros(len(texts), bool)
    for size in np.unique(sizes):
        if size in lengths:
            rows = np.flatnonzero(sizes == size)
            good[rows] = valid(characters([texts[row] for row in rows]))
    return good
