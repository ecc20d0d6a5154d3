"""A text file in pieces that end where a record ends, each small enough to be held in memory a few times over."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from lookalike.errors import InputRefused
from lookalike.formats._text import Text

PIECE_BYTES = 4 << 20  # larger ones are not faster: memory of more than 32 MB is new each time it is asked for
_CHUNK_BYTES = 4 << 20
RECORD_MAX_BYTES = 64 << 20  # a longer record is a file without line ends, or a quote that was never closed
_BLANK = b"\xef\xbb\xbf \t\r\n"


def pieces(
    stream: BinaryIO, *, quoted: bool, check: Callable[[Text], object], most: int | None = None
) -> Iterator[Text]:
    """
    The file from its beginning to its end; at least one piece, the last of which may have no line end.

    Blank lines at the end of a piece are left to the next one: those at the end of the file stand by themselves.

    Args:
        quoted: Line ends between quotes end no record.
        check: Says what is wrong with a record of more than `most` bytes, if it can.
        most: None for `RECORD_MAX_BYTES`.

    Raises:
        InputRefused: a record has more than `most` bytes; no more than a piece and that is read of it.
    """
    rest, line, begun = b"", 1, False
    most = RECORD_MAX_BYTES if most is None else most
    while chunk := _some(stream, len(rest), most):
        data = rest + chunk
        end = _end(data, quoted=quoted)
        if end:
            yield Text(data[:end], line)
            line, begun = line + data.count(b"\n", 0, end), True
        rest = data[end:]
        if len(rest) > (most if rest.strip(_BLANK) else RECORD_MAX_BYTES):
            check(Text(rest, line))
            raise refused(line, most)
    if rest or not begun:
        yield Text(rest, line)


def refused(line: int, most: int) -> InputRefused:
    """What is said of a record that is too long."""
    return InputRefused(
        f"The record in line {line} has more than {most >> 20:,} MB.",
        hint="Give a record a line, and long texts in pieces.",
    )


def _some(stream: BinaryIO, n_before: int, most: int) -> bytes:
    """The next bytes, as many as a piece has; fewer at the end, and where a line is too long already."""
    chunks, size, line_bytes = list[bytes](), 0, n_before
    while size < PIECE_BYTES and line_bytes <= most and (chunk := stream.read(min(_CHUNK_BYTES, PIECE_BYTES))):
        chunks.append(chunk)
        size += len(chunk)
        last = chunk.rfind(b"\n")
        line_bytes = line_bytes + len(chunk) if last < 0 else len(chunk) - last - 1
    return b"".join(chunks)


def _end(data: bytes, *, quoted: bool) -> int:
    """Where the last record ends that is known to be whole; 0 if none is."""
    end = data.rfind(b"\n") + 1
    if quoted and data.count(b'"', 0, end) % 2:
        end = _even(data, end)
    filled = end
    while filled and data[filled - 1] in _BLANK:
        filled -= 1
    return data.find(b"\n", filled, end) + 1 if filled else 0


def _even(data: bytes, end: int) -> int:
    """The last line end before `end`, which lies between quotes, that does not."""
    odd = True
    while odd and end:
        before = data.rfind(b"\n", 0, end - 1) + 1
        odd = (data.count(b'"', before, end) % 2 == 0) == odd
        end = before
    return end
