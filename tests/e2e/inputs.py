"""Input that is wrong or strange, as bytes by file name; `SECRET` stands in cells that must never be told."""

import datetime as dt
import io
import random
from collections.abc import Callable
from decimal import Decimal

import polars as pl

SECRET = "SECRET-4711"
N = 200


def csv(n: int, header: str = "a,b", row: Callable[[int], str] | None = None) -> bytes:
    rng = random.Random(7)
    row = row or (lambda i: f"{rng.random():.3f},x{i % 3}")
    return f"{header}\n{''.join(row(i) + chr(10) for i in range(n))}".encode()


def _binary(frame: pl.DataFrame, write: str) -> bytes:
    out = io.BytesIO()
    getattr(frame, write)(out)
    return out.getvalue()


def types() -> pl.DataFrame:
    """A column of every flat dtype."""
    hours = [dt.datetime(2020, 1, 1) + dt.timedelta(hours=i) for i in range(N)]
    return pl.DataFrame(
        {
            "decimal": pl.Series([Decimal(i) / 100 for i in range(N)], dtype=pl.Decimal(10, 2)),
            "duration": [dt.timedelta(seconds=i * 7) for i in range(N)],
            "time": [dt.time(i % 24, i % 60) for i in range(N)],
            "enum": pl.Series(["a", "b"] * (N // 2), dtype=pl.Enum(["a", "b", "c"])),
            "categorical": pl.Series(["k", "l", "m", "n"] * (N // 4), dtype=pl.Categorical),
            "zoned": pl.Series(hours).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin"),
            "uint64": pl.Series([2**63 + i for i in range(N)], dtype=pl.UInt64),
            "null": pl.Series([None] * N, dtype=pl.Null),
            "no_float": pl.Series([None] * N, dtype=pl.Float32),
            "constant": [1] * N,
            "boolean": [True, False] * (N // 2),
            "int8": pl.Series([i % 100 for i in range(N)], dtype=pl.Int8),
            "ancient": [dt.date(1, 1, 1) + dt.timedelta(days=i * 10_000) for i in range(N)],
        }
    )


def infinities() -> pl.DataFrame:
    odd = {0: float("inf"), 1: float("nan"), 2: float("-inf")}
    return pl.DataFrame({"f": [odd.get(i % 10, float(i % 50)) for i in range(N)], "c": ["x", "y"] * (N // 2)})


NESTED = pl.DataFrame({"a": [1] * N, "l": [[1, 2]] * N})
HOSTILE = '"a b","quo""te",Größe,"<script>alert(1)</script>","../x","comma,\nnewline"'


def hostile_row(i: int) -> str:
    return f"{i % 9}.5,{i % 3},x{i % 2},{i},p{i % 4},{i % 5}"


def dates(i: int) -> str:
    return f"2020-01-{1 + i % 9:02d},{i % 7}"


# what it is: (file name, bytes, code, what the message must name)
REFUSED = {
    "empty file": ("empty.csv", b"", "INPUT_INVALID", "empty"),
    "header only": ("header.csv", b"a,b\n", "INPUT_REFUSED", "no rows"),
    "one row": ("one.csv", f"a,b\n1,{SECRET}\n".encode(), "INPUT_REFUSED", "1 row"),
    "fewer than 20 rows": ("few.csv", csv(19), "INPUT_REFUSED", "19 rows"),
    "duplicate names": ("twice.csv", csv(40, "a,a"), "INPUT_INVALID", "'a'"),
    "a short line": ("short.csv", csv(30) + f"{SECRET}\n".encode() + csv(3)[4:], "INPUT_INVALID", "Line 32"),
    "a long line": ("long.csv", csv(30) + f"1,2,{SECRET}\n".encode(), "INPUT_INVALID", "Line 32"),
    "Latin-1": ("latin.csv", csv(40) + f"2,Müller {SECRET}\n".encode("latin-1"), "INPUT_INVALID", "Line 42"),
    "UTF-16": ("utf16.csv", csv(40).decode().encode("utf-16"), "INPUT_INVALID", "UTF-16"),
    "NUL bytes": ("nul.csv", csv(30) + b"\x00,1\n", "INPUT_INVALID", "Line 32"),
    "an open quote": ("quote.csv", csv(30) + f'1,"{SECRET}\n'.encode(), "INPUT_INVALID", "line 32"),
    "a word among numbers": (
        "mixed.csv",
        csv(99, row=lambda i: f"{i * 3},x{i % 2}") + f"{SECRET},x1\n".encode(),
        "INPUT_INVALID",
        "line 101",
    ),
    "a text among JSON numbers": (
        "mixed.jsonl",
        b"".join(b'{"a":%d}\n' % i for i in range(40)) + b'{"a":"%s"}\n' % SECRET.encode(),
        "INPUT_INVALID",
        "'a'",
    ),
    "nested JSON": ("nested.jsonl", b'{"a":1,"b":{"c":"%s"}}\n' % SECRET.encode() * 40, "INPUT_REFUSED", "'b'"),
    "broken JSON": ("broken.json", f'[{{"a":1}},{{"a":"{SECRET}'.encode(), "INPUT_INVALID", "Line 1"),
    "nested Parquet": ("list.parquet", _binary(NESTED, "write_parquet"), "INPUT_REFUSED", "'l'"),
    "nested Arrow": ("list.arrow", _binary(NESTED, "write_ipc"), "INPUT_REFUSED", "'l'"),
    "no Parquet": ("text.parquet", SECRET.encode() * 100, "INPUT_INVALID", "not Parquet"),
    "cut Parquet": ("cut.parquet", _binary(types(), "write_parquet")[:-500], "INPUT_INVALID", "cut short"),
    "no gzip": ("not.csv.gz", csv(40), "INPUT_INVALID", ""),
}

TAKEN = {
    "one column": ("one_column.csv", csv(N, "a", lambda i: f"{i * 37 % 101}")),
    "a constant column": ("constant.csv", csv(60, row=lambda i: f"{i * 7 % 31},same")),
    "a column without values": ("no_values.csv", csv(60, row=lambda i: f"{i * 7 % 31},")),
    "nothing but missing": ("nothing.csv", csv(60, row=lambda i: ",")),
    "twenty equal rows": ("equal.csv", b"a,b\n" + b"1,x\n" * 20),
    "names with spaces, quotes, Unicode": ("names.csv", csv(80, HOSTILE, hostile_row)),
    "dates that are none": ("dates.csv", csv(60, "d,e", lambda i: f"0000-00-00,{i % 7}")),
    "a date out of range": ("late.csv", csv(60, "d,e", dates) + b"9999-99-99,1\n" * 9),
    "integers beyond 64 bits": ("big.csv", csv(60, "n,m", lambda i: f"{10**25 + i},{i % 3}")),
    "a byte order mark": ("bom.csv", b"\xef\xbb\xbf" + csv(60)),
    "strings that are all different": ("ids.csv", csv(300, "id", lambda i: f"P-{i * 7919 % 90000 + 10000}-{i:04d}")),
    "infinities and NaN": ("infinite.parquet", _binary(infinities(), "write_parquet")),
    "every dtype, Parquet": ("types.parquet", _binary(types(), "write_parquet")),
    "every dtype, Arrow": ("types.arrow", _binary(types(), "write_ipc")),
}  # fmt: skip
