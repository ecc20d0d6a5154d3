"""Whether bytes are UTF-8 text at all, and where they stop being it."""

import codecs
from dataclasses import dataclass

from lookalike.errors import InputInvalid

_CHUNK_BYTES = 16 << 20
_BLANK = b"\xef\xbb\xbf\r\n"
_MAGIC = {  # beginnings of files that are often sent as text by mistake
    b"PK\x03\x04": "an Excel workbook or a zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}


@dataclass(frozen=True)
class Text:
    """
    A text file, or a piece of one.

    Attributes:
        first_line: Number, from 1, of the line of the file with which it begins.
    """

    data: bytes
    first_line: int = 1

    def line_at(self, offset: int) -> int:
        """The number, from 1, of the line of the file that holds the byte at `offset`."""
        return self.data.count(b"\n", 0, offset) + self.first_line


def check_text(text: Text) -> None:
    """
    Nothing, if the bytes are UTF-8 text.

    Raises:
        InputInvalid: empty, binary, another encoding (names the line).
    """
    data = text.data
    if text.first_line == 1:
        _check_beginning(data)
    if (at := data.find(b"\0")) >= 0:
        hint = (
            "Save it as UTF-8." if data[:4096].count(b"\0") > 8 else "Remove the NUL bytes, or name the right format."
        )
        raise InputInvalid(f"Line {text.line_at(at)} has a NUL byte: the file is binary or UTF-16.", hint=hint)
    if (bad := _first_bad_byte(data)) is not None:
        raise InputInvalid(
            f"Line {text.line_at(bad)} is not UTF-8.",
            hint="Save the file as UTF-8; it may be Latin-1 or Windows-1252 now.",
        )


def check_begun(text: Text) -> None:
    """As `check_text`, of bytes that may end within a character."""
    data = text.data
    of_last = next((n for n in range(1, min(5, len(data) + 1)) if data[-n] & 0xC0 == 0xC0), 0)
    check_text(Text(data[: len(data) - of_last], text.first_line))


def _check_beginning(data: bytes) -> None:
    if not data[:1024].strip(_BLANK) and not data.strip(_BLANK):
        raise InputInvalid("The file is empty.", hint="Give a file with rows.")
    kind = next((k for magic, k in _MAGIC.items() if data.startswith(magic)), None)
    if kind:
        raise InputInvalid(f"The file is no text; it looks like {kind}.", hint="Name the right format, or export CSV.")
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise InputInvalid("The file is UTF-16, not UTF-8.", hint="Save it as UTF-8.")
    if b"\r" in data and b"\n" not in data:
        raise InputInvalid("The lines end in a carriage return alone.", hint="Save the file with LF or CRLF line ends.")


def _first_bad_byte(data: bytes) -> int | None:
    if data.isascii():
        return None
    at, view = 0, memoryview(data)
    while at < len(data):
        stop = min(at + _CHUNK_BYTES, len(data))
        try:
            at += codecs.utf_8_decode(view[at:stop], "strict", stop == len(data))[1]
        except UnicodeDecodeError as error:
            return at + error.start
    return None
