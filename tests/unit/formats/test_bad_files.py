"""Bad files: what is wrong and where is told, and never what stands in a cell."""

import io
import json
import logging
import traceback

import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.errors import InputInvalid, InputRefused, LookalikeError
from lookalike.formats import ReadOptions, load, read

SECRET = "SECRET-4711"
NUMBERS = "".join(f"{i}\n" for i in range(100, 200))


def parquet(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def arrow(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_ipc(stream)
    return stream.getvalue()


SECRETS = pl.DataFrame({"a": [SECRET] * 30})
NESTED = pl.DataFrame({"ok": [1] * 30, "a": [[SECRET]] * 30})
INVALID, REFUSED = InputInvalid, InputRefused

BAD: list[tuple[str, str, bytes, type[LookalikeError], str]] = [
    ("empty", "csv", b"", INVALID, "empty"),
    ("blank", "csv", b"\xef\xbb\xbf\r\n\r\n", INVALID, "empty"),
    ("header only", "csv", f"a,{SECRET}\n".encode(), REFUSED, "no rows"),
    ("header without newline", "csv", f"a,{SECRET}".encode(), REFUSED, "no rows"),
    ("same names", "csv", f"a,a\n{SECRET},2\n".encode(), INVALID, "name 'a' stands twice"),
    ("empty name", "csv", f"a,,b\n{SECRET},2,3\n".encode(), INVALID, "Column 2 has no name"),
    ("short line", "csv", f"a,b\n1,2\n{SECRET}\n3,4\n".encode(), INVALID, "Line 3 has 1 cell where the header has 2"),
    ("long line", "csv", f"a,b\n1,2\n3,4\n5,{SECRET},6".encode(), INVALID, "Line 4 has 3 cells where the header has 2"),
    ("long after newline in a cell", "csv", f'a,b\n"1\n\n",2\n{SECRET},1,2'.encode(), INVALID, "Line 5 has 3 cells"),
    ("long after newline in the header", "csv", f'"a\nb",c\n{SECRET},1,2'.encode(), INVALID, "Line 3 has 3 cells"),
    ("blank line", "csv", f"a,b\r\n1,{SECRET}\r\n\r\n3,4\r\n".encode(), INVALID, "Line 3 is blank"),
    ("unclosed", "csv", f'a,b\n1,"{SECRET}\n2,3\n'.encode(), INVALID, "quote that opens in line 2 is never closed"),
    ("unclosed, then another", "csv", f'a,b\n1,"{SECRET}\n2,"x"\n'.encode(), INVALID, "opens in line 2 and .* line 3"),
    ("stray quote", "csv", f'a,b\n1,{SECRET}"\n'.encode(), INVALID, "Line 2 has a quote inside"),
    ("text after a quote", "csv", f'a,b\n"x"{SECRET},1\n'.encode(), INVALID, "Line 2 has text after a closing quote"),
    ("NUL", "csv", f"a,b\n1,2\n{SECRET},\0\n".encode(), INVALID, "Line 3 has a NUL"),
    ("UTF-16", "csv", f"a,b\n1,{SECRET}\n".encode("utf-16"), INVALID, "UTF-16"),
    ("UTF-16 without mark", "csv", f"a,b\n1,{SECRET}\n".encode("utf-16-le"), INVALID, "NUL"),
    ("Latin-1", "csv", f"a,b\n1,2\n{SECRET},é\n".encode("latin-1"), INVALID, "Line 3 is not UTF-8"),
    ("CR alone", "csv", f"a,b\r{SECRET},2\r".encode(), INVALID, "carriage return"),
    ("workbook", "csv", b"PK\x03\x04" + SECRET.encode(), INVALID, "Excel"),
    (
        "a word among numbers",
        "csv",
        f"n\n{NUMBERS}{SECRET}\n".encode(),
        INVALID,
        "'n' has 100 numbers and 1 .* line 102",
    ),
    ("too few rows", "csv", f"n\n{SECRET}\n".encode(), REFUSED, "has 1 rows; 20"),
    ("no JSON", "json", f'[{{"a": {SECRET}}}]'.encode(), INVALID, "Line 1, character 8"),
    ("no array", "json", f'{{"a": "{SECRET}"}}'.encode(), INVALID, "Line 1, character 1"),
    ("no objects", "json", f'[{{"a": 1}},\n"{SECRET}"]'.encode(), INVALID, "Record 2 is not an object"),
    ("cut short", "json", f'[{{"a": "{SECRET}"}},\n{{"a"'.encode(), INVALID, "ends too early, in line 2"),
    ("nested", "json", f'[{{"ok": 1, "a": ["{SECRET}"]}}]'.encode(), REFUSED, "'a' is nested, first in record 1"),
    ("mixed", "json", f'[{{"a": 1}}, {{"a": "{SECRET}"}}, {{"a": 2}}]'.encode(), INVALID, "'a' has 2 .*record 2"),
    ("key twice", "json", f'[{{"a": 1, "a": "{SECRET}"}}]'.encode(), INVALID, "Record 1 has a key twice"),
    ("NaN", "json", f'[{{"b": "{SECRET}", "a": NaN}}]'.encode(), INVALID, "Record 1 has NaN"),
    (
        "beyond Int64",
        "json",
        b'[{"a": 1}, {"a": 471147114711471147114711}]',
        INVALID,
        "'a' .* beyond 64 bits in record 2",
    ),
    ("beyond a float", "json", b'[{"a": 1.5}, {"a": 4711e999}]', INVALID, "'a' .* beyond 64 bits in record 2"),
    ("both ends of 64 bits", "json", b'[{"a": -1}, {"a": 18446744073709551615}]', INVALID, "record 2"),
    (
        "half a character",
        "json",
        b'[{"a": "\\ud800SECRET-4711"}]',
        INVALID,
        "'a' has half a surrogate pair in record 1",
    ),
    ("text after", "json", f'[{{"a": 1}}] {SECRET}'.encode(), INVALID, "Line 1, character 12"),
    ("deep", "json", b"[" * 100_000, INVALID, "Line 1"),
    ("no records", "json", b"[]", REFUSED, "no records"),
    ("no JSON", "jsonl", f'{{"a": 1}}\n{{"a": {SECRET}}}\n'.encode(), INVALID, "Line 2 is not JSON at character 7"),
    ("two a line", "jsonl", f'{{"a": 1}} {{"a": "{SECRET}"}}\n'.encode(), INVALID, "Line 1 is not JSON at character 9"),
    ("no object", "jsonl", f'{{"a": 1}}\n["{SECRET}"]\n'.encode(), INVALID, "Line 2 is not an object"),
    ("blank line", "jsonl", b'{"a": 1}\n\n{"a": 2}\n', INVALID, "Line 2 is not JSON"),
    ("mixed", "jsonl", f'{{"a": "{SECRET}"}}\n{{"a": true}}\n{{"a": "x"}}'.encode(), INVALID, "'a' has 2 .*line 2"),
    ("empty", "parquet", b"", INVALID, "empty"),
    ("not Parquet", "parquet", SECRET.encode(), INVALID, "not Parquet"),
    ("cut short", "parquet", parquet(SECRETS)[:-20], INVALID, "cut short"),
    ("damaged", "parquet", b"PAR1" + SECRET.encode() * 9 + b"PAR1", INVALID, "damaged"),
    ("nested", "parquet", parquet(NESTED), REFUSED, "'a' is nested"),
    ("struct", "parquet", parquet(pl.DataFrame({"s": [{"x": SECRET}]})), REFUSED, "'s' is nested"),
    ("bytes", "parquet", parquet(pl.DataFrame({"b": [SECRET.encode()]})), REFUSED, "'b' holds bytes"),
    ("empty", "arrow", b"", INVALID, "empty"),
    ("not Arrow", "arrow", SECRET.encode(), INVALID, "not Arrow"),
    ("cut short", "arrow", arrow(SECRETS)[:-20], INVALID, "damaged or cut short"),
    ("nested", "arrow", arrow(NESTED), REFUSED, "'a' is nested"),
]


@pytest.mark.parametrize(("name", "data", "error", "says"), [b[1:] for b in BAD], ids=[f"{b[1]}: {b[0]}" for b in BAD])
def test_bad_files(
    name: str, data: bytes, error: type[LookalikeError], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A bad file gives the right error that says what and where, and shows no cell anywhere."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(error, match=says) as caught:
        infer(read(name, io.BytesIO(data), ReadOptions()), textual=load(name).textual)
    shown = "".join(traceback.format_exception_only(caught.value)) + str(vars(caught.value)) + caplog.text

    assert (None, None) == (caught.value.__cause__, caught.value.__context__)
    assert SECRET not in shown
    assert "4711" not in shown.replace(SECRET, "")
    assert len(caught.value.hint) > 8


def test_later_chunks_are_told_by_their_record() -> None:
    """A mistake far into a file is counted from its beginning."""
    lines = [json.dumps({"a": i}) for i in range(45_000)]
    data = "\n".join([*lines, '{"a": "x"}', *lines]).encode()
    with pytest.raises(InputInvalid, match="90,000 numbers and 1 texts; the first of the texts is in line 45001"):
        read("jsonl", io.BytesIO(data), ReadOptions())


@pytest.mark.parametrize(("name", "data"), [b[1:3] for b in BAD], ids=[f"{b[1]}: {b[0]}" for b in BAD])
@pytest.mark.parametrize("size", [1, 30])
def test_bad_files_in_pieces(name: str, data: bytes, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pieces in which a file is read, what is wrong is told with the lines of the file."""
    whole = told(name, data)
    monkeypatch.setattr("lookalike.formats._pieces.PIECE_BYTES", size)

    assert whole == told(name, data)


def told(name: str, data: bytes) -> str | None:
    try:
        infer(read(name, io.BytesIO(data), ReadOptions()), textual=load(name).textual)
    except LookalikeError as raised:
        return raised.message
    return None
