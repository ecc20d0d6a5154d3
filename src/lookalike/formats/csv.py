"""CSV (RFC 4180): UTF-8, a header line, CRLF or LF. Reading leaves cells String; writing quotes only what must be."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from lookalike.data.checks import quiet
from lookalike.data.metadata import Column, Metadata
from lookalike.data.spelling import spell
from lookalike.errors import InputInvalid, MetadataError, ValidationError
from lookalike.formats import ReadOptions, WriteOptions
from lookalike.formats._csv_scan import Layout, find_delimiter, scan
from lookalike.formats._frames import as_read, checked
from lookalike.formats._pieces import pieces
from lookalike.formats._text import Text, check_begun, check_text

suffixes = (".csv", ".tsv")
textual = True
finish = as_read

_BOM = b"\xef\xbb\xbf"
_KEPT = "\0"  # marks a quoted null token while polars reads, which forgets quotes; no cell of a checked file has it
_FORMULA = r"^[=+\-@\t\r]"  # OWASP, "CSV Injection": what makes a spreadsheet take a cell for a formula


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[pl.DataFrame]:
    """
    All cells as String; an unquoted empty cell is missing, a quoted one is the empty text, and so with the null token.

    Raises:
        InputInvalid: empty, not UTF-8, binary, ragged, badly quoted, column names empty or twice; names the line.
        InputRefused: a record without end.
        ValidationError: a delimiter that cannot be one.
    """
    known: _Known | None = None
    for text in pieces(stream, quoted=True, check=_check):
        check_text(text)
        known = known or _found(text, options.delimiter)
        whole = known.above(text)
        layout = scan(whole, known.delimiter)
        yield _rows(whole.data, layout, known.delimiter, options.null)


@dataclass(frozen=True)
class _Known:
    """What the first piece of a file tells of the others."""

    header: bytes
    delimiter: str

    def above(self, text: Text) -> Text:
        """The text as it is if it holds the header, else as if it stood under it; lines have the same numbers."""
        if text.first_line == 1:
            return Text(text.data.removeprefix(_BOM))
        return Text(self.header + text.data, text.first_line - self.header.count(b"\n"))


def _found(text: Text, told: str | None) -> _Known:
    plain = Text(text.data.removeprefix(_BOM))
    delimiter = told or find_delimiter(plain.data)
    _check_delimiter(delimiter)
    header = plain.data[: scan(plain, delimiter).header_end].removesuffix(b"\n")
    return _Known(header + b"\n", delimiter)


def _check(endless: Text) -> None:
    """What is wrong with a record without end: bytes that are no text, or a quote that was never closed."""
    check_begun(endless)
    scan(endless, find_delimiter(endless.data))


def _rows(data: bytes, layout: Layout, delimiter: str, null: str | None) -> pl.DataFrame:
    names = _header(data, layout, delimiter)
    if layout.n_records == 1:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return _body(data, layout, names, delimiter, null)


def write(frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions) -> None:
    """
    A header line and a line for each row, LF at the end of each.

    A text cell is quoted if it holds a delimiter, quote, CR or LF, is empty, or equals its column's null token; so what
    is text stays text. Numbers, dates and times follow the column's `TextForm`.

    Raises:
        MetadataError: frames of other columns; a null token that would have to be quoted.
        ValidationError: a delimiter that cannot be one.
    """
    _check_delimiter(options.delimiter)
    _check_nulls(metadata, options.delimiter)
    header = pl.DataFrame({"name": list(metadata.names)})
    cells = header.select(_quoted(_safe(pl.col("name"), options), None, options)).to_series()
    stream.write((options.delimiter.join(cells) + "\n").encode())
    for frame in checked(frames, metadata):
        stream.write(_lines(frame, metadata, options))


def _check_delimiter(delimiter: str) -> None:
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter.isalnum() or delimiter in "\"'\r\n\0.+-_ ":
        raise ValidationError(
            "The CSV delimiter cannot be one.",
            fields=[("parameters.csv.delimiter", "must be one ASCII character such as , ; | or tab")],
        )


def _check_nulls(metadata: Metadata, delimiter: str) -> None:
    for column in metadata.columns:
        if set(column.text.null) & {'"', "\r", "\n", delimiter}:
            raise MetadataError(
                f"The null token of column '{column.name}' holds a delimiter, quote or line end.",
                hint="Choose another null token or delimiter.",
            )


def _header(data: bytes, layout: Layout, delimiter: str) -> list[str]:
    text = data[: layout.header_end].decode().removesuffix("\n").removesuffix("\r")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    unreadable = InputInvalid("Line 1, the header, cannot be read.", hint="Give each column a short name.")
    return check_names(quiet(lambda: next(reader, [""]), unreadable))


def check_names(names: list[str]) -> list[str]:
    """
    The names of columns as they are.

    Raises:
        InputInvalid: a name is empty or stands twice.
    """
    seen = set[str]()
    for number, name in enumerate(names, start=1):
        if not name.strip():
            raise InputInvalid(f"Column {number} has no name.", hint="Give each column a name in the header.")
        if name in seen:
            raise InputInvalid(f"The column name '{name}' stands twice in the header.", hint="Rename one of them.")
        seen.add(name)
    return names


def _body(data: bytes, layout: Layout, names: list[str], delimiter: str, null: str | None) -> pl.DataFrame:
    body = data[layout.header_end : layout.end]
    body, kept = _keep_quoted(body, delimiter, null)
    schema = dict.fromkeys(names, pl.String)
    frame = quiet(
        lambda: pl.read_csv(body, has_header=False, separator=delimiter, schema=schema, infer_schema=False),
        InputInvalid("The file cannot be read as CSV.", hint="Check its quotes and its delimiter."),
    )
    if frame.height != layout.n_records - 1:
        raise InputInvalid(
            f"The file has {layout.n_records - 1} records of which {frame.height} can be read.",
            hint="Check its quotes and line ends.",
        )
    return frame if null is None else _without_token(frame, null, kept=kept)


def _keep_quoted(body: bytes, delimiter: str, null: str | None) -> tuple[bytes, bool]:
    """The body with quoted null tokens marked, and whether there are any."""
    if not null or set(null) & {'"', "\r", "\n", delimiter}:
        return body, False
    edge = re.escape(delimiter.encode())
    token = re.escape(null.encode())
    pattern = rb'(?<![^\n%s])"(%s)"(?=[\r\n%s]|\Z)' % (edge, token, edge)
    body, n = re.subn(pattern, b'"' + _KEPT.encode() + rb'\1"', body)
    return body, n > 0


def _without_token(frame: pl.DataFrame, null: str, *, kept: bool) -> pl.DataFrame:
    cells = pl.when(pl.all() != null).then(pl.all())
    frame = frame.select(cells.name.keep())
    return frame.select(pl.all().str.strip_prefix(_KEPT)) if kept else frame


def _lines(frame: pl.DataFrame, metadata: Metadata, options: WriteOptions) -> bytes:
    if frame.height == 0:
        return b""
    cells = [_cell(column, options) for column in metadata.columns]
    lines = frame.select(pl.concat_str(cells, separator=options.delimiter).alias("line"))["line"]
    return ("\n".join(lines) + "\n").encode()


def _cell(column: Column, options: WriteOptions) -> pl.Expr:
    cell = spell(column)
    if column.is_text:
        cell = _safe(cell, options)
    return _quoted(cell, column.text.null, options).fill_null(column.text.null).alias(column.name)


def _safe(cell: pl.Expr, options: WriteOptions) -> pl.Expr:
    """The cell with an apostrophe before what a spreadsheet would run."""
    if not options.safe:
        return cell
    return pl.when(cell.str.contains(_FORMULA)).then(pl.lit("'") + cell).otherwise(cell)


def _quoted(cell: pl.Expr, null: str | None, options: WriteOptions) -> pl.Expr:
    needs = cell.str.contains(rf'["\r\n{re.escape(options.delimiter)}]') | (cell == "")
    if null is not None:
        needs = needs | (cell == null)
    body = pl.lit('"') + cell.str.replace_all('"', '""', literal=True) + pl.lit('"')
    return pl.when(needs).then(body).otherwise(cell)
