"""
What is wrong with the bytes of a CSV file (RFC 4180), by line; found in one pass before anybody parses it.

The pass looks only at quotes, delimiters and newlines: a byte is inside a quoted cell when the number of quotes before
it is odd, which is exact as long as quotes open and close at the edges of cells; and that is checked too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import InputInvalid
from lookalike.formats._text import Text

_CHUNK_BYTES = 1 << 20  # some arrays of this length are alive at once; larger is not faster
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_SNIFF_BYTES = 1 << 16
_DELIMITERS = b",;\t|"
Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """
    Where things are in a well-formed file.

    Attributes:
        header_end: Bytes up to the end of the first record, its newline included.
        end: Bytes to parse; what follows are newlines only.
        n_records: Records with the header.
    """

    header_end: int
    end: int
    n_records: int


@dataclass(frozen=True)
class _State:
    """What one chunk hands to the next."""

    inside: bool = False
    delimiters: int = 0  # in the record that is not over yet
    record_start: int = 0
    n_records: int = 0
    expected: int | None = None
    header_end: int | None = None


def find_delimiter(data: bytes) -> str:
    """The delimiter that cuts most of the first records into as many cells as the first; comma if none cuts it."""
    sample = data[:_SNIFF_BYTES]
    if len(data) > _SNIFF_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    best = max(_DELIMITERS, key=lambda d: _agreement(sample.rstrip(b"\r\n"), d))
    return chr(best)


def scan(text: Text, delimiter: str) -> Layout:
    """
    Where header and records are.

    Args:
        text: UTF-8 without byte order mark, not blank; a header and records.

    Raises:
        InputInvalid: ragged lines, unclosed or stray quotes, lines that end in CR alone; names the line.
    """
    data, buffer = text.data, np.frombuffer(text.data, dtype=np.uint8)
    end = _end(data, single=False)
    state = _walk(text, buffer, ord(delimiter), end)
    if state.expected == 0:  # in one column a blank line is a row with a missing cell
        state = _walk(text, buffer, ord(delimiter), _end(data, single=True))
        end = len(data)
    assert state.header_end is not None  # noqa: S101 -- set at the end of the first record
    return Layout(min(state.header_end, end), end, state.n_records)


def _walk(text: Text, buffer: Bytes, delimiter: int, end: int) -> _State:
    state = _State()
    for start in range(0, end, _CHUNK_BYTES):
        state = _chunk(text, buffer, delimiter, (start, min(start + _CHUNK_BYTES, end)), state)
    if state.inside:
        _unclosed(text, buffer, end)
    last = np.array([end], dtype=np.int64)
    return _records(text, last, np.array([state.delimiters]), state) if state.record_start <= end else state


def _chunk(text: Text, buffer: Bytes, delimiter: int, span: tuple[int, int], state: _State) -> _State:
    part = buffer[span[0] : span[1]]
    at = np.flatnonzero((part == _QUOTE) | (part == delimiter) | (part == _NEWLINE))
    kinds = part[at]
    quotes = kinds == _QUOTE
    inside = state.inside
    if inside or quotes.any():
        parity = (np.cumsum(quotes) + inside) & 1
        _check_quotes(text, buffer, delimiter, at[quotes] + span[0], parity[quotes])
        inside = bool(parity[-1]) if parity.size else inside
        outside = (parity == 0) & ~quotes
        at, kinds = at[outside], kinds[outside]
    newlines = kinds == _NEWLINE
    cut = np.cumsum(~newlines)[newlines] + state.delimiters
    after = _records(text, at[newlines] + span[0], np.diff(cut, prepend=0), state)
    left = int(np.count_nonzero(~newlines)) + state.delimiters - (int(cut[-1]) if cut.size else 0)
    return _State(inside, left, after.record_start, after.n_records, after.expected, after.header_end)


def _records(text: Text, ends: Positions, counts: Positions, state: _State) -> _State:
    """The state after records that end at `ends` with `counts` delimiters each."""
    if not ends.size:
        return state
    expected = int(counts[0]) if state.expected is None else state.expected
    bad = np.flatnonzero(counts != expected)
    if bad.size:
        start = int(ends[bad[0] - 1]) + 1 if bad[0] else state.record_start
        _ragged(text, start, int(counts[bad[0]]) + 1, expected + 1)
    header_end = int(ends[0]) + 1 if state.header_end is None else state.header_end
    return _State(state.inside, 0, int(ends[-1]) + 1, state.n_records + ends.size, expected, header_end)


def _check_quotes(text: Text, buffer: Bytes, delimiter: int, at: Positions, parity: Positions) -> None:
    """A quote opens only after a delimiter, newline or another quote, and closes only before one."""
    edges = np.array([delimiter, _NEWLINE, _QUOTE], dtype=np.uint8)
    opening, closing = at[parity == 1], at[parity == 0]
    before = np.where(opening > 0, buffer[opening - 1], _NEWLINE)
    stray = opening[~np.isin(before, edges)]
    after = buffer[np.minimum(closing + 1, buffer.size - 1)]
    returns = (after == _RETURN) & (buffer[np.minimum(closing + 2, buffer.size - 1)] == _NEWLINE)
    ends = (closing + 1 == buffer.size) | ((after == _RETURN) & (closing + 2 == buffer.size))
    torn = closing[~(np.isin(after, edges) | returns | ends)]
    if stray.size and (not torn.size or stray[0] < torn[0]):
        raise InputInvalid(
            f"Line {text.line_at(int(stray[0]))} has a quote inside a cell that is not quoted.",
            hint="Put the whole cell in quotes and double the quotes inside it.",
        )
    if torn.size:
        _torn(text, buffer, int(torn[0]))


def _torn(text: Text, buffer: Bytes, at: int) -> None:
    opened, here = text.line_at(_opening(buffer, at)), text.line_at(at)
    if opened == here:
        raise InputInvalid(
            f"Line {here} has text after a closing quote.",
            hint="Double the quotes that belong to the cell, or end the cell at its closing quote.",
        )
    raise InputInvalid(
        f"A quoted cell opens in line {opened} and does not close properly: line {here} has text after its quote.",
        hint=f"Close the quote in line {opened}, or double the quotes that belong to the cell.",
    )


def _unclosed(text: Text, buffer: Bytes, end: int) -> None:
    line = text.line_at(_opening(buffer, end))
    raise InputInvalid(f"The quote that opens in line {line} is never closed.", hint="Close it, or double it.")


def _opening(buffer: Bytes, at: int) -> int:
    """Where the quoted cell opens in which the byte before `at` stands: the last opening quote that is no escape."""
    quotes = np.flatnonzero(buffer[:at] == _QUOTE)
    opening = quotes[::2]
    fresh = opening[(opening == 0) | (buffer[np.maximum(opening - 1, 0)] != _QUOTE)]
    return int(fresh[-1])


def _ragged(text: Text, start: int, found: int, expected: int) -> None:
    line = text.line_at(start)
    if text.data[start : start + 2].startswith((b"\n", b"\r\n")):
        raise InputInvalid(f"Line {line} is blank.", hint="Remove blank lines between the rows.")
    cells = "cell" if found == 1 else "cells"
    raise InputInvalid(
        f"Line {line} has {found} {cells} where the header has {expected}.",
        hint="Quote cells that contain the delimiter, or name the delimiter.",
    )


def _end(data: bytes, *, single: bool) -> int:
    """Where the last record ends: before the last newline, or before all newlines there are at the end."""
    end = len(data)
    if single:
        return end - (2 if data.endswith(b"\r\n") else int(data.endswith(b"\n")))
    while end and data[end - 1] in (_NEWLINE, _RETURN):
        end -= 1
    return end


def _agreement(sample: bytes, delimiter: int) -> tuple[float, int]:
    """Share of records with as many cells as the first, and how many; (0, 0) if the first is not cut."""
    buffer = np.frombuffer(sample, dtype=np.uint8)
    inside = (np.cumsum(buffer == _QUOTE) & 1).astype(bool)
    newlines = np.flatnonzero((buffer == _NEWLINE) & ~inside)
    cuts = np.flatnonzero((buffer == delimiter) & ~inside)
    edges = np.concatenate([[0], newlines, [buffer.size]])
    counts = np.diff(np.searchsorted(cuts, edges))
    return (float(np.mean(counts == counts[0])), int(counts[0])) if counts[0] else (0.0, 0)
