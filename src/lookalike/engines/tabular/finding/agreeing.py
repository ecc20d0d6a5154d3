"""Which columns agree wherever some others do: the kernel of the search for dependencies of several columns."""

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled

_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads neighbouring levels over the slots
_HALF = np.uint64(32)

Rows = npt.NDArray[np.int32]
Members = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@compiled
def strike_out(rows: Rows, members: Members, agrees: Flags, slots: Members) -> int:
    """
    Strike the columns that differ in two rows whose members agree; the number of rows whose members were seen before.

    It stops counting once no column is left.

    Args:
        rows: Levels, int32 ``(k, c)``, a row of the table each.
        members: Numbers of columns, int64 ``(s,)``.
        agrees: Bool ``(c,)``; changed in place.
        slots: int64, a power of two and at least twice ``k``; room to work in.
    """
    slots[:] = -1
    repeats, left = 0, agrees.sum()
    for row in range(rows.shape[0]):
        if left == 0:
            break
        slot = _slot(rows, members, row, slots)
        first = slots[slot]
        if first < 0:
            slots[slot] = row
            continue
        repeats += 1
        for column in range(rows.shape[1]):
            if agrees[column] and rows[first, column] != rows[row, column]:
                agrees[column] = False
                left -= 1
    return repeats


@compiled
def _slot(rows: Rows, members: Members, row: int, slots: Members) -> np.int64:
    """The slot that holds the first row whose members are those of this row, or the free one where it belongs."""
    digest = np.uint64(0)
    for member in members:
        digest = (digest ^ np.uint64(rows[row, member])) * _MIX
        digest ^= digest >> _HALF
    slot = np.int64(digest & np.uint64(len(slots) - 1))
    while slots[slot] >= 0:
        first = slots[slot]
        same = True
        for member in members:
            same = same and rows[first, member] == rows[row, member]
        if same:
            break
        slot = (slot + 1) & (len(slots) - 1)
    return slot
