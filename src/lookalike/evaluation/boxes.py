"""Which rows are closest: by boxes of rows that stand together, so that most need not be looked at."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Cells = NDArray[np.int16]
Picks = NDArray[np.bool_]
Numbers = NDArray[np.int32]

MOST = 32_767  # of an int16
BOX = 512  # rows of a box at most: fewer cost more to choose among, of more fewer can be left out
FEW = 4_096  # rows that one box holds: so few stand too far apart to be left out in parts
SAMPLE = 64  # rows that tell which column parts the others


class Boxes(NamedTuple):
    """
    Rows box by box.

    Attributes:
        cells: Column by column, int16 ``(d, n)``, contiguous; see `neighbours.Points`.
        order: The number of each row, rising in each box; ``(n,)``.
        starts: Where each box starts, and ``n``; ``(boxes + 1,)``.
        lows, highs: Least and greatest cell of each column in each box, ``(d, boxes)``.
        numbers: Which columns hold numbers, ``(d,)``.
        unit: The distance 1.
    """

    cells: Cells
    order: Numbers
    starts: Numbers
    lows: Cells
    highs: Cells
    numbers: Picks
    unit: int


def boxed(cells: Cells, numbers: Picks, unit: int) -> Boxes:
    """
    Rows cut in two at the median of the column in which they differ most, and again, down to boxes.

    Args:
        cells: Shape ``(n, d)``, ``n >= 1``.

    Source: k-d tree, Bentley, Communications of the ACM 18, 1975.
    """
    parts = [np.arange(len(cells))]
    while len(cells) > FEW and len(parts[0]) > BOX:  # all parts are of the same size, but for one row
        parts = [half for part in parts for half in _halves(cells, part, numbers, unit)]
    order = np.concatenate([np.sort(part) for part in parts])
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    rows = cells[order]
    lows, highs = (
        np.ascontiguousarray(edge.reduceat(rows, starts[:-1], axis=0).T) for edge in (np.minimum, np.maximum)
    )
    turned = np.ascontiguousarray(rows.T)
    return Boxes(turned, order.astype(np.int32), starts.astype(np.int32), lows, highs, numbers, unit)


def _halves(cells: Cells, part: NDArray[np.int64], numbers: Picks, unit: int) -> list[NDArray[np.int64]]:
    some = cells[part[:: -(-len(part) // SAMPLE)]].astype(np.int32)
    gaps = np.abs(some[1:] - some[:-1])
    apart = np.where(numbers, np.minimum(gaps, unit), unit * (gaps > 0)).mean(axis=0)
    middle = (len(part) + 1) // 2
    order = np.argpartition(cells[part, int(np.argmax(apart))], middle)
    return [part[order[:middle]], part[order[middle:]]]


@njit(cache=True, nogil=True)
def nearest_of(queries: Cells, boxes: Boxes) -> Cells:
    """As `neighbours.nearest`; the box that may be nearest first, and none that cannot hold a row near enough."""
    far = np.full(len(queries), MOST, np.int16)
    n_boxes = len(boxes.starts) - 1
    totals, gaps, bounds = np.empty(FEW, np.int16), np.empty(FEW, np.int16), np.empty(n_boxes, np.int16)
    for i in range(len(queries)):
        query = queries[i]
        first = _bound(query, boxes, bounds)
        for step in range(n_boxes):
            box = first if step == 0 else (0 if step == first else step)
            if bounds[box] < far[i]:
                width = _measure(query, boxes, box, totals, gaps)
                far[i] = min(far[i], totals[:width].min())
    return far


@njit(cache=True, nogil=True)
def closest_of(queries: Cells, boxes: Boxes, k: int) -> tuple[Cells, Numbers]:
    """As `neighbours.closest`."""
    n, n_boxes = len(queries), len(boxes.starts) - 1
    far = np.full((n, k), MOST, np.int16)
    who = np.full((n, k), -1, np.int32)
    totals, gaps, bounds = np.empty(FEW, np.int16), np.empty(FEW, np.int16), np.empty(n_boxes, np.int16)
    for i in range(n):
        query = queries[i]
        first = _bound(query, boxes, bounds)
        for step in range(n_boxes):
            box = first if step == 0 else (0 if step == first else step)
            if bounds[box] <= far[i, k - 1]:
                width = _measure(query, boxes, box, totals, gaps)
                if totals[:width].min() <= far[i, k - 1]:
                    _insert(far[i], who[i], totals[:width], boxes.order[boxes.starts[box] :])
    return far, who


@njit(cache=True, nogil=True)
def closest_but_one_of(queries: Cells, boxes: Boxes) -> Numbers:
    """As `neighbours.closest_but_one`."""
    (n, d), n_boxes = queries.shape, len(boxes.starts) - 1
    who = np.zeros((n, d), np.int32)
    totals, others = np.empty(FEW, np.int16), np.empty(FEW, np.int16)
    bounds, best = np.empty(n_boxes, np.int16), np.empty(d, np.int16)
    for i in range(n):
        query, best[:] = queries[i], MOST
        first = _bound(query, boxes, bounds)
        for step in range(n_boxes):
            box = first if step == 0 else (0 if step == first else step)
            if bounds[box] - boxes.unit > best.max():
                continue
            start = boxes.starts[box]
            width = _measure(query, boxes, box, totals, others)
            for c in range(d):
                _gaps(query[c], boxes.cells[c, start : start + width], boxes.numbers[c], boxes.unit, others)
                for j in range(width):
                    others[j] = np.int16(totals[j] - others[j])
                least = others[:width].min()
                if least <= best[c]:
                    found = boxes.order[start + _first(others, least)]
                    if least < best[c] or found < who[i, c]:
                        best[c], who[i, c] = least, found
    return who


@njit(cache=True, nogil=True)
def _insert(far: Cells, who: Numbers, totals: Cells, order: Numbers) -> None:
    """Put a box's rows among the closest: the nearer first, of equally near ones the lower number."""
    k = len(far)
    for j in range(len(totals)):
        total, row = totals[j], order[j]
        place = k
        while place and (total < far[place - 1] or (total == far[place - 1] and row < who[place - 1])):
            place -= 1
        for p in range(k - 1, place, -1):
            far[p], who[p] = far[p - 1], who[p - 1]
        if place < k:
            far[place], who[place] = total, row


@njit(cache=True, nogil=True)
def _bound(query: Cells, boxes: Boxes, bounds: Cells) -> int:
    """Write how near the rows of each box may be; returns the box of the least."""
    most, none = np.int16(boxes.unit), np.int16(0)
    bounds[:] = 0
    for c in range(len(query)):
        here, lows, highs = query[c], boxes.lows[c], boxes.highs[c]
        if boxes.numbers[c]:
            for b in range(len(lows)):
                gap = max(np.int16(lows[b] - here), np.int16(here - highs[b]))
                bounds[b] = np.int16(bounds[b] + min(max(gap, none), most))
        else:
            for b in range(len(lows)):
                bounds[b] = np.int16(bounds[b] + (most if here < lows[b] or here > highs[b] else none))
    return int(np.argmin(bounds))


@njit(cache=True, nogil=True)
def _first(values: Cells, sought: int) -> int:
    """Where a value that is there stands."""
    j = 0
    while values[j] != sought:
        j += 1
    return j


@njit(cache=True, nogil=True)
def _measure(query: Cells, boxes: Boxes, box: int, totals: Cells, gaps: Cells) -> int:
    """Write distances of a query to the rows of a box; returns how many there are."""
    start, stop = boxes.starts[box], boxes.starts[box + 1]
    totals[: stop - start] = 0
    for c in range(len(query)):
        _gaps(query[c], boxes.cells[c, start:stop], boxes.numbers[c], boxes.unit, gaps)
        for j in range(stop - start):
            totals[j] = np.int16(totals[j] + gaps[j])
    return stop - start  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _gaps(here: int, there: Cells, is_number: bool, unit: int, gaps: Cells) -> None:
    """Write how far each cell of a column is from one; these loops, one thing each, run on vector registers."""
    most = np.int16(unit)
    if is_number:
        for j in range(len(there)):
            gap = np.int16(abs(np.int16(there[j] - here)))
            gaps[j] = gap if gap < most else most
    else:
        for j in range(len(there)):
            gaps[j] = np.int16(0) if there[j] == here else most
