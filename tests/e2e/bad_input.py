"""Bad input and odd input, as files, with what a job must make of each."""

import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

SECRET = "SECRET-4711"
N = 60
INVALID, REFUSED = "INPUT_INVALID", "INPUT_REFUSED"


@dataclass(frozen=True)
class Case:
    """
    A file and what becomes of it.

    Attributes:
        row: The first cell of its row in docs/errors.md.
        name: File name; its first ending is the format.
        code: Of the error, None for a right result.
        says: Regular expression of what the message must name.
    """

    row: str
    name: str
    data: bytes
    code: str | None = None
    says: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


def rows(header: str, line: str, n: int = N) -> bytes:
    """A CSV file; in `line` k is the row's number, d its last digit, s the secret in row 7 and a word elsewhere."""
    lines = [line.format(k=k, d=k % 10, s=SECRET if k == 7 else "xy"[k % 2]) for k in range(n)]
    return "\n".join([header, *lines, ""]).encode()


def parquet(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def _one(dtype: Any, cells: list[Any]) -> bytes:
    return parquet(pl.DataFrame({"far": pl.Series(cells).cast(dtype), "s": [SECRET] * len(cells)}))


def _typed() -> pl.DataFrame:
    start, floats = datetime(2020, 1, 1), [float("nan"), float("inf"), float("-inf"), 1.5, None, 2.5]
    words = [SECRET if k == 7 else "xy"[k % 2] for k in range(N)]
    hours = pl.Series([start + timedelta(hours=5 * k) for k in range(N)])
    return pl.DataFrame(
        {
            "decimal": pl.Series([Decimal(k) / 4 for k in range(N)], dtype=pl.Decimal(12, 2)),
            "duration": pl.Series([timedelta(seconds=k * 1.5) for k in range(N)], dtype=pl.Duration("ms")),
            "time": [time(k % 24, k, k) for k in range(N)],
            "enum": pl.Series(["lo", "hi", "mid"] * 20, dtype=pl.Enum(["lo", "mid", "hi", "never"])),
            "categorical": pl.Series(words, dtype=pl.Categorical),
            "zone": hours.cast(pl.Datetime("us", "UTC")).dt.convert_time_zone("Europe/Berlin"),
            "ns": hours.cast(pl.Datetime("ns")),
            "u64": pl.Series([2**63 + k * 10**15 for k in range(N)], dtype=pl.UInt64),
            "i64": pl.Series([2**63 - 1 - k * 10**17 if k % 2 else k * 10**17 - 2**63 for k in range(N)]),
            "null": pl.Series([None] * N, dtype=pl.Null),
            "no cells": pl.Series([None] * N, dtype=pl.Int16),
            "constant": ["x"] * N,
            "f32": pl.Series(floats * 10, dtype=pl.Float32),
            "only NaN": [float("nan")] * N,
            "huge": [(1 - k / 100) * (1e308 if k % 2 else -1e308) for k in range(N)],
            "boolean": pl.Series([None, True, False] * 20),
            "ends of time": [date.min if k % 2 else date.max for k in range(N)],
            "empty text": [""] * 30 + ["x"] * 30,
        }
    )


TYPED = _typed()
NAMES = ["a, b\nc", "<script>alert(1)</script>", "../../etc/passwd", 'q"q', " spaced ", "日本語🎈", "{{ x }}", "'; --"]
_HEADER = ",".join('"' + name.replace('"', '""') + '"' for name in NAMES)
_DAYS = "2020-02-30,x\n" + "".join(f"{date(2020, 1, 1) + timedelta(k)},x\n" for k in range(N))
_NUMBERS = "".join(f"{k},x\n" for k in range(100))
_FEW = "19 rows or fewer"
_RAGGED = "a CSV line with too many or too few cells"
_QUOTES = "a quote never closed, or inside an unquoted cell"
_ENCODING = "not UTF-8 (Latin-1, Windows-1252, UTF-16), NUL bytes"
_NESTED = "lists, structs or bytes in a column"
_FAR = "dates outside the years 1 to 9999, durations as long (Parquet, Arrow)"
_PROSE = "free text in time series: cells of many words that hardly repeat"
_TOLD = "`columns` of a column that is not there, or whose cells are something else"
_DAMAGED = "a damaged or cut file, or of another format"

BAD = [
    Case("an empty file, or only blank lines", "empty.csv", b"", INVALID, "empty"),
    Case("an empty file, or only blank lines", "blank.csv", b"\r\n\r\n", INVALID, "empty"),
    Case("a header without rows", "header.csv", f"a,{SECRET}\n".encode(), REFUSED, "no rows"),
    Case(_FEW, "one_row.csv", rows("a,b", SECRET + ",{k}", 1), REFUSED, "1 rows; 20"),
    Case(_FEW, "few.csv", rows("a,b", "{s},{k}", 19), REFUSED, "19 rows; 20"),
    Case("a column name twice, or empty", "twice.csv", rows("a,a", "{s},{k}"), INVALID, "'a' stands twice"),
    Case("a column name twice, or empty", "unnamed.csv", rows("a, ", "{s},{k}"), INVALID, "Column 2 has no name"),
    Case(_RAGGED, "long.csv", rows("a,b", "{s},{k}") + f"{SECRET},1,2".encode(), INVALID, "Line 62 has 3 cells"),
    Case(_RAGGED, "short.csv", rows("a,b", "{s},{k}") + SECRET.encode(), INVALID, "Line 62 has 1 cell"),
    Case("a blank line between rows", "gap.csv", b"a,b\n1,2\n\n" + rows("3,4", "{s},{k}"), INVALID, "Line 3 is blank"),
    Case(_QUOTES, "open.csv", f'a,b\n1,"{SECRET}\n2,3\n'.encode(), INVALID, "opens in line 2"),
    Case(_QUOTES, "stray.csv", f'a,b\n1,{SECRET}"\n'.encode(), INVALID, "Line 2 has a quote"),
    Case(_ENCODING, "latin.csv", f"a,b\n1,2\n{SECRET},é\n".encode("latin-1"), INVALID, "Line 3 is not UTF-8"),
    Case(_ENCODING, "wide.csv", rows("a,b", "{s},{k}").decode().encode("utf-16"), INVALID, "UTF-16"),
    Case("a few words among numbers or dates (CSV)", "mixed.csv", f"n,m\n{_NUMBERS}{SECRET},x\n".encode(), INVALID,
         "'n' has 100 numbers and 1 other cells, the first in line 102"),
    Case("a few words among numbers or dates (CSV)", "day.csv", f"when,w\n{_DAYS}".encode(), INVALID,
         "'when' has 60 dates and 1 other cells, the first in line 2"),
    Case("two kinds of values in a JSON column", "mixed.json",
         json.dumps([{"a": SECRET if k == 7 else k} for k in range(N)]).encode(), INVALID, "'a' has .* record 8"),
    Case("broken JSON", "broken.jsonl", f'{{"a": 1}}\n{{"a": {SECRET}}}\n'.encode(), INVALID, "Line 2 is not JSON"),
    Case("NaN, Infinity or numbers beyond 64 bits in JSON", "nan.json", b'[{"a": NaN}]', INVALID, "Record 1 has NaN"),
    Case("NaN, Infinity or numbers beyond 64 bits in JSON", "big.json", b'[{"a": 471147114711471147114711}]', INVALID,
         "'a' has a number beyond 64 bits in record 1"),
    Case(_NESTED, "list.parquet", parquet(pl.DataFrame({"a": [[SECRET]] * N})), REFUSED, "'a' is nested"),
    Case(_NESTED, "bytes.parquet", parquet(pl.DataFrame({"a": [SECRET.encode()] * N})), REFUSED, "'a' holds bytes"),
    Case(_NESTED, "list.json", json.dumps([{"a": [SECRET]}] * N).encode(), REFUSED, "'a' is nested, first in record 1"),
    Case(_FAR, "date.parquet", _one(pl.Date, [2**31 - 1 - k for k in range(N)]), INVALID,
         "'far' has 60 dates outside .* row 1"),
    Case(_FAR, "moment.parquet", _one(pl.Datetime("ms"), [k - 2**62 for k in range(N)]), INVALID, "'far' has 60 dates"),
    Case(_FAR, "span.parquet", _one(pl.Duration("us"), [2**63 - 1 - k for k in range(N)]), INVALID,
         "'far' has 60 durations"),
    Case("decimals of more than 18 digits (Parquet, Arrow)", "decimal.parquet",
         parquet(pl.DataFrame({"a": pl.Series([Decimal(10**30 + k) for k in range(N)], dtype=pl.Decimal(38, 2))})),
         REFUSED, "'a' has decimals of more than 18 digits"),
    Case(_PROSE, "prose.csv", rows("a,b", "the customer of row {k} has written that {s} was not there,{k}"), REFUSED,
         "'a' holds free text", {"data_type": "time_series"}),
    Case(_TOLD, "nobody.csv", rows("a,b", "{s},{k}"), INVALID, "no column 'z'",
         {"parameters": {"columns": {"z": {"type": "id"}}}}),
    Case(_TOLD, "words.csv", rows("a,b", "{s},{k}"), INVALID, "'a' has 60 cells that are no integer, .* line 2",
         {"parameters": {"columns": {"a": {"type": "integer"}}}}),
    Case("cells outside the `min` and `max` of `columns`", "bounds.csv", rows("a,b", "{s},{k}"),
         "CONSTRAINT_BROKEN_BY_INPUT", "'b' has 10 cells below its min and 0 above",
         {"parameters": {"columns": {"b": {"min": 10}}}}),
    Case("more rows asked for than an integer type has room for new keys", "keys.parquet",
         parquet(pl.DataFrame({"k": pl.Series(range(120), dtype=pl.Int8), "s": [SECRET] * 120})), REFUSED,
         "'k' of Int8 has no room"),
    Case(_DAMAGED, "cut.parquet", parquet(TYPED)[:-20], INVALID, "cut short"),
    Case(_DAMAGED, "text.parquet", rows("a,b", "{s},{k}"), INVALID, "not Parquet"),
    Case(_DAMAGED, "plain.csv.gz", rows("a,b", "{s},{k}"), INVALID, "damaged, or not compressed"),
    Case(
        "a record of over 64 MB in CSV or JSON Lines: no line ends, or a quote that is never closed",
        "endless.csv",
        b"a,b\n1," + b"x" * (65 << 20),
        REFUSED,
        "record in line 2 has more than 64 MB",
    ),
    Case("a file that expands more than 200-fold beyond 64 MB", "bomb.csv.gz", gzip.compress(b"1" * 100_000_000),
         INVALID, "more than 200-fold"),
]  # fmt: skip

ODD = [
    Case("constant columns, all null columns, one column", "constant.csv", rows("a,b,c", "1,,{s}")),
    Case("constant columns, all null columns, one column", "null.csv", b"a\n" + b"\n" * N),
    Case("constant columns, all null columns, one column", "same.csv", b"a,b\n" + b"1,x\n" * 20),
    Case("names with spaces, quotes, newlines, HTML, Unicode", "names.csv",
         rows(_HEADER, "{k},{s},{d},{k},x{d},{k}.5,{d},{s}")),
    Case("infinities and NaN in CSV, Parquet or Arrow", "inf.csv",
         b"a,b\n" + b"inf,x\n-inf,y\nNaN,x\n1.5,y\n2.25,x\n3.125,y\n" * 10),
    Case("integers beyond 64 bits, years beyond 9999 throughout (CSV): text", "beyond.csv",
         rows("a,b,c", "1180591620717411303{k:03},{k}0000-01-01,{s}")),
    Case("a byte order mark, CRLF", "mark.csv", b"\xef\xbb\xbf" + rows("a,b", "{k},{s}").replace(b"\n", b"\r\n")),
    Case("all flat dtypes of Parquet and Arrow", "typed.parquet", parquet(TYPED), None, "",
         {"output_format": "parquet"}),
    Case("all flat dtypes of Parquet and Arrow", "typed_one.parquet", parquet(TYPED), None, "",
         {"output_format": "csv", "data_size": 1, "output_path": "typed_one/"}),
]  # fmt: skip
